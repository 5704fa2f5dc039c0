//! `eth_getProof`: an account and slots of it, with what proves them against a block's state root.

use alloy_primitives::{Address, B256, U64, U256};
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    block_id::BlockId,
    params::{Params, Slot},
};

/// Characters of a slot that is written as a whole word; such slots are answered the same way, others as numbers.
const WHOLE_WORD: usize = 2 + 64;

/// A slot as it was asked for.
struct Key {
    slot: U256,
    is_word: bool,
}

impl super::params::Parameter for Key {
    fn read(value: &Value) -> Result<Self, String> {
        let Slot(slot) = Slot::read(value)?;
        Ok(Self { slot, is_word: value.as_str().is_some_and(|text| text.len() == WHOLE_WORD) })
    }
}

/// Proofs are of the state that the block's header commits to: what control methods edit later is in no header yet.
pub(super) fn get(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    let keys: Vec<Key> = params.required(1)?;
    let id = params.optional(2)?.unwrap_or(BlockId::Latest);
    let history = rpc.chain.history();
    let state = history.state_of(id.get(&history)?)?;
    let slots = keys.iter().map(|Key { slot, is_word }| {
        let key = if *is_word { json!(B256::from(*slot)) } else { json!(slot) };
        let proof = state.storage_proof(address, *slot);
        json!({ "key": key, "value": state.storage(address, *slot), "proof": proof })
    });
    let account = state.account(address);
    // Of an account that isn't there, both hashes are zero, as in geth.
    Ok(json!({
        "address": address,
        "accountProof": state.account_proof(address),
        "balance": account.map(|account| account.balance).unwrap_or_default(),
        "codeHash": account.map(|account| account.code_hash).unwrap_or_default(),
        "nonce": U64::from(account.map(|account| account.nonce).unwrap_or_default()),
        "storageHash": account.map(|account| account.storage.root()).unwrap_or_default(),
        "storageProof": slots.collect::<Vec<Value>>(),
    }))
}
