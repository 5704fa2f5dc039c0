//! Everything that views and slots of a stage tell, to compare before and after.

mod credentials;
mod market;

use std::{collections::BTreeMap, fmt::Debug};

use abi::factory::ICredentialTokenFactory as factory;
use alloy::{
    primitives::Address,
    providers::Provider,
    rpc::types::{BlockOverrides, TransactionRequest},
    sol_types::SolCall,
};
use ecosystem::proxy::{ADMIN_SLOT, GATE_SLOT, IMPLEMENTATION_SLOT, PENDING_SLOT};

use crate::Stage;

/// What the proxies' own slots are called.
const REGISTRY_PROXY: &str = "registry proxy";
const FACTORY_PROXY: &str = "factory proxy";
const POOL_FACTORY_PROXY: &str = "pool factory proxy";

/// What is visible of a stage's contracts, whenever it is asked: time alone changes none of it. Failed assertions show names
/// with values.
#[derive(Debug, PartialEq, Eq)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// The state now.
    pub async fn of(stage: &Stage) -> Self {
        let mut reader = Reader { stage, values: BTreeMap::new() };
        reader.proxies().await;
        reader.registry().await;
        reader.factory().await;
        reader.pool_factory().await;
        for token in stage.reads(stage.system.factory, factory::getAllTokensCall {}).await {
            reader.token(token).await;
            reader.market_of(token).await;
        }
        Self(reader.values)
    }

    /// What is behind the proxies of it: what the contracts themselves say.
    #[must_use]
    pub fn behind_proxies(mut self) -> Self {
        let proxies = [REGISTRY_PROXY, FACTORY_PROXY, POOL_FACTORY_PROXY];
        self.0.retain(|name, _| !proxies.iter().any(|proxy| name.starts_with(proxy)));
        self
    }

    /// Whether it has an answer of the contract at `at` to the view of this name.
    #[must_use]
    pub fn tells(&self, at: Address, view: &str) -> bool {
        let call = format!("{at} {view}Call");
        self.0.keys().any(|name| name.starts_with(&call))
    }
}

struct Reader<'a> {
    stage: &'a Stage,
    values: BTreeMap<String, String>,
}

impl Reader<'_> {
    async fn proxies(&mut self) {
        let system = &self.stage.system;
        for (name, proxy) in [
            (REGISTRY_PROXY, system.registry),
            (FACTORY_PROXY, system.factory),
            (POOL_FACTORY_PROXY, system.pool_factory),
        ] {
            for (slot_name, slot) in [
                ("implementation", IMPLEMENTATION_SLOT),
                ("admin", ADMIN_SLOT),
                ("pending", PENDING_SLOT),
                ("gate", GATE_SLOT),
            ] {
                let word = self.stage.chain().storage(proxy, slot).await.expect("the node answers");
                self.values.insert(format!("{name} {slot_name}"), word.to_string());
            }
        }
    }

    /// Reads one view, under a name of its own: contract, function, arguments.
    async fn view<C: SolCall + Debug>(&mut self, at: Address, call: C)
    where
        C::Return: Debug,
    {
        let name = format!("{at} {call:?}");
        let answer = self.stage.reads(at, call).await;
        self.values.insert(name, format!("{answer:?}"));
    }

    /// As [`view`](Self::view), as if it were `time` (Unix seconds): for answers that change with time.
    async fn view_as_of<C: SolCall + Debug>(&mut self, time: u64, at: Address, call: C)
    where
        C::Return: Debug,
    {
        let request = TransactionRequest::default().to(at).input(call.abi_encode().into());
        let then = BlockOverrides::default().with_time(time);
        let data = self.stage.chain().provider().call(request).with_block_overrides(then).await;
        let data = data.unwrap_or_else(|error| panic!("{} of {at}: {error}", C::SIGNATURE));
        let answer =
            C::abi_decode_returns(&data).unwrap_or_else(|_| panic!("{} of {at}: {data}", C::SIGNATURE));
        self.values.insert(format!("{at} {call:?}"), format!("{answer:?}"));
    }
}
