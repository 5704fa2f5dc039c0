//! From sources to programs, step by step as `cargo stylus deploy` does it in its container.
//!
//! Source: `core/build` and `core/code` of stylus-tools 0.10.10: the libraries of the whole workspace are built in one
//! go (features are unified over it), `wasm-opt` runs with the pinned recipe, custom sections go, the hash of the
//! sources is added, and brotli compresses. The container also passes the module through its text form; `wasm-opt`
//! encodes everything anew anyway, so that changes nothing here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::manifest::{Manifest, Program};
use super::recipe::Recipe;
use super::{project_hash, wasm};
use crate::process::{self, note};
use crate::toolchain::{Toolchain, WASM_TARGET};

/// The folder of cargo's registry sources under its default name, which is the same on all machines.
const REGISTRY: &str = "index.crates.io-1949cf8c6b5b557f";

/// Builds the programs, writes each as `<folder>.wasm` into `target` and describes them.
///
/// # Errors
/// A program doesn't build, can't be deployed, or is larger than the chain allows.
pub(super) fn programs(
    root: &Path,
    toolchain: &Toolchain,
    folders: &[String],
    target: &Path,
) -> Result<Manifest> {
    let contracts = root.join("contracts");
    let recipes: Vec<_> =
        folders.iter().map(|folder| Recipe::read(&contracts, folder)).collect::<Result<_>>()?;
    let compiled = compile(root, toolchain, folders)?;
    let cargo_version = process::quiet(toolchain.cargo().arg("version"))?;
    let mut manifest = Manifest::default();
    for (folder, recipe) in folders.iter().zip(&recipes) {
        note(format!("optimising {folder}"));
        let raw = compiled.join(format!("{}.wasm", folder.replace('-', "_")));
        if !raw.is_file() {
            bail!("{folder} built no wasm: its Cargo.toml needs `[lib] crate-type = [\"lib\", \"cdylib\"]`");
        }
        let optimised = optimise(toolchain, recipe, &raw, &target.join(format!("{folder}.optimised")))?;
        let hash = project_hash::of(&contracts, &cargo_version, recipe)?;
        let module = wasm::with_only_custom_section(&optimised, project_hash::SECTION, &hash)?;
        wasm::check(&module).with_context(|| format!("{folder} can't be deployed"))?;
        fs::write(target.join(format!("{folder}.wasm")), &module)?;
        manifest.0.insert(folder.clone(), describe(&module, toolchain, recipe)?);
    }
    check_sizes(&manifest)?;
    Ok(manifest)
}

/// Compiles all libraries of the workspace and returns the folder with their wasm.
fn compile(root: &Path, toolchain: &Toolchain, folders: &[String]) -> Result<PathBuf> {
    // Fetched first: the registry's folders must be there to be cut off from paths.
    let fetch =
        ["fetch", "--quiet", "--locked", "--manifest-path", "contracts/Cargo.toml", "--target", WASM_TARGET];
    process::run(toolchain.cargo().current_dir(root).args(fetch))
        .context("the contracts' dependencies can't be fetched (is crates.io reachable, and contracts/Cargo.lock current?)")?;
    for folder in folders {
        let mut compiler = compiler(root, toolchain, &root.join("contracts/Cargo.toml"), folder)?;
        process::run(compiler.arg("--locked")).with_context(|| format!("{folder} doesn't compile"))?;
    }
    Ok(compiled(root))
}

