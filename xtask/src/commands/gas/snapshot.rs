//! `snapshots/gas` and `snapshots/size`: what was measured when somebody looked at it, reviewed like code.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::rows::Measured;
use super::sizes::Size;

const GAS: &str = "snapshots/gas";
const SIZE: &str = "snapshots/size";

/// The snapshots by their paths, as they would be written now.
pub(super) type Files = BTreeMap<String, Value>;

/// What became of the figures since the snapshots were made.
#[derive(Debug)]
pub(super) struct Compared {
    /// Whether the programs came from the same toolchain; if not, figures aren't compared.
    pub(super) same_toolchain: bool,
    pub(super) differences: Vec<String>,
}

/// One file of gas for each contract, and one of sizes for each program.
pub(super) fn files(measured: &Measured, sizes: &[Size], toolchain: &str) -> Result<Files> {
    let mut files = Files::new();
    let cases = measured.cases();
    for contract in measured.contracts() {
        let rows = cases.iter().filter(|case| case.contract() == contract).map(|case| {
            json!({
                "function": case.function(), "case": case.case(),
                "uncached": case.uncached.gas, "cached": case.cached.gas,
            })
        });
        let rows: Vec<_> = rows.collect();
        files.insert(format!("{GAS}/{contract}.json"), json!({ "toolchain": toolchain, "rows": rows }));
    }
    for size in sizes {
        let mut file = serde_json::to_value(size)?;
        file["toolchain"] = toolchain.into();
        files.insert(format!("{SIZE}/{}.json", size.program), file);
    }
    Ok(files)
}

/// Writes the files; those of contracts that are gone go, too.
pub(super) fn write(root: &Path, files: &Files) -> Result<()> {
    for path in present(root)?.into_iter().filter(|path| !files.contains_key(path)) {
        fs::remove_file(root.join(&path)).with_context(|| format!("{path} can't be removed"))?;
    }
    for (path, file) in files {
        let target = root.join(path);
        let folder = target.parent().context("a file without a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        fs::write(&target, printed(file)?).with_context(|| format!("{path} can't be written"))?;
    }
    Ok(())
}

/// Holds the files against those that are there.
pub(super) fn differences(root: &Path, files: &Files) -> Result<Compared> {
    let mut recorded = Files::new();
    for path in present(root)? {
        let text = fs::read_to_string(root.join(&path)).with_context(|| format!("{path} can't be read"))?;
        recorded.insert(path.clone(), serde_json::from_str(&text).with_context(|| path)?);
    }
    Ok(compare(&recorded, files))
}

fn compare(recorded: &Files, now: &Files) -> Compared {
    let toolchains = |files: &Files| files.values().map(|file| file["toolchain"].clone()).collect::<Vec<_>>();
    let wanted = toolchains(now);
    let same_toolchain = toolchains(recorded).iter().all(|toolchain| wanted.contains(toolchain));
    let mut differences = Vec::new();
    for path in now.keys().filter(|path| !recorded.contains_key(*path)) {
        differences.push(format!("{path} is missing"));
    }
    for path in recorded.keys().filter(|path| !now.contains_key(*path)) {
        differences.push(format!("{path} is of no contract"));
    }
    if same_toolchain {
        for (path, file) in now {
            if let Some(before) = recorded.get(path) {
                let (before, after) = (figures(before), figures(file));
                differences.extend(changes(&before, &after).map(|change| format!("{path}: {change}")));
            }
        }
    }
    Compared { same_toolchain, differences }
}

/// The figures of a file by name: gas by function, case and cache; sizes by kind.
fn figures(file: &Value) -> BTreeMap<String, Value> {
    let mut figures = BTreeMap::new();
    let fields = file.as_object().into_iter().flatten();
    for (name, value) in fields.filter(|(name, _)| *name != "toolchain") {
        match value {
            Value::Array(rows) => {
                for row in rows {
                    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                    for how in ["uncached", "cached"] {
                        let name = format!("{}, `{}`, {how}", text("function"), text("case"));
                        figures.insert(name, row[how].clone());
                    }
                }
            }
            Value::Object(kinds) => {
                let kinds = kinds.iter().map(|(kind, value)| (format!("{name}.{kind}"), value.clone()));
                figures.extend(kinds);
            }
            _ => {
                figures.insert(name.clone(), value.clone());
            }
        }
    }
    figures
}

fn changes<'a>(
    before: &'a BTreeMap<String, Value>,
    after: &'a BTreeMap<String, Value>,
) -> impl Iterator<Item = String> + 'a {
    let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| format!("{name}: gone"));
    let others = after.iter().filter_map(|(name, now)| match before.get(name) {
        None => Some(format!("{name}: {now}, not recorded")),
        Some(was) if was == now => None,
        Some(was) => Some(match (was.as_i64(), now.as_i64()) {
            (Some(was), Some(now)) => format!("{name}: {now} instead of {was}, {:+}", now - was),
            _ => format!("{name}: {now} instead of {was}"),
        }),
    });
    gone.chain(others)
}

