//! `ecosystem`: see [`ecosystem::cli`].

use std::process::ExitCode;

use clap::Parser;
use ecosystem::{
    cli::{self, Cli},
    key::refuse_key_in_arguments,
};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    // Before clap sees them: its errors repeat what they don't understand.
    if let Err(error) = refuse_key_in_arguments(arguments.iter().map(String::as_str)) {
        eprintln!("ecosystem: {error}");
        return ExitCode::from(2);
    }
    match cli::run(Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ecosystem: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
