//! What the setters change, once they may.

use super::*;

impl PoolFactory {
    pub(super) fn set_implementation_and_count(&mut self, implementation: Address, count: u128) {
        self.pools.implementation.set_halves(packed(count, implementation));
    }

    pub(super) fn set_recipient_and_fee(&mut self, recipient: Address, fee: U256) {
        // A fee that may be has far fewer bits.
        self.pools.recipient.set_halves(packed(fee.saturating_to(), recipient));
    }

    /// Whether `account` has no code of its own, or none that stays.
    pub(super) fn is_no_contract(&self, account: Address) -> bool {
        self.vm().code_size(account) == 0 || self.is_program(account)
    }

    /// Whether `account` is a program itself, where its proxy is meant, or delegates to other code at its key's whim.
    fn is_program(&self, account: Address) -> bool {
        self.vm().code(account).first() == Some(&NO_CONTRACT_MARK)
    }

    /// Takes `token_factory`, if it has a registry and no credential for a token that can't exist. The questions are static,
    /// so they need no guard.
    pub(super) fn replace_token_factory(&mut self, token_factory: Address) -> Result<(), PoolFactoryError> {
        let nothing = self.credential_of(token_factory, Address::ZERO) == Some(B256::ZERO);
        let registry = self.registry_of(token_factory).is_some_and(|registry| !registry.is_zero());
        if !nothing || !registry || self.is_program(token_factory) {
            return Err(PoolFactoryUnsuitable { account: token_factory }.into());
        }
        let previous = self.token_factory();
        self.pools.token_factory.set_account(token_factory);
        TokenFactorySet { previousTokenFactory: previous, newTokenFactory: token_factory }.emit(self.vm());
        Ok(())
    }

    /// Takes `oracle`, if it is a contract; before the launch an account may stand in.
    pub(super) fn replace_oracle(&mut self, oracle: Address) -> Result<(), PoolFactoryError> {
        let missing = self.authority.launched() && self.vm().code_size(oracle) == 0;
        if oracle.is_zero() || missing || self.is_program(oracle) {
            return Err(PoolFactoryUnsuitable { account: oracle }.into());
        }
        let previous = self.oracle();
        self.pools.oracle.set_account(oracle);
        OracleSet { previousOracle: previous, newOracle: oracle }.emit(self.vm());
        Ok(())
    }

    /// Takes both programs, if each is what it should be: asked itself what only its kind answers, it says that it is no
    /// clone. The reserves are the pool's own business, which its extension doesn't know of; the lock's schedule is the
    /// extension's.
    pub(super) fn replace_implementation(
        &mut self,
        implementation: Address,
        extension: Address,
    ) -> Result<(), PoolFactoryError> {
        self.check_program(implementation, factoryCall::SELECTOR, true)?;
        self.check_program(extension, unlockScheduleCall::SELECTOR, false)?;
        let (previous, previous_extension) = (self.implementation(), self.extension());
        self.set_implementation_and_count(implementation, self.count());
        self.pools.extension.set_account(extension);
        let set = ImplementationSet {
            previousImplementation: previous,
            newImplementation: implementation,
            previousExtension: previous_extension,
            newExtension: extension,
        };
        set.emit(self.vm());
        Ok(())
    }

    /// Refuses `program` unless it is active, refuses `question` as a pool's program does that is called itself, and knows
    /// the reserves exactly if it should.
    fn check_program(
        &self,
        program: Address,
        question: [u8; 4],
        has_reserves: bool,
    ) -> Result<(), PoolFactoryError> {
        let no_clone = calldata::encode(PoolNotClone::SELECTOR, &[program.word()]);
        let refusal = |question| self.ask(program, question, &[]).err();
        // In this order: a program that isn't active takes all the gas that it is asked with.
        let suitable = self.ask_word(ARB_WASM, programVersionCall::SELECTOR, &[program.word()]).is_some()
            && refusal(question) == Some(no_clone)
            // A function that isn't there is refused without a word.
            && (refusal(getReservesCall::SELECTOR) == Some(Vec::new())) != has_reserves;
        if !suitable {
            return Err(PoolFactoryUnsuitable { account: program }.into());
        }
        Ok(())
    }

    /// Takes these minimums, if they are some and a pool can have as much.
    pub(super) fn replace_minimums(
        &mut self,
        token_amount: U256,
        eth_amount: U256,
    ) -> Result<(), PoolFactoryError> {
        match (curve::fits(token_amount), curve::fits(eth_amount)) {
            (Some(tokens), Some(ether)) if tokens > 0 && ether > 0 => {
                self.pools.minimums.set_halves([tokens, ether]);
                MinimumLiquiditySet { tokenAmount: token_amount, ethAmount: eth_amount }.emit(self.vm());
                Ok(())
            }
            _ => {
                let ceiling = U256::from(curve::RESERVE_MAX);
                Err(PoolFactoryInvalidMinimum { tokenAmount: token_amount, ethAmount: eth_amount, ceiling }
                    .into())
            }
        }
    }
}

/// An address, and a number of up to 96 bits above it.
fn packed(above: u128, address: Address) -> [u128; 2] {
    let [high, low] = halves(account(address));
    [above.wrapping_shl(HIGH_BITS) | high, low]
}

/// The number above the address that a word holds.
pub(super) fn above(word: &Word) -> u128 {
    let [high, _] = word.halves();
    high.wrapping_shr(HIGH_BITS)
}
