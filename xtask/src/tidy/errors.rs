//! Promised errors are tested: what a doc comment lists under `Errors:` is named in a test.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

pub(super) fn findings(sources: &[Source]) -> Vec<String> {
    let tested: String = sources.iter().filter(|source| source.is_rust()).map(tests_of).collect();
    let tested: BTreeSet<&str> = tested.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut promised: BTreeMap<String, &str> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust() && source.contracts_crate().is_some()) {
        for name in documented(&source.text) {
            promised.entry(name).or_insert(&source.path);
        }
    }
    promised
        .into_iter()
        .filter(|(name, _)| !tested.contains(name.as_str()))
        .map(|(name, path)| format!("{path}: no test names the documented error {name}"))
        .collect()
}

/// The test code of a file: all of it in a `tests` folder or file, else what follows `#[cfg(test)]`.
fn tests_of(source: &Source) -> &str {
    let of_tests = source.path.starts_with("tests/")
        || source.path.contains("/tests/")
        || source.path.ends_with("/tests.rs");
    match source.text.find("#[cfg(test)]") {
        _ if of_tests => &source.text,
        Some(start) => &source.text[start..],
        None => "",
    }
}

/// The errors in the paragraphs of doc comments that start with `Errors:`.
pub(crate) fn documented(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let Some(doc) = line.trim_start().strip_prefix("///").map(str::trim) else {
            inside = false;
            continue;
        };
        if doc.starts_with("Errors:") {
            inside = true;
        } else if doc.is_empty() || is_heading(doc) {
            inside = false;
        }
        if inside {
            names.extend(errors_in(doc));
        }
    }
    names
}

/// Whether a line starts another paragraph, as `Events: …` does.
fn is_heading(doc: &str) -> bool {
    doc.split_once(':').is_some_and(|(word, _)| {
        ["Units", "Rounding", "Events", "Source", "Returns", "Shape", "Access"].contains(&word)
    })
}

/// The names of errors between backticks, linked or not, such as `Paused` or `PoolError::Paused`: the last segment, unless
/// it is a function's or a constant's.
fn errors_in(doc: &str) -> impl Iterator<Item = String> + '_ {
    doc.split('`').skip(1).step_by(2).filter_map(|path| {
        let name = path.rsplit("::").next()?;
        (name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    const DOCUMENTED: &str = "/// Sells.\n///\n/// Errors: [`PoolError::TooLittle`] when the price moved,\n\
                              /// `Paused`: see [`Self::pause`].\n/// Events: [`event::Sold`].\npub fn sell() {}\n";

    #[test]
    fn names_are_read_up_to_the_next_heading() {
        assert_eq!(documented(DOCUMENTED), ["TooLittle", "Paused"]);
        assert!(documented("// Errors: [`A::B`]\nfn f() {}\n").is_empty(), "only doc comments promise");
    }

    #[test]
    fn a_promise_that_no_test_names_is_found() {
        let contract = source("contracts/pool/src/contract.rs", DOCUMENTED);
        let found = findings(&[contract]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("Paused"), "{found:?}");
    }

    #[test]
    fn tests_beside_the_code_and_in_the_tests_crate_count_but_code_does_not() {
        let own = DOCUMENTED.to_owned()
            + "fn f() { PoolError::Paused }\n#[cfg(test)]\nmod tests { /* TooLittle */ }\n";
        let contract = source("contracts/pool/src/contract.rs", &own);
        let system = source("tests/system/pool.rs", "assert_eq!(error, PoolError::Paused);");
        assert_eq!(findings(&[contract, system]), Vec::<String>::new());
        let contract = source("contracts/pool/src/contract.rs", &own);
        assert_eq!(findings(&[contract]).len(), 1, "the use outside of tests must not count");
    }

    #[test]
    fn a_longer_name_is_another_name() {
        let contract = source("contracts/pool/src/contract.rs", "/// Errors: [`PoolError::Paused`].\n");
        let system = source("tests/system/pool.rs", "PoolError::PausedForever");
        assert_eq!(findings(&[contract, system]).len(), 1);
    }
}
