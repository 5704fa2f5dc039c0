//! The properties that crytic/properties lists for ERC-20, on random histories of three users and a minter.
//!
//! | id | what holds |
//! |---|---|
//! | ERC20-BASE-001 | What neither mints nor burns leaves the total supply alone. (There: of tokens that do neither.) |
//! | ERC20-BASE-002 | Nobody holds more than the total supply. |
//! | ERC20-BASE-003 | All holders together don't, either; here they hold exactly as much. |
//! | ERC20-BASE-004 | The zero address holds nothing. |
//! | ERC20-BASE-005, -006 | Nothing is moved to the zero address, by `transfer` or by `transferFrom`. |
//! | ERC20-BASE-007, -008 | What is moved to its holder, by either, changes no balance. |
//! | ERC20-BASE-009, -010 | Nobody moves, by either, more than the balance. |
//! | ERC20-BASE-011, -012 | Moving nothing, by either, is allowed and changes no balance. |
//! | ERC20-BASE-013, -014 | What is moved by either leaves the one balance and reaches the other, and nobody else's changes. |
//! | ERC20-BASE-015 | `approve` sets the allowance. |
//! | ERC20-BASE-016 | `approve` again replaces it. |
//! | ERC20-BASE-017 | `transferFrom` takes what it moved off the allowance, unless that is without limit; and never moves more. |
//! | ERC20-BURNABLE-001, -002 | What is burned by `burn` or `burnFrom` leaves the balance and the total supply. |
//! | ERC20-BURNABLE-003 | `burnFrom` takes it off the allowance, unless that is without limit; and never burns more. |
//! | ERC20-MINTABLE-001 | What is minted reaches the balance and the total supply. |
//!
//! Four don't apply, as [`what_does_not_apply_is_not_there`] sees: ERC20-PAUSABLE-001 and -002 (`transfer` and `transferFrom`
//! stop while paused), because this token can't be paused, so that everybody can always leave; ERC20-ALLOWANCE-001 and -002
//! (`increaseAllowance` and `decreaseAllowance`), because there are no such functions: they aren't ERC-20's, and `permit`
//! does without an approval by transaction at all.

use abi::{
    erc20::IERC20::{Approval, Transfer},
    factory::ICredentialTokenFactory::{TokenCreated, createTokenCall},
    json,
    token::ICredentialToken::{
        self as token, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver,
        ERC20InvalidSpender, InvalidAmount,
    },
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolError},
};
use ecosystem_tests::{run, tokens};
use proptest::prelude::*;

use super::{
    Tally,
    arena::{Arena, Outcome},
    part, play,
};

/// Every property that applies.
const IDS: [&str; 21] = [
    "ERC20-BASE-001",
    "ERC20-BASE-002",
    "ERC20-BASE-003",
    "ERC20-BASE-004",
    "ERC20-BASE-005",
    "ERC20-BASE-006",
    "ERC20-BASE-007",
    "ERC20-BASE-008",
    "ERC20-BASE-009",
    "ERC20-BASE-010",
    "ERC20-BASE-011",
    "ERC20-BASE-012",
    "ERC20-BASE-013",
    "ERC20-BASE-014",
    "ERC20-BASE-015",
    "ERC20-BASE-016",
    "ERC20-BASE-017",
    "ERC20-BURNABLE-001",
    "ERC20-BURNABLE-002",
    "ERC20-BURNABLE-003",
    "ERC20-MINTABLE-001",
];

/// How often each property is tested at least.
const TIMES: u32 = 5;
const CASES: u32 = 24;
const USERS: usize = 3;

/// An amount, by the balance of the one whose tokens it is about.
#[derive(Clone, Copy, Debug)]
enum Amount {
    Nothing,
    Unit,
    /// In 2⁻³²s of the balance.
    Part(u32),
    Balance,
    UnitMore,
    Greatest,
}

