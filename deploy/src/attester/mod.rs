//! The attester: from what was verified off chain to what the registry takes.
//!
//! ```text
//! verification   a document of schema air-verification/1, read strictly and checked against what was asked for
//!  └ programmes     which verification programme a credential type's nullifiers come from
//! claim          what is attested, whoever it came from; checked once more, then signed
//! keystore       the issuer's key, encrypted on disk (Web3 Secret Storage)
//! ```

pub mod claim;
pub mod keystore;
pub mod programmes;
pub mod verification;

pub use claim::{Claim, ClaimError};
pub use programmes::{Programmes, ProgrammesError};
pub use verification::{Asked, Verification, VerificationError};
