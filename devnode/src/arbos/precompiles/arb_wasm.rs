//! `ArbWasm` (`0x71`): activation, its prolongation, parameters, and what is known of a program.

use super::{Failure, Frame, abi::ArbWasm, method::Methods};
use crate::arbos::{
    StylusParams,
    params::{MIN_CACHED_INIT_UNIT, MIN_INIT_UNIT, PAGE_RAMP, SCALAR_UNIT},
    programs::{self, ProgramRecord},
    storage,
};
use alloy_primitives::{Address, B256};

pub(super) fn methods() -> Methods {
    Methods::default()
        .payable(|frame, call: ArbWasm::activateProgramCall| {
            let activated = programs::activate(frame, call.program)?;
            Ok((activated.version, activated.data_fee))
        })
        .payable(|frame, call: ArbWasm::codehashKeepaliveCall| programs::keep_alive(frame, call.codehash))
        .view(|frame, _: ArbWasm::stylusVersionCall| Ok(params(frame)?.version))
        .view(|frame, _: ArbWasm::inkPriceCall| Ok(params(frame)?.ink_price))
        .view(|frame, _: ArbWasm::maxStackDepthCall| Ok(params(frame)?.max_stack_depth))
        .view(|frame, _: ArbWasm::freePagesCall| Ok(params(frame)?.free_pages))
        .view(|frame, _: ArbWasm::pageGasCall| Ok(params(frame)?.page_gas))
        .view(|frame, _: ArbWasm::pageRampCall| params(frame).map(|_| PAGE_RAMP))
        .view(|frame, _: ArbWasm::pageLimitCall| Ok(params(frame)?.page_limit))
        .view(|frame, _: ArbWasm::minInitGasCall| {
            let params = params(frame)?;
            let init = u64::from(params.min_init_gas) * MIN_INIT_UNIT;
            Ok((init, u64::from(params.min_cached_init_gas) * MIN_CACHED_INIT_UNIT))
        })
        .view(|frame, _: ArbWasm::initCostScalarCall| {
            Ok(u64::from(params(frame)?.init_cost_scalar) * SCALAR_UNIT)
        })
        .view(|frame, _: ArbWasm::expiryDaysCall| Ok(params(frame)?.expiry_days))
        .view(|frame, _: ArbWasm::keepaliveDaysCall| Ok(params(frame)?.keepalive_days))
        .view(|frame, _: ArbWasm::blockCacheSizeCall| Ok(params(frame)?.block_cache_size))
        .view(|frame, call: ArbWasm::codehashVersionCall| Ok(by_code_hash(frame, call.codehash)?.1.version))
        .view(|frame, call: ArbWasm::codehashAsmSizeCall| {
            Ok(by_code_hash(frame, call.codehash)?.1.asm_size())
        })
        .view(|frame, call: ArbWasm::programVersionCall| Ok(by_address(frame, call.program)?.1.version))
        .view(init_gas)
        .view(|frame, call: ArbWasm::programMemoryFootprintCall| {
            Ok(by_address(frame, call.program)?.1.footprint)
        })
        .view(|frame, call: ArbWasm::programTimeLeftCall| {
            let (params, record) = by_address(frame, call.program)?;
            Ok(record.time_left(&params, frame.context.block.timestamp))
        })
        .since(60)
        .view(|frame, _: ArbWasm::activationGasCall| Ok(frame.store().read_u64(storage::ACTIVATION_GAS)?))
}

fn params(frame: &mut Frame<'_, '_>) -> Result<StylusParams, Failure> {
    Ok(StylusParams::read(&mut frame.store())?)
}

fn by_code_hash(frame: &mut Frame<'_, '_>, hash: B256) -> Result<(StylusParams, ProgramRecord), Failure> {
    let now = frame.context.block.timestamp;
    programs::usable(&mut frame.store(), hash, now)
}

fn by_address(frame: &mut Frame<'_, '_>, program: Address) -> Result<(StylusParams, ProgramRecord), Failure> {
    let code_hash = frame.code_hash(program)?;
    by_code_hash(frame, code_hash)
}

/// Gas of an uncached call and of a cached one; the first includes the second.
fn init_gas(frame: &mut Frame<'_, '_>, call: ArbWasm::programInitGasCall) -> Result<(u64, u64), Failure> {
    let (params, record) = by_address(frame, call.program)?;
    Ok((record.entry_gas(&params, false), record.entry_gas(&params, true)))
}
