//! What a pool and a pair tell by the events that both have.

use abi::pool::ICredentialPool::{Burn, Mint, Swap, Sync};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::Log,
    sol_types::SolEvent,
};

/// Their signatures' hashes: Uniswap v2's have to be the same.
const COMMON: [B256; 4] =
    [Swap::SIGNATURE_HASH, Mint::SIGNATURE_HASH, Burn::SIGNATURE_HASH, Sync::SIGNATURE_HASH];

/// One of them. Who did it for whom isn't compared: people come to the pair through the router.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    signature: B256,
    /// What it tells, an amount of the first side and one of the second each: all its data.
    pub(super) amounts: Vec<[U256; 2]>,
}

/// What `emitter` told in `logs`.
pub(super) fn of(logs: &[Log], emitter: Address) -> Vec<Event> {
    let told = logs.iter().filter(|log| log.address() == emitter);
    let common = told.filter_map(|log| Some((log, *log.topic0().filter(|hash| COMMON.contains(hash))?)));
    common
        .map(|(log, signature)| {
            let words: Vec<_> = log.data().data.chunks(32).map(U256::from_be_slice).collect();
            let amounts = words.chunks(2).map(|pair| <[U256; 2]>::try_from(pair).expect("amounts in pairs"));
            Event { signature, amounts: amounts.collect() }
        })
        .collect()
}
