//! A pool: every function's refusals, on both of its programs. Whoever comes back in the middle of something is refused in
//! [`attacks`](crate::attacks).

mod amounts;
mod bounds;
mod failures;
mod funds;
mod pair;
mod programs;
mod shares;
mod views;
