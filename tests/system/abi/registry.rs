//! The registry.

use abi::registry::ICredentialRegistry::{self as registry, CredentialAttestation};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolCall,
};
use ecosystem::{credential::Attested, key::Key};
use ecosystem_tests::{Stage, World, run};

use super::{Seen, created, creation};

/// How long announced changes and rebindings take, in seconds.
const TWO_DAYS: u64 = 48 * 3_600;

#[test]
fn registry_shows_every_event_and_error() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world).await;
        let mut seen = Seen::nothing_of("credential-registry").beside("proxy");
        initialisation(&stage, &mut seen).await;
        issuers(&stage, &mut seen).await;
        registration(&stage, &mut seen).await;
        revocation(&stage, &mut seen).await;
        renewal(&stage, &mut seen).await;
        rebinding(&stage, &mut seen).await;
        lists(&stage, &mut seen).await;
        keys(&stage, &mut seen).await;
        pause(&stage, &mut seen).await;
        announcements(&stage, &mut seen).await;
        ownership(&stage, &mut seen).await;
        seen.assert_everything();
    });
}

async fn initialisation(stage: &Stage, seen: &mut Seen) {
    let program = stage.world.programs.registry.address;
    let evm = &stage.world.artifacts.evm;
    let owner = stage.owner.address();
    let setup = registry::initializeCall { owner };
    let (proxy, sent) = created(stage, evm.proxy_creation(program, owner, setup.abi_encode())).await;
    seen.logs(&sent, proxy);

    seen.revert(stage, owner, stage.system.registry, setup.clone()).await;
    seen.revert(stage, owner, program, setup).await;
    let nobody = registry::initializeCall { owner: Address::ZERO }.abi_encode();
    seen.revert_of(stage, owner, creation(evm.proxy_creation(program, owner, nobody))).await;
}

async fn issuers(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let owner = stage.owner.address();
    let add = |issuer: Address| registry::addIssuerCall {
        issuer,
        types: Vec::new(),
        metadataURI: "ipfs://x".to_owned(),
    };
    let narrow = registry::addIssuerCall {
        issuer: stage.generator.address(),
        types: vec![abi::registry::credential_type("PHD")],
        metadataURI: String::new(),
    };
    seen.logs(&stage.executes(&stage.owner, at, narrow).await, at);
    seen.revert(stage, owner, at, add(Address::ZERO)).await;
    seen.revert(stage, owner, at, add(stage.issuer.address())).await;
    seen.revert(stage, stage.stranger.address(), at, add(stage.stranger.address())).await;
}

async fn registration(stage: &Stage, seen: &mut Seen) {
    let good = stage.attestation().await;
    let now = good.issuedAt;
    let with = |change: fn(&mut CredentialAttestation, u64)| {
        let mut attestation = good.clone();
        change(&mut attestation, now);
        attestation
    };
    for bad in [
        with(|a, now| a.deadline = U256::from(now - 1)),
        with(|a, now| a.issuedAt = now + 100_000),
        with(|a, now| a.expiresAt = now),
        with(|a, _| a.expiresAt = u64::MAX),
        with(|a, _| a.subject = B256::ZERO),
        with(|a, _| a.holder = Address::ZERO),
    ] {
        refuse(stage, seen, &stage.issuer, bad).await;
    }
    // Nobody added the stranger; the generator may attest only another type.
    refuse(stage, seen, &stage.stranger, good.clone()).await;
    refuse(stage, seen, &stage.generator, good.clone()).await;
    let mut forged = stage.signed_by(&stage.stranger, good.clone());
    forged.issuer = stage.issuer.address();
    seen.revert(stage, stage.relayer.address(), stage.system.registry, forged.registration()).await;

    let attested = stage.signed(good.clone());
    seen.logs(&stage.register(&attested).await, stage.system.registry);
    refuse(stage, seen, &stage.issuer, good.clone()).await;
    // Somebody else's credential under the nonce that was just used.
    let used_nonce = CredentialAttestation { nonce: good.nonce, ..stage.attestation().await };
    refuse(stage, seen, &stage.issuer, used_nonce).await;
    let fresh_nonce = CredentialAttestation { nonce: stage.attestation().await.nonce, ..good };
    refuse(stage, seen, &stage.issuer, fresh_nonce).await;
}

