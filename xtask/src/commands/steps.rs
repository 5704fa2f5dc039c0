//! Tasks that consist of several commands: each is announced, timed, and remembered with its result.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};
use xtask::process::note;

use crate::report::{Outcome, table};

/// The steps done so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    problem: Option<String>,
    seconds: f64,
}

impl Steps {
    /// Does one step; a failure is remembered, and the next steps are still done.
    pub(crate) fn step(&mut self, name: impl Into<String>, work: impl FnOnce() -> Result<()>) {
        let name = name.into();
        note(format!("── {name}"));
        let start = Instant::now();
        let problem = work().err().map(|error| format!("{error:#}"));
        if let Some(problem) = &problem {
            note(format!("{name} failed: {problem}"));
        }
        self.done.push(Step { name, problem, seconds: start.elapsed().as_secs_f64() });
    }

    /// Runs a command as a step; what it prints goes where the user sees it.
    pub(crate) fn command(&mut self, name: impl Into<String>, command: &mut Command) {
        self.step(name, || succeed(command));
    }

    pub(crate) fn outcome(self) -> Outcome {
        let rows = self.done.iter().map(|step| {
            let result = if step.problem.is_none() { "ok" } else { "FAILED" };
            [step.name.clone(), result.to_owned(), format!("{:.1}", step.seconds)]
        });
        let text = table(["step", "result", ">seconds"], rows);
        let report: Vec<Value> = self
            .done
            .iter()
            .map(|step| {
                json!({
                    "step": step.name, "ok": step.problem.is_none(), "seconds": step.seconds, "problem": step.problem,
                })
            })
            .collect();
        let failed: Vec<_> =
            self.done.iter().filter(|step| step.problem.is_some()).map(|step| step.name.as_str()).collect();
        let reason = (!failed.is_empty()).then(|| failed.join(", "));
        Outcome::new(report, text).failed_if(reason)
    }
}

/// Runs a command, whose output goes where the user sees it.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    anyhow::ensure!(status.success(), "{status}, see its output above");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;

    #[test]
    fn a_failed_step_is_named_and_the_next_ones_are_still_done() {
        let mut steps = Steps::default();
        let mut reached = false;
        steps.step("first", || anyhow::bail!("broken"));
        steps.step("second", || {
            reached = true;
            Ok(())
        });
        steps.command("third", Command::new("sh").args(["-c", "exit 7"]));
        let outcome = steps.outcome();
        assert!(reached);
        let Verdict::Failed(reason) = outcome.verdict else { panic!("a failed step passes") };
        assert_eq!(reason, "first, third");
        assert_eq!(outcome.rows[0]["problem"], "broken");
        assert_eq!(outcome.rows[1]["ok"], true);
    }

    #[test]
    fn all_well_is_ok() {
        let mut steps = Steps::default();
        steps.command("true", Command::new("sh").args(["-c", "exit 0"]));
        assert!(matches!(steps.outcome().verdict, Verdict::Ok));
    }
}
