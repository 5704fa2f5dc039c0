//! What the logs tell is what there is: who follows them knows all that the views tell, but for allowances that a transfer
//! has used, and the nonces of permits. Of proxies, what they run and whose they are: `upgrades` has their announcements.
//!
//! Each contract has a follower that hears every log of it, knows every event that its interface declares, and compares at
//! the end.

mod ledger;
mod offices;
mod pool;
mod pool_factory;
mod proxy;
mod registry;
mod token;
mod token_factory;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use abi::{pool::DEAD, pool_factory::IPoolFactory::PoolCreated};
use alloy::{
    primitives::{Address, LogData, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use ecosystem::key::Key;
use ecosystem_tests::{
    Stage, World,
    history::{OnChain, play, steps},
    run,
};
use reference::{
    market::{Action, State, Subject},
    past::Told,
};
use serde_json::{Value, json};

use crate::tour::Part;

/// Compares while there is something in each contract, and when each has been used to its end.
#[test]
fn the_logs_of_the_tour_tell_all_that_there_is() {
    run(async {
        let stage = Stage::in_world(World::reproducible().await).await;
        for part in Part::ALL {
            part.take(&stage).await;
            Followers::of(&stage).await.agree(&stage).await;
        }
    });
}

/// Compares what a pool has become after as many random steps of people and contracts. Of their tokens, the logs of such
/// a history don't tell where they come from.
#[test]
fn the_logs_of_a_random_history_tell_all_of_a_pool() {
    const STEPS: usize = 500;
    run(async {
        for fee in [false, true] {
            let stage = Stage::in_world(World::reproducible().await).await;
            let market = OnChain::open(stage, fee).await;
            market.release().await;
            let opening = market.opening;
            let lent = Arc::new(Mutex::new(market));
            play(Lent(lent.clone()), opening, steps(usize::from(fee)).take(STEPS).collect()).await;
            let market = Arc::into_inner(lent).expect("the history has ended").into_inner();
            let market = market.expect("nobody panicked while holding it");
            let stage = &market.people.stage;
            let followers = Followers::of(stage).await;
            assert_eq!(followers.pools.len(), 1);
            followers.pool_factory.agree(stage, &followers.pools).await;
            for (at, pool) in &followers.pools {
                pool.agree(stage, *at, &opening.cast.holders()).await;
            }
        }
    });
}

/// A market that is there when the history has ended.
struct Lent(Arc<Mutex<OnChain>>);

impl Lent {
    fn with<T>(&self, does: impl FnOnce(&mut OnChain) -> T) -> T {
        does(&mut self.0.lock().expect("nobody panics while holding this"))
    }
}

impl Subject for Lent {
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        self.with(|market| market.act(user, action))
    }

    fn state(&mut self) -> State {
        self.with(OnChain::state)
    }

    fn ether(&mut self) -> U256 {
        self.with(OnChain::ether)
    }

    fn now(&mut self) -> u64 {
        self.with(OnChain::now)
    }

    fn told(&mut self, seconds: u64) -> Told {
        self.with(|market| market.told(seconds))
    }
}

/// A log, and when it was.
struct Heard {
    emitter: Address,
    /// Units: Unix seconds.
    time: u64,
    data: LogData,
}

/// Who follows the contracts of a stage.
struct Followers {
    registry: registry::Follower,
    factory: token_factory::Follower,
    pool_factory: pool_factory::Follower,
    proxies: BTreeMap<Address, proxy::Follower>,
    tokens: BTreeMap<Address, token::Follower>,
    pools: BTreeMap<Address, pool::Follower>,
}

impl Followers {
    /// Followers that have heard everything.
    async fn of(stage: &Stage) -> Self {
        let system = &stage.system;
        let proxies = [system.registry, system.factory, system.pool_factory];
        let mut followers = Self {
            registry: Default::default(),
            factory: Default::default(),
            pool_factory: Default::default(),
            proxies: proxies.into_iter().map(|at| (at, Default::default())).collect(),
            tokens: BTreeMap::new(),
            pools: BTreeMap::new(),
        };
        for heard in history(stage).await {
            followers.hear(stage, &heard);
        }
        followers
    }

    /// Who hears a log is known by the logs before it.
    fn hear(&mut self, stage: &Stage, heard: &Heard) {
        let at = heard.emitter;
        let system = &stage.system;
        if self.proxies.get_mut(&at).is_some_and(|proxy| proxy.hears(&heard.data)) {
            return;
        }
        if at == system.registry {
            self.registry.hear(heard);
        } else if at == system.factory {
            if let Some((token, follower)) = self.factory.hear(heard) {
                self.tokens.insert(token, follower);
            }
        } else if at == system.pool_factory {
            self.pool_factory.hear(heard);
            if let Ok(created) = PoolCreated::decode_log_data(&heard.data) {
                self.pools.insert(created.pool, pool::Follower::of(&created));
            }
        } else if let Some(token) = self.tokens.get_mut(&at) {
            token.hear(heard);
        } else if let Some(pool) = self.pools.get_mut(&at) {
            pool.hear(heard);
        }
    }

    /// Compares with all views.
    async fn agree(&self, stage: &Stage) {
        let system = &stage.system;
        assert!(!self.tokens.is_empty() && !self.pools.is_empty());
        for (at, proxy) in &self.proxies {
            proxy.agree(stage, *at).await;
        }
        let mut accounts = stage.accounts().map(Key::address).to_vec();
        accounts.extend(self.pools.keys().chain(self.tokens.keys()));
        accounts.extend([Address::ZERO, DEAD, system.factory, system.pool_factory]);
        self.registry.agree(stage, &accounts).await;
        self.factory.agree(stage, &accounts).await;
        self.pool_factory.agree(stage, &self.pools).await;
        for (at, token) in &self.tokens {
            token.agree(stage, *at, &accounts).await;
        }
        for (at, pool) in &self.pools {
            pool.agree(stage, *at, &accounts).await;
        }
    }
}

/// Every log of the chain, in order.
async fn history(stage: &Stage) -> Vec<Heard> {
    let provider = stage.chain().provider();
    let logs = provider.get_logs(&Filter::new().from_block(0)).await.expect("the node answers");
    let (mut last, mut time) = (None, 0);
    let mut history = Vec::new();
    for log in logs {
        let number = log.block_number.expect("it was mined");
        if last != Some(number) {
            (last, time) = (Some(number), time_of(stage, number).await);
        }
        history.push(Heard { emitter: log.address(), time, data: log.inner.data });
    }
    history
}

/// When a block was. Units: Unix seconds.
async fn time_of(stage: &Stage, number: u64) -> u64 {
    // As JSON: each block begins with a transaction of Arbitrum's own type.
    let parameters = json!([format!("{number:#x}"), false]);
    let answer = stage.chain().provider().raw_request::<_, Value>("eth_getBlockByNumber".into(), parameters);
    let block = answer.await.expect("the node answers");
    let digits = block["timestamp"].as_str().and_then(|time| time.strip_prefix("0x")).expect("a time");
    u64::from_str_radix(digits, 16).expect("a number")
}

/// The time at which views answer. Units: Unix seconds.
async fn now(stage: &Stage) -> u64 {
    stage.chain().block_time().await.expect("the newest block's time")
}
