//! `ArbOwner` (`0x70`): what chain owners may set. `dispatch` keeps others out.

use super::{Failure, Frame, abi::ArbOwner, method::Methods};
use crate::arbos::{
    StylusParams, Version,
    address_set::{AddressSet, CACHE_MANAGERS, CHAIN_OWNERS},
    params::{MAX_INK_PRICE, MIN_CACHED_INIT_UNIT, MIN_INIT_UNIT, SCALAR_UNIT},
    pricing::{self, l1, l2},
    storage::{self, Slot, Store},
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolEvent;

pub(super) fn methods() -> Methods {
    programs(fees(owners(Methods::default())))
}

fn owners(methods: Methods) -> Methods {
    methods
        .write(|frame, call: ArbOwner::addChainOwnerCall| {
            CHAIN_OWNERS.insert(&mut frame.store(), call.owner)?;
            announce(frame, &ArbOwner::ChainOwnerAdded { owner: call.owner })
        })
        .write(|frame, call: ArbOwner::removeChainOwnerCall| {
            remove(frame, CHAIN_OWNERS, call.owner)?;
            announce(frame, &ArbOwner::ChainOwnerRemoved { owner: call.owner })
        })
        .view(|frame, call: ArbOwner::isChainOwnerCall| {
            Ok(CHAIN_OWNERS.contains(&mut frame.store(), call.account)?)
        })
        .view(|frame, _: ArbOwner::getAllChainOwnersCall| Ok(CHAIN_OWNERS.members(&mut frame.store())?))
        .write(|frame, call: ArbOwner::addWasmCacheManagerCall| {
            Ok(CACHE_MANAGERS.insert(&mut frame.store(), call.manager)?)
        })
        .write(|frame, call: ArbOwner::removeWasmCacheManagerCall| {
            remove(frame, CACHE_MANAGERS, call.manager)
        })
        .write(schedule_upgrade)
}

fn announce(frame: &mut Frame<'_, '_>, event: &impl SolEvent) -> Result<(), Failure> {
    if frame.version.announces_owners() { frame.emit(event) } else { Ok(()) }
}

fn remove(frame: &mut Frame<'_, '_>, set: AddressSet, member: Address) -> Result<(), Failure> {
    let mut store = frame.store();
    if !set.contains(&mut store, member)? || !set.remove(&mut store, member)? {
        return Err(Failure::Plain(format!("{member} isn't a member")));
    }
    Ok(())
}

/// A version that this node doesn't have is refused at once: a Nitro node would stop when it falls due.
fn schedule_upgrade(
    frame: &mut Frame<'_, '_>,
    call: ArbOwner::scheduleArbOSUpgradeCall,
) -> Result<(), Failure> {
    let newer = call.version > frame.version.number;
    if newer && Version::of(call.version).is_none() {
        let known: Vec<String> = Version::all().iter().map(|version| version.number.to_string()).collect();
        let reason = format!("ArbOS {} isn't available, only {}", call.version, known.join(", "));
        return Err(Failure::Plain(reason));
    }
    let mut store = frame.store();
    store.write_u64(storage::UPGRADE_VERSION, call.version)?;
    Ok(store.write_u64(storage::UPGRADE_TIMESTAMP, call.timestamp)?)
}

fn fees(methods: Methods) -> Methods {
    methods
        .write(|frame, call: ArbOwner::setL1PricePerUnitCall| set(frame, l1::PRICE_PER_UNIT, call.wei_))
        .write(|frame, call: ArbOwner::setL2BaseFeeCall| set(frame, l2::BASE_FEE, call.wei_))
        .write(|frame, call: ArbOwner::setMinimumL2BaseFeeCall| set(frame, l2::MIN_BASE_FEE, call.wei_))
        .write(|frame, call: ArbOwner::setSpeedLimitCall| match call.gasPerSecond {
            0 => Err(Failure::Plain("the speed limit can't be zero".into())),
            gas => set(frame, l2::SPEED_LIMIT, gas),
        })
        .write(|frame, call: ArbOwner::setMaxTxGasLimitCall| {
            set(frame, pricing::tx_gas_limit(frame.version), call.gas)
        })
        .write(|frame, call: ArbOwner::setL2GasPricingInertiaCall| match call.seconds_ {
            0 => Err(Failure::Plain("the inertia can't be zero".into())),
            seconds => set(frame, l2::INERTIA, seconds),
        })
        .write(|frame, call: ArbOwner::setL2GasBacklogToleranceCall| set(frame, l2::TOLERANCE, call.seconds_))
        .view(|frame, _: ArbOwner::getNetworkFeeAccountCall| {
            Ok(frame.store().read_address(storage::NETWORK_FEE_ACCOUNT)?)
        })
        .view(|frame, _: ArbOwner::getInfraFeeAccountCall| {
            Ok(frame.store().read_address(storage::INFRA_FEE_ACCOUNT)?)
        })
        .write(|frame, call: ArbOwner::setNetworkFeeAccountCall| {
            Ok(frame.store().write_address(storage::NETWORK_FEE_ACCOUNT, call.account)?)
        })
        .write(|frame, call: ArbOwner::setInfraFeeAccountCall| {
            Ok(frame.store().write_address(storage::INFRA_FEE_ACCOUNT, call.account)?)
        })
        .write(|frame, call: ArbOwner::setL1PricingEquilibrationUnitsCall| {
            set(frame, l1::EQUILIBRATION_UNITS, call.units)
        })
        .write(|frame, call: ArbOwner::setL1PricingInertiaCall| set(frame, l1::INERTIA, call.inertia))
        .write(|frame, call: ArbOwner::setL1PricingRewardRecipientCall| {
            Ok(frame.store().write_address(l1::REWARD_RECIPIENT, call.recipient)?)
        })
        .write(|frame, call: ArbOwner::setL1PricingRewardRateCall| {
            set(frame, l1::REWARD_RATE, call.weiPerUnit)
        })
        .write(|frame, call: ArbOwner::setPerBatchGasChargeCall| {
            let gas = I256::try_from(call.gas).expect("64 bits fit into 256");
            set(frame, l1::PER_BATCH_GAS, gas.into_raw())
        })
        .write(|frame, call: ArbOwner::setAmortizedCostCapBipsCall| {
            set(frame, l1::AMORTIZED_COST_CAP, call.cap)
        })
        .write(|frame, call: ArbOwner::setBrotliCompressionLevelCall| {
            set(frame, storage::BROTLI_LEVEL, call.level)
        })
        .since(40)
        .write(|frame, call: ArbOwner::setCalldataPriceIncreaseCall| {
            set(frame, storage::FEATURES, u64::from(call.enable))
        })
        .since(50)
        .write(|frame, call: ArbOwner::setMaxBlockGasLimitCall| set(frame, l2::BLOCK_GAS_LIMIT, call.gas))
        .since(60)
        .write(|frame, call: ArbOwner::setCollectTipsCall| {
            set(frame, storage::COLLECT_TIPS, u64::from(call.collect))
        })
        .since(0)
}

fn programs(methods: Methods) -> Methods {
    methods
        .write(|frame, call: ArbOwner::setInkPriceCall| match call.price {
            1..=MAX_INK_PRICE => change(frame, |params| params.ink_price = call.price),
            _ => Err(Failure::Plain(format!("an ink price is 1 to {MAX_INK_PRICE}"))),
        })
        .write(|frame, call: ArbOwner::setWasmMaxStackDepthCall| {
            change(frame, |params| params.max_stack_depth = call.words)
        })
        .write(|frame, call: ArbOwner::setWasmFreePagesCall| {
            change(frame, |params| params.free_pages = call.pages)
        })
        .write(|frame, call: ArbOwner::setWasmPageGasCall| change(frame, |params| params.page_gas = call.gas))
        .write(|frame, call: ArbOwner::setWasmPageLimitCall| {
            change(frame, |params| params.page_limit = call.pages)
        })
        .write(|frame, call: ArbOwner::setWasmMinInitGasCall| {
            change(frame, |params| {
                params.min_init_gas = units(u64::from(call.gas), MIN_INIT_UNIT);
                params.min_cached_init_gas = units(u64::from(call.cached), MIN_CACHED_INIT_UNIT);
            })
        })
        .write(|frame, call: ArbOwner::setWasmInitCostScalarCall| {
            change(frame, |params| params.init_cost_scalar = units(call.percent, SCALAR_UNIT))
        })
        .write(|frame, call: ArbOwner::setWasmExpiryDaysCall| {
            change(frame, |params| params.expiry_days = call.days_)
        })
        .write(|frame, call: ArbOwner::setWasmKeepaliveDaysCall| {
            change(frame, |params| params.keepalive_days = call.days_)
        })
        .write(|frame, call: ArbOwner::setWasmBlockCacheSizeCall| {
            change(frame, |params| params.block_cache_size = call.count)
        })
        .since(40)
        .write(|frame, call: ArbOwner::setWasmMaxSizeCall| {
            change(frame, |params| params.max_wasm_size = call.bytes_)
        })
        .since(60)
        .write(|frame, call: ArbOwner::setMaxStylusContractFragmentsCall| {
            change(frame, |params| params.max_fragments = call.count)
        })
        .write(|frame, call: ArbOwner::setWasmActivationGasCall| {
            set(frame, storage::ACTIVATION_GAS, call.gas)
        })
}

fn set(frame: &mut Frame<'_, '_>, slot: Slot, value: impl Into<Word>) -> Result<(), Failure> {
    Ok(frame.store().write_uint(slot, value.into().0)?)
}

/// A value of a parameter as stored.
struct Word(U256);

impl From<U256> for Word {
    fn from(value: U256) -> Self {
        Self(value)
    }
}

impl From<u64> for Word {
    fn from(value: u64) -> Self {
        Self(U256::from(value))
    }
}

/// Changes the Stylus parameters; the next program call, even in this transaction, follows them.
fn change(frame: &mut Frame<'_, '_>, edit: impl FnOnce(&mut StylusParams)) -> Result<(), Failure> {
    let is_vain = frame.context.tx.is_call && frame.version.sets_params_in_blocks_only();
    let mut store = frame.store();
    let mut params = StylusParams::read(&mut store)?;
    let before = params;
    edit(&mut params);
    params.write(&mut store)?;
    if is_vain {
        let Ok(()) = before.write(&mut Store::free(store.ledger));
    }
    Ok(())
}

/// `amount` in units that must fit a byte: rounded up, then cut to the largest.
fn units(amount: u64, unit: u64) -> u8 {
    u8::try_from(amount.div_ceil(unit)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn units_round_up_and_stop_at_a_byte() {
        assert_eq!(units(0, 128), 0);
        assert_eq!((units(1, 128), units(128, 128), units(129, 128)), (1, 1, 2));
        assert_eq!((units(75, 2), units(100, 2)), (38, 50));
        assert_eq!((units(510, 2), units(511, 2), units(u64::MAX, 2)), (255, 255, 255));
    }
}
