//! The tracers of `debug_trace*`: each makes its answer of what was recorded.

mod call;
mod four_byte;
mod host_steps;
mod prestate;
mod struct_log;
mod stylus;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::{
    Answer,
    call_request::{member, object},
    error::RpcError,
    params::Parameter,
};
use crate::{chain::Traced, evm::trace::Wanted};

/// What to make of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tracer {
    /// Opcode by opcode: geth's answer when no tracer is named.
    StructLog(struct_log::Options),
    /// The tree of calls.
    Call(call::Options),
    /// What the touched accounts held before, or before and after.
    Prestate(prestate::Options),
    /// How often which function was called.
    FourByte,
    /// The host functions of programs, with their ink.
    Stylus,
    /// Nothing.
    Noop,
}

impl Parameter for Tracer {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = object(value)?;
        let empty = Map::new();
        let config = match fields.get("tracerConfig") {
            None | Some(Value::Null) => &empty,
            Some(config) => object(config).map_err(|reason| format!("tracerConfig: {reason}"))?,
        };
        let name = match fields.get("tracer") {
            None | Some(Value::Null) => return Ok(Self::StructLog(struct_log::Options::read(fields)?)),
            Some(name) => name.as_str().ok_or("tracer: expected a string")?,
        };
        Ok(match name {
            "" => Self::StructLog(struct_log::Options::read(fields)?),
            "callTracer" => Self::Call(call::Options::read(config)?),
            "prestateTracer" => Self::Prestate(prestate::Options::read(config)?),
            "4byteTracer" => Self::FourByte,
            "stylusTracer" => Self::Stylus,
            "noopTracer" => Self::Noop,
            // There is no JavaScript here. Scripts that ask for host functions are those of the Stylus tools, which
            // collect what the native tracer gives.
            script if script.contains("hostio") => Self::Stylus,
            other => {
                return Err(format!(
                    "tracer: there is no {other:?}; choose callTracer, prestateTracer, 4byteTracer, stylusTracer or \
                     noopTracer, or name none for struct logs (of JavaScript tracers, those with a `hostio` function \
                     are answered as stylusTracer)"
                ));
            }
        })
    }
}

impl Default for Tracer {
    fn default() -> Self {
        Self::StructLog(struct_log::Options::default())
    }
}

impl Tracer {
    /// What has to be recorded for it.
    pub(super) fn wanted(&self) -> Wanted {
        match self {
            Self::StructLog(options) => options.wanted(),
            Self::Stylus => Wanted { host_calls: true, ..Wanted::default() },
            _ => Wanted::default(),
        }
    }

    /// Its answer.
    ///
    /// # Errors
    /// If there is more to tell than memory to keep it in.
    pub(super) fn answer(&self, traced: &Traced) -> Answer {
        if traced.recording().is_some_and(|recording| recording.is_cut) {
            return Err(RpcError::TraceTooLong);
        }
        Ok(match self {
            Self::StructLog(options) => struct_log::answer(traced, *options),
            Self::Call(options) => call::answer(traced, *options),
            Self::Prestate(options) => prestate::answer(traced, *options),
            Self::FourByte => traced.frame().map_or(json!({}), four_byte::answer),
            Self::Stylus => traced.frame().map_or(json!([]), stylus::answer),
            Self::Noop => json!({}),
        })
    }
}

/// A switch of a tracer's configuration, off unless given.
fn switch(config: &Map<String, Value>, name: &str) -> Result<bool, String> {
    member(config, name).map(Option::unwrap_or_default)
}
