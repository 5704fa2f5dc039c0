//! The host functions that programs import, with their types.

/// A value of wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    I32,
    I64,
}

impl Type {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}

/// A host function of the module `vm_hooks`.
pub(crate) struct HostFunction {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Type],
    pub(crate) result: Option<Type>,
}

impl HostFunction {
    /// Its import in the text form of wasm, under its own name.
    pub(crate) fn import(&self) -> String {
        let params: String = self.params.iter().map(|ty| format!(" (param {})", ty.name())).collect();
        let result = self.result.map_or_else(String::new, |ty| format!(" (result {})", ty.name()));
        format!("(import \"vm_hooks\" \"{0}\" (func ${0}{params}{result}))\n", self.name)
    }
}

macro_rules! host_functions {
    ($($name:ident ( $($param:ident),* ) $(-> $result:ident)?;)*) => {
        &[$(HostFunction {
            name: stringify!($name),
            params: &[$(Type::$param),*],
            result: [$(Some(Type::$result),)? None][0],
        }),*]
    };
}

/// All of them.
pub(crate) const ALL: &[HostFunction] = host_functions! {
    read_args(I32);
    write_result(I32, I32);
    exit_early(I32);
    storage_load_bytes32(I32, I32);
    storage_cache_bytes32(I32, I32);
    storage_flush_cache(I32);
    transient_load_bytes32(I32, I32);
    transient_store_bytes32(I32, I32);
    call_contract(I32, I32, I32, I32, I64, I32) -> I32;
    delegate_call_contract(I32, I32, I32, I64, I32) -> I32;
    static_call_contract(I32, I32, I32, I64, I32) -> I32;
    create1(I32, I32, I32, I32, I32);
    create2(I32, I32, I32, I32, I32, I32);
    read_return_data(I32, I32, I32) -> I32;
    return_data_size() -> I32;
    emit_log(I32, I32, I32);
    account_balance(I32, I32);
    account_code(I32, I32, I32, I32) -> I32;
    account_code_size(I32) -> I32;
    account_codehash(I32, I32);
    evm_gas_left() -> I64;
    evm_ink_left() -> I64;
    block_basefee(I32);
    block_coinbase(I32);
    block_gas_limit() -> I64;
    block_number() -> I64;
    block_timestamp() -> I64;
    chainid() -> I64;
    contract_address(I32);
    msg_sender(I32);
    msg_value(I32);
    msg_reentrant() -> I32;
    tx_gas_price(I32);
    tx_ink_price() -> I32;
    tx_origin(I32);
    native_keccak256(I32, I32, I32);
    math_div(I32, I32);
    math_mod(I32, I32);
    math_pow(I32, I32);
    math_add_mod(I32, I32, I32);
    math_mul_mod(I32, I32, I32);
    pay_for_memory_grow(I32);
};
