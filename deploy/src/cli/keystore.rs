//! `ecosystem keystore`

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use crate::{
    attester::keystore::{self, PASSWORD_VARIABLE, Password},
    error::Error,
    key::Key,
};

/// What to do with keystores.
#[derive(Debug, Subcommand)]
pub(super) enum KeystoreCommand {
    /// Makes a new key and writes it to a new keystore; prints its address.
    New {
        #[command(flatten)]
        place: Place,
    },
    /// Writes the key of a file to a new keystore; prints its address. Delete the file afterwards.
    Import {
        /// File with the private key: 64 hexadecimal digits.
        #[arg(long, value_name = "FILE")]
        private_key_path: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the keystore goes and what it is encrypted with.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The file to write; one that exists is never overwritten.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// File with the password [default: the environment variable ECOSYSTEM_KEYSTORE_PASSWORD, else the terminal]
    #[arg(long, value_name = "FILE")]
    password_path: Option<PathBuf>,
}

/// Makes a keystore.
pub(super) fn run(command: &KeystoreCommand) -> Result<(), Error> {
    let (key, place) = match command {
        KeystoreCommand::New { place } => (Key::random(), place),
        KeystoreCommand::Import { private_key_path, place } => (Key::read(private_key_path)?, place),
    };
    let variable = std::env::var(PASSWORD_VARIABLE).ok();
    let password = Password::find(place.password_path.as_deref(), variable, true)?;
    keystore::create(&place.out, &key, &password)?;
    writeln!(io::stdout().lock(), "{}", key.address()).map_err(Error::Output)
}
