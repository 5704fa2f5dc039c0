//! A pool on the real programs: the clone, both programs, the token and the chain.

use abi::{
    erc20::IERC20::{approveCall, balanceOfCall, transferCall},
    pool::{DEAD, ICredentialPool as pool},
    pool_factory::IPoolFactory as pools,
};
use alloy::primitives::{Address, U256};
use reference::{
    market::{Action, Cast, State, Subject},
    past::Told,
};
use tokio::runtime::Handle;

use super::People;
use crate::{
    Stage,
    fixture::{entry_of, slot_of},
};

/// Nothing of the users runs out: what they have of tokens and Ether at first.
const RICH: U256 = U256::from_limbs([0, 1 << 40, 0, 0]);

/// Time until the creator's shares are all released. Units: seconds.
const RELEASE: u64 = 58 * 86_400;

/// How a market was opened, with 50 tokens and 0.05 Ether.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Who plays.
    pub cast: Cast,
    /// Unix seconds.
    pub opened: u64,
    /// Whether the protocol's fee is on.
    pub fee: bool,
}

/// The pool of a new token.
pub struct OnChain {
    /// Who use it.
    pub people: People,
    /// How it was opened.
    pub opening: Opening,
    /// What it trades.
    pub token: Address,
}

impl OnChain {
    /// Opens it. Nobody's shares move before [`release`](Self::release).
    pub async fn open(stage: Stage, fee: bool) -> Self {
        let factory = stage.system.pool_factory;
        if fee {
            // New pools have the fee on once there is a recipient.
            let call = pools::setProtocolFeeRecipientCall { newRecipient: stage.owner.address() };
            stage.executes(&stage.owner, factory, call).await;
        }
        let (pool, token) = stage.pool().await;
        let users = [stage.relayer.address(), stage.stranger.address()];
        let balances = slot_of("credential-token", "erc20.balances");
        for (user, key) in users.into_iter().zip([&stage.relayer, &stage.stranger]) {
            stage.stores(token, entry_of(balances, user.into_word()), RICH).await;
            stage.endows(user, RICH).await;
            stage.executes(key, token, approveCall { spender: pool, value: U256::MAX }).await;
        }
        let cast = Cast { users, creator: stage.holder.address(), dead: DEAD, factory, pool };
        let info = stage.reads(factory, pools::poolInfoCall { pool }).await;
        let opening = Opening { cast, opened: info.createdAt.to(), fee };
        Self { people: People::new(stage), opening, token }
    }

    /// Waits until the creator's shares are all released.
    pub async fn release(&self) {
        self.wait(RELEASE).await;
    }

    async fn wait(&self, seconds: u64) {
        self.people.stage.world.advance_time(seconds).await;
    }

    /// All that Ether comes to: who use the pool or its factory, and the contracts.
    pub fn accounts(&self) -> impl Iterator<Item = Address> + use<> {
        let owner = self.people.stage.owner.address();
        self.opening.cast.holders().into_iter().chain([owner, self.token])
    }

