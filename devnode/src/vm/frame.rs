//! One running program as its host functions see it: its ink, its memory, and what it did so far.

use alloy_primitives::{Address, B256, Bytes, U256};
use wasmer::{FunctionEnvMut, Global, Memory, StoreMut, Value};

use super::host::{FrameEnv, Host, HostCall};
use super::lent::LentHost;
use super::run::ProgramCall;
use super::storage_cache::StorageCache;
use super::{ink, instrument};

/// Why a host function ends the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Escape {
    #[error("out of ink")]
    OutOfInk,
    #[error("{0}")]
    Failure(&'static str),
    #[error("pointer out of bounds")]
    OutOfBounds,
    #[error("program exited early with status {0}")]
    Exit(u32),
}

/// What a host function returns.
pub(super) type Outcome<T = ()> = Result<T, Escape>;

/// The handles that host functions use, looked up once per call.
#[derive(Clone)]
pub(super) struct Wiring {
    pub(super) memory: Memory,
    pub(super) ink_left: Global,
    pub(super) ink_status: Global,
    pub(super) stack_left: Global,
}

impl Wiring {
    pub(super) fn of(instance: &wasmer::Instance) -> Result<Self, wasmer::ExportError> {
        let exports = &instance.exports;
        Ok(Self {
            memory: exports.get_memory(super::validate::MEMORY)?.clone(),
            ink_left: exports.get_global(instrument::INK_LEFT)?.clone(),
            ink_status: exports.get_global(instrument::INK_STATUS)?.clone(),
            stack_left: exports.get_global(instrument::STACK_LEFT)?.clone(),
        })
    }
}

/// The state of one program call.
pub(super) struct Frame {
    pub(super) host: LentHost,
    pub(super) call: ProgramCall,
    pub(super) env: FrameEnv,
    /// Filled once the instance exists, which needs the host functions, which need the frame.
    pub(super) wiring: Option<Wiring>,
    /// What the program returns when it ends.
    pub(super) result: Bytes,
    /// What its last nested call or create returned.
    pub(super) return_data: Bytes,
    pub(super) storage: StorageCache,
    /// The account whose code was fetched last, and the code.
    pub(super) code_memo: Option<(Address, Bytes)>,
    /// Whether the host wants to hear of host functions.
    records: bool,
}

impl Frame {
    pub(super) fn new(mut host: LentHost, call: ProgramCall) -> Self {
        let (env, records) = host.with(|host| (host.env().clone(), host.records()));
        Self {
            host,
            call,
            env,
            wiring: None,
            result: Bytes::new(),
            return_data: Bytes::new(),
            storage: StorageCache::default(),
            code_memo: None,
            records,
        }
    }

    /// Tells the host of a host function, if it wants to know. Arguments and results are concatenated only then.
    pub(super) fn record(
        &mut self,
        name: &'static str,
        (args, outs): (&[&[u8]], &[&[u8]]),
        (start_ink, end_ink): (u64, u64),
    ) {
        if self.records {
            let call =
                HostCall { name, args: args.concat().into(), outs: outs.concat().into(), start_ink, end_ink };
            self.host.with(|host| host.record(call));
        }
    }
}

/// The program during one host function. Ink is kept here meanwhile and goes back when this is dropped.
pub(super) struct Guest<'a> {
    pub(super) frame: &'a mut Frame,
    store: StoreMut<'a>,
    wiring: Wiring,
    /// Ink on entering the host function.
    start: u64,
    ink: u64,
    exhausted: bool,
}

impl<'a> Guest<'a> {
    /// Enters a host function that costs `ink` to begin with.
    pub(super) fn enter(env: &'a mut FunctionEnvMut<'_, Frame>, ink: u64) -> Outcome<Self> {
        let (frame, mut store) = env.data_and_store_mut();
        let wiring = frame.wiring.clone().expect("programs run only once they are wired");
        let left = wiring.ink_left.get(&mut store).i64().expect("the ink global is an i64").cast_unsigned();
        let mut guest = Self { frame, store, wiring, start: left, ink: left, exhausted: false };
        guest.buy(ink)?;
        Ok(guest)
    }

    /// Ink left.
    pub(super) fn ink(&self) -> u64 {
        self.ink
    }

    /// Whole gas left.
    pub(super) fn gas(&self) -> u64 {
        self.ink / u64::from(self.frame.call.ink_price)
    }

