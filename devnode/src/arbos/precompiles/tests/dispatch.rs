//! The checks in front of every method (§9.1).

use super::*;
use crate::arbos::precompiles::abi::{
    ArbDebug, ArbGasInfo, ArbInfo, ArbOwnerPublic, ArbSys, ArbWasm, ArbosTest,
};

#[test]
fn precompile_of_a_later_version_answers_like_an_empty_account() {
    let filtered = address!("0000000000000000000000000000000000000074");
    let outcome = Chain::new(51).run(&raw(filtered, vec![1, 2, 3, 4]));
    assert_eq!((outcome.status, outcome.gas_left), (Status::Success, GAS));
    assert!(outcome.output.is_empty());
    assert_takes_all(&Chain::new(60).run(&raw(filtered, vec![1, 2, 3, 4])));
}

#[test]
fn short_input_and_unknown_selectors_take_all_gas() {
    let mut chain = Chain::new(51);
    for input in [&[][..], &[1, 2], &[0xd1, 0x27, 0xf5], &[0xde, 0xad, 0xbe, 0xef]] {
        assert_takes_all(&chain.run(&raw(ARB_SYS, input.to_vec())));
    }
    let no_methods = address!("0000000000000000000000000000000000000067");
    assert_takes_all(&chain.run(&raw(no_methods, vec![0; 36])));
}

#[test]
fn methods_of_a_later_version_are_unknown_selectors() {
    let fragments = plain(ARB_OWNER_PUBLIC, &ArbOwnerPublic::getMaxStylusContractFragmentsCall);
    assert_takes_all(&Chain::new(51).run(&fragments));
    assert_eq!(Chain::new(60).run(&fragments).status, Status::Success);
    let tx_limit = plain(ARB_GAS_INFO, &ArbGasInfo::getMaxTxGasLimitCall);
    assert_takes_all(&Chain::new(40).run(&tx_limit));
    assert_eq!(Chain::new(51).run(&tx_limit).status, Status::Success);
}

#[test]
fn delegate_calls_reach_pure_methods_only() {
    let mut chain = Chain::new(51);
    assert_takes_all(&chain.run(&by_delegate(plain(ARB_SYS, &ArbSys::arbChainIDCall))));
    assert_takes_all(&chain.run(&by_delegate(plain(ARB_DEBUG, &ArbDebug::becomeChainOwnerCall))));
    let burn = ArbosTest::burnArbGasCall { gas: U256::from(1_234) };
    let outcome = chain.run(&by_delegate(plain(ARBOS_TEST, &burn)));
    assert_eq!((outcome.status, GAS - outcome.gas_left), (Status::Success, 1_237));
}

#[test]
fn static_calls_reach_no_writes() {
    let mut chain = Chain::new(51);
    assert_takes_all(&chain.run(&by_static(plain(ARB_DEBUG, &ArbDebug::becomeChainOwnerCall))));
    let activate = ArbWasm::activateProgramCall { program: USER };
    assert_takes_all(&chain.run(&by_static(plain(ARB_WASM, &activate))));
    let outcome = chain.run(&by_static(plain(ARB_SYS, &ArbSys::arbChainIDCall)));
    assert_eq!((outcome.status, GAS - outcome.gas_left), (Status::Success, 803));
}

#[test]
fn value_reaches_payable_methods_only() {
    let mut chain = Chain::new(51);
    let paying = |call: PrecompileCall| PrecompileCall { value: U256::from(1), ..call };
    assert_takes_all(&chain.run(&paying(plain(ARB_SYS, &ArbSys::arbChainIDCall))));
    assert_takes_all(&chain.run(&paying(plain(ARB_DEBUG, &ArbDebug::becomeChainOwnerCall))));
    let burn = ArbosTest::burnArbGasCall { gas: U256::ZERO };
    assert_takes_all(&chain.run(&paying(plain(ARBOS_TEST, &burn))));
    let events = ArbDebug::eventsCall { flag: true, value: B256::ZERO };
    assert_eq!(chain.run(&paying(plain(ARB_DEBUG, &events))).status, Status::Success);
}

#[test]
fn surplus_bytes_are_paid_and_ignored() {
    let mut chain = Chain::new(51);
    let input = [&ArbSys::arbChainIDCall::SELECTOR[..], &[0; 64]].concat();
    let outcome = chain.run(&raw(ARB_SYS, input));
    assert_eq!((outcome.status, GAS - outcome.gas_left), (Status::Success, 809));
}

#[test]
fn missing_bytes_take_all_gas_and_dirty_addresses_do_not() {
    let mut chain = Chain::new(51);
    let selector = ArbInfo::getBalanceCall::SELECTOR;
    assert_takes_all(&chain.run(&raw(ARB_INFO, [&selector[..], &[0; 10]].concat())));
    let outcome = chain.run(&raw(ARB_INFO, [&selector[..], &[0xff; 32]].concat()));
    assert_eq!((outcome.status, GAS - outcome.gas_left), (Status::Success, 1_506));
}

#[test]
fn numbers_and_flags_beyond_their_types_take_all_gas() {
    let mut chain = Chain::new(51);
    let input = |flag: u8| [&ArbDebug::eventsCall::SELECTOR[..], &[0; 31], &[flag], &[0; 32]].concat();
    assert_eq!(chain.run(&raw(ARB_DEBUG, input(1))).status, Status::Success);
    assert_takes_all(&chain.run(&raw(ARB_DEBUG, input(2))));
    let wide = [&ArbDebug::customRevertCall::SELECTOR[..], &[0; 23], &[1], &[0; 8]].concat();
    assert_takes_all(&chain.run(&raw(ARB_DEBUG, wide)));
}

#[test]
fn gas_must_cover_the_result_too() {
    let mut chain = Chain::new(51);
    let with = |gas: u64| PrecompileCall { gas, ..plain(ARB_WASM, &ArbWasm::stylusVersionCall) };
    for gas in [0, 799, 800, 850, 901, 902] {
        assert_takes_all(&chain.run(&with(gas)));
    }
    let outcome = chain.run(&with(903));
    assert_eq!((outcome.status, outcome.gas_left), (Status::Success, 0));
}

#[test]
fn a_write_under_a_static_frame_burns_a_transaction_of_gas_first() {
    let become_owner = under_static(plain(ARB_DEBUG, &ArbDebug::becomeChainOwnerCall));
    let mut chain = Chain::new(51);
    assert_halts(&chain.run(&become_owner));
    let rich = PrecompileCall { gas: 33_000_000, ..become_owner };
    let outcome = chain.run(&rich);
    assert_eq!(outcome.status, Status::Success);
    assert_eq!(33_000_000 - outcome.gas_left, 32_000_000 + 800 + 63_200);
    let view = chain.run(&under_static(plain(ARB_SYS, &ArbSys::arbChainIDCall)));
    assert_eq!(GAS - view.gas_left, 803);
}
