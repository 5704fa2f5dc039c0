//! Which call runs which function, and how its answer is encoded: a line for each function of the interface.

use abi::token::{
    DECIMALS,
    ICredentialToken::{
        DOMAIN_SEPARATORCall, allowanceCall, approveCall, balanceOfCall, burnCall, burnFromCall,
        circulatingSupplyCall, decimalsCall, eip712DomainCall, factoryCall, getCreatedAtCall, getCreatorCall,
        getCredentialIdCall, getEmissionRateCall, getMaxSupplyCall, getMinterCall, initializeCall, mintCall,
        nameCall, noncesCall, permitCall, setEmissionRateCall, symbolCall, totalBurnedCall, totalSupplyCall,
        transferCall, transferFromCall,
    },
};
use alloc::vec::Vec;
use kit::{
    calldata::append_bytes,
    permit::Signature,
    reply::{self, Word},
};

use crate::contract::CredentialToken;

// The most frequent calls first: each line costs those after it a comparison.
kit::routes! { CredentialToken, |this, a| {
    transferCall => flag(this.transfer(a.address()?, a.number()?)?);
    transferFromCall => flag(this.transfer_from(a.address()?, a.address()?, a.number()?)?);
    balanceOfCall => reply::words(&[this.balance_of(a.address()?).word()]);
    approveCall => flag(this.approve(a.address()?, a.number()?)?);
    allowanceCall => reply::words(&[this.allowance(a.address()?, a.address()?).word()]);
    mintCall => reply::words(&[this.mint(a.address()?, a.number()?)?.word()]);
    permitCall => {
        let (owner, spender, value, deadline) = (a.address()?, a.address()?, a.number()?, a.number()?);
        let signature = Signature { v: a.byte()?, r: a.word()?, s: a.word()? };
        done(this.permit(owner, spender, value, deadline, &signature)?)
    };
    burnCall => done(this.burn(a.number()?)?);
    burnFromCall => done(this.burn_from(a.address()?, a.number()?)?);
    setEmissionRateCall => done(this.set_emission_rate(a.number()?)?);
    initializeCall => {
        let (creator, name, symbol) = (a.address()?, a.text()?, a.text()?);
        done(this.initialize(creator, name, symbol, a.number()?, a.number()?)?)
    };

    nameCall => text(this.name().as_bytes());
    symbolCall => text(this.symbol().as_bytes());
    decimalsCall => reply::words(&[DECIMALS.word()]);
    totalSupplyCall => reply::words(&[this.total_supply().word()]);
    totalBurnedCall => reply::words(&[this.total_burned().word()]);
    circulatingSupplyCall => reply::words(&[this.circulating_supply().word()]);
    getCredentialIdCall => reply::words(&[this.get_credential_id()?.word()]);
    getEmissionRateCall => reply::words(&[this.get_emission_rate().word()]);
    getMaxSupplyCall => reply::words(&[this.get_max_supply().word()]);
    getCreatorCall => reply::words(&[this.get_creator().word()]);
    getCreatedAtCall => reply::words(&[this.get_created_at().word()]);
    getMinterCall => reply::words(&[this.get_minter()?.word()]);
    factoryCall => reply::words(&[this.factory()?.word()]);
    noncesCall => reply::words(&[this.nonces(a.address()?).word()]);
    DOMAIN_SEPARATORCall => reply::words(&[this.domain_separator().word()]);
    eip712DomainCall => this.eip712_domain();
} }

/// The answer of functions that give nothing back.
fn done((): ()) -> Vec<u8> {
    Vec::new()
}

fn flag(flag: bool) -> Vec<u8> {
    reply::words(&[flag.word()])
}

fn text(text: &[u8]) -> Vec<u8> {
    let mut reply = reply::words(&[0x20_u8.word()]);
    append_bytes(&mut reply, text);
    reply
}
