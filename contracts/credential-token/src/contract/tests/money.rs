//! Moving, minting, burning.

use super::*;
use proptest::prelude::*;

fn transferred(from: Address, to: Address, value: U256) -> IERC20::Transfer {
    IERC20::Transfer { from, to, value }
}

#[test]
fn transfer_and_approve_answer_true_and_act_for_the_caller() {
    let mut world = World::new();
    assert_eq!(world.by(ALICE, |token| token.transfer(BOB, n(30))), Ok(true));
    assert_eq!(decode::<IERC20::Transfer>(&world.logs()[0]), transferred(ALICE, BOB, n(30)));
    assert_eq!(world.by(BOB, |token| token.approve(EVE, n(5))), Ok(true));
    let approved = IERC20::Approval { owner: BOB, spender: EVE, value: n(5) };
    assert_eq!(decode::<IERC20::Approval>(&world.logs()[0]), approved);
    assert_eq!(world.by(EVE, |token| token.transfer_from(BOB, ALICE, n(5))), Ok(true));
    assert_eq!([ALICE, BOB].map(|who| world.token.balance_of(who)), [n(75), n(25)]);
    assert_eq!(world.token.allowance(BOB, EVE), n(0));
    assert_eq!(world.token.total_supply(), n(100));
}

#[test]
fn moving_reverts_with_the_ledgers_errors() {
    let mut world = World::new();
    let nobody = Address::ZERO;
    let short = ERC20InsufficientBalance { sender: ALICE, balance: n(100), needed: n(101) };
    world.refuses(ALICE, short, |token| token.transfer(BOB, n(101)));
    world.refuses(ALICE, ERC20InvalidReceiver { receiver: nobody }, |token| token.transfer(nobody, n(1)));
    world.refuses(nobody, ERC20InvalidSender { sender: nobody }, |token| token.transfer(BOB, n(0)));
    world.refuses(ALICE, ERC20InvalidSpender { spender: nobody }, |token| token.approve(nobody, n(1)));
    world.refuses(nobody, ERC20InvalidApprover { approver: nobody }, |token| token.approve(BOB, n(1)));
    let unallowed = ERC20InsufficientAllowance { spender: EVE, allowance: n(0), needed: n(1) };
    world.refuses(EVE, unallowed, |token| token.transfer_from(ALICE, EVE, n(1)));
}

#[test]
fn mint_gives_and_emits_both_events() {
    let mut world = World::new();
    assert_eq!(world.by(MINTER, |token| token.mint(BOB, n(7))), Ok(n(7)));
    let logs = world.logs();
    assert_eq!(decode::<IERC20::Transfer>(&logs[0]), transferred(Address::ZERO, BOB, n(7)));
    let minted = TokenMinted { holder: BOB, amount: n(7), credentialId: CREDENTIAL, timestamp: n(NOW) };
    assert_eq!(decode::<TokenMinted>(&logs[1]), minted);
    assert_eq!((world.token.balance_of(BOB), world.token.total_supply()), (n(7), n(107)));
}

#[test]
fn mint_is_clamped_at_the_cap_and_then_gives_nothing_silently() {
    let mut world = World::new();
    assert_eq!(world.by(MINTER, |token| token.mint(BOB, n(901))), Ok(n(900)), "one beyond the room");
    assert_eq!(world.token.total_supply(), CAP);
    let minted: TokenMinted = decode(&world.logs()[1]);
    assert_eq!(minted.amount, n(900), "the event says what was minted, not what was asked for");
    let before = world.storage();
    assert_eq!(world.by(MINTER, |token| token.mint(BOB, U256::MAX)), Ok(n(0)));
    assert_eq!(world.storage(), before);
    assert!(world.logs().is_empty());
}

#[test]
fn mint_of_nothing_emits_nothing() {
    let mut world = World::new();
    assert_eq!(world.by(MINTER, |token| token.mint(BOB, n(0))), Ok(n(0)));
    assert!(world.logs().is_empty());
}

#[test]
fn burning_makes_no_room_under_the_cap() {
    let mut world = World::new();
    world.by(ALICE, |token| token.burn(n(100))).unwrap();
    assert_eq!((world.token.total_supply(), world.token.total_burned()), (n(0), n(100)));
    assert_eq!(world.by(MINTER, |token| token.mint(BOB, CAP)), Ok(n(900)));
}

#[test]
fn mint_reverts_with_only_minter_for_everybody_else() {
    let mut world = World::new();
    for other in [ALICE, FACTORY, EVE] {
        let error = OnlyMinter { caller: other, expected: MINTER };
        world.refuses(other, error, |token| token.mint(other, n(1)));
    }
}

#[test]
fn mint_reverts_with_invalid_receiver_for_nobody() {
    let mut world = World::new();
    let refused = world.by(MINTER, |token| token.mint(Address::ZERO, n(1)));
    assert_eq!(refused, Err(ERC20InvalidReceiver { receiver: Address::ZERO }.into()));
    assert!(world.logs().is_empty());
}

