//! A program with one more field behind a proxy that has been used: everything is where it was, and the field works.

use std::collections::BTreeMap;

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenCreated},
    ownable::IOwnable::OwnableUnauthorizedAccount,
    proxy::IProxy as proxy,
    registry::{
        ICredentialRegistry::{self as registry, CredentialAttestation},
        status,
    },
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use ecosystem::proxy::{GATE_SLOT, IMPLEMENTATION_SLOT, PENDING_SLOT};
use ecosystem_tests::{
    Stage, State, World,
    grown::{self, IMotto, INotes},
    run,
    storage::{in_mapping, recorded, touched},
    tokens,
};
use xtask::{
    artifacts::edited::Edited,
    repo,
    storage::{Entry, Kind, Layout, changes},
};

use super::{active, is_nobodys, lock, upgrade, upgrade_as_announced};

#[test]
fn a_registry_with_another_field_keeps_everything_and_uses_it() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let at = stage.system.registry;
        let [valid, revoked] = use_registry(&stage).await;
        lock(&stage).await;

        let edited = grown::registry().await;
        let program = active(&stage, &edited).await;
        let (views, words) = (State::of(&stage).await.behind_proxies(), stored(&stage, at).await);
        upgrade_as_announced(&stage, &[(at, &program)]).await;
        assert_eq!(State::of(&stage).await.behind_proxies(), views);
        assert_eq!(stored(&stage, at).await, words);

        // The new field: empty, for the owner to fill, and in a slot that was never used.
        let (read, note) = (INotes::noteCall { credentialId: valid }, B256::repeat_byte(0x5a));
        assert_eq!(stage.reads(at, read.clone()).await, B256::ZERO);
        let write = INotes::setNoteCall { credentialId: valid, note };
        let error = stage.refuses(&stage.stranger, at, write.clone()).await;
        assert_eq!(OwnableUnauthorizedAccount { account: stage.stranger.address() }, error);
        stage.executes(&stage.owner, at, write).await;
        assert_eq!(stage.reads(at, read).await, note);
        assert_eq!(stage.reads(at, INotes::noteCall { credentialId: revoked }).await, B256::ZERO);
        let (layout, notes) = appended(&edited, "credential-registry", "notes");
        let slot = in_mapping(U256::from_be_bytes(layout.place(&notes).expect("a place")), valid);
        assert_eq!(new_words(&words, &stored(&stage, at).await), [(B256::from(slot), note)]);
        assert_eq!(State::of(&stage).await.behind_proxies(), views);

        // The system goes on: with what was there, and with what is new.
        let call = registry::revokeCredentialCall { credentialId: valid, reason: 1 };
        stage.executes(&stage.issuer, at, call).await;
        assert_eq!(status_of(&stage, valid).await, status::REVOKED);
        let credential = stage.credential().await;
        assert_eq!(status_of(&stage, credential.id).await, status::ACTIVE);
        stage.executes(&stage.holder, stage.system.factory, stage.token_call(credential.id)).await;
    });
}

#[test]
fn a_factory_with_another_field_keeps_everything_and_uses_it() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let at = stage.system.factory;
        let token = use_factory(&stage).await;
        lock(&stage).await;

        let edited = grown::factory().await;
        let program = active(&stage, &edited).await;
        let (views, words) = (State::of(&stage).await.behind_proxies(), stored(&stage, at).await);
        upgrade_as_announced(&stage, &[(at, &program)]).await;
        assert_eq!(State::of(&stage).await.behind_proxies(), views);
        assert_eq!(stored(&stage, at).await, words);

        uses_its_motto(&stage, at, &edited, "token-factory", &words).await;
        assert_eq!(State::of(&stage).await.behind_proxies(), views);

        // The token of before asks the factory for its bounds, and a new one is the next in the list.
        let call = token::setEmissionRateCall { newRate: tokens(11) };
        stage.executes(&stage.holder, token, call).await;
        let credential = stage.credential().await;
        let predicted =
            stage.reads(at, factory::predictTokenAddressCall { credentialId: credential.id }).await;
        let sent = stage.executes(&stage.holder, at, stage.token_call(credential.id)).await;
        assert_eq!(stage.event::<TokenCreated>(&sent, at).tokenAddress, predicted);
        assert_eq!(stage.reads(at, factory::getAllTokensCall {}).await, [token, predicted]);
    });
}

#[test]
fn a_field_is_set_up_in_the_step_of_the_upgrade_and_outlives_a_return_to_the_earlier_program() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let program = active(&stage, &grown::factory().await).await;
        let motto = B256::repeat_byte(0x5a);
        let data = IMotto::setMottoCall { motto }.abi_encode().into();
        let call = proxy::upgradeToAndCallCall { implementation: program.address, data };

        // What the call refuses undoes the upgrade: the owner alone gives a motto, and here the admin is somebody else.
        let other = Stage::shared().await;
        let (admin, elsewhere) = (&other.stranger, other.system.factory);
        let hand_over = proxy::changeAdminCall { newAdmin: admin.address() };
        other.executes(&other.owner, elsewhere, hand_over).await;
        let error = other.refuses(admin, elsewhere, call.clone()).await;
        assert_eq!(OwnableUnauthorizedAccount { account: admin.address() }, error);

        let sent = stage.executes(&stage.owner, at, call).await;
        assert_eq!(
            stage.event::<proxy::Upgraded>(&sent, at),
            proxy::Upgraded { implementation: program.address }
        );
        assert_eq!(stage.reads(at, IMotto::mottoCall {}).await, motto);

        // The earlier program doesn't know the field, and leaves it alone.
        stage.executes(&stage.owner, at, upgrade(stage.world.programs.factory.address)).await;
        is_nobodys(&stage, &stage.owner, at, &IMotto::mottoCall {}.abi_encode()).await;
        stage.token().await;
        stage.executes(&stage.owner, at, upgrade(program.address)).await;
        assert_eq!(stage.reads(at, IMotto::mottoCall {}).await, motto);
    });
}

