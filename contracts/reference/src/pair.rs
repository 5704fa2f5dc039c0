//! Uniswap v2 in big integers, with the pool's additions: amounts that are stated and not found, a fee that is switched.
//!
//! Written from the whitepaper and from what the contracts are specified to do, not from the code that it judges.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

/// `number`, as big as it gets.
#[must_use]
pub fn big(number: U256) -> BigUint {
    BigUint::from_bytes_be(&number.to_be_bytes::<32>())
}

/// `number`, which has to have at most 256 bits.
#[must_use]
pub fn small(number: &BigUint) -> U256 {
    U256::from_be_slice(&number.to_bytes_be())
}

fn zero() -> BigUint {
    BigUint::default()
}

/// A pair. Sides are 0, the token, and 1, Ether; amounts in base units and wei.
#[derive(Clone, Debug)]
pub struct Model {
    /// What it trades by.
    pub reserves: [BigUint; 2],
    /// What it has: its reserves, and what came without being told.
    pub balances: [BigUint; 2],
    /// Shares in existence.
    pub supply: BigUint,
    /// Shares by holder.
    pub shares: BTreeMap<Address, BigUint>,
    /// The product of the reserves after the last change of liquidity, while the protocol's fee is on.
    pub k_last: Option<BigUint>,
    /// Who gets the protocol's shares.
    factory: Address,
}

impl Model {
    /// A pair with its first liquidity: the creator gets the shares, but for 1 000 that are nobody's (`dead`).
    #[must_use]
    pub fn new(amounts: [BigUint; 2], creator: Address, dead: Address, factory: Address, fee: bool) -> Self {
        let supply = (&amounts[0] * &amounts[1]).sqrt();
        let first = &supply - 1_000_u32;
        let shares = BTreeMap::from([(creator, first), (dead, 1_000_u32.into())]);
        let k_last = fee.then(|| &amounts[0] * &amounts[1]);
        Self { reserves: amounts.clone(), balances: amounts, supply, shares, k_last, factory }
    }

    /// The product of the reserves.
    #[must_use]
    pub fn k(&self) -> BigUint {
        &self.reserves[0] * &self.reserves[1]
    }

    /// Shares of `holder`.
    #[must_use]
    pub fn of(&self, holder: Address) -> BigUint {
        self.shares.get(&holder).cloned().unwrap_or_default()
    }

    fn credit(&mut self, holder: Address, shares: &BigUint) {
        *self.shares.entry(holder).or_default() += shares;
    }

    /// What `input` of side `of` buys of the other.
    #[must_use]
    pub fn output(&self, of: usize, input: &BigUint) -> BigUint {
        let fed = input * 997_u32;
        &fed * &self.reserves[1 - of] / (&self.reserves[of] * 1_000_u32 + fed)
    }

    /// What of side `of` buys `output` of the other; nothing does if there isn't as much.
    #[must_use]
    pub fn input(&self, of: usize, output: &BigUint) -> Option<BigUint> {
        let left = &self.reserves[1 - of];
        (output < left).then(|| &self.reserves[of] * output * 1_000_u32 / ((left - output) * 997_u32) + 1_u32)
    }

    /// A trade of people: `input` of side `of` for `output` of the other.
    pub fn trade(&mut self, of: usize, input: &BigUint, output: &BigUint) {
        for held in [&mut self.reserves, &mut self.balances] {
            held[of] += input;
            held[1 - of] -= output;
        }
    }

    /// A trade of the pair's own: what it has becomes its reserves. Whether it is allowed.
    pub fn pair_trade(&mut self, outputs: &[BigUint; 2]) -> bool {
        if (0..2).any(|side| outputs[side] >= self.reserves[side]) || outputs.iter().all(|out| out == &zero())
        {
            return false;
        }
        let balances = [&self.balances[0] - &outputs[0], &self.balances[1] - &outputs[1]];
        let inputs = [0, 1].map(|side| {
            let left = &self.reserves[side] - &outputs[side];
            if balances[side] > left { &balances[side] - left } else { zero() }
        });
        let adjusted = [0, 1].map(|side| &balances[side] * 1_000_u32 - &inputs[side] * 3_u32);
        if inputs.iter().all(|input| input == &zero())
            || &adjusted[0] * &adjusted[1] < self.k() * 1_000_000_u32
        {
            return false;
        }
        self.reserves = balances.clone();
        self.balances = balances;
        true
    }

