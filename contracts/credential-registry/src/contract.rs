//! The registry of credentials: who may attest, what was attested, and whether it is still valid.
//!
//! **Holds** the issuers, each credential that one of them attested (not its subject: that is hashed into the id)
//! and which nonces the issuers have used. No money.
//!
//! **Who may call**: anyone may relay an attestation, the signature of its issuer decides; an issuer revokes what it
//! attested; the owner adds issuers and may revoke anything.
//!
//! **Trusts** (safety) an issuer, for the types that it was added for, to attest only what it has verified with the
//! wallet's owner present, and the owner to add such issuers only. (Liveness) an issuer that is a contract gets a
//! bounded amount of gas to judge a signature, and can hold up nobody's attestations but its own.
//!
//! **Invariants**
//! - R1 A credential is registered at most once, and only by an attestation that a then-current key of its issuer
//!   signed for this registry on this chain.
//! - R2 No nonce of an issuer is accepted twice.
//! - R3 Holder, type, issuer, key and times of a registered credential never change; it never becomes valid again
//!   after it expired or was revoked.
//! - R4 An address becomes a key at most once, and stays with the issuer that it was a key of.
//!
//! **Deliberately absent**: what the credential says, beyond its type, stays with the holder; metadata of issuers
//! stays in the log.

use abi::{
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    registry::{
        DOMAIN_NAME, DOMAIN_VERSION,
        ICredentialRegistry::{
            Credential, CredentialAlreadyRegistered, CredentialAlreadyRevoked, CredentialAttestation,
            CredentialExpired, CredentialRegistered, CredentialRevoked, DeadlinePassed, InvalidSignature,
            IssuedInFuture, IssuerAdded, IssuerAlreadyKnown, IssuerNotForType, NonceAlreadyUsed, NonceUsed,
            NotIssuerOrOwner, UnknownCredential, UnknownIssuer, ZeroHolder, ZeroIssuer, ZeroSubject,
        },
        status,
    },
};
use alloc::{string::String, vec, vec::Vec};
use alloy_primitives::{Address, B256, Bytes, FixedBytes, U8, U64, U256, aliases::U40};
use kit::{
    eip712,
    initializer::{InitializeError, Initializer},
    namespace::{Namespace, Namespaced},
    ownership::Ownership,
    signer,
};
use math::{credential, nonce::NonceBit};
use stylus_sdk::{
    prelude::*,
    storage::{
        StorageAddress, StorageB256, StorageBool, StorageMap, StorageU8, StorageU64, StorageU256, StorageUint,
    },
};

/// How far an issuer's clock may be ahead of the chain's, in seconds.
pub const CLOCK_SKEW_SECS: u64 = 300;

/// `keccak256` of the attestation's EIP-712 type; compared with another implementation by
/// `digest_is_what_wallets_sign`.
pub const ATTESTATION_TYPEHASH: B256 = eip712::hash_of(
    "CredentialAttestation(bytes32 subject,address holder,bytes32 credentialType,uint64 issuedAt,\
     uint64 expiresAt,uint256 nonce,uint256 deadline)",
);

const DOMAIN_NAME_HASH: B256 = eip712::hash_of(DOMAIN_NAME);
const DOMAIN_VERSION_HASH: B256 = eip712::hash_of(DOMAIN_VERSION);

/// Version that [`CredentialRegistry::initialize`] sets up.
const INITIAL_VERSION: u64 = 1;

/// Why a call was refused.
#[derive(SolidityError, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each error is documented where it is declared, in abi")]
pub enum RegistryError {
    AlreadyInitialized(AlreadyInitialized),
    DirectInitialization(DirectInitialization),
    OwnableUnauthorizedAccount(OwnableUnauthorizedAccount),
    OwnableInvalidOwner(OwnableInvalidOwner),
    ZeroIssuer(ZeroIssuer),
    IssuerAlreadyKnown(IssuerAlreadyKnown),
    UnknownIssuer(UnknownIssuer),
    IssuerNotForType(IssuerNotForType),
    ZeroSubject(ZeroSubject),
    ZeroHolder(ZeroHolder),
    DeadlinePassed(DeadlinePassed),
    IssuedInFuture(IssuedInFuture),
    CredentialExpired(CredentialExpired),
    NonceAlreadyUsed(NonceAlreadyUsed),
    CredentialAlreadyRegistered(CredentialAlreadyRegistered),
    InvalidSignature(InvalidSignature),
    UnknownCredential(UnknownCredential),
    CredentialAlreadyRevoked(CredentialAlreadyRevoked),
    NotIssuerOrOwner(NotIssuerOrOwner),
}

