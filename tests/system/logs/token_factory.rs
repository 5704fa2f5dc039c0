//! The token factory: its settings, and which token belongs to which credential.

use std::collections::BTreeMap;

use abi::factory::ICredentialTokenFactory::{
    self as factory, ICredentialTokenFactoryEvents as Event, TokenCreated,
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;
use math::{
    bounds::{CREATIONS_OF_ALL, CREATIONS_OF_ONE},
    bucket::{Bucket, Limit},
};

use super::{Heard, now, offices::Offices, token};

#[derive(Default)]
pub(super) struct Follower {
    offices: Offices,
    registry: Address,
    generator: Address,
    implementation: Address,
    rates: [U256; 2],
    supplies: [U256; 2],
    fee: U256,
    accrued: U256,
    treasury: Address,
    created: Vec<TokenCreated>,
    creations: Option<Bucket>,
    creations_of: BTreeMap<Address, Bucket>,
}

impl Follower {
    /// Hears a log; of a new token's, there is somebody from now on who follows that.
    pub(super) fn hear(&mut self, heard: &Heard) -> Option<(Address, token::Follower)> {
        let log = &heard.data;
        if self.offices.hears(log) {
            return None;
        }
        match Event::decode_raw_log(log.topics(), &log.data).expect("a declared event") {
            Event::TokenCreated(event) => {
                assert_eq!(event.timestamp, U256::from(heard.time));
                self.creations = Some(less(self.creations, CREATIONS_OF_ALL, heard.time));
                let of = self.creations_of.get(&event.creator).copied();
                self.creations_of.insert(event.creator, less(of, CREATIONS_OF_ONE, heard.time));
                self.created.push(event.clone());
                return Some((event.tokenAddress, token::Follower::of(event, self.generator)));
            }
            Event::MintingFeeCollected(event) => self.accrued += event.feeAmount,
            Event::FeesWithdrawn(event) => self.accrued -= event.amount,
            Event::RegistrySet(event) => self.registry = event.newRegistry,
            Event::GeneratorSet(event) => self.generator = event.newGenerator,
            Event::ImplementationSet(event) => self.implementation = event.newImplementation,
            Event::EmissionRateBoundsSet(event) => self.rates = [event.minimum, event.maximum],
            Event::MaxSupplyBoundsSet(event) => self.supplies = [event.minimum, event.maximum],
            Event::CreationFeeSet(event) => self.fee = event.newFee,
            Event::TreasurySet(event) => self.treasury = event.newTreasury,
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
        None
    }

    pub(super) async fn agree(&self, stage: &Stage, accounts: &[Address]) {
        let at = stage.system.factory;
        self.offices.agree(stage, at).await;
        assert_eq!(self.registry, stage.reads(at, factory::registryCall {}).await);
        assert_eq!(self.generator, stage.reads(at, factory::generatorCall {}).await);
        assert_eq!(self.implementation, stage.reads(at, factory::implementationCall {}).await);
        let bounds = stage.reads(at, factory::getEmissionRateBoundsCall {}).await;
        assert_eq!(self.rates, [bounds.minimum, bounds.maximum]);
        let bounds = stage.reads(at, factory::getMaxSupplyBoundsCall {}).await;
        assert_eq!(self.supplies, [bounds.minimum, bounds.maximum]);
        assert_eq!(self.fee, stage.reads(at, factory::creationFeeCall {}).await);
        assert_eq!(self.accrued, stage.reads(at, factory::accruedFeesCall {}).await);
        assert_eq!(self.treasury, stage.reads(at, factory::treasuryCall {}).await);

        let listed: Vec<_> = self.created.iter().map(|created| created.tokenAddress).collect();
        assert_eq!(listed, stage.reads(at, factory::getAllTokensCall {}).await);
        let count = U256::from(listed.len());
        assert_eq!(count, stage.reads(at, factory::getTokenCountCall {}).await);
        for TokenCreated { credentialId: credential, tokenAddress: token, creator, .. } in &self.created {
            let call = factory::getTokenDetailsCall { credentialId: *credential };
            let kept = stage.reads(at, call).await;
            assert_eq!((true, *token, *creator), (kept.exists, kept.tokenAddress, kept.creator));
            let call = factory::getCredentialByTokenCall { tokenAddress: *token };
            assert_eq!(*credential, stage.reads(at, call).await);
        }

        let now = now(stage).await;
        let left = |bucket: Option<Bucket>, limit| U256::from(filled(bucket, limit, now).units());
        for creator in accounts {
            let kept = stage.reads(at, factory::getAvailableCreationsCall { creator: *creator }).await;
            let of_one = left(self.creations_of.get(creator).copied(), CREATIONS_OF_ONE);
            let of_all = left(self.creations, CREATIONS_OF_ALL);
            assert_eq!([of_one, of_all], [kept.byCreator, kept.overall], "{creator}");
        }
    }
}

/// A bucket as it is now; it is full at first.
fn filled(bucket: Option<Bucket>, limit: Limit, now: u64) -> Bucket {
    bucket.unwrap_or(Bucket::with(limit.capacity, now)).filled(limit, now)
}

/// A bucket after one more creation.
fn less(bucket: Option<Bucket>, limit: Limit, now: u64) -> Bucket {
    filled(bucket, limit, now).without(1).expect("it was allowed")
}
