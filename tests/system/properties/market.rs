//! Random histories of a pool on the real programs, each step compared with a model of Uniswap v2 to the wei.
//!
//! The same histories run natively, in `pool-core`; here they go through the clone, both programs, the token and the chain.

use abi::{
    erc20::IERC20::{approveCall, balanceOfCall, transferCall},
    pool::{DEAD, ICredentialPool as pool},
    pool_factory::IPoolFactory as pools,
};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{chain::ChainError, key::Key};
use ecosystem_tests::{
    Stage, World,
    fixture::{entry_of, slot_of},
    run, tokens, wei,
};
use reference::{
    market::{Action, Cast, Kind, Outcome, Run, State, Step, Subject, Tally},
    past::Told,
};
use serde_json::json;
use tokio::runtime::Handle;

/// Steps in all, and of one pool.
const STEPS: usize = 10_000;
const STEPS_OF_A_POOL: usize = 1_000;

/// Nothing of the users runs out: what they have of tokens and Ether at first.
const RICH: U256 = U256::from_limbs([0, 1 << 40, 0, 0]);

/// Time until the creator's shares are all released.
const RELEASE: u64 = 58 * 86_400;

/// More gas than any step needs.
const GAS: u64 = 1_500_000;

struct OnChain {
    stage: Stage,
    pool: Address,
    token: Address,
    cast: Cast,
}

impl OnChain {
    async fn new(fee: bool) -> Self {
        let stage = Stage::in_world(World::reproducible().await).await;
        let factory = stage.system.pool_factory;
        if fee {
            // New pools have the fee on once there is a recipient.
            let call = pools::setProtocolFeeRecipientCall { newRecipient: stage.owner.address() };
            stage.executes(&stage.owner, factory, call).await;
        }
        let (pool, token) = stage.pool().await;
        stage.world.advance_time(RELEASE).await;
        let users = [stage.relayer.address(), stage.stranger.address()];
        let balances = slot_of("credential-token", "erc20.balances");
        for (user, key) in users.into_iter().zip([&stage.relayer, &stage.stranger]) {
            stage.stores(token, entry_of(balances, user.into_word()), RICH).await;
            set_ether(&stage, user, RICH).await;
            stage.executes(key, token, approveCall { spender: pool, value: U256::MAX }).await;
        }
        let cast = Cast { users, creator: stage.holder.address(), dead: DEAD, factory, pool };
        Self { stage, pool, token, cast }
    }

    fn key(&self, user: Address) -> &Key {
        let keys = [&self.stage.holder, &self.stage.relayer, &self.stage.stranger];
        keys.into_iter().find(|key| key.address() == user).expect("an account of the stage")
    }

    /// What a call gives back, and then the same as a transaction; `None` if it is refused.
    async fn done<C: SolCall>(&self, user: Address, to: Address, call: C, value: U256) -> Option<C::Return> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into()).value(value);
        let answer = match self.stage.chain().call(request.clone().from(user), C::SIGNATURE).await {
            Ok(answer) => answer,
            Err(ChainError::Reverted { .. }) => return None,
            Err(other) => panic!("{}: {other}", C::SIGNATURE),
        };
        let sent = self.stage.chain().send_with_gas(self.key(user), request, GAS, C::SIGNATURE).await;
        sent.unwrap_or_else(|error| panic!("{}, which was possible: {error}", C::SIGNATURE));
        Some(C::abi_decode_returns(&answer).expect("an answer"))
    }

    async fn play(&self, user: Address, action: &Action) -> Option<Vec<U256>> {
        let (at, to, deadline) = (self.pool, user, U256::MAX);
        let none = U256::ZERO;
        match *action {
            Action::Buy(value, minimum) => {
                let call = pool::swapExactEthForTokensCall { minOut: minimum, to, deadline };
                self.done(user, at, call, value).await.map(|out| vec![out])
            }
            Action::Sell(amount, minimum) => {
                let call =
                    pool::swapExactTokensForEthCall { amountIn: amount, minOut: minimum, to, deadline };
                self.done(user, at, call, none).await.map(|out| vec![out])
            }
            Action::BuyExact(amount, value) => {
                let call = pool::swapEthForExactTokensCall { amountOut: amount, to, deadline };
                self.done(user, at, call, value).await.map(|cost| vec![cost])
            }
            Action::SellExact(amount, maximum) => {
                let call =
                    pool::swapTokensForExactEthCall { amountOut: amount, maxIn: maximum, to, deadline };
                self.done(user, at, call, none).await.map(|cost| vec![cost])
            }
            Action::PairTrade([amount0, amount1], value) => {
                let data = Vec::new().into();
                let call = pool::swapCall { amount0Out: amount0, amount1Out: amount1, to, data };
                self.done(user, at, call, value).await.map(|_| vec![])
            }
            Action::Add(desired, value, [token_min, eth_min]) => {
                let call = pool::addLiquidityCall {
                    tokenDesired: desired,
                    tokenMin: token_min,
                    ethMin: eth_min,
                    to,
                    deadline,
                };
                let added = self.done(user, at, call, value).await?;
                Some(vec![added.tokenAmount, added.ethAmount, added.shares])
            }
            Action::PairAdd(value) => {
                self.done(user, at, pool::mintCall { to }, value).await.map(|shares| vec![shares])
            }
            Action::Remove(shares, [token_min, eth_min]) => {
                let call =
                    pool::removeLiquidityCall { shares, tokenMin: token_min, ethMin: eth_min, to, deadline };
                let removed = self.done(user, at, call, none).await?;
                Some(vec![removed.tokenAmount, removed.ethAmount])
            }
            Action::PairRemove => {
                let removed = self.done(user, at, pool::burnCall { to }, none).await?;
                Some(vec![removed.amount0, removed.amount1])
            }
            Action::SendTokens(value) => {
                self.done(user, self.token, transferCall { to: at, value }, none).await.map(|_| vec![])
            }
            Action::ForceEther(amount) => {
                let balance = self.stage.chain().balance(at).await.expect("the node answers");
                set_ether(&self.stage, at, balance + amount).await;
                Some(vec![])
            }
            Action::Skim => self.done(user, at, pool::skimCall { to }, none).await.map(|_| vec![]),
            Action::Sync => self.done(user, at, pool::syncCall {}, none).await.map(|_| vec![]),
            Action::Wait(seconds) => {
                self.stage.world.advance_time(seconds).await;
                Some(vec![])
            }
            Action::Switch(on) => {
                let call = pools::setProtocolFeeCall { pools: vec![at], on };
                self.stage.executes(&self.stage.owner, self.cast.factory, call).await;
                Some(vec![])
            }
            Action::Give(to, value) => {
                self.done(user, at, pool::transferCall { to, value }, none).await.map(|_| vec![])
            }
        }
    }

    async fn look(&self) -> State {
        let (stage, at) = (&self.stage, self.pool);
        let shares = self.cast.holders().map(|account| stage.reads(at, balanceOfCall { account }));
        let [s0, s1, s2, s3, s4, s5] = shares;
        let (reserves, supply, k_last, token, ether, s0, s1, s2, s3, s4, s5) = tokio::join!(
            stage.reads(at, pool::getReservesCall {}),
            stage.reads(at, pool::totalSupplyCall {}),
            stage.reads(at, pool::kLastCall {}),
            stage.reads(self.token, balanceOfCall { account: at }),
            stage.chain().balance(at),
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
        );
        State {
            reserves: [U256::from(reserves.reserve0), U256::from(reserves.reserve1)],
            balances: [token, ether.expect("the node answers")],
            supply,
            k_last,
            shares: [s0, s1, s2, s3, s4, s5],
        }
    }
}

