//! Prints a contract's JSON ABI as a bare array: `cargo run -p abi --features json -- <folder>`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        eprintln!("name a contract: {}", abi::json::NAMES.join(", "));
        return ExitCode::from(2);
    };
    let Some(contract) = abi::json::of(&name) else {
        eprintln!("there is no contract `{name}`; choose one of: {}", abi::json::NAMES.join(", "));
        return ExitCode::from(2);
    };
    match serde_json::to_string_pretty(&contract) {
        Ok(json) => {
            #[expect(clippy::print_stdout, reason = "the array is this command's result")]
            {
                println!("{json}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the ABI of `{name}` can't be written as JSON: {error}");
            ExitCode::FAILURE
        }
    }
}
