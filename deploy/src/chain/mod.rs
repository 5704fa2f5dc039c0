//! A chain over JSON-RPC: typed reads, and transactions that either succeeded or are an error with its reason.

mod error;

pub use error::ChainError;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alloy::{
    consensus::BlockHeader,
    network::{
        BlockResponse, EthereumWallet, NetworkTransactionBuilder, ReceiptResponse, TransactionBuilder,
    },
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{BlockId, TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
    transports::{RpcError, TransportErrorKind},
};
use reqwest::Url;

use crate::{key::Key, network::Network};
use error::{failure, first_line, root_cause};

/// How long connecting may take; a node on another continent needs less than a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one answer may take; simulating an activation on a busy node takes seconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a transaction may stay pending.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(180);
/// First and longest pause between two looks for a receipt: a dev chain mines at once, Arbitrum within a second.
const RECEIPT_PAUSE: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));
/// Gas limit over estimate, in percent: what is estimated now may cost a little more a block later.
const GAS_MARGIN_PERCENT: u64 = 120;
/// Gas limit over that: somebody has to be a pool's first in a new second, hour and day, which fills four fresh slots.
const GAS_MARGIN: u64 = 100_000;
/// Fee cap over the current base fee, so that a few full blocks don't strand a transaction.
const FEE_CAP_FACTOR: u128 = 2;

/// A chain, seen through one node.
#[derive(Clone, Debug)]
pub struct Chain {
    provider: DynProvider,
    chain_id: u64,
}

/// A transaction that succeeded.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its receipt, with status 1.
    pub receipt: TransactionReceipt,
    /// From the first request to the receipt.
    pub took: Duration,
}