/// JSON with a row a line, so that a change of one figure is a change of one line.
fn printed(file: &Value) -> Result<String> {
    let Some(rows) = file["rows"].as_array() else { return Ok(serde_json::to_string_pretty(file)? + "\n") };
    let rows: Vec<_> = rows.iter().map(|row| format!("    {row}")).collect();
    Ok(format!("{{\n  \"toolchain\": {},\n  \"rows\": [\n{}\n  ]\n}}\n", file["toolchain"], rows.join(",\n")))
}

/// The paths of the snapshots that are there.
fn present(root: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for folder in [GAS, SIZE] {
        let entries = match fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("{folder} can't be read")),
        };
        for entry in entries {
            paths.push(format!("{folder}/{}", entry?.file_name().to_string_lossy()));
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use xtask::artifacts::data::Holdings;

    use super::super::rows::tests::{measured, parsed};
    use super::*;

    fn now(toolchain: &str) -> Files {
        let data = Holdings { all: 900, constants: 900, ..Holdings::default() };
        let size = Size {
            program: "token".into(),
            raw_bytes: 45_000,
            compressed_bytes: 15_000,
            limit_bytes: 24_576,
            data,
        };
        files(&parsed(measured()), &[size], toolchain).unwrap()
    }

    #[test]
    fn what_is_as_recorded_passes() {
        let compared = compare(&now("a"), &now("a"));
        assert!(compared.same_toolchain);
        assert_eq!(compared.differences, Vec::<String>::new());
    }

    #[test]
    fn every_unit_of_gas_and_every_byte_is_a_difference() {
        let mut recorded = now("a");
        recorded.get_mut("snapshots/gas/token.json").unwrap()["rows"][0]["cached"] = 33_990.into();
        recorded.get_mut("snapshots/size/token.json").unwrap()["data"]["constants"] = 901.into();
        let differences = compare(&recorded, &now("a")).differences;
        assert_eq!(
            differences,
            [
                "snapshots/gas/token.json: send(uint256), `later`, cached: 34000 instead of 33990, +10",
                "snapshots/size/token.json: data.constants: 900 instead of 901, -1",
            ]
        );
    }

    #[test]
    fn rows_and_files_that_come_and_go_are_differences() {
        let mut recorded = now("a");
        recorded.get_mut("snapshots/gas/token.json").unwrap()["rows"][0]["case"] = "once".into();
        let differences = compare(&recorded, &now("a")).differences;
        assert_eq!(differences.len(), 4, "{differences:?}");
        let pool = recorded.remove("snapshots/gas/token.json").unwrap();
        recorded.insert("snapshots/gas/pool.json".into(), pool);
        let differences = compare(&recorded, &now("a")).differences;
        assert_eq!(
            differences,
            ["snapshots/gas/token.json is missing", "snapshots/gas/pool.json is of no contract"]
        );
    }

    #[test]
    fn figures_of_another_toolchain_are_not_compared() {
        let mut recorded = now("a");
        recorded.get_mut("snapshots/gas/token.json").unwrap()["rows"][0]["cached"] = 1.into();
        let compared = compare(&recorded, &now("b"));
        assert!(!compared.same_toolchain);
        assert_eq!(compared.differences, Vec::<String>::new());
    }

    #[test]
    fn a_row_is_a_line() {
        let files = now("a");
        let text = printed(&files["snapshots/gas/token.json"]).unwrap();
        assert_eq!(text.lines().count(), 7, "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), files["snapshots/gas/token.json"]);
        let text = printed(&files["snapshots/size/token.json"]).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), files["snapshots/size/token.json"]);
    }
}
