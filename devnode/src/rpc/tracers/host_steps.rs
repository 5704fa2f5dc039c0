//! Host functions as the opcodes that they resemble; those without a relative don't show.

use alloy_primitives::{B256, U256};

use super::struct_log::Entry;
use crate::vm::host::HostCall;

const WORD: usize = 32;
const ADDRESS: usize = 20;
const U32: usize = 4;
const U64: usize = 8;

/// A slot that a flush wrote, its new value, and the gas of it.
type Write = (B256, B256, u64);

/// The opcode with its operands; a result follows as the operand of a POP that costs nothing.
pub(super) fn of(call: &HostCall, writes: &[Write], ink_price: u64) -> Vec<Entry> {
    let gas = call.end_ink / ink_price;
    let cost = (call.start_ink - call.end_ink) / ink_price;
    if call.name == "storage_flush_cache" {
        return flushed(writes, gas, cost);
    }
    let Some(Alike { op, stack, result }) = alike(call) else { return Vec::new() };
    let slot = (op == "SLOAD").then(|| (B256::from_slice(&call.args), B256::from_slice(&call.outs)));
    // What a program returns is handed over at its end, which costs nothing any more.
    let cost = if op == "RETURN" { 0 } else { cost };
    let mut entries = vec![Entry { op: op.to_owned(), pc: 0, gas, cost, stack, slot }];
    if let Some(result) = result {
        entries.push(Entry { op: "POP".to_owned(), pc: 0, gas, cost: 0, stack: vec![result], slot: None });
    }
    entries
}

/// One SSTORE a slot; the last one bears what the flush cost beside the slots.
fn flushed(writes: &[Write], gas: u64, cost: u64) -> Vec<Entry> {
    let mut left = cost;
    let entries = writes.iter().enumerate().map(|(index, (key, value, gas_of_slot))| {
        let cost = if index + 1 == writes.len() { left } else { *gas_of_slot };
        left = left.saturating_sub(cost);
        let stack = vec![(*value).into(), (*key).into()];
        Entry { op: "SSTORE".to_owned(), pc: 0, gas, cost, stack, slot: Some((*key, *value)) }
    });
    entries.collect()
}

struct Alike {
    op: &'static str,
    /// The top last.
    stack: Vec<U256>,
    result: Option<U256>,
}

impl Alike {
    fn new(op: &'static str, stack: impl Into<Vec<U256>>) -> Self {
        Self { op, stack: stack.into(), result: None }
    }

    fn gives(self, result: &[u8]) -> Option<Self> {
        Some(Self { result: U256::try_from_be_slice(result), ..self })
    }
}

fn alike(call: &HostCall) -> Option<Alike> {
    let mut args = Args(&call.args);
    let outs: &[u8] = &call.outs;
    let zero = U256::ZERO;
    let asks = |op| Alike::new(op, []).gives(outs);
    let read = U256::from(outs.len());
    Some(match call.name {
        "read_args" => Alike::new("CALLDATACOPY", [read, zero, zero]),
        "write_result" => Alike::new("RETURN", [args.rest(), zero]),
        "exit_early" if args.take(U32).is_zero() => Alike::new("STOP", []),
        "exit_early" => Alike::new("REVERT", [zero, zero]),
        "storage_load_bytes32" => return Alike::new("SLOAD", [args.take(WORD)]).gives(outs),
        "transient_load_bytes32" => return Alike::new("TLOAD", [args.take(WORD)]).gives(outs),
        "transient_store_bytes32" => {
            let (key, value) = (args.take(WORD), args.take(WORD));
            Alike::new("TSTORE", [value, key])
        }
        "call_contract" => {
            let (address, gas, value) = (args.take(ADDRESS), args.take(U64), args.take(WORD));
            let stack = [zero, zero, args.rest(), zero, value, address, gas];
            return Alike::new("CALL", stack).gives(&outs[U32..]);
        }
        "delegate_call_contract" | "static_call_contract" => {
            let op = if call.name.starts_with("delegate") { "DELEGATECALL" } else { "STATICCALL" };
            let (address, gas) = (args.take(ADDRESS), args.take(U64));
            let stack = [zero, zero, args.rest(), zero, address, gas];
            return Alike::new(op, stack).gives(&outs[U32..]);
        }
        "create1" => {
            let endowment = args.take(WORD);
            return Alike::new("CREATE", [args.rest(), zero, endowment]).gives(&outs[..ADDRESS]);
        }
        "create2" => {
            let (endowment, salt) = (args.take(WORD), args.take(WORD));
            return Alike::new("CREATE2", [salt, args.rest(), zero, endowment]).gives(&outs[..ADDRESS]);
        }
        "read_return_data" => {
            let (offset, size) = (args.take(U32), args.take(U32));
            Alike::new("RETURNDATACOPY", [size, offset, zero])
        }
        "return_data_size" => return asks("RETURNDATASIZE"),
        "emit_log" => log(args),
        "account_balance" => return Alike::new("BALANCE", [args.take(ADDRESS)]).gives(outs),
        "account_codehash" => return Alike::new("EXTCODEHASH", [args.take(ADDRESS)]).gives(outs),
        "account_code_size" => return Alike::new("EXTCODESIZE", [args.take(ADDRESS)]).gives(outs),
        "account_code" => {
            let (address, offset, size) = (args.take(ADDRESS), args.take(U32), args.take(U32));
            Alike::new("EXTCODECOPY", [size, offset, zero, address])
        }
        "evm_gas_left" | "evm_ink_left" => return asks("GAS"),
        "block_basefee" => return asks("BASEFEE"),
        "block_coinbase" => return asks("COINBASE"),
        "block_gas_limit" => return asks("GASLIMIT"),
        "block_number" => return asks("NUMBER"),
        "block_timestamp" => return asks("TIMESTAMP"),
        "chainid" => return asks("CHAINID"),
        "contract_address" => return asks("ADDRESS"),
        "msg_sender" => return asks("CALLER"),
        "msg_value" => return asks("CALLVALUE"),
        "tx_gas_price" => return asks("GASPRICE"),
        "tx_origin" => return asks("ORIGIN"),
        "native_keccak256" => return Alike::new("KECCAK256", [args.rest(), zero]).gives(outs),
        "math_div" => return Alike::new("DIV", args.operands()).gives(outs),
        "math_mod" => return Alike::new("MOD", args.operands()).gives(outs),
        "math_pow" => return Alike::new("EXP", args.operands()).gives(outs),
        "math_add_mod" => return Alike::new("ADDMOD", args.operands()).gives(outs),
        "math_mul_mod" => return Alike::new("MULMOD", args.operands()).gives(outs),
        _ => return None,
    })
}

