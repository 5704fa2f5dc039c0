//! How `wasm-opt` treats a program: the `[wasm-opt]` table of its `Stylus.toml`, read as cargo-stylus reads it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::toolchain::binaryen;

/// A pinned version of `wasm-opt` and its flags, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recipe {
    /// Version of Binaryen.
    pub version: String,
    /// Flags, passed on as they are.
    pub flags: Vec<String>,
}

impl Recipe {
    /// The recipe of `contracts/<folder>`: its own table, completed by that of `contracts/Stylus.toml`.
    ///
    /// # Errors
    /// There is no such table, it can't be understood, or it pins a version that `cargo xtask setup` doesn't get.
    pub(super) fn read(contracts: &Path, folder: &str) -> Result<Self> {
        let own = contracts.join(folder).join("Stylus.toml");
        let Some(table) = table(&own)? else {
            bail!(
                "{} has no table [wasm-opt]: without it the program is larger and can't be activated",
                own.display()
            );
        };
        Self::merged(table, table_of_workspace(contracts)?)
            .with_context(|| format!("{} is not usable", own.display()))
    }

    fn merged(own: Table, shared: Table) -> Result<Self> {
        let version = own.version.or(shared.version).context("no version of wasm-opt is pinned")?;
        if version != binaryen::VERSION {
            bail!(
                "it pins wasm-opt {version}, but `cargo xtask setup` gets {}: make them agree",
                binaryen::VERSION
            );
        }
        Ok(Self { version, flags: own.flags.or(shared.flags).unwrap_or_default() })
    }
}

#[derive(Default, Deserialize)]
struct File {
    #[serde(rename = "wasm-opt")]
    wasm_opt: Option<Table>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    version: Option<String>,
    flags: Option<Vec<String>>,
}

fn table_of_workspace(contracts: &Path) -> Result<Table> {
    Ok(table(&contracts.join("Stylus.toml"))?.unwrap_or_default())
}

fn table(path: &Path) -> Result<Option<Table>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
    };
    let file: File = toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
    Ok(file.wasm_opt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Table {
        toml::from_str::<File>(text).unwrap().wasm_opt.unwrap()
    }

    #[test]
    fn a_program_completes_its_table_from_the_workspace() {
        let shared = parsed("[wasm-opt]\nversion = \"132\"\nflags = [\"-Oz\"]\n");
        let recipe = Recipe::merged(parsed("[contract]\n[wasm-opt]\n"), shared).unwrap();
        assert_eq!(recipe, Recipe { version: "132".into(), flags: vec!["-Oz".into()] });

        let shared = parsed("[wasm-opt]\nversion = \"132\"\nflags = [\"-Oz\"]\n");
        let recipe = Recipe::merged(parsed("[wasm-opt]\nflags = [\"-O3\", \"-g\"]\n"), shared).unwrap();
        assert_eq!(recipe.flags, ["-O3", "-g"]);
    }

    #[test]
    fn other_versions_and_unknown_keys_are_refused() {
        let error = Recipe::merged(parsed("[wasm-opt]\nversion = \"108\"\n"), Table::default()).unwrap_err();
        assert!(error.to_string().contains("108"), "{error}");
        assert!(Recipe::merged(Table::default(), Table::default()).is_err());
        assert!(toml::from_str::<File>("[wasm-opt]\nflag = [\"-Oz\"]\n").is_err());
    }
}