async fn refuse(stage: &Stage, seen: &mut Seen, issuer: &Key, attestation: CredentialAttestation) {
    let attested: Attested = stage.signed_by(issuer, attestation);
    seen.revert(stage, stage.relayer.address(), stage.system.registry, attested.registration()).await;
}

async fn revocation(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let revoke = |id: B256| registry::revokeCredentialCall { credentialId: id, reason: 1 };
    let id = stage.credential().await.id;
    seen.revert(stage, stage.stranger.address(), at, revoke(id)).await;
    seen.revert(stage, stage.issuer.address(), at, revoke(B256::repeat_byte(1))).await;
    seen.logs(&stage.executes(&stage.issuer, at, revoke(id)).await, at);
    seen.revert(stage, stage.issuer.address(), at, revoke(id)).await;
}

async fn renewal(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let relayer = stage.relayer.address();
    let id = stage.credential().await.id;
    // It never expires.
    seen.revert(stage, relayer, at, stage.renewal(&stage.issuer, id, 0).await).await;
    // The generator is a key of another issuer.
    seen.revert(stage, relayer, at, stage.renewal(&stage.generator, id, 0).await).await;

    let attestation = stage.attestation().await;
    let mut expires_at = attestation.issuedAt + 1_000;
    let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
    stage.register(&attested).await;
    // The first renewal comes late.
    stage.world.advance_time(2_000).await;
    expires_at += 1_000_000;
    for _ in 0..255 {
        expires_at += 1;
        let call = stage.renewal(&stage.issuer, attested.id, expires_at).await;
        seen.logs(&stage.executes(&stage.relayer, at, call).await, at);
    }
    seen.revert(stage, relayer, at, stage.renewal(&stage.issuer, attested.id, 0).await).await;
}

async fn rebinding(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let (relayer, issuer) = (stage.relayer.address(), stage.issuer.address());
    let id = stage.credential().await.id;
    let to = |holder: Address| stage.rebinding(&stage.issuer, id, holder);
    seen.revert(stage, relayer, at, to(stage.holder.address()).await).await;
    seen.revert(stage, issuer, at, registry::cancelRebindCall { credentialId: id }).await;
    for _ in 0..2 {
        let started = stage.executes(&stage.relayer, at, to(stage.stranger.address()).await).await;
        seen.logs(&started, at);
        seen.revert(stage, relayer, at, to(relayer).await).await;
        seen.revert(stage, relayer, at, registry::completeRebindCall { credentialId: id }).await;
        let cancel = registry::cancelRebindCall { credentialId: id };
        seen.logs(&stage.executes(&stage.issuer, at, cancel).await, at);
    }
    stage.executes(&stage.relayer, at, to(stage.stranger.address()).await).await;
    stage.world.advance_time(TWO_DAYS).await;
    let complete = registry::completeRebindCall { credentialId: id };
    seen.logs(&stage.executes(&stage.stranger, at, complete).await, at);
}

async fn lists(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let (anyone, one) = (stage.stranger.address(), vec![B256::ZERO]);
    let uneven = registry::batchValidateCredentialsCall { credentialIds: one, holders: Vec::new() };
    seen.revert(stage, anyone, at, uneven).await;
    let limit = abi::registry::PAGE_MAX + U256::ONE;
    let page = registry::getCredentialsOfCall { holder: anyone, offset: U256::ZERO, limit };
    seen.revert(stage, anyone, at, page).await;
}

