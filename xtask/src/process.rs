//! Child processes: started with a clean environment, and failing in a sentence.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// How many of the last lines that a failed child wrote to stderr are repeated.
const TAIL_LINES: usize = 12;

/// Tells the user on stderr what is being done.
pub fn note(text: impl AsRef<str>) {
    eprintln!("xtask: {}", text.as_ref());
}

/// Runs `command`; all it prints goes to stderr, as stdout belongs to the result.
///
/// # Errors
/// It can't be started or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdout(io::stderr()).status().with_context(|| cannot_start(command))?;
    if status.success() {
        Ok(())
    } else {
        bail!("`{}` failed ({status}): its output is above", shown(command))
    }
}

/// Runs `command` and returns what it prints on stdout; its stderr is passed on.
///
/// # Errors
/// It can't be started, fails, or prints something that isn't UTF-8.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    stdout(command, output)
}

/// Runs `command` silently and returns what it prints on stdout; if it fails, the end of its stderr is shown.
///
/// # Errors
/// It can't be started, fails, or prints something that isn't UTF-8.
pub fn quiet(command: &mut Command) -> Result<String> {
    // Backtraces of other people's tools would push out the line that matters.
    command.stdin(Stdio::null()).env("RUST_BACKTRACE", "0");
    let output = command.output().with_context(|| cannot_start(command))?;
    stdout(command, output)
}

/// Runs `command` silently and returns what it prints on stdout; `None` if it fails, for questions that may be answered
/// with no.
#[must_use]
pub fn probe(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

fn stdout(command: &Command, output: Output) -> Result<String> {
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
            eprintln!("  {line}");
        }
        bail!("`{}` failed ({}){}", shown(command), output.status, reason(&lines));
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something that isn't UTF-8", shown(command)))
}

/// The line that says most about a failure: the first that is marked as an error, else the last.
fn reason(lines: &[&str]) -> String {
    let marked = lines.iter().find_map(|line| {
        let line = line.trim();
        ["error: ", "E: ", "npm error ", "npm ERR! "].iter().find_map(|mark| line.strip_prefix(mark))
    });
    marked
        .or_else(|| lines.last().map(|line| line.trim()))
        .map(|line| format!(": {line}"))
        .unwrap_or_default()
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` can't be started: is it installed?", command.get_program().to_string_lossy())
}

/// The command as a user would type it, shortened to its first arguments.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let args: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let mut text = program.to_string_lossy().into_owned();
    for arg in args.iter().take(6) {
        text.push(' ');
        text.push_str(arg);
    }
    if args.len() > 6 {
        text.push_str(" …");
    }
    text
}

/// Settings that change where cargo puts what it builds.
const MOVES_RESULTS: [&str; 4] =
    ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "CARGO_BUILD_TARGET"];

/// Cargo with the toolchain that the root workspace is built with, run in `root`.
///
/// What the outer cargo tells its children about the package that it runs is cleared: it would be read as settings of
/// this one. So is what moves the results elsewhere: all tasks share `target/`.
#[must_use]
pub fn host_cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let about_package = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if about_package || text == "CARGO_PRIMARY_PACKAGE" || MOVES_RESULTS.contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
    command
}

/// cargo's home: `CARGO_HOME`, or `~/.cargo`.
///
/// # Errors
/// Neither `CARGO_HOME` nor `HOME` is set.
pub fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set: cargo's home is unknown")
}

/// Whether `name` is an environment variable of cargo, rustc or rustup that would change what another toolchain builds.
///
/// Kept are the folders of cargo and rustup, and the settings of network, registries and terminal.
#[must_use]
pub fn steers_cargo(name: &str) -> bool {
    const KEPT: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_NET_",
        "CARGO_HTTP_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_TERM_",
        "CARGO_BUILD_JOBS",
    ];
    const OTHERS: [&str; 6] =
        ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "RUSTUP_TOOLCHAIN_SOURCE"];
    let of_cargo = name.starts_with("CARGO_") && !KEPT.iter().any(|kept| name.starts_with(kept));
    of_cargo || OTHERS.contains(&name) || name.starts_with("RUSTC_")
}

/// Removes from `command` what [`steers_cargo`].
pub fn clear_cargo_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if steers_cargo(&name.to_string_lossy()) {
            command.env_remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_another_build_are_cleared_and_those_of_the_network_kept() {
        for name in [
            "CARGO",
            "CARGO_PKG_NAME",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "CARGO_TARGET_DIR",
        ] {
            assert!(steers_cargo(name), "{name}");
        }
        for name in
            ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_REGISTRIES_CRATES_IO_PROTOCOL", "PATH", "RUSTUP_HOME"]
        {
            assert!(!steers_cargo(name), "{name}");
        }
    }

    #[test]
    fn quiet_reports_the_end_of_what_a_failed_child_said() {
        let error =
            quiet(Command::new("sh").args(["-c", "echo first >&2; echo last >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("last"), "{error}");
        assert!(error.to_string().contains('3'), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = quiet(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(error.to_string().contains("no-such-program-here"), "{error}");
    }
}
