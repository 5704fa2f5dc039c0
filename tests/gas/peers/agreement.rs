//! Whether our pools do as Uniswap v2's own code does: one history on both, on the same chain, with the model beside.
//!
//! A history has what both define. They differ in two things, on purpose: a trade through Uniswap v2's router takes in what
//! was given to the pair, and our pool's leaves it alone, so that people use the pair's own functions while there is
//! something; and our factory's switch of the fee takes effect at once, Uniswap v2's with the next change of liquidity, so
//! that nobody switches.

use abi::pool::ICredentialPool as pool;
use alloy::primitives::{Address, U256};
use ecosystem_tests::{
    Stage, World,
    history::{OnChain, play, steps},
};
use reference::{
    market::{Action, Kind, Outcome, State, Subject},
    past::Told,
};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    compiled::Compiled,
    events,
    theirs::{Sums, Theirs},
};

/// Steps of each history.
const STEPS: usize = 250;
/// The histories by number, and whether the fee is on. Others than those that are compared with the model alone.
const HISTORIES: [(usize, bool); 2] = [(10, false), (11, true)];
/// How often each kind of step has to succeed.
const ENOUGH: usize = 10;

/// What agreed.
pub(crate) struct Agreement {
    steps: usize,
    outcome: Outcome,
}

impl Agreement {
    /// Compares them step by step.
    ///
    /// # Panics
    /// They differ.
    pub(crate) async fn reached(compiled: &Compiled) -> Self {
        let world = World::reproducible().await;
        let mut all = Self { steps: 0, outcome: Outcome::default() };
        for (number, fee) in HISTORIES {
            let stage = Stage::named(world.clone(), &format!("agreement {number}")).await;
            let ours = OnChain::open(stage, fee).await;
            // The pair has its sides in either order once.
            let theirs = Theirs::open(compiled, &ours, fee).await;
            ours.release().await;
            let opening = ours.opening;
            let steps: Vec<_> = steps(number).filter(|step| step.kind != Kind::Switch).take(STEPS).collect();
            all.steps += steps.len();
            all.outcome += play(Both { ours, theirs }, opening, steps).await;
        }
        all.assert_enough();
        all
    }

    /// Steps that both refuse say little.
    fn assert_enough(&self) {
        let tally = &self.outcome.tally;
        assert!(tally.values().sum::<usize>() >= self.steps / 2, "{tally:?}");
        let rare = [Kind::PairTradeTooMuch, Kind::Switch];
        for kind in Kind::ALL.into_iter().filter(|kind| !rare.contains(kind)) {
            assert!(tally.get(&kind).is_some_and(|count| *count >= ENOUGH), "{kind:?}: {tally:?}");
        }
        assert!(self.outcome.charges >= ENOUGH, "the protocol got shares {} times", self.outcome.charges);
    }

    pub(crate) fn json(&self) -> Value {
        let kinds = self.outcome.tally.iter().map(|(kind, count)| (format!("{kind:?}"), json!(count)));
        json!({ "steps": self.steps, "succeeded": kinds.collect::<Value>() })
    }
}

/// Our pool and their pair.
struct Both {
    ours: OnChain,
    theirs: Theirs,
}

impl Both {
    /// What ours tells of its past.
    async fn sums(&self) -> Sums {
        let (stage, at) = (&self.ours.people.stage, self.ours.opening.cast.pool);
        let price0 = stage.reads(at, pool::price0CumulativeLastCall {}).await;
        let price1 = stage.reads(at, pool::price1CumulativeLastCall {}).await;
        let last = stage.reads(at, pool::getReservesCall {}).await.blockTimestampLast;
        Sums { prices: [price0, price1], last }
    }
}

impl Subject for Both {
    const LEAVES_GIFTS: bool = false;

    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        Handle::current().block_on(async {
            let theirs = self.theirs.play(&mut self.ours.people, user, action).await;
            let their_events = self.theirs.events(&self.ours.people.told());
            let ours = self.ours.play(user, action).await;
            let our_events = events::of(&self.ours.people.told(), self.ours.opening.cast.pool);
            assert_eq!(ours, theirs, "{action:?}: ours, and Uniswap v2's");
            assert_eq!(our_events, their_events, "{action:?}: ours, and Uniswap v2's");
            // Both telling nothing would be the same, too.
            let silent = matches!(
                action,
                Action::SendTokens(_)
                    | Action::ForceEther(_)
                    | Action::Skim
                    | Action::Wait(_)
                    | Action::Give(..)
            );
            assert_eq!(our_events.is_empty(), silent || ours.is_none(), "{action:?}: {our_events:?}");
            ours
        })
    }

    fn state(&mut self) -> State {
        Handle::current().block_on(async {
            let ours = self.ours.look().await;
            assert_eq!(ours, self.theirs.look(&self.ours.people).await, "ours, and Uniswap v2's");
            assert_eq!(
                self.sums().await,
                self.theirs.sums(&self.ours.people).await,
                "ours, and Uniswap v2's"
            );
            ours
        })
    }

    fn ether(&mut self) -> U256 {
        let accounts = self.ours.accounts().chain([self.theirs.vault()]);
        Handle::current().block_on(self.ours.people.ether(accounts))
    }

    fn now(&mut self) -> u64 {
        self.ours.now()
    }

    fn told(&mut self, seconds: u64) -> Told {
        self.ours.told(seconds)
    }
}
