//! `ArbWasmCache` (`0x72`): who may flag programs as cached, and the flags.

use super::{Failure, Frame, abi::ArbWasmCache, method::Methods};
use crate::arbos::{
    address_set::CACHE_MANAGERS,
    programs::{self, Caching},
};

pub(super) fn methods() -> Methods {
    Methods::default()
        .view(|frame, call: ArbWasmCache::isCacheManagerCall| {
            Ok(CACHE_MANAGERS.contains(&mut frame.store(), call.manager)?)
        })
        .view(|frame, _: ArbWasmCache::allCacheManagersCall| Ok(CACHE_MANAGERS.members(&mut frame.store())?))
        .write(cache_program)
        .write(|frame, call: ArbWasmCache::evictCodehashCall| {
            programs::set_cached(frame, call.codehash, Caching::Clear)
        })
        .view(|frame, call: ArbWasmCache::codehashIsCachedCall| {
            Ok(programs::is_cached(&mut frame.store(), call.codehash)?)
        })
}

fn cache_program(frame: &mut Frame<'_, '_>, call: ArbWasmCache::cacheProgramCall) -> Result<(), Failure> {
    let code_hash = frame.code_hash(call.program)?;
    programs::set_cached(frame, code_hash, Caching::Set(call.program))
}