/// Keys that are rotated, distrusted and removed; an issuer of its own, the generator, so that the stage's stays.
async fn keys(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let owner = stage.owner.address();
    let (first, second) = (&stage.generator, &stage.world.payer().derive("a second key of the generator"));
    stage.world.fund([second]).await;
    let rotate = registry::rotateIssuerCall { oldKey: first.address(), newKey: second.address() };
    seen.logs(&stage.executes(first, at, rotate).await, at);
    let nonce = registry::cancelNonceCall { nonce: U256::from(7) };
    seen.revert(stage, first.address(), at, nonce.clone()).await;
    seen.logs(&stage.executes(second, at, nonce).await, at);

    let phd = CredentialAttestation {
        credentialType: abi::registry::credential_type("PHD"),
        ..stage.attestation().await
    };
    let mut attested = stage.signed_by(second, phd.clone());
    attested.id = ecosystem::signing::credential_id(first.address(), phd.credentialType, phd.subject);
    stage.register(&attested).await;
    let revoke = registry::revokeCredentialCall { credentialId: attested.id, reason: 1 };
    stage.executes(second, at, revoke).await;

    let key = second.address();
    let now = stage.chain().block_time().await.expect("the newest block's time");
    let distrust = |since: u64| registry::distrustIssuerSinceCall { key, since };
    seen.revert(stage, owner, at, distrust(now + 100_000)).await;
    seen.logs(&stage.executes(&stage.owner, at, distrust(0)).await, at);
    seen.revert(stage, owner, at, distrust(0)).await;
    let restore = registry::restoreCredentialCall { credentialId: attested.id };
    seen.logs(&stage.executes(&stage.owner, at, restore.clone()).await, at);
    seen.revert(stage, owner, at, restore).await;

    // The registration is still distrusted, whoever wants to renew it.
    let third = &stage.world.payer().derive("a third key of the generator");
    let rotate = registry::rotateIssuerCall { oldKey: key, newKey: third.address() };
    stage.executes(&stage.owner, at, rotate).await;
    seen.revert(stage, owner, at, stage.renewal(third, attested.id, 0).await).await;

    let remove = registry::removeIssuerCall { issuerRoot: first.address() };
    seen.logs(&stage.executes(&stage.owner, at, remove.clone()).await, at);
    seen.revert(stage, owner, at, remove).await;
}

async fn pause(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let guardian = registry::setGuardianCall { newGuardian: stage.relayer.address() };
    seen.logs(&stage.executes(&stage.owner, at, guardian).await, at);
    seen.revert(stage, stage.stranger.address(), at, registry::pauseCall {}).await;
    seen.revert(stage, stage.owner.address(), at, registry::unpauseCall {}).await;
    seen.logs(&stage.executes(&stage.relayer, at, registry::pauseCall {}).await, at);
    seen.revert(stage, stage.owner.address(), at, registry::renounceOwnershipCall {}).await;
    seen.logs(&stage.executes(&stage.owner, at, registry::unpauseCall {}).await, at);
}

async fn announcements(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let owner = stage.owner.address();
    seen.logs(&stage.executes(&stage.owner, at, registry::launchCall {}).await, at);
    seen.revert(stage, owner, at, registry::launchCall {}).await;
    let add = registry::addIssuerCall {
        issuer: stage.holder.address(),
        types: vec![B256::repeat_byte(1)],
        metadataURI: "ipfs://x".to_owned(),
    };
    let announce = registry::scheduleCall { call: add.abi_encode().into() };
    seen.revert(stage, owner, at, add.clone()).await;
    seen.logs(&stage.executes(&stage.owner, at, announce.clone()).await, at);
    seen.revert(stage, owner, at, add.clone()).await;
    let cancel = registry::cancelCall { callHash: keccak256(add.abi_encode()) };
    seen.logs(&stage.executes(&stage.relayer, at, cancel).await, at);
    stage.executes(&stage.owner, at, announce.clone()).await;
    stage.world.advance_time(TWO_DAYS + 15 * 86_400).await;
    seen.revert(stage, owner, at, add.clone()).await;
    stage.executes(&stage.owner, at, announce).await;
    stage.world.advance_time(TWO_DAYS).await;
    seen.logs(&stage.executes(&stage.owner, at, add).await, at);
}

async fn ownership(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let call = registry::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, call).await, at);
    seen.revert(stage, stage.holder.address(), at, registry::acceptOwnershipCall {}).await;
    seen.logs(&stage.executes(&stage.stranger, at, registry::acceptOwnershipCall {}).await, at);
}
