//! Why a program was refused.

use std::fmt::{Display, Formatter, Result as FmtResult};

/// Why activation refused a program: the chain of reasons, outermost first, separated by colons.
///
/// Tools search the text, so it names the offending import, export, operator or limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationError(String);

impl ActivationError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    pub(super) fn within(self, place: impl Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl Display for ActivationError {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ActivationError {}

impl From<super::code::CodeError> for ActivationError {
    fn from(error: super::code::CodeError) -> Self {
        Self(error.to_string())
    }
}

impl From<wasmparser::Error> for ActivationError {
    fn from(error: wasmparser::Error) -> Self {
        Self(error.to_string())
    }
}

/// Returns early with an [`ActivationError`] made like `format!` makes a string.
macro_rules! refuse {
    ($($reason:tt)*) => {
        return Err($crate::vm::error::ActivationError::new(format!($($reason)*)))
    };
}
pub(super) use refuse;
