//! Initialisation, getters, layout.

use super::*;
use abi::erc5267::IERC5267::eip712DomainCall;

fn texts(name: &str, symbol: &str) -> (String, String) {
    let mut world = World::blank();
    world.by(FACTORY, |token| token.initialize(ALICE, name, symbol, RATE, CAP)).unwrap();
    (world.token.name(), world.token.symbol())
}

#[test]
fn initialize_sets_what_the_getters_give() {
    let World { token, .. } = World::new();
    assert_eq!(token.name(), "Alice's PhD");
    assert_eq!(token.symbol(), "APHD");
    assert_eq!(DECIMALS, 18);
    assert_eq!(token.get_creator(), ALICE);
    assert_eq!(token.get_created_at(), n(NOW));
    assert_eq!(token.get_emission_rate(), RATE);
    assert_eq!(token.get_max_supply(), CAP);
    assert_eq!(token.get_minter(), Ok(MINTER));
    assert_eq!(token.factory(), Ok(FACTORY));
    assert_eq!(token.get_credential_id(), Ok(CREDENTIAL));
}

#[test]
fn initialize_takes_texts_up_to_their_longest() {
    for (name, symbol) in [(1, 1), (31, 11), (32, 12), (63, 15), (64, 16)] {
        let (name, symbol) = ("n".repeat(name), "S".repeat(symbol));
        assert_eq!(texts(&name, &symbol), (name, symbol));
    }
    assert_eq!(texts("Ærlig talt: 名前", "名前"), ("Ærlig talt: 名前".into(), "名前".into()));
}

#[test]
fn initialize_takes_the_greatest_numbers_and_refuses_one_more() {
    let rate = (U256::ONE << 72) - U256::ONE;
    let cap = (U256::ONE << 112) - U256::ONE;
    let World { vm, mut token, .. } = World::blank();
    vm.set_sender(FACTORY);
    vm.set_block_timestamp((1 << 40) - 1);
    let mut initialize = |rate, cap| token.initialize(ALICE, "n", "S", rate, cap);
    let unstorable = Err(TokenError::from(CredentialTokenUnstorable {}));
    assert_eq!(initialize(rate + U256::ONE, cap), unstorable);
    assert_eq!(initialize(rate, cap + U256::ONE), unstorable);
    assert_eq!(initialize(U256::MAX, U256::MAX), unstorable);
    assert_eq!(initialize(rate, cap), Ok(()));
    assert_eq!((token.get_emission_rate(), token.get_max_supply()), (rate, cap));
    assert_eq!(token.get_created_at(), n((1 << 40) - 1));
}

#[test]
fn initialize_reverts_with_unstorable_for_longer_texts() {
    for (name, symbol) in [(65, 1), (1, 17), (300, 1)] {
        let mut world = World::blank();
        let (name, symbol) = ("n".repeat(name), "S".repeat(symbol));
        let refused = world.by(FACTORY, |token| token.initialize(ALICE, &name, &symbol, RATE, CAP));
        assert_eq!(refused, Err(CredentialTokenUnstorable {}.into()));
    }
}

#[test]
fn initialize_reverts_with_already_initialized_the_second_time() {
    let mut world = World::new();
    world.refuses(FACTORY, CredentialTokenAlreadyInitialized {}, |token| {
        token.initialize(EVE, "Eve's", "EVE", RATE, CAP)
    });
}

#[test]
fn initialize_reverts_with_only_factory_for_others() {
    let mut world = World::blank();
    for other in [EVE, MINTER, ALICE] {
        let error = CredentialTokenOnlyFactory { caller: other, expected: FACTORY };
        world.refuses(other, error, |token| token.initialize(EVE, "Eve's", "EVE", RATE, CAP));
    }
}

