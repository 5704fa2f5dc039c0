//! Trades for people: one transaction each, with a bound on the price and a deadline.

use abi::pool::ICredentialPool::{
    InsufficientInputAmount, InsufficientLiquidity, InsufficientOutputAmount, InvalidToken, PoolAboveMaximum,
    PoolBelowMinimum, PoolReserveOverflow, Swap,
};
use alloc::boxed::Box;
use alloy_primitives::{Address, U256};
use kit::guard;
use math::curve;
use stylus_sdk::prelude::*;

use crate::{assets::Permit, book::Book, error::PoolError, market::Market};

kit::events! {
    Swap [sender, to] { amount0In, amount1In, amount0Out, amount1Out }
}

/// A trade: what goes in and what goes out, of the token and of Ether.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trade {
    pub(crate) amounts_in: [u128; 2],
    pub(crate) amounts_out: [u128; 2],
    pub(crate) to: Address,
}

impl Market {
    /// Sells the Ether of the call for tokens to `to`. Units: base units, Unix seconds.
    ///
    /// Rounding: the output down.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; [`InsufficientInputAmount`],
    /// [`InsufficientOutputAmount`] for what is zero or rounds to it; [`PoolBelowMinimum`]; [`PoolReserveOverflow`];
    /// `PoolTokenFailed`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`, [`Swap`].
    #[inline(never)]
    pub fn swap_exact_eth_for_tokens(
        &mut self,
        min_out: U256,
        to: Address,
        deadline: U256,
    ) -> Result<U256, PoolError> {
        let book = self.begin_trade(to, deadline)?;
        let [token, ether] = book.reserves;
        let (amount_in, out) = buys(self.vm().msg_value(), ether, token)?;
        at_least(out, min_out)?;
        self.buy(&book, amount_in, out, to)?;
        guard::release();
        Ok(U256::from(out))
    }

    /// Sells `amount_in` of the caller's tokens for Ether to `to`, if need be after a permit (which brings errors of its own).
    /// Units: base units, Unix seconds.
    ///
    /// Rounding: the output down.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; [`InsufficientInputAmount`],
    /// [`InsufficientOutputAmount`] for what is zero or rounds to it; [`PoolBelowMinimum`]; [`PoolReserveOverflow`]; the
    /// token's `ERC20InsufficientAllowance`, `ERC20InsufficientBalance`; `PoolTokenFailed`; `PoolEtherRefused`;
    /// `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`, [`Swap`].
    #[inline(never)]
    pub fn swap_exact_tokens_for_eth(
        &mut self,
        amount_in: U256,
        min_out: U256,
        to: Address,
        deadline: U256,
        permit: Option<&Permit>,
    ) -> Result<U256, PoolError> {
        let book = self.begin_trade(to, deadline)?;
        let [token, ether] = book.reserves;
        let (amount_in, out) = buys(amount_in, token, ether)?;
        at_least(out, min_out)?;
        self.sell(&book, amount_in, out, to, permit)?;
        guard::release();
        Ok(U256::from(out))
    }

    /// Buys `amount_out` tokens to `to` for Ether of the call, of which the rest goes back. Units: base units, Unix seconds.
    ///
    /// Rounding: the input up.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; [`InsufficientOutputAmount`] for zero;
    /// [`InsufficientLiquidity`]; [`PoolAboveMaximum`]; [`PoolReserveOverflow`]; `PoolTokenFailed`; `PoolEtherRefused` if the
    /// caller doesn't take the rest; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`, [`Swap`].
    #[inline(never)]
    pub fn swap_eth_for_exact_tokens(
        &mut self,
        amount_out: U256,
        to: Address,
        deadline: U256,
    ) -> Result<U256, PoolError> {
        let book = self.begin_trade(to, deadline)?;
        let [token, ether] = book.reserves;
        let (amount_in, out) = costs(amount_out, ether, token)?;
        at_most(amount_in, self.vm().msg_value())?;
        self.buy(&book, amount_in, out, to)?;
        self.refund(amount_in)?;
        guard::release();
        Ok(U256::from(amount_in))
    }

    /// Buys `amount_out` wei to `to` for the caller's tokens, if need be after a permit (which brings errors of its own).
    /// Units: base units, Unix seconds.
    ///
    /// Rounding: the input up.
    /// Errors: `DeadlinePassed`; `EnforcedPause`; `PoolInvalidRecipient`; [`InsufficientOutputAmount`] for zero;
    /// [`InsufficientLiquidity`]; [`PoolAboveMaximum`]; [`PoolReserveOverflow`]; the token's `ERC20InsufficientAllowance`,
    /// `ERC20InsufficientBalance`; `PoolTokenFailed`; `PoolEtherRefused`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on
    /// the program itself.
    /// Events: `Sync`, [`Swap`].
    #[inline(never)]
    pub fn swap_tokens_for_exact_eth(
        &mut self,
        amount_out: U256,
        max_in: U256,
        to: Address,
        deadline: U256,
        permit: Option<&Permit>,
    ) -> Result<U256, PoolError> {
        let book = self.begin_trade(to, deadline)?;
        let [token, ether] = book.reserves;
        let (amount_in, out) = costs(amount_out, token, ether)?;
        at_most(amount_in, max_in)?;
        self.sell(&book, amount_in, out, to, permit)?;
        guard::release();
        Ok(U256::from(amount_in))
    }

    /// What `amount_in` of `token_in` (zero: Ether) buys now. Units: base units.
    ///
    /// Errors: [`InvalidToken`]; [`InsufficientInputAmount`]; [`PoolReserveOverflow`]; [`InsufficientOutputAmount`];
    /// `ReentrancyGuardReentrantCall` while the price is about to change; `PoolNotClone` on the program itself.
    pub fn get_amount_out(&self, amount_in: U256, token_in: Address) -> Result<U256, PoolError> {
        let [of, other] = self.sides(token_in)?;
        let (_, out) = buys(amount_in, of, other)?;
        Ok(U256::from(out))
    }

