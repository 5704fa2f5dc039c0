//! What moves into a pool and out of it: the token, and Ether.

use abi::{
    erc20::IERC20::{ERC20InsufficientAllowance, balanceOfCall, transferCall, transferFromCall},
    erc2612::IERC2612::permitCall,
    pool::ICredentialPool::{PoolEtherRefused, PoolReserveOverflow, PoolTokenFailed},
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use kit::{arguments::Arguments, calldata::encode, permit::Signature, reply::Word as _};
use math::curve::RESERVE_MAX;
use stylus_sdk::{prelude::*, stylus_core::calls::errors::Error};

use crate::{book::Book, error::PoolError, market::Market};

/// A permit of the token that comes with a call, over the caller's tokens for the pool.
#[derive(Clone, Copy, Debug)]
pub struct Permit {
    /// Base units that the pool may move.
    pub value: U256,
    /// Last second in which the permit can be brought, in Unix seconds.
    pub deadline: U256,
    /// The caller's signature.
    pub signature: Signature,
}

impl Market {
    /// Sends `amount` tokens to `to`.
    pub(crate) fn send_tokens(&mut self, token: Address, to: Address, amount: u128) -> Result<(), PoolError> {
        let call = encode(transferCall::SELECTOR, &[to.word(), U256::from(amount).word()]);
        self.move_tokens(token, &call)
    }

    /// Takes `amount` of the caller's tokens, if need be after a permit.
    pub(crate) fn take_tokens(
        &mut self,
        token: Address,
        amount: u128,
        permit: Option<&Permit>,
    ) -> Result<(), PoolError> {
        let (from, to) = (self.vm().msg_sender(), self.this());
        let permitted = permit.map_or(Ok(()), |permit| self.bring(token, from, permit));
        let call = encode(transferFromCall::SELECTOR, &[from.word(), to.word(), U256::from(amount).word()]);
        self.move_tokens(token, &call).map_err(|refused| match permitted {
            // That somebody brought the permit before doesn't matter as long as it worked; else it is what is wrong.
            Err(invalid) if Vec::from(refused.clone()).starts_with(&ERC20InsufficientAllowance::SELECTOR) => {
                invalid
            }
            _ => refused,
        })
    }

    /// Brings a permit to the token.
    fn bring(&mut self, token: Address, owner: Address, permit: &Permit) -> Result<(), PoolError> {
        let Permit { value, deadline, signature: Signature { v, r, s } } = *permit;
        let words =
            [owner.word(), self.this().word(), value.word(), deadline.word(), v.word(), r.word(), s.word()];
        let call = encode(permitCall::SELECTOR, &words);
        self.call_token(token, &call).map(drop)
    }

    /// A call of the token that answers true.
    fn move_tokens(&mut self, token: Address, call: &[u8]) -> Result<(), PoolError> {
        let answer = self.call_token(token, call)?;
        match Arguments::new(&answer).byte() {
            Ok(1) => Ok(()),
            _ => Err(PoolTokenFailed { token }.into()),
        }
    }

    fn call_token(&mut self, token: Address, data: &[u8]) -> Result<Vec<u8>, PoolError> {
        let context = Call::new_mutating(self);
        call(self.vm(), context, token, data).map_err(|error| {
            let data = match error {
                Error::Revert(data) => data,
                Error::AbiDecodingFailed(_) => Vec::new(),
            };
            PoolError::of_token(data, token)
        })
    }

    /// Sends `amount` wei to `to`, whose code may do whatever it likes with all the gas: the guard is held, and what is
    /// stored is what it will be.
    pub(crate) fn send_ether(&mut self, to: Address, amount: u128) -> Result<(), PoolError> {
        let amount = U256::from(amount);
        let context = Call::new_payable(self, amount);
        call(self.vm(), context, to, &[]).map(drop).map_err(|_| PoolEtherRefused { to, amount }.into())
    }

    /// Gives back what came with the call beyond `used` wei.
    pub(crate) fn refund(&mut self, used: u128) -> Result<(), PoolError> {
        let sender = self.vm().msg_sender();
        let rest = self.vm().msg_value().saturating_sub(U256::from(used));
        match u128::try_from(rest) {
            Ok(0) => Ok(()),
            Ok(rest) => self.send_ether(sender, rest),
            Err(_) => Err(PoolEtherRefused { to: sender, amount: rest }.into()),
        }
    }

    /// What the pool has: of the token, and of Ether.
    pub(crate) fn balances(&self, book: &Book) -> Result<[u128; 2], PoolError> {
        let token = book.args.token;
        let question = encode(balanceOfCall::SELECTOR, &[self.this().word()]);
        let answer = static_call(self.vm(), Call::new(), token, &question);
        let balance0 = answer.ok().and_then(|data| Arguments::new(&data).number().ok());
        let balance0 = balance0.ok_or(PoolTokenFailed { token })?;
        let balance1 = self.vm().balance(self.this());
        match (u128::try_from(balance0), u128::try_from(balance1)) {
            (Ok(token), Ok(ether)) if token <= RESERVE_MAX && ether <= RESERVE_MAX => Ok([token, ether]),
            _ => Err(PoolReserveOverflow { balance0, balance1 }.into()),
        }
    }
}
