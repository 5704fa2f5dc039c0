//! `ArbDebug` (§9.6).

use super::*;
use crate::arbos::{Ledger, precompiles::abi::ArbDebug};
use alloy_primitives::b256;

#[test]
fn becoming_owner_costs_63_200_once_and_1_600_again() {
    let mut chain = Chain::new(51);
    assert_eq!(chain.ok(USER, ARB_DEBUG, &ArbDebug::becomeChainOwnerCall).0, 63_200);
    assert_eq!(chain.ok(USER, ARB_DEBUG, &ArbDebug::becomeChainOwnerCall).0, 1_600);
    let owners = crate::arbos::block::chain_owners(&mut chain.ledger);
    assert_eq!(owners, [Address::ZERO, DEV_ACCOUNT, USER]);
}

#[test]
fn code_is_overwritten_and_the_old_one_answered() {
    let mut chain = Chain::new(51);
    let account = Address::repeat_byte(0x31);
    let overwrite = |code: &'static [u8]| ArbDebug::overwriteContractCodeCall { account, code: code.into() };
    let (gas, old) = chain.ok(USER, ARB_DEBUG, &overwrite(&[0x5f, 0x5f, 0xfd]));
    assert_eq!((gas, old.len()), (818, 0));
    let (_, old) = chain.ok(USER, ARB_DEBUG, &overwrite(&[0xef]));
    assert_eq!(old.as_ref(), [0x5f, 0x5f, 0xfd]);
    assert_eq!(chain.ledger.code(account).as_ref(), [0xef]);
}

#[test]
fn events_log_the_flag_both_ways() {
    let mut chain = Chain::new(51);
    let call = ArbDebug::eventsCall { flag: true, value: B256::with_last_byte(3) };
    let paying = PrecompileCall { value: U256::from(3), ..plain(ARB_DEBUG, &call) };
    let outcome = chain.run(&paying);
    assert_eq!(GAS - outcome.gas_left, 4_580);
    let [basic, mixed] = chain.ledger.logs.as_slice() else { panic!("two logs") };
    let topic = b256!("93c1309077578d0b9ed1398956be51f0c6e1fcc0b91d899836148550215acfe2");
    assert_eq!(basic.1, [topic, B256::with_last_byte(3)]);
    assert_eq!(basic.2.as_ref(), [0; 32]);
    let topic = b256!("a6059246508753631072a6a59c1127af99d3f4cc0f8d6370d4fae122b1dd4eaf");
    assert_eq!(mixed.1, [topic, B256::with_last_byte(1), B256::with_last_byte(3), USER.into_word()]);
    assert_eq!(mixed.2[32..], ARB_DEBUG.into_word()[..]);
    let result = ArbDebug::eventsCall::abi_decode_returns(&outcome.output).expect("caller and value");
    assert_eq!((result.caller, result.paid), (USER, U256::from(3)));
}

#[test]
fn errors_cost_what_they_cost_on_nitro() {
    let mut chain = Chain::new(51);
    let (_, outcome) = chain.call(USER, ARB_DEBUG, &ArbDebug::customRevertCall { number: 7 });
    let spiders = r"This spider family wards off bugs: /\oo/\ //\(oo)//\ /\oo/\";
    let error = ArbDebug::Custom { number: 7, text: spiders.into(), flag: true };
    assert_reverts_with(&outcome, &error, &format!("error Custom(7, {spiders}, true)"), 24);
    assert_plain_revert(&chain.call(USER, ARB_DEBUG, &ArbDebug::eventsViewCall).1, 800);
    assert_plain_revert(&chain.call(USER, ARB_DEBUG, &ArbDebug::legacyErrorCall).1, 0);
}