#[test]
fn burn_destroys_and_emits_both_events() {
    let mut world = World::new();
    world.by(ALICE, |token| token.burn(n(40))).unwrap();
    let logs = world.logs();
    assert_eq!(decode::<IERC20::Transfer>(&logs[0]), transferred(ALICE, Address::ZERO, n(40)));
    let burned = TokenBurned { holder: ALICE, amount: n(40), timestamp: n(NOW) };
    assert_eq!(decode::<TokenBurned>(&logs[1]), burned);
    assert_eq!(world.token.balance_of(ALICE), n(60));
    assert_eq!(world.token.circulating_supply(), n(60));
    assert_eq!(world.token.total_burned(), n(40));
}

#[test]
fn burn_from_spends_the_allowance() {
    let mut world = World::new();
    world.by(ALICE, |token| token.approve(BOB, n(10))).unwrap();
    world.by(BOB, |token| token.burn_from(ALICE, n(10))).unwrap();
    assert_eq!((world.token.balance_of(ALICE), world.token.allowance(ALICE, BOB)), (n(90), n(0)));
    world.forget_logs();
    let unallowed = ERC20InsufficientAllowance { spender: BOB, allowance: n(0), needed: n(1) };
    world.refuses(BOB, unallowed, |token| token.burn_from(ALICE, n(1)));
}

#[test]
fn burn_reverts_for_nothing_and_beyond_the_balance() {
    let mut world = World::new();
    world.refuses(ALICE, InvalidAmount { amount: n(0) }, |token| token.burn(n(0)));
    world.refuses(ALICE, InvalidAmount { amount: n(0) }, |token| token.burn_from(BOB, n(0)));
    let short = ERC20InsufficientBalance { sender: ALICE, balance: n(100), needed: n(101) };
    world.refuses(ALICE, short, |token| token.burn(n(101)));
    let short = ERC20InsufficientBalance { sender: ALICE, balance: n(100), needed: U256::MAX };
    world.refuses(ALICE, short, |token| token.burn(U256::MAX));
}

#[test]
fn permit_approves_by_the_owners_signature_and_not_twice() {
    let mut world = World::new();
    let digest = permit_digest(&world.token, n(0));
    let (r, s) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let question = [digest, B256::with_last_byte(28), r, s].concat();
    world.host.answer(kit::ecdsa::ECRECOVER, question, Ok(ALICE.into_word().to_vec()));
    let signature = Signature { v: 28, r, s };
    let permit = |token: &mut CredentialToken| token.permit(ALICE, BOB, n(5), n(NOW), &signature);
    // Anyone may bring it.
    assert_eq!(world.by(EVE, permit), Ok(()));
    assert_eq!((world.token.allowance(ALICE, BOB), world.token.nonces(ALICE)), (n(5), n(1)));
    let approved = IERC20::Approval { owner: ALICE, spender: BOB, value: n(5) };
    assert_eq!(decode::<IERC20::Approval>(&world.logs()[0]), approved);
    world.refuses(EVE, ERC2612InvalidSigner { signer: Address::ZERO, owner: ALICE }, permit);
    world.vm.set_block_timestamp(NOW + 1);
    world.refuses(EVE, ERC2612ExpiredSignature { deadline: n(NOW) }, permit);
}

/// What wallets sign, by another implementation.
fn permit_digest(token: &CredentialToken, nonce: U256) -> B256 {
    use alloy_sol_types::{SolStruct, eip712_domain, sol};
    sol! {
        struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
    }
    let domain = eip712_domain! {
        name: token.name(),
        version: "1",
        chain_id: token.vm().chain_id(),
        verifying_contract: TOKEN,
    };
    Permit { owner: ALICE, spender: BOB, value: n(5), nonce, deadline: n(NOW) }.eip712_signing_hash(&domain)
}

proptest! {
    #[test]
    fn minting_and_burning_keep_t1_and_t2(acts in prop::collection::vec((any::<bool>(), 0..400u64), 1..40)) {
        let mut world = World::new();
        let mut minted = n(100);
        for (mints, amount) in acts {
            if mints {
                let given = world.by(MINTER, |token| token.mint(BOB, n(amount))).unwrap();
                prop_assert_eq!(given, n(amount).min(CAP - minted), "all that there is room for");
                minted += given;
            } else {
                let holds = world.token.balance_of(BOB);
                let burned = world.by(BOB, |token| token.burn(n(amount)));
                prop_assert_eq!(burned.is_ok(), amount > 0 && n(amount) <= holds);
            }
            let sum = world.token.balance_of(ALICE) + world.token.balance_of(BOB);
            prop_assert_eq!(world.token.total_supply(), sum, "T1");
            prop_assert_eq!(world.token.total_supply() + world.token.total_burned(), minted, "T2");
            prop_assert!(minted <= CAP, "T2");
        }
    }
}
