//! The registry of credentials: who attests, what was attested, and whether it is still valid.

use alloy_primitives::{B256, keccak256};

/// Values of the `status` of a credential. By precedence: the first that applies of none, revoked, issuer
/// distrusted, expired, not the holder; otherwise active.
pub mod status {
    /// No such credential is registered.
    pub const NONE: u8 = 0;
    /// Valid now, and held by whom it was asked about.
    pub const ACTIVE: u8 = 1;
    /// Its time is over.
    pub const EXPIRED: u8 = 2;
    /// Its issuer or the registry's owner revoked it.
    pub const REVOKED: u8 = 3;
    /// The key that it was accepted from is distrusted since a time before that.
    pub const ISSUER_DISTRUSTED: u8 = 4;
    /// Valid, but somebody else's.
    pub const NOT_HOLDER: u8 = 5;
}

/// Names of the credential types that the ecosystem starts with; issuers may use others. A type's id is the
/// keccak-256 of its name: [`credential_type`].
pub const CREDENTIAL_TYPES: [&str; 15] = [
    "HIGH_SCHOOL",
    "BACHELORS",
    "MASTERS",
    "PHD",
    "BASIC_CERT",
    "ADVANCED_CERT",
    "EXPERT_CERT",
    "LEADER_CERT",
    "BASIC_SKILL",
    "INTER_SKILL",
    "ADVANCED_SKILL",
    "MASTER_SKILL",
    "COMPETITION",
    "AWARD",
    "PATENT",
];

/// The id of a credential type: the keccak-256 of its name.
#[must_use]
pub fn credential_type(name: &str) -> B256 {
    keccak256(name)
}

/// Name in the EIP-712 domain of attestations.
pub const DOMAIN_NAME: &str = "AIR Credential Registry";

/// Version in the EIP-712 domain of attestations.
pub const DOMAIN_VERSION: &str = "1";

