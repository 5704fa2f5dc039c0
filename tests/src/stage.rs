//! One test's registry and factory, its accounts, and what they commonly do.

use std::{
    fmt::Debug,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use abi::{
    factory::ICredentialTokenFactory::{self, TokenCreated},
    pool_factory::IPoolFactory::{self, PoolCreated},
    registry::{
        ICredentialRegistry::{self, CredentialAttestation, CredentialRebind, CredentialRenewal},
        credential_type,
    },
    token::ICredentialToken::{self, TokenMinted},
};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError, SolEvent},
};
use ecosystem::{
    chain::{Chain, ChainError, Sent},
    credential::Attested,
    key::Key,
    signing::{deadline_after, registry_domain, sign_rebind, sign_renewal},
    steps::Steps,
    system::System,
};

use crate::{Everything, World};

/// Limit for transactions that have to fail: more than any of them uses before it does.
const GAS_OF_A_FAILURE: u64 = 3_000_000;

/// Numbers the stages of a process: on a chain that stays, each has accounts of its own.
static STAGES: AtomicU64 = AtomicU64::new(0);

/// `count` whole tokens in base units.
#[must_use]
pub fn tokens(count: u64) -> U256 {
    math::bounds::WAD * U256::from(count)
}

/// `count` thousandths of an Ether, in wei.
#[must_use]
pub fn wei(count: u64) -> U256 {
    math::bounds::WAD * U256::from(count) / U256::from(1_000)
}

/// A registry and factories of one test, with accounts of their own.
pub struct Stage {
    /// The world around it.
    pub world: Arc<World>,
    /// Registry, factory, programs.
    pub system: System,
    /// Owns registry, factory and both proxies.
    pub owner: Key,
    /// Attests credentials of every type.
    pub issuer: Key,
    /// Holds credentials.
    pub holder: Key,
    /// Brings what others signed.
    pub relayer: Key,
    /// Mints.
    pub generator: Key,
    /// Has no role at all.
    pub stranger: Key,
    attested: Mutex<Vec<Attested>>,
    /// Numbers what the issuer signs: subjects and nonces. The same from stage to stage, as each has its own issuer.
    numbers: AtomicU64,
}

impl Stage {
    /// A new stage in the shared world.
    pub async fn shared() -> Self {
        Self::in_world(World::shared().await).await
    }

    /// A new stage in `world`: proxies created, issuer added, accounts funded.
    pub async fn in_world(world: Arc<World>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_nanos();
        let name = format!("{since} {}", STAGES.fetch_add(1, Ordering::Relaxed));
        Self::named(world, &name).await
    }

    /// As [`in_world`](Self::in_world), with accounts that go by `name`: the same name, the same accounts.
    pub async fn named(world: Arc<World>, name: &str) -> Self {
        let role = |role: &str| world.payer().derive(&format!("test {name}: {role}"));
        let [owner, issuer, holder, relayer, generator, stranger] =
            ["owner", "issuer", "holder", "relayer", "generator", "stranger"].map(role);
        world.fund([&owner, &issuer, &holder, &relayer, &generator, &stranger]).await;
        let evm = &world.artifacts.evm;
        let steps = &mut Steps::silent();
        let (minter, oracle) = (generator.address(), role("oracle").address());
        let system = System::create(&world.chain, &owner, &world.programs, evm, minter, oracle, steps).await;
        let system = system.expect("registry and factories can be created");
        let (attested, numbers) = (Mutex::default(), AtomicU64::new(0));
        let stage =
            Self { world, system, owner, issuer, holder, relayer, generator, stranger, attested, numbers };
        let call = ICredentialRegistry::addIssuerCall {
            issuer: stage.issuer.address(),
            types: Vec::new(),
            metadataURI: String::new(),
        };
        stage.executes(&stage.owner, stage.system.registry, call).await;
        stage
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.world.chain
    }

