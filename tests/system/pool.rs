//! A pool to test, and calls of it.

use std::fmt::Debug;

use abi::{erc20::IERC20::approveCall, pool::ICredentialPool as pool};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError},
};
use ecosystem::{
    chain::Sent,
    key::Key,
    signing::{Parts, Permit, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, World, tokens, wei};

pub(crate) const NOBODY: Address = Address::ZERO;
pub(crate) const NONE: U256 = U256::ZERO;
/// A deadline that never passes.
pub(crate) const EVER: U256 = U256::MAX;

/// A pool of 50 tokens and 0.05 Ether. Its holder has 50 tokens more, which the pool may take, and an Ether.
pub(crate) struct Market {
    pub(crate) stage: Stage,
    pub(crate) at: Address,
    pub(crate) token: Address,
    pub(crate) holder: Address,
}

impl Market {
    pub(crate) async fn shared() -> Self {
        Self::on(Stage::shared().await).await
    }

    /// In a world of its own, where a test changes what it can't have otherwise.
    pub(crate) async fn own() -> Self {
        Self::on(Stage::in_world(World::own().await).await).await
    }

    pub(crate) async fn on(stage: Stage) -> Self {
        let (at, token) = stage.pool().await;
        let holder = stage.holder.address();
        stage.world.give(holder, wei(1_000)).await;
        stage.executes(&stage.holder, token, approveCall { spender: at, value: U256::MAX }).await;
        Self { stage, at, token, holder }
    }

    /// A call by the holder that has to revert with exactly this error.
    pub(crate) async fn refuses<E: SolError + Debug + PartialEq>(&self, call: Entry, error: E) {
        self.refuses_to(&self.stage.holder, call, error).await;
    }

    /// As [`refuses`](Self::refuses), by anybody.
    pub(crate) async fn refuses_to<E: SolError + Debug + PartialEq>(&self, who: &Key, call: Entry, error: E) {
        let name = call.name;
        assert_eq!(self.stage.refuses_request::<E>(who, call.request(self.at)).await, error, "{name}");
    }

    /// A call by the holder that has to succeed.
    pub(crate) async fn takes(&self, call: Entry) -> Sent {
        let sent = self.stage.chain().send(&self.stage.holder, call.request(self.at), call.name).await;
        sent.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn reads<C: SolCall>(&self, call: C) -> C::Return {
        self.stage.reads(self.at, call).await
    }

    pub(crate) async fn reserves(&self) -> [u128; 2] {
        let reserves = self.reads(pool::getReservesCall {}).await;
        [reserves.reserve0, reserves.reserve1].map(|reserve| u128::try_from(reserve).expect("112 bits"))
    }

    pub(crate) async fn pauses(&self) {
        let call = abi::pool_factory::IPoolFactory::pausePoolsCall { pools: vec![self.at] };
        self.stage.executes(&self.stage.owner, self.stage.system.pool_factory, call).await;
    }

    /// Adds a fifth to the liquidity, so that the holder has shares that aren't locked, which are returned.
    pub(crate) async fn free_shares(&self) -> U256 {
        let before = self.reads(pool::balanceOfCall { account: self.holder }).await;
        self.takes(addition(self.holder, EVER, tokens(10), wei(10))).await;
        self.reads(pool::balanceOfCall { account: self.holder }).await - before
    }

    /// `owner`'s permit of `value` tokens for the pool, with this nonce and deadline, signed by `signer`.
    pub(crate) fn permit(
        &self,
        signer: &Key,
        owner: Address,
        value: U256,
        nonce: u64,
        deadline: U256,
    ) -> Permitted {
        let permit = Permit { owner, spender: self.at, value, nonce: U256::from(nonce), deadline };
        let domain = token_domain(self.stage.chain().chain_id(), self.token, "Ada Lovelace");
        Permitted { value, deadline, parts: sign_permit(signer, &permit, &domain) }
    }
}

/// A call of a pool, with its Ether.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) value: U256,
    pub(crate) input: Bytes,
}

impl Entry {
    pub(crate) fn of<C: SolCall>(call: C) -> Self {
        Self::paid(NONE, call)
    }

    pub(crate) fn paid<C: SolCall>(value: U256, call: C) -> Self {
        Self { name: C::SIGNATURE, value, input: call.abi_encode().into() }
    }

    pub(crate) fn request(&self, to: Address) -> TransactionRequest {
        TransactionRequest::default().to(to).input(self.input.clone().into()).value(self.value)
    }
}

/// A permit as functions take one.
#[derive(Clone, Copy)]
pub(crate) struct Permitted {
    pub(crate) value: U256,
    pub(crate) deadline: U256,
    pub(crate) parts: Parts,
}

/// A permit that isn't worth anything, and isn't needed where the allowance is enough.
pub(crate) const WORTHLESS: Permitted =
    Permitted { value: NONE, deadline: NONE, parts: Parts { v: 27, r: B256::ZERO, s: B256::ZERO } };

/// What is sold or bought in [`trades`], and what they ask for at least or offer at most.
#[derive(Clone, Copy)]
pub(crate) struct Amounts {
    /// Wei that are sold.
    pub(crate) ether_in: U256,
    /// Tokens that are sold.
    pub(crate) tokens_in: U256,
    /// Tokens that are bought, for at most [`ether_max`](Self::ether_max).
    pub(crate) tokens_out: U256,
    /// Wei that are bought, for at most [`tokens_max`](Self::tokens_max).
    pub(crate) ether_out: U256,
    pub(crate) tokens_min: U256,
    pub(crate) ether_min: U256,
    pub(crate) ether_max: U256,
    pub(crate) tokens_max: U256,
}

impl Amounts {
    /// A fiftieth of the pool, at any price.
    pub(crate) fn usual() -> Self {
        Self {
            ether_in: wei(1),
            tokens_in: tokens(1),
            tokens_out: tokens(1),
            ether_out: wei(1),
            tokens_min: NONE,
            ether_min: NONE,
            ether_max: wei(5),
            tokens_max: U256::MAX,
        }
    }
}

pub(crate) fn buy(amounts: &Amounts, to: Address, deadline: U256) -> Entry {
    let call = pool::swapExactEthForTokensCall { minOut: amounts.tokens_min, to, deadline };
    Entry::paid(amounts.ether_in, call)
}

/// What tells prices and what became of them, which nobody may ask while they are about to change.
pub(crate) fn prices() -> [Entry; 9] {
    [
        Entry::of(pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY }),
        Entry::of(pool::getAmountInCall { amountOut: wei(1), tokenOut: NOBODY }),
        Entry::of(pool::price0CumulativeLastCall {}),
        Entry::of(pool::price1CumulativeLastCall {}),
        Entry::of(pool::consultCall { window: 1 }),
        Entry::of(pool::volumeCall { window: 1 }),
        Entry::of(pool::liquidityCall { window: 1 }),
        Entry::of(pool::observeCall { secondsAgo: vec![0] }),
        Entry::of(pool::dailyMeansCall {}),
    ]
}

