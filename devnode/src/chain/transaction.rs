//! Transactions: what `eth_sendRawTransaction` takes, and the one that starts every block.

use alloy_consensus::{EthereumTxEnvelope, Transaction as _, TxEip4844, TxEnvelope, crypto::SECP256K1N_HALF};
use alloy_eips::eip2718::{Decodable2718, Eip2718Error, Encodable2718, Typed2718};
use alloy_primitives::{Address, B256, B512, Bytes, Selector, U256, address, keccak256};
use alloy_rlp::{Decodable, Encodable, Header};
use revm::precompile::secp256k1::bitcoin_secp256k1::ecrecover;
use serde::{Deserialize, Serialize};

use super::{error::SendError, poster};
use crate::evm::TxInput;

/// Longest signed transaction that the sequencer takes, in bytes (spec §1.2).
const MAX_BYTES: usize = 95_000;

/// Largest fee a transaction may commit to, in wei: geth's protection against a mistyped price (spec §8.10).
const FEE_CAP: u128 = 1_000_000_000_000_000_000;

/// EIP-2718 type of ArbOS's own transactions.
const INTERNAL_TYPE: u8 = 0x6a;

/// `startBlock(uint256,uint64,uint64,uint64)`
const START_BLOCK: Selector = Selector::new([0x6b, 0xf6, 0xa4, 0x2d]);

/// A transaction of a block.
#[derive(Clone, Debug)]
pub enum Transaction {
    /// Index 0 of every block but the first.
    StartBlock(StartBlockTx),
    /// Somebody signed it.
    Signed(Box<SignedTx>),
}

/// A transaction as it is kept outside of a chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RawTx {
    /// The EIP-2718 encoding.
    raw: Bytes,
    /// Who sent it without a signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    impersonated: Option<Address>,
}

impl RawTx {
    pub(super) fn of(tx: &Transaction) -> Self {
        let impersonated = match tx {
            Transaction::Signed(tx) if tx.impersonated => Some(tx.from),
            _ => None,
        };
        Self { raw: tx.encoded(), impersonated }
    }

    /// The transaction, if it is one of this chain.
    pub(super) fn decode(self, chain_id: u64) -> Option<Transaction> {
        match (self.raw.first(), self.impersonated) {
            (Some(&INTERNAL_TYPE), _) => {
                StartBlockTx::decode(chain_id, &self.raw).map(Transaction::StartBlock)
            }
            (_, Some(from)) => {
                let envelope = decode_envelope(&self.raw).ok()?;
                Some(Transaction::Signed(Box::new(SignedTx::impersonating(envelope, from))))
            }
            (_, None) => {
                let tx = SignedTx::decode(self.raw, chain_id).ok()?;
                Some(Transaction::Signed(Box::new(tx)))
            }
        }
    }
}

/// What ArbOS tells itself at the start of a block (spec §8.4).
#[derive(Clone, Debug)]
pub struct StartBlockTx {
    /// Chain id.
    pub chain_id: u64,
    /// Calldata.
    pub input: Bytes,
    /// keccak256 of the encoding.
    pub hash: B256,
}

/// A signed transaction with its sender.
#[derive(Clone, Debug)]
pub struct SignedTx {
    /// Of type 0, 1, 2 or 4.
    pub envelope: TxEnvelope,
    /// Who signed.
    pub from: Address,
    /// As it was sent.
    pub raw: Bytes,
    /// Nobody signed it: the node sends in the name of an account without its key, which may be a contract.
    pub impersonated: bool,
}

impl Transaction {
    /// keccak256 of the encoding.
    #[must_use]
    pub fn hash(&self) -> B256 {
        match self {
            Self::StartBlock(tx) => tx.hash,
            Self::Signed(tx) => tx.hash(),
        }
    }

    /// EIP-2718 type.
    #[must_use]
    pub fn ty(&self) -> u8 {
        match self {
            Self::StartBlock(_) => INTERNAL_TYPE,
            Self::Signed(tx) => tx.envelope.ty(),
        }
    }

    /// Sender.
    #[must_use]
    pub fn from(&self) -> Address {
        match self {
            Self::StartBlock(_) => StartBlockTx::ADDRESS,
            Self::Signed(tx) => tx.from,
        }
    }

    /// Recipient; `None` for creations.
    #[must_use]
    pub fn to(&self) -> Option<Address> {
        match self {
            Self::StartBlock(_) => Some(StartBlockTx::ADDRESS),
            Self::Signed(tx) => tx.envelope.to(),
        }
    }

