//! The registry: every function's refusals beside those that [`administration`](super::administration) shows.

use abi::{
    pausable::IPausable::EnforcedPause,
    registry::ICredentialRegistry::{
        self as registry, AlreadyHolder, ArrayLengthMismatch, CredentialAlreadyRevoked,
        CredentialAttestation, CredentialExpired, CredentialIsDistrusted, CredentialRebind,
        CredentialRenewal, DeadlinePassed, DistrustInFuture, ExpiresTooLate, ExpiryNotLater, HistoryFull,
        InvalidMetadata, InvalidSignature, IssuedInFuture, IssuerAlreadyKnown, IssuerKeyDistrusted,
        IssuerKeyRetired, IssuerNotForType, IssuerWasRemoved, NoRebindPending, NonceAlreadyUsed,
        NotIssuerOrOwner, NothingToRestore, OwnableUnauthorizedAccount, PageTooLarge, RebindNotDue,
        RebindPending, UnknownCredential, UnknownIssuer, WrongIssuer, ZeroHolder, ZeroIssuer, ZeroSubject,
    },
    registry::{PAGE_MAX, credential_type},
};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolStruct},
};
use ecosystem::{
    key::Key,
    signing::{credential_id, registry_domain, sign_rebind, sign_renewal},
};
use ecosystem_tests::{
    Stage, World,
    fixture::{entry_of, slot_of},
    run,
};

/// How long a rebinding takes, in seconds.
const TWO_DAYS: u64 = 48 * 3_600;
/// A credential that nobody registered.
const UNKNOWN: B256 = B256::repeat_byte(0x77);
/// As many credentials as one holder has at most.
const HELD_MAX: u32 = 1 << 24;
/// Where in a standing's word the number of rebindings starts, and of renewals, in bits.
const REBINDS_AT: usize = 23 * 8;
const RENEWALS_AT: usize = 24 * 8;

/// A stage in a world of its own: storage is changed there, and the clock is moved.
async fn stage() -> Stage {
    Stage::in_world(World::own().await).await
}

/// Keys that sign for nobody any more.
struct Former {
    retired: Key,
    successor: Key,
    distrusted: Key,
    removed: Key,
}

impl Former {
    async fn on(stage: &Stage) -> Self {
        let at = stage.system.registry;
        let key = |name: &str| stage.world.payer().derive(&format!("{} {name}", stage.owner.address()));
        let [retired, successor, distrusted, removed] = ["retired", "new", "distrusted", "removed"].map(key);
        stage.world.fund([&retired, &distrusted, &removed]).await;
        for issuer in [&retired, &distrusted, &removed] {
            stage.executes(&stage.owner, at, adding(issuer.address())).await;
        }
        let rotate = rotating(&retired, &successor);
        stage.executes(&retired, at, rotate).await;
        let distrust = registry::distrustIssuerSinceCall { key: distrusted.address(), since: 0 };
        stage.executes(&stage.owner, at, distrust).await;
        let remove = registry::removeIssuerCall { issuerRoot: removed.address() };
        stage.executes(&stage.owner, at, remove).await;
        Self { retired, successor, distrusted, removed }
    }

    /// Sees what becomes of the call that `call` makes for a key: of one that was never known, and of each of these. It is
    /// brought by the key itself, or by `relayer`.
    async fn are_refused<C: SolCall>(
        &self,
        stage: &Stage,
        relayer: Option<&Key>,
        call: impl AsyncFn(&Key) -> C,
    ) {
        let at = stage.system.registry;
        let by = |key| relayer.unwrap_or(key);
        let unknown = &stage.stranger;
        let refused = UnknownIssuer { issuer: unknown.address() };
        stage.reverts_with(by(unknown), at, call(unknown).await, refused).await;
        let (issuer, current) = (self.retired.address(), self.successor.address());
        let refused = IssuerKeyRetired { issuer, currentKey: current };
        stage.reverts_with(by(&self.retired), at, call(&self.retired).await, refused).await;
        let refused = IssuerKeyDistrusted { issuer: self.distrusted.address(), since: 0 };
        stage.reverts_with(by(&self.distrusted), at, call(&self.distrusted).await, refused).await;
        let refused = IssuerWasRemoved { issuerRoot: self.removed.address() };
        stage.reverts_with(by(&self.removed), at, call(&self.removed).await, refused).await;
    }
}

