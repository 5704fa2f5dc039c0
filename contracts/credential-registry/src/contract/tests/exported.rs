//! What the contract exports is what is declared.

use super::*;
use core::fmt;
use stylus_sdk::abi::GenerateAbi;

struct Interface;

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        CredentialRegistry::fmt_abi(f)
    }
}

#[test]
fn exported_interface_is_the_declared_one() {
    let declared = abi::json::of("credential-registry").unwrap();
    assert_eq!(abi::json::differences(&Interface.to_string(), &declared), Vec::<String>::new());
}

#[test]
fn exported_interface_declares_its_structs() {
    let exported = Interface.to_string();
    let attestation = "struct CredentialAttestation {bytes32 subject;address holder;bytes32 credentialType;\
                       uint64 issuedAt;uint64 expiresAt;uint256 nonce;uint256 deadline;}";
    let credential = "struct Credential {address holder;address issuerRoot;address key;bytes32 credentialType;\
                      uint64 issuedAt;uint64 expiresAt;uint64 acceptedAt;uint64 revokedAt;uint8 reason;\
                      uint8 status;uint64 validUntil;}";
    for declaration in [attestation, credential] {
        assert_eq!(exported.matches(declaration).count(), 1, "{declaration} in\n{exported}");
    }
    assert!(
        exported
            .contains("registerCredential(CredentialAttestation calldata a, address issuer, bytes calldata")
    );
    assert!(exported.contains("returns (Credential memory)"));
}
