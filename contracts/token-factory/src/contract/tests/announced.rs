//! Once launched, what can hurt is announced; what protects is immediate.

use super::*;
use abi::{
    announced::IAnnounced::{Executed, Launched},
    pausable::IPausable::GuardianSet,
};
use kit::schedule::{DELAY_SECS, WINDOW_SECS};

const GUARDIAN: Address = address!("000000000000000000000000000000000000d09e");
const TREASURY: Address = address!("0000000000000000000000000000000000007ea5");

/// A launched factory with a token.
fn launched() -> (World, Address) {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    world.create(CREDENTIAL).unwrap();
    world.by(OWNER, |world| world.factory.authority.set_guardian(GUARDIAN)).unwrap();
    world.forget();
    let unfit = || TokenFactoryUnsuitable { account: GENERATOR };
    world.refuses(OWNER, unfit(), |world| world.factory.launch());
    // Nor is it one whose key can have it run other code from one day to the next (EIP-7702).
    world.host.vm.set_code(GENERATOR, [&[0xef, 0x01, 0x00][..], EVE.as_slice()].concat());
    world.refuses(OWNER, unfit(), |world| world.factory.launch());
    world.host.vm.set_code(GENERATOR, vec![0x60, 0x00]);
    world.by(OWNER, |world| world.factory.launch()).unwrap();
    assert_eq!(decode::<Launched>(&world.logs()[0]), Launched {});
    world.forget();
    (world, token)
}

fn hash(call: &[u8]) -> B256 {
    alloy_primitives::keccak256(call)
}

/// A call of a setter, and what makes it.
type Setter = (Vec<u8>, fn(&mut World) -> Result<(), FactoryError>);

/// Every announced setter but that of a token's rate.
fn setters() -> Vec<Setter> {
    vec![
        (setRegistryCall { newRegistry: REGISTRY }.abi_encode(), |world| {
            world.factory.set_registry(REGISTRY)
        }),
        (setGeneratorCall { newGenerator: GENERATOR }.abi_encode(), |world| {
            world.factory.set_generator(GENERATOR)
        }),
        (setImplementationCall { newImplementation: IMPLEMENTATION }.abi_encode(), |world| {
            world.factory.set_implementation(IMPLEMENTATION)
        }),
        (setEmissionRateBoundsCall { minimum: n(1), maximum: n(2) }.abi_encode(), |world| {
            world.factory.set_emission_rate_bounds(n(1), n(2))
        }),
        (setMaxSupplyBoundsCall { minimum: n(1), maximum: n(2) }.abi_encode(), |world| {
            world.factory.set_max_supply_bounds(n(1), n(2))
        }),
        (setCreationFeeCall { newFee: n(7) }.abi_encode(), |world| world.factory.set_creation_fee(n(7))),
        (setTreasuryCall { newTreasury: TREASURY }.abi_encode(), |world| {
            world.factory.set_treasury(TREASURY)
        }),
    ]
}

#[test]
fn every_setter_waits_for_its_announcement_once_launched() {
    for (call, set) in setters() {
        let (mut world, _) = launched();
        world.host.vm.set_code(GENERATOR, vec![0x60, 0x00]);
        let call_hash = hash(&call);
        let missing = || NotScheduled { callHash: call_hash };
        world.refuses(OWNER, missing(), set);
        world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
        let from = NOW + DELAY_SECS;
        assert_eq!(world.factory.authority.get_scheduled(call_hash), (n(from), n(from + WINDOW_SECS)));
        world.host.vm.set_block_timestamp(from - 1);
        world.refuses(OWNER, NotYetDue { callHash: call_hash, from: n(from) }, set);
        world.host.vm.set_block_timestamp(from);
        world.refuses(EVE, OwnableUnauthorizedAccount { account: EVE }, set);
        assert_eq!(world.by(OWNER, set), Ok(()));
        assert_eq!(decode::<Executed>(&world.logs()[0]), Executed { callHash: call_hash });
        // Once.
        world.refuses(OWNER, missing(), set);

        world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
        let until = from + DELAY_SECS + WINDOW_SECS;
        world.host.vm.set_block_timestamp(until + 1);
        world.refuses(OWNER, ScheduleExpired { callHash: call_hash, until: n(until) }, set);
    }
}

#[test]
fn an_announcement_is_good_for_its_arguments_alone() {
    let (mut world, _) = launched();
    let call = setTreasuryCall { newTreasury: TREASURY }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.host.vm.set_block_timestamp(NOW + DELAY_SECS);
    let other = hash(&setTreasuryCall { newTreasury: EVE }.abi_encode());
    world.refuses(OWNER, NotScheduled { callHash: other }, |world| world.factory.set_treasury(EVE));
}

