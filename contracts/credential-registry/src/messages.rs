//! What issuers sign: the EIP-712 messages, hashed.

use abi::registry::{
    DOMAIN_NAME, DOMAIN_VERSION,
    ICredentialRegistry::{CredentialAttestation, CredentialRebind, CredentialRenewal},
};
use alloy_primitives::{Address, B256};
use kit::{eip712, reply::Word};

/// `keccak256` of the attestation's EIP-712 type; this and the others are compared with another implementation by
/// `digests_are_what_wallets_sign`.
pub const ATTESTATION_TYPEHASH: B256 = eip712::hash_of(
    "CredentialAttestation(bytes32 subject,address holder,bytes32 credentialType,uint64 issuedAt,\
     uint64 expiresAt,uint256 nonce,uint256 deadline)",
);

/// `keccak256` of the renewal's EIP-712 type.
pub const RENEWAL_TYPEHASH: B256 = eip712::hash_of(
    "CredentialRenewal(bytes32 credentialId,uint64 expiresAt,uint256 nonce,uint256 deadline)",
);

/// `keccak256` of the rebinding's EIP-712 type.
pub const REBIND_TYPEHASH: B256 = eip712::hash_of(
    "CredentialRebind(bytes32 credentialId,address newHolder,uint256 nonce,uint256 deadline)",
);

const DOMAIN_NAME_HASH: B256 = eip712::hash_of(DOMAIN_NAME);
const DOMAIN_VERSION_HASH: B256 = eip712::hash_of(DOMAIN_VERSION);

/// The struct hash of an attestation.
pub(crate) fn attestation(a: &CredentialAttestation) -> B256 {
    eip712::hash_words(&[
        ATTESTATION_TYPEHASH.0,
        a.subject.0,
        a.holder.word(),
        a.credentialType.0,
        a.issuedAt.word(),
        a.expiresAt.word(),
        a.nonce.word(),
        a.deadline.word(),
    ])
}

/// The struct hash of a renewal.
pub(crate) fn renewal(r: &CredentialRenewal) -> B256 {
    let words = [RENEWAL_TYPEHASH.0, r.credentialId.0, r.expiresAt.word(), r.nonce.word(), r.deadline.word()];
    eip712::hash_words(&words)
}

/// The struct hash of a rebinding.
pub(crate) fn rebind(r: &CredentialRebind) -> B256 {
    let words = [REBIND_TYPEHASH.0, r.credentialId.0, r.newHolder.word(), r.nonce.word(), r.deadline.word()];
    eip712::hash_words(&words)
}

/// What is signed for the registry at `registry`, for a message of this struct hash.
pub(crate) fn digest(chain_id: u64, registry: Address, message: B256) -> B256 {
    let domain = eip712::domain_separator(DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, chain_id, registry);
    eip712::digest(domain, message)
}
