//! `ArbWasm.codehashKeepalive`: prolongs an activation without measuring the program again (§2.8).

use super::{pricer, record, usable, write_record};
use crate::arbos::precompiles::{Failure, Frame, abi};
use alloy_primitives::B256;

/// Restarts a program's age at this hour, paid by the frame's value.
pub(in crate::arbos) fn keep_alive(frame: &mut Frame<'_, '_>, code_hash: B256) -> Result<(), Failure> {
    let now = frame.context.block.timestamp;
    let (params, mut record) = usable(&mut frame.store(), code_hash, now)?;
    if !record.may_be_kept_alive(&params, now) {
        let age = record.age(now);
        let error = abi::ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: age };
        return Err(Failure::custom(&error, format!("ProgramKeepaliveTooSoon({age})")));
    }
    let data_fee = pricer::buy(&mut frame.store(), record.asm_size(), now)?;
    record.activated_at = record::hour(now);
    write_record(&mut frame.store(), code_hash, &record)?;
    frame.pay_data_fee(data_fee)?;
    frame.emit(&abi::ArbWasm::ProgramLifetimeExtended { codehash: code_hash, dataFee: data_fee })
}
