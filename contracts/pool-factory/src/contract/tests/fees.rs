//! Fees: of creations, taken and withdrawn; of trades, redeemed (M4).

use super::*;

/// A factory that takes 5 wei for a creation, and has a recipient.
fn world() -> World {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_pool_creation_fee(n(5))).unwrap();
    world.by(OWNER, |world| world.factory.set_protocol_fee_recipient(RECIPIENT)).unwrap();
    world.forget();
    world
}

/// The same with a pool, whose shares the factory holds `shares` of.
fn with_shares(shares: U256) -> (World, Address) {
    let mut world = world();
    world.expect_pool(TOKEN);
    let pool = world.create(TOKEN).unwrap();
    world.host.answer(pool, held(), Ok(shares.abi_encode()));
    world.forget();
    (world, pool)
}

/// The question how many shares the factory holds.
fn held() -> Vec<u8> {
    balanceOfCall { account: FACTORY }.abi_encode()
}

/// The redemption of `shares` to the recipient.
fn redemption(shares: U256) -> Vec<u8> {
    let (none, to, deadline) = (U256::ZERO, RECIPIENT, U256::MAX);
    removeLiquidityCall { shares, tokenMin: none, ethMin: none, to, deadline }.abi_encode()
}

#[test]
fn setters_of_fee_and_recipient_replace_and_emit() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_pool_creation_fee(CREATION_FEE_CEILING)).unwrap();
    world.by(OWNER, |world| world.factory.set_protocol_fee_recipient(RECIPIENT)).unwrap();
    assert_eq!(world.factory.pool_creation_fee(), CREATION_FEE_CEILING);
    assert_eq!(world.factory.protocol_fee_recipient(), RECIPIENT);
    let logs = world.logs();
    let updated = PoolCreationFeeUpdated { oldFee: n(0), newFee: CREATION_FEE_CEILING };
    assert_eq!(decode::<PoolCreationFeeUpdated>(&logs[0]), updated);
    let updated = ProtocolFeeRecipientUpdated { oldRecipient: Address::ZERO, newRecipient: RECIPIENT };
    assert_eq!(decode::<ProtocolFeeRecipientUpdated>(&logs[1]), updated);

    let high = CREATION_FEE_CEILING + U256::ONE;
    let error = PoolFactoryFeeTooHigh { fee: high, maximum: CREATION_FEE_CEILING };
    world.refuses(OWNER, error, |world| world.factory.set_pool_creation_fee(high));
    world.refuses(OWNER, InvalidRecipient { recipient: Address::ZERO }, |world| {
        world.factory.set_protocol_fee_recipient(Address::ZERO)
    });
}

#[test]
fn create_pool_keeps_the_fee_and_gives_the_pool_the_rest() {
    let mut world = world();
    let pool = world.expect_pool(TOKEN);
    world.create_with(TOKEN, TOKENS, ETHER + n(5)).unwrap();
    assert_eq!(world.host.made()[1], (pool, start(true), ETHER));
    assert_eq!(world.factory.accrued_fees(), n(5));
    let collected = PoolCreationFeeCollected { token: TOKEN, payer: ALICE, feeAmount: n(5) };
    assert_eq!(decode::<PoolCreationFeeCollected>(&world.logs()[0]), collected);
}

#[test]
fn create_pool_reverts_with_insufficient_creation_fee_one_wei_below() {
    let mut world = world();
    let error = InsufficientCreationFee { sent: n(4), required: n(5) };
    world.refuses(ALICE, error, |world| world.create_with(TOKEN, TOKENS, n(4)));
    // The fee doesn't count as liquidity.
    let (tokens, least) = (POOL_TOKENS_MIN_DEFAULT, POOL_ETHER_MIN_DEFAULT);
    let error = InsufficientInitialLiquidity { tokenAmount: tokens, ethAmount: least - n(1) };
    world.refuses(ALICE, error, |world| world.create_with(TOKEN, tokens, least + n(4)));
}

