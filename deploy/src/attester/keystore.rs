//! The issuer's key on disk: encrypted, in the format that wallets share (Web3 Secret Storage, version 3).

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use alloy::{primitives::hex, signers::local::PrivateKeySigner};

use crate::key::Key;

/// The environment variable that may hold a keystore's password.
pub const PASSWORD_VARIABLE: &str = "ECOSYSTEM_KEYSTORE_PASSWORD";

/// Fewer characters than this keep nobody out who has the file.
const SHORTEST_PASSWORD: usize = 8;

/// What is wrong with a keystore or its password. None of these texts contains either.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// No file, or none that can be read.
    #[error("the keystore {} can't be read ({reason}): check the path given to --keystore", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// Another kind of file.
    #[error("{} is no keystore: make one with `ecosystem keystore new` or `ecosystem keystore import`", .0.display())]
    NotAKeystore(PathBuf),
    /// The password doesn't open it.
    #[error("the password doesn't open the keystore {}", .0.display())]
    WrongPassword(PathBuf),
    /// Nothing to open it with.
    #[error(
        "no password for the keystore: pass --password-path FILE, set {PASSWORD_VARIABLE}, or run this in a terminal \
         to be asked for it"
    )]
    NoPassword,
    /// The file with the password.
    #[error("the password file {} can't be read ({reason}): check the path given to --password-path", path.display())]
    PasswordUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The terminal.
    #[error("the password can't be read from the terminal: {0}")]
    Terminal(io::Error),
    /// One that doesn't protect.
    #[error("the password is shorter than {SHORTEST_PASSWORD} characters: choose a longer one")]
    ShortPassword,
    /// Two that differ.
    #[error("the two passwords differ: nothing was written")]
    PasswordsDiffer,
    /// There is something already.
    #[error("{} exists already: keystores are never overwritten; choose another path", .0.display())]
    Exists(PathBuf),
    /// It can't be written.
    #[error("the keystore {} can't be written: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system or the cipher said.
        reason: String,
    },
}

/// A password. It is never shown.
pub struct Password(String);

impl Password {
    /// The password of the file, else of the environment variable, else what somebody at the terminal types; `new`
    /// ones are typed twice and have a least length.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(path: Option<&Path>, variable: Option<String>, new: bool) -> Result<Self, KeystoreError> {
        let found = match (path, variable) {
            (Some(path), _) => fs::read_to_string(path)
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|reason| KeystoreError::PasswordUnreadable { path: path.to_owned(), reason })?,
            (None, Some(password)) => password,
            (None, None) => typed(new)?,
        };
        if new && found.chars().count() < SHORTEST_PASSWORD {
            return Err(KeystoreError::ShortPassword);
        }
        Ok(Self(found))
    }
}