#[test]
fn metadata_that_is_no_text_or_too_long_is_refused() {
    run(async {
        let stage = stage().await;
        let (at, owner) = (stage.system.registry, &stage.owner);
        let with =
            |uri: String| registry::addIssuerCall { metadataURI: uri, ..adding(stage.stranger.address()) };
        let long = with("u".repeat(1_025));
        stage.reverts_with(owner, at, long, InvalidMetadata { length: U256::from(1_025) }).await;
        let mut data = with("text".to_owned()).abi_encode();
        let place = data.windows(4).position(|bytes| bytes == b"text").expect("it is in there");
        data[place] = 0xff;
        let request = TransactionRequest::default().to(at).input(data.into());
        let error: InvalidMetadata = stage.refuses_request(owner, request).await;
        assert_eq!(error, InvalidMetadata { length: U256::from(4) });
        stage.executes(owner, at, with("u".repeat(1_024))).await;
    });
}

#[test]
fn registrations_are_refused_each_for_its_reason() {
    run(async {
        let stage = stage().await;
        let (at, relayer) = (stage.system.registry, &stage.relayer);
        let good = stage.attestation().await;
        let signed = |attestation| stage.signed(attestation).registration();
        let with = |change: fn(&mut CredentialAttestation)| {
            let mut attestation = good.clone();
            change(&mut attestation);
            signed(attestation)
        };
        stage.reverts_with(relayer, at, with(|a| a.subject = B256::ZERO), ZeroSubject {}).await;
        stage.reverts_with(relayer, at, with(|a| a.holder = Address::ZERO), ZeroHolder {}).await;
        let late: DeadlinePassed = stage.refuses(relayer, at, with(|a| a.deadline = U256::ZERO)).await;
        assert_eq!(late.deadline, U256::ZERO);
        let early: IssuedInFuture = stage.refuses(relayer, at, with(|a| a.issuedAt = u64::MAX)).await;
        assert_eq!(early.issuedAt, u64::MAX);
        let over: CredentialExpired = stage.refuses(relayer, at, with(|a| a.expiresAt = 1)).await;
        assert_eq!(over.expiresAt, 1);
        let far: ExpiresTooLate = stage.refuses(relayer, at, with(|a| a.expiresAt = u64::MAX)).await;
        let beyond = CredentialAttestation { expiresAt: far.latest + 1, ..good.clone() };
        let refused = ExpiresTooLate { expiresAt: far.latest + 1, latest: far.latest };
        stage.reverts_with(relayer, at, signed(beyond), refused).await;

        let narrow = &stage.generator;
        let types = vec![credential_type("PHD")];
        stage.executes(&stage.owner, at, registry::addIssuerCall { types, ..adding(narrow.address()) }).await;
        let other_type = stage.signed_by(narrow, good.clone()).registration();
        let refused =
            IssuerNotForType { issuer: narrow.address(), credentialType: credential_type("MASTERS") };
        stage.reverts_with(relayer, at, other_type, refused).await;
        let former = Former::on(&stage).await;
        former
            .are_refused(&stage, Some(relayer), async |key| stage.signed_by(key, good.clone()).registration())
            .await;

        stage.executes(&stage.owner, at, registry::pauseCall {}).await;
        stage.reverts_with(relayer, at, signed(good.clone()), EnforcedPause {}).await;
        stage.executes(&stage.owner, at, registry::unpauseCall {}).await;

        // A holder who has as many credentials as can be counted.
        let id = credential_id(stage.issuer.address(), good.credentialType, good.subject);
        let held = holds(&stage, good.holder, HELD_MAX).await;
        stage.reverts_with(relayer, at, signed(good.clone()), HistoryFull { credentialId: id }).await;
        holds(&stage, good.holder, held).await;

        // The furthest times that there are.
        let furthest = CredentialAttestation { expiresAt: far.latest, deadline: U256::MAX, ..good };
        stage.executes(relayer, at, signed(furthest)).await;
    });
}

