//! Announced changes, each part in a storage of its own, as namespaces keep them apart.

use super::*;
use abi::{
    announced::IAnnounced::cancelCall, ownable::IOwnable::OwnableUnauthorizedAccount,
    pausable::IPausable::GuardianUnauthorizedAccount,
};
use alloy_primitives::{Address, address, b256, keccak256};
use alloy_sol_types::SolCall;
use proptest::prelude::*;
use stylus_sdk::testing::TestVM;

const OWNER: Address = address!("00000000000000000000000000000000000000ad");
const HEIR: Address = address!("0000000000000000000000000000000000000e18");
const GUARDIAN: Address = address!("000000000000000000000000000000000000d09e");
const EVE: Address = address!("00000000000000000000000000000000000000ee");

const NOW: u64 = 1_800_000_000;
const DUE: u64 = NOW + 48 * 3_600;
const LAST: u64 = DUE + 14 * 86_400;

struct World {
    vms: [TestVM; 3],
    ownership: Ownership,
    guardian: Guardian,
    schedule: Schedule,
}

impl World {
    /// Launched; the owner calls.
    fn new() -> Self {
        let vms = [TestVM::new(), TestVM::new(), TestVM::new()];
        let [owned, guarded, vm] = &vms;
        let (mut ownership, guardian) = (Ownership::from(owned), Guardian::from(guarded));
        ownership.initialize(OWNER).unwrap();
        let schedule = Schedule::from(vm);
        let mut world = Self { vms, ownership, guardian, schedule };
        world.by(OWNER).at(NOW);
        world.guardian.set(&world.ownership, GUARDIAN).unwrap();
        world.schedule.launch(&world.ownership).unwrap();
        world
    }

    fn by(&mut self, caller: Address) -> &mut Self {
        for vm in &self.vms {
            vm.set_sender(caller);
        }
        self
    }

    fn at(&mut self, time: u64) -> &mut Self {
        for vm in &self.vms {
            vm.set_block_timestamp(time);
        }
        self
    }

    fn vm(&self) -> &TestVM {
        let [.., vm] = &self.vms;
        vm
    }

    fn schedule(&mut self, call: &[u8]) -> Result<(), AuthorityError> {
        self.schedule.schedule(&self.ownership, call)
    }

    fn cancel(&mut self, hash: B256) -> Result<(), AuthorityError> {
        self.schedule.cancel(&self.ownership, &self.guardian, hash)
    }

    fn authorize(&mut self, hash: B256) -> Result<(), AuthorityError> {
        self.schedule.authorize(&self.ownership, hash)
    }

    fn window(&self, hash: B256) -> (u64, u64) {
        let (from, until) = self.schedule.window(&self.ownership, hash);
        (from.to(), until.to())
    }

    fn hand_over(&mut self, from: Address, to: Address) {
        self.by(from).ownership.transfer(to).unwrap();
        self.by(to).ownership.accept().unwrap();
    }

    #[track_caller]
    fn last<E: SolEvent>(&self) -> E {
        let (topics, data) = self.vm().get_emitted_logs().pop().unwrap();
        E::decode_raw_log(topics, &data).unwrap()
    }
}

/// Some call, and its hash.
fn call() -> (Vec<u8>, B256) {
    let call = cancelCall { callHash: B256::repeat_byte(7) }.abi_encode();
    let hash = keccak256(&call);
    (call, hash)
}

#[test]
fn hash_is_of_the_call_as_the_abi_encodes_it() {
    let (_, hash) = call();
    assert_eq!(call_hash(cancelCall::SELECTOR, &[[7; 32]]), hash);
    assert_ne!(call_hash(cancelCall::SELECTOR, &[]), hash);
}

#[test]
fn an_announced_call_can_be_made_once_in_its_time() {
    let (call, hash) = call();
    let mut world = World::new();
    assert_eq!(world.authorize(hash), Err(NotScheduled { callHash: hash }.into()));
    world.schedule(&call).unwrap();
    let announced = Scheduled {
        callHash: hash,
        call: call.clone().into(),
        from: U256::from(DUE),
        until: U256::from(LAST),
    };
    assert_eq!(world.last::<Scheduled>(), announced);
    assert_eq!(world.window(hash), (DUE, LAST));

    let early = NotYetDue { callHash: hash, from: U256::from(DUE) };
    assert_eq!(world.at(DUE - 1).authorize(hash), Err(early.into()));
    let late = ScheduleExpired { callHash: hash, until: U256::from(LAST) };
    assert_eq!(world.at(LAST + 1).authorize(hash), Err(late.into()));
    let stranger = OwnableUnauthorizedAccount { account: EVE };
    assert_eq!(world.by(EVE).at(DUE).authorize(hash), Err(stranger.into()));
    assert_eq!(world.window(hash), (DUE, LAST), "refusals use nothing up");

    assert_eq!(world.by(OWNER).at(LAST).authorize(hash), Ok(()));
    assert_eq!(world.last::<Executed>(), Executed { callHash: hash });
    assert_eq!(world.authorize(hash), Err(NotScheduled { callHash: hash }.into()));
    assert_eq!(world.window(hash), (0, 0));
}