declare! {
    /// Registers credentials that issuers attest, and answers whether one is valid and whose it is.
    interface ICredentialRegistry is ownable, initializable, erc5267 {
        /// What an issuer signs (EIP-712, domain `AIR Credential Registry`, version 1). Times are Unix seconds.
        struct CredentialAttestation {
            /// Nullifier: one per person and verification programme.
            bytes32 subject;
            /// The wallet that the credential is for.
            address holder;
            /// keccak-256 of the type's name.
            bytes32 credentialType;
            /// When the issuer verified the credential.
            uint64 issuedAt;
            /// First second at which the credential is no longer valid; 0 if it never expires.
            uint64 expiresAt;
            /// Any number that this issuer has not used before; the order doesn't matter.
            uint256 nonce;
            /// Last second at which the attestation may be registered.
            uint256 deadline;
        }

        /// A credential as the registry keeps it. Times are Unix seconds.
        struct Credential {
            /// The wallet that holds it; zero if no such credential is registered.
            address holder;
            /// The issuer: its first key, which names it for ever.
            address issuerRoot;
            /// The issuer's key that the registration was accepted from.
            address key;
            /// keccak-256 of the type's name.
            bytes32 credentialType;
            /// When the issuer verified it, as attested.
            uint64 issuedAt;
            /// First second at which it is no longer valid; 0 if it never expires.
            uint64 expiresAt;
            /// Block time at which this registry accepted the registration.
            uint64 acceptedAt;
            /// Block time of the revocation; 0 if it isn't revoked.
            uint64 revokedAt;
            /// The reason given with the revocation; 0 if it isn't revoked.
            uint8 reason;
            /// What `validateCredential` would answer the holder now.
            uint8 status;
            /// First second at which it is, or was, no longer valid, whatever ends it; 2^64 − 1 if nothing does.
            uint64 validUntil;
        }

        /// An issuer may attest credentials of `types`; of every type if the list is empty.
        event IssuerAdded(address indexed issuerRoot, bytes32[] types, string metadataURI);

        /// A credential was registered, from an attestation signed by `key`, now a key of `issuerRoot`.
        event CredentialRegistered(
            bytes32 indexed credentialId,
            address indexed holder,
            address indexed issuerRoot,
            address key,
            bytes32 credentialType,
            uint64 issuedAt,
            uint64 expiresAt
        );

        /// A credential was revoked by `revokedBy`: a key of its issuer, or the registry's owner.
        event CredentialRevoked(
            bytes32 indexed credentialId,
            address indexed issuerRoot,
            address indexed revokedBy,
            uint8 reason
        );

        /// `nonce` of `issuerRoot` can't be used again.
        event NonceUsed(address indexed issuerRoot, uint256 nonce);

        /// `issuer` isn't a current key of an issuer: ask the registry's owner to add it, or sign with the current key.
        error UnknownIssuer(address issuer);

        /// `issuer` may not attest credentials of this type: ask an issuer that may.
        error IssuerNotForType(address issuer, bytes32 credentialType);

        /// `issuer` is, or was, a key already: an address can become a key only once.
        error IssuerAlreadyKnown(address issuer);

        /// The zero address can't be an issuer.
        error ZeroIssuer();

        /// The signature over `digest` isn't that of `issuer`: sign this digest, with a low s and v of 27 or 28.
        /// A contract's judgement needs gas, too: see whether the call had enough.
        error InvalidSignature(address issuer, bytes32 digest);

        /// The attestation had to be registered by `deadline`, and it is `timestamp`: ask for a new one.
        error DeadlinePassed(uint256 deadline, uint256 timestamp);

        /// The attestation says that it is issued at `issuedAt`, later than `latest`: wait, or set the issuer's clock.
        error IssuedInFuture(uint64 issuedAt, uint256 latest);

        /// The credential expired at `expiresAt`, and it is `timestamp`: ask for a new attestation.
        error CredentialExpired(uint64 expiresAt, uint256 timestamp);

        /// The attestation names no subject.
        error ZeroSubject();

        /// The attestation names no holder.
        error ZeroHolder();

        /// The issuer has used this nonce: ask for an attestation with a fresh one.
        error NonceAlreadyUsed(address issuerRoot, uint256 nonce);

        /// This credential is registered: one per issuer, type and subject.
        error CredentialAlreadyRegistered(bytes32 credentialId);

        /// No credential with this id is registered.
        error UnknownCredential(bytes32 credentialId);

        /// This credential was revoked at `revokedAt` already.
        error CredentialAlreadyRevoked(bytes32 credentialId, uint64 revokedAt);

        /// Only a current key of `issuerRoot` or the registry's owner may revoke this credential, not `caller`.
        error NotIssuerOrOwner(bytes32 credentialId, address issuerRoot, address caller);

        /// Sets the owner; once, by the proxy at its creation.
        function initialize(address owner) external;

        /// Lets `issuer` attest credentials of `types`, of every type if the list is empty. Owner only.
        function addIssuer(address issuer, bytes32[] types, string metadataURI) external;

        /// Registers the credential that `issuer` attests by `signature`. Anyone may relay it.
        function registerCredential(
            CredentialAttestation a,
            address issuer,
            bytes signature
        ) external returns (bytes32 credentialId);

        /// Revokes a credential, for a reason of the revoker's own numbering. Its issuer or the owner only.
        function revokeCredential(bytes32 credentialId, uint8 reason) external;

        /// Tells whether `holder` holds this credential and it is valid now, and its `status`.
        function validateCredential(
            bytes32 credentialId,
            address holder
        ) external view returns (bool valid, uint8 status);

        /// All that is kept of a credential; all zero if it isn't registered.
        function getCredential(bytes32 credentialId) external view returns (Credential credential);

        /// The issuer that `key` stands for, whether it may attest now, and whether for every type.
        function getIssuer(address key) external view returns (address issuerRoot, bool active, bool everyType);

        /// Tells whether `key` may attest credentials of this type now.
        function isIssuerForType(address key, bytes32 credentialType) external view returns (bool);

        /// Tells whether the issuer has used this nonce.
        function isNonceUsed(address issuerRoot, uint256 nonce) external view returns (bool);

        /// Which of the issuer's nonces 256·word … 256·word + 255 are used, a bit each, the first lowest.
        function nonceBitmap(address issuerRoot, uint256 word) external view returns (uint256);
    }
}

