//! Prints a JSON ABI.
fn main() {}
