//! Two-step ownership: ERC-173's event, and a new owner that has to accept.

/// The items of ownership, for interfaces that take them over.
macro_rules! ownable {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// The owner; zero after renouncing.
            function owner() external view returns (address);
            /// Whom the ownership was offered to; zero if to nobody.
            function pendingOwner() external view returns (address);
            /// Offers the ownership to `newOwner`, who becomes owner by `acceptOwnership`; zero withdraws the offer.
            function transferOwnership(address newOwner) external;
            /// Takes over the ownership that was offered to the caller.
            function acceptOwnership() external;
            /// Leaves the contract without an owner, for ever.
            function renounceOwnership() external;

            /// `newOwner` may take over from `previousOwner` (zero: the offer was withdrawn).
            event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
            /// The owner changed.
            event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

            /// Only the owner (or, to accept, the one that it was offered to) may do this; `account` isn't.
            error OwnableUnauthorizedAccount(address account);
            /// `owner`, the zero address, can't be made owner.
            error OwnableInvalidOwner(address owner);

            $($body)*
        } }
    };
}

declare! {
    /// Two-step ownership.
    interface IOwnable is ownable {}
}
