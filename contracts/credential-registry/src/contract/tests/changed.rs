//! Renewals, rebindings, batches and lists.

use super::*;

fn numbered(number: u8) -> CredentialAttestation {
    CredentialAttestation { subject: B256::with_last_byte(number), nonce: U256::from(number), ..degree() }
}

#[test]
fn renew_lets_a_credential_last_longer() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.vm.set_block_timestamp(degree().expiresAt + DAY);
    assert_eq!(world.status(id, ALICE), (false, status::EXPIRED));
    let until = degree().expiresAt + 400 * DAY;
    world.renew_by(&renewal(id, until, 1), ISSUER).unwrap();
    let renewed = CredentialRenewed { credentialId: id, issuerRoot: ISSUER, key: ISSUER, expiresAt: until };
    assert_eq!(world.last::<CredentialRenewed>(), renewed);
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    let kept = world.registry.get_credential(id);
    assert_eq!((kept.expiresAt, kept.validUntil, kept.acceptedAt), (until, until, NOW));
    world.renew_by(&renewal(id, 0, 2), ISSUER).unwrap();
    assert_eq!(world.registry.get_credential(id).validUntil, u64::MAX);
    assert!(world.registry.is_nonce_used(ISSUER, U256::from(1_002)));
}

#[test]
fn renew_reverts_unless_the_expiry_moves_on() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    let current = degree().expiresAt;
    for asked in [current, current - 1] {
        world.refuses(ExpiryNotLater { expiresAt: current, asked }, |world| {
            world.renew_by(&renewal(id, asked, 1), ISSUER)
        });
    }
    let expired = CredentialExpired { expiresAt: NOW, timestamp: U256::from(NOW) };
    world.refuses(expired, |world| world.renew_by(&renewal(id, NOW, 1), ISSUER));
    let beyond = ExpiresTooLate { expiresAt: u64::MAX, latest: LATEST_EXPIRY };
    world.refuses(beyond, |world| world.renew_by(&renewal(id, u64::MAX, 1), ISSUER));
    world.renew_by(&renewal(id, 0, 1), ISSUER).unwrap();
    let lasts = ExpiryNotLater { expiresAt: 0, asked: 0 };
    world.refuses(lasts, |world| world.renew_by(&renewal(id, 0, 2), ISSUER));
}

#[test]
fn changes_revert_without_the_right_signature_time_issuer_or_credential() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], b"")).unwrap();
    let id = world.register(&degree()).unwrap();
    let (longer, moved) = (renewal(id, 0, 1), rebind(id, BOB, 1));

    let digest = world.digest(&longer);
    let signature = world.sign(&longer, EVE);
    world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
        world.registry.renew_credential(&longer, ISSUER, &signature)
    });
    let digest = world.digest(&moved);
    let signature = world.sign(&rebind(id, EVE, 1), ISSUER);
    world.refuses(InvalidSignature { issuer: ISSUER, digest }, |world| {
        world.registry.rebind_credential(&moved, ISSUER, &signature)
    });

    let late = || DeadlinePassed { deadline: U256::from(NOW - 1), timestamp: U256::from(NOW) };
    let deadline = U256::from(NOW - 1);
    world.refuses(late(), |world| world.renew_by(&CredentialRenewal { deadline, ..longer.clone() }, ISSUER));
    world.refuses(late(), |world| world.rebind_by(&CredentialRebind { deadline, ..moved.clone() }, ISSUER));

    let wrong = || WrongIssuer { credentialId: id, issuerRoot: ISSUER, issuer: OTHER_ISSUER };
    world.refuses(wrong(), |world| world.renew_by(&longer, OTHER_ISSUER));
    world.refuses(wrong(), |world| world.rebind_by(&moved, OTHER_ISSUER));
    world.refuses(UnknownIssuer { issuer: EVE }, |world| world.renew_by(&longer, EVE));
    world.refuses(UnknownIssuer { issuer: EVE }, |world| world.rebind_by(&moved, EVE));

    let unknown = || UnknownCredential { credentialId: SUBJECT };
    world.refuses(unknown(), |world| world.renew_by(&renewal(SUBJECT, 0, 1), ISSUER));
    world.refuses(unknown(), |world| world.rebind_by(&rebind(SUBJECT, BOB, 1), ISSUER));
    world.refuses(unknown(), |world| world.registry.complete_rebind(SUBJECT));
    world.refuses(unknown(), |world| world.by(OWNER, |registry| registry.cancel_rebind(SUBJECT)));
    world.refuses(unknown(), |world| world.by(OWNER, |registry| registry.restore_credential(SUBJECT)));

    let used = |number: u64| NonceAlreadyUsed { issuerRoot: ISSUER, nonce: U256::from(number) };
    world.renew_by(&renewal(id, NOW + 1_000 * DAY, 1), ISSUER).unwrap();
    world.refuses(used(1_001), |world| world.renew_by(&longer, ISSUER));
    world.by(ISSUER, |registry| registry.cancel_nonce(moved.nonce)).unwrap();
    world.refuses(used(2_001), |world| world.rebind_by(&moved, ISSUER));

    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    let revoked = || CredentialAlreadyRevoked { credentialId: id, revokedAt: NOW };
    world.refuses(revoked(), |world| world.renew_by(&renewal(id, 0, 2), ISSUER));
    world.refuses(revoked(), |world| world.rebind_by(&rebind(id, BOB, 2), ISSUER));
}

