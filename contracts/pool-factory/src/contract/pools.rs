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
        let holder = self.vm().contract_address();
        let shares = self.ask_word(pool, balanceOfCall::SELECTOR, &[holder.word()]).ok_or_else(failed)?;
        let shares = number(shares);
        if shares.is_zero() {
            return Ok((U256::ZERO, U256::ZERO));
        }
        FeesCollected { pool, amount: shares }.emit(self.vm());
        // Any amounts will do; and it happens now or not at all.
        let (any, now) = (U256::ZERO, U256::MAX);
        let redemption = [shares.word(), any.word(), any.word(), recipient.word(), now.word()];
        let answer = self.tell_pool(pool, removeLiquidityCall::SELECTOR, &redemption)?;
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
            let was = self.ask_word(*pool, pausedCall::SELECTOR, &[]);
            let was = was.ok_or(PoolFactoryPoolFailed { pool: *pool })?;
            if was.0 != paused.word() {
                self.tell_pool(*pool, setPausedCall::SELECTOR, &[paused.word()])?;
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

    /// Calls `pool`, with arguments of one word each, and passes on what it refuses with.
    pub(super) fn tell_pool(
        &mut self,
        pool: Address,
        selector: [u8; 4],
        arguments: &[[u8; 32]],
    ) -> Result<Vec<u8>, PoolFactoryError> {
        self.tell(pool, U256::ZERO, &calldata::encode(selector, arguments)).map_err(|reason| match reason {
            reason if reason.is_empty() => PoolFactoryPoolFailed { pool }.into(),
            reason => PoolFactoryError(reason),
        })
    }

    /// Calls `account` with `amount` wei, and gives what it answers, or what it refuses with.
    #[inline(never)]
    pub(super) fn tell(
        &mut self,
        account: Address,
        amount: U256,
        message: &[u8],
    ) -> Result<Vec<u8>, Vec<u8>> {
        let context = Call::new_payable(self, amount);
        call(self.vm(), context, account, message).map_err(reason)
    }
}
