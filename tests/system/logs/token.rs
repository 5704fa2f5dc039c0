//! A token: its terms, and its ledger.

use abi::{
    factory::ICredentialTokenFactory::TokenCreated,
    token::ICredentialToken::{
        ICredentialTokenEvents as Event, circulatingSupplyCall, factoryCall, getCreatedAtCall,
        getCreatorCall, getCredentialIdCall, getEmissionRateCall, getMaxSupplyCall, getMinterCall, nameCall,
        symbolCall, totalBurnedCall,
    },
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;

use super::{Heard, ledger::Ledger};

pub(super) struct Follower {
    created: TokenCreated,
    /// Whom the factory had as its generator then.
    minter: Address,
    rate: U256,
    burned: U256,
    ledger: Ledger,
}

impl Follower {
    pub(super) fn of(created: TokenCreated, minter: Address) -> Self {
        let rate = created.emissionRate;
        Self { created, minter, rate, burned: U256::ZERO, ledger: Ledger::default() }
    }

    pub(super) fn hear(&mut self, heard: &Heard) {
        let log = &heard.data;
        if self.ledger.hears(log) {
            return;
        }
        let time = U256::from(heard.time);
        match Event::decode_raw_log(log.topics(), &log.data).expect("a declared event") {
            Event::TokenMinted(event) => {
                assert_eq!((event.timestamp, event.credentialId), (time, self.created.credentialId));
            }
            Event::TokenBurned(event) => {
                assert_eq!(event.timestamp, time);
                self.burned += event.amount;
            }
            Event::EmissionRateUpdated(event) => {
                assert_eq!((event.timestamp, event.oldRate), (time, self.rate));
                self.rate = event.newRate;
            }
            Event::Transfer(_) | Event::Approval(_) => unreachable!("the ledger's"),
        }
    }

    pub(super) async fn agree(&self, stage: &Stage, at: Address, accounts: &[Address]) {
        let created = &self.created;
        assert_eq!(created.name, stage.reads(at, nameCall {}).await);
        assert_eq!(created.symbol, stage.reads(at, symbolCall {}).await);
        assert_eq!(created.creator, stage.reads(at, getCreatorCall {}).await);
        assert_eq!(created.timestamp, stage.reads(at, getCreatedAtCall {}).await);
        assert_eq!(created.credentialId, stage.reads(at, getCredentialIdCall {}).await);
        assert_eq!(created.maxSupply, stage.reads(at, getMaxSupplyCall {}).await);
        assert_eq!(stage.system.factory, stage.reads(at, factoryCall {}).await);
        assert_eq!(self.minter, stage.reads(at, getMinterCall {}).await);
        assert_eq!(self.rate, stage.reads(at, getEmissionRateCall {}).await);
        assert_eq!(self.burned, stage.reads(at, totalBurnedCall {}).await);
        assert_eq!(self.ledger.supply(), stage.reads(at, circulatingSupplyCall {}).await);
        self.ledger.agree(stage, at, accounts).await;
    }
}
