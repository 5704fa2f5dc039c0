//! Why a transaction can't be mined, and what a halted frame is called: the texts that tools match on (spec §8.10).

use alloy_primitives::{Address, U256};
use revm::{bytecode::OpCode, interpreter::InstructionResult};
use thiserror::Error;

/// A transaction that no block can hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TxError {
    /// Its nonce is used up.
    #[error("nonce too low: address {address}, tx: {tx} state: {state}")]
    NonceTooLow {
        /// Sender.
        address: Address,
        /// Nonce of the transaction.
        tx: u64,
        /// Next nonce of the account.
        state: u64,
    },
    /// Its turn has not come.
    #[error("nonce too high: address {address}, tx: {tx} state: {state}")]
    NonceTooHigh {
        /// Sender.
        address: Address,
        /// Nonce of the transaction.
        tx: u64,
        /// Next nonce of the account.
        state: u64,
    },
    /// The account has made 2^64 − 1 transactions.
    #[error("nonce has max value: address {address}, nonce: {nonce}")]
    NonceMax {
        /// Sender.
        address: Address,
        /// Nonce of the transaction.
        nonce: u64,
    },
    /// The sender is a contract.
    #[error("sender not an eoa: address {address}, len(code): {len}")]
    SenderNotEoa {
        /// Sender.
        address: Address,
        /// Length of its code in bytes.
        len: usize,
    },
    /// The fee cap is below the base fee.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {max_fee} baseFee: {base_fee}"
    )]
    FeeCapTooLow {
        /// Sender.
        address: Address,
        /// Wei per gas.
        max_fee: u128,
        /// Wei per gas.
        base_fee: U256,
    },
    /// The balance does not cover gas limit · fee cap + value.
    #[error("insufficient funds for gas * price + value: address {address} have {have} want {want}")]
    InsufficientFunds {
        /// Sender.
        address: Address,
        /// Wei.
        have: U256,
        /// Wei.
        want: U256,
    },
    /// gas limit · fee cap + value does not fit 256 bits.
    #[error(
        "insufficient funds for gas * price + value: address {address} required balance exceeds 256 bits"
    )]
    FundsOverflow {
        /// Sender.
        address: Address,
    },
    /// The gas limit is below what the transaction costs before it runs, L1 part included.
    #[error("intrinsic gas too low: have {have}, want {want}")]
    IntrinsicGas {
        /// Gas limit.
        have: u64,
        /// Gas needed.
        want: u64,
    },
    /// The gas limit is below the calldata floor (EIP-7623).
    #[error("insufficient gas for floor data gas cost: have {have}, want {want}")]
    FloorDataGas {
        /// Gas limit.
        have: u64,
        /// Gas needed.
        want: u64,
    },
    /// The init code of a creation is too long (EIP-3860).
    #[error("max initcode size exceeded: code size {size} limit {limit}")]
    InitCodeTooLarge {
        /// Bytes.
        size: usize,
        /// Bytes.
        limit: usize,
    },
    /// An EIP-7702 transaction without authorizations.
    #[error("EIP-7702 transaction with empty auth list (sender {address})")]
    EmptyAuthorizations {
        /// Sender.
        address: Address,
    },
    /// An EIP-7702 transaction that creates.
    #[error("EIP-7702 transaction cannot be used to create contract (sender {address})")]
    SetCodeCreation {
        /// Sender.
        address: Address,
    },
    /// This chain's rules do not know the type.
    #[error("transaction type not supported")]
    UnsupportedType,
}

/// Whether an opcode ended a frame before it did anything: out of gas, or out of room on the stack.
pub(super) fn is_unpaid(result: InstructionResult) -> bool {
    use InstructionResult as R;
    matches!(
        result,
        R::OutOfGas
            | R::MemoryOOG
            | R::MemoryLimitOOG
            | R::InvalidOperandOOG
            | R::ReentrancySentryOOG
            | R::StackOverflow
            | R::StackUnderflow
    )
}

/// What a create ends with that can't pay for its code. revm calls it out of gas, geth doesn't; without a limit on
/// memory nothing else ends with this.
pub(super) const UNPAID_DEPOSIT: InstructionResult = InstructionResult::MemoryLimitOOG;

/// Whether geth counts a frame's end as out of gas: more gas might have helped.
pub(super) fn is_out_of_gas(result: InstructionResult) -> bool {
    use InstructionResult as R;
    matches!(result, R::OutOfGas | R::MemoryOOG | R::PrecompileOOG | R::ReentrancySentryOOG)
}

/// geth's name for what ended a frame; `None` for success and plain reverts.
pub(super) fn halt_text(result: InstructionResult, opcode: Option<u8>) -> Option<String> {
    use InstructionResult as R;
    let text = match result {
        R::ReentrancySentryOOG => "out of gas: not enough gas for reentrancy sentry",
        R::InvalidOperandOOG => "gas uint64 overflow",
        UNPAID_DEPOSIT => "contract creation code storage out of gas",
        result if is_out_of_gas(result) => "out of gas",
        R::InvalidFEOpcode => "invalid opcode: INVALID",
        R::OpcodeNotFound | R::NotActivated => return Some(unknown_opcode(opcode)),
        R::CallNotAllowedInsideStatic | R::StateChangeDuringStaticCall => "write protection",
        R::InvalidJump => "invalid jump destination",
        R::StackOverflow => "stack limit reached 1024 (1023)",
        R::StackUnderflow => "stack underflow",
        R::OutOfOffset => "return data out of bounds",
        R::CreateCollision => "contract address collision",
        R::NonceOverflow => "nonce uint64 overflow",
        R::CreateContractSizeLimit => "max code size exceeded",
        R::CreateContractStartingWithEF => "invalid code: must not begin with 0xef",
        R::CreateInitCodeSizeLimit => "max initcode size exceeded",
        R::CallTooDeep => "max call depth exceeded",
        R::OutOfFunds => "insufficient balance for transfer",
        R::PrecompileError => "precompile failed",
        result if result.is_ok() || result == R::Revert => return None,
        _ => "execution failed",
    };
    Some(text.to_owned())
}

fn unknown_opcode(opcode: Option<u8>) -> String {
    match opcode {
        Some(byte) => match OpCode::new(byte) {
            Some(known) => format!("invalid opcode: {known}"),
            None => format!("invalid opcode: opcode {byte:#x} not defined"),
        },
        None => "invalid opcode".to_owned(),
    }
}
