//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::{
    ownable::IOwnable::{ownerCall, renounceOwnershipCall},
    registry::ICredentialRegistry::{
        batchValidateCredentialsCall, getCredentialCall, getCredentialsOfCall, registerCredentialCall,
        renewCredentialCall, restoreBatchCall, revokeBatchCall, validateCredentialCall,
        validateCredentialReturn,
    },
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
        CredentialRegistry::route(&mut self.registry, u32::from_be_bytes(*selector), arguments)
    }
}

#[test]
fn routes_are_the_declared_functions() {
    let declared = abi::json::of("credential-registry").unwrap();
    let declared: BTreeSet<[u8; 4]> = declared.functions().map(|function| function.selector().0).collect();
    let routed: BTreeSet<[u8; 4]> = CredentialRegistry::SELECTORS.iter().copied().collect();
    assert_eq!(routed, declared);
    assert_eq!(CredentialRegistry::SELECTORS.len(), declared.len(), "each once");
    let mut world = World::new();
    assert_eq!(world.raw(&[0xde, 0xad, 0xbe, 0xef]), None);
    assert!(CredentialRegistry::receive(&mut world.registry).is_none());
    assert!(CredentialRegistry::fallback(&mut world.registry, &[]).is_none());
    assert!(CredentialRegistry::constructor(&mut world.registry, &[]).is_none());
}

#[test]
fn every_route_refuses_arguments_that_are_missing() {
    let declared = abi::json::of("credential-registry").unwrap();
    for function in declared.functions().filter(|function| !function.inputs.is_empty()) {
        let mut world = World::new();
        let cut = [function.selector().as_slice(), &[0; 31]].concat();
        assert_eq!(world.raw(&cut), Some(Err(vec![])), "{}", function.signature());
    }
}

#[test]
fn no_function_takes_ether() {
    let mut world = World::new();
    world.vm.set_value(U256::ONE);
    for selector in CredentialRegistry::SELECTORS {
        assert_eq!(world.raw(selector), Some(Err(vec![])));
    }
    world.vm.set_value(U256::ZERO);
    assert_eq!(world.call(&ownerCall {}), Ok(OWNER));
}

#[test]
fn calls_are_decoded_and_answers_encoded() {
    let mut world = World::new();
    let signature = world.sign(&degree(), ISSUER).into();
    let id = world.call(&registerCredentialCall { a: degree(), issuer: ISSUER, signature }).unwrap();
    assert_eq!(id, credential::id(ISSUER, BACHELORS, SUBJECT));
    let answer = world.call(&validateCredentialCall { credentialId: id, holder: ALICE });
    assert_eq!(answer, Ok(validateCredentialReturn { valid: true, status: status::ACTIVE }));
    let batch = batchValidateCredentialsCall { credentialIds: vec![id, id], holders: vec![ALICE, BOB] };
    assert_eq!(world.call(&batch), Ok(vec![true, false]));
    let expected = world.registry.get_credential(id);
    assert_eq!(world.call(&getCredentialCall { credentialId: id }), Ok(expected));
    let (offset, limit) = (U256::ZERO, U256::from(5));
    assert_eq!(world.call(&getCredentialsOfCall { holder: ALICE, offset, limit }), Ok(vec![id]));

    let later = renewal(id, degree().expiresAt + DAY, 1);
    let signature = world.sign(&later, ISSUER).into();
    assert!(world.call(&renewCredentialCall { r: later, issuer: ISSUER, signature }).is_ok());
    assert_eq!(world.registry.get_credential(id).expiresAt, degree().expiresAt + DAY);

    let stranger = OwnableUnauthorizedAccount { account: EVE }.abi_encode();
    assert_eq!(world.call(&renounceOwnershipCall {}).err(), Some(stranger));
    world.vm.set_sender(ISSUER);
    assert!(world.call(&revokeBatchCall { credentialIds: vec![id], reason: REASON }).is_ok());
    assert_eq!(world.status(id, ALICE), (false, status::REVOKED));

    world.wait(1);
    world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUER, NOW)).unwrap();
    world.vm.set_sender(OWNER);
    assert!(world.call(&restoreBatchCall { credentialIds: vec![id] }).is_ok());
    assert_eq!(world.registry.get_credential(id).revokedAt, 0);
}
