//! `ArbNativeTokenManager` (`0x73`, ArbOS 41 on): minting and burning ether, for owners that a dev chain has none of.

use super::{Failure, Frame, abi::ArbNativeTokenManager, method::Methods};
use crate::arbos::gas;

pub(super) fn methods() -> Methods {
    Methods::default()
        .write(|frame, _: ArbNativeTokenManager::mintNativeTokenCall| refuse(frame))
        .write(|frame, _: ArbNativeTokenManager::burnNativeTokenCall| refuse(frame))
}

/// Looks the caller up among the token's owners, of whom there are none: strangers lose all gas.
fn refuse(frame: &mut Frame<'_, '_>) -> Result<(), Failure> {
    frame.burn(gas::STORAGE_READ)?;
    Err(Failure::BurnAll)
}
