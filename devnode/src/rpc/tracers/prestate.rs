//! `prestateTracer`: the accounts that a transaction touched as they were before it, or what it changed in them.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use revm::{database_interface::DatabaseRef, state::Account};
use serde_json::{Map, Value, json};

use super::switch;
use crate::{chain::Traced, state::State};

/// What the answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rpc) struct Options {
    diff_mode: bool,
    disable_code: bool,
    disable_storage: bool,
}

impl Options {
    pub(super) fn read(config: &Map<String, Value>) -> Result<Self, String> {
        Ok(Self {
            diff_mode: switch(config, "diffMode")?,
            disable_code: switch(config, "disableCode")?,
            disable_storage: switch(config, "disableStorage")?,
        })
    }
}

pub(super) fn answer(traced: &Traced, options: Options) -> Value {
    let shown = Shown { state: &traced.before, options };
    let touched = traced.outcome.changes.iter();
    if !options.diff_mode {
        let accounts = touched.filter_map(|(address, account)| {
            Some((address.to_string().to_lowercase(), shown.before(*address, account, |_| true)?))
        });
        return Value::Object(accounts.collect());
    }
    let (mut pre, mut post) = (Map::new(), Map::new());
    for (address, account) in touched {
        let after = shown.after(*address, account);
        if after.as_ref().is_some_and(Map::is_empty) {
            continue; // nothing changed
        }
        let name = address.to_string().to_lowercase();
        let changed = |slot: &(U256, U256, U256)| slot.1 != slot.2 && !slot.1.is_zero();
        if let Some(before) = shown.before(*address, account, changed) {
            pre.insert(name.clone(), before);
        }
        if let Some(after) = after {
            post.insert(name, Value::Object(after));
        }
    }
    json!({ "pre": pre, "post": post })
}

struct Shown<'a> {
    state: &'a State,
    options: Options,
}

impl Shown<'_> {
    /// The account before, with those of the touched slots (number, before, after) that are wanted.
    fn before(
        &self,
        address: Address,
        account: &Account,
        wanted: impl Fn(&(U256, U256, U256)) -> bool,
    ) -> Option<Value> {
        let info = self.state.basic_ref(address).ok().flatten()?;
        let mut value = json!({ "balance": info.balance });
        if info.nonce > 0 {
            value["nonce"] = json!(info.nonce);
        }
        if info.code_hash != KECCAK256_EMPTY {
            value["codeHash"] = json!(info.code_hash);
            if !self.options.disable_code {
                value["code"] = json!(self.state.code(address));
            }
        }
        let slots = self.slots(address, account).filter(wanted).map(|(slot, before, _)| word(slot, before));
        let slots: Map<String, Value> = slots.collect();
        if !slots.is_empty() && !self.options.disable_storage {
            value["storage"] = Value::Object(slots);
        }
        Some(value)
    }

    /// What is different afterwards: nothing at all, `None` if the account is gone.
    fn after(&self, address: Address, account: &Account) -> Option<Map<String, Value>> {
        let mut changes = Map::new();
        if !account.is_touched() {
            return Some(changes);
        }
        let before = self.state.account(address);
        if account.is_selfdestructed() || account.is_empty() {
            // An account that never was is no change either.
            return if before.is_some() { None } else { Some(changes) };
        }
        let info = &account.info;
        if before.map_or(U256::ZERO, |before| before.balance) != info.balance {
            changes.insert("balance".to_owned(), json!(info.balance));
        }
        if before.map_or(0, |before| before.nonce) != info.nonce {
            changes.insert("nonce".to_owned(), json!(info.nonce));
        }
        if before.map_or(KECCAK256_EMPTY, |before| before.code_hash) != info.code_hash {
            changes.insert("codeHash".to_owned(), json!(info.code_hash));
            if !self.options.disable_code {
                let code = info.code.as_ref().map(revm::bytecode::Bytecode::original_bytes);
                changes.insert("code".to_owned(), json!(code.unwrap_or_default()));
            }
        }
        let slots = self.slots(address, account).filter(|(_, before, after)| before != after);
        let slots: Vec<_> = slots.collect();
        if !slots.is_empty() && !self.options.disable_storage {
            let left = slots.into_iter().filter(|(_, _, after)| !after.is_zero());
            let left: Map<String, Value> = left.map(|(slot, _, after)| word(slot, after)).collect();
            changes.insert("storage".to_owned(), Value::Object(left));
        }
        Some(changes)
    }

    /// The slots that were touched, with their values before and after.
    fn slots<'b>(
        &'b self,
        address: Address,
        account: &'b Account,
    ) -> impl Iterator<Item = (U256, U256, U256)> + 'b {
        let slots = account.storage.iter();
        slots.map(move |(slot, value)| (*slot, self.state.storage(address, *slot), value.present_value))
    }
}

fn word(slot: U256, value: U256) -> (String, Value) {
    (B256::from(slot).to_string(), json!(B256::from(value)))
}
