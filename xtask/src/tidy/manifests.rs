//! Manifests: every crate has the repository's licence and lints, and stays unpublished until somebody decides.

use super::Source;

const LICENCE: &str = "MIT OR Apache-2.0";

pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let manifests =
        sources.iter().filter(|source| source.path == "Cargo.toml" || source.path.ends_with("/Cargo.toml"));
    manifests.flat_map(of).collect()
}

fn of(manifest: &Source) -> Vec<String> {
    let path = &manifest.path;
    let parsed: toml::Table = match toml::from_str(&manifest.text) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("{path}: {error}")],
    };
    let mut findings = Vec::new();
    for section in ["package", "workspace"] {
        let Some(package) = parsed.get(section) else { continue };
        let package = if section == "workspace" { package.get("package") } else { Some(package) };
        let licence = package.and_then(|package| package.get("license"));
        let inherited = licence.and_then(|licence| licence.get("workspace")).and_then(toml::Value::as_bool);
        if licence.and_then(toml::Value::as_str) != Some(LICENCE) && inherited != Some(true) {
            findings.push(format!("{path}: [{section}] needs license = \"{LICENCE}\""));
        }
    }
    let lints = parsed.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    if parsed.contains_key("package") && lints != Some(true) {
        findings.push(format!("{path}: [lints] needs workspace = true"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn found(text: &str) -> Vec<String> {
        findings(&[source("a/Cargo.toml", text)])
    }

    #[test]
    fn licence_and_lints_may_be_inherited_or_written_out() {
        assert!(found("[package]\nlicense.workspace = true\n[lints]\nworkspace = true\n").is_empty());
        assert!(found("[package]\nlicense = \"MIT OR Apache-2.0\"\n[lints]\nworkspace = true\n").is_empty());
        assert!(found("[workspace]\n[workspace.package]\nlicense = \"MIT OR Apache-2.0\"\n").is_empty());
    }

    #[test]
    fn a_crate_without_them_is_found() {
        assert_eq!(found("[package]\nname = \"a\"\n").len(), 2);
        assert_eq!(found("[package]\nlicense = \"GPL-3.0\"\n[lints]\nworkspace = true\n").len(), 1);
        assert_eq!(found("[workspace]\n").len(), 1);
        assert_eq!(found("not toml").len(), 1);
    }
}
