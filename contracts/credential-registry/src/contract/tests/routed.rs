//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::{
    ownable::IOwnable::{ownerCall, renounceOwnershipCall},
    registry::ICredentialRegistry::{
        batchValidateCredentialsCall, getCredentialCall, getCredentialsOfCall, getLapseCountCall,
        getLapsesCall, registerCredentialCall, renewCredentialCall, restoreBatchCall, revokeBatchCall,
        validateCredentialCall, validateCredentialReturn,
    },
};

kit::route_tests! { CredentialRegistry, "credential-registry", World, registry, others Authority }

kit::authority_tests! { World, OWNER, |world| &world.vm }

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

    world.vm.set_block_timestamp(degree().expiresAt + 1);
    let later = renewal(id, degree().expiresAt + DAY, 1);
    let signature = world.sign(&later, ISSUER).into();
    assert!(world.call(&renewCredentialCall { r: later, issuer: ISSUER, signature }).is_ok());
    assert_eq!(world.registry.get_credential(id).expiresAt, degree().expiresAt + DAY);
    let lapse = Lapse { from: degree().expiresAt, until: degree().expiresAt + 1 };
    assert_eq!(world.call(&getLapsesCall { credentialId: id, offset, limit }), Ok(vec![lapse]));
    assert_eq!(world.call(&getLapseCountCall { credentialId: id }), Ok(U256::ONE));

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
