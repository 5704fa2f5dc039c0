//! What a pool's program leaves to this one: trades of exact output, everything with a permit, the locks, and the
//! questions about the past.
//!
//! **Holds** nothing: it acts on the storage of the pool that delegates to it, by the rules that `pool-core` has for both.
//!
//! **Who may call**: pools, by delegation. Called directly it is no pool: its own code is no clone's, so whatever needs a
//! pool's terms refuses. The rest answers for the program's own storage, of which nothing is anybody's: constants, zeros,
//! and allowances by permit of shares that don't exist.
//!
//! **Trusts** what the pool trusts.
//!
//! **Invariants** P1 to P7: see `pool-core`.
//!
//! **Deliberately absent**: everything that its pool answers itself.

use abi::pool::{DECIMALS, NAME, SYMBOL};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use kit::{calldata::append_bytes, reply::Word as _};
use math::{
    curve::MINIMUM_LIQUIDITY,
    history::{DailyMean, Point},
};
use pool_core::{Addition, Bounds, Market, Permit, PoolError};
use stylus_sdk::prelude::*;

/// Bytes of the heads of three lists.
const LISTS_HEAD_BYTES: u64 = 0x60;

/// The extension: its storage is the market's.
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 … 784 | `market` | [`Market`] |
#[storage]
#[entrypoint]
pub struct PoolExtension {
    pub(crate) market: Market,
}

