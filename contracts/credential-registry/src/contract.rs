//! The registry of credentials: who may attest, what was attested, and whether it is still valid.
//!
//! **Holds** the issuers, each credential that one of them attested (not its subject: that is hashed into the id)
//! and which nonces the issuers have used. No money.
//!
//! **Who may call**: anyone may relay an attestation, the signature of its issuer decides; an issuer revokes what it
//! attested; the owner adds issuers and may revoke anything.
//!
//! **Trusts** (safety) an issuer, for the types that it was added for, to attest only what it has verified with the
//! wallet's owner present, and the owner to add such issuers only. What is signed does not name the issuer, so a
//! contract that is an issuer has to bind its own address into what it accepts (ERC-7739, or as Safe does): the owner
//! sees to that before adding one. (Liveness) an issuer that is a contract gets a
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
use alloy_primitives::{Address, B256, FixedBytes, U256};
use kit::{
    absorb,
    calldata::{ByteString, Text},
    eip712,
    initializer::{InitializeError, Initializer},
    namespace::{Namespace, Namespaced},
    ownership::Ownership,
    signer,
    word::WordMap,
};
use math::{credential, nonce::NonceBit};
use stylus_sdk::prelude::*;

use crate::records::{Acceptance, Key, Revocation, Standing, has_expired, never_if_zero};

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

/// What `types` holds for a type that the issuer may attest.
const MAY_ATTEST: B256 = B256::with_last_byte(1);

/// Version that [`CredentialRegistry::initialize`] sets up.
const INITIAL_VERSION: u64 = 1;

/// Why a call was refused.
#[derive(SolidityError, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each error is documented where it is declared, in abi")]
pub enum RegistryError {
    Already(AlreadyInitialized),
    Direct(DirectInitialization),
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

absorb!(InitializeError into RegistryError: Already, Direct);

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
/// Layout v1, append-only, namespace `air.storage.CredentialRegistry`. Each entry is one word, packed by the record
/// that it names:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `standings` | credential id → [`Standing`]: all that validation reads |
/// | 1 | `acceptances` | credential id → [`Acceptance`] |
/// | 2 | `credential_types` | credential id → type |
/// | 3 | `revocations` | credential id → [`Revocation`] |
/// | 4 | `keys` | address → [`Key`] |
/// | 5 | `types` | issuer root → type → 1 if it may attest it |
/// | 6 | `nonces` | issuer root → word → 256 nonces, a bit each |
#[storage]
struct Records {
    standings: WordMap<B256>,
    acceptances: WordMap<B256>,
    credential_types: WordMap<B256>,
    revocations: WordMap<B256>,
    keys: WordMap<Address>,
    types: WordMap<(Address, B256)>,
    nonces: WordMap<(Address, U256)>,
}

impl Namespace for Records {
    const ID: &'static str = "air.storage.CredentialRegistry";
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
        let standing = self.standing(credential_id);
        let status = match standing.status(self.vm().block_timestamp()) {
            status::ACTIVE if standing.holder != holder => status::NOT_HOLDER,
            status => status,
        };
        (status == status::ACTIVE, status)
    }

    /// All that is kept of a credential; all zero if it isn't registered.
    ///
    /// Units: Unix seconds; `validUntil` is 2⁶⁴ − 1 if nothing ends it.
    pub fn get_credential(&self, credential_id: B256) -> Credential {
        let standing = self.standing(credential_id);
        if !standing.is_registered() {
            return Credential::default();
        }
        let Acceptance { key, accepted_at, issued_at } = self.acceptance(credential_id);
        let revocation = self.revocation(credential_id);
        Credential {
            holder: standing.holder,
            issuerRoot: self.key(key).root,
            key,
            credentialType: self.records.credential_types.at(credential_id).get(),
            issuedAt: issued_at,
            expiresAt: standing.expires_at,
            acceptedAt: accepted_at,
            revokedAt: revocation.at,
            reason: revocation.reason,
            status: standing.status(self.vm().block_timestamp()),
            validUntil: never_if_zero(standing.expires_at).min(never_if_zero(revocation.at)),
        }
    }

