//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::token::ICredentialToken::{initializeCall, mintCall, nameCall, permitCall, transferCall};

kit::route_tests! { CredentialToken, "credential-token", World, token }

#[test]
fn every_route_without_arguments_answers_as_declared() {
    let declared = abi::json::of("credential-token").unwrap();
    let mut world = World::new();
    for function in declared.functions().filter(|function| function.inputs.is_empty()) {
        let answer = world.raw(function.selector().as_slice()).unwrap().unwrap();
        let [output] = function.outputs.as_slice() else { continue };
        let words = if output.ty == "string" { 3 } else { 1 };
        assert_eq!(answer.len(), 32 * words, "{}", function.signature());
    }
}

#[test]
fn no_function_takes_ether() {
    let mut world = World::new();
    world.vm.set_value(U256::ONE);
    for selector in CredentialToken::SELECTORS {
        assert_eq!(world.raw(selector), Some(Err(vec![])));
    }
}

#[test]
fn calls_are_decoded_and_answers_encoded() {
    let mut world = World::blank();
    world.vm.set_sender(FACTORY);
    let (name, symbol) = ("Ærlig talt: 名前 of more than 32 bytes".to_owned(), "APHD".to_owned());
    let setup =
        initializeCall { creator: ALICE, name: name.clone(), symbol, emissionRate: RATE, maxSupply: CAP };
    assert!(world.call(&setup).is_ok());
    assert_eq!(world.call(&nameCall {}), Ok(name));
    world.vm.set_sender(MINTER);
    assert_eq!(world.call(&mintCall { to: ALICE, amount: n(7) }), Ok(n(7)));
    world.vm.set_sender(ALICE);
    assert_eq!(world.call(&transferCall { to: BOB, value: n(3) }), Ok(true));
    assert_eq!([ALICE, BOB].map(|who| world.token.balance_of(who)), [n(4), n(3)]);
    let (r, s) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let late = permitCall { owner: ALICE, spender: BOB, value: n(1), deadline: n(NOW - 1), v: 27, r, s };
    let expired = Vec::from(TokenError::from(ERC2612ExpiredSignature { deadline: n(NOW - 1) }));
    assert_eq!(world.call(&late).err(), Some(expired));
}