/// The command that compiles the library of a package of a workspace, as a program.
pub(super) fn compiler(
    root: &Path,
    toolchain: &Toolchain,
    manifest: &Path,
    package: &str,
) -> Result<Command> {
    let mut cargo = toolchain.cargo();
    // As a cdylib alone: a library that is a `lib`, too, which cargo-stylus needs to find it, is linked without
    // optimising across crates, and is a sixth larger.
    cargo
        .current_dir(root)
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--package", package])
        .args(["--release", "--target", WASM_TARGET, "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(root.join("target/wasm"))
        .args(["--config", "contracts/.cargo/config.toml", "--config"])
        .arg(rustflags_setting(&registry_remaps("")?));
    Ok(cargo)
}

/// The folder with what [`compiler`] made.
pub(super) fn compiled(root: &Path) -> PathBuf {
    root.join("target/wasm").join(WASM_TARGET).join("release/deps")
}

/// The module in the file `from`, as `recipe` makes it.
pub(super) fn optimise(toolchain: &Toolchain, recipe: &Recipe, from: &Path, to: &Path) -> Result<Vec<u8>> {
    process::quiet(toolchain.wasm_opt.command().args(&recipe.flags).arg(from).arg("-o").arg(to))?;
    let module = fs::read(to).with_context(|| format!("wasm-opt wrote no {}", to.display()))?;
    fs::remove_file(to)?;
    Ok(module)
}

fn describe(module: &[u8], toolchain: &Toolchain, recipe: &Recipe) -> Result<Program> {
    let code = wasm::code(module)?;
    Ok(Program {
        raw_bytes: module.len(),
        compressed_bytes: code.len(),
        limit_bytes: wasm::CODE_LIMIT,
        code_hash: wasm::code_hash(&code),
        rustc: toolchain.compiler.rustc.clone(),
        wasm_opt: format!("{} {}", recipe.version, recipe.flags.join(" ")),
    })
}

fn check_sizes(manifest: &Manifest) -> Result<()> {
    let too_large: Vec<_> = manifest
        .0
        .iter()
        .filter(|(_, program)| program.compressed_bytes > program.limit_bytes)
        .map(|(folder, program)| format!("{folder} has {} bytes", program.compressed_bytes))
        .collect();
    if too_large.is_empty() {
        return Ok(());
    }
    bail!(
        "compressed code may have {} bytes, but {}: make it smaller or split it",
        wasm::CODE_LIMIT,
        too_large.join(", ")
    )
}

/// rustc's flags that cut the machine's folders of registry sources off from the paths in panic messages.
///
/// # Errors
/// cargo's home can't be determined.
pub(crate) fn registry_remaps(replacement: &str) -> Result<Vec<String>> {
    let sources = process::cargo_home()?.join("registry/src");
    let mut folders = vec![sources.join(REGISTRY)];
    if let Ok(found) = fs::read_dir(&sources) {
        folders.extend(found.flatten().map(|entry| entry.path()).filter(|path| !path.ends_with(REGISTRY)));
    }
    folders.sort();
    Ok(folders.iter().map(|path| format!("--remap-path-prefix={}={replacement}", path.display())).collect())
}

/// A `--config` value that adds flags for wasm to those of the configuration files, which `RUSTFLAGS` would replace.
pub(crate) fn rustflags_setting(flags: &[String]) -> String {
    let flags: Vec<_> = flags.iter().map(|flag| serde_json::Value::from(flag.as_str()).to_string()).collect();
    format!("target.{WASM_TARGET}.rustflags=[{}]", flags.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(compressed_bytes: usize) -> Program {
        Program {
            raw_bytes: 0,
            compressed_bytes,
            limit_bytes: wasm::CODE_LIMIT,
            code_hash: String::new(),
            rustc: String::new(),
            wasm_opt: String::new(),
        }
    }

    #[test]
    fn a_program_may_be_as_large_as_the_limit_and_no_larger() {
        let mut manifest = Manifest::default();
        manifest.0.insert("token".into(), program(wasm::CODE_LIMIT));
        check_sizes(&manifest).unwrap();
        manifest.0.insert("pool".into(), program(wasm::CODE_LIMIT + 1));
        let error = check_sizes(&manifest).unwrap_err().to_string();
        assert!(error.contains("pool has 24577 bytes") && !error.contains("token has"), "{error}");
    }

    #[test]
    fn flags_are_quoted_for_cargo() {
        let setting = rustflags_setting(&["-Ca=\"b\"".into(), "-d".into()]);
        let (key, value) = setting.split_once('=').unwrap();
        assert_eq!(key, "target.wasm32-unknown-unknown.rustflags");
        assert_eq!(value, r#"["-Ca=\"b\"","-d"]"#);
    }

    #[test]
    fn the_default_registry_is_cut_off_even_before_it_exists() {
        let remaps = registry_remaps("/deps").unwrap();
        assert!(
            remaps.iter().any(|flag| flag.ends_with(&format!("registry/src/{REGISTRY}=/deps"))),
            "{remaps:?}"
        );
    }
}
