//! The owner's way to change a token's emission rate.

use super::*;
use abi::announced::IAnnounced::Executed;
use kit::schedule::DELAY_SECS;

/// A factory with a token.
fn with_token() -> (World, Address) {
    let mut world = World::new();
    let token = world.expect_token(CREDENTIAL);
    world.create(CREDENTIAL).unwrap();
    world.forget();
    (world, token)
}

fn change(rate: U256) -> Vec<u8> {
    setEmissionRateCall { newRate: rate }.abi_encode()
}

/// Announces it, and waits.
fn announce(world: &mut World, token: Address, rate: U256) -> B256 {
    let call = setTokenEmissionRateCall { tokenAddress: token, newRate: rate }.abi_encode();
    world.by(OWNER, |world| world.factory.authority.schedule(&call)).unwrap();
    let due = world.host.vm.block_timestamp() + DELAY_SECS;
    world.host.vm.set_block_timestamp(due);
    world.forget();
    alloy_primitives::keccak256(call)
}

/// As [`World::refuses`], announced; that the announcement is used up only the chain undoes.
fn refuses(world: &mut World, error: impl Into<FactoryError>, token: Address, rate: U256) {
    announce(world, token, rate);
    let refused = world.by(OWNER, |world| world.factory.set_token_emission_rate(token, rate)).unwrap_err();
    guard::release();
    assert_eq!(refused, error.into());
    ICredentialTokenFactoryErrors::abi_decode(&Vec::from(refused)).unwrap();
}

#[test]
fn set_token_emission_rate_makes_the_token_change_it() {
    let (mut world, token) = with_token();
    world.host.answer(token, change(RATE), Ok(vec![]));
    let set = |world: &mut World| world.factory.set_token_emission_rate(token, RATE);
    let call = setTokenEmissionRateCall { tokenAddress: token, newRate: RATE }.abi_encode();
    let call_hash = alloy_primitives::keccak256(call);
    world.refuses(OWNER, NotScheduled { callHash: call_hash }, set);
    assert!(world.host.made().is_empty(), "not even before the launch");
    assert_eq!(announce(&mut world, token, RATE), call_hash);
    world.refuses(EVE, OwnableUnauthorizedAccount { account: EVE }, set);
    assert_eq!(world.by(OWNER, set), Ok(()));
    assert_eq!(decode::<Executed>(&world.logs()[0]), Executed { callHash: call_hash });
    assert_eq!(world.host.made(), [(token, change(RATE), n(0))]);
    assert!(!guard::is_held(), "released");
}

#[test]
fn set_token_emission_rate_reverts_with_unknown_token_for_others() {
    let (mut world, token) = with_token();
    world.host.vm.set_code(EVE, world.host.vm.code(token));
    for other in [EVE, ALICE, Address::ZERO] {
        refuses(&mut world, TokenFactoryUnknownToken { tokenAddress: other }, other, RATE);
    }
}

#[test]
fn set_token_emission_rate_reverts_with_invalid_emission_rate_out_of_bounds() {
    let (mut world, token) = with_token();
    let (minimum, maximum) = world.factory.get_emission_rate_bounds();
    for rate in [n(0), minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
        refuses(&mut world, TokenFactoryInvalidEmissionRate { rate, minimum, maximum }, token, rate);
    }
}

#[test]
fn set_token_emission_rate_passes_on_what_the_token_says() {
    let (mut world, token) = with_token();
    let soon = CredentialTokenRateChangeTooSoon { availableAt: n(NOW) };
    world.host.answer(token, change(RATE), Err(soon.abi_encode()));
    refuses(&mut world, soon, token, RATE);
    let unchanged = CredentialTokenRateUnchanged { rate: RATE };
    world.host.answer(token, change(RATE), Err(unchanged.abi_encode()));
    refuses(&mut world, unchanged, token, RATE);
    let unsettled = CredentialTokenSettlementFailed { minter: GENERATOR };
    world.host.answer(token, change(RATE), Err(unsettled.abi_encode()));
    refuses(&mut world, unsettled, token, RATE);
    world.host.answer(token, change(RATE), Err(vec![]));
    let failed = TokenFactoryTokenFailed { tokenAddress: token };
    refuses(&mut world, failed, token, RATE);
}

#[test]
fn set_token_emission_rate_reverts_with_reentrant_call_while_a_guarded_function_runs() {
    let (mut world, token) = with_token();
    guard::enter().unwrap();
    world.refuses(OWNER, ReentrancyGuardReentrantCall {}, |world| {
        world.factory.set_token_emission_rate(token, RATE)
    });
}
