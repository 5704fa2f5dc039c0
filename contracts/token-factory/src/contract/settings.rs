//! What the setters change, once they may.

use super::*;

impl CredentialTokenFactory {
    pub(super) fn set_implementation_and_count(&mut self, implementation: Address, count: U256) {
        let high = count.wrapping_shl(ADDRESS_BITS);
        self.tokens.implementation.set_number(high | number(account(implementation)));
    }

    pub(super) fn set_treasury_and_fee(&mut self, treasury: Address, fee: U256) {
        let high = fee.wrapping_shl(ADDRESS_BITS);
        self.tokens.treasury.set_number(high | number(account(treasury)));
    }

    /// Whether `account` has no code of its own, or none that stays.
    pub(super) fn is_no_contract(&self, account: Address) -> bool {
        self.vm().code_size(account) == 0 || self.is_program(account)
    }

    /// Whether `account` is a program itself, where its proxy is meant, or delegates to other code at its key's whim.
    pub(super) fn is_program(&self, account: Address) -> bool {
        self.vm().code(account).first() == Some(&NO_CONTRACT_MARK)
    }

    /// Takes `registry`, if it knows nothing of a credential that can't exist. The question is static, so it needs no guard.
    pub(super) fn replace_registry(&mut self, registry: Address) -> Result<(), FactoryError> {
        let probe = self.validate(registry, B256::ZERO, Address::ZERO);
        if probe != Ok((false, status::NONE)) || self.is_program(registry) {
            return Err(TokenFactoryUnsuitable { account: registry }.into());
        }
        let previous = self.registry();
        self.tokens.registry.set_account(registry);
        RegistrySet { previousRegistry: previous, newRegistry: registry }.emit(self.vm());
        Ok(())
    }

    /// Takes `generator`, if it is a contract; before the launch an account may stand in.
    pub(super) fn replace_generator(&mut self, generator: Address) -> Result<(), FactoryError> {
        let missing = self.authority.launched() && self.vm().code_size(generator) == 0;
        if generator.is_zero() || missing || self.is_program(generator) {
            return Err(TokenFactoryUnsuitable { account: generator }.into());
        }
        let previous = self.generator();
        self.tokens.generator.set_account(generator);
        GeneratorSet { previousGenerator: previous, newGenerator: generator }.emit(self.vm());
        Ok(())
    }

    pub(super) fn replace_emission_rate_bounds(
        &mut self,
        minimum: U256,
        maximum: U256,
    ) -> Result<(), FactoryError> {
        set_bounds(&mut self.tokens.emission_rates, minimum, maximum, EMISSION_RATE_CEILING)?;
        EmissionRateBoundsSet { minimum, maximum }.emit(self.vm());
        Ok(())
    }

    pub(super) fn replace_max_supply_bounds(
        &mut self,
        minimum: U256,
        maximum: U256,
    ) -> Result<(), FactoryError> {
        set_bounds(&mut self.tokens.max_supplies, minimum, maximum, MAX_SUPPLY_CEILING)?;
        MaxSupplyBoundsSet { minimum, maximum }.emit(self.vm());
        Ok(())
    }

    /// Takes `implementation`, if it is an active program that, asked itself for its minter, says that it is no clone:
    /// only a token's does.
    pub(super) fn replace_implementation(&mut self, implementation: Address) -> Result<(), FactoryError> {
        let unsuitable = TokenFactoryUnsuitable { account: implementation };
        let active = programVersionCall { program: implementation };
        let active = static_call(self.vm(), Call::new(), ARB_WASM, &active.abi_encode());
        if !active.is_ok_and(|version| Arguments::new(&version).word().is_ok()) {
            return Err(unsuitable.into());
        }
        let minter = static_call(self.vm(), Call::new(), implementation, &getMinterCall {}.abi_encode());
        let no_clone = CredentialTokenNotClone { account: implementation }.abi_encode();
        if minter != Err(errors::Error::Revert(no_clone)) {
            return Err(unsuitable.into());
        }
        let previous = self.implementation();
        let count = self.count();
        self.set_implementation_and_count(implementation, count);
        let set = ImplementationSet { previousImplementation: previous, newImplementation: implementation };
        set.emit(self.vm());
        Ok(())
    }
}

/// The bounds that a word holds.
pub(super) fn bounds(word: &Word) -> (U256, U256) {
    let [minimum, maximum] = word.halves();
    (U256::from(minimum), U256::from(maximum))
}

/// Puts bounds into a word, if they are some and within `ceiling`.
pub(super) fn set_bounds(
    word: &mut Word,
    minimum: U256,
    maximum: U256,
    ceiling: U256,
) -> Result<(), FactoryError> {
    match (u128::try_from(minimum), u128::try_from(maximum)) {
        (Ok(low), Ok(high)) if low > 0 && low <= high && maximum <= ceiling => {
            word.set_halves([low, high]);
            Ok(())
        }
        _ => Err(TokenFactoryInvalidBounds { minimum, maximum, ceiling }.into()),
    }
}
