//! The story of a stolen key: what the thief did is void or undone, and what its owner did before stands.

use super::*;

const HONEST: u64 = NOW;
const THEFT: u64 = NOW + 10 * DAY;
const FOUND_OUT: u64 = NOW + 12 * DAY;
const THIEF: Address = address!("0000000000000000000000000000000000007e1f");
const NEW_KEY: Address = address!("0000000000000000000000000000000000001552");

fn numbered(number: u8, holder: Address) -> CredentialAttestation {
    CredentialAttestation {
        subject: B256::with_last_byte(number),
        nonce: U256::from(number),
        deadline: U256::MAX,
        holder,
        ..degree()
    }
}

/// Credentials that the issuer itself registered, and a clock that stands at the theft.
fn until_the_theft() -> (World, [B256; 4]) {
    let mut world = World::new();
    world.vm.set_block_timestamp(HONEST);
    let ids = [1, 2, 3, 4].map(|number| world.register(&numbered(number, ALICE)).unwrap());
    world.vm.set_block_timestamp(THEFT);
    (world, ids)
}

fn distrust(world: &mut World, key: Address) {
    world.by(OWNER, |registry| registry.distrust_issuer_since(key, THEFT)).unwrap();
}

fn replace(world: &mut World, old: Address) {
    world.by(OWNER, |registry| registry.rotate_issuer(old, NEW_KEY)).unwrap();
}

#[test]
fn everything_that_a_thief_did_is_undone() {
    let (mut world, [revoked, renewed, rebound, untouched]) = until_the_theft();

    // The thief attests for itself, backdated to before the theft; revokes, renews, moves, and starts to move.
    let forged = CredentialAttestation { issuedAt: HONEST - 1, ..numbered(66, THIEF) };
    let forged_id = world.register(&forged).unwrap();
    world.by(ISSUER, |registry| registry.revoke_credential(revoked, REASON)).unwrap();
    world.renew_by(&renewal(renewed, 0, 1), ISSUER).unwrap();
    world.rebind_by(&rebind(rebound, THIEF, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(rebound).unwrap();
    world.rebind_by(&rebind(untouched, THIEF, 2), ISSUER).unwrap();
    assert_eq!(world.status(forged_id, THIEF), (true, status::ACTIVE));
    assert_eq!(world.status(rebound, THIEF), (true, status::ACTIVE));

    world.vm.set_block_timestamp(FOUND_OUT);
    distrust(&mut world, ISSUER);
    // At once: nothing that the thief did is valid, and what was under way is void.
    for (id, holder) in [(forged_id, THIEF), (rebound, THIEF), (rebound, ALICE), (renewed, ALICE)] {
        assert_eq!(world.status(id, holder), (false, status::ISSUER_DISTRUSTED));
        assert_eq!(world.registry.get_credential(id).validUntil, FOUND_OUT);
    }
    assert_eq!(world.status(revoked, ALICE), (false, status::REVOKED));
    assert_eq!(world.status(untouched, ALICE), (true, status::ACTIVE));
    assert_eq!(world.registry.get_rebind(untouched), (Address::ZERO, 0));
    world.wait(DELAY_SECS);
    let distrusted = IssuerKeyDistrusted { issuer: ISSUER, since: THEFT };
    world.refuses(distrusted, |world| world.registry.complete_rebind(untouched));

    // The issuer gets another key, and the owner undoes.
    replace(&mut world, ISSUER);
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.restore_credential(revoked)
    });
    for id in [revoked, renewed, rebound, untouched] {
        world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
        let restored = CredentialRestored {
            credentialId: id,
            holder: ALICE,
            expiresAt: degree().expiresAt,
            revoked: false,
        };
        assert_eq!(world.last::<CredentialRestored>(), restored);
        assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
        let kept = world.registry.get_credential(id);
        assert_eq!((kept.expiresAt, kept.revokedAt, kept.reason), (degree().expiresAt, 0, 0));
        world.refuses(NothingToRestore { credentialId: id }, |world| {
            world.by(OWNER, |registry| registry.restore_credential(id))
        });
    }
    let (from, limit) = (U256::ZERO, U256::from(10));
    let mut held = world.registry.get_credentials_of(ALICE, from, limit).unwrap();
    let mut expected = vec![revoked, renewed, rebound, untouched];
    held.sort();
    expected.sort();
    assert_eq!(held, expected);
    assert_eq!(world.registry.get_credentials_of(THIEF, from, limit), Ok(vec![forged_id]));

    // The person whose id the thief took gets it back from the same issuer.
    world.refuses(NothingToRestore { credentialId: forged_id }, |world| {
        world.by(OWNER, |registry| registry.restore_credential(forged_id))
    });
    let genuine = CredentialAttestation { nonce: U256::from(99), ..numbered(66, BOB) };
    assert_eq!(world.register_by(&genuine, NEW_KEY), Ok(forged_id));
    assert_eq!(world.status(forged_id, BOB), (true, status::ACTIVE));
    assert_eq!(world.registry.get_credentials_of(THIEF, from, limit), Ok(vec![]));
    world.refuses(CredentialAlreadyRegistered { credentialId: forged_id }, |world| {
        let again = CredentialAttestation { nonce: U256::from(100), ..genuine };
        world.register_by(&again, NEW_KEY)
    });
}

