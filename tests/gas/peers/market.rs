//! What Uniswap v2's market costs.

use abi::erc20::IERC20 as erc20;
use alloy::primitives::{Address, Bytes, U256, aliases::U112};
use ecosystem::{chain::Sent, key::Key};
use ecosystem_tests::{Stage, tokens, wei};

use super::{
    compiled::Compiled,
    uniswap::{Pair, Router, Uniswap, WrappedEther},
};
use crate::{
    market::{ANY, ANY_TIME, PAUSE_SECS},
    meter::Meter,
};

/// A pair of OpenZeppelin's token and wrapped Ether, and the router. The stage's holder, relayer and stranger have Ether and
/// allow the router all their tokens.
pub(super) struct Market<'a> {
    stage: &'a Stage,
    router: Address,
    wrapped: Address,
    token: Address,
    pair: Address,
}

impl<'a> Market<'a> {
    /// Measures the opening: not the first of the factory.
    pub(super) async fn open(stage: &'a Stage, compiled: &Compiled, meter: &mut Meter<'_>) -> Self {
        let holder = &stage.holder;
        let wrapped = compiled.create(stage, "WETH9", ()).await;
        let uniswap = Uniswap::create(stage, compiled, wrapped).await;
        let earlier = compiled.create(stage, "OpenZeppelinToken", ()).await;
        let token = compiled.create(stage, "OpenZeppelinToken", ()).await;
        let mut market = Self { stage, router: uniswap.router, wrapped, token, pair: Address::ZERO };
        for key in [holder, &stage.relayer, &stage.stranger] {
            stage.world.give(key.address(), wei(2_000)).await;
            market.allow(key, token, U256::MAX).await;
        }
        market.allow(holder, earlier, U256::MAX).await;
        let open = |token| Router::addLiquidityETHCall { token, ..market.add(tokens(50), holder.address()) };
        stage.pays(holder, uniswap.router, open(earlier), wei(50)).await;
        let sent = stage.pays(holder, uniswap.router, open(token), wei(50)).await;
        meter.keep("createPool(address,uint256)", "later", &sent);
        market.pair = uniswap.pair_of(stage, token).await;
        market
    }

    /// Has `key` allow the router this much of `token`.
    async fn allow(&self, key: &Key, token: Address, value: U256) {
        self.stage.executes(key, token, erc20::approveCall { spender: self.router, value }).await;
    }

    async fn pause(&self) {
        self.stage.world.advance_time(PAUSE_SECS).await;
    }

    fn buy(&self, to: Address) -> Router::swapExactETHForTokensCall {
        let path = vec![self.wrapped, self.token];
        Router::swapExactETHForTokensCall { amountOutMin: ANY, path, to, deadline: ANY_TIME }
    }

    pub(super) async fn buys(&self, meter: &mut Meter<'_>) {
        let holder = &self.stage.holder;
        let new = Address::repeat_byte(0xc1);
        for (case, to) in [
            ("first of the pool", holder.address()),
            ("to an existing holder", holder.address()),
            ("to a new holder", new),
        ] {
            self.pause().await;
            let sent = self.stage.pays(holder, self.router, self.buy(to), wei(1)).await;
            meter.keep("swapExactEthForTokens", case, &sent);
        }
    }

    pub(super) async fn sells(&self, meter: &mut Meter<'_>) {
        let Stage { holder, stranger, .. } = self.stage;
        let give = erc20::transferCall { to: stranger.address(), value: tokens(2) };
        self.stage.executes(holder, self.token, give).await;
        self.allow(stranger, self.token, tokens(2)).await;
        for (case, seller) in
            [("of all", holder), ("some left", stranger), ("whole balance, none left", stranger)]
        {
            self.pause().await;
            let call = Router::swapExactTokensForETHCall {
                amountIn: tokens(1),
                amountOutMin: ANY,
                path: vec![self.token, self.wrapped],
                to: seller.address(),
                deadline: ANY_TIME,
            };
            let sent = self.stage.executes(seller, self.router, call).await;
            meter.keep("swapExactTokensForEth", case, &sent);
        }
    }

    fn add(&self, amount: U256, to: Address) -> Router::addLiquidityETHCall {
        Router::addLiquidityETHCall {
            token: self.token,
            amountTokenDesired: amount,
            amountTokenMin: ANY,
            amountETHMin: ANY,
            to,
            deadline: ANY_TIME,
        }
    }

