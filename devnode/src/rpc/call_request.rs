//! The transaction object of calls and estimates, and state overrides.

use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use serde_json::{Map, Value};

use super::{
    error::RpcError,
    params::{Parameter, Slot, kind},
};
use crate::{
    chain::{self, CALL_GAS_CAP},
    evm::TxInput,
    state::State,
};

/// A call as it was asked for.
#[derive(Debug, Default)]
pub(super) struct CallRequest {
    from: Address,
    to: Option<Address>,
    gas: Option<u64>,
    gas_price: Option<u128>,
    max_fee_per_gas: Option<u128>,
    max_priority_fee_per_gas: Option<u128>,
    value: U256,
    input: Bytes,
    access_list: Option<AccessList>,
    authorization_list: Option<Vec<SignedAuthorization>>,
    /// The call doesn't pay for L1 data.
    pub(super) skip_l1_charging: bool,
}

/// A member of an object, if it is there and not null.
pub(super) fn member<T: Parameter>(fields: &Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::read(value).map(Some).map_err(|reason| format!("{name}: {reason}")),
    }
}

/// The members of an object.
pub(super) fn object(value: &Value) -> Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("expected an object, got {}", kind(value)))
}

impl Parameter for AccessList {
    fn read(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    }
}

impl Parameter for SignedAuthorization {
    fn read(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    }
}

