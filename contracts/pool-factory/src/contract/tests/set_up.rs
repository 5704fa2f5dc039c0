//! Initialisation, ownership, setters, layout.

use super::*;
use abi::ownable::IOwnable::OwnershipTransferred;
use kit::namespace;

/// An account that nobody has asked anything yet.
const ANOTHER: Address = address!("0000000000000000000000000000000000000021");
const ANOTHER_EXTENSION: Address = address!("0000000000000000000000000000000000000022");

#[test]
fn initialize_sets_everything_up_and_emits() {
    let mut world = World::blank();
    world.factory.initialize(OWNER, TOKEN_FACTORY, ORACLE, IMPLEMENTATION, EXTENSION).unwrap();
    let World { factory, .. } = &world;
    assert_eq!((factory.authority.owner(), factory.authority.pending_owner()), (OWNER, Address::ZERO));
    assert_eq!((factory.token_factory(), factory.oracle()), (TOKEN_FACTORY, ORACLE));
    assert_eq!((factory.implementation(), factory.extension()), (IMPLEMENTATION, EXTENSION));
    assert_eq!((factory.get_pool_count(), factory.paused_pools()), (n(0), n(0)));
    let (tokens, ether) = (POOL_TOKENS_MIN_DEFAULT, POOL_ETHER_MIN_DEFAULT);
    assert_eq!((factory.minimum_initial_liquidity(), factory.minimum_eth_value()), (tokens, ether));
    assert_eq!((factory.pool_creation_fee(), factory.accrued_fees()), (n(0), n(0)));
    assert_eq!(
        (factory.protocol_fee_recipient(), factory.authority.guardian()),
        (Address::ZERO, Address::ZERO)
    );
    assert_eq!((factory.authority.paused(), factory.authority.launched()), (false, false));
    let logs = world.logs();
    assert_eq!(logs.len(), 6, "and that it is initialised");
    let zero = Address::ZERO;
    let owned = OwnershipTransferred { previousOwner: zero, newOwner: OWNER };
    assert_eq!(decode::<OwnershipTransferred>(&logs[1]), owned);
    let token_factory = TokenFactorySet { previousTokenFactory: zero, newTokenFactory: TOKEN_FACTORY };
    assert_eq!(decode::<TokenFactorySet>(&logs[2]), token_factory);
    let oracle = OracleSet { previousOracle: zero, newOracle: ORACLE };
    assert_eq!(decode::<OracleSet>(&logs[3]), oracle);
    let programs = ImplementationSet {
        previousImplementation: zero,
        newImplementation: IMPLEMENTATION,
        previousExtension: zero,
        newExtension: EXTENSION,
    };
    assert_eq!(decode::<ImplementationSet>(&logs[4]), programs);
    let minimums = MinimumLiquiditySet { tokenAmount: tokens, ethAmount: ether };
    assert_eq!(decode::<MinimumLiquiditySet>(&logs[5]), minimums);
}

#[test]
fn initialize_reverts_with_already_initialized_the_second_time() {
    let mut world = World::new();
    world.refuses(EVE, AlreadyInitialized { version: 1 }, |world| {
        world.factory.initialize(EVE, TOKEN_FACTORY, ORACLE, IMPLEMENTATION, EXTENSION)
    });
}

#[test]
fn initialize_reverts_with_direct_initialization_on_the_program_itself() {
    let mut world = World::blank();
    world.host.vm.set_code(FACTORY, vec![0xef, 0xf0, 0, 0]);
    world.refuses(EVE, DirectInitialization { implementation: FACTORY }, |world| {
        world.factory.initialize(EVE, TOKEN_FACTORY, ORACLE, IMPLEMENTATION, EXTENSION)
    });
}

#[test]
fn initialize_reverts_with_invalid_owner_for_nobody() {
    let mut world = World::blank();
    let refused = world.factory.initialize(Address::ZERO, TOKEN_FACTORY, ORACLE, IMPLEMENTATION, EXTENSION);
    assert_eq!(refused, Err(PoolFactoryError(OwnableInvalidOwner { owner: Address::ZERO }.abi_encode())));
}

