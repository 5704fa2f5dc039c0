//! The registry: credentials lapse, move, are revoked and restored; issuers come, are robbed, and go.

use abi::registry::ICredentialRegistry::{self as registry, CredentialAttestation};
use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use ecosystem_tests::Stage;

use super::{TWO_DAYS, announced};

pub(super) async fn visit(stage: &Stage) {
    let Stage { owner, issuer, holder, relayer, generator, stranger, .. } = stage;
    let at = stage.system.registry;
    let attestation = stage.attestation().await;
    let expires_at = attestation.issuedAt + 1_000;
    let attestation = CredentialAttestation { expiresAt: expires_at, ..attestation };
    let attested = stage.signed(attestation.clone());
    stage.register(&attested).await;
    let id = attested.id;
    let [second, third] = [stage.credential().await.id, stage.credential().await.id];

    // It lapses, is renewed, and moves; the second one stays after all.
    stage.world.advance_time(2_000).await;
    stage.executes(relayer, at, stage.renewal(issuer, id, 0).await).await;
    for credential in [id, second] {
        let rebinding = stage.rebinding(issuer, credential, stranger.address()).await;
        stage.executes(relayer, at, rebinding).await;
    }
    stage.executes(issuer, at, registry::cancelRebindCall { credentialId: second }).await;
    stage.world.advance_time(TWO_DAYS).await;
    stage.executes(stranger, at, registry::completeRebindCall { credentialId: id }).await;
    stage.executes(issuer, at, registry::revokeCredentialCall { credentialId: third, reason: 7 }).await;
    let batch = registry::revokeBatchCall { credentialIds: vec![second, id], reason: 1 };
    stage.executes(issuer, at, batch).await;
    stage.executes(issuer, at, registry::cancelNonceCall { nonce: U256::from(1_000_000) }).await;

    // The key was stolen from the start: the owner undoes all of it.
    let distrust = registry::distrustIssuerSinceCall { key: issuer.address(), since: 0 };
    stage.executes(owner, at, distrust).await;
    stage.executes(owner, at, registry::restoreCredentialCall { credentialId: id }).await;
    let batch = registry::restoreBatchCall { credentialIds: vec![second, third] };
    stage.executes(owner, at, batch).await;
    let kept = stage.reads(at, registry::getCredentialCall { credentialId: id }).await;
    assert_eq!((kept.holder, kept.expiresAt), (holder.address(), expires_at));

    stage.executes(owner, at, registry::launchCall {}).await;
    let rotation =
        registry::rotateIssuerCall { oldKey: issuer.address(), newKey: relayer.address() }.abi_encode();
    let addition = registry::addIssuerCall {
        issuer: generator.address(),
        types: (0..20).map(B256::repeat_byte).collect(),
        metadataURI: "a long text ".repeat(50),
    };
    announced(stage, at, vec![rotation, addition.abi_encode()]).await;
    stage.executes(owner, at, registry::removeIssuerCall { issuerRoot: generator.address() }).await;
    // The new key registers what the stolen one had, which lapsed; and hands on to another.
    let fresh = stage.attestation().await;
    let again = CredentialAttestation { subject: attestation.subject, ..fresh };
    let again = stage.signed_by(relayer, again).registration();
    stage.executes(stranger, at, again).await;
    let handing_on = registry::rotateIssuerCall { oldKey: relayer.address(), newKey: stranger.address() };
    stage.executes(relayer, at, handing_on).await;
    let pairs = registry::batchValidateCredentialsCall {
        credentialIds: vec![id, second, B256::ZERO],
        holders: vec![holder.address(); 3],
    };
    assert_eq!(stage.reads(at, pairs).await, [true, false, false]);
}
