//! Which block a request means.

use alloy_primitives::B256;
use serde_json::Value;
use std::sync::Arc;

use super::{
    error::{RpcError, no_block},
    params::{Parameter, kind, text},
};
use crate::chain::{Block, History};

/// A block by number, tag or hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockId {
    /// Block 0.
    Earliest,
    /// The newest block.
    Latest,
    /// The newest block too, or for estimates the one that would be made now.
    Pending,
    /// Never known here: there is no parent chain.
    Safe,
    /// Never known here.
    Finalized,
    /// By number.
    Number(u64),
    /// By hash.
    Hash(B256),
}

impl Parameter for BlockId {
    fn read(value: &Value) -> Result<Self, String> {
        let Value::Object(fields) = value else {
            return match text(value)? {
                "earliest" => Ok(Self::Earliest),
                "latest" => Ok(Self::Latest),
                "pending" => Ok(Self::Pending),
                "safe" => Ok(Self::Safe),
                "finalized" => Ok(Self::Finalized),
                hash if hash.len() == 66 => B256::read(value).map(Self::Hash),
                _ => u64::read(value).map(Self::Number),
            };
        };
        match (fields.get("blockHash"), fields.get("blockNumber")) {
            (Some(_), Some(_)) => {
                Err("cannot specify both BlockHash and BlockNumber, choose one or the other".to_owned())
            }
            (Some(hash), None) => B256::read(hash).map(Self::Hash),
            (None, Some(number)) if !number.is_object() => Self::read(number),
            _ => Err(format!("expected blockHash or blockNumber, got {}", kind(value))),
        }
    }
}

impl BlockId {
    /// The block, if it exists.
    ///
    /// # Errors
    /// For tags that this chain cannot know.
    pub(super) fn find(self, history: &History) -> Result<Option<&Arc<Block>>, RpcError> {
        Ok(match self {
            Self::Earliest => history.block(0),
            Self::Latest | Self::Pending => Some(history.head()),
            Self::Safe => return Err(RpcError::NoBlock("safe block not found")),
            Self::Finalized => return Err(RpcError::NoBlock("finalized block not found")),
            Self::Number(number) => history.block(number),
            Self::Hash(hash) => history.block_by_hash(&hash),
        })
    }

    /// The block, for methods that need one.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn get(self, history: &History) -> Result<&Arc<Block>, RpcError> {
        self.find(history)?.ok_or_else(|| match &self {
            Self::Hash(hash) => no_block(Some(hash)),
            _ => no_block(None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tags_numbers_and_hashes_are_told_apart() {
        let hash = B256::repeat_byte(7);
        let cases = [
            (json!("latest"), BlockId::Latest),
            (json!("0x14"), BlockId::Number(20)),
            (json!(hash), BlockId::Hash(hash)),
            (json!({ "blockHash": hash, "requireCanonical": true }), BlockId::Hash(hash)),
            (json!({ "blockNumber": "0x2" }), BlockId::Number(2)),
        ];
        for (value, id) in cases {
            assert_eq!(BlockId::read(&value), Ok(id), "{value}");
        }
    }

    #[test]
    fn unknown_tags_are_refused_like_numbers_without_prefix() {
        assert_eq!(BlockId::read(&json!("yesterday")), Err("hex string without 0x prefix".to_owned()));
    }
}
