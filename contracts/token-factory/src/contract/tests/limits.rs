//! How many tokens can be created (F4), and of which kind.

use super::*;
use proptest::prelude::*;

const DAY: u64 = 86_400;

/// The credential numbered `number`, which Alice holds.
fn credential(world: &World, number: u64) -> B256 {
    let credential = B256::from(n(number + 1));
    world.registry_says(credential, ALICE, true, status::ACTIVE);
    world.expect_token(credential);
    credential
}

#[test]
fn a_creator_creates_five_tokens_and_one_more_each_fifth_of_a_day() {
    let mut world = World::new();
    for number in 0..5 {
        assert_eq!(world.factory.get_available_creations(ALICE), (n(5 - number), n(1_000 - number)));
        let credential = credential(&world, number);
        world.create(credential).unwrap();
    }
    let sixth = credential(&world, 5);
    let limit = || TokenFactoryCreatorLimit { creator: ALICE, availableAt: n(NOW + DAY / 5) };
    world.refuses(ALICE, limit(), |world| world.create(sixth));
    world.host.vm.set_block_timestamp(NOW + DAY / 5 - 1);
    world.refuses(ALICE, limit(), |world| world.create(sixth));
    world.host.vm.set_block_timestamp(NOW + DAY / 5);
    assert!(world.create(sixth).is_ok());
    // Somebody else isn't concerned.
    assert_eq!(world.factory.get_available_creations(EVE).0, n(5));
}

#[test]
fn all_together_create_a_thousand_tokens() {
    let mut world = World::new();
    world.factory.tokens.creations.set_halves([86_400 - 1, u128::from(NOW)]);
    assert_eq!(world.factory.get_available_creations(ALICE), (n(5), n(0)));
    let credential = credential(&world, 0);
    let refused = world.create(credential);
    assert_eq!(refused, Err(TokenFactoryOverallLimit { availableAt: n(NOW + 1) }.into()));
    assert_eq!(CREATIONS_OF_ALL, Limit { per_day: 1_000, capacity: 1_000 });
    world.host.vm.set_block_timestamp(NOW + 1);
    assert!(world.create(credential).is_ok());
}

#[test]
fn bounds_are_replaced_within_their_ceilings_and_emit() {
    let mut world = World::new();
    let one = U256::ONE;
    world.by(OWNER, |world| world.factory.set_emission_rate_bounds(one, EMISSION_RATE_CEILING)).unwrap();
    world.by(OWNER, |world| world.factory.set_max_supply_bounds(one, MAX_SUPPLY_CEILING)).unwrap();
    let logs = world.logs();
    let set = EmissionRateBoundsSet { minimum: one, maximum: EMISSION_RATE_CEILING };
    assert_eq!(decode::<EmissionRateBoundsSet>(&logs[0]), set);
    let set = MaxSupplyBoundsSet { minimum: one, maximum: MAX_SUPPLY_CEILING };
    assert_eq!(decode::<MaxSupplyBoundsSet>(&logs[1]), set);
    assert_eq!(world.factory.get_emission_rate_bounds(), (one, EMISSION_RATE_CEILING));
    assert_eq!(world.factory.get_max_supply_bounds(), (one, MAX_SUPPLY_CEILING));
    // A single value is a range, too.
    assert!(world.by(OWNER, |world| world.factory.set_emission_rate_bounds(RATE, RATE)).is_ok());
    let rate = RATE + one;
    let error = TokenFactoryInvalidEmissionRate { rate, minimum: RATE, maximum: RATE };
    world.refuses(ALICE, error, |world| world.factory.create_token(CREDENTIAL, NAME, SYMBOL, rate, CAP));
}

#[test]
fn setters_of_bounds_revert_with_invalid_bounds_one_beyond() {
    let mut world = World::new();
    let one = U256::ONE;
    for (ceiling, rates) in [(EMISSION_RATE_CEILING, true), (MAX_SUPPLY_CEILING, false)] {
        let cases =
            [(n(0), ceiling), (n(2), one), (one, ceiling + one), (one, U256::MAX), (U256::MAX, U256::MAX)];
        for (minimum, maximum) in cases {
            let error = TokenFactoryInvalidBounds { minimum, maximum, ceiling };
            world.refuses(OWNER, error, |world| match rates {
                true => world.factory.set_emission_rate_bounds(minimum, maximum),
                false => world.factory.set_max_supply_bounds(minimum, maximum),
            });
        }
    }
}

proptest! {
    /// However creations are spread, no creator exceeds five and five a day.
    #[test]
    fn nobody_creates_more_than_their_share(waits in prop::collection::vec(0..DAY / 2, 1..40)) {
        let mut world = World::new();
        let (mut now, mut created) = (NOW, 0u64);
        for (number, wait) in (0..).zip(waits) {
            now += wait;
            world.host.vm.set_block_timestamp(now);
            let credential = credential(&world, number);
            let available = world.factory.get_available_creations(ALICE).0;
            prop_assert_eq!(world.create(credential).is_ok(), !available.is_zero());
            guard::release();
            created = world.factory.get_token_count().to();
            prop_assert!((created - created.min(5)) * DAY <= 5 * (now - NOW));
        }
        prop_assert!(created > 0);
    }
}
