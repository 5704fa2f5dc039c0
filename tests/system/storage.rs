//! What the programs really store, slot by slot, is what their recorded layouts say.

use std::collections::{BTreeMap, BTreeSet};

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenCreated},
    pool::{DEAD, ICredentialPool as market},
    pool_factory::IPoolFactory as pools,
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
    storage::{call_hashes, free_bits, in_mapping, recorded, slots, touched},
    tokens, wei,
};
use xtask::storage::Layout;

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
        let pool = use_pools(&stage, &mut keys).await;
        let token = use_factory(&stage, &mut keys).await;
        use_token(&stage, token).await;

        // A setter looks whether it was announced.
        keys.extend(call_hashes(&world).await);

        let touched = touched(&world).await;
        let (registry, factory) = (stage.system.registry, stage.system.factory);
        explain(&stage, "credential-registry", &touched[&registry], registry, &keys).await;
        explain(&stage, "token-factory", &touched[&factory], factory, &keys).await;
        explain(&stage, "credential-token", &touched[&token], token, &keys).await;
        let pool_factory = stage.system.pool_factory;
        explain(&stage, "pool-factory", &touched[&pool_factory], pool_factory, &keys).await;
        explain(&stage, "pool", &touched[&pool], pool, &keys).await;
    });
}

#[test]
fn packed_words_hold_what_their_tables_say() {
    run(async {
        let stage = Stage::shared().await;
        let now = stage.chain().block_time().await.expect("the newest block's time");
        let attestation = stage.attestation().await;
        let expires_at = now + 90 * 86_400;
        let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
        stage.register(&attested).await;
        let (registry, factory) = (stage.system.registry, stage.system.factory);
        let (owner, issuer) = (stage.owner.address(), stage.issuer.address());
        let (treasury, fee) = (stage.relayer.address(), U256::from(1_000));
        let call = registry::setGuardianCall { newGuardian: treasury };
        stage.executes(&stage.owner, registry, call).await;
        stage.executes(&stage.owner, registry, registry::pauseCall {}).await;
        let read = registry::getCredentialCall { credentialId: attested.id };
        let credential = stage.reads(registry, read).await;

        let words = Words { stage: &stage, at: registry, layout: recorded("credential-registry") };
        let holder = number(stage.holder.address());
        let (id, issuer_word) = (Some(attested.id), Some(issuer.into_word()));
        words.hold("standings", id, &[("expires_at", U256::from(expires_at)), ("holder", holder)]).await;
        let accepted_at = U256::from(credential.acceptedAt);
        let issued_at = U256::from(credential.issuedAt);
        let expected = [("accepted_at", accepted_at), ("issued_at", issued_at), ("key", number(issuer))];
        words.hold("acceptances", id, &expected).await;
        let expected = [("office (0 to 3)", U256::ONE), ("every_type", U256::ONE), ("root", number(issuer))];
        words.hold("keys", issuer_word, &expected).await;
        words.hold("owner", None, &[("tenure", U256::ONE), ("owner", number(owner))]).await;
        words.hold("state", None, &[("paused", U256::ONE), ("guardian", number(treasury))]).await;

        stage.executes(&stage.owner, factory, factory::setTreasuryCall { newTreasury: treasury }).await;
        stage.executes(&stage.owner, registry, registry::unpauseCall {}).await;
        let token = stage.token_with(tokens(10)).await;
        stage.executes(&stage.holder, token, token::burnCall { amount: tokens(3) }).await;
        stage.executes(&stage.owner, factory, factory::setCreationFeeCall { newFee: fee }).await;
        let words = Words { stage: &stage, at: factory, layout: recorded("token-factory") };
        let program = number(stage.world.programs.token.address);
        let expected = [("number of tokens", U256::ONE), ("implementation", program)];
        words.hold("implementation", None, &expected).await;
        words.hold("treasury", None, &[("creation fee", fee), ("treasury", number(treasury))]).await;
        let bounds = stage.reads(factory, factory::getEmissionRateBoundsCall {}).await;
        let expected = [("lowest", bounds.minimum), ("highest emission rate", bounds.maximum)];
        words.hold("emission_rates", None, &expected).await;

        let words = Words { stage: &stage, at: token, layout: recorded("credential-token") };
        words.hold("supply", None, &[("total burned", tokens(3)), ("total supply", tokens(7))]).await;
        let created_at = stage.reads(token, token::getCreatedAtCall {}).await;
        let expected =
            [("created at", created_at), ("emission rate", tokens(10)), ("maximum supply", tokens(1_000))];
        words.hold("terms", None, &expected).await;
        words.hold("creator", None, &[("creator", holder), ("length of the symbol", U256::from(3))]).await;
        let expected = [("rate that counts until a fall does", tokens(10))];
        words.hold("minting", None, &expected).await;
    });
}