#[test]
fn announcing_again_starts_anew() {
    let (call, hash) = call();
    let mut world = World::new();
    world.schedule(&call).unwrap();
    world.at(DUE).schedule(&call).unwrap();
    let from = DUE + DELAY_SECS;
    assert_eq!(world.window(hash), (from, from + WINDOW_SECS));
    let early = NotYetDue { callHash: hash, from: U256::from(from) };
    assert_eq!(world.at(from - 1).authorize(hash), Err(early.into()));
    assert_eq!(world.at(from).authorize(hash), Ok(()));
}

#[test]
fn another_call_is_another_announcement() {
    let (call, hash) = call();
    let mut world = World::new();
    world.schedule(&call).unwrap();
    let other = keccak256([call.as_slice(), &[0]].concat());
    assert_eq!(world.at(DUE).authorize(other), Err(NotScheduled { callHash: other }.into()));
    assert_eq!(world.authorize(hash), Ok(()));
}

#[test]
fn owner_and_guardian_withdraw_what_is_announced() {
    let (call, hash) = call();
    for who in [OWNER, GUARDIAN] {
        let mut world = World::new();
        assert_eq!(world.cancel(hash), Err(NotScheduled { callHash: hash }.into()));
        world.schedule(&call).unwrap();
        for other in [EVE, Address::ZERO] {
            let neither = GuardianUnauthorizedAccount { account: other };
            assert_eq!(world.by(other).cancel(hash), Err(neither.into()));
        }
        assert_eq!(world.by(who).cancel(hash), Ok(()));
        assert_eq!(world.last::<Cancelled>(), Cancelled { callHash: hash, account: who });
        assert_eq!(world.by(OWNER).at(DUE).authorize(hash), Err(NotScheduled { callHash: hash }.into()));
    }
}

#[test]
fn strangers_and_guardians_announce_nothing() {
    let (call, hash) = call();
    let mut world = World::new();
    for other in [EVE, GUARDIAN, Address::ZERO] {
        assert_eq!(
            world.by(other).schedule(&call),
            Err(OwnableUnauthorizedAccount { account: other }.into())
        );
    }
    assert_eq!(world.window(hash), (0, 0));
}

#[test]
fn a_change_of_owner_voids_what_is_announced_for_ever() {
    let (call, hash) = call();
    let mut world = World::new();
    world.schedule(&call).unwrap();
    world.hand_over(OWNER, HEIR);
    assert_eq!(world.window(hash), (0, 0));
    assert_eq!(world.at(DUE).authorize(hash), Err(NotScheduled { callHash: hash }.into()));
    assert_eq!(world.cancel(hash), Err(NotScheduled { callHash: hash }.into()));
    // Not even the return of the owner that announced it brings it back.
    world.hand_over(HEIR, OWNER);
    assert_eq!(world.authorize(hash), Err(NotScheduled { callHash: hash }.into()));
    world.schedule(&call).unwrap();
    assert_eq!(world.at(DUE + DELAY_SECS).authorize(hash), Ok(()));
}

#[test]
fn before_the_launch_changes_act_at_once_and_the_launch_is_for_ever() {
    let (call, hash) = call();
    let vm = TestVM::new();
    let mut ownership = Ownership::from(&TestVM::new());
    ownership.initialize(Address::ZERO).unwrap_err();
    let owned = TestVM::new();
    owned.set_sender(OWNER);
    let mut ownership = Ownership::from(&owned);
    ownership.initialize(OWNER).unwrap();
    let mut schedule = Schedule::from(&vm);

    assert!(!schedule.is_launched());
    assert_eq!(schedule.authorize(&ownership, hash), Ok(()));
    assert!(vm.get_emitted_logs().is_empty());
    owned.set_sender(EVE);
    let stranger = || Err(AuthorityError::from(OwnableUnauthorizedAccount { account: EVE }));
    assert_eq!(schedule.authorize(&ownership, hash), stranger());
    assert_eq!(schedule.launch(&ownership), stranger());

    // What is announced nevertheless is used up.
    owned.set_sender(OWNER);
    vm.set_block_timestamp(NOW);
    for authorize in [Schedule::authorize, Schedule::authorize_at_once] {
        schedule.schedule(&ownership, &call).unwrap();
        assert_eq!(authorize(&mut schedule, &ownership, hash), Ok(()));
        let (topics, data) = vm.get_emitted_logs().pop().unwrap();
        assert_eq!(Executed::decode_raw_log(topics, &data).unwrap(), Executed { callHash: hash });
        assert_eq!(schedule.window(&ownership, hash), (U256::ZERO, U256::ZERO));
    }
    // What has to be announced has to be now.
    let missing = || Err(AuthorityError::from(NotScheduled { callHash: hash }));
    assert_eq!(schedule.authorize_announced(&ownership, hash), missing());
    schedule.schedule(&ownership, &call).unwrap();
    vm.set_block_timestamp(DUE);
    assert_eq!(schedule.authorize_announced(&ownership, hash), Ok(()));
    assert_eq!(schedule.authorize_announced(&ownership, hash), missing());

    assert_eq!(schedule.launch(&ownership), Ok(()));
    let (topics, data) = vm.get_emitted_logs().pop().unwrap();
    assert_eq!(Launched::decode_raw_log(topics, &data).unwrap(), Launched {});
    assert!(schedule.is_launched());
    assert_eq!(schedule.launch(&ownership), Err(AlreadyLaunched {}.into()));
    assert_eq!(schedule.authorize(&ownership, hash), Err(NotScheduled { callHash: hash }.into()));
}