impl Chain {
    /// Connects to the node at `url`, which has to be of `network` if one is given.
    pub async fn connect(url: &str, network: Option<&Network>) -> Result<Self, ChainError> {
        let parsed: Url = url
            .parse()
            .map_err(|reason| ChainError::BadUrl { url: url.to_owned(), reason: format!("{reason}") })?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(ChainError::BadUrl {
                url: url.to_owned(),
                reason: "neither http nor https".to_owned(),
            });
        }
        let client = http_client()
            .map_err(|error| ChainError::Unreachable { url: url.to_owned(), reason: root_cause(&error) })?;
        let provider = ProviderBuilder::default().connect_reqwest(client, parsed).erased();
        let chain_id = provider.get_chain_id().await.map_err(|error| match error {
            RpcError::Transport(TransportErrorKind::Custom(error)) => {
                ChainError::Unreachable { url: url.to_owned(), reason: root_cause(error.as_ref()) }
            }
            other => ChainError::NotANode { url: url.to_owned(), reason: first_line(&other.to_string()) },
        })?;
        match network {
            Some(network) if network.chain_id != chain_id => Err(ChainError::WrongChain {
                url: url.to_owned(),
                network: network.name.clone(),
                expected: network.chain_id,
                actual: chain_id,
            }),
            _ => Ok(Self { provider, chain_id }),
        }
    }

    /// The chain's id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The client below, for requests that have no method here.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The answer of `call` to the contract at `to`.
    pub async fn read<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, ChainError> {
        let what = format!("{} of {to}", C::SIGNATURE);
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let data = self.call(request, &what).await?;
        C::abi_decode_returns(&data).map_err(|_| ChainError::Undecodable { what, data })
    }

    /// What `request` returns if it is executed on the newest block and forgotten. `what` names it in errors.
    pub async fn call(&self, request: TransactionRequest, what: &str) -> Result<Bytes, ChainError> {
        self.provider.call(request).await.map_err(|error| failure(what, error))
    }

    /// Sends a transaction of `from` that makes `call` to the contract at `to`.
    pub async fn execute<C: SolCall>(
        &self,
        from: &Key,
        to: Address,
        call: C,
        what: &str,
    ) -> Result<Sent, ChainError> {
        self.send(from, TransactionRequest::default().to(to).input(call.abi_encode().into()), what).await
    }

    /// Creates a contract by running `code`, and returns its address.
    pub async fn create(&self, from: &Key, code: Bytes, what: &str) -> Result<(Address, Sent), ChainError> {
        let mut request = TransactionRequest::default().input(code.into());
        request.to = Some(TxKind::Create);
        let sent = self.send(from, request, what).await?;
        let address = sent.receipt.contract_address().ok_or_else(|| ChainError::Connection {
            what: what.to_owned(),
            reason: format!("the receipt of creation {} names no contract", sent.receipt.transaction_hash),
        })?;
        Ok((address, sent))
    }

    /// Simulates `request` as a transaction of `from`, sends it with the gas found, and waits until it succeeded.
    pub async fn send(
        &self,
        from: &Key,
        request: TransactionRequest,
        what: &str,
    ) -> Result<Sent, ChainError> {
        let start = Instant::now();
        let request = request.from(from.address());
        let gas = self.provider.estimate_gas(request.clone()).await.map_err(|error| failure(what, error))?;
        let limit = (gas.saturating_mul(GAS_MARGIN_PERCENT) / 100).saturating_add(GAS_MARGIN);
        self.submit(from, request, limit, what, start).await
    }

    /// Sends `request` with the limit `gas` without simulating it first: for what is known to cost less, and for
    /// transactions that are meant to fail on chain.
    pub async fn send_with_gas(
        &self,
        from: &Key,
        request: TransactionRequest,
        gas: u64,
        what: &str,
    ) -> Result<Sent, ChainError> {
        self.submit(from, request.from(from.address()), gas, what, Instant::now()).await
    }

    async fn submit(
        &self,
        from: &Key,
        request: TransactionRequest,
        gas: u64,
        what: &str,
        start: Instant,
    ) -> Result<Sent, ChainError> {
        let fail = |error| failure(what, error);
        let nonce = self.provider.get_transaction_count(from.address()).pending().await.map_err(fail)?;
        let base_fee = self.provider.get_gas_price().await.map_err(fail)?;
        let request = request
            .with_chain_id(self.chain_id)
            .with_nonce(nonce)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(base_fee.saturating_mul(FEE_CAP_FACTOR))
            .with_max_priority_fee_per_gas(0);
        let wallet = EthereumWallet::from(from.signer().clone());
        let envelope = request.clone().build(&wallet).await.map_err(|error| ChainError::Refused {
            what: what.to_owned(),
            message: format!("the transaction can't be built: {error}"),
        })?;
        let hash = *self.provider.send_tx_envelope(envelope).await.map_err(fail)?.tx_hash();
        let receipt = self.receipt(hash, what).await?;
        if receipt.status() {
            return Ok(Sent { receipt, took: start.elapsed() });
        }
        let reason = self.replay(request, &receipt).await;
        Err(ChainError::Failed { what: what.to_owned(), hash, reason })
    }

    async fn receipt(&self, hash: B256, what: &str) -> Result<TransactionReceipt, ChainError> {
        let start = Instant::now();
        let (mut pause, longest) = RECEIPT_PAUSE;
        loop {
            let found =
                self.provider.get_transaction_receipt(hash).await.map_err(|error| failure(what, error))?;
            if let Some(receipt) = found {
                return Ok(receipt);
            }
            if start.elapsed() > RECEIPT_TIMEOUT {
                return Err(ChainError::Pending { what: what.to_owned(), hash, waited: start.elapsed() });
            }
            tokio::time::sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }

    /// Why a transaction failed, by running it again on the state before its block: receipts don't say.
    async fn replay(&self, request: TransactionRequest, receipt: &TransactionReceipt) -> String {
        let gas_used = receipt.gas_used;
        let gas_limit = request.gas.unwrap_or_default();
        let before = BlockId::number(receipt.block_number.unwrap_or_default().saturating_sub(1));
        match self.provider.call(request).block(before).await {
            Err(error) => match failure("", error) {
                ChainError::Reverted { revert, .. } => revert.to_string(),
                ChainError::Refused { message, .. } => message,
                other => other.to_string(),
            },
            Ok(_) => {
                format!("it used {gas_used} of {gas_limit} gas; run again on the block before, it succeeds")
            }
        }
    }

    /// What `account` holds, in wei.
    pub async fn balance(&self, account: Address) -> Result<U256, ChainError> {
        self.provider.get_balance(account).await.map_err(|error| failure("reading a balance", error))
    }

    /// Wei that one unit of gas costs now.
    pub async fn gas_price(&self) -> Result<u128, ChainError> {
        self.provider.get_gas_price().await.map_err(|error| failure("reading the gas price", error))
    }

    /// The code of `account`.
    pub async fn code(&self, account: Address) -> Result<Bytes, ChainError> {
        self.provider.get_code_at(account).await.map_err(|error| failure("reading code", error))
    }

    /// The word in `slot` of `account`.
    pub async fn storage(&self, account: Address, slot: B256) -> Result<B256, ChainError> {
        let word = self.provider.get_storage_at(account, slot.into()).await;
        word.map(B256::from).map_err(|error| failure("reading storage", error))
    }

    /// Time of the newest block, in Unix seconds.
    pub async fn block_time(&self) -> Result<u64, ChainError> {
        let block = self.provider.get_block(BlockId::latest()).await;
        let block = block.map_err(|error| failure("reading the newest block", error))?;
        block.map(|block| block.header().timestamp()).ok_or_else(|| ChainError::Connection {
            what: "reading the newest block".to_owned(),
            reason: "the node has none".to_owned(),
        })
    }

    /// Moves the clock of a test node `seconds` forward and has it make a block, as Anvil's and Hardhat's methods do.
    /// Returns how long that took here.
    pub async fn advance_time(&self, seconds: u64) -> Result<Duration, ChainError> {
        let start = Instant::now();
        for (method, parameters) in
            [("evm_increaseTime", serde_json::json!([seconds])), ("evm_mine", serde_json::json!([]))]
        {
            let answer = self.provider.raw_request::<_, serde_json::Value>(method.into(), parameters).await;
            answer.map_err(|error| failure("moving the node's clock", error))?;
        }
        Ok(start.elapsed())
    }

    /// The later of the newest block's time and this machine's: no block will be older, and deadlines count from here.
    pub async fn now(&self) -> Result<u64, ChainError> {
        let here = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Ok(self.block_time().await?.max(here))
    }
}

fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // A second call finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(ANSWER_TIMEOUT).build()
}
