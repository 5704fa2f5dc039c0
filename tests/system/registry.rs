//! What becomes of credentials and issuers after the registration, over JSON-RPC on the real program.

use abi::{
    announced::IAnnounced::{NotScheduled, NotYetDue},
    factory::ICredentialTokenFactory::NotCredentialOwner,
    pausable::IPausable::{EnforcedPause, GuardianUnauthorizedAccount},
    registry::{
        ICredentialRegistry::{
            self as registry, CredentialAttestation, CredentialLapsed, CredentialRebound, CredentialRestored,
            InvalidSignature, IssuerKeyDistrusted, IssuerKeyRetired, Lapse, NonceAlreadyUsed, PageTooLarge,
            RebindNotDue,
        },
        status,
    },
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    sol_types::{SolCall, SolStruct},
};
use ecosystem::{
    key::Key,
    signing::{credential_id, registry_domain},
};
use ecosystem_tests::{Stage, World, run};

const TWO_DAYS: u64 = 48 * 3_600;

/// The status of a credential for somebody.
async fn status_for(stage: &Stage, credential: B256, holder: &Key) -> u8 {
    let call = registry::validateCredentialCall { credentialId: credential, holder: holder.address() };
    let answer = stage.reads(stage.system.registry, call).await;
    assert_eq!(answer.valid, answer.status == status::ACTIVE);
    answer.status
}

/// Everything that somebody holds.
async fn held(stage: &Stage, holder: &Key) -> Vec<B256> {
    let (offset, limit) = (U256::ZERO, abi::registry::PAGE_MAX);
    let call = registry::getCredentialsOfCall { holder: holder.address(), offset, limit };
    stage.reads(stage.system.registry, call).await
}

async fn moved_stage() -> Stage {
    // The clock is moved: not in the world that others share.
    Stage::in_world(World::own().await).await
}

#[test]
fn a_credential_expires_is_renewed_and_moves_to_another_wallet() {
    run(async {
        let stage = moved_stage().await;
        let at = stage.system.registry;
        let attestation = stage.attestation().await;
        let expires_at = attestation.issuedAt + 1_000;
        let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
        stage.register(&attested).await;
        let id = attested.id;
        assert_eq!(status_for(&stage, id, &stage.holder).await, status::ACTIVE);
        stage.world.advance_time(1_001).await;
        assert_eq!(status_for(&stage, id, &stage.holder).await, status::EXPIRED);
        let call = stage.renewal(&stage.issuer, id, 0).await;
        let sent = stage.executes(&stage.relayer, at, call).await;
        assert_eq!(status_for(&stage, id, &stage.holder).await, status::ACTIVE);
        // It has lapsed meanwhile.
        let until = stage.chain().block_time().await.expect("the newest block's time");
        let lapsed = CredentialLapsed { credentialId: id, from: expires_at, until };
        assert_eq!(stage.event::<CredentialLapsed>(&sent, at), lapsed);
        let lapses =
            registry::getLapsesCall { credentialId: id, offset: U256::ZERO, limit: abi::registry::PAGE_MAX };
        assert_eq!(stage.reads(at, lapses).await, [Lapse { from: expires_at, until }]);
        let count = registry::getLapseCountCall { credentialId: id };
        assert_eq!(stage.reads(at, count).await, U256::ONE);

        // A lost wallet: nobody holds the credential until it has moved.
        let call = stage.rebinding(&stage.issuer, id, stage.stranger.address()).await;
        stage.executes(&stage.relayer, at, call).await;
        for who in [&stage.holder, &stage.stranger] {
            assert_eq!(status_for(&stage, id, who).await, status::NOT_HOLDER);
            let refused = stage.refuses(who, stage.system.factory, stage.token_call(id)).await;
            assert_eq!(NotCredentialOwner { credentialId: id, caller: who.address() }, refused);
        }
        let complete = registry::completeRebindCall { credentialId: id };
        let early: RebindNotDue = stage.refuses(&stage.stranger, at, complete.clone()).await;
        let pending = stage.reads(at, registry::getRebindCall { credentialId: id }).await;
        assert_eq!((pending.newHolder, pending.effectiveAt), (stage.stranger.address(), early.effectiveAt));
        stage.world.advance_time(TWO_DAYS).await;
        let sent = stage.executes(&stage.relayer, at, complete).await;
        let moved = CredentialRebound {
            credentialId: id,
            previousHolder: stage.holder.address(),
            newHolder: stage.stranger.address(),
        };
        assert_eq!(stage.event::<CredentialRebound>(&sent, at), moved);
        assert_eq!(status_for(&stage, id, &stage.stranger).await, status::ACTIVE);
        assert_eq!(
            (held(&stage, &stage.holder).await, held(&stage, &stage.stranger).await),
            (vec![], vec![id])
        );
        stage.executes(&stage.stranger, stage.system.factory, stage.token_call(id)).await;
    });
}