#[test]
fn the_recipient_withdraws_what_accrued_once() {
    let mut world = world();
    for token in [TOKEN, OTHER_TOKEN] {
        world.expect_pool(token);
        world.create(token).unwrap();
    }
    world.forget();
    let error = PoolFactoryOnlyRecipient { caller: OWNER, expected: RECIPIENT };
    world.refuses(OWNER, error, |world| world.factory.withdraw_fees());

    // A recipient that takes no Ether keeps nobody but itself from anything.
    let refused = world.by(RECIPIENT, |world| world.factory.withdraw_fees());
    assert_eq!(refused, Err(PoolFactoryWithdrawalFailed { recipient: RECIPIENT, amount: n(10) }.into()));
    guard::release();
    world.factory.pools.accrued.set_number(n(10));
    world.forget();

    world.host.answer(RECIPIENT, vec![], Ok(vec![]));
    assert_eq!(world.by(RECIPIENT, |world| world.factory.withdraw_fees()), Ok(n(10)));
    assert!(!guard::is_held(), "released");
    assert_eq!(world.host.made(), [(RECIPIENT, vec![], n(10))]);
    let [log] = world.logs().try_into().unwrap();
    assert_eq!(decode::<FeesWithdrawn>(&log), FeesWithdrawn { recipient: RECIPIENT, amount: n(10) });
    world.forget();
    assert_eq!(world.by(RECIPIENT, |world| world.factory.withdraw_fees()), Ok(n(0)));
    assert!(world.logs().is_empty() && world.host.made().is_empty());
}

#[test]
fn anyone_has_the_protocols_shares_redeemed_to_the_recipient() {
    let (mut world, pool) = with_shares(n(77));
    world.host.answer(pool, redemption(n(77)), Ok((n(700), n(70)).abi_encode()));
    assert_eq!(world.by(EVE, |world| world.factory.collect_protocol_fees(pool)), Ok((n(700), n(70))));
    assert!(!guard::is_held(), "released");
    assert_eq!(world.host.made(), [(pool, redemption(n(77)), n(0))]);
    let [log] = world.logs().try_into().unwrap();
    assert_eq!(decode::<FeesCollected>(&log), FeesCollected { pool, amount: n(77) });
}

#[test]
fn collect_protocol_fees_does_nothing_and_emits_nothing_without_shares() {
    let (mut world, pool) = with_shares(n(0));
    assert_eq!(world.factory.collect_protocol_fees(pool), Ok((n(0), n(0))));
    assert!(world.logs().is_empty() && world.host.made().is_empty());
}

#[test]
fn collect_protocol_fees_reverts_with_unknown_pool_for_others() {
    let (mut world, pool) = with_shares(n(77));
    // The very code of a pool, at another address.
    world.host.vm.set_code(EVE, world.host.vm.code(pool));
    for other in [EVE, ALICE, Address::ZERO] {
        world.refuses(EVE, PoolFactoryUnknownPool { pool: other }, |world| {
            world.factory.collect_protocol_fees(other)
        });
    }
}

#[test]
fn collect_protocol_fees_reverts_with_invalid_recipient_until_there_is_one() {
    let (mut world, pool) = World::with_pool();
    let nobody = InvalidRecipient { recipient: Address::ZERO };
    world.refuses(EVE, nobody, |world| world.factory.collect_protocol_fees(pool));
}

#[test]
fn collect_protocol_fees_passes_on_what_the_pool_says() {
    let (mut world, pool) = with_shares(n(77));
    let mut refused = |answer, error: PoolFactoryError| {
        world.host.answer(pool, redemption(n(77)), answer);
        assert_eq!(world.factory.collect_protocol_fees(pool), Err(error.clone()));
        guard::release();
        IPoolFactoryErrors::abi_decode(&Vec::from(error)).unwrap();
    };
    let ether = PoolEtherRefused { to: RECIPIENT, amount: n(1) };
    refused(Err(ether.abi_encode()), ether.into());
    let recipient = PoolInvalidRecipient { to: RECIPIENT };
    refused(Err(recipient.abi_encode()), recipient.into());
    let token = PoolTokenFailed { token: TOKEN };
    refused(Err(token.abi_encode()), token.into());
    let nothing = InsufficientLiquidityBurned {};
    refused(Err(nothing.abi_encode()), nothing.into());
    let running = ReentrancyGuardReentrantCall {};
    refused(Err(running.abi_encode()), running.into());
    for answer in [Err(vec![]), Ok(vec![]), Ok(vec![0; 63])] {
        refused(answer, PoolFactoryPoolFailed { pool }.into());
    }
}

#[test]
fn collect_protocol_fees_reverts_with_pool_failed_when_the_pool_does_not_tell_its_shares() {
    let (mut world, pool) = with_shares(n(77));
    world.host.silence(pool, held());
    let failed = PoolFactoryPoolFailed { pool };
    world.refuses(EVE, failed, |world| world.factory.collect_protocol_fees(pool));
}

#[test]
fn payments_revert_with_reentrant_call_while_a_guarded_function_runs() {
    let (mut world, pool) = with_shares(n(77));
    guard::enter().unwrap();
    let running = || ReentrancyGuardReentrantCall {};
    world.refuses(RECIPIENT, running(), |world| world.factory.withdraw_fees());
    guard::enter().unwrap();
    world.refuses(RECIPIENT, running(), |world| world.factory.collect_protocol_fees(pool));
}
