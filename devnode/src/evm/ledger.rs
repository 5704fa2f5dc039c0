//! The journal as ArbOS sees it.

use super::{account::sure, machine::Machine};
use crate::arbos::Ledger;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use revm::{
    DatabaseRef, bytecode::Bytecode, context_interface::journaled_state::account::JournaledAccountTr,
};

/// [`Ledger`] over a transaction's journal.
pub(super) struct MachineLedger<'m, 'a> {
    machine: &'m mut Machine<'a>,
}

impl<'m, 'a> MachineLedger<'m, 'a> {
    pub(super) fn new(machine: &'m mut Machine<'a>) -> Self {
        Self { machine }
    }
}

impl Ledger for MachineLedger<'_, '_> {
    fn load(&mut self, account: Address, slot: B256) -> B256 {
        self.machine.peek_slot(account, slot.into()).into()
    }

    fn store(&mut self, account: Address, slot: B256, value: B256) {
        self.machine.quietly(account, |journaled| {
            journaled.touch();
            journaled
                .sstore(slot.into(), value.into(), false)
                .expect("the in-memory state always answers and cold slots are not skipped");
        });
    }

    fn balance(&mut self, account: Address) -> U256 {
        self.machine.quietly(account, |journaled| *journaled.balance())
    }

    fn add_balance(&mut self, account: Address, wei: U256) {
        self.machine.quietly(account, |journaled| {
            let balance = journaled.balance().saturating_add(wei);
            journaled.set_balance(balance);
        });
    }

    fn sub_balance(&mut self, account: Address, wei: U256) -> bool {
        self.machine.quietly(account, |journaled| journaled.decr_balance(wei))
    }

    fn nonce(&mut self, account: Address) -> u64 {
        self.machine.quietly(account, |journaled| journaled.nonce())
    }

    fn set_nonce(&mut self, account: Address, nonce: u64) {
        self.machine.quietly(account, |journaled| journaled.set_nonce(nonce));
    }

    fn code(&mut self, account: Address) -> Bytes {
        self.machine.peek_code(account).1.original_bytes()
    }

    fn code_hash(&mut self, account: Address) -> B256 {
        self.machine.quietly(account, |journaled| {
            let known = !journaled.account().is_loaded_as_not_existing_not_touched();
            if known { *journaled.code_hash() } else { B256::ZERO }
        })
    }

    fn set_code(&mut self, account: Address, code: Bytes) {
        self.machine.quietly(account, |journaled| journaled.set_code_and_hash_slow(Bytecode::new_raw(code)));
    }

    fn code_is_committed(&mut self, account: Address) -> bool {
        let now = self.code_hash(account);
        let before = sure(self.machine.block.committed.basic_ref(account));
        before.is_some_and(|info| info.code_hash == now)
    }

    fn self_destructed(&mut self, account: Address) -> bool {
        self.machine.quietly(account, |journaled| journaled.account().is_selfdestructed_locally())
    }

    fn warm(&mut self, account: Address) -> bool {
        self.machine.account(account).cold
    }

    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes) {
        self.machine.append_log(Log::new_unchecked(address, topics, data));
    }
}
