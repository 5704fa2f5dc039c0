//! Stylus programs as the chain knows them: records by code hash, activation, data fee, cache flag, expiry (§2).

mod activation;
mod cache;
mod keepalive;
mod pricer;
mod record;
mod wasm;

pub(super) use activation::activate;
pub(super) use cache::{Caching, set_cached};
pub(super) use keepalive::keep_alive;
pub(super) use pricer::initialise as initialise_pricer;
pub use record::ProgramRecord;
pub use wasm::active_wasm;

use super::{
    Ledger, StylusParams,
    gas::Meter,
    precompiles::{Failure, abi},
    storage::{self, MODULE_HASHES, PROGRAM_RECORDS, Store},
};
use alloy_primitives::B256;

/// The slots whose reading struct logs show when a program is entered: ArbOS version and L1 block number.
pub const READ_ON_ENTRY: [B256; 2] = [storage::VERSION.0, storage::L1_BLOCK_NUMBER.0];

/// A program that may be called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveProgram {
    /// Hash of the code that it was activated by.
    pub code_hash: B256,
    /// What activation measured.
    pub record: ProgramRecord,
    /// The chain's parameters at this moment.
    pub params: StylusParams,
    /// What its activation reported.
    pub module_hash: B256,
}

impl ActiveProgram {
    /// Gas of entering it, memory apart (§5.1). `cached` is its flag or a hit among the block's recent programs.
    #[must_use]
    pub fn entry_gas(&self, cached: bool) -> u64 {
        self.record.entry_gas(&self.params, cached)
    }
}

/// Why a program can't be used; displayed as the Solidity error that ArbWasm gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its code was never activated.
    #[error("ProgramNotActivated()")]
    NotActivated,
    /// It was activated for another Stylus version.
    #[error("ProgramNeedsUpgrade({version}, {current})")]
    NeedsUpgrade {
        /// The version that it was activated for.
        version: u16,
        /// The chain's version.
        current: u16,
    },
    /// Its activation has run out.
    #[error("ProgramExpired({age})")]
    Expired {
        /// Seconds since its activation.
        age: u64,
    },
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::NotActivated => Self::custom(&abi::ArbWasm::ProgramNotActivated {}, unusable),
            Unusable::NeedsUpgrade { version, current } => {
                let error = abi::ArbWasm::ProgramNeedsUpgrade { version, stylusVersion: current };
                Self::custom(&error, unusable)
            }
            Unusable::Expired { age } => {
                Self::custom(&abi::ArbWasm::ProgramExpired { ageInSeconds: age }, unusable)
            }
        }
    }
}

/// The check in front of every call of a program: free of charge (§5.1 steps 1 and 2).
///
/// # Errors
/// [`Unusable`], in the order of §2.8.
pub fn enter(ledger: &mut dyn Ledger, code_hash: B256, now: u64) -> Result<ActiveProgram, Unusable> {
    let params = StylusParams::load(ledger);
    let mut store = Store::free(ledger);
    let Ok(record) = read_record(&mut store, code_hash);
    check_usable(&record, &params, now)?;
    let Ok(module_hash) = store.read(MODULE_HASHES.slot(code_hash));
    Ok(ActiveProgram { code_hash, record, params, module_hash })
}

/// Parameters and record of a usable program, for a precompile that pays for both.
pub(super) fn usable<M: Meter>(
    store: &mut Store<'_, M>,
    code_hash: B256,
    now: u64,
) -> Result<(StylusParams, ProgramRecord), Failure>
where
    Failure: From<M::Stop>,
{
    let params = StylusParams::read(store)?;
    let record = read_record(store, code_hash)?;
    check_usable(&record, &params, now)?;
    Ok((params, record))
}

/// Whether a program is flagged as cached, usable or not.
pub(super) fn is_cached<M: Meter>(store: &mut Store<'_, M>, code_hash: B256) -> Result<bool, M::Stop> {
    Ok(read_record(store, code_hash)?.cached)
}

fn check_usable(record: &ProgramRecord, params: &StylusParams, now: u64) -> Result<(), Unusable> {
    if record.version == 0 {
        return Err(Unusable::NotActivated);
    }
    if record.version != params.version {
        return Err(Unusable::NeedsUpgrade { version: record.version, current: params.version });
    }
    if record.expired(params, now) {
        return Err(Unusable::Expired { age: record.age(now) });
    }
    Ok(())
}

fn read_record<M: Meter>(store: &mut Store<'_, M>, code_hash: B256) -> Result<ProgramRecord, M::Stop> {
    store.read(PROGRAM_RECORDS.slot(code_hash)).map(ProgramRecord::unpack)
}

fn write_record<M: Meter>(
    store: &mut Store<'_, M>,
    code_hash: B256,
    record: &ProgramRecord,
) -> Result<(), M::Stop> {
    store.write(PROGRAM_RECORDS.slot(code_hash), record.pack())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{Version, test_ledger::TestLedger};

    const NOW: u64 = 1_750_000_000;
    const HASH: B256 = B256::repeat_byte(0xab);

    fn chain(record: ProgramRecord) -> TestLedger {
        let mut ledger = TestLedger::default();
        let mut store = Store::free(&mut ledger);
        let params = StylusParams::defaults(Version::of(60).expect("the table has it"));
        let Ok(()) = params.write(&mut store);
        let Ok(()) = write_record(&mut store, HASH, &record);
        ledger
    }

    #[test]
    fn usability_is_checked_in_order() {
        let unknown = ProgramRecord::default();
        assert_eq!(enter(&mut chain(unknown), HASH, NOW), Err(Unusable::NotActivated));

        // Long expired, but the version is what counts first.
        let old = ProgramRecord { version: 2, ..unknown };
        let refused = enter(&mut chain(old), HASH, NOW);
        assert_eq!(refused, Err(Unusable::NeedsUpgrade { version: 2, current: 3 }));

        let expired = ProgramRecord { version: 3, ..unknown };
        let refused = enter(&mut chain(expired), HASH, NOW);
        assert_eq!(refused, Err(Unusable::Expired { age: NOW - record::EPOCH }));

        let fresh = ProgramRecord { activated_at: record::hour(NOW), ..expired };
        assert_eq!(enter(&mut chain(fresh), HASH, NOW).map(|program| program.record), Ok(fresh));
    }

    #[test]
    fn entry_gas_matches_the_example_of_the_specification() {
        let record = ProgramRecord {
            version: 3,
            init_cost: 3_739,
            cached_cost: 3_293,
            activated_at: record::hour(NOW),
            ..Default::default()
        };
        let program = enter(&mut chain(record), HASH, NOW).expect("it is usable");
        assert_eq!((program.entry_gas(false), program.entry_gas(true)), (16_216, 3_645));
    }

    #[test]
    fn refusals_read_as_nitro_words_them() {
        let text = |unusable: Unusable| unusable.to_string();
        assert_eq!(text(Unusable::NotActivated), "ProgramNotActivated()");
        assert_eq!(text(Unusable::NeedsUpgrade { version: 2, current: 3 }), "ProgramNeedsUpgrade(2, 3)");
        assert_eq!(text(Unusable::Expired { age: 7 }), "ProgramExpired(7)");
    }
}
