//! What only the factory does, and what the two programs refuse when they are called themselves.

use abi::pool::{
    CloneArgs,
    ICredentialPool::{
        self as pool, ERC2612ExpiredSignature, InsufficientInputAmount, InsufficientLiquidityMinted,
        PoolAlreadyInitialized, PoolNotClone, PoolOnlyFactory, nameCall,
    },
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::key::Key;
use ecosystem_tests::{Stage, run, tokens, wei};
use std::collections::BTreeSet;

use crate::pool::{EVER, Entry, Market, NONE, entries, pair_trade, prices, removal};

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

/// An account that nobody is.
const SOMEBODY: Address = Address::repeat_byte(0x50);

/// Every function that needs a pool's terms.
fn needing_a_pool(to: Address) -> Vec<Entry> {
    let others = [
        removal(U256::ONE, to, EVER),
        pair_trade([tokens(1), NONE], to, Bytes::new(), NONE),
        initialisation(1, 0),
        Entry::of(pool::setPausedCall { paused: true }),
        Entry::of(pool::setProtocolFeeCall { on: true }),
        Entry::of(pool::mintCall { to }),
        Entry::of(pool::burnCall { to }),
        Entry::of(pool::skimCall { to }),
        Entry::of(pool::syncCall {}),
        // To somebody else: what stays where it is isn't locked by any terms.
        Entry::of(pool::transferCall { to: SOMEBODY, value: NONE }),
        Entry::of(pool::transferFromCall { from: to, to: SOMEBODY, value: NONE }),
        Entry::of(pool::factoryCall {}),
        Entry::of(pool::token0Call {}),
        Entry::of(pool::lockedBalanceOfCall { account: to }),
        Entry::of(pool::unlockScheduleCall {}),
    ];
    entries(to, EVER).into_iter().chain(others).chain(prices()).collect()
}

/// The signatures of `folder`'s functions; of a pool, also of those that its extension answers.
fn functions(folder: &str) -> BTreeSet<String> {
    abi::json::of(folder).expect("its interface").functions().map(|function| function.signature()).collect()
}

#[test]
fn the_programs_themselves_are_no_pools() {
    run(async {
        let stage = Stage::shared().await;
        let stranger = &stage.stranger;
        let programs = &stage.world.programs;
        let (program, extension) = (programs.pool.address, programs.pool_extension.address);
        let of_extension = functions("pool-extension");
        for call in needing_a_pool(stranger.address()) {
            // What isn't the pool's own it would leave to an extension that it doesn't have.
            let refused = PoolNotClone { account: program };
            assert_eq!(
                refused,
                stage.refuses_request(stranger, call.request(program)).await,
                "{}",
                call.name
            );
            if of_extension.contains(call.name) {
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

/// The rest answers for the program's own storage, in which nothing is anybody's; and there is no other rest than this.
#[test]
fn the_programs_themselves_answer_what_needs_no_pool() {
    run(async {
        let stage = Stage::shared().await;
        let account = stage.stranger.address();
        let programs = &stage.world.programs;
        let of_extension = functions("pool-extension");
        let of_pool = &functions("pool") - &of_extension;
        let own = [
            Entry::of(pool::allowanceCall { owner: account, spender: account }),
            Entry::of(pool::approveCall { spender: account, value: wei(1) }),
            Entry::of(pool::balanceOfCall { account }),
            Entry::of(pool::getReservesCall {}),
            Entry::of(pool::pausedCall {}),
            Entry::of(pool::totalSupplyCall {}),
        ];
        let left = [
            Entry::of(pool::DOMAIN_SEPARATORCall {}),
            Entry::of(pool::MINIMUM_LIQUIDITYCall {}),
            Entry::of(pool::decimalsCall {}),
            Entry::of(pool::eip712DomainCall {}),
            Entry::of(pool::kLastCall {}),
            Entry::of(nameCall {}),
            Entry::of(pool::noncesCall { owner: account }),
            Entry::of(pool::protocolFeeCall {}),
            Entry::of(pool::symbolCall {}),
            Entry::of(pool::token1Call {}),
        ];
        let permit = pool::permitCall {
            owner: account,
            spender: account,
            value: wei(1),
            deadline: NONE,
            v: 27,
            r: B256::ZERO,
            s: B256::ZERO,
        };
        let (program, extension) = (programs.pool.address, programs.pool_extension.address);
        for (at, functions, answered, another) in [
            (program, of_pool, own.as_slice(), None),
            (extension, of_extension, &left, Some(pool::permitCall::SIGNATURE)),
        ] {
            let needing = needing_a_pool(account);
            let needing: BTreeSet<&str> = needing.iter().map(|call| call.name).collect();
            let rest = functions.iter().map(String::as_str).filter(|name| !needing.contains(name));
            let expected = answered.iter().map(|call| call.name).chain(another);
            assert_eq!(rest.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
            for call in answered {
                let request = call.request(at).from(account);
                let answer = stage.chain().call(request, call.name).await;
                answer.unwrap_or_else(|error| panic!("{error}"));
            }
        }
        // A signature is asked for as everywhere.
        let refused = ERC2612ExpiredSignature { deadline: NONE };
        stage.would_revert_with(account, extension, permit, refused).await;
    });
}
