//! What the programs really store, slot by slot, is what their recorded layouts say.

use std::collections::{BTreeMap, BTreeSet};

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenCreated},
    registry::{
        ICredentialRegistry::{self as registry, CredentialAttestation},
        credential_type,
    },
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    key::Key,
    proxy::{ADMIN_SLOT, DELAY_SECS, GATE_SLOT, IMPLEMENTATION_SLOT, PENDING_SLOT},
    signing::{Permit, deadline_after, sign_permit, token_domain},
};
use ecosystem_tests::{
    Stage, World, fixture, run,
    storage::{call_hashes, free_bits, recorded, slots, touched},
    tokens,
};

/// The proxy's own.
const PROXY: [B256; 4] = [IMPLEMENTATION_SLOT, ADMIN_SLOT, PENDING_SLOT, GATE_SLOT];

#[test]
fn every_slot_that_is_touched_is_one_of_the_recorded_layout() {
    run(async {
        // Alone, with a clock to move.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let mut keys: Vec<B256> = stage.accounts().map(|account| account.address().into_word()).into();
        keys.extend((0..16).map(|number| B256::from(U256::from(number))));
        keys.extend(use_registry(&stage).await);
        let token = use_factory(&stage, &mut keys).await;
        use_token(&stage, token).await;

        // A setter looks whether it was announced.
        keys.extend(call_hashes(&world).await);

        let touched = touched(&world).await;
        let (registry, factory) = (stage.system.registry, stage.system.factory);
        explain(&stage, "credential-registry", &touched[&registry], registry, &keys).await;
        explain(&stage, "token-factory", &touched[&factory], factory, &keys).await;
        explain(&stage, "credential-token", &touched[&token], token, &keys).await;
    });
}

/// Each touched slot belongs to a field, whose free bits are zero; and each field was touched, or this would say nothing
/// about it.
async fn explain(stage: &Stage, folder: &str, touched: &BTreeSet<B256>, at: Address, keys: &[B256]) {
    let layout = recorded(folder);
    let known = slots(&layout, keys);
    let mut seen: BTreeMap<String, usize> = layout.storage.iter().map(|entry| (entry.name(), 0)).collect();
    for slot in touched {
        if layout.upgradeable && PROXY.contains(slot) {
            continue;
        }
        let entry = known.get(slot);
        let entry = entry.unwrap_or_else(|| panic!("{folder}: nothing is recorded of slot {slot}"));
        let word = stage.chain().storage(at, *slot).await.expect("the node answers");
        let extra = U256::from_be_bytes(word.0) & free_bits(entry);
        assert!(extra.is_zero(), "{folder}: {} is {word}, where bits {extra:#x} are free", entry.name());
        // What was only read, or is zero again, shows no bits.
        *seen.entry(entry.name()).or_default() += usize::from(!word.is_zero());
    }
    let never: Vec<_> = seen.iter().filter(|(_, times)| **times == 0).map(|(label, _)| label).collect();
    assert!(never.is_empty(), "{folder}: never filled: {never:?}");
}

/// Fills every field of the registry; returns what its mappings are keyed by, beside accounts and small numbers.
async fn use_registry(stage: &Stage) -> Vec<B256> {
    let at = stage.system.registry;
    let phd = credential_type("PHD");
    let call = registry::addIssuerCall {
        issuer: stage.generator.address(),
        types: vec![phd],
        metadataURI: String::new(),
    };
    stage.executes(&stage.owner, at, call).await;

    // Lapsed, renewed, and on its way to another.
    let attestation = stage.attestation().await;
    let expires_at = attestation.issuedAt + 1_000;
    let moving = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
    stage.register(&moving).await;
    stage.world.advance_time(2_000).await;
    let call = stage.renewal(&stage.issuer, moving.id, 0).await;
    stage.executes(&stage.relayer, at, call).await;
    let call = stage.rebinding(&stage.issuer, moving.id, stage.stranger.address()).await;
    stage.executes(&stage.relayer, at, call).await;
    stage.world.advance_time(DELAY_SECS).await;
    stage.executes(&stage.relayer, at, registry::completeRebindCall { credentialId: moving.id }).await;
    let call = stage.rebinding(&stage.issuer, moving.id, stage.holder.address()).await;
    stage.executes(&stage.relayer, at, call).await;

    let revoked = stage.credential().await.id;
    stage
        .executes(&stage.owner, at, registry::revokeCredentialCall { credentialId: revoked, reason: 7 })
        .await;
    let since = stage.chain().block_time().await.expect("the newest block's time");
    let call = registry::distrustIssuerSinceCall { key: stage.generator.address(), since };
    stage.executes(&stage.owner, at, call).await;

    let scheduled = schedule(stage, at, |call| registry::scheduleCall { call }.abi_encode()).await;
    let next = stage.stranger.address();
    stage.executes(&stage.owner, at, registry::transferOwnershipCall { newOwner: next }).await;
    vec![moving.id, revoked, moving.attestation.credentialType, phd, scheduled]
}

