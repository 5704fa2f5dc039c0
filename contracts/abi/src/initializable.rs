//! Initialisation behind a proxy.

/// The items of initialisation, for interfaces that take them over.
macro_rules! initializable {
    ($next:ident [$($args:tt)*] { $($body:tt)* }) => {
        $next! { $($args)* {
            /// The initialisation of `version` ran.
            event Initialized(uint64 version);

            /// `version` is initialised already; each version is once.
            error AlreadyInitialized(uint64 version);
            /// `implementation` was called itself: call the proxy, or create one with this call as its data.
            error DirectInitialization(address implementation);

            $($body)*
        } }
    };
}

declare! {
    /// Initialisation behind a proxy.
    interface IInitializable is initializable {}
}
