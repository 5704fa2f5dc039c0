use super::*;
use alloy_primitives::{address, uint};
use alloy_sol_types::SolEvent;
use proptest::prelude::*;
use std::collections::BTreeMap;
use stylus_sdk::testing::TestVM;

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");
const CAROL: Address = address!("0000000000000000000000000000000000ca401e");

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A ledger in which Alice holds 100.
fn ledger() -> (TestVM, Erc20) {
    let vm = TestVM::new();
    let mut ledger = Erc20::from(&vm);
    ledger.mint(ALICE, n(100)).unwrap();
    vm.clear_mocks();
    (vm, ledger)
}

/// The only log, decoded.
fn emitted<E: SolEvent>(vm: &TestVM) -> E {
    let [(topics, data)] = vm.get_emitted_logs().try_into().expect("one log");
    E::decode_raw_log_validate(topics, &data).unwrap()
}

#[test]
fn transfer_moves_and_emits() {
    let (vm, mut ledger) = ledger();
    ledger.transfer(ALICE, BOB, n(30)).unwrap();
    assert_eq!([ALICE, BOB].map(|who| ledger.balance_of(who)), [n(70), n(30)]);
    assert_eq!(emitted::<Transfer>(&vm), Transfer { from: ALICE, to: BOB, value: n(30) });
}

#[test]
fn transfer_of_everything_and_of_nothing_works_and_to_oneself_changes_nothing() {
    let (_, mut ledger) = ledger();
    ledger.transfer(ALICE, ALICE, n(100)).unwrap();
    assert_eq!(ledger.balance_of(ALICE), n(100));
    ledger.transfer(ALICE, BOB, n(100)).unwrap();
    ledger.transfer(ALICE, BOB, n(0)).unwrap();
    assert_eq!([ALICE, BOB].map(|who| ledger.balance_of(who)), [n(0), n(100)]);
}

#[test]
fn transfer_reverts_with_insufficient_balance_one_unit_beyond() {
    let (vm, mut ledger) = ledger();
    let short = ERC20InsufficientBalance { sender: ALICE, balance: n(100), needed: n(101) };
    assert_eq!(ledger.transfer(ALICE, BOB, n(101)), Err(short.into()));
    assert_eq!([ALICE, BOB].map(|who| ledger.balance_of(who)), [n(100), n(0)]);
    assert!(vm.get_emitted_logs().is_empty());
}

#[test]
fn transfer_reverts_with_invalid_receiver_and_sender_for_nobody() {
    let (vm, mut ledger) = ledger();
    let nobody = Address::ZERO;
    let to_nobody = Erc20Error::from(ERC20InvalidReceiver { receiver: nobody });
    let from_nobody = Erc20Error::from(ERC20InvalidSender { sender: nobody });
    assert_eq!(ledger.transfer(ALICE, nobody, n(1)), Err(to_nobody));
    assert_eq!(ledger.transfer(nobody, ALICE, n(0)), Err(from_nobody));
    assert_eq!(ledger.balance_of(ALICE), n(100));
    assert!(vm.get_emitted_logs().is_empty());
}

#[test]
fn approve_replaces_and_emits() {
    let (vm, mut ledger) = ledger();
    ledger.approve(ALICE, BOB, n(5)).unwrap();
    vm.clear_mocks();
    ledger.approve(ALICE, BOB, n(7)).unwrap();
    assert_eq!(ledger.allowance(ALICE, BOB), n(7));
    assert_eq!(ledger.allowance(BOB, ALICE), n(0));
    assert_eq!(emitted::<Approval>(&vm), Approval { owner: ALICE, spender: BOB, value: n(7) });
}

#[test]
fn approve_reverts_with_invalid_approver_and_spender_for_nobody() {
    let (vm, mut ledger) = ledger();
    let nobody = Address::ZERO;
    let by_nobody = Erc20Error::from(ERC20InvalidApprover { approver: nobody });
    let of_nobody = Erc20Error::from(ERC20InvalidSpender { spender: nobody });
    assert_eq!(ledger.approve(nobody, BOB, n(1)), Err(by_nobody));
    assert_eq!(ledger.approve(ALICE, nobody, n(1)), Err(of_nobody));
    assert!(vm.get_emitted_logs().is_empty());
}

