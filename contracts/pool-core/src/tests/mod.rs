//! The market on a test host that plays the token and the accounts around it.

extern crate std;

mod attacks;
mod histories;
mod locks;
mod past;
mod refusals;
mod world;