    /// Has `user` do something. What it gives back; `None` if it is refused.
    pub async fn play(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        let (at, to, deadline) = (self.opening.cast.pool, user, U256::MAX);
        let none = U256::ZERO;
        match *action {
            Action::Buy(value, minimum) => {
                let call = pool::swapExactEthForTokensCall { minOut: minimum, to, deadline };
                self.people.done(user, at, call, value).await.map(|out| vec![out])
            }
            Action::Sell(amount, minimum) => {
                let call =
                    pool::swapExactTokensForEthCall { amountIn: amount, minOut: minimum, to, deadline };
                self.people.done(user, at, call, none).await.map(|out| vec![out])
            }
            Action::BuyExact(amount, value) => {
                let call = pool::swapEthForExactTokensCall { amountOut: amount, to, deadline };
                self.people.done(user, at, call, value).await.map(|cost| vec![cost])
            }
            Action::SellExact(amount, maximum) => {
                let call =
                    pool::swapTokensForExactEthCall { amountOut: amount, maxIn: maximum, to, deadline };
                self.people.done(user, at, call, none).await.map(|cost| vec![cost])
            }
            Action::PairTrade([amount0, amount1], value) => {
                let data = Vec::new().into();
                let call = pool::swapCall { amount0Out: amount0, amount1Out: amount1, to, data };
                self.people.done(user, at, call, value).await.map(|_| vec![])
            }
            Action::Add(desired, value, [token_min, eth_min]) => {
                let call = pool::addLiquidityCall {
                    tokenDesired: desired,
                    tokenMin: token_min,
                    ethMin: eth_min,
                    to,
                    deadline,
                };
                let added = self.people.done(user, at, call, value).await?;
                Some(vec![added.tokenAmount, added.ethAmount, added.shares])
            }
            Action::PairAdd(value) => {
                self.people.done(user, at, pool::mintCall { to }, value).await.map(|shares| vec![shares])
            }
            Action::Remove(shares, [token_min, eth_min]) => {
                let call =
                    pool::removeLiquidityCall { shares, tokenMin: token_min, ethMin: eth_min, to, deadline };
                let removed = self.people.done(user, at, call, none).await?;
                Some(vec![removed.tokenAmount, removed.ethAmount])
            }
            Action::PairRemove => {
                let removed = self.people.done(user, at, pool::burnCall { to }, none).await?;
                Some(vec![removed.amount0, removed.amount1])
            }
            Action::SendTokens(value) => {
                self.people.done(user, self.token, transferCall { to: at, value }, none).await.map(|_| vec![])
            }
            Action::ForceEther(amount) => {
                self.people.endow(at, amount).await;
                Some(vec![])
            }
            Action::Skim => self.people.done(user, at, pool::skimCall { to }, none).await.map(|_| vec![]),
            Action::Sync => self.people.done(user, at, pool::syncCall {}, none).await.map(|_| vec![]),
            Action::Wait(seconds) => {
                self.wait(seconds).await;
                Some(vec![])
            }
            Action::Switch(on) => {
                let call = pools::setProtocolFeeCall { pools: vec![at], on };
                let owner = self.people.stage.owner.address();
                self.people.done(owner, self.opening.cast.factory, call, none).await.map(|_| vec![])
            }
            Action::Give(to, value) => {
                self.people.done(user, at, pool::transferCall { to, value }, none).await.map(|_| vec![])
            }
        }
    }

    /// What can be seen now.
    pub async fn look(&self) -> State {
        let (stage, at) = (&self.people.stage, self.opening.cast.pool);
        let shares = self.opening.cast.holders().map(|account| stage.reads(at, balanceOfCall { account }));
        let [s0, s1, s2, s3, s4, s5] = shares;
        let (reserves, supply, k_last, token, ether, s0, s1, s2, s3, s4, s5) = tokio::join!(
            stage.reads(at, pool::getReservesCall {}),
            stage.reads(at, pool::totalSupplyCall {}),
            stage.reads(at, pool::kLastCall {}),
            stage.reads(self.token, balanceOfCall { account: at }),
            stage.chain().balance(at),
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
        );
        State {
            reserves: [U256::from(reserves.reserve0), U256::from(reserves.reserve1)],
            balances: [token, ether.expect("the node answers")],
            supply,
            k_last,
            shares: [s0, s1, s2, s3, s4, s5],
        }
    }
}

/// The histories don't know that a chain has to be waited for.
impl Subject for OnChain {
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        Handle::current().block_on(self.play(user, action))
    }

    fn state(&mut self) -> State {
        Handle::current().block_on(self.look())
    }

    fn ether(&mut self) -> U256 {
        Handle::current().block_on(self.people.ether(self.accounts()))
    }

    fn now(&mut self) -> u64 {
        // The clock stands still, so calls have the time of the newest block.
        Handle::current().block_on(self.people.stage.chain().block_time()).expect("the node answers")
    }

    fn told(&mut self, seconds: u64) -> Told {
        let window = u32::try_from(seconds).expect("a window");
        Handle::current().block_on(async {
            let (stage, at) = (&self.people.stage, self.opening.cast.pool);
            let price = stage.reads(at, pool::consultCall { window }).await;
            let volume = stage.reads(at, pool::volumeCall { window }).await;
            let ether = stage.reads(at, pool::liquidityCall { window }).await;
            assert_eq!((volume.elapsed, ether.elapsed), (price.elapsed, price.elapsed));
            Told {
                elapsed: price.elapsed.into(),
                price: f64::from(price.price),
                ether: f64::from(ether.meanEthReserve),
                volume: f64::from(volume.amount),
            }
        })
    }
}
