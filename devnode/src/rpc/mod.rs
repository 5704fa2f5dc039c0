//! JSON-RPC: requests in, answers out; over HTTP, or in process without a socket.

mod access_list;
mod accounts;
mod block_id;
mod blocks;
mod call_request;
mod calls;
mod control;
mod envelope;
mod error;
mod fees;
mod filters;
mod info;
mod logs;
mod node_interface;
mod params;
mod proof;
pub mod server;
mod shapes;
mod subscriptions;
mod trace;
mod tracers;
mod transactions;
mod txpool;
mod typed_data;
mod wallet;
mod websocket;

#[cfg(test)]
mod insight_tests;
#[cfg(test)]
mod testing;

use serde_json::Value;
use std::sync::Arc;

use crate::{accounts::DevAccount, chain::Chain};
use error::RpcError;
use filters::Filters;
use params::Params;
use wallet::Wallet;

/// Answers JSON-RPC requests about one chain. Clones speak of the same chain.
#[derive(Clone)]
pub struct Rpc {
    chain: Arc<Chain>,
    filters: Arc<Filters>,
    wallet: Arc<Wallet>,
}

type Answer = Result<Value, RpcError>;

impl Rpc {
    /// A front end to a chain, which signs for `accounts`.
    #[must_use]
    pub fn new(chain: Arc<Chain>, accounts: Vec<DevAccount>) -> Self {
        Self { chain, filters: Arc::default(), wallet: Arc::new(Wallet::new(accounts)) }
    }

    /// The chain behind it.
    #[must_use]
    pub fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    /// Answers one request or a batch; `None` if there is nothing to say, as to notifications.
    ///
    /// Contracts run on the calling thread, nested calls as nested Rust calls: give it
    /// [`EXECUTION_STACK`](crate::EXECUTION_STACK) bytes of stack.
    #[must_use]
    pub fn handle(&self, message: &Value) -> Option<Value> {
        envelope::answer(message, &|method, params| self.call(method, params))
    }

    /// Answers a request that is still text.
    #[must_use]
    pub fn handle_bytes(&self, body: &[u8]) -> Option<Value> {
        match serde_json::from_slice(body) {
            Ok(message) => self.handle(&message),
            Err(error) => Some(envelope::failure(Value::Null, &RpcError::Parse(error.to_string()))),
        }
    }

    /// Calls a method.
    ///
    /// # Errors
    /// What the error answer says.
    pub fn call(&self, method: &str, params: Option<&Value>) -> Result<Value, RpcError> {
        let (most, run) = method_named(method).ok_or_else(|| match method {
            "eth_subscribe" | "eth_unsubscribe" => RpcError::NoNotifications,
            _ => RpcError::UnknownMethod(method.to_owned()),
        })?;
        run(self, &Params::new(params, most)?)
    }
}

