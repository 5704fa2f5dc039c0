//! `ArbRetryableTx` (`0x6e`): tickets of transactions from the parent chain. Without a parent chain there are none, so
//! whatever names a ticket is told so.

use super::{Failure, Frame, abi::ArbRetryableTx, method::Methods};
use crate::arbos::gas;
use alloy_primitives::{Address, B256, U256};

/// Seconds that a ticket lives: a week.
const LIFETIME: u64 = 7 * 24 * 60 * 60;

pub(super) fn methods() -> Methods {
    Methods::default()
        .write(|frame, _: ArbRetryableTx::redeemCall| -> Result<B256, _> {
            // Measured before it is opened.
            frame.burn(gas::STORAGE_READ)?;
            Err(no_ticket(frame))
        })
        .view(|_, _: ArbRetryableTx::getLifetimeCall| Ok(U256::from(LIFETIME)))
        .view(|frame, _: ArbRetryableTx::getTimeoutCall| -> Result<U256, _> { Err(no_ticket(frame)) })
        .view(|frame, _: ArbRetryableTx::getBeneficiaryCall| -> Result<Address, _> { Err(no_ticket(frame)) })
        .write(|frame, _: ArbRetryableTx::keepaliveCall| -> Result<U256, _> { Err(no_ticket(frame)) })
        .write(|frame, _: ArbRetryableTx::cancelCall| -> Result<(), _> { Err(no_ticket(frame)) })
        .view(|_, _: ArbRetryableTx::getCurrentRedeemerCall| Ok(Address::ZERO))
        // In the interface only so that explorers can decode what the chain itself submits.
        .write(|_, _: ArbRetryableTx::submitRetryableCall| -> Result<(), _> {
            Err(Failure::custom(&ArbRetryableTx::NotCallable {}, "NotCallable()"))
        })
}

/// Looks for a ticket in vain.
fn no_ticket(frame: &mut Frame<'_, '_>) -> Failure {
    match frame.burn(gas::STORAGE_READ) {
        Ok(()) => Failure::custom(&ArbRetryableTx::NoTicketWithID {}, "NoTicketWithID()"),
        Err(out_of_gas) => out_of_gas.into(),
    }
}
