//! Keys of issuers: rotated, removed, distrusted.

use super::*;

const NEW_KEY: Address = address!("0000000000000000000000000000000000001552");

#[test]
fn a_rotated_issuer_keeps_its_credentials_types_and_nonces() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[BACHELORS], b"")).unwrap();
    let id = world.register_by(&degree(), OTHER_ISSUER).unwrap();
    world.by(OTHER_ISSUER, |registry| registry.rotate_issuer(OTHER_ISSUER, NEW_KEY)).unwrap();

    let rotated: IssuerRotated = world.last();
    assert_eq!(rotated, IssuerRotated { issuerRoot: OTHER_ISSUER, oldKey: OTHER_ISSUER, newKey: NEW_KEY });
    assert_eq!(world.registry.get_issuer_key(OTHER_ISSUER), NEW_KEY);
    assert_eq!(world.registry.get_issuer(OTHER_ISSUER), (OTHER_ISSUER, false, false));
    assert_eq!(world.registry.get_issuer(NEW_KEY), (OTHER_ISSUER, true, false));
    assert!(world.registry.is_issuer_for_type(NEW_KEY, BACHELORS));
    assert!(!world.registry.is_issuer_for_type(NEW_KEY, PHD));
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));

    let other = CredentialAttestation { subject: B256::with_last_byte(2), ..degree() };
    let retired = IssuerKeyRetired { issuer: OTHER_ISSUER, currentKey: NEW_KEY };
    world.refuses(retired, |world| world.register_by(&other, OTHER_ISSUER));
    let used = NonceAlreadyUsed { issuerRoot: OTHER_ISSUER, nonce: other.nonce };
    world.refuses(used, |world| world.register_by(&other, NEW_KEY));
    // Its id is made of the issuer's first key still.
    let fresh = CredentialAttestation { nonce: U256::from(43), ..other };
    let next = world.register_by(&fresh, NEW_KEY).unwrap();
    assert_eq!(next, credential::id(OTHER_ISSUER, BACHELORS, fresh.subject));
    assert_eq!(world.registry.get_credential(next).key, NEW_KEY);

    let refused = NotIssuerOrOwner { credentialId: id, issuerRoot: OTHER_ISSUER, caller: OTHER_ISSUER };
    world.refuses(refused, |world| world.by(OTHER_ISSUER, |registry| registry.revoke_credential(id, REASON)));
    world.by(NEW_KEY, |registry| registry.revoke_credential(id, REASON)).unwrap();
}

#[test]
fn metadata_is_text_of_some_length() {
    let mut world = World::new();
    for bad in [&[0xff][..], &[b'a', 0xc3], &[b'a'; 1_025]] {
        let refused = InvalidMetadata { length: U256::from(bad.len()) };
        world.refuses(refused, |world| {
            world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], bad))
        });
    }
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], &[b'a'; 1_024])).unwrap();
}

#[test]
fn an_address_becomes_a_key_once() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[], b"")).unwrap();
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    for known in [ISSUER, NEW_KEY, OTHER_ISSUER] {
        world.refuses(IssuerAlreadyKnown { issuer: known }, |world| {
            world.by(NEW_KEY, |registry| registry.rotate_issuer(NEW_KEY, known))
        });
        world.refuses(IssuerAlreadyKnown { issuer: known }, |world| {
            world.by(OWNER, |registry| registry.add_issuer(known, &[], b""))
        });
    }
    world.refuses(ZeroIssuer {}, |world| {
        world.by(NEW_KEY, |registry| registry.rotate_issuer(NEW_KEY, Address::ZERO))
    });
}

#[test]
fn only_a_current_key_is_rotated() {
    let mut world = World::new();
    world.refuses(UnknownIssuer { issuer: EVE }, |world| {
        world.by(EVE, |registry| registry.rotate_issuer(EVE, BOB))
    });
    world.refuses(UnknownIssuer { issuer: EVE }, |world| {
        world.by(OWNER, |registry| registry.rotate_issuer(EVE, BOB))
    });
    world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, NEW_KEY)).unwrap();
    let retired = || IssuerKeyRetired { issuer: ISSUER, currentKey: NEW_KEY };
    world.refuses(retired(), |world| world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, BOB)));
    world.refuses(retired(), |world| world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, BOB)));
    world.by(OWNER, |registry| registry.remove_issuer(ISSUER)).unwrap();
    let removed = || IssuerWasRemoved { issuerRoot: ISSUER };
    world.refuses(removed(), |world| world.by(NEW_KEY, |registry| registry.rotate_issuer(NEW_KEY, BOB)));
    // The owner brings the issuer back, with another key than any that it had.
    world.refuses(retired(), |world| world.by(OWNER, |registry| registry.rotate_issuer(ISSUER, BOB)));
    world.refuses(IssuerAlreadyKnown { issuer: NEW_KEY }, |world| {
        world.by(OWNER, |registry| registry.rotate_issuer(NEW_KEY, NEW_KEY))
    });
    world.by(OWNER, |registry| registry.rotate_issuer(NEW_KEY, BOB)).unwrap();
    assert_eq!(world.registry.get_issuer(BOB), (ISSUER, true, true));
    assert_eq!(world.registry.get_issuer(NEW_KEY), (ISSUER, false, true));
    let rotated = IssuerRotated { issuerRoot: ISSUER, oldKey: NEW_KEY, newKey: BOB };
    assert_eq!(world.last::<IssuerRotated>(), rotated);
}

