//! The cache flag of programs, set by cache managers and chain owners (§9.4).

use super::{Unusable, read_record, write_record};
use crate::arbos::{
    address_set::{CACHE_MANAGERS, CHAIN_OWNERS},
    params::StylusParams,
    precompiles::{Failure, Frame, abi},
    storage::MODULE_HASHES,
};
use alloy_primitives::{Address, B256};

/// What is to become of a program's flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arbos) enum Caching {
    /// Flag the program; the account is where its code was found.
    Set(Address),
    /// Clear the flag.
    Clear,
}

/// Changes the cache flag of the code with that hash.
pub(in crate::arbos) fn set_cached(
    frame: &mut Frame<'_, '_>,
    code_hash: B256,
    caching: Caching,
) -> Result<(), Failure> {
    let caller = frame.call.caller;
    let allowed = CACHE_MANAGERS.contains(&mut frame.store(), caller)?
        || CHAIN_OWNERS.contains(&mut frame.store(), caller)?;
    if !allowed {
        return Err(Failure::BurnAll);
    }
    let params = StylusParams::read(&mut frame.store())?;
    let mut record = read_record(&mut frame.store(), code_hash)?;
    let now = frame.context.block.timestamp;
    let cached = matches!(caching, Caching::Set(_));
    if cached {
        // A program that was never activated counts as one of version 0 here.
        if record.version != params.version {
            let (version, current) = (record.version, params.version);
            return Err(Unusable::NeedsUpgrade { version, current }.into());
        }
        if record.expired(&params, now) {
            return Err(Unusable::Expired { age: record.age(now) }.into());
        }
    }
    if record.cached == cached {
        return Ok(());
    }
    frame.emit(&abi::ArbWasmCache::UpdateProgramCache { manager: caller, codehash: code_hash, cached })?;
    frame.burn(u64::from(record.init_cost))?;
    frame.store().read(MODULE_HASHES.slot(code_hash))?;
    if let Caching::Set(account) = caching
        && !frame.context.ledger.code_is_committed(account)
    {
        return Err(Failure::Plain("the program was deployed in this block".into()));
    }
    record.cached = cached;
    Ok(write_record(&mut frame.store(), code_hash, &record)?)
}
