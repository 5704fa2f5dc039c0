//! The cover of a contract, `src/lib.rs`: short, and with the same strict lints everywhere.

use super::Source;

/// What the cover of a contract denies outside of tests: on chain, each of them costs users money.
const DENIED: [&str; 7] = [
    "clippy::arithmetic_side_effects",
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::indexing_slicing",
    "clippy::as_conversions",
    "clippy::float_arithmetic",
];
/// A cover is read at a glance.
const MOST_LINES: usize = 30;

pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let covers: Vec<_> = sources.iter().filter(|source| is_cover(source, sources)).collect();
    let mut findings = Vec::new();
    for cover in &covers {
        let lints = lints(cover);
        findings.extend(
            DENIED
                .iter()
                .filter(|lint| !lints.iter().any(|line| line.contains(*lint)))
                .map(|lint| format!("{}: the cover doesn't deny {lint}", cover.path)),
        );
        let first = covers[0];
        if lints != self::lints(first) {
            findings.push(format!("{}: the lint header differs from that of {}", cover.path, first.path));
        }
        let lines = cover.text.lines().count();
        if lines > MOST_LINES {
            findings.push(format!("{}: a cover has at most {MOST_LINES} lines, not {lines}", cover.path));
        }
    }
    findings
}

/// Whether this is the `src/lib.rs` of a contract: a crate with a `Stylus.toml`.
fn is_cover(source: &Source, sources: &[Source]) -> bool {
    let Some(folder) = source.contracts_crate() else { return false };
    let manifest = format!("contracts/{folder}/Stylus.toml");
    source.path == format!("contracts/{folder}/src/lib.rs")
        && sources.iter().any(|other| other.path == manifest)
}

/// The lines of the crate-level attributes, which are the lint header.
fn lints(cover: &Source) -> Vec<&str> {
    let mut open = 0;
    let mut lines = Vec::new();
    for line in cover.text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        if open > 0 || code.starts_with("#![") {
            open += code.matches('[').count();
            open = open.saturating_sub(code.matches(']').count());
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn contract(folder: &str, cover: &str) -> [Source; 2] {
        [
            source(&format!("contracts/{folder}/Stylus.toml"), ""),
            source(&format!("contracts/{folder}/src/lib.rs"), cover),
        ]
    }

    fn header() -> String {
        format!("#![cfg_attr(not(test), deny({}))]\nmod contract;\n", DENIED.join(", "))
    }

    #[test]
    fn equal_strict_covers_pass() {
        let sources: Vec<_> = ["pool", "token"]
            .into_iter()
            .flat_map(|folder| contract(folder, &(header() + "// x\n")))
            .collect();
        assert_eq!(findings(&sources), Vec::<String>::new());
    }

    #[test]
    fn a_header_may_be_broken_into_lines() {
        let broken = header().replace("deny(", "\n    deny(\n        ").replace(", ", ",\n        ");
        assert_eq!(findings(&contract("pool", &broken)), Vec::<String>::new());
        let later = broken.replace("mod contract;\n", "mod contract;\nfn f() { [1] }\n");
        let sources: Vec<_> =
            contract("pool", &broken).into_iter().chain(contract("token", &later)).collect();
        assert_eq!(findings(&sources), Vec::<String>::new(), "code after the header isn't part of it");
    }

    #[test]
    fn a_cover_without_a_lint_and_unlike_the_others_is_found() {
        let loose = header().replace("clippy::panic, ", "");
        let sources: Vec<_> =
            contract("pool", &header()).into_iter().chain(contract("token", &loose)).collect();
        let found = findings(&sources).join("\n");
        assert!(
            found.contains("contracts/token/src/lib.rs: the cover doesn't deny clippy::panic"),
            "{found}"
        );
        assert!(found.contains("differs from that of contracts/pool/src/lib.rs"), "{found}");
    }

    #[test]
    fn a_long_cover_is_found_and_libraries_have_none() {
        let long = header() + &"//\n".repeat(MOST_LINES);
        assert_eq!(findings(&contract("pool", &long)).len(), 1);
        assert!(findings(&[source("contracts/math/src/lib.rs", "")]).is_empty());
    }
}
