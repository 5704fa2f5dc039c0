//! Text: no paths of somebody's machine, no lint switched off without a reason.

use std::env;
use std::path::Path;

use super::Source;

/// Beginnings of paths that exist on one machine only. Written in pieces, or this file would be a finding.
const HOMES: [&str; 4] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("C:\\Us", "ers")];
/// Recordings hold what their node said, byte by byte.
const RECORDED: &str = "/golden/";

/// The paths that no file may contain.
pub(super) fn machine_paths(root: &Path) -> Vec<String> {
    let home = env::var("HOME").ok().filter(|home| home.len() > 1);
    HOMES.iter().map(ToString::to_string).chain([root.display().to_string()]).chain(home).collect()
}

pub(super) fn findings(sources: &[Source], machine_paths: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.path.contains(RECORDED)) {
        for (number, line) in source.text.lines().enumerate() {
            let place = format!("{}:{}", source.path, number + 1);
            if let Some(path) = machine_paths.iter().find(|path| line.contains(path.as_str())) {
                findings.push(format!("{place}: a path of one machine: {path}"));
            }
            if source.is_rust() && allows(line) {
                findings.push(format!("{place}: use #[expect(lint, reason = \"…\")] instead of allow"));
            }
        }
    }
    findings
}

/// Whether a line is an attribute that allows a lint, plainly or under a condition.
fn allows(line: &str) -> bool {
    let line = line.trim_start();
    (line.starts_with("#[") || line.starts_with("#![")) && line.contains(concat!("al", "low("))
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        findings(&[source(path, text)], &machine_paths(Path::new("/some/clone")))
    }

    #[test]
    fn paths_of_a_machine_are_found_with_their_line() {
        let text = format!("fine\nsee {}somebody/notes\n", HOMES[1]);
        assert_eq!(found("README.md", &text).len(), 1);
        assert!(found("README.md", &text)[0].starts_with("README.md:2:"));
        assert_eq!(found("docs/a.md", "in /some/clone/target\n").len(), 1);
        assert!(found("devnode/tests/golden/a.json", &text).is_empty());
        assert!(found("README.md", "~/.cache and /usr/bin\n").is_empty());
    }

    #[test]
    fn a_bare_exception_is_found() {
        let allow = |before: &str| format!("{before}{}dead_code)]\n", concat!("al", "low("));
        assert_eq!(found("a.rs", &allow("    #[")).len(), 1);
        assert_eq!(found("a.rs", &allow("#![cfg_attr(test, ")).len(), 1);
        assert!(found("a.rs", "#[expect(dead_code, reason = \"kept for the next version\")]\n").is_empty());
        assert!(found("a.rs", "fn f() { self.allow(1) }\n").is_empty());
        assert!(found("a.md", &allow("#[")).is_empty());
    }
}
