//! The devnode's binary, started and ended as a user would.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long a node may take to end once it is asked to.
const PATIENCE: Duration = Duration::from_secs(20);
/// What scripts take from the node's first line.
const MEMBERS: [&str; 4] = ["rpc", "ws", "chainId", "accounts"];

/// A running node, which ends with this value.
pub(super) struct Node {
    child: Child,
    told: Value,
}

impl Node {
    /// Starts one on a free port and waits until it says where it is.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--port", "0", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} can't be started", program.display()))?;
        let mut line = String::new();
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        // From here on the process ends with `node`, whatever is wrong with its line.
        let mut node = Self { child, told: Value::Null };
        read.context("the devnode has no stdout")?.context("the devnode's first line can't be read")?;
        node.told = parse(&line)?;
        Ok(node)
    }

    /// Its first line: where it listens, and whose keys it funded.
    pub(super) const fn told(&self) -> &Value {
        &self.told
    }

    /// Asks it to end, and wants it to do so with exit code 0.
    pub(super) fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().context("`kill` can't be started")?;
        ensure!(asked.success(), "the devnode had ended before it was asked to");
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "asked to end, the devnode ended with {status}");
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("asked to end, the devnode still ran {} s later", PATIENCE.as_secs())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail for a node that has ended, which is what they are for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parse(line: &str) -> Result<Value> {
    let told: Value = serde_json::from_str(line)
        .with_context(|| format!("the devnode's first line isn't JSON: {}", line.trim()))?;
    for member in MEMBERS {
        ensure!(told.get(member).is_some(), "the devnode's first line has no `{member}`: {}", line.trim());
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_without_all_members_is_refused() {
        assert!(parse(r#"{"rpc":"http://a","ws":"ws://a","chainId":1,"accounts":[]}"#).is_ok());
        let error = parse(r#"{"rpc":"http://a","chainId":1,"accounts":[]}"#).unwrap_err();
        assert!(error.to_string().contains("`ws`"), "{error}");
        assert!(parse("").is_err());
    }
}
