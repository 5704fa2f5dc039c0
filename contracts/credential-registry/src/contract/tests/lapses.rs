//! Lapses: the times during which a credential wasn't valid though it was before and after (R6).

use super::*;
use proptest::{prelude::*, test_runner::TestRunner};
use std::cell::Cell;

const EXPIRY: u64 = NOW + 365 * DAY;
const NEW_KEY: Address = address!("0000000000000000000000000000000000001552");

/// Every lapse of a credential, with where it begins and ends.
fn lapses(world: &World, id: B256) -> Vec<(u64, u64)> {
    let lapses = world.registry.get_lapses(id, U256::ZERO, PAGE_MAX).unwrap();
    assert_eq!(world.registry.get_lapse_count(id), U256::from(lapses.len()));
    lapses.into_iter().map(|lapse| (lapse.from, lapse.until)).collect()
}

/// A world with Alice's degree, whose clock stands at `time`.
fn world_at(time: u64) -> (World, B256) {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.vm.set_block_timestamp(time);
    (world, id)
}

fn distrust_since(world: &mut World, since: u64) {
    world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUER, since)).unwrap();
}

/// Registers the degree again, signed by another key of its issuer.
fn register_again(world: &mut World, id: B256, number: u64) {
    if world.registry.get_issuer_key(ISSUER) != NEW_KEY {
        world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    }
    let (nonce, deadline) = (U256::from(number), U256::MAX);
    let genuine = CredentialAttestation { expiresAt: 0, nonce, deadline, ..degree() };
    assert_eq!(world.register_by(&genuine, NEW_KEY), Ok(id));
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
}

#[test]
fn a_renewal_after_the_expiry_ends_a_lapse() {
    let (mut world, id) = world_at(EXPIRY + DAY);
    assert_eq!(lapses(&world, id), [], "it has not become valid again");
    world.renew_by(&renewal(id, EXPIRY + 10 * DAY, 1), ISSUER).unwrap();
    let told = world.vm.get_emitted_logs().into_iter().rev().nth(1).expect("a log before the renewal's");
    let told = CredentialLapsed::decode_raw_log(told.0, &told.1).expect("a lapse");
    assert_eq!(told, CredentialLapsed { credentialId: id, from: EXPIRY, until: EXPIRY + DAY });
    assert_eq!(lapses(&world, id), [(EXPIRY, EXPIRY + DAY)]);

    // In time, the next one; and then too late again.
    world.renew_by(&renewal(id, EXPIRY + 20 * DAY, 2), ISSUER).unwrap();
    assert_eq!(lapses(&world, id), [(EXPIRY, EXPIRY + DAY)]);
    world.vm.set_block_timestamp(EXPIRY + 25 * DAY);
    world.renew_by(&renewal(id, 0, 3), ISSUER).unwrap();
    assert_eq!(lapses(&world, id), [(EXPIRY, EXPIRY + DAY), (EXPIRY + 20 * DAY, EXPIRY + 25 * DAY)]);
}

#[test]
fn a_renewal_in_the_second_of_the_expiry_ends_none() {
    for (after, expected) in [(0, vec![]), (1, vec![(EXPIRY, EXPIRY + 1)])] {
        let (mut world, id) = world_at(EXPIRY + after);
        assert_eq!(world.status(id, ALICE), (false, status::EXPIRED));
        world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
        assert_eq!(lapses(&world, id), expected);
    }
}

#[test]
fn a_registration_that_does_not_count_is_registered_again_after_a_lapse() {
    // Distrusted while it would be valid; after it had expired; and revoked before either.
    for (revoked_at, distrusted_at, from) in [
        (None, NOW + DAY, NOW + DAY),
        (None, EXPIRY + DAY, EXPIRY),
        (Some(NOW + DAY), NOW + 3 * DAY, NOW + DAY),
    ] {
        let (mut world, id) = world_at(NOW);
        if let Some(at) = revoked_at {
            world.vm.set_block_timestamp(at);
            world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
        }
        world.vm.set_block_timestamp(distrusted_at);
        distrust_since(&mut world, NOW);
        let valid_until = world.registry.get_credential(id).validUntil;
        assert_eq!(valid_until, from);
        let now = world.wait(2 * DAY);
        register_again(&mut world, id, 1);
        assert_eq!(lapses(&world, id), [(from, now)]);
        // It lasts for ever now, and its lapse stays.
        world.wait(1_000 * DAY);
        assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
        assert_eq!(lapses(&world, id), [(from, now)]);
    }
}

