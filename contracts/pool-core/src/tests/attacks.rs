//! What somebody who wants more than his due tries.

extern crate std;

use super::world::{ALICE, BOB, CREATOR, FACTORY, POOL, Play, TOKEN, World, data, wad};
use abi::pool::{
    ICredentialPool::{InvalidConstantProduct, ReentrancyGuardReentrantCall},
    ICredentialPoolCallee::credentialPoolCallCall,
};
use alloc::{rc::Rc, vec, vec::Vec};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use core::cell::Cell;

use crate::{Bounds, PoolError};

fn is_reentrancy(result: Result<impl core::fmt::Debug, PoolError>) {
    let refusal: Vec<u8> = result.expect_err("re-entered").into();
    assert_eq!(refusal, data(ReentrancyGuardReentrantCall {}));
}

/// Tries everything that is guarded, from inside.
fn come_back(play: &Play) {
    let mut market = play.market();
    let (one, none) = (U256::ONE, U256::ZERO);
    let bounds = Bounds { token_min: none, ether_min: none, to: BOB, deadline: U256::MAX };
    is_reentrancy(market.swap_exact_eth_for_tokens(none, BOB, U256::MAX));
    is_reentrancy(market.swap_exact_tokens_for_eth(one, none, BOB, U256::MAX, None));
    is_reentrancy(market.swap_eth_for_exact_tokens(one, BOB, U256::MAX));
    is_reentrancy(market.swap_tokens_for_exact_eth(one, one, BOB, U256::MAX, None));
    is_reentrancy(market.add_liquidity(one, &bounds, None));
    is_reentrancy(market.remove_liquidity(one, &bounds));
    is_reentrancy(market.swap([one, none], BOB, &[]));
    is_reentrancy(market.mint(BOB));
    is_reentrancy(market.burn(BOB));
    is_reentrancy(market.skim(BOB));
    is_reentrancy(market.sync());
    is_reentrancy(market.set_protocol_fee(true));
    // Whoever prices by these has to wait.
    is_reentrancy(market.get_amount_out(one, TOKEN));
    is_reentrancy(market.get_amount_in(one, TOKEN));
    is_reentrancy(market.cumulative_prices());
    is_reentrancy(market.window(1));
    is_reentrancy(market.observe(&[0]));
    is_reentrancy(market.daily_means());
}

#[test]
fn a_receiver_of_ether_cannot_come_back() {
    let mut world = World::new();
    world.wait(60 * 86_400);
    let came = Rc::new(Cell::new(0));
    let count = came.clone();
    world.act(BOB, move |play, _| {
        count.set(count.get() + 1);
        come_back(play);
        // Plain Ether isn't taken either.
        assert!(play.market().receive().is_err());
    });
    let deadline = U256::from(world.now());
    let bounds = Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to: BOB, deadline };
    world.by(ALICE, |m| m.swap_exact_tokens_for_eth(wad(1), U256::ZERO, BOB, deadline, None)).unwrap();
    world.by(ALICE, |m| m.swap_tokens_for_exact_eth(U256::ONE, wad(1), BOB, deadline, None)).unwrap();
    world.pays(BOB, wad(1), |m| m.swap_eth_for_exact_tokens(wad(1), ALICE, deadline)).unwrap();
    world.by(CREATOR, |m| m.remove_liquidity(wad(1), &bounds)).unwrap();
    world.forces_ether(ALICE, wad(1));
    world.by(ALICE, |m| m.skim(BOB)).unwrap();
    assert_eq!(came.get(), 5);
}

/// The guardian's transaction may be one that anybody can bring, and so in the middle of a swap.
#[test]
fn a_pause_during_a_swap_stays() {
    for data in [&[][..], &[1]] {
        let mut world = World::new();
        world.act(BOB, |play, _| {
            play.host.vm.set_sender(FACTORY);
            play.market().set_paused(true).unwrap();
            play.host.vm.set_sender(ALICE);
        });
        world.pays(ALICE, wad(2), |m| m.swap([U256::ZERO, wad(1)], BOB, data)).unwrap();
        assert!(world.market.paused());
        assert!(world.pays(ALICE, wad(2), |m| m.swap([U256::ZERO, wad(1)], BOB, data)).is_err());
    }
}

