//! What people sign off chain: an issuer's attestation, renewal or rebinding of a credential, and a holder's permit.

use abi::registry::{
    DOMAIN_NAME, DOMAIN_VERSION,
    ICredentialRegistry::{CredentialAttestation, CredentialRebind, CredentialRenewal},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    signers::SignerSync,
    sol,
    sol_types::{Eip712Domain, SolStruct, SolValue, eip712_domain},
};

use crate::key::Key;

sol! {
    /// What a holder signs to approve without a transaction (ERC-2612).
    #[derive(Debug, PartialEq, Eq)]
    struct Permit {
        /// Whose tokens.
        address owner;
        /// Who may move them.
        address spender;
        /// How many, in base units.
        uint256 value;
        /// The owner's next nonce.
        uint256 nonce;
        /// Last second at which the permit may be used.
        uint256 deadline;
    }
}

/// A signature in the three parts that ERC-2612 takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// 27 or 28.
    pub v: u8,
    /// x coordinate of the nonce's point.
    pub r: B256,
    /// The proof, in the lower half of the curve's order.
    pub s: B256,
}

/// The id that the registry gives to the credential which `issuer_root` attests to `subject`.
#[must_use]
pub fn credential_id(issuer_root: Address, credential_type: B256, subject: B256) -> B256 {
    keccak256((issuer_root, credential_type, subject).abi_encode())
}

/// The EIP-712 domain of the registry at `registry`.
#[must_use]
pub fn registry_domain(chain_id: u64, registry: Address) -> Eip712Domain {
    eip712_domain! {
        name: DOMAIN_NAME,
        version: DOMAIN_VERSION,
        chain_id: chain_id,
        verifying_contract: registry,
    }
}

/// The EIP-712 domain of the token called `name` at `token`.
#[must_use]
pub fn token_domain(chain_id: u64, token: Address, name: &str) -> Eip712Domain {
    eip712_domain! {
        name: name.to_owned(),
        version: abi::token::DOMAIN_VERSION,
        chain_id: chain_id,
        verifying_contract: token,
    }
}

/// `issuer`'s signature over an attestation: r, s, v in 65 bytes.
#[must_use]
pub fn sign_attestation(issuer: &Key, attestation: &CredentialAttestation, domain: &Eip712Domain) -> Bytes {
    sign_message(issuer, attestation, domain)
}

/// `issuer`'s signature over a renewal: r, s, v in 65 bytes.
#[must_use]
pub fn sign_renewal(issuer: &Key, renewal: &CredentialRenewal, domain: &Eip712Domain) -> Bytes {
    sign_message(issuer, renewal, domain)
}

/// `issuer`'s signature over a rebinding: r, s, v in 65 bytes.
#[must_use]
pub fn sign_rebind(issuer: &Key, rebind: &CredentialRebind, domain: &Eip712Domain) -> Bytes {
    sign_message(issuer, rebind, domain)
}

fn sign_message<S: SolStruct>(key: &Key, message: &S, domain: &Eip712Domain) -> Bytes {
    let Parts { v, r, s } = sign(key, message, domain);
    [r.as_slice(), s.as_slice(), &[v]].concat().into()
}

/// `owner`'s signature over a permit.
#[must_use]
pub fn sign_permit(owner: &Key, permit: &Permit, domain: &Eip712Domain) -> Parts {
    sign(owner, permit, domain)
}

fn sign<S: SolStruct>(key: &Key, message: &S, domain: &Eip712Domain) -> Parts {
    let digest = message.eip712_signing_hash(domain);
    let signature = key.signer().sign_hash_sync(&digest).expect("a key in memory signs every digest");
    // Electrum's 27 and 28, the only values that contracts accept.
    let v = 27 + u8::from(signature.v());
    Parts { v, r: B256::from(signature.r()), s: B256::from(signature.s()) }
}

/// Last second of validity for something signed at `now` and used within the hour.
#[must_use]
pub fn deadline_after(now: u64) -> U256 {
    const HOUR: u64 = 3_600;
    U256::from(now.saturating_add(HOUR))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Signature, address};

    use super::*;

    #[test]
    fn sign_attestation_gives_65_bytes_that_recover_to_the_issuer() {
        let issuer = Key::dev().derive("issuer");
        let attestation = CredentialAttestation {
            subject: B256::repeat_byte(1),
            holder: Address::repeat_byte(2),
            credentialType: B256::repeat_byte(3),
            issuedAt: 4,
            expiresAt: 5,
            nonce: U256::from(6),
            deadline: U256::from(7),
        };
        let domain = registry_domain(1, Address::repeat_byte(8));
        let bytes = sign_attestation(&issuer, &attestation, &domain);
        assert_eq!(bytes.len(), 65);
        assert!(matches!(bytes[64], 27 | 28));
        let signature = Signature::try_from(bytes.as_ref()).expect("a signature");
        let digest = attestation.eip712_signing_hash(&domain);
        assert_eq!(signature.recover_address_from_prehash(&digest).expect("recovers"), issuer.address());
    }

    #[test]
    fn types_are_those_that_contracts_hash() {
        assert_eq!(
            CredentialAttestation::eip712_encode_type(),
            "CredentialAttestation(bytes32 subject,address holder,bytes32 credentialType,uint64 issuedAt,\
             uint64 expiresAt,uint256 nonce,uint256 deadline)"
        );
        assert_eq!(
            CredentialRenewal::eip712_encode_type(),
            "CredentialRenewal(bytes32 credentialId,uint64 expiresAt,uint256 nonce,uint256 deadline)"
        );
        assert_eq!(
            CredentialRebind::eip712_encode_type(),
            "CredentialRebind(bytes32 credentialId,address newHolder,uint256 nonce,uint256 deadline)"
        );
        assert_eq!(
            Permit::eip712_encode_type(),
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
    }

    #[test]
    fn credential_id_hashes_three_words() {
        let root = address!("00000000000000000000000000000000000000aa");
        let words = [root.into_word(), B256::repeat_byte(1), B256::repeat_byte(2)].concat();
        assert_eq!(credential_id(root, B256::repeat_byte(1), B256::repeat_byte(2)), keccak256(words));
    }
}
