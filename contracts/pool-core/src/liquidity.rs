//! Liquidity for people, and the shares that it is worth.

use abi::pool::ICredentialPool::{
    Burn, InsufficientInputAmount, InsufficientLiquidityBurned, InsufficientLiquidityMinted, Mint,
    PoolReserveOverflow,
};
use alloy_primitives::{Address, U256};
use kit::guard;
use math::curve;
use stylus_sdk::prelude::*;

use crate::{
    assets::Permit,
    book::Book,
    error::PoolError,
    market::{Market, PROTOCOL_FEE},
    swaps::at_least,
};

kit::events! {
    Mint [sender] { amount0, amount1 }
    Burn [sender, to] { amount0, amount1 }
}

/// What somebody who adds or redeems liquidity insists on.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Least amount of the token. Units: base units.
    pub token_min: U256,
    /// Least amount of Ether. Units: wei.
    pub ether_min: U256,
    /// Who gets the shares, or what they are worth.
    pub to: Address,
    /// Units: Unix seconds.
    pub deadline: U256,
}

/// Liquidity that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Of the token, and of Ether. Units: base units.
    pub amounts: [U256; 2],
    /// Units: base units.
    pub shares: U256,
}

impl Market {
    /// Adds liquidity in the pool's ratio: at most `desired` of the caller's tokens, if need be after a permit (which brings
    /// errors of its own), and Ether of the call, of which the rest goes back. Units: base units, Unix seconds.
    ///
    /// Rounding: the shares down, and so is the amount that the ratio limits.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; [`InsufficientInputAmount`] without Ether or tokens;
    /// `PoolBelowMinimum`; [`InsufficientLiquidityMinted`]; [`PoolReserveOverflow`]; the token's
    /// `ERC20InsufficientAllowance`, `ERC20InsufficientBalance`; `PoolTokenFailed`; `PoolEtherRefused` if the caller doesn't
    /// take the rest; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Transfer` of the shares and of those due to the protocol, `Sync`, [`Mint`].
    #[inline(never)]
    pub fn add_liquidity(
        &mut self,
        desired: U256,
        bounds: &Bounds,
        permit: Option<&Permit>,
    ) -> Result<Addition, PoolError> {
        self.in_time(bounds.deadline)?;
        let book = self.begin_entry()?;
        self.can_receive(&book, bounds.to)?;
        let ether = self.vm().msg_value();
        if desired.is_zero() || ether.is_zero() {
            return Err(InsufficientInputAmount {}.into());
        }
        let amounts = curve::proportional([desired, ether], book.reserves);
        let amounts = amounts.ok_or(PoolReserveOverflow { balance0: desired, balance1: ether })?;
        let [amount0, amount1] = amounts;
        at_least(amount0, bounds.token_min)?;
        at_least(amount1, bounds.ether_min)?;
        let [reserve0, reserve1] = book.reserves;
        let balances = [reserve0.saturating_add(amount0), reserve1.saturating_add(amount1)];
        let shares = self.issue(&book, amounts, balances, bounds.to)?;
        self.take_tokens(book.args.token, amount0, permit)?;
        self.refund(amount1)?;
        guard::release();
        Ok(Addition { amounts: amounts.map(U256::from), shares })
    }

    /// Redeems `shares` of the caller. Units: base units, Unix seconds.
    ///
    /// Rounding: both amounts down.
    /// Errors: `DeadlinePassed`; `PoolInvalidRecipient`; `LiquidityLocked`; `ERC20InsufficientBalance`; `ERC20InvalidSender` for
    /// a simulated call from the zero address; [`InsufficientLiquidityBurned`]; `PoolBelowMinimum`; `PoolTokenFailed`;
    /// `PoolEtherRefused`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Transfer` of the shares and of those due to the protocol, `Sync`, [`Burn`].
    #[inline(never)]
    pub fn remove_liquidity(&mut self, shares: U256, bounds: &Bounds) -> Result<[U256; 2], PoolError> {
        self.in_time(bounds.deadline)?;
        let book = self.begin()?;
        self.can_receive(&book, bounds.to)?;
        let holder = self.vm().msg_sender();
        self.check_lock(holder, shares)?;
        let amounts = self.redeem(&book, holder, shares, book.reserves)?;
        let [amount0, amount1] = amounts;
        at_least(amount0, bounds.token_min)?;
        at_least(amount1, bounds.ether_min)?;
        self.pay_out(&book, amounts, bounds.to)?;
        guard::release();
        Ok(amounts.map(U256::from))
    }

