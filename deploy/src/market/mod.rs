//! What operators and traders do with pools from outside: quotes, and the collection of the protocol's part of the fees.

pub mod fees;
pub mod quote;
