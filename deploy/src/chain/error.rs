//! What can go wrong between us and the chain.

use std::time::Duration;

use alloy::{
    primitives::{B256, Bytes},
    transports::{RpcError, TransportErrorKind},
};

use crate::revert::Revert;

/// What can go wrong between us and the chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The URL isn't one.
    #[error("`{url}` is no URL of a node ({reason}): write it like http://127.0.0.1:8547")]
    BadUrl {
        /// What was given.
        url: String,
        /// What the parser said.
        reason: String,
    },
    /// Nobody answers.
    #[error(
        "no node answers at {url} ({reason}): start one by `stylus-devnode`, or name another by --rpc URL or \
         --network NAME"
    )]
    Unreachable {
        /// The node.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// Somebody answers who speaks another language.
    #[error("{url} answers, but not as an Ethereum node ({reason}): check the URL's port and path")]
    NotANode {
        /// The node.
        url: String,
        /// What was wrong with the answer.
        reason: String,
    },
    /// The node is of another chain than the one asked for.
    #[error(
        "{url} is a node of chain {actual}, but {network} is chain {expected}: name a node of {network} by --rpc, or \
         the right network by --network"
    )]
    WrongChain {
        /// The node.
        url: String,
        /// The network asked for.
        network: String,
        /// Its chain id.
        expected: u64,
        /// The node's chain id.
        actual: u64,
    },
    /// A call or the simulation of a transaction reverted: nothing was sent.
    #[error("{what} would revert: {revert}")]
    Reverted {
        /// What was attempted.
        what: String,
        /// The reason.
        revert: Revert,
    },
    /// The node refused a call or transaction, or the call failed without revert data.
    #[error("{what} failed: the node says `{message}`")]
    Refused {
        /// What was attempted.
        what: String,
        /// The node's words.
        message: String,
    },
    /// The connection broke, or an answer made no sense.
    #[error("{what} failed between here and the node ({reason}): try again, or use another node")]
    Connection {
        /// What was attempted.
        what: String,
        /// What went wrong.
        reason: String,
    },
    /// A transaction is in a block and failed there.
    #[error("{what} failed on chain, transaction {hash}: {reason}")]
    Failed {
        /// What was attempted.
        what: String,
        /// The transaction.
        hash: B256,
        /// What replaying it told.
        reason: String,
    },
    /// A transaction is in no block yet.
    #[error("{what} is in no block after {} s: look for transaction {hash} before you try again", waited.as_secs())]
    Pending {
        /// What was attempted.
        what: String,
        /// The transaction.
        hash: B256,
        /// How long we waited.
        waited: Duration,
    },
    /// A contract's answer isn't what its interface declares.
    #[error(
        "{what}: the answer {data} isn't what the interface declares; is there a contract at that address?"
    )]
    Undecodable {
        /// What was attempted.
        what: String,
        /// The answer.
        data: Bytes,
    },
}

impl ChainError {
    /// The revert, if this is one that was seen before sending.
    #[must_use]
    pub const fn revert(&self) -> Option<&Revert> {
        match self {
            Self::Reverted { revert, .. } => Some(revert),
            _ => None,
        }
    }
}

/// What a failed request means; `what` names what was attempted.
pub(super) fn failure(what: &str, error: RpcError<TransportErrorKind>) -> ChainError {
    let what = what.to_owned();
    match error {
        RpcError::ErrorResp(payload) => match payload.as_revert_data() {
            Some(data) => ChainError::Reverted { what, revert: Revert { data } },
            None => ChainError::Refused { what, message: payload.message.into_owned() },
        },
        RpcError::Transport(TransportErrorKind::Custom(error)) => {
            ChainError::Connection { what, reason: root_cause(error.as_ref()) }
        }
        other => ChainError::Connection { what, reason: first_line(&other.to_string()) },
    }
}

/// The innermost reason of an error: "Connection refused" rather than "error sending request".
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    first_line(&deepest.to_string())
}

/// The start of a text that may be a whole web page.
pub(super) fn first_line(text: &str) -> String {
    const LONGEST: usize = 160;
    text.lines().next().unwrap_or_default().chars().take(LONGEST).collect()
}
