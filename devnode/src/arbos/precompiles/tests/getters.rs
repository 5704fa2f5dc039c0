//! What views answer on a fresh chain, and their gas (§9.3, §9.5, §9.7).

use super::*;
use crate::arbos::precompiles::abi::{
    ArbGasInfo, ArbInfo, ArbOwnerPublic, ArbStatistics, ArbSys, ArbWasm, ArbosTest,
};
use alloy_primitives::I256;

#[track_caller]
fn check<C: SolCall>(chain: &mut Chain, to: Address, call: C, gas: u64, expected: C::Return)
where
    C::Return: PartialEq + std::fmt::Debug,
{
    assert_eq!(chain.ok(USER, to, &call), (gas, expected), "{}", C::SIGNATURE);
}

#[test]
fn arb_sys_answers() {
    let mut chain = Chain::new(51);
    check(&mut chain, ARB_SYS, ArbSys::arbBlockNumberCall, 803, U256::from(1_000));
    check(&mut chain, ARB_SYS, ArbSys::arbChainIDCall, 803, U256::from(CHAIN_ID));
    check(&mut chain, ARB_SYS, ArbSys::arbOSVersionCall, 803, U256::from(106));
    check(&mut chain, ARB_SYS, ArbSys::isTopLevelCallCall, 803, true);
    check(&mut chain, ARB_SYS, ArbSys::getStorageGasAvailableCall, 803, U256::ZERO);
    check(&mut chain, ARB_SYS, ArbSys::wasMyCallersAddressAliasedCall, 803, false);
    check(&mut chain, ARB_SYS, ArbSys::myCallersAddressWithoutAliasingCall, 803, Address::ZERO);
    check(&mut Chain::new(61), ARB_SYS, ArbSys::arbOSVersionCall, 803, U256::from(116));
}

#[test]
fn depth_decides_what_is_top_level() {
    let mut chain = Chain::new(51);
    for (depth, expected) in [(0, true), (2, true), (3, false)] {
        let outcome = chain.run(&PrecompileCall { depth, ..plain(ARB_SYS, &ArbSys::isTopLevelCallCall) });
        assert_eq!(outcome.output[31] == 1, expected, "{depth}");
    }
}

#[test]
fn block_hashes_reach_256_blocks_back() {
    let mut chain = Chain::new(51);
    let ask = |number: u64| ArbSys::arbBlockHashCall { number: U256::from(number) };
    for number in [744, 999] {
        check(&mut chain, ARB_SYS, ask(number), 806, B256::from(U256::from(number)));
    }
    for number in [743, 1_000, 1_000_000_000] {
        let (_, outcome) = chain.call(USER, ARB_SYS, &ask(number));
        let error = ArbSys::InvalidBlockNumber { requested: U256::from(number), current: U256::from(1_000) };
        assert_reverts_with(&outcome, &error, &format!("error InvalidBlockNumber({number}, 1000)"), 812);
    }
    let (_, outcome) = chain.call(USER, ARB_SYS, &ArbSys::arbBlockHashCall { number: U256::MAX });
    assert_eq!(outcome.status, Status::Revert);
}

#[test]
fn aliases_are_shifted_addresses() {
    let sender = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    let call = ArbSys::mapL1SenderContractAddressToL2AliasCall { sender, unused: Address::ZERO };
    let shifted = address!("04b0d6e51aad88f6f4ce6ab8827279cfffb93377");
    check(&mut Chain::new(51), ARB_SYS, call, 9, shifted);
}

#[test]
fn arb_wasm_answers_the_parameters() {
    let mut chain = Chain::new(51);
    check(&mut chain, ARB_WASM, ArbWasm::stylusVersionCall, 903, 2);
    check(&mut chain, ARB_WASM, ArbWasm::inkPriceCall, 903, 10_000);
    check(&mut chain, ARB_WASM, ArbWasm::maxStackDepthCall, 903, 22_000);
    check(&mut chain, ARB_WASM, ArbWasm::freePagesCall, 903, 2);
    check(&mut chain, ARB_WASM, ArbWasm::pageGasCall, 903, 1_000);
    check(&mut chain, ARB_WASM, ArbWasm::pageRampCall, 903, 620_674_314);
    check(&mut chain, ARB_WASM, ArbWasm::pageLimitCall, 903, 128);
    check(&mut chain, ARB_WASM, ArbWasm::initCostScalarCall, 903, 100);
    check(&mut chain, ARB_WASM, ArbWasm::expiryDaysCall, 903, 365);
    check(&mut chain, ARB_WASM, ArbWasm::keepaliveDaysCall, 903, 31);
    check(&mut chain, ARB_WASM, ArbWasm::blockCacheSizeCall, 903, 32);
    let (gas, minimum) = chain.ok(USER, ARB_WASM, &ArbWasm::minInitGasCall);
    assert_eq!((gas, minimum.gas, minimum.cached), (906, 8_832, 352));
    assert_takes_all(&chain.run(&plain(ARB_WASM, &ArbWasm::activationGasCall)));

    let mut chain = Chain::new(60);
    check(&mut chain, ARB_WASM, ArbWasm::stylusVersionCall, 903, 3);
    check(&mut chain, ARB_WASM, ArbWasm::activationGasCall, 1_603, 0);
    check(&mut Chain::new(40), ARB_WASM, ArbWasm::maxStackDepthCall, 903, 262_144);
}

