//! `ArbOwner`: who gets in, what it costs, what is logged, what is set (§9.5).

use super::*;
use crate::arbos::{block, precompiles::abi::ArbOwner};
use alloy_primitives::b256;
use alloy_sol_types::SolEvent;

#[test]
fn strangers_halt_whatever_they_call() {
    let mut chain = Chain::new(51);
    let before = chain.ledger.storage();
    assert_halts(&chain.call(USER, ARB_OWNER, &ArbOwner::setInkPriceCall { price: 20_000 }).1);
    assert_halts(&chain.run(&raw(ARB_OWNER, vec![])));
    assert_eq!(chain.ledger.storage(), before);
    assert!(chain.ledger.logs.is_empty());
}

#[test]
fn owners_get_their_gas_back_but_must_supply_it() {
    let mut chain = Chain::new(51);
    let set = PrecompileCall {
        caller: DEV_ACCOUNT,
        ..plain(ARB_OWNER, &ArbOwner::setInkPriceCall { price: 20_000 })
    };
    // 800 to open, 3 of argument, 100 to load the parameters, 20 000 to store them.
    let exact = PrecompileCall { gas: 20_903, ..set.clone() };
    let outcome = chain.run(&exact);
    assert_eq!((outcome.status, outcome.gas_left), (Status::Success, 20_903));
    assert_eq!(chain.params().ink_price, 20_000);

    let short = PrecompileCall { gas: 20_902, ..set.clone() };
    let outcome = chain.run(&short);
    assert_eq!((outcome.status, outcome.gas_left), (Status::Revert, 20_902));
    assert_halts(&chain.run(&PrecompileCall { gas: 1_599, ..set }));
}

#[test]
fn refusals_hand_back_the_gas_too() {
    let mut chain = Chain::new(51);
    let (used, outcome) = chain.call(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setInkPriceCall { price: 0 });
    assert_eq!((used, outcome.status), (0, Status::Revert));
    let unknown = PrecompileCall { caller: DEV_ACCOUNT, ..raw(ARB_OWNER, vec![0xde, 0xad, 0xbe, 0xef]) };
    assert_eq!(chain.run(&unknown).gas_left, GAS);
    assert!(chain.ledger.logs.is_empty());
}

#[test]
fn acts_are_logged_with_their_calldata_unless_called_statically() {
    let mut chain = Chain::new(51);
    let call = ArbOwner::isChainOwnerCall { account: USER };
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &call);
    let [(address, topics, data)] = chain.ledger.logs.as_slice() else { panic!("one log") };
    let topic = b256!("3c9e6a772755407311e3b35b3ee56799df8f87395941b3a658eee9e08a67ebda");
    let mut selector = B256::ZERO;
    selector[..4].copy_from_slice(&ArbOwner::isChainOwnerCall::SELECTOR);
    assert_eq!(*address, ARB_OWNER);
    assert_eq!(topics.as_slice(), [topic, selector, DEV_ACCOUNT.into_word()]);
    assert_eq!(data.len(), 128);
    assert_eq!(data[64..100], call.abi_encode());

    let outcome = chain.run(&by_static(PrecompileCall { caller: DEV_ACCOUNT, ..plain(ARB_OWNER, &call) }));
    assert_eq!(outcome.status, Status::Success);
    assert_eq!(chain.ledger.logs.len(), 1);
}

#[test]
fn owners_are_announced_from_arbos_60() {
    for (arbos, announced) in [(51, false), (60, true)] {
        let mut chain = Chain::new(arbos);
        chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::addChainOwnerCall { owner: USER });
        chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::removeChainOwnerCall { owner: USER });
        let topics: Vec<_> = chain.ledger.logs.iter().map(|(_, topics, _)| topics.clone()).collect();
        let acts = |topics: &[B256]| topics[0] == ArbOwner::OwnerActs::SIGNATURE_HASH;
        assert_eq!(topics.iter().filter(|topics| acts(topics)).count(), 2);
        let others: Vec<_> = topics.into_iter().filter(|topics| !acts(topics)).collect();
        let (added, removed) =
            (ArbOwner::ChainOwnerAdded::SIGNATURE_HASH, ArbOwner::ChainOwnerRemoved::SIGNATURE_HASH);
        let expected = [[added, USER.into_word()], [removed, USER.into_word()]];
        assert_eq!(others, if announced { expected.to_vec() } else { vec![] }, "{arbos}");
    }
}

#[test]
fn calls_set_no_stylus_parameters_from_arbos_60() {
    for (arbos, is_call, price) in [(51, true, 20_000), (60, true, 10_000), (60, false, 20_000)] {
        let mut chain = Chain::new(arbos);
        chain.tx.is_call = is_call;
        let set = plain(ARB_OWNER, &ArbOwner::setInkPriceCall { price: 20_000 });
        // It is charged all the same.
        let short = chain.run(&PrecompileCall { caller: DEV_ACCOUNT, gas: 20_902, ..set.clone() });
        assert_eq!(short.status, Status::Revert);
        let exact = chain.run(&PrecompileCall { caller: DEV_ACCOUNT, gas: 20_903, ..set });
        assert_eq!(exact.status, Status::Success);
        assert_eq!(chain.params().ink_price, price, "{arbos} {is_call}");
    }
}

