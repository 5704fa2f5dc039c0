//! Every slot of the documented layout, by its own arithmetic.

use super::*;
use alloy_primitives::keccak256;
use kit::{guardian::Guardian, initializer::Initializer, ownership::Ownership, schedule::Schedule};

/// Slot of `key` in the mapping at `slot`.
fn entry(slot: U256, key: B256) -> U256 {
    U256::from_be_bytes(keccak256([key.0, slot.to_be_bytes()].as_flattened()).0)
}

/// A word of `fields` (value, bytes), the first in the highest bytes.
fn packed(fields: &[(U256, usize)]) -> B256 {
    assert_eq!(fields.iter().map(|(_, bytes)| bytes).sum::<usize>(), 32, "a whole word");
    B256::from(fields.iter().fold(U256::ZERO, |word, (value, bytes)| (word << (8 * bytes)) | *value))
}

fn account(address: Address) -> (U256, usize) {
    (U256::from_be_bytes(address.into_word().0), 20)
}

fn number(value: u64, bytes: usize) -> (U256, usize) {
    (U256::from(value), bytes)
}

fn free(bytes: usize) -> (U256, usize) {
    (U256::ZERO, bytes)
}

#[test]
fn slots_are_those_of_the_documented_layout() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, &[PHD], b"")).unwrap();
    world.by(OWNER, |registry| registry.authority.transfer_ownership(BOB)).unwrap();
    world.by(OWNER, |registry| registry.authority.set_guardian(EVE)).unwrap();
    world.by(OWNER, |registry| registry.authority.launch()).unwrap();
    let degree = degree();
    let first =
        world.register(&CredentialAttestation { subject: PHD, nonce: U256::from(41), ..degree.clone() });
    let (first, id) = (first.unwrap(), world.register(&degree).unwrap());
    world.vm.set_block_timestamp(degree.expiresAt + 3);
    let (renewed, later) = (degree.expiresAt + 3, degree.expiresAt + 100 * DAY);
    world.renew_by(&renewal(id, later, 0), ISSUER).unwrap();
    world.rebind_by(&rebind(id, BOB, 0), ISSUER).unwrap();
    let moved = world.wait(DELAY_SECS);
    world.registry.complete_rebind(id).unwrap();
    world.by(OWNER, |registry| registry.revoke_credential(id, REASON)).unwrap();
    world.by(OWNER, |registry| registry.distrust_issuer_since(ISSUER, moved - 1)).unwrap();

    let (initializer, ownership, records) = (Initializer::ROOT, Ownership::ROOT, Records::ROOT);
    let slot = |index: u64| records + U256::from(index);
    let within =
        |index: u64, outer: B256, inner: u64| entry(entry(slot(index), outer), B256::from(U256::from(inner)));
    let one = packed(&[free(31), number(1, 1)]);
    let change = |expired: u64| packed(&[number(renewed, 5), number(expired, 5), free(2), account(ISSUER)]);
    let nonce =
        |nonce: u64| (within(6, ISSUER.into_word(), nonce / 256), B256::from(U256::from(1) << (nonce % 256)));
    let both_nonces = B256::from(U256::from(3u64 << 41));
    let expected = HashMap::from([
        (initializer, packed(&[free(24), number(1, 8)])),
        (ownership, packed(&[number(1, 12), account(OWNER)])),
        (ownership + U256::from(1), packed(&[free(12), account(BOB)])),
        (Guardian::ROOT, packed(&[free(12), account(EVE)])),
        (Schedule::ROOT, one),
        (entry(slot(0), first), packed(&[number(degree.expiresAt, 5), free(7), account(ALICE)])),
        (
            entry(slot(0), id),
            packed(&[number(later, 5), number(0x8001, 2), number(1, 1), number(1, 1), free(3), account(BOB)]),
        ),
        (entry(slot(1), first), packed(&[number(NOW, 6), number(degree.issuedAt, 6), account(ISSUER)])),
        (entry(slot(1), id), packed(&[number(NOW, 6), number(degree.issuedAt, 6), account(ISSUER)])),
        (entry(slot(2), first), BACHELORS),
        (entry(slot(2), id), BACHELORS),
        (entry(slot(3), id), packed(&[number(moved, 8), number(REASON.into(), 1), free(3), account(OWNER)])),
        (
            entry(slot(4), ISSUER.into_word()),
            packed(&[number(1, 1), number(1, 1), number(moved - 1, 5), number(moved, 5), account(ISSUER)]),
        ),
        (
            entry(slot(4), OTHER_ISSUER.into_word()),
            packed(&[number(1, 1), number(0, 1), free(10), account(OTHER_ISSUER)]),
        ),
        (entry(entry(slot(5), OTHER_ISSUER.into_word()), PHD), one),
        (within(6, ISSUER.into_word(), 0), both_nonces),
        nonce(1_000),
        nonce(2_000),
        (entry(slot(7), ISSUER.into_word()), ISSUER.into_word()),
        (entry(slot(7), OTHER_ISSUER.into_word()), OTHER_ISSUER.into_word()),
        (within(8, id, 0), change(degree.expiresAt)),
        (within(9, id, 0), change(0)),
        (within(10, id, 0), ALICE.into_word()),
        (entry(slot(11), ALICE.into_word()), one),
        (entry(slot(11), BOB.into_word()), one),
        (within(12, ALICE.into_word(), 0), first),
        (within(12, BOB.into_word(), 0), id),
        (within(13, id, 0), packed(&[free(16), number(degree.expiresAt, 8), number(renewed, 8)])),
    ]);
    assert_eq!(written(world.vm.snapshot().storage), expected);
}

#[test]
fn namespaces_are_those_of_their_ids() {
    for (root, id) in [
        (Records::ROOT, "air.storage.CredentialRegistry"),
        (Ownership::ROOT, "air.storage.Ownership"),
        (Guardian::ROOT, "air.storage.Guardian"),
        (Schedule::ROOT, "air.storage.Schedule"),
        (Initializer::ROOT, "air.storage.Initializer"),
    ] {
        assert_eq!(root, kit::namespace::root(id), "{id}");
    }
}

#[test]
fn validation_reads_three_slots() {
    // Holder, expiry and marks lie together; beside them who attested when, and whether that key is trusted. With
    // everything else gone the answer stands.
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    let slot = |index: u64, key: B256| entry(Records::ROOT + U256::from(index), key);
    let read =
        [slot(0, id), slot(1, id), slot(4, ISSUER.into_word())].map(|at| (at, world.vm.get_storage(at)));
    world.vm.clear_storage();
    for (at, word) in read {
        world.vm.set_storage(at, word);
    }
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!(world.status(id, BOB), (false, status::NOT_HOLDER));
}
