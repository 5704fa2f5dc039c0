//! Every refusal, with its error; `World` undoes what a refused call did, as the chain does.

use super::world::{ALICE, BOB, CREATOR, FACTORY, POOL, STUBBORN, TOKEN, World, data, wad};
use abi::{
    erc20::IERC20::{
        ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover, ERC20InvalidReceiver,
        ERC20InvalidSender, ERC20InvalidSpender, transferCall, transferFromCall,
    },
    erc2612::IERC2612::{ERC2612ExpiredSignature, ERC2612InvalidSigner, permitCall},
    pool::ICredentialPool::{
        DeadlinePassed, EnforcedPause, InsufficientInputAmount, InsufficientLiquidity,
        InsufficientLiquidityBurned, InsufficientLiquidityMinted, InsufficientOutputAmount,
        InvalidConstantProduct, InvalidSwapAmounts, InvalidToken, PoolAboveMaximum, PoolAlreadyInitialized,
        PoolBelowMinimum, PoolCallbackFailed, PoolEtherRefused, PoolHistoryTooShort, PoolInvalidRecipient,
        PoolInvalidWindow, PoolNotClone, PoolOnlyFactory, PoolPlainEther, PoolReserveOverflow,
        PoolTokenFailed,
    },
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use core::fmt::Debug;
use kit::permit::Signature;
use math::{curve::RESERVE_MAX, history::WINDOW_MAX};

use crate::{Bounds, Market, Permit, PoolError};

fn refused<T: Debug>(result: Result<T, PoolError>, error: impl Into<PoolError>) {
    let refusal: Vec<u8> = result.expect_err("refused").into();
    assert_eq!(refusal, data(error));
}

fn later(world: &World) -> U256 {
    U256::from(world.now())
}

fn bounds(world: &World, to: Address) -> Bounds {
    Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to, deadline: later(world) }
}

const SIGNATURE: Signature = Signature { v: 27, r: B256::ZERO, s: B256::ZERO };

#[test]
fn initialize_is_the_factorys_and_happens_once_with_the_clones_amounts() {
    let mut world = World::blank(5_000, 5_000);
    let (tokens, ether) = (U256::from(5_000), U256::from(5_000));
    refused(
        world.by(ALICE, |m| m.initialize(tokens, false)),
        PoolOnlyFactory { caller: ALICE, expected: FACTORY },
    );
    refused(world.by(FACTORY, |m| m.initialize(tokens, false)), InsufficientInputAmount {});
    let more = tokens + U256::ONE;
    refused(world.pays(FACTORY, ether, |m| m.initialize(more, false)), InsufficientInputAmount {});
    world.pays(FACTORY, ether, |m| m.initialize(tokens, false)).unwrap();
    world.play.ledger.borrow_mut().ether.insert(FACTORY, ether);
    refused(world.pays(FACTORY, ether, |m| m.initialize(tokens, false)), PoolAlreadyInitialized {});

    let mut small = World::blank(1_000, 1_000);
    let thousand = U256::from(1_000);
    refused(small.pays(FACTORY, thousand, |m| m.initialize(thousand, false)), InsufficientLiquidityMinted {});
}

#[test]
fn the_program_itself_is_no_pool() {
    let mut world = World::new();
    world.vm.set_code(POOL, vec![0xef, 0xf0, 0x00, 0x00]);
    let no_pool = || PoolNotClone { account: POOL };
    let deadline = later(&world);
    let bounds = bounds(&world, ALICE);
    refused(world.by(FACTORY, |m| m.initialize(U256::ONE, false)), no_pool());
    refused(world.by(FACTORY, |m| m.set_paused(true)), no_pool());
    refused(world.by(FACTORY, |m| m.set_protocol_fee(true)), no_pool());
    refused(
        world.pays(ALICE, wad(1), |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline)),
        no_pool(),
    );
    refused(world.by(ALICE, |m| m.remove_liquidity(U256::ONE, &bounds)), no_pool());
    refused(world.by(ALICE, |m| m.transfer(BOB, U256::ZERO)), no_pool());
    refused(world.by(ALICE, |m| m.window(1)), no_pool());
    refused(world.by(ALICE, |m| m.unlock_schedule()), no_pool());
}

#[test]
fn switches_are_the_factorys() {
    let mut world = World::new();
    let only = || PoolOnlyFactory { caller: CREATOR, expected: FACTORY };
    refused(world.by(CREATOR, |m| m.set_paused(true)), only());
    refused(world.by(CREATOR, |m| m.set_protocol_fee(true)), only());
}

