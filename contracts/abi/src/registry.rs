//! The registry of credentials: who attests, what was attested, and whether it is still valid.

use alloy_primitives::{B256, U256, keccak256, uint};

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
    /// A key that it was registered, renewed or rebound by is distrusted since a time before that.
    pub const ISSUER_DISTRUSTED: u8 = 4;
    /// Valid, but somebody else's; or on its way to another wallet, so nobody's for now.
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

/// Most credentials or lapses that one call lists, and most credentials that one revokes or restores.
pub const PAGE_MAX: U256 = uint!(1_000_U256);

/// Version in the EIP-712 domain of attestations.
pub const DOMAIN_VERSION: &str = "1";

declare! {
    /// Registers credentials that issuers attest, and answers whether one is valid and whose it is.
    interface ICredentialRegistry is ownable, pausable, announced, initializable, erc5267 {
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

        /// What an issuer signs to let a credential last longer.
        struct CredentialRenewal {
            /// Which credential.
            bytes32 credentialId;
            /// First second at which it is no longer valid; 0 if it never expires. Later than so far.
            uint64 expiresAt;
            /// Any number that this issuer has not used before; the order doesn't matter.
            uint256 nonce;
            /// Last second at which the renewal may be brought.
            uint256 deadline;
        }

        /// What an issuer signs to move a credential to another wallet of its person.
        struct CredentialRebind {
            /// Which credential.
            bytes32 credentialId;
            /// The wallet that it moves to.
            address newHolder;
            /// Any number that this issuer has not used before; the order doesn't matter.
            uint256 nonce;
            /// Last second at which the rebinding may be brought.
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

        /// A time during which a credential wasn't valid, though it was before and after.
        struct Lapse {
            /// First second at which it wasn't valid.
            uint64 from;
            /// Block time at which it became valid again.
            uint64 until;
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

        /// A credential lasts longer, by a renewal that `key`, now a key of `issuerRoot`, signed.
        event CredentialRenewed(
            bytes32 indexed credentialId,
            address indexed issuerRoot,
            address key,
            uint64 expiresAt
        );

        /// A credential is valid again after it wasn't from `from` until `until`, this block's time (Unix seconds).
        event CredentialLapsed(bytes32 indexed credentialId, uint64 from, uint64 until);

        /// A credential is to move to `newHolder`, by what `key`, now a key of `issuerRoot`, signed. From `effectiveAt`
        /// (Unix seconds) on anybody can complete it; until then it is nobody's.
        event CredentialRebindStarted(
            bytes32 indexed credentialId,
            address indexed newHolder,
            address indexed issuerRoot,
            address key,
            uint64 effectiveAt
        );

        /// The credential stays where it is: `cancelledBy`, a key of its issuer or the registry's owner, saw to that.
        event CredentialRebindCancelled(bytes32 indexed credentialId, address indexed cancelledBy);

        /// A credential moved to `newHolder`.
        event CredentialRebound(
            bytes32 indexed credentialId,
            address indexed previousHolder,
            address indexed newHolder
        );

        /// The owner undid what a distrusted key had done to a credential; this is how it stands now.
        event CredentialRestored(
            bytes32 indexed credentialId,
            address indexed holder,
            uint64 expiresAt,
            bool revoked
        );

        /// `newKey` signs for `issuerRoot` from now on, and `oldKey` no longer. Also ends a removal.
        event IssuerRotated(address indexed issuerRoot, address indexed oldKey, address indexed newKey);

        /// Nobody signs for `issuerRoot` any more, until it is rotated to another key. What it attested stays.
        event IssuerRemoved(address indexed issuerRoot);

        /// What `key` of `issuerRoot` did from `since` (Unix seconds) on doesn't count.
        event IssuerDistrusted(address indexed issuerRoot, address indexed key, uint64 since);

        /// `nonce` of `issuerRoot` can't be used again.
        event NonceUsed(address indexed issuerRoot, uint256 nonce);

        /// `issuer` isn't and never was a key of an issuer: ask the registry's owner to add it.
        error UnknownIssuer(address issuer);

        /// `issuer` was replaced by `currentKey`: sign with that.
        error IssuerKeyRetired(address issuer, address currentKey);

        /// `issuer` is distrusted since `since` (Unix seconds): ask the registry's owner to appoint another key.
        error IssuerKeyDistrusted(address issuer, uint64 since);

        /// The issuer `issuerRoot` was removed: ask another one, or the registry's owner to give it another key.
        error IssuerWasRemoved(address issuerRoot);

        /// `since` is later than now, `timestamp`: what a key will do can't be distrusted, remove the issuer.
        error DistrustInFuture(uint64 since, uint256 timestamp);

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

        /// `expiresAt` is beyond `latest`, the end of time here: use 0 for a credential that never expires.
        error ExpiresTooLate(uint64 expiresAt, uint64 latest);

        /// The credential lasts until `expiresAt` (0 = for ever) already, and `asked` isn't later.
        error ExpiryNotLater(uint64 expiresAt, uint64 asked);

        /// `issuer` is a key of another issuer than `issuerRoot`, whose credential this is.
        error WrongIssuer(bytes32 credentialId, address issuerRoot, address issuer);

        /// A key that did something to this credential is distrusted: the registry's owner has to restore it, or its
        /// issuer to register it again.
        error CredentialIsDistrusted(bytes32 credentialId);

        /// This credential is `holder`'s already.
        error AlreadyHolder(bytes32 credentialId, address holder);

        /// This credential is on its way to another wallet: wait, or cancel that.
        error RebindPending(bytes32 credentialId, uint64 effectiveAt);

        /// This credential isn't on its way to another wallet.
        error NoRebindPending(bytes32 credentialId);

        /// This credential moves at `effectiveAt` (Unix seconds), not earlier.
        error RebindNotDue(bytes32 credentialId, uint64 effectiveAt);

        /// This credential was renewed or rebound 255 times, lapsed 16 383 times, or its holder has 2^24 of them: there is
        /// no room for more.
        error HistoryFull(bytes32 credentialId);

        /// Nothing that a distrusted key did to this credential can be undone: what it registered is registered again by
        /// its issuer.
        error NothingToRestore(bytes32 credentialId);

        /// There have to be as many holders as credentials.
        error ArrayLengthMismatch();

        /// One call lists, revokes or restores at most `maximum`, not `limit`: make several.
        error PageTooLarge(uint256 limit, uint256 maximum);
        /// An issuer's metadata is at most 1 024 bytes of UTF-8; this has `length` bytes.
        error InvalidMetadata(uint256 length);

        /// This credential is registered: one per issuer, type and subject.
        error CredentialAlreadyRegistered(bytes32 credentialId);

        /// No credential with this id is registered.
        error UnknownCredential(bytes32 credentialId);

        /// This credential was revoked at `revokedAt` already.
        error CredentialAlreadyRevoked(bytes32 credentialId, uint64 revokedAt);

        /// Only a current key of `issuerRoot` or the registry's owner may do this to this credential, not `caller`.
        error NotIssuerOrOwner(bytes32 credentialId, address issuerRoot, address caller);

        /// Sets the owner; once, by the proxy at its creation.
        function initialize(address owner) external;

        /// Lets `issuer` attest credentials of `types`, of every type if the list is empty. Owner only, announced.
        function addIssuer(address issuer, bytes32[] types, string metadataURI) external;

        /// Registers the credential that `issuer` attests by `signature`. Anyone may relay it.
        function registerCredential(
            CredentialAttestation a,
            address issuer,
            bytes signature
        ) external returns (bytes32 credentialId);

        /// Lets a credential last longer, as its `issuer` says by `signature`. Anyone may relay it.
        function renewCredential(CredentialRenewal r, address issuer, bytes signature) external;

        /// Starts to move a credential to another wallet, as its `issuer` says by `signature`. Anyone may relay it. It is
        /// nobody's until it is completed, 48 hours later at the earliest.
        function rebindCredential(CredentialRebind r, address issuer, bytes signature) external;

        /// Moves a credential whose rebinding is due. Anyone may do it.
        function completeRebind(bytes32 credentialId) external;

        /// Leaves a credential where it is. Its issuer or the owner only.
        function cancelRebind(bytes32 credentialId) external;

        /// Revokes a credential, for a reason of the revoker's own numbering. Its issuer or the owner only.
        function revokeCredential(bytes32 credentialId, uint8 reason) external;

        /// Revokes several credentials (at most 1 000), all or none.
        function revokeBatch(bytes32[] credentialIds, uint8 reason) external;

        /// Voids a nonce of the caller's, so that what was signed with it can't be brought any more. Issuers only.
        function cancelNonce(uint256 nonce) external;

        /// Replaces an issuer's last key. That key at once, while it is current; the owner, announced, even if it is
        /// distrusted or the issuer removed.
        function rotateIssuer(address oldKey, address newKey) external;

        /// Lets nobody sign for this issuer any more, at once, until it is rotated. Owner only.
        function removeIssuer(address issuerRoot) external;

        /// Distrusts a key that was stolen: it can do nothing more, and what it did since `since` (Unix seconds, by this
        /// chain's clock) doesn't count. Again, with an earlier time. Owner only, at once.
        function distrustIssuerSince(address key, uint64 since) external;

        /// Undoes what a distrusted key did to a credential: its revocation, a rebinding under way, the last renewal and
        /// the last rebinding. Repeat it if there were more. Owner only.
        function restoreCredential(bytes32 credentialId) external;

        /// Restores several credentials (at most 1 000), all or none. Owner only.
        function restoreBatch(bytes32[] credentialIds) external;

        /// Tells whether `holder` holds this credential and it is valid now, and its `status`.
        function validateCredential(
            bytes32 credentialId,
            address holder
        ) external view returns (bool valid, uint8 status);

        /// Tells for each credential whether the holder at the same place holds it and it is valid now.
        function batchValidateCredentials(
            bytes32[] credentialIds,
            address[] holders
        ) external view returns (bool[] valid);

        /// Up to `limit` (at most 1 000) credentials that `holder` holds, valid or not, from the one numbered `offset`
        /// (from 0), in no particular order.
        function getCredentialsOf(
            address holder,
            uint256 offset,
            uint256 limit
        ) external view returns (bytes32[] credentialIds);

        /// Number of credentials that `holder` holds, valid or not.
        function getCredentialCountOf(address holder) external view returns (uint256 count);

        /// Up to `limit` (at most 1 000) times during which a credential wasn't valid though it was before and after, from
        /// the one numbered `offset` (from 0). The oldest first; no two overlap, and none is ever changed or removed.
        function getLapses(
            bytes32 credentialId,
            uint256 offset,
            uint256 limit
        ) external view returns (Lapse[] lapses);

        /// Number of lapses of a credential. It only grows.
        function getLapseCount(bytes32 credentialId) external view returns (uint256 count);

        /// Where a credential is to move, and from when on (Unix seconds); zeros if it stays.
        function getRebind(bytes32 credentialId) external view returns (address newHolder, uint64 effectiveAt);

        /// All that is kept of a credential; all zero if it isn't registered.
        function getCredential(bytes32 credentialId) external view returns (Credential credential);

        /// The issuer that `key` stands for, whether it may attest now, and whether for every type.
        function getIssuer(address key) external view returns (address issuerRoot, bool active, bool everyType);

        /// The key that signs for this issuer now, or did last; zero if there is no such issuer.
        function getIssuerKey(address issuerRoot) external view returns (address key);

        /// Since when a key is distrusted, and the block time at which that was decided; zeros if it isn't.
        function getDistrust(address key) external view returns (uint64 since, uint64 decidedAt);

        /// Tells whether `key` may attest credentials of this type now.
        function isIssuerForType(address key, bytes32 credentialType) external view returns (bool);

        /// Tells whether the issuer has used this nonce.
        function isNonceUsed(address issuerRoot, uint256 nonce) external view returns (bool);

        /// Which of the issuer's nonces 256·word … 256·word + 255 are used, a bit each, the first lowest.
        function nonceBitmap(address issuerRoot, uint256 word) external view returns (uint256);
    }
}

/// The structs of the interface as EIP-712 writes them, `Name(type field,…)`.
#[cfg(feature = "json")]
pub(crate) fn structs() -> Vec<String> {
    use ICredentialRegistry::{
        Credential, CredentialAttestation, CredentialRebind, CredentialRenewal, Lapse,
    };
    use alloy_sol_types::SolStruct;

    let names = [
        CredentialAttestation::eip712_root_type(),
        CredentialRenewal::eip712_root_type(),
        CredentialRebind::eip712_root_type(),
        Credential::eip712_root_type(),
        Lapse::eip712_root_type(),
    ];
    names.map(|name| name.into_owned()).into()
}
