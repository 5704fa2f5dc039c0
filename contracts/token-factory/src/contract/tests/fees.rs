//! The creation fee: taken, given back, withdrawn (F5).

use super::*;

const TREASURY: Address = address!("0000000000000000000000000000000000007ea5");

/// A factory that takes 5 wei.
fn world() -> World {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_creation_fee(n(5))).unwrap();
    world.by(OWNER, |world| world.factory.set_treasury(TREASURY)).unwrap();
    world.forget();
    world
}

#[test]
fn set_creation_fee_and_treasury_replace_and_emit() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_creation_fee(CREATION_FEE_CEILING)).unwrap();
    world.by(OWNER, |world| world.factory.set_treasury(TREASURY)).unwrap();
    assert_eq!((world.factory.creation_fee(), world.factory.treasury()), (CREATION_FEE_CEILING, TREASURY));
    let logs = world.logs();
    let set = CreationFeeSet { previousFee: n(0), newFee: CREATION_FEE_CEILING };
    assert_eq!(decode::<CreationFeeSet>(&logs[0]), set);
    let set = TreasurySet { previousTreasury: Address::ZERO, newTreasury: TREASURY };
    assert_eq!(decode::<TreasurySet>(&logs[1]), set);

    let high = CREATION_FEE_CEILING + U256::ONE;
    let error = TokenFactoryFeeTooHigh { fee: high, maximum: CREATION_FEE_CEILING };
    world.refuses(OWNER, error, |world| world.factory.set_creation_fee(high));
    let error = TokenFactoryUnsuitable { account: Address::ZERO };
    world.refuses(OWNER, error, |world| world.factory.set_treasury(Address::ZERO));
}

#[test]
fn create_token_takes_the_fee_and_sends_back_the_rest() {
    let mut world = world();
    let token = world.expect_token(CREDENTIAL);
    world.host.vm.set_value(n(12));
    world.host.answer(ALICE, vec![], Ok(vec![]));
    world.create(CREDENTIAL).unwrap();
    assert_eq!(world.host.made(), [(token, terms().abi_encode(), n(0)), (ALICE, vec![], n(7))]);
    assert_eq!(world.factory.accrued_fees(), n(5));
    let collected = MintingFeeCollected { credentialId: CREDENTIAL, payer: ALICE, feeAmount: n(5) };
    assert_eq!(decode::<MintingFeeCollected>(&world.logs()[0]), collected);
}

#[test]
fn create_token_sends_back_nothing_when_exactly_the_fee_was_sent() {
    let mut world = world();
    let token = world.expect_token(CREDENTIAL);
    world.host.vm.set_value(n(5));
    world.create(CREDENTIAL).unwrap();
    assert_eq!(world.host.made(), [(token, terms().abi_encode(), n(0))]);
}

#[test]
fn create_token_reverts_with_insufficient_creation_fee_one_wei_below() {
    let mut world = world();
    world.host.vm.set_value(n(4));
    world.expect_token(CREDENTIAL);
    let error = InsufficientCreationFee { sent: n(4), required: n(5) };
    world.refuses(ALICE, error, |world| world.create(CREDENTIAL));
}

#[test]
fn create_token_reverts_with_refund_failed_for_a_caller_who_takes_no_ether() {
    let mut world = world();
    world.expect_token(CREDENTIAL);
    world.host.vm.set_value(n(6));
    let refused = world.create(CREDENTIAL);
    assert_eq!(refused, Err(TokenFactoryRefundFailed { to: ALICE, amount: n(1) }.into()));
}

#[test]
fn the_treasury_withdraws_what_accrued_once() {
    let mut world = world();
    world.host.vm.set_value(n(5));
    for credential in [CREDENTIAL, OTHER_CREDENTIAL] {
        world.expect_token(credential);
        world.create(credential).unwrap();
    }
    world.host.vm.set_value(n(0));
    world.forget();
    let error = TokenFactoryOnlyTreasury { caller: OWNER, expected: TREASURY };
    world.refuses(OWNER, error, |world| world.factory.withdraw_fees());

    // A treasury that takes no Ether keeps nobody but itself from anything.
    let refused = world.by(TREASURY, |world| world.factory.withdraw_fees());
    assert_eq!(refused, Err(TokenFactoryWithdrawalFailed { treasury: TREASURY, amount: n(10) }.into()));
    guard::release();
    world.factory.tokens.accrued.set_number(n(10));
    world.forget();

    world.host.answer(TREASURY, vec![], Ok(vec![]));
    assert_eq!(world.by(TREASURY, |world| world.factory.withdraw_fees()), Ok(n(10)));
    assert!(!guard::is_held(), "released");
    assert_eq!(world.host.made(), [(TREASURY, vec![], n(10))]);
    let [log] = world.logs().try_into().unwrap();
    assert_eq!(decode::<FeesWithdrawn>(&log), FeesWithdrawn { treasury: TREASURY, amount: n(10) });
    world.forget();
    assert_eq!(world.by(TREASURY, |world| world.factory.withdraw_fees()), Ok(n(0)));
    assert!(world.logs().is_empty() && world.host.made().is_empty());
}

#[test]
fn withdraw_fees_reverts_with_reentrant_call_while_a_guarded_function_runs() {
    let mut world = world();
    guard::enter().unwrap();
    world.refuses(TREASURY, ReentrancyGuardReentrantCall {}, |world| world.factory.withdraw_fees());
}
