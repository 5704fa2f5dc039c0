//! What somebody tries who wants more than is due: on the real programs, each attack with what it comes to, to the wei.
//!
//! The same from more sides, on a host that plays the chain, is in `pool-core`. Functions that refuse what nobody may do at
//! all are in [`refusals`](super::refusals).

mod deposits;
mod donations;
mod dust;
mod ether;
mod locks;
mod manipulation;
mod overflow;
mod reentry;
mod sandwiches;
mod strangers;

use abi::erc20::IERC20::{approveCall, balanceOfCall, transferCall};
use alloy::{
    primitives::{Address, TxKind, U256, hex},
    rpc::types::TransactionRequest,
};
use ecosystem::{chain::Sent, key::Key};
use ecosystem_tests::fixture::{entry_of, slot_of};

use crate::pool::{Amounts, EVER, Entry, Market, WORTHLESS, buy, sales};

/// More gas than any of these needs: what somebody does who is called in the middle must not fail for want of it.
const GAS: u64 = 6_000_000;

/// Somebody at a market, and what it comes to for them.
struct Player<'a> {
    market: &'a Market,
    key: &'a Key,
    /// Tokens and Ether that they had at first. Units: base units, wei.
    start: [U256; 2],
    /// What they paid for gas since. Units: wei.
    gas: U256,
}

impl<'a> Player<'a> {
    /// With what they have now.
    async fn at(market: &'a Market, key: &'a Key) -> Self {
        let start = holdings(market, key.address()).await;
        Self { market, key, start, gas: U256::ZERO }
    }

    /// With tokens of the market's creator, all of which the pool may take, and Ether. Units: base units, wei.
    async fn with(market: &'a Market, key: &'a Key, amount: U256, ether: U256) -> Self {
        let stage = &market.stage;
        stage.world.give(key.address(), ether).await;
        let gift = transferCall { to: key.address(), value: amount };
        stage.executes(&stage.holder, market.token, gift).await;
        let approval = approveCall { spender: market.at, value: U256::MAX };
        stage.executes(key, market.token, approval).await;
        Self::at(market, key).await
    }

    /// As [`with`](Self::with), of tokens and Ether that come from nowhere: in a world of the test's own.
    async fn rich(market: &'a Market, key: &'a Key, amount: U256, ether: U256) -> Self {
        let stage = &market.stage;
        let balance = entry_of(slot_of("credential-token", "erc20.balances"), key.address().into_word());
        stage.stores(market.token, balance, amount).await;
        stage.endows(key.address(), ether).await;
        let approval = approveCall { spender: market.at, value: U256::MAX };
        stage.executes(key, market.token, approval).await;
        Self::at(market, key).await
    }

    fn address(&self) -> Address {
        self.key.address()
    }

    /// A call of the pool that has to succeed.
    async fn does(&mut self, call: Entry) -> Sent {
        self.sends(call.request(self.market.at), call.name).await
    }

    async fn sends(&mut self, request: TransactionRequest, what: &str) -> Sent {
        let sent = self.market.stage.chain().send_with_gas(self.key, request, GAS, what).await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        self.gas += U256::from(sent.receipt.gas_used) * U256::from(sent.receipt.effective_gas_price);
        sent
    }

    /// Sends tokens to the pool, as a plain transfer.
    async fn gives_tokens(&mut self, value: U256) {
        let call = Entry::of(transferCall { to: self.market.at, value });
        self.sends(call.request(self.market.token), call.name).await;
    }

    /// Sends Ether to the pool, without being asked: what is left of a contract that destroys itself can't be refused.
    async fn forces_ether(&mut self, value: U256) {
        let code = [&hex!("73")[..], self.market.at.as_slice(), &hex!("ff")].concat();
        let mut request = TransactionRequest::default().input(code.into()).value(value);
        request.to = Some(TxKind::Create);
        self.sends(request, "forcing Ether on the pool").await;
    }

    /// Tokens and Ether that they have more than at first, gas left out. Units: base units, wei.
    async fn gain(&self) -> [i128; 2] {
        let [tokens, ether] = holdings(self.market, self.address()).await;
        [difference(tokens, self.start[0]), difference(ether + self.gas, self.start[1])]
    }
}

async fn holdings(market: &Market, account: Address) -> [U256; 2] {
    let tokens = market.stage.reads(market.token, balanceOfCall { account }).await;
    [tokens, market.stage.chain().balance(account).await.expect("the node answers")]
}

/// `after - before`.
fn difference(after: U256, before: U256) -> i128 {
    let size = i128::try_from(after.abs_diff(before)).expect("a difference that is an amount");
    if after < before { -size } else { size }
}

/// Sells `value` wei for at least `minimum` tokens.
fn buys(value: U256, minimum: U256, to: Address) -> Entry {
    buy(&Amounts { ether_in: value, tokens_min: minimum, ..Amounts::usual() }, to, EVER)
}

/// Sells `amount` tokens for whatever they give.
fn sells(amount: U256, to: Address) -> Entry {
    let [sale, _] = sales(&Amounts { tokens_in: amount, ..Amounts::usual() }, to, EVER, WORTHLESS);
    sale
}