#[test]
fn what_was_attested_before_the_theft_stands_whenever_it_claims_to_be_issued() {
    let mut world = World::new();
    // Accepted one second before; claims to be issued after. And the other way around.
    world.vm.set_block_timestamp(THEFT - 1);
    let honest = CredentialAttestation { issuedAt: THEFT + 100, ..numbered(1, ALICE) };
    let honest = world.register(&honest).unwrap();
    world.vm.set_block_timestamp(THEFT);
    let forged = world.register(&CredentialAttestation { issuedAt: 1, ..numbered(2, THIEF) }).unwrap();
    distrust(&mut world, ISSUER);
    assert_eq!(world.status(honest, ALICE), (true, status::ACTIVE));
    assert_eq!(world.status(forged, THIEF), (false, status::ISSUER_DISTRUSTED));
}

#[test]
fn a_renewal_by_the_new_key_does_not_whitewash_a_forged_registration() {
    let (mut world, _) = until_the_theft();
    let forged = world.register(&numbered(66, THIEF)).unwrap();
    // Nobody knows yet: the issuer rotates as usual and renews what it finds.
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    world.renew_by(&renewal(forged, 0, 1), NEW_KEY).unwrap();
    world.vm.set_block_timestamp(FOUND_OUT);
    distrust(&mut world, ISSUER);
    assert_eq!(world.status(forged, THIEF), (false, status::ISSUER_DISTRUSTED));
    let refused = || CredentialIsDistrusted { credentialId: forged };
    world.refuses(refused(), |world| world.renew_by(&renewal(forged, 0, 2), NEW_KEY));
    world.refuses(refused(), |world| world.rebind_by(&rebind(forged, BOB, 2), NEW_KEY));
}

#[test]
fn a_key_that_the_thief_appointed_is_distrusted_by_itself() {
    let (mut world, [id, ..]) = until_the_theft();
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, THIEF)).unwrap();
    distrust(&mut world, ISSUER);
    let forged = world.register_by(&numbered(66, EVE), THIEF).unwrap();
    world.by(THIEF, |registry| registry.revoke_credential(id, REASON)).unwrap();
    distrust(&mut world, THIEF);
    assert_eq!(world.status(forged, EVE), (false, status::ISSUER_DISTRUSTED));
    let refused = IssuerKeyDistrusted { issuer: THIEF, since: THEFT };
    world.refuses(refused, |world| world.by(THIEF, |registry| registry.rotate_issuer(THIEF, EVE)));
    // The owner takes the issuer back.
    replace(&mut world, THIEF);
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert!(world.register_by(&numbered(67, BOB), NEW_KEY).is_ok());
}

