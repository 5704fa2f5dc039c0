//! Models that the contracts are compared with, in big integers, and the histories that both live through.
//!
//! Written from what the contracts are specified to do, not from their code, and never part of one. The same histories run
//! natively, where they are fast, and on the real programs: who plays them implements [`market::Subject`].

pub mod market;
pub mod pair;
pub mod past;
