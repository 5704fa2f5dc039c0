//! Every slot of the documented layout, by its own arithmetic.

use super::*;
use alloy_primitives::keccak256;

/// Slot of `key` in the mapping at `slot`.
fn entry(slot: U256, key: B256) -> U256 {
    U256::from_be_bytes(keccak256([key.0, slot.to_be_bytes()].as_flattened()).0)
}

/// The word in which `fields` (value, bytes) lie from the low end upwards.
fn packed(fields: &[(U256, usize)]) -> B256 {
    let mut offset = 0;
    let mut word = U256::ZERO;
    for (value, bytes) in fields {
        word |= *value << offset;
        offset += 8 * bytes;
    }
    word.into()
}

fn account(address: Address) -> (U256, usize) {
    (U256::from_be_bytes(address.into_word().0), 20)
}

fn number(value: u64, bytes: usize) -> (U256, usize) {
    (U256::from(value), bytes)
}

#[test]
fn slots_are_those_of_the_documented_layout() {
    let mut world = World::new();
    world.by(OWNER, |registry| registry.add_issuer(OTHER_ISSUER, vec![PHD], String::new())).unwrap();
    world.by(OWNER, |registry| registry.transfer_ownership(BOB)).unwrap();
    let degree = degree();
    let id = world.register(&degree).unwrap();
    world.vm.set_block_timestamp(NOW + 1);
    world.by(OWNER, |registry| registry.revoke_credential(id, REASON)).unwrap();

    let (initializer, ownership, records) = (Initializer::ROOT, Ownership::ROOT, Records::ROOT);
    let slot = |index: u64| records + U256::from(index);
    let credential = entry(slot(0), id);
    let expected = HashMap::from([
        (initializer, packed(&[number(1, 8)])),
        (ownership, packed(&[account(OWNER)])),
        (ownership + U256::from(1), packed(&[account(BOB)])),
        (credential, packed(&[account(ALICE), number(degree.expiresAt, 8), number(1, 1)])),
        (credential + U256::from(1), packed(&[account(ISSUER), number(NOW, 5), number(degree.issuedAt, 5)])),
        (credential + U256::from(2), BACHELORS),
        (entry(slot(1), id), packed(&[account(OWNER), number(NOW + 1, 8), number(REASON.into(), 1)])),
        (entry(slot(2), ISSUER.into_word()), packed(&[account(ISSUER), number(1, 1), number(1, 1)])),
        (
            entry(slot(2), OTHER_ISSUER.into_word()),
            packed(&[account(OTHER_ISSUER), number(1, 1), number(0, 1)]),
        ),
        (entry(entry(slot(3), OTHER_ISSUER.into_word()), PHD), packed(&[number(1, 1)])),
        (entry(entry(slot(4), ISSUER.into_word()), B256::ZERO), B256::from(U256::from(1u64 << 42))),
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