impl Parameter for CallRequest {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = object(value)?;
        let (input, data) = (member::<Bytes>(fields, "input")?, member::<Bytes>(fields, "data")?);
        if let (Some(input), Some(data)) = (&input, &data)
            && input != data
        {
            return Err(r#"both "data" and "input" are set and not equal. Please use "input" to pass transaction call data"#.to_owned());
        }
        let request = Self {
            from: member(fields, "from")?.unwrap_or_default(),
            to: member(fields, "to")?,
            gas: member(fields, "gas")?,
            gas_price: member(fields, "gasPrice")?,
            max_fee_per_gas: member(fields, "maxFeePerGas")?,
            max_priority_fee_per_gas: member(fields, "maxPriorityFeePerGas")?,
            value: member(fields, "value")?.unwrap_or_default(),
            input: input.or(data).unwrap_or_default(),
            access_list: member(fields, "accessList")?,
            authorization_list: member(fields, "authorizationList")?,
            skip_l1_charging: member(fields, "skipL1Charging")?.unwrap_or_default(),
        };
        if request.gas_price.is_some()
            && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
        {
            return Err("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned());
        }
        Ok(request)
    }
}

impl CallRequest {
    /// What the EVM runs. Without `gas` it gets all there is, and never more.
    pub(super) fn into_input(self) -> TxInput {
        let tx_type = match (&self.authorization_list, self.gas_price, &self.access_list) {
            (Some(_), _, _) => 4,
            (None, None, _) => 2,
            (None, Some(_), Some(_)) => 1,
            (None, Some(_), None) => 0,
        };
        TxInput {
            tx_type,
            from: self.from,
            to: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value,
            input: self.input,
            gas_limit: self.gas.filter(|gas| *gas > 0).unwrap_or(CALL_GAS_CAP).min(CALL_GAS_CAP),
            max_fee_per_gas: self.gas_price.or(self.max_fee_per_gas).unwrap_or_default(),
            max_priority_fee_per_gas: self.gas_price.or(self.max_priority_fee_per_gas).unwrap_or_default(),
            // A call runs whatever the account's nonce is, so the one that was sent doesn't matter.
            nonce: None,
            access_list: self.access_list.unwrap_or_default(),
            authorization_list: self.authorization_list.unwrap_or_default(),
            compressed_len: 0,
            any_sender: false,
        }
    }
}

/// How accounts differ from the state for the length of one call.
#[derive(Debug, Default)]
pub(super) struct StateOverride(Vec<(Address, AccountOverride)>);

#[derive(Debug, Default)]
struct AccountOverride {
    balance: Option<U256>,
    nonce: Option<u64>,
    code: Option<Bytes>,
    /// All of the storage.
    state: Option<Vec<(U256, U256)>>,
    /// Some slots of it.
    state_diff: Option<Vec<(U256, U256)>>,
}

/// Storage slots with their values.
struct Slots(Vec<(U256, U256)>);

impl Parameter for Slots {
    fn read(value: &Value) -> Result<Self, String> {
        let slots = object(value)?.iter().map(|(slot, value)| {
            let Slot(slot) = Slot::read(&Value::String(slot.clone()))?;
            Ok((slot, B256::read(value)?.into()))
        });
        slots.collect::<Result<_, String>>().map(Self)
    }
}

impl Parameter for StateOverride {
    fn read(value: &Value) -> Result<Self, String> {
        let accounts = object(value)?.iter().map(|(address, value)| {
            let address = Address::read(&Value::String(address.clone()))?;
            let fields = object(value)?;
            let account = AccountOverride {
                balance: member(fields, "balance")?,
                nonce: member(fields, "nonce")?,
                code: member(fields, "code")?,
                state: member::<Slots>(fields, "state")?.map(|slots| slots.0),
                state_diff: member::<Slots>(fields, "stateDiff")?.map(|slots| slots.0),
            };
            Ok((address, account))
        });
        accounts.collect::<Result<_, String>>().map(Self)
    }
}

impl StateOverride {
    /// Makes the differences.
    ///
    /// # Errors
    /// If an account's storage is given in two ways.
    pub(super) fn apply(self, state: &mut State) -> Result<(), RpcError> {
        for (address, account) in self.0 {
            if let Some(wei) = account.balance {
                state.set_balance(address, wei);
            }
            if let Some(nonce) = account.nonce {
                state.set_nonce(address, nonce);
            }
            if let Some(code) = account.code {
                state.set_code(address, code);
            }
            let slots = match (account.state, account.state_diff) {
                (Some(_), Some(_)) => return Err(RpcError::OverrideConflict(address)),
                (Some(all), None) => {
                    state.clear_storage(address);
                    all
                }
                (None, some) => some.unwrap_or_default(),
            };
            for (slot, value) in slots {
                state.set_storage(address, slot, value);
            }
        }
        Ok(())
    }
}

/// How a call's block differs, by geth's names of today and of before.
///
/// Difficulty, randomness and the blob base fee are taken and change nothing: on Arbitrum they are constants.
#[derive(Debug, Default)]
pub(super) struct BlockOverride(pub(super) chain::BlockOverride);

impl Parameter for BlockOverride {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = object(value)?;
        Ok(Self(chain::BlockOverride {
            number: member(fields, "number")?,
            time: member(fields, "time")?,
            gas_limit: member(fields, "gasLimit")?,
            coinbase: member(fields, "feeRecipient")?.or(member(fields, "coinbase")?),
            base_fee: member(fields, "baseFeePerGas")?.or(member(fields, "baseFee")?),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn gas_is_capped_and_defaults_to_the_cap() {
        let gas = |value: Value| CallRequest::read(&value).expect("valid").into_input().gas_limit;
        assert_eq!(gas(json!({})), CALL_GAS_CAP);
        assert_eq!(gas(json!({ "gas": "0x7fffffffffff" })), CALL_GAS_CAP);
        assert_eq!(gas(json!({ "gas": "0x186a0" })), 100_000);
    }

    #[test]
    fn contradictions_are_refused() {
        let both = json!({ "data": "0x01", "input": "0x02" });
        assert!(CallRequest::read(&both).unwrap_err().contains("not equal"));
        let prices = json!({ "gasPrice": "0x1", "maxFeePerGas": "0x1" });
        assert!(CallRequest::read(&prices).unwrap_err().contains("specified"));
        let storage = json!({ Address::ZERO.to_string(): { "state": {}, "stateDiff": {} } });
        let refusal = StateOverride::read(&storage).expect("readable").apply(&mut State::default());
        assert!(matches!(refusal, Err(RpcError::OverrideConflict(Address::ZERO))));
    }

    #[test]
    fn state_replaces_all_storage_and_state_diff_a_part() {
        let mut state = State::default();
        let slot = |n: u8| B256::with_last_byte(n);
        state.set_storage(Address::ZERO, U256::ONE, U256::from(5));
        let diff = json!({ Address::ZERO.to_string(): { "stateDiff": { slot(2).to_string(): slot(7) } } });
        StateOverride::read(&diff).expect("valid").apply(&mut state).expect("no conflict");
        assert_eq!(state.storage(Address::ZERO, U256::ONE), U256::from(5));
        assert_eq!(state.storage(Address::ZERO, U256::from(2)), U256::from(7));
        let all = json!({ Address::ZERO.to_string(): { "state": { slot(2).to_string(): slot(8) } } });
        StateOverride::read(&all).expect("valid").apply(&mut state).expect("no conflict");
        assert_eq!(state.storage(Address::ZERO, U256::ONE), U256::ZERO);
        assert_eq!(state.storage(Address::ZERO, U256::from(2)), U256::from(8));
    }
}
