//! The contracts' compiler and `wasm-opt`, in the user's cache folder and without root.
//!
//! `contracts/rust-toolchain.toml` pins an exact Rust release. It comes from rustup, the normal way, or, where rustup's
//! server can't be reached, from Debian's packages ([`debian`]). `wasm-opt` comes from npm ([`binaryen`]).

pub mod binaryen;
pub mod debian;
pub mod rustup;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{self, note};
use crate::{cache, repo};

/// The target that programs are compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The two ways to the contracts' compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `rustup toolchain install`: Rust's own builds, those that `cargo stylus verify` uses.
    Rustup,
    /// Debian's packages, unpacked into the cache, with a standard library built there.
    Debian,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rustup => "rustup",
            Self::Debian => "debian",
        })
    }
}

/// A Rust toolchain that compiles to wasm.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The toolchain's folder: `bin/cargo`, `bin/rustc`, `lib/`.
    pub folder: PathBuf,
    /// Where it came from.
    pub via: Via,
    /// First line of `rustc -V`.
    pub rustc: String,
}

impl Compiler {
    fn at(folder: PathBuf, via: Via) -> Result<Self> {
        let rustc = process::quiet(Command::new(folder.join("bin/rustc")).arg("-V"))?.trim().to_owned();
        Ok(Self { folder, via, rustc })
    }
}

/// Everything that turns contract sources into programs.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The compiler.
    pub compiler: Compiler,
    /// The optimiser.
    pub wasm_opt: binaryen::WasmOpt,
}

impl Toolchain {
    /// Names the toolchain in manifests and reports; two that may compile differently have different names.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{}, std from {}, wasm-opt {}", self.compiler.rustc, self.compiler.via, self.wasm_opt.version)
    }

    /// This toolchain's cargo, free of what the outer cargo and rustup tell their children.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(self.compiler.folder.join("bin/cargo"));
        self.offer_to(&mut command, &[]);
        command
    }

    /// Lets `command` and what it starts find this toolchain before any other, and the programs in `folders` before that.
    ///
    /// What the outer cargo and rustup tell their children is cleared.
    pub fn offer_to(&self, command: &mut Command, folders: &[PathBuf]) {
        let own = [self.compiler.folder.join("bin"), self.wasm_opt.folder.clone()];
        process::clear_cargo_environment(command);
        command
            .env("RUSTUP_TOOLCHAIN", &self.compiler.folder)
            .env("PATH", path_with(folders.iter().chain(&own)));
    }
}

/// `bin/cargo` of a toolchain folder, with that folder's rustc and a clean environment.
fn cargo_of(folder: &Path) -> Command {
    let mut command = Command::new(folder.join("bin/cargo"));
    process::clear_cargo_environment(&mut command);
    command.env("RUSTUP_TOOLCHAIN", folder).env("PATH", path_with([&folder.join("bin")]));
    command
}

/// `PATH` with `folders` before all others.
fn path_with<'a>(folders: impl IntoIterator<Item = &'a PathBuf>) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = folders.into_iter().cloned().chain(env::split_paths(&old));
    env::join_paths(all).unwrap_or(old)
}

/// The release that `contracts/rust-toolchain.toml` pins.
///
/// # Errors
/// The file can't be read or names no exact release, which `cargo stylus` would refuse too.
pub fn pinned_channel(root: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct File {
        toolchain: Section,
    }
    #[derive(Deserialize)]
    struct Section {
        channel: String,
    }
    let path = root.join("contracts/rust-toolchain.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
    let channel = file.toolchain.channel;
    if channel.split('.').count() != 3 || !channel.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        bail!("{}: channel must be an exact release such as 1.96.0, not `{channel}`", path.display());
    }
    Ok(channel)
}

/// What is there already; nothing is fetched.
#[derive(Debug)]
pub struct Found {
    /// The pinned release.
    pub channel: String,
    /// The compiler, if one is there.
    pub compiler: Option<Compiler>,
    /// The optimiser, if it is there.
    pub wasm_opt: Option<binaryen::WasmOpt>,
}

