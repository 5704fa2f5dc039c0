//! Whether a call left everything as it was.

use std::collections::BTreeMap;

use alloy::{primitives::Address, providers::Provider};
use serde_json::{Value, json};

use crate::{Stage, State};

/// All that could have changed of a stage's contracts, to compare before and after.
#[derive(Debug, PartialEq, Eq)]
pub enum Everything {
    /// Of each contract and each program balance, nonce, code and the root of the tree of its storage: every slot.
    Stored(BTreeMap<String, Value>),
    /// What is visible, on nodes that don't prove what they store.
    Visible(State),
}

impl Everything {
    /// As it is in the newest block.
    pub async fn of(stage: &Stage) -> Self {
        if stage.world.node().is_none() {
            return Self::Visible(State::of(stage).await);
        }
        let mut accounts = BTreeMap::new();
        for (name, address) in contracts(stage).await {
            let parameters = json!([address, [], "latest"]);
            let method = "eth_getProof";
            let answer = stage.chain().provider().raw_request::<_, Value>(method.into(), parameters).await;
            let mut account = answer.unwrap_or_else(|error| panic!("{method}: {error}"));
            // It leads to the state's root, which others change as well.
            account.as_object_mut().expect("an account").remove("accountProof");
            accounts.insert(name, account);
        }
        Self::Stored(accounts)
    }
}

/// What there is of a stage, by name. A factory that doesn't answer any more has tokens that nobody lists.
async fn contracts(stage: &Stage) -> Vec<(String, Address)> {
    let system = &stage.system;
    let mut contracts =
        vec![("registry".to_owned(), system.registry), ("factory".to_owned(), system.factory)];
    contracts.push(("pool factory".to_owned(), system.pool_factory));
    let programs = stage.world.programs.all().into_iter();
    contracts.extend(programs.map(|program| (format!("program of {}", program.name), program.address)));
    let call = abi::factory::ICredentialTokenFactory::getAllTokensCall {};
    let tokens = stage.chain().read(system.factory, call).await.unwrap_or_default();
    contracts.extend(tokens.into_iter().map(|token| (format!("token {token}"), token)));
    let call = abi::pool_factory::IPoolFactory::getAllPoolsCall {};
    let pools = stage.chain().read(system.pool_factory, call).await.unwrap_or_default();
    contracts.extend(pools.into_iter().map(|pool| (format!("pool {pool}"), pool)));
    contracts
}
