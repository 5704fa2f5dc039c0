//! The contracts that Stylus' tools expect: StylusDeployer and CacheManager (§9.8).

use alloy_primitives::{Address, B256, Bytes, U256, address, hex, keccak256, uint};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use stylus_devnode::Config;

use crate::{
    chain::{ARB_WASM_CACHE, ArbOwner, Chain, Receipt, Tx, on_chain, on_chain_of, tx},
    execution::padded,
    wasm::{classic, init_code, parse, program, silent},
};

const DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");
const MANAGER: Address = address!("2F8Bd4EaB69764c105aDd7dE7CB0402557a44E6f");

sol! {
    interface StylusDeployer {
        event ContractDeployed(address deployedContract);
        error EmptyBytecode();
        error InitValueButNotInitData();
        error ContractDeploymentError(bytes bytecode);
        error ContractInitializationError(address newContract, bytes data);
        error RefundExcessValueError(uint256 excessValue);
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable
            returns (address);
        function requiresActivation(address program) external view returns (bool);
        function initSalt(bytes32 salt, bytes initData) external view returns (bytes32);
    }
    interface CacheManager {
        error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
        error AlreadyCached(bytes32 codehash);
        error BidTooSmall(uint192 bid, uint192 min);
        error BidsArePaused();
        error AlreadyInitialized();
        error NotChainOwner(address sender);
        function placeBid(address program) external payable;
        function getMinBid(address program) external view returns (uint192);
        function getMinBid(uint64 size) external view returns (uint192);
        function getMinBid(bytes32 codehash) external view returns (uint192);
        function cacheSize() external view returns (uint64);
        function queueSize() external view returns (uint64);
        function decay() external view returns (uint64);
        function isPaused() external view returns (bool);
        function initialize(uint64 initCacheSize, uint64 initDecay) external;
        function setCacheSize(uint64 newSize) external;
        function setDecayRate(uint64 newDecay) external;
        function setPaused(bool paused) external;
        function evictPrograms(uint256 count) external;
        function evictAll() external;
        function sweepFunds() external;
    }
    interface ArbWasmCache {
        function allCacheManagers() external view returns (address[]);
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }
}

#[test]
fn selectors_are_those_that_tools_call() {
    assert_eq!(StylusDeployer::deployCall::SELECTOR, hex!("a9a8e4e9"));
    assert_eq!(StylusDeployer::requiresActivationCall::SELECTOR, hex!("835d1d4c"));
    assert_eq!(StylusDeployer::initSaltCall::SELECTOR, hex!("9f40b385"));
    let topic = hex!("8ffcdc15a283d706d38281f500270d8b5a656918f555de0913d7455e3e6bc1bf");
    assert_eq!(StylusDeployer::ContractDeployed::SIGNATURE_HASH, topic);
    assert_eq!(CacheManager::placeBidCall::SELECTOR, hex!("e4940157"));
    assert_eq!(CacheManager::getMinBid_0Call::SELECTOR, hex!("32052a9b"));
    assert_eq!(CacheManager::getMinBid_1Call::SELECTOR, hex!("d29b303e"));
    assert_eq!(CacheManager::getMinBid_2Call::SELECTOR, hex!("c565a208"));
    assert_eq!(CacheManager::BidTooSmall::SELECTOR, hex!("df370e48"));
}

#[test]
fn both_stand_where_tools_look_with_the_lengths_that_they_check() {
    for arbos in [40, 51, 61] {
        on_chain(arbos, |chain| {
            assert_eq!(chain.code(DEPLOYER).len(), 2_269);
            assert_eq!(chain.code(MANAGER).len(), 7_452);
            let managers = chain.ask(ARB_WASM_CACHE, &ArbWasmCache::allCacheManagersCall {});
            assert_eq!(managers, [MANAGER]);
        });
    }
}

#[test]
fn manager_is_not_registered_where_that_is_not_wanted() {
    on_chain_of(&Config { cache_manager: false, ..Config::test() }, |chain| {
        assert!(chain.ask(ARB_WASM_CACHE, &ArbWasmCache::allCacheManagersCall {}).is_empty());
        let program = chain.program(&silent());
        assert!(!chain.send(&bid(program, 0)).success);
        chain.as_owner(&ArbOwner::addWasmCacheManagerCall { manager: MANAGER });
        assert!(chain.send(&bid(program, 0)).success);
    });
}