impl From<InitializeError> for RegistryError {
    fn from(error: InitializeError) -> Self {
        match error {
            InitializeError::Already(error) => error.into(),
            InitializeError::Direct(error) => error.into(),
        }
    }
}

/// The contract: three parts, each in a namespace of its own.
#[storage]
#[entrypoint]
pub struct CredentialRegistry {
    initializer: Namespaced<Initializer>,
    ownership: Namespaced<Ownership>,
    records: Namespaced<Records>,
}

/// What the registry remembers.
///
/// Layout v1, append-only, namespace `air.storage.CredentialRegistry`:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `credentials` | credential id → [`CredentialRecord`] (3 slots) |
/// | 1 | `revocations` | credential id → [`RevocationRecord`] (1 slot) |
/// | 2 | `keys` | address → [`KeyRecord`] (1 slot) |
/// | 3 | `types` | issuer root → type → may attest it (1 byte) |
/// | 4 | `nonces` | issuer root → word → 256 nonces, a bit each |
#[storage]
struct Records {
    credentials: StorageMap<B256, CredentialRecord>,
    revocations: StorageMap<B256, RevocationRecord>,
    keys: StorageMap<Address, KeyRecord>,
    types: StorageMap<Address, StorageMap<B256, StorageBool>>,
    nonces: StorageMap<Address, StorageMap<U256, StorageU256>>,
}

impl Namespace for Records {
    const ID: &'static str = "air.storage.CredentialRegistry";
}

/// One registered credential. Its issuer is that of `key`, for ever (R4).
///
/// Layout v1: slot 0 `holder` (20 bytes), `expires_at` (8), `revoked` (1): all that validation reads; slot 1 `key`
/// (20), `accepted_at` (5), `issued_at` (5); slot 2 `credential_type`.
#[storage]
struct CredentialRecord {
    /// Who holds it; zero if it isn't registered.
    holder: StorageAddress,
    /// First second at which it is no longer valid; 0 = never.
    expires_at: StorageU64,
    /// Whether `revocations` has an entry.
    revoked: StorageBool,
    /// The key that the registration was accepted from.
    key: StorageAddress,
    /// Block time of the registration: what a key that is later distrusted is judged by.
    accepted_at: StorageUint<40, 1>,
    /// When the issuer says that it verified the credential.
    issued_at: StorageUint<40, 1>,
    /// keccak-256 of the type's name.
    credential_type: StorageB256,
}

/// How a credential was revoked. Read only when it was.
///
/// Layout v1: slot 0 `by` (20 bytes), `at` (8), `reason` (1).
#[storage]
struct RevocationRecord {
    /// The key or owner that revoked.
    by: StorageAddress,
    /// Block time.
    at: StorageU64,
    /// In the revoker's own numbering.
    reason: StorageU8,
}

/// What an address is as a key of an issuer.
///
/// Layout v1: slot 0 `root` (20 bytes), `active` (1), `every_type` (1).
#[storage]
struct KeyRecord {
    /// The issuer's first key, which names it; zero if the address was never a key.
    root: StorageAddress,
    /// Whether the issuer signs with this key now.
    active: StorageBool,
    /// Whether the issuer may attest every type; else `types` lists which.
    every_type: StorageBool,
}

#[public]
impl CredentialRegistry {
    /// Sets the owner. Once, by the proxy at its creation.
    ///
    /// Errors: [`DirectInitialization`] on the implementation itself, [`AlreadyInitialized`] the second time,
    /// [`OwnableInvalidOwner`] if `owner` is zero.
    /// Events: `Initialized`, `OwnershipTransferred`.
    pub fn initialize(&mut self, owner: Address) -> Result<(), RegistryError> {
        self.initializer.begin(INITIAL_VERSION)?;
        self.ownership.initialize(owner)?;
        Ok(())
    }

    // ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// Tells whether `holder` holds this credential and it is valid now, and its [`status`] by precedence: none,
    /// revoked, expired, not the holder; else active.
    pub fn validate_credential(&self, credential_id: B256, holder: Address) -> (bool, u8) {
        let credential = self.records.credentials.getter(credential_id);
        let status = match self.status_of(&credential) {
            status::ACTIVE if credential.holder.get() != holder => status::NOT_HOLDER,
            status => status,
        };
        (status == status::ACTIVE, status)
    }