    /// Ink of `gas`.
    fn ink_of(&self, gas: u64) -> u64 {
        gas.saturating_mul(u64::from(self.frame.call.ink_price))
    }

    /// Takes ink.
    pub(super) fn buy(&mut self, ink: u64) -> Outcome {
        match self.ink.checked_sub(ink) {
            Some(left) => {
                self.ink = left;
                Ok(())
            }
            None => Err(self.exhaust()),
        }
    }

    /// Takes the ink of `gas`.
    pub(super) fn buy_gas(&mut self, gas: u64) -> Outcome {
        self.buy(self.ink_of(gas))
    }

    /// Ends the program unless it has `gas`; takes nothing.
    pub(super) fn require_gas(&mut self, gas: u64) -> Outcome {
        match self.ink < self.ink_of(gas) {
            true => Err(self.exhaust()),
            false => Ok(()),
        }
    }

    /// Takes all ink.
    pub(super) fn exhaust(&mut self) -> Escape {
        self.ink = 0;
        self.exhausted = true;
        Escape::OutOfInk
    }

    /// Gas that stands for one call into the EVM side where a price is in gas.
    pub(super) fn evm_api_gas(&self) -> u64 {
        ink::EVM_API / u64::from(self.frame.call.ink_price)
    }

    /// Uses the chain.
    pub(super) fn host<R>(&mut self, work: impl FnOnce(&mut dyn Host) -> R) -> R {
        self.frame.host.with(work)
    }

    /// Tells the host of this host function, which has charged all that it will.
    pub(super) fn record(&mut self, name: &'static str, args: &[&[u8]], outs: &[&[u8]]) {
        self.frame.record(name, (args, outs), (self.start, self.ink));
    }

    /// Fails the program if its frame is static.
    pub(super) fn refuse_static(&self) -> Outcome {
        match self.frame.env.is_static {
            true => Err(Escape::Failure("state can't change in a static call")),
            false => Ok(()),
        }
    }

    fn check(&self, pointer: u32, length: u32) -> Outcome {
        let size = self.wiring.memory.view(&self.store).data_size();
        match u64::from(pointer) + u64::from(length) <= size {
            true => Ok(()),
            false => Err(Escape::OutOfBounds),
        }
    }

    /// Reads `length` bytes of guest memory.
    pub(super) fn read_bytes(&self, pointer: u32, length: u32) -> Outcome<Vec<u8>> {
        self.check(pointer, length)?; // before allocating what the guest asks for
        let mut bytes = vec![0; length as usize];
        self.read_into(pointer, &mut bytes)?;
        Ok(bytes)
    }

    fn read_into(&self, pointer: u32, bytes: &mut [u8]) -> Outcome {
        let view = self.wiring.memory.view(&self.store);
        view.read(u64::from(pointer), bytes).map_err(|_| Escape::OutOfBounds)
    }

    /// Reads a big-endian word.
    pub(super) fn read_word(&self, pointer: u32) -> Outcome<B256> {
        let mut word = B256::ZERO;
        self.read_into(pointer, word.as_mut_slice())?;
        Ok(word)
    }

    /// Reads a big-endian number.
    pub(super) fn read_number(&self, pointer: u32) -> Outcome<U256> {
        self.read_word(pointer).map(|word| U256::from_be_bytes(word.0))
    }

    /// Reads an address.
    pub(super) fn read_address(&self, pointer: u32) -> Outcome<Address> {
        let mut address = Address::ZERO;
        self.read_into(pointer, address.as_mut_slice())?;
        Ok(address)
    }

    /// Writes to guest memory; the pointer must be good even if there is nothing to write.
    pub(super) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Outcome {
        let view = self.wiring.memory.view(&self.store);
        if u64::from(pointer) + bytes.len() as u64 > view.data_size() {
            return Err(Escape::OutOfBounds);
        }
        view.write(u64::from(pointer), bytes).map_err(|_| Escape::OutOfBounds)
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let ink = Value::I64(self.ink.cast_signed());
        self.wiring.ink_left.set(&mut self.store, ink).expect("the ink global is a mutable i64");
        if self.exhausted {
            let status = Value::I32(1);
            self.wiring.ink_status.set(&mut self.store, status).expect("the status global is a mutable i32");
        }
    }
}