/// What the SDK needs to take the declared structs as arguments and to give them as results.
#[cfg(feature = "stylus")]
mod stylus {
    use super::ICredentialRegistry::{Credential, CredentialAttestation};
    use stylus_sdk::abi::{AbiType, ConstString};

    impl AbiType for CredentialAttestation {
        type SolType = Self;

        const ABI: ConstString = ConstString::new("CredentialAttestation");
        // Selectors spell structs out; `SolType::SOL_NAME` is the bare name.
        const SELECTOR_ABI: ConstString =
            ConstString::new("(bytes32,address,bytes32,uint64,uint64,uint256,uint256)");
        const EXPORT_ABI_ARG: ConstString = Self::ABI.concat(ConstString::new(" calldata"));
        const EXPORT_ABI_RET: ConstString = Self::ABI.concat(ConstString::new(" memory"));
    }

    impl AbiType for Credential {
        type SolType = Self;

        const ABI: ConstString = ConstString::new("Credential");
        const SELECTOR_ABI: ConstString = ConstString::new(
            "(address,address,address,bytes32,uint64,uint64,uint64,uint64,uint8,uint8,uint64)",
        );
        const EXPORT_ABI_ARG: ConstString = Self::ABI.concat(ConstString::new(" calldata"));
        const EXPORT_ABI_RET: ConstString = Self::ABI.concat(ConstString::new(" memory"));
    }

    #[cfg(test)]
    mod tests {
        extern crate alloc;

        use super::*;
        use alloc::{format, string::String, vec::Vec};
        use alloy_sol_types::{SolCall, SolStruct};

        use crate::registry::ICredentialRegistry::registerCredentialCall;

        /// The struct as selectors spell it, made from its EIP-712 type `Name(type field,…)`.
        fn spelled_out<S: SolStruct>() -> String {
            let declared = S::eip712_root_type();
            let fields = declared.split(['(', ')']).nth(1).unwrap().split(',');
            let types: Vec<_> = fields.map(|field| field.split(' ').next().unwrap()).collect();
            format!("({})", types.join(","))
        }

        #[test]
        fn selectors_are_made_of_what_clients_hash() {
            let attestation = CredentialAttestation::SELECTOR_ABI;
            assert_eq!(attestation.as_str(), spelled_out::<CredentialAttestation>());
            assert_eq!(Credential::SELECTOR_ABI.as_str(), spelled_out::<Credential>());
            let signature = format!("registerCredential({},address,bytes)", attestation.as_str());
            assert_eq!(registerCredentialCall::SIGNATURE, signature);
        }
    }
}

/// What the SDK needs to print the declared structs.
#[cfg(feature = "export-abi")]
mod export {
    extern crate alloc;

    use super::ICredentialRegistry::{Credential, CredentialAttestation};
    use alloc::{vec, vec::Vec};
    use alloy_sol_types::SolStruct;
    use core::any::TypeId;
    use stylus_sdk::abi::export::internal::{InnerType, InnerTypes};

    impl InnerTypes for CredentialAttestation {
        fn inner_types() -> Vec<InnerType> {
            vec![declaration::<Self>()]
        }
    }

    impl InnerTypes for Credential {
        // The SDK collects the structs of results only, so this result brings the argument's along.
        fn inner_types() -> Vec<InnerType> {
            vec![declaration::<CredentialAttestation>(), declaration::<Self>()]
        }
    }

    /// The struct in Solidity, made from its EIP-712 type: `Name(type field,…)` becomes `struct Name {type field;…}`.
    fn declaration<S: SolStruct + 'static>() -> InnerType {
        let fields = S::eip712_root_type().replace('(', " {").replace(',', ";").replace(')', ";}");
        InnerType { name: alloc::format!("struct {fields}"), id: TypeId::of::<S>() }
    }
}
