//! A block: header, transactions, receipts, and the state after it.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header, proofs::ordered_trie_root_with_encoder};
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256, address};
use alloy_rlp::{Encodable, length_of_length};
use serde::{Deserialize, Serialize};

use super::{receipt::Receipt, transaction::Transaction};
use crate::{
    arbos::block as arbos,
    state::{State, StateLedger},
};

/// Who opcode COINBASE names: the sequencer.
pub const SEQUENCER: Address = address!("0xA4b000000000000000000073657175656e636572");

/// Every block's gas limit: no limit at all. What bounds a block is its compute gas (spec §8.6).
pub const GAS_LIMIT: u64 = 1 << 50;

/// What ArbOS's state says about the block that it is the result of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArbosInfo {
    /// Root of the tree of messages to the parent chain.
    pub send_root: B256,
    /// How many messages there are.
    pub send_count: u64,
    /// Parent chain block number that ArbOS knows.
    pub l1_block_number: u64,
    /// ArbOS version that the block's transactions ran with.
    pub arbos_version: u64,
    /// Whether tips are collected.
    pub collect_tips: bool,
    /// Base fee of the block after this one, wei. Not part of this block's header.
    pub next_base_fee: u64,
}

impl ArbosInfo {
    /// Reads it from the state after the block.
    pub(super) fn read(state: &State) -> Self {
        let mut ledger = StateLedger(state.clone());
        Self {
            send_root: arbos::send_root(&mut ledger),
            send_count: arbos::send_count(&mut ledger),
            l1_block_number: arbos::l1_block_number(&mut ledger),
            arbos_version: arbos::version(&mut ledger),
            collect_tips: arbos::collects_tips(&mut ledger),
            next_base_fee: arbos::next_base_fee(&mut ledger).saturating_to(),
        }
    }

    /// How it is packed into the header's `mixHash` (spec §8.3).
    fn mix_hash(&self) -> B256 {
        let mut mix = B256::ZERO;
        mix[0..8].copy_from_slice(&self.send_count.to_be_bytes());
        mix[8..16].copy_from_slice(&self.l1_block_number.to_be_bytes());
        mix[16..24].copy_from_slice(&self.arbos_version.to_be_bytes());
        mix[25] = u8::from(self.collect_tips);
        mix
    }
}

/// A sealed block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What its hash commits to.
    pub header: Header,
    /// keccak256 of the header.
    pub hash: B256,
    /// Length of its RLP in bytes.
    pub size: u64,
    /// The part of the header that ArbOS packs into other fields.
    pub info: ArbosInfo,
    /// The start-block transaction first.
    pub transactions: Vec<Transaction>,
    /// One for each transaction.
    pub receipts: Vec<Receipt>,
    /// The state that it starts from: its parent's, unless a control method edited that.
    pub before: State,
    /// The state after it.
    pub state: State,
}

impl Block {
    /// A block that was sealed elsewhere, without its states; `None` unless header and contents belong together.
    pub(super) fn restore(
        header: Header,
        info: ArbosInfo,
        transactions: Vec<Transaction>,
        receipts: Vec<Receipt>,
    ) -> Option<Self> {
        let encoded: Vec<Bytes> = transactions.iter().map(Transaction::encoded).collect();
        let belongs = transactions.len() == receipts.len()
            && transactions_root(&encoded) == header.transactions_root
            && receipts_root(&receipts) == header.receipts_root
            && info.mix_hash() == header.mix_hash;
        belongs.then(|| Self {
            hash: header.hash_slow(),
            size: size(&header, &transactions, &encoded),
            header,
            info,
            transactions,
            receipts,
            before: State::default(),
            state: State::default(),
        })
    }
}

/// What a block is sealed from.
pub(super) struct Draft {
    pub(super) parent_hash: B256,
    pub(super) beneficiary: Address,
    pub(super) number: u64,
    pub(super) timestamp: u64,
    pub(super) base_fee: u64,
    pub(super) transactions: Vec<Transaction>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) before: State,
    pub(super) state: State,
}

/// Delayed messages read so far: a dev chain has its initialisation message and no other.
const DELAYED_MESSAGES: u64 = 1;

impl Draft {
    pub(super) fn seal(self) -> Block {
        let encoded: Vec<Bytes> = self.transactions.iter().map(Transaction::encoded).collect();
        let info = ArbosInfo::read(&self.state);
        let header = self.header(&encoded, self.state.root(), &info);
        Block {
            hash: header.hash_slow(),
            size: size(&header, &self.transactions, &encoded),
            header,
            info,
            transactions: self.transactions,
            receipts: self.receipts,
            before: self.before,
            state: self.state,
        }
    }