#[test]
fn spend_allowance_shrinks_it_silently_down_to_nothing() {
    let (vm, mut ledger) = ledger();
    ledger.approve(ALICE, BOB, n(10)).unwrap();
    vm.clear_mocks();
    ledger.spend_allowance(ALICE, BOB, n(10)).unwrap();
    assert_eq!(ledger.allowance(ALICE, BOB), n(0));
    let short = ERC20InsufficientAllowance { spender: BOB, allowance: n(0), needed: n(1) };
    assert_eq!(ledger.spend_allowance(ALICE, BOB, n(1)), Err(short.into()));
    assert!(vm.get_emitted_logs().is_empty());
}

#[test]
fn spend_allowance_keeps_one_without_limit() {
    let (_, mut ledger) = ledger();
    ledger.approve(ALICE, BOB, U256::MAX).unwrap();
    ledger.spend_allowance(ALICE, BOB, U256::MAX - n(1)).unwrap();
    assert_eq!(ledger.allowance(ALICE, BOB), U256::MAX);
    ledger.approve(ALICE, BOB, U256::MAX - n(1)).unwrap();
    ledger.spend_allowance(ALICE, BOB, n(1)).unwrap();
    assert_eq!(ledger.allowance(ALICE, BOB), U256::MAX - n(2), "the greatest limit is one");
}

#[test]
fn mint_and_burn_emit_transfers_from_and_to_nobody() {
    let (vm, mut ledger) = ledger();
    ledger.mint(BOB, n(4)).unwrap();
    assert_eq!(emitted::<Transfer>(&vm), Transfer { from: Address::ZERO, to: BOB, value: n(4) });
    vm.clear_mocks();
    ledger.burn(BOB, n(3)).unwrap();
    assert_eq!(emitted::<Transfer>(&vm), Transfer { from: BOB, to: Address::ZERO, value: n(3) });
    assert_eq!(ledger.balance_of(BOB), n(1));
}

#[test]
fn mint_and_burn_are_refused_for_nobody_and_beyond_the_balance() {
    let (vm, mut ledger) = ledger();
    let nobody = Address::ZERO;
    let to_nobody = Erc20Error::from(ERC20InvalidReceiver { receiver: nobody });
    let from_nobody = Erc20Error::from(ERC20InvalidSender { sender: nobody });
    let short = ERC20InsufficientBalance { sender: BOB, balance: n(0), needed: n(1) };
    assert_eq!(ledger.mint(nobody, n(1)), Err(to_nobody));
    assert_eq!(ledger.burn(nobody, n(0)), Err(from_nobody));
    assert_eq!(ledger.burn(BOB, n(1)), Err(short.into()));
    assert!(vm.get_emitted_logs().is_empty());
}

#[test]
fn layout_is_soliditys_and_pinned() {
    let (vm, mut ledger) = ledger();
    ledger.approve(ALICE, BOB, n(9)).unwrap();
    let balance = crate::word::Key::slot(ALICE, uint!(0_U256));
    let allowance = crate::word::Key::slot((ALICE, BOB), uint!(1_U256));
    assert_eq!(U256::from_be_bytes(vm.get_storage(balance).0), n(100));
    assert_eq!(U256::from_be_bytes(vm.get_storage(allowance).0), n(9));
    assert_eq!(vm.snapshot().storage.len(), 2);
}