#[test]
fn reserves_are_stored_before_ether_leaves() {
    let mut world = World::new();
    let seen = Rc::new(Cell::new([0; 2]));
    let look = seen.clone();
    world.act(BOB, move |play, _| look.set(play.market().reserves()));
    let deadline = U256::from(world.now());
    world.by(ALICE, |m| m.swap_exact_tokens_for_eth(wad(10), U256::ZERO, BOB, deadline, None)).unwrap();
    assert_eq!(seen.get(), world.market.reserves());
}

#[test]
fn a_flash_swap_pays_by_token_or_by_ether() {
    for pays_ether in [false, true] {
        let mut world = World::new();
        let before = world.market.reserves();
        let (lent, data) = ([wad(100), U256::ZERO], vec![7, 8, 9]);
        let cost = world.market.get_amount_in(wad(100), TOKEN).unwrap();
        let expected = data.clone();
        world.act(BOB, move |play, calldata| {
            let call = credentialPoolCallCall::abi_decode_validate(calldata).unwrap();
            assert_eq!((call.sender, call.amount0, call.amount1), (ALICE, wad(100), U256::ZERO));
            assert_eq!(call.data.to_vec(), expected);
            assert_eq!(play.ledger.borrow().tokens_of(BOB), wad(100) + (U256::ONE << 160));
            come_back(play);
            assert_eq!(play.market().reserves(), before, "those of before");
            // Plain Ether is taken now.
            assert!(play.market().receive().is_ok());
            let mut ledger = play.ledger.borrow_mut();
            if pays_ether {
                assert!(ledger.move_ether(BOB, POOL, cost));
            } else {
                // 100 tokens and 0.3009… % of them.
                let back = wad(100) * U256::from(1_000) / U256::from(997) + U256::ONE;
                let had = ledger.tokens_of(BOB);
                ledger.tokens.insert(BOB, had - back);
                let has = ledger.tokens_of(POOL);
                ledger.tokens.insert(POOL, has + back);
            }
            drop(ledger);
            play.settle();
        });
        world.by(ALICE, |m| m.swap(lent, BOB, &data)).unwrap();
        let after = world.market.reserves();
        assert!(after[0] * 1_000 >= before[0] || after[1] > before[1]);
        assert!(world.market.receive().is_err(), "not any more");
    }
}

#[test]
fn a_flash_swap_that_is_not_paid_for_is_undone() {
    let mut world = World::new();
    let before = (world.market.reserves(), world.tokens_of(POOL));
    world.act(BOB, |play, _| {
        let mut ledger = play.ledger.borrow_mut();
        let has = ledger.tokens_of(POOL);
        // All of it, without the fee.
        ledger.tokens.insert(POOL, has + wad(100));
    });
    let refusal: Vec<u8> = world.by(ALICE, |m| m.swap([wad(100), U256::ZERO], BOB, &[1])).unwrap_err().into();
    assert_eq!(refusal, data(InvalidConstantProduct {}));
    assert_eq!((world.market.reserves(), world.tokens_of(POOL)), before);
}

/// The first depositor's trick: few shares, a large donation, and the next one's shares round to nothing.
#[test]
fn a_donation_makes_no_share_too_dear() {
    // The least that is worth a share.
    let mut world = World::with(1_001, 1_001, false);
    world.wait(60 * 86_400);
    let gift = wad(1_000);
    world.sends_tokens(BOB, gift);
    world.forces_ether(BOB, gift);
    world.by(BOB, |m| m.sync()).unwrap();
    // The creator has one of 1 001 shares: the rest of the gift is the dead's.
    let deadline = U256::from(world.now());
    let bounds = Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to: ALICE, deadline };
    let added = world.pays(ALICE, wad(100), |m| m.add_liquidity(wad(100), &bounds, None)).unwrap();
    let back = world.by(ALICE, |m| m.remove_liquidity(added.shares, &bounds)).unwrap();
    let hundredth = wad(1);
    assert!(back.iter().all(|amount| wad(100) - *amount <= hundredth), "{back:?}");
    let creators = Bounds { to: CREATOR, ..bounds };
    let stolen = world.by(CREATOR, |m| m.remove_liquidity(U256::ONE, &creators)).unwrap();
    assert!(stolen.iter().all(|amount| *amount < gift / U256::from(500)), "{stolen:?}");
}

