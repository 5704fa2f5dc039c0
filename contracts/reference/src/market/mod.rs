//! Random histories of a market with two users, each step compared with the model to the wei.

mod run;
mod step;
mod subject;

pub use run::{Outcome, Run, Tally};
pub use step::{Kind, Step};
pub use subject::{Action, Cast, State, Subject};
