//! Clients from crates.io: crates that a program here uses, and programs that cargo installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use xtask::{cache, process, toolchain};

/// Pins a program that cargo installs.
pub(super) const PIN: &str = "install.toml";

/// Builds the program of `client`, which uses a crate, in the folder `target`, and returns a command that runs it.
///
/// cargo itself knows what is up to date there, and goes on where it was stopped.
pub(super) fn program(client: &str, sources: &Path, target: &Path) -> Result<Command> {
    let mut cargo = process::host_cargo(sources);
    process::run(cargo.args(["build", "--locked", "--target-dir"]).arg(target))
        .with_context(|| format!("{client} can't be built (is crates.io reachable?)"))?;
    Ok(Command::new(target.join("debug").join(format!("foreign-{client}"))))
}

/// A command that runs `script` for Node.js with the programs in `bin`, and the toolchain that the contracts are built with.
///
/// What those programs build goes to a folder of its own: it isn't what is published.
pub(super) fn with_tool(script: &Path, bin: PathBuf, target: &Path) -> Result<Command> {
    let mut command = Command::new("node");
    toolchain::ensure(None)?.offer_to(&mut command, &[bin]);
    command.arg(script).env("CARGO_TARGET_DIR", target);
    Ok(command)
}

/// A published package: its version, and the SHA-256 of its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    pub(super) version: String,
    pub(super) checksum: String,
}

impl Pin {
    pub(super) fn read(sources: &Path) -> Result<Self> {
        let path = sources.join(PIN);
        let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))
    }

    /// Whether the file that cargo got is the pinned one. That the registry's index says the same, cargo has seen to.
    fn check(&self, package: &[u8]) -> Result<()> {
        let checksum: String = Sha256::digest(package).iter().map(|byte| format!("{byte:02x}")).collect();
        ensure!(checksum == self.checksum, "its checksum is {checksum}, and {PIN} wants {}", self.checksum);
        Ok(())
    }
}

/// Installs the program `name` into `folder`, as pinned in `sources`.
pub(super) fn install(name: &str, sources: &Path, folder: &Path) -> Result<()> {
    let pin = Pin::read(sources)?;
    // Outside of `folder`, which is emptied after a run that was stopped: minutes of work would be lost.
    let target = folder.with_extension("building");
    process::note(format!("building {name} {}, which takes ten minutes and more", pin.version));
    let mut cargo = process::host_cargo(sources);
    cargo.args(["install", name, "--locked", "--version", &format!("={}", pin.version), "--root"]);
    process::run(cargo.arg(folder).arg("--target-dir").arg(&target))
        .with_context(|| format!("{name} can't be installed (is crates.io reachable?)"))?;
    let package = format!("{name}-{}.crate", pin.version);
    let path = downloaded(&package)?.with_context(|| format!("cargo kept no {package}"))?;
    let bytes = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
    pin.check(&bytes).with_context(|| format!("{package} isn't the package that was expected"))?;
    cache::remove(&target)
}

/// The file of a package in cargo's cache of downloads.
fn downloaded(package: &str) -> Result<Option<PathBuf>> {
    let registries = process::cargo_home()?.join("registry/cache");
    let context = || format!("{} can't be read", registries.display());
    for registry in fs::read_dir(&registries).with_context(context)? {
        let path = registry.with_context(context)?.path().join(package);
        if path.is_file() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_package_under_the_same_version_is_refused() {
        let checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
        let pin = Pin { version: "1.0.0".into(), checksum };
        assert!(pin.check(b"abc").is_ok());
        let error = pin.check(b"abd").unwrap_err();
        assert!(error.to_string().contains(&pin.checksum), "{error}");
    }

    #[test]
    fn the_contract_with_a_constructor_is_built_by_the_contracts_compiler() {
        let root = xtask::repo::root().unwrap();
        let pinned =
            |folder: &str| fs::read_to_string(root.join(folder).join("rust-toolchain.toml")).unwrap();
        assert_eq!(pinned("tests/foreign-clients/cargo-stylus/constructed"), pinned("contracts"));
    }
}
