//! The command line of `ecosystem`.

mod attest;
mod collect_fees;
mod demo;
mod keystore;
mod quote;

use std::io::{self, Write};

use clap::{Parser, Subcommand};

use crate::error::Error;

/// Deploys and demonstrates the AIR Credential Token Ecosystem, and attests credentials for it.
#[derive(Debug, Parser)]
#[command(name = "ecosystem", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the main job end to end and reads everything back.
    ///
    /// Deploys and activates the programs, registers an attested credential, creates its token, mints, transfers and
    /// approves by permit; creates another for a fee, refunds the rest and withdraws the fee; pauses registry and factory,
    /// and shows who still gets out; lets the launched registry take another issuer, as announced two days before; opens a
    /// market, trades both ways, adds and removes liquidity, and sees the first shares locked and released. Without --rpc
    /// and --network it does so on a Stylus chain inside this process; elsewhere days pass with --move-clock only.
    Demo(demo::DemoArguments),
    /// Signs, as an issuer, that somebody holds a credential.
    ///
    /// What is attested comes from a verification result (--verification FILE, schema air-verification/1, see
    /// docs/schemas), which is checked against --holder, --type and the table of programmes, or from explicit fields.
    /// The result is what registerCredential takes, from whoever relays it. The issuer's key is read from an encrypted
    /// keystore; it appears nowhere.
    Attest(Box<attest::AttestArguments>),
    /// Tells what a trade in a pool gives now, and the bound to send with it.
    ///
    /// Computed here, from the pool's reserves, by the same code that settles trades on chain. Says so if the pool is
    /// paused.
    Quote(quote::QuoteArguments),
    /// Redeems the protocol's part of the trading fees to its recipient. Anyone may.
    ///
    /// Pools that have nothing to collect cost nothing, and one that can't be asked keeps no other from it. Interrupted, start it again: what was redeemed is gone.
    CollectFees(collect_fees::CollectFeesArguments),
    /// Makes the encrypted file that an issuer's key is kept in.
    #[command(subcommand)]
    Keystore(keystore::KeystoreCommand),
}

/// Runs the command, and says whether all that it checked was right.
pub async fn run(cli: Cli) -> Result<bool, Error> {
    let (as_json, result) = match &cli.command {
        Command::Demo(arguments) => (arguments.json, demo::run(arguments).await),
        Command::Attest(arguments) => (arguments.json, attest::run(arguments).await.map(|()| true)),
        Command::Quote(arguments) => (arguments.json, quote::run(arguments).await.map(|()| true)),
        Command::CollectFees(arguments) => (arguments.json, collect_fees::run(arguments).await),
        Command::Keystore(command) => (false, keystore::run(command).map(|()| true)),
    };
    if let (true, Err(error)) = (as_json, &result) {
        print_error(error)?;
    }
    result
}

/// What scripts find on stdout when there is no report.
fn print_error(error: &Error) -> Result<(), Error> {
    let object = serde_json::json!({ "schema": 1, "ok": false, "error": error.to_string() });
    writeln!(io::stdout().lock(), "{object}").map_err(Error::Output)
}