impl PoolExtension {
    /// Name of the shares.
    pub const fn name() -> &'static str {
        NAME
    }

    /// Symbol of the shares.
    pub const fn symbol() -> &'static str {
        SYMBOL
    }

    /// Decimals of the shares.
    pub const fn decimals() -> u8 {
        DECIMALS
    }

    /// Shares that stay in the pool for ever.
    pub const fn minimum_liquidity() -> u64 {
        MINIMUM_LIQUIDITY
    }

    /// `swapExactTokensForEth` after a permit of the token. Units: base units, Unix seconds.
    ///
    /// Rounding: the output down.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; `InsufficientInputAmount`,
    /// `InsufficientOutputAmount` for what is zero or rounds to it; `PoolBelowMinimum`; `PoolReserveOverflow`; the token's
    /// `ERC20InsufficientAllowance`, `ERC20InsufficientBalance`, `ERC2612ExpiredSignature`, `ERC2612InvalidSigner`;
    /// `PoolTokenFailed`; `PoolEtherRefused`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`, `Swap`.
    #[inline]
    pub fn swap_exact_tokens_for_eth_with_permit(
        &mut self,
        amount_in: U256,
        min_out: U256,
        to: Address,
        deadline: U256,
        permit: &Permit,
    ) -> Result<U256, PoolError> {
        self.market.swap_exact_tokens_for_eth(amount_in, min_out, to, deadline, Some(permit))
    }

    /// `swapTokensForExactEth` after a permit of the token. Units: base units, Unix seconds.
    ///
    /// Rounding: the input up.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; `InsufficientOutputAmount` for zero;
    /// `InsufficientLiquidity`; `PoolAboveMaximum`; `PoolReserveOverflow`; the token's `ERC20InsufficientAllowance`,
    /// `ERC20InsufficientBalance`, `ERC2612ExpiredSignature`, `ERC2612InvalidSigner`; `PoolTokenFailed`; `PoolEtherRefused`;
    /// `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`, `Swap`.
    #[inline]
    pub fn swap_tokens_for_exact_eth_with_permit(
        &mut self,
        amount_out: U256,
        max_in: U256,
        to: Address,
        deadline: U256,
        permit: &Permit,
    ) -> Result<U256, PoolError> {
        self.market.swap_tokens_for_exact_eth(amount_out, max_in, to, deadline, Some(permit))
    }

    /// `addLiquidity` after a permit of the token. Units: base units, Unix seconds.
    ///
    /// Rounding: the shares down, and so is the amount that the ratio limits.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; `InsufficientInputAmount` without Ether or tokens;
    /// `PoolBelowMinimum`; `InsufficientLiquidityMinted`; `PoolReserveOverflow`; the token's `ERC20InsufficientAllowance`,
    /// `ERC20InsufficientBalance`, `ERC2612ExpiredSignature`, `ERC2612InvalidSigner`; `PoolTokenFailed`; `PoolEtherRefused`
    /// if the caller doesn't take the rest; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Transfer` of the shares and of those due to the protocol, `Sync`, `Mint`.
    #[inline]
    pub fn add_liquidity_with_permit(
        &mut self,
        desired: U256,
        bounds: &Bounds,
        permit: &Permit,
    ) -> Result<Addition, PoolError> {
        self.market.add_liquidity(desired, bounds, Some(permit))
    }

    /// The geometric mean price of the last `window` seconds (wei per whole token), and the window's real length.
    ///
    /// Errors: `PoolInvalidWindow` if it is empty or longer than 30 days; `PoolHistoryTooShort` if it is longer than the pool
    /// exists; `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    pub fn consult(&self, window: u64) -> Result<Vec<u8>, PoolError> {
        let window = self.market.window(window)?;
        Ok(kit::reply::words(&[window.price().word(), window.seconds.word()]))
    }

    /// What changed hands in the last `window` seconds (wei), and the window's real length.
    ///
    /// Errors: `PoolInvalidWindow` if it is empty or longer than 30 days; `PoolHistoryTooShort` if it is longer than the pool
    /// exists; `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    pub fn volume(&self, window: u64) -> Result<Vec<u8>, PoolError> {
        let window = self.market.window(window)?;
        Ok(kit::reply::words(&[U256::from(window.volume()).word(), window.seconds.word()]))
    }

    /// The mean Ether reserve of the last `window` seconds (wei), and the window's real length.
    ///
    /// Errors: `PoolInvalidWindow` if it is empty or longer than 30 days; `PoolHistoryTooShort` if it is longer than the pool
    /// exists; `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    pub fn liquidity(&self, window: u64) -> Result<Vec<u8>, PoolError> {
        let window = self.market.window(window)?;
        Ok(kit::reply::words(&[U256::from(window.ether()).word(), window.seconds.word()]))
    }

    /// The totals at each of `seconds_ago`: three lists.
    ///
    /// Errors: `PoolInvalidWindow` beyond 30 days; `PoolHistoryTooShort` before the pool existed;
    /// `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    pub fn observe(&self, seconds_ago: &[u64]) -> Result<Vec<u8>, PoolError> {
        let points = self.market.observe(seconds_ago)?;
        let words = u64::try_from(points.len()).unwrap_or(u64::MAX);
        let list_bytes = words.saturating_add(1).saturating_mul(32);
        let second = list_bytes.saturating_add(LISTS_HEAD_BYTES);
        let heads = [LISTS_HEAD_BYTES, second, second.saturating_add(list_bytes)];
        let mut reply = kit::reply::words(&heads.map(u64::word));
        let columns: [fn(&Point) -> U256; 3] =
            [|point| signed(point.log), |point| U256::from(point.depth), |point| U256::from(point.volume)];
        for column in columns {
            reply.extend_from_slice(&words.word());
            for point in &points {
                reply.extend_from_slice(&column(point).word());
            }
        }
        Ok(reply)
    }

    /// The finished days: a list of structs.
    ///
    /// Errors: `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    pub fn daily_means(&self) -> Result<Vec<u8>, PoolError> {
        let means = self.market.daily_means()?;
        let count = u64::try_from(means.len()).unwrap_or(u64::MAX);
        let mut reply = kit::reply::words(&[0x20_u8.word(), count.word()]);
        for DailyMean { day, log, ether, volume, trades } in means {
            let ether_and_volume = [ether, volume].map(|amount| U256::from(amount).word());
            for word in
                [day.word(), signed(log).word()].into_iter().chain(ether_and_volume).chain([trades.word()])
            {
                reply.extend_from_slice(&word);
            }
        }
        Ok(reply)
    }
}

/// A text as the ABI answers it.
pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut reply = kit::reply::words(&[0x20_u8.word()]);
    append_bytes(&mut reply, text.as_bytes());
    reply
}

/// A signed number in two's complement.
fn signed(number: i64) -> U256 {
    let positive = U256::from(number.unsigned_abs());
    if number < 0 { positive.wrapping_neg() } else { positive }
}
