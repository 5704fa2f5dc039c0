//! The pool factory: every function's refusals beside those that [`administration`](super::administration) shows.

mod batches;
mod creation;
mod fees;
mod lifetimes;

use abi::{
    factory::PAGE_MAX,
    ownable::IOwnable::OwnableInvalidOwner,
    pool_factory::IPoolFactory::{
        self as pools, AlreadyInitialized, DirectInitialization, InvalidRecipient, PoolFactoryFeeTooHigh,
        PoolFactoryInvalidMinimum, PoolFactoryTooManyPools, PoolFactoryUnknownIndex, PoolFactoryUnsuitable,
    },
};
use alloy::{
    primitives::{Address, TxKind, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture::slot_of, run};
use math::{bounds::CREATION_FEE_CEILING, curve::RESERVE_MAX};

use crate::lifecycle::inactive_twin;

const NOBODY: Address = Address::ZERO;
/// The bits of an address, below the number of pools.
const ADDRESS_BITS: usize = 160;

fn initialisation(stage: &Stage) -> pools::initializeCall {
    pools::initializeCall {
        owner: stage.owner.address(),
        tokenFactory: stage.system.factory,
        oracle: stage.stranger.address(),
        implementation: stage.world.programs.pool.address,
        extension: stage.world.programs.pool_extension.address,
    }
}

#[test]
fn a_pool_factory_is_not_created_without_its_parts() {
    run(async {
        let stage = Stage::shared().await;
        let programs = &stage.world.programs;
        let (program, owner, good) =
            (programs.pool_factory.address, stage.owner.address(), initialisation(&stage));
        let creation = |setup: pools::initializeCall| {
            let code = stage.world.artifacts.evm.proxy_creation(program, owner, setup.abi_encode());
            let mut request = TransactionRequest::default().input(code.into());
            request.to = Some(TxKind::Create);
            request
        };
        let setup = pools::initializeCall { owner: NOBODY, ..good.clone() };
        let refused = OwnableInvalidOwner { owner: NOBODY };
        assert_eq!(refused, stage.refuses_request(&stage.owner, creation(setup)).await);
        let stranger = stage.stranger.address();
        for (setup, account) in [
            (pools::initializeCall { tokenFactory: NOBODY, ..good.clone() }, NOBODY),
            (pools::initializeCall { tokenFactory: stranger, ..good.clone() }, stranger),
            (pools::initializeCall { oracle: NOBODY, ..good.clone() }, NOBODY),
            (pools::initializeCall { implementation: NOBODY, ..good.clone() }, NOBODY),
            (pools::initializeCall { implementation: stranger, ..good.clone() }, stranger),
            (pools::initializeCall { extension: NOBODY, ..good.clone() }, NOBODY),
            (pools::initializeCall { extension: stranger, ..good.clone() }, stranger),
        ] {
            let refused = PoolFactoryUnsuitable { account };
            assert_eq!(refused, stage.refuses_request(&stage.owner, creation(setup)).await);
        }

        let again = AlreadyInitialized { version: 1 };
        stage.reverts_with(&stage.owner, stage.system.pool_factory, good.clone(), again).await;
        let direct = DirectInitialization { implementation: program };
        stage.reverts_with(&stage.owner, program, good, direct).await;
    });
}

#[test]
fn parts_are_refused_that_can_not_serve() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner) = (stage.system.pool_factory, &stage.owner);
        let programs = &stage.world.programs;
        let stranger = stage.stranger.address();
        let unsuitable = |account| PoolFactoryUnsuitable { account };
        for account in [NOBODY, stranger, at, stage.system.registry, programs.factory.address] {
            let call = pools::setTokenFactoryCall { newTokenFactory: account };
            stage.reverts_with(owner, at, call, unsuitable(account)).await;
        }
        for account in [NOBODY, programs.factory.address] {
            let call = pools::setOracleCall { newOracle: account };
            stage.reverts_with(owner, at, call, unsuitable(account)).await;
        }
        // Nothing, no program, another contract's, one that isn't active, one in the other's place, and a clone of it.
        let (pool, extension) = (programs.pool.address, programs.pool_extension.address);
        let (clone, _) = stage.pool().await;
        let set = |implementation, extension| pools::setImplementationCall {
            newImplementation: implementation,
            newExtension: extension,
        };
        let twin = inactive_twin(&stage, "pool").await.address;
        for account in [NOBODY, stranger, at, programs.token.address, twin, extension, clone] {
            stage.reverts_with(owner, at, set(account, extension), unsuitable(account)).await;
        }
        let twin = inactive_twin(&stage, "pool-extension").await.address;
        for account in [NOBODY, stranger, at, programs.token.address, twin, pool, clone] {
            stage.reverts_with(owner, at, set(pool, account), unsuitable(account)).await;
        }
        stage.executes(owner, at, set(pool, extension)).await;
    });
}

