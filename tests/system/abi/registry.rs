//! The registry.

use abi::registry::ICredentialRegistry::{self as registry, CredentialAttestation};
use alloy::{
    primitives::{B256, keccak256},
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, run};

use super::{Seen, created};

/// How long announced changes and rebindings take, in seconds.
const TWO_DAYS: u64 = 48 * 3_600;

#[test]
fn registry_shows_every_event() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let mut seen = Seen::nothing_of("credential-registry").beside("proxy");
        initialisation(&stage, &mut seen).await;
        credentials(&stage, &mut seen).await;
        issuers(&stage, &mut seen).await;
        administration(&stage, &mut seen).await;
        seen.assert_everything();
    });
}

async fn initialisation(stage: &Stage, seen: &mut Seen) {
    let owner = stage.owner.address();
    let setup = registry::initializeCall { owner }.abi_encode();
    let program = stage.world.programs.registry.address;
    let (proxy, sent) = created(stage, stage.world.artifacts.evm.proxy_creation(program, owner, setup)).await;
    seen.logs(&sent, proxy);
}

/// One that lapses, is renewed, nearly moves, moves and is revoked.
async fn credentials(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let attestation = stage.attestation().await;
    let expires_at = attestation.issuedAt + 1_000;
    let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
    let id = attested.id;
    seen.logs(&stage.register(&attested).await, at);
    stage.world.advance_time(1_001).await;
    let renewal = stage.renewal(&stage.issuer, id, 0).await;
    seen.logs(&stage.executes(&stage.relayer, at, renewal).await, at);
    let to = stage.stranger.address();
    for completed in [false, true] {
        let rebinding = stage.rebinding(&stage.issuer, id, to).await;
        seen.logs(&stage.executes(&stage.relayer, at, rebinding).await, at);
        let sent = if completed {
            stage.world.advance_time(TWO_DAYS).await;
            stage.executes(&stage.stranger, at, registry::completeRebindCall { credentialId: id }).await
        } else {
            stage.executes(&stage.issuer, at, registry::cancelRebindCall { credentialId: id }).await
        };
        seen.logs(&sent, at);
    }
    let revoke = registry::revokeCredentialCall { credentialId: id, reason: 1 };
    seen.logs(&stage.executes(&stage.issuer, at, revoke).await, at);
}

/// One that comes, gets another key, whose revocation is undone, and goes: the stage's own stays.
async fn issuers(stage: &Stage, seen: &mut Seen) {
    let (at, owner, first) = (stage.system.registry, &stage.owner, &stage.generator);
    let second = &stage.world.payer().derive(&format!("{} second", owner.address()));
    stage.world.fund([second]).await;
    let add = registry::addIssuerCall {
        issuer: first.address(),
        types: Vec::new(),
        metadataURI: "ipfs://x".to_owned(),
    };
    seen.logs(&stage.executes(owner, at, add).await, at);
    let attested = stage.signed_by(first, stage.attestation().await);
    stage.register(&attested).await;
    let rotate = registry::rotateIssuerCall { oldKey: first.address(), newKey: second.address() };
    seen.logs(&stage.executes(first, at, rotate).await, at);
    let revoke = registry::revokeCredentialCall { credentialId: attested.id, reason: 1 };
    stage.executes(second, at, revoke).await;
    let distrust = registry::distrustIssuerSinceCall { key: second.address(), since: 0 };
    seen.logs(&stage.executes(owner, at, distrust).await, at);
    let restore = registry::restoreCredentialCall { credentialId: attested.id };
    seen.logs(&stage.executes(owner, at, restore).await, at);
    let remove = registry::removeIssuerCall { issuerRoot: first.address() };
    seen.logs(&stage.executes(owner, at, remove).await, at);
}

async fn administration(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.registry, &stage.owner);
    let guardian = registry::setGuardianCall { newGuardian: stage.relayer.address() };
    seen.logs(&stage.executes(owner, at, guardian).await, at);
    seen.logs(&stage.executes(&stage.relayer, at, registry::pauseCall {}).await, at);
    seen.logs(&stage.executes(owner, at, registry::unpauseCall {}).await, at);

    seen.logs(&stage.executes(owner, at, registry::launchCall {}).await, at);
    let add = registry::addIssuerCall {
        issuer: stage.holder.address(),
        types: vec![B256::repeat_byte(1)],
        metadataURI: "ipfs://x".to_owned(),
    };
    let announce = registry::scheduleCall { call: add.abi_encode().into() };
    seen.logs(&stage.executes(owner, at, announce.clone()).await, at);
    let cancel = registry::cancelCall { callHash: keccak256(add.abi_encode()) };
    seen.logs(&stage.executes(&stage.relayer, at, cancel).await, at);
    stage.executes(owner, at, announce).await;
    stage.world.advance_time(TWO_DAYS).await;
    seen.logs(&stage.executes(owner, at, add).await, at);

    let call = registry::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(owner, at, call).await, at);
    seen.logs(&stage.executes(&stage.stranger, at, registry::acceptOwnershipCall {}).await, at);
}
