//! What only the factory does, and what the two programs refuse when they are called themselves.

use abi::pool::{
    CloneArgs,
    ICredentialPool::{
        self as pool, InsufficientInputAmount, InsufficientLiquidityMinted, PoolAlreadyInitialized,
        PoolNotClone, PoolOnlyFactory, nameCall,
    },
};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
};
use ecosystem::key::Key;
use ecosystem_tests::{Stage, run, tokens, wei};

use crate::pool::{EVER, Entry, Market, NOBODY, NONE, entries, pair_trade, removal};

fn initialisation(amount: u128, ether: u128) -> Entry {
    let call = pool::initializeCall { tokenAmount: U256::from(amount), protocolFee: false };
    Entry::paid(U256::from(ether), call)
}

#[test]
fn switches_are_the_factorys() {
    run(async {
        let market = Market::shared().await;
        let (stage, expected) = (&market.stage, market.stage.system.pool_factory);
        for who in [&stage.owner, &stage.holder, &stage.stranger] {
            let refused = PoolOnlyFactory { caller: who.address(), expected };
            for call in [
                initialisation(1, 0),
                Entry::of(pool::setPausedCall { paused: true }),
                Entry::of(pool::setPausedCall { paused: false }),
                Entry::of(pool::setProtocolFeeCall { on: true }),
                Entry::of(pool::setProtocolFeeCall { on: false }),
            ] {
                market.refuses_to(who, call, refused.clone()).await;
            }
        }
        let again = pool::initializeCall { tokenAmount: tokens(50), protocolFee: true };
        stage.would_revert_with(expected, market.at, again, PoolAlreadyInitialized {}).await;
    });
}

/// A clone that an account made instead of the factory: what that checks, the pool checks as well.
#[test]
fn first_liquidity_is_what_the_clone_says_and_worth_a_share() {
    run(async {
        let stage = Stage::shared().await;
        let maker = &stage.owner;
        stage.world.give(maker.address(), wei(1)).await;
        let small = clone_of(&stage, maker, 1_000, 1_000).await;
        let refused = InsufficientLiquidityMinted {};
        assert_eq!(refused, stage.refuses_request(maker, initialisation(1_000, 1_000).request(small)).await);

        let clone = clone_of(&stage, maker, 5_000, 6_000).await;
        for (amount, ether) in
            [(5_000, 5_999), (5_000, 6_001), (5_001, 6_000), (6_000, 5_000), (0, 6_000), (5_000, 0)]
        {
            let request = initialisation(amount, ether).request(clone);
            assert_eq!(InsufficientInputAmount {}, stage.refuses_request(maker, request).await);
        }
        let good = initialisation(5_000, 6_000);
        let sent = stage.chain().send(maker, good.request(clone), good.name).await;
        sent.unwrap_or_else(|error| panic!("{error}"));
        let request = good.request(clone);
        assert_eq!(PoolAlreadyInitialized {}, stage.refuses_request(maker, request).await);
    });
}

async fn clone_of(stage: &Stage, maker: &Key, initial_tokens: u128, initial_ether: u128) -> Address {
    let programs = &stage.world.programs;
    let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
        extension: programs.pool_extension.address,
        factory: maker.address(),
        token: stage.system.registry,
        creator: stage.holder.address(),
        created_at: 1,
        initial_tokens,
        initial_ether,
    }
    .into();
    let code = stage.world.artifacts.evm.clone_runtime(programs.pool.address, &arguments);
    stage.account_with(code).await
}

#[test]
fn the_programs_themselves_are_no_pools() {
    run(async {
        let stage = Stage::shared().await;
        let stranger = &stage.stranger;
        let to = stranger.address();
        let both = entries(to, EVER).into_iter().chain([
            removal(U256::ONE, to, EVER),
            pair_trade([tokens(1), NONE], to, Bytes::new(), NONE),
            initialisation(1, 0),
            Entry::of(pool::setPausedCall { paused: true }),
            Entry::of(pool::setProtocolFeeCall { on: true }),
            Entry::of(pool::mintCall { to }),
            Entry::of(pool::burnCall { to }),
            Entry::of(pool::skimCall { to }),
            Entry::of(pool::syncCall {}),
            Entry::of(pool::transferCall { to, value: NONE }),
            Entry::of(pool::transferFromCall { from: to, to, value: NONE }),
            Entry::of(pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY }),
            Entry::of(pool::getAmountInCall { amountOut: wei(1), tokenOut: NOBODY }),
            Entry::of(pool::price0CumulativeLastCall {}),
            Entry::of(pool::price1CumulativeLastCall {}),
            Entry::of(pool::consultCall { window: 1 }),
            Entry::of(pool::volumeCall { window: 1 }),
            Entry::of(pool::liquidityCall { window: 1 }),
            Entry::of(pool::observeCall { secondsAgo: vec![0] }),
            Entry::of(pool::dailyMeansCall {}),
            Entry::of(pool::factoryCall {}),
            Entry::of(pool::token0Call {}),
            Entry::of(pool::lockedBalanceOfCall { account: to }),
            Entry::of(pool::unlockScheduleCall {}),
        ]);
        let programs = &stage.world.programs;
        let (program, extension) = (programs.pool.address, programs.pool_extension.address);
        let of_extension = abi::json::of("pool-extension").expect("its interface");
        let of_extension: Vec<_> = of_extension.functions().map(|function| function.signature()).collect();
        for call in both {
            // What isn't the pool's own it would leave to an extension that it doesn't have.
            let refused = PoolNotClone { account: program };
            assert_eq!(
                refused,
                stage.refuses_request(stranger, call.request(program)).await,
                "{}",
                call.name
            );
            if of_extension.iter().any(|signature| signature == call.name) {
                let refused = PoolNotClone { account: extension };
                let request = call.request(extension);
                assert_eq!(refused, stage.refuses_request(stranger, request).await, "{}", call.name);
            }
        }
        let refused = PoolNotClone { account: program };
        let unknown = Entry::of(nameCall {}).request(program);
        assert_eq!(refused, stage.refuses_request(stranger, unknown).await);
        let cut = TransactionRequest::default().to(program).input(Bytes::from_static(&[1, 2, 3]).into());
        assert_eq!(refused, stage.refuses_request(stranger, cut).await);
    });
}
