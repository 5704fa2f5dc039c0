//! Lapses: the times during which a credential wasn't valid though it was before and after (R6).

use super::*;

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
