//! The journey of one credential: attested, registered, given a token, which is minted, sent and permitted.

use std::fmt::Display;

use abi::{
    factory::ICredentialTokenFactory::{TokenCreated, createTokenCall, predictTokenAddressCall},
    registry::{
        ICredentialRegistry::{CredentialRegistered, addIssuerCall},
        credential_type,
    },
    token::ICredentialToken,
};
use alloy::{
    primitives::{Address, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolEvent},
};

use super::{DemoError, cast::Cast, report::ReadBack};
use crate::{
    attester::{Asked, Verification, verification::SCHEMA},
    chain::{Chain, Sent},
    credential::Attested,
    signing::{Parts, Permit, deadline_after, sign_permit, token_domain},
    steps::Steps,
    system::System,
};

/// What the credential is about.
const CREDENTIAL_TYPE: &str = "MASTERS";
/// The programme that verifies it.
const PROGRAMME: &str = "demo";
/// The token's name.
pub(super) const TOKEN_NAME: &str = "Ada Lovelace, Masters";
/// The token's symbol.
pub(super) const TOKEN_SYMBOL: &str = "ADA";

/// `count` whole tokens in base units.
pub(super) fn tokens(count: u64) -> U256 {
    U256::from(count) * U256::from(10).pow(U256::from(18))
}

/// What the token has to show once everything is done. Amounts are in base units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) emission_rate: U256,
    pub(super) max_supply: U256,
    pub(super) supply: U256,
    pub(super) burned: U256,
    pub(super) holder: U256,
    pub(super) friend: U256,
    pub(super) relayer_allowance: U256,
    pub(super) holder_nonce: U256,
    pub(super) tokens_created: u64,
}

/// A credential and its token on the chain, with what is expected of them.
pub(super) struct Journey<'a> {
    pub(super) chain: &'a Chain,
    pub(super) cast: &'a Cast,
    pub(super) system: &'a System,
    /// The credential whose token travels.
    pub(super) credential: Attested,
    /// Where the factory said the token would be.
    pub(super) predicted: Address,
    /// What registering emitted.
    pub(super) registered: CredentialRegistered,
    /// What creating the token emitted.
    pub(super) created: TokenCreated,
    pub(super) expected: Expected,
    /// The credential whose token was created for a fee, and which is revoked.
    pub(super) second: Option<Attested>,
    /// The credential that could not be registered while the registry was paused.
    pub(super) third: Option<Attested>,
    /// What was read on the way, and isn't so any more at the end.
    pub(super) seen: Vec<ReadBack>,
}

impl<'a> Journey<'a> {
    /// The journey up to the first token's last transfer.
    pub(super) async fn start(
        chain: &'a Chain,
        cast: &'a Cast,
        system: &'a System,
        steps: &mut Steps,
    ) -> Result<Self, DemoError> {
        let what = "add the issuer";
        let call = addIssuerCall {
            issuer: cast.issuer.address(),
            types: vec![credential_type(CREDENTIAL_TYPE)],
            metadataURI: String::new(),
        };
        steps.sent(what, &chain.execute(&cast.owner, system.registry, call, what).await?);

        let credential = attest(chain, cast, system, 1).await?;
        let registered = register(chain, cast, system, &credential, steps).await?;
        let call = predictTokenAddressCall { credentialId: credential.id };
        let predicted = chain.read(system.factory, call).await?;

        let expected = Expected {
            emission_rate: tokens(10),
            max_supply: tokens(1_000_000),
            supply: U256::ZERO,
            burned: U256::ZERO,
            holder: U256::ZERO,
            friend: U256::ZERO,
            relayer_allowance: U256::ZERO,
            holder_nonce: U256::ZERO,
            tokens_created: 1,
        };
        let what = "create the token";
        let sent =
            chain.execute(&cast.holder, system.factory, creation(&credential, &expected), what).await?;
        steps.sent(what, &sent);
        let created = event(&sent, "creating a token", system.factory)?;
        let mut journey = Self {
            chain,
            cast,
            system,
            credential,
            predicted,
            registered,
            created,
            expected,
            second: None,
            third: None,
            seen: Vec::new(),
        };
        // As much as a new token of this emission rate lets its minter have at once.
        journey.mint(tokens(100), steps).await?;
        journey.transfer(tokens(25), "transfer tokens", steps).await?;
        journey.permit(tokens(10), steps).await?;
        journey.spend(tokens(6), steps).await?;
        Ok(journey)
    }

