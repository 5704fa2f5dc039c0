//! The owner's way to change a token's emission rate.

use super::*;

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

#[test]
fn set_token_emission_rate_makes_the_token_change_it() {
    let (mut world, token) = with_token();
    world.host.answer(token, change(RATE), Ok(vec![]));
    assert_eq!(world.by(OWNER, |world| world.factory.set_token_emission_rate(token, RATE)), Ok(()));
    assert_eq!(world.host.made(), [(token, change(RATE), n(0))]);
    assert!(!guard::is_held(), "released");
}

#[test]
fn set_token_emission_rate_reverts_with_unknown_token_for_others() {
    let (mut world, token) = with_token();
    world.host.vm.set_code(EVE, world.host.vm.code(token));
    for other in [EVE, ALICE, Address::ZERO] {
        let error = TokenFactoryUnknownToken { tokenAddress: other };
        world.refuses(OWNER, error, |world| world.factory.set_token_emission_rate(other, RATE));
    }
}

#[test]
fn set_token_emission_rate_reverts_with_invalid_emission_rate_out_of_bounds() {
    let (mut world, token) = with_token();
    let (minimum, maximum) = world.factory.get_emission_rate_bounds();
    for rate in [n(0), minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
        let error = TokenFactoryInvalidEmissionRate { rate, minimum, maximum };
        world.refuses(OWNER, error, |world| world.factory.set_token_emission_rate(token, rate));
    }
}

#[test]
fn set_token_emission_rate_passes_on_what_the_token_says() {
    let (mut world, token) = with_token();
    let soon = CredentialTokenRateChangeTooSoon { availableAt: n(NOW) };
    world.host.answer(token, change(RATE), Err(soon.abi_encode()));
    world.refuses(OWNER, soon, |world| world.factory.set_token_emission_rate(token, RATE));
    let unsettled = CredentialTokenSettlementFailed { minter: GENERATOR };
    world.host.answer(token, change(RATE), Err(unsettled.abi_encode()));
    world.refuses(OWNER, unsettled, |world| world.factory.set_token_emission_rate(token, RATE));
    world.host.answer(token, change(RATE), Err(vec![]));
    let failed = TokenFactoryTokenFailed { tokenAddress: token };
    world.refuses(OWNER, failed, |world| world.factory.set_token_emission_rate(token, RATE));
}

#[test]
fn set_token_emission_rate_reverts_with_reentrant_call_while_a_guarded_function_runs() {
    let (mut world, token) = with_token();
    guard::enter().unwrap();
    world.refuses(OWNER, ReentrancyGuardReentrantCall {}, |world| {
        world.factory.set_token_emission_rate(token, RATE)
    });
}
