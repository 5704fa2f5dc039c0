//! What the oracle is told of markets, if it is a contract.

declare! {
    /// Hears of pools from their factory.
    interface IMarketListener {
        /// `pool` is from now on the market of `token`, which is the token of `credentialId`, and has its first liquidity.
        /// Called by the pool factory, in the transaction of the creation. Reverting undoes the creation.
        function onPoolCreated(bytes32 credentialId, address token, address pool) external;
    }
}
