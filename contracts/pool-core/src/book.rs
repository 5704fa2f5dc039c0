//! What a pool's functions work on: read once at the beginning, written once when the reserves change.

use abi::pool::{
    CloneArgs,
    ICredentialPool::{DeadlinePassed, EnforcedPause, PoolInvalidRecipient, PoolReserveOverflow, Sync},
};
use alloc::boxed::Box;
use alloy_primitives::{Address, U256};
use kit::{guard, reply};
use math::{
    curve::{self, RESERVE_BITS, RESERVE_MAX},
    history::{Live, Opening, Standing, Step},
};
use stylus_sdk::prelude::*;

use crate::{
    error::PoolError,
    market::{Market, PAUSED},
};

/// Bits of a reserve in the high half of its word, above the 16 in the low half.
const SPLIT: usize = 128 - RESERVE_BITS;

/// A reserve, in an event.
struct Uint112(u128);

impl reply::Word for Uint112 {
    fn word(self) -> [u8; 32] {
        U256::from(self.0).word()
    }
}

/// What a pool's functions work on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Book {
    /// What was fixed in the clone's code.
    pub(crate) args: CloneArgs,
    /// Of the token, and of Ether.
    pub(crate) reserves: [u128; 2],
    /// Totals of the history, and flags.
    pub(crate) live: Live,
    /// When the reserves last changed. Units: Unix seconds.
    pub(crate) last: u64,
    /// Units: Unix seconds.
    pub(crate) now: u64,
}

impl Book {
    /// What the pool was opened with.
    pub(crate) const fn opening(&self) -> Opening {
        let CloneArgs { created_at, initial_tokens, initial_ether, .. } = self.args;
        Opening { time: created_at, token: initial_tokens, ether: initial_ether }
    }
}

impl Market {
    /// The reserves: of the token, and of Ether.
    pub fn reserves(&self) -> [u128; 2] {
        self.reserves_and_time().0
    }

    /// The reserves, and when they last changed (Unix seconds modulo 2³²).
    pub fn reserves_and_time(&self) -> ([u128; 2], u32) {
        let [high, low] = self.reserves.halves();
        let token = low & RESERVE_MAX;
        let ether = (low >> RESERVE_BITS) | ((high << SPLIT) & RESERVE_MAX);
        let last = u32::try_from(high >> (RESERVE_BITS.wrapping_sub(SPLIT))).unwrap_or_default();
        ([token, ether], last)
    }

    /// What there is now. In a box: a book handed on by value is hundreds of bytes, and copying them is code, too.
    #[inline(never)]
    pub(crate) fn open(&self) -> Result<Box<Book>, PoolError> {
        let args = self.args()?;
        let live = Live::from(self.live.halves());
        let (reserves, last) = self.reserves_and_time();
        let now = self.vm().block_timestamp();
        // Right while no two changes are 136 years apart.
        let elapsed = low_32(now).wrapping_sub(last);
        Ok(Box::new(Book { args, reserves, live, last: now.saturating_sub(elapsed.into()), now }))
    }

    /// Takes the guard and opens the book: everything that changes reserves begins like this.
    pub(crate) fn begin(&mut self) -> Result<Box<Book>, PoolError> {
        guard::enter()?;
        self.open()
    }

    /// As [`begin`](Self::begin), for entry: what a pause stops.
    pub(crate) fn begin_entry(&mut self) -> Result<Box<Book>, PoolError> {
        let book = self.begin()?;
        if book.live.flags & PAUSED != 0 {
            return Err(EnforcedPause {}.into());
        }
        Ok(book)
    }

    /// Moves the history and the price sums up to now, and makes `balances` the reserves.
    #[inline(never)]
    pub(crate) fn close(
        &mut self,
        book: &Book,
        balances: [u128; 2],
        traded: Option<u128>,
    ) -> Result<(), PoolError> {
        let [token, ether] = book.reserves;
        let mut live = book.live;
        let elapsed = book.now.saturating_sub(book.last);
        if elapsed > 0 {
            let seconds = U256::from(elapsed);
            // Both wrap around, as Uniswap v2's: only differences matter.
            add(&mut self.price0, curve::price(ether, token).wrapping_mul(seconds));
            add(&mut self.price1, curve::price(token, ether).wrapping_mul(seconds));
            let Step { live: advanced, hour, day } =
                live.advanced(&book.opening(), Standing::new(token, ether), book.last, book.now);
            live = advanced;
            self.observe_end(hour, day);
        }
        if let Some(volume) = traded {
            live.totals = live.totals.traded(volume);
        }
        self.store(balances, &live, book.now)
    }

    /// Stores reserves and history, as of `now`.
    #[inline(never)]
    pub(crate) fn store(&mut self, reserves: [u128; 2], live: &Live, now: u64) -> Result<(), PoolError> {
        let [token, ether] = reserves;
        if token > RESERVE_MAX || ether > RESERVE_MAX {
            let [balance0, balance1] = reserves.map(U256::from);
            return Err(PoolReserveOverflow { balance0, balance1 }.into());
        }
        let time = u128::from(low_32(now)) << (RESERVE_BITS.wrapping_sub(SPLIT));
        self.reserves.set_halves([time | (ether >> SPLIT), (ether << RESERVE_BITS) | token]);
        self.live.set_halves(live.halves());
        emit_sync(self.vm(), reserves);
        Ok(())
    }

    /// Refuses what comes after its deadline. Units: Unix seconds.
    pub(crate) fn in_time(&self, deadline: U256) -> Result<(), PoolError> {
        let timestamp = U256::from(self.vm().block_timestamp());
        if timestamp > deadline {
            return Err(DeadlinePassed { deadline, timestamp }.into());
        }
        Ok(())
    }

    /// Refuses recipients at which what is sent would be lost, or be mistaken for what was put in.
    pub(crate) fn can_receive(&self, book: &Book, to: Address) -> Result<(), PoolError> {
        if to.is_zero() || to == book.args.token || to == self.this() {
            return Err(PoolInvalidRecipient { to }.into());
        }
        Ok(())
    }
}

/// Tells the reserves.
fn emit_sync<H: stylus_sdk::stylus_core::RawLogAccess + ?Sized>(host: &H, [reserve0, reserve1]: [u128; 2]) {
    let signature = kit::in_code!(<Sync as alloy_sol_types::SolEvent>::SIGNATURE_HASH).0;
    let data = [Uint112(reserve0), Uint112(reserve1)].map(reply::Word::word);
    kit::log::emit(host, &[signature], &data);
}

fn add(word: &mut kit::word::Word, number: U256) {
    let sum = word.number().wrapping_add(number);
    word.set_number(sum);
}

fn low_32(time: u64) -> u32 {
    u32::try_from(time & u64::from(u32::MAX)).unwrap_or_default()
}