    /// The EIP-2718 encoding.
    #[must_use]
    pub fn encoded(&self) -> Bytes {
        match self {
            Self::StartBlock(tx) => tx.encoded(),
            Self::Signed(tx) => tx.raw.clone(),
        }
    }
}

impl StartBlockTx {
    /// Sender and recipient of ArbOS's own transactions.
    pub const ADDRESS: Address = address!("0x00000000000000000000000000000000000A4B05");

    /// The transaction that starts block `number`. There is no L1: its base fee is zero.
    #[must_use]
    pub fn new(chain_id: u64, l1_number: u64, number: u64, seconds_since_parent: u64) -> Self {
        let words = [0, l1_number, number, seconds_since_parent].map(|n| U256::from(n).to_be_bytes::<32>());
        let input: Bytes = [START_BLOCK.as_slice(), &words.concat()].concat().into();
        let mut tx = Self { chain_id, input, hash: B256::ZERO };
        tx.hash = keccak256(tx.encoded());
        tx
    }

    /// The other way around; `None` unless the bytes are exactly such a transaction of the chain.
    fn decode(chain_id: u64, raw: &[u8]) -> Option<Self> {
        let mut rest = raw.get(1..)?;
        let mut payload = Header::decode_bytes(&mut rest, true).ok()?;
        let id = u64::decode(&mut payload).ok()?;
        let input = Bytes::decode(&mut payload).ok()?;
        let tx = Self { chain_id, input, hash: keccak256(raw) };
        (id == chain_id && *tx.encoded() == *raw).then_some(tx)
    }

    fn encoded(&self) -> Bytes {
        let payload_length = self.chain_id.length() + self.input.length();
        let mut out = vec![INTERNAL_TYPE];
        Header { list: true, payload_length }.encode(&mut out);
        self.chain_id.encode(&mut out);
        self.input.encode(&mut out);
        out.into()
    }
}

impl SignedTx {
    /// Decodes a raw transaction and checks what doesn't depend on the state: encoding, size, fee, chain, signature.
    ///
    /// # Errors
    /// The text that a Nitro node refuses it with.
    pub fn decode(raw: Bytes, chain_id: u64) -> Result<Self, SendError> {
        let envelope = decode_envelope(&raw)?;
        check_fee(&envelope)?;
        if let Some(have) = envelope.chain_id()
            && have != chain_id
        {
            return Err(SendError::WrongChain { have, want: chain_id });
        }
        let from = signer(&envelope).ok_or(SendError::InvalidSignature)?;
        if raw.len() > MAX_BYTES {
            return Err(SendError::Oversized);
        }
        Ok(Self { envelope, from, raw, impersonated: false })
    }

    /// A transaction in the name of `from`, whatever its signature says.
    #[must_use]
    pub fn impersonating(envelope: TxEnvelope, from: Address) -> Self {
        let raw = envelope.encoded_2718().into();
        Self { envelope, from, raw, impersonated: true }
    }

    /// keccak256 of the encoding.
    #[must_use]
    pub fn hash(&self) -> B256 {
        *self.envelope.tx_hash()
    }

    /// Recipient, value, gas and price in one line, as `txpool_inspect` shows them.
    #[must_use]
    pub fn summary(&self) -> String {
        let tx = &self.envelope;
        let to = tx.to().map_or_else(|| "contract creation".to_owned(), |to| to.to_checksum(None));
        format!("{to}: {} wei + {} gas × {} wei", tx.value(), tx.gas_limit(), tx.max_fee_per_gas())
    }

    /// What the EVM needs to know of it.
    #[must_use]
    pub fn input(&self) -> TxInput {
        let tx = &self.envelope;
        TxInput {
            tx_type: tx.ty(),
            from: self.from,
            to: tx.kind(),
            value: tx.value(),
            input: tx.input().clone(),
            gas_limit: tx.gas_limit(),
            max_fee_per_gas: tx.max_fee_per_gas(),
            max_priority_fee_per_gas: tx.priority_fee_or_price(),
            nonce: Some(tx.nonce()),
            access_list: tx.access_list().cloned().unwrap_or_default(),
            authorization_list: tx.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
            compressed_len: poster::compressed_len(&self.raw),
            any_sender: self.impersonated,
        }
    }
}

/// Who signed, found by the C library that the precompile uses, which is faster than the pure Rust one.
fn signer(envelope: &TxEnvelope) -> Option<Address> {
    let signature = envelope.signature();
    // EIP-2: of the two signatures that are equally good only one counts.
    if signature.s() > SECP256K1N_HALF {
        return None;
    }
    let compact =
        B512::from_slice(&[signature.r(), signature.s()].map(|part| part.to_be_bytes::<32>()).concat());
    let word = ecrecover(&compact, signature.v().into(), &envelope.signature_hash()).ok()?;
    Some(Address::from_word(word))
}