/// The histories don't know that a chain has to be waited for.
impl Subject for OnChain {
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        Handle::current().block_on(self.play(user, action))
    }

    fn state(&mut self) -> State {
        Handle::current().block_on(self.look())
    }

    fn now(&mut self) -> u64 {
        // The clock stands still, so calls have the time of the newest block.
        Handle::current().block_on(self.stage.chain().block_time()).expect("the node answers")
    }

    fn told(&mut self, seconds: u64) -> Told {
        let window = u32::try_from(seconds).expect("a window");
        Handle::current().block_on(async {
            let (stage, at) = (&self.stage, self.pool);
            let price = stage.reads(at, pool::consultCall { window }).await;
            let volume = stage.reads(at, pool::volumeCall { window }).await;
            let ether = stage.reads(at, pool::liquidityCall { window }).await;
            assert_eq!((volume.elapsed, ether.elapsed), (price.elapsed, price.elapsed));
            Told {
                elapsed: price.elapsed.into(),
                price: f64::from(price.price),
                ether: f64::from(ether.meanEthReserve),
                volume: f64::from(volume.amount),
            }
        })
    }
}

async fn set_ether(stage: &Stage, account: Address, amount: U256) {
    let method = "anvil_setBalance";
    let set =
        stage.chain().provider().raw_request::<_, serde_json::Value>(method.into(), json!([account, amount]));
    set.await.unwrap_or_else(|error| panic!("{method}: {error}"));
}

/// The steps of pool `number`, the same each time.
fn steps(number: usize, count: usize) -> Vec<Step> {
    let random = |step: usize| -> B256 { keccak256((number * STEPS_OF_A_POOL + step).to_be_bytes()) };
    (0..count).map(|step| u128::from_be_bytes(*random(step).last_chunk().expect("16 bytes")).into()).collect()
}

async fn history(number: usize, count: usize) -> Outcome {
    let fee = number.is_multiple_of(2);
    let subject = OnChain::new(fee).await;
    let cast = subject.cast;
    let info = subject.stage.reads(cast.factory, pools::poolInfoCall { pool: cast.pool }).await;
    let (opened, amounts) = (info.createdAt.to(), [tokens(50), wei(50)]);
    let play = move || Run::new(subject, cast, opened, amounts, fee).all(&steps(number, count));
    tokio::task::spawn_blocking(play).await.expect("the pool and the model are the same")
}

#[test]
fn ten_thousand_steps_on_the_real_programs_equal_uniswap_v2() {
    run(async {
        let (mut total, mut windows) = (Tally::new(), 0);
        let pools = (0..STEPS / STEPS_OF_A_POOL).map(|number| tokio::spawn(history(number, STEPS_OF_A_POOL)));
        for pool in pools.collect::<Vec<_>>() {
            let outcome = pool.await.expect("the history ends");
            for (kind, count) in outcome.tally {
                *total.entry(kind).or_default() += count;
            }
            windows += outcome.windows;
        }
        assert!(windows >= 24, "{windows} windows of pools that aren't too large");
        assert!(total.values().sum::<usize>() >= STEPS / 2, "{total:?}");
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::PairTradeTooMuch) {
            assert!(total.get(&kind).is_some_and(|count| *count >= 200), "{kind:?}: {total:?}");
        }
    });
}
