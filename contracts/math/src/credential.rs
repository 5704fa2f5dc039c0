//! What names a credential.

use alloy_primitives::{Address, B256, keccak256};

/// The id of the credential that an issuer attests to a subject.
///
/// Source: `keccak256(abi.encode(issuerRoot, credentialType, subject))`. The subject is a nullifier, one per
/// person and verification programme, so a person has one credential of a type from an issuer; the issuer is part
/// of the id, so nobody can take the id that another issuer will give out.
#[must_use]
pub fn id(issuer_root: Address, credential_type: B256, subject: B256) -> B256 {
    keccak256([issuer_root.into_word().0, credential_type.0, subject.0].as_flattened())
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use alloy_sol_types::SolValue;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn id_hashes_what_the_abi_encodes(root: [u8; 20], credential_type: [u8; 32], subject: [u8; 32]) {
            let (root, credential_type, subject) = (Address::from(root), B256::from(credential_type), B256::from(subject));
            let encoded = (root, credential_type, subject).abi_encode();
            prop_assert_eq!(id(root, credential_type, subject), keccak256(encoded));
        }
    }
}