    /// The token that the factory says it created.
    pub(super) const fn token(&self) -> Address {
        self.created.tokenAddress
    }

    async fn mint(&mut self, amount: U256, steps: &mut Steps) -> Result<(), DemoError> {
        let what = "mint as the generator";
        let call = ICredentialToken::mintCall { to: self.cast.holder.address(), amount };
        steps.sent(what, &self.chain.execute(&self.cast.generator, self.token(), call, what).await?);
        self.expected.supply += amount;
        self.expected.holder += amount;
        Ok(())
    }

    /// The holder sends `amount` to the friend.
    pub(super) async fn transfer(
        &mut self,
        amount: U256,
        what: &str,
        steps: &mut Steps,
    ) -> Result<Sent, DemoError> {
        let call = ICredentialToken::transferCall { to: self.cast.friend.address(), value: amount };
        let sent = self.chain.execute(&self.cast.holder, self.token(), call, what).await?;
        steps.sent(what, &sent);
        self.expected.holder -= amount;
        self.expected.friend += amount;
        Ok(sent)
    }

    /// The holder signs, and the relayer brings the signature.
    async fn permit(&mut self, value: U256, steps: &mut Steps) -> Result<(), DemoError> {
        let (owner, spender) = (self.cast.holder.address(), self.cast.relayer.address());
        let nonce = self.chain.read(self.token(), ICredentialToken::noncesCall { owner }).await?;
        let deadline = deadline_after(self.chain.now().await?);
        let permit = Permit { owner, spender, value, nonce, deadline };
        let domain = token_domain(self.chain.chain_id(), self.token(), TOKEN_NAME);
        let Parts { v, r, s } = sign_permit(&self.cast.holder, &permit, &domain);
        let what = "approve by permit";
        let call = ICredentialToken::permitCall { owner, spender, value, deadline, v, r, s };
        steps.sent(what, &self.chain.execute(&self.cast.relayer, self.token(), call, what).await?);
        self.expected.relayer_allowance = value;
        self.expected.holder_nonce += U256::ONE;
        Ok(())
    }

    /// The relayer moves `value` of what it was permitted to the friend.
    async fn spend(&mut self, value: U256, steps: &mut Steps) -> Result<(), DemoError> {
        let what = "transfer what was permitted";
        let (from, to) = (self.cast.holder.address(), self.cast.friend.address());
        let call = ICredentialToken::transferFromCall { from, to, value };
        steps.sent(what, &self.chain.execute(&self.cast.relayer, self.token(), call, what).await?);
        self.expected.holder -= value;
        self.expected.friend += value;
        self.expected.relayer_allowance -= value;
        Ok(())
    }

    /// The holder destroys `amount`.
    pub(super) async fn burn(
        &mut self,
        amount: U256,
        what: &str,
        steps: &mut Steps,
    ) -> Result<(), DemoError> {
        let call = ICredentialToken::burnCall { amount };
        steps.sent(what, &self.chain.execute(&self.cast.holder, self.token(), call, what).await?);
        self.expected.holder -= amount;
        self.expected.supply -= amount;
        self.expected.burned += amount;
        Ok(())
    }

