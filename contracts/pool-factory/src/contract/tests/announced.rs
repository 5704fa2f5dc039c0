//! Once launched, what can hurt is announced; what protects is immediate.

use super::*;
use abi::{
    announced::IAnnounced::{Executed, Launched},
    pausable::IPausable::GuardianSet,
};
use kit::schedule::{DELAY_SECS, WINDOW_SECS};

/// A launched factory with a pool.
fn launched() -> (World, Address) {
    let (mut world, pool) = World::with_pool();
    world.host.vm.set_code(ORACLE, CODE.to_vec());
    for on in [false, true] {
        let switch = ICredentialPool::setProtocolFeeCall { on }.abi_encode();
        world.host.answer(pool, switch, Ok(vec![]));
    }
    world.by(OWNER, |world| world.factory.launch()).unwrap();
    assert_eq!(decode::<Launched>(&world.logs()[0]), Launched {});
    world.forget();
    (world, pool)
}

fn hash(call: &[u8]) -> B256 {
    alloy_primitives::keccak256(call)
}

/// A call of a setter, and what makes it.
type Setter = (Vec<u8>, fn(&mut World, Address) -> Result<(), PoolFactoryError>);

/// Every announced setter.
fn setters(pool: Address) -> Vec<Setter> {
    let programs = setImplementationCall { newImplementation: IMPLEMENTATION, newExtension: EXTENSION };
    vec![
        (setTokenFactoryCall { newTokenFactory: TOKEN_FACTORY }.abi_encode(), |world, _| {
            world.factory.set_token_factory(TOKEN_FACTORY)
        }),
        (setOracleCall { newOracle: ORACLE }.abi_encode(), |world, _| world.factory.set_oracle(ORACLE)),
        (programs.abi_encode(), |world, _| world.factory.set_implementation(IMPLEMENTATION, EXTENSION)),
        (setMinimumLiquidityCall { tokenAmount: n(1), ethAmount: n(2) }.abi_encode(), |world, _| {
            world.factory.set_minimum_liquidity(n(1), n(2))
        }),
        (setPoolCreationFeeCall { newFee: n(7) }.abi_encode(), |world, _| {
            world.factory.set_pool_creation_fee(n(7))
        }),
        (setProtocolFeeRecipientCall { newRecipient: RECIPIENT }.abi_encode(), |world, _| {
            world.factory.set_protocol_fee_recipient(RECIPIENT)
        }),
        (setProtocolFeeCall { pools: vec![pool], on: true }.abi_encode(), |world, pool| {
            world.factory.set_protocol_fee(&[pool], true)
        }),
    ]
}

#[test]
fn every_setter_waits_for_its_announcement_once_launched() {
    let (_, pool) = launched();
    for (call, set) in setters(pool) {
        let (mut world, pool) = launched();
        let set = |world: &mut World| set(world, pool);
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
    let (mut world, pool) = launched();
    world.announce(&setProtocolFeeCall { pools: vec![pool], on: true }.abi_encode());
    let other = hash(&setProtocolFeeCall { pools: vec![pool, pool], on: true }.abi_encode());
    world.refuses(OWNER, NotScheduled { callHash: other }, |world| {
        world.factory.set_protocol_fee(&[pool, pool], true)
    });
}

#[test]
fn a_creation_fee_falls_at_once() {
    let mut world = World::new();
    world.by(OWNER, |world| world.factory.set_pool_creation_fee(n(7))).unwrap();
    world.launch();
    assert_eq!(world.by(OWNER, |world| world.factory.set_pool_creation_fee(n(6))), Ok(()));
    assert_eq!(world.factory.pool_creation_fee(), n(6));
    world.refuses(EVE, OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.factory.set_pool_creation_fee(n(5))
    });
    let again = hash(&setPoolCreationFeeCall { newFee: n(6) }.abi_encode());
    world.refuses(OWNER, NotScheduled { callHash: again }, |world| world.factory.set_pool_creation_fee(n(6)));
}

#[test]
fn the_protocols_fee_is_switched_off_at_once_and_uses_up_what_was_announced() {
    let (mut world, pool) = launched();
    let off = |world: &mut World| world.factory.set_protocol_fee(&[pool], false);
    assert_eq!(world.by(OWNER, off), Ok(()));
    assert!(world.logs().is_empty());
    let call = setProtocolFeeCall { pools: vec![pool], on: false }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.forget();
    assert_eq!(world.by(OWNER, off), Ok(()));
    assert_eq!(decode::<Executed>(&world.logs()[0]), Executed { callHash: hash(&call) });
    assert_eq!(world.factory.authority.get_scheduled(hash(&call)), (n(0), n(0)));
    world.refuses(GUARDIAN, OwnableUnauthorizedAccount { account: GUARDIAN }, off);
}

