//! What the factory does with pools that exist.

use super::*;

impl PoolFactory {
    /// Redeems the protocol's shares of `pool`, under the guard.
    pub(super) fn redeem(&mut self, pool: Address) -> Result<(U256, U256), PoolFactoryError> {
        self.check_pools(&[pool])?;
        let recipient = self.protocol_fee_recipient();
        if recipient.is_zero() {
            return Err(InvalidRecipient { recipient }.into());
        }
        let failed = || PoolFactoryPoolFailed { pool };
        let held = balanceOfCall { account: self.vm().contract_address() };
        let shares = self.ask(pool, &held.abi_encode());
        let shares = shares.and_then(|answer| Arguments::new(&answer).number().ok()).ok_or_else(failed)?;
        if shares.is_zero() {
            return Ok((U256::ZERO, U256::ZERO));
        }
        FeesCollected { pool, amount: shares }.emit(self.vm());
        let redemption = removeLiquidityCall {
            shares,
            tokenMin: U256::ZERO,
            ethMin: U256::ZERO,
            to: recipient,
            // It happens now or not at all.
            deadline: U256::MAX,
        };
        let answer = self.tell(pool, &redemption.abi_encode())?;
        let answer = &mut Arguments::new(&answer);
        match (answer.number(), answer.number()) {
            (Ok(token_amount), Ok(eth_amount)) => Ok((token_amount, eth_amount)),
            _ => Err(failed().into()),
        }
    }

    /// Pauses `pools` or lets them go on, those that aren't so yet, and counts how many are paused (M5).
    pub(super) fn set_paused(&mut self, pools: &[Address], paused: bool) -> Result<(), PoolFactoryError> {
        guard::enter()?;
        self.check_pools(pools)?;
        let mut changed = U256::ZERO;
        for pool in pools {
            let was = self.ask(*pool, &pausedCall {}.abi_encode());
            let was = was.and_then(|answer| Arguments::new(&answer).byte().ok());
            let was = was.ok_or(PoolFactoryPoolFailed { pool: *pool })?;
            if was != u8::from(paused) {
                self.tell(*pool, &setPausedCall { paused }.abi_encode())?;
                // Cannot overflow: the list is short.
                changed = changed.wrapping_add(U256::ONE);
            }
        }
        let count = self.paused_pools();
        // Neither overflows: there aren't as many pools; and what goes on was counted when it was paused.
        let count = if paused { count.wrapping_add(changed) } else { count.wrapping_sub(changed) };
        self.pools.paused.set_number(count);
        guard::release();
        Ok(())
    }

    /// Calls `pool`, and passes on what it refuses with.
    pub(super) fn tell(&mut self, pool: Address, message: &[u8]) -> Result<Vec<u8>, PoolFactoryError> {
        let context = Call::new_mutating(self);
        match call(self.vm(), context, pool, message) {
            Ok(answer) => Ok(answer),
            Err(errors::Error::Revert(reason)) if !reason.is_empty() => Err(PoolFactoryError(reason)),
            Err(_) => Err(PoolFactoryPoolFailed { pool }.into()),
        }
    }
}
