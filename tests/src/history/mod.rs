//! Random histories of a market on a real chain, each step compared with the model of Uniswap v2 to the wei.
//!
//! [`reference::market`] has the model, and what has to hold after each step; here is what plays: the real programs
//! ([`OnChain`]), and the accounts of those who use them ([`People`]).

mod on_chain;
mod people;

use alloy::primitives::{B256, keccak256};
use reference::market::{Outcome, Run, Step, Subject};

use crate::{tokens, wei};
pub use on_chain::{OnChain, Opening};
pub use people::People;

/// The steps of a history have the numbers from this times its own on.
const NUMBERS_OF_A_HISTORY: usize = 1_000;

/// The steps of history `number`, the same each time.
pub fn steps(number: usize) -> impl Iterator<Item = Step> {
    let random = |step: usize| -> B256 { keccak256(step.to_be_bytes()) };
    (number * NUMBERS_OF_A_HISTORY..)
        .map(move |step| u128::from_be_bytes(*random(step).last_chunk().expect("16 bytes")).into())
}

/// Plays `steps` on `subject`, a market that is as it was opened.
///
/// # Panics
/// The subject differs from the model.
pub async fn play<S: Subject + Send + 'static>(subject: S, opening: Opening, steps: Vec<Step>) -> Outcome {
    let Opening { cast, opened, fee } = opening;
    let amounts = [tokens(50), wei(50)];
    // Subjects wait for the chain, and histories don't know of it.
    let play = move || Run::new(subject, cast, opened, amounts, fee).all(&steps);
    tokio::task::spawn_blocking(play).await.expect("the market and the model are the same")
}