    /// The issuer that `key` is or was a key of (zero if none), whether it may attest now, and whether every type.
    pub fn get_issuer(&self, key: Address) -> (Address, bool, bool) {
        let Key { root, active, every_type } = self.key(key);
        (root, active, every_type)
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
        self.records.nonces.at((issuer_root, word)).number()
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
        signature: ByteString,
    ) -> Result<B256, RegistryError> {
        let now = self.vm().block_timestamp();
        check_contents(&a, now)?;
        let root = self.issuer_for(issuer, a.credentialType)?;
        let id = credential::id(root, a.credentialType, a.subject);
        if self.standing(id).is_registered() {
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
        let standing = self.standing(credential_id);
        if !standing.is_registered() {
            return Err(UnknownCredential { credentialId: credential_id }.into());
        }
        let root = self.key(self.acceptance(credential_id).key).root;
        if !self.is_current_key_of(root, caller) && self.ownership.only_owner().is_err() {
            return Err(NotIssuerOrOwner { credentialId: credential_id, issuerRoot: root, caller }.into());
        }
        if standing.revoked {
            let revoked_at = self.revocation(credential_id).at;
            return Err(
                CredentialAlreadyRevoked { credentialId: credential_id, revokedAt: revoked_at }.into()
            );
        }
        let revocation = Revocation { by: caller, at: self.vm().block_timestamp(), reason };
        self.records.standings.at_mut(credential_id).set(Standing { revoked: true, ..standing }.pack());
        self.records.revocations.at_mut(credential_id).set(revocation.pack());
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
        metadata_uri: Text,
    ) -> Result<(), RegistryError> {
        self.ownership.only_owner()?;
        if issuer.is_zero() {
            return Err(ZeroIssuer {}.into());
        }
        if !self.key(issuer).root.is_zero() {
            return Err(IssuerAlreadyKnown { issuer }.into());
        }
        let key = Key { root: issuer, active: true, every_type: types.is_empty() };
        self.records.keys.at_mut(issuer).set(key.pack());
        for credential_type in &types {
            self.records.types.at_mut((issuer, *credential_type)).set(MAY_ATTEST);
        }
        self.vm().log(IssuerAdded { issuerRoot: issuer, types, metadataURI: metadata_uri.0 });
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
        let Key { root, active, every_type } = self.key(key);
        if !active {
            return Err(UnknownIssuer { issuer: key }.into());
        }
        if !every_type && self.records.types.at((root, credential_type)).get() != MAY_ATTEST {
            return Err(IssuerNotForType { issuer: key, credentialType: credential_type }.into());
        }
        Ok(root)
    }

    fn is_current_key_of(&self, root: Address, key: Address) -> bool {
        let key = self.key(key);
        key.active && key.root == root
    }

    fn standing(&self, credential_id: B256) -> Standing {
        Standing::unpack(self.records.standings.at(credential_id).get())
    }

    fn acceptance(&self, credential_id: B256) -> Acceptance {
        Acceptance::unpack(self.records.acceptances.at(credential_id).get())
    }

    fn revocation(&self, credential_id: B256) -> Revocation {
        Revocation::unpack(self.records.revocations.at(credential_id).get())
    }

    fn key(&self, address: Address) -> Key {
        Key::unpack(self.records.keys.at(address).get())
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
        let mut used = self.records.nonces.at_mut((root, bit.word));
        let now_used = used.number() | bit.mask;
        used.set_number(now_used);
        self.vm().log(NonceUsed { issuerRoot: root, nonce });
    }

    fn store(&mut self, id: B256, a: &CredentialAttestation, key: Address, now: u64) {
        let standing = Standing { holder: a.holder, expires_at: a.expiresAt, revoked: false };
        let acceptance = Acceptance { key, accepted_at: now, issued_at: a.issuedAt };
        self.records.standings.at_mut(id).set(standing.pack());
        self.records.acceptances.at_mut(id).set(acceptance.pack());
        self.records.credential_types.at_mut(id).set(a.credentialType);
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

#[cfg(test)]
mod tests;