    /// All that is kept of a credential; all zero if it isn't registered.
    ///
    /// Units: Unix seconds; `validUntil` is 2⁶⁴ − 1 if nothing ends it.
    pub fn get_credential(&self, credential_id: B256) -> Credential {
        let credential = self.records.credentials.getter(credential_id);
        let status = self.status_of(&credential);
        if status == status::NONE {
            return Credential::default();
        }
        let revocation = self.records.revocations.getter(credential_id);
        let key = credential.key.get();
        let (expires_at, revoked_at) = (credential.expires_at.get().to(), revocation.at.get().to());
        Credential {
            holder: credential.holder.get(),
            issuerRoot: self.records.keys.getter(key).root.get(),
            key,
            credentialType: credential.credential_type.get(),
            issuedAt: credential.issued_at.get().to(),
            expiresAt: expires_at,
            acceptedAt: credential.accepted_at.get().to(),
            revokedAt: revoked_at,
            reason: revocation.reason.get().to(),
            status,
            validUntil: never_if_zero(expires_at).min(never_if_zero(revoked_at)),
        }
    }

    /// The id of the credential that `issuer_root` attests to `subject`.
    ///
    /// Source: [`credential::id`].
    pub fn credential_id(issuer_root: Address, credential_type: B256, subject: B256) -> B256 {
        credential::id(issuer_root, credential_type, subject)
    }

    /// The issuer that `key` is or was a key of (zero if none), whether it may attest now, and whether every type.
    pub fn get_issuer(&self, key: Address) -> (Address, bool, bool) {
        let key = self.records.keys.getter(key);
        (key.root.get(), key.active.get(), key.every_type.get())
    }

    /// Tells whether `key` may attest credentials of this type now.
    pub fn is_issuer_for_type(&self, key: Address, credential_type: B256) -> bool {
        self.issuer_for(key, credential_type).is_ok()
    }

    /// Tells whether the issuer has used this nonce.
    pub fn is_nonce_used(&self, issuer_root: Address, nonce: U256) -> bool {
        let bit = NonceBit::of(nonce);
        bit.is_set_in(self.nonce_bitmap(issuer_root, bit.word))
    }

    /// Which of the issuer's nonces 256·`word` … 256·`word` + 255 are used, a bit each, the first lowest.
    pub fn nonce_bitmap(&self, issuer_root: Address, word: U256) -> U256 {
        self.records.nonces.getter(issuer_root).get(word)
    }

    /// The EIP-712 domain that attestations are signed in (EIP-5267).
    #[selector(name = "eip712Domain")]
    pub fn eip712_domain(&self) -> (FixedBytes<1>, String, String, U256, Address, B256, Vec<U256>) {
        let (chain_id, registry) = (U256::from(self.vm().chain_id()), self.vm().contract_address());
        let (name, version) = (String::from(DOMAIN_NAME), String::from(DOMAIN_VERSION));
        (eip712::DOMAIN_FIELDS, name, version, chain_id, registry, B256::ZERO, Vec::new())
    }

