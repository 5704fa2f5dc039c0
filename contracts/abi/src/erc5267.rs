//! ERC-5267: the EIP-712 domain, readable on chain.

/// The items of ERC-5267, for interfaces that take them over.
macro_rules! erc5267 {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// The fields of the EIP-712 domain; `fields` has a bit for each that is in use.
            function eip712Domain() external view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions);

            $($body)*
        } }
    };
}

declare! {
    /// ERC-5267.
    interface IERC5267 is erc5267 {}
}
