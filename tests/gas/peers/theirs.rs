//! Uniswap v2's pair and router, for the same people and histories as a pool of ours.

use abi::erc20::IERC20::{approveCall, balanceOfCall, totalSupplyCall, transferCall};
use alloy::{
    primitives::{Address, Bytes, U256, hex},
    rpc::types::Log,
    sol_types::SolCall,
};
use ecosystem_tests::{
    history::{OnChain, People},
    tokens, wei,
};
use reference::market::{Action, Cast, State};

use super::{
    compiled::Compiled,
    events::{self, Event},
    uniswap::{Factory, Pair, Router, Uniswap, WrappedEther},
};
use crate::market::ANY_TIME;

/// A pair of the token of a pool of ours and of wrapped Ether.
pub(super) struct Theirs {
    uniswap: Uniswap,
    pair: Address,
    token: Address,
    /// The people of our pool.
    cast: Cast,
    /// Calls the pair for people who bring Ether.
    wraps: Address,
}

/// What a pair tells of its past.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sums {
    /// Price of the token in Ether, and of Ether in the token, times seconds. Units: UQ112.112.
    pub(super) prices: [U256; 2],
    /// When the reserves last changed. Units: Unix seconds modulo 2³².
    pub(super) last: u32,
}

impl Theirs {
    /// Opens it as `ours` was opened: the same amounts, by the same creator, in the same second. The protocol's shares are our
    /// factory's there, too. The pair has the token before wrapped Ether if `token_first`.
    pub(super) async fn open(compiled: &Compiled, ours: &OnChain, token_first: bool) -> Self {
        let (stage, token, cast) = (&ours.people.stage, ours.token, ours.opening.cast);
        // The addresses decide.
        let mut wrapped = compiled.create(stage, "WETH9", ()).await;
        while (token < wrapped) != token_first {
            wrapped = compiled.create(stage, "WETH9", ()).await;
        }
        let uniswap = Uniswap::create(stage, compiled, wrapped).await;
        if ours.opening.fee {
            let call = Factory::setFeeToCall { feeTo: cast.factory };
            stage.executes(&stage.owner, uniswap.factory, call).await;
        }
        let allow = approveCall { spender: uniswap.router, value: U256::MAX };
        let users = [&stage.relayer, &stage.stranger];
        for key in users.into_iter().chain([&stage.holder]) {
            stage.executes(key, token, allow.clone()).await;
        }
        let (amount, ether) = (tokens(50), wei(50));
        stage.world.give(cast.creator, ether).await;
        let open = Router::addLiquidityETHCall {
            token,
            amountTokenDesired: amount,
            amountTokenMin: amount,
            amountETHMin: ether,
            to: cast.creator,
            deadline: ANY_TIME,
        };
        stage.pays(&stage.holder, uniswap.router, open, ether).await;
        let pair = uniswap.pair_of(stage, token).await;
        for key in users {
            stage.executes(key, pair, allow.clone()).await;
        }
        let wraps = stage.account_with(wraps(wrapped, pair)).await;
        Self { uniswap, pair, token, cast, wraps }
    }

    /// Where the market's Ether is, people's wrapped Ether included.
    pub(super) const fn vault(&self) -> Address {
        self.uniswap.wrapped
    }

    /// Of the token and of Ether, in the pair's order; and the other way round.
    fn sorted<T>(&self, [token, ether]: [T; 2]) -> [T; 2] {
        if self.token < self.uniswap.wrapped { [token, ether] } else { [ether, token] }
    }

    /// Who has here what `account` has in our pool: shares that are there for ever have no owner.
    fn place_of(&self, account: Address) -> Address {
        match account {
            pool if pool == self.cast.pool => self.pair,
            dead if dead == self.cast.dead => Address::ZERO,
            other => other,
        }
    }

