//! ERC-1271: signatures of contracts.

declare! {
    /// A contract that can sign.
    interface IERC1271 {
        /// Answers this function's own selector if `signature` over `hash` is the contract's.
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4 magicValue);
    }
}
