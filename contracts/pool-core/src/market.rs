//! A pool's storage, how it is set up, and what its factory switches.

use abi::pool::{
    CloneArgs, DEAD,
    ICredentialPool::{
        InsufficientInputAmount, InsufficientLiquidityMinted, Mint, PoolAlreadyInitialized, PoolNotClone,
        PoolOnlyFactory, PoolPausedSet, ProtocolFeeSet,
    },
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use kit::{
    clone,
    erc20::Erc20,
    guard,
    permit::Permits,
    word::{Word, Words},
};
use math::{
    curve,
    history::{DAYS, HOURS, Live},
};
use stylus_sdk::prelude::*;

use crate::error::PoolError;

/// The flag of a paused pool.
pub(crate) const PAUSED: u8 = 1;
/// The flag of a pool whose fee the protocol gets its part of.
pub(crate) const PROTOCOL_FEE: u8 = 2;

/// Places of the ring of hourly observations.
const HOUR_PLACES: usize = 744;
/// Places of the ring of daily observations.
const DAY_PLACES: usize = 32;

kit::events! {
    Mint [sender] { amount0, amount1 }
    PoolPausedSet [] { paused }
    ProtocolFeeSet [] { on }
}

/// The pool's storage. A clone's code never changes, so neither does this layout.
///
/// Layout v1, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `reserves` | last change (32, Unix seconds modulo 2³²), reserve of Ether (112, wei), reserve of the token (112, base units) |
/// | 1 | `price0` | Σ price of the token in Ether · seconds (256, UQ112.112) |
/// | 2 | `price1` | Σ price of Ether in the token · seconds (256, UQ112.112) |
/// | 3 | `live` | `math::history::Live`; its flags: 1 paused, 2 protocol fee |
/// | 4 | `supply` | shares in existence (256) |
/// | 5 | `k_last` | product of the reserves after the last change of liquidity or the fee's switching on (256); zero while the protocol's fee is off |
/// | 6, 7 | `shares` | holder → shares; owner → spender → allowance |
/// | 8 | `permits` | owner → next nonce |
/// | 9 … 752 | `hours` | ring of `math::history::Observation`, one for each hour with an interaction |
/// | 753 … 784 | `days` | the same for days |
#[storage]
pub struct Market {
    pub(crate) reserves: Word,
    pub(crate) price0: Word,
    pub(crate) price1: Word,
    pub(crate) live: Word,
    pub(crate) supply: Word,
    pub(crate) k_last: Word,
    pub(crate) shares: Erc20,
    pub(crate) permits: Permits,
    pub(crate) hours: Words<HOUR_PLACES>,
    pub(crate) days: Words<DAY_PLACES>,
}

const _: () =
    assert!(u32_of(HOUR_PLACES) == HOURS && u32_of(DAY_PLACES) == DAYS, "the rings are those of the history");

// SAFETY: both programs have this as their only field, at slot 0: it is the whole of a pool's storage.
unsafe impl TopLevelStorage for Market {}

impl Market {
    /// Takes in the first liquidity: `token_amount`, which the factory has sent already, and the Ether of the call, as the
    /// clone's code says. Units: base units.
    ///
    /// Errors: [`PoolNotClone`] on the program itself; [`PoolOnlyFactory`]; [`PoolAlreadyInitialized`];
    /// [`InsufficientInputAmount`] unless the amounts are those of the clone's code; [`InsufficientLiquidityMinted`] if they
    /// are worth no share.
    /// Events: `Transfer` of the shares, `Sync`, `Mint`, [`ProtocolFeeSet`] if it is on.
    #[inline(never)]
    pub fn initialize(&mut self, token_amount: U256, protocol_fee: bool) -> Result<(), PoolError> {
        let args = self.only_factory()?;
        if self.reserves.get() != B256::ZERO {
            return Err(PoolAlreadyInitialized {}.into());
        }
        let amounts = [args.initial_tokens, args.initial_ether];
        let [tokens, ether] = amounts.map(U256::from);
        if token_amount != tokens || self.vm().msg_value() != ether {
            return Err(InsufficientInputAmount {}.into());
        }
        let shares = curve::first_shares(amounts).ok_or(InsufficientLiquidityMinted {})?;
        let kept = U256::from(curve::MINIMUM_LIQUIDITY);
        // Cannot overflow: a root of 224 bits.
        self.supply.set_number(shares.wrapping_add(kept));
        self.shares.mint(DEAD, kept)?;
        self.shares.mint(args.creator, shares)?;
        if protocol_fee {
            self.k_last.set_number(curve::product(amounts));
            ProtocolFeeSet { on: true }.emit(self.vm());
        }
        let flags = if protocol_fee { PROTOCOL_FEE } else { 0 };
        let live = Live { flags, ..Live::default() };
        let now = self.vm().block_timestamp();
        self.store(amounts, &live, now)?;
        Mint { sender: args.factory, amount0: tokens, amount1: ether }.emit(self.vm());
        Ok(())
    }

    /// Stops trades and additions of liquidity, or lets them go on.
    ///
    /// Errors: [`PoolNotClone`] on the program itself; [`PoolOnlyFactory`].
    /// Events: [`PoolPausedSet`] if it changes.
    pub fn set_paused(&mut self, paused: bool) -> Result<(), PoolError> {
        self.only_factory()?;
        if self.switch(PAUSED, paused) {
            PoolPausedSet { paused }.emit(self.vm());
        }
        Ok(())
    }

    /// Switches the protocol's part of the fee on or off. Off, nothing is remembered: growth of before is not charged, and
    /// neither is growth of a time when it was off.
    ///
    /// Errors: [`PoolNotClone`] on the program itself; [`PoolOnlyFactory`]; `ReentrancyGuardReentrantCall`.
    /// Events: [`ProtocolFeeSet`] if it changes.
    pub fn set_protocol_fee(&mut self, on: bool) -> Result<(), PoolError> {
        guard::enter()?;
        self.only_factory()?;
        if self.switch(PROTOCOL_FEE, on) {
            let reserves = self.reserves();
            let k_last = if on { curve::product(reserves) } else { U256::ZERO };
            self.k_last.set_number(k_last);
            ProtocolFeeSet { on }.emit(self.vm());
        }
        guard::release();
        Ok(())
    }

    /// Whether trades and additions of liquidity are stopped.
    pub fn paused(&self) -> bool {
        self.flag(PAUSED)
    }

    /// Whether the protocol takes its part of the fee.
    pub fn protocol_fee(&self) -> bool {
        self.flag(PROTOCOL_FEE)
    }

    /// The product of the reserves after the last change of liquidity, or when the protocol's fee was switched on, if that was
    /// later; zero while it is off.
    pub fn k_last(&self) -> U256 {
        self.k_last.number()
    }

    /// What was fixed in the clone's code.
    ///
    /// Errors: [`PoolNotClone`] on the program itself.
    #[inline(never)]
    pub fn args(&self) -> Result<CloneArgs, PoolError> {
        let vm = self.vm();
        let args = clone::own_args(vm).map(CloneArgs::from);
        args.ok_or_else(|| PoolNotClone { account: vm.contract_address() }.into())
    }

    /// What was fixed in the clone's code, for its factory.
    fn only_factory(&self) -> Result<CloneArgs, PoolError> {
        let args = self.args()?;
        let caller = self.vm().msg_sender();
        if caller != args.factory {
            return Err(PoolOnlyFactory { caller, expected: args.factory }.into());
        }
        Ok(args)
    }

    fn flag(&self, flag: u8) -> bool {
        self.flags() & flag != 0
    }

    /// The flags that are stored now.
    pub(crate) fn flags(&self) -> u8 {
        Live::from(self.live.halves()).flags
    }

    /// Sets a flag, and tells whether it changed.
    fn switch(&mut self, flag: u8, on: bool) -> bool {
        let mut live = Live::from(self.live.halves());
        let flags = if on { live.flags | flag } else { live.flags & !flag };
        let changed = flags != live.flags;
        live.flags = flags;
        self.live.set_halves(live.halves());
        changed
    }

    /// The pool's own address.
    pub(crate) fn this(&self) -> Address {
        self.vm().contract_address()
    }
}

/// `places`, of which there are few.
const fn u32_of(places: usize) -> u32 {
    let [a, b, c, d, ..] = places.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
