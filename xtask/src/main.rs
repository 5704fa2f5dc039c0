//! `cargo xtask`: everything that is done with this repository, from a fresh clone on.

mod commands;
mod report;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use report::Outcome;
use xtask::toolchain::Via;

/// The tasks of the AIR Credential Token Ecosystem.
///
/// Start with `cargo xtask demo`: it fetches what is missing, builds the contracts and runs the whole journey of a
/// credential on a local chain. Progress goes to stderr; stdout holds the result and ends with `NAME: ok` or
/// `NAME: FAILED …`. Each task leaves target/reports/NAME.json. Exit codes: 0 done, 1 a check failed, 2 wrong usage or
/// a machine that can't do it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    /// Print the report as one line of JSON before the closing line, instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Get the contracts' compiler and wasm-opt into the user's cache folder.
    ///
    /// The other tasks do this by themselves; it is instant when nothing is missing, needs no root, and can be run
    /// again after being stopped anywhere. Rust comes by rustup or, where its server can't be reached, from Debian's
    /// packages (about 150 MB, and a minute to build the standard library); wasm-opt comes from npm. The folder is
    /// $ECOSYSTEM_CACHE, or air-credential-ecosystem in $XDG_CACHE_HOME or ~/.cache.
    Setup {
        /// Only tell what is there; exit code 1 if something is missing.
        #[arg(long)]
        check: bool,
        /// Use this way to the compiler only, instead of rustup first and Debian's packages second.
        #[arg(long, value_enum)]
        via: Option<Source>,
    },
    /// Build every contract to wasm, with interfaces, manifest and a table of sizes, into target/contracts.
    ///
    /// Builds only if the contracts' sources or the toolchain changed. Fails if a program is larger, compressed as it
    /// is deployed, than the chain allows (24 576 bytes). With ECOSYSTEM_ARTIFACTS=DIR it only reads that folder.
    BuildContracts,
    /// Show the whole journey on a chain started in process: deploy, register, create, mint, transfer, permit.
    ///
    /// All arguments are passed on to `ecosystem demo`, for example `--rpc http://127.0.0.1:8547` for another chain;
    /// `cargo xtask demo -- --help` lists them.
    Demo {
        /// Arguments for `ecosystem demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        args: Vec<String>,
    },
    /// Run all tests: the contracts natively, then devnode, deployment and the whole system on real wasm.
    ///
    /// Then it compares how the contracts' functions ended with what is documented, as `cargo xtask outcomes` does.
    Test {
        /// Run everything so many times, to catch tests that fail now and then.
        #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        repeat: u32,
    },
    /// Run what a change must pass: formatting, lints, tidiness, lock files, documentation, all tests.
    Ci {
        /// Only these parts; all without any.
        #[arg(value_enum, value_name = "PART")]
        only: Vec<commands::ci::Part>,
    },
    /// Check that docs/compat.md says truly what became of each line of the earlier Solidity system's ABI.
    ///
    /// Each line of tests/peers/abi.md has one row: kept, changed, dropped, or later while its contract isn't here yet.
    /// What is kept must be there with the same types, names, mutability and indexed fields.
    Compat,
    /// Compare what the tests saw of each contract's functions with what the documentation promises.
    ///
    /// A function is promised to succeed, to end with each error that its doc comment lists under `Errors:`, and, where a
    /// call can be malformed, without data. What the last `cargo xtask test` saw on the devnode, calls between contracts
    /// included, is in target/outcomes. What no test saw fails, and so does what isn't documented.
    Outcomes,
    /// Compare where the contracts store what with where they stored it, as snapshots/storage says.
    ///
    /// Layouts are read from the sources, and the slot tables in the documentation have to agree. Without --check what
    /// changed is recorded. docs/storage.md says which changes are safe behind a proxy.
    Storage {
        /// Record nothing; exit code 1 if something isn't as recorded.
        #[arg(long)]
        check: bool,
    },
    /// Measure what every function of every contract costs, and how large the programs are.
    ///
    /// Whole transactions on a devnode whose keys, clock and history are always the same, with the chain's cache and
    /// without. Writes snapshots/gas, snapshots/size and the tables of docs/gas.md. Fails if a function isn't measured or
    /// an operation costs more than its budget; docs/gas.md tells what to do then.
    Gas {
        /// Write nothing; exit code 1 if anything differs from the snapshots, by a unit of gas or a byte.
        #[arg(long)]
        check: bool,
        /// Write and check nothing; show what others have, too, beside what theirs cost in the same run.
        ///
        /// Compiles Uniswap v2 and the ERC-20s of OpenZeppelin and solady from their npm packages, which it gets into the
        /// cache folder; needs Node.js 20 or later with npm. The earlier system isn't published: its figures are recorded.
        #[arg(long, conflicts_with = "check")]
        peers: bool,
    },
    /// Replay recorded behaviour of a Nitro node on the devnode, each file on a fresh chain.
    ///
    /// The last line before the closing one is `N of M without difference`.
    Vectors {
        /// Recordings to replay; all of devnode/tests/golden without any.
        #[arg(value_name = "FILE")]
        files: Vec<std::path::PathBuf>,
    },
    /// Run tools and libraries that nobody here wrote against the devnode.
    ///
    /// Each is got from its registry into the cache folder, in the version that its lock file in tests/foreign-clients
    /// names, and runs a script of real use on a fresh chain. Without names those that CI runs.
    Foreign {
        /// Clients to run.
        #[arg(value_enum, value_name = "NAME")]
        names: Vec<commands::foreign::Client>,
        /// Run all, those too that take long to install.
        #[arg(long, conflicts_with = "names")]
        all: bool,
    },
    /// Measure how fast the devnode is, beside the project's goals.
    ///
    /// Boot, activation and compilation, what metering costs, and what is mined and answered a second over HTTP with 1,
    /// 8 and 64 connections. Built with optimisations, which compiles every dependency anew the first time; the
    /// measurement itself takes four minutes. A missed goal is shown and fails nothing.
    Bench {
        /// Only benchmarks with this in their name, for example `transfers`.
        #[arg(value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Fuzz the devnode: programs, request bodies, raw transactions.
    ///
    /// Each target runs for --seconds, or until it finds something, which is then in target/fuzz-artifacts. What a run
    /// learns stays in target/fuzz-corpus, where the next one goes on. Needs a C++ compiler for libFuzzer; the first run
    /// compiles the devnode again, instrumented.
    Fuzz {
        /// Seconds for each target.
        #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        seconds: u64,
        /// Run a target once, on this file, and show what happens.
        #[arg(long, value_name = "FILE", conflicts_with = "seconds", requires = "targets")]
        replay: Option<std::path::PathBuf>,
        /// Targets to run; all without any.
        #[arg(value_enum, value_name = "TARGET")]
        targets: Vec<commands::fuzz::Target>,
    },
}

