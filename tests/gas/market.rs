//! A market to measure, and its clock: what a trade costs depends on how much time passed since the last one.

use abi::{
    erc20::IERC20::approveCall,
    pool::ICredentialPool::{self as pool},
};
use alloy::primitives::{Address, U256};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, deadline_after, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, wei};
use math::{bounds::DAY_SECS, history::HOUR_SECS};

/// Seconds between two interactions of an hour. In the same second the price sums stay what they are, and two slots with
/// them: people are never as quick.
pub(crate) const PAUSE_SECS: u64 = 12;

/// Any amount will do.
pub(crate) const ANY: U256 = U256::ZERO;
/// Any time will do.
pub(crate) const ANY_TIME: U256 = U256::MAX;

/// A pool, its token, and people who have Ether and allow the pool all their tokens.
pub(crate) struct Market<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) at: Address,
    pub(crate) token: Address,
}

impl<'a> Market<'a> {
    /// The market of a new token: 50 tokens and 0.05 Ether. Its creator, the stage's holder, has 50 tokens more.
    pub(crate) async fn open(stage: &'a Stage) -> Self {
        let (at, token) = stage.pool().await;
        let market = Self { stage, at, token };
        for key in [&stage.holder, &stage.relayer, &stage.stranger] {
            stage.world.give(key.address(), wei(1_000)).await;
            market.allow(key, U256::MAX).await;
        }
        market
    }

    /// Has `key` allow the pool this much.
    pub(crate) async fn allow(&self, key: &Key, value: U256) {
        self.stage.executes(key, self.token, approveCall { spender: self.at, value }).await;
    }

    /// Lets some seconds pass, within the hour.
    pub(crate) async fn pause(&self) {
        let now = self.now().await;
        assert_eq!(now / HOUR_SECS, (now + PAUSE_SECS) / HOUR_SECS, "there is room in the hour");
        self.stage.world.advance_time(PAUSE_SECS).await;
    }

    /// Goes to the beginning of the next hour, but not of a day.
    pub(crate) async fn next_hour(&self) {
        self.go_on(HOUR_SECS).await;
        if self.now().await % DAY_SECS < HOUR_SECS {
            self.stage.executes(&self.stage.owner, self.at, pool::syncCall {}).await;
            self.go_on(HOUR_SECS).await;
        }
    }

    /// Goes to the beginning of the next day.
    pub(crate) async fn next_day(&self) {
        self.go_on(DAY_SECS).await;
    }

    /// Goes to an hour that had an interaction already.
    pub(crate) async fn within_an_hour(&self) {
        self.next_hour().await;
        self.stage.executes(&self.stage.owner, self.at, pool::syncCall {}).await;
        self.pause().await;
    }

    /// Goes to where the next unit of `length` seconds begins.
    async fn go_on(&self, length: u64) {
        let now = self.now().await;
        self.stage.world.advance_time(length - now % length).await;
    }

    /// Time of the next block, in Unix seconds.
    async fn now(&self) -> u64 {
        self.stage.chain().now().await.expect("the time")
    }

    /// A permit by `key` over `value` of its tokens, for the pool.
    pub(crate) async fn permit(&self, key: &Key, value: U256) -> (U256, Parts) {
        let stage = self.stage;
        let deadline = deadline_after(self.now().await);
        let owner = key.address();
        let name = stage.reads(self.token, abi::token::ICredentialToken::nameCall {}).await;
        let nonce = stage.reads(self.token, abi::token::ICredentialToken::noncesCall { owner }).await;
        let permit = Permit { owner, spender: self.at, value, nonce, deadline };
        (deadline, sign_permit(key, &permit, &token_domain(stage.chain().chain_id(), self.token, &name)))
    }

    /// Sells `amount` of `key`'s tokens, by a permit over as much.
    pub(crate) async fn permitted_sale(
        &self,
        key: &Key,
        amount: U256,
    ) -> pool::swapExactTokensForEthWithPermitCall {
        let (permit_deadline, Parts { v, r, s }) = self.permit(key, amount).await;
        pool::swapExactTokensForEthWithPermitCall {
            amountIn: amount,
            minOut: ANY,
            to: key.address(),
            deadline: ANY_TIME,
            value: amount,
            permitDeadline: permit_deadline,
            v,
            r,
            s,
        }
    }

    /// Sells at most `maximum` of `key`'s tokens for as much as `ether`, by a permit over the maximum. Units: base units, wei.
    pub(crate) async fn permitted_sale_for(
        &self,
        key: &Key,
        ether: U256,
        maximum: U256,
    ) -> pool::swapTokensForExactEthWithPermitCall {
        let (permit_deadline, Parts { v, r, s }) = self.permit(key, maximum).await;
        pool::swapTokensForExactEthWithPermitCall {
            amountOut: ether,
            maxIn: maximum,
            to: key.address(),
            deadline: ANY_TIME,
            value: maximum,
            permitDeadline: permit_deadline,
            v,
            r,
            s,
        }
    }

    /// Who is who, for a breakdown.
    pub(crate) fn names(&self) -> [(Address, &'static str); 5] {
        [
            (self.at, "pool's clone"),
            (self.token, "token's clone"),
            (self.stage.holder.address(), "recipient"),
            (self.stage.stranger.address(), "recipient"),
            (self.stage.relayer.address(), "recipient"),
        ]
    }
}
