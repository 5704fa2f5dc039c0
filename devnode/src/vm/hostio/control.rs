//! Calldata, result, exit, logs and memory growth.

use alloy_primitives::{B256, Bytes};
use wasmer::FunctionEnvMut;

use crate::vm::frame::{Escape, Frame, Guest, Outcome};
use crate::vm::ink::{self, ENTER, EVM_API};
use crate::vm::pages::{self, memory_cost};

/// Gas of a log and of each of its topics.
const LOG_GAS: u64 = 375;
/// Gas of a byte of a log's data.
const LOG_BYTE_GAS: u64 = 8;
const MAX_TOPICS: u32 = 4;
/// Bytes of a topic.
const TOPIC: u32 = 32;

/// From this ArbOS version on, growing by more than 65 535 pages is out of reach; before, the number was cut to 16 bits.
const WIDE_PAGES_FROM: u64 = 59;

pub(super) fn read_args(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER)?;
    let calldata = guest.frame.call.calldata.clone();
    guest.buy(ink::write(calldata.len() as u64))?;
    guest.write(dest, &calldata)?;
    guest.record("read_args", &[], &[&calldata]);
    Ok(())
}

pub(super) fn write_result(mut env: FunctionEnvMut<'_, Frame>, pointer: u32, length: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER)?;
    guest.buy(ink::read(length.into()).saturating_mul(2))?;
    let result = Bytes::from(guest.read_bytes(pointer, length)?);
    guest.record("write_result", &[&result], &[]);
    guest.frame.result = result;
    Ok(())
}

pub(super) fn exit_early(mut env: FunctionEnvMut<'_, Frame>, status: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, 0)?;
    guest.record("exit_early", &[&status.to_be_bytes()], &[]);
    Err(Escape::Exit(status))
}

pub(super) fn emit_log(mut env: FunctionEnvMut<'_, Frame>, data: u32, length: u32, topics: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + EVM_API)?;
    if topics > MAX_TOPICS || length < topics * TOPIC {
        return Err(Escape::Failure("a log has at most four topics, all of them in its data"));
    }
    guest.buy(ink::read(length.into()))?;
    let data_length = u64::from(length - topics * TOPIC);
    guest.buy_gas(LOG_GAS * (1 + u64::from(topics)) + LOG_BYTE_GAS * data_length)?;
    let bytes = Bytes::from(guest.read_bytes(data, length)?);
    guest.refuse_static()?;
    guest.record("emit_log", &[&topics.to_be_bytes(), &bytes], &[]);
    let (head, data) = (bytes.slice(..(topics * TOPIC) as usize), bytes.slice((topics * TOPIC) as usize..));
    let topics = head.chunks_exact(TOPIC as usize).map(B256::from_slice).collect();
    guest.host(|host| host.emit_log(topics, data));
    Ok(())
}

/// Costs nothing beside the pages, unless there are none to pay for.
pub(super) fn pay_for_memory_grow(mut env: FunctionEnvMut<'_, Frame>, pages: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, 0)?;
    let new = match u16::try_from(pages) {
        Ok(new) => new,
        Err(_) if guest.frame.call.arbos_version >= WIDE_PAGES_FROM => return Err(guest.exhaust()),
        Err(_) => (pages & u32::from(u16::MAX)) as u16,
    };
    if new == 0 {
        guest.buy(ENTER)?;
        guest.record("pay_for_memory_grow", &[&new.to_be_bytes()], &[]);
        return Ok(());
    }
    let rules = guest.frame.call.pages;
    let gas = guest.host(|host| {
        let counters = host.pages();
        let gas = memory_cost(new, *counters, rules);
        pages::open(new, counters);
        gas
    });
    guest.buy_gas(gas)?;
    guest.record("pay_for_memory_grow", &[&new.to_be_bytes()], &[]);
    Ok(())
}