    /// Has `user` do something. What it gives back; `None` if it is refused.
    pub(super) async fn play(
        &self,
        people: &mut People,
        user: Address,
        action: &Action,
    ) -> Option<Vec<U256>> {
        let (pair, router, token, wrapped) =
            (self.pair, self.uniswap.router, self.token, self.uniswap.wrapped);
        let (to, deadline, none) = (user, ANY_TIME, U256::ZERO);
        let (buying, selling) = (vec![wrapped, token], vec![token, wrapped]);
        match *action {
            Action::Buy(value, minimum) => {
                let call =
                    Router::swapExactETHForTokensCall { amountOutMin: minimum, path: buying, to, deadline };
                people.done(user, router, call, value).await.map(|amounts| vec![amounts[1]])
            }
            Action::Sell(amount, minimum) => {
                let call = Router::swapExactTokensForETHCall {
                    amountIn: amount,
                    amountOutMin: minimum,
                    path: selling,
                    to,
                    deadline,
                };
                people.done(user, router, call, none).await.map(|amounts| vec![amounts[1]])
            }
            Action::BuyExact(amount, value) => {
                let call =
                    Router::swapETHForExactTokensCall { amountOut: amount, path: buying, to, deadline };
                people.done(user, router, call, value).await.map(|amounts| vec![amounts[0]])
            }
            Action::SellExact(amount, maximum) => {
                let call = Router::swapTokensForExactETHCall {
                    amountOut: amount,
                    amountInMax: maximum,
                    path: selling,
                    to,
                    deadline,
                };
                people.done(user, router, call, none).await.map(|amounts| vec![amounts[0]])
            }
            Action::PairTrade(outputs, value) => {
                let [out0, out1] = self.sorted(outputs);
                let call = Pair::swapCall { amount0Out: out0, amount1Out: out1, to, data: Bytes::new() };
                people.done(user, self.wraps, call, value).await.map(|_| vec![])
            }
            Action::Add(desired, value, [token_min, eth_min]) => {
                let call = Router::addLiquidityETHCall {
                    token,
                    amountTokenDesired: desired,
                    amountTokenMin: token_min,
                    amountETHMin: eth_min,
                    to,
                    deadline,
                };
                let added = people.done(user, router, call, value).await?;
                Some(vec![added.amountToken, added.amountETH, added.liquidity])
            }
            Action::PairAdd(value) => {
                people.done(user, self.wraps, Pair::mintCall { to }, value).await.map(|shares| vec![shares])
            }
            Action::Remove(liquidity, [token_min, eth_min]) => {
                let call = Router::removeLiquidityETHCall {
                    token,
                    liquidity,
                    amountTokenMin: token_min,
                    amountETHMin: eth_min,
                    to,
                    deadline,
                };
                let removed = people.done(user, router, call, none).await?;
                Some(vec![removed.amountToken, removed.amountETH])
            }
            Action::PairRemove => {
                let removed = people.done(user, pair, Pair::burnCall { to }, none).await?;
                Some(self.sorted([removed.amount0, removed.amount1]).to_vec())
            }
            Action::SendTokens(value) => {
                people.done(user, token, transferCall { to: pair, value }, none).await.map(|_| vec![])
            }
            Action::ForceEther(value) => {
                people.done(user, wrapped, WrappedEther::depositCall {}, value).await?;
                people.done(user, wrapped, transferCall { to: pair, value }, none).await.map(|_| vec![])
            }
            Action::Skim => people.done(user, pair, Pair::skimCall { to }, none).await.map(|_| vec![]),
            Action::Sync => people.done(user, pair, Pair::syncCall {}, none).await.map(|_| vec![]),
            Action::Give(to, value) => {
                let call = transferCall { to: self.place_of(to), value };
                people.done(user, pair, call, none).await.map(|_| vec![])
            }
            // It passes on the chain.
            Action::Wait(_) => Some(vec![]),
            Action::Switch(_) => unreachable!("no history has it"),
        }
    }

    /// What the pair told in `logs`.
    pub(super) fn events(&self, logs: &[Log]) -> Vec<Event> {
        let mut events = events::of(logs, self.pair);
        for amounts in events.iter_mut().flat_map(|event| &mut event.amounts) {
            *amounts = self.sorted(*amounts);
        }
        events
    }

    /// What can be seen now.
    pub(super) async fn look(&self, people: &People) -> State {
        let (stage, at) = (&people.stage, self.pair);
        let reserves = stage.reads(at, Pair::getReservesCall {}).await;
        let mut shares = [U256::ZERO; 6];
        for (shares, holder) in shares.iter_mut().zip(self.cast.holders()) {
            *shares = stage.reads(at, balanceOfCall { account: self.place_of(holder) }).await;
        }
        State {
            reserves: self.sorted([reserves.reserve0, reserves.reserve1]).map(U256::from),
            balances: [
                stage.reads(self.token, balanceOfCall { account: at }).await,
                stage.reads(self.uniswap.wrapped, balanceOfCall { account: at }).await,
            ],
            supply: stage.reads(at, totalSupplyCall {}).await,
            k_last: stage.reads(at, Pair::kLastCall {}).await,
            shares,
        }
    }

    /// What it tells of its past.
    pub(super) async fn sums(&self, people: &People) -> Sums {
        let (stage, at) = (&people.stage, self.pair);
        let price0 = stage.reads(at, Pair::price0CumulativeLastCall {}).await;
        let price1 = stage.reads(at, Pair::price1CumulativeLastCall {}).await;
        let last = stage.reads(at, Pair::getReservesCall {}).await.timestamp;
        Sums { prices: self.sorted([price0, price1]), last }
    }
}

/// Puts the Ether of a call into `pair`, wrapped, and makes the call of the pair. Undoes both if the pair refuses.
fn wraps(wrapped: Address, pair: Address) -> Bytes {
    #[rustfmt::skip]
    let code = [
        // mstore(0, selector of deposit)
        &hex!("63")[..], &WrappedEther::depositCall::SELECTOR, &hex!("5f 52"),
        // call(gas, wrapped, callvalue, 28, 4, 0, 0)
        &hex!("5f 5f 60 04 60 1c 34 73"), wrapped.as_slice(), &hex!("5a f1"),
        // mstore(0, selector of transfer); mstore(32, pair); mstore(64, callvalue)
        &hex!("63"), &transferCall::SELECTOR, &hex!("5f 52 73"), pair.as_slice(), &hex!("60 20 52 34 60 40 52"),
        // call(gas, wrapped, 0, 28, 68, 0, 0)
        &hex!("5f 5f 60 44 60 1c 5f 73"), wrapped.as_slice(), &hex!("5a f1 16"),
        // calldatacopy(0, 0, calldatasize); call(gas, pair, 0, 0, calldatasize, 0, 0)
        &hex!("36 5f 5f 37 5f 5f 36 5f 5f 73"), pair.as_slice(), &hex!("5a f1 16"),
        // returndatacopy(0, 0, returndatasize); if all succeeded { goto 146 }
        &hex!("3d 5f 5f 3e 60 92 57"),
        // revert(0, returndatasize)
        &hex!("3d 5f fd"),
        // 146: return(0, returndatasize)
        &hex!("5b 3d 5f f3"),
    ];
    code.concat().into()
}