#[test]
fn a_pause_stops_entry_and_not_exit() {
    let mut world = World::new();
    world.wait(60 * 86_400);
    let deadline = later(&world);
    let to_alice = bounds(&world, ALICE);
    world.by(CREATOR, |m| m.transfer(ALICE, wad(20))).unwrap();
    world.by(FACTORY, |m| m.set_paused(true)).unwrap();
    assert!(world.market.paused());
    let one = wad(1);
    refused(
        world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline)),
        EnforcedPause {},
    );
    refused(
        world.by(ALICE, |m| m.swap_exact_tokens_for_eth(one, U256::ZERO, ALICE, deadline, None)),
        EnforcedPause {},
    );
    refused(world.pays(ALICE, one, |m| m.swap_eth_for_exact_tokens(one, ALICE, deadline)), EnforcedPause {});
    refused(
        world.by(ALICE, |m| m.swap_tokens_for_exact_eth(one, one, ALICE, deadline, None)),
        EnforcedPause {},
    );
    refused(world.pays(ALICE, one, |m| m.add_liquidity(one, &to_alice, None)), EnforcedPause {});
    refused(world.pays(ALICE, one, |m| m.swap([one, U256::ZERO], ALICE, &[])), EnforcedPause {});
    refused(world.pays(ALICE, one, |m| m.mint(ALICE)), EnforcedPause {});

    world.by(ALICE, |m| m.remove_liquidity(wad(1), &to_alice)).unwrap();
    world.by(ALICE, |m| m.transfer(POOL, wad(1))).unwrap();
    world.by(ALICE, |m| m.burn(ALICE)).unwrap();
    world.by(ALICE, |m| m.approve(BOB, wad(1))).unwrap();
    world.by(BOB, |m| m.transfer_from(ALICE, BOB, wad(1))).unwrap();
    world.sends_tokens(ALICE, one);
    world.by(ALICE, |m| m.skim(ALICE)).unwrap();
    world.by(ALICE, |m| m.sync()).unwrap();

    world.by(FACTORY, |m| m.set_paused(false)).unwrap();
    world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline)).unwrap();
}

#[test]
fn trades_keep_to_their_bounds() {
    let mut world = World::new();
    let (one, deadline) = (wad(1), later(&world));
    let late = deadline - U256::ONE;
    let passed = || DeadlinePassed { deadline: late, timestamp: deadline };
    refused(world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, late)), passed());
    refused(world.by(ALICE, |m| m.swap_exact_tokens_for_eth(one, U256::ZERO, ALICE, late, None)), passed());
    refused(world.pays(ALICE, one, |m| m.swap_eth_for_exact_tokens(one, ALICE, late)), passed());
    refused(world.by(ALICE, |m| m.swap_tokens_for_exact_eth(one, one, ALICE, late, None)), passed());

    for to in [Address::ZERO, TOKEN, POOL] {
        let lost = || PoolInvalidRecipient { to };
        refused(world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(U256::ZERO, to, deadline)), lost());
        refused(
            world.by(ALICE, |m| m.swap_exact_tokens_for_eth(one, U256::ZERO, to, deadline, None)),
            lost(),
        );
        refused(world.pays(ALICE, one, |m| m.swap([one, U256::ZERO], to, &[])), lost());
        refused(world.by(ALICE, |m| m.burn(to)), lost());
        refused(world.by(ALICE, |m| m.skim(to)), lost());
    }

    let amount = world.market.get_amount_out(one, Address::ZERO).unwrap();
    let minimum = amount + U256::ONE;
    refused(
        world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(minimum, ALICE, deadline)),
        PoolBelowMinimum { amount, minimum },
    );
    let amount = world.market.get_amount_in(one, TOKEN).unwrap();
    let maximum = amount - U256::ONE;
    refused(
        world.pays(ALICE, maximum, |m| m.swap_eth_for_exact_tokens(one, ALICE, deadline)),
        PoolAboveMaximum { amount, maximum },
    );
    world.pays(ALICE, amount, |m| m.swap_eth_for_exact_tokens(one, ALICE, deadline)).unwrap();
}