#[test]
fn what_is_undone_leaves_no_lapse() {
    let (mut world, id) = world_at(NOW + DAY);
    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    distrust_since(&mut world, NOW + DAY);
    world.wait(DAY);
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!((lapses(&world, id), world.registry.get_credential(id).validUntil), (vec![], EXPIRY));

    let (mut world, id) = world_at(NOW + DAY);
    world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
    world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    distrust_since(&mut world, NOW + DAY);
    assert_eq!(world.status(id, BOB), (false, status::ISSUER_DISTRUSTED));
    world.wait(DAY);
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!((lapses(&world, id), world.registry.get_credential(id).validUntil), (vec![], EXPIRY));
}

#[test]
fn what_is_undone_after_the_expiry_leaves_the_lapse_since_the_expiry() {
    // A revocation, a renewal that hid the expiry, and a rebinding: each by a stolen key, each undone too late.
    let thefts: [fn(&mut World, B256); 3] = [
        |world, id| world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap(),
        |world, id| world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap(),
        |world, id| world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap(),
    ];
    for theft in thefts {
        let (mut world, id) = world_at(NOW + DAY);
        theft(&mut world, id);
        world.vm.set_block_timestamp(EXPIRY + DAY);
        distrust_since(&mut world, NOW + DAY);
        world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
        let valid_until = world.registry.get_credential(id).validUntil;
        assert_eq!((world.status(id, ALICE), valid_until), ((false, status::EXPIRED), EXPIRY));
        world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
        world.vm.set_block_timestamp(EXPIRY + 3 * DAY);
        world.renew_by(&renewal(id, 0, 2), NEW_KEY).unwrap();
        assert_eq!(lapses(&world, id), [(EXPIRY, EXPIRY + 3 * DAY)]);
    }
}

#[test]
fn the_way_to_another_wallet_is_no_lapse() {
    let (mut world, id) = world_at(NOW);
    world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
    assert_eq!(lapses(&world, id), []);

    // One that has expired moves too, and has lapsed when it is renewed.
    let (mut world, id) = world_at(EXPIRY - DAY);
    world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
    let moved = world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    assert_eq!(lapses(&world, id), []);
    world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
    assert_eq!(lapses(&world, id), [(EXPIRY, moved)]);
}

#[test]
fn a_lapse_stays_and_the_next_one_starts_where_it_ended() {
    // A stolen key renews after the expiry: that ends a lapse, and is undone.
    let (mut world, id) = world_at(EXPIRY + DAY);
    world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
    world.vm.set_block_timestamp(EXPIRY + 2 * DAY);
    distrust_since(&mut world, EXPIRY);
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    assert_eq!(world.registry.get_credential(id).validUntil, EXPIRY);
    assert_eq!(lapses(&world, id), [(EXPIRY, EXPIRY + DAY)]);
    world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    world.vm.set_block_timestamp(EXPIRY + 3 * DAY);
    world.renew_by(&renewal(id, EXPIRY + 4 * DAY, 2), NEW_KEY).unwrap();
    let both = [(EXPIRY, EXPIRY + DAY), (EXPIRY + DAY, EXPIRY + 3 * DAY)];
    assert_eq!(lapses(&world, id), both);

    // Another registration changes nothing about them, and adds its own.
    distrust_since(&mut world, NOW);
    let decided_at = EXPIRY + 2 * DAY;
    assert_eq!(world.registry.get_credential(id).validUntil, decided_at, "within the last lapse");
    let now = world.wait(DAY);
    register_again(&mut world, id, 1);
    assert_eq!(lapses(&world, id), [both[0], both[1], (EXPIRY + 3 * DAY, now)]);
}

#[test]
fn lapses_are_listed_by_pages() {
    let (mut world, id) = world_at(EXPIRY);
    let mut expected = Vec::new();
    for number in 1..=5 {
        let from = world.registry.get_credential(id).expiresAt;
        world.vm.set_block_timestamp(from + number);
        world.renew_by(&renewal(id, from + 10, number), ISSUER).unwrap();
        expected.push(Lapse { from, until: from + number });
    }
    let page = |world: &World, offset: u64, limit: u64| {
        world.registry.get_lapses(id, U256::from(offset), U256::from(limit)).unwrap()
    };
    assert_eq!(world.registry.get_lapse_count(id), U256::from(5));
    assert_eq!(page(&world, 0, 2), expected[..2]);
    assert_eq!(page(&world, 3, 1_000), expected[3..]);
    assert_eq!(page(&world, 5, 1), []);
    let limit = U256::from(1_001);
    world.refuses(PageTooLarge { limit, maximum: PAGE_MAX }, |world| {
        world.registry.get_lapses(id, U256::ZERO, limit)
    });
    assert_eq!(world.registry.get_lapses(SUBJECT, U256::ZERO, PAGE_MAX), Ok(vec![]));
    assert_eq!(world.registry.get_lapse_count(SUBJECT), U256::ZERO);
}

