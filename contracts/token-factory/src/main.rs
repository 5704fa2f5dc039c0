//! Prints the contract's interface, for `cargo stylus` and `cargo xtask build-contracts`.
fn main() {
    token_factory::print_from_args();
}
