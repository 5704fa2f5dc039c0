//! What a running program needs from the chain: the seam between `vm` and `evm`.
//!
//! The VM knows ink, guest memory and the storage cache; the host knows accounts, warmth, journal and frames.
//! Every method here is one of the actions of spec §6 and §7 *without* the ink part: prices that depend on the
//! chain's state (cold or warm, what a slot held) are returned as gas and charged by the VM.

use alloy_primitives::{Address, B256, Bytes, U256};

/// What a program frame can read about itself, its block and its transaction (spec §5.8).
#[derive(Clone, Debug, Default)]
pub struct FrameEnv {
    /// The acting address: whose storage and balance the frame works on.
    pub contract: Address,
    /// `msg.sender` of the frame.
    pub sender: Address,
    /// `msg.value` of the frame, wei.
    pub value: U256,
    /// True when the acting address already has an open frame that is not a delegate call (spec §5.7).
    pub reentrant: bool,
    /// Inherited by every nested frame.
    pub is_static: bool,
    /// Base fee of the block, wei; zero in a call without a gas price.
    pub block_basefee: U256,
    /// Where the block's fees would go.
    pub block_coinbase: Address,
    /// Gas limit of the block.
    pub block_gas_limit: u64,
    /// The *L1* block number that ArbOS knows: zero on a dev chain.
    pub block_number: u64,
    /// Unix seconds.
    pub block_timestamp: u64,
    /// Low 64 bits of the chain id.
    pub chain_id: u64,
    /// Who signed the transaction.
    pub tx_origin: Address,
    /// Effective gas price before the tip is dropped, wei.
    pub tx_gas_price: U256,
}

/// A value in the state and whether touching it was the transaction's first access to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access<T> {
    /// What lies there.
    pub value: T,
    /// True on the first access of the transaction; it is warm from then on.
    pub cold: bool,
}

/// How a program calls another account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `call_contract`
    Call,
    /// `delegate_call_contract`
    Delegate,
    /// `static_call_contract`
    Static,
}

/// A nested call with the gas that the VM worked out (spec §7.1 step 5).
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Which of the three calls.
    pub kind: CallKind,
    /// Whose code runs.
    pub target: Address,
    /// Wei moved; zero unless `kind` is [`CallKind::Call`].
    pub value: U256,
    /// Gas handed to the callee, stipend included.
    pub gas: u64,
    /// Calldata.
    pub input: Bytes,
}

/// A nested create with the gas that the VM worked out (spec §7.2 step 4).
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Init code.
    pub code: Bytes,
    /// Wei moved into the new account.
    pub endowment: U256,
    /// `Some` for `create2`.
    pub salt: Option<B256>,
    /// Gas handed to the init code.
    pub gas: u64,
}

/// What came back from a nested frame.
#[derive(Clone, Debug, Default)]
pub struct FrameOutcome {
    /// The frame's changes are kept.
    pub success: bool,
    /// Gas that the frame hands back.
    pub gas_left: u64,
    /// Returned or revert data; for creates only what reverting init code returned.
    pub output: Bytes,
    /// The new account of a successful create.
    pub created: Option<Address>,
}

/// A host function that a program called, for tracers: what it read and wrote, byte for byte as appendix A lays it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// As programs import it; entering and leaving the program count as `user_entrypoint` and `user_returned`.
    pub name: &'static str,
    /// Arguments, big-endian and concatenated.
    pub args: Bytes,
    /// Results, big-endian and concatenated.
    pub outs: Bytes,
    /// Ink before the function charged anything.
    pub start_ink: u64,
    /// Ink after all its charges.
    pub end_ink: u64,
}

/// The transaction's counters of wasm memory pages (spec §5.2), shared by all its programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Pages open at this moment.
    pub open: u16,
    /// The most that were ever open in this transaction.
    pub ever: u16,
}

/// The chain as seen by one program frame.
pub trait Host {
    /// The frame's constants.
    fn env(&self) -> &FrameEnv;

    /// Reads a slot of the acting address from the state and warms it.
    fn storage_load(&mut self, key: B256) -> Access<B256>;

    /// Writes a slot of the acting address; returns the gas of spec §6.4's table, access included, and books the
    /// refund. The caller has refused static frames and undoes the frame when it can't pay.
    fn storage_store(&mut self, key: B256, value: B256) -> u64;

    /// Reads a transient slot of the acting address.
    fn transient_load(&mut self, key: B256) -> B256;

    /// Writes a transient slot of the acting address; the caller has refused static frames.
    fn transient_store(&mut self, key: B256, value: B256);

    /// Warms an account; true if it was cold.
    fn warm_account(&mut self, address: Address) -> bool;

    /// Balance in wei; warms the account.
    fn balance(&mut self, address: Address) -> Access<U256>;

    /// Code as deployed, prefix included; warms the account.
    fn code(&mut self, address: Address) -> Access<Bytes>;

    /// Code hash: zero if the account does not exist in the journal's sense (spec §6.6); warms the account.
    fn code_hash(&mut self, address: Address) -> Access<B256>;

    /// True if the account is empty in the sense of EIP-161.
    fn is_empty(&mut self, address: Address) -> bool;

    /// Appends a log of the acting address; the caller has refused static frames.
    fn emit_log(&mut self, topics: Vec<B256>, data: Bytes);

    /// Runs a nested call to its end. Depth and balance failures hand back all gas.
    fn call(&mut self, request: CallRequest) -> FrameOutcome;

    /// Runs a nested create to its end. Depth and balance failures hand back all gas.
    fn create(&mut self, request: CreateRequest) -> FrameOutcome;

    /// The transaction's page counters.
    fn pages(&mut self) -> &mut Pages;

    /// What the program printed through the `console` module.
    fn console(&mut self, text: String);

    /// Whether [`Host::record`] is to be told what the program calls; asked once, when the program starts.
    fn records(&self) -> bool {
        false
    }

    /// Hears of a host function that has done its work; those that end the program in failure are not told.
    fn record(&mut self, _call: HostCall) {}
}
