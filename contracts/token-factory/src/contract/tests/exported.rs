//! What the contract exports is what is declared.

use super::*;
use core::fmt;

struct Interface;

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        CredentialTokenFactory::fmt_abi(f)
    }
}

#[test]
fn exported_interface_is_the_declared_one() {
    let declared = abi::json::of("token-factory").unwrap();
    assert_eq!(abi::json::differences(&Interface.to_string(), &declared), Vec::<String>::new());
}