#[test]
fn arb_gas_info_answers_prices() {
    let mut chain = Chain::new(51);
    let (gas, wei) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInWeiCall);
    let fee = U256::from(100_000_000);
    assert_eq!((gas, wei._0, wei._1), (2_418, U256::ZERO, U256::ZERO));
    assert_eq!((wei._2, wei._3, wei._4, wei._5), (fee * U256::from(20_000), fee, U256::ZERO, fee));
    let (gas, arb_gas) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInArbGasCall);
    assert_eq!(
        (gas, arb_gas._0, arb_gas._1, arb_gas._2),
        (1_609, U256::ZERO, U256::ZERO, U256::from(20_000))
    );

    let price = U256::from(50_000_000_000_u64);
    let set = crate::arbos::precompiles::abi::ArbOwner::setL1PricePerUnitCall { wei_: price };
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &set);
    let (_, wei) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInWeiCall);
    assert_eq!((wei._0, wei._1), (price * U256::from(16 * 140), price * U256::from(16)));
    let (_, arb_gas) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInArbGasCall);
    assert_eq!((arb_gas._0, arb_gas._1), (U256::from(8_000 * 140), U256::from(8_000)));
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getL1BaseFeeEstimateCall, 1_603, price);
}

#[test]
fn arb_gas_info_survives_a_base_fee_of_zero() {
    let mut chain = Chain::new(51);
    chain.block.base_fee = U256::ZERO;
    let (_, wei) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInWeiCall);
    assert_eq!((wei._3, wei._5), (U256::ZERO, U256::ZERO));
    let (_, arb_gas) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getPricesInArbGasCall);
    assert_eq!(arb_gas._0, U256::ZERO);
}

#[test]
fn arb_gas_info_answers_limits_and_l1_parameters() {
    let mut chain = Chain::new(51);
    let (gas, limits) = chain.ok(USER, ARB_GAS_INFO, &ArbGasInfo::getGasAccountingParamsCall);
    assert_eq!((gas, limits._0, limits._1), (2_409, U256::from(7_000_000), U256::from(32_000_000)));
    assert_eq!(limits._2, limits._1);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getMinimumGasPriceCall, 1_603, U256::from(100_000_000));
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getCurrentTxL1GasFeesCall, 803, U256::ZERO);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getGasBacklogCall, 1_603, 0);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getPricingInertiaCall, 1_603, 102);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getGasBacklogToleranceCall, 1_603, 10);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getMaxTxGasLimitCall, 1_603, U256::from(32_000_000));
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getMaxBlockGasLimitCall, 1_603, 32_000_000);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getPerBatchGasChargeCall, 1_603, 210_000);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getAmortizedCostCapBipsCall, 1_603, 0);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getL1RewardRateCall, 1_603, 10);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getL1RewardRecipientCall, 1_603, Address::ZERO);
    let units = U256::from(160_000_000);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getL1PricingEquilibrationUnitsCall, 1_603, units);
    let surplus = I256::unchecked_from(214_400_000_000_000_i64);
    check(&mut chain, ARB_GAS_INFO, ArbGasInfo::getL1PricingSurplusCall, 3_203, surplus);
}

#[test]
fn arb_owner_public_answers() {
    let mut chain = Chain::new(51);
    let is_owner = |account| ArbOwnerPublic::isChainOwnerCall { account };
    check(&mut chain, ARB_OWNER_PUBLIC, is_owner(DEV_ACCOUNT), 1_606, true);
    check(&mut chain, ARB_OWNER_PUBLIC, is_owner(USER), 1_606, false);
    let owners = vec![Address::ZERO, DEV_ACCOUNT];
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getAllChainOwnersCall, 3_212, owners);
    let zero = Address::ZERO;
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getNetworkFeeAccountCall, 1_603, zero);
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getInfraFeeAccountCall, 1_603, zero);
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getBrotliCompressionLevelCall, 1_603, 1);
    let (gas, upgrade) = chain.ok(USER, ARB_OWNER_PUBLIC, &ArbOwnerPublic::getScheduledUpgradeCall);
    assert_eq!((gas, upgrade.version, upgrade.timestamp), (2_406, 0, 0));

    let mut chain = Chain::new(60);
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getMaxStylusContractFragmentsCall, 903, 4);
    check(&mut chain, ARB_OWNER_PUBLIC, ArbOwnerPublic::getCollectTipsCall, 1_603, false);
}

#[test]
fn accounts_are_read_at_their_old_prices() {
    let mut chain = Chain::new(51);
    let code = Bytes::from(vec![0x5f; 40]);
    chain.ledger.deploy(USER, code.clone());
    check(&mut chain, ARB_INFO, ArbInfo::getCodeCall { account: USER }, 2_921, code);
    check(&mut chain, ARB_INFO, ArbInfo::getBalanceCall { account: USER }, 1_506, U256::ZERO);
}

#[test]
fn statistics_are_the_block_number_and_zeros() {
    let (gas, stats) = Chain::new(51).ok(USER, ARB_STATISTICS, &ArbStatistics::getStatsCall);
    assert_eq!((gas, stats._0, stats._1, stats._5), (818, U256::from(1_000), U256::ZERO, U256::ZERO));
}

#[test]
fn burning_stops_at_what_there_is() {
    let mut chain = Chain::new(51);
    let burn = |gas| ArbosTest::burnArbGasCall { gas };
    assert_eq!(chain.ok(USER, ARBOS_TEST, &burn(U256::from(1_234))).0, 1_237);
    assert_eq!(chain.ok(USER, ARBOS_TEST, &burn(U256::MAX)).0, GAS);
}
