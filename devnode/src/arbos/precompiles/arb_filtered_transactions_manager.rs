//! `ArbFilteredTransactionsManager` (`0x74`, ArbOS 60 on): transactions that a chain may not include, named by filterers
//! that a dev chain has none of.

use super::{Failure, Frame, abi::ArbFilteredTransactionsManager as Filter, method::Methods};
use crate::arbos::gas;

pub(super) fn methods() -> Methods {
    Methods::default()
        .write(|frame, _: Filter::addFilteredTransactionCall| refuse(frame))
        .write(|frame, _: Filter::deleteFilteredTransactionCall| refuse(frame))
        .view(|frame, _: Filter::isTransactionFilteredCall| {
            frame.burn(gas::STORAGE_READ)?;
            Ok(false)
        })
}

/// Looks the caller up among the filterers, of whom there are none: strangers lose all gas.
fn refuse(frame: &mut Frame<'_, '_>) -> Result<(), Failure> {
    frame.burn(gas::STORAGE_READ)?;
    Err(Failure::BurnAll)
}
