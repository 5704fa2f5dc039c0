//! `ArbFunctionTable` (`0x68`): a table that Nitro keeps for the sake of callers from before it, forever empty.

use super::{Failure, abi::ArbFunctionTable, method::Methods};
use alloy_primitives::U256;

pub(super) fn methods() -> Methods {
    Methods::default()
        .write(|_, _: ArbFunctionTable::uploadCall| Ok(()))
        .view(|_, _: ArbFunctionTable::sizeCall| Ok(U256::ZERO))
        .view(|_, _: ArbFunctionTable::getCall| -> Result<(U256, bool, U256), _> {
            Err(Failure::Plain("the table is empty".into()))
        })
}
