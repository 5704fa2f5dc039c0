//! Programs from edited copies of a contract's sources: what a later version would be, for tests of upgrades.
//!
//! They are built as the artifacts are, and lie in `target/edited`, never among them: nothing that is shipped or deployed
//! looks there. The libraries are the contracts' own, so an edited program compiles in the time of its own crate. Building
//! them needs the toolchain even where ready files are used instead of building the contracts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::recipe::Recipe;
use super::{build, fingerprint, wasm};
use crate::process::{self, note};
use crate::toolchain::{self, Toolchain, binaryen::hex};
use crate::{cache, repo};

/// Name of the custom section that tells an edited program from the one that it was made of.
const SECTION: &str = "edited";
const MODULE: &str = "program.wasm";

/// One text of a file in place of another.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The file, from the crate's folder on.
    pub file: &'static str,
    /// What it has exactly once.
    pub find: &'static str,
    /// What it has instead.
    pub replace: &'static str,
}

/// A program that was built from an edited copy.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The processed, uncompressed wasm.
    pub module: PathBuf,
    /// The copy of the crate.
    pub sources: PathBuf,
}

/// Builds `contracts/<folder>` with edits, under a name with this suffix; instant if that was built before.
///
/// # Errors
/// An edit doesn't fit the sources any more, there is no toolchain, or the edited program doesn't build.
pub fn build(folder: &str, suffix: &str, edits: &[Edit]) -> Result<Edited> {
    let root = repo::root()?;
    let name = format!("{folder}-{suffix}");
    let workspace = root.join("target/edited").join(&name);
    let _lock = cache::lock(&root.join("target/edited.lock"))?;
    let toolchain = toolchain::ensure(None)?;
    let mut hash = Sha256::new();
    hash.update(fingerprint::of(&root, &toolchain)?);
    hash.update(format!("{edits:?}"));
    let inputs = hash.finalize();
    let edited = Edited { module: workspace.join(MODULE), sources: workspace.join(folder) };
    let known = fingerprint::recorded(&workspace);
    if known.is_some_and(|known| known == hex(&inputs)) && edited.module.is_file() {
        return Ok(edited);
    }
    note(format!("building {name}, an edited copy of contracts/{folder}"));
    let contracts = root.join("contracts");
    copy(&contracts, folder, &name, &workspace)?;
    for edit in edits {
        let path = edited.sources.join(edit.file);
        let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        fs::write(&path, apply(&text, edit).with_context(|| format!("contracts/{folder}/{}", edit.file))?)?;
    }
    let module = compile(&root, &toolchain, folder, &name, &workspace)?;
    fs::write(&edited.module, wasm::with_only_custom_section(&module, SECTION, &inputs)?)?;
    fingerprint::record(&workspace, &hex(&inputs))?;
    Ok(edited)
}

fn compile(
    root: &Path,
    toolchain: &Toolchain,
    folder: &str,
    name: &str,
    workspace: &Path,
) -> Result<Vec<u8>> {
    process::run(&mut build::compiler(root, toolchain, &workspace.join("Cargo.toml"), name)?)
        .with_context(|| format!("{name} doesn't compile: the edits don't go with contracts/{folder}"))?;
    let raw = build::compiled(root).join(format!("{}.wasm", name.replace('-', "_")));
    let recipe = Recipe::read(&root.join("contracts"), folder)?;
    let module = build::optimise(toolchain, &recipe, &raw, &workspace.join("optimised.wasm"))?;
    wasm::check(&module).with_context(|| format!("{name} can't be deployed"))?;
    Ok(module)
}

/// The text after an edit.
fn apply(text: &str, edit: &Edit) -> Result<String> {
    let places = text.matches(edit.find).count();
    ensure!(places == 1, "it has {places} times instead of once:\n{}", edit.find);
    Ok(text.replace(edit.find, edit.replace))
}

/// Copies the crate, as the only one of a workspace with the settings of the contracts', under another name: two
/// packages of one name would write the same file.
fn copy(contracts: &Path, folder: &str, name: &str, workspace: &Path) -> Result<()> {
    if workspace.exists() {
        fs::remove_dir_all(workspace)?;
    }
    copy_folder(&contracts.join(folder), &workspace.join(folder))?;
    let renamed = |path: &Path| -> Result<String> {
        let text = fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
        Ok(text.replace(&format!("name = \"{folder}\""), &format!("name = \"{name}\"")))
    };
    fs::write(
        workspace.join(folder).join("Cargo.toml"),
        renamed(&contracts.join(folder).join("Cargo.toml"))?,
    )?;
    fs::write(workspace.join("Cargo.lock"), renamed(&contracts.join("Cargo.lock"))?)?;
    let settings = renamed(&contracts.join("Cargo.toml"))?;
    fs::write(workspace.join("Cargo.toml"), alone(&settings, contracts, folder, name)?)?;
    Ok(())
}

/// The contracts' workspace with one member, and with the libraries where they are.
fn alone(settings: &str, contracts: &Path, folder: &str, name: &str) -> Result<String> {
    let mut text = String::new();
    let mut mentioned = true;
    let mut lines = settings.lines();
    while let Some(line) = lines.next() {
        // Settings of packages that aren't there would be warned of.
        if line.starts_with('[') {
            let package =
                line.strip_prefix("[profile.release.package.").and_then(|line| line.strip_suffix(']'));
            mentioned = package.is_none_or(|package| package == folder);
        }
        if !mentioned {
            continue;
        }
        // A list over several lines ends with its bracket.
        if line == "members = [" {
            lines.by_ref().find(|line| *line == "]");
        }
        text += &match line {
            _ if line.starts_with("members = ") => format!("members = [\"{folder}\"]"),
            _ if line.starts_with("[profile.release.package.") => format!("[profile.release.package.{name}]"),
            _ => line.replace("{ path = \"", &format!("{{ path = \"{}/", contracts.display())),
        };
        text.push('\n');
    }
    ensure!(text.contains("members = "), "contracts/Cargo.toml has no line `members = …`");
    Ok(text)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} can't be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_needs_exactly_one_place() {
        let edit =
            Edit { file: "contract.rs", find: "held: WordMap,", replace: "held: WordMap, notes: WordMap," };
        assert_eq!(apply("a\nheld: WordMap,\nb", &edit).unwrap(), "a\nheld: WordMap, notes: WordMap,\nb");
        for text in ["none", "held: WordMap, held: WordMap,"] {
            let error = apply(text, &edit).unwrap_err().to_string();
            assert!(error.contains("held: WordMap"), "{error}");
        }
    }

    #[test]
    fn the_copy_is_alone_and_finds_the_libraries() {
        let settings = "[workspace]\nmembers = [\"kit\", \"pool\"]\n[workspace.dependencies]\nkit = { path = \"kit\" }\n\
                        [profile.release.package.pool]\nopt-level = \"z\"\n[profile.release.package.token]\nlto = \"no\"\n";
        let expected = "[workspace]\nmembers = [\"pool\"]\n[workspace.dependencies]\nkit = { path = \"/c/kit\" }\n\
                        [profile.release.package.pool-grown]\nopt-level = \"z\"\n";
        assert_eq!(alone(settings, Path::new("/c"), "pool", "pool-grown").unwrap(), expected);
        let settings = settings.replace("[\"kit\", \"pool\"]", "[\n    \"kit\",\n    \"pool\",\n]");
        assert_eq!(alone(&settings, Path::new("/c"), "pool", "pool-grown").unwrap(), expected);
        assert!(alone("[workspace]\n", Path::new("/c"), "pool", "pool-grown").is_err());
    }
}
