//! The registry of credentials: who may attest, what was attested, and whether it is still valid.
//!
//! **Holds** the issuers and their keys, each credential that one of them attested (not its subject: that is hashed into
//! the id), how it was renewed and rebound, and which nonces the issuers have used. No money.
//!
//! **Who may call**: anyone may relay what an issuer signed, the signature decides; an issuer revokes what it attested
//! and replaces its own key; the owner adds issuers, replaces their keys and brings back removed ones (announced, once
//! launched), removes and distrusts them, and undoes what a stolen key did; the guardian can stop registrations, renewals and rebindings.
//!
//! **Trusts** (safety) an issuer, for the types that it was added for, to attest only what it has verified with the
//! wallet's owner present, and the owner to add such issuers only. What is signed does not name the issuer, so a
//! contract that is an issuer has to bind its own address into what it accepts (ERC-7739, or as Safe does): the owner
//! sees to that before adding one. (Liveness) an issuer that is a contract gets a bounded amount of gas to judge a
//! signature, and can hold up nobody's attestations but its own.
//!
//! **A stolen key**: the owner distrusts it since the time of the theft, and every key that it appointed since. From that
//! moment none of them can do anything, and what each did since then doesn't count, judged by the times at which this
//! registry accepted it, whatever the messages say: what it registered, renewed or rebound is no longer valid, a
//! rebinding under way is void. The owner restores what it revoked, renewed or rebound; its issuer registers again what it
//! registered, once the owner has appointed another key.
//!
//! **Invariants**
//! - R1 A credential is registered at most once, unless its registration doesn't count, and only by an attestation that
//!   a then-current, trusted key of its issuer signed for this registry on this chain.
//! - R2 No nonce of an issuer is accepted twice.
//! - R3 Type, issuer, key and times of a registration never change while it counts; expiry and holder change only by
//!   renewal, rebinding and the owner's undoing of those that don't count.
//! - R4 An address becomes a key at most once, and stays with the issuer that it was a key of.
//! - R5 A holder's list has exactly the credentials whose holder it is.
//! - R6 The lapses of a credential are in order, don't overlap, and have ended; none ever changes or goes.
//!
//! **Lapses**: a credential that becomes valid again has lapsed, from the second at which it had stopped to be valid. It
//! does when it is renewed after its expiry; and when it is registered again because its registration turned out not to
//! count, after the first of its expiry, its revocation and the distrust. What the owner undoes leaves no lapse, as if it
//! had never been: not the time for which a stolen key's revocation, renewal or rebinding had kept the credential from
//! being valid. If its expiry has passed by then, or the one that an undone renewal had replaced, the renewal that
//! follows tells the lapse since that expiry. The way to another wallet is none: the credential stays the same person's.
//! What was told once stays, whatever is undone later, and the next lapse starts where it ended at the earliest. So a
//! credential counts as valid from its registration to its `validUntil`, but for its lapses.
//!
//! **Deliberately absent**: what the credential says, beyond its type, stays with the holder; metadata of issuers
//! stays in the log.

