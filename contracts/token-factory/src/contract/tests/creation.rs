//! Creating tokens.

use super::*;

#[test]
fn create_token_makes_an_initialised_clone_and_emits() {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    assert_eq!(world.create(CREDENTIAL), Ok(token));
    let args = CloneArgs { factory: FACTORY, minter: GENERATOR, credential_id: CREDENTIAL };
    let code = clone::runtime::<{ CloneArgs::BYTES }>(IMPLEMENTATION, &args.into());
    assert_eq!(world.host.vm.code(token), code);
    assert_eq!(
        world.host.made(),
        [(token, terms().abi_encode(), n(0))],
        "initialised, and nothing else called"
    );
    let [log] = world.logs().try_into().unwrap();
    let created = TokenCreated {
        credentialId: CREDENTIAL,
        tokenAddress: token,
        creator: ALICE,
        name: NAME.into(),
        symbol: SYMBOL.into(),
        emissionRate: RATE,
        maxSupply: CAP,
        timestamp: n(NOW),
    };
    assert_eq!(decode::<TokenCreated>(&log), created);
}

#[test]
fn create_token_works_for_each_credential_of_a_holder() {
    let mut world = World::new();
    let tokens = [CREDENTIAL, OTHER_CREDENTIAL].map(|credential| {
        let token = world.expect_token(credential);
        assert_eq!(world.create(credential), Ok(token));
        token
    });
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(world.factory.get_all_tokens().unwrap(), tokens);
}

#[test]
fn create_token_reverts_with_token_already_exists_for_a_second_one() {
    let mut world = World::new();
    world.expect_token(CREDENTIAL);
    world.create(CREDENTIAL).unwrap();
    let exists = || TokenAlreadyExists { credentialId: CREDENTIAL };
    world.refuses(ALICE, exists(), |world| world.create(CREDENTIAL));
    // Not even where it would be another address.
    world.by(OWNER, |world| world.factory.set_generator(EVE)).unwrap();
    world.expect_token(CREDENTIAL);
    world.refuses(ALICE, exists(), |world| world.create(CREDENTIAL));
}

#[test]
fn create_token_reverts_with_not_credential_owner_for_somebody_elses() {
    let mut world = World::new();
    let error = NotCredentialOwner { credentialId: CREDENTIAL, caller: EVE };
    world.refuses(EVE, error, |world| world.create(CREDENTIAL));
}

#[test]
fn create_token_reverts_with_invalid_credential_whatever_is_wrong_with_it() {
    let mut world = World::new();
    for status in [status::NONE, status::EXPIRED, status::REVOKED, status::ISSUER_DISTRUSTED] {
        world.registry_says(CREDENTIAL, ALICE, false, status);
        let error = InvalidCredential { credentialId: CREDENTIAL };
        world.refuses(ALICE, error, |world| world.create(CREDENTIAL));
    }
}

#[test]
fn create_token_reverts_with_registry_failed_when_it_fails_or_answers_nonsense() {
    let mut world = World::new();
    let question = validateCredentialCall { credentialId: CREDENTIAL, holder: ALICE }.abi_encode();
    for answer in [Err(vec![1, 2, 3, 4]), Ok(vec![]), Ok([0xff; 64].to_vec())] {
        world.host.answer(REGISTRY, question.clone(), answer);
        let error = || TokenFactoryRegistryFailed { registry: REGISTRY };
        world.refuses(ALICE, error(), |world| world.create(CREDENTIAL));
        world.refuses(ALICE, error(), |world| world.factory.validate_credential_ownership(CREDENTIAL, ALICE));
    }
}

#[test]
fn create_token_reverts_with_creation_failed_when_the_clone_is_refused() {
    let mut world = World::new();
    // Only the chain undoes what was counted before.
    let failed = || Err(TokenFactoryCreationFailed { credentialId: CREDENTIAL }.into());
    // The initialisation fails, as it does when the program has expired.
    let token = world.factory.predict_token_address(CREDENTIAL);
    assert_eq!(world.create(CREDENTIAL), failed());
    // The address is taken: the chain undid nothing here, the clone above is still there.
    assert_ne!(world.host.vm.code_size(token), 0);
    world.expect_token(CREDENTIAL);
    assert_eq!(world.create(CREDENTIAL), failed());
    assert!(world.logs().is_empty());
}

