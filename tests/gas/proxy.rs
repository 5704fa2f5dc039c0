//! The proxy's own functions, those of its admin. What it adds to all other calls is in their figures.

use std::sync::Arc;

use abi::proxy::IProxy as proxy;
use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolCall,
};
use ecosystem::proxy::DELAY_SECS;
use ecosystem_tests::{Stage, World};

use crate::meter::Costs;

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) {
    let stage = &Stage::named(world.clone(), "gas: proxy").await;
    let meter = &mut costs.of("proxy", stage);
    let at = stage.system.registry;
    let (admin, other) = (&stage.owner, &stage.relayer);
    let upgrade = || proxy::upgradeToAndCallCall {
        implementation: world.programs.registry.address,
        data: Bytes::new(),
    };
    let change = |admin: Address| proxy::changeAdminCall { newAdmin: admin };
    let announce = |call: Vec<u8>| proxy::announceProxyCallCall { call: call.into() };

    meter.call("before the lock", admin, at, upgrade()).await;
    meter.call("before the lock", admin, at, change(other.address())).await;
    stage.executes(other, at, change(admin.address())).await;

    meter.call("first", admin, at, announce(upgrade().abi_encode())).await;
    meter.call("replacing another", admin, at, announce(change(other.address()).abi_encode())).await;
    meter.call("", admin, at, proxy::cancelProxyCallCall {}).await;
    meter.call("", admin, at, proxy::lockUpgradesCall {}).await;

    stage.executes(admin, at, announce(upgrade().abi_encode())).await;
    world.advance_time(DELAY_SECS).await;
    meter.call("as announced", admin, at, upgrade()).await;
    stage.executes(admin, at, announce(change(other.address()).abi_encode())).await;
    world.advance_time(DELAY_SECS).await;
    meter.call("as announced", admin, at, change(other.address())).await;
}
