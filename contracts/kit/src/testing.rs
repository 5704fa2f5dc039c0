//! A test host that plays the accounts around a contract: calls get the answers that were put down for them, and no
//! others; `create2` does what the chain does with a clone's creation code. (The SDK's own answers every call, with the data
//! that was put down last.) For the tests of contracts that call others; the feature `testing` brings it.

extern crate std;

use alloc::{rc::Rc, vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use core::cell::RefCell;
use std::collections::HashMap;
use stylus_sdk::{stylus_core::*, testing::TestVM};

/// What an account answers a call with: data, or the data of its refusal.
pub type Answer = Result<Vec<u8>, Vec<u8>>;

/// A call that was made: to whom, with what, with how many wei.
pub type Made = (Address, Vec<u8>, U256);

/// Bytes of a clone's creation code that return what follows them.
const CREATION_BYTES: usize = 10;

/// Who answers the calls that no answer was put down for: to whom, with what, with how many wei (none if static); `None` is
/// a refusal without a word.
pub type Player = Rc<dyn Fn(Address, &[u8], Option<U256>) -> Option<Answer>>;

#[derive(Default)]
struct Script {
    player: Option<Player>,
    answers: HashMap<(Address, Vec<u8>), Answer>,
    made: Vec<Made>,
    returned: Vec<u8>,
}

/// The host: the SDK's, but for calls and deployments.
#[derive(Clone)]
pub struct Scripted {
    /// The SDK's host, which has everything else.
    pub vm: TestVM,
    script: Rc<RefCell<Script>>,
}

impl Default for Scripted {
    fn default() -> Self {
        Self { vm: TestVM::new(), script: Rc::default() }
    }
}

impl Scripted {
    /// A host where nobody answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on `to` answers `data` so.
    pub fn answer(&self, to: Address, data: Vec<u8>, answer: Answer) {
        self.script.borrow_mut().answers.insert((to, data), answer);
    }

    /// From now on `player` answers what nobody else does; it may use the host.
    pub fn play(&self, player: Player) {
        self.script.borrow_mut().player = Some(player);
    }

    /// From now on `to` doesn't answer `data`.
    pub fn silence(&self, to: Address, data: Vec<u8>) {
        self.script.borrow_mut().answers.remove(&(to, data));
    }

    /// The calls that could change something, since this was last asked.
    pub fn made(&self) -> Vec<Made> {
        core::mem::take(&mut self.script.borrow_mut().made)
    }

    /// SAFETY: as the trait's functions ask.
    unsafe fn call(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: Option<U256>,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller's pointers are those of an address and of `data_len` bytes.
        let (to, data) =
            unsafe { (core::slice::from_raw_parts(to, 20), core::slice::from_raw_parts(data, data_len)) };
        let (to, data) = (Address::from_slice(to), data.to_vec());
        let mut script = self.script.borrow_mut();
        if let Some(value) = value {
            script.made.push((to, data.clone(), value));
        }
        let mut answer = script.answers.get(&(to, data.clone())).cloned();
        if let (None, Some(player)) = (&answer, script.player.clone()) {
            drop(script);
            answer = player(to, &data, value);
            script = self.script.borrow_mut();
        }
        let answer = answer.unwrap_or(Err(vec![]));
        let status = u8::from(answer.is_err());
        script.returned = answer.unwrap_or_else(|data| data);
        *outs_len = script.returned.len();
        status
    }
}

impl Host for Scripted {}

impl CalldataAccess for Scripted {
    fn read_args(&self, len: usize) -> Vec<u8> {
        self.vm.read_args(len)
    }
    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        let returned = &self.script.borrow().returned;
        let rest = returned.get(offset..).unwrap_or_default();
        rest.get(..size.unwrap_or(rest.len())).unwrap_or(rest).to_vec()
    }
    fn return_data_size(&self) -> usize {
        self.script.borrow().returned.len()
    }
    fn write_result(&self, data: &[u8]) {
        self.vm.write_result(data);
    }
}

unsafe impl UnsafeCallAccess for Scripted {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: `value` points at a word; the rest is as the caller promises.
        unsafe {
            let value = U256::from_be_slice(core::slice::from_raw_parts(value, 32));
            self.call(to, data, data_len, Some(value), outs_len)
        }
    }
    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: as the caller promises.
        unsafe { self.call(to, data, data_len, None, outs_len) }
    }
    unsafe fn delegate_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // Answered as the account's own calls are.
        // SAFETY: as the caller promises.
        unsafe { self.call(to, data, data_len, None, outs_len) }
    }
}

unsafe impl UnsafeDeploymentAccess for Scripted {
    unsafe fn create1(&self, _: *const u8, _: usize, _: *const u8, _: *mut u8, _: *mut usize) {
        unreachable!("contracts create by CREATE2 only")
    }
    unsafe fn create2(
        &self,
        code: *const u8,
        code_len: usize,
        _endowment: *const u8,
        salt: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize,
    ) {
        // SAFETY: the caller's pointers are those of `code_len` bytes, a word and room for an address.
        let (code, salt, contract) = unsafe {
            (
                core::slice::from_raw_parts(code, code_len),
                core::slice::from_raw_parts(salt, 32),
                core::slice::from_raw_parts_mut(contract, 20),
            )
        };
        let address = self.vm.contract_address().create2_from_code(B256::from_slice(salt), code);
        // SAFETY: as the caller promises.
        unsafe { *revert_data_len = 0 };
        if self.vm.code_size(address) == 0 {
            let runtime = code.get(CREATION_BYTES..).unwrap_or_default();
            self.vm.set_code(address, runtime.to_vec());
            contract.copy_from_slice(address.as_slice());
        }
    }
}

impl StorageAccess for Scripted {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        self.vm.storage_load_bytes32(key)
    }
    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        // SAFETY: as the caller promises.
        unsafe { self.vm.storage_cache_bytes32(key, value) }
    }
    fn flush_cache(&self, clear: bool) {
        self.vm.flush_cache(clear);
    }
}

/// Passes the functions of a trait on to the SDK's host.
macro_rules! passed_on {
    ($($access:ident { $($name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;)+ })+) => {
        $(impl $access for Scripted {
            $(fn $name(&self $(, $arg: $ty)*) $(-> $ret)? { self.vm.$name($($arg),*) })+
        })+
    };
}

passed_on! {
    CryptographyAccess { native_keccak256(input: &[u8]) -> B256; }
    BlockAccess {
        block_basefee() -> U256;
        block_coinbase() -> Address;
        block_number() -> u64;
        block_timestamp() -> u64;
        block_gas_limit() -> u64;
    }
    ChainAccess { chain_id() -> u64; }
    AccountAccess {
        balance(account: Address) -> U256;
        contract_address() -> Address;
        code(account: Address) -> Vec<u8>;
        code_size(account: Address) -> usize;
        code_hash(account: Address) -> B256;
    }
    MemoryAccess { pay_for_memory_grow(pages: u16); }
    MessageAccess {
        msg_sender() -> Address;
        msg_reentrant() -> bool;
        msg_value() -> U256;
        tx_origin() -> Address;
    }
    MeteringAccess {
        evm_gas_left() -> u64;
        evm_ink_left() -> u64;
        tx_gas_price() -> U256;
        tx_ink_price() -> u32;
    }
    RawLogAccess {
        emit_log(input: &[u8], num_topics: usize);
        raw_log(topics: &[B256], data: &[u8]) -> Result<(), &'static str>;
    }
}
