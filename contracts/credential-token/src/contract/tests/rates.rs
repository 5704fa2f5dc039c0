//! Changes of the emission rate (T5).

use super::*;
use abi::factory::ICredentialTokenFactory::getEmissionRateBoundsReturn;

const DAY: u64 = 86_400;
const MINIMUM: U256 = uint!(1_000_000_000_000_000_000_U256);
const MAXIMUM: U256 = uint!(50_000_000_000_000_000_000_U256);

/// A token whose credential Alice holds, and whose factory answers.
fn world() -> World {
    let world = World::new();
    holder_is(&world, ALICE, true);
    holder_is(&world, EVE, false);
    let bounds = getEmissionRateBoundsReturn { minimum: MINIMUM, maximum: MAXIMUM };
    let bounds = getEmissionRateBoundsCall::abi_encode_returns(&bounds);
    world.host.answer(FACTORY, getEmissionRateBoundsCall {}.abi_encode(), Ok(bounds));
    world
}

fn ownership(claimant: Address) -> Vec<u8> {
    validateCredentialOwnershipCall { credentialId: CREDENTIAL, claimant }.abi_encode()
}

/// Makes the factory say so about `claimant`.
fn holder_is(world: &World, claimant: Address, valid: bool) {
    let answer = validateCredentialOwnershipCall::abi_encode_returns(&valid);
    world.host.answer(FACTORY, ownership(claimant), Ok(answer));
}

/// As [`World::refuses`]; and the chain forgets the guard with the call.
fn refuses(world: &mut World, caller: Address, error: impl Into<TokenError>, rate: U256) {
    world.refuses(caller, error, |token| token.set_emission_rate(rate));
    guard::release();
}

#[test]
fn the_holder_changes_the_rate_and_emits() {
    let mut world = world();
    assert_eq!(world.by(ALICE, |token| token.set_emission_rate(MAXIMUM)), Ok(()));
    assert!(!guard::is_held(), "released");
    assert_eq!(world.token.get_emission_rate(), MAXIMUM);
    let [log] = world.logs().try_into().unwrap();
    let updated = EmissionRateUpdated { oldRate: RATE, newRate: MAXIMUM, timestamp: n(NOW) };
    assert_eq!(decode::<EmissionRateUpdated>(&log), updated);
    assert_eq!((world.token.get_created_at(), world.token.get_max_supply()), (n(NOW), CAP));
    assert!(world.host.made().is_empty(), "a minter without code is told nothing");
}

#[test]
fn the_factory_changes_the_rate_unasked() {
    let mut world = World::new();
    assert_eq!(world.by(FACTORY, |token| token.set_emission_rate(n(3))), Ok(()));
    assert_eq!(world.token.get_emission_rate(), n(3));
    world.forget_logs();
    world.vm.set_block_timestamp(NOW + DAY);
    let most = (U256::ONE << 72) - U256::ONE;
    refuses(&mut world, FACTORY, CredentialTokenUnstorable {}, most + U256::ONE);
    refuses(&mut world, FACTORY, CredentialTokenUnstorable {}, U256::MAX);
    assert_eq!(world.by(FACTORY, |token| token.set_emission_rate(most)), Ok(()));
    assert_eq!(world.token.get_emission_rate(), most);
}

#[test]
fn a_minter_that_is_a_contract_settles_first() {
    let mut world = world();
    let notice = onEmissionRateChangeCall { credentialId: CREDENTIAL, newRate: MAXIMUM }.abi_encode();
    world.vm.set_code(MINTER, vec![0x60, 0x00]);
    refuses(&mut world, ALICE, CredentialTokenSettlementFailed { minter: MINTER }, MAXIMUM);
    world.host.answer(MINTER, notice.clone(), Ok(vec![]));
    world.host.made();
    assert_eq!(world.by(ALICE, |token| token.set_emission_rate(MAXIMUM)), Ok(()));
    assert_eq!(world.host.made(), [(MINTER, notice, n(0))]);
}

#[test]
fn set_emission_rate_reverts_with_not_credential_owner_for_everybody_else() {
    let mut world = world();
    refuses(&mut world, EVE, NotCredentialOwner { credentialId: CREDENTIAL, caller: EVE }, RATE);
    // Not even the creator, once the credential isn't hers.
    holder_is(&world, ALICE, false);
    refuses(&mut world, ALICE, NotCredentialOwner { credentialId: CREDENTIAL, caller: ALICE }, RATE);
}

#[test]
fn set_emission_rate_reverts_with_invalid_emission_rate_one_beyond_the_bounds() {
    let mut world = world();
    let one = U256::ONE;
    for rate in [U256::ZERO, MINIMUM - one, MAXIMUM + one, U256::MAX] {
        let error = InvalidEmissionRate { rate, minimum: MINIMUM, maximum: MAXIMUM };
        refuses(&mut world, ALICE, error, rate);
    }
    assert_eq!(world.by(ALICE, |token| token.set_emission_rate(MINIMUM)), Ok(()));
}

#[test]
fn set_emission_rate_reverts_with_rate_change_too_soon_within_a_day() {
    let mut world = world();
    world.by(ALICE, |token| token.set_emission_rate(MAXIMUM)).unwrap();
    world.forget_logs();
    let soon = || CredentialTokenRateChangeTooSoon { availableAt: n(NOW + DAY) };
    world.vm.set_block_timestamp(NOW + DAY - 1);
    refuses(&mut world, ALICE, soon(), MINIMUM);
    refuses(&mut world, FACTORY, soon(), MINIMUM);
    world.vm.set_block_timestamp(NOW + DAY);
    assert_eq!(world.by(ALICE, |token| token.set_emission_rate(MINIMUM)), Ok(()));
}

#[test]
fn set_emission_rate_reverts_with_rate_unchanged() {
    let mut world = world();
    for caller in [ALICE, FACTORY] {
        refuses(&mut world, caller, CredentialTokenRateUnchanged { rate: RATE }, RATE);
    }
    // Nor does it count as a change.
    assert_eq!(world.by(ALICE, |token| token.set_emission_rate(MAXIMUM)), Ok(()));
    world.forget_logs();
    world.vm.set_block_timestamp(NOW + DAY);
    refuses(&mut world, ALICE, CredentialTokenRateUnchanged { rate: MAXIMUM }, MAXIMUM);
}

#[test]
fn set_emission_rate_reverts_with_factory_failed_when_it_fails_or_answers_nonsense() {
    let mut world = world();
    let bounds = getEmissionRateBoundsCall {}.abi_encode();
    for answer in [Err(vec![1, 2, 3, 4]), Ok(vec![]), Ok(vec![0; 31])] {
        world.host.answer(FACTORY, bounds.clone(), answer.clone());
        refuses(&mut world, ALICE, CredentialTokenFactoryFailed { factory: FACTORY }, RATE);
    }
    world.host.silence(FACTORY, ownership(ALICE));
    refuses(&mut world, ALICE, CredentialTokenFactoryFailed { factory: FACTORY }, RATE);
}

#[test]
fn set_emission_rate_reverts_with_reentrant_call_while_it_runs() {
    let mut world = world();
    guard::enter().unwrap();
    refuses(&mut world, ALICE, ReentrancyGuardReentrantCall {}, RATE);
}