/// `emit_log`: the number of topics, the topics, the data.
fn log(mut args: Args<'_>) -> Alike {
    const OPS: [&str; 5] = ["LOG0", "LOG1", "LOG2", "LOG3", "LOG4"];
    let count = args.take(U32).saturating_to::<usize>().min(OPS.len() - 1);
    let mut topics: Vec<U256> = (0..count).map(|_| args.take(WORD)).collect();
    topics.reverse();
    topics.extend([args.rest(), U256::ZERO]);
    Alike::new(OPS[count], topics)
}

/// Arguments that have not been looked at.
struct Args<'a>(&'a [u8]);

impl Args<'_> {
    fn take(&mut self, bytes: usize) -> U256 {
        let (head, rest) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = rest;
        U256::try_from_be_slice(head).unwrap_or_default()
    }

    /// How many bytes are left.
    fn rest(&self) -> U256 {
        U256::from(self.0.len())
    }

    /// All words, the first on top.
    fn operands(&self) -> Vec<U256> {
        self.0.rchunks(WORD).map(|word| U256::try_from_be_slice(word).unwrap_or_default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &'static str, args: &[u8], outs: &[u8]) -> HostCall {
        let (args, outs) = (args.to_vec().into(), outs.to_vec().into());
        HostCall { name, args, outs, start_ink: 90_000, end_ink: 40_000 }
    }

    fn shown(call: &HostCall) -> Vec<(String, Vec<U256>, u64, u64)> {
        let entries = of(call, &[], 10_000);
        entries.into_iter().map(|entry| (entry.op, entry.stack, entry.gas, entry.cost)).collect()
    }

    #[test]
    fn a_result_is_popped_after_the_opcode() {
        let word = |n: u8| B256::with_last_byte(n);
        let division = call("math_div", &[word(6).0, word(3).0].concat(), word(2).as_slice());
        let expected = [
            ("DIV".to_owned(), vec![U256::from(3), U256::from(6)], 4, 5),
            ("POP".to_owned(), vec![U256::from(2)], 4, 0),
        ];
        assert_eq!(shown(&division), expected);
    }

    #[test]
    fn a_log_shows_its_topics_below_its_data() {
        let word = |n: u8| B256::with_last_byte(n).0;
        let args = [&2_u32.to_be_bytes()[..], &word(1), &word(2), &[7; 5]].concat();
        let stack = [2_u64, 1, 5, 0].map(U256::from).to_vec();
        assert_eq!(shown(&call("emit_log", &args, &[])), [("LOG2".to_owned(), stack, 4, 5)]);
    }

    #[test]
    fn a_flush_costs_all_that_it_wrote() {
        let slot = |n: u8| (B256::with_last_byte(n), B256::with_last_byte(n + 1), 100);
        let flush = HostCall { start_ink: 3_090_000, ..call("storage_flush_cache", &[1], &[]) };
        let costs: Vec<u64> =
            of(&flush, &[slot(1), slot(2)], 10_000).into_iter().map(|entry| entry.cost).collect();
        assert_eq!(costs, [100, 205]);
        assert!(of(&flush, &[], 10_000).is_empty());
    }

    #[test]
    fn functions_without_a_relative_do_not_show() {
        for name in ["storage_cache_bytes32", "msg_reentrant", "tx_ink_price", "pay_for_memory_grow"] {
            assert!(shown(&call(name, &[], &[])).is_empty(), "{name}");
        }
    }
}
