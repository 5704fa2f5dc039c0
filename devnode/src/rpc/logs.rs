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
use crate::chain::{History, LogFilter};

/// More topics than a log can have would match nothing.
const MAX_TOPICS: usize = 4;

/// Where to look and what for.
pub(super) struct LogRequest {
    blocks: Blocks,
    filter: LogFilter,
}

enum Blocks {
    One(B256),
    Range(BlockId, BlockId),
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
    let LogRequest { blocks, filter } = params.required(0)?;
    let history = rpc.chain.history();
    let mut found = Vec::new();
    match blocks {
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