/// One act of one of three people upon another.
#[derive(Clone, Copy, Debug)]
enum Act {
    Transfer(usize, usize, u64),
    Approve(usize, usize, u64),
    TransferFrom(usize, usize, usize, u64),
    Mint(usize, u64),
    Burn(usize, u64),
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..3usize;
    // Small amounts meet, and miss, balances and allowances often.
    let amount = || 0..20u64;
    prop_oneof![
        (who(), who(), amount()).prop_map(|(a, b, v)| Act::Transfer(a, b, v)),
        (who(), who(), amount()).prop_map(|(a, b, v)| Act::Approve(a, b, v)),
        (who(), who(), who(), amount()).prop_map(|(s, a, b, v)| Act::TransferFrom(s, a, b, v)),
        (who(), amount()).prop_map(|(a, v)| Act::Mint(a, v)),
        (who(), amount()).prop_map(|(a, v)| Act::Burn(a, v)),
    ]
}

/// The ledger as plain maps: what each act should do.
#[derive(Default)]
struct Model {
    balances: BTreeMap<Address, u64>,
    allowances: BTreeMap<(Address, Address), u64>,
    supply: u64,
}

impl Model {
    fn balance(&mut self, who: Address) -> &mut u64 {
        self.balances.entry(who).or_default()
    }

    fn shift(&mut self, from: Address, to: Address, value: u64) -> bool {
        if *self.balance(from) < value {
            return false;
        }
        *self.balance(from) -= value;
        *self.balance(to) += value;
        true
    }
}

proptest! {
    #[test]
    fn ledger_follows_a_plain_model_and_t1_holds(acts in prop::collection::vec(act(), 1..60)) {
        const PEOPLE: [Address; 3] = [ALICE, BOB, CAROL];
        let vm = TestVM::new();
        let mut ledger = Erc20::from(&vm);
        let mut model = Model::default();
        for act in acts {
            let (done, expected) = match act {
                Act::Transfer(a, b, v) => {
                    (ledger.transfer(PEOPLE[a], PEOPLE[b], n(v)).is_ok(), model.shift(PEOPLE[a], PEOPLE[b], v))
                }
                Act::Approve(a, b, v) => {
                    model.allowances.insert((PEOPLE[a], PEOPLE[b]), v);
                    (ledger.approve(PEOPLE[a], PEOPLE[b], n(v)).is_ok(), true)
                }
                Act::TransferFrom(s, a, b, v) => {
                    let (spender, from, to) = (PEOPLE[s], PEOPLE[a], PEOPLE[b]);
                    let allowed = model.allowances.entry((from, spender)).or_default();
                    let may = *allowed >= v;
                    // The chain undoes what a failing call did; here only calls that will succeed are made.
                    if may && model.balances.get(&from).copied().unwrap_or_default() >= v {
                        *model.allowances.entry((from, spender)).or_default() -= v;
                        model.shift(from, to, v);
                        ledger.spend_allowance(from, spender, n(v)).unwrap();
                        (ledger.transfer(from, to, n(v)).is_ok(), true)
                    } else if may {
                        (ledger.transfer(from, to, n(v)).is_ok(), false)
                    } else {
                        (ledger.spend_allowance(from, spender, n(v)).is_ok(), false)
                    }
                }
                Act::Mint(a, v) => {
                    *model.balance(PEOPLE[a]) += v;
                    model.supply += v;
                    (ledger.mint(PEOPLE[a], n(v)).is_ok(), true)
                }
                Act::Burn(a, v) => {
                    let may = *model.balance(PEOPLE[a]) >= v;
                    if may {
                        *model.balance(PEOPLE[a]) -= v;
                        model.supply -= v;
                    }
                    (ledger.burn(PEOPLE[a], n(v)).is_ok(), may)
                }
            };
            prop_assert_eq!(done, expected, "{:?}", act);
            for who in PEOPLE {
                prop_assert_eq!(ledger.balance_of(who), n(*model.balance(who)));
                for spender in PEOPLE {
                    let allowed = model.allowances.get(&(who, spender)).copied().unwrap_or_default();
                    prop_assert_eq!(ledger.allowance(who, spender), n(allowed));
                }
            }
            let sum = PEOPLE.iter().fold(U256::ZERO, |sum, who| sum + ledger.balance_of(*who));
            prop_assert_eq!(sum, n(model.supply), "T1");
        }
    }
}