    pub(super) async fn additions(&self, meter: &mut Meter<'_>) {
        let Stage { holder, relayer: provider, .. } = self.stage;
        let to = provider.address();
        self.stage.executes(holder, self.token, erc20::transferCall { to, value: tokens(20) }).await;
        for (case, amount, ether) in [
            ("to a new holder", 1, 3),
            ("to an existing holder", 1, 3),
            ("to an existing holder, without a refund", 3, 1),
        ] {
            self.pause().await;
            let call = self.add(tokens(amount), to);
            let sent = self.stage.pays(provider, self.router, call, wei(ether)).await;
            meter.keep("addLiquidity", case, &sent);
        }
    }

    /// The router may take all shares: a permit or an approval for each would cost more.
    pub(super) async fn removals(&self, meter: &mut Meter<'_>) {
        let provider = &self.stage.relayer;
        let to = provider.address();
        self.allow(provider, self.pair, U256::MAX).await;
        let shares = self.shares(to).await;
        let quarter = shares / U256::from(4);
        for (case, liquidity) in [("part", quarter), ("whole position", shares - quarter)] {
            self.pause().await;
            let call = Router::removeLiquidityETHCall {
                token: self.token,
                liquidity,
                amountTokenMin: ANY,
                amountETHMin: ANY,
                to,
                deadline: ANY_TIME,
            };
            let sent = self.stage.executes(provider, self.router, call).await;
            meter.keep("removeLiquidity", case, &sent);
        }
    }

    async fn shares(&self, account: Address) -> U256 {
        self.stage.reads(self.pair, erc20::balanceOfCall { account }).await
    }

    /// Puts this much of `token` into the pair.
    async fn put_in(&self, token: Address, value: U256) {
        self.stage.executes(&self.stage.holder, token, erc20::transferCall { to: self.pair, value }).await;
    }

    /// The pair's swap alone: what was put in came before, and who gets something holds some already.
    pub(super) async fn swaps(&self, meter: &mut Meter<'_>) {
        let Stage { holder, relayer, .. } = self.stage;
        for key in [holder, relayer] {
            self.stage.pays(key, self.wrapped, WrappedEther::depositCall {}, wei(500)).await;
        }
        for (case, input, output, amount) in [
            ("Ether for tokens", self.wrapped, self.token, wei(1)),
            ("tokens for Ether", self.token, self.wrapped, tokens(1)),
        ] {
            self.pause().await;
            let out = self.out(input, output, amount).await;
            self.put_in(input, amount).await;
            let (out0, out1) = if output < input { (out, ANY) } else { (ANY, out) };
            let (to, data) = (holder.address(), Bytes::new());
            let call = Pair::swapCall { amount0Out: out0, amount1Out: out1, to, data };
            meter.call(case, holder, self.pair, call).await;
        }
    }

    /// What the pair gives at most: 0.3 % of the input stays.
    async fn out(&self, input: Address, output: Address, amount: U256) -> U256 {
        let reserves = self.stage.reads(self.pair, Pair::getReservesCall {}).await;
        let (zero, one): (U112, U112) = (reserves.reserve0, reserves.reserve1);
        let (of_input, of_output) = if input < output { (zero, one) } else { (one, zero) };
        let taken = amount * U256::from(997);
        taken * U256::from(of_output) / (U256::from(of_input) * U256::from(1_000) + taken)
    }

    /// The pair's other functions: what was put in came before.
    pub(super) async fn liquidity(&self, meter: &mut Meter<'_>) {
        let Stage { holder, relayer: provider, .. } = self.stage;
        let to = provider.address();
        let new = Address::repeat_byte(0xc2);
        // The provider, who took out all, holds shares again.
        self.mint(holder, to).await;
        for (case, to) in [("to a new holder", new), ("to an existing holder", to)] {
            let sent = self.mint(holder, to).await;
            meter.keep("mint", case, &sent);
        }
        self.pause().await;
        let half = self.shares(to).await / U256::from(2);
        self.stage.executes(provider, self.pair, erc20::transferCall { to: self.pair, value: half }).await;
        meter.call("", provider, self.pair, Pair::burnCall { to }).await;

        self.pause().await;
        meter.call("of nothing", holder, self.pair, Pair::skimCall { to }).await;
        self.put_in(self.token, tokens(1)).await;
        meter.call("of tokens", holder, self.pair, Pair::skimCall { to }).await;
        self.pause().await;
        meter.call("of nothing", holder, self.pair, Pair::syncCall {}).await;
        self.pause().await;
        self.put_in(self.token, tokens(1)).await;
        meter.call("of tokens", holder, self.pair, Pair::syncCall {}).await;
    }

    async fn mint(&self, by: &Key, to: Address) -> Sent {
        self.pause().await;
        self.put_in(self.token, tokens(1)).await;
        self.put_in(self.wrapped, wei(1)).await;
        self.stage.executes(by, self.pair, Pair::mintCall { to }).await
    }
}
