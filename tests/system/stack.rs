//! A quarter of each program's stack stays unused on its deepest paths: they run on three quarters.
//!
//! The stack lies below everything else in memory, so a program that needs more leaves its memory and traps.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use abi::{
    factory::ICredentialTokenFactory::getTokensCall, json, pool::ICredentialPool as pool,
    pool_factory::IPoolFactory as pools, registry::ICredentialRegistry as registry,
};
use alloy::{
    json_abi::{Function, StateMutability},
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
};
use ecosystem::{steps::Steps, system::System};
use ecosystem_tests::{STACK_BYTES, Stage, World, run, wei};
use stylus_devnode::evm::{End, Observer, Run};

use crate::{abi::with_zeros, pool::NOBODY, tour::Part};

/// The programs' functions that succeeded, by the hash of the code and the selector.
#[derive(Debug, Default)]
struct Succeeded(Mutex<HashSet<(B256, [u8; 4])>>);

impl Succeeded {
    fn has(&self, code_hash: B256, function: &Function) -> bool {
        let key = (code_hash, function.selector().0);
        self.0.lock().expect("nobody panics while holding this").contains(&key)
    }
}

impl Observer for Succeeded {
    fn ended(&self, run: &Run<'_>) {
        let (End::Success, Some(selector)) = (run.end, run.input.first_chunk()) else { return };
        self.0.lock().expect("nobody panics while holding this").insert((run.code_hash, *selector));
    }
}

/// The functions that the program of this contract answers itself: a pool leaves its extension's to that one.
fn own_functions(folder: &str) -> Vec<Function> {
    let interface = |folder| json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
    let mut own = interface(folder);
    if folder == "pool" {
        let others = interface("pool-extension");
        own.functions.retain(|name, _| !others.functions.contains_key(name));
    }
    own.functions().cloned().collect()
}

/// Questions with long answers, or that need more than zeros to be answered.
async fn asks(stage: &Stage, at: Address, token: Address) {
    let volume = stage.reads(at, pool::volumeCall { window: 2_000_000 }).await;
    assert!(!volume.amount.is_zero());
    stage.reads(at, pool::consultCall { window: 200_000 }).await;
    stage.reads(at, pool::liquidityCall { window: 200_000 }).await;
    assert!(stage.reads(at, pool::dailyMeansCall {}).await.len() > 10);
    let observed =
        stage.reads(at, pool::observeCall { secondsAgo: (0..20).map(|day| day * 80_000).collect() });
    assert_eq!(observed.await.ethVolume.len(), 20);
    for of in [token, NOBODY] {
        stage.reads(at, pool::getAmountOutCall { amountIn: wei(1), tokenIn: of }).await;
        stage.reads(at, pool::getAmountInCall { amountOut: wei(1), tokenOut: of }).await;
    }
    let factory = stage.system.pool_factory;
    assert_eq!(stage.reads(factory, pools::getPoolInfoCall { pool: at }).await.token, token);
    assert!(stage.reads(factory, pools::isLiquidityLockedCall { pool: at }).await);
    let (offset, limit) = (U256::ZERO, U256::from(10));
    assert_eq!(stage.reads(factory, pools::getPoolsCall { offset, limit }).await, [at]);
    assert_eq!(stage.reads(stage.system.factory, getTokensCall { offset, limit }).await.len(), 2);
    let holder = stage.stranger.address();
    stage.reads(stage.system.registry, registry::getCredentialsOfCall { holder, offset, limit }).await;
}

#[test]
fn every_function_leaves_a_quarter_of_the_stack() {
    run(async {
        let succeeded = Arc::new(Succeeded::default());
        let world = World::own_observed(STACK_BYTES / 4 * 3, succeeded.clone()).await;
        let stage = Stage::in_world(world).await;
        for part in Part::ALL {
            part.take(&stage).await;
        }
        let listed = stage.reads(stage.system.pool_factory, pools::getAllPoolsCall {}).await;
        let token = stage.reads(listed[0], pool::token0Call {}).await;
        asks(&stage, listed[0], token).await;

        let contracts = [
            ("credential-registry", stage.system.registry),
            ("token-factory", stage.system.factory),
            ("credential-token", token),
            ("pool-factory", stage.system.pool_factory),
            ("pool", listed[0]),
            ("pool-extension", listed[0]),
        ];
        let mut never = Vec::new();
        for (folder, at) in contracts {
            let programs = stage.world.artifacts.programs();
            let program = programs.into_iter().find(|program| program.name == folder);
            let code_hash = program.unwrap_or_else(|| panic!("there is no program {folder}")).code_hash();
            for function in own_functions(folder) {
                let is_view =
                    matches!(function.state_mutability, StateMutability::View | StateMutability::Pure);
                if is_view && !succeeded.has(code_hash, &function) {
                    // What is told of nobody and nothing is as deep as what is told of somebody.
                    let request = TransactionRequest::default().to(at).input(with_zeros(&function).into());
                    drop(stage.chain().call(request, "a view").await);
                }
                if !succeeded.has(code_hash, &function) {
                    never.push(format!("{folder}: {}", function.signature()));
                }
            }
        }
        assert!(never.is_empty(), "not on the tour: {never:#?}");
    });
}

#[test]
fn programs_trap_on_a_stack_that_is_too_small() {
    run(async {
        let world = World::own_with_stack(128).await;
        let owner = world.payer();
        let evm = &world.artifacts.evm;
        let steps = &mut Steps::silent();
        let (chain, account) = (&world.chain, owner.address());
        let system = System::create(chain, owner, &world.programs, evm, account, account, steps).await;
        assert!(system.is_err(), "{system:?}");
    });
}
