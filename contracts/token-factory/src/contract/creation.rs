//! A creation, from its terms to the generator's notice.

use super::*;

impl CredentialTokenFactory {
    /// Creates the token of `credential_id` with `terms`, under the guard.
    pub(super) fn create(&mut self, credential_id: B256, terms: Terms<'_>) -> Result<Address, FactoryError> {
        self.check_terms(&terms)?;
        let (sent, fee) = (self.vm().msg_value(), self.creation_fee());
        let Some(excess) = sent.checked_sub(fee) else {
            return Err(InsufficientCreationFee { sent, required: fee }.into());
        };
        if !self.get_token_by_credential(credential_id).is_zero() {
            return Err(TokenAlreadyExists { credentialId: credential_id }.into());
        }
        let creator = terms.creator;
        self.check_holder(credential_id, creator)?;
        self.count_creation(creator)?;

        // The clone is created before it is recorded: its creation and its initialisation run our own code, which calls
        // nobody, and the guard is held. The generator is told once everything is as it will be.
        let token = self.create_clone(credential_id, &terms)?;
        self.record(credential_id, token);
        if !fee.is_zero() {
            // Cannot overflow: no more Ether than exists was ever sent.
            let accrued = self.accrued_fees().wrapping_add(fee);
            self.tokens.accrued.set_number(accrued);
            let collected =
                MintingFeeCollected { credentialId: credential_id, payer: creator, feeAmount: fee };
            collected.emit(self.vm());
        }
        let timestamp = U256::from(self.vm().block_timestamp());
        terms.emit_created(self.vm(), credential_id, token, timestamp);
        self.tell_generator(credential_id, token, terms.emission_rate)?;
        if !excess.is_zero() && !self.pay(creator, excess) {
            return Err(TokenFactoryRefundFailed { to: creator, amount: excess }.into());
        }
        Ok(token)
    }

    /// Takes one creation out of both buckets (F4).
    pub(super) fn count_creation(&mut self, creator: Address) -> Result<(), FactoryError> {
        let now = self.vm().block_timestamp();
        let mut word = self.tokens.creations_of.at_mut(creator);
        take_one(&mut word, CREATIONS_OF_ONE, now)
            .map_err(|available_at| TokenFactoryCreatorLimit { creator, availableAt: available_at })?;
        take_one(&mut self.tokens.creations, CREATIONS_OF_ALL, now)
            .map_err(|available_at| TokenFactoryOverallLimit { availableAt: available_at })?;
        Ok(())
    }

    /// Creates and initialises the clone.
    pub(super) fn create_clone(
        &mut self,
        credential_id: B256,
        terms: &Terms<'_>,
    ) -> Result<Address, FactoryError> {
        let creation = self.creation_code(credential_id);
        self.vm().flush_cache(true);
        // SAFETY: the creation code calls nobody, so it can't come back and find our storage half-written; and no
        // accessor's value is kept over the call.
        let created =
            unsafe { RawDeploy::new().salt(credential_id).deploy(self.vm(), &creation, U256::ZERO) };
        let failed = || TokenFactoryCreationFailed { credentialId: credential_id };
        let token = created.map_err(|_| failed())?;
        let context = Call::new_mutating(self);
        call(self.vm(), context, token, &terms.initialization()).map_err(|_| failed())?;
        Ok(token)
    }

    /// Tells the generator of a new token, if it is a contract.
    pub(super) fn tell_generator(
        &mut self,
        credential_id: B256,
        token: Address,
        rate: U256,
    ) -> Result<(), FactoryError> {
        let generator = self.generator();
        if self.vm().code_size(generator) == 0 {
            return Ok(());
        }
        let notice =
            onTokenCreatedCall { credentialId: credential_id, tokenAddress: token, emissionRate: rate };
        let context = Call::new_mutating(self);
        let told = call(self.vm(), context, generator, &notice.abi_encode());
        told.map(drop).map_err(|_| TokenFactoryGeneratorFailed { generator }.into())
    }

    /// Sends `amount` wei to `to`, and tells whether it took them.
    pub(super) fn pay(&mut self, to: Address, amount: U256) -> bool {
        let context = Call::new_payable(self, amount);
        call(self.vm(), context, to, &[]).is_ok()
    }

    /// Records a new token (F1, F3).
    pub(super) fn record(&mut self, credential_id: B256, token: Address) {
        let count = self.count();
        self.tokens.by_credential.at_mut(credential_id).set_account(token);
        self.tokens.list.at_mut(count).set_account(token);
        // Cannot overflow: 2^96 creations are out of reach.
        self.set_implementation_and_count(self.implementation(), count.wrapping_add(U256::ONE));
    }
}

/// Takes one unit out of a word's bucket; or tells when there will be one (Unix seconds).
pub(super) fn take_one(word: &mut Word, limit: Limit, now: u64) -> Result<(), U256> {
    let filled = bucket(word.halves()).filled(limit, now);
    let Some(Bucket { shares, since }) = filled.without(1) else {
        return Err(U256::from(filled.ready_at(limit, 1).unwrap_or(u64::MAX)));
    };
    word.set_halves([shares, u128::from(since)]);
    Ok(())
}