#[test]
fn credentials_are_listed_validated_and_revoked_together() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(stage.credential().await.id);
        }
        assert_eq!(held(&stage, &stage.holder).await, ids);
        let holder = stage.holder.address();
        let page = registry::getCredentialsOfCall { holder, offset: U256::ONE, limit: U256::ONE };
        assert_eq!(stage.reads(at, page).await, ids[1..2]);
        let count = stage.reads(at, registry::getCredentialCountOfCall { holder }).await;
        assert_eq!(count, U256::from(3));
        let batch = registry::revokeBatchCall { credentialIds: ids[..2].to_vec(), reason: 3 };
        stage.executes(&stage.issuer, at, batch).await;
        let batch = registry::revokeBatchCall { credentialIds: vec![ids[2]; 1_001], reason: 3 };
        let error = stage.refuses(&stage.issuer, at, batch).await;
        assert_eq!(PageTooLarge { limit: U256::from(1_001), maximum: abi::registry::PAGE_MAX }, error);
        let batch = registry::batchValidateCredentialsCall { credentialIds: ids, holders: vec![holder; 3] };
        assert_eq!(stage.reads(at, batch).await, [false, false, true]);
    });
}

#[test]
fn an_attestation_that_nobody_brought_is_voided() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        let attested = stage.signed(stage.attestation().await);
        let nonce = attested.attestation.nonce;
        stage.executes(&stage.issuer, at, registry::cancelNonceCall { nonce }).await;
        let error = stage.refuses(&stage.relayer, at, attested.registration()).await;
        assert_eq!(NonceAlreadyUsed { issuerRoot: stage.issuer.address(), nonce }, error);
    });
}