    /// The owner; zero if there is none.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Whom the ownership was offered to; zero if nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending_owner()
    }

    // ── What anyone does ────────────────────────────────────────────────────────────────────────────────────────

    /// Registers the credential that `issuer` attests, and returns its id. Anyone may relay it.
    ///
    /// Units: Unix seconds. Source of the id: [`credential::id`]; of what is signed: EIP-712.
    /// Errors: [`ZeroSubject`], [`ZeroHolder`]; [`DeadlinePassed`]; [`IssuedInFuture`] if it is issued more than
    /// [`CLOCK_SKEW_SECS`] from now; [`CredentialExpired`]; [`UnknownIssuer`] if `issuer` is no current key;
    /// [`IssuerNotForType`]; [`CredentialAlreadyRegistered`]; [`NonceAlreadyUsed`]; [`InvalidSignature`].
    /// Events: [`NonceUsed`], [`CredentialRegistered`].
    pub fn register_credential(
        &mut self,
        a: CredentialAttestation,
        issuer: Address,
        signature: Bytes,
    ) -> Result<B256, RegistryError> {
        let now = self.vm().block_timestamp();
        check_contents(&a, now)?;
        let root = self.issuer_for(issuer, a.credentialType)?;
        let id = credential::id(root, a.credentialType, a.subject);
        if !self.records.credentials.getter(id).holder.get().is_zero() {
            return Err(CredentialAlreadyRegistered { credentialId: id }.into());
        }
        if self.is_nonce_used(root, a.nonce) {
            return Err(NonceAlreadyUsed { issuerRoot: root, nonce: a.nonce }.into());
        }
        // The only call out comes before the stores. It is static, so it can't change what was checked above.
        let digest = self.digest(&a);
        if !signer::has_signed(self.vm(), issuer, digest, &signature) {
            return Err(InvalidSignature { issuer, digest }.into());
        }
        self.use_nonce(root, a.nonce);
        self.store(id, &a, issuer, now);
        self.vm().log(CredentialRegistered {
            credentialId: id,
            holder: a.holder,
            issuerRoot: root,
            key: issuer,
            credentialType: a.credentialType,
            issuedAt: a.issuedAt,
            expiresAt: a.expiresAt,
        });
        Ok(id)
    }

    // ── What issuers and the owner do ───────────────────────────────────────────────────────────────────────────

    /// Revokes a credential for ever, for a reason of the revoker's own numbering. Its issuer or the owner only.
    ///
    /// Errors: [`UnknownCredential`]; [`NotIssuerOrOwner`]; [`CredentialAlreadyRevoked`].
    /// Events: [`CredentialRevoked`].
    pub fn revoke_credential(&mut self, credential_id: B256, reason: u8) -> Result<(), RegistryError> {
        let caller = self.vm().msg_sender();
        let credential = self.records.credentials.getter(credential_id);
        if credential.holder.get().is_zero() {
            return Err(UnknownCredential { credentialId: credential_id }.into());
        }
        let root = self.records.keys.getter(credential.key.get()).root.get();
        if !self.is_current_key_of(root, caller) && self.ownership.only_owner().is_err() {
            return Err(NotIssuerOrOwner { credentialId: credential_id, issuerRoot: root, caller }.into());
        }
        if credential.revoked.get() {
            let revoked_at = self.records.revocations.getter(credential_id).at.get().to();
            return Err(
                CredentialAlreadyRevoked { credentialId: credential_id, revokedAt: revoked_at }.into()
            );
        }
        let now = self.vm().block_timestamp();
        self.records.credentials.setter(credential_id).revoked.set(true);
        let mut revocation = self.records.revocations.setter(credential_id);
        revocation.by.set(caller);
        revocation.at.set(U64::from(now));
        revocation.reason.set(U8::from(reason));
        self.vm().log(CredentialRevoked {
            credentialId: credential_id,
            issuerRoot: root,
            revokedBy: caller,
            reason,
        });
        Ok(())
    }

    /// Lets `issuer` attest credentials of `types`, of every type if the list is empty. Owner only.
    ///
    /// `metadata_uri` is for people and stays in the log.
    /// Errors: [`OwnableUnauthorizedAccount`]; [`ZeroIssuer`]; [`IssuerAlreadyKnown`] if the address is or ever was
    /// a key (R4).
    /// Events: [`IssuerAdded`].
    pub fn add_issuer(
        &mut self,
        issuer: Address,
        types: Vec<B256>,
        metadata_uri: String,
    ) -> Result<(), RegistryError> {
        self.ownership.only_owner()?;
        if issuer.is_zero() {
            return Err(ZeroIssuer {}.into());
        }
        let mut key = self.records.keys.setter(issuer);
        if !key.root.get().is_zero() {
            return Err(IssuerAlreadyKnown { issuer }.into());
        }
        key.root.set(issuer);
        key.active.set(true);
        key.every_type.set(types.is_empty());
        let mut allowed = self.records.types.setter(issuer);
        for credential_type in &types {
            allowed.insert(*credential_type, true);
        }
        self.vm().log(IssuerAdded { issuerRoot: issuer, types, metadataURI: metadata_uri });
        Ok(())
    }

    /// Offers the ownership to `new_owner`, which has to accept; zero withdraws an offer. Owner only.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`].
    /// Events: `OwnershipTransferStarted`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), RegistryError> {
        Ok(self.ownership.transfer(new_owner)?)
    }

    /// Takes over the ownership that was offered to the caller.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`].
    /// Events: `OwnershipTransferred`.
    pub fn accept_ownership(&mut self) -> Result<(), RegistryError> {
        Ok(self.ownership.accept()?)
    }

    /// Gives up the ownership for ever: no issuer can be added any more. Owner only.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`].
    /// Events: `OwnershipTransferred`.
    pub fn renounce_ownership(&mut self) -> Result<(), RegistryError> {
        Ok(self.ownership.renounce()?)
    }
}