    /// What buys `amount_out` of `token_out` (zero: Ether) now. Units: base units.
    ///
    /// Errors: [`InvalidToken`]; [`InsufficientOutputAmount`]; [`InsufficientLiquidity`]; `ReentrancyGuardReentrantCall` while
    /// the price is about to change; `PoolNotClone` on the program itself.
    pub fn get_amount_in(&self, amount_out: U256, token_out: Address) -> Result<U256, PoolError> {
        let [of, other] = self.sides(token_out)?;
        let (amount_in, _) = costs(amount_out, other, of)?;
        Ok(U256::from(amount_in))
    }

    /// Opens the book for a view that prices something.
    pub(crate) fn open_settled(&self) -> Result<Box<Book>, PoolError> {
        if guard::is_held() {
            return Err(guard::Reentered.into());
        }
        self.open()
    }

    /// Σ price of the token in Ether · seconds, and of Ether in the token, as UQ112.112, at the last change.
    ///
    /// Errors: `ReentrancyGuardReentrantCall` while the price is about to change; `PoolNotClone` on the program itself.
    pub fn cumulative_prices(&self) -> Result<[U256; 2], PoolError> {
        self.open_settled()?;
        Ok([self.price0.number(), self.price1.number()])
    }

    /// The reserves of `token` (zero: Ether) and of the other one.
    fn sides(&self, token: Address) -> Result<[u128; 2], PoolError> {
        let book = self.open_settled()?;
        let [tokens, ether] = book.reserves;
        if token == book.args.token {
            Ok([tokens, ether])
        } else if token.is_zero() {
            Ok([ether, tokens])
        } else {
            Err(InvalidToken { token }.into())
        }
    }

    fn begin_trade(&mut self, to: Address, deadline: U256) -> Result<Box<Book>, PoolError> {
        self.in_time(deadline)?;
        let book = self.begin_entry()?;
        self.can_receive(&book, to)?;
        Ok(book)
    }

    /// Trades Ether, which came with the call, for tokens.
    #[inline(never)]
    fn buy(&mut self, book: &Book, amount_in: u128, out: u128, to: Address) -> Result<(), PoolError> {
        let [token, ether] = book.reserves;
        let balances = [token.saturating_sub(out), ether.saturating_add(amount_in)];
        self.close(book, balances, Some(amount_in))?;
        self.send_tokens(book.args.token, to, out)?;
        self.tell(&Trade { amounts_in: [0, amount_in], amounts_out: [out, 0], to });
        Ok(())
    }

    /// Trades the caller's tokens for Ether.
    #[inline(never)]
    fn sell(
        &mut self,
        book: &Book,
        amount_in: u128,
        out: u128,
        to: Address,
        permit: Option<&Permit>,
    ) -> Result<(), PoolError> {
        let [token, ether] = book.reserves;
        let balances = [token.saturating_add(amount_in), ether.saturating_sub(out)];
        self.close(book, balances, Some(out))?;
        self.take_tokens(book.args.token, amount_in, permit)?;
        self.send_ether(to, out)?;
        self.tell(&Trade { amounts_in: [amount_in, 0], amounts_out: [0, out], to });
        Ok(())
    }

    /// Emits a trade's event.
    pub(crate) fn tell(&self, trade: &Trade) {
        let sender = self.vm().msg_sender();
        let ([amount0_in, amount1_in], [amount0_out, amount1_out]) =
            (trade.amounts_in.map(U256::from), trade.amounts_out.map(U256::from));
        let event = Swap {
            sender,
            amount0In: amount0_in,
            amount1In: amount1_in,
            amount0Out: amount0_out,
            amount1Out: amount1_out,
            to: trade.to,
        };
        event.emit(self.vm());
    }
}

/// An input that fits, and what it buys.
fn buys(amount_in: U256, reserve_in: u128, reserve_out: u128) -> Result<(u128, u128), PoolError> {
    if amount_in.is_zero() {
        return Err(InsufficientInputAmount {}.into());
    }
    let too_much = || PoolReserveOverflow { balance0: amount_in, balance1: amount_in };
    let fitting = curve::fits(amount_in).ok_or_else(too_much)?;
    match curve::amount_out(amount_in, reserve_in, reserve_out) {
        Some(out) if out > 0 => Ok((fitting, out)),
        // It rounds to nothing, or the clone was never opened and has nothing.
        _ => Err(InsufficientOutputAmount {}.into()),
    }
}

/// What an output costs, and the output.
fn costs(amount_out: U256, reserve_in: u128, reserve_out: u128) -> Result<(u128, u128), PoolError> {
    if amount_out.is_zero() {
        return Err(InsufficientOutputAmount {}.into());
    }
    let amount_in = curve::amount_in(amount_out, reserve_in, reserve_out);
    amount_in.zip(curve::fits(amount_out)).ok_or_else(|| InsufficientLiquidity {}.into())
}

/// Refuses an amount below what was asked for.
pub(crate) fn at_least(amount: u128, minimum: U256) -> Result<(), PoolError> {
    let amount = U256::from(amount);
    if amount < minimum {
        return Err(PoolBelowMinimum { amount, minimum }.into());
    }
    Ok(())
}

/// Refuses an amount above what was offered.
fn at_most(amount: u128, maximum: U256) -> Result<(), PoolError> {
    let amount = U256::from(amount);
    if amount > maximum {
        return Err(PoolAboveMaximum { amount, maximum }.into());
    }
    Ok(())
}