#[test]
fn renewals_are_refused_each_for_its_reason() {
    run(async {
        let stage = stage().await;
        let (at, relayer) = (stage.system.registry, &stage.relayer);
        let attestation = stage.attestation().await;
        let expires_at = attestation.issuedAt + 1_000_000;
        let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
        stage.register(&attested).await;
        let id = attested.id;
        let good = stage.renewal(&stage.issuer, id, 0).await;
        let signed = |r: CredentialRenewal| renewing(&stage, &stage.issuer, r);

        let late = CredentialRenewal { deadline: U256::ZERO, ..good.r.clone() };
        let late: DeadlinePassed = stage.refuses(relayer, at, signed(late)).await;
        assert_eq!(late.deadline, U256::ZERO);
        let over = CredentialRenewal { expiresAt: 1, ..good.r.clone() };
        let over: CredentialExpired = stage.refuses(relayer, at, signed(over)).await;
        assert_eq!(over.expiresAt, 1);
        let far = CredentialRenewal { expiresAt: u64::MAX, ..good.r.clone() };
        let far: ExpiresTooLate = stage.refuses(relayer, at, signed(far)).await;
        assert_eq!(far.expiresAt, u64::MAX);
        let no_later = CredentialRenewal { expiresAt: expires_at, ..good.r.clone() };
        let refused = ExpiryNotLater { expiresAt: expires_at, asked: expires_at };
        stage.reverts_with(relayer, at, signed(no_later), refused).await;
        for unknown in [UNKNOWN, B256::ZERO] {
            let call = signed(CredentialRenewal { credentialId: unknown, ..good.r.clone() });
            stage.reverts_with(relayer, at, call, UnknownCredential { credentialId: unknown }).await;
        }

        let former = Former::on(&stage).await;
        former.are_refused(&stage, Some(relayer), async |key| stage.renewal(key, id, 0).await).await;
        let other = &former.successor;
        let issuer_root = stage.issuer.address();
        let refused = WrongIssuer { credentialId: id, issuerRoot: issuer_root, issuer: other.address() };
        stage.reverts_with(relayer, at, stage.renewal(other, id, 0).await, refused).await;
        let mut forged = good.clone();
        forged.signature = renewing(&stage, &stage.stranger, good.r.clone()).signature;
        let digest = good.r.eip712_signing_hash(&registry_domain(stage.chain().chain_id(), at));
        let refused = InvalidSignature { issuer: issuer_root, digest };
        stage.reverts_with(relayer, at, forged, refused).await;
        let nonce = attested.attestation.nonce;
        let again = signed(CredentialRenewal { nonce, ..good.r.clone() });
        stage.reverts_with(relayer, at, again, NonceAlreadyUsed { issuerRoot: issuer_root, nonce }).await;

        counts(&stage, id, RENEWALS_AT, u8::MAX).await;
        stage.reverts_with(relayer, at, good.clone(), HistoryFull { credentialId: id }).await;
        counts(&stage, id, RENEWALS_AT, 0).await;
        refused_by_state(&stage, id, async |key, id| stage.renewal(key, id, 0).await).await;
    });
}

#[test]
fn rebindings_are_refused_each_for_its_reason() {
    run(async {
        let stage = stage().await;
        let (at, relayer) = (stage.system.registry, &stage.relayer);
        let attested = stage.credential().await;
        let id = attested.id;
        let to = stage.stranger.address();
        let good = stage.rebinding(&stage.issuer, id, to).await;
        let signed = |r: CredentialRebind| rebinding(&stage, &stage.issuer, r);

        let nobody = CredentialRebind { newHolder: Address::ZERO, ..good.r.clone() };
        stage.reverts_with(relayer, at, signed(nobody), ZeroHolder {}).await;
        let late = CredentialRebind { deadline: U256::ZERO, ..good.r.clone() };
        let late: DeadlinePassed = stage.refuses(relayer, at, signed(late)).await;
        assert_eq!(late.deadline, U256::ZERO);
        let holder = stage.holder.address();
        let same = CredentialRebind { newHolder: holder, ..good.r.clone() };
        stage.reverts_with(relayer, at, signed(same), AlreadyHolder { credentialId: id, holder }).await;
        for unknown in [UNKNOWN, B256::ZERO] {
            let call = signed(CredentialRebind { credentialId: unknown, ..good.r.clone() });
            stage.reverts_with(relayer, at, call, UnknownCredential { credentialId: unknown }).await;
        }

        let former = Former::on(&stage).await;
        former.are_refused(&stage, Some(relayer), async |key| stage.rebinding(key, id, to).await).await;
        let other = &former.successor;
        let issuer_root = stage.issuer.address();
        let refused = WrongIssuer { credentialId: id, issuerRoot: issuer_root, issuer: other.address() };
        stage.reverts_with(relayer, at, stage.rebinding(other, id, to).await, refused).await;
        let mut forged = good.clone();
        forged.signature = rebinding(&stage, &stage.stranger, good.r.clone()).signature;
        let digest = good.r.eip712_signing_hash(&registry_domain(stage.chain().chain_id(), at));
        stage.reverts_with(relayer, at, forged, InvalidSignature { issuer: issuer_root, digest }).await;
        let nonce = attested.attestation.nonce;
        let again = signed(CredentialRebind { nonce, ..good.r.clone() });
        stage.reverts_with(relayer, at, again, NonceAlreadyUsed { issuerRoot: issuer_root, nonce }).await;

        counts(&stage, id, REBINDS_AT, u8::MAX).await;
        stage.reverts_with(relayer, at, good.clone(), HistoryFull { credentialId: id }).await;
        counts(&stage, id, REBINDS_AT, 0).await;

        stage.executes(relayer, at, good.clone()).await;
        let pending: RebindPending =
            stage.refuses(relayer, at, stage.rebinding(&stage.issuer, id, to).await).await;
        assert_eq!(pending.credentialId, id);
        let cancel = registry::cancelRebindCall { credentialId: id };
        stage.executes(&stage.issuer, at, cancel).await;
        refused_by_state(&stage, id, async |key, id| stage.rebinding(key, id, to).await).await;
    });
}

