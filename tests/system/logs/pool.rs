//! A pool: its reserves, its shares, and its past.

use abi::{
    pool::ICredentialPool::{self as pool, ICredentialPoolEvents as Event},
    pool_factory::IPoolFactory::{PoolCreated, PoolInfo},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;
use math::{curve, lock};
use reference::past::{Past, Told};

use super::{Heard, ledger::Ledger, now};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

pub(super) struct Follower {
    token: Address,
    creator: Address,
    created_at: u64,
    opened_with: [u128; 2],
    reserves: [u128; 2],
    /// When the reserves last changed. Units: Unix seconds.
    last: u64,
    /// Σ price · seconds, of the token and of Ether.
    prices: [U256; 2],
    product: U256,
    paused: bool,
    protocol_fee: bool,
    shares: Ledger,
    past: Past,
}

impl Follower {
    pub(super) fn of(created: &PoolCreated) -> Self {
        let opened_with = [created.initialTokenLiquidity, created.initialEthLiquidity];
        Self {
            token: created.token,
            creator: created.creator,
            created_at: created.timestamp.to(),
            opened_with: opened_with.map(|amount| amount.to()),
            reserves: [0; 2],
            last: created.timestamp.to(),
            prices: [U256::ZERO; 2],
            product: U256::ZERO,
            paused: false,
            protocol_fee: false,
            shares: Ledger::default(),
            past: Past::default(),
        }
    }

    pub(super) fn hear(&mut self, heard: &Heard) {
        let log = &heard.data;
        if self.shares.hears(log) {
            return;
        }
        match Event::decode_raw_log(log.topics(), &log.data).expect("a declared event") {
            Event::Sync(event) => {
                self.pass(heard.time);
                self.reserves = [event.reserve0.to(), event.reserve1.to()];
                self.note(0);
            }
            Event::Swap(event) => {
                // What was lent and came back did not change hands.
                self.note(event.amount1In.abs_diff(event.amount1Out).to());
            }
            Event::Mint(_) | Event::Burn(_) => self.keep_product(),
            Event::PoolPausedSet(event) => self.paused = event.paused,
            Event::ProtocolFeeSet(event) => {
                self.protocol_fee = event.on;
                self.keep_product();
            }
            Event::Transfer(_) | Event::Approval(_) => unreachable!("the shares'"),
        }
    }

    /// Time passes, while prices stand.
    fn pass(&mut self, time: u64) {
        let [token, ether] = self.reserves;
        let seconds = U256::from(time - self.last);
        if !seconds.is_zero() {
            self.prices[0] += curve::price(ether, token) * seconds;
            self.prices[1] += curve::price(token, ether) * seconds;
        }
        self.last = time;
    }

    fn note(&mut self, volume: u128) {
        self.past.note(self.last, &self.reserves.map(Into::into), &volume.into());
    }

    fn keep_product(&mut self) {
        self.product = if self.protocol_fee { curve::product(self.reserves) } else { U256::ZERO };
    }

    pub(super) const fn is_paused(&self) -> bool {
        self.paused
    }

    fn locked(&self, now: u64) -> U256 {
        lock::locked(self.first_shares(), self.created_at, now)
    }

    fn first_shares(&self) -> U256 {
        curve::first_shares(self.opened_with).expect("it was opened")
    }

    /// What the factory tells of it.
    pub(super) fn info(&self, now: u64) -> PoolInfo {
        let [token, ether] = self.opened_with.map(U256::from);
        PoolInfo {
            token: self.token,
            creator: self.creator,
            createdAt: U256::from(self.created_at),
            initialLockExpiry: U256::from(lock::end(self.created_at)),
            initialTokenLiquidity: token,
            initialEthLiquidity: ether,
            lockedShareBps: self.locked(now) * U256::from(10_000) / self.shares.supply(),
        }
    }

    pub(super) async fn agree(&self, stage: &Stage, at: Address, accounts: &[Address]) {
        let now = now(stage).await;
        self.shares.agree(stage, at, accounts).await;
        let told = stage.reads(at, pool::getReservesCall {}).await;
        let reserves = [told.reserve0, told.reserve1].map(|reserve| reserve.to::<u128>());
        assert_eq!((self.reserves, self.last), (reserves, told.blockTimestampLast.into()));
        assert_eq!(self.prices[0], stage.reads(at, pool::price0CumulativeLastCall {}).await);
        assert_eq!(self.prices[1], stage.reads(at, pool::price1CumulativeLastCall {}).await);
        assert_eq!(self.product, stage.reads(at, pool::kLastCall {}).await);
        assert_eq!(self.paused, stage.reads(at, pool::pausedCall {}).await);
        assert_eq!(self.protocol_fee, stage.reads(at, pool::protocolFeeCall {}).await);
        assert_eq!(self.token, stage.reads(at, pool::token0Call {}).await);
        for account in accounts {
            let locked = if *account == self.creator { self.locked(now) } else { U256::ZERO };
            assert_eq!(locked, stage.reads(at, pool::lockedBalanceOfCall { account: *account }).await);
        }
        let schedule = stage.reads(at, pool::unlockScheduleCall {}).await;
        assert_eq!(lock::times(self.created_at), schedule.times);
        assert_eq!(lock::parts(self.first_shares()), schedule.shares);
        let age = self.past.age(now);
        for window in [1, 600, HOUR, DAY, 7 * DAY, 30 * DAY, age].into_iter().filter(|window| *window <= age)
        {
            self.agree_on_window(stage, at, window.min(30 * DAY), now).await;
        }
    }

    /// Windows are told as precisely as pools keep their past.
    async fn agree_on_window(&self, stage: &Stage, at: Address, seconds: u64, now: u64) {
        let window = u32::try_from(seconds).expect("a window");
        let price = stage.reads(at, pool::consultCall { window }).await;
        let ether = stage.reads(at, pool::liquidityCall { window }).await;
        let volume = stage.reads(at, pool::volumeCall { window }).await;
        let told = Told {
            elapsed: price.elapsed.into(),
            price: price.price.into(),
            ether: ether.meanEthReserve.into(),
            volume: volume.amount.into(),
        };
        self.past.check(now, seconds, &told);
    }
}
