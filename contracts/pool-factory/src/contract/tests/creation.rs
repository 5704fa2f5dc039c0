//! Opening pools.

use super::*;

#[test]
fn create_pool_makes_a_clone_that_knows_how_it_began_and_emits() {
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    assert_eq!(world.create(TOKEN), Ok(pool));
    assert!(!guard::is_held(), "released");
    let code = clone::runtime::<{ CloneArgs::BYTES }>(IMPLEMENTATION, &args(TOKEN, NOW).into());
    assert_eq!(world.host.vm.code(pool), code);
    // The tokens come first, then the Ether, with which the pool begins. Without a recipient the protocol takes nothing.
    let made = [(TOKEN, transfer(pool), n(0)), (pool, start(false), ETHER)];
    assert_eq!(world.host.made(), made);
    let [log] = world.logs().try_into().unwrap();
    let created = PoolCreated {
        token: TOKEN,
        pool,
        creator: ALICE,
        initialTokenLiquidity: TOKENS,
        initialEthLiquidity: ETHER,
        timestamp: n(NOW),
    };
    assert_eq!(decode::<PoolCreated>(&log), created);
}

#[test]
fn new_pools_have_the_protocols_fee_once_there_is_a_recipient() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_protocol_fee_recipient(RECIPIENT)).unwrap();
    let pool = world.expect_pool(TOKEN);
    world.create(TOKEN).unwrap();
    assert_eq!(world.host.made()[1], (pool, start(true), ETHER));
}

#[test]
fn create_pool_works_for_each_token_of_a_holder() {
    let mut world = World::new();
    let pools = [TOKEN, OTHER_TOKEN].map(|token| {
        let pool = world.expect_pool(token);
        assert_eq!(world.create(token), Ok(pool));
        pool
    });
    assert_ne!(pools[0], pools[1]);
    assert_eq!(world.factory.get_all_pools().unwrap(), pools);
}

#[test]
fn create_pool_reverts_with_pool_already_exists_for_a_second_one() {
    let (mut world, _) = World::with_pool();
    world.refuses(ALICE, PoolAlreadyExists { token: TOKEN }, |world| world.create(TOKEN));
    // Not even where it would be another address.
    world.host.vm.set_block_timestamp(NOW + 1);
    world.expect_pool(TOKEN);
    world.refuses(ALICE, PoolAlreadyExists { token: TOKEN }, |world| world.create(TOKEN));
}

#[test]
fn create_pool_reverts_with_invalid_token_for_what_the_token_factory_did_not_create() {
    let mut world = World::new();
    world.token_of(EVE, B256::ZERO);
    world.refuses(ALICE, InvalidToken { token: EVE }, |world| world.create(EVE));
}

#[test]
fn create_pool_reverts_with_not_credential_owner_for_somebody_elses() {
    let mut world = World::new();
    let error = NotCredentialOwner { credentialId: CREDENTIAL, caller: EVE };
    world.refuses(EVE, error, |world| world.create(TOKEN));
}

#[test]
fn create_pool_reverts_with_invalid_credential_whatever_is_wrong_with_it() {
    let mut world = World::new();
    for status in [status::NONE, status::EXPIRED, status::REVOKED, status::ISSUER_DISTRUSTED] {
        world.registry_says(CREDENTIAL, ALICE, false, status);
        world.refuses(ALICE, InvalidCredential { credentialId: CREDENTIAL }, |world| world.create(TOKEN));
    }
}

#[test]
fn create_pool_reverts_with_token_factory_failed_when_it_fails_or_answers_nonsense() {
    let failed = || PoolFactoryTokenFactoryFailed { tokenFactory: TOKEN_FACTORY };
    for answer in [Err(vec![1, 2, 3, 4]), Ok(vec![]), Ok(vec![0; 31])] {
        let mut world = World::new();
        world.host.answer(TOKEN_FACTORY, credential_of(TOKEN), answer.clone());
        world.refuses(ALICE, failed(), |world| world.create(TOKEN));

        let mut world = World::new();
        world.host.answer(TOKEN_FACTORY, registryCall {}.abi_encode(), answer);
        world.refuses(ALICE, failed(), |world| world.create(TOKEN));
    }
    let mut world = World::new();
    world.host.answer(TOKEN_FACTORY, registryCall {}.abi_encode(), Ok(vec![0xff; 32]));
    world.refuses(ALICE, failed(), |world| world.create(TOKEN));
}

#[test]
fn create_pool_reverts_with_registry_failed_when_it_fails_or_answers_nonsense() {
    let mut world = World::new();
    for answer in [Err(vec![1, 2, 3, 4]), Ok(vec![]), Ok([0xff; 64].to_vec()), Ok(vec![0; 32])] {
        world.host.answer(REGISTRY, validity_of(CREDENTIAL, ALICE), answer);
        let failed = PoolFactoryRegistryFailed { registry: REGISTRY };
        world.refuses(ALICE, failed, |world| world.create(TOKEN));
    }
}