    /// Every account.
    #[must_use]
    pub fn accounts(&self) -> [&Key; 6] {
        [&self.owner, &self.issuer, &self.holder, &self.relayer, &self.generator, &self.stranger]
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Everything that was attested on this stage.
    #[must_use]
    pub fn attested(&self) -> Vec<Attested> {
        self.attested.lock().expect("no test panics while it holds this").clone()
    }

    /// An attestation for the holder that the registry would take now; each call another one.
    pub async fn attestation(&self) -> CredentialAttestation {
        let number = self.next_number();
        let now = self.chain().block_time().await.expect("the newest block's time");
        CredentialAttestation {
            subject: keccak256(format!("subject {number}")),
            holder: self.holder.address(),
            credentialType: credential_type("MASTERS"),
            issuedAt: now,
            expiresAt: 0,
            nonce: U256::from(number),
            deadline: deadline_after(self.chain().now().await.expect("the time")),
        }
    }

    /// `attestation` with the issuer's signature.
    pub fn signed(&self, attestation: CredentialAttestation) -> Attested {
        self.signed_by(&self.issuer, attestation)
    }

    /// `attestation` with the signature of `issuer`, whoever that is.
    pub fn signed_by(&self, issuer: &Key, attestation: CredentialAttestation) -> Attested {
        let attested = Attested::sign(self.chain().chain_id(), self.system.registry, issuer, attestation);
        self.attested.lock().expect("no test panics while it holds this").push(attested.clone());
        attested
    }

    /// A call that lets a credential last until `expires_at` (0 = for ever), as `issuer` signs it; each call another one.
    pub async fn renewal(
        &self,
        issuer: &Key,
        credential: B256,
        expires_at: u64,
    ) -> ICredentialRegistry::renewCredentialCall {
        let r = CredentialRenewal {
            credentialId: credential,
            expiresAt: expires_at,
            nonce: U256::from(self.next_number()),
            deadline: deadline_after(self.chain().now().await.expect("the time")),
        };
        let domain = registry_domain(self.chain().chain_id(), self.system.registry);
        let signature = sign_renewal(issuer, &r, &domain);
        ICredentialRegistry::renewCredentialCall { r, issuer: issuer.address(), signature }
    }

    /// A call that starts to move a credential to `new_holder`, as `issuer` signs it; each call another one.
    pub async fn rebinding(
        &self,
        issuer: &Key,
        credential: B256,
        new_holder: Address,
    ) -> ICredentialRegistry::rebindCredentialCall {
        let r = CredentialRebind {
            credentialId: credential,
            newHolder: new_holder,
            nonce: U256::from(self.next_number()),
            deadline: deadline_after(self.chain().now().await.expect("the time")),
        };
        let domain = registry_domain(self.chain().chain_id(), self.system.registry);
        let signature = sign_rebind(issuer, &r, &domain);
        ICredentialRegistry::rebindCredentialCall { r, issuer: issuer.address(), signature }
    }

    /// A credential of the holder, registered.
    pub async fn credential(&self) -> Attested {
        let attested = self.signed(self.attestation().await);
        self.register(&attested).await;
        attested
    }

    /// Registers what was attested, by the relayer.
    pub async fn register(&self, attested: &Attested) -> Sent {
        let sent = attested.register(self.chain(), self.system.registry, &self.relayer).await;
        sent.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A call that creates a token for `credential` within all bounds.
    #[must_use]
    pub fn token_call(&self, credential: B256) -> ICredentialTokenFactory::createTokenCall {
        ICredentialTokenFactory::createTokenCall {
            credentialId: credential,
            name: "Ada Lovelace".to_owned(),
            symbol: "ADA".to_owned(),
            emissionRate: tokens(10),
            maxSupply: tokens(1_000),
        }
    }

    /// The token of a new credential of the holder. Maximum supply 1 000 tokens, nothing minted.
    pub async fn token(&self) -> Address {
        let credential = self.credential().await;
        let sent = self.executes(&self.holder, self.system.factory, self.token_call(credential.id)).await;
        self.event::<TokenCreated>(&sent, self.system.factory).tokenAddress
    }

    /// The token of a new credential, of which the holder has `amount`: up to 100 tokens, as many as can be minted at once.
    pub async fn token_with(&self, amount: U256) -> Address {
        let token = self.token().await;
        let call = ICredentialToken::mintCall { to: self.holder.address(), amount };
        let sent = self.executes(&self.generator, token, call).await;
        assert_eq!(self.event::<TokenMinted>(&sent, token).amount, amount, "what was minted");
        token
    }

    /// The pool of a new credential's token, and the token: opened by the holder with 50 tokens and 0.05 Ether. The holder
    /// has 50 tokens left.
    pub async fn pool(&self) -> (Address, Address) {
        let token = self.token_with(tokens(100)).await;
        (self.pool_of(token, tokens(50), wei(50)).await, token)
    }

    /// The pool of `token`, opened by the holder with `amount` of it and `ether` wei.
    pub async fn pool_of(&self, token: Address, amount: U256, ether: U256) -> Address {
        let factory = self.system.pool_factory;
        self.world.give(self.holder.address(), ether).await;
        self.executes(&self.holder, token, ICredentialToken::approveCall { spender: factory, value: amount })
            .await;
        let call = IPoolFactory::createPoolCall { token, initialTokenAmount: amount };
        let sent = self.pays(&self.holder, factory, call, ether).await;
        self.event::<PoolCreated>(&sent, factory).pool
    }

    /// The answer to a view, which has to answer.
    pub async fn reads<C: SolCall>(&self, at: Address, call: C) -> C::Return {
        self.chain().read(at, call).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Makes a call by a transaction, which has to succeed.
    pub async fn executes<C: SolCall>(&self, who: &Key, to: Address, call: C) -> Sent {
        let sent = self.chain().execute(who, to, call, C::SIGNATURE).await;
        sent.unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`executes`](Self::executes), with `value` wei.
    pub async fn pays<C: SolCall>(&self, who: &Key, to: Address, call: C, value: U256) -> Sent {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into()).value(value);
        let sent = self.chain().send(who, request, C::SIGNATURE).await;
        sent.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The only event `E` that `emitter` emitted in a transaction.
    pub fn event<E: SolEvent>(&self, sent: &Sent, emitter: Address) -> E {
        let mut events = self.events::<E>(sent, emitter);
        assert_eq!(events.len(), 1, "events {} of {emitter}", E::SIGNATURE);
        events.remove(0)
    }

    /// The events `E` that `emitter` emitted in a transaction.
    pub fn events<E: SolEvent>(&self, sent: &Sent, emitter: Address) -> Vec<E> {
        let logs = sent.receipt.logs().iter().filter(|log| log.address() == emitter);
        logs.filter_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data).collect()
    }

    /// A call that has to revert with the error `E`, simulated and as a transaction, and leave no trace. Returns the
    /// error, for its arguments.
    pub async fn refuses<E: SolError + Debug>(&self, who: &Key, to: Address, call: impl SolCall) -> E {
        self.refuses_request(who, TransactionRequest::default().to(to).input(call.abi_encode().into())).await
    }

    /// As [`refuses`](Self::refuses), with exactly this error.
    pub async fn reverts_with<E: SolError + Debug + PartialEq>(
        &self,
        who: &Key,
        to: Address,
        call: impl SolCall,
        error: E,
    ) {
        assert_eq!(self.refuses::<E>(who, to, call).await, error);
    }

    /// A call that has to revert with exactly this error, only simulated: from whoever has no key.
    pub async fn would_revert_with<E: SolError + Debug + PartialEq>(
        &self,
        from: Address,
        to: Address,
        call: impl SolCall,
        error: E,
    ) {
        let request = TransactionRequest::default().from(from).to(to).input(call.abi_encode().into());
        match self.chain().call(request, "what has to revert").await {
            Err(ChainError::Reverted { revert, .. }) => assert_eq!(revert.decode::<E>(), Some(error)),
            other => panic!("what has to revert with {}: {other:?}", E::SIGNATURE),
        }
    }

    /// As [`refuses`](Self::refuses), for calls with value and for creations.
    pub async fn refuses_request<E: SolError + Debug>(&self, who: &Key, request: TransactionRequest) -> E {
        let what = format!("what has to revert with {}", E::SIGNATURE);
        let before = Everything::of(self).await;
        let revert = match self.chain().call(request.clone().from(who.address()), &what).await {
            Err(ChainError::Reverted { revert, .. }) => revert,
            other => panic!("{what}: {other:?}"),
        };
        let error = revert.decode().unwrap_or_else(|| panic!("{what}: {revert}"));
        let reason = self.fails_on_chain(who, request, &what).await;
        let name = E::SIGNATURE.split('(').next().unwrap_or_default();
        assert!(reason.starts_with(name), "{what}, as a transaction: {reason}");
        assert_eq!(before, Everything::of(self).await, "{what} changed the state");
        error
    }

    /// A call that has to fail without revert data, simulated and as a transaction, and leave no trace. Returns the
    /// node's words.
    pub async fn halts(&self, who: &Key, to: Address, call: impl SolCall) -> String {
        let what = "what has to halt";
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let before = Everything::of(self).await;
        let message = match self.chain().call(request.clone().from(who.address()), what).await {
            Err(ChainError::Refused { message, .. }) => message,
            other => panic!("{what}: {other:?}"),
        };
        let reason = self.fails_on_chain(who, request, what).await;
        assert_eq!(reason, message, "{what}, as a transaction");
        assert_eq!(before, Everything::of(self).await, "{what} changed the state");
        message
    }

    /// Has the transaction mined, sees that it failed there without a log, and returns the reason that is told of it.
    async fn fails_on_chain(&self, who: &Key, request: TransactionRequest, what: &str) -> String {
        let (hash, reason) = match self.chain().send_with_gas(who, request, GAS_OF_A_FAILURE, what).await {
            Err(ChainError::Failed { hash, reason, .. }) => (hash, reason),
            other => panic!("{what}, as a transaction: {other:?}"),
        };
        let receipt = self.chain().provider().get_transaction_receipt(hash).await;
        let receipt = receipt.expect("the node answers").expect("the transaction was mined");
        assert!(!receipt.status());
        assert!(receipt.logs().is_empty(), "{what} left logs");
        reason
    }
}
