//! A creation, from its amounts to the oracle's notice.

use super::*;

impl PoolFactory {
    /// Opens the pool of `token`, under the guard.
    pub(super) fn open(&mut self, token: Address, token_amount: U256) -> Result<Address, PoolFactoryError> {
        let (sent, fee) = (self.vm().msg_value(), self.pool_creation_fee());
        let Some(eth_amount) = sent.checked_sub(fee) else {
            return Err(InsufficientCreationFee { sent, required: fee }.into());
        };
        let [initial_tokens, initial_ether] = self.check_amounts(token_amount, eth_amount)?;
        if !self.get_pool(token).is_zero() {
            return Err(PoolAlreadyExists { token }.into());
        }
        let creator = self.vm().msg_sender();
        let credential_id = self.check_creator(token, creator)?;

        let created_at = self.vm().block_timestamp();
        let (extension, factory) = (self.extension(), self.vm().contract_address());
        // The clone is created before it is recorded: its creation runs our own code, which calls nobody. Everybody else
        // finds it on record, and who follows the logs knows of the pool before it says anything.
        let pool = self.create_clone(CloneArgs {
            extension,
            factory,
            token,
            creator,
            created_at,
            initial_tokens,
            initial_ether,
        })?;
        self.record(token, pool);
        self.accrue(token, creator, fee);
        let created = PoolCreated {
            token,
            pool,
            creator,
            initialTokenLiquidity: token_amount,
            initialEthLiquidity: eth_amount,
            timestamp: U256::from(created_at),
        };
        created.emit(self.vm());

        self.move_tokens(token, creator, pool, token_amount)?;
        self.initialize_pool(token, pool, token_amount, eth_amount)?;
        self.tell_oracle(credential_id, token, pool)?;
        Ok(pool)
    }

    /// Creates the clone with `args`, under its token as the salt.
    fn create_clone(&mut self, args: CloneArgs) -> Result<Address, PoolFactoryError> {
        let token = args.token;
        let creation = clone::creation::<{ CloneArgs::BYTES }>(self.implementation(), &args.into());
        self.vm().flush_cache(true);
        // SAFETY: the creation code calls nobody, so it can't come back and find our storage half-written; and no
        // accessor's value is kept over the call.
        let created =
            unsafe { RawDeploy::new().salt(account(token)).deploy(self.vm(), &creation, U256::ZERO) };
        created.map_err(|_| PoolFactoryCreationFailed { token }.into())
    }

    /// Records a new pool (M1, M3).
    fn record(&mut self, token: Address, pool: Address) {
        let count = self.count();
        self.pools.by_token.at_mut(token).set_account(pool);
        self.pools.list.at_mut(U256::from(count)).set_account(pool);
        // Cannot overflow: 2^96 creations are out of reach.
        self.set_implementation_and_count(self.implementation(), count.wrapping_add(1));
    }

    /// Credits the creation fee to the recipient (M4).
    fn accrue(&mut self, token: Address, payer: Address, fee: U256) {
        if !fee.is_zero() {
            // Cannot overflow: no more Ether than exists was ever sent.
            let accrued = self.accrued_fees().wrapping_add(fee);
            self.pools.accrued.set_number(accrued);
            PoolCreationFeeCollected { token, payer, feeAmount: fee }.emit(self.vm());
        }
    }

    /// Moves the first liquidity's tokens from their creator to the pool.
    fn move_tokens(
        &mut self,
        token: Address,
        from: Address,
        pool: Address,
        amount: U256,
    ) -> Result<(), PoolFactoryError> {
        let transfer = [from.word(), pool.word(), amount.word()];
        match self.tell(token, U256::ZERO, &calldata::encode(transferFromCall::SELECTOR, &transfer)) {
            Ok(moved) if Arguments::new(&moved).byte() == Ok(1) => Ok(()),
            Err(reason) if is_shortage(&reason) => Err(PoolFactoryError(reason)),
            _ => Err(PoolFactoryTokenFailed { token }.into()),
        }
    }

    /// Gives the pool its first liquidity. The protocol takes its part of the fees if there is somebody to get it.
    fn initialize_pool(
        &mut self,
        token: Address,
        pool: Address,
        token_amount: U256,
        eth_amount: U256,
    ) -> Result<(), PoolFactoryError> {
        let protocol_fee = !self.protocol_fee_recipient().is_zero();
        let start = [token_amount.word(), protocol_fee.word()];
        let start = calldata::encode(ICredentialPool::initializeCall::SELECTOR, &start);
        let started = self.tell(pool, eth_amount, &start);
        started.map(drop).map_err(|_| PoolFactoryCreationFailed { token }.into())
    }

    /// Tells the oracle of a new pool, if it is a contract.
    fn tell_oracle(
        &mut self,
        credential_id: B256,
        token: Address,
        pool: Address,
    ) -> Result<(), PoolFactoryError> {
        let oracle = self.oracle();
        if self.vm().code_size(oracle) == 0 {
            return Ok(());
        }
        let notice = [credential_id.0, token.word(), pool.word()];
        let notice = calldata::encode(onPoolCreatedCall::SELECTOR, &notice);
        let told = self.tell(oracle, U256::ZERO, &notice);
        told.map(drop).map_err(|_| PoolFactoryOracleFailed { oracle }.into())
    }
}

/// Whether a token refused a transfer for want of tokens or of an allowance.
fn is_shortage(reason: &[u8]) -> bool {
    reason.starts_with(&ERC20InsufficientAllowance::SELECTOR)
        || reason.starts_with(&ERC20InsufficientBalance::SELECTOR)
}
