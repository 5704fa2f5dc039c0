//! The hash of the sources that cargo-stylus puts into a program: `cargo stylus verify` compares whole programs, so
//! one without it, or with another, couldn't be verified.
//!
//! Source: `core/project/hash.rs` of stylus-tools 0.10.10. There the hash covers absolute paths; what is verified is
//! built in a container that has the contracts' workspace at `/source`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha3::{Digest, Keccak256};

use super::recipe::Recipe;

/// Name of the custom section that holds the hash.
pub(super) const SECTION: &str = "project_hash";
/// Where the container has the workspace.
const MOUNT: &str = "/source";
/// cargo-stylus marks its two ways of optimising; this is the one that leaves the profile as it is.
const PROFILE_AS_IT_IS: u8 = 1;

/// The hash for a program built with `recipe` by the cargo that calls itself `cargo_version` (with its line end).
///
/// # Errors
/// A source can't be read.
pub(super) fn of(contracts: &Path, cargo_version: &str, recipe: &Recipe) -> Result<[u8; 32]> {
    let mut files = Vec::new();
    sources(contracts, &mut files).with_context(|| format!("{} can't be read", contracts.display()))?;
    files.push(contracts.join("rust-toolchain.toml"));
    let mut named = Vec::new();
    for file in files {
        let inside = file.strip_prefix(contracts).unwrap_or(&file);
        named.push((
            Path::new(MOUNT).join(inside),
            fs::read(&file).with_context(|| format!("{}", file.display()))?,
        ));
    }
    named.sort();
    Ok(digest(cargo_version, recipe, &named))
}

fn digest(cargo_version: &str, recipe: &Recipe, files: &[(PathBuf, Vec<u8>)]) -> [u8; 32] {
    let mut hash = Keccak256::new();
    hash.update(cargo_version);
    hash.update([PROFILE_AS_IT_IS]);
    hash.update([1]); // a recipe follows
    absorb(&mut hash, recipe.version.as_bytes());
    hash.update(length(recipe.flags.len()));
    for flag in &recipe.flags {
        absorb(&mut hash, flag.as_bytes());
    }
    for (path, content) in files {
        absorb(&mut hash, path.as_os_str().as_encoded_bytes());
        absorb(&mut hash, content);
    }
    hash.finalize().into()
}

fn absorb(hash: &mut Keccak256, field: &[u8]) {
    hash.update(length(field.len()));
    hash.update(field);
}

/// A length as cargo-stylus hashes it: eight bytes, big-endian.
fn length(length: usize) -> [u8; 8] {
    (length as u64).to_be_bytes()
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".git") {
                sources(&path, files)?;
            }
        } else if path.file_name().is_some_and(|name| {
            name == "Cargo.toml" || name == "Cargo.lock" || name.to_string_lossy().ends_with(".rs")
        }) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(flags: &[&str]) -> Recipe {
        Recipe { version: "132".into(), flags: flags.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn every_input_changes_the_hash() {
        let files = vec![(PathBuf::from("/source/a.rs"), b"a".to_vec())];
        let other = vec![(PathBuf::from("/source/a.rs"), b"b".to_vec())];
        let moved = vec![(PathBuf::from("/source/b.rs"), b"a".to_vec())];
        let hashes = [
            digest("cargo 1.96.0\n", &recipe(&["-Oz"]), &files),
            digest("cargo 1.95.0\n", &recipe(&["-Oz"]), &files),
            digest("cargo 1.96.0\n", &recipe(&["-O3"]), &files),
            digest("cargo 1.96.0\n", &recipe(&["-O", "z"]), &files),
            digest("cargo 1.96.0\n", &recipe(&["-Oz"]), &other),
            digest("cargo 1.96.0\n", &recipe(&["-Oz"]), &moved),
        ];
        for (i, one) in hashes.iter().enumerate() {
            assert!(hashes[..i].iter().all(|earlier| earlier != one), "hash {i} repeats");
        }
    }

    #[test]
    fn only_sources_count_and_the_folder_does_not() {
        let scratch = std::env::temp_dir().join(format!("xtask-project-hash-{}", std::process::id()));
        let make = |name: &str, note: &str| {
            let root = scratch.join(name);
            fs::create_dir_all(root.join("token/src")).unwrap();
            fs::create_dir_all(root.join("target")).unwrap();
            fs::write(root.join("rust-toolchain.toml"), "[toolchain]\nchannel = \"1.96.0\"\n").unwrap();
            fs::write(root.join("Cargo.lock"), "").unwrap();
            fs::write(root.join("token/src/lib.rs"), "//! A token.\n").unwrap();
            fs::write(root.join("token/README.md"), note).unwrap();
            fs::write(root.join("target/made.rs"), note).unwrap();
            of(&root, "cargo 1.96.0\n", &recipe(&[])).unwrap()
        };
        let hashes = [make("one", "first"), make("two", "second")];
        fs::remove_dir_all(&scratch).unwrap();
        assert_eq!(hashes[0], hashes[1]);
    }
}
