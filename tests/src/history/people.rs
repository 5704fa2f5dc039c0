//! Those who take part in a history: what they do is a transaction each, and their Ether is counted.

use std::mem;

use alloy::{
    primitives::{Address, U256},
    rpc::types::{Log, TransactionRequest},
    sol_types::SolCall,
};
use ecosystem::{
    chain::{ChainError, Sent},
    key::Key,
};

use crate::Stage;

/// More gas than any step needs.
const GAS: u64 = 1_500_000;

/// The accounts of a stage, with what it takes to count their Ether.
pub struct People {
    /// Whose accounts they are.
    pub stage: Stage,
    /// What their transactions paid for gas. Units: wei.
    gas: U256,
    /// What came to them from nowhere. Units: wei.
    endowed: U256,
    /// What contracts told since somebody asked.
    logs: Vec<Log>,
}

impl People {
    /// Those of `stage`.
    #[must_use]
    pub const fn new(stage: Stage) -> Self {
        Self { stage, gas: U256::ZERO, endowed: U256::ZERO, logs: Vec::new() }
    }

    fn key(&self, user: Address) -> &Key {
        let accounts = self.stage.accounts();
        accounts.into_iter().find(|key| key.address() == user).expect("an account of the stage")
    }

    /// What a call gives back, and then the same as a transaction; `None` if it is refused.
    pub async fn done<C: SolCall>(
        &mut self,
        user: Address,
        to: Address,
        call: C,
        value: U256,
    ) -> Option<C::Return> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into()).value(value);
        let answer = match self.stage.chain().call(request.clone().from(user), C::SIGNATURE).await {
            Ok(answer) => answer,
            Err(ChainError::Reverted { .. }) => return None,
            Err(other) => panic!("{}: {other}", C::SIGNATURE),
        };
        let sent = self.stage.chain().send_with_gas(self.key(user), request, GAS, C::SIGNATURE).await;
        let sent = sent.unwrap_or_else(|error| panic!("{}, which was possible: {error}", C::SIGNATURE));
        self.note(&sent);
        Some(C::abi_decode_returns(&answer).expect("an answer"))
    }

    /// Puts down what a transaction paid, and what was told in it.
    fn note(&mut self, Sent { receipt, .. }: &Sent) {
        self.gas += U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        self.logs.extend_from_slice(receipt.logs());
    }

    /// What contracts told in transactions since this was last asked.
    pub fn told(&mut self) -> Vec<Log> {
        mem::take(&mut self.logs)
    }

    /// Gives an account Ether that nobody had, and that comes without a call. Units: wei.
    pub async fn endow(&mut self, account: Address, amount: U256) {
        let balance = self.stage.chain().balance(account).await.expect("the node answers");
        self.stage.endows(account, balance + amount).await;
        self.endowed += amount;
    }

    /// What `accounts`, which have to be all that can have some, have of Ether, as if gas were free and nobody had been
    /// endowed. Units: wei.
    pub async fn ether(&self, accounts: impl IntoIterator<Item = Address>) -> U256 {
        let mut ether = U256::ZERO;
        for account in accounts {
            ether += self.stage.chain().balance(account).await.expect("the node answers");
        }
        ether + self.gas - self.endowed
    }
}
