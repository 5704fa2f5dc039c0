//! What can be asked.

use super::*;

/// A factory with the tokens of two credentials.
fn with_two_tokens() -> (World, [Address; 2]) {
    let mut world = World::new();
    let tokens = [CREDENTIAL, OTHER_CREDENTIAL].map(|credential| {
        world.expect_token(credential);
        world.create(credential).unwrap()
    });
    (world, tokens)
}

#[test]
fn tokens_and_credentials_are_found_by_each_other() {
    let (World { factory, .. }, tokens) = with_two_tokens();
    for (credential, token) in [CREDENTIAL, OTHER_CREDENTIAL].into_iter().zip(tokens) {
        assert_eq!(factory.get_token_by_credential(credential), token);
        assert_eq!(factory.get_credential_by_token(token), credential);
        assert!(factory.is_valid_token(token));
        assert_eq!(factory.get_token_details(credential), Ok((true, token, ALICE)));
    }
    assert_eq!(factory.get_token_count(), n(2));
}

#[test]
fn what_does_not_exist_is_zero() {
    let (World { factory, .. }, _) = with_two_tokens();
    let nothing = B256::with_last_byte(1);
    assert_eq!(factory.get_token_by_credential(nothing), Address::ZERO);
    assert_eq!(factory.get_token_details(nothing), Ok((false, Address::ZERO, Address::ZERO)));
    for other in [EVE, FACTORY, IMPLEMENTATION, Address::ZERO] {
        assert_eq!(factory.get_credential_by_token(other), B256::ZERO);
        assert!(!factory.is_valid_token(other));
    }
}

#[test]
fn a_clone_that_the_factory_did_not_make_is_not_valid() {
    let (World { host, factory }, [token, _]) = with_two_tokens();
    // The very code of a token, at another address.
    host.vm.set_code(EVE, host.vm.code(token));
    assert!(!factory.is_valid_token(EVE));
    assert_eq!(factory.get_credential_by_token(EVE), B256::ZERO);
}

#[test]
fn get_token_details_reverts_with_token_failed_when_the_token_does_not_answer() {
    let (mut world, [token, _]) = with_two_tokens();
    world.host.silence(token, getCreatorCall {}.abi_encode());
    world.refuses(ALICE, TokenFactoryTokenFailed { tokenAddress: token }, |world| {
        world.factory.get_token_details(CREDENTIAL)
    });
}

#[test]
fn pages_cover_the_list_and_end_with_it() {
    let (World { factory, .. }, [first, second]) = with_two_tokens();
    let page = |offset, limit| factory.get_tokens(offset, limit).unwrap();
    assert_eq!(page(n(0), n(1)), [first]);
    assert_eq!(page(n(1), n(1)), [second]);
    assert_eq!(page(n(0), PAGE_MAX), [first, second]);
    assert_eq!(page(n(1), PAGE_MAX), [second]);
    assert!(page(n(0), n(0)).is_empty());
    assert!(page(n(2), n(1)).is_empty());
    assert!(page(U256::MAX, PAGE_MAX).is_empty());
}

#[test]
fn lists_revert_with_too_many_tokens_beyond_1000() {
    let mut world = World::new();
    let limit = n(1_000);
    world.refuses(ALICE, TokenFactoryTooManyTokens { count: n(1_001), limit }, |world| {
        world.factory.get_tokens(n(0), n(1_001))
    });
    let count =
        |world: &mut World, count| world.factory.set_implementation_and_count(IMPLEMENTATION, n(count));
    count(&mut world, 1_000);
    assert_eq!(world.factory.get_all_tokens().unwrap().len(), 1_000);
    count(&mut world, 1_001);
    world.refuses(ALICE, TokenFactoryTooManyTokens { count: n(1_001), limit }, |world| {
        world.factory.get_all_tokens()
    });
}

#[test]
fn validate_credential_ownership_is_what_the_registry_says() {
    let World { factory, .. } = World::new();
    assert_eq!(factory.validate_credential_ownership(CREDENTIAL, ALICE), Ok(true));
    assert_eq!(factory.validate_credential_ownership(CREDENTIAL, EVE), Ok(false));
}