    /// Issues shares to `to` for `amounts` that make the reserves `balances`.
    pub(crate) fn issue(
        &mut self,
        book: &Book,
        amounts: [u128; 2],
        balances: [u128; 2],
        to: Address,
    ) -> Result<U256, PoolError> {
        let supply = self.with_protocol_shares(book)?;
        let shares = curve::shares_of(amounts, book.reserves, supply).filter(|shares| !shares.is_zero());
        let shares = shares.ok_or(InsufficientLiquidityMinted {})?;
        // Cannot overflow: shares are no more than proportional to reserves of 112 bits.
        self.supply.set_number(supply.wrapping_add(shares));
        self.shares.mint(to, shares)?;
        self.close_liquidity(book, balances)?;
        let sender = self.vm().msg_sender();
        let [amount0, amount1] = amounts.map(U256::from);
        Mint { sender, amount0, amount1 }.emit(self.vm());
        Ok(shares)
    }

    /// Destroys `shares` of `holder` and takes what they are worth of `balances` off those; the amounts are still to be paid
    /// out.
    pub(crate) fn redeem(
        &mut self,
        book: &Book,
        holder: Address,
        shares: U256,
        balances: [u128; 2],
    ) -> Result<[u128; 2], PoolError> {
        let supply = self.with_protocol_shares(book)?;
        self.shares.burn(holder, shares)?;
        let amounts = curve::worth_of(shares, supply, balances);
        let amounts =
            amounts.filter(|amounts| !amounts.contains(&0)).ok_or(InsufficientLiquidityBurned {})?;
        // P3: the holder had them.
        self.supply.set_number(supply.wrapping_sub(shares));
        let ([balance0, balance1], [amount0, amount1]) = (balances, amounts);
        self.close_liquidity(book, [balance0.saturating_sub(amount0), balance1.saturating_sub(amount1)])?;
        Ok(amounts)
    }

    /// Sends redeemed amounts to `to`.
    pub(crate) fn pay_out(&mut self, book: &Book, amounts: [u128; 2], to: Address) -> Result<(), PoolError> {
        let [amount0, amount1] = amounts;
        self.send_tokens(book.args.token, to, amount0)?;
        self.send_ether(to, amount1)?;
        let sender = self.vm().msg_sender();
        Burn { sender, amount0: U256::from(amount0), amount1: U256::from(amount1), to }.emit(self.vm());
        Ok(())
    }

    /// Issues what is due to the protocol of the growth since the last change of liquidity (P5), and returns the supply,
    /// which the caller stores once it has changed it.
    fn with_protocol_shares(&mut self, book: &Book) -> Result<U256, PoolError> {
        let supply = self.supply.number();
        if book.live.flags & PROTOCOL_FEE == 0 {
            return Ok(supply);
        }
        let due = curve::protocol_shares(supply, book.reserves, self.k_last.number());
        if !due.is_zero() {
            self.shares.mint(book.args.factory, due)?;
        }
        // Cannot overflow: at most a fifth more.
        Ok(supply.wrapping_add(due))
    }

    /// Makes `balances` the reserves after a change of liquidity.
    fn close_liquidity(&mut self, book: &Book, balances: [u128; 2]) -> Result<(), PoolError> {
        if book.live.flags & PROTOCOL_FEE != 0 {
            self.k_last.set_number(curve::product(balances));
        }
        self.close(book, balances, None)
    }
}