/// The two ways to the contracts' compiler.
#[derive(Clone, Copy, ValueEnum)]
enum Source {
    /// rustup: Rust's own builds.
    Rustup,
    /// Debian's packages rustc-web and cargo-web, unpacked into the cache.
    Debian,
}

impl From<Source> for Via {
    fn from(source: Source) -> Self {
        match source {
            Source::Rustup => Self::Rustup,
            Source::Debian => Self::Debian,
        }
    }
}

fn main() -> ExitCode {
    let Cli { json, task } = Cli::parse();
    let (name, outcome) = match task {
        Task::Setup { check, via } => ("setup", commands::setup::run(check, via.map(Via::from))),
        Task::BuildContracts => ("build-contracts", commands::build_contracts::run()),
        Task::Demo { args } => ("demo", commands::demo::run(json, &args)),
        Task::Test { repeat } => ("test", commands::test::run(repeat)),
        Task::Ci { only } => ("ci", commands::ci::run(&only)),
        Task::Compat => ("compat", commands::compat::run()),
        Task::Outcomes => ("outcomes", commands::outcomes::run()),
        Task::Storage { check } => ("storage", commands::storage::run(check)),
        Task::Gas { peers: true, .. } => ("gas", commands::gas::run_with_peers()),
        Task::Gas { check, .. } => ("gas", commands::gas::run(check)),
        Task::Vectors { files } => ("vectors", commands::vectors::run(&files)),
        Task::Bench { filter } => ("bench", commands::bench::run(filter.as_deref())),
        Task::Foreign { names, all } => ("foreign", commands::foreign::run(&names, all)),
        Task::Fuzz { replay: Some(file), targets, .. } => ("fuzz", commands::fuzz::replay(&targets, &file)),
        Task::Fuzz { seconds, targets, .. } => ("fuzz", commands::fuzz::run(&targets, seconds)),
    };
    report::close(name, json, outcome.unwrap_or_else(|error| Outcome::impossible(&error)))
}
