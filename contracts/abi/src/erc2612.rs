//! ERC-2612: approval by signature.

/// The items of ERC-2612, for interfaces that take them over.
macro_rules! erc2612 {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// Sets `spender`'s allowance to `value` by `owner`'s signature, which anyone may bring until `deadline`
            /// (Unix seconds).
            function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
            /// The nonce that `owner`'s next permit has to carry.
            function nonces(address owner) external view returns (uint256);
            /// EIP-712 domain separator of this contract on this chain.
            function DOMAIN_SEPARATOR() external view returns (bytes32);

            /// The permit could be used until `deadline` (Unix seconds); sign a new one.
            error ERC2612ExpiredSignature(uint256 deadline);
            /// The signature is `signer`'s over these values and the current nonce (zero: nobody's), not `owner`'s.
            error ERC2612InvalidSigner(address signer, address owner);

            $($body)*
        } }
    };
}

declare! {
    /// ERC-2612.
    interface IERC2612 is erc2612 {}
}
