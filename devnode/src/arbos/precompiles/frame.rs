//! What a method works with: its call, the chain, its gas.

use super::{Ctx, Failure, PrecompileCall, abi};
use crate::arbos::{
    Version,
    gas::{self, Gas, Meter, OutOfGas},
    pricing,
    storage::Store,
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;

/// One running method.
pub(in crate::arbos) struct Frame<'c, 'a> {
    pub(in crate::arbos) call: &'c PrecompileCall,
    pub(in crate::arbos) context: &'c mut Ctx<'a>,
    pub(in crate::arbos) gas: Gas,
    pub(in crate::arbos) version: &'static Version,
}

impl Frame<'_, '_> {
    /// ArbOS storage at the frame's expense.
    pub(in crate::arbos) fn store(&mut self) -> Store<'_, &mut Gas> {
        Store { ledger: self.context.ledger, meter: &mut self.gas }
    }

    pub(in crate::arbos) fn burn(&mut self, gas: u64) -> Result<(), OutOfGas> {
        (&mut self.gas).burn(gas)
    }

    /// The code hash of an account, at the price of a cold one.
    pub(in crate::arbos) fn code_hash(&mut self, account: Address) -> Result<B256, OutOfGas> {
        self.burn(gas::CODE_HASH)?;
        Ok(self.context.ledger.code_hash(account))
    }

    /// Logs an event of the precompile.
    pub(in crate::arbos) fn emit<E: SolEvent>(&mut self, event: &E) -> Result<(), Failure> {
        let topics: Vec<B256> = event.encode_topics().into_iter().map(Into::into).collect();
        let data = event.encode_data();
        self.burn(gas::log(topics.len(), data.len()))?;
        self.context.ledger.log(self.call.address, topics, data.into());
        Ok(())
    }

    /// Pays a data fee out of the call's value and hands the rest back, by plain edits of the balances.
    pub(in crate::arbos) fn pay_data_fee(&mut self, fee: U256) -> Result<(), Failure> {
        let (paid, caller, own) = (self.call.value, self.call.caller, self.call.address);
        if paid < fee {
            let error = abi::ArbWasm::ProgramInsufficientValue { have: paid, want: fee };
            return Err(Failure::custom(&error, format!("ProgramInsufficientValue({paid}, {fee})")));
        }
        let network = pricing::network_fee_account(&mut self.store())?;
        for (receiver, wei) in [(network, fee), (caller, paid - fee)] {
            if !self.context.ledger.sub_balance(own, wei) {
                return Err(Failure::Plain("the value of the call never arrived".into()));
            }
            self.context.ledger.add_balance(receiver, wei);
        }
        Ok(())
    }
}