#[test]
fn what_a_thief_of_an_issuers_key_did_is_undone() {
    run(async {
        let stage = moved_stage().await;
        let at = stage.system.registry;
        let [revoked, moved, renewed] =
            [stage.credential().await.id, stage.credential().await.id, stage.credential().await.id];
        let attestation = stage.attestation().await;
        let expires_at = attestation.issuedAt + 10_000_000;
        let lasting = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
        stage.register(&lasting).await;
        stage.world.advance_time(100).await;
        let theft = stage.chain().block_time().await.expect("the newest block's time");

        // The thief uses the issuer's key: it attests, backdated, revokes, renews and moves.
        let forged = CredentialAttestation {
            issuedAt: 1,
            holder: stage.stranger.address(),
            ..stage.attestation().await
        };
        let forged = stage.signed(forged);
        stage.register(&forged).await;
        let revoke = registry::revokeCredentialCall { credentialId: revoked, reason: 1 };
        stage.executes(&stage.issuer, at, revoke).await;
        let renewal = stage.renewal(&stage.issuer, lasting.id, 0).await;
        stage.executes(&stage.stranger, at, renewal).await;
        let rebinding = stage.rebinding(&stage.issuer, moved, stage.stranger.address()).await;
        stage.executes(&stage.stranger, at, rebinding).await;
        stage.world.advance_time(TWO_DAYS).await;
        stage.executes(&stage.stranger, at, registry::completeRebindCall { credentialId: moved }).await;
        assert_eq!(status_for(&stage, moved, &stage.stranger).await, status::ACTIVE);

        let distrust = registry::distrustIssuerSinceCall { key: stage.issuer.address(), since: theft };
        stage.executes(&stage.owner, at, distrust).await;
        for (id, who) in [(forged.id, &stage.stranger), (moved, &stage.stranger), (lasting.id, &stage.holder)]
        {
            assert_eq!(status_for(&stage, id, who).await, status::ISSUER_DISTRUSTED);
        }
        assert_eq!(status_for(&stage, renewed, &stage.holder).await, status::ACTIVE, "untouched");
        let another = stage.signed(stage.attestation().await);
        let refused = stage.refuses(&stage.relayer, at, another.registration()).await;
        assert_eq!(IssuerKeyDistrusted { issuer: stage.issuer.address(), since: theft }, refused);

        for (id, expires_at) in [(revoked, 0), (moved, 0), (lasting.id, expires_at)] {
            let restore = registry::restoreCredentialCall { credentialId: id };
            let sent = stage.executes(&stage.owner, at, restore).await;
            let restored = CredentialRestored {
                credentialId: id,
                holder: stage.holder.address(),
                expiresAt: expires_at,
                revoked: false,
            };
            assert_eq!(stage.event::<CredentialRestored>(&sent, at), restored);
            assert_eq!(status_for(&stage, id, &stage.holder).await, status::ACTIVE);
        }

        // Another key of the same issuer gives the forged id to whom it belongs. What was undone leaves no lapse.
        stage.world.advance_time(100).await;
        let (root, new_key) = (stage.issuer.address(), stage.generator.address());
        let rotate = registry::rotateIssuerCall { oldKey: root, newKey: new_key };
        stage.executes(&stage.owner, at, rotate).await;
        let genuine = CredentialAttestation {
            subject: forged.attestation.subject,
            holder: stage.relayer.address(),
            ..stage.attestation().await
        };
        let mut genuine = stage.signed_by(&stage.generator, genuine);
        genuine.id = credential_id(root, genuine.attestation.credentialType, genuine.attestation.subject);
        assert_eq!(genuine.id, forged.id);
        stage.register(&genuine).await;
        assert_eq!(status_for(&stage, genuine.id, &stage.relayer).await, status::ACTIVE);
        for (id, lapses) in [(revoked, 0), (moved, 0), (lasting.id, 0), (renewed, 0), (genuine.id, 1)] {
            let count = stage.reads(at, registry::getLapseCountCall { credentialId: id }).await;
            assert_eq!(count, U256::from(lapses));
        }
        assert_eq!(held(&stage, &stage.stranger).await, Vec::<B256>::new());
    });
}

#[test]
fn a_contract_attests_by_its_own_rules_with_bounded_gas() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        // return ERC-1271's magic value; revert; loop for ever.
        let [willing, unwilling, endless] =
            [&hex!("631626ba7e60e01b5f5260205ff3")[..], &hex!("5f5ffd"), &hex!("5b5f56")];
        for (code, signs) in [(willing, true), (unwilling, false), (endless, false)] {
            let issuer = stage.account_with(Bytes::copy_from_slice(code)).await;
            let add = registry::addIssuerCall { issuer, types: Vec::new(), metadataURI: String::new() };
            stage.executes(&stage.owner, at, add).await;
            let call = registry::registerCredentialCall {
                a: stage.attestation().await,
                issuer,
                signature: Bytes::from_static(b"by its own rules"),
            };
            let id = credential_id(issuer, call.a.credentialType, call.a.subject);
            if signs {
                stage.executes(&stage.relayer, at, call).await;
                assert_eq!(status_for(&stage, id, &stage.holder).await, status::ACTIVE);
            } else {
                let digest = call.a.eip712_signing_hash(&registry_domain(stage.chain().chain_id(), at));
                // Endless: the judgement ends with its gas, and the transaction goes on.
                let refused = stage.refuses(&stage.relayer, at, call).await;
                assert_eq!(InvalidSignature { issuer, digest }, refused);
                assert_eq!(status_for(&stage, id, &stage.holder).await, status::NONE);
            }
        }
    });
}

