//! `ArbInfo` (`0x65`): balances and code.

use super::{Failure, Frame, abi::ArbInfo, method::Methods};
use crate::arbos::gas;
use alloy_primitives::{Bytes, U256};

/// Gas of a balance, as it was before accounts were warm or cold.
const BALANCE: u64 = 700;
/// Gas of code beside its words.
const CODE: u64 = 2_100;

pub(super) fn methods() -> Methods {
    Methods::default().view(balance).view(code)
}

fn balance(frame: &mut Frame<'_, '_>, call: ArbInfo::getBalanceCall) -> Result<U256, Failure> {
    frame.burn(BALANCE)?;
    Ok(frame.context.ledger.balance(call.account))
}

fn code(frame: &mut Frame<'_, '_>, call: ArbInfo::getCodeCall) -> Result<Bytes, Failure> {
    frame.burn(CODE)?;
    let code = frame.context.ledger.code(call.account);
    frame.burn(gas::copy(code.len()))?;
    Ok(code)
}