pub(crate) fn buy_exact(amounts: &Amounts, to: Address, deadline: U256) -> Entry {
    let call = pool::swapEthForExactTokensCall { amountOut: amounts.tokens_out, to, deadline };
    Entry::paid(amounts.ether_max, call)
}

/// Both forms of selling exactly so much: without and with a permit.
pub(crate) fn sales(amounts: &Amounts, to: Address, deadline: U256, permit: Permitted) -> [Entry; 2] {
    let Permitted { value, deadline: permit_deadline, parts: Parts { v, r, s } } = permit;
    let (amount_in, min_out) = (amounts.tokens_in, amounts.ether_min);
    [
        Entry::of(pool::swapExactTokensForEthCall { amountIn: amount_in, minOut: min_out, to, deadline }),
        Entry::of(pool::swapExactTokensForEthWithPermitCall {
            amountIn: amount_in,
            minOut: min_out,
            to,
            deadline,
            value,
            permitDeadline: permit_deadline,
            v,
            r,
            s,
        }),
    ]
}

/// Both forms of selling for exactly so much.
pub(crate) fn exact_sales(amounts: &Amounts, to: Address, deadline: U256, permit: Permitted) -> [Entry; 2] {
    let Permitted { value, deadline: permit_deadline, parts: Parts { v, r, s } } = permit;
    let (amount_out, max_in) = (amounts.ether_out, amounts.tokens_max);
    [
        Entry::of(pool::swapTokensForExactEthCall { amountOut: amount_out, maxIn: max_in, to, deadline }),
        Entry::of(pool::swapTokensForExactEthWithPermitCall {
            amountOut: amount_out,
            maxIn: max_in,
            to,
            deadline,
            value,
            permitDeadline: permit_deadline,
            v,
            r,
            s,
        }),
    ]
}

/// All trades of people.
pub(crate) fn trades(amounts: &Amounts, to: Address, deadline: U256) -> Vec<Entry> {
    let bought = [buy(amounts, to, deadline), buy_exact(amounts, to, deadline)];
    let sold = sales(amounts, to, deadline, WORTHLESS);
    bought.into_iter().chain(sold).chain(exact_sales(amounts, to, deadline, WORTHLESS)).collect()
}

pub(crate) fn addition(to: Address, deadline: U256, desired: U256, ether: U256) -> Entry {
    let [addition, _] = additions(to, deadline, [desired, ether], [NONE, NONE], WORTHLESS);
    addition
}

/// Both forms of adding liquidity: at most `desired`, and at least `least`, of the token and of Ether.
pub(crate) fn additions(
    to: Address,
    deadline: U256,
    desired: [U256; 2],
    least: [U256; 2],
    permit: Permitted,
) -> [Entry; 2] {
    let Permitted { value, deadline: permit_deadline, parts: Parts { v, r, s } } = permit;
    let ([desired, ether], [token_min, ether_min]) = (desired, least);
    let plain = pool::addLiquidityCall {
        tokenDesired: desired,
        tokenMin: token_min,
        ethMin: ether_min,
        to,
        deadline,
    };
    let permitted = pool::addLiquidityWithPermitCall {
        tokenDesired: desired,
        tokenMin: token_min,
        ethMin: ether_min,
        to,
        deadline,
        value,
        permitDeadline: permit_deadline,
        v,
        r,
        s,
    };
    [Entry::paid(ether, plain), Entry::paid(ether, permitted)]
}

/// What a pause stops, but for the pair's own functions: trades and additions.
pub(crate) fn entries(to: Address, deadline: U256) -> Vec<Entry> {
    let mut entries = trades(&Amounts::usual(), to, deadline);
    entries.extend(additions(to, deadline, [tokens(1), wei(1)], [NONE, NONE], WORTHLESS));
    entries
}

pub(crate) fn removal(shares: U256, to: Address, deadline: U256) -> Entry {
    Entry::of(pool::removeLiquidityCall { shares, tokenMin: NONE, ethMin: NONE, to, deadline })
}

pub(crate) fn pair_trade(amounts: [U256; 2], to: Address, data: Bytes, value: U256) -> Entry {
    let [amount0, amount1] = amounts;
    Entry::paid(value, pool::swapCall { amount0Out: amount0, amount1Out: amount1, to, data })
}