impl Amount {
    fn of(self, balance: U256) -> U256 {
        match self {
            Self::Nothing => U256::ZERO,
            Self::Unit => U256::ONE,
            Self::Part(share) => part(balance, share),
            Self::Balance => balance,
            Self::UnitMore => balance + U256::ONE,
            Self::Greatest => U256::MAX,
        }
    }
}

/// A step of a user, by number; a receiver or spender of none is the zero address.
#[derive(Clone, Copy, Debug)]
enum Step {
    Mint { to: usize, amount: U256 },
    Burn { holder: usize, amount: Amount },
    BurnFrom { spender: usize, from: usize, amount: Amount },
    Transfer { from: usize, to: Option<usize>, amount: Amount },
    TransferFrom { spender: usize, from: usize, to: Option<usize>, amount: Amount },
    Approve { owner: usize, spender: Option<usize>, amount: Amount },
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        1 => Just(Amount::Nothing),
        1 => Just(Amount::Unit),
        5 => any::<u32>().prop_map(Amount::Part),
        1 => Just(Amount::Balance),
        2 => Just(Amount::UnitMore),
        1 => Just(Amount::Greatest),
    ]
}

/// What is allowed: often as much as could be asked for, or the balance wouldn't be what stops a spender.
fn allowance() -> impl Strategy<Value = Amount> {
    prop_oneof![
        1 => Just(Amount::Nothing),
        1 => Just(Amount::Unit),
        3 => any::<u32>().prop_map(Amount::Part),
        1 => Just(Amount::Balance),
        4 => Just(Amount::Greatest),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let user = || 0..USERS;
    let somebody = || prop::option::weighted(0.8, user());
    prop_oneof![
        2 => (user(), 1..=tokens(60).to::<u128>())
            .prop_map(|(to, amount)| Step::Mint { to, amount: U256::from(amount) }),
        1 => (user(), amount()).prop_map(|(holder, amount)| Step::Burn { holder, amount }),
        2 => (user(), user(), amount())
            .prop_map(|(spender, from, amount)| Step::BurnFrom { spender, from, amount }),
        4 => (user(), somebody(), amount()).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        8 => (user(), user(), somebody(), amount())
            .prop_map(|(spender, from, to, amount)| Step::TransferFrom { spender, from, to, amount }),
        8 => (user(), somebody(), allowance())
            .prop_map(|(owner, spender, amount)| Step::Approve { owner, spender, amount }),
    ]
}

/// What the token says of everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ledger {
    supply: U256,
    burned: U256,
    balances: [U256; USERS],
    zero: U256,
    /// By owner, then by spender.
    allowances: [[U256; USERS]; USERS],
}

impl Ledger {
    /// What is left of an allowance when `amount` was spent; none if there isn't as much.
    fn spend(&mut self, owner: usize, spender: usize, amount: U256) -> Option<()> {
        let allowance = &mut self.allowances[owner][spender];
        if *allowance != U256::MAX {
            *allowance = allowance.checked_sub(amount)?;
        }
        Some(())
    }

    /// Takes from the one and gives to the other; none if the one hasn't as much.
    fn shift(&mut self, from: usize, to: usize, amount: U256) -> Option<()> {
        self.balances[from] = self.balances[from].checked_sub(amount)?;
        self.balances[to] += amount;
        Some(())
    }

    fn burn(&mut self, from: usize, amount: U256) -> Option<()> {
        self.balances[from] = self.balances[from].checked_sub(amount)?;
        self.supply -= amount;
        self.burned += amount;
        Some(())
    }
}

/// A token and its users.
struct Token<'a> {
    arena: &'a Arena,
    at: Address,
    minter: Address,
    users: [Address; USERS],
    tally: &'a Tally,
}

