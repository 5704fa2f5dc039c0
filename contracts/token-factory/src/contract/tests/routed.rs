//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::{
    factory::ICredentialTokenFactory::{
        createTokenCall, getTokenDetailsCall, getTokensCall, isValidTokenCall, setTreasuryCall,
    },
    ownable::IOwnable::ownerCall,
};

kit::route_tests! { CredentialTokenFactory, "token-factory", World, factory, others Authority }

kit::authority_tests! { World, OWNER, |world| &world.host.vm }

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
    let stranger = OwnableUnauthorizedAccount { account: ALICE }.abi_encode();
    assert_eq!(world.call(&setTreasuryCall { newTreasury: EVE }).err(), Some(stranger));
    // A name that is no UTF-8.
    let mut mangled = createTokenCall { credentialId: OTHER_CREDENTIAL, ..creation() }.abi_encode();
    let at = mangled.windows(5).position(|bytes| bytes == b"Alice").unwrap();
    mangled[at] = 0xff;
    let refused = FactoryError::from(TokenFactoryInvalidName { length: n(11) });
    assert_eq!(world.raw(&mangled), Some(Err(refused.into())));
}
