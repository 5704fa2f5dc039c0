//! A pool with its surroundings: a token's ledger, accounts with Ether, and what a failed call undoes.

extern crate std;

use abi::{
    erc20::IERC20::{
        ERC20InsufficientAllowance, ERC20InsufficientBalance, balanceOfCall, transferCall, transferFromCall,
    },
    pool::CloneArgs,
};
use alloc::{rc::Rc, vec, vec::Vec};
use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue};
use core::cell::RefCell;
use kit::{
    clone, guard,
    testing::{Answer, Scripted},
};
use std::collections::HashMap;
use stylus_sdk::{prelude::*, testing::TestVM};

use crate::{Market, PoolError};

pub(super) const EXTENSION: Address = address!("00000000000000000000000000000000000e47e5");
pub(super) const FACTORY: Address = address!("00000000000000000000000000000000000fac10");
pub(super) const TOKEN: Address = address!("0000000000000000000000000000000000070ce2");
pub(super) const POOL: Address = address!("000000000000000000000000000000000000b001");
pub(super) const CREATOR: Address = address!("0000000000000000000000000000000000c4ea70");
pub(super) const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
pub(super) const BOB: Address = address!("0000000000000000000000000000000000000b0b");
/// An account that takes no Ether.
pub(super) const STUBBORN: Address = address!("00000000000000000000000000000000000055b5");
const PROGRAM: Address = address!("0000000000000000000000000000000000000c0d");

/// When the pool is created: an hour and a day begin.
pub(super) const NOW: u64 = 1_798_761_600;

pub(super) fn wad(count: u64) -> U256 {
    U256::from(count) * U256::from(10_u64.pow(18))
}

/// What the accounts have.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    pub(super) tokens: HashMap<Address, U256>,
    pub(super) allowances: HashMap<Address, U256>,
    pub(super) ether: HashMap<Address, U256>,
}

impl Ledger {
    pub(super) fn tokens_of(&self, account: Address) -> U256 {
        self.tokens.get(&account).copied().unwrap_or_default()
    }

    pub(super) fn ether_of(&self, account: Address) -> U256 {
        self.ether.get(&account).copied().unwrap_or_default()
    }

    fn move_tokens(&mut self, from: Address, to: Address, value: U256) -> Answer {
        let balance = self.tokens_of(from);
        let Some(rest) = balance.checked_sub(value) else {
            return Err(ERC20InsufficientBalance { sender: from, balance, needed: value }.abi_encode());
        };
        self.tokens.insert(from, rest);
        *self.tokens.entry(to).or_default() += value;
        Ok(true.abi_encode())
    }

    pub(super) fn move_ether(&mut self, from: Address, to: Address, value: U256) -> bool {
        let Some(rest) = self.ether_of(from).checked_sub(value) else { return false };
        self.ether.insert(from, rest);
        *self.ether.entry(to).or_default() += value;
        true
    }
}

/// What somebody does when Ether or a callback reaches them, in the middle of a call of the pool.
pub(super) type Act = Rc<dyn Fn(&Play, &[u8])>;

/// The surroundings, as they are in the middle of a call.
#[derive(Clone)]
pub(super) struct Play {
    pub(super) host: Scripted,
    pub(super) ledger: Rc<RefCell<Ledger>>,
    pub(super) acts: Rc<RefCell<HashMap<Address, Act>>>,
}

impl Play {
    /// The pool, as somebody who comes back sees it.
    pub(super) fn market(&self) -> Market {
        Market::from(&self.host)
    }

    /// Puts down that the pool has as much Ether as the ledger says.
    pub(super) fn settle(&self) {
        self.host.vm.set_balance(POOL, self.ledger.borrow().ether_of(POOL));
    }

    fn answer(&self, to: Address, data: &[u8], value: Option<U256>) -> Option<Answer> {
        if to == TOKEN {
            return self.token(data);
        }
        let value = value?;
        if to == STUBBORN || !self.ledger.borrow_mut().move_ether(POOL, to, value) {
            return Some(Err(vec![]));
        }
        self.settle();
        let act = self.acts.borrow().get(&to).cloned();
        match act {
            Some(act) => act(self, data),
            // An account without code takes Ether and every call, and does nothing.
            None if data.is_empty() || self.host.vm.code_size(to) == 0 => {}
            None => return None,
        }
        Some(Ok(vec![]))
    }

    fn token(&self, data: &[u8]) -> Option<Answer> {
        let mut ledger = self.ledger.borrow_mut();
        if let Ok(balanceOfCall { account }) = balanceOfCall::abi_decode_validate(data) {
            return Some(Ok(ledger.tokens_of(account).abi_encode()));
        }
        if let Ok(transferCall { to, value }) = transferCall::abi_decode_validate(data) {
            return Some(ledger.move_tokens(POOL, to, value));
        }
        let transferFromCall { from, to, value } = transferFromCall::abi_decode_validate(data).ok()?;
        let allowance = ledger.allowances.get(&from).copied().unwrap_or_default();
        let Some(rest) = allowance.checked_sub(value) else {
            let refused = ERC20InsufficientAllowance { spender: POOL, allowance, needed: value };
            return Some(Err(refused.abi_encode()));
        };
        let moved = ledger.move_tokens(from, to, value);
        if moved.is_ok() {
            ledger.allowances.insert(from, rest);
        }
        Some(moved)
    }
}

