//! Rounds of requests, and the check that they did what they say.

use std::time::{Duration, Instant};

use abi::token::ICredentialToken::{balanceOfCall, transferCall};
use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::Encodable2718,
    primitives::{Address, TxKind, U256, address, hex},
    rpc::types::TransactionRequest,
    signers::SignerSync,
    sol,
    sol_types::SolCall,
};
use ecosystem::key::Key;
use ecosystem_tests::{Stage, run};
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::connection::Connection;

/// What each sender gets: 10 ether pay for more rounds than anybody measures.
const WEI_OF_A_SENDER: u64 = 10_000_000_000_000_000_000;
/// Base units of the token for each sender: one a transfer.
const UNITS_OF_A_SENDER: u64 = 1_000_000_000_000;
/// Gas limits that suffice.
const TRANSFER_GAS: u64 = 21_000;
const TOKEN_TRANSFER_GAS: u64 = 120_000;
/// Wei per gas, ten times the base fee of a dev chain.
const FEE_CAP: u128 = 1_000_000_000;
/// Gas a second above which ArbOS raises the base fee: out of reach, so that no round changes what the next one pays.
const SPEED_LIMIT: u64 = 1 << 50;
const ARB_OWNER: Address = address!("0x0000000000000000000000000000000000000070");

sol! {
    function setSpeedLimit(uint64 limit) external;
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A transfer of one wei.
    Transfer,
    /// A transfer of one base unit of a credential's token, a program behind a clone.
    TokenTransfer,
    /// A balance of that token.
    Call,
}

/// A node under load, with a sender for each connection.
pub(crate) struct Load {
    stage: Stage,
    token: Address,
    /// Who gets what is transferred.
    recipient: Address,
    /// On one thread: the node has the rest of the machine.
    clients: Runtime,
    senders: Vec<Sender>,
}

/// An account that sends over a connection of its own.
struct Sender {
    key: Key,
    nonce: u64,
    connection: Connection,
}

impl Load {
    /// Connects `most` senders, and gives them Ether and what they need of the stage's token.
    pub(crate) fn new(stage: Stage, token: Address, most: usize) -> Self {
        let node = stage.world.node().expect("a devnode of its own").address().to_string();
        let clients = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let key = |role: &str| stage.world.payer().derive(&format!("bench: {role}"));
        let recipient = key("recipient").address();
        let senders: Vec<Sender> = (0..most)
            .map(|index| Sender {
                key: key(&format!("sender {index}")),
                nonce: 0,
                connection: clients.block_on(Connection::open(&node)),
            })
            .collect();
        run(async {
            let payer = stage.world.payer();
            stage.executes(payer, ARB_OWNER, setSpeedLimitCall { limit: SPEED_LIMIT }).await;
            for account in senders.iter().map(|sender| sender.key.address()).chain([recipient]) {
                let ether = TransactionRequest::default().to(account).value(U256::from(WEI_OF_A_SENDER));
                stage.chain().send(payer, ether, "Ether for a sender").await.expect("the payer has Ether");
                let units = transferCall { to: account, value: U256::from(UNITS_OF_A_SENDER) };
                stage.executes(&stage.holder, token, units).await;
            }
        });
        Self { stage, token, recipient, clients, senders }
    }

    /// Makes `requests` requests over `connections` connections, each with one request at a time; how long that took.
    /// Signing before and checking after don't count.
    pub(crate) fn round(&mut self, kind: Kind, connections: usize, requests: usize) -> Duration {
        let share = requests / connections;
        let mut senders: Vec<_> = self.senders.drain(..connections).collect();
        let bodies: Vec<Vec<_>> =
            senders.iter_mut().map(|sender| (0..share).map(|_| self.body(sender, kind)).collect()).collect();
        let before = self.received(kind);

        let start = Instant::now();
        let tasks: Vec<_> = senders
            .into_iter()
            .zip(bodies)
            .map(|(mut sender, bodies)| {
                self.clients.spawn(async move {
                    let mut answers = Vec::with_capacity(bodies.len());
                    for body in bodies {
                        answers.push(sender.connection.ask(body).await);
                    }
                    (sender, answers)
                })
            })
            .collect();
        let done: Vec<_> = self.clients.block_on(async {
            let mut done = Vec::with_capacity(tasks.len());
            for task in tasks {
                done.push(task.await.expect("all are answered"));
            }
            done
        });
        let took = start.elapsed();

        let mut senders = Vec::with_capacity(connections);
        for (sender, answers) in done {
            for answer in answers {
                let answer: Value = serde_json::from_slice(&answer).expect("JSON");
                assert!(answer["result"].is_string(), "{answer}");
            }
            senders.push(sender);
        }
        self.senders.splice(..0, senders);
        let received = self.received(kind) - before;
        let expected = if kind == Kind::Call { 0 } else { share * connections };
        assert_eq!(received, U256::from(expected), "not every transaction was mined and succeeded");
        took
    }

    /// The body of a request; transactions are signed, with the sender's next nonce.
    fn body(&self, sender: &mut Sender, kind: Kind) -> Bytes {
        let (method, params) = match kind {
            Kind::Transfer => {
                let raw = self.signed(sender, self.recipient, U256::ONE, TRANSFER_GAS, Vec::new());
                ("eth_sendRawTransaction", json!([raw]))
            }
            Kind::TokenTransfer => {
                let call = transferCall { to: self.recipient, value: U256::ONE }.abi_encode();
                let raw = self.signed(sender, self.token, U256::ZERO, TOKEN_TRANSFER_GAS, call);
                ("eth_sendRawTransaction", json!([raw]))
            }
            Kind::Call => {
                let call = balanceOfCall { account: sender.key.address() }.abi_encode();
                ("eth_call", json!([{ "to": self.token, "data": hex::encode_prefixed(call) }, "latest"]))
            }
        };
        json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string().into()
    }

    fn signed(
        &self,
        sender: &mut Sender,
        to: Address,
        value: U256,
        gas_limit: u64,
        input: Vec<u8>,
    ) -> String {
        let tx = TxEip1559 {
            chain_id: self.stage.chain().chain_id(),
            nonce: sender.nonce,
            gas_limit,
            max_fee_per_gas: FEE_CAP,
            max_priority_fee_per_gas: 0,
            to: TxKind::Call(to),
            value,
            access_list: Default::default(),
            input: input.into(),
        };
        sender.nonce += 1;
        let signature = sender.key.signer().sign_hash_sync(&tx.signature_hash()).expect("a local key signs");
        hex::encode_prefixed(TxEnvelope::from(tx.into_signed(signature)).encoded_2718())
    }

    /// What the recipient has of what this kind transfers.
    fn received(&self, kind: Kind) -> U256 {
        run(async {
            match kind {
                Kind::Transfer => self.stage.chain().balance(self.recipient).await.expect("the node answers"),
                _ => self.stage.reads(self.token, balanceOfCall { account: self.recipient }).await,
            }
        })
    }
}
