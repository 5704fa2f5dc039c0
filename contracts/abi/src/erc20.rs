//! ERC-20 with metadata, and the errors that ERC-6093 gives it.

/// The items of ERC-20, for interfaces that take them over.
macro_rules! erc20 {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// Name of the token.
            function name() external view returns (string);
            /// Symbol of the token.
            function symbol() external view returns (string);
            /// Decimals of one whole token: amounts are in base units, 10^-decimals.
            function decimals() external pure returns (uint8);
            /// Base units in existence.
            function totalSupply() external view returns (uint256);
            /// Base units that `account` holds.
            function balanceOf(address account) external view returns (uint256);
            /// Base units of `owner` that `spender` may still move; 2^256 - 1 never shrinks.
            function allowance(address owner, address spender) external view returns (uint256);
            /// Moves `value` from the caller to `to`.
            function transfer(address to, uint256 value) external returns (bool);
            /// Allows `spender` to move `value` of the caller's tokens, instead of what it was allowed before.
            function approve(address spender, uint256 value) external returns (bool);
            /// Moves `value` from `from` to `to`, out of the caller's allowance.
            function transferFrom(address from, address to, uint256 value) external returns (bool);

            /// `value` moved; from the zero address when minted, to it when burned.
            event Transfer(address indexed from, address indexed to, uint256 value);
            /// `spender` may now move `value` of `owner`'s tokens.
            event Approval(address indexed owner, address indexed spender, uint256 value);

            /// `sender` holds `balance`, less than `needed`.
            error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
            /// `spender` is allowed `allowance`, less than `needed`.
            error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
            /// Nothing can be sent from `sender`, the zero address.
            error ERC20InvalidSender(address sender);
            /// Nothing can be sent to `receiver`, the zero address.
            error ERC20InvalidReceiver(address receiver);
            /// `approver`, the zero address, can't approve.
            error ERC20InvalidApprover(address approver);
            /// `spender`, the zero address, can't be approved.
            error ERC20InvalidSpender(address spender);

            $($body)*
        } }
    };
}

declare! {
    /// ERC-20 with metadata.
    interface IERC20 is erc20 {}
}