#[test]
fn a_removed_issuer_does_nothing_more_and_what_it_attested_stays() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.registry.remove_issuer(ISSUER));
    world.refuses(UnknownIssuer { issuer: EVE }, |world| {
        world.by(OWNER, |registry| registry.remove_issuer(EVE))
    });
    world.by(OWNER, |registry| registry.remove_issuer(ISSUER)).unwrap();
    assert_eq!(world.last::<IssuerRemoved>(), IssuerRemoved { issuerRoot: ISSUER });
    world.refuses(IssuerWasRemoved { issuerRoot: ISSUER }, |world| {
        world.by(OWNER, |registry| registry.remove_issuer(ISSUER))
    });

    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!(world.registry.get_issuer(ISSUER), (ISSUER, false, true));
    let removed = || IssuerWasRemoved { issuerRoot: ISSUER };
    let other = CredentialAttestation { subject: B256::with_last_byte(2), nonce: U256::from(43), ..degree() };
    world.refuses(removed(), |world| world.register(&other));
    world.refuses(removed(), |world| world.renew_by(&renewal(id, 0, 1), ISSUER));
    world.refuses(removed(), |world| world.rebind_by(&rebind(id, BOB, 1), ISSUER));
    world.refuses(removed(), |world| world.by(ISSUER, |registry| registry.cancel_nonce(U256::from(9))));
    let refused = NotIssuerOrOwner { credentialId: id, issuerRoot: ISSUER, caller: ISSUER };
    world.refuses(refused, |world| world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)));
    // The owner still can.
    world.by(OWNER, |registry| registry.revoke_credential(id, REASON)).unwrap();
}

#[test]
fn an_issuer_voids_what_it_signed_but_nobody_brought() {
    let mut world = World::new();
    let used = || NonceAlreadyUsed { issuerRoot: ISSUER, nonce: degree().nonce };
    world.refuses(UnknownIssuer { issuer: EVE }, |world| world.registry.cancel_nonce(degree().nonce));
    world.by(ISSUER, |registry| registry.cancel_nonce(degree().nonce)).unwrap();
    assert_eq!(world.last::<NonceUsed>(), NonceUsed { issuerRoot: ISSUER, nonce: degree().nonce });
    world.refuses(used(), |world| world.register(&degree()));
    world.refuses(used(), |world| world.by(ISSUER, |registry| registry.cancel_nonce(degree().nonce)));
}

#[test]
fn distrust_is_the_owners_and_only_grows() {
    let mut world = World::new();
    let distrust =
        |since| move |registry: &mut CredentialRegistry| registry.distrust_issuer_since(ISSUER, since);
    world.refuses(OwnableUnauthorizedAccount { account: EVE }, |world| world.by(EVE, distrust(NOW)));
    world.refuses(UnknownIssuer { issuer: EVE }, |world| {
        world.by(OWNER, |registry| registry.distrust_issuer_since(EVE, NOW))
    });
    let future = DistrustInFuture { since: NOW + 1, timestamp: U256::from(NOW) };
    world.refuses(future, |world| world.by(OWNER, distrust(NOW + 1)));
    assert_eq!(world.registry.get_distrust(ISSUER), (0, 0));

    world.by(OWNER, distrust(NOW)).unwrap();
    let distrusted = IssuerDistrusted { issuerRoot: ISSUER, key: ISSUER, since: NOW };
    assert_eq!(world.last::<IssuerDistrusted>(), distrusted);
    assert_eq!(world.registry.get_distrust(ISSUER), (NOW, NOW));
    world.wait(100);
    for since in [NOW, NOW + 1] {
        let refused = IssuerKeyDistrusted { issuer: ISSUER, since: NOW };
        world.refuses(refused, |world| world.by(OWNER, distrust(since)));
    }
    world.by(OWNER, distrust(0)).unwrap();
    assert_eq!(world.registry.get_distrust(ISSUER), (0, NOW), "decided when it was decided first");
}

#[test]
fn a_distrusted_key_does_nothing_more() {
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    let moving =
        CredentialAttestation { subject: B256::with_last_byte(3), nonce: U256::from(44), ..degree() };
    let moving = world.register(&moving).unwrap();
    world.rebind_by(&rebind(moving, BOB, 9), ISSUER).unwrap();
    world.wait(10);
    world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUER, NOW + 10)).unwrap();
    let distrusted = || IssuerKeyDistrusted { issuer: ISSUER, since: NOW + 10 };
    let other = CredentialAttestation { subject: B256::with_last_byte(2), nonce: U256::from(43), ..degree() };
    world.refuses(distrusted(), |world| world.register(&other));
    world.refuses(distrusted(), |world| world.renew_by(&renewal(id, 0, 1), ISSUER));
    world.refuses(distrusted(), |world| world.rebind_by(&rebind(id, BOB, 1), ISSUER));
    world.refuses(distrusted(), |world| world.by(ISSUER, |registry| registry.cancel_nonce(U256::from(9))));
    world.refuses(distrusted(), |world| world.by(ISSUER, |registry| registry.rotate_issuer(ISSUER, EVE)));
    for id in [id, moving] {
        let refused = || NotIssuerOrOwner { credentialId: id, issuerRoot: ISSUER, caller: ISSUER };
        world.refuses(refused(), |world| world.by(ISSUER, |registry| registry.revoke_credential(id, REASON)));
        world.refuses(refused(), |world| world.by(ISSUER, |registry| registry.cancel_rebind(id)));
    }
    // What it did before counts.
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    world.wait(DELAY_SECS);
    world.registry.complete_rebind(moving).unwrap();
    assert_eq!(world.status(moving, BOB), (true, status::ACTIVE));
}
