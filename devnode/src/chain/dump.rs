//! A chain as bytes, for `anvil_dumpState` and `anvil_loadState`: a line that names the format and its version, and
//! behind it JSON, compressed with brotli.
//!
//! It holds all blocks with their transactions and receipts, and the newest state. Older states are not in it: of the
//! blocks before the newest, a chain that was loaded knows what happened and not what anybody had.

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, keccak256};
use brotli::enc::BrotliEncoderParams;
use serde::{Deserialize, Serialize};
use std::{
    io::{Read, Write},
    sync::Arc,
};
use thiserror::Error;

use super::{
    Chain,
    block::{ArbosInfo, Block},
    receipt::Receipt,
    transaction::{RawTx, Transaction},
};
use crate::state::{State, StateDump, UnsoundState};

/// What every dump begins with, before its version.
const FORMAT: &str = "stylus-devnode state ";

/// The version that is written, and the only one that is read.
const VERSION: &str = "1";

/// Most bytes of JSON that are read, so that a small file can't fill the machine's memory.
const MAX_JSON: u64 = 1 << 30;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Dump {
    chain_id: u64,
    /// From block 0 on.
    blocks: Vec<BlockDump>,
    state: StateDump,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BlockDump {
    header: Header,
    info: ArbosInfo,
    transactions: Vec<RawTx>,
    receipts: Vec<Receipt>,
}

/// Why a dump can't be loaded; then nothing has changed.
#[derive(Debug, Error)]
pub enum LoadError {
    /// Something else, or a version that came later.
    #[error("this is no state that anvil_dumpState of this node has given (version {VERSION})")]
    Foreign,
    /// Cut or changed on its way.
    #[error("the state is damaged: {0}")]
    Damaged(String),
    /// Of another chain.
    #[error("the state is of chain {have}, this is chain {want}")]
    OtherChain {
        /// The dump's chain id.
        have: u64,
        /// This chain's.
        want: u64,
    },
    /// A block that can't come where it stands.
    #[error(
        "block {0} doesn't follow from the one before it, or its transactions and receipts are not its own"
    )]
    Block(u64),
    /// The accounts contradict themselves.
    #[error(transparent)]
    State(#[from] UnsoundState),
}

impl Chain {
    /// The chain as it is now: all blocks, and the state that the next one starts from.
    ///
    /// # Errors
    /// Says why it can't be written; no chain is known that can't.
    pub fn dump(&self) -> Result<Bytes, String> {
        let history = self.history();
        let block = |block: &Arc<Block>| BlockDump {
            header: block.header.clone(),
            info: block.info,
            transactions: block.transactions.iter().map(RawTx::of).collect(),
            receipts: block.receipts.clone(),
        };
        let dump = Dump {
            chain_id: self.chain_id(),
            blocks: history.blocks().map(block).collect(),
            state: history.state().dump(),
        };
        let json = serde_json::to_vec(&dump).map_err(|error| error.to_string())?;
        pack(&json).map(Into::into).map_err(|error| error.to_string())
    }

    /// Takes a dump's blocks in place of this chain's, and its accounts in place of what is at their addresses here;
    /// other accounts stay. What waits goes on waiting.
    ///
    /// # Errors
    /// If it can't be loaded; then nothing has changed.
    pub fn load(&self, dump: &[u8]) -> Result<(), LoadError> {
        let json = unpack(dump)?;
        let dump: Dump =
            serde_json::from_slice(&json).map_err(|error| LoadError::Damaged(error.to_string()))?;
        if dump.chain_id != self.chain_id() {
            return Err(LoadError::OtherChain { have: dump.chain_id, want: self.chain_id() });
        }
        let mut blocks: Vec<Arc<Block>> = Vec::with_capacity(dump.blocks.len());
        for (number, block) in (0..).zip(dump.blocks) {
            let parent = blocks.last().map_or(B256::ZERO, |parent| parent.hash);
            let restored = restore(block, self.chain_id())
                .filter(|block| block.header.number == number && block.header.parent_hash == parent);
            blocks.push(Arc::new(restored.ok_or(LoadError::Block(number))?));
        }

        let _making = self.making();
        let history = self.history();
        let (own, merged) = (State::default().with(&dump.state)?, history.state().with(&dump.state)?);
        let loaded =
            history.loaded(blocks, own, merged).ok_or_else(|| LoadError::Damaged("no block".to_owned()))?;
        self.publish(loaded);
        Ok(())
    }
}

fn restore(block: BlockDump, chain_id: u64) -> Option<Block> {
    let BlockDump { header, info, transactions, receipts } = block;
    let transactions: Option<Vec<Transaction>> =
        transactions.into_iter().map(|raw| raw.decode(chain_id)).collect();
    Block::restore(header, info, transactions?, receipts)
}

fn pack(json: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = format!("{FORMAT}{VERSION}\n").into_bytes();
    out.extend(keccak256(json));
    let params = BrotliEncoderParams { quality: 5, lgwin: 22, ..BrotliEncoderParams::default() };
    let mut writer = brotli::CompressorWriter::with_params(out, 4_096, &params);
    writer.write_all(json)?;
    Ok(writer.into_inner())
}

fn unpack(dump: &[u8]) -> Result<Vec<u8>, LoadError> {
    let stream = dump.strip_prefix(format!("{FORMAT}{VERSION}\n").as_bytes()).ok_or(LoadError::Foreign)?;
    let damaged = |what: &str| LoadError::Damaged(what.to_owned());
    let (hash, stream) = stream.split_first_chunk::<32>().ok_or_else(|| damaged("it is cut"))?;
    let mut json = Vec::new();
    let mut reader = brotli::Decompressor::new(stream, 4_096).take(MAX_JSON);
    reader.read_to_end(&mut json).map_err(|error| damaged(&error.to_string()))?;
    if keccak256(&json) != B256::from(*hash) {
        return Err(damaged("its hash is another one"));
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_and_nothing_else() {
        let json = br#"{"a":1}"#.repeat(1_000);
        let packed = pack(&json).expect("memory doesn't fail");
        assert!(packed.starts_with(b"stylus-devnode state 1\n") && packed.len() < 200);
        assert_eq!(unpack(&packed).expect("it is whole"), json);
        let mut bent = packed.clone();
        bent[FORMAT.len() + 10] ^= 1;
        for bad in [&packed[..packed.len() - 1], &packed[..30], &bent] {
            assert!(matches!(unpack(bad), Err(LoadError::Damaged(_))), "{bad:?}");
        }
        for foreign in [&b""[..], b"stylus-devnode state 2\n", &[0x1f, 0x8b, 8]] {
            assert!(matches!(unpack(foreign), Err(LoadError::Foreign)), "{foreign:?}");
        }
    }
}
