//! What is refused: each with its exact error, no state changed, no log left.
//!
//! `cargo xtask outcomes` tells which documented error of which function no test here has brought about.

mod administration;
mod along_the_way;
mod factory;
mod pool;
mod pool_factory;
mod proxy;
mod registry;
mod token;
mod untouched;
