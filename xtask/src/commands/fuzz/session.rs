//! One run of one target.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use xtask::process::note;

use super::output::{Counts, Crash, Output};
use super::target::Target;

/// Seconds after which a single input counts as one that hangs.
const HANGS: u64 = 25;
/// Seconds beyond its time in which a target ends by itself.
const GRACE: u64 = 5;
/// Megabytes that a target may hold.
const MEMORY: u32 = 4_096;
/// How often the user hears how far it is.
const PULSE: Duration = Duration::from_secs(10);

/// What a run was.
pub(super) struct Session {
    pub(super) seconds: f64,
    pub(super) counts: Counts,
    pub(super) crashes: Vec<Crash>,
}

impl Session {
    /// Runs a target for so many seconds or until it finds something.
    pub(super) fn run(
        root: &Path,
        programs: &Path,
        target: Target,
        corpora: &str,
        seconds: u64,
    ) -> Result<Self> {
        let corpus = format!("{corpora}/{}", target.name());
        let artifacts = format!("target/fuzz-artifacts/{}/", target.name());
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(root.join(folder)).with_context(|| format!("{folder} can't be created"))?;
        }
        let mut command = fuzzer(programs, target);
        command.current_dir(root).args([
            corpus,
            format!("fuzz/seeds/{}", target.name()),
            format!("-artifact_prefix={artifacts}"),
            format!("-max_total_time={seconds}"),
            format!("-max_len={}", target.longest()),
            "-print_final_stats=1".to_owned(),
        ]);
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} can't be started", target.name()))?;
        let mut output = follow(&mut child, target, start, seconds)?;
        let status = child.wait()?;
        if output.crashes.is_empty() && !output.ended && !status.success() {
            // It reported nothing, and failed nevertheless.
            let what = format!("it ended with {status}: {}", output.last);
            output.crashes.push(Crash { what, file: None });
        }
        let Output { counts, crashes, .. } = output;
        Ok(Self { seconds: start.elapsed().as_secs_f64(), counts, crashes })
    }
}

/// Runs a target once, on a file; it says on stderr what happens.
pub(super) fn replay(programs: &Path, target: Target, file: &Path) -> Result<ExitStatus> {
    let mut command = fuzzer(programs, target);
    command.arg(file).env("RUST_BACKTRACE", "1").stdout(Stdio::null());
    command.status().with_context(|| format!("{} can't be started", target.name()))
}

fn fuzzer(programs: &Path, target: Target) -> Command {
    let mut command = Command::new(PathBuf::from(programs).join(target.name()));
    command.args([format!("-timeout={HANGS}"), format!("-rss_limit_mb={MEMORY}")]);
    command
}

/// Reads what the target says until it ends, or is ended because it doesn't.
fn follow(child: &mut Child, target: Target, start: Instant, seconds: u64) -> Result<Output> {
    let stderr = child.stderr.take().context("its stderr was piped")?;
    let (sender, lines) = mpsc::channel();
    // Ends with the child, which closes its end.
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    let end = start + Duration::from_secs(seconds + GRACE);
    let mut output = Output::default();
    let mut pulse = start + PULSE;
    loop {
        // While seeds and corpus are read no clock runs in libFuzzer. A single input that hangs is its own affair.
        let deadline = if output.fuzzes { end + Duration::from_secs(HANGS) } else { end };
        let now = Instant::now();
        if now >= pulse {
            note(format!("{}: {} s, {}", target.name(), (now - start).as_secs(), output.counts));
            pulse += PULSE;
        }
        if now >= deadline {
            child.kill().context("it can't be ended")?;
            if output.fuzzes {
                let what = format!("it didn't end {} s after its time", GRACE + HANGS);
                output.crashes.push(Crash { what, file: None });
            } else {
                note(format!("{}: its time was over before the corpus was read", target.name()));
                output.ended = true;
            }
            return Ok(output);
        }
        match lines.recv_timeout(deadline.min(pulse).saturating_duration_since(now)) {
            Ok(line) => output.read(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(output),
        }
    }
}
