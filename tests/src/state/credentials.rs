//! What registry, token factory and tokens tell.

use abi::{
    factory::ICredentialTokenFactory as factory, registry::ICredentialRegistry as registry,
    token::ICredentialToken as token,
};
use alloy::primitives::{Address, U256};
use ecosystem::key::Key;

use super::Reader;

impl Reader<'_> {
    pub(super) async fn registry(&mut self) {
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

    pub(super) async fn factory(&mut self) {
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

    pub(super) async fn token(&mut self, at: Address) {
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
}