/// What the state of credential and registry refuses, whatever is asked of it, for this credential of the issuer's.
async fn refused_by_state<C: SolCall>(stage: &Stage, id: B256, call: impl AsyncFn(&Key, B256) -> C) {
    let (at, relayer, owner) = (stage.system.registry, &stage.relayer, &stage.owner);
    stage.executes(owner, at, registry::pauseCall {}).await;
    stage.reverts_with(relayer, at, call(&stage.issuer, id).await, EnforcedPause {}).await;
    stage.executes(owner, at, registry::unpauseCall {}).await;

    let (distrusted, successor) = distrusted_credential(stage).await;
    let refused = CredentialIsDistrusted { credentialId: distrusted };
    stage.reverts_with(relayer, at, call(&successor, distrusted).await, refused).await;

    stage.executes(&stage.issuer, at, revoking(id)).await;
    let refused: CredentialAlreadyRevoked = stage.refuses(relayer, at, call(&stage.issuer, id).await).await;
    assert_eq!(refused.credentialId, id);
}

/// A credential that a key registered which is distrusted since before, and the key that signs for its issuer now.
async fn distrusted_credential(stage: &Stage) -> (B256, Key) {
    let (at, owner) = (stage.system.registry, &stage.owner);
    let (thief, successor) = issuer_of(stage, "thief").await;
    let attested = stage.signed_by(&thief, stage.attestation().await);
    stage.register(&attested).await;
    let distrust = registry::distrustIssuerSinceCall { key: thief.address(), since: 0 };
    stage.executes(owner, at, distrust).await;
    stage.executes(owner, at, rotating(&thief, &successor)).await;
    (attested.id, successor)
}

/// Another issuer, and the key that it will have next.
async fn issuer_of(stage: &Stage, name: &str) -> (Key, Key) {
    let first = stage.world.payer().derive(&format!("{} {name}", stage.owner.address()));
    let next = first.derive("next");
    stage.world.fund([&first, &next]).await;
    stage.executes(&stage.owner, stage.system.registry, adding(first.address())).await;
    (first, next)
}

