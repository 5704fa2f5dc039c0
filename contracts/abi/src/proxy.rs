//! The upgradeable proxy (ERC-1967), a small EVM program. For anyone but its admin it has no functions of its own.

declare! {
    /// The proxy, as its admin sees it.
    interface IProxy {
        /// Runs the code of `implementation` from now on and, if `data` isn't empty, calls it with `data` at once.
        function upgradeToAndCall(address implementation, bytes data) external;
        /// Hands the proxy over to `newAdmin`.
        function changeAdmin(address newAdmin) external;

        /// The proxy runs the code of `implementation` from now on.
        event Upgraded(address indexed implementation);
        /// The admin changed (from zero at creation).
        event AdminChanged(address previousAdmin, address newAdmin);

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
    }
}