impl Token<'_> {
    async fn ledger(&self) -> Ledger {
        let stage = &self.arena.stage;
        let holders = self.users.into_iter().chain([Address::ZERO]);
        let balances = holders.map(|account| token::balanceOfCall { account }).collect();
        let mut balances = self.arena.reads(self.at, balances).await;
        let zero = balances.pop().expect("the last answer");
        let allowances =
            self.users.map(|owner| self.users.map(|spender| token::allowanceCall { owner, spender }));
        let allowances = self.arena.reads(self.at, allowances.concat()).await;
        let mut rows = allowances.chunks_exact(USERS).map(|row| row.try_into().expect("a row"));
        Ledger {
            supply: stage.reads(self.at, token::totalSupplyCall {}).await,
            burned: stage.reads(self.at, token::totalBurnedCall {}).await,
            balances: balances.try_into().expect("as many as users"),
            zero,
            allowances: [(); USERS].map(|()| rows.next().expect("as many as users")),
        }
    }

    async fn takes<C: SolCall>(&self, from: Address, call: C) -> Outcome<C::Return> {
        self.arena.takes(from, self.at, &call).await
    }

    fn address(&self, user: Option<usize>) -> Address {
        user.map_or(Address::ZERO, |user| self.users[user])
    }

    /// Takes a step, and tests the properties that it is about.
    async fn take(&self, before: &Ledger, step: Step) -> Result<Ledger, TestCaseError> {
        match step {
            Step::Mint { to, amount } => self.mint(before, to, amount).await,
            Step::Burn { holder, amount } => {
                let amount = amount.of(before.balances[holder]);
                let result = self.takes(self.users[holder], token::burnCall { amount }).await.map(drop);
                self.burned(before, None, holder, amount, &result).await
            }
            Step::BurnFrom { spender, from, amount } => {
                let amount = amount.of(before.balances[from]);
                let call = token::burnFromCall { account: self.users[from], amount };
                let result = self.takes(self.users[spender], call).await.map(drop);
                self.burned(before, Some(spender), from, amount, &result).await
            }
            Step::Transfer { from, to, amount } => {
                let value = amount.of(before.balances[from]);
                let call = token::transferCall { to: self.address(to), value };
                let result = self.takes(self.users[from], call).await;
                self.moved(before, None, from, to, value, &result).await
            }
            Step::TransferFrom { spender, from, to, amount } => {
                let value = amount.of(before.balances[from]);
                let call = token::transferFromCall { from: self.users[from], to: self.address(to), value };
                let result = self.takes(self.users[spender], call).await;
                self.moved(before, Some(spender), from, to, value, &result).await
            }
            Step::Approve { owner, spender, amount } => {
                let value = amount.of(before.balances[owner]);
                self.approve(before, owner, spender, value).await
            }
        }
    }

    async fn mint(&self, before: &Ledger, to: usize, amount: U256) -> Result<Ledger, TestCaseError> {
        let result = self.takes(self.minter, token::mintCall { to: self.users[to], amount }).await;
        let after = self.ledger().await;
        let mut expected = before.clone();
        let minted = result.as_ref().map(|done| done.answer).unwrap_or_default();
        expected.balances[to] += minted;
        expected.supply += minted;
        // How much of it is minted, the bucket says, which is another test's.
        let holds = result.is_ok() && minted <= amount && after == expected;
        self.tally.test("ERC20-MINTABLE-001", holds, &(before, &after, &result))?;
        Ok(after)
    }

    /// What is true after a `burn`, or a `burnFrom` by `spender`.
    async fn burned(
        &self,
        before: &Ledger,
        spender: Option<usize>,
        from: usize,
        amount: U256,
        result: &Result<(), Bytes>,
    ) -> Result<Ledger, TestCaseError> {
        let after = self.ledger().await;
        let what = (before, &after, result);
        let mut expected = before.clone();
        if let Some(spender) = spender
            && expected.spend(from, spender, amount).is_none()
        {
            let holds = self.lacks_allowance(before, from, spender, amount, result) && after == *before;
            self.tally.test("ERC20-BURNABLE-003", holds, &what)?;
            return Ok(after);
        }
        if amount.is_zero() {
            prop_assert_eq!(result.as_ref().err(), Some(&encoded(InvalidAmount { amount })));
            prop_assert_eq!(&after, before);
            return Ok(after);
        }
        let possible = expected.burn(from, amount).is_some();
        let holds = if possible {
            result.is_ok() && after.supply == expected.supply && after.balances == expected.balances
        } else {
            self.lacks_balance(before, from, amount, result) && after == *before
        };
        let id = if spender.is_some() { "ERC20-BURNABLE-002" } else { "ERC20-BURNABLE-001" };
        self.tally.test(id, holds, &what)?;
        if possible {
            if spender.is_some() {
                self.tally.test("ERC20-BURNABLE-003", after.allowances == expected.allowances, &what)?;
            }
            prop_assert_eq!(&after, &expected);
        }
        Ok(after)
    }

    /// What is true after a `transfer`, or a `transferFrom` by `spender`.
    async fn moved(
        &self,
        before: &Ledger,
        spender: Option<usize>,
        from: usize,
        to: Option<usize>,
        value: U256,
        result: &Outcome<bool>,
    ) -> Result<Ledger, TestCaseError> {
        let after = self.ledger().await;
        let what = (before, &after, result);
        let of = |transfer, transfer_from| if spender.is_some() { transfer_from } else { transfer };
        let mut expected = before.clone();
        if let Some(spender) = spender
            && expected.spend(from, spender, value).is_none()
        {
            let holds = self.lacks_allowance(before, from, spender, value, result) && after == *before;
            self.tally.test("ERC20-BASE-017", holds, &what)?;
            return Ok(after);
        }
        let Some(to) = to else {
            let refused = encoded(ERC20InvalidReceiver { receiver: Address::ZERO });
            let holds = result.as_ref().err() == Some(&refused) && after == *before;
            self.tally.test(of("ERC20-BASE-005", "ERC20-BASE-006"), holds, &what)?;
            return Ok(after);
        };
        if expected.shift(from, to, value).is_none() {
            let holds = self.lacks_balance(before, from, value, result) && after == *before;
            self.tally.test(of("ERC20-BASE-009", "ERC20-BASE-010"), holds, &what)?;
            return Ok(after);
        }
        let told = Transfer { from: self.users[from], to: self.users[to], value };
        let accepted = result.as_ref().is_ok_and(|done| done.answer && done.events::<Transfer>() == [told]);
        let holds = accepted && after.balances == expected.balances && after.supply == before.supply;
        if from == to {
            self.tally.test(of("ERC20-BASE-007", "ERC20-BASE-008"), holds, &what)?;
        }
        if value.is_zero() {
            self.tally.test(of("ERC20-BASE-011", "ERC20-BASE-012"), holds, &what)?;
        }
        self.tally.test(of("ERC20-BASE-013", "ERC20-BASE-014"), holds, &what)?;
        if spender.is_some() {
            self.tally.test("ERC20-BASE-017", after.allowances == expected.allowances, &what)?;
        }
        prop_assert_eq!(&after, &expected);
        Ok(after)
    }

    async fn approve(
        &self,
        before: &Ledger,
        owner: usize,
        spender: Option<usize>,
        value: U256,
    ) -> Result<Ledger, TestCaseError> {
        let call = token::approveCall { spender: self.address(spender), value };
        let result = self.takes(self.users[owner], call).await;
        let after = self.ledger().await;
        let what = (before, &after, &result);
        let mut expected = before.clone();
        let Some(number) = spender else {
            prop_assert_eq!(result.err(), Some(encoded(ERC20InvalidSpender { spender: Address::ZERO })));
            prop_assert_eq!(&after, before);
            return Ok(after);
        };
        expected.allowances[owner][number] = value;
        let told = Approval { owner: self.users[owner], spender: self.users[number], value };
        let accepted = result.as_ref().is_ok_and(|done| done.answer && done.events::<Approval>() == [told]);
        let holds = accepted && after == expected;
        self.tally.test("ERC20-BASE-015", holds, &what)?;
        if !before.allowances[owner][number].is_zero() {
            self.tally.test("ERC20-BASE-016", holds, &what)?;
        }
        Ok(after)
    }

    /// What is true after every step.
    fn always(&self, before: &Ledger, after: &Ledger, step: Step) -> Result<(), TestCaseError> {
        let what = (before, after, step);
        if !matches!(step, Step::Mint { .. } | Step::Burn { .. } | Step::BurnFrom { .. }) {
            let holds = after.supply == before.supply && after.burned == before.burned;
            self.tally.test("ERC20-BASE-001", holds, &what)?;
        }
        let each = after.balances.iter().all(|balance| *balance <= after.supply);
        self.tally.test("ERC20-BASE-002", each, &what)?;
        let sum = after.balances.iter().sum::<U256>();
        self.tally.test("ERC20-BASE-003", sum == after.supply, &what)?;
        self.tally.test("ERC20-BASE-004", after.zero.is_zero(), &what)
    }

    fn lacks_allowance(
        &self,
        before: &Ledger,
        owner: usize,
        spender: usize,
        needed: U256,
        result: &Result<impl Sized, Bytes>,
    ) -> bool {
        let allowance = before.allowances[owner][spender];
        let error = ERC20InsufficientAllowance { spender: self.users[spender], allowance, needed };
        result.as_ref().err() == Some(&encoded(error))
    }

    fn lacks_balance(
        &self,
        before: &Ledger,
        sender: usize,
        needed: U256,
        result: &Result<impl Sized, Bytes>,
    ) -> bool {
        let balance = before.balances[sender];
        let error = ERC20InsufficientBalance { sender: self.users[sender], balance, needed };
        result.as_ref().err() == Some(&encoded(error))
    }
}