/// Fills every field of the factory, and adds what its mappings are keyed by; returns a token.
async fn use_factory(stage: &Stage, keys: &mut Vec<B256>) -> Address {
    let at = stage.system.factory;
    let treasury = stage.relayer.address();
    stage.executes(&stage.owner, at, factory::setTreasuryCall { newTreasury: treasury }).await;
    let fee = U256::from(1_000);
    stage.executes(&stage.owner, at, factory::setCreationFeeCall { newFee: fee }).await;
    let generator = stage.install_generator(fixture::generator()).await;
    // Back, for its key to mint.
    let call = factory::setGeneratorCall { newGenerator: stage.generator.address() };
    stage.executes(&stage.owner, at, call).await;

    let credential = stage.credential().await;
    let mut call = stage.token_call(credential.id);
    call.name = "n".repeat(math::bounds::NAME_BYTES_MAX);
    call.symbol = "s".repeat(math::bounds::SYMBOL_BYTES_MAX);
    let request = TransactionRequest::default().to(at).input(call.abi_encode().into()).value(fee);
    let sent = stage.chain().send(&stage.holder, request, "creating a token").await;
    let sent = sent.unwrap_or_else(|error| panic!("{error}"));
    let token = stage.event::<TokenCreated>(&sent, at).tokenAddress;

    let call = factory::setGeneratorCall { newGenerator: generator };
    stage.executes(&stage.owner, at, call).await;
    let scheduled = schedule(stage, at, |call| factory::scheduleCall { call }.abi_encode()).await;
    let next = stage.stranger.address();
    stage.executes(&stage.owner, at, factory::transferOwnershipCall { newOwner: next }).await;
    keys.extend([credential.id, token.into_word(), generator.into_word(), scheduled]);
    token
}

/// Sets a guardian, pauses, launches and announces a call; returns the call's hash.
async fn schedule(
    stage: &Stage,
    at: Address,
    announcing: impl Fn(alloy::primitives::Bytes) -> Vec<u8>,
) -> B256 {
    // Both contracts have these functions.
    let guardian = stage.relayer.address();
    stage.executes(&stage.owner, at, registry::setGuardianCall { newGuardian: guardian }).await;
    stage.executes(&stage.owner, at, registry::launchCall {}).await;
    let announced = registry::launchCall {}.abi_encode();
    let hash = keccak256(&announced);
    let request = TransactionRequest::default().to(at).input(announcing(announced.into()).into());
    let sent = stage.chain().send(&stage.owner, request, "announcing").await;
    sent.unwrap_or_else(|error| panic!("{error}"));
    hash
}

/// Fills every field of the token that its creation left empty.
async fn use_token(stage: &Stage, at: Address) {
    let holder = stage.holder.address();
    let mint = token::mintCall { to: holder, amount: tokens(10) };
    stage.executes(&stage.generator, at, mint).await;
    stage.executes(&stage.holder, at, token::burnCall { amount: tokens(1) }).await;
    let call = token::transferCall { to: stage.stranger.address(), value: tokens(2) };
    stage.executes(&stage.holder, at, call).await;
    stage.executes(&stage.holder, at, token::setEmissionRateCall { newRate: tokens(11) }).await;
    permit(stage, at, &stage.holder, stage.relayer.address()).await;
}

async fn permit(stage: &Stage, at: Address, owner: &Key, spender: Address) {
    let deadline = deadline_after(stage.chain().now().await.expect("the time"));
    let value = tokens(3);
    let permit = Permit { owner: owner.address(), spender, value, nonce: U256::ZERO, deadline };
    let name = stage.reads(at, token::nameCall {}).await;
    let signature = sign_permit(owner, &permit, &token_domain(stage.chain().chain_id(), at, &name));
    let (v, r, s) = (signature.v, signature.r, signature.s);
    let call = token::permitCall { owner: owner.address(), spender, value, deadline, v, r, s };
    stage.executes(&stage.relayer, at, call).await;
}