#[test]
fn terms_are_refused_that_can_not_be() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner) = (stage.system.pool_factory, &stage.owner);
        let call = pools::setProtocolFeeRecipientCall { newRecipient: NOBODY };
        stage.reverts_with(owner, at, call, InvalidRecipient { recipient: NOBODY }).await;

        let (one, ceiling) = (U256::ONE, U256::from(RESERVE_MAX));
        for (tokens, ether) in [
            (U256::ZERO, one),
            (one, U256::ZERO),
            (ceiling + one, one),
            (one, ceiling + one),
            (U256::MAX, U256::MAX),
        ] {
            let call = pools::setMinimumLiquidityCall { tokenAmount: tokens, ethAmount: ether };
            let refused = PoolFactoryInvalidMinimum { tokenAmount: tokens, ethAmount: ether, ceiling };
            stage.reverts_with(owner, at, call, refused).await;
        }
        for (tokens, ether) in [(ceiling, ceiling), (one, one)] {
            let call = pools::setMinimumLiquidityCall { tokenAmount: tokens, ethAmount: ether };
            stage.executes(owner, at, call).await;
            assert_eq!(stage.reads(at, pools::MINIMUM_INITIAL_LIQUIDITYCall {}).await, tokens);
            assert_eq!(stage.reads(at, pools::MINIMUM_ETH_VALUECall {}).await, ether);
        }
        for fee in [CREATION_FEE_CEILING + one, U256::MAX] {
            let refused = PoolFactoryFeeTooHigh { fee, maximum: CREATION_FEE_CEILING };
            stage.reverts_with(owner, at, pools::setPoolCreationFeeCall { newFee: fee }, refused).await;
        }
        let call = pools::setPoolCreationFeeCall { newFee: CREATION_FEE_CEILING };
        stage.executes(owner, at, call).await;
        assert_eq!(stage.reads(at, pools::poolCreationFeeCall {}).await, CREATION_FEE_CEILING);
    });
}

#[test]
fn lists_of_pools_end_where_they_end_and_are_read_in_parts() {
    run(async {
        // Storage is changed: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (at, stranger) = (stage.system.pool_factory, &stage.stranger);
        let (pool, _) = stage.pool().await;
        let number = |index| pools::allPoolsCall { index };
        assert_eq!(stage.reads(at, number(U256::ZERO)).await, pool);
        for index in [U256::ONE, U256::MAX] {
            let refused = PoolFactoryUnknownIndex { index, count: U256::ONE };
            stage.reverts_with(stranger, at, number(index), refused).await;
        }
        for limit in [PAGE_MAX + U256::ONE, U256::MAX] {
            let refused = PoolFactoryTooManyPools { count: limit, limit: PAGE_MAX };
            let call = pools::getPoolsCall { offset: U256::ZERO, limit };
            stage.reverts_with(stranger, at, call, refused).await;
        }
        let slot = slot_of("pool-factory", "implementation");
        let count = PAGE_MAX + U256::ONE;
        let program = stage.stored(at, slot).await & ((U256::ONE << ADDRESS_BITS) - U256::ONE);
        stage.stores(at, slot, program | (count << ADDRESS_BITS)).await;
        let refused = PoolFactoryTooManyPools { count, limit: PAGE_MAX };
        stage.reverts_with(stranger, at, pools::getAllPoolsCall {}, refused).await;
    });
}
