//! Every slot of the documented layout, by its own arithmetic.

use super::*;
use alloy_primitives::keccak256;

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
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, vec![PHD], text(""))).unwrap();
    world.by(OWNER, |registry| registry.transfer_ownership(BOB)).unwrap();
    let degree = degree();
    let id = world.register(&degree).unwrap();
    world.vm.set_block_timestamp(NOW + 1);
    world.by(OWNER, |registry| registry.revoke_credential(id, REASON)).unwrap();

    let (initializer, ownership, records) = (Initializer::ROOT, Ownership::ROOT, Records::ROOT);
    let slot = |index: u64| records + U256::from(index);
    let within =
        |index: u64, outer: Address, inner: B256| entry(entry(slot(index), outer.into_word()), inner);
    let one = packed(&[free(31), number(1, 1)]);
    let expected = HashMap::from([
        (initializer, packed(&[free(24), number(1, 8)])),
        (ownership, packed(&[number(1, 12), account(OWNER)])),
        (ownership + U256::from(1), packed(&[free(12), account(BOB)])),
        (entry(slot(0), id), packed(&[number(degree.expiresAt, 8), number(1, 1), free(3), account(ALICE)])),
        (entry(slot(1), id), packed(&[number(NOW, 6), number(degree.issuedAt, 6), account(ISSUER)])),
        (entry(slot(2), id), BACHELORS),
        (
            entry(slot(3), id),
            packed(&[number(NOW + 1, 8), number(REASON.into(), 1), free(3), account(OWNER)]),
        ),
        (
            entry(slot(4), ISSUER.into_word()),
            packed(&[number(1, 1), number(1, 1), free(10), account(ISSUER)]),
        ),
        (
            entry(slot(4), OTHER_ISSUER.into_word()),
            packed(&[number(1, 1), number(0, 1), free(10), account(OTHER_ISSUER)]),
        ),
        (within(5, OTHER_ISSUER, PHD), one),
        (within(6, ISSUER, B256::ZERO), B256::from(U256::from(1u64 << 42))),
    ]);
    assert_eq!(written(world.vm.snapshot().storage), expected);
}

#[test]
fn namespaces_are_those_of_their_ids() {
    for (root, id) in [
        (Records::ROOT, "air.storage.CredentialRegistry"),
        (Ownership::ROOT, "air.storage.Ownership"),
        (Initializer::ROOT, "air.storage.Initializer"),
    ] {
        assert_eq!(root, kit::namespace::root(id), "{id}");
    }
}

#[test]
fn validation_reads_one_slot() {
    // Holder, expiry and the mark of a revocation lie together: with everything else gone the answer stands.
    let mut world = World::new();
    let id = world.register(&degree()).unwrap();
    let only = entry(Records::ROOT, id);
    let word = world.vm.get_storage(only);
    world.vm.clear_storage();
    world.vm.set_storage(only, word);
    assert_eq!(world.status(id, ALICE), (true, status::ACTIVE));
    assert_eq!(world.status(id, BOB), (false, status::NOT_HOLDER));
}