#[test]
fn amounts_at_the_edges_are_refused() {
    let mut world = World::new();
    let deadline = later(&world);
    let (zero, dust) = (U256::ZERO, U256::ONE);
    refused(
        world.by(ALICE, |m| m.swap_exact_eth_for_tokens(zero, ALICE, deadline)),
        InsufficientInputAmount {},
    );
    refused(
        world.by(ALICE, |m| m.swap_exact_tokens_for_eth(zero, zero, ALICE, deadline, None)),
        InsufficientInputAmount {},
    );
    // A hundredth of a wei of Ether rounds to nothing.
    refused(
        world.by(ALICE, |m| m.swap_exact_tokens_for_eth(dust, zero, ALICE, deadline, None)),
        InsufficientOutputAmount {},
    );
    refused(
        world.by(ALICE, |m| m.swap_eth_for_exact_tokens(zero, ALICE, deadline)),
        InsufficientOutputAmount {},
    );
    let all = wad(1_000);
    for amount in [all, U256::MAX] {
        refused(
            world.pays(ALICE, all, |m| m.swap_eth_for_exact_tokens(amount, ALICE, deadline)),
            InsufficientLiquidity {},
        );
    }
    for amount in [U256::from(RESERVE_MAX) + U256::ONE, U256::MAX] {
        let too_much = || PoolReserveOverflow { balance0: amount, balance1: amount };
        refused(
            world.by(ALICE, |m| m.swap_exact_tokens_for_eth(amount, zero, ALICE, deadline, None)),
            too_much(),
        );
        refused(world.market.get_amount_out(amount, TOKEN), too_much());
    }
    // What fits by itself, and not with the reserve.
    let most = U256::from(RESERVE_MAX);
    let out = world.market.get_amount_out(most, TOKEN).unwrap();
    let sums = PoolReserveOverflow { balance0: most + all, balance1: wad(10) - out };
    refused(world.by(ALICE, |m| m.swap_exact_tokens_for_eth(most, zero, ALICE, deadline, None)), sums);
    refused(world.market.get_amount_out(dust, BOB), InvalidToken { token: BOB });
    refused(world.market.get_amount_in(dust, BOB), InvalidToken { token: BOB });
}

#[test]
fn liquidity_keeps_to_its_bounds() {
    let mut world = World::new();
    let (one, good) = (wad(1), bounds(&world, ALICE));
    let late = Bounds { deadline: good.deadline - U256::ONE, ..good };
    let passed = || DeadlinePassed { deadline: late.deadline, timestamp: good.deadline };
    refused(world.pays(ALICE, one, |m| m.add_liquidity(one, &late, None)), passed());
    refused(world.by(ALICE, |m| m.remove_liquidity(one, &late)), passed());
    let lost = Bounds { to: TOKEN, ..good };
    refused(
        world.pays(ALICE, one, |m| m.add_liquidity(one, &lost, None)),
        PoolInvalidRecipient { to: TOKEN },
    );
    refused(world.by(ALICE, |m| m.remove_liquidity(one, &lost)), PoolInvalidRecipient { to: TOKEN });

    refused(world.by(ALICE, |m| m.add_liquidity(one, &good, None)), InsufficientInputAmount {});
    refused(world.pays(ALICE, one, |m| m.add_liquidity(U256::ZERO, &good, None)), InsufficientInputAmount {});
    // 100 tokens go with 1 Ether: of 1 token and 1 Ether a hundredth of the Ether is used.
    let picky = Bounds { ether_min: one, ..good };
    let hundredth = one / U256::from(100);
    refused(
        world.pays(ALICE, one, |m| m.add_liquidity(one, &picky, None)),
        PoolBelowMinimum { amount: hundredth, minimum: one },
    );
    let picky = Bounds { token_min: wad(100), ..good };
    let hundred = wad(100);
    refused(
        world.pays(ALICE, hundredth, |m| m.add_liquidity(hundred, &picky, None)),
        PoolBelowMinimum { amount: one, minimum: hundred },
    );
    refused(
        world.pays(ALICE, U256::ONE, |m| m.add_liquidity(U256::ONE, &good, None)),
        InsufficientLiquidityMinted {},
    );
    let huge = U256::MAX;
    let sent = U256::from(1_u8) << 113;
    refused(
        world.pays(ALICE, sent, |m| m.add_liquidity(huge, &good, None)),
        PoolReserveOverflow { balance0: huge, balance1: sent },
    );

    let mine = world.pays(ALICE, one, |m| m.add_liquidity(hundred, &good, None)).unwrap().shares;
    refused(world.by(ALICE, |m| m.remove_liquidity(U256::ZERO, &good)), InsufficientLiquidityBurned {});
    refused(world.by(ALICE, |m| m.remove_liquidity(U256::ONE, &good)), InsufficientLiquidityBurned {});
    let needed = mine + U256::ONE;
    refused(
        world.by(ALICE, |m| m.remove_liquidity(needed, &good)),
        ERC20InsufficientBalance { sender: ALICE, balance: mine, needed },
    );
    let greedy = Bounds { ether_min: one + U256::ONE, ..good };
    refused(
        world.by(ALICE, |m| m.remove_liquidity(mine, &greedy)),
        PoolBelowMinimum { amount: one, minimum: one + U256::ONE },
    );
    refused(
        world.by(Address::ZERO, |m| m.remove_liquidity(U256::ONE, &good)),
        ERC20InvalidSender { sender: Address::ZERO },
    );
}

