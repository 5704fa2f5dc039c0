//! Which call runs which function, and how its answer is encoded: a line for each function of the interface.

use abi::factory::ICredentialTokenFactory::{
    TokenFactoryInvalidName, TokenFactoryInvalidSymbol, accruedFeesCall, createTokenCall, creationFeeCall,
    generatorCall, getAllTokensCall, getAvailableCreationsCall, getCredentialByTokenCall,
    getEmissionRateBoundsCall, getMaxSupplyBoundsCall, getTokenByCredentialCall, getTokenCountCall,
    getTokenDetailsCall, getTokensCall, implementationCall, initializeCall, isValidTokenCall, launchCall,
    predictTokenAddressCall, registryCall, renounceOwnershipCall, setCreationFeeCall,
    setEmissionRateBoundsCall, setGeneratorCall, setImplementationCall, setMaxSupplyBoundsCall,
    setRegistryCall, setTokenEmissionRateCall, setTreasuryCall, treasuryCall,
    validateCredentialOwnershipCall, withdrawFeesCall,
};
use alloc::vec::Vec;
use alloy_primitives::U256;
use kit::reply::{self, Word, done};

use crate::contract::{CredentialTokenFactory, FactoryError};

kit::routes! { CredentialTokenFactory, payable [createTokenCall], |this, a| {
    createTokenCall => {
        let (credential_id, name, symbol) = (a.word()?, a.bytes()?, a.bytes()?);
        let name = text(name, |length| TokenFactoryInvalidName { length }.into())?;
        let symbol = text(symbol, |length| TokenFactoryInvalidSymbol { length }.into())?;
        reply::words(&[this.create_token(credential_id, name, symbol, a.number()?, a.number()?)?.word()])
    };
    isValidTokenCall => reply::words(&[this.is_valid_token(a.address()?).word()]);
    getTokenByCredentialCall => reply::words(&[this.get_token_by_credential(a.word()?).word()]);
    getCredentialByTokenCall => reply::words(&[this.get_credential_by_token(a.address()?).word()]);
    validateCredentialOwnershipCall => {
        reply::words(&[this.validate_credential_ownership(a.word()?, a.address()?)?.word()])
    };
    getTokenDetailsCall => {
        let (exists, token, creator) = this.get_token_details(a.word()?)?;
        reply::words(&[exists.word(), token.word(), creator.word()])
    };
    getTokenCountCall => reply::words(&[this.get_token_count().word()]);
    getAllTokensCall => reply::list(this.get_all_tokens()?.into_iter());
    getTokensCall => reply::list(this.get_tokens(a.number()?, a.number()?)?.into_iter());
    predictTokenAddressCall => reply::words(&[this.predict_token_address(a.word()?).word()]);

    getEmissionRateBoundsCall => pair(this.get_emission_rate_bounds());
    getMaxSupplyBoundsCall => pair(this.get_max_supply_bounds());
    getAvailableCreationsCall => pair(this.get_available_creations(a.address()?));
    creationFeeCall => reply::words(&[this.creation_fee().word()]);
    accruedFeesCall => reply::words(&[this.accrued_fees().word()]);
    treasuryCall => reply::words(&[this.treasury().word()]);
    registryCall => reply::words(&[this.registry().word()]);
    generatorCall => reply::words(&[this.generator().word()]);
    implementationCall => reply::words(&[this.implementation().word()]);

    withdrawFeesCall => reply::words(&[this.withdraw_fees()?.word()]);

    initializeCall => done(this.initialize(a.address()?, a.address()?, a.address()?, a.address()?)?);
    setRegistryCall => done(this.set_registry(a.address()?)?);
    setGeneratorCall => done(this.set_generator(a.address()?)?);
    setImplementationCall => done(this.set_implementation(a.address()?)?);
    setEmissionRateBoundsCall => done(this.set_emission_rate_bounds(a.number()?, a.number()?)?);
    setMaxSupplyBoundsCall => done(this.set_max_supply_bounds(a.number()?, a.number()?)?);
    setCreationFeeCall => done(this.set_creation_fee(a.number()?)?);
    setTreasuryCall => done(this.set_treasury(a.address()?)?);
    setTokenEmissionRateCall => done(this.set_token_emission_rate(a.address()?, a.number()?)?);

    renounceOwnershipCall => done(this.authority.renounce_ownership()?);
    launchCall => done(this.launch()?);
} others this.authority }

/// A text, unless it is no UTF-8: that is refused as other bad texts are, not as a malformed call.
fn text(bytes: &[u8], refused: fn(U256) -> FactoryError) -> Result<&str, FactoryError> {
    math::text::utf8(bytes).ok_or_else(|| refused(U256::from(bytes.len())))
}

fn pair((first, second): (U256, U256)) -> Vec<u8> {
    reply::words(&[first.word(), second.word()])
}