#[test]
fn several_changes_by_the_thief_are_undone_one_after_the_other() {
    let (mut world, [id, ..]) = until_the_theft();
    let later = degree().expiresAt;
    for number in 1..=3 {
        world.renew_by(&renewal(id, later + number * DAY, number), ISSUER).unwrap();
    }
    for (number, holder) in [(1, THIEF), (2, EVE)] {
        world.rebind_by(&rebind(id, holder, number), ISSUER).unwrap();
        world.wait(DELAY_SECS);
        world.registry.complete_rebind(id).unwrap();
    }
    world.rebind_by(&rebind(id, THIEF, 3), ISSUER).unwrap();
    distrust(&mut world, ISSUER);
    let restored = |world: &mut World| {
        world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
        let kept = world.registry.get_credential(id);
        (kept.holder, kept.expiresAt, kept.status)
    };
    assert_eq!(restored(&mut world), (THIEF, later + 2 * DAY, status::ISSUER_DISTRUSTED));
    assert_eq!(restored(&mut world), (ALICE, later + DAY, status::ISSUER_DISTRUSTED));
    assert_eq!(restored(&mut world), (ALICE, later, status::ACTIVE));
    world.refuses(NothingToRestore { credentialId: id }, |world| {
        world.by(OWNER, |registry| registry.restore_credential(id))
    });
}

#[test]
fn what_others_did_is_not_undone() {
    let (mut world, [by_owner, before, honest_move, _]) = until_the_theft();
    world.by(OWNER, |registry| registry.revoke_credential(by_owner, REASON)).unwrap();
    world.vm.set_block_timestamp(THEFT - 1);
    world.by(ISSUER, |registry| registry.revoke_credential(before, REASON)).unwrap();
    world.renew_by(&renewal(honest_move, 0, 1), ISSUER).unwrap();
    world.rebind_by(&rebind(honest_move, BOB, 1), ISSUER).unwrap();
    world.vm.set_block_timestamp(FOUND_OUT);
    distrust(&mut world, ISSUER);
    // Started before the theft, completed after it: judged by the start.
    world.registry.complete_rebind(honest_move).unwrap();
    assert_eq!(world.status(honest_move, BOB), (true, status::ACTIVE));
    for id in [by_owner, before, honest_move] {
        world.refuses(NothingToRestore { credentialId: id }, |world| {
            world.by(OWNER, |registry| registry.restore_credential(id))
        });
    }
}

#[test]
fn a_rebinding_that_starts_from_the_thief_is_cancelled_with_it() {
    let (mut world, [id, ..]) = until_the_theft();
    world.rebind_by(&rebind(id, THIEF, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    world.rebind_by(&rebind(id, BOB, 2), NEW_KEY).unwrap();
    distrust(&mut world, ISSUER);
    world.wait(DELAY_SECS);
    // The key that signed it is good; where it starts isn't.
    let refused = CredentialIsDistrusted { credentialId: id };
    world.refuses(refused, |world| world.registry.complete_rebind(id));
    assert_eq!(world.status(id, BOB), (false, status::ISSUER_DISTRUSTED));
    world.by(OWNER, |registry| registry.restore_credential(id)).unwrap();
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    world.refuses(NoRebindPending { credentialId: id }, |world| world.registry.complete_rebind(id));
}

#[test]
fn status_goes_by_precedence_with_distrust_between_revoked_and_expired() {
    let (mut world, _) = until_the_theft();
    let forged = world.register(&numbered(66, THIEF)).unwrap();
    world.vm.set_block_timestamp(degree().expiresAt);
    assert_eq!(world.status(forged, EVE), (false, status::EXPIRED));
    distrust(&mut world, ISSUER);
    assert_eq!(world.status(forged, EVE), (false, status::ISSUER_DISTRUSTED));
    assert_eq!(world.registry.get_credential(forged).validUntil, degree().expiresAt);
    world.by(OWNER, |registry| registry.revoke_credential(forged, REASON)).unwrap();
    assert_eq!(world.status(forged, EVE), (false, status::REVOKED));
}

#[test]
fn a_void_rebinding_gives_way_to_another() {
    let (mut world, [id, ..]) = until_the_theft();
    world.rebind_by(&rebind(id, THIEF, 1), ISSUER).unwrap();
    distrust(&mut world, ISSUER);
    replace(&mut world, ISSUER);
    world.rebind_by(&rebind(id, BOB, 2), NEW_KEY).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    assert_eq!(world.status(id, BOB), (true, status::ACTIVE));
}

#[test]
fn an_issuer_that_was_removed_gets_a_key_again_and_registers_again() {
    let (mut world, [honest, ..]) = until_the_theft();
    world.by(OWNER, |registry| registry.authority.launch()).unwrap();
    // The thief hurries from key to key, faster than an announced rotation, until the issuer is removed.
    let second = address!("0000000000000000000000000000000000007e2f");
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, THIEF)).unwrap();
    let forged = world.register_by(&numbered(66, EVE), THIEF).unwrap();
    world.by(THIEF, |registry| registry.rotate_issuer(THIEF, second)).unwrap();
    world.by(OWNER, |registry| registry.remove_issuer(ISSUER)).unwrap();
    for key in [ISSUER, THIEF, second] {
        distrust(&mut world, key);
    }
    let call = rotateIssuerCall { oldKey: second, newKey: NEW_KEY }.abi_encode();
    let hash = crypto::keccak(&call);
    let rotate = |registry: &mut CredentialRegistry| registry.rotate_issuer(second, NEW_KEY);
    world.refuses(NotScheduled { callHash: hash }, |world| world.by(OWNER, rotate));
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.by(EVE, rotate));
    let distrusted = IssuerKeyDistrusted { issuer: second, since: THEFT };
    world.refuses(distrusted, |world| world.by(second, rotate));
    world.by(OWNER, |registry| registry.authority.schedule(&call)).unwrap();
    world.wait(DELAY_SECS);
    let genuine = CredentialAttestation { nonce: U256::from(99), ..numbered(66, BOB) };
    world.refuses(UnknownIssuer { issuer: NEW_KEY }, |world| world.register_by(&genuine, NEW_KEY));

    world.by(OWNER, rotate).unwrap();
    let rotated = IssuerRotated { issuerRoot: ISSUER, oldKey: second, newKey: NEW_KEY };
    assert_eq!(world.last::<IssuerRotated>(), rotated);
    assert_eq!(world.registry.get_issuer_key(ISSUER), NEW_KEY);
    assert_eq!(world.registry.get_issuer(NEW_KEY), (ISSUER, true, true));
    for key in [ISSUER, THIEF, second] {
        assert_eq!(world.registry.get_issuer(key), (ISSUER, false, true));
    }
    assert_eq!(world.status(forged, EVE), (false, status::ISSUER_DISTRUSTED));
    assert_eq!(world.register_by(&genuine, NEW_KEY), Ok(forged));
    assert_eq!(world.status(forged, BOB), (true, status::ACTIVE));
    assert_eq!(world.status(honest, ALICE), (true, status::ACTIVE));
}