#[test]
fn rebindings_are_not_completed_early_nor_when_something_speaks_against_it() {
    run(async {
        let stage = stage().await;
        let (at, stranger, owner) = (stage.system.registry, &stage.stranger, &stage.owner);
        let complete = |id| registry::completeRebindCall { credentialId: id };
        for unknown in [UNKNOWN, B256::ZERO] {
            let refused = UnknownCredential { credentialId: unknown };
            stage.reverts_with(stranger, at, complete(unknown), refused).await;
        }
        let id = stage.credential().await.id;
        stage.reverts_with(stranger, at, complete(id), NoRebindPending { credentialId: id }).await;
        let to = stranger.address();
        stage.executes(&stage.relayer, at, stage.rebinding(&stage.issuer, id, to).await).await;
        let early: RebindNotDue = stage.refuses(stranger, at, complete(id)).await;
        assert_eq!(early.credentialId, id);
        stage.executes(owner, at, registry::pauseCall {}).await;
        stage.reverts_with(stranger, at, complete(id), EnforcedPause {}).await;
        stage.executes(owner, at, registry::unpauseCall {}).await;

        // Started by a key that turns out to be a thief's; and by a good one, of what a thief had registered.
        let (thief, successor) = issuer_of(&stage, "thief").await;
        let attested = stage.signed_by(&thief, stage.attestation().await);
        stage.register(&attested).await;
        stage.executes(&stage.relayer, at, stage.rebinding(&thief, attested.id, to).await).await;
        let other = stage.signed_by(&thief, stage.attestation().await);
        stage.register(&other).await;
        stage.executes(&thief, at, rotating(&thief, &successor)).await;
        stage.executes(&stage.relayer, at, stage.rebinding(&successor, other.id, to).await).await;
        let distrust = registry::distrustIssuerSinceCall { key: thief.address(), since: 0 };
        stage.executes(owner, at, distrust).await;
        let refused = IssuerKeyDistrusted { issuer: thief.address(), since: 0 };
        stage.reverts_with(stranger, at, complete(attested.id), refused).await;
        let refused = CredentialIsDistrusted { credentialId: other.id };
        stage.reverts_with(stranger, at, complete(other.id), refused).await;

        stage.world.advance_time(TWO_DAYS).await;
        let held = holds(&stage, to, HELD_MAX).await;
        stage.reverts_with(stranger, at, complete(id), HistoryFull { credentialId: id }).await;
        holds(&stage, to, held).await;
        stage.executes(&stage.issuer, at, revoking(id)).await;
        let revoked: CredentialAlreadyRevoked = stage.refuses(stranger, at, complete(id)).await;
        assert_eq!(revoked.credentialId, id);
    });
}

#[test]
fn issuer_and_owner_act_on_their_credentials_only() {
    run(async {
        let stage = Stage::shared().await;
        let (at, issuer, stranger) = (stage.system.registry, &stage.issuer, &stage.stranger);
        let [first, second] = [stage.credential().await.id, stage.credential().await.id];
        let cancel = |id| registry::cancelRebindCall { credentialId: id };
        let batch = |ids: &[B256]| registry::revokeBatchCall { credentialIds: ids.to_vec(), reason: 255 };
        for unknown in [UNKNOWN, B256::ZERO] {
            let refused = UnknownCredential { credentialId: unknown };
            stage.reverts_with(issuer, at, revoking(unknown), refused.clone()).await;
            stage.reverts_with(issuer, at, batch(&[first, unknown]), refused.clone()).await;
            stage.reverts_with(issuer, at, cancel(unknown), refused).await;
        }
        let (issuer_root, caller) = (issuer.address(), stranger.address());
        let refused = NotIssuerOrOwner { credentialId: first, issuerRoot: issuer_root, caller };
        stage.reverts_with(stranger, at, revoking(first), refused.clone()).await;
        stage.reverts_with(stranger, at, batch(&[first]), refused.clone()).await;
        stage.reverts_with(stranger, at, cancel(first), refused).await;
        stage.reverts_with(issuer, at, cancel(first), NoRebindPending { credentialId: first }).await;
        let many = U256::from(1_001);
        let refused = PageTooLarge { limit: many, maximum: PAGE_MAX };
        stage.reverts_with(issuer, at, batch(&[first; 1_001]), refused).await;

        stage.executes(issuer, at, revoking(first)).await;
        for again in [batch(&[second, first]), batch(&[second, second])] {
            let _: CredentialAlreadyRevoked = stage.refuses(issuer, at, again).await;
        }
        let again: CredentialAlreadyRevoked = stage.refuses(issuer, at, revoking(first)).await;
        assert_eq!(again.credentialId, first);
    });
}

#[test]
fn nonces_are_voided_by_those_who_sign_now_and_once() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        let call = registry::cancelNonceCall { nonce: U256::MAX };
        let former = Former::on(&stage).await;
        former.are_refused(&stage, None, async |_| call.clone()).await;
        stage.executes(&stage.issuer, at, call.clone()).await;
        let refused = NonceAlreadyUsed { issuerRoot: stage.issuer.address(), nonce: U256::MAX };
        stage.reverts_with(&stage.issuer, at, call, refused).await;
    });
}

