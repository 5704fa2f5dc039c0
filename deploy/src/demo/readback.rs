//! Everything that the run left on the chain, read back and compared with what it should be.

use std::fmt::Display;

use abi::{
    factory::ICredentialTokenFactory as factory,
    registry::{ICredentialRegistry as registry, status},
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};

use super::{
    DemoError,
    journey::{Journey, TOKEN_NAME, TOKEN_SYMBOL},
    report::ReadBack,
};
use crate::{
    activation::active_version,
    precompiles::{ARB_WASM, ArbWasm},
    proxy::{ADMIN_SLOT, IMPLEMENTATION_SLOT},
    system::Artifacts,
};

/// Reads back and compares everything.
pub(super) async fn all(journey: &Journey<'_>, artifacts: &Artifacts) -> Result<Vec<ReadBack>, DemoError> {
    let mut reader = Reader { journey, rows: journey.seen.clone() };
    reader.programs().await?;
    reader.proxies().await?;
    reader.registry().await?;
    reader.factory().await?;
    reader.token(artifacts).await?;
    reader.balances().await?;
    Ok(reader.rows)
}

struct Reader<'a, 'b> {
    journey: &'a Journey<'b>,
    rows: Vec<ReadBack>,
}

impl Reader<'_, '_> {
    async fn programs(&mut self) -> Result<(), DemoError> {
        let chain = self.journey.chain;
        let wanted = chain.read(ARB_WASM, ArbWasm::stylusVersionCall {}).await?;
        for program in self.journey.system.programs.all() {
            let version = active_version(chain, program.address).await?.unwrap_or_default();
            self.compare(&format!("Stylus version of {}", program.name), wanted, version);
        }
        Ok(())
    }

    async fn proxies(&mut self) -> Result<(), DemoError> {
        let system = self.journey.system;
        let owner = self.journey.cast.owner.address();
        let programs = &system.programs;
        for (name, proxy, program) in [
            ("registry", system.registry, &programs.registry),
            ("factory", system.factory, &programs.factory),
            ("pool factory", system.pool_factory, &programs.pool_factory),
        ] {
            let implementation = self.journey.chain.storage(proxy, IMPLEMENTATION_SLOT).await?;
            self.compare(
                &format!("{name}: implementation"),
                program.address,
                Address::from_word(implementation),
            );
            let admin = self.journey.chain.storage(proxy, ADMIN_SLOT).await?;
            self.compare(&format!("{name}: admin"), owner, Address::from_word(admin));
        }
        Ok(())
    }

    async fn registry(&mut self) -> Result<(), DemoError> {
        let Journey { cast, credential, registered, second, third, .. } = self.journey;
        let at = self.journey.system.registry;
        let (owner, holder, issuer) = (cast.owner.address(), cast.holder.address(), cast.issuer.address());
        self.value("registry: owner", at, registry::ownerCall {}, owner).await?;

        let call = registry::validateCredentialCall { credentialId: credential.id, holder };
        let validity = self.journey.chain.read(at, call).await?;
        self.compare("registry: the holder's credential is valid", true, validity.valid);
        self.compare("registry: its status", status::ACTIVE, validity.status);
        let call =
            registry::validateCredentialCall { credentialId: credential.id, holder: cast.friend.address() };
        let validity = self.journey.chain.read(at, call).await?;
        self.compare("registry: the friend doesn't hold it", status::NOT_HOLDER, validity.status);

        let kept =
            self.journey.chain.read(at, registry::getCredentialCall { credentialId: credential.id }).await?;
        self.compare("credential: holder", holder, kept.holder);
        self.compare("credential: issuer", issuer, kept.issuerRoot);
        self.compare("credential: type", credential.attestation.credentialType, kept.credentialType);
        self.compare("credential: time of issue", credential.attestation.issuedAt, kept.issuedAt);
        self.compare("credential: valid until", u64::MAX, kept.validUntil);
        for (what, other, expected) in [
            ("registry: status of the revoked credential", second, status::REVOKED),
            ("registry: status of the one that had to wait", third, status::ACTIVE),
        ] {
            let Some(other) = other else { continue };
            let call = registry::validateCredentialCall { credentialId: other.id, holder };
            let validity = self.journey.chain.read(at, call).await?;
            self.compare(what, expected, validity.status);
        }
        self.value("registry: guardian", at, registry::guardianCall {}, cast.guardian.address()).await?;
        self.value("registry: still paused", at, registry::pausedCall {}, false).await?;
        self.value("registry: launched", at, registry::launchedCall {}, true).await?;
        self.compare("event CredentialRegistered: id", credential.id, registered.credentialId);
        self.compare("event CredentialRegistered: holder", holder, registered.holder);
        Ok(())
    }

