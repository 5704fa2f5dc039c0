//! The host functions that programs import (§6): 42 in `vm_hooks`, and on debug chains nine in `console`.
//!
//! Each charges in one order: base ink; ink by length and required gas; guest memory is read; the chain acts; the
//! action's gas; guest memory is written. Failing to pay ends the program out of ink, anything else is a failure.

mod accounts;
mod calls;
mod console;
mod control;
mod env;
mod math;
mod storage;

use wasmer::{Function, FunctionEnv, Store};
use wasmparser::ValType;

use super::frame::Frame;
use super::validate::HOOKS as VM_HOOKS;

/// The module of the debug functions.
const CONSOLE: &str = "console";

/// A host function.
pub(super) struct Hook {
    name: &'static str,
    pub(super) params: &'static [ValType],
    pub(super) results: &'static [ValType],
    /// Makes it for one program call.
    pub(super) make: fn(&mut Store, &FunctionEnv<Frame>) -> Function,
}

/// The host function that an import names, if there is one.
pub(super) fn find(module: &str, name: &str, debug_chain: bool) -> Option<&'static Hook> {
    let hooks: &[Hook] = match module {
        VM_HOOKS => &HOOKS,
        CONSOLE if debug_chain => &CONSOLE_HOOKS,
        _ => return None,
    };
    hooks.iter().find(|hook| hook.name == name)
}

/// One row of the table: where the function is, its name, and its type in wasm.
macro_rules! hook {
    ($module:ident :: $name:ident ( $($param:ident),* ) $(-> $result:ident)?) => {
        Hook {
            name: stringify!($name),
            params: &[$(ValType::$param),*],
            results: &[$(ValType::$result)?],
            make: |store, env| Function::new_typed_with_env(store, env, $module::$name),
        }
    };
}

static HOOKS: [Hook; 42] = [
    hook!(control::read_args(I32)),
    hook!(control::write_result(I32, I32)),
    hook!(control::exit_early(I32)),
    hook!(storage::storage_load_bytes32(I32, I32)),
    hook!(storage::storage_cache_bytes32(I32, I32)),
    hook!(storage::storage_flush_cache(I32)),
    hook!(storage::transient_load_bytes32(I32, I32)),
    hook!(storage::transient_store_bytes32(I32, I32)),
    hook!(calls::call_contract(I32, I32, I32, I32, I64, I32) -> I32),
    hook!(calls::delegate_call_contract(I32, I32, I32, I64, I32) -> I32),
    hook!(calls::static_call_contract(I32, I32, I32, I64, I32) -> I32),
    hook!(calls::create1(I32, I32, I32, I32, I32)),
    hook!(calls::create2(I32, I32, I32, I32, I32, I32)),
    hook!(calls::read_return_data(I32, I32, I32) -> I32),
    hook!(calls::return_data_size() -> I32),
    hook!(control::emit_log(I32, I32, I32)),
    hook!(accounts::account_balance(I32, I32)),
    hook!(accounts::account_code(I32, I32, I32, I32) -> I32),
    hook!(accounts::account_code_size(I32) -> I32),
    hook!(accounts::account_codehash(I32, I32)),
    hook!(env::evm_gas_left() -> I64),
    hook!(env::evm_ink_left() -> I64),
    hook!(env::block_basefee(I32)),
    hook!(env::block_coinbase(I32)),
    hook!(env::block_gas_limit() -> I64),
    hook!(env::block_number() -> I64),
    hook!(env::block_timestamp() -> I64),
    hook!(env::chainid() -> I64),
    hook!(env::contract_address(I32)),
    hook!(env::msg_sender(I32)),
    hook!(env::msg_value(I32)),
    hook!(env::msg_reentrant() -> I32),
    hook!(env::tx_gas_price(I32)),
    hook!(env::tx_ink_price() -> I32),
    hook!(env::tx_origin(I32)),
    hook!(math::native_keccak256(I32, I32, I32)),
    hook!(math::math_div(I32, I32)),
    hook!(math::math_mod(I32, I32)),
    hook!(math::math_pow(I32, I32)),
    hook!(math::math_add_mod(I32, I32, I32)),
    hook!(math::math_mul_mod(I32, I32, I32)),
    hook!(control::pay_for_memory_grow(I32)),
];

static CONSOLE_HOOKS: [Hook; 9] = [
    hook!(console::log_txt(I32, I32)),
    hook!(console::log_i32(I32)),
    hook!(console::log_i64(I64)),
    hook!(console::log_f32(F32)),
    hook!(console::log_f64(F64)),
    hook!(console::tee_i32(I32) -> I32),
    hook!(console::tee_i64(I64) -> I64),
    hook!(console::tee_f32(F32) -> F32),
    hook!(console::tee_f64(F64) -> F64),
];

#[cfg(test)]
mod tests;