/// A typed transaction starts with a byte below 0x80, a legacy one is an RLP list.
fn decode_envelope(raw: &[u8]) -> Result<TxEnvelope, SendError> {
    match raw {
        [] | [..=0x7f] => return Err(SendError::TooShort),
        [1 | 2 | 4 | 0x80.., ..] => {}
        _ => return Err(SendError::UnsupportedType),
    }
    let decoded = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(raw);
    decoded.map(Into::into).map_err(|error| match error {
        Eip2718Error::UnexpectedType(_) => SendError::UnsupportedType,
        other => SendError::Undecodable(other.to_string()),
    })
}

fn check_fee(envelope: &TxEnvelope) -> Result<(), SendError> {
    let fee = U256::from(envelope.max_fee_per_gas()) * U256::from(envelope.gas_limit());
    if fee > U256::from(FEE_CAP) {
        return Err(SendError::FeeAboveCap { fee, cap: U256::from(FEE_CAP) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, bytes};

    const CHAIN: u64 = 412_346;

    #[test]
    fn start_block_transaction_has_the_hash_that_nitro_gives_it() {
        let tx = StartBlockTx::new(CHAIN, 0, 0x14, 0);
        assert_eq!(tx.hash, b256!("0x751e1278f31578a24c66b761e55eb729586030ccbd3085af6e9a055d893cb7ea"));
    }

    #[test]
    fn decode_finds_hash_and_sender_of_a_recorded_transaction() {
        let raw = bytes!(
            "02f86b83064aba10808502540be400832dc6c0949a676e781a523b5d0c0e43731313a708cb6075088080c001a0bb0525397676cf2a8277065c4fb9176efd0fcc8dcea7c4915861716c68007610a00d7eb383371983fa7ccd13101613886ac3076912c84c5d950e53029c4e5deab5"
        );
        let tx = SignedTx::decode(raw, CHAIN).expect("Nitro mined it");
        assert_eq!(tx.hash(), b256!("0x97b704628c607511a1144c683248a2c3588ddacf9e1279d7a1045b182bc04085"));
        assert_eq!(tx.from, address!("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"));
        assert_eq!(tx.input().nonce, Some(16));
    }

    #[test]
    fn decode_refuses_with_nitros_texts() {
        let refusals = [
            (bytes!(""), "typed transaction too short"),
            (bytes!("12"), "typed transaction too short"),
            (bytes!("1234"), "transaction type not supported"),
            (bytes!("03c0"), "transaction type not supported"),
            (
                bytes!(
                    "02f8670114808502540be4008252089421212121212121212121212121212121212121218080c001a08c1736940e7fb98df62601d0bcfc153b953bf831e9710c7d6767b63a04756faba0217a867ccc30e71f3c94682fcd71a8c304b16399d5a153f7003b206ef74288fc"
                ),
                "invalid chain id for signer: have 1 want 412346",
            ),
            (
                bytes!(
                    "02f86f83064aba14808502540be40087080000000000009421212121212121212121212121212121212121218080c080a035d428672733ce176831748f9a6d9706801ad1aa0269db229599cee0aa112b9ca017cf37e0bd0a73c0dcef7480571e9c07d67712195927fbbb1e66aea3382c3b33"
                ),
                "tx fee (22517998.14 ether) exceeds the configured cap (1.00 ether)",
            ),
        ];
        for (raw, text) in refusals {
            let refusal = SignedTx::decode(raw.clone(), CHAIN).expect_err("it must be refused");
            assert_eq!(refusal.to_string(), text, "{raw}");
        }
    }

    #[test]
    fn decode_takes_a_transaction_that_names_no_chain() {
        let raw = bytes!(
            "f86316843b9aca0082520894212121212121212121212121212121212121212180801ba08f2c6b26146cd5bfcc1434a584ed910f4279bebdcc3f9435abfec54c8e52e865a01426cb3f845736d2efe9387050ccae799e8e06909f31d9798f86df28553b20cb"
        );
        let tx = SignedTx::decode(raw, CHAIN).expect("unprotected signatures are accepted");
        assert_eq!(tx.hash(), b256!("0x5df53a4a2830809a851c6f79a35b368c0e195daab13ef9b7abc7ba007bdbbb97"));
        assert_eq!(tx.input().max_priority_fee_per_gas, 1_000_000_000);
    }
}