#[test]
fn keys_are_replaced_by_themselves_or_the_owner_and_never_become_one_again() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, issuer) = (stage.system.registry, &stage.owner, &stage.issuer);
        let former = Former::on(&stage).await;
        former.are_refused(&stage, None, async |key| rotating(key, &stage.holder)).await;
        // The owner can't replace what isn't there or isn't the last; strangers can replace nothing.
        let unknown = UnknownIssuer { issuer: Address::ZERO };
        let call = registry::rotateIssuerCall { oldKey: Address::ZERO, newKey: stage.holder.address() };
        stage.reverts_with(owner, at, call, unknown).await;
        let (retired, successor) = (former.retired.address(), former.successor.address());
        let refused = IssuerKeyRetired { issuer: retired, currentKey: successor };
        stage.reverts_with(owner, at, rotating(&former.retired, &stage.holder), refused).await;
        let refused = OwnableUnauthorizedAccount { account: stage.stranger.address() };
        stage.reverts_with(&stage.stranger, at, rotating(issuer, &stage.stranger), refused).await;
        for who in [issuer, owner] {
            let call = registry::rotateIssuerCall { oldKey: issuer.address(), newKey: Address::ZERO };
            stage.reverts_with(who, at, call, ZeroIssuer {}).await;
            for known in [issuer, &former.retired, &former.removed, &former.distrusted] {
                let refused = IssuerAlreadyKnown { issuer: known.address() };
                stage.reverts_with(who, at, rotating(issuer, known), refused).await;
            }
        }
        stage.reverts_with(owner, at, adding(Address::ZERO), ZeroIssuer {}).await;
        for known in [issuer, &former.retired, &former.removed, &former.distrusted] {
            let refused = IssuerAlreadyKnown { issuer: known.address() };
            stage.reverts_with(owner, at, adding(known.address()), refused).await;
        }
    });
}

#[test]
fn only_the_owner_removes_and_distrusts_and_only_what_there_is() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, issuer) = (stage.system.registry, &stage.owner, stage.issuer.address());
        let former = Former::on(&stage).await;
        let remove = |issuer| registry::removeIssuerCall { issuerRoot: issuer };
        let distrust = |key, since| registry::distrustIssuerSinceCall { key, since };
        let refused = OwnableUnauthorizedAccount { account: issuer };
        stage.reverts_with(&stage.issuer, at, remove(issuer), refused.clone()).await;
        stage.reverts_with(&stage.issuer, at, distrust(issuer, 0), refused).await;
        // A successor is a key, but no issuer's first.
        for none in [Address::ZERO, stage.stranger.address(), former.successor.address()] {
            stage.reverts_with(owner, at, remove(none), UnknownIssuer { issuer: none }).await;
        }
        for none in [Address::ZERO, stage.stranger.address()] {
            stage.reverts_with(owner, at, distrust(none, 0), UnknownIssuer { issuer: none }).await;
        }
        let removed = former.removed.address();
        stage.reverts_with(owner, at, remove(removed), IssuerWasRemoved { issuerRoot: removed }).await;
        let ahead: DistrustInFuture = stage.refuses(owner, at, distrust(issuer, u64::MAX)).await;
        assert_eq!(ahead.since, u64::MAX);
        let known = former.distrusted.address();
        let refused = IssuerKeyDistrusted { issuer: known, since: 0 };
        stage.reverts_with(owner, at, distrust(known, 0), refused).await;
    });
}

#[test]
fn only_the_owner_restores_and_only_what_a_thief_did() {
    run(async {
        let stage = stage().await;
        let (at, owner, stranger) = (stage.system.registry, &stage.owner, &stage.stranger);
        let good = stage.credential().await.id;
        let restore = |id| registry::restoreCredentialCall { credentialId: id };
        let batch = |ids: &[B256]| registry::restoreBatchCall { credentialIds: ids.to_vec() };
        let refused = OwnableUnauthorizedAccount { account: stranger.address() };
        stage.reverts_with(stranger, at, restore(good), refused.clone()).await;
        stage.reverts_with(stranger, at, batch(&[good]), refused).await;
        for unknown in [UNKNOWN, B256::ZERO] {
            let refused = UnknownCredential { credentialId: unknown };
            stage.reverts_with(owner, at, restore(unknown), refused.clone()).await;
            stage.reverts_with(owner, at, batch(&[unknown]), refused).await;
        }
        let refused = NothingToRestore { credentialId: good };
        stage.reverts_with(owner, at, restore(good), refused.clone()).await;
        stage.reverts_with(owner, at, batch(&[good]), refused).await;
        let refused = PageTooLarge { limit: U256::from(1_001), maximum: PAGE_MAX };
        stage.reverts_with(owner, at, batch(&[good; 1_001]), refused).await;

        // A thief moved a credential, whose first holder has as many as can be counted by now.
        let (first, thief) = issuer_of(&stage, "robbed").await;
        let attested = stage.signed_by(&first, stage.attestation().await);
        stage.register(&attested).await;
        let id = attested.id;
        stage.executes(&first, at, rotating(&first, &thief)).await;
        let to = stranger.address();
        stage.executes(&stage.relayer, at, stage.rebinding(&thief, id, to).await).await;
        stage.world.advance_time(TWO_DAYS).await;
        stage.executes(stranger, at, registry::completeRebindCall { credentialId: id }).await;
        let distrust = registry::distrustIssuerSinceCall { key: thief.address(), since: 0 };
        stage.executes(owner, at, distrust).await;
        let held = holds(&stage, stage.holder.address(), HELD_MAX).await;
        let refused = HistoryFull { credentialId: id };
        stage.reverts_with(owner, at, restore(id), refused.clone()).await;
        stage.reverts_with(owner, at, batch(&[id]), refused).await;
        holds(&stage, stage.holder.address(), held).await;
        stage.executes(owner, at, batch(&[id])).await;
    });
}

