//! `snapshots/gas` and `snapshots/size`: what was measured when somebody looked at it, reviewed like code.

use std::collections::{BTreeMap, BTreeSet};
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
    pub(super) differences: Vec<Difference>,
}

/// A figure that isn't as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The snapshot.
    pub(super) file: String,
    /// The function, its case and whether it was cached; or the kind of bytes.
    pub(super) figure: String,
    /// Empty if there was none.
    pub(super) recorded: String,
    /// Empty if there is none any more.
    pub(super) now: String,
    /// How much more, where both are numbers.
    pub(super) change: Option<i64>,
}

impl Difference {
    /// A snapshot that is missing or too many.
    fn of_file(path: &str, recorded: &str, now: &str) -> Self {
        Self {
            file: path.to_owned(),
            figure: "the whole snapshot".to_owned(),
            recorded: recorded.to_owned(),
            now: now.to_owned(),
            change: None,
        }
    }
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
        differences.push(Difference::of_file(path, "", "not recorded"));
    }
    for path in recorded.keys().filter(|path| !now.contains_key(*path)) {
        differences.push(Difference::of_file(path, "recorded", "no contract"));
    }
    if same_toolchain {
        for (path, file) in now {
            if let Some(before) = recorded.get(path) {
                let (before, after) = (figures(before), figures(file));
                differences.extend(changes(path, &before, &after));
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

fn changes(path: &str, before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Difference> {
    let figures: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = figures.into_iter().filter(|figure| before.get(*figure) != after.get(*figure));
    let shown = |value: Option<&Value>| value.map(ToString::to_string).unwrap_or_default();
    let number = |value: Option<&Value>| value.and_then(Value::as_i64);
    changed
        .map(|figure| {
            let (recorded, now) = (before.get(figure), after.get(figure));
            Difference {
                file: path.to_owned(),
                figure: figure.clone(),
                recorded: shown(recorded),
                now: shown(now),
                change: number(now).zip(number(recorded)).map(|(now, recorded)| now - recorded),
            }
        })
        .collect()
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
        assert_eq!(compared.differences, []);
    }

    #[test]
    fn every_unit_of_gas_and_every_byte_is_a_difference() {
        let mut recorded = now("a");
        recorded.get_mut("snapshots/gas/token.json").unwrap()["rows"][0]["cached"] = 33_990.into();
        recorded.get_mut("snapshots/size/token.json").unwrap()["data"]["constants"] = 901.into();
        let differences = compare(&recorded, &now("a")).differences;
        let told: Vec<_> = differences
            .iter()
            .map(|one| {
                (one.file.as_str(), one.figure.as_str(), one.recorded.as_str(), one.now.as_str(), one.change)
            })
            .collect();
        let gas = "send(uint256), `later`, cached";
        let expected = [
            ("snapshots/gas/token.json", gas, "33990", "34000", Some(10)),
            ("snapshots/size/token.json", "data.constants", "901", "900", Some(-1)),
        ];
        assert_eq!(told, expected);
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
        let expected = [
            Difference::of_file("snapshots/gas/token.json", "", "not recorded"),
            Difference::of_file("snapshots/gas/pool.json", "recorded", "no contract"),
        ];
        assert_eq!(differences, expected);
    }

    #[test]
    fn figures_of_another_toolchain_are_not_compared() {
        let mut recorded = now("a");
        recorded.get_mut("snapshots/gas/token.json").unwrap()["rows"][0]["cached"] = 1.into();
        let compared = compare(&recorded, &now("b"));
        assert!(!compared.same_toolchain);
        assert_eq!(compared.differences, []);
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
