//! Every way in which a command can end early.

use std::{io, path::PathBuf};

use alloy::primitives::Address;

use crate::{
    attester::{ClaimError, ProgrammesError, VerificationError, keystore::KeystoreError},
    chain::ChainError,
    demo::DemoError,
    key::KeyError,
    market::quote::QuoteError,
    network::NetworkError,
    system::ArtifactsError,
};

/// What ended a command early: one sentence that says what went wrong, with what, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No such network, or not this one.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The contracts couldn't be built.
    #[error("the contracts can't be built: {0}")]
    Build(String),
    /// The contracts were built, and something else lies there.
    #[error(transparent)]
    Artifacts(#[from] ArtifactsError),
    /// The chain in this process couldn't be started.
    #[error("the chain in this process can't be started: {0}")]
    Devnode(#[from] stylus_devnode::SpawnError),
    /// The node, or what it answered.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The issuer's key.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// What was to be attested.
    #[error(transparent)]
    Attest(#[from] AttestError),
    /// No quote.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// The demo.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The result can't be written.
    #[error("the result can't be written ({0}): check where the output goes")]
    Output(io::Error),
}

/// Why nothing was attested.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    /// The verification result.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The table of programmes.
    #[error(transparent)]
    Programmes(#[from] ProgrammesError),
    /// The claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// The verification result's file.
    #[error("the verification result {} can't be read ({reason}): check the path given to --verification", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The registry would refuse it.
    #[error(
        "the registry {registry} takes no attestation of type {credential_type} from {key}: its owner has to add the \
         issuer, or this type to it"
    )]
    NotAnIssuer {
        /// The keystore's address.
        key: Address,
        /// The registry.
        registry: Address,
        /// The type by name.
        credential_type: String,
    },
}

impl Error {
    /// The process's exit code: 2 if the command or the set-up was wrong, 1 if something failed while it ran.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Key(_)
            | Self::Network(_)
            | Self::Build(_)
            | Self::Artifacts(_)
            | Self::Devnode(_)
            | Self::Keystore(_) => 2,
            Self::Chain(
                ChainError::BadUrl { .. }
                | ChainError::Unreachable { .. }
                | ChainError::NotANode { .. }
                | ChainError::WrongChain { .. },
            ) => 2,
            Self::Chain(_) | Self::Attest(_) | Self::Quote(_) | Self::Demo(_) | Self::Output(_) => 1,
        }
    }
}