use abi::registry::{
    DOMAIN_NAME, DOMAIN_VERSION,
    ICredentialRegistry::{
        AlreadyHolder, ArrayLengthMismatch, Credential, CredentialAlreadyRegistered,
        CredentialAlreadyRevoked, CredentialAttestation, CredentialExpired, CredentialIsDistrusted,
        CredentialLapsed, CredentialRebind, CredentialRebindCancelled, CredentialRebindStarted,
        CredentialRebound, CredentialRegistered, CredentialRenewal, CredentialRenewed, CredentialRestored,
        CredentialRevoked, DeadlinePassed, DistrustInFuture, ExpiresTooLate, ExpiryNotLater, HistoryFull,
        InvalidMetadata, InvalidSignature, IssuedInFuture, IssuerAdded, IssuerAlreadyKnown, IssuerDistrusted,
        IssuerKeyDistrusted, IssuerKeyRetired, IssuerNotForType, IssuerRemoved, IssuerRotated,
        IssuerWasRemoved, Lapse, NoRebindPending, NonceAlreadyUsed, NonceUsed, NotIssuerOrOwner,
        NothingToRestore, PageTooLarge, RebindNotDue, RebindPending, UnknownCredential, UnknownIssuer,
        WrongIssuer, ZeroHolder, ZeroIssuer, ZeroSubject, addIssuerCall, rotateIssuerCall,
    },
    PAGE_MAX, status,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use kit::{
    authority::{Authority, AuthorityError},
    calldata, eip712,
    namespace::{Namespace, Namespaced},
    reply::{self, Word as _, collected},
    schedule::{DELAY_SECS, call_hash},
    signer,
    word::WordMap,
};
use math::{credential, nonce::NonceBit, page, text};
use stylus_sdk::{crypto, prelude::*};

use crate::{
    messages,
    records::{
        Acceptance, CHANGES_MAX, Change, HELD_MAX, Key, LAPSES_MAX, LATEST_EXPIRY, Office, Revocation,
        Standing, has_expired, never_if_zero, pack_lapse, unpack_lapse,
    },
};

mod checks;
mod state;

use checks::{check_contents, check_expiry, check_page, one_more};
use state::{append_terms, effective_at};

/// How far an issuer's clock may be ahead of the chain's, in seconds.
pub const CLOCK_SKEW_SECS: u64 = 300;

/// Longest text about an issuer, in bytes.
const METADATA_BYTES_MAX: usize = 1_024;

/// What `types` holds for a type that the issuer may attest.
const MAY_ATTEST: B256 = B256::with_last_byte(1);

/// What an act counts until, if nothing voids it.
const COUNTS: u64 = u64::MAX;

kit::errors! {
    /// Why a call was refused.
    pub RegistryError and AuthorityError:
    ZeroIssuer {},
    IssuerAlreadyKnown { issuer },
    UnknownIssuer { issuer },
    IssuerKeyRetired { issuer, currentKey },
    IssuerKeyDistrusted { issuer, since },
    IssuerWasRemoved { issuerRoot },
    IssuerNotForType { issuer, credentialType },
    DistrustInFuture { since, timestamp },
    ZeroSubject {},
    ZeroHolder {},
    DeadlinePassed { deadline, timestamp },
    IssuedInFuture { issuedAt, latest },
    CredentialExpired { expiresAt, timestamp },
    ExpiresTooLate { expiresAt, latest },
    ExpiryNotLater { expiresAt, asked },
    NonceAlreadyUsed { issuerRoot, nonce },
    InvalidSignature { issuer, digest },
    WrongIssuer { credentialId, issuerRoot, issuer },
    NotIssuerOrOwner { credentialId, issuerRoot, caller },
    UnknownCredential { credentialId },
    CredentialAlreadyRegistered { credentialId },
    CredentialAlreadyRevoked { credentialId, revokedAt },
    CredentialIsDistrusted { credentialId },
    AlreadyHolder { credentialId, holder },
    RebindPending { credentialId, effectiveAt },
    NoRebindPending { credentialId },
    RebindNotDue { credentialId, effectiveAt },
    HistoryFull { credentialId },
    NothingToRestore { credentialId },
    ArrayLengthMismatch {},
    PageTooLarge { limit, maximum },
    InvalidMetadata { length },
}

kit::events! {
    NonceUsed [issuerRoot] { nonce }
    CredentialRegistered [credentialId, holder, issuerRoot] { key, credentialType, issuedAt, expiresAt }
    CredentialRenewed [credentialId, issuerRoot] { key, expiresAt }
    CredentialLapsed [credentialId] { from, until }
    CredentialRebindStarted [credentialId, newHolder, issuerRoot] { key, effectiveAt }
    CredentialRebindCancelled [credentialId, cancelledBy] {}
    CredentialRebound [credentialId, previousHolder, newHolder] {}
    CredentialRevoked [credentialId, issuerRoot, revokedBy] { reason }
    CredentialRestored [credentialId, holder] { expiresAt, revoked }
    IssuerRotated [issuerRoot, oldKey, newKey] {}
    IssuerRemoved [issuerRoot] {}
    IssuerDistrusted [issuerRoot, key] { since }
}

/// The contract: its parts, in namespaces of their own.
#[storage]
#[entrypoint]
pub struct CredentialRegistry {
    pub(crate) authority: Authority,
    records: Namespaced<Records>,
}

/// What the registry remembers.
///
/// Layout v1, append-only, namespace `air.storage.CredentialRegistry`. Each entry is one word, packed by the record
/// that it names:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `standings` | credential id → [`Standing`] |
/// | 1 | `acceptances` | credential id → [`Acceptance`] |
/// | 2 | `credential_types` | credential id → type |
/// | 3 | `revocations` | credential id → [`Revocation`]; counts while the standing is marked |
/// | 4 | `keys` | address → [`Key`] |
/// | 5 | `types` | issuer root → type → 1 if it may attest it |
/// | 6 | `nonces` | issuer root → word → 256 nonces, a bit each |
/// | 7 | `issuers` | issuer root → its last key |
/// | 8 | `renewals` | credential id → number, from 0 → [`Change`]; as many as the standing says |
/// | 9 | `rebinds` | credential id → number, from 0 → [`Change`]; as many as the standing says, and the one under way |
/// | 10 | `rebind_holders` | credential id → number, from 0 → the holder before, or of the one under way the next |
/// | 11 | `held_counts` | holder → number of credentials |
/// | 12 | `held` | holder → position, from 0 → credential id |
/// | 13 | `lapses` | credential id → number, from 0 → [`Lapse`]; as many as the standing says |
#[storage]
struct Records {
    standings: WordMap<B256>,
    acceptances: WordMap<B256>,
    credential_types: WordMap<B256>,
    revocations: WordMap<B256>,
    keys: WordMap<Address>,
    types: WordMap<(Address, B256)>,
    nonces: WordMap<(Address, U256)>,
    issuers: WordMap<Address>,
    renewals: WordMap<(B256, U256)>,
    rebinds: WordMap<(B256, U256)>,
    rebind_holders: WordMap<(B256, U256)>,
    held_counts: WordMap<Address>,
    held: WordMap<(Address, U256)>,
    lapses: WordMap<(B256, U256)>,
}

impl Namespace for Records {
    const ID: &'static str = "air.storage.CredentialRegistry";
}

// What the interface declares; `routes.rs` says which call runs which function.
impl CredentialRegistry {
    /// Sets the owner. Once, by the proxy at its creation.
    ///
    /// Errors: `DirectInitialization` on the implementation itself, `AlreadyInitialized` the second time,
    /// `OwnableInvalidOwner` if `owner` is zero.
    /// Events: `Initialized`, `OwnershipTransferred`.
    pub fn initialize(&mut self, owner: Address) -> Result<(), RegistryError> {
        self.authority.initialize(owner)?;
        Ok(())
    }

    // ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// Tells whether `holder` holds this credential and it is valid now, and its [`status`] by precedence: none,
    /// revoked, issuer distrusted, expired, not the holder (nobody is while it is on its way to another); else active.
    pub fn validate_credential(&self, credential_id: B256, holder: Address) -> (bool, u8) {
        let status = self.status(credential_id, &self.standing(credential_id), holder);
        (status == status::ACTIVE, status)
    }

    /// Tells for each credential whether the holder at the same place holds it and it is valid now.
    ///
    /// Errors: [`ArrayLengthMismatch`].
    pub fn batch_validate_credentials(
        &self,
        credential_ids: &[B256],
        holders: &[Address],
    ) -> Result<Vec<bool>, RegistryError> {
        if credential_ids.len() != holders.len() {
            return Err(ArrayLengthMismatch {}.into());
        }
        let pairs = credential_ids.iter().zip(holders);
        Ok(collected(pairs.map(|(id, holder)| self.validate_credential(*id, *holder).0)))
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
        let revocation = self.revocation(credential_id, &standing);
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
            status: self.status(credential_id, &standing, standing.holder),
            validUntil: self.valid_until(credential_id, &standing),
        }
    }

    /// Up to `limit` credentials that `holder` holds, valid or not, from the one numbered `offset` (from 0), in no
    /// particular order; fewer at the list's end.
    ///
    /// Errors: [`PageTooLarge`] for a `limit` beyond 1 000.
    pub fn get_credentials_of(
        &self,
        holder: Address,
        offset: U256,
        limit: U256,
    ) -> Result<Vec<B256>, RegistryError> {
        check_page(limit)?;
        let count = self.get_credential_count_of(holder).saturating_to();
        let positions = page::window(count, offset, limit);
        Ok(collected(positions.map(|position| self.records.held.at((holder, U256::from(position))).get())))
    }

    /// Number of credentials that `holder` holds, valid or not.
    pub fn get_credential_count_of(&self, holder: Address) -> U256 {
        self.records.held_counts.at(holder).number()
    }

    /// Up to `limit` lapses of a credential from the one numbered `offset` (from 0), the oldest first; fewer at the list's
    /// end. The module says what a lapse is.
    ///
    /// Units: Unix seconds.
    /// Errors: [`PageTooLarge`] for a `limit` beyond 1 000.
    pub fn get_lapses(
        &self,
        credential_id: B256,
        offset: U256,
        limit: U256,
    ) -> Result<Vec<Lapse>, RegistryError> {
        check_page(limit)?;
        let numbers = page::window(self.standing(credential_id).lapses.into(), offset, limit);
        Ok(collected(numbers.flat_map(u16::try_from).map(|number| self.lapse(credential_id, number))))
    }

    /// Number of lapses of a credential. It only grows.
    pub fn get_lapse_count(&self, credential_id: B256) -> U256 {
        U256::from(self.standing(credential_id).lapses)
    }

    /// Where a credential is to move, and from when on (Unix seconds); zeros if it stays.
    pub fn get_rebind(&self, credential_id: B256) -> (Address, u64) {
        let standing = self.standing(credential_id);
        if !self.is_moving(credential_id, &standing) {
            return (Address::ZERO, 0);
        }
        let key = (credential_id, U256::from(standing.rebinds));
        (self.records.rebind_holders.at(key).account(), effective_at(&self.rebind(key)))
    }

    /// The issuer that `key` is or was a key of (zero if none), whether it may attest now, and whether every type.
    pub fn get_issuer(&self, key: Address) -> (Address, bool, bool) {
        let key = self.key(key);
        (key.root, key.is_active(), key.every_type)
    }

    /// The key that signs for this issuer now, or did last; zero if there is no such issuer.
    pub fn get_issuer_key(&self, issuer_root: Address) -> Address {
        self.records.issuers.at(issuer_root).account()
    }

    /// Since when a key is distrusted, and when that was decided, in Unix seconds; zeros if it isn't.
    pub fn get_distrust(&self, key: Address) -> (u64, u64) {
        let key = self.key(key);
        (key.distrusted_since, key.distrusted_at)
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

    /// The EIP-712 domain that issuers sign in (EIP-5267), encoded.
    pub fn eip712_domain(&self) -> Vec<u8> {
        let (chain_id, registry) = (self.vm().chain_id(), self.vm().contract_address());
        eip712::domain_reply(DOMAIN_NAME, DOMAIN_VERSION, chain_id, registry)
    }

    // ── What anyone does ────────────────────────────────────────────────────────────────────────────────────────

    /// Registers the credential that `issuer` attests, and returns its id. Anyone may relay it.
    ///
    /// Units: Unix seconds. Source of the id: [`credential::id`]; of what is signed: EIP-712.
    /// Registered again, it may have lapsed meanwhile: see the module.
    /// Errors: `EnforcedPause`; [`ZeroSubject`], [`ZeroHolder`]; [`DeadlinePassed`]; [`IssuedInFuture`] if it is issued
    /// more than [`CLOCK_SKEW_SECS`] from now; [`CredentialExpired`], [`ExpiresTooLate`]; [`UnknownIssuer`],
    /// [`IssuerKeyRetired`], [`IssuerKeyDistrusted`], [`IssuerWasRemoved`] if `issuer` signs for no issuer now;
    /// [`IssuerNotForType`]; [`CredentialAlreadyRegistered`], unless by a key that was distrusted then;
    /// [`NonceAlreadyUsed`]; [`InvalidSignature`]; [`HistoryFull`].
    /// Events: [`NonceUsed`]; [`CredentialLapsed`] if it has; [`CredentialRegistered`].
    pub fn register_credential(
        &mut self,
        a: &CredentialAttestation,
        issuer: Address,
        signature: &[u8],
    ) -> Result<B256, RegistryError> {
        self.authority.when_running()?;
        let now = self.now();
        check_contents(a, now)?;
        let root = self.issuer_for(issuer, a.credentialType)?;
        let id = credential::id(root, a.credentialType, a.subject);
        let before = self.standing(id);
        if before.is_registered() && self.registration_voided_at(id) == COUNTS {
            return Err(CredentialAlreadyRegistered { credentialId: id }.into());
        }
        let lapse = if before.is_registered() {
            self.lapse_until_now(id, &before, self.valid_until(id, &before))?
        } else {
            None
        };
        self.accept(issuer, root, messages::attestation(a), a.nonce, signature)?;
        if before.is_registered() {
            self.leave(&before);
        }
        let lapses = self.keep_lapse(id, before.lapses, lapse);
        let position = self.join(id, a.holder)?;
        let (holder, expires_at) = (a.holder, a.expiresAt);
        let standing = Standing { holder, expires_at, position, lapses, ..Standing::default() };
        let acceptance = Acceptance { key: issuer, accepted_at: now, issued_at: a.issuedAt };
        self.set_standing(id, standing);
        self.records.acceptances.at_mut(id).set(acceptance.pack());
        self.records.credential_types.at_mut(id).set(a.credentialType);
        CredentialRegistered {
            credentialId: id,
            holder: a.holder,
            issuerRoot: root,
            key: issuer,
            credentialType: a.credentialType,
            issuedAt: a.issuedAt,
            expiresAt: a.expiresAt,
        }
        .emit(self.vm());
        Ok(id)
    }

    /// Lets a credential last longer, as its `issuer` says. Anyone may relay it. If it had expired it has lapsed meanwhile.
    ///
    /// Errors: `EnforcedPause`; [`DeadlinePassed`]; [`CredentialExpired`] if it would have ended already;
    /// [`ExpiresTooLate`]; [`UnknownIssuer`], [`IssuerKeyRetired`], [`IssuerKeyDistrusted`], [`IssuerWasRemoved`] if
    /// `issuer` signs for no issuer now, [`WrongIssuer`] if it signs for another; [`UnknownCredential`],
    /// [`CredentialAlreadyRevoked`], [`CredentialIsDistrusted`]; [`ExpiryNotLater`]; [`HistoryFull`] after 255 renewals
    /// or 16 383 lapses; [`NonceAlreadyUsed`]; [`InvalidSignature`].
    /// Events: [`NonceUsed`]; [`CredentialLapsed`] if it has; [`CredentialRenewed`].
    pub fn renew_credential(
        &mut self,
        r: &CredentialRenewal,
        issuer: Address,
        signature: &[u8],
    ) -> Result<(), RegistryError> {
        let now = self.now();
        check_expiry(r.expiresAt, now)?;
        let (id, nonce) = (r.credentialId, r.nonce);
        let (root, standing) = self.changeable(id, issuer, r.deadline)?;
        if never_if_zero(r.expiresAt) <= never_if_zero(standing.expires_at) {
            return Err(ExpiryNotLater { expiresAt: standing.expires_at, asked: r.expiresAt }.into());
        }
        let renewals = one_more(id, standing.renewals)?;
        let lapse = self.lapse_until_now(id, &standing, never_if_zero(standing.expires_at))?;
        self.accept(issuer, root, messages::renewal(r), nonce, signature)?;
        let change = Change { key: issuer, accepted_at: now, expired_at: standing.expires_at };
        self.records.renewals.at_mut((id, U256::from(standing.renewals))).set(change.pack());
        let (expires_at, lapses) = (r.expiresAt, self.keep_lapse(id, standing.lapses, lapse));
        self.set_standing(id, Standing { expires_at, renewals, lapses, ..standing });
        CredentialRenewed { credentialId: id, issuerRoot: root, key: issuer, expiresAt: expires_at }
            .emit(self.vm());
        Ok(())
    }

    /// Starts to move a credential to another wallet of its person, as its `issuer` says. Anyone may relay it. Until it is
    /// completed nobody holds the credential.
    ///
    /// Errors: `EnforcedPause`; [`ZeroHolder`]; [`DeadlinePassed`]; [`UnknownIssuer`], [`IssuerKeyRetired`],
    /// [`IssuerKeyDistrusted`], [`IssuerWasRemoved`] if `issuer` signs for no issuer now, [`WrongIssuer`] if it signs for
    /// another; [`UnknownCredential`], [`CredentialAlreadyRevoked`], [`CredentialIsDistrusted`]; [`AlreadyHolder`];
    /// [`RebindPending`]; [`HistoryFull`] after 255 rebindings; [`NonceAlreadyUsed`]; [`InvalidSignature`].
    /// Events: [`NonceUsed`], [`CredentialRebindStarted`].
    pub fn rebind_credential(
        &mut self,
        r: &CredentialRebind,
        issuer: Address,
        signature: &[u8],
    ) -> Result<(), RegistryError> {
        if r.newHolder.is_zero() {
            return Err(ZeroHolder {}.into());
        }
        let (id, new_holder) = (r.credentialId, r.newHolder);
        let (root, standing) = self.changeable(id, issuer, r.deadline)?;
        if standing.holder == new_holder {
            return Err(AlreadyHolder { credentialId: id, holder: new_holder }.into());
        }
        let key = (id, U256::from(standing.rebinds));
        if self.is_moving(id, &standing) {
            let effective_at = effective_at(&self.rebind(key));
            return Err(RebindPending { credentialId: id, effectiveAt: effective_at }.into());
        }
        one_more(id, standing.rebinds)?;
        self.accept(issuer, root, messages::rebind(r), r.nonce, signature)?;
        let change = Change { key: issuer, accepted_at: self.now(), expired_at: 0 };
        self.records.rebinds.at_mut(key).set(change.pack());
        self.records.rebind_holders.at_mut(key).set_account(new_holder);
        self.set_standing(id, Standing { rebinding: true, ..standing });
        CredentialRebindStarted {
            credentialId: id,
            newHolder: new_holder,
            issuerRoot: root,
            key: issuer,
            effectiveAt: effective_at(&change),
        }
        .emit(self.vm());
        Ok(())
    }

    /// Moves a credential whose rebinding is due. Anyone may do it.
    ///
    /// Errors: `EnforcedPause`; [`UnknownCredential`]; [`NoRebindPending`]; [`CredentialAlreadyRevoked`];
    /// [`IssuerKeyDistrusted`] if the key that started it is distrusted since before; [`CredentialIsDistrusted`] if
    /// something else in its history is void; [`RebindNotDue`]; [`HistoryFull`] if the new holder has 2²⁴ credentials.
    /// Events: [`CredentialRebound`].
    pub fn complete_rebind(&mut self, credential_id: B256) -> Result<(), RegistryError> {
        self.authority.when_running()?;
        let standing = self.unrevoked(credential_id)?;
        if !standing.rebinding {
            return Err(NoRebindPending { credentialId: credential_id }.into());
        }
        let key = (credential_id, U256::from(standing.rebinds));
        let change = self.rebind(key);
        let signer = self.key(change.key);
        if signer.voids(change.accepted_at) != COUNTS {
            return Err(IssuerKeyDistrusted { issuer: change.key, since: signer.distrusted_since }.into());
        }
        // Or a good key's rebinding would lend its trust to the holder that a stolen key had put where it starts.
        self.check_counts(credential_id, &standing)?;
        let effective_at = effective_at(&change);
        if self.now() < effective_at {
            return Err(RebindNotDue { credentialId: credential_id, effectiveAt: effective_at }.into());
        }
        let rebinds = one_more(credential_id, standing.rebinds)?;
        let new_holder = self.records.rebind_holders.at(key).account();
        self.leave(&standing);
        let position = self.join(credential_id, new_holder)?;
        self.records.rebind_holders.at_mut(key).set_account(standing.holder);
        let moved = Standing { holder: new_holder, position, rebinds, rebinding: false, ..standing };
        self.set_standing(credential_id, moved);
        CredentialRebound {
            credentialId: credential_id,
            previousHolder: standing.holder,
            newHolder: new_holder,
        }
        .emit(self.vm());
        Ok(())
    }

    // ── What issuers and the owner do ───────────────────────────────────────────────────────────────────────────

    /// Leaves a credential that is on its way to another wallet where it is. Its issuer or the owner only.
    ///
    /// Errors: [`UnknownCredential`]; [`NotIssuerOrOwner`]; [`NoRebindPending`].
    /// Events: [`CredentialRebindCancelled`].
    pub fn cancel_rebind(&mut self, credential_id: B256) -> Result<(), RegistryError> {
        let (_, standing) = self.issuer_or_owner(credential_id)?;
        if !standing.rebinding {
            return Err(NoRebindPending { credentialId: credential_id }.into());
        }
        let stays = self.stay(credential_id, standing);
        self.set_standing(credential_id, stays);
        Ok(())
    }

    /// Revokes a credential, for a reason of the revoker's own numbering. Its issuer or the owner only. For ever, unless
    /// the revoker was a stolen key.
    ///
    /// Errors: [`UnknownCredential`]; [`NotIssuerOrOwner`]; [`CredentialAlreadyRevoked`].
    /// Events: [`CredentialRevoked`].
    pub fn revoke_credential(&mut self, credential_id: B256, reason: u8) -> Result<(), RegistryError> {
        let (root, _) = self.issuer_or_owner(credential_id)?;
        let standing = self.unrevoked(credential_id)?;
        let caller = self.vm().msg_sender();
        let revocation = Revocation { by: caller, at: self.now(), reason };
        self.set_standing(credential_id, Standing { revoked: true, ..standing });
        self.records.revocations.at_mut(credential_id).set(revocation.pack());
        CredentialRevoked { credentialId: credential_id, issuerRoot: root, revokedBy: caller, reason }
            .emit(self.vm());
        Ok(())
    }

    /// Revokes several credentials, all or none.
    ///
    /// Errors: [`PageTooLarge`] for more than 1 000; of the first that can't be revoked [`UnknownCredential`],
    /// [`NotIssuerOrOwner`], [`CredentialAlreadyRevoked`].
    /// Events: [`CredentialRevoked`] for each.
    pub fn revoke_batch(&mut self, credential_ids: &[B256], reason: u8) -> Result<(), RegistryError> {
        check_page(U256::from(credential_ids.len()))?;
        credential_ids.iter().try_for_each(|id| self.revoke_credential(*id, reason))
    }

    /// Voids a nonce of the caller's, so that nobody can bring any more what was signed with it. Issuers only.
    ///
    /// Errors: [`UnknownIssuer`], [`IssuerKeyRetired`], [`IssuerKeyDistrusted`], [`IssuerWasRemoved`] if the caller signs
    /// for no issuer now; [`NonceAlreadyUsed`].
    /// Events: [`NonceUsed`].
    pub fn cancel_nonce(&mut self, nonce: U256) -> Result<(), RegistryError> {
        let root = self.issuer(self.vm().msg_sender())?.root;
        self.use_nonce(root, nonce)
    }

    /// Replaces `old_key`, its issuer's current one, by `new_key`. By `old_key` itself at once; by the owner after the
    /// delay, then also if `old_key` is distrusted, and if its issuer was removed, which signs again with `new_key`.
    ///
    /// Errors: [`IssuerKeyDistrusted`], [`IssuerWasRemoved`] if `old_key` itself calls and is distrusted or removed; else as
    /// announced changes: `OwnableUnauthorizedAccount`, `NotScheduled`, `NotYetDue`, `ScheduleExpired`.
    /// [`UnknownIssuer`], [`IssuerKeyRetired`] if `old_key` isn't its issuer's last; [`ZeroIssuer`]; [`IssuerAlreadyKnown`]
    /// if `new_key` is or ever was a key (R4).
    /// Events: [`IssuerRotated`].
    pub fn rotate_issuer(&mut self, old_key: Address, new_key: Address) -> Result<(), RegistryError> {
        let old = self.key(old_key);
        if self.vm().msg_sender() == old_key {
            self.issuer(old_key)?;
        } else {
            let call = call_hash(rotateIssuerCall::SELECTOR, &[old_key.word(), new_key.word()]);
            self.authority.authorize(call)?;
            // Or what a removed issuer's stolen key registered could never be registered again: the root is in the id.
            if old.office != Office::Removed {
                self.check_office(old_key, &old)?;
            }
        }
        let key =
            Key { root: old.root, office: Office::Current, every_type: old.every_type, ..Key::default() };
        self.appoint(new_key, key)?;
        self.set_key(old_key, Key { office: Office::Retired, ..old });
        IssuerRotated { issuerRoot: old.root, oldKey: old_key, newKey: new_key }.emit(self.vm());
        Ok(())
    }

    // ── What the owner does ─────────────────────────────────────────────────────────────────────────────────────

    /// Lets `issuer` attest credentials of `types`, of every type if the list is empty. Owner only; after the launch it has
    /// to be announced.
    ///
    /// `metadata_uri` is for people and stays in the log.
    /// Errors: [`InvalidMetadata`] unless that is UTF-8 of at most 1 024 bytes; `OwnableUnauthorizedAccount`;
    /// `NotScheduled`, `NotYetDue`, `ScheduleExpired`; [`ZeroIssuer`]; [`IssuerAlreadyKnown`] if the address is or ever was a key (R4).
    /// Events: [`IssuerAdded`].
    pub fn add_issuer(
        &mut self,
        issuer: Address,
        types: &[B256],
        metadata_uri: &[u8],
    ) -> Result<(), RegistryError> {
        if metadata_uri.len() > METADATA_BYTES_MAX || text::utf8(metadata_uri).is_none() {
            return Err(InvalidMetadata { length: U256::from(metadata_uri.len()) }.into());
        }
        let mut call = calldata::encode(addIssuerCall::SELECTOR, &[issuer.word()]);
        append_terms(&mut call, 3, types, metadata_uri);
        self.authority.authorize(crypto::keccak(call))?;

        let key =
            Key { root: issuer, office: Office::Current, every_type: types.is_empty(), ..Key::default() };
        self.appoint(issuer, key)?;
        for credential_type in types {
            self.records.types.at_mut((issuer, *credential_type)).set(MAY_ATTEST);
        }
        // By hand, with the encoding that the announcement is compared by.
        let topics = [kit::in_code!(IssuerAdded::SIGNATURE_HASH).0, issuer.word()];
        let mut log = reply::words(&topics);
        append_terms(&mut log, 2, types, metadata_uri);
        self.vm().emit_log(&log, topics.len());
        Ok(())
    }

    /// Lets nobody sign for this issuer any more, unless [`Self::rotate_issuer`] brings it back. What it attested stays.
    /// Owner only, at once.
    ///
    /// Errors: `OwnableUnauthorizedAccount`; [`UnknownIssuer`] if it isn't an issuer's first key;
    /// [`IssuerWasRemoved`] the second time.
    /// Events: [`IssuerRemoved`].
    pub fn remove_issuer(&mut self, issuer_root: Address) -> Result<(), RegistryError> {
        self.authority.only_owner()?;
        let current = self.get_issuer_key(issuer_root);
        let key = self.key(current);
        if current.is_zero() {
            return Err(UnknownIssuer { issuer: issuer_root }.into());
        }
        self.check_office(current, &key)?;
        self.set_key(current, Key { office: Office::Removed, ..key });
        IssuerRemoved { issuerRoot: issuer_root }.emit(self.vm());
        Ok(())
    }

    /// Distrusts a key that was stolen at the time `since`: see the module. Again, with an earlier time; what was decided
    /// first stays decided then. Owner only, at once.
    ///
    /// Errors: `OwnableUnauthorizedAccount`; [`UnknownIssuer`] if the address never was a key; [`DistrustInFuture`];
    /// [`IssuerKeyDistrusted`] if it is distrusted since then or earlier already.
    /// Events: [`IssuerDistrusted`].
    pub fn distrust_issuer_since(&mut self, key: Address, since: u64) -> Result<(), RegistryError> {
        self.authority.only_owner()?;
        let (now, known) = (self.now(), self.key(key));
        if known.office == Office::None {
            return Err(UnknownIssuer { issuer: key }.into());
        }
        if since > now {
            return Err(DistrustInFuture { since, timestamp: U256::from(now) }.into());
        }
        if known.is_distrusted() && since >= known.distrusted_since {
            return Err(IssuerKeyDistrusted { issuer: key, since: known.distrusted_since }.into());
        }
        let decided_at = if known.is_distrusted() { known.distrusted_at } else { now };
        self.set_key(key, Key { distrusted_since: since, distrusted_at: decided_at, ..known });
        IssuerDistrusted { issuerRoot: known.root, key, since }.emit(self.vm());
        Ok(())
    }

    /// Undoes what a distrusted key did to a credential: its revocation, a rebinding under way, the last renewal and the
    /// last rebinding. Repeat it if there were more. Owner only.
    ///
    /// Errors: `OwnableUnauthorizedAccount`; [`UnknownCredential`]; [`NothingToRestore`]; [`HistoryFull`] if the holder
    /// before has 2²⁴ other credentials by now.
    /// Events: [`CredentialRebindCancelled`] if one was under way; [`CredentialRestored`].
    pub fn restore_credential(&mut self, credential_id: B256) -> Result<(), RegistryError> {
        self.authority.only_owner()?;
        let before = self.registered(credential_id)?;
        let mut after = before;
        let revocation = self.revocation(credential_id, &before);
        if before.revoked && self.key(revocation.by).voids(revocation.at) != COUNTS {
            after.revoked = false;
        }
        if let Some(renewals) = before.renewals.checked_sub(1) {
            let renewal = self.renewal(credential_id, renewals);
            if self.change_voided_at(&renewal) != COUNTS {
                after = Standing { renewals, expires_at: renewal.expired_at, ..after };
            }
        }
        if before.rebinding && !self.is_moving(credential_id, &before) {
            after = self.stay(credential_id, after);
        }
        if let Some(rebinds) = before.rebinds.checked_sub(1) {
            let key = (credential_id, U256::from(rebinds));
            if self.change_voided_at(&self.rebind(key)) != COUNTS {
                // What is under way starts from a holder that it shouldn't have had.
                if after.rebinding {
                    after = self.stay(credential_id, after);
                }
                let holder = self.records.rebind_holders.at(key).account();
                self.leave(&before);
                let position = self.join(credential_id, holder)?;
                after = Standing { rebinds, holder, position, ..after };
            }
        }
        if after == before {
            return Err(NothingToRestore { credentialId: credential_id }.into());
        }
        self.set_standing(credential_id, after);
        CredentialRestored {
            credentialId: credential_id,
            holder: after.holder,
            expiresAt: after.expires_at,
            revoked: after.revoked,
        }
        .emit(self.vm());
        Ok(())
    }

    /// Restores several credentials, all or none; one that has to be restored twice is listed twice. Owner only.
    ///
    /// Errors: [`PageTooLarge`] for more than 1 000; `OwnableUnauthorizedAccount`; of the first that can't be restored
    /// [`UnknownCredential`], [`NothingToRestore`], [`HistoryFull`].
    /// Events: as [`Self::restore_credential`], for each.
    pub fn restore_batch(&mut self, credential_ids: &[B256]) -> Result<(), RegistryError> {
        check_page(U256::from(credential_ids.len()))?;
        credential_ids.iter().try_for_each(|id| self.restore_credential(*id))
    }
}

#[cfg(test)]
mod tests;
