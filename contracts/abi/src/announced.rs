//! Announced changes: what can hurt users happens 48 hours after everybody could read what it will be.

/// The items of announced changes, for interfaces that take them over.
macro_rules! announced {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// Announces `call`, a call of one of this contract's setters, ABI-encoded. It can be made by the owner from 48
            /// hours on, once, for 14 days. Announcing it again starts anew. Only the owner.
            function schedule(bytes call) external;
            /// Withdraws the announcement of the call whose keccak-256 is `callHash`. Only the owner or the guardian.
            function cancel(bytes32 callHash) external;
            /// Ends the set-up, for ever: from now on changes have to be announced. Only the owner.
            function launch() external;
            /// Whether the set-up has ended.
            function launched() external view returns (bool);
            /// First and last second (Unix time) at which the announced call can be made; zeros if it isn't announced.
            function getScheduled(bytes32 callHash) external view returns (uint256 from, uint256 until);

            /// `call` can be made from `from` until `until` (Unix seconds, both included).
            event Scheduled(bytes32 indexed callHash, bytes call, uint256 from, uint256 until);
            /// The announced call was made.
            event Executed(bytes32 indexed callHash);
            /// The announcement was withdrawn by `account`.
            event Cancelled(bytes32 indexed callHash, address indexed account);
            /// The set-up ended.
            event Launched();

            /// This call is not announced, or no longer: `schedule` it, with exactly these arguments, and come back.
            error NotScheduled(bytes32 callHash);
            /// The announced call can be made from `from` (Unix seconds) on.
            error NotYetDue(bytes32 callHash, uint256 from);
            /// The announced call could be made until `until` (Unix seconds): `schedule` it again.
            error ScheduleExpired(bytes32 callHash, uint256 until);
            /// The set-up has ended already.
            error AlreadyLaunched();

            $($body)*
        } }
    };
}

declare! {
    /// Announced changes.
    interface IAnnounced is announced {}
}