#[test]
fn the_grown_programs_differ_from_the_recorded_layouts_by_one_appended_field() {
    run(async {
        appended(&grown::registry().await, "credential-registry", "notes");
        appended(&grown::factory().await, "token-factory", "motto");
        appended(&grown::pool_factory().await, "pool-factory", "motto");
    });
}

/// The new field of a factory, which stored `words` before, is used: it takes a slot of its own, and nothing else changes.
pub(super) async fn uses_its_motto(
    stage: &Stage,
    at: Address,
    edited: &Edited,
    folder: &str,
    words: &BTreeMap<B256, B256>,
) {
    let motto = B256::repeat_byte(0x5a);
    assert_eq!(stage.reads(at, IMotto::mottoCall {}).await, B256::ZERO);
    let error = stage.refuses(&stage.stranger, at, IMotto::setMottoCall { motto }).await;
    assert_eq!(OwnableUnauthorizedAccount { account: stage.stranger.address() }, error);
    stage.executes(&stage.owner, at, IMotto::setMottoCall { motto }).await;
    assert_eq!(stage.reads(at, IMotto::mottoCall {}).await, motto);
    let (layout, field) = appended(edited, folder, "motto");
    let slot = B256::from(layout.place(&field).expect("a place"));
    assert_eq!(new_words(words, &stored(stage, at).await), [(slot, motto)]);
}

/// The layout of a grown program, and the field that it has more than the recorded one.
pub(super) fn appended(edited: &Edited, folder: &str, label: &str) -> (Layout, Entry) {
    let contracts = repo::root().expect("the repository").join("contracts");
    let layout = Layout::of_crate(&edited.sources, &contracts).expect("true slot tables");
    let layout = layout.expect("it stores something");
    let found = changes(&recorded(folder), &layout);
    let kinds: Vec<_> = found.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [Kind::Appended], "{found:?}");
    let entry = layout.storage.iter().find(|entry| entry.label == label).expect("the new field").clone();
    (layout, entry)
}

/// Leaves something in the registry: returns a valid credential and a revoked one.
async fn use_registry(stage: &Stage) -> [B256; 2] {
    let at = stage.system.registry;
    let attestation = stage.attestation().await;
    let expires_at = attestation.issuedAt + 30 * 86_400;
    let renewed = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
    stage.register(&renewed).await;
    let call = stage.renewal(&stage.issuer, renewed.id, expires_at + 1).await;
    stage.executes(&stage.relayer, at, call).await;
    let revoked = stage.credential().await.id;
    stage
        .executes(&stage.issuer, at, registry::revokeCredentialCall { credentialId: revoked, reason: 9 })
        .await;
    let moving = stage.credential().await.id;
    let call = stage.rebinding(&stage.issuer, moving, stage.stranger.address()).await;
    stage.executes(&stage.relayer, at, call).await;
    let guardian = stage.relayer.address();
    stage.executes(&stage.owner, at, registry::setGuardianCall { newGuardian: guardian }).await;
    stage.executes(&stage.owner, at, registry::launchCall {}).await;
    let call = registry::addIssuerCall {
        issuer: stage.stranger.address(),
        types: Vec::new(),
        metadataURI: String::new(),
    };
    stage.executes(&stage.owner, at, registry::scheduleCall { call: call.abi_encode().into() }).await;
    [renewed.id, revoked]
}

/// Leaves something in the factory: returns a token.
async fn use_factory(stage: &Stage) -> Address {
    let at = stage.system.factory;
    let treasury = stage.relayer.address();
    stage.executes(&stage.owner, at, factory::setTreasuryCall { newTreasury: treasury }).await;
    let (minimum, maximum) = (tokens(2), tokens(40));
    stage.executes(&stage.owner, at, factory::setEmissionRateBoundsCall { minimum, maximum }).await;
    stage.executes(&stage.owner, at, factory::transferOwnershipCall { newOwner: treasury }).await;
    stage.token_with(tokens(10)).await
}

/// Everything that a contract stores, whatever it is: a proxy's own slots are left out.
pub(super) async fn stored(stage: &Stage, at: Address) -> BTreeMap<B256, B256> {
    let mut words = BTreeMap::new();
    for slot in touched(&stage.world).await.remove(&at).expect("a contract that was used") {
        let word = stage.chain().storage(at, slot).await.expect("the node answers");
        if ![IMPLEMENTATION_SLOT, PENDING_SLOT, GATE_SLOT].contains(&slot) && !word.is_zero() {
            words.insert(slot, word);
        }
    }
    words
}

/// What is stored now; all that was stored before has to be as it was.
pub(super) fn new_words(before: &BTreeMap<B256, B256>, now: &BTreeMap<B256, B256>) -> Vec<(B256, B256)> {
    for (slot, word) in before {
        assert_eq!(now.get(slot), Some(word), "slot {slot}");
    }
    now.iter().filter(|(slot, _)| !before.contains_key(*slot)).map(|(slot, word)| (*slot, *word)).collect()
}

async fn status_of(stage: &Stage, credential: B256) -> u8 {
    let holder = stage.holder.address();
    let call = registry::validateCredentialCall { credentialId: credential, holder };
    stage.reads(stage.system.registry, call).await.status
}
