//! Initialisation, ownership, setters, layout.

use super::*;
use abi::ownable::IOwnable::OwnershipTransferred;
use kit::namespace;

#[test]
fn initialize_sets_everything_up_and_emits() {
    let mut world = World::blank();
    world.factory.initialize(OWNER, REGISTRY, GENERATOR, IMPLEMENTATION).unwrap();
    let World { factory, .. } = &world;
    assert_eq!((factory.authority.owner(), factory.authority.pending_owner()), (OWNER, Address::ZERO));
    assert_eq!(factory.registry(), REGISTRY);
    assert_eq!(factory.generator(), GENERATOR);
    assert_eq!(factory.implementation(), IMPLEMENTATION);
    assert_eq!(factory.get_token_count(), n(0));
    let logs = world.logs();
    assert_eq!(logs.len(), 7, "and that it is initialised");
    let zero = Address::ZERO;
    let owned = OwnershipTransferred { previousOwner: zero, newOwner: OWNER };
    assert_eq!(decode::<OwnershipTransferred>(&logs[1]), owned);
    let registry = RegistrySet { previousRegistry: zero, newRegistry: REGISTRY };
    assert_eq!(decode::<RegistrySet>(&logs[2]), registry);
    let generator = GeneratorSet { previousGenerator: zero, newGenerator: GENERATOR };
    assert_eq!(decode::<GeneratorSet>(&logs[3]), generator);
    let implementation =
        ImplementationSet { previousImplementation: zero, newImplementation: IMPLEMENTATION };
    assert_eq!(decode::<ImplementationSet>(&logs[4]), implementation);
    let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
    assert_eq!(decode::<EmissionRateBoundsSet>(&logs[5]), EmissionRateBoundsSet { minimum, maximum });
    assert_eq!(factory.get_emission_rate_bounds(), (minimum, maximum));
    let (minimum, maximum) = (MAX_SUPPLY_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT);
    assert_eq!(decode::<MaxSupplyBoundsSet>(&logs[6]), MaxSupplyBoundsSet { minimum, maximum });
    assert_eq!(factory.get_max_supply_bounds(), (minimum, maximum));
    assert_eq!((factory.creation_fee(), factory.treasury()), (n(0), Address::ZERO));
    assert_eq!(
        (factory.authority.guardian(), factory.authority.paused(), factory.authority.launched()),
        (Address::ZERO, false, false)
    );
}

#[test]
fn initialize_reverts_with_already_initialized_the_second_time() {
    let mut world = World::new();
    world.refuses(EVE, AlreadyInitialized { version: 1 }, |world| {
        world.factory.initialize(EVE, REGISTRY, GENERATOR, IMPLEMENTATION)
    });
}

#[test]
fn initialize_reverts_with_direct_initialization_on_the_program_itself() {
    let mut world = World::blank();
    world.host.vm.set_code(FACTORY, vec![0xef, 0xf0, 0, 0]);
    world.refuses(EVE, DirectInitialization { implementation: FACTORY }, |world| {
        world.factory.initialize(EVE, REGISTRY, GENERATOR, IMPLEMENTATION)
    });
}

#[test]
fn initialize_reverts_with_invalid_owner_for_nobody() {
    let refused = World::blank().factory.initialize(Address::ZERO, REGISTRY, GENERATOR, IMPLEMENTATION);
    assert_eq!(refused, Err(FactoryError(OwnableInvalidOwner { owner: Address::ZERO }.abi_encode())));
}

#[test]
fn setters_replace_and_emit() {
    let mut world = World::new();
    let (registry, generator, implementation) = (
        address!("0000000000000000000000000000000000000021"),
        address!("0000000000000000000000000000000000000022"),
        address!("0000000000000000000000000000000000000023"),
    );
    let unknown = validateCredentialCall { credentialId: B256::ZERO, holder: Address::ZERO }.abi_encode();
    world.host.answer(registry, unknown, Ok(validity(false, status::NONE)));
    world.token_program(implementation);

    world.by(OWNER, |world| world.factory.set_registry(registry)).unwrap();
    world.by(OWNER, |world| world.factory.set_generator(generator)).unwrap();
    world.by(OWNER, |world| world.factory.set_implementation(implementation)).unwrap();
    assert_eq!(world.factory.registry(), registry);
    assert_eq!(world.factory.generator(), generator);
    assert_eq!(world.factory.implementation(), implementation);
    let logs = world.logs();
    assert_eq!(logs.len(), 3);
    let set = RegistrySet { previousRegistry: REGISTRY, newRegistry: registry };
    assert_eq!(decode::<RegistrySet>(&logs[0]), set);
    let set = GeneratorSet { previousGenerator: GENERATOR, newGenerator: generator };
    assert_eq!(decode::<GeneratorSet>(&logs[1]), set);
    let set = ImplementationSet { previousImplementation: IMPLEMENTATION, newImplementation: implementation };
    assert_eq!(decode::<ImplementationSet>(&logs[2]), set);
}

