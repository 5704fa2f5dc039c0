//! What the ecosystem calls of `ArbWasm`, the precompile that knows which programs are active.

use alloy_primitives::{Address, address};

/// Address of the precompile on every Arbitrum chain.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

declare! {
    /// The part of `ArbWasm` that is used on chain.
    interface IArbWasm {
        /// Stylus version that `program` was activated for. Reverts unless it can be called now: not activated, expired, and
        /// activated for an older version each have an error of their own.
        function programVersion(address program) external view returns (uint16 version);
    }
}
