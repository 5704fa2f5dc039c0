//! `ArbOwnerPublic` (`0x6b`): what anybody may know about owners and their settings.

use super::{Failure, Frame, abi::ArbOwnerPublic, method::Methods};
use crate::arbos::{
    StylusParams,
    address_set::{CHAIN_OWNERS, NATIVE_TOKEN_OWNERS},
    storage,
};

pub(super) fn methods() -> Methods {
    Methods::default()
        .view(|frame, call: ArbOwnerPublic::isChainOwnerCall| {
            Ok(CHAIN_OWNERS.contains(&mut frame.store(), call.account)?)
        })
        .view(|frame, _: ArbOwnerPublic::getAllChainOwnersCall| Ok(CHAIN_OWNERS.members(&mut frame.store())?))
        .view(|frame, _: ArbOwnerPublic::getNetworkFeeAccountCall| {
            Ok(frame.store().read_address(storage::NETWORK_FEE_ACCOUNT)?)
        })
        .view(|frame, _: ArbOwnerPublic::getInfraFeeAccountCall| {
            Ok(frame.store().read_address(storage::INFRA_FEE_ACCOUNT)?)
        })
        .view(|frame, _: ArbOwnerPublic::getBrotliCompressionLevelCall| {
            Ok(frame.store().read_u64(storage::BROTLI_LEVEL)?)
        })
        .view(|frame, _: ArbOwnerPublic::getScheduledUpgradeCall| scheduled_upgrade(frame))
        .since(40)
        .view(|frame, _: ArbOwnerPublic::isCalldataPriceIncreaseEnabledCall| {
            Ok(frame.store().read_uint(storage::FEATURES)?.bit(0))
        })
        .since(41)
        .view(|frame, call: ArbOwnerPublic::isNativeTokenOwnerCall| {
            Ok(NATIVE_TOKEN_OWNERS.contains(&mut frame.store(), call.account)?)
        })
        .view(|frame, _: ArbOwnerPublic::getAllNativeTokenOwnersCall| {
            Ok(NATIVE_TOKEN_OWNERS.members(&mut frame.store())?)
        })
        .since(60)
        .view(|frame, _: ArbOwnerPublic::getMaxStylusContractFragmentsCall| {
            Ok(StylusParams::read(&mut frame.store())?.max_fragments)
        })
        .view(|frame, _: ArbOwnerPublic::getCollectTipsCall| {
            Ok(frame.store().read_u64(storage::COLLECT_TIPS)? != 0)
        })
}

/// Version and Unix second of an upgrade to come, or zeros.
fn scheduled_upgrade(frame: &mut Frame<'_, '_>) -> Result<(u64, u64), Failure> {
    let version = frame.store().read_u64(storage::UPGRADE_VERSION)?;
    let timestamp = frame.store().read_u64(storage::UPGRADE_TIMESTAMP)?;
    Ok(if version > frame.version.number { (version, timestamp) } else { (0, 0) })
}
