//! ERC-20's ledger: balances and allowances, with ERC-6093's errors.
//!
//! The contract keeps the supply, because how it is packed differs; it calls [`Erc20::mint`] after it has raised the
//! supply, and lowers the supply after [`Erc20::burn`]. Invariant T1: the balances add up to the supply, so none
//! exceeds it.

use abi::erc20::IERC20::{
    Approval, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover,
    ERC20InvalidReceiver, ERC20InvalidSender, ERC20InvalidSpender, Transfer,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

use crate::word::WordMap;

crate::events! {
    Transfer [from, to] { value }
    Approval [owner, spender] { value }
}

crate::errors! {
    /// Why a transfer or an approval was refused.
    pub Erc20Error:
    ERC20InsufficientBalance { sender, balance, needed },
    ERC20InsufficientAllowance { spender, allowance, needed },
    ERC20InvalidSender { sender },
    ERC20InvalidReceiver { receiver },
    ERC20InvalidApprover { approver },
    ERC20InvalidSpender { spender },
}

/// Balances and allowances.
///
/// Layout v1, append-only:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `balances` | holder → base units |
/// | 1 | `allowances` | owner → spender → base units |
#[storage]
pub struct Erc20 {
    /// Base units by holder.
    balances: WordMap<Address>,
    /// Base units by owner and spender; all ones: without limit.
    allowances: WordMap<(Address, Address)>,
}

impl Erc20 {
    /// Base units that `account` holds.
    #[must_use]
    pub fn balance_of(&self, account: Address) -> U256 {
        self.balances.at(account).number()
    }

    /// Base units of `owner` that `spender` may move.
    #[must_use]
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.at((owner, spender)).number()
    }

    /// Moves `value` from `from` to `to`; the caller has checked who may.
    ///
    /// Errors: [`ERC20InvalidSender`], [`ERC20InvalidReceiver`] for the zero address; [`ERC20InsufficientBalance`].
    /// Events: [`Transfer`].
    pub fn transfer(&mut self, from: Address, to: Address, value: U256) -> Result<(), Erc20Error> {
        if to.is_zero() {
            return Err(ERC20InvalidReceiver { receiver: to }.into());
        }
        self.debit(from, value)?;
        self.credit(to, value);
        Transfer { from, to, value }.emit(self.vm());
        Ok(())
    }

    /// Allows `spender` to move `value` of `owner`'s tokens; the caller has checked that the owner wants it.
    ///
    /// Errors: [`ERC20InvalidApprover`], [`ERC20InvalidSpender`] for the zero address.
    /// Events: [`Approval`].
    pub fn approve(&mut self, owner: Address, spender: Address, value: U256) -> Result<(), Erc20Error> {
        if owner.is_zero() {
            return Err(ERC20InvalidApprover { approver: owner }.into());
        }
        if spender.is_zero() {
            return Err(ERC20InvalidSpender { spender }.into());
        }
        self.allowances.at_mut((owner, spender)).set_number(value);
        Approval { owner, spender, value }.emit(self.vm());
        Ok(())
    }

    /// Takes `value` off what `spender` may move of `owner`'s tokens, unless that is without limit. Emits nothing: the
    /// transfer that follows says enough.
    ///
    /// Errors: [`ERC20InsufficientAllowance`].
    pub fn spend_allowance(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Erc20Error> {
        let mut word = self.allowances.at_mut((owner, spender));
        let allowance = word.number();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(value) else {
            let short = ERC20InsufficientAllowance { spender, allowance, needed: value };
            return Err(short.into());
        };
        word.set_number(rest);
        Ok(())
    }

    /// Credits `to` with `value` new tokens, which the supply already counts.
    ///
    /// Errors: [`ERC20InvalidReceiver`] for the zero address.
    /// Events: [`Transfer`].
    pub fn mint(&mut self, to: Address, value: U256) -> Result<(), Erc20Error> {
        if to.is_zero() {
            return Err(ERC20InvalidReceiver { receiver: to }.into());
        }
        self.credit(to, value);
        Transfer { from: Address::ZERO, to, value }.emit(self.vm());
        Ok(())
    }

    /// Destroys `value` of `from`'s tokens; the caller lowers the supply next.
    ///
    /// Errors: [`ERC20InvalidSender`] for the zero address; [`ERC20InsufficientBalance`].
    /// Events: [`Transfer`].
    pub fn burn(&mut self, from: Address, value: U256) -> Result<(), Erc20Error> {
        self.debit(from, value)?;
        Transfer { from, to: Address::ZERO, value }.emit(self.vm());
        Ok(())
    }

    /// Takes `value` from `from`.
    fn debit(&mut self, from: Address, value: U256) -> Result<(), Erc20Error> {
        if from.is_zero() {
            return Err(ERC20InvalidSender { sender: from }.into());
        }
        let mut word = self.balances.at_mut(from);
        let balance = word.number();
        let Some(rest) = balance.checked_sub(value) else {
            let short = ERC20InsufficientBalance { sender: from, balance, needed: value };
            return Err(short.into());
        };
        word.set_number(rest);
        Ok(())
    }

    /// Gives `value` to `to`.
    fn credit(&mut self, to: Address, value: U256) {
        let mut word = self.balances.at_mut(to);
        // Cannot overflow: balance + value <= supply < 2^256 (T1), as `value` was debited or is counted already.
        let sum = word.number().wrapping_add(value);
        word.set_number(sum);
    }
}

#[cfg(test)]
mod tests;