#[test]
fn the_pairs_own_functions_refuse_what_does_not_add_up() {
    let mut world = World::new();
    let (one, none) = (wad(1), U256::ZERO);
    refused(world.pays(ALICE, one, |m| m.swap([none, none], ALICE, &[])), InvalidSwapAmounts {});
    for amounts in [[wad(1_000), none], [none, wad(10)], [U256::MAX, none]] {
        refused(world.pays(ALICE, one, |m| m.swap(amounts, ALICE, &[])), InsufficientLiquidity {});
    }
    refused(world.by(ALICE, |m| m.swap([one, none], ALICE, &[])), InsufficientInputAmount {});
    let amount = world.market.get_amount_out(one, Address::ZERO).unwrap();
    let more = amount + U256::ONE;
    refused(world.pays(ALICE, one, |m| m.swap([more, none], ALICE, &[])), InvalidConstantProduct {});
    world.pays(ALICE, one, |m| m.swap([amount, none], ALICE, &[])).unwrap();
    refused(world.by(ALICE, |m| m.mint(ALICE)), InsufficientLiquidityMinted {});
    refused(world.by(ALICE, |m| m.burn(ALICE)), InsufficientLiquidityBurned {});
    world.sends_tokens(ALICE, wad(1_000));
    refused(
        world.pays(ALICE, wad(10), |m| m.mint(Address::ZERO)),
        ERC20InvalidReceiver { receiver: Address::ZERO },
    );
    refused(world.market.receive(), PoolPlainEther {});
    // More than reserves can count.
    world.sends_tokens(ALICE, U256::from(RESERVE_MAX));
    let balance0 = world.tokens_of(POOL);
    let balance1 = world.ether_of(POOL);
    for full in [world.by(ALICE, |m| m.sync()), world.by(ALICE, |m| m.skim(ALICE))] {
        refused(full, PoolReserveOverflow { balance0, balance1 });
    }
}

#[test]
fn what_others_refuse_is_told() {
    let mut world = World::new();
    let (one, deadline) = (wad(1), later(&world));
    let sell = |m: &mut Market| m.swap_exact_tokens_for_eth(wad(1), U256::ZERO, ALICE, deadline, None);
    world.play.ledger.borrow_mut().allowances.insert(ALICE, U256::ONE);
    let short = ERC20InsufficientAllowance { spender: POOL, allowance: U256::ONE, needed: one };
    refused(world.by(ALICE, sell), short);
    world.play.ledger.borrow_mut().allowances.insert(ALICE, U256::MAX);
    world.play.ledger.borrow_mut().tokens.insert(ALICE, U256::ZERO);
    let short = ERC20InsufficientBalance { sender: ALICE, balance: U256::ZERO, needed: one };
    refused(world.by(ALICE, sell), short);

    // A token that refuses for its own reasons, answers false, or answers nothing that makes sense.
    let take = transferFromCall { from: ALICE, to: POOL, value: one }.abi_encode();
    for answer in [Err(vec![1, 2, 3, 4, 5]), Ok(vec![0; 32]), Ok(vec![]), Ok(vec![0xff; 32])] {
        world.play.host.answer(TOKEN, take.clone(), answer);
        refused(world.by(ALICE, sell), PoolTokenFailed { token: TOKEN });
    }
    let out = world.market.get_amount_out(one, Address::ZERO).unwrap();
    world.play.host.answer(TOKEN, transferCall { to: ALICE, value: out }.abi_encode(), Ok(vec![0; 32]));
    refused(
        world.pays(ALICE, one, |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline)),
        PoolTokenFailed { token: TOKEN },
    );

    let amount = world.market.get_amount_out(one, TOKEN).unwrap();
    refused(
        world.by(BOB, |m| m.swap_exact_tokens_for_eth(wad(1), U256::ZERO, STUBBORN, deadline, None)),
        PoolEtherRefused { to: STUBBORN, amount },
    );
    world.has_code(STUBBORN);
    // One that fails, and one that has no code to answer with.
    for callee in [STUBBORN, BOB] {
        refused(
            world.pays(BOB, one, |m| m.swap([out, U256::ZERO], callee, &[1])),
            PoolCallbackFailed { callee },
        );
    }
}