    /// The protocol's sixth of the growth of the root of the product.
    fn charge(&mut self) {
        let Some(k_last) = &self.k_last else { return };
        let (root, root_last) = (self.k().sqrt(), k_last.sqrt());
        if root > root_last {
            let due = &self.supply * (&root - &root_last) / (root * 5_u32 + root_last);
            self.credit(self.factory, &due);
            self.supply += due;
        }
    }

    fn remember(&mut self) {
        if self.k_last.is_some() {
            self.k_last = Some(self.k());
        }
    }

    /// The amounts that people add, who are ready to add `desired`.
    #[must_use]
    pub fn fitting(&self, desired: &[BigUint; 2]) -> [BigUint; 2] {
        let ether = &desired[0] * &self.reserves[1] / &self.reserves[0];
        if ether <= desired[1] {
            return [desired[0].clone(), ether];
        }
        [&desired[1] * &self.reserves[0] / &self.reserves[1], desired[1].clone()]
    }

    /// Adds `amounts`, which are part of what it will have. The shares; none if they are worth none.
    fn issue(&mut self, amounts: &[BigUint; 2], holder: Address) -> Option<BigUint> {
        let before = self.clone();
        self.charge();
        let of = |side: usize| &amounts[side] * &self.supply / &self.reserves[side];
        let shares = of(0).min(of(1));
        if shares == zero() {
            *self = before;
            return None;
        }
        self.credit(holder, &shares);
        self.supply += &shares;
        Some(shares)
    }

    /// People add these amounts, which fit.
    pub fn add(&mut self, amounts: &[BigUint; 2], holder: Address) -> Option<BigUint> {
        let shares = self.issue(amounts, holder)?;
        for side in [0, 1] {
            self.reserves[side] += &amounts[side];
            self.balances[side] += &amounts[side];
        }
        self.remember();
        Some(shares)
    }

    /// The pair's own: what it has beyond its reserves is added.
    pub fn pair_add(&mut self, holder: Address) -> Option<BigUint> {
        let amounts = [0, 1].map(|side| &self.balances[side] - &self.reserves[side]);
        let shares = self.issue(&amounts, holder)?;
        self.reserves = self.balances.clone();
        self.remember();
        Some(shares)
    }

    /// Redeems shares of what is held: by people of the reserves, by the pair's own of everything.
    pub fn redeem(&mut self, shares: &BigUint, holder: Address, everything: bool) -> Option<[BigUint; 2]> {
        if shares > &self.of(holder) {
            return None;
        }
        let before = self.clone();
        self.charge();
        let held = if everything { self.balances.clone() } else { self.reserves.clone() };
        let amounts = [0, 1].map(|side| shares * &held[side] / &self.supply);
        if amounts.contains(&zero()) {
            *self = before;
            return None;
        }
        *self.shares.entry(holder).or_default() -= shares;
        self.supply -= shares;
        for side in [0, 1] {
            self.balances[side] -= &amounts[side];
            self.reserves[side] =
                if everything { self.balances[side].clone() } else { &held[side] - &amounts[side] };
        }
        self.remember();
        Some(amounts)
    }

    /// Somebody gives shares to somebody.
    pub fn give(&mut self, from: Address, to: Address, shares: &BigUint) {
        *self.shares.entry(from).or_default() -= shares;
        self.credit(to, shares);
    }

    /// Somebody sends something without telling.
    pub fn donate(&mut self, side: usize, amount: &BigUint) {
        self.balances[side] += amount;
    }

    /// What it has beyond its reserves goes.
    pub fn skim(&mut self) {
        self.balances = self.reserves.clone();
    }

    /// What it has becomes its reserves.
    pub fn sync(&mut self) {
        self.reserves = self.balances.clone();
    }

    /// The protocol's fee is switched on or off.
    pub fn switch(&mut self, on: bool) {
        if on != self.k_last.is_some() {
            self.k_last = on.then(|| self.k());
        }
    }
}
