//! Prints the contract's interface, for `cargo stylus` and `cargo xtask build-contracts`.
fn main() {
    credential_registry::print_from_args();
}
