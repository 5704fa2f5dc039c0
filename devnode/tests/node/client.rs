//! A node and what tests need to talk to it.

use alloy::{
    network::EthereumWallet,
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    transports::{RpcError, TransportErrorKind},
};
use serde_json::Value;
use stylus_devnode::{Config, DevAccount, Devnode};

/// An address that nobody has a key for.
pub(crate) const NOBODY: Address = Address::repeat_byte(0x21);

pub(crate) async fn spawn() -> Devnode {
    Devnode::spawn(Config::test()).await.expect("a test node starts")
}

/// alloy's provider as it comes: nonces, fees and gas limits are filled in by asking the node.
pub(crate) fn provider(node: &Devnode, account: usize) -> DynProvider {
    provider_of(node, node.accounts()[account])
}

pub(crate) fn provider_of(node: &Devnode, account: DevAccount) -> DynProvider {
    let signer = PrivateKeySigner::from_bytes(&account.private_key).expect("a valid key");
    let url = node.rpc_url().parse().expect("a valid URL");
    choose_tls();
    ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_http(url).erased()
}

/// The workspace's HTTP client has TLS but leaves the choice of its cryptography to the program, even for plain HTTP.
pub(crate) fn choose_tls() {
    // An error means that another test has chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub(crate) fn transfer(to: Address, wei: u64) -> TransactionRequest {
    TransactionRequest::default().to(to).value(U256::from(wei))
}

/// A raw request; the error answer as JSON-RPC code and message.
pub(crate) async fn request(
    provider: &DynProvider,
    method: &'static str,
    params: Value,
) -> Result<Value, (i64, String)> {
    provider.raw_request(method.into(), params).await.map_err(refusal)
}

pub(crate) fn refusal(error: RpcError<TransportErrorKind>) -> (i64, String) {
    let answer = error.as_error_resp().unwrap_or_else(|| panic!("the node must answer: {error}"));
    (answer.code, answer.message.to_string())
}

/// Deploys runtime code and answers its address.
pub(crate) async fn deploy(provider: &DynProvider, runtime: &[u8]) -> Address {
    let length = u8::try_from(runtime.len()).expect("short code");
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN
    let mut code = vec![0x60, length, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    let request = TransactionRequest::default().input(Bytes::from(code).into()).into_create();
    let receipt = mine(provider, request).await;
    receipt.contract_address.expect("creations have one")
}

pub(crate) async fn mine(
    provider: &DynProvider,
    request: TransactionRequest,
) -> alloy::rpc::types::TransactionReceipt {
    let pending = provider.send_transaction(request).await.expect("the node takes it");
    let receipt = provider.get_transaction_receipt(*pending.tx_hash()).await;
    receipt.expect("the node answers").expect("it is mined when it is accepted")
}

trait IntoCreate {
    fn into_create(self) -> Self;
}

impl IntoCreate for TransactionRequest {
    fn into_create(mut self) -> Self {
        self.to = Some(alloy::primitives::TxKind::Create);
        self
    }
}
