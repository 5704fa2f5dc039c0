//! `eth_getLogs`.

use alloy_primitives::{Address, B256};
use serde_json::{Map, Value};

use super::{
    Answer, Rpc,
    block_id::BlockId,
    error::RpcError,
    params::{Parameter, Params, kind},
    shapes,
};
use crate::chain::{Block, FoundLog, History, LogFilter};
use std::sync::Arc;

/// More topics than a log can have would match nothing.
const MAX_TOPICS: usize = 4;

/// Where to look and what for.
#[derive(Clone, Debug)]
pub(super) struct LogRequest {
    blocks: Blocks,
    filter: LogFilter,
}

#[derive(Clone, Copy, Debug)]
enum Blocks {
    One(B256),
    Range(BlockId, BlockId),
}

impl Default for LogRequest {
    fn default() -> Self {
        Self { blocks: Blocks::Range(BlockId::Latest, BlockId::Latest), filter: LogFilter::default() }
    }
}

impl LogRequest {
    /// The logs of some blocks that match, those blocks left out that lie outside of a range of numbers.
    pub(super) fn among(&self, blocks: &[Arc<Block>]) -> Vec<FoundLog> {
        let mut found = Vec::new();
        for block in blocks {
            let number = block.header.number;
            let wanted = match self.blocks {
                Blocks::One(hash) => block.hash == hash,
                Blocks::Range(from, to) => {
                    !matches!(from, BlockId::Number(from) if number < from)
                        && !matches!(to, BlockId::Number(to) if number > to)
                }
            };
            if wanted {
                self.filter.collect(block, &mut found);
            }
        }
        found
    }
}

/// One value, several, or none.
fn one_or_many<T: Parameter>(value: &Value) -> Result<Vec<T>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(_) => Vec::read(value),
        one => Ok(vec![T::read(one)?]),
    }
}

impl Parameter for LogRequest {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or_else(|| format!("expected an object, got {}", kind(value)))?;
        let addresses = one_or_many::<Address>(fields.get("address").unwrap_or(&Value::Null))?;
        let topics = match fields.get("topics") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(positions)) if positions.len() <= MAX_TOPICS => {
                positions.iter().map(one_or_many).collect::<Result<_, _>>()?
            }
            Some(Value::Array(_)) => return Err("exceed max topics".to_owned()),
            Some(other) => return Err(format!("topics: expected a list, got {}", kind(other))),
        };
        Ok(Self { blocks: read_blocks(fields)?, filter: LogFilter { addresses, topics } })
    }
}

fn read_blocks(fields: &Map<String, Value>) -> Result<Blocks, String> {
    let given = |name| fields.get(name).filter(|value| !value.is_null());
    let (from, to) = (given("fromBlock"), given("toBlock"));
    if let Some(hash) = given("blockHash") {
        if from.or(to).is_some() {
            return Err(
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other".to_owned()
            );
        }
        return B256::read(hash).map(Blocks::One);
    }
    let id = |value: Option<&Value>| value.map_or(Ok(BlockId::Latest), BlockId::read);
    Ok(Blocks::Range(id(from)?, id(to)?))
}

/// The number that a range's end means; one beyond the newest block is no error.
fn number(id: BlockId, history: &History) -> Result<u64, RpcError> {
    match id {
        BlockId::Number(number) => Ok(number),
        id => id.get(history).map(|block| block.header.number),
    }
}

pub(super) fn get(rpc: &Rpc, params: &Params<'_>) -> Answer {
    find(rpc, &params.required(0)?)
}

/// The logs that match.
pub(super) fn find(rpc: &Rpc, LogRequest { blocks, filter }: &LogRequest) -> Answer {
    let history = rpc.chain.history();
    let mut found = Vec::new();
    match *blocks {
        Blocks::One(hash) => {
            let block = history.block_by_hash(&hash).ok_or(RpcError::NoBlock("unknown block"))?;
            filter.collect(block, &mut found);
        }
        Blocks::Range(from, to) => {
            let (from, to) = (number(from, &history)?, number(to, &history)?);
            if from > to {
                return Err(RpcError::BlockRange);
            }
            let newest = history.head().header.number;
            let blocks = (from..=to.min(newest)).filter_map(|number| history.block(number));
            blocks.for_each(|block| filter.collect(block, &mut found));
        }
    }
    Ok(found.iter().map(|log| shapes::log(&log.block, log.transaction, log.position)).collect())
}