#[test]
fn the_program_itself_reverts_with_not_clone() {
    let mut world = World::blank();
    // A program's code: the prefix, a dictionary byte and compressed wasm, which may look like anything.
    let code = [vec![0xef, 0xf0, 0x00, 0x00], world.vm.code(TOKEN)].concat();
    world.vm.set_code(TOKEN, code);
    let error = || CredentialTokenNotClone { account: TOKEN };
    world.refuses(FACTORY, error(), |token| token.initialize(EVE, "Eve's", "EVE", RATE, CAP));
    world.refuses(MINTER, error(), |token| token.mint(EVE, n(1)));
    world.refuses(ALICE, error(), |token| token.set_emission_rate(RATE));
    guard::release();
    world.refuses(EVE, error(), |token| token.get_minter());
    world.refuses(EVE, error(), |token| token.get_credential_id());
    world.refuses(EVE, error(), |token| token.factory());
}

#[test]
fn layout_is_pinned() {
    let mut world = World::new();
    world.by(ALICE, |token| token.burn(n(1))).unwrap();
    let word = |slot: u64| world.vm.get_storage(n(slot));
    let [total, burned] = [n(99), n(1)];
    assert_eq!(U256::from_be_bytes(word(0).0), (burned << 128) | total, "supply");
    assert_eq!(U256::from_be_bytes(word(1).0), (n(NOW) << 200) | (RATE << 128) | CAP, "terms");
    assert_eq!(
        word(2),
        B256::try_from([ALICE.as_slice(), b"\x04APHD\0\0\0\0\0\0\0"].concat().as_slice()).unwrap()
    );
    assert_eq!(word(3), B256::right_padding_from(b"\x0bAlice's PhD"));
    let balance = keccak256([ALICE.into_word().0, n(7).to_be_bytes()].concat());
    assert_eq!(world.vm.get_storage(balance.into()), B256::from(n(99)));
    // Less what was minted first, of what a day brings.
    let shares = (RATE * n(10) - n(100)) * n(86_400);
    assert_eq!(U256::from_be_bytes(word(10).0), (shares << 152) | (n(NOW) << 112) | (RATE << 40), "minting");
    assert_eq!(world.storage().len(), 6, "a short name and symbol take two slots");
}

#[test]
fn layout_of_long_texts_is_pinned() {
    let World { vm, mut token, .. } = World::blank();
    vm.set_sender(FACTORY);
    let (name, symbol) = ("0123456789".repeat(7)[..64].to_owned(), "ABCDEFGHIJKLMNOP".to_owned());
    token.initialize(ALICE, &name, &symbol, RATE, CAP).unwrap();
    let word = |slot: u64| vm.get_storage(n(slot));
    assert_eq!(word(3)[1..], name.as_bytes()[..31]);
    assert_eq!(word(4), B256::from_slice(&name.as_bytes()[31..63]));
    assert_eq!(word(5), B256::right_padding_from(&name.as_bytes()[63..]));
    assert_eq!(word(2)[21..], symbol.as_bytes()[..11]);
    assert_eq!(word(6), B256::right_padding_from(&symbol.as_bytes()[11..]));
}

#[test]
fn eip712_domain_is_the_clones_own() {
    let World { vm, token, .. } = World::new();
    vm.set_chain_id(412_346);
    let expected = alloy_sol_types::eip712_domain! {
        name: "Alice's PhD",
        version: "1",
        chain_id: 412_346,
        verifying_contract: TOKEN,
    };
    assert_eq!(token.domain_separator(), expected.separator());
    let read = eip712DomainCall::abi_decode_returns_validate(&token.eip712_domain()).unwrap();
    assert_eq!(read.fields, FixedBytes([0x0f]), "name, version, chain id and contract are in use");
    assert_eq!((read.name.as_str(), read.version.as_str()), ("Alice's PhD", "1"));
    assert_eq!((read.chainId, read.verifyingContract, read.salt), (n(412_346), TOKEN, B256::ZERO));
    assert!(read.extensions.is_empty());
}