#[test]
fn create_token_takes_terms_at_their_bounds_and_refuses_one_beyond() {
    let mut world = World::new();
    let mut attempt = |name: &str, symbol: &str, rate: U256, cap: U256| {
        // What passes the bounds fails later, because the token's initialisation isn't played.
        world.factory.create_token(CREDENTIAL, name, symbol, rate, cap).unwrap_err()
    };
    let passed = FactoryError::from(TokenFactoryCreationFailed { credentialId: CREDENTIAL });
    let one = U256::ONE;
    let (rate_min, rate_max) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
    let (cap_min, cap_max) = (MAX_SUPPLY_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT);
    let rate_error = |rate| {
        FactoryError::from(TokenFactoryInvalidEmissionRate { rate, minimum: rate_min, maximum: rate_max })
    };
    let cap_error = |max_supply| {
        FactoryError::from(TokenFactoryInvalidMaxSupply {
            maxSupply: max_supply,
            minimum: cap_min,
            maximum: cap_max,
        })
    };
    let name_error = |length| FactoryError::from(TokenFactoryInvalidName { length: n(length) });
    let symbol_error = |length| FactoryError::from(TokenFactoryInvalidSymbol { length: n(length) });

    assert_eq!(attempt(&"n".repeat(64), &"S".repeat(16), rate_min, cap_min), passed);
    assert_eq!(attempt("n", "S", rate_max, cap_max), passed);
    assert_eq!(attempt("n", "S", rate_min - one, cap_min), rate_error(rate_min - one));
    assert_eq!(attempt("n", "S", rate_max + one, cap_min), rate_error(rate_max + one));
    assert_eq!(attempt("n", "S", rate_min, cap_min - one), cap_error(cap_min - one));
    assert_eq!(attempt("n", "S", rate_min, cap_max + one), cap_error(cap_max + one));
    assert_eq!(attempt("", "S", RATE, CAP), name_error(0));
    assert_eq!(attempt(&"n".repeat(65), "S", RATE, CAP), name_error(65));
    assert_eq!(attempt("line\nbreak", "S", RATE, CAP), name_error(10));
    assert_eq!(attempt("n", "", RATE, CAP), symbol_error(0));
    assert_eq!(attempt("n", &"S".repeat(17), RATE, CAP), symbol_error(17));
    assert_eq!(attempt("n", "S\u{202e}", RATE, CAP), symbol_error(4));
}

#[test]
fn a_generator_that_is_a_contract_hears_of_the_token_once_it_is_recorded() {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    world.host.vm.set_code(GENERATOR, vec![0x60, 0x00]);
    let notice = onTokenCreatedCall { credentialId: CREDENTIAL, tokenAddress: token, emissionRate: RATE };
    world.host.answer(GENERATOR, notice.abi_encode(), Ok(vec![]));
    world.create(CREDENTIAL).unwrap();
    let made = [(token, terms().abi_encode(), n(0)), (GENERATOR, notice.abi_encode(), n(0))];
    assert_eq!(world.host.made(), made);

    world.expect_token(OTHER_CREDENTIAL);
    let refused = world.create(OTHER_CREDENTIAL);
    assert_eq!(refused, Err(TokenFactoryGeneratorFailed { generator: GENERATOR }.into()));
}

#[test]
fn create_token_reverts_with_enforced_pause_while_it_is_stopped() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.authority.pause()).unwrap();
    world.refuses(ALICE, EnforcedPause {}, |world| world.create(CREDENTIAL));
    world.by(OWNER, |world| world.factory.authority.unpause()).unwrap();
    let token = world.expect_token(CREDENTIAL);
    assert_eq!(world.create(CREDENTIAL), Ok(token));
}

#[test]
fn create_token_reverts_with_reentrant_call_while_it_runs() {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    guard::enter().unwrap();
    world.refuses(ALICE, ReentrancyGuardReentrantCall {}, |world| world.create(CREDENTIAL));
    guard::release();
    assert_eq!(world.create(CREDENTIAL), Ok(token));
    assert!(!guard::is_held(), "released");
}