/// A program with a constructor: stores its last word of calldata in slot 0, fails if that is zero; without calldata it
/// answers the slot.
fn constructed() -> Vec<u8> {
    parse(&program(
        "(if (i32.eqz (local.get $args)) (then
            (call $storage_load_bytes32 (i32.const 0) (i32.const 32))
            (call $write_result (i32.const 32) (i32.const 32))
            (return (i32.const 0))))
        (call $read_args (i32.const 1024))
        (local.set $i (i32.add (local.get $args) (i32.const 992)))
        (if (i32.eqz (i32.load8_u (i32.add (local.get $i) (i32.const 31)))) (then
            (call $write_result (i32.const 1024) (i32.const 4))
            (return (i32.const 1))))
        (call $storage_cache_bytes32 (i32.const 0) (local.get $i))
        (call $storage_flush_cache (i32.const 0))
        i32.const 0",
    ))
}

/// `stylus_constructor()` with an argument.
fn construct(value: u8) -> Bytes {
    [&hex!("5585258d")[..], B256::with_last_byte(value).as_slice()].concat().into()
}

fn deployment(wasm: &[u8], init_data: Bytes, init_value: u64, salt: B256, value: u64) -> Tx {
    let call = StylusDeployer::deployCall {
        bytecode: init_code(&classic(wasm)).into(),
        initData: init_data,
        initValue: U256::from(init_value),
        salt,
    };
    tx(DEPLOYER, call.abi_encode()).value(value)
}

const FEE: u64 = 100_000_000_000_000_000;

/// The address in the event, which is the last log.
fn deployed(receipt: &Receipt) -> Address {
    assert!(receipt.success, "{receipt:?}");
    let event = receipt.logs.last().expect("an event");
    assert_eq!(event.address, DEPLOYER);
    assert_eq!(event.topics, [StylusDeployer::ContractDeployed::SIGNATURE_HASH]);
    Address::from_word(B256::from_slice(&event.data))
}

#[track_caller]
fn reverts_with(chain: &Chain, tx: &Tx, error: &impl SolError) {
    let refusal = chain.call(tx).expect_err("it reverts");
    assert_eq!(refusal.data, Some(error.abi_encode().into()), "{}", refusal.message);
}

#[test]
fn deployer_deploys_activates_and_constructs_in_one_transaction() {
    on_chain(61, |chain| {
        let before = chain.balance(chain.user.address);
        let receipt = chain.send(&deployment(&constructed(), construct(7), 0, B256::ZERO, FEE));
        let program = deployed(&receipt);
        assert_eq!(program, DEPLOYER.create(1));
        assert_eq!(chain.call(&tx(program, vec![])), Ok(B256::with_last_byte(7).to_vec().into()));
        // What the data fee left came back.
        let spent = before - chain.balance(chain.user.address);
        assert!(spent < U256::from(FEE / 10), "{spent}");
        assert_eq!(chain.balance(DEPLOYER), U256::ZERO);
    });
}

#[test]
fn deployer_salts_with_the_constructors_arguments() {
    on_chain(61, |chain| {
        let salt = B256::repeat_byte(3);
        let ask = StylusDeployer::initSaltCall { salt, initData: construct(7) };
        let committed = keccak256([salt.as_slice(), &construct(7)].concat());
        assert_eq!(chain.ask(DEPLOYER, &ask), committed);
        let receipt = chain.send(&deployment(&constructed(), construct(7), 0, salt, FEE));
        let init_hash = keccak256(init_code(&classic(&constructed())));
        assert_eq!(deployed(&receipt), DEPLOYER.create2(committed, init_hash));
        // The same once more finds the address taken.
        let again = deployment(&constructed(), construct(7), 0, salt, FEE);
        let bytecode = init_code(&classic(&constructed())).into();
        reverts_with(chain, &again, &StylusDeployer::ContractDeploymentError { bytecode });
        // With other arguments it is another address.
        let other = deployed(&chain.send(&deployment(&constructed(), construct(8), 0, salt, FEE)));
        assert_eq!(chain.call(&tx(other, vec![])), Ok(B256::with_last_byte(8).to_vec().into()));
    });
}