#[test]
fn rebind_moves_a_credential_two_days_later_and_nobody_holds_it_meanwhile() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    assert_eq!(world.registry.get_rebind(id), (Address::ZERO, 0));
    world.refuses(NoRebindPending { credentialId: id }, |world| world.registry.complete_rebind(id));
    world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
    let due = NOW + 48 * 3_600;
    let started = CredentialRebindStarted {
        credentialId: id,
        newHolder: BOB,
        issuerRoot: ISSUER,
        key: ISSUER,
        effectiveAt: due,
    };
    assert_eq!(world.last::<CredentialRebindStarted>(), started);
    assert_eq!(world.registry.get_rebind(id), (BOB, due));

    world.vm.set_block_timestamp(due - 1);
    for holder in [ALICE, BOB] {
        assert_eq!(world.status(id, holder), (false, status::NOT_HOLDER));
    }
    assert_eq!(world.registry.get_credential(id).status, status::NOT_HOLDER);
    let early = || RebindNotDue { credentialId: id, effectiveAt: due };
    world.refuses(early(), |world| world.registry.complete_rebind(id));
    let pending = RebindPending { credentialId: id, effectiveAt: due };
    world.refuses(pending, |world| world.rebind_by(&rebind(id, EVE, 2), ISSUER));

    world.vm.set_block_timestamp(due);
    assert_eq!(world.status(id, BOB), (false, status::NOT_HOLDER), "until somebody completes it");
    world.registry.complete_rebind(id).unwrap();
    let rebound = CredentialRebound { credentialId: id, previousHolder: ALICE, newHolder: BOB };
    assert_eq!(world.last::<CredentialRebound>(), rebound);
    assert_eq!(world.status(id, BOB), (true, status::ACTIVE));
    assert_eq!(world.status(id, ALICE), (false, status::NOT_HOLDER));
    assert_eq!(world.registry.get_credential(id).holder, BOB);
    world.refuses(NoRebindPending { credentialId: id }, |world| world.registry.complete_rebind(id));
    let (from, limit) = (U256::ZERO, U256::from(10));
    assert_eq!(world.registry.get_credentials_of(ALICE, from, limit), Ok(vec![]));
    assert_eq!(world.registry.get_credentials_of(BOB, from, limit), Ok(vec![id]));
}

#[test]
fn rebind_reverts_for_nobody_and_for_the_holder() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.refuses(ZeroHolder {}, |world| world.rebind_by(&rebind(id, Address::ZERO, 1), ISSUER));
    let same = AlreadyHolder { credentialId: id, holder: ALICE };
    world.refuses(same, |world| world.rebind_by(&rebind(id, ALICE, 1), ISSUER));
}

#[test]
fn issuer_and_owner_cancel_a_rebinding() {
    for who in [ISSUER, OWNER] {
        let mut world = World::new();
        let id = world.register(&degree()).unwrap();
        let none = || NoRebindPending { credentialId: id };
        world.refuses(none(), |world| world.by(who, |registry| registry.cancel_rebind(id)));
        world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
        for caller in [EVE, ALICE, BOB] {
            let refused = NotIssuerOrOwner { credentialId: id, issuerRoot: ISSUER, caller };
            world.refuses(refused, |world| world.by(caller, |registry| registry.cancel_rebind(id)));
        }
        world.by(who, |registry| registry.cancel_rebind(id)).unwrap();
        let cancelled = CredentialRebindCancelled { credentialId: id, cancelledBy: who };
        assert_eq!(world.last::<CredentialRebindCancelled>(), cancelled);
        assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
        world.wait(DELAY_SECS);
        world.refuses(none(), |world| world.registry.complete_rebind(id));
        // And again.
        world.rebind_by(&rebind(id, EVE, 2), ISSUER).unwrap();
        assert_eq!(world.registry.get_rebind(id).0, EVE);
    }
}

