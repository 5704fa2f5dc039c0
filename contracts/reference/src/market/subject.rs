//! What lives through a history, and what is done to it.

use alloy_primitives::{Address, U256};

use crate::past::Told;

/// What somebody does. Amounts in base units and wei.
#[derive(Clone, Debug)]
pub enum Action {
    /// `swapExactEthForTokens` with this much Ether, for at least as much.
    Buy(U256, U256),
    /// `swapExactTokensForEth` of as much, for at least as much.
    Sell(U256, U256),
    /// `swapEthForExactTokens` of as much, with this much Ether.
    BuyExact(U256, U256),
    /// `swapTokensForExactEth` of as much, for at most as much.
    SellExact(U256, U256),
    /// The pair's own `swap` for these amounts, with this much Ether.
    PairTrade([U256; 2], U256),
    /// `addLiquidity` of at most as much, with this much Ether, and at least these amounts.
    Add(U256, U256, [U256; 2]),
    /// The pair's own `mint`, with this much Ether.
    PairAdd(U256),
    /// `removeLiquidity` of as many shares, for at least these amounts.
    Remove(U256, [U256; 2]),
    /// The pair's own `burn`.
    PairRemove,
    /// A transfer of tokens to the pool.
    SendTokens(U256),
    /// Ether that comes without a call.
    ForceEther(U256),
    /// `skim`.
    Skim,
    /// `sync`.
    Sync,
    /// Time passes, in seconds.
    Wait(u64),
    /// The factory switches the protocol's fee.
    Switch(bool),
    /// A transfer of shares.
    Give(Address, U256),
}

/// What a pool looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of the token, and of Ether.
    pub reserves: [U256; 2],
    /// What the pool has of both.
    pub balances: [U256; 2],
    /// Shares in existence.
    pub supply: U256,
    /// `kLast`.
    pub k_last: U256,
    /// Shares of each of [`Cast::holders`].
    pub shares: [U256; 6],
}

/// Who plays.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// Who trade, and have tokens, Ether, and the pool's allowance without end.
    pub users: [Address; 2],
    /// Who opened the pool; his shares are released already.
    pub creator: Address,
    /// Where 1 000 shares are for ever.
    pub dead: Address,
    /// The factory.
    pub factory: Address,
    /// The pool.
    pub pool: Address,
}

impl Cast {
    /// Everybody who can have shares.
    #[must_use]
    pub const fn holders(&self) -> [Address; 6] {
        [self.users[0], self.users[1], self.creator, self.dead, self.factory, self.pool]
    }
}

/// A pool that lives through a history.
pub trait Subject {
    /// Whether people's functions leave alone what lies in the pool beyond its reserves. With a subject where they take it
    /// in, people use the pair's own functions while there is something.
    const LEAVES_GIFTS: bool = true;

    /// `user` does something. What it gives back; `None` if it is refused.
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>>;
    /// What can be seen now.
    fn state(&mut self) -> State;
    /// What everybody has of Ether, as if gas were free and none had been made for the test. Units: wei.
    fn ether(&mut self) -> U256;
    /// The time now, in Unix seconds.
    fn now(&mut self) -> u64;
    /// What the pool tells of the last `seconds`.
    fn told(&mut self, seconds: u64) -> Told;
}