#[test]
fn setters_revert_with_unauthorized_account_for_others() {
    let mut world = World::new();
    let stranger = || OwnableUnauthorizedAccount { account: EVE };
    world.refuses(EVE, stranger(), |world| world.factory.set_registry(REGISTRY));
    world.refuses(EVE, stranger(), |world| world.factory.set_generator(GENERATOR));
    world.refuses(EVE, stranger(), |world| world.factory.set_implementation(IMPLEMENTATION));
    world.refuses(EVE, stranger(), |world| world.factory.set_emission_rate_bounds(n(1), n(2)));
    world.refuses(EVE, stranger(), |world| world.factory.set_max_supply_bounds(n(1), n(2)));
    world.refuses(EVE, stranger(), |world| world.factory.set_creation_fee(n(1)));
    world.refuses(EVE, stranger(), |world| world.factory.set_treasury(EVE));
    world.refuses(EVE, stranger(), |world| world.factory.set_token_emission_rate(EVE, RATE));
    world.refuses(EVE, stranger(), |world| world.factory.launch());
    world.refuses(EVE, stranger(), |world| world.factory.authority.renounce_ownership());
}

#[test]
fn set_registry_reverts_with_unsuitable_unless_it_answers_as_a_registry() {
    let mut world = World::new();
    let account = address!("0000000000000000000000000000000000000021");
    let unfit = || TokenFactoryUnsuitable { account };
    world.refuses(OWNER, unfit(), |world| world.factory.set_registry(account));
    let unknown = validateCredentialCall { credentialId: B256::ZERO, holder: Address::ZERO }.abi_encode();
    let odd = [Ok(vec![]), Ok(validity(true, status::ACTIVE)), Ok(n(0).abi_encode())];
    for answer in odd {
        world.host.answer(account, unknown.clone(), answer);
        world.refuses(OWNER, unfit(), |world| world.factory.set_registry(account));
    }
    // A registry's program itself answers as an empty registry does; its proxy is meant.
    world.host.answer(account, unknown, Ok(validity(false, status::NONE)));
    world.host.vm.set_code(account, vec![0xef, 0xf0, 0, 0]);
    world.refuses(OWNER, unfit(), |world| world.factory.set_registry(account));
}

#[test]
fn set_generator_reverts_with_unsuitable_for_nobody_and_for_a_program_itself() {
    let mut world = World::new();
    let unfit = TokenFactoryUnsuitable { account: Address::ZERO };
    world.refuses(OWNER, unfit, |world| world.factory.set_generator(Address::ZERO));
    world.host.vm.set_code(EVE, vec![0xef, 0xf0, 0, 0]);
    let unfit = TokenFactoryUnsuitable { account: EVE };
    world.refuses(OWNER, unfit, |world| world.factory.set_generator(EVE));
}

#[test]
fn set_implementation_reverts_with_unsuitable_unless_it_is_an_active_token_program() {
    let mut world = World::new();
    let account = address!("0000000000000000000000000000000000000023");
    let unfit = || TokenFactoryUnsuitable { account };
    let minter = getMinterCall {}.abi_encode();
    let version = programVersionCall { program: account }.abi_encode();
    world.refuses(OWNER, unfit(), |world| world.factory.set_implementation(account));

    world.token_program(account);
    world.host.silence(ARB_WASM, version.clone());
    world.refuses(OWNER, unfit(), |world| world.factory.set_implementation(account));

    world.token_program(account);
    world.host.answer(ARB_WASM, version, Ok(vec![]));
    world.refuses(OWNER, unfit(), |world| world.factory.set_implementation(account));

    world.token_program(account);
    let another = CredentialTokenNotClone { account: IMPLEMENTATION }.abi_encode();
    for answer in [Ok(EVE.abi_encode()), Err(vec![]), Err(another)] {
        world.host.answer(account, minter.clone(), answer);
        world.refuses(OWNER, unfit(), |world| world.factory.set_implementation(account));
    }
}

#[test]
fn layout_is_pinned() {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    world.create(CREDENTIAL).unwrap();
    let root = namespace::root("air.storage.CredentialTokenFactory");
    let word = |slot: U256| world.host.vm.get_storage(slot);
    assert_eq!(word(root), REGISTRY.into_word());
    assert_eq!(word(root + n(1)), GENERATOR.into_word());
    let count_and_implementation = (n(1) << 160) | U256::from_be_bytes(IMPLEMENTATION.into_word().0);
    assert_eq!(word(root + n(2)), B256::from(count_and_implementation));
    assert_eq!(word(kit::word::Key::slot(CREDENTIAL, root + n(3))), token.into_word());
    assert_eq!(word(kit::word::Key::slot(n(0), root + n(4))), token.into_word());
    let halves = |high: U256, low: U256| B256::from((high << 128) | low);
    assert_eq!(word(root + n(5)), halves(EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT));
    assert_eq!(word(root + n(6)), halves(MAX_SUPPLY_MIN_DEFAULT, MAX_SUPPLY_MAX_DEFAULT));
    assert_eq!(word(root + n(9)), halves(n(999 * 86_400), n(NOW)));
    assert_eq!(word(kit::word::Key::slot(ALICE, root + n(10))), halves(n(4 * 86_400), n(NOW)));
    assert_eq!(world.storage().len(), 11, "and owner and version, in namespaces of their own");

    world.by(OWNER, |world| world.factory.set_treasury(EVE)).unwrap();
    world.by(OWNER, |world| world.factory.set_creation_fee(n(7))).unwrap();
    assert_eq!(
        world.host.vm.get_storage(root + n(7)),
        B256::from((n(7) << 160) | U256::from_be_bytes(EVE.into_word().0))
    );
    world.host.vm.set_value(n(7));
    world.expect_token(OTHER_CREDENTIAL);
    world.create(OTHER_CREDENTIAL).unwrap();
    assert_eq!(world.host.vm.get_storage(root + n(8)), B256::from(n(7)));
}
