//! How fast can be minted (T4).

use super::*;
use proptest::prelude::*;

const DAY: u64 = 86_400;
/// A maximum supply that no test comes near.
const NO_CAP: U256 = uint!(0xffff_ffff_ffff_ffff_ffff_ffff_ffff_U256);

fn mint(world: &mut World, amount: U256) -> U256 {
    world.by(MINTER, |token| token.mint(BOB, amount)).unwrap()
}

/// Lets the factory change the rate at the time `now`.
fn change(world: &mut World, rate: u64, now: u64) {
    world.vm.set_block_timestamp(now);
    world.by(FACTORY, |token| token.set_emission_rate(n(rate))).unwrap();
}

#[test]
fn a_new_token_can_mint_one_days_refill() {
    let mut world = World::with(n(7), NO_CAP);
    assert_eq!(mint(&mut world, n(71)), n(70), "one unit beyond");
    let minted: TokenMinted = decode(&world.logs()[1]);
    assert_eq!(minted.amount, n(70));
    let before = world.storage();
    assert_eq!(mint(&mut world, n(1)), n(0));
    assert_eq!(world.storage(), before);
    assert!(world.logs().is_empty(), "a mint of nothing says nothing");
}

#[test]
fn the_bucket_refills_by_the_second_and_holds_thirty_days() {
    let mut world = World::with(n(8_640), NO_CAP);
    assert_eq!(mint(&mut world, NO_CAP), n(86_400));
    world.vm.set_block_timestamp(NOW + 7);
    assert_eq!(mint(&mut world, NO_CAP), n(7));
    world.vm.set_block_timestamp(NOW + 7 + 100 * DAY);
    assert_eq!(mint(&mut world, NO_CAP), n(30 * 86_400));
}

#[test]
fn the_cap_counts_beside_the_bucket() {
    let mut world = World::with(n(7), n(75));
    assert_eq!(mint(&mut world, n(70)), n(70));
    world.vm.set_block_timestamp(NOW + DAY);
    assert_eq!(mint(&mut world, n(70)), n(5));
}

#[test]
fn a_rise_counts_at_once_and_fills_nothing() {
    let mut world = World::with(n(10), NO_CAP);
    assert_eq!(mint(&mut world, NO_CAP), n(100));
    change(&mut world, 50, NOW + DAY);
    assert_eq!(mint(&mut world, NO_CAP), n(100), "the day before the rise was one of the old rate");
    world.vm.set_block_timestamp(NOW + 2 * DAY);
    assert_eq!(mint(&mut world, NO_CAP), n(500));
}

#[test]
fn a_fall_counts_thirty_days_after_the_last_change() {
    let mut world = World::with(n(50), NO_CAP);
    mint(&mut world, NO_CAP);
    change(&mut world, 10, NOW);
    change(&mut world, 11, NOW + 20 * DAY);
    assert_eq!(world.token.get_emission_rate(), n(11));
    // The second change starts the thirty days anew: until day 50 the bucket fills at 500 a day.
    world.vm.set_block_timestamp(NOW + 50 * DAY - 1);
    assert_eq!(mint(&mut world, n(14_000)), n(14_000), "of thirty days at 500");
    world.vm.set_block_timestamp(NOW + 50 * DAY);
    assert_eq!(mint(&mut world, NO_CAP), n(1_000), "what is left");
    world.vm.set_block_timestamp(NOW + 51 * DAY);
    assert_eq!(mint(&mut world, NO_CAP), n(110));
}

#[test]
fn a_refused_mint_takes_nothing_out_of_the_bucket() {
    let mut world = World::with(n(7), NO_CAP);
    let error = OnlyMinter { caller: EVE, expected: MINTER };
    world.refuses(EVE, error, |token| token.mint(EVE, n(70)));
    assert_eq!(mint(&mut world, n(70)), n(70));
}

proptest! {
    /// Whatever a broken minter asks for, and however the rate changes: never more than a day's start and ten times the
    /// highest rate for the time that has passed, and never more than thirty days of it at once.
    #[test]
    fn a_broken_minter_does_bounded_harm(
        first in 1..1_000u64,
        acts in prop::collection::vec((0..40 * DAY, prop::option::of(1..1_000u64), any::<u64>()), 1..30),
    ) {
        let mut world = World::with(n(first), NO_CAP);
        let (mut now, mut highest, mut minted) = (NOW, first, 0u128);
        for (wait, rate, amount) in acts {
            now += wait;
            world.vm.set_block_timestamp(now);
            let changes = rate.filter(|rate| world.by(FACTORY, |token| token.set_emission_rate(n(*rate))).is_ok());
            guard::release();
            highest = highest.max(changes.unwrap_or(0));
            let given = mint(&mut world, n(amount));
            prop_assert!(given <= n(amount) && given <= n(300 * highest));
            minted += given.to::<u128>();
            let elapsed = u128::from(now - NOW) + u128::from(DAY);
            prop_assert!(minted * u128::from(DAY) <= 10 * u128::from(highest) * elapsed);
        }
    }

    /// A minter that takes what is due at the highest factors, 5 × 1.2 × 1.5, is never held back.
    #[test]
    fn an_honest_minter_gets_all(rate in 1..1_000u64, waits in prop::collection::vec(1..30 * DAY, 1..30)) {
        let mut world = World::with(n(rate), NO_CAP);
        let (mut now, mut owed) = (NOW, 0u64);
        for wait in waits {
            now += wait;
            world.vm.set_block_timestamp(now);
            owed += 9 * rate * wait;
            let due = owed / DAY;
            prop_assert_eq!(mint(&mut world, n(due)), n(due));
            owed -= due * DAY;
        }
    }
}
