//! The two signers of the recordings and the transactions they send.

use super::{Failure, Node};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEip7702, TxEnvelope};
use alloy_eips::{eip2718::Encodable2718, eip2930::AccessList, eip7702::Authorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, b256, hex};
use alloy_signer_local::PrivateKeySigner;
use serde_json::{Value, json};

/// Key of the first account of the well-known mnemonic.
const USER_KEY: B256 = b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
/// Key of the Nitro dev account.
const DEV_KEY: B256 = b256!("b6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659");

const CHAIN_ID: u64 = 412_346;
const MAX_FEE_PER_GAS: u128 = 10_000_000_000;

/// A transaction as a recording describes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) to: Option<Address>,
    pub(crate) data: Bytes,
    pub(crate) value: U256,
    pub(crate) gas: u64,
    /// `None` takes the wallet's next one.
    pub(crate) nonce: Option<u64>,
    pub(crate) access_list: AccessList,
    pub(crate) authorize: Vec<Authorize>,
}

/// An EIP-7702 authorization to sign.
#[derive(Clone, Debug)]
pub(crate) struct Authorize {
    pub(crate) key: B256,
    pub(crate) address: Address,
    pub(crate) nonce: u64,
}

/// A signer that counts its own nonces.
pub(crate) struct Wallet {
    signer: PrivateKeySigner,
    nonce: u64,
}

impl Wallet {
    pub(crate) fn user() -> Self {
        Self::of(&USER_KEY, 0)
    }

    /// The dev account: its nonce is not part of the recordings.
    pub(crate) fn dev(node: &mut impl Node) -> Self {
        let mut wallet = Self::of(&DEV_KEY, 0);
        let nonce = node.request("eth_getTransactionCount", json!([wallet.address(), "latest"]));
        wallet.nonce = nonce.ok().as_ref().and_then(quantity).unwrap_or_default();
        wallet
    }

    fn of(key: &B256, nonce: u64) -> Self {
        let signer = PrivateKeySigner::from_bytes(key).expect("the recordings' keys are valid");
        Self { signer, nonce }
    }

    pub(crate) fn address(&self) -> Address {
        self.signer.address()
    }

    /// Signs and sends; the receipt, or why it was refused. A refusal uses up no nonce.
    pub(crate) fn send(&mut self, node: &mut impl Node, tx: &Sent) -> Result<Value, Failure> {
        let raw = self.sign(tx);
        let hash = node.request("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)]))?;
        self.nonce += 1;
        node.request("eth_getTransactionReceipt", json!([hash]))
    }

    fn sign(&self, tx: &Sent) -> Vec<u8> {
        let to = tx.to.map_or(TxKind::Create, TxKind::Call);
        let base = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: tx.nonce.unwrap_or(self.nonce),
            gas_limit: tx.gas,
            max_fee_per_gas: MAX_FEE_PER_GAS,
            max_priority_fee_per_gas: 0,
            to,
            value: tx.value,
            access_list: tx.access_list.clone(),
            input: tx.data.clone(),
        };
        match tx.to {
            Some(to) if !tx.authorize.is_empty() => self.envelope(TxEip7702 {
                chain_id: CHAIN_ID,
                nonce: base.nonce,
                gas_limit: base.gas_limit,
                max_fee_per_gas: base.max_fee_per_gas,
                max_priority_fee_per_gas: 0,
                to,
                value: base.value,
                access_list: base.access_list,
                authorization_list: tx.authorize.iter().map(signed_authorization).collect(),
                input: base.input,
            }),
            _ => self.envelope(base),
        }
    }

    fn envelope<T>(&self, tx: T) -> Vec<u8>
    where
        T: SignableTransaction<alloy_primitives::Signature>,
        TxEnvelope: From<alloy_consensus::Signed<T>>,
    {
        let signature = sign_hash(&self.signer, tx.signature_hash());
        TxEnvelope::from(tx.into_signed(signature)).encoded_2718()
    }
}

fn sign_hash(signer: &PrivateKeySigner, hash: B256) -> alloy_primitives::Signature {
    let (signature, recovery) =
        signer.credential().sign_prehash_recoverable(hash.as_slice()).expect("a 32-byte hash can be signed");
    (signature, recovery).into()
}

fn signed_authorization(authorize: &Authorize) -> alloy_eips::eip7702::SignedAuthorization {
    let signer = PrivateKeySigner::from_bytes(&authorize.key).expect("the recordings' keys are valid");
    let authorization =
        Authorization { chain_id: U256::from(CHAIN_ID), address: authorize.address, nonce: authorize.nonce };
    let signature = sign_hash(&signer, authorization.signature_hash());
    authorization.into_signed(signature)
}

/// A JSON-RPC quantity.
pub(crate) fn quantity(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}