#[test]
fn create_pool_takes_amounts_at_their_bounds_and_refuses_one_beyond() {
    let mut world = World::new();
    let (tokens, ether) = (POOL_TOKENS_MIN_DEFAULT, POOL_ETHER_MIN_DEFAULT);
    let most = (U256::ONE << 112) - U256::ONE;
    let mut attempt = |tokens: U256, ether: U256| {
        // What passes the bounds fails later, because the token's transfer isn't played; only the chain undoes what was
        // recorded before.
        let refused = world.create_with(TOKEN, tokens, ether).unwrap_err();
        guard::release();
        world.factory.pools.by_token.at_mut(TOKEN).set(B256::ZERO);
        refused
    };
    let passed = PoolFactoryError::from(PoolFactoryTokenFailed { token: TOKEN });
    let little = |tokens, ether| {
        PoolFactoryError::from(InsufficientInitialLiquidity { tokenAmount: tokens, ethAmount: ether })
    };
    let much =
        |tokens, ether| PoolFactoryError::from(PoolReserveOverflow { balance0: tokens, balance1: ether });
    assert_eq!(attempt(tokens, ether), passed);
    assert_eq!(attempt(most, most), passed);
    let one = U256::ONE;
    assert_eq!(attempt(tokens - one, ether), little(tokens - one, ether));
    assert_eq!(attempt(tokens, ether - one), little(tokens, ether - one));
    assert_eq!(attempt(n(0), n(0)), little(n(0), n(0)));
    assert_eq!(attempt(most + one, ether), much(most + one, ether));
    assert_eq!(attempt(tokens, most + one), much(tokens, most + one));
    assert_eq!(attempt(U256::MAX, U256::MAX), much(U256::MAX, U256::MAX));
}

#[test]
fn create_pool_reverts_with_insufficient_initial_liquidity_for_amounts_worth_no_share() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_minimum_liquidity(n(1), n(1))).unwrap();
    // The root of the product is what stays in the pool for ever.
    let error = InsufficientInitialLiquidity { tokenAmount: n(1_000), ethAmount: n(1_000) };
    world.refuses(ALICE, error, |world| world.create_with(TOKEN, n(1_000), n(1_000)));
    let passed = PoolFactoryTokenFailed { token: TOKEN };
    assert_eq!(world.create_with(TOKEN, n(1_001), n(1_001)), Err(passed.into()));
}

#[test]
fn create_pool_passes_on_that_the_token_lacks_tokens_or_an_allowance() {
    let short = ERC20InsufficientBalance { sender: ALICE, balance: n(1), needed: TOKENS };
    let unallowed = ERC20InsufficientAllowance { spender: FACTORY, allowance: n(1), needed: TOKENS };
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.answer(TOKEN, transfer(pool), Err(short.abi_encode()));
    world.fails(short);
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.answer(TOKEN, transfer(pool), Err(unallowed.abi_encode()));
    world.fails(unallowed);
    // Both are declared.
    assert!(IPoolFactoryErrors::abi_decode(&unallowed_data()).is_ok());
}

/// What the token says without an allowance.
fn unallowed_data() -> Vec<u8> {
    ERC20InsufficientAllowance { spender: FACTORY, allowance: n(0), needed: TOKENS }.abi_encode()
}

#[test]
fn create_pool_reverts_with_token_failed_when_the_token_moves_nothing() {
    let other = PoolTokenFailed { token: TOKEN }.abi_encode();
    for answer in [Err(vec![]), Err(other), Ok(vec![]), Ok(false.abi_encode()), Ok(n(2).abi_encode())] {
        let mut world = World::new();
        let pool = world.expect_pool(TOKEN);
        world.host.answer(TOKEN, transfer(pool), answer);
        world.fails(PoolFactoryTokenFailed { token: TOKEN });
    }
}

#[test]
fn create_pool_reverts_with_creation_failed_when_the_clone_is_refused() {
    let failed = || PoolFactoryCreationFailed { token: TOKEN };
    // The initialisation fails, as it does when a program has expired.
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.silence(pool, start(false));
    world.fails(failed());
    // The address is taken.
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.vm.set_code(pool, vec![0x60, 0x00]);
    world.fails(failed());
    assert!(world.logs().is_empty());
}

#[test]
fn an_oracle_that_is_a_contract_hears_of_the_pool_once_it_trades() {
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.vm.set_code(ORACLE, vec![0x60, 0x00]);
    let notice = onPoolCreatedCall { credentialId: CREDENTIAL, token: TOKEN, pool }.abi_encode();
    world.host.answer(ORACLE, notice.clone(), Ok(vec![]));
    world.create(TOKEN).unwrap();
    let made = [(TOKEN, transfer(pool), n(0)), (pool, start(false), ETHER), (ORACLE, notice.clone(), n(0))];
    assert_eq!(world.host.made(), made);

    let mut world = World::new();
    world.expect_pool(TOKEN);
    world.host.vm.set_code(ORACLE, vec![0x60, 0x00]);
    world.fails(PoolFactoryOracleFailed { oracle: ORACLE });
}

#[test]
fn create_pool_reverts_with_enforced_pause_while_it_is_stopped() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.authority.pause()).unwrap();
    world.refuses(ALICE, EnforcedPause {}, |world| world.create(TOKEN));
    world.by(OWNER, |world| world.factory.authority.unpause()).unwrap();
    let pool = world.expect_pool(TOKEN);
    assert_eq!(world.create(TOKEN), Ok(pool));
}

#[test]
fn create_pool_reverts_with_reentrant_call_while_it_runs() {
    let mut world = World::new();
    guard::enter().unwrap();
    world.refuses(ALICE, ReentrancyGuardReentrantCall {}, |world| world.create(TOKEN));
}
