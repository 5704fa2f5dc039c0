//! Guards and views that several functions share: they read, and refuse.

use super::*;

impl PoolFactory {
    /// What `account` answers to a question whose arguments are one word each, or what it refuses it with.
    #[inline(never)]
    pub(super) fn ask(
        &self,
        account: Address,
        selector: [u8; 4],
        arguments: &[[u8; 32]],
    ) -> Result<Vec<u8>, Vec<u8>> {
        let question = calldata::encode(selector, arguments);
        static_call(self.vm(), Call::new(), account, &question).map_err(reason)
    }

    /// The first word of what `account` answers; nothing if it doesn't.
    #[inline(never)]
    pub(super) fn ask_word(
        &self,
        account: Address,
        selector: [u8; 4],
        arguments: &[[u8; 32]],
    ) -> Option<B256> {
        let answer = self.ask(account, selector, arguments).ok()?;
        Arguments::new(&answer).word().ok()
    }

    /// Number of pools.
    pub(super) fn count(&self) -> u128 {
        above(&self.pools.implementation)
    }

    /// The pool numbered `index`.
    pub(super) fn pool_at(&self, index: U256) -> Address {
        self.pools.list.at(index).account()
    }

    /// The share of `pool`, which `began` so, that can't move yet, in basis points.
    pub(super) fn locked_bps(&self, pool: Address, began: &CloneArgs) -> Result<U256, PoolFactoryError> {
        let first = curve::first_shares([began.initial_tokens, began.initial_ether]).unwrap_or_default();
        let locked = lock::locked(first, began.created_at, self.vm().block_timestamp());
        let supply = self.ask_word(pool, totalSupplyCall::SELECTOR, &[]);
        let [_, supply] = halves(supply.ok_or(PoolFactoryPoolFailed { pool })?);
        // Cannot overflow: first shares are no more than the larger of two amounts of 112 bits. There always is a supply, of
        // hardly more bits: the shares that stay in the pool for ever.
        Ok(wide::divide(locked.wrapping_mul(WHOLE_BPS), supply).unwrap_or_default())
    }

    /// The amounts that a pool is opened with, if they are enough and not too much.
    pub(super) fn check_amounts(
        &self,
        token_amount: U256,
        eth_amount: U256,
    ) -> Result<[u128; 2], PoolFactoryError> {
        let (Some(tokens), Some(ether)) = (curve::fits(token_amount), curve::fits(eth_amount)) else {
            return Err(PoolReserveOverflow { balance0: token_amount, balance1: eth_amount }.into());
        };
        let [least_tokens, least_ether] = self.pools.minimums.halves();
        let amounts = [tokens, ether];
        if tokens < least_tokens || ether < least_ether || curve::first_shares(amounts).is_none() {
            let little = InsufficientInitialLiquidity { tokenAmount: token_amount, ethAmount: eth_amount };
            return Err(little.into());
        }
        Ok(amounts)
    }

    /// The credential of `token`; refuses anyone but its valid holder. The token factory's registry is asked, not the token
    /// factory: its answer wouldn't tell what is wrong.
    pub(super) fn check_creator(&self, token: Address, caller: Address) -> Result<B256, PoolFactoryError> {
        let factory = self.token_factory();
        let failed = || PoolFactoryTokenFactoryFailed { tokenFactory: factory };
        let credential_id = self.credential_of(factory, token).ok_or_else(failed)?;
        if credential_id.is_zero() {
            return Err(InvalidToken { token }.into());
        }
        let registry = self.registry_of(factory).ok_or_else(failed)?;
        let question = [credential_id.0, caller.word()];
        let answer =
            self.ask(registry, validateCredentialCall::SELECTOR, &question).ok().and_then(|answer| {
                let answer = &mut Arguments::new(&answer);
                Some((answer.byte().ok()?, answer.byte().ok()?))
            });
        match answer {
            Some((1, _)) => Ok(credential_id),
            Some((0, status::NOT_HOLDER)) => {
                Err(NotCredentialOwner { credentialId: credential_id, caller }.into())
            }
            Some((0, _)) => Err(InvalidCredential { credentialId: credential_id }.into()),
            _ => Err(PoolFactoryRegistryFailed { registry }.into()),
        }
    }

    /// The credential whose token `factory` says that `token` is; zero if it says that it is none.
    pub(super) fn credential_of(&self, factory: Address, token: Address) -> Option<B256> {
        self.ask_word(factory, getCredentialByTokenCall::SELECTOR, &[token.word()])
    }

    /// The registry that `factory` names.
    pub(super) fn registry_of(&self, factory: Address) -> Option<Address> {
        let registry = self.ask_word(factory, registryCall::SELECTOR, &[])?;
        Arguments::new(registry.as_slice()).address().ok()
    }

    /// Guards a setter, whose own call has this selector and these arguments.
    pub(super) fn authorize(
        &mut self,
        selector: [u8; 4],
        arguments: &[[u8; 32]],
    ) -> Result<(), PoolFactoryError> {
        self.authorize_unless(false, call_hash(selector, arguments))
    }

    /// Guards a setter, whose own call has this hash, and which needs no announcement if it is `harmless`.
    pub(super) fn authorize_unless(&mut self, harmless: bool, call: B256) -> Result<(), PoolFactoryError> {
        if harmless {
            self.authority.authorize_at_once(call)?;
        } else {
            self.authority.authorize(call)?;
        }
        Ok(())
    }

    /// Refuses lists that are too long, and anything but pools of this factory.
    pub(super) fn check_pools(&self, pools: &[Address]) -> Result<(), PoolFactoryError> {
        let count = U256::from(pools.len());
        if count > BATCH_MAX {
            return Err(PoolFactoryTooManyPools { count, limit: BATCH_MAX }.into());
        }
        match pools.iter().find(|pool| !self.is_pool(**pool)) {
            Some(pool) => Err(PoolFactoryUnknownPool { pool: *pool }.into()),
            None => Ok(()),
        }
    }
}

/// The data that a call was refused with; none if it failed otherwise.
pub(super) fn reason(error: errors::Error) -> Vec<u8> {
    match error {
        errors::Error::Revert(reason) => reason,
        errors::Error::AbiDecodingFailed(_) => Vec::new(),
    }
}