/// An error as a contract reverts with it.
fn encoded(error: impl SolError) -> Bytes {
    error.abi_encode().into()
}

#[test]
fn the_listed_properties_of_erc_20_hold() {
    let arena = run(Arena::new("ERC-20"));
    let at = run(async {
        let stage = &arena.stage;
        let credential = stage.credential().await.id;
        let call = createTokenCall { emissionRate: tokens(50), ..stage.token_call(credential) };
        let created = stage.executes(&stage.holder, stage.system.factory, call).await;
        stage.event::<TokenCreated>(&created, stage.system.factory).tokenAddress
    });
    let tally = Tally::default();
    let stage = &arena.stage;
    let users = [&stage.holder, &stage.relayer, &stage.stranger].map(|user| user.address());
    let token = &Token { arena: &arena, at, minter: stage.generator.address(), users, tally: &tally };
    let strategy = prop::collection::vec(step(), 30..60);
    play(file!(), CASES, &arena, &strategy, |steps| async move {
        // Everybody has something to start with, and somebody who can move it.
        let mut ledger = token.ledger().await;
        let start = (0..USERS).flat_map(|user| {
            let spender = Some((user + 1) % USERS);
            let approve = Step::Approve { owner: user, spender, amount: Amount::Greatest };
            [Step::Mint { to: user, amount: tokens(60) }, approve]
        });
        for step in start.chain(steps) {
            let after = token.take(&ledger, step).await?;
            token.always(&ledger, &after, step)?;
            ledger = after;
        }
        Ok(())
    });
    tally.assert_each(&IDS, TIMES);
}

#[test]
fn what_does_not_apply_is_not_there() {
    let interface = json::of("credential-token").expect("an interface of that name");
    for absent in ["pause", "unpause", "paused", "increaseAllowance", "decreaseAllowance"] {
        assert!(interface.function(absent).is_none(), "{absent}");
    }
    assert!(interface.function("transfer").is_some());
}
