//! What the pool factory and the pools tell.

use abi::{
    pool::{DEAD, ICredentialPool as pool},
    pool_factory::IPoolFactory as pools,
    token::ICredentialToken as token,
};
use alloy::primitives::{Address, U256};
use ecosystem::key::Key;
use math::{
    bounds::DAY_SECS,
    history::{HOUR_SECS, WINDOW_MAX},
};

use super::Reader;
use crate::{tokens, wei};

/// From a pool's last change to the moment that its past is told of: late enough that the day of the change has ended.
/// Units: seconds.
const LATER: u64 = DAY_SECS;

impl Reader<'_> {
    pub(super) async fn pool_factory(&mut self) {
        let at = self.stage.system.pool_factory;
        self.view(at, pools::ownerCall {}).await;
        self.view(at, pools::pendingOwnerCall {}).await;
        self.view(at, pools::guardianCall {}).await;
        self.view(at, pools::pausedCall {}).await;
        self.view(at, pools::launchedCall {}).await;
        self.view(at, pools::tokenFactoryCall {}).await;
        self.view(at, pools::oracleCall {}).await;
        self.view(at, pools::implementationCall {}).await;
        self.view(at, pools::extensionCall {}).await;
        self.view(at, pools::INITIAL_LOCK_PERIODCall {}).await;
        self.view(at, pools::MINIMUM_INITIAL_LIQUIDITYCall {}).await;
        self.view(at, pools::MINIMUM_ETH_VALUECall {}).await;
        self.view(at, pools::poolCreationFeeCall {}).await;
        self.view(at, pools::accruedFeesCall {}).await;
        self.view(at, pools::protocolFeeRecipientCall {}).await;
        self.view(at, pools::pausedPoolsCall {}).await;
        self.view(at, pools::getPoolCountCall {}).await;
        self.view(at, pools::getAllPoolsCall {}).await;
        let (offset, limit) = (U256::ZERO, abi::factory::PAGE_MAX);
        self.view(at, pools::getPoolsCall { offset, limit }).await;
    }

    /// What there is of the pool of `token`, if there is one.
    pub(super) async fn market_of(&mut self, token: Address) {
        let factory = self.stage.system.pool_factory;
        self.view(factory, pools::getPoolCall { token }).await;
        self.view(factory, pools::tokenToPoolsCall { token }).await;
        let pool = self.stage.reads(factory, pools::getPoolCall { token }).await;
        if pool.is_zero() {
            return;
        }
        let last = self.stage.reads(pool, pool::getReservesCall {}).await.blockTimestampLast;
        let then = u64::from(last) + LATER;
        self.listed(pool, then).await;
        self.pool(pool, token).await;
        self.shares(pool, then).await;
        self.past(pool, then).await;
    }

    /// What the factory knows of a pool, which is the last one that it opened or an earlier one.
    async fn listed(&mut self, pool: Address, then: u64) {
        let at = self.stage.system.pool_factory;
        let all = self.stage.reads(at, pools::getAllPoolsCall {}).await;
        let index = all.iter().position(|listed| *listed == pool).expect("every pool is listed");
        self.view(at, pools::allPoolsCall { index: U256::from(index) }).await;
        self.view(at, pools::isPoolCall { pool }).await;
        self.view(at, pools::poolInfoCall { pool }).await;
        self.view_as_of(then, at, pools::getPoolInfoCall { pool }).await;
        self.view_as_of(then, at, pools::isLiquidityLockedCall { pool }).await;
    }

    async fn pool(&mut self, at: Address, traded: Address) {
        let chain = self.stage.chain();
        let code = chain.code(at).await.expect("the node answers");
        let ether = chain.balance(at).await.expect("the node answers");
        self.values.insert(format!("{at} code"), code.to_string());
        self.values.insert(format!("{at} Ether"), ether.to_string());
        self.view(traded, token::balanceOfCall { account: at }).await;
        self.view(at, pool::factoryCall {}).await;
        self.view(at, pool::token0Call {}).await;
        self.view(at, pool::token1Call {}).await;
        self.view(at, pool::getReservesCall {}).await;
        self.view(at, pool::kLastCall {}).await;
        self.view(at, pool::price0CumulativeLastCall {}).await;
        self.view(at, pool::price1CumulativeLastCall {}).await;
        self.view(at, pool::pausedCall {}).await;
        self.view(at, pool::protocolFeeCall {}).await;
        for (token, amount) in [(traded, tokens(1)), (Address::ZERO, wei(1))] {
            self.view(at, pool::getAmountOutCall { amountIn: amount, tokenIn: token }).await;
            self.view(at, pool::getAmountInCall { amountOut: amount, tokenOut: token }).await;
        }
    }

    /// Who has the shares of a pool, and how many of them can't move.
    async fn shares(&mut self, at: Address, then: u64) {
        self.view(at, pool::nameCall {}).await;
        self.view(at, pool::symbolCall {}).await;
        self.view(at, pool::decimalsCall {}).await;
        self.view(at, pool::DOMAIN_SEPARATORCall {}).await;
        self.view(at, pool::eip712DomainCall {}).await;
        self.view(at, pool::MINIMUM_LIQUIDITYCall {}).await;
        self.view(at, pool::totalSupplyCall {}).await;
        self.view(at, pool::unlockScheduleCall {}).await;
        let accounts = self.stage.accounts().map(Key::address);
        for account in accounts.into_iter().chain([self.stage.system.pool_factory, at, DEAD]) {
            self.view(at, pool::balanceOfCall { account }).await;
            self.view_as_of(then, at, pool::lockedBalanceOfCall { account }).await;
        }
        for owner in accounts {
            self.view(at, pool::noncesCall { owner }).await;
            for spender in [&self.stage.relayer, &self.stage.stranger] {
                self.view(at, pool::allowanceCall { owner, spender: spender.address() }).await;
            }
        }
    }

    /// What a pool remembers at the time `then`, hour by hour since its creation or for 30 days.
    async fn past(&mut self, at: Address, then: u64) {
        let factory = self.stage.system.pool_factory;
        let began = self.stage.reads(factory, pools::poolInfoCall { pool: at }).await;
        let all = WINDOW_MAX.min(then - began.createdAt.to::<u64>());
        for seconds in [HOUR_SECS, LATER, all] {
            let window = u32::try_from(seconds).expect("no more than 30 days");
            self.view_as_of(then, at, pool::consultCall { window }).await;
            self.view_as_of(then, at, pool::volumeCall { window }).await;
            self.view_as_of(then, at, pool::liquidityCall { window }).await;
        }
        let hours = (0..all).step_by(usize::try_from(HOUR_SECS).expect("few seconds"));
        let moments = hours.chain([all]).map(|seconds| u32::try_from(seconds).expect("no more than 30 days"));
        self.view_as_of(then, at, pool::observeCall { secondsAgo: moments.collect() }).await;
        self.view_as_of(then, at, pool::dailyMeansCall {}).await;
    }
}