#[test]
fn a_history_is_full_after_16_383_lapses() {
    let (mut world, id) = world_at(EXPIRY + DAY);
    // As many as there is room for but one: nobody gets there by renewing 255 times.
    let standing = Standing { lapses: 16_382, ..world.registry.standing(id) };
    world.registry.set_standing(id, standing);
    world.renew_by(&renewal(id, EXPIRY + 2 * DAY, 1), ISSUER).unwrap();
    assert_eq!(world.registry.get_lapse_count(id), U256::from(16_383));
    // In time it can still be renewed.
    world.renew_by(&renewal(id, EXPIRY + 3 * DAY, 2), ISSUER).unwrap();
    world.vm.set_block_timestamp(EXPIRY + 4 * DAY);
    let full = || HistoryFull { credentialId: id };
    world.refuses(full(), |world| world.renew_by(&renewal(id, 0, 3), ISSUER));
    distrust_since(&mut world, NOW);
    world.wait(1);
    world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    let again = CredentialAttestation { expiresAt: 0, nonce: U256::ONE, deadline: U256::MAX, ..degree() };
    world.refuses(full(), |world| world.register_by(&again, NEW_KEY));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    /// Until so many seconds from now.
    Renew(u64),
    Register(u64),
    Revoke,
    /// What the key did in the last so many seconds; it gets a successor.
    Distrust(u64),
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..20 * DAY).prop_map(Step::Wait),
        3 => (1..10 * DAY).prop_map(Step::Renew),
        3 => (1..10 * DAY).prop_map(Step::Register),
        1 => Just(Step::Revoke),
        1 => (0..100 * DAY).prop_map(Step::Distrust),
        2 => Just(Step::Restore),
    ]
}

/// Takes a step of the credential's issuer, of the owner or of time, which may be refused. Tells the issuer's key.
fn take(world: &mut World, id: B256, key: Address, step: Step, number: u64) -> Address {
    let now = world.registry.now();
    match step {
        Step::Wait(seconds) => drop(world.wait(seconds)),
        Step::Renew(seconds) => drop(world.renew_by(&renewal(id, now + seconds, number), key)),
        Step::Register(seconds) => {
            let (nonce, expires_at) = (U256::from(number), now + seconds);
            let again =
                CredentialAttestation { nonce, expiresAt: expires_at, deadline: U256::MAX, ..degree() };
            drop(world.register_by(&again, key));
        }
        Step::Revoke => drop(world.by(key, |registry| registry.revoke_credential(id, REASON))),
        Step::Distrust(ago) => {
            world.by(OWNER, |registry| registry.distrust_issuer_since(key, now - ago)).unwrap();
            let successor = Address::from_word(B256::from(U256::from(1_000_000 + number)));
            world.by(OWNER, |registry| registry.rotate_issuer(key, successor)).unwrap();
            return successor;
        }
        Step::Restore => drop(world.by(OWNER, |registry| registry.restore_credential(id))),
    }
    key
}

#[test]
fn a_credential_that_becomes_valid_again_has_lapsed_unless_that_was_undone() {
    let told = Cell::new([0_u32; 2]);
    let history = |steps: Vec<Step>| {
        let mut world = World::new();
        let id = world.register(&CredentialAttestation { expiresAt: NOW + 5 * DAY, ..degree() }).unwrap();
        let mut key = ISSUER;
        for (step, number) in steps.into_iter().zip(2..) {
            let before = lapses(&world, id);
            let (was_valid, _) = world.status(id, ALICE);
            let valid_until = world.registry.get_credential(id).validUntil;
            key = take(&mut world, id, key, step, number);
            let (after, now) = (lapses(&world, id), world.registry.now());
            let (is_valid, _) = world.status(id, ALICE);

            prop_assert!(after.starts_with(&before), "none changes or goes");
            let last = before.last().map_or(0, |(_, until)| *until);
            let expected = (valid_until.max(last), now);
            match step {
                Step::Renew(_) | Step::Register(_) if is_valid && !was_valid && expected.0 < now => {
                    prop_assert_eq!(after.get(before.len()..), Some(&[expected][..]));
                    let [renewed, registered] = told.get();
                    let renews = u32::from(matches!(step, Step::Renew(_)));
                    told.set([renewed + renews, registered + 1 - renews]);
                }
                _ => prop_assert_eq!(after, before),
            }
        }
        Ok(())
    };
    let mut runner = TestRunner::new(ProptestConfig::with_source_file(file!()));
    runner.run(&prop::collection::vec(step(), 1..60), history).unwrap();
    assert!(told.get().iter().all(|times| *times >= 15), "{told:?}");
}