fn typed(new: bool) -> Result<String, KeystoreError> {
    if !io::stdin().is_terminal() {
        return Err(KeystoreError::NoPassword);
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(KeystoreError::Terminal);
    let password = ask("Password of the keystore: ")?;
    if new && ask("The same again: ")? != password {
        return Err(KeystoreError::PasswordsDiffer);
    }
    Ok(password)
}

/// The key in the keystore at `path`.
///
/// # Errors
/// If there is no keystore, or the password doesn't open it.
pub fn open(path: &Path, password: &Password) -> Result<Key, KeystoreError> {
    let text = fs::read_to_string(path)
        .map_err(|reason| KeystoreError::Unreadable { path: path.to_owned(), reason })?;
    let is_keystore = serde_json::from_str::<serde_json::Value>(&text)
        .is_ok_and(|document| document["version"] == 3 && document["crypto"].is_object());
    if !is_keystore {
        return Err(KeystoreError::NotAKeystore(path.to_owned()));
    }
    PrivateKeySigner::decrypt_keystore(path, &password.0)
        .map(Key::from)
        .map_err(|_| KeystoreError::WrongPassword(path.to_owned()))
}

/// Writes `key` to a new keystore at `path`, readable by its owner alone.
///
/// # Errors
/// If there is a file already, or it can't be written; then there is none.
pub fn create(path: &Path, key: &Key, password: &Password) -> Result<(), KeystoreError> {
    let unwritable = |reason: String| KeystoreError::Unwritable { path: path.to_owned(), reason };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Beside its place first, so that nobody ever finds half a keystore there.
    let partial = format!(".keystore-{}-{}", std::process::id(), hex::encode(&key.address()[..4]));
    let written = PrivateKeySigner::encrypt_keystore(
        folder,
        &mut rand::rngs::OsRng,
        key.signer().to_bytes(),
        &password.0,
        Some(&partial),
    );
    let partial = folder.join(partial);
    let published =
        written.map_err(|error| unwritable(error.to_string())).and_then(|_| publish(&partial, path));
    // What is published has another name too; what isn't must not stay.
    let _ = fs::remove_file(&partial);
    published
}

/// Gives a file its name, unless another has it.
fn publish(partial: &Path, path: &Path) -> Result<(), KeystoreError> {
    let unwritable =
        |reason: io::Error| KeystoreError::Unwritable { path: path.to_owned(), reason: reason.to_string() };
    let text = fs::read(partial).map_err(unwritable)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|reason| match reason.kind() {
        io::ErrorKind::AlreadyExists => KeystoreError::Exists(path.to_owned()),
        _ => unwritable(reason),
    })?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(|reason| {
        // Half a keystore is worse than none.
        let _ = fs::remove_file(path);
        unwritable(reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ecosystem-keystore-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn password(text: &str) -> Password {
        Password(text.to_owned())
    }

    #[test]
    fn a_key_comes_back_with_its_password_only() {
        let folder = folder("round");
        let (path, key) = (folder.join("issuer.json"), Key::dev().derive("issuer"));
        create(&path, &key, &password("correct horse")).expect("written");
        assert_eq!(open(&path, &password("correct horse")).expect("opens").address(), key.address());
        assert!(matches!(open(&path, &password("wrong horse")), Err(KeystoreError::WrongPassword(_))));
        let text = fs::read_to_string(&path).expect("a file");
        assert!(!text.contains(&hex::encode(key.signer().to_bytes())), "the key is not in clear");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1, "nothing else is left");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn create_never_overwrites() {
        let folder = folder("twice");
        let path = folder.join("issuer.json");
        fs::write(&path, "precious").expect("written");
        let refusal = create(&path, &Key::dev(), &password("correct horse"));
        assert!(matches!(refusal, Err(KeystoreError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "precious");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1, "nothing else is left");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn open_tells_other_files_from_keystores() {
        let folder = folder("others");
        let path = folder.join("issuer.json");
        assert!(matches!(open(&path, &password("x")), Err(KeystoreError::Unreadable { .. })));
        for text in ["", "{}", "0xac09", r#"{"version":1,"crypto":{}}"#] {
            fs::write(&path, text).expect("written");
            assert!(matches!(open(&path, &password("x")), Err(KeystoreError::NotAKeystore(_))), "{text}");
        }
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn password_comes_from_the_file_before_the_environment_and_new_ones_are_long() {
        let folder = folder("password");
        let path = folder.join("password");
        fs::write(&path, "from the file\n").expect("written");
        let variable = || Some("from the environment".to_owned());
        let found = |path, variable, new| Password::find(path, variable, new).map(|password| password.0);
        assert_eq!(found(Some(path.as_path()), variable(), true).expect("found"), "from the file");
        assert_eq!(found(None, variable(), true).expect("found"), "from the environment");
        assert!(matches!(found(None, Some("short".into()), true), Err(KeystoreError::ShortPassword)));
        assert_eq!(found(None, Some("short".into()), false).expect("as it was chosen once"), "short");
        fs::remove_dir_all(&folder).expect("removed");
    }
}
