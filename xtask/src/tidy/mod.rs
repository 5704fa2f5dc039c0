//! What no compiler checks: rules about the sources as text.
//!
//! Each rule is a function from files to findings, so that it can be tested on made-up files.

mod covers;
pub(crate) mod errors;
mod manifests;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask::process;

/// A file of the repository, by its path from the root with `/` between folders.
#[derive(Debug)]
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The crate folder in `contracts/` that this file belongs to.
    fn contracts_crate(&self) -> Option<&str> {
        self.path.strip_prefix("contracts/")?.split_once('/').map(|(folder, _)| folder)
    }
}

/// Applies all rules to the repository.
///
/// # Errors
/// The files can't be listed or read, or a rule is broken: the message lists every finding.
pub(crate) fn check(root: &Path) -> Result<()> {
    let sources = sources(root)?;
    let mut findings = Vec::new();
    findings.extend(covers::findings(&sources));
    findings.extend(errors::findings(&sources));
    findings.extend(manifests::findings(&sources));
    findings.extend(text::findings(&sources, &text::machine_paths(root)));
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{} findings:\n  {}", findings.len(), findings.join("\n  "))
}

/// All text files that are committed or could be: git's ignored files don't count.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names =
        process::quiet(&mut git).context("the repository's files can't be listed: is this a git clone?")?;
    let mut sources = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        // A file that is deleted but not yet committed is still listed; one that isn't text has no style.
        if let Ok(bytes) = fs::read(root.join(PathBuf::from(name)))
            && let Ok(text) = String::from_utf8(bytes)
        {
            sources.push(Source { path: name.to_owned(), text });
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

#[cfg(test)]
fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}