#[test]
fn what_is_made_at_once_after_the_launch_uses_its_announcement_up() {
    let (call, hash) = call();
    let mut world = World::new();
    let logs = world.vm().get_emitted_logs().len();
    let at_once = |world: &mut World| world.schedule.authorize_at_once(&world.ownership, hash);
    assert_eq!(at_once(&mut world), Ok(()));
    assert_eq!(world.vm().get_emitted_logs().len(), logs);
    world.schedule(&call).unwrap();
    assert_eq!(at_once(world.by(EVE)), Err(OwnableUnauthorizedAccount { account: EVE }.into()));
    assert_eq!(at_once(world.by(OWNER)), Ok(()));
    assert_eq!(world.last::<Executed>(), Executed { callHash: hash });
    assert_eq!(world.at(DUE).authorize(hash), Err(NotScheduled { callHash: hash }.into()));
}

#[test]
fn slots_are_those_of_the_documented_layout() {
    let (call, hash) = call();
    let mut world = World::new();
    world.schedule(&call).unwrap();
    assert_eq!(world.vm().get_storage(U256::ZERO), B256::with_last_byte(1));
    let entry = keccak256([hash.0, U256::ONE.to_be_bytes()].as_flattened());
    let word = (U256::ONE << 128) | U256::from(DUE);
    assert_eq!(world.vm().get_storage(U256::from_be_bytes(entry.0)), B256::from(word));
    assert_eq!(world.vm().snapshot().storage.len(), 2);
}

proptest! {
    /// Announcing, waiting, cancelling, executing and changing owners in any order agree with a plain model: a call is
    /// made only in the time of its last announcement, once, by the owner that announced it.
    #[test]
    fn histories_agree_with_a_plain_model(
        steps in prop::collection::vec((0..5usize, 0..2u8, 0..20 * 86_400u64), 1..50),
    ) {
        let mut world = World::new();
        let (mut now, mut owner) = (NOW, OWNER);
        let mut announced = [None::<u64>; 2];
        for (action, which, seconds) in steps {
            let call = [which];
            let hash = keccak256(call);
            let slot = &mut announced[usize::from(which)];
            match action {
                0 => {
                    world.schedule(&call).unwrap();
                    *slot = Some(now + DELAY_SECS);
                }
                1 => {
                    let result = world.authorize(hash);
                    let in_time = slot.is_some_and(|from| (from..=from + WINDOW_SECS).contains(&now));
                    prop_assert_eq!(result.is_ok(), in_time, "{:?}", result);
                    if in_time {
                        *slot = None;
                    }
                }
                2 => {
                    prop_assert_eq!(world.cancel(hash).is_ok(), slot.is_some());
                    *slot = None;
                }
                3 => {
                    let heir = if owner == OWNER { HEIR } else { OWNER };
                    world.hand_over(owner, heir);
                    owner = heir;
                    announced = [None; 2];
                }
                _ => {
                    now += seconds;
                    world.at(now);
                }
            }
        }
    }

    #[test]
    fn windows_never_overflow(now: u64) {
        let (call, hash) = call();
        let mut world = World::new();
        world.at(now).schedule(&call).unwrap();
        let from = now.saturating_add(DELAY_SECS);
        prop_assert_eq!(world.window(hash), (from, from.saturating_add(WINDOW_SECS)));
    }
}

#[test]
fn constants_are_48_hours_and_14_days() {
    assert_eq!((DELAY_SECS, WINDOW_SECS), (48 * 60 * 60, 14 * 24 * 60 * 60));
    let selector = b256!("c4d252f500000000000000000000000000000000000000000000000000000000");
    assert_eq!(cancelCall::SELECTOR, selector[..4]);
}