#[test]
fn deployer_activates_only_what_needs_it_and_refunds_all() {
    on_chain(61, |chain| {
        let needs =
            |chain: &Chain, program| chain.ask(DEPLOYER, &StylusDeployer::requiresActivationCall { program });
        let first = chain.deploy(&classic(&parse(&silent())));
        assert!(needs(chain, first));
        assert!(chain.activate(first).success);
        assert!(!needs(chain, first));
        let before = chain.balance(chain.user.address);
        let receipt = chain.send(&deployment(&parse(&silent()), Bytes::new(), 0, B256::ZERO, FEE));
        deployed(&receipt);
        assert_eq!(receipt.logs.len(), 1, "no activation");
        let gas = U256::from(receipt.gas_used) * U256::from(crate::chain::BASE_FEE);
        assert_eq!(before - chain.balance(chain.user.address), gas);
        // Without value at all, too.
        deployed(&chain.send(&deployment(&parse(&silent()), Bytes::new(), 0, B256::ZERO, 0)));
    });
    on_chain(51, |chain| {
        let program = chain.program(&silent());
        chain.as_owner(&ArbOwner::scheduleArbOSUpgradeCall { version: 60, timestamp: 0 });
        chain.wait(1);
        assert!(
            chain.ask(DEPLOYER, &StylusDeployer::requiresActivationCall { program }),
            "another Stylus version"
        );
    });
}

#[test]
fn deployer_hands_the_constructor_its_value() {
    on_chain(61, |chain| {
        let receipt = chain.send(&deployment(&constructed(), construct(1), 500, B256::ZERO, FEE));
        assert_eq!(chain.balance(deployed(&receipt)), U256::from(500));
        assert_eq!(chain.balance(DEPLOYER), U256::ZERO);
    });
}