#[test]
fn a_key_is_rotated_by_itself_at_once() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        let (old, new) = (stage.issuer.address(), stage.generator.address());
        stage.executes(&stage.issuer, at, registry::rotateIssuerCall { oldKey: old, newKey: new }).await;
        assert_eq!(stage.reads(at, registry::getIssuerKeyCall { issuerRoot: old }).await, new);
        let attested = stage.signed(stage.attestation().await);
        let refused = stage.refuses(&stage.relayer, at, attested.registration()).await;
        assert_eq!(IssuerKeyRetired { issuer: old, currentKey: new }, refused);
    });
}

#[test]
fn issuers_are_added_after_the_launch_only_as_announced() {
    run(async {
        let stage = moved_stage().await;
        let at = stage.system.registry;
        stage.executes(&stage.owner, at, registry::launchCall {}).await;
        let add = registry::addIssuerCall {
            issuer: stage.stranger.address(),
            types: vec![B256::repeat_byte(1), B256::repeat_byte(2)],
            metadataURI: "ipfs://a text of more than one word, thirty-two bytes".to_owned(),
        };
        let hash = keccak256(add.abi_encode());
        let refused = stage.refuses(&stage.owner, at, add.clone()).await;
        assert_eq!(NotScheduled { callHash: hash }, refused);
        let announce = registry::scheduleCall { call: add.abi_encode().into() };
        let sent = stage.executes(&stage.owner, at, announce).await;
        let announced = stage.event::<registry::Scheduled>(&sent, at);
        assert_eq!((announced.callHash, announced.call.to_vec()), (hash, add.abi_encode()));
        let early: NotYetDue = stage.refuses(&stage.owner, at, add.clone()).await;
        assert_eq!(early.from, announced.from);
        stage.world.advance_time(TWO_DAYS).await;
        let sent = stage.executes(&stage.owner, at, add).await;
        assert_eq!(stage.event::<registry::Executed>(&sent, at).callHash, hash);
        let issuer = stage.event::<registry::IssuerAdded>(&sent, at);
        assert_eq!(issuer.issuerRoot, stage.stranger.address());
        assert_eq!(issuer.types, [B256::repeat_byte(1), B256::repeat_byte(2)]);
    });
}

#[test]
fn a_pause_stops_registrations_and_leaves_the_exit_open() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.registry;
        let credential = stage.credential().await.id;
        let refused = stage.refuses(&stage.stranger, at, registry::pauseCall {}).await;
        assert_eq!(GuardianUnauthorizedAccount { account: stage.stranger.address() }, refused);
        let guardian = registry::setGuardianCall { newGuardian: stage.generator.address() };
        stage.executes(&stage.owner, at, guardian).await;
        stage.executes(&stage.generator, at, registry::pauseCall {}).await;
        let attested = stage.signed(stage.attestation().await);
        let _: EnforcedPause = stage.refuses(&stage.relayer, at, attested.registration()).await;
        assert_eq!(status_for(&stage, credential, &stage.holder).await, status::ACTIVE);
        let revoke = registry::revokeCredentialCall { credentialId: credential, reason: 1 };
        stage.executes(&stage.issuer, at, revoke).await;
        stage.executes(&stage.owner, at, registry::unpauseCall {}).await;
        stage.register(&attested).await;
        let none = registry::setGuardianCall { newGuardian: Address::ZERO };
        stage.executes(&stage.owner, at, none).await;
        assert_eq!(stage.reads(at, registry::guardianCall {}).await, Address::ZERO);
    });
}
