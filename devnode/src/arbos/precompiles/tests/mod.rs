//! The precompiles by their effects: gas, results and refusals as specified and recorded (§9).

mod caching;
mod debug;
mod dispatch;
mod getters;
mod messages;
mod owners;
mod programs;

use super::{Ctx, PrecompileCall, PrecompileOutcome, Status, run};
use crate::{
    arbos::{
        BlockInfo, StylusParams, TxInfo, Version,
        genesis::{self, DEV_ACCOUNT, GenesisConfig},
        storage::Store,
        test_ledger::TestLedger,
    },
    vm::{Engine, host::Pages},
};
use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::SolCall;
use std::sync::Arc;

const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
const ARBOS_TEST: Address = address!("0000000000000000000000000000000000000069");
const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
const ARB_STATISTICS: Address = address!("000000000000000000000000000000000000006f");
const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
const ARB_DEBUG: Address = address!("00000000000000000000000000000000000000ff");

const USER: Address = Address::repeat_byte(0x0f);
const GAS: u64 = 30_000_000;
const NOW: u64 = 1_750_000_000;
const CHAIN_ID: u64 = 412_346;

/// A fresh chain at one ArbOS version.
struct Chain {
    ledger: TestLedger,
    engine: Engine,
    block: BlockInfo,
    tx: TxInfo,
    pages: Pages,
}

impl Chain {
    fn new(arbos: u64) -> Self {
        let mut ledger = TestLedger::default();
        let version = Version::of(arbos).expect("the table has it");
        genesis::write(&mut ledger, &GenesisConfig::new(version, CHAIN_ID));
        let block = BlockInfo {
            l2_number: 1_000,
            l1_number: 0,
            timestamp: NOW,
            base_fee: U256::from(100_000_000),
            chain_id: CHAIN_ID,
            hash_of: Arc::new(|number| Some(B256::from(U256::from(number)))),
        };
        Self { ledger, engine: Engine::new(), block, tx: TxInfo::default(), pages: Pages::default() }
    }

    fn run(&mut self, call: &PrecompileCall) -> PrecompileOutcome {
        let Self { ledger, engine, block, tx, pages } = self;
        run(call, &mut Ctx { ledger, engine, block, tx, pages })
    }

    /// A call from `caller`, with its gas used.
    fn call(&mut self, caller: Address, to: Address, call: &impl SolCall) -> (u64, PrecompileOutcome) {
        let outcome = self.run(&PrecompileCall { caller, ..plain(to, call) });
        (GAS - outcome.gas_left, outcome)
    }

    /// A call that must succeed: its gas and result.
    fn ok<C: SolCall>(&mut self, caller: Address, to: Address, call: &C) -> (u64, C::Return) {
        let (used, outcome) = self.call(caller, to, call);
        assert_eq!(outcome.status, Status::Success, "{}: {outcome:?}", C::SIGNATURE);
        let result = C::abi_decode_returns(&outcome.output).expect("it is what the method returns");
        (used, result)
    }

    fn params(&mut self) -> StylusParams {
        StylusParams::load(&mut self.ledger)
    }

    fn set_params(&mut self, edit: impl FnOnce(&mut StylusParams)) {
        let mut params = self.params();
        edit(&mut params);
        let Ok(()) = params.write(&mut Store::free(&mut self.ledger));
    }
}

/// A plain call by a user's transaction.
fn plain(to: Address, call: &impl SolCall) -> PrecompileCall {
    raw(to, call.abi_encode())
}

fn raw(to: Address, input: impl Into<Bytes>) -> PrecompileCall {
    PrecompileCall {
        address: to,
        acting: to,
        caller: USER,
        value: U256::ZERO,
        input: input.into(),
        gas: GAS,
        is_static: false,
        is_direct_static: false,
        depth: 0,
        callers_caller: Address::ZERO,
        origin: USER,
    }
}

fn by_delegate(call: PrecompileCall) -> PrecompileCall {
    PrecompileCall { acting: USER, depth: 1, ..call }
}

fn by_static(call: PrecompileCall) -> PrecompileCall {
    PrecompileCall { is_static: true, is_direct_static: true, depth: 1, ..call }
}

fn under_static(call: PrecompileCall) -> PrecompileCall {
    PrecompileCall { is_static: true, depth: 2, ..call }
}

/// A revert without data that leaves nothing.
#[track_caller]
fn assert_takes_all(outcome: &PrecompileOutcome) {
    assert_eq!((outcome.status, outcome.gas_left), (Status::Revert, 0), "{outcome:?}");
    assert!(outcome.output.is_empty());
}

#[track_caller]
fn assert_halts(outcome: &PrecompileOutcome) {
    assert_eq!((outcome.status, outcome.gas_left), (Status::Halt, 0), "{outcome:?}");
    assert!(outcome.output.is_empty());
}

/// A revert without data that hands back what wasn't used.
#[track_caller]
fn assert_plain_revert(outcome: &PrecompileOutcome, used: u64) {
    assert_eq!((outcome.status, outcome.gas_left), (Status::Revert, GAS - used), "{outcome:?}");
    assert!(outcome.output.is_empty());
    assert_eq!(outcome.error_text, None);
}

/// A revert with a Solidity error.
#[track_caller]
fn assert_reverts_with(
    outcome: &PrecompileOutcome,
    error: &impl alloy_sol_types::SolError,
    text: &str,
    used: u64,
) {
    assert_eq!(outcome.status, Status::Revert, "{outcome:?}");
    assert_eq!(outcome.output, error.abi_encode());
    assert_eq!(outcome.error_text.as_deref(), Some(text));
    assert_eq!(GAS - outcome.gas_left, used);
}