type Method = fn(&Rpc, &Params<'_>) -> Answer;

/// A method and how many parameters it takes at most.
fn method_named(name: &str) -> Option<(usize, Method)> {
    Some(match name {
        "eth_accounts" => (0, wallet::accounts),
        "eth_chainId" => (0, info::chain_id),
        "eth_syncing" => (0, info::syncing),
        "net_version" => (0, info::net_version),
        "web3_clientVersion" => (0, info::client_version),
        "web3_sha3" => (1, info::sha3),

        "eth_getBalance" => (2, accounts::balance),
        "eth_getCode" => (2, accounts::code),
        "eth_getProof" => (3, proof::get),
        "eth_getStorageAt" => (3, accounts::storage_at),
        "eth_getTransactionCount" => (2, accounts::transaction_count),

        "eth_blockNumber" => (0, blocks::number),
        "eth_getBlockByHash" => (2, blocks::by_hash),
        "eth_getBlockByNumber" => (2, blocks::by_number),
        "eth_getBlockReceipts" => (1, blocks::receipts),
        "eth_getBlockTransactionCountByHash" => (1, blocks::transaction_count_by_hash),
        "eth_getBlockTransactionCountByNumber" => (1, blocks::transaction_count_by_number),

        "eth_getRawTransactionByHash" => (1, transactions::raw_by_hash),
        "eth_getTransactionByBlockHashAndIndex" => (2, transactions::by_block_hash_and_index),
        "eth_getTransactionByBlockNumberAndIndex" => (2, transactions::by_block_number_and_index),
        "eth_getTransactionByHash" => (1, transactions::by_hash),
        "eth_getTransactionReceipt" => (1, transactions::receipt),
        "eth_sendRawTransaction" => (1, transactions::send_raw),

        "eth_call" => (4, calls::call),
        "eth_createAccessList" => (2, access_list::create),
        "eth_estimateGas" => (4, calls::estimate_gas),

        "anvil_autoImpersonateAccount" | "hardhat_autoImpersonateAccount" => (1, wallet::auto_impersonate),
        "anvil_impersonateAccount" | "hardhat_impersonateAccount" => (1, wallet::impersonate),
        "anvil_stopImpersonatingAccount" | "hardhat_stopImpersonatingAccount" => {
            (1, wallet::stop_impersonating)
        }
        "eth_sendTransaction" => (1, wallet::send_transaction),
        "eth_sign" => (2, wallet::sign),
        "eth_signTypedData" | "eth_signTypedData_v4" => (2, typed_data::sign),
        "eth_signTransaction" => (1, wallet::sign_transaction),
        "personal_sign" => (3, wallet::personal_sign),

        "eth_feeHistory" => (3, fees::history),
        "eth_gasPrice" => (0, fees::gas_price),
        "eth_maxPriorityFeePerGas" => (0, fees::max_priority_fee),

        "eth_getFilterChanges" => (1, filters::changes),
        "eth_getFilterLogs" => (1, filters::all_logs),
        "eth_getLogs" => (1, logs::get),
        "eth_newBlockFilter" => (0, filters::new_blocks),
        "eth_newFilter" => (1, filters::new_logs),
        "eth_newPendingTransactionFilter" => (1, filters::new_transactions),
        "eth_uninstallFilter" => (1, filters::uninstall),

        "anvil_dropTransaction" | "hardhat_dropTransaction" => (1, txpool::drop_one),
        "txpool_content" => (0, txpool::content),
        "txpool_contentFrom" => (1, txpool::content_from),
        "txpool_inspect" => (0, txpool::inspect),
        "txpool_status" => (0, txpool::status),

        "debug_traceBlockByHash" => (2, trace::block_by_hash),
        "debug_traceBlockByNumber" => (2, trace::block_by_number),
        "debug_traceCall" => (3, trace::call),
        "debug_traceTransaction" => (2, trace::transaction),

        "anvil_setBalance" | "hardhat_setBalance" => (2, control::set_balance),
        "anvil_setCode" | "hardhat_setCode" => (2, control::set_code),
        "anvil_setNonce" | "hardhat_setNonce" => (2, control::set_nonce),
        "anvil_setStorageAt" | "hardhat_setStorageAt" => (3, control::set_storage_at),
        "anvil_setCoinbase" | "hardhat_setCoinbase" => (1, control::set_coinbase),
        "hardhat_setPrevRandao" => (1, control::set_prev_randao),
        "anvil_getAutomine" | "hardhat_getAutomine" => (0, control::automine),
        "anvil_getIntervalMining" => (0, control::interval_mining),
        "anvil_metadata" | "hardhat_metadata" => (0, control::metadata),
        "anvil_dumpState" => (1, control::dump_state),
        "anvil_loadState" => (1, control::load_state),
        "anvil_mine" | "hardhat_mine" => (2, control::mine_many),
        "anvil_nodeInfo" => (0, control::node_info),
        "anvil_removeBlockTimestampInterval" => (0, control::remove_block_interval),
        "anvil_reset" | "hardhat_reset" => (1, control::reset),
        "anvil_setBlockTimestampInterval" => (1, control::set_block_interval),
        "anvil_setNextBlockBaseFeePerGas" | "hardhat_setNextBlockBaseFeePerGas" => {
            (1, control::set_next_base_fee)
        }
        "anvil_increaseTime" | "evm_increaseTime" => (1, control::increase_time),
        "anvil_revert" | "evm_revert" => (1, control::revert),
        "anvil_setAutomine" | "evm_setAutomine" => (1, control::set_automine),
        "anvil_setBlockGasLimit" | "evm_setBlockGasLimit" => (1, control::set_gas_limit),
        "anvil_setIntervalMining" | "evm_setIntervalMining" => (1, control::set_interval_mining),
        "anvil_setNextBlockTimestamp" | "evm_setNextBlockTimestamp" => (1, control::set_next_block_timestamp),
        "anvil_setTime" | "evm_setTime" => (1, control::set_time),
        "anvil_snapshot" | "evm_snapshot" => (0, control::snapshot),
        "evm_mine" => (1, control::mine),
        _ => return None,
    })
}
