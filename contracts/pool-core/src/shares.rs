//! Shares: an ERC-20 with permit, of which the creator's first ones are released little by little.

use abi::pool::{DOMAIN_VERSION, ICredentialPool::LiquidityLocked, NAME};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use kit::{
    eip712,
    permit::{Approval, Signature},
};
use math::{curve, lock};
use stylus_sdk::prelude::*;

use crate::{error::PoolError, market::Market};

const NAME_HASH: B256 = eip712::hash_of(NAME);
const DOMAIN_VERSION_HASH: B256 = eip712::hash_of(DOMAIN_VERSION);

impl Market {
    /// Shares in existence. Units: base units.
    pub fn total_supply(&self) -> U256 {
        self.supply.number()
    }

    /// Shares that `account` holds, locked ones too. Units: base units.
    pub fn balance_of(&self, account: Address) -> U256 {
        self.shares.balance_of(account)
    }

    /// Shares of `owner` that `spender` may move. Units: base units; all ones is without limit.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.shares.allowance(owner, spender)
    }

    /// The nonce that `owner`'s next permit has to carry.
    pub fn nonces(&self, owner: Address) -> U256 {
        self.permits.nonce(owner)
    }

    /// Shares of `account` that can't move yet (P4). Units: base units.
    ///
    /// Errors: `PoolNotClone` on the program itself.
    pub fn locked_balance_of(&self, account: Address) -> Result<U256, PoolError> {
        let args = self.args()?;
        if account != args.creator {
            return Ok(U256::ZERO);
        }
        let shares = first_shares([args.initial_tokens, args.initial_ether]);
        Ok(lock::locked(shares, args.created_at, self.vm().block_timestamp()))
    }

    /// When (Unix seconds) how many of the first shares are released.
    ///
    /// Errors: `PoolNotClone` on the program itself.
    #[inline(never)]
    pub fn unlock_schedule(&self) -> Result<([u64; lock::PARTS], [U256; lock::PARTS]), PoolError> {
        let args = self.args()?;
        let shares = first_shares([args.initial_tokens, args.initial_ether]);
        Ok((lock::times(args.created_at), lock::parts(shares)))
    }

    /// Moves `value` of the caller's shares to `to`. Units: base units.
    ///
    /// Errors: `ERC20InsufficientBalance`; `ERC20InvalidReceiver` for the zero address, `ERC20InvalidSender` for a simulated
    /// call from it; unless `to` is the caller, [`LiquidityLocked`], and `PoolNotClone` on the program itself.
    /// Events: `Transfer`.
    pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, PoolError> {
        let sender = self.vm().msg_sender();
        self.move_shares(sender, to, value)
    }

    /// Moves `value` from `from` to `to`, out of the caller's allowance, which shrinks unless it is without limit. Units:
    /// base units.
    ///
    /// Errors: `ERC20InsufficientAllowance`; `ERC20InsufficientBalance`; `ERC20InvalidReceiver`, `ERC20InvalidSender` for the
    /// zero address; unless `to` is `from`, [`LiquidityLocked`], and `PoolNotClone` on the program itself.
    /// Events: `Transfer`.
    pub fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, PoolError> {
        let spender = self.vm().msg_sender();
        self.shares.spend_allowance(from, spender, value)?;
        self.move_shares(from, to, value)
    }

    /// Allows `spender` to move `value` of the caller's shares, instead of what it was allowed before. Units: base units.
    ///
    /// Errors: `ERC20InvalidSpender` for the zero address, `ERC20InvalidApprover` for a simulated call from it.
    /// Events: `Approval`.
    pub fn approve(&mut self, spender: Address, value: U256) -> Result<bool, PoolError> {
        let owner = self.vm().msg_sender();
        self.shares.approve(owner, spender, value)?;
        Ok(true)
    }

    /// Sets `spender`'s allowance to `value` by `owner`'s signature, which anyone may bring. Units: base units; `deadline`
    /// in Unix seconds.
    ///
    /// Errors: `ERC2612ExpiredSignature` after the deadline; `ERC2612InvalidSigner` unless the owner signed this, for this
    /// pool on this chain, with its current nonce; `ERC20InvalidSpender` for the zero address.
    /// Events: `Approval`.
    #[inline(never)]
    pub fn permit(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        signature: &Signature,
    ) -> Result<(), PoolError> {
        let domain = self.domain_separator();
        self.permits.consume(domain, &Approval { owner, spender, value, deadline }, signature)?;
        self.shares.approve(owner, spender, value)?;
        Ok(())
    }

    /// EIP-712 domain separator of this pool on this chain.
    pub fn domain_separator(&self) -> B256 {
        eip712::domain_separator(NAME_HASH, DOMAIN_VERSION_HASH, self.vm().chain_id(), self.this())
    }

    /// The fields of the EIP-712 domain, as the ABI encodes them.
    ///
    /// Source: ERC-5267.
    #[inline(never)]
    pub fn eip712_domain(&self) -> Vec<u8> {
        eip712::domain_reply(NAME, DOMAIN_VERSION, self.vm().chain_id(), self.this())
    }

    fn move_shares(&mut self, from: Address, to: Address, value: U256) -> Result<bool, PoolError> {
        // What is sent to its holder stays: no balance falls.
        if from != to {
            self.check_lock(from, value)?;
        }
        self.shares.transfer(from, to, value)?;
        Ok(true)
    }

    /// Refuses to take `value` from `from` if it isn't released yet (P4).
    pub(crate) fn check_lock(&self, from: Address, value: U256) -> Result<(), PoolError> {
        let locked = self.locked_balance_of(from)?;
        if locked.is_zero() {
            return Ok(());
        }
        // More than there is fails for that reason, afterwards.
        let Some(left) = self.balance_of(from).checked_sub(value) else {
            return Ok(());
        };
        if left < locked {
            let args = self.args()?;
            let shares = first_shares([args.initial_tokens, args.initial_ether]);
            let unlock_time = U256::from(lock::free_at(shares, args.created_at, left));
            return Err(LiquidityLocked { unlockTime: unlock_time }.into());
        }
        Ok(())
    }
}

/// The shares that the first liquidity was worth; the factory creates no pool where they are none.
fn first_shares(amounts: [u128; 2]) -> U256 {
    curve::first_shares(amounts).unwrap_or_default()
}