#[test]
fn a_permit_counts_unless_the_allowance_does() {
    let mut world = World::new();
    let (one, deadline) = (wad(1), later(&world));
    let permit = Permit { value: one, deadline, signature: SIGNATURE };
    let sell =
        |m: &mut Market| m.swap_exact_tokens_for_eth(wad(1), U256::ZERO, ALICE, deadline, Some(&permit));
    let brought = permitCall {
        owner: ALICE,
        spender: POOL,
        value: one,
        deadline,
        v: SIGNATURE.v,
        r: SIGNATURE.r,
        s: SIGNATURE.s,
    };
    let expired = ERC2612ExpiredSignature { deadline };
    world.play.host.answer(TOKEN, brought.abi_encode(), Err(expired.abi_encode()));
    // Somebody brought it before: the allowance is there.
    world.by(ALICE, sell).unwrap();
    world.play.ledger.borrow_mut().allowances.insert(ALICE, U256::ZERO);
    refused(world.by(ALICE, sell), expired);
    let forged = ERC2612InvalidSigner { signer: BOB, owner: ALICE };
    world.play.host.answer(TOKEN, brought.abi_encode(), Err(forged.abi_encode()));
    refused(world.by(ALICE, sell), forged);
    // A permit that works, over too little.
    world.play.host.answer(TOKEN, brought.abi_encode(), Ok(vec![]));
    refused(
        world.by(ALICE, sell),
        ERC20InsufficientAllowance { spender: POOL, allowance: U256::ZERO, needed: one },
    );
}

#[test]
fn shares_refuse_as_an_erc_20_does() {
    let mut world = World::new();
    let (one, zero) = (wad(1), Address::ZERO);
    refused(
        world.by(ALICE, |m| m.transfer(BOB, one)),
        ERC20InsufficientBalance { sender: ALICE, balance: U256::ZERO, needed: one },
    );
    refused(world.by(ALICE, |m| m.transfer(zero, U256::ZERO)), ERC20InvalidReceiver { receiver: zero });
    refused(world.by(zero, |m| m.transfer(BOB, U256::ZERO)), ERC20InvalidSender { sender: zero });
    refused(world.by(ALICE, |m| m.approve(zero, one)), ERC20InvalidSpender { spender: zero });
    refused(world.by(zero, |m| m.approve(BOB, one)), ERC20InvalidApprover { approver: zero });
    refused(
        world.by(BOB, |m| m.transfer_from(ALICE, BOB, one)),
        ERC20InsufficientAllowance { spender: BOB, allowance: U256::ZERO, needed: one },
    );
    let deadline = later(&world);
    let late = deadline - U256::ONE;
    refused(
        world.by(BOB, |m| m.permit(ALICE, BOB, one, late, &SIGNATURE)),
        ERC2612ExpiredSignature { deadline: late },
    );
    refused(
        world.by(BOB, |m| m.permit(ALICE, BOB, one, deadline, &SIGNATURE)),
        ERC2612InvalidSigner { signer: zero, owner: ALICE },
    );
}

#[test]
fn windows_have_bounds_and_need_a_past() {
    let mut world = World::new();
    world.wait(100);
    for window in [0, WINDOW_MAX + 1, u64::from(u32::MAX)] {
        let [window_, maximum] = [window, WINDOW_MAX].map(U256::from);
        refused(world.market.window(window), PoolInvalidWindow { window: window_, maximum });
    }
    let [window, available] = [101, 100].map(U256::from);
    refused(world.market.window(101), PoolHistoryTooShort { window, available });
    refused(world.market.observe(&[0, 101]), PoolHistoryTooShort { window, available });
    let [window, maximum] = [WINDOW_MAX + 1, WINDOW_MAX].map(U256::from);
    refused(world.market.observe(&[0, WINDOW_MAX + 1]), PoolInvalidWindow { window, maximum });
    assert!(world.market.window(100).is_ok());
    assert_eq!(world.market.observe(&[]).map(|points| points.len()), Ok(0));
    world.wait(1);
    assert!(world.by(ALICE, |m| m.window(101)).is_ok());
}
