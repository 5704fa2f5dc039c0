//! The extension's calls as they come in, by delegation from a pool.

use crate::contract::PoolExtension;
use abi::pool::{
    CloneArgs,
    ICredentialPool::{
        DailyMean, PoolNotClone, consultCall, dailyMeansCall, factoryCall, nameCall, observeCall, symbolCall,
        token0Call, token1Call, unlockScheduleCall, volumeCall,
    },
    NAME, SYMBOL,
};
use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError};
use kit::{clone, testing::Scripted};

const POOL: Address = address!("000000000000000000000000000000000000b001");
const PROGRAM: Address = address!("0000000000000000000000000000000000000c0d");
const FACTORY: Address = address!("00000000000000000000000000000000000fac10");
const TOKEN: Address = address!("0000000000000000000000000000000000070ce2");
/// The last second of a day.
const CREATED_AT: u64 = 1_798_761_599;
/// Bits of a reserve.
const RESERVE: u32 = 112;

/// A pool of 1 000 tokens and 10 Ether, as its program stored them at the creation, two days later.
struct World {
    host: Scripted,
    extension: PoolExtension,
}

impl World {
    fn new() -> Self {
        let host = Scripted::new();
        let wad = 10_u128.pow(18);
        let args = CloneArgs {
            extension: Address::repeat_byte(1),
            factory: FACTORY,
            token: TOKEN,
            creator: Address::repeat_byte(2),
            created_at: CREATED_AT,
            initial_tokens: 1_000 * wad,
            initial_ether: 10 * wad,
        };
        host.vm.set_contract_address(POOL);
        host.vm.set_code(POOL, clone::runtime::<{ CloneArgs::BYTES }>(PROGRAM, &args.into()));
        let reserves = (U256::from(CREATED_AT) << (2 * RESERVE))
            | (U256::from(10 * wad) << RESERVE)
            | U256::from(1_000 * wad);
        host.vm.set_storage(U256::ZERO, reserves.into());
        host.vm.set_block_timestamp(CREATED_AT + 2 * 86_400);
        let extension = PoolExtension::from(&host);
        Self { host, extension }
    }
}

kit::route_tests! { PoolExtension, "pool-extension", World, extension }

#[test]
fn what_the_code_says_is_answered() {
    let mut world = World::new();
    assert_eq!(world.call(&nameCall {}), Ok(NAME.into()));
    assert_eq!(world.call(&symbolCall {}), Ok(SYMBOL.into()));
    assert_eq!(world.call(&factoryCall {}), Ok(FACTORY));
    assert_eq!(world.call(&token0Call {}), Ok(TOKEN));
    assert_eq!(world.call(&token1Call {}), Ok(Address::ZERO));
    let schedule = world.call(&unlockScheduleCall {}).unwrap();
    assert_eq!(schedule.times, [37, 44, 51, 58].map(|day| CREATED_AT + day * 86_400));
    // The root of the product of what came first, without what stays for ever.
    let shares = schedule.shares.into_iter().fold(U256::ZERO, |sum, part| sum + part);
    assert_eq!(shares, U256::from(100_u128 * 10_u128.pow(18) - 1_000));
}

#[test]
fn lists_and_structs_are_encoded_as_declared() {
    let mut world = World::new();
    let observed = world.call(&observeCall { secondsAgo: vec![86_400, 0, 3] }).unwrap();
    let [first, now, before] = observed.ethReserveSeconds.as_slice() else { panic!("three") };
    assert!(first.is_zero() && before < now);
    let [first, now, before] = observed.log2PriceSeconds.as_slice() else { panic!("three") };
    // A hundredth of an Ether for a token: the logarithm is negative.
    assert!(first.is_zero() && now.is_negative() && before > now);
    assert_eq!(observed.ethVolume, vec![U256::ZERO; 3]);

    let means = world.call(&dailyMeansCall {}).unwrap();
    // The day of the creation, of which a second was left, and the one after.
    assert_eq!(means.len(), 2);
    let DailyMean { day, log2Price: log, ethReserve: ether, ethVolume: volume, trades } = means[1];
    assert_eq!((u64::from(day), volume, trades), (CREATED_AT / 86_400 + 1, 0, 0));
    let hundredth = -(100_f64.log2() * 2_f64.powi(32)) as i64;
    assert!(log.abs_diff(hundredth) < 1 << 9, "{log} {hundredth}");
    assert!(ether <= 10 * 10_u128.pow(18) && ether > 9_999 * 10_u128.pow(15));

    let asked = world.call(&consultCall { window: 86_400 }).unwrap();
    assert_eq!(asked.elapsed, 86_400);
    assert!(asked.price.abs_diff(U256::from(10_u64.pow(16))) < U256::from(10_u64.pow(10)));
    assert_eq!(world.call(&volumeCall { window: 86_400 }).map(|volume| volume.amount), Ok(U256::ZERO));
}

#[test]
fn numbers_of_32_bits_have_no_more() {
    let mut world = World::new();
    for selector in [consultCall::SELECTOR, volumeCall::SELECTOR] {
        let call = [selector.as_slice(), &U256::from(1_u64 << 32).to_be_bytes::<32>()].concat();
        assert_eq!(world.raw(&call), Some(Err(vec![])));
    }
    let list = (vec![U256::from(1_u64 << 32)],);
    let call =
        [observeCall::SELECTOR.as_slice(), &alloy_sol_types::SolValue::abi_encode_params(&list)].concat();
    assert_eq!(world.raw(&call), Some(Err(vec![])));
}

#[test]
fn called_directly_it_is_no_pool() {
    let mut world = World::new();
    world.host.vm.set_code(POOL, vec![0xef, 0xf0, 0x00, 0x00]);
    let refused = PoolNotClone { account: POOL }.abi_encode();
    assert_eq!(world.call(&factoryCall {}), Err(refused.clone()));
    assert_eq!(world.call(&unlockScheduleCall {}), Err(refused));
}