#[test]
fn the_rate_of_a_token_changes_as_announced() {
    let (mut world, token) = launched();
    let call = setTokenEmissionRateCall { tokenAddress: token, newRate: RATE }.abi_encode();
    let set = |world: &mut World| world.factory.set_token_emission_rate(token, RATE);
    world.refuses(OWNER, NotScheduled { callHash: hash(&call) }, set);
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.host.vm.set_block_timestamp(NOW + DELAY_SECS);
    world.host.answer(token, setEmissionRateCall { newRate: RATE }.abi_encode(), Ok(vec![]));
    assert_eq!(world.by(OWNER, set), Ok(()));
}

#[test]
fn a_fee_falls_at_once() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_creation_fee(n(7))).unwrap();
    world.host.vm.set_code(GENERATOR, vec![0x60, 0x00]);
    world.by(OWNER, |world| world.factory.launch()).unwrap();
    assert_eq!(world.by(OWNER, |world| world.factory.set_creation_fee(n(6))), Ok(()));
    assert_eq!(world.factory.creation_fee(), n(6));
    world.refuses(EVE, OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.factory.set_creation_fee(n(5))
    });
    // What was announced doesn't happen later, too.
    let call = setCreationFeeCall { newFee: n(4) }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.forget();
    world.by(OWNER, |world| world.factory.set_creation_fee(n(4))).unwrap();
    assert_eq!(decode::<Executed>(&world.logs()[0]), Executed { callHash: hash(&call) });
    assert_eq!(world.factory.authority.get_scheduled(hash(&call)), (n(0), n(0)));
    assert_eq!(world.by(OWNER, |world| world.factory.set_creation_fee(n(3))), Ok(()));
    world.host.vm.set_block_timestamp(NOW + DELAY_SECS);
    world
        .refuses(OWNER, NotScheduled { callHash: hash(&call) }, |world| world.factory.set_creation_fee(n(4)));
    let again = hash(&setCreationFeeCall { newFee: n(3) }.abi_encode());
    world.refuses(OWNER, NotScheduled { callHash: again }, |world| world.factory.set_creation_fee(n(3)));
}

#[test]
fn set_generator_reverts_with_unsuitable_without_code_once_launched() {
    let (mut world, _) = launched();
    let call = setGeneratorCall { newGenerator: EVE }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.host.vm.set_block_timestamp(NOW + DELAY_SECS);
    // The announcement is used up here, which only the chain undoes.
    let refused = world.by(OWNER, |world| world.factory.set_generator(EVE));
    assert_eq!(refused, Err(TokenFactoryUnsuitable { account: EVE }.into()));
    assert_eq!(world.factory.generator(), GENERATOR);
}

#[test]
fn the_guardian_stops_creations_and_announcements_and_no_more() {
    let (mut world, _) = launched();
    let call = setTreasuryCall { newTreasury: TREASURY }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.by(GUARDIAN, |world| world.factory.authority.cancel(hash(&call))).unwrap();
    assert_eq!(world.factory.authority.get_scheduled(hash(&call)), (n(0), n(0)));
    world.refuses(GUARDIAN, NotScheduled { callHash: hash(&call) }, |world| {
        world.factory.authority.cancel(hash(&call))
    });

    world.by(GUARDIAN, |world| world.factory.authority.pause()).unwrap();
    assert!(world.factory.authority.paused());
    world.refuses(GUARDIAN, EnforcedPause {}, |world| world.factory.authority.pause());
    world.refuses(OWNER, EnforcedPause {}, |world| world.factory.authority.renounce_ownership());
    let stranger = OwnableUnauthorizedAccount { account: GUARDIAN };
    world.refuses(GUARDIAN, stranger, |world| world.factory.authority.unpause());
    world.by(OWNER, |world| world.factory.authority.unpause()).unwrap();
    world.refuses(OWNER, ExpectedPause {}, |world| world.factory.authority.unpause());
}

#[test]
fn renouncing_leaves_no_guardian() {
    let (mut world, _) = launched();
    world.by(OWNER, |world| world.factory.authority.renounce_ownership()).unwrap();
    let gone = GuardianSet { previousGuardian: GUARDIAN, newGuardian: Address::ZERO };
    assert_eq!(decode::<GuardianSet>(&world.logs()[0]), gone);
    assert_eq!(
        (world.factory.authority.owner(), world.factory.authority.guardian()),
        (Address::ZERO, Address::ZERO)
    );
}

#[test]
fn launch_reverts_with_already_launched_the_second_time() {
    let (mut world, _) = launched();
    assert!(world.factory.authority.launched());
    world.refuses(OWNER, AlreadyLaunched {}, |world| world.factory.launch());
}
