//! The private key that pays and signs: where it may come from, and where not.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use alloy::{
    primitives::{B256, hex, keccak256},
    signers::local::PrivateKeySigner,
};

use crate::network::DEVNODE_CHAIN_ID;

/// The environment variable that may hold the key.
pub const KEY_VARIABLE: &str = "ECOSYSTEM_PRIVATE_KEY";

/// Options by which people pass secrets to other tools.
const SECRET_OPTIONS: [&str; 7] =
    ["--private-key", "--key", "--secret", "--secret-key", "--mnemonic", "--seed", "--password"];

/// Options whose values look like keys and are public.
const PUBLIC_OPTIONS: [&str; 1] = ["--subject"];

/// Why there is no key to sign with. None of these texts contains what was given as the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The command line carries a key.
    #[error(
        "a private key on the command line is visible to every process and stays in the shell's history: put it \
         into a file and pass --private-key-path FILE, or set {KEY_VARIABLE} (and treat a key that you typed here \
         as published)"
    )]
    OnCommandLine,
    /// The file can't be read.
    #[error("the key file {} can't be read ({reason}): check the path given to --private-key-path", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The text is no key.
    #[error(
        "{place} doesn't hold a private key: it has to be 64 hexadecimal digits, with or without 0x, not zero"
    )]
    Malformed {
        /// Where the text came from.
        place: String,
    },
    /// No key, and no chain on which one is public.
    #[error(
        "chain {chain_id} needs a key that has Ether there: pass --private-key-path FILE or set {KEY_VARIABLE}"
    )]
    Missing {
        /// The chain.
        chain_id: u64,
    },
}

/// A private key and the account it belongs to.
#[derive(Clone)]
pub struct Key {
    signer: PrivateKeySigner,
}

impl Key {
    /// The key to use on `chain_id`: that of the file, else that of the environment variable, else, on a dev chain,
    /// that of its funded account.
    pub fn find(path: Option<PathBuf>, variable: Option<String>, chain_id: u64) -> Result<Self, KeyError> {
        if let Some(path) = path {
            return Self::read(&path);
        }
        if let Some(text) = variable {
            return Self::parse(&text, || format!("the environment variable {KEY_VARIABLE}"));
        }
        if chain_id == DEVNODE_CHAIN_ID {
            return Ok(Self::dev());
        }
        Err(KeyError::Missing { chain_id })
    }

    /// The key in the file at `path`.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = fs::read_to_string(path)
            .map_err(|reason| KeyError::Unreadable { path: path.to_owned(), reason })?;
        Self::parse(&text, || format!("the file {}", path.display()))
    }

    /// A new key.
    #[must_use]
    pub fn random() -> Self {
        PrivateKeySigner::random().into()
    }

    /// The key of the account that a Stylus dev chain funds.
    #[must_use]
    pub fn dev() -> Self {
        let key = stylus_devnode::accounts::NITRO_DEV.private_key;
        Self { signer: PrivateKeySigner::from_bytes(&key).expect("a constant that a test checks") }
    }

    /// A key of its own for the role `label`, always the same for the same key and label: whoever has this key can
    /// get at what the derived account holds.
    #[must_use]
    pub fn derive(&self, label: &str) -> Self {
        let mut seed = keccak256([self.signer.to_bytes().as_slice(), label.as_bytes()].concat());
        loop {
            // One hash in 2^128 is no scalar of the curve; then the next one is.
            match PrivateKeySigner::from_bytes(&seed) {
                Ok(signer) => return Self { signer },
                Err(_) => seed = keccak256(seed),
            }
        }
    }

    /// What signs with this key.
    #[must_use]
    pub const fn signer(&self) -> &PrivateKeySigner {
        &self.signer
    }

    /// The account of this key.
    #[must_use]
    pub const fn address(&self) -> alloy::primitives::Address {
        self.signer.address()
    }

    fn parse(text: &str, place: impl Fn() -> String) -> Result<Self, KeyError> {
        PrivateKeySigner::from_str(text.trim())
            .map(|signer| Self { signer })
            .map_err(|_| KeyError::Malformed { place: place() })
    }
}

impl From<PrivateKeySigner> for Key {
    fn from(signer: PrivateKeySigner) -> Self {
        Self { signer }
    }
}

/// Shows the account, never the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.address()).finish()
    }
}

/// Refuses a command line that carries a secret, before anything parses it and could repeat it.
pub fn refuse_key_in_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<(), KeyError> {
    let mut follows_public_option = false;
    let mut is_secret = |argument: &str| {
        let (option, value) = argument.split_once('=').unwrap_or((argument, argument));
        let is_public = follows_public_option || PUBLIC_OPTIONS.contains(&option);
        follows_public_option = PUBLIC_OPTIONS.contains(&argument);
        SECRET_OPTIONS.contains(&option) || looks_like_key(value) && !is_public
    };
    if arguments.into_iter().any(&mut is_secret) { Err(KeyError::OnCommandLine) } else { Ok(()) }
}

fn looks_like_key(text: &str) -> bool {
    let digits = text.trim().trim_start_matches("0x");
    digits.len() == 2 * B256::len_bytes() && hex::check_raw(digits)
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;

    const SOME: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

    #[test]
    fn dev_is_the_account_that_nitro_funds() {
        assert_eq!(Key::dev().address(), address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E"));
    }

    #[test]
    fn find_prefers_the_file_then_the_variable_then_the_dev_account() {
        let folder = std::env::temp_dir().join(format!("ecosystem-key-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let file = folder.join("key");
        fs::write(&file, format!("0x{SOME}\n")).expect("a temporary file");
        let other = Key::dev().derive("other");
        let variable = Some(hex::encode(other.signer.to_bytes()));

        let by_file = Key::find(Some(file), variable.clone(), 1).expect("the file's");
        let by_variable = Key::find(None, variable, DEVNODE_CHAIN_ID).expect("the variable's");
        let by_default = Key::find(None, None, DEVNODE_CHAIN_ID).expect("the dev account's");
        let nowhere = Key::find(None, None, 42_161);
        fs::remove_dir_all(folder).expect("removed");

        assert_eq!(by_file.address(), address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"));
        assert_eq!(by_variable.address(), other.address());
        assert_eq!(by_default.address(), Key::dev().address());
        assert!(matches!(nowhere, Err(KeyError::Missing { chain_id: 42_161 })));
    }

    #[test]
    fn find_reverts_without_repeating_a_malformed_key() {
        let text = format!("{SOME}zz");
        let error = Key::find(None, Some(text.clone()), 1).expect_err("two digits too many");
        assert!(matches!(error, KeyError::Malformed { .. }));
        assert!(!format!("{error} {error:?}").contains(&text[..8]));
        assert!(!format!("{:?}", Key::dev()).contains("b6b15c"));
    }

    #[test]
    fn derive_gives_each_role_its_own_lasting_account() {
        let (holder, issuer) = (Key::dev().derive("holder"), Key::dev().derive("issuer"));
        assert_ne!(holder.address(), issuer.address());
        assert_eq!(holder.address(), Key::dev().derive("holder").address());
    }

    #[test]
    fn arguments_revert_when_any_of_them_is_a_secret() {
        for bad in [
            "--private-key",
            "--private-key=abc",
            "--mnemonic",
            SOME,
            &format!("0x{SOME}"),
            &format!("--k={SOME}"),
        ] {
            assert!(refuse_key_in_arguments(["demo", bad]).is_err(), "{bad}");
        }
        refuse_key_in_arguments(["demo", "--private-key-path", "key.txt", "--rpc=http://127.0.0.1:1"])
            .expect("harmless");
    }
}
