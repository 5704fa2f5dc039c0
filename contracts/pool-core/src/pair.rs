//! The pair's own functions, for contracts that put in and take out in one transaction: Uniswap v2's, but that Ether comes
//! in with the call, or plainly while a flash swap's callee runs.

use abi::pool::{
    ICredentialPool::{
        InsufficientInputAmount, InsufficientLiquidity, InvalidConstantProduct, InvalidSwapAmounts,
        PoolCallbackFailed, PoolPlainEther,
    },
    ICredentialPoolCallee::credentialPoolCallCall,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use kit::{
    calldata::{append_bytes, encode},
    guard,
    reply::Word as _,
};
use math::curve;
use stylus_sdk::prelude::*;

use crate::{error::PoolError, market::Market, swaps::Trade};

/// Bytes of a callee's four arguments, after which its data is.
const CALLEE_HEAD_BYTES: u8 = 0x80;

impl Market {
    /// Gives `amounts_out` to `to` for whatever is put in, before, with the call, or by `to` when it is called with `data`.
    /// Units: base units.
    ///
    /// Errors: `EnforcedPause`; [`InvalidSwapAmounts`] if nothing is asked for; [`InsufficientLiquidity`];
    /// `PoolInvalidRecipient`; [`InsufficientInputAmount`]; [`InvalidConstantProduct`]; [`PoolCallbackFailed`];
    /// `PoolReserveOverflow`; `PoolTokenFailed`; `PoolEtherRefused`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the
    /// program itself.
    /// Events: `Sync`, `Swap`.
    #[inline(never)]
    pub fn swap(&mut self, amounts_out: [U256; 2], to: Address, data: &[u8]) -> Result<(), PoolError> {
        let mut book = self.begin_entry()?;
        let [reserve0, reserve1] = book.reserves;
        let [out0, out1] = amounts_out;
        if out0.is_zero() && out1.is_zero() {
            return Err(InvalidSwapAmounts {}.into());
        }
        let less = |out: U256, reserve: u128| curve::fits(out).filter(|out| *out < reserve);
        let outs = less(out0, reserve0).zip(less(out1, reserve1));
        let (out0, out1) = outs.ok_or(InsufficientLiquidity {})?;
        self.can_receive(&book, to)?;
        if out0 != 0 {
            self.send_tokens(book.args.token, to, out0)?;
        }
        if out1 != 0 {
            self.send_ether(to, out1)?;
        }
        if !data.is_empty() {
            self.call_back(to, amounts_out, data)?;
        }
        let balances = self.balances(&book)?;
        let [balance0, balance1] = balances;
        let put_in =
            |balance: u128, reserve: u128, out: u128| balance.saturating_sub(reserve.saturating_sub(out));
        let amounts_in = [put_in(balance0, reserve0, out0), put_in(balance1, reserve1, out1)];
        let [_, in1] = amounts_in;
        if amounts_in == [0, 0] {
            return Err(InsufficientInputAmount {}.into());
        }
        if !curve::keeps_product(balances, amounts_in, book.reserves) {
            return Err(InvalidConstantProduct {}.into());
        }
        // The factory can pause the pool while a receiver runs: that is not to be written over.
        book.live.flags = self.flags();
        // Ether that was lent and came back did not change hands.
        self.close(&book, balances, Some(in1.abs_diff(out1)))?;
        self.tell(&Trade { amounts_in, amounts_out: [out0, out1], to });
        guard::release();
        Ok(())
    }

    /// Issues shares to `to` for what the pool has beyond its reserves. Units: base units.
    ///
    /// Rounding: down.
    /// Errors: `EnforcedPause`; `InsufficientLiquidityMinted`; `ERC20InvalidReceiver` for the zero address;
    /// `PoolReserveOverflow`; `PoolTokenFailed`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Transfer` of the shares and of those due to the protocol, `Sync`, `Mint`.
    #[inline(never)]
    pub fn mint(&mut self, to: Address) -> Result<U256, PoolError> {
        let book = self.begin_entry()?;
        let balances = self.balances(&book)?;
        let shares = self.issue(&book, beyond(balances, book.reserves), balances, to)?;
        guard::release();
        Ok(shares)
    }

    /// Redeems the shares that the pool itself holds, to `to`. Units: base units.
    ///
    /// Rounding: both amounts down.
    /// Errors: `PoolInvalidRecipient`; `InsufficientLiquidityBurned`; `PoolReserveOverflow`; `PoolTokenFailed`;
    /// `PoolEtherRefused`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Transfer` of the shares and of those due to the protocol, `Sync`, `Burn`.
    #[inline(never)]
    pub fn burn(&mut self, to: Address) -> Result<[U256; 2], PoolError> {
        let book = self.begin()?;
        self.can_receive(&book, to)?;
        let balances = self.balances(&book)?;
        let this = self.this();
        let shares = self.balance_of(this);
        let amounts = self.redeem(&book, this, shares, balances)?;
        self.pay_out(&book, amounts, to)?;
        guard::release();
        Ok(amounts.map(U256::from))
    }

    /// Sends what the pool has beyond its reserves to `to`.
    ///
    /// Errors: `PoolInvalidRecipient`; `PoolReserveOverflow`; `PoolTokenFailed`; `PoolEtherRefused`;
    /// `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: the token's `Transfer`.
    #[inline(never)]
    pub fn skim(&mut self, to: Address) -> Result<(), PoolError> {
        let book = self.begin()?;
        self.can_receive(&book, to)?;
        let [amount0, amount1] = beyond(self.balances(&book)?, book.reserves);
        if amount0 != 0 {
            self.send_tokens(book.args.token, to, amount0)?;
        }
        if amount1 != 0 {
            self.send_ether(to, amount1)?;
        }
        guard::release();
        Ok(())
    }

    /// Makes what the pool has its reserves.
    ///
    /// Errors: `PoolReserveOverflow`; `PoolTokenFailed`; `ReentrancyGuardReentrantCall`; `PoolNotClone` on the program itself.
    /// Events: `Sync`.
    #[inline(never)]
    pub fn sync(&mut self) -> Result<(), PoolError> {
        let book = self.begin()?;
        let balances = self.balances(&book)?;
        self.close(&book, balances, None)?;
        guard::release();
        Ok(())
    }

    /// Plain Ether, which is taken only while a flash swap's callee runs.
    ///
    /// Errors: [`PoolPlainEther`].
    pub fn receive(&self) -> Result<(), PoolError> {
        if guard::takes_ether() { Ok(()) } else { Err(PoolPlainEther {}.into()) }
    }

    /// Calls who takes part in a flash swap. An account without code would take the call, too, and do nothing: Uniswap v2
    /// refuses it, and so do we.
    fn call_back(
        &mut self,
        callee: Address,
        [amount0, amount1]: [U256; 2],
        data: &[u8],
    ) -> Result<(), PoolError> {
        if self.vm().code_size(callee) == 0 {
            return Err(PoolCallbackFailed { callee }.into());
        }
        let sender = self.vm().msg_sender();
        let words = [sender.word(), amount0.word(), amount1.word(), CALLEE_HEAD_BYTES.word()];
        let mut calldata = encode(credentialPoolCallCall::SELECTOR, &words);
        append_bytes(&mut calldata, data);
        guard::take_ether(true);
        let context = Call::new_mutating(self);
        let called = call(self.vm(), context, callee, &calldata);
        guard::take_ether(false);
        called.map(drop).map_err(|_| PoolCallbackFailed { callee }.into())
    }
}

/// What balances are more than reserves.
fn beyond([balance0, balance1]: [u128; 2], [reserve0, reserve1]: [u128; 2]) -> [u128; 2] {
    [balance0.saturating_sub(reserve0), balance1.saturating_sub(reserve1)]
}
