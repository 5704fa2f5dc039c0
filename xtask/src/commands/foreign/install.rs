//! Clients in the user's cache folder, each as its lock file says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask::{artifacts::wasm, cache, process};

use super::client::{Client, Kind};
use super::quietly;

/// The folder of the clients in the repository.
const SOURCES: &str = "tests/foreign-clients";
/// What the scripts for Node.js share.
const SHARED: &str = "lib/journey.mjs";

/// A command that runs the script of `client`; gets the client from its registry if the cache doesn't have it.
pub(super) fn script(root: &Path, cache: &Path, client: Client) -> Result<Command> {
    let sources = root.join(SOURCES).join(client.name());
    let lock = locked(&sources, client.kind())?;
    let target = cache.join("foreign").join(format!("{}-{}", client.name(), &lock[2..14]));
    let _lock = cache::lock(&cache.join("foreign").join(format!("{}.lock", client.name())))?;
    if !target.is_dir() {
        process::note(format!("getting {} from its registry", client.name()));
        let partial = cache::workspace_for(&target)?;
        match client.kind() {
            Kind::Npm => npm(&sources, &partial)?,
            Kind::Python => python(&sources, &partial)?,
        }
        cache::publish(&partial, &target)?;
    }
    match client.kind() {
        Kind::Npm => {
            // Node.js looks for packages beside the script, so the script goes to where they are.
            copy(&sources.join("run.mjs"), &target.join("run.mjs"))?;
            copy(&root.join(SOURCES).join(SHARED), &target.join(SHARED))?;
            let mut command = Command::new("node");
            command.arg(target.join("run.mjs"));
            Ok(command)
        }
        Kind::Python => {
            let mut command = Command::new(target.join("bin/python"));
            // Nothing that a user has set for Python elsewhere, and no compiled files in the repository.
            command.args(["-I", "-B"]).arg(sources.join("run.py"));
            Ok(command)
        }
    }
}

/// Keccak-256 of the lock file: another one is another installation, and nobody has to clear the old one away.
fn locked(sources: &Path, kind: Kind) -> Result<String> {
    let path = sources.join(match kind {
        Kind::Npm => "package-lock.json",
        Kind::Python => "requirements.txt",
    });
    let lock = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
    Ok(wasm::code_hash(&lock))
}

/// Not `npm ci`: it wants the lock file to name the packages of every platform, though npm leaves out of it those that a
/// registry doesn't offer.
fn npm(sources: &Path, folder: &Path) -> Result<()> {
    for file in ["package.json", "package-lock.json"] {
        copy(&sources.join(file), &folder.join(file))?;
    }
    let args = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"];
    quietly(Path::new("npm"), &args, folder)
        .context("npm can't install it (it needs Node.js 20 or later with npm)")?;
    Ok(())
}

/// Moving an environment of Python breaks the programs in it, not its interpreter, and only that one is used.
fn python(sources: &Path, folder: &Path) -> Result<()> {
    let requirements = sources.join("requirements.txt").display().to_string();
    quietly(Path::new("python3"), &["-m", "venv", "."], folder)
        .context("python3 can't make an environment (install Python 3.10 or later with venv)")?;
    let python = folder.join("bin/python");
    let args = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        &requirements,
    ];
    quietly(&python, &args, folder).context("pip can't install it")?;
    Ok(())
}

fn copy(from: &Path, to: &PathBuf) -> Result<()> {
    let context = || format!("{} can't be copied to {}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    fs::copy(from, to).with_context(context)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn lock_files_pin_every_package_by_its_hash_and_name_no_registry() {
        let root = xtask::repo::root().unwrap();
        for client in Client::value_variants() {
            let folder = root.join(SOURCES).join(client.name());
            let path = match client.kind() {
                Kind::Npm => folder.join("package-lock.json"),
                Kind::Python => folder.join("requirements.txt"),
            };
            let lock = fs::read_to_string(&path).unwrap();
            assert!(!lock.contains("\"resolved\"") && !lock.contains("index-url"), "{}", path.display());
            let (packages, hashed) = match client.kind() {
                Kind::Npm => (lock.matches("\"node_modules/").count(), lock.matches("\"integrity\"").count()),
                Kind::Python => {
                    let next = lock.lines().skip(1).map(str::trim_start);
                    let pinned = lock.lines().zip(next).filter(|(line, _)| line.contains("=="));
                    let hashed = pinned.clone().filter(|(_, next)| next.starts_with("--hash=sha256:"));
                    (lock.matches("==").count(), hashed.count())
                }
            };
            assert!(packages > 0, "{}", path.display());
            assert_eq!(packages, hashed, "{}", path.display());
        }
    }

    #[test]
    fn another_lock_file_is_another_installation() {
        let folder = std::env::temp_dir().join(format!("xtask-foreign-{}", std::process::id()));
        let digest = |text: &str| {
            copy(&write(&folder.join("from"), text), &folder.join("to/package-lock.json")).unwrap();
            locked(&folder.join("to"), Kind::Npm).unwrap()
        };
        assert_eq!(digest("a"), digest("a"));
        assert_ne!(digest("a"), digest("b"));
        cache::remove(&folder).unwrap();
    }

    fn write(path: &Path, text: &str) -> PathBuf {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        path.to_path_buf()
    }
}