#[test]
fn deployer_refuses_with_typed_errors_and_leaves_nothing_behind() {
    on_chain(61, |chain| {
        let empty = StylusDeployer::deployCall {
            bytecode: Bytes::new(),
            initData: Bytes::new(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        reverts_with(chain, &tx(DEPLOYER, empty.abi_encode()), &StylusDeployer::EmptyBytecode {});
        let gift = deployment(&constructed(), Bytes::new(), 1, B256::ZERO, FEE);
        reverts_with(chain, &gift, &StylusDeployer::InitValueButNotInitData {});

        let failing = StylusDeployer::deployCall {
            bytecode: hex!("5f5ffd").into(),
            initData: Bytes::new(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let error = StylusDeployer::ContractDeploymentError { bytecode: hex!("5f5ffd").into() };
        reverts_with(chain, &tx(DEPLOYER, failing.abi_encode()).value(FEE), &error);

        let refused = deployment(&constructed(), construct(0), 0, B256::ZERO, FEE);
        let error = StylusDeployer::ContractInitializationError {
            newContract: DEPLOYER.create(1),
            data: hex!("5585258d").into(),
        };
        reverts_with(chain, &refused, &error);
        let receipt = chain.send(&refused);
        assert!(!receipt.success && receipt.logs.is_empty());
        assert!(chain.code(DEPLOYER.create(1)).is_empty());

        // Too little for the data fee: what ArbWasm says comes through.
        let poor =
            chain.call(&deployment(&constructed(), construct(1), 0, B256::ZERO, 5)).expect_err("too little");
        assert_eq!(poor.data.expect("a revert")[..4], hex!("09781ab7"));
        // Less than the constructor is to get.
        let short =
            chain.call(&deployment(&constructed(), construct(1), 6, B256::ZERO, 5)).expect_err("too little");
        assert_eq!(short.message, "execution reverted: arithmetic underflow or overflow");
    });
}

#[test]
fn deployer_refuses_a_caller_that_takes_no_refund() {
    on_chain(61, |chain| {
        // Calls the deployer with its calldata and value, answers what comes back; takes no plain ether: with a value but
        // no calldata it reverts.
        let mut code = hex!("36600757" "5f5ffd" "5b" "365f5f37" "5f5f365f3473").to_vec();
        code.extend(DEPLOYER);
        code.extend(hex!("5af13d5f5f3e60" "00" "573d5ffd5b3d5ff3"));
        let target = code.iter().rposition(|byte| *byte == 0x5b).expect("a JUMPDEST");
        let at = code.len() - 9;
        code[at] = u8::try_from(target).expect("short code");
        let caller = chain.deploy(&code);
        let deployment = deployment(&parse(&silent()), Bytes::new(), 0, B256::ZERO, FEE);
        let refusal = chain.call(&Tx { to: Some(caller), ..deployment }).expect_err("no refund");
        let data = refusal.data.expect("a revert");
        assert_eq!(data[..4], StylusDeployer::RefundExcessValueError::SELECTOR);
        let excess = U256::abi_decode(&data[4..]).expect("a word");
        assert!(excess > uint!(90_000_000_000_000_000_U256) && excess < U256::from(FEE));
    });
}

fn bid(program: Address, wei: u64) -> Tx {
    tx(MANAGER, CacheManager::placeBidCall { program }.abi_encode()).value(wei)
}

fn is_cached(chain: &Chain, program: Address) -> bool {
    let codehash = chain.code_hash(program);
    chain.ask(ARB_WASM_CACHE, &ArbWasmCache::codehashIsCachedCall { codehash })
}

/// Programs of like size, active.
fn programs(chain: &Chain, count: u8) -> Vec<Address> {
    let module = |index: u8| parse(&program(&format!("(drop (i32.const {index})) i32.const 0")));
    (0..count).map(|index| chain.wasm_program(&module(index))).collect()
}

fn queue_size(chain: &Chain) -> u64 {
    chain.ask(MANAGER, &CacheManager::queueSizeCall {})
}

fn as_owner(chain: &Chain, call: &impl SolCall) -> Receipt {
    chain.send_from(chain.dev, &tx(MANAGER, call.abi_encode()))
}

#[test]
fn manager_starts_initialised_empty_and_open() {
    on_chain(61, |chain| {
        assert_eq!(chain.ask(MANAGER, &CacheManager::cacheSizeCall {}), 1 << 29);
        assert_eq!(queue_size(chain), 0);
        assert_eq!(chain.ask(MANAGER, &CacheManager::decayCall {}), 10_322_197_911);
        assert!(!chain.ask(MANAGER, &CacheManager::isPausedCall {}));
        let again = CacheManager::initializeCall { initCacheSize: 1, initDecay: 1 };
        reverts_with(chain, &tx(MANAGER, again.abi_encode()), &CacheManager::AlreadyInitialized {});
    });
}

#[test]
fn a_bid_caches_a_program_once() {
    on_chain(61, |chain| {
        let [program] = programs(chain, 1)[..] else { panic!("one program") };
        let (uncached, cached) = chain.entry_gas(program);
        let call = tx(program, vec![]);
        let before = chain.send(&call).gas_used;
        assert_eq!(
            chain.ask(MANAGER, &CacheManager::getMinBid_0Call { program }),
            alloy_primitives::aliases::U192::ZERO
        );
        assert!(chain.send(&bid(program, 0)).success);
        assert!(is_cached(chain, program));
        assert_eq!(before - chain.send(&call).gas_used, uncached - cached);
        let size = u64::from(chain.ask(
            crate::chain::ARB_WASM,
            &crate::chain::ArbWasm::codehashAsmSizeCall { codehash: chain.code_hash(program) },
        ));
        assert_eq!(queue_size(chain), size);
        let codehash = chain.code_hash(program);
        reverts_with(chain, &bid(program, 5), &CacheManager::AlreadyCached { codehash });
    });
}

#[test]
fn a_bid_for_what_is_no_active_program_is_refused() {
    on_chain(61, |chain| {
        let inactive = chain.deploy(&classic(&parse(&silent())));
        let refusal = chain.call(&bid(inactive, 0)).expect_err("not active");
        assert_eq!(refusal.data.expect("a revert")[..4], hex!("6f809c4e"));
    });
}

#[test]
fn a_full_cache_goes_to_the_highest_bids() {
    const CENT: u64 = 10_000_000_000_000_000;
    on_chain(61, |chain| {
        let [a, b, c, d] = programs(chain, 4)[..] else { panic!("four programs") };
        for (program, wei) in [(a, 2 * CENT), (b, CENT), (c, 3 * CENT)] {
            assert!(chain.send(&bid(program, wei)).success);
        }
        let full = queue_size(chain);
        assert!(as_owner(chain, &CacheManager::setCacheSizeCall { newSize: full }).success);
        let decay = chain.ask(MANAGER, &CacheManager::decayCall {});
        let placed = chain.now();
        let least: U256 = chain.ask(MANAGER, &CacheManager::getMinBid_0Call { program: d }).to();
        // The smallest bid, less what time took off it.
        assert!(least <= U256::from(CENT));
        assert!(least > U256::from(CENT) - U256::from(decay) * U256::from(60), "{least} at {placed}");
        let codehash = chain.code_hash(d);
        let by_hash: U256 = chain.ask(MANAGER, &CacheManager::getMinBid_2Call { codehash }).to();
        assert_eq!(by_hash, least);
        let whole: U256 = chain.ask(MANAGER, &CacheManager::getMinBid_1Call { size: full }).to();
        assert!(whole > least + U256::from(CENT), "for all of the cache the highest bid must be beaten");

        let short = chain.call(&bid(d, CENT / 2)).expect_err("too small");
        assert_eq!(short.data.expect("a revert")[..4], CacheManager::BidTooSmall::SELECTOR);
        assert!(!is_cached(chain, d));
        assert!(chain.send(&bid(d, CENT)).success);
        assert_eq!([a, b, c, d].map(|program| is_cached(chain, program)), [true, false, true, true]);
        assert!(queue_size(chain) <= full);
    });
}

#[test]
fn time_takes_off_old_bids() {
    const ETHER: u64 = 1_000_000_000_000_000_000;
    on_chain(61, |chain| {
        let [old, new] = programs(chain, 2)[..] else { panic!("two programs") };
        assert!(chain.send(&bid(old, ETHER)).success);
        let full = queue_size(chain);
        assert!(as_owner(chain, &CacheManager::setCacheSizeCall { newSize: full }).success);
        assert!(chain.call(&bid(new, 0)).is_err());
        // An ether is worth three years of decay; programs expire sooner, so bid with a higher rate.
        assert!(as_owner(chain, &CacheManager::setDecayRateCall { newDecay: 10_322_197_911 * 4 }).success);
        chain.wait(86_400);
        assert_eq!(
            chain.ask(MANAGER, &CacheManager::getMinBid_0Call { program: new }),
            alloy_primitives::aliases::U192::ZERO
        );
        assert!(chain.send(&bid(new, 0)).success);
        assert_eq!([old, new].map(|program| is_cached(chain, program)), [false, true]);
    });
}

#[test]
fn a_program_larger_than_the_cache_is_refused() {
    on_chain(61, |chain| {
        let [program] = programs(chain, 1)[..] else { panic!("one program") };
        assert!(as_owner(chain, &CacheManager::setCacheSizeCall { newSize: 4_096 }).success);
        let codehash = chain.code_hash(program);
        let size =
            chain.ask(crate::chain::ARB_WASM, &crate::chain::ArbWasm::codehashAsmSizeCall { codehash });
        let error = CacheManager::AsmTooLarge {
            asm: U256::from(size),
            queueSize: U256::ZERO,
            cacheSize: U256::from(4_096),
        };
        reverts_with(chain, &bid(program, 1), &error);
    });
}

#[test]
fn owners_pause_evict_and_sweep_and_nobody_else_does() {
    on_chain(61, |chain| {
        let cached = programs(chain, 3);
        for (program, wei) in cached.iter().zip([30, 10, 20]) {
            assert!(chain.send(&bid(*program, wei)).success);
        }
        let stranger = CacheManager::NotChainOwner { sender: chain.user.address };
        reverts_with(chain, &tx(MANAGER, CacheManager::evictAllCall {}.abi_encode()), &stranger);
        assert!(as_owner(chain, &CacheManager::evictProgramsCall { count: U256::ONE }).success);
        assert_eq!(cached.iter().filter(|program| is_cached(chain, **program)).count(), 2);
        assert!(as_owner(chain, &CacheManager::setPausedCall { paused: true }).success);
        let evicted = cached.iter().find(|program| !is_cached(chain, **program)).expect("one");
        reverts_with(chain, &bid(*evicted, 99), &CacheManager::BidsArePaused {});
        assert!(as_owner(chain, &CacheManager::evictAllCall {}).success);
        assert!(cached.iter().all(|program| !is_cached(chain, *program)));
        assert_eq!(queue_size(chain), 0);
        assert_eq!(chain.balance(MANAGER), U256::from(60));
        assert!(as_owner(chain, &CacheManager::sweepFundsCall {}).success);
        assert_eq!(chain.balance(MANAGER), U256::ZERO);
    });
}

#[test]
fn a_copy_of_the_manager_works_once_owners_register_it() {
    on_chain(61, |chain| {
        let [program] = programs(chain, 1)[..] else { panic!("one program") };
        let copy = chain.deploy(&chain.code(MANAGER));
        let setup = CacheManager::initializeCall { initCacheSize: 1 << 29, initDecay: 1 };
        assert!(chain.send(&tx(copy, setup.abi_encode())).success);
        let bid = Tx { to: Some(copy), ..bid(program, 1) };
        assert!(!chain.send(&bid).success, "no manager yet");
        chain.as_owner(&ArbOwner::addWasmCacheManagerCall { manager: copy });
        assert!(chain.send(&bid).success);
        assert!(is_cached(chain, program));
    });
}

#[test]
fn a_program_of_another_size_is_weighed_by_its_size() {
    on_chain(61, |chain| {
        let small = chain.wasm_program(&parse(&silent()));
        let large = chain.wasm_program(&padded(parse(&silent()), 100_000));
        assert!(chain.send(&bid(small, 0)).success);
        let one = queue_size(chain);
        assert!(chain.send(&bid(large, 0)).success);
        assert!(queue_size(chain) - one > one);
    });
}