#[test]
fn a_revoked_credential_does_not_move() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.rebind_by(&rebind(id, BOB, 1), ISSUER).unwrap();
    world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    world.wait(DELAY_SECS);
    let revoked = CredentialAlreadyRevoked { credentialId: id, revokedAt: NOW };
    world.refuses(revoked, |world| world.registry.complete_rebind(id));
}

#[test]
fn a_history_is_full_after_255_changes() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    for number in 1..=255 {
        world.renew_by(&renewal(id, degree().expiresAt + number, number), ISSUER).unwrap();
    }
    let full = || HistoryFull { credentialId: id };
    world.refuses(full(), |world| world.renew_by(&renewal(id, 0, 256), ISSUER));
    for number in 1..=255 {
        let holder = if number % 2 == 0 { ALICE } else { BOB };
        world.rebind_by(&rebind(id, holder, number), ISSUER).unwrap();
        world.wait(DELAY_SECS);
        world.registry.complete_rebind(id).unwrap();
    }
    world.refuses(full(), |world| world.rebind_by(&rebind(id, ALICE, 256), ISSUER));
    assert_eq!(world.registry.get_credential(id).holder, BOB);
}

#[test]
fn revoke_batch_revokes_all_or_none() {
    let mut world = World::new();
    let ids: Vec<_> = (1..=3).map(|number| world.register(&numbered(number)).unwrap()).collect();
    let unknown = UnknownCredential { credentialId: SUBJECT };
    let with_unknown = [ids[0], SUBJECT, ids[1]];
    // What the first ones changed goes with the transaction.
    let error = world.by(ISSUER, |registry| registry.revoke_batch(&with_unknown, REASON)).unwrap_err();
    assert_eq!(error, unknown.into());

    let mut world = World::new();
    let ids: Vec<_> =
        ids.iter().zip(1..).map(|(_, number)| world.register(&numbered(number)).unwrap()).collect();
    let refused = NotIssuerOrOwner { credentialId: ids[0], issuerRoot: ISSUER, caller: EVE };
    world.refuses(refused, |world| world.registry.revoke_batch(&ids, REASON));
    world.by(ISSUER, |registry| registry.revoke_batch(&ids[..2], REASON)).unwrap();
    let revoked =
        CredentialRevoked { credentialId: ids[1], issuerRoot: ISSUER, revokedBy: ISSUER, reason: REASON };
    assert_eq!(world.last::<CredentialRevoked>(), revoked);
    let holders = [ALICE; 3];
    assert_eq!(world.registry.batch_validate_credentials(&ids, &holders), Ok(vec![false, false, true]));
    world.by(ISSUER, |registry| registry.revoke_batch(&[], REASON)).unwrap();
    let limit = U256::from(1_001);
    world.refuses(PageTooLarge { limit, maximum: PAGE_MAX }, |world| {
        world.by(ISSUER, |registry| registry.revoke_batch(&[ids[2]; 1_001], REASON))
    });
    world.refuses(ArrayLengthMismatch {}, |world| {
        world.registry.batch_validate_credentials(&ids, &holders[..2])
    });
}

#[test]
fn credentials_of_a_holder_are_listed_by_pages() {
    let mut world = World::new();
    let ids: Vec<_> = (1..=5).map(|number| world.register(&numbered(number)).unwrap()).collect();
    let page = |world: &World, offset: u64, limit: u64| {
        world.registry.get_credentials_of(ALICE, U256::from(offset), U256::from(limit)).unwrap()
    };
    assert_eq!(world.registry.get_credential_count_of(ALICE), U256::from(5));
    assert_eq!(page(&world, 0, 2), ids[..2]);
    assert_eq!(page(&world, 3, 1_000), ids[3..]);
    assert!(page(&world, 5, 1).is_empty());
    let limit = U256::from(1_001);
    world.refuses(PageTooLarge { limit, maximum: PAGE_MAX }, |world| {
        world.registry.get_credentials_of(ALICE, U256::ZERO, limit)
    });
    // One moves: the last takes its place.
    world.rebind_by(&rebind(ids[1], BOB, 1), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(ids[1]).unwrap();
    assert_eq!(page(&world, 0, 10), [ids[0], ids[4], ids[2], ids[3]]);
    world.rebind_by(&rebind(ids[4], BOB, 2), ISSUER).unwrap();
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(ids[4]).unwrap();
    assert_eq!(page(&world, 0, 10), [ids[0], ids[3], ids[2]]);
    assert_eq!(world.registry.get_credential_count_of(BOB), U256::from(2));
}