#[test]
fn setters_replace_and_emit() {
    let mut world = World::new();
    world.token_factory(ANOTHER);
    world.by(OWNER, |world| world.factory.set_token_factory(ANOTHER)).unwrap();
    world.by(OWNER, |world| world.factory.set_oracle(EVE)).unwrap();
    world.pool_program(ANOTHER);
    world.extension_program(ANOTHER_EXTENSION);
    world.by(OWNER, |world| world.factory.set_implementation(ANOTHER, ANOTHER_EXTENSION)).unwrap();
    let most = U256::from(curve::RESERVE_MAX);
    world.by(OWNER, |world| world.factory.set_minimum_liquidity(n(1), most)).unwrap();
    let World { factory, .. } = &world;
    assert_eq!((factory.token_factory(), factory.oracle()), (ANOTHER, EVE));
    assert_eq!((factory.implementation(), factory.extension()), (ANOTHER, ANOTHER_EXTENSION));
    assert_eq!((factory.minimum_initial_liquidity(), factory.minimum_eth_value()), (n(1), most));
    let logs = world.logs();
    assert_eq!(logs.len(), 4);
    let set = TokenFactorySet { previousTokenFactory: TOKEN_FACTORY, newTokenFactory: ANOTHER };
    assert_eq!(decode::<TokenFactorySet>(&logs[0]), set);
    let set = OracleSet { previousOracle: ORACLE, newOracle: EVE };
    assert_eq!(decode::<OracleSet>(&logs[1]), set);
    let set = ImplementationSet {
        previousImplementation: IMPLEMENTATION,
        newImplementation: ANOTHER,
        previousExtension: EXTENSION,
        newExtension: ANOTHER_EXTENSION,
    };
    assert_eq!(decode::<ImplementationSet>(&logs[2]), set);
    let set = MinimumLiquiditySet { tokenAmount: n(1), ethAmount: most };
    assert_eq!(decode::<MinimumLiquiditySet>(&logs[3]), set);
}

#[test]
fn setters_revert_with_unauthorized_account_for_others() {
    let mut world = World::new();
    let stranger = || OwnableUnauthorizedAccount { account: EVE };
    world.refuses(EVE, stranger(), |world| world.factory.set_token_factory(TOKEN_FACTORY));
    world.refuses(EVE, stranger(), |world| world.factory.set_oracle(ORACLE));
    world.refuses(EVE, stranger(), |world| world.factory.set_implementation(IMPLEMENTATION, EXTENSION));
    world.refuses(EVE, stranger(), |world| world.factory.set_minimum_liquidity(n(1), n(1)));
    world.refuses(EVE, stranger(), |world| world.factory.set_pool_creation_fee(n(1)));
    world.refuses(EVE, stranger(), |world| world.factory.set_protocol_fee_recipient(EVE));
    world.refuses(EVE, stranger(), |world| world.factory.set_protocol_fee(&[], true));
    world.refuses(EVE, stranger(), |world| world.factory.set_protocol_fee(&[], false));
    world.refuses(EVE, stranger(), |world| world.factory.unpause_pools(&[]));
    world.refuses(EVE, stranger(), |world| world.factory.launch());
    let neither = GuardianUnauthorizedAccount { account: EVE };
    world.refuses(EVE, neither, |world| world.factory.pause_pools(&[]));
    world.refuses(EVE, stranger(), |world| world.factory.renounce_ownership());
}

#[test]
fn set_token_factory_reverts_with_unsuitable_unless_it_answers_as_a_token_factory() {
    let mut world = World::new();
    let unfit = || PoolFactoryUnsuitable { account: ANOTHER };
    let set = |world: &mut World| world.factory.set_token_factory(ANOTHER);
    world.refuses(OWNER, unfit(), set);
    for answer in [Ok(vec![]), Ok(CREDENTIAL.abi_encode()), Err(vec![])] {
        world.token_factory(ANOTHER);
        world.host.answer(ANOTHER, credential_of(Address::ZERO), answer);
        world.refuses(OWNER, unfit(), set);
    }
    for answer in [Ok(vec![]), Ok(Address::ZERO.abi_encode()), Ok(vec![0xff; 32]), Err(vec![])] {
        world.token_factory(ANOTHER);
        world.host.answer(ANOTHER, registryCall {}.abi_encode(), answer);
        world.refuses(OWNER, unfit(), set);
    }
    // The program itself; its proxy is meant.
    world.token_factory(ANOTHER);
    world.host.vm.set_code(ANOTHER, vec![0xef, 0xf0, 0, 0]);
    world.refuses(OWNER, unfit(), set);
}

#[test]
fn set_oracle_reverts_with_unsuitable_for_nobody_and_for_a_program_itself() {
    let mut world = World::new();
    let unfit = PoolFactoryUnsuitable { account: Address::ZERO };
    world.refuses(OWNER, unfit, |world| world.factory.set_oracle(Address::ZERO));
    world.host.vm.set_code(EVE, vec![0xef, 0xf0, 0, 0]);
    let unfit = PoolFactoryUnsuitable { account: EVE };
    world.refuses(OWNER, unfit, |world| world.factory.set_oracle(EVE));
}