/// Looks for the toolchain without fetching anything. `via` narrows the search to one source.
///
/// # Errors
/// The repository or the cache folder can't be determined.
pub fn find(via: Option<Via>) -> Result<Found> {
    let channel = pinned_channel(&repo::root()?)?;
    let cache = cache::folder()?;
    let wants = |one| via.is_none_or(|via| via == one);
    let from_rustup = if wants(Via::Rustup) { rustup::find(&channel) } else { None };
    let compiler =
        from_rustup.or_else(|| if wants(Via::Debian) { debian::find(&cache, &channel) } else { None });
    let wasm_opt = binaryen::find(&cache);
    Ok(Found { channel, compiler, wasm_opt })
}

/// The toolchain, fetched if it isn't there: from `via`, or by rustup with Debian's packages as the second choice.
///
/// Instant when nothing is to do, safe to run twice at once, and to kill anywhere.
///
/// # Errors
/// A part can't be had; the message says what to install.
pub fn ensure(via: Option<Via>) -> Result<Toolchain> {
    if let Found { compiler: Some(compiler), wasm_opt: Some(wasm_opt), .. } = find(via)? {
        return ready(compiler, wasm_opt);
    }
    let cache = cache::folder()?;
    let _lock = cache::lock(&cache.join("lock"))?;
    let found = find(via)?; // again: whoever held the lock may have done the work
    let compiler = match found.compiler {
        Some(compiler) => compiler,
        None => install(via, &cache, &found.channel)?,
    };
    let wasm_opt = match found.wasm_opt {
        Some(wasm_opt) => wasm_opt,
        None => binaryen::install(&cache)?,
    };
    ready(compiler, wasm_opt)
}

fn ready(compiler: Compiler, wasm_opt: binaryen::WasmOpt) -> Result<Toolchain> {
    let channel = pinned_channel(&repo::root()?)?;
    if !compiler.rustc.starts_with(&format!("rustc {channel} ")) {
        note(format!(
            "warning: contracts/ pins Rust {channel}, but Debian offers {}: programs will differ from published ones",
            compiler.rustc
        ));
    }
    Ok(Toolchain { compiler, wasm_opt })
}

fn install(via: Option<Via>, cache: &Path, channel: &str) -> Result<Compiler> {
    match via {
        Some(Via::Rustup) => rustup::install(channel),
        Some(Via::Debian) => debian::install(cache, channel),
        None => rustup::install(channel).or_else(|of_rustup| {
            note(format!("{of_rustup:#}"));
            note("trying Debian's packages instead");
            debian::install(cache, channel).map_err(|of_debian| {
                anyhow::anyhow!(
                    "the contracts' compiler can't be had. Install rustup (https://rustup.rs) and run \
                     `rustup toolchain install {channel} --target {WASM_TARGET}`, or run on Debian 12 or later. \
                     By rustup: {of_rustup:#}. By Debian's packages: {of_debian:#}"
                )
            })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_channel_is_an_exact_release() {
        let channel = pinned_channel(&repo::root().unwrap()).unwrap();
        assert_eq!(channel.split('.').count(), 3, "{channel}");
    }

    #[test]
    fn a_moving_channel_is_refused() {
        let root = env::temp_dir().join(format!("xtask-channel-{}", std::process::id()));
        fs::create_dir_all(root.join("contracts")).unwrap();
        fs::write(root.join("contracts/rust-toolchain.toml"), "[toolchain]\nchannel = \"stable\"\n").unwrap();
        let error = pinned_channel(&root).unwrap_err();
        fs::remove_dir_all(&root).unwrap();
        assert!(error.to_string().contains("exact release"), "{error}");
    }

    #[test]
    fn added_folders_come_first_on_the_path() {
        let folder = PathBuf::from("/first/of/all");
        let path = path_with([&folder]);
        assert_eq!(env::split_paths(&path).next(), Some(folder));
    }

    #[test]
    fn a_tool_finds_itself_then_the_compiler_then_the_optimiser() {
        let toolchain = Toolchain {
            compiler: Compiler { folder: "/rust".into(), via: Via::Rustup, rustc: String::new() },
            wasm_opt: binaryen::WasmOpt { folder: "/binaryen".into(), version: "132", via: "npm" },
        };
        let mut command = Command::new("tool");
        toolchain.offer_to(&mut command, &["/tool".into()]);
        let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).unwrap();
        let first: Vec<_> = env::split_paths(path).take(3).collect();
        assert_eq!(first, ["/tool", "/rust/bin", "/binaryen"].map(PathBuf::from));
    }
}
