//! Free printing for programs under development, on debug chains only (§6.11).

use wasmer::FunctionEnvMut;

use crate::vm::frame::{Frame, Guest, Outcome};

pub(super) fn log_txt(mut env: FunctionEnvMut<'_, Frame>, pointer: u32, length: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, 0)?;
    let bytes = guest.read_bytes(pointer, length)?;
    guest.record("console_log_text", &[&bytes], &[]);
    guest.host(|host| host.console(String::from_utf8_lossy(&bytes).into_owned()));
    Ok(())
}

fn log(mut env: FunctionEnvMut<'_, Frame>, text: String) -> Outcome {
    let mut guest = Guest::enter(&mut env, 0)?;
    guest.record("console_log", &[text.as_bytes()], &[]);
    guest.host(|host| host.console(text));
    Ok(())
}

pub(super) fn log_i32(env: FunctionEnvMut<'_, Frame>, value: i32) -> Outcome {
    log(env, value.to_string())
}

pub(super) fn log_i64(env: FunctionEnvMut<'_, Frame>, value: i64) -> Outcome {
    log(env, value.to_string())
}

pub(super) fn log_f32(env: FunctionEnvMut<'_, Frame>, value: f32) -> Outcome {
    log(env, value.to_string())
}

pub(super) fn log_f64(env: FunctionEnvMut<'_, Frame>, value: f64) -> Outcome {
    log(env, value.to_string())
}

pub(super) fn tee_i32(env: FunctionEnvMut<'_, Frame>, value: i32) -> Outcome<i32> {
    log(env, value.to_string()).map(|()| value)
}

pub(super) fn tee_i64(env: FunctionEnvMut<'_, Frame>, value: i64) -> Outcome<i64> {
    log(env, value.to_string()).map(|()| value)
}

pub(super) fn tee_f32(env: FunctionEnvMut<'_, Frame>, value: f32) -> Outcome<f32> {
    log(env, value.to_string()).map(|()| value)
}

pub(super) fn tee_f64(env: FunctionEnvMut<'_, Frame>, value: f64) -> Outcome<f64> {
    log(env, value.to_string()).map(|()| value)
}