#[test]
fn packed_words_of_pools_hold_what_their_tables_say() {
    run(async {
        let stage = Stage::shared().await;
        let (at, recipient, fee) = (stage.system.pool_factory, stage.relayer.address(), U256::from(1_000));
        let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
        stage.executes(&stage.owner, at, call).await;
        let (pool, _) = stage.pool().await;
        stage.executes(&stage.owner, at, pools::setPoolCreationFeeCall { newFee: fee }).await;
        stage.executes(&stage.owner, at, pools::pausePoolsCall { pools: vec![pool] }).await;

        let words = Words { stage: &stage, at, layout: recorded("pool-factory") };
        let program = number(stage.world.programs.pool.address);
        let expected = [("number of pools", U256::ONE), ("implementation", program)];
        words.hold("implementation", None, &expected).await;
        let expected = [("creation fee", fee), ("recipient of fees", number(recipient))];
        words.hold("recipient", None, &expected).await;
        words.hold("minimums", None, &[("least tokens", tokens(50)), ("least Ether", wei(50))]).await;
        let since = stage.reads(pool, market::getReservesCall {}).await.blockTimestampLast;
        let words = Words { stage: &stage, at: pool, layout: recorded("pool") };
        let expected = [
            ("last change", U256::from(since)),
            ("reserve of Ether", wei(50)),
            ("reserve of the token", tokens(50)),
        ];
        words.hold("market.reserves", None, &expected).await;
        // Paused, and with the protocol's fee.
        words.hold("market.live", None, &[("flags", U256::from(3))]).await;
    });
}

/// The words of a contract, by its recorded layout.
struct Words<'a> {
    stage: &'a Stage,
    at: Address,
    layout: Layout,
}

impl Words<'_> {
    /// The parts of a field, or of a key's word in it, have these values.
    async fn hold(&self, label: &str, key: Option<B256>, expected: &[(&str, U256)]) {
        let entry = self.layout.storage.iter().find(|entry| entry.label == label).expect("such a field");
        let place = U256::from_be_bytes(self.layout.place(entry).expect("its namespace is recorded"));
        let slot = key.map_or(place, |key| in_mapping(place, key));
        let word = self.stage.chain().storage(self.at, B256::from(slot)).await.expect("the node answers");
        for (name, value) in expected {
            let part = entry.parts.iter().find(|part| part.label == *name);
            let part = part.unwrap_or_else(|| panic!("{label} has no part {name}: {:?}", entry.parts));
            let below = U256::from_be_bytes(word.0) >> part.shift;
            let found = below & ((U256::ONE << part.bits) - U256::ONE);
            assert_eq!(found, *value, "{name} of {label}");
        }
    }
}

fn number(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
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

/// Fills every field of the pool factory and of a pool, and adds what their mappings are keyed by; returns the pool.
async fn use_pools(stage: &Stage, keys: &mut Vec<B256>) -> Address {
    let (at, holder, fee) = (stage.system.pool_factory, stage.holder.address(), U256::from(1_000));
    let recipient = stage.relayer.address();
    let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
    stage.executes(&stage.owner, at, call).await;
    stage.executes(&stage.owner, at, pools::setPoolCreationFeeCall { newFee: fee }).await;
    let token = stage.token_with(tokens(100)).await;
    let pool = stage.pool_of(token, tokens(50), wei(50) + fee).await;
    stage.executes(&stage.holder, token, token::approveCall { spender: pool, value: U256::MAX }).await;
    stage.world.give(holder, wei(100)).await;
    let deadline = U256::MAX;
    for _ in 0..2 {
        let call = market::swapExactEthForTokensCall { minOut: U256::ONE, to: holder, deadline };
        stage.pays(&stage.holder, pool, call, wei(10)).await;
        // An hour and a day end.
        stage.world.advance_time(25 * 3_600).await;
    }
    let call = market::addLiquidityCall {
        tokenDesired: tokens(1),
        tokenMin: U256::ZERO,
        ethMin: U256::ZERO,
        to: holder,
        deadline,
    };
    stage.pays(&stage.holder, pool, call, wei(10)).await;
    permit(stage, pool, &stage.holder, recipient).await;
    stage.executes(&stage.owner, at, pools::pausePoolsCall { pools: vec![pool] }).await;
    // Nobody launches with an account as the oracle.
    stage.install_oracle(fixture::oracle()).await;
    let scheduled = schedule(stage, at, |call| pools::scheduleCall { call }.abi_encode()).await;
    let next = stage.stranger.address();
    stage.executes(&stage.owner, at, pools::transferOwnershipCall { newOwner: next }).await;
    let credential = stage.reads(token, token::getCredentialIdCall {}).await;
    keys.extend([credential, token.into_word(), at.into_word(), DEAD.into_word(), scheduled]);
    pool
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
    // All of these contracts have these functions.
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