#[test]
fn restore_batch_restores_all_or_none() {
    let (mut world, [revoked, renewed, untouched, _]) = until_the_theft();
    world.by(ISSUER, |registry| registry.revoke_credential(revoked, REASON)).unwrap();
    for number in 1..=2 {
        let expires_at = degree().expiresAt + number * DAY;
        world.renew_by(&renewal(renewed, expires_at, number), ISSUER).unwrap();
    }
    distrust(&mut world, ISSUER);
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| {
        world.registry.restore_batch(&[revoked, renewed])
    });
    world.refuses(NothingToRestore { credentialId: untouched }, |world| {
        world.by(OWNER, |registry| registry.restore_batch(&[untouched, revoked]))
    });
    world.refuses(UnknownCredential { credentialId: SUBJECT }, |world| {
        world.by(OWNER, |registry| registry.restore_batch(&[SUBJECT, revoked]))
    });
    let (limit, maximum) = (U256::from(1_001), U256::from(1_000));
    world.refuses(PageTooLarge { limit, maximum }, |world| {
        world.by(OWNER, |registry| registry.restore_batch(&[revoked; 1_001]))
    });
    world.by(OWNER, |registry| registry.restore_batch(&[])).unwrap();

    // What was done twice is undone twice.
    world.by(OWNER, |registry| registry.restore_batch(&[revoked, renewed, renewed])).unwrap();
    let (holder, expires_at) = (ALICE, degree().expiresAt);
    let restored =
        CredentialRestored { credentialId: renewed, holder, expiresAt: expires_at, revoked: false };
    assert_eq!(world.last::<CredentialRestored>(), restored);
    for id in [revoked, renewed] {
        assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
        assert_eq!(world.registry.get_credential(id).expiresAt, expires_at);
    }
    let again = world.by(OWNER, |registry| registry.restore_batch(&[revoked])).unwrap_err();
    assert_eq!(again, NothingToRestore { credentialId: revoked }.into());
}