/// People's functions leave what wasn't stated alone: nobody trades with a gift.
#[test]
fn a_donation_moves_no_price() {
    let mut world = World::new();
    let quote = world.market.get_amount_out(wad(1), Address::ZERO);
    world.sends_tokens(BOB, wad(500));
    world.forces_ether(BOB, wad(5));
    assert_eq!(world.market.get_amount_out(wad(1), Address::ZERO), quote);
    let deadline = U256::from(world.now());
    let out = world.pays(ALICE, wad(1), |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline));
    assert_eq!(out, quote);
    world.by(BOB, |m| m.skim(BOB)).unwrap();
    let [token, ether] = world.market.reserves().map(U256::from);
    assert_eq!((world.tokens_of(POOL), world.ether_of(POOL)), (token, ether), "all of the gift went back");
}

/// Who trades before and after somebody else gets no more than that one's bound allows.
#[test]
fn a_sandwich_ends_at_the_bound() {
    let mut world = World::new();
    let deadline = U256::from(world.now());
    let quote = world.market.get_amount_out(wad(1), Address::ZERO).unwrap();
    let minimum = quote * U256::from(99) / U256::from(100);
    // Enough to move the price by more than a percent.
    world.pays(BOB, wad(1), |m| m.swap_exact_eth_for_tokens(U256::ZERO, BOB, deadline)).unwrap();
    assert!(world.pays(ALICE, wad(1), |m| m.swap_exact_eth_for_tokens(minimum, ALICE, deadline)).is_err());
    assert_eq!(world.ether_of(ALICE), U256::ONE << 160);
}

/// A price of one block is no price: the mean of a window hardly moves, and moves back.
#[test]
fn one_block_moves_no_mean() {
    let mut world = World::new();
    world.wait(3_600);
    let deadline = U256::from(u64::MAX);
    let mean = |world: &World| world.market.window(3_600).unwrap().price();
    let before = mean(&world);
    let out =
        world.pays(BOB, wad(1_000), |m| m.swap_exact_eth_for_tokens(U256::ZERO, BOB, deadline)).unwrap();
    // Within the block the mean is what it was.
    assert_eq!(mean(&world), before);
    world.by(BOB, |m| m.swap_exact_tokens_for_eth(out, U256::ZERO, BOB, deadline, None)).unwrap();
    assert_eq!(mean(&world), before);
    world.wait(12);
    let after = mean(&world);
    assert!(after.abs_diff(before) * U256::from(1_000) < before, "{before} {after}");
}

/// Who switches the fee on takes nothing of what grew before.
#[test]
fn the_protocol_never_charges_old_growth() {
    let mut world = World::new();
    let deadline = U256::from(u64::MAX);
    let trade = |world: &mut World| {
        let out =
            world.pays(BOB, wad(5), |m| m.swap_exact_eth_for_tokens(U256::ZERO, BOB, deadline)).unwrap();
        world.by(BOB, |m| m.swap_exact_tokens_for_eth(out, U256::ZERO, BOB, deadline, None)).unwrap();
    };
    let bounds = Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to: ALICE, deadline };
    trade(&mut world);
    world.by(FACTORY, |m| m.set_protocol_fee(true)).unwrap();
    world.pays(ALICE, wad(1), |m| m.add_liquidity(wad(200), &bounds, None)).unwrap();
    assert_eq!(world.market.balance_of(FACTORY), U256::ZERO);
    trade(&mut world);
    world.by(FACTORY, |m| m.set_protocol_fee(false)).unwrap();
    assert_eq!(world.market.k_last(), U256::ZERO);
    world.by(FACTORY, |m| m.set_protocol_fee(true)).unwrap();
    world.pays(ALICE, wad(1), |m| m.add_liquidity(wad(200), &bounds, None)).unwrap();
    assert_eq!(world.market.balance_of(FACTORY), U256::ZERO);
    trade(&mut world);
    world.pays(ALICE, wad(1), |m| m.add_liquidity(wad(200), &bounds, None)).unwrap();
    assert!(world.market.balance_of(FACTORY) > U256::ZERO);
}
