//! Clients in the user's cache folder, each as its lock file says.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask::{artifacts::wasm, cache, process};

use super::client::{Client, Kind};
use super::{quietly, rust};

/// The folder of the clients in the repository.
const SOURCES: &str = "tests/foreign-clients";
/// What the scripts for Node.js share.
const SHARED: &str = "lib/journey.mjs";
/// Where tools put what they build, from the repository's root.
const BUILT_BY_TOOLS: &str = "target/foreign/build";

/// A command that runs the script of `client`; gets the client from its registry if the cache doesn't have it.
pub(super) fn script(root: &Path, cache: &Path, client: Client) -> Result<Command> {
    let sources = root.join(SOURCES).join(client.name());
    let name = client.name();
    let target = place(cache, name, &sources, client.kind())?;
    let _lock = lock(cache, name)?;
    match client.kind() {
        Kind::Npm => {
            once(name, &target, |folder| npm(&sources, folder))?;
            // Node.js looks for packages beside the script, so the script goes to where they are.
            copy(&sources.join("run.mjs"), &target.join("run.mjs"))?;
            copy(&root.join(SOURCES).join(SHARED), &target.join(SHARED))?;
            let mut command = Command::new("node");
            command.arg(target.join("run.mjs"));
            Ok(command)
        }
        Kind::Python => {
            once(name, &target, |folder| python(&sources, folder))?;
            let mut command = Command::new(target.join("bin/python"));
            // Nothing that a user has set for Python elsewhere, and no compiled files in the repository.
            command.args(["-I", "-B"]).arg(sources.join("run.py"));
            Ok(command)
        }
        Kind::Crate => rust::program(name, &sources, &target),
        Kind::CargoTool => {
            once(name, &target, |folder| rust::install(name, &sources, folder))?;
            rust::with_tool(&sources.join("run.mjs"), target.join("bin"), &root.join(BUILT_BY_TOOLS))
        }
    }
}

/// A command that runs the script `files[0]` of `sources` for Node.js, beside the other `files` and the packages that the
/// lock file there names; gets those from npm if the cache doesn't have them.
pub(crate) fn node_script(name: &str, sources: &Path, files: &[&str], cache: &Path) -> Result<Command> {
    let target = place(cache, name, sources, Kind::Npm)?;
    let _lock = lock(cache, name)?;
    once(name, &target, |folder| npm(sources, folder))?;
    for file in files {
        copy(&sources.join(file), &target.join(file))?;
    }
    let mut command = Command::new("node");
    command.args(files.first().map(|script| target.join(script)));
    Ok(command)
}

/// Where the cache keeps what the lock file in `sources` names.
fn place(cache: &Path, name: &str, sources: &Path, kind: Kind) -> Result<PathBuf> {
    let lock = locked(sources, kind)?;
    Ok(cache.join("foreign").join(format!("{name}-{}", &lock[2..14])))
}

/// Keeps others from installing the same.
fn lock(cache: &Path, name: &str) -> Result<File> {
    cache::lock(&cache.join("foreign").join(format!("{name}.lock")))
}

/// Has `install` fill the folder `target`, unless an earlier run has done so.
fn once(name: &str, target: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if target.is_dir() {
        return Ok(());
    }
    process::note(format!("getting {name} from its registry"));
    let partial = cache::workspace_for(target)?;
    install(&partial)?;
    cache::publish(&partial, target)
}

/// The file that says which version is installed, to the byte.
const fn lock_file(kind: Kind) -> &'static str {
    match kind {
        Kind::Npm => "package-lock.json",
        Kind::Python => "requirements.txt",
        Kind::Crate => "Cargo.lock",
        Kind::CargoTool => rust::PIN,
    }
}

/// Keccak-256 of the lock file: another one is another installation, and nobody has to clear the old one away.
fn locked(sources: &Path, kind: Kind) -> Result<String> {
    let path = sources.join(lock_file(kind));
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
            let path = folder.join(lock_file(client.kind()));
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
                Kind::Crate => of_cargo(&lock),
                Kind::CargoTool => {
                    let pin = rust::Pin::read(&folder).unwrap();
                    let digits = pin.checksum.bytes().filter(u8::is_ascii_hexdigit).count();
                    (1, usize::from(digits == 64 && pin.version.split('.').count() == 3))
                }
            };
            assert!(packages > 0, "{}", path.display());
            assert_eq!(packages, hashed, "{}", path.display());
        }
        let peers = fs::read_to_string(root.join("tests/peers/package-lock.json")).unwrap();
        assert!(!peers.contains("\"resolved\""));
        assert_eq!(peers.matches("\"node_modules/").count(), peers.matches("\"integrity\"").count());
        let project = root.join(SOURCES).join("cargo-stylus/constructed/Cargo.lock");
        let (packages, hashed) = of_cargo(&fs::read_to_string(&project).unwrap());
        assert!(packages > 0 && packages == hashed, "{}", project.display());
    }

    /// How many packages a lock file of cargo gets from elsewhere, and how many of them from crates.io with their hash.
    fn of_cargo(lock: &str) -> (usize, usize) {
        let pinned = "\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"";
        (lock.matches("\nsource = ").count(), lock.matches(pinned).count())
    }

    #[test]
    fn a_client_is_installed_once_and_not_at_all_if_that_fails() {
        let folder = std::env::temp_dir().join(format!("xtask-foreign-once-{}", std::process::id()));
        let target = folder.join("viem");
        assert!(once("viem", &target, |_| anyhow::bail!("no network")).is_err());
        assert!(!target.exists());
        let fill = |partial: &Path| Ok(fs::write(partial.join("client"), "")?);
        once("viem", &target, fill).unwrap();
        assert!(target.join("client").exists());
        once("viem", &target, |_| anyhow::bail!("installed again")).unwrap();
        cache::remove(&folder).unwrap();
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