    fn header(&self, encoded: &[Bytes], state_root: B256, info: &ArbosInfo) -> Header {
        Header {
            parent_hash: self.parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: self.beneficiary,
            state_root,
            transactions_root: transactions_root(encoded),
            receipts_root: receipts_root(&self.receipts),
            logs_bloom: self.receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom),
            difficulty: U256::ONE,
            number: self.number,
            gas_limit: GAS_LIMIT,
            gas_used: self.receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used),
            timestamp: self.timestamp,
            extra_data: Bytes::copy_from_slice(info.send_root.as_slice()),
            mix_hash: info.mix_hash(),
            nonce: B64::from(DELAYED_MESSAGES),
            base_fee_per_gas: Some(self.base_fee),
            ..Header::default()
        }
    }
}

fn transactions_root(encoded: &[Bytes]) -> B256 {
    ordered_trie_root_with_encoder(encoded, |tx, out| out.extend_from_slice(tx))
}

fn receipts_root(receipts: &[Receipt]) -> B256 {
    ordered_trie_root_with_encoder(receipts, |receipt, out| receipt.encode(out))
}

/// Length of the RLP list of header, transactions and (no) uncles, in which typed transactions are strings.
fn size(header: &Header, transactions: &[Transaction], encoded: &[Bytes]) -> u64 {
    let typed = transactions.iter().zip(encoded);
    let transactions: usize =
        typed.map(|(tx, bytes)| if tx.ty() == 0 { bytes.len() } else { bytes.length() }).sum();
    let payload = header.length() + list_length(transactions) + list_length(0);
    list_length(payload) as u64
}

fn list_length(payload: usize) -> usize {
    length_of_length(payload) + payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::transaction::{SignedTx, StartBlockTx};
    use alloy_primitives::{Log, LogData, b256, bytes};

    const CHAIN: u64 = 412_346;

    /// Block 20 of the recorded history `rpc-60`: one transaction that logs.
    fn recorded() -> Draft {
        let raw = bytes!(
            "02f86b83064aba10808502540be400832dc6c0949a676e781a523b5d0c0e43731313a708cb6075088080c001a0bb0525397676cf2a8277065c4fb9176efd0fcc8dcea7c4915861716c68007610a00d7eb383371983fa7ccd13101613886ac3076912c84c5d950e53029c4e5deab5"
        );
        let topic = b256!("0x0000000000000000000000000000000000000000000000000000000000001234");
        let log = Log {
            address: address!("0x9a676e781a523b5d0c0e43731313a708cb607508"),
            data: LogData::new_unchecked(vec![topic], U256::from(0x2a).to_be_bytes_vec().into()),
        };
        let start = StartBlockTx::new(CHAIN, 0, 20, 0);
        let first = Receipt::start_block(0x6a, 100_000_000);
        let second = Receipt {
            ty: 2,
            gas_used: 0x5609,
            cumulative_gas_used: 0x5609,
            bloom: [log.clone()].iter().collect(),
            logs: vec![log],
            ..first.clone()
        };
        Draft {
            parent_hash: b256!("0xa58af8b552f9716cf5aa704e51aeed04daf5b8b654be715c25505af258b97124"),
            beneficiary: SEQUENCER,
            number: 20,
            timestamp: 0x6b03_e762,
            base_fee: 100_000_000,
            transactions: vec![
                Transaction::StartBlock(start),
                Transaction::Signed(Box::new(SignedTx::decode(raw, CHAIN).expect("Nitro mined it"))),
            ],
            receipts: vec![first, second],
            before: State::default(),
            state: State::default(),
        }
    }

    #[test]
    fn header_roots_hash_and_size_are_those_of_a_recorded_block() {
        let draft = recorded();
        let encoded: Vec<Bytes> = draft.transactions.iter().map(Transaction::encoded).collect();
        let state_root = b256!("0x700eb2b53901cd0956d94b969c15d2c1136c60da18fafe6e24848826f73c980b");
        let info = ArbosInfo { arbos_version: 60, ..ArbosInfo::default() };
        let header = draft.header(&encoded, state_root, &info);
        assert_eq!(
            header.transactions_root,
            b256!("0xd2f5837e921db6da6b660e0318350b3a4390f93264ba1bf20483caa0ed1716d1")
        );
        assert_eq!(
            header.receipts_root,
            b256!("0xee97863955d23d597dba5949c3aab7fd8d19a4f6b5d7e4ac9b64e1a4114fd22a")
        );
        assert_eq!(
            header.hash_slow(),
            b256!("0x4ab11e5d04bf1d2aacab357a09f284c134260d5988d38f2d5ff85411e68dcfae")
        );
        assert_eq!(size(&header, &draft.transactions, &encoded), 0x327);
    }

    #[test]
    fn mix_hash_packs_the_fields_where_tools_look_for_them() {
        let info = ArbosInfo {
            send_root: B256::ZERO,
            send_count: 1,
            l1_block_number: 2,
            arbos_version: 61,
            collect_tips: true,
            next_base_fee: 7,
        };
        let expected = b256!("0x00000000000000010000000000000002000000000000003d0001000000000000");
        assert_eq!(info.mix_hash(), expected);
    }
}
