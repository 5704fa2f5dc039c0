//! The upgradeable proxy (ERC-1967), a small EVM program. For anyone but its admin it has no functions of its own.

declare! {
    /// The proxy, as its admin sees it. Until it is locked, `upgradeToAndCall` and `changeAdmin` act at once; from then on
    /// they do only what was announced, byte for byte, at least 48 hours and at most 16 days ago, once.
    ///
    /// Created with an implementation, an admin, and the call that initialises it, whose failure is the creation's.
    ///
    /// Errors: [`IProxy::ERC1967NonPayable`]; [`IProxy::ProxyMalformedCall`]; [`IProxy::ERC1967ProxyUninitialized`];
    /// [`IProxy::ERC1967InvalidImplementation`]; [`IProxy::ERC1967InvalidAdmin`].
    interface IProxy {
        /// Runs the code of `implementation` from now on and, if `data` isn't empty, calls it with `data` at once: then a
        /// failure there is this one's.
        ///
        /// Errors: [`ERC1967NonPayable`]; [`ProxyCallNotAnnounced`], [`ProxyCallTooEarly`], [`ProxyCallTooLate`] once
        /// locked; [`ProxyMalformedCall`]; [`ERC1967InvalidImplementation`].
        function upgradeToAndCall(address implementation, bytes data) external;
        /// Hands the proxy over to `newAdmin`.
        ///
        /// Errors: [`ERC1967NonPayable`]; [`ProxyCallNotAnnounced`], [`ProxyCallTooEarly`], [`ProxyCallTooLate`] once
        /// locked; [`ProxyMalformedCall`]; [`ERC1967InvalidAdmin`].
        function changeAdmin(address newAdmin) external;
        /// Announces `call`, a call of one of the two, selector and arguments. Replaces what was announced before.
        ///
        /// Errors: [`ERC1967NonPayable`]; [`ProxyMalformedCall`].
        function announceProxyCall(bytes call) external;
        /// Withdraws what is announced.
        ///
        /// Errors: [`ERC1967NonPayable`]; [`ProxyNothingAnnounced`].
        function cancelProxyCall() external;
        /// From now on nothing happens that wasn't announced. There is no way back.
        ///
        /// Errors: [`ERC1967NonPayable`]; [`ProxyAlreadyLocked`].
        function lockUpgrades() external;

        /// The proxy runs the code of `implementation` from now on.
        event Upgraded(address indexed implementation);
        /// The admin changed (from zero at creation).
        event AdminChanged(address previousAdmin, address newAdmin);
        /// `call`, and no other, can be made from `from` until `until`, both included (Unix seconds), unless it is
        /// cancelled, another call is announced or the admin changes.
        event ProxyCallAnnounced(bytes call, uint256 from, uint256 until);
        /// The announced call with the keccak `callHash` was withdrawn.
        event ProxyCallCancelled(bytes32 callHash);
        /// What the proxy does has to be announced from now on.
        event UpgradesLocked();

        /// `implementation` is no active program: activate it first.
        error ERC1967InvalidImplementation(address implementation);
        /// `admin`, the zero address, can't be made admin.
        error ERC1967InvalidAdmin(address admin);
        /// These functions take no Ether.
        error ERC1967NonPayable();
        /// A proxy is created with the call that initialises it, so that nobody else can.
        error ERC1967ProxyUninitialized();
        /// The arguments aren't encoded canonically: use a standard ABI encoder.
        error ProxyMalformedCall();
        /// The call with the keccak `callHash` isn't the announced one, or is used up: announce it, byte for byte.
        error ProxyCallNotAnnounced(bytes32 callHash);
        /// The call was announced for later: make it from `from` on (Unix seconds).
        error ProxyCallTooEarly(bytes32 callHash, uint256 from);
        /// The call could be made until `until` (Unix seconds): announce it again.
        error ProxyCallTooLate(bytes32 callHash, uint256 until);
        /// There is no announcement to cancel.
        error ProxyNothingAnnounced();
        /// Upgrades are locked already.
        error ProxyAlreadyLocked();
    }
}
