//! What the CLI calls of Arbitrum's precompiles, as Offchain Labs' published interfaces declare it.

use alloy::{
    primitives::{Address, address},
    sol,
};

/// Address of [`ArbWasm`].
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// Address of [`ArbWasmCache`].
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
/// Address of [`ArbOwnerPublic`].
pub const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");

sol! {
    #![sol(all_derives, abi)]

    /// Knows which programs can be called.
    interface ArbWasm {
        /// Makes the program at `program` callable, for a fee out of the value sent; the rest comes back.
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        /// Lets the active program live for another year, for a fee out of the value sent; the rest comes back.
        function codehashKeepalive(bytes32 codehash) external payable;
        /// The Stylus version that programs need.
        function stylusVersion() external view returns (uint16 version);
        /// The Stylus version that `program` was activated for; reverts if it can't be called now.
        function programVersion(address program) external view returns (uint16 version);

        /// The account holds no wasm.
        error ProgramNotWasm();
        /// Nobody has activated the program.
        error ProgramNotActivated();
        /// The program was activated for `version`, and the chain runs `stylusVersion`: activate it again.
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        /// The program wasn't kept alive: activate it again.
        error ProgramExpired(uint64 ageInSeconds);
        /// The program is active already.
        error ProgramUpToDate();
        /// The program was activated or kept alive less than 31 days ago.
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        /// `have` wei were sent and the fee is `want`.
        error ProgramInsufficientValue(uint256 have, uint256 want);
    }

    /// Decides which programs are kept ready, so that calling them is cheaper.
    interface ArbWasmCache {
        /// Keeps the program ready. Cache managers and chain owners only.
        function cacheProgram(address addr) external;
        /// Keeps the program ready no longer. Cache managers and chain owners only.
        function evictCodehash(bytes32 codehash) external;
        /// Whether the program is kept ready.
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }

    /// Tells who owns the chain.
    interface ArbOwnerPublic {
        /// Whether `addr` may change the chain's parameters.
        function isChainOwner(address addr) external view returns (bool);
    }
}