#[test]
fn set_oracle_reverts_with_unsuitable_without_code_once_launched() {
    let (mut world, _) = launched();
    world.announce(&setOracleCall { newOracle: EVE }.abi_encode());
    // The announcement is used up here, which only the chain undoes.
    let refused = world.by(OWNER, |world| world.factory.set_oracle(EVE));
    assert_eq!(refused, Err(PoolFactoryUnsuitable { account: EVE }.into()));
    assert_eq!(world.factory.oracle(), ORACLE);
}

#[test]
fn the_guardian_stops_entry_and_announcements_and_no_more() {
    let (mut world, pool) = launched();
    let call = setProtocolFeeRecipientCall { newRecipient: RECIPIENT }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    world.by(GUARDIAN, |world| world.factory.authority.cancel(hash(&call))).unwrap();
    assert_eq!(world.factory.authority.get_scheduled(hash(&call)), (n(0), n(0)));
    world.refuses(GUARDIAN, NotScheduled { callHash: hash(&call) }, |world| {
        world.factory.authority.cancel(hash(&call))
    });

    world.host.answer(pool, pausedCall {}.abi_encode(), Ok(false.abi_encode()));
    world.host.answer(pool, setPausedCall { paused: true }.abi_encode(), Ok(vec![]));
    assert_eq!(world.by(GUARDIAN, |world| world.factory.pause_pools(&[pool])), Ok(()));
    world.by(GUARDIAN, |world| world.factory.authority.pause()).unwrap();
    assert!(world.factory.authority.paused());
    world.refuses(GUARDIAN, EnforcedPause {}, |world| world.factory.authority.pause());
    let stranger = OwnableUnauthorizedAccount { account: GUARDIAN };
    world.refuses(GUARDIAN, stranger, |world| world.factory.authority.unpause());
    world.by(OWNER, |world| world.factory.authority.unpause()).unwrap();
    world.refuses(OWNER, ExpectedPause {}, |world| world.factory.authority.unpause());
}

#[test]
fn renouncing_leaves_no_guardian_and_waits_for_the_pause_to_end() {
    let (mut world, _) = launched();
    world.by(OWNER, |world| world.factory.authority.pause()).unwrap();
    world.refuses(OWNER, EnforcedPause {}, |world| world.factory.renounce_ownership());
    world.by(OWNER, |world| world.factory.authority.unpause()).unwrap();
    world.forget();
    world.by(OWNER, |world| world.factory.renounce_ownership()).unwrap();
    let gone = GuardianSet { previousGuardian: GUARDIAN, newGuardian: Address::ZERO };
    assert_eq!(decode::<GuardianSet>(&world.logs()[0]), gone);
    assert_eq!(
        (world.factory.authority.owner(), world.factory.authority.guardian()),
        (Address::ZERO, Address::ZERO)
    );
}

#[test]
fn launch_reverts_with_unsuitable_while_the_oracle_is_an_account() {
    let mut world = World::new();
    let unfit = || PoolFactoryUnsuitable { account: ORACLE };
    world.refuses(OWNER, unfit(), |world| world.factory.launch());
    // Nor is it one whose key can have it run other code from one day to the next (EIP-7702).
    world.host.vm.set_code(ORACLE, [&[0xef, 0x01, 0x00][..], EVE.as_slice()].concat());
    world.refuses(OWNER, unfit(), |world| world.factory.launch());
    // Who isn't the owner isn't told.
    world.refuses(EVE, OwnableUnauthorizedAccount { account: EVE }, |world| world.factory.launch());
    world.launch();
    // A second launch is told as such, whatever became of the oracle.
    world.host.vm.set_code(ORACLE, vec![]);
    world.refuses(OWNER, AlreadyLaunched {}, |world| world.factory.launch());
}

#[test]
fn launch_reverts_with_already_launched_the_second_time() {
    let (mut world, _) = launched();
    assert!(world.factory.authority.launched());
    world.refuses(OWNER, AlreadyLaunched {}, |world| world.factory.launch());
}
