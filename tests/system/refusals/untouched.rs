//! That nothing changed is seen in every slot, not only in what views tell.

use alloy::primitives::{Address, B256, U256, keccak256};
use ecosystem_tests::{Everything, Stage, State, World, run};

/// A refusal that left something behind would be found, wherever it was.
#[test]
fn any_slot_that_changes_is_seen_even_if_no_view_tells_of_it() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let token = stage.token().await;
        let slot = keccak256("a slot that nothing reads");
        let programs = stage.world.programs.all().map(|program| program.address);
        let contracts: Vec<Address> =
            [stage.system.registry, stage.system.factory, token].into_iter().chain(programs).collect();
        let (everything, visible) = (Everything::of(&stage).await, State::of(&stage).await);
        for contract in contracts {
            stage.stores(contract, slot, U256::ONE).await;
            assert_ne!(Everything::of(&stage).await, everything, "{contract}");
            assert_eq!(State::of(&stage).await, visible, "{contract}");
            stage.stores(contract, slot, U256::ZERO).await;
            assert_eq!(Everything::of(&stage).await, everything, "{contract}");
        }
    });
}

#[test]
#[should_panic(expected = "changed the state")]
fn a_refusal_that_leaves_something_behind_fails() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        // It leaves nothing behind; the next block does.
        let method = "anvil_setStorageAt";
        let parameters = serde_json::json!([stage.system.registry, B256::ZERO, B256::with_last_byte(1)]);
        let answer = alloy::providers::Provider::raw_request::<_, serde_json::Value>(
            stage.chain().provider(),
            method.into(),
            parameters,
        );
        answer.await.expect("the node answers");
        let call = abi::registry::ICredentialRegistry::unpauseCall {};
        let _: abi::pausable::IPausable::ExpectedPause =
            stage.refuses(&stage.owner, stage.system.registry, call).await;
    });
}
