//! The pool factory: its settings, and which pool belongs to which token.

use std::collections::BTreeMap;

use abi::pool_factory::IPoolFactory::{self as pools, IPoolFactoryEvents as Event, PoolInfo};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;

use super::{Heard, now, offices::Offices, pool};

#[derive(Default)]
pub(super) struct Follower {
    offices: Offices,
    token_factory: Address,
    oracle: Address,
    implementation: Address,
    extension: Address,
    minimums: [U256; 2],
    fee: U256,
    accrued: U256,
    recipient: Address,
    /// In the order of creation.
    opened: Vec<Address>,
}

impl Follower {
    pub(super) fn hear(&mut self, heard: &Heard) {
        let log = &heard.data;
        if self.offices.hears(log) {
            return;
        }
        match Event::decode_raw_log(log.topics(), &log.data).expect("a declared event") {
            Event::PoolCreated(event) => {
                assert_eq!(event.timestamp, U256::from(heard.time));
                self.opened.push(event.pool);
            }
            Event::PoolCreationFeeCollected(event) => self.accrued += event.feeAmount,
            Event::FeesWithdrawn(event) => self.accrued -= event.amount,
            // The pool tells the same.
            Event::FeesCollected(event) => assert!(!event.amount.is_zero()),
            Event::TokenFactorySet(event) => self.token_factory = event.newTokenFactory,
            Event::OracleSet(event) => self.oracle = event.newOracle,
            Event::ImplementationSet(event) => {
                (self.implementation, self.extension) = (event.newImplementation, event.newExtension);
            }
            Event::MinimumLiquiditySet(event) => self.minimums = [event.tokenAmount, event.ethAmount],
            Event::PoolCreationFeeUpdated(event) => self.fee = event.newFee,
            Event::ProtocolFeeRecipientUpdated(event) => self.recipient = event.newRecipient,
            Event::Initialized(event) => assert_eq!(event.version, 1),
            Event::OwnershipTransferStarted(_)
            | Event::OwnershipTransferred(_)
            | Event::GuardianSet(_)
            | Event::Paused(_)
            | Event::Unpaused(_)
            | Event::Scheduled(_)
            | Event::Executed(_)
            | Event::Cancelled(_)
            | Event::Launched(_) => unreachable!("the offices'"),
        }
    }

    pub(super) async fn agree(&self, stage: &Stage, followed: &BTreeMap<Address, pool::Follower>) {
        let at = stage.system.pool_factory;
        self.offices.agree(stage, at).await;
        assert_eq!(self.token_factory, stage.reads(at, pools::tokenFactoryCall {}).await);
        assert_eq!(self.oracle, stage.reads(at, pools::oracleCall {}).await);
        assert_eq!(self.implementation, stage.reads(at, pools::implementationCall {}).await);
        assert_eq!(self.extension, stage.reads(at, pools::extensionCall {}).await);
        let minimums = [
            stage.reads(at, pools::MINIMUM_INITIAL_LIQUIDITYCall {}).await,
            stage.reads(at, pools::MINIMUM_ETH_VALUECall {}).await,
        ];
        assert_eq!(self.minimums, minimums);
        assert_eq!(self.fee, stage.reads(at, pools::poolCreationFeeCall {}).await);
        assert_eq!(self.accrued, stage.reads(at, pools::accruedFeesCall {}).await);
        assert_eq!(self.recipient, stage.reads(at, pools::protocolFeeRecipientCall {}).await);

        assert_eq!(self.opened, stage.reads(at, pools::getAllPoolsCall {}).await);
        let count = U256::from(self.opened.len());
        assert_eq!(count, stage.reads(at, pools::getPoolCountCall {}).await);
        let paused = followed.values().filter(|pool| pool.is_paused()).count();
        assert_eq!(U256::from(paused), stage.reads(at, pools::pausedPoolsCall {}).await);
        let now = now(stage).await;
        for (address, pool) in followed {
            let info: PoolInfo = stage.reads(at, pools::getPoolInfoCall { pool: *address }).await;
            assert_eq!(pool.info(now), info);
            assert_eq!(*address, stage.reads(at, pools::getPoolCall { token: info.token }).await);
            let locked = stage.reads(at, pools::isLiquidityLockedCall { pool: *address }).await;
            assert_eq!(now < info.initialLockExpiry.to::<u64>(), locked);
        }
    }
}
