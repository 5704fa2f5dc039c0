//! `wasm-opt`, in the one version that every `Stylus.toml` pins: `cargo stylus` refuses others.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::cache;
use crate::process::{self, note};

/// The version of Binaryen. Debian 12 has 108, which can't allow `memory.copy` without a data count section.
pub const VERSION: &str = "132";
/// SHA-256 of `bin/wasm-opt` in npm's `binaryen@132.0.0`: JavaScript with the optimiser as wasm, the same everywhere.
const SHA256: &str = "608c021fa3f2c68cdc26f06a1454341089a0e689abb71cbe5a23ef7300e7f3e3";
/// Node.js runs it; older releases lack what its JavaScript uses.
const NODE_MAJOR: u32 = 18;

/// An installed `wasm-opt`.
#[derive(Clone, Debug)]
pub struct WasmOpt {
    /// The folder that holds the program `wasm-opt`.
    pub folder: PathBuf,
    /// Its version, as in `Stylus.toml`.
    pub version: &'static str,
    /// Where it came from: `npm` or `PATH`.
    pub via: &'static str,
}

impl WasmOpt {
    fn at(folder: PathBuf, via: &'static str) -> Self {
        Self { folder, version: VERSION, via }
    }

    /// A command that runs it.
    #[must_use]
    pub fn command(&self) -> Command {
        Command::new(self.folder.join("wasm-opt"))
    }
}

fn folder(cache: &Path) -> PathBuf {
    cache.join(format!("binaryen-{VERSION}"))
}

fn programs(folder: &Path) -> PathBuf {
    folder.join("node_modules/.bin")
}

/// The `wasm-opt` in the cache, or one of the right version on `PATH`.
#[must_use]
pub fn find(cache: &Path) -> Option<WasmOpt> {
    let cached = programs(&folder(cache));
    if cached.join("wasm-opt").exists() {
        return Some(WasmOpt::at(cached, "npm"));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let program =
        env::split_paths(&path).map(|folder| folder.join("wasm-opt")).find(|program| program.is_file())?;
    let version = process::probe(Command::new(&program).arg("--version"))?;
    (parse_version(&version)? == VERSION).then(|| WasmOpt::at(program.with_file_name(""), "PATH"))
}

/// The number in `wasm-opt version 132 (version_132)`.
fn parse_version(text: &str) -> Option<&str> {
    let word = text.split_whitespace().skip_while(|word| *word != "version").nth(1)?;
    let digits = word.find(|c: char| !c.is_ascii_digit()).map_or(word, |end| &word[..end]);
    (!digits.is_empty()).then_some(digits)
}

/// Gets it from npm.
///
/// # Errors
/// Node.js or npm is missing or too old, the registry can't be reached, or the file isn't the one that was reviewed.
pub fn install(cache: &Path) -> Result<WasmOpt> {
    check_node()?;
    note(format!("getting wasm-opt {VERSION} from npm"));
    let target = folder(cache);
    let partial = cache::workspace_for(&target)?;
    process::quiet(
        Command::new("npm")
            .args([
                "install",
                "--no-save",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ])
            .arg("--prefix")
            .arg(&partial)
            .arg(format!("binaryen@{VERSION}.0.0"))
            .current_dir(&partial),
    )
    .with_context(|| {
        format!("npm can't install binaryen {VERSION}.0.0 (install npm, or put wasm-opt {VERSION} on PATH)")
    })?;
    check_digest(&partial.join("node_modules/binaryen/bin/wasm-opt"))?;
    cache::publish(&partial, &target)?;
    Ok(WasmOpt::at(programs(&target), "npm"))
}

fn check_node() -> Result<()> {
    let version = process::quiet(Command::new("node").arg("--version")).with_context(|| {
        format!("wasm-opt {VERSION} needs Node.js {NODE_MAJOR} or later with npm (install them)")
    })?;
    let major: u32 =
        version.trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    if major < NODE_MAJOR {
        bail!("wasm-opt {VERSION} needs Node.js {NODE_MAJOR} or later, but {} is installed", version.trim());
    }
    Ok(())
}

fn check_digest(program: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("npm installed no {}", program.display()))?;
    let digest = hex(&Sha256::digest(&bytes));
    if digest != SHA256 {
        bail!(
            "npm's binaryen {VERSION}.0.0 holds another wasm-opt than the reviewed one (SHA-256 {digest}): don't use it"
        );
    }
    Ok(())
}

/// Lower-case hexadecimal digits.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_with_and_without_a_suffix() {
        assert_eq!(parse_version("wasm-opt version 132 (version_132)\n"), Some("132"));
        assert_eq!(parse_version("wasm-opt version 116-8-gabc\n"), Some("116"));
        assert_eq!(parse_version("something else"), None);
        assert_eq!(parse_version("wasm-opt version"), None);
    }

    #[test]
    fn another_file_than_the_reviewed_one_is_refused() {
        let file = env::temp_dir().join(format!("xtask-digest-{}", std::process::id()));
        fs::write(&file, "not it").unwrap();
        let error = check_digest(&file).unwrap_err();
        fs::remove_file(&file).unwrap();
        assert!(error.to_string().contains("reviewed"), "{error}");
    }
}
