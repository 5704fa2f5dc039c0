//! `ArbAggregator` (`0x6d`), its reading half: who posts batches. Nobody does on a dev chain, so there is nothing to
//! change.

use super::{Failure, abi::ArbAggregator, method::Methods};
use crate::arbos::batch_posters::{self, BATCH_POSTERS, SEQUENCER};
use alloy_primitives::U256;

pub(super) fn methods() -> Methods {
    Methods::default()
        .view(|_, _: ArbAggregator::getPreferredAggregatorCall| Ok((SEQUENCER, true)))
        .view(|_, _: ArbAggregator::getDefaultAggregatorCall| Ok(SEQUENCER))
        .view(|frame, _: ArbAggregator::getBatchPostersCall| Ok(BATCH_POSTERS.members(&mut frame.store())?))
        .view(|frame, call: ArbAggregator::getFeeCollectorCall| {
            let collector = batch_posters::fee_collector(&mut frame.store(), call.batchPoster)?;
            collector.ok_or_else(|| Failure::Plain(format!("{} posts no batches", call.batchPoster)))
        })
        // A fixed fee per transaction has not existed since Nitro.
        .view(|_, _: ArbAggregator::getTxBaseFeeCall| Ok(U256::ZERO))
}
