//! `ArbDebug` (`0xff`): tools of debug chains, which a development chain is.

use super::{Failure, Frame, abi::ArbDebug, method::Methods};
use crate::arbos::address_set::CHAIN_OWNERS;
use alloy_primitives::{Address, Bytes, U256};

/// What `customRevert` says, as every Nitro node says it.
const SPIDERS: &str = r"This spider family wards off bugs: /\oo/\ //\(oo)//\ /\oo/\";

pub(super) fn methods() -> Methods {
    Methods::default()
        .write(|frame, _: ArbDebug::becomeChainOwnerCall| {
            let caller = frame.call.caller;
            Ok(CHAIN_OWNERS.insert(&mut frame.store(), caller)?)
        })
        .write(overwrite_code)
        .payable(events)
        .view(|_, _: ArbDebug::eventsViewCall| -> Result<(), _> {
            Err(Failure::Plain("a view can't emit events".into()))
        })
        .pure(custom_revert)
        .pure(|_, _: ArbDebug::legacyErrorCall| -> Result<(), _> {
            Err(Failure::Plain("an error without a type".into()))
        })
}

/// Puts any bytes where an account's code was; answers the old code.
fn overwrite_code(
    frame: &mut Frame<'_, '_>,
    call: ArbDebug::overwriteContractCodeCall,
) -> Result<Bytes, Failure> {
    let old = frame.context.ledger.code(call.account);
    frame.context.ledger.set_code(call.account, call.code);
    Ok(old)
}

fn events(frame: &mut Frame<'_, '_>, call: ArbDebug::eventsCall) -> Result<(Address, U256), Failure> {
    let (caller, paid, conn) = (frame.call.caller, frame.call.value, frame.call.address);
    let (flag, value) = (call.flag, call.value);
    frame.emit(&ArbDebug::Basic { flag: !flag, value })?;
    frame.emit(&ArbDebug::Mixed { flag, not: !flag, value, conn, caller })?;
    Ok((caller, paid))
}

fn custom_revert(_: &mut Frame<'_, '_>, call: ArbDebug::customRevertCall) -> Result<(), Failure> {
    let number = call.number;
    let error = ArbDebug::Custom { number, text: SPIDERS.into(), flag: true };
    Err(Failure::custom(&error, format!("Custom({number}, {SPIDERS}, true)")))
}
