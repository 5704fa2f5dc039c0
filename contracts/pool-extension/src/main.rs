//! Prints the contract's interface, for `cargo stylus` and `cargo xtask build-contracts`.
kit::print_interface! { "pool-extension", "ICredentialPoolExtension" }
