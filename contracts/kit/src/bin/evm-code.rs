//! Prints the EVM code of the kit as JSON, for tools that deploy it: `cargo run -p kit --bin evm-code`.
//!
//! A proxy is created by `proxy.creation` ‖ `abi.encode(implementation, admin, initData)`; a clone's code is
//! `clone.prefix` ‖ implementation ‖ `clone.suffix` ‖ arguments.

use alloy_primitives::hex;

fn main() {
    let [creation, runtime] =
        [kit::proxy::CREATION.as_slice(), &kit::proxy::RUNTIME].map(hex::encode_prefixed);
    let [prefix, suffix] = [kit::clone::PREFIX.as_slice(), &kit::clone::SUFFIX].map(hex::encode_prefixed);
    #[expect(clippy::print_stdout, reason = "the code is this command's result")]
    {
        println!(
            r#"{{ "proxy": {{"creation": "{creation}", "runtime": "{runtime}"}}, "clone": {{"prefix": "{prefix}", "suffix": "{suffix}"}} }}"#
        );
    }
}
