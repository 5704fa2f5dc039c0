//! Reads what transactions cost.

use alloy::{
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{chain::Sent, key::Key};
use ecosystem_tests::Stage;

/// What one function costs in one case.
#[derive(Debug)]
pub(crate) struct Cost {
    /// Folder of `contracts/`, or `proxy`.
    pub(crate) contract: &'static str,
    /// Signature, as in the ABI.
    pub(crate) function: &'static str,
    /// What is special about it; empty if the function has only one case.
    pub(crate) case: &'static str,
    /// Gas used by the whole transaction.
    pub(crate) gas: u64,
}

impl Cost {
    pub(crate) const fn key(&self) -> (&'static str, &'static str, &'static str) {
        (self.contract, self.function, self.case)
    }

    /// The function's name.
    pub(crate) fn name(&self) -> &'static str {
        self.function.split('(').next().unwrap_or_default()
    }
}

/// Everything measured so far.
#[derive(Default)]
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    pub(crate) fn into_rows(self) -> Vec<Cost> {
        self.0
    }

    /// What is measured from now on is of `contract`, on `stage`.
    pub(crate) fn of<'a>(&'a mut self, contract: &'static str, stage: &'a Stage) -> Meter<'a> {
        Meter { stage, contract, costs: self }
    }
}

/// Measures one contract on one stage.
pub(crate) struct Meter<'a> {
    pub(crate) stage: &'a Stage,
    contract: &'static str,
    costs: &'a mut Costs,
}

impl Meter<'_> {
    /// Makes a call by a transaction, which has to succeed, and keeps what it cost.
    pub(crate) async fn call<C: SolCall>(
        &mut self,
        case: &'static str,
        who: &Key,
        to: Address,
        call: C,
    ) -> Sent {
        let sent = self.stage.executes(who, to, call).await;
        self.keep(C::SIGNATURE, case, &sent);
        sent
    }

    /// As [`call`](Self::call), with `value` wei.
    pub(crate) async fn paying<C: SolCall>(
        &mut self,
        case: &'static str,
        who: &Key,
        to: Address,
        call: C,
        value: U256,
    ) -> Sent {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into()).value(value);
        let sent = self.stage.chain().send(who, request, C::SIGNATURE).await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        self.keep(C::SIGNATURE, case, &sent);
        sent
    }

    /// Has somebody without any role ask a view by a transaction.
    pub(crate) async fn view<C: SolCall>(&mut self, case: &'static str, at: Address, call: C) {
        self.call(case, &self.stage.stranger, at, call).await;
    }

    /// Keeps what a transaction cost that did `function`, whoever sent it to whom.
    pub(crate) fn keep(&mut self, function: &'static str, case: &'static str, sent: &Sent) {
        let cost = Cost { contract: self.contract, function, case, gas: sent.receipt.gas_used };
        assert!(
            self.costs.0.iter().all(|other| other.key() != cost.key()),
            "two rows of {}, {function}, `{case}`",
            self.contract
        );
        self.costs.0.push(cost);
    }
}