#[test]
fn set_implementation_reverts_with_unsuitable_unless_both_are_active_pool_programs_in_their_places() {
    let mut world = World::new();
    let unfit = |account| PoolFactoryUnsuitable { account };
    let refused = |world: &mut World, implementation, extension, account| {
        world.refuses(OWNER, unfit(account), |world| {
            world.factory.set_implementation(implementation, extension)
        });
    };
    refused(&mut world, ANOTHER, EXTENSION, ANOTHER);
    refused(&mut world, IMPLEMENTATION, ANOTHER, ANOTHER);
    // Each in the other's place, and each in both.
    refused(&mut world, EXTENSION, IMPLEMENTATION, EXTENSION);
    refused(&mut world, EXTENSION, EXTENSION, EXTENSION);
    // A pool's program leaves what it doesn't know to its extension, so called itself it refuses that, too.
    let no_clone = PoolNotClone { account: IMPLEMENTATION }.abi_encode();
    world.host.answer(IMPLEMENTATION, unlockScheduleCall {}.abi_encode(), Err(no_clone));
    refused(&mut world, IMPLEMENTATION, IMPLEMENTATION, IMPLEMENTATION);

    let version = programVersionCall { program: ANOTHER }.abi_encode();
    for answer in [Err(vec![]), Ok(vec![])] {
        world.pool_program(ANOTHER);
        world.host.answer(ARB_WASM, version.clone(), answer);
        refused(&mut world, ANOTHER, EXTENSION, ANOTHER);
    }
    let another = PoolNotClone { account: IMPLEMENTATION }.abi_encode();
    for answer in [Ok(EVE.abi_encode()), Err(vec![]), Err(another)] {
        world.pool_program(ANOTHER);
        world.host.answer(ANOTHER, factoryCall {}.abi_encode(), answer.clone());
        refused(&mut world, ANOTHER, EXTENSION, ANOTHER);
        world.extension_program(ANOTHER_EXTENSION);
        world.host.answer(ANOTHER_EXTENSION, unlockScheduleCall {}.abi_encode(), answer);
        refused(&mut world, IMPLEMENTATION, ANOTHER_EXTENSION, ANOTHER_EXTENSION);
    }
}

#[test]
fn set_minimum_liquidity_reverts_with_invalid_minimum_for_nothing_and_beyond_what_a_pool_holds() {
    let mut world = World::new();
    let ceiling = U256::from(curve::RESERVE_MAX);
    let (one, beyond) = (U256::ONE, ceiling + U256::ONE);
    for (tokens, ether) in [(n(0), one), (one, n(0)), (beyond, one), (one, beyond), (U256::MAX, U256::MAX)] {
        let error = PoolFactoryInvalidMinimum { tokenAmount: tokens, ethAmount: ether, ceiling };
        world.refuses(OWNER, error, |world| world.factory.set_minimum_liquidity(tokens, ether));
    }
}

#[test]
fn layout_is_pinned() {
    let mut world = World::new();
    let before = world.storage().len();
    let pool = world.expect_pool(TOKEN);
    world.create(TOKEN).unwrap();
    assert_eq!(world.storage().len(), before + 2, "two new slots a pool");
    let root = namespace::root("air.storage.PoolFactory");
    let word = |world: &World, slot: U256| world.host.vm.get_storage(slot);
    let above = |high: u64, address: Address| {
        B256::from((n(high) << 160) | U256::from_be_bytes(address.into_word().0))
    };
    assert_eq!(word(&world, root), TOKEN_FACTORY.into_word());
    assert_eq!(word(&world, root + n(1)), ORACLE.into_word());
    assert_eq!(word(&world, root + n(2)), above(1, IMPLEMENTATION));
    assert_eq!(word(&world, root + n(3)), EXTENSION.into_word());
    assert_eq!(word(&world, kit::word::Key::slot(TOKEN, root + n(4))), pool.into_word());
    assert_eq!(word(&world, kit::word::Key::slot(n(0), root + n(5))), pool.into_word());
    let minimums = (POOL_TOKENS_MIN_DEFAULT << 128) | POOL_ETHER_MIN_DEFAULT;
    assert_eq!(word(&world, root + n(6)), B256::from(minimums));
    assert_eq!(world.storage().len(), 9, "and owner and version, in namespaces of their own");

    world.by(OWNER, |world| world.factory.set_pool_creation_fee(n(7))).unwrap();
    world.by(OWNER, |world| world.factory.set_protocol_fee_recipient(RECIPIENT)).unwrap();
    assert_eq!(word(&world, root + n(7)), above(7, RECIPIENT));
    world.expect_pool(OTHER_TOKEN);
    world.create(OTHER_TOKEN).unwrap();
    assert_eq!(word(&world, root + n(8)), B256::from(n(7)));
    world.host.answer(pool, pausedCall {}.abi_encode(), Ok(false.abi_encode()));
    world.host.answer(pool, setPausedCall { paused: true }.abi_encode(), Ok(vec![]));
    world.by(OWNER, |world| world.factory.pause_pools(&[pool])).unwrap();
    assert_eq!(word(&world, root + n(9)), B256::from(n(1)));
}
