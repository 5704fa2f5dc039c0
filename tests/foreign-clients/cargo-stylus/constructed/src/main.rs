//! Prints the contract's interface and constructor, for `cargo stylus`.
fn main() {
    constructed::print_from_args();
}