    async fn factory(&mut self) -> Result<(), DemoError> {
        let Journey { cast, system, credential, expected, created, .. } = self.journey;
        let (at, token, id) = (system.factory, self.journey.token(), credential.id);
        let holder = cast.holder.address();
        self.value("factory: owner", at, factory::ownerCall {}, cast.owner.address()).await?;
        self.value("factory: registry", at, factory::registryCall {}, system.registry).await?;
        self.value("factory: generator", at, factory::generatorCall {}, cast.generator.address()).await?;
        let implementation = system.programs.token.address;
        self.value("factory: token program", at, factory::implementationCall {}, implementation).await?;
        self.compare("factory: predicted address of the token", token, self.journey.predicted);
        self.value(
            "factory: token of the credential",
            at,
            factory::getTokenByCredentialCall { credentialId: id },
            token,
        )
        .await?;
        self.value(
            "factory: credential of the token",
            at,
            factory::getCredentialByTokenCall { tokenAddress: token },
            id,
        )
        .await?;
        self.value(
            "factory: the token is its own",
            at,
            factory::isValidTokenCall { tokenAddress: token },
            true,
        )
        .await?;
        let count = U256::from(expected.tokens_created);
        self.value("factory: number of tokens", at, factory::getTokenCountCall {}, count).await?;
        let details = self.journey.chain.read(at, factory::getTokenDetailsCall { credentialId: id }).await?;
        self.compare("factory: creator of the token", holder, details.creator);
        let (treasury, guardian) = (cast.treasury.address(), cast.guardian.address());
        self.value("factory: treasury", at, factory::treasuryCall {}, treasury).await?;
        self.value("factory: fee for a token", at, factory::creationFeeCall {}, U256::ZERO).await?;
        self.value("factory: fees that still wait", at, factory::accruedFeesCall {}, U256::ZERO).await?;
        let held = self.journey.chain.balance(at).await?;
        self.compare("factory: Ether that it holds", U256::ZERO, held);
        self.value("factory: guardian", at, factory::guardianCall {}, guardian).await?;
        self.value("factory: still paused", at, factory::pausedCall {}, false).await?;
        // It is launched once its generator is a contract.
        self.value("factory: launched", at, factory::launchedCall {}, false).await?;
        self.compare("event TokenCreated: credential", id, created.credentialId);
        self.compare("event TokenCreated: creator", holder, created.creator);
        Ok(())
    }

    async fn token(&mut self, artifacts: &Artifacts) -> Result<(), DemoError> {
        let Journey { cast, system, credential, expected, .. } = self.journey;
        let at = self.journey.token();
        let code = self.journey.chain.code(at).await?;
        let program = system.programs.token.address;
        let is_clone = code.starts_with(&artifacts.evm.clone_runtime(program, &[]));
        self.compare("token: is a clone of the token program", true, is_clone);
        self.value("token: name", at, token::nameCall {}, TOKEN_NAME.to_owned()).await?;
        self.value("token: symbol", at, token::symbolCall {}, TOKEN_SYMBOL.to_owned()).await?;
        self.value("token: decimals", at, token::decimalsCall {}, 18).await?;
        self.value("token: credential", at, token::getCredentialIdCall {}, credential.id).await?;
        self.value("token: creator", at, token::getCreatorCall {}, cast.holder.address()).await?;
        self.value("token: minter", at, token::getMinterCall {}, cast.generator.address()).await?;
        self.value("token: factory", at, token::factoryCall {}, system.factory).await?;
        self.value("token: emission rate", at, token::getEmissionRateCall {}, expected.emission_rate).await?;
        self.value("token: maximum supply", at, token::getMaxSupplyCall {}, expected.max_supply).await?;
        Ok(())
    }

    async fn balances(&mut self) -> Result<(), DemoError> {
        let Journey { cast, expected, .. } = self.journey;
        let at = self.journey.token();
        let (owner, spender) = (cast.holder.address(), cast.relayer.address());
        self.value("token: total supply", at, token::totalSupplyCall {}, expected.supply).await?;
        self.value("token: burned", at, token::totalBurnedCall {}, expected.burned).await?;
        self.value(
            "token: the holder's balance",
            at,
            token::balanceOfCall { account: owner },
            expected.holder,
        )
        .await?;
        let call = token::balanceOfCall { account: cast.friend.address() };
        self.value("token: the friend's balance", at, call, expected.friend).await?;
        let call = token::allowanceCall { owner, spender };
        self.value("token: what the relayer may still move", at, call, expected.relayer_allowance).await?;
        self.value("token: the holder's next nonce", at, token::noncesCall { owner }, expected.holder_nonce)
            .await?;
        Ok(())
    }

    async fn value<C: SolCall>(
        &mut self,
        what: &str,
        at: Address,
        call: C,
        expected: C::Return,
    ) -> Result<(), DemoError>
    where
        C::Return: PartialEq + Display,
    {
        let actual = self.journey.chain.read(at, call).await?;
        self.compare(what, expected, actual);
        Ok(())
    }

    fn compare<T: PartialEq + Display>(&mut self, what: &str, expected: T, actual: T) {
        self.rows.push(ReadBack::compare(what, &expected, &actual));
    }
}
