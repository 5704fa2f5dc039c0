//! One module for each task.

pub(crate) mod build_contracts;
pub(crate) mod ci;
pub(crate) mod demo;
pub(crate) mod setup;
mod steps;
pub(crate) mod test;
pub(crate) mod vectors;
