//! Flat error enums: a contract's errors are one list, so that its exported interface names each.

/// Lets a contract's error enum take over the variants of a shared part's, which have the same names.
#[macro_export]
macro_rules! absorb {
    ($inner:ident into $outer:ident: $($variant:ident),+ $(,)?) => {
        impl From<$inner> for $outer {
            fn from(error: $inner) -> Self {
                match error {
                    $($inner::$variant(error) => Self::$variant(error),)+
                }
            }
        }
    };
}
