//! The registry.

use abi::registry::ICredentialRegistry::{self as registry, CredentialAttestation};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use ecosystem::{credential::Attested, key::Key};
use ecosystem_tests::{Stage, run};

use super::{Seen, created, creation};

#[test]
fn registry_shows_every_event_and_error() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("credential-registry").beside("proxy");
        initialisation(&stage, &mut seen).await;
        issuers(&stage, &mut seen).await;
        registration(&stage, &mut seen).await;
        revocation(&stage, &mut seen).await;
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

async fn ownership(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.registry;
    let call = registry::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, call).await, at);
    seen.revert(stage, stage.holder.address(), at, registry::acceptOwnershipCall {}).await;
    seen.logs(&stage.executes(&stage.stranger, at, registry::acceptOwnershipCall {}).await, at);
}