    /// One more credential of the holder, the `number`th, with a token of its own, for whose creation `value` wei are sent.
    pub(super) async fn another_token(
        &mut self,
        number: u8,
        value: U256,
        what: &str,
        steps: &mut Steps,
    ) -> Result<(Sent, Attested), DemoError> {
        let credential = self.attest(number).await?;
        self.register(&credential, steps).await?;
        let call = self.creation(&credential).abi_encode();
        let request = TransactionRequest::default().to(self.system.factory).input(call.into()).value(value);
        let sent = self.chain.send(&self.cast.holder, request, what).await?;
        steps.sent(what, &sent);
        let _: TokenCreated = event(&sent, "creating a token", self.system.factory)?;
        self.expected.tokens_created += 1;
        Ok((sent, credential))
    }

    /// What the issuer attests about the `number`th person of this run.
    pub(super) async fn attest(&self, number: u8) -> Result<Attested, DemoError> {
        attest(self.chain, self.cast, self.system, number).await
    }

    /// Brings an attestation to the registry.
    pub(super) async fn register(&self, credential: &Attested, steps: &mut Steps) -> Result<(), DemoError> {
        register(self.chain, self.cast, self.system, credential, steps).await.map(|_| ())
    }

    /// The call that creates a token for `credential`.
    pub(super) fn creation(&self, credential: &Attested) -> createTokenCall {
        creation(credential, &self.expected)
    }

    /// Notes what was read now.
    pub(super) fn see<T: PartialEq + Display>(&mut self, what: &str, expected: T, actual: T) {
        self.seen.push(ReadBack::compare(what, &expected, &actual));
    }
}

/// What the issuer attests about the `number`th person of this run, whose credential was just verified.
async fn attest(chain: &Chain, cast: &Cast, system: &System, number: u8) -> Result<Attested, DemoError> {
    let now = chain.block_time().await?;
    let holder = cast.holder.address();
    let result = verification_result(number, holder, now);
    let asked = Asked { holder, credential_type: CREDENTIAL_TYPE.to_owned() };
    let verification = Verification::parse(&result)?;
    let claim = verification.confirm(&asked, &[(CREDENTIAL_TYPE, PROGRAMME)].into())?;
    let attestation = claim.attestation(claim.nonce(verification.proof_digest), deadline_after(now));
    Ok(Attested::sign(chain.chain_id(), system.registry, &cast.issuer, attestation))
}

/// What AIR's verification would say. Nothing is proved here: the demo stands where the verifier would.
fn verification_result(number: u8, holder: Address, now: u64) -> String {
    let subject = keccak256(format!("ecosystem demo: subject {number}"));
    serde_json::json!({
        "schema": SCHEMA,
        "verified": true,
        "programme": PROGRAMME,
        "subject": subject,
        "holder": holder,
        "credentialType": CREDENTIAL_TYPE,
        "issuedAt": now,
        "expiresAt": 0,
        "proofDigest": keccak256(subject),
    })
    .to_string()
}

async fn register(
    chain: &Chain,
    cast: &Cast,
    system: &System,
    credential: &Attested,
    steps: &mut Steps,
) -> Result<CredentialRegistered, DemoError> {
    let sent = credential.register(chain, system.registry, &cast.relayer).await?;
    steps.sent("register the attested credential", &sent);
    event(&sent, "registering", system.registry)
}

fn creation(credential: &Attested, expected: &Expected) -> createTokenCall {
    createTokenCall {
        credentialId: credential.id,
        name: TOKEN_NAME.to_owned(),
        symbol: TOKEN_SYMBOL.to_owned(),
        emissionRate: expected.emission_rate,
        maxSupply: expected.max_supply,
    }
}

/// The first event `E` that `emitter` emitted in a transaction.
pub(super) fn event<E: SolEvent>(sent: &Sent, what: &'static str, emitter: Address) -> Result<E, DemoError> {
    let logs = sent.receipt.logs().iter().filter(|log| log.address() == emitter);
    let mut decoded = logs.filter_map(|log| E::decode_log(&log.inner).ok());
    decoded.next().map(|log| log.data).ok_or(DemoError::NoEvent { what, event: E::SIGNATURE })
}
