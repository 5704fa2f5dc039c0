//! A guardian who can stop entry, and an owner who lets it go on.

/// The items of guardian and pause, for interfaces that take them over.
macro_rules! pausable {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// Who, beside the owner, can pause; zero if nobody.
            function guardian() external view returns (address);
            /// Whether entry is stopped. Exit never is.
            function paused() external view returns (bool);
            /// Replaces the guardian at once; zero: there is none. Only the owner.
            function setGuardian(address newGuardian) external;
            /// Stops entry. Only the guardian or the owner.
            function pause() external;
            /// Lets entry go on. Only the owner.
            function unpause() external;

            /// The guardian changed.
            event GuardianSet(address indexed previousGuardian, address indexed newGuardian);
            /// `account` stopped entry.
            event Paused(address account);
            /// `account` let entry go on.
            event Unpaused(address account);

            /// Entry is stopped: wait until the owner unpauses. To renounce the ownership, unpause first.
            error EnforcedPause();
            /// Entry isn't stopped: there is nothing to unpause.
            error ExpectedPause();
            /// Only the guardian or the owner may do this; `account` is neither.
            error GuardianUnauthorizedAccount(address account);

            $($body)*
        } }
    };
}

declare! {
    /// Guardian and pause.
    interface IPausable is pausable {}
}