#[test]
fn lists_are_refused_that_are_too_long_or_do_not_match() {
    run(async {
        let stage = Stage::shared().await;
        let (at, stranger) = (stage.system.registry, &stage.stranger);
        let holder = stage.holder.address();
        let id = stage.credential().await.id;
        let pairs =
            registry::batchValidateCredentialsCall { credentialIds: vec![id; 2], holders: vec![holder] };
        stage.reverts_with(stranger, at, pairs, ArrayLengthMismatch {}).await;
        for limit in [PAGE_MAX + U256::ONE, U256::MAX] {
            let refused = PageTooLarge { limit, maximum: PAGE_MAX };
            let held = registry::getCredentialsOfCall { holder, offset: U256::ZERO, limit };
            stage.reverts_with(stranger, at, held, refused.clone()).await;
            let lapses = registry::getLapsesCall { credentialId: id, offset: U256::ZERO, limit };
            stage.reverts_with(stranger, at, lapses, refused).await;
        }
        // Beyond the end there is nothing.
        let beyond = registry::getCredentialsOfCall { holder, offset: U256::MAX, limit: PAGE_MAX };
        assert!(stage.reads(at, beyond).await.is_empty());
    });
}

fn adding(issuer: Address) -> registry::addIssuerCall {
    registry::addIssuerCall { issuer, types: Vec::new(), metadataURI: String::new() }
}

fn rotating(old: &Key, new: &Key) -> registry::rotateIssuerCall {
    registry::rotateIssuerCall { oldKey: old.address(), newKey: new.address() }
}

fn revoking(id: B256) -> registry::revokeCredentialCall {
    registry::revokeCredentialCall { credentialId: id, reason: 0 }
}

fn renewing(stage: &Stage, issuer: &Key, r: CredentialRenewal) -> registry::renewCredentialCall {
    let domain = registry_domain(stage.chain().chain_id(), stage.system.registry);
    let signature = sign_renewal(issuer, &r, &domain);
    registry::renewCredentialCall { r, issuer: issuer.address(), signature }
}

fn rebinding(stage: &Stage, issuer: &Key, r: CredentialRebind) -> registry::rebindCredentialCall {
    let domain = registry_domain(stage.chain().chain_id(), stage.system.registry);
    let signature = sign_rebind(issuer, &r, &domain);
    registry::rebindCredentialCall { r, issuer: issuer.address(), signature }
}

/// Makes the registry believe that a holder has so many credentials; returns how many those were before.
async fn holds(stage: &Stage, holder: Address, count: u32) -> u32 {
    let at = stage.system.registry;
    let slot = entry_of(slot_of("credential-registry", "held_counts"), holder.into_word());
    let before = stage.stored(at, slot).await;
    stage.stores(at, slot, U256::from(count)).await;
    before.to()
}

/// Makes the registry believe that a credential was renewed or moved so many times; which, is told by the place of that
/// byte in its standing.
async fn counts(stage: &Stage, id: B256, place: usize, count: u8) {
    let at = stage.system.registry;
    let slot = entry_of(slot_of("credential-registry", "standings"), id);
    let others = stage.stored(at, slot).await & !(U256::from(u8::MAX) << place);
    stage.stores(at, slot, others | (U256::from(count) << place)).await;
}