#[test]
fn ink_price_has_24_bits() {
    let mut chain = Chain::new(51);
    let mut set = |price| chain.call(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setInkPriceCall { price }).1.status;
    assert_eq!(set((1 << 24) - 1), Status::Success);
    assert_eq!(set(1 << 24), Status::Revert);
}

#[test]
fn stylus_parameters_are_set_in_their_units() {
    let mut chain = Chain::new(61);
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmMaxStackDepthCall { words: 50 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmFreePagesCall { pages: 3 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmPageGasCall { gas: 5 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmPageLimitCall { pages: 4 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmMinInitGasCall { gas: 200, cached: 100 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmInitCostScalarCall { percent: 75 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmExpiryDaysCall { days_: 1 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmKeepaliveDaysCall { days_: 0 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmBlockCacheSizeCall { count: 7 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setWasmMaxSizeCall { bytes_: 9 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setMaxStylusContractFragmentsCall { count: 6 });

    let expected = StylusParams {
        max_stack_depth: 50,
        free_pages: 3,
        page_gas: 5,
        page_limit: 4,
        min_init_gas: 2,
        min_cached_init_gas: 4,
        init_cost_scalar: 38,
        expiry_days: 1,
        keepalive_days: 0,
        block_cache_size: 7,
        max_wasm_size: 9,
        max_fragments: 6,
        ..StylusParams::defaults(Version::of(61).expect("the table has it"))
    };
    assert_eq!(chain.params(), expected);
}

#[test]
fn chain_parameters_are_set() {
    let mut chain = Chain::new(61);
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setL2BaseFeeCall { wei_: U256::from(5) });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setMinimumL2BaseFeeCall { wei_: U256::from(6) });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setMaxTxGasLimitCall { gas: 7 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setMaxBlockGasLimitCall { gas: 8 });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setNetworkFeeAccountCall { account: USER });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setInfraFeeAccountCall { account: ARB_SYS });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setCollectTipsCall { collect: true });
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setCalldataPriceIncreaseCall { enable: true });
    let ledger = &mut chain.ledger;
    assert_eq!(block::next_base_fee(ledger), U256::from(5));
    assert_eq!(block::min_base_fee(ledger), U256::from(6));
    assert_eq!((block::tx_gas_limit(ledger), block::block_gas_limit(ledger)), (7, 8));
    assert_eq!(block::network_fee_account(ledger), USER);
    assert_eq!(block::infra_fee_account(ledger), Some(ARB_SYS));
    assert!(block::collects_tips(ledger) && block::has_calldata_floor(ledger));
    assert_eq!(block::start(ledger, 2, 0, NOW, 1), U256::from(6));

    let refused = chain.call(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setSpeedLimitCall { gasPerSecond: 0 }).1;
    assert_eq!(refused.status, Status::Revert);
}

#[test]
fn below_fifty_the_transaction_limit_is_the_block_limit() {
    let mut chain = Chain::new(40);
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::setMaxTxGasLimitCall { gas: 7 });
    assert_eq!(block::block_gas_limit(&mut chain.ledger), 7);
    assert_eq!(block::tx_gas_limit(&mut chain.ledger), 7);
}

#[test]
fn owners_come_and_go() {
    let mut chain = Chain::new(51);
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::addChainOwnerCall { owner: USER });
    chain.ok(USER, ARB_OWNER, &ArbOwner::removeChainOwnerCall { owner: Address::ZERO });
    assert_eq!(block::chain_owners(&mut chain.ledger), [USER, DEV_ACCOUNT]);
    let stranger = ArbOwner::removeChainOwnerCall { owner: ARB_SYS };
    assert_eq!(chain.call(USER, ARB_OWNER, &stranger).1.status, Status::Revert);
}

#[test]
fn an_upgrade_is_scheduled_only_to_a_version_on_offer() {
    use crate::arbos::precompiles::abi::ArbOwnerPublic::getScheduledUpgradeCall;
    let mut chain = Chain::new(51);
    let schedule = |version| ArbOwner::scheduleArbOSUpgradeCall { version, timestamp: 9 };
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &schedule(61));
    let (_, pending) = chain.ok(USER, ARB_OWNER_PUBLIC, &getScheduledUpgradeCall);
    assert_eq!((pending.version, pending.timestamp), (61, 9));

    let (_, outcome) = chain.call(DEV_ACCOUNT, ARB_OWNER, &schedule(62));
    assert_eq!(outcome.status, Status::Revert);
    assert_eq!(outcome.reason.as_deref(), Some("ArbOS 62 isn't available, only 40, 51, 60, 61"));

    chain.ok(DEV_ACCOUNT, ARB_OWNER, &schedule(40));
    let (_, pending) = chain.ok(USER, ARB_OWNER_PUBLIC, &getScheduledUpgradeCall);
    assert_eq!((pending.version, pending.timestamp), (0, 0));
}
