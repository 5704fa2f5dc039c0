//! `ArbStatistics` (`0x6f`): the block number, and counters that stopped with the chain before Nitro.

use super::{abi::ArbStatistics, method::Methods};
use alloy_primitives::U256;

pub(super) fn methods() -> Methods {
    Methods::default().view(|frame, _: ArbStatistics::getStatsCall| {
        let zero = U256::ZERO;
        Ok((U256::from(frame.context.block.l2_number), zero, zero, zero, zero, zero))
    })
}
