//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::{
    factory::ICredentialTokenFactory::{
        createTokenCall, getTokenDetailsCall, getTokensCall, isValidTokenCall, setTreasuryCall,
    },
    ownable::IOwnable::ownerCall,
};
use std::collections::BTreeSet;
use stylus_sdk::abi::Router;

impl World {
    /// Makes the call as the chain would: revert data if it is refused.
    fn call<C: SolCall>(&mut self, call: &C) -> Result<C::Return, Vec<u8>> {
        let data = self.raw(&call.abi_encode()).expect("a route")?;
        Ok(C::abi_decode_returns_validate(&data).expect("an answer of the declared types"))
    }

    fn raw(&mut self, data: &[u8]) -> Option<Result<Vec<u8>, Vec<u8>>> {
        let (selector, arguments) = data.split_first_chunk().expect("a selector");
        CredentialTokenFactory::route(&mut self.factory, u32::from_be_bytes(*selector), arguments)
    }
}

#[test]
fn routes_are_the_declared_functions() {
    let declared = abi::json::of("token-factory").unwrap();
    let declared: BTreeSet<[u8; 4]> = declared.functions().map(|function| function.selector().0).collect();
    let routed: BTreeSet<[u8; 4]> = CredentialTokenFactory::SELECTORS.iter().copied().collect();
    assert_eq!(routed, declared);
    assert_eq!(CredentialTokenFactory::SELECTORS.len(), declared.len(), "each once");
    let mut world = World::new();
    assert_eq!(world.raw(&[0xde, 0xad, 0xbe, 0xef]), None);
    assert!(CredentialTokenFactory::receive(&mut world.factory).is_none());
    assert!(CredentialTokenFactory::fallback(&mut world.factory, &[]).is_none());
    assert!(CredentialTokenFactory::constructor(&mut world.factory, &[]).is_none());
}

#[test]
fn every_route_refuses_arguments_that_are_missing() {
    let declared = abi::json::of("token-factory").unwrap();
    for function in declared.functions().filter(|function| !function.inputs.is_empty()) {
        let mut world = World::new();
        let cut = [function.selector().as_slice(), &[0; 31]].concat();
        assert_eq!(world.raw(&cut), Some(Err(vec![])), "{}", function.signature());
    }
}

#[test]
fn only_create_token_takes_ether() {
    let mut world = World::new();
    world.host.vm.set_value(U256::ONE);
    for selector in
        CredentialTokenFactory::SELECTORS.iter().filter(|each| **each != createTokenCall::SELECTOR)
    {
        assert_eq!(world.raw(selector), Some(Err(vec![])));
    }
    world.host.answer(ALICE, vec![], Ok(vec![]));
    let token = world.expect_token(CREDENTIAL);
    assert_eq!(world.call(&creation()), Ok(token));
}

/// The creation that [`World::create`] makes.
fn creation() -> createTokenCall {
    createTokenCall {
        credentialId: CREDENTIAL,
        name: NAME.into(),
        symbol: SYMBOL.into(),
        emissionRate: RATE,
        maxSupply: CAP,
    }
}

#[test]
fn calls_are_decoded_and_answers_encoded() {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    assert_eq!(world.call(&creation()), Ok(token));
    let page = getTokensCall { offset: n(0), limit: n(9) };
    assert_eq!(world.call(&page), Ok(vec![token]));
    assert_eq!(world.call(&isValidTokenCall { tokenAddress: token }), Ok(true));
    let details = world.call(&getTokenDetailsCall { credentialId: CREDENTIAL }).unwrap();
    assert_eq!((details.exists, details.tokenAddress, details.creator), (true, token, ALICE));
    assert_eq!(world.call(&ownerCall {}), Ok(OWNER));
    let stranger = Vec::from(FactoryError::from(OwnableUnauthorizedAccount { account: ALICE }));
    assert_eq!(world.call(&setTreasuryCall { newTreasury: EVE }).err(), Some(stranger));
    // A name that is no UTF-8.
    let mut mangled = createTokenCall { credentialId: OTHER_CREDENTIAL, ..creation() }.abi_encode();
    let at = mangled.windows(5).position(|bytes| bytes == b"Alice").unwrap();
    mangled[at] = 0xff;
    assert_eq!(world.raw(&mangled), Some(Err(vec![])));
}
