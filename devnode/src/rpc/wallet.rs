//! Accounts that the node acts for: it signs with the funded ones' keys, and sends for impersonated ones without.

use alloy_consensus::{
    SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy, TypedTransaction,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, eip191_hash_message};
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    Answer, Rpc,
    call_request::{CallRequest, member, object},
    error::RpcError,
    params::{Parameter, Params},
    shapes,
};
use crate::{accounts::DevAccount, chain::SignedTx, evm::TxInput};

/// The accounts that a node acts for.
#[derive(Debug, Default)]
pub(super) struct Wallet {
    accounts: Vec<DevAccount>,
    impersonated: Mutex<Impersonated>,
}

#[derive(Debug, Default)]
struct Impersonated {
    addresses: HashSet<Address>,
    everybody: bool,
}

impl Wallet {
    /// A wallet that holds these accounts' keys.
    pub(super) fn new(accounts: Vec<DevAccount>) -> Self {
        Self { accounts, impersonated: Mutex::default() }
    }

    fn signer(&self, address: Address) -> Result<PrivateKeySigner, RpcError> {
        let known = self.accounts.iter().find(|account| account.address == address);
        known
            .and_then(|account| PrivateKeySigner::from_bytes(&account.private_key).ok())
            .ok_or(RpcError::UnknownAccount)
    }

    fn impersonated(&self) -> MutexGuard<'_, Impersonated> {
        self.impersonated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn impersonates(&self, address: Address) -> bool {
        let impersonated = self.impersonated();
        impersonated.everybody || impersonated.addresses.contains(&address)
    }

    /// Signs a hash with an account's key.
    pub(super) fn sign(&self, address: Address, hash: B256) -> Result<Signature, RpcError> {
        let signer = self.signer(address)?;
        let signed = signer.credential().sign_prehash_recoverable(hash.as_slice());
        signed.map(Into::into).map_err(|error| RpcError::Internal(error.to_string()))
    }
}

/// A transaction that the node fills in and signs.
struct Wish {
    request: CallRequest,
    nonce: Option<u64>,
    gas: Option<u64>,
}

impl Parameter for Wish {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = object(value)?;
        Ok(Self {
            request: CallRequest::read(value)?,
            nonce: member(fields, "nonce")?,
            gas: member(fields, "gas")?,
        })
    }
}

impl Wish {
    /// What was left open becomes what a careful client would ask for.
    fn fill(self, rpc: &Rpc) -> Result<(Address, TypedTransaction), RpcError> {
        let history = rpc.chain.history();
        let mut input = self.request.into_input();
        if input.max_fee_per_gas == 0 {
            // Room for the base fee to double before the transaction is mined.
            input.max_fee_per_gas = 2 * u128::from(history.next_base_fee());
        }
        let from = input.from;
        let nonce =
            self.nonce.unwrap_or_else(|| history.pool().next_nonce(from, history.state().nonce(from)));
        input.gas_limit = match self.gas {
            Some(gas) => gas,
            None => {
                let context = rpc.chain.pending_context(&history);
                rpc.chain.charge_l1(&context, &mut input);
                rpc.chain.estimate(&context, &input)?
            }
        };
        Ok((from, typed(input, rpc.chain.chain_id(), nonce)?))
    }
}

fn typed(tx: TxInput, chain_id: u64, nonce: u64) -> Result<TypedTransaction, RpcError> {
    let TxInput { to, value, input, gas_limit, access_list, authorization_list, .. } = tx;
    let (gas_price, max_priority_fee_per_gas) = (tx.max_fee_per_gas, tx.max_priority_fee_per_gas);
    Ok(match tx.tx_type {
        0 => TxLegacy { chain_id: Some(chain_id), nonce, gas_price, gas_limit, to, value, input }.into(),
        1 => TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }.into(),
        4 => {
            let TxKind::Call(to) = to else {
                let reason = "a transaction with authorizations must have a recipient".to_owned();
                return Err(RpcError::InvalidArgument { index: 0, reason });
            };
            TypedTransaction::Eip7702(TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: gas_price,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                authorization_list,
                input,
            })
        }
        _ => TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: gas_price,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            input,
        }
        .into(),
    })
}

fn signed(rpc: &Rpc, from: Address, tx: TypedTransaction) -> Result<TxEnvelope, RpcError> {
    let signature = rpc.wallet.sign(from, tx.signature_hash())?;
    Ok(tx.into_envelope(signature))
}

pub(super) fn accounts(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(rpc.wallet.accounts.iter().map(|account| json!(account.address)).collect())
}

pub(super) fn send_transaction(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let wish: Wish = params.required(0)?;
    let (from, tx) = wish.fill(rpc)?;
    let hash = if rpc.wallet.signer(from).is_ok() {
        rpc.chain.send(signed(rpc, from, tx)?.encoded_2718().into())?
    } else if rpc.wallet.impersonates(from) {
        // No key signs this. The sender in its place keeps hashes of different senders apart.
        let placeholder = Signature::new(U256::from_be_slice(from.as_slice()), U256::ONE, false);
        rpc.chain.submit(SignedTx::impersonating(tx.into_envelope(placeholder), from))?
    } else {
        return Err(RpcError::UnknownAccount);
    };
    Ok(json!(hash))
}

pub(super) fn sign_transaction(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let wish: Wish = params.required(0)?;
    let (from, tx) = wish.fill(rpc)?;
    let envelope = signed(rpc, from, tx)?;
    let raw: Bytes = envelope.encoded_2718().into();
    let tx = SignedTx::decode(raw.clone(), rpc.chain.chain_id())?;
    Ok(json!({ "raw": raw, "tx": shapes::waiting(&tx, rpc.chain.history().next_base_fee()) }))
}

fn sign_message(rpc: &Rpc, address: Address, message: &Bytes) -> Answer {
    let signature = rpc.wallet.sign(address, eip191_hash_message(message))?;
    Ok(json!(Bytes::from(signature.as_bytes())))
}

/// Address, then message.
pub(super) fn sign(rpc: &Rpc, params: &Params<'_>) -> Answer {
    sign_message(rpc, params.required(0)?, &params.required(1)?)
}

/// Message, then address; the third parameter, a password, is of no use here.
pub(super) fn personal_sign(rpc: &Rpc, params: &Params<'_>) -> Answer {
    sign_message(rpc, params.required(1)?, &params.required(0)?)
}

pub(super) fn impersonate(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    rpc.wallet.impersonated().addresses.insert(address);
    Ok(Value::Null)
}

pub(super) fn stop_impersonating(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    rpc.wallet.impersonated().addresses.remove(&address);
    Ok(Value::Null)
}

pub(super) fn auto_impersonate(rpc: &Rpc, params: &Params<'_>) -> Answer {
    rpc.wallet.impersonated().everybody = params.required(0)?;
    Ok(Value::Null)
}