/// A pool, and everybody around it.
pub(super) struct World {
    pub(super) play: Play,
    pub(super) market: Market,
    pub(super) vm: TestVM,
}

impl World {
    /// A clone with these first amounts, to which the factory has sent the tokens, and nothing else was done.
    pub(super) fn blank(tokens: u128, ether: u128) -> Self {
        let host = Scripted::new();
        let vm = host.vm.clone();
        let args = CloneArgs {
            extension: EXTENSION,
            factory: FACTORY,
            token: TOKEN,
            creator: CREATOR,
            created_at: NOW,
            initial_tokens: tokens,
            initial_ether: ether,
        };
        vm.set_contract_address(POOL);
        vm.set_code(POOL, clone::runtime::<{ CloneArgs::BYTES }>(PROGRAM, &args.into()));
        vm.set_block_timestamp(NOW);
        guard::release();
        let play = Play { host: host.clone(), ledger: Rc::default(), acts: Rc::default() };
        let player = play.clone();
        host.play(Rc::new(move |to, data, value| player.answer(to, data, value)));
        let market = Market::from(&host);
        let world = Self { play, market, vm };
        {
            let mut ledger = world.play.ledger.borrow_mut();
            ledger.tokens.insert(POOL, U256::from(tokens));
            ledger.ether.insert(FACTORY, U256::from(ether));
            for account in [ALICE, BOB, CREATOR] {
                ledger.tokens.insert(account, U256::from(1_u8) << 160);
                ledger.ether.insert(account, U256::from(1_u8) << 160);
                ledger.allowances.insert(account, U256::MAX);
            }
        }
        world
    }

    /// A pool with its first liquidity.
    pub(super) fn with(tokens: u128, ether: u128, protocol_fee: bool) -> Self {
        let mut world = Self::blank(tokens, ether);
        let tokens = U256::from(tokens);
        world.pays(FACTORY, U256::from(ether), |market| market.initialize(tokens, protocol_fee)).unwrap();
        world
    }

    /// A pool of 1 000 tokens and 10 Ether.
    pub(super) fn new() -> Self {
        Self::with(1_000 * 10_u128.pow(18), 10 * 10_u128.pow(18), false)
    }

    /// A call without Ether.
    pub(super) fn by<T>(
        &mut self,
        caller: Address,
        call: impl FnOnce(&mut Market) -> Result<T, PoolError>,
    ) -> Result<T, PoolError> {
        self.pays(caller, U256::ZERO, call)
    }

    /// A call with `value` wei; if it is refused, nothing has happened.
    pub(super) fn pays<T>(
        &mut self,
        caller: Address,
        value: U256,
        call: impl FnOnce(&mut Market) -> Result<T, PoolError>,
    ) -> Result<T, PoolError> {
        let before = (self.vm.snapshot().storage, self.play.ledger.borrow().clone());
        assert!(self.play.ledger.borrow_mut().move_ether(caller, POOL, value), "the caller has as much");
        self.play.settle();
        self.vm.set_sender(caller);
        self.vm.set_value(value);
        let result = call(&mut self.market);
        if result.is_err() {
            guard::release();
            self.vm.clear_storage();
            for (slot, word) in before.0 {
                self.vm.set_storage(slot, word);
            }
            *self.play.ledger.borrow_mut() = before.1;
            self.play.settle();
        }
        assert!(!guard::is_held(), "the guard is released");
        self.vm.set_value(U256::ZERO);
        result
    }

    pub(super) fn wait(&self, seconds: u64) {
        self.vm.set_block_timestamp(self.now() + seconds);
    }

    pub(super) fn now(&self) -> u64 {
        self.vm.block_timestamp()
    }

    /// Has `account` do something when the pool reaches it.
    pub(super) fn act(&self, account: Address, act: impl Fn(&Play, &[u8]) + 'static) {
        self.has_code(account);
        self.play.acts.borrow_mut().insert(account, Rc::new(act));
    }

    /// Makes `account` a contract.
    pub(super) fn has_code(&self, account: Address) {
        self.vm.set_code(account, vec![0x00]);
    }

    pub(super) fn tokens_of(&self, account: Address) -> U256 {
        self.play.ledger.borrow().tokens_of(account)
    }

    pub(super) fn ether_of(&self, account: Address) -> U256 {
        self.play.ledger.borrow().ether_of(account)
    }

    /// Sends tokens to the pool, as a plain transfer.
    pub(super) fn sends_tokens(&self, from: Address, value: U256) {
        self.play.ledger.borrow_mut().move_tokens(from, POOL, value).unwrap();
    }

    /// Forces Ether on the pool, as a contract that destroys itself can.
    pub(super) fn forces_ether(&self, from: Address, value: U256) {
        assert!(self.play.ledger.borrow_mut().move_ether(from, POOL, value));
        self.play.settle();
    }
}

/// The revert data of an error.
pub(super) fn data(error: impl Into<PoolError>) -> Vec<u8> {
    error.into().into()
}
