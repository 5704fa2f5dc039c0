//! `ArbosTest` (`0x69`): burns gas on demand.

use super::{Failure, Frame, abi::ArbosTest, method::Methods};

pub(super) fn methods() -> Methods {
    Methods::default().pure(burn)
}

/// Burns what is asked, or all there is; that alone is no failure.
fn burn(frame: &mut Frame<'_, '_>, call: ArbosTest::burnArbGasCall) -> Result<(), Failure> {
    let amount = call.gas.saturating_to::<u64>().min(frame.gas.left());
    Ok(frame.burn(amount)?)
}
