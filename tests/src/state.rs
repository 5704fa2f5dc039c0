//! Everything that views and slots of a stage tell, to compare before and after.

use std::{collections::BTreeMap, fmt::Debug};

use abi::{
    factory::ICredentialTokenFactory as factory, registry::ICredentialRegistry as registry,
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use ecosystem::{
    key::Key,
    proxy::{ADMIN_SLOT, GATE_SLOT, IMPLEMENTATION_SLOT, PENDING_SLOT},
};

use crate::Stage;

/// What the proxies' own slots are called.
const REGISTRY_PROXY: &str = "registry proxy";
const FACTORY_PROXY: &str = "factory proxy";

/// What is visible of a stage's contracts. Failed assertions show names with values.
#[derive(Debug, PartialEq, Eq)]
pub struct State(BTreeMap<String, String>);

impl State {
    /// The state now.
    pub async fn of(stage: &Stage) -> Self {
        let mut reader = Reader { stage, values: BTreeMap::new() };
        reader.proxies().await;
        reader.registry().await;
        reader.factory().await;
        for token in stage.reads(stage.system.factory, factory::getAllTokensCall {}).await {
            reader.token(token).await;
        }
        Self(reader.values)
    }

    /// What is behind the proxies of it: what the contracts themselves say.
    #[must_use]
    pub fn behind_proxies(mut self) -> Self {
        self.0.retain(|name, _| !name.starts_with(REGISTRY_PROXY) && !name.starts_with(FACTORY_PROXY));
        self
    }
}

struct Reader<'a> {
    stage: &'a Stage,
    values: BTreeMap<String, String>,
}

impl Reader<'_> {
    async fn proxies(&mut self) {
        for (name, proxy) in
            [(REGISTRY_PROXY, self.stage.system.registry), (FACTORY_PROXY, self.stage.system.factory)]
        {
            for (slot_name, slot) in [
                ("implementation", IMPLEMENTATION_SLOT),
                ("admin", ADMIN_SLOT),
                ("pending", PENDING_SLOT),
                ("gate", GATE_SLOT),
            ] {
                let word = self.stage.chain().storage(proxy, slot).await.expect("the node answers");
                self.values.insert(format!("{name} {slot_name}"), word.to_string());
            }
        }
    }

    async fn registry(&mut self) {
        let at = self.stage.system.registry;
        self.view(at, registry::ownerCall {}).await;
        self.view(at, registry::pendingOwnerCall {}).await;
        self.view(at, registry::guardianCall {}).await;
        self.view(at, registry::pausedCall {}).await;
        self.view(at, registry::launchedCall {}).await;
        for account in self.stage.accounts().map(Key::address) {
            self.view(at, registry::getIssuerCall { key: account }).await;
            self.view(at, registry::getIssuerKeyCall { issuerRoot: account }).await;
            self.view(at, registry::getDistrustCall { key: account }).await;
            let (offset, limit) = (U256::ZERO, abi::registry::PAGE_MAX);
            self.view(at, registry::getCredentialsOfCall { holder: account, offset, limit }).await;
        }
        for attested in self.stage.attested() {
            let nonce = attested.attestation.nonce;
            self.view(at, registry::getCredentialCall { credentialId: attested.id }).await;
            self.view(at, registry::getRebindCall { credentialId: attested.id }).await;
            self.view(at, registry::getLapseCountCall { credentialId: attested.id }).await;
            self.view(at, registry::isNonceUsedCall { issuerRoot: attested.issuer, nonce }).await;
        }
    }

    async fn factory(&mut self) {
        let at = self.stage.system.factory;
        self.view(at, factory::ownerCall {}).await;
        self.view(at, factory::pendingOwnerCall {}).await;
        self.view(at, factory::registryCall {}).await;
        self.view(at, factory::generatorCall {}).await;
        self.view(at, factory::implementationCall {}).await;
        self.view(at, factory::getAllTokensCall {}).await;
        self.view(at, factory::getEmissionRateBoundsCall {}).await;
        self.view(at, factory::getMaxSupplyBoundsCall {}).await;
        self.view(at, factory::creationFeeCall {}).await;
        self.view(at, factory::accruedFeesCall {}).await;
        self.view(at, factory::treasuryCall {}).await;
        self.view(at, factory::guardianCall {}).await;
        self.view(at, factory::pausedCall {}).await;
        self.view(at, factory::launchedCall {}).await;
        for attested in self.stage.attested() {
            self.view(at, factory::getTokenDetailsCall { credentialId: attested.id }).await;
        }
    }

    async fn token(&mut self, at: Address) {
        self.view(at, token::nameCall {}).await;
        self.view(at, token::symbolCall {}).await;
        self.view(at, token::getCreatorCall {}).await;
        self.view(at, token::getMaxSupplyCall {}).await;
        self.view(at, token::getEmissionRateCall {}).await;
        self.view(at, token::totalSupplyCall {}).await;
        self.view(at, token::totalBurnedCall {}).await;
        for owner in self.stage.accounts() {
            let owner = owner.address();
            self.view(at, token::balanceOfCall { account: owner }).await;
            self.view(at, token::noncesCall { owner }).await;
            for spender in [&self.stage.relayer, &self.stage.stranger] {
                self.view(at, token::allowanceCall { owner, spender: spender.address() }).await;
            }
        }
    }

    /// Reads one view, under a name of its own: contract, function, arguments.
    async fn view<C: SolCall + Debug>(&mut self, at: Address, call: C)
    where
        C::Return: Debug,
    {
        let name = format!("{at} {call:?}");
        let value = format!("{:?}", self.stage.reads(at, call).await);
        self.values.insert(name, value);
    }
}
