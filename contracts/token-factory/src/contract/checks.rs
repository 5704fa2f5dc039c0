//! Guards and views that several functions share: they read, and refuse.

use super::*;

impl CredentialTokenFactory {
    /// Number of tokens.
    pub(super) fn count(&self) -> U256 {
        self.tokens.implementation.number().wrapping_shr(ADDRESS_BITS)
    }

    /// Up to `limit` tokens from the one numbered `offset`.
    pub(super) fn page(&self, offset: U256, limit: U256) -> Vec<Address> {
        let token = |index| self.tokens.list.at(U256::from(index)).account();
        collected(page::window(self.count().saturating_to(), offset, limit).map(token))
    }

    /// The credential of `token`, if this factory created it. The token says which credential is its own; that it is so
    /// is known from the record of that credential.
    pub(super) fn credential_of(&self, token: Address) -> Option<B256> {
        let args: CloneArgs = clone::args_of(self.vm(), token)?.into();
        (self.get_token_by_credential(args.credential_id) == token).then_some(args.credential_id)
    }

    /// Asks `registry` whether `claimant` is the valid holder of `credential_id`, and for the status.
    pub(super) fn validate(
        &self,
        registry: Address,
        credential_id: B256,
        claimant: Address,
    ) -> Result<(bool, u8), FactoryError> {
        let question = validateCredentialCall { credentialId: credential_id, holder: claimant };
        let answer = static_call(self.vm(), Call::new(), registry, &question.abi_encode());
        let answer = answer.ok().and_then(|data| {
            let answer = &mut Arguments::new(&data);
            Some((answer.byte().ok()?, answer.byte().ok()?))
        });
        match answer {
            Some((valid @ (0 | 1), status)) => Ok((valid != 0, status)),
            _ => Err(TokenFactoryRegistryFailed { registry }.into()),
        }
    }

    /// Refuses anyone but the valid holder of `credential_id`.
    pub(super) fn check_holder(&self, credential_id: B256, caller: Address) -> Result<(), FactoryError> {
        match self.validate(self.registry(), credential_id, caller)? {
            (true, _) => Ok(()),
            (false, status::NOT_HOLDER) => {
                Err(NotCredentialOwner { credentialId: credential_id, caller }.into())
            }
            (false, _) => Err(InvalidCredential { credentialId: credential_id }.into()),
        }
    }

    /// Guards a setter, whose own call has this selector and these arguments.
    pub(super) fn authorize(
        &mut self,
        selector: [u8; 4],
        arguments: &[[u8; 32]],
    ) -> Result<(), FactoryError> {
        Ok(self.authority.authorize(call_hash(selector, arguments))?)
    }

    /// Refuses texts and amounts that are out of bounds.
    pub(super) fn check_terms(&self, terms: &Terms<'_>) -> Result<(), FactoryError> {
        let Terms { name, symbol, emission_rate, max_supply, .. } = *terms;
        if !text::valid_name(name) {
            return Err(TokenFactoryInvalidName { length: U256::from(name.len()) }.into());
        }
        if !text::valid_symbol(symbol) {
            return Err(TokenFactoryInvalidSymbol { length: U256::from(symbol.len()) }.into());
        }
        self.check_emission_rate(emission_rate)?;
        let (minimum, maximum) = self.get_max_supply_bounds();
        if max_supply < minimum || max_supply > maximum {
            return Err(TokenFactoryInvalidMaxSupply { maxSupply: max_supply, minimum, maximum }.into());
        }
        Ok(())
    }

    pub(super) fn check_emission_rate(&self, rate: U256) -> Result<(), FactoryError> {
        let (minimum, maximum) = self.get_emission_rate_bounds();
        if rate < minimum || rate > maximum {
            return Err(TokenFactoryInvalidEmissionRate { rate, minimum, maximum }.into());
        }
        Ok(())
    }

    /// The code that creates the token of `credential_id` now.
    pub(super) fn creation_code(&self, credential_id: B256) -> Vec<u8> {
        let args =
            CloneArgs { factory: self.vm().contract_address(), minter: self.generator(), credential_id };
        clone::creation::<{ CloneArgs::BYTES }>(self.implementation(), &args.into())
    }
}

/// The bucket that a word holds.
pub(super) fn bucket([shares, since]: [u128; 2]) -> Bucket {
    Bucket { shares, since: u64::try_from(since).unwrap_or(u64::MAX) }
}