/// Guards: they read, and refuse.
impl CredentialRegistry {
    /// The issuer that signs with `key` now, if it may attest this type.
    fn issuer_for(&self, key: Address, credential_type: B256) -> Result<Address, RegistryError> {
        let record = self.records.keys.getter(key);
        let root = record.root.get();
        if !record.active.get() {
            return Err(UnknownIssuer { issuer: key }.into());
        }
        if !record.every_type.get() && !self.records.types.getter(root).get(credential_type) {
            return Err(IssuerNotForType { issuer: key, credentialType: credential_type }.into());
        }
        Ok(root)
    }

    fn is_current_key_of(&self, root: Address, key: Address) -> bool {
        let record = self.records.keys.getter(key);
        record.active.get() && record.root.get() == root
    }

    /// The status of a credential for its holder.
    fn status_of(&self, credential: &CredentialRecord) -> u8 {
        if credential.holder.get().is_zero() {
            status::NONE
        } else if credential.revoked.get() {
            status::REVOKED
        } else if has_expired(credential.expires_at.get().to(), self.vm().block_timestamp()) {
            status::EXPIRED
        } else {
            status::ACTIVE
        }
    }

    /// What the issuer signs.
    fn digest(&self, a: &CredentialAttestation) -> B256 {
        let (chain_id, registry) = (self.vm().chain_id(), self.vm().contract_address());
        let domain = eip712::domain_separator(DOMAIN_NAME_HASH, DOMAIN_VERSION_HASH, chain_id, registry);
        let attestation = eip712::hash_words(&[
            ATTESTATION_TYPEHASH.0,
            a.subject.0,
            a.holder.into_word().0,
            a.credentialType.0,
            U256::from(a.issuedAt).to_be_bytes(),
            U256::from(a.expiresAt).to_be_bytes(),
            a.nonce.to_be_bytes(),
            a.deadline.to_be_bytes(),
        ]);
        eip712::digest(domain, attestation)
    }
}

/// Effects: they store, and can't fail.
impl CredentialRegistry {
    fn use_nonce(&mut self, root: Address, nonce: U256) {
        let bit = NonceBit::of(nonce);
        let used = self.nonce_bitmap(root, bit.word);
        self.records.nonces.setter(root).insert(bit.word, used | bit.mask);
        self.vm().log(NonceUsed { issuerRoot: root, nonce });
    }

    fn store(&mut self, id: B256, a: &CredentialAttestation, key: Address, now: u64) {
        let mut credential = self.records.credentials.setter(id);
        credential.holder.set(a.holder);
        credential.expires_at.set(U64::from(a.expiresAt));
        credential.key.set(key);
        // 40 bits hold the time until the year 36 812, and `issuedAt <= now + CLOCK_SKEW_SECS` was checked.
        credential.accepted_at.set(U40::saturating_from(now));
        credential.issued_at.set(U40::saturating_from(a.issuedAt));
        credential.credential_type.set(a.credentialType);
    }
}

/// Refuses an attestation that says nothing, comes too late or is from the future.
fn check_contents(a: &CredentialAttestation, now: u64) -> Result<(), RegistryError> {
    if a.subject.is_zero() {
        return Err(ZeroSubject {}.into());
    }
    if a.holder.is_zero() {
        return Err(ZeroHolder {}.into());
    }
    let timestamp = U256::from(now);
    if a.deadline < timestamp {
        return Err(DeadlinePassed { deadline: a.deadline, timestamp }.into());
    }
    let latest = now.saturating_add(CLOCK_SKEW_SECS);
    if a.issuedAt > latest {
        return Err(IssuedInFuture { issuedAt: a.issuedAt, latest: U256::from(latest) }.into());
    }
    if has_expired(a.expiresAt, now) {
        return Err(CredentialExpired { expiresAt: a.expiresAt, timestamp }.into());
    }
    Ok(())
}

fn has_expired(expires_at: u64, now: u64) -> bool {
    never_if_zero(expires_at) <= now
}

/// Reads a time that may be absent: 0 stands for one that never comes.
fn never_if_zero(time: u64) -> u64 {
    if time == 0 { u64::MAX } else { time }
}

#[cfg(test)]
mod tests;
