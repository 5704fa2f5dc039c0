//! Tests of what every contract with an [`Authority`](super::Authority) answers alike, by calls as they come in. They are
//! run for each such contract: that it keeps its authority, routes to it, and changes nothing else.

#![expect(clippy::expect_used, clippy::arithmetic_side_effects, reason = "they are tests, of other crates")]

extern crate std;

use abi::{
    announced::IAnnounced::{
        Cancelled, NotScheduled, Scheduled, cancelCall, getScheduledCall, launchedCall, scheduleCall,
    },
    ownable::IOwnable::{
        OwnableUnauthorizedAccount, OwnershipTransferStarted, OwnershipTransferred, acceptOwnershipCall,
        ownerCall, pendingOwnerCall, transferOwnershipCall,
    },
    pausable::IPausable::{
        EnforcedPause, ExpectedPause, GuardianSet, GuardianUnauthorizedAccount, Paused, Unpaused,
        guardianCall, pauseCall, pausedCall, setGuardianCall, unpauseCall,
    },
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use core::fmt::Debug;
use std::collections::HashMap;
use stylus_sdk::{stylus_core::BlockAccess, testing::TestVM};

use super::Authority;
use crate::schedule::{DELAY_SECS, WINDOW_SECS};

const HEIR: Address = address!("0000000000000000000000000000000000000e18");
const GUARDIAN: Address = address!("000000000000000000000000000000000000d09f");
const STRANGER: Address = address!("0000000000000000000000000000000000057a46");

/// A call that nobody would make.
const SOME_CALL: &[u8] = b"some call";

/// Has the tests run for a contract, in the module of tests that has its
/// [`route_tests!`](crate::route_tests): `authority_tests! { World, OWNER, |world| &world.vm }`, where `World::new()` holds a
/// contract of `OWNER` without a guardian, before its launch, on the test host that is told.
#[macro_export]
macro_rules! authority_tests {
    ($world:ident, $owner:ident, |$it:ident| $vm:expr) => {
        impl $crate::authority::suite::Governed for $world {
            const OWNER: alloy_primitives::Address = $owner;

            fn blank() -> Self {
                Self::new()
            }

            fn vm(&self) -> &stylus_sdk::testing::TestVM {
                let $it = self;
                $vm
            }

            fn answer(&mut self, data: &[u8]) -> Option<Result<Vec<u8>, Vec<u8>>> {
                self.raw(data)
            }
        }

        $crate::authority_tests! { @each $world:
            ownership_passes_in_two_steps,
            guardian_and_owner_pause_and_the_owner_unpauses,
            announcements_are_made_told_and_withdrawn,
            strangers_decide_nothing,
            nothing_that_authority_answers_takes_ether,
        }
    };
    (@each $world:ident: $($test:ident,)+) => {
        $(
            #[test]
            fn $test() {
                $crate::authority::suite::$test::<$world>();
            }
        )+
    };
}

/// A contract in its surroundings.
pub trait Governed {
    /// Its owner.
    const OWNER: Address;

    /// One that is set up, without a guardian, before its launch.
    fn blank() -> Self;

    /// The host that it runs on.
    fn vm(&self) -> &TestVM;

    /// What it answers to calldata; `None` if it has no such function.
    fn answer(&mut self, data: &[u8]) -> Option<Result<Vec<u8>, Vec<u8>>>;
}

/// Calls as `caller`.
#[track_caller]
fn call<C: SolCall>(world: &mut impl Governed, caller: Address, call: &C) -> Result<C::Return, Vec<u8>> {
    world.vm().set_sender(caller);
    let data = world.answer(&call.abi_encode()).expect("a route")?;
    Ok(C::abi_decode_returns_validate(&data).expect("an answer of the declared types"))
}

#[track_caller]
fn accepts<C: SolCall>(world: &mut impl Governed, caller: Address, of: &C) -> C::Return {
    call(world, caller, of)
        .unwrap_or_else(|refusal| unreachable!("{} is refused: {refusal:x?}", C::SIGNATURE))
}

/// Calls as `caller` and expects `error`, unchanged state and no log.
#[track_caller]
fn refuses<C: SolCall>(world: &mut impl Governed, caller: Address, of: &C, error: &impl SolError) {
    let before = (written(world), world.vm().get_emitted_logs());
    assert_eq!(call(world, caller, of).err(), Some(error.abi_encode()), "{}", C::SIGNATURE);
    assert_eq!((written(world), world.vm().get_emitted_logs()), before, "{}", C::SIGNATURE);
}

/// The slots that hold something.
fn written(world: &impl Governed) -> HashMap<U256, B256> {
    let mut storage = world.vm().snapshot().storage;
    storage.retain(|_, word| !word.is_zero());
    storage
}

/// The last log is this event.
#[track_caller]
fn emitted<E: SolEvent + Debug + PartialEq>(world: &impl Governed, expected: &E) {
    let (topics, data) = world.vm().get_emitted_logs().pop().expect("a log");
    assert_eq!(&E::decode_raw_log_validate(topics, &data).expect("that event"), expected);
}

fn owners(world: &mut impl Governed) -> (Address, Address) {
    (accepts(world, STRANGER, &ownerCall {}), accepts(world, STRANGER, &pendingOwnerCall {}))
}

/// The owner offers, the heir accepts, nobody else does either.
pub fn ownership_passes_in_two_steps<W: Governed>() {
    let world = &mut W::blank();
    assert_eq!(owners(world), (W::OWNER, Address::ZERO));
    accepts(world, W::OWNER, &transferOwnershipCall { newOwner: HEIR });
    emitted(world, &OwnershipTransferStarted { previousOwner: W::OWNER, newOwner: HEIR });
    assert_eq!(owners(world), (W::OWNER, HEIR));
    for other in [STRANGER, W::OWNER] {
        refuses(world, other, &acceptOwnershipCall {}, &OwnableUnauthorizedAccount { account: other });
    }
    accepts(world, HEIR, &acceptOwnershipCall {});
    emitted(world, &OwnershipTransferred { previousOwner: W::OWNER, newOwner: HEIR });
    assert_eq!(owners(world), (HEIR, Address::ZERO));
    let former = OwnableUnauthorizedAccount { account: W::OWNER };
    refuses(world, W::OWNER, &transferOwnershipCall { newOwner: W::OWNER }, &former);
}

/// Guardian and owner stop entry, the owner lets it go on.
pub fn guardian_and_owner_pause_and_the_owner_unpauses<W: Governed>() {
    let world = &mut W::blank();
    assert_eq!(accepts(world, STRANGER, &guardianCall {}), Address::ZERO);
    accepts(world, W::OWNER, &setGuardianCall { newGuardian: GUARDIAN });
    emitted(world, &GuardianSet { previousGuardian: Address::ZERO, newGuardian: GUARDIAN });
    assert_eq!(accepts(world, STRANGER, &guardianCall {}), GUARDIAN);
    for pauser in [GUARDIAN, W::OWNER] {
        assert!(!accepts(world, STRANGER, &pausedCall {}));
        refuses(world, W::OWNER, &unpauseCall {}, &ExpectedPause {});
        accepts(world, pauser, &pauseCall {});
        emitted(world, &Paused { account: pauser });
        assert!(accepts(world, STRANGER, &pausedCall {}));
        refuses(world, pauser, &pauseCall {}, &EnforcedPause {});
        refuses(world, GUARDIAN, &unpauseCall {}, &OwnableUnauthorizedAccount { account: GUARDIAN });
        accepts(world, W::OWNER, &unpauseCall {});
        emitted(world, &Unpaused { account: W::OWNER });
    }
}

/// The owner announces; guardian and owner withdraw.
pub fn announcements_are_made_told_and_withdrawn<W: Governed>() {
    let world = &mut W::blank();
    accepts(world, W::OWNER, &setGuardianCall { newGuardian: GUARDIAN });
    assert!(!accepts(world, STRANGER, &launchedCall {}));
    let hash = keccak256(SOME_CALL);
    let window = |world: &mut W| {
        let window = accepts(world, STRANGER, &getScheduledCall { callHash: hash });
        (window.from, window.until)
    };
    for canceller in [GUARDIAN, W::OWNER] {
        assert_eq!(window(world), (U256::ZERO, U256::ZERO));
        refuses(world, canceller, &cancelCall { callHash: hash }, &NotScheduled { callHash: hash });
        let from = world.vm().block_timestamp() + DELAY_SECS;
        let (from, until) = (U256::from(from), U256::from(from + WINDOW_SECS));
        accepts(world, W::OWNER, &scheduleCall { call: SOME_CALL.into() });
        emitted(world, &Scheduled { callHash: hash, call: SOME_CALL.into(), from, until });
        assert_eq!(window(world), (from, until));
        accepts(world, canceller, &cancelCall { callHash: hash });
        emitted(world, &Cancelled { callHash: hash, account: canceller });
    }
    assert_eq!(window(world), (U256::ZERO, U256::ZERO));
}

/// Whoever has no office is refused everything.
pub fn strangers_decide_nothing<W: Governed>() {
    let world = &mut W::blank();
    let no_owner = &OwnableUnauthorizedAccount { account: STRANGER };
    refuses(world, STRANGER, &transferOwnershipCall { newOwner: STRANGER }, no_owner);
    refuses(world, STRANGER, &acceptOwnershipCall {}, no_owner);
    refuses(world, STRANGER, &setGuardianCall { newGuardian: STRANGER }, no_owner);
    refuses(world, STRANGER, &unpauseCall {}, no_owner);
    refuses(world, STRANGER, &scheduleCall { call: SOME_CALL.into() }, no_owner);
    let neither = &GuardianUnauthorizedAccount { account: STRANGER };
    refuses(world, STRANGER, &pauseCall {}, neither);
    refuses(world, STRANGER, &cancelCall { callHash: keccak256(SOME_CALL) }, neither);
}

/// No function takes Ether.
pub fn nothing_that_authority_answers_takes_ether<W: Governed>() {
    let world = &mut W::blank();
    world.vm().set_sender(W::OWNER);
    world.vm().set_value(U256::ONE);
    for selector in Authority::SELECTORS {
        assert_eq!(world.answer(selector), Some(Err(vec![])), "{selector:x?}");
    }
}
