//! What works: the journey of a credential and its token, with the events that let anyone follow it.

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenCreated},
    registry::{
        ICredentialRegistry::{self as registry, CredentialRegistered, CredentialRevoked, NonceUsed},
        status,
    },
    token::ICredentialToken::{self as token, Approval, TokenBurned, TokenMinted, Transfer},
};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::{Eip712Domain, SolCall},
};
use ecosystem::{
    chain::Chain,
    demo,
    signing::{Parts, Permit, deadline_after, sign_permit, token_domain},
    steps::Steps,
};
use ecosystem_tests::{Stage, World, run, tokens};

#[test]
fn demo_reads_everything_back_right_every_time() {
    run(async {
        let world = World::own().await;
        for round in 1..=2 {
            let (chain, owner, artifacts) = (&world.chain, world.payer().clone(), &world.artifacts);
            // Once the clock stands, once it may be moved.
            let report = if round == 1 {
                demo::run(chain, owner, artifacts, Steps::silent()).await
            } else {
                demo::run_moving_the_clock(chain, owner, artifacts, Steps::silent()).await
            };
            let report = report.unwrap_or_else(|error| panic!("run {round}: {error}"));
            let wrong: Vec<_> = report.read_back.iter().filter(|row| !row.ok).collect();
            assert!(report.ok && wrong.is_empty(), "run {round}: {wrong:#?}");
            let announced = "registry: the announced issuer may attest";
            let announced = report.read_back.iter().find(|row| row.what == announced);
            let announced = announced.expect("it was announced");
            assert_eq!(announced.actual, (round == 2).to_string(), "two days have to pass");
            // On a dev chain the key owns the chain, so the cache is shown too.
            assert!(!report.gas.is_empty());
            for row in &report.gas {
                assert!(row.cached < row.uncached, "run {round}: {row:?}");
            }
        }
    });
}

#[test]
fn register_emits_the_credential_and_its_nonce() {
    run(async {
        let stage = Stage::shared().await;
        let attested = stage.signed(stage.attestation().await);
        let sent = stage.register(&attested).await;

        let expected = CredentialRegistered {
            credentialId: attested.id,
            holder: stage.holder.address(),
            issuerRoot: stage.issuer.address(),
            key: stage.issuer.address(),
            credentialType: attested.attestation.credentialType,
            issuedAt: attested.attestation.issuedAt,
            expiresAt: 0,
        };
        assert_eq!(stage.event::<CredentialRegistered>(&sent, stage.system.registry), expected);
        let used = NonceUsed { issuerRoot: stage.issuer.address(), nonce: attested.attestation.nonce };
        assert_eq!(stage.event::<NonceUsed>(&sent, stage.system.registry), used);
        assert_eq!(status_of(&stage, attested.id, stage.holder.address()).await, (true, status::ACTIVE));
        assert_eq!(
            status_of(&stage, attested.id, stage.stranger.address()).await,
            (false, status::NOT_HOLDER)
        );
    });
}

#[test]
fn revoke_ends_the_credential_and_keeps_its_token() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token_with(tokens(5)).await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let call = registry::revokeCredentialCall { credentialId: credential, reason: 7 };
        let sent = stage.executes(&stage.issuer, stage.system.registry, call).await;

        let expected = CredentialRevoked {
            credentialId: credential,
            issuerRoot: stage.issuer.address(),
            revokedBy: stage.issuer.address(),
            reason: 7,
        };
        assert_eq!(stage.event::<CredentialRevoked>(&sent, stage.system.registry), expected);
        assert_eq!(status_of(&stage, credential, stage.holder.address()).await, (false, status::REVOKED));
        let call = token::transferCall { to: stage.stranger.address(), value: tokens(5) };
        stage.executes(&stage.holder, token, call).await;
        assert_eq!(balance(&stage, token, stage.stranger.address()).await, tokens(5));
    });
}

#[test]
fn create_token_puts_a_clone_where_it_was_predicted() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await;
        let at = stage.system.factory;
        let predicted =
            stage.reads(at, factory::predictTokenAddressCall { credentialId: credential.id }).await;
        let call = stage.token_call(credential.id);
        let sent = stage.executes(&stage.holder, at, call.clone()).await;

        let created = stage.event::<TokenCreated>(&sent, at);
        let timestamp = stage.reads(predicted, token::getCreatedAtCall {}).await;
        let expected = TokenCreated {
            credentialId: credential.id,
            tokenAddress: predicted,
            creator: stage.holder.address(),
            name: call.name.clone(),
            symbol: call.symbol,
            emissionRate: call.emissionRate,
            maxSupply: call.maxSupply,
            timestamp,
        };
        assert_eq!(created, expected);
        let code = stage.chain().code(predicted).await.expect("code");
        let clone = stage.world.artifacts.evm.clone_runtime(stage.world.programs.token.address, &[]);
        assert!(code.starts_with(&clone));
        assert_eq!(stage.reads(predicted, token::nameCall {}).await, call.name);
        assert_eq!(stage.reads(predicted, token::getMinterCall {}).await, stage.generator.address());
        assert_eq!(stage.reads(predicted, token::factoryCall {}).await, at);
    });
}

#[test]
fn create_token_keeps_the_longest_name_and_symbol() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await;
        let mut call = stage.token_call(credential.id);
        // Two bytes a letter: 64 and 16 bytes, which fill several slots.
        call.name = "ä".repeat(math::bounds::NAME_BYTES_MAX / 2);
        call.symbol = "ö".repeat(math::bounds::SYMBOL_BYTES_MAX / 2);
        let sent = stage.executes(&stage.holder, stage.system.factory, call.clone()).await;
        let token = stage.event::<TokenCreated>(&sent, stage.system.factory).tokenAddress;
        assert_eq!(stage.reads(token, token::nameCall {}).await, call.name);
        assert_eq!(stage.reads(token, token::symbolCall {}).await, call.symbol);
    });
}

#[test]
fn create_token_sends_back_what_was_sent() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await;
        let at = stage.system.factory;
        let call = stage.token_call(credential.id).abi_encode();
        let value = U256::from(1_000_000_000);
        let before = stage.chain().balance(stage.holder.address()).await.expect("a balance");
        let request = TransactionRequest::default().to(at).input(call.into()).value(value);
        let sent = stage.chain().send(&stage.holder, request, "creating a token with value").await;
        let receipt = sent.unwrap_or_else(|error| panic!("{error}")).receipt;
        let paid = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        assert_eq!(stage.chain().balance(stage.holder.address()).await.expect("a balance"), before - paid);
        assert_eq!(stage.chain().balance(at).await.expect("a balance"), U256::ZERO);
    });
}

#[test]
fn mint_gives_what_the_cap_leaves_and_then_nothing() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let token = stage.token().await;
        // By now the daily limit lets the minter have more than the cap does.
        world.advance_time(10 * 86_400).await;
        let cap = stage.reads(token, token::getMaxSupplyCall {}).await;
        let to = stage.holder.address();
        let most = cap - tokens(1);
        stage.executes(&stage.generator, token, token::mintCall { to, amount: most }).await;

        let clamped =
            stage.executes(&stage.generator, token, token::mintCall { to, amount: tokens(5) }).await;
        let minted = stage.event::<TokenMinted>(&clamped, token);
        assert_eq!((minted.holder, minted.amount), (to, tokens(1)));
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, cap);

        // At the cap a mint succeeds, mints nothing and says nothing.
        let nothing =
            stage.executes(&stage.generator, token, token::mintCall { to, amount: tokens(5) }).await;
        assert!(nothing.receipt.logs().is_empty());
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, cap);

        // Burning makes no room.
        stage.executes(&stage.holder, token, token::burnCall { amount: tokens(3) }).await;
        let nothing =
            stage.executes(&stage.generator, token, token::mintCall { to, amount: tokens(5) }).await;
        assert!(nothing.receipt.logs().is_empty());
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, cap - tokens(3));
    });
}

#[test]
fn transfer_and_burn_emit_what_moved() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token_with(tokens(10)).await;
        let (from, to) = (stage.holder.address(), stage.stranger.address());
        let sent = stage.executes(&stage.holder, token, token::transferCall { to, value: tokens(4) }).await;
        assert_eq!(stage.event::<Transfer>(&sent, token), Transfer { from, to, value: tokens(4) });
        assert_eq!(balance(&stage, token, from).await, tokens(6));
        assert_eq!(balance(&stage, token, to).await, tokens(4));

        let sent = stage.executes(&stage.holder, token, token::burnCall { amount: tokens(1) }).await;
        let burned = stage.event::<TokenBurned>(&sent, token);
        assert_eq!((burned.holder, burned.amount), (from, tokens(1)));
        let moved = Transfer { from, to: Address::ZERO, value: tokens(1) };
        assert_eq!(stage.event::<Transfer>(&sent, token), moved);
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, tokens(9));
        assert_eq!(stage.reads(token, token::totalBurnedCall {}).await, tokens(1));
    });
}

#[test]
fn while_everything_is_paused_nobody_enters_and_everybody_leaves() {
    run(async {
        let stage = Stage::shared().await;
        let Stage { owner, issuer, holder, relayer, generator, stranger, .. } = &stage;
        let (registry_at, factory_at) = (stage.system.registry, stage.system.factory);
        let fee = U256::from(1_000_000);
        let call = factory::setTreasuryCall { newTreasury: stranger.address() };
        stage.executes(owner, factory_at, call).await;
        let token_at = stage.token_with(tokens(50)).await;
        stage.executes(owner, factory_at, factory::setCreationFeeCall { newFee: fee }).await;
        let request = TransactionRequest::default().to(factory_at).value(fee);
        let call = stage.token_call(stage.credential().await.id).abi_encode();
        let paid = stage.chain().send(holder, request.input(call.into()), "creating a token for a fee").await;
        paid.unwrap_or_else(|error| panic!("{error}"));
        let [first, second, third] =
            [stage.credential().await.id, stage.credential().await.id, stage.credential().await.id];
        let moving = stage.rebinding(issuer, third, stranger.address()).await;
        stage.executes(relayer, registry_at, moving).await;

        stage.executes(owner, registry_at, registry::pauseCall {}).await;
        stage.executes(owner, factory_at, factory::pauseCall {}).await;

        let entry = stage.signed(stage.attestation().await).registration();
        assert_eq!(registry::EnforcedPause {}, stage.refuses(relayer, registry_at, entry).await);
        let entry = stage.renewal(issuer, first, 0).await;
        assert_eq!(registry::EnforcedPause {}, stage.refuses(relayer, registry_at, entry).await);
        let entry = stage.rebinding(issuer, first, stranger.address()).await;
        assert_eq!(registry::EnforcedPause {}, stage.refuses(relayer, registry_at, entry).await);
        let entry = registry::completeRebindCall { credentialId: third };
        assert_eq!(registry::EnforcedPause {}, stage.refuses(relayer, registry_at, entry).await);
        let entry = stage.token_call(first);
        assert_eq!(factory::EnforcedPause {}, stage.refuses(holder, factory_at, entry).await);

        // What is somebody's already, they can do with as they like.
        let (from, to) = (holder.address(), stranger.address());
        stage.executes(generator, token_at, token::mintCall { to: from, amount: tokens(1) }).await;
        stage.executes(holder, token_at, token::transferCall { to, value: tokens(5) }).await;
        stage
            .executes(holder, token_at, token::approveCall { spender: relayer.address(), value: tokens(9) })
            .await;
        stage.executes(relayer, token_at, token::transferFromCall { from, to, value: tokens(4) }).await;
        stage.executes(relayer, token_at, token::burnFromCall { account: from, amount: tokens(5) }).await;
        stage.executes(stranger, token_at, token::burnCall { amount: tokens(9) }).await;
        stage.executes(holder, token_at, token::setEmissionRateCall { newRate: tokens(20) }).await;
        assert_eq!(balance(&stage, token_at, from).await, tokens(37));
        assert_eq!(stage.reads(token_at, token::totalSupplyCall {}).await, tokens(37));

        let cancel = registry::cancelRebindCall { credentialId: third };
        stage.executes(issuer, registry_at, cancel).await;
        let revoke = registry::revokeCredentialCall { credentialId: first, reason: 1 };
        stage.executes(issuer, registry_at, revoke).await;
        let revoke = registry::revokeBatchCall { credentialIds: vec![second, third], reason: 1 };
        stage.executes(owner, registry_at, revoke).await;
        for id in [first, second, third] {
            assert_eq!(status_of(&stage, id, from).await, (false, status::REVOKED));
        }
        let sent = stage.executes(stranger, factory_at, factory::withdrawFeesCall {}).await;
        assert_eq!(stage.event::<factory::FeesWithdrawn>(&sent, factory_at).amount, fee);

        // And it goes on.
        stage.executes(owner, registry_at, registry::unpauseCall {}).await;
        stage.executes(owner, factory_at, factory::unpauseCall {}).await;
        stage.executes(owner, factory_at, factory::setCreationFeeCall { newFee: U256::ZERO }).await;
        stage.token().await;
    });
}

#[test]
fn permit_lets_the_relayer_spend_once_signed() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token_with(tokens(10)).await;
        let (owner, spender) = (stage.holder.address(), stage.relayer.address());
        let deadline = deadline_after(stage.chain().now().await.expect("the time"));
        let permit = Permit { owner, spender, value: tokens(3), nonce: U256::ZERO, deadline };
        let Parts { v, r, s } = sign_permit(&stage.holder, &permit, &domain(stage.chain(), token));
        let call = token::permitCall { owner, spender, value: tokens(3), deadline, v, r, s };
        let sent = stage.executes(&stage.relayer, token, call).await;
        assert_eq!(stage.event::<Approval>(&sent, token), Approval { owner, spender, value: tokens(3) });
        assert_eq!(stage.reads(token, token::noncesCall { owner }).await, U256::ONE);

        let to = stage.stranger.address();
        let call = token::transferFromCall { from: owner, to, value: tokens(2) };
        stage.executes(&stage.relayer, token, call).await;
        assert_eq!(balance(&stage, token, to).await, tokens(2));
        assert_eq!(stage.reads(token, token::allowanceCall { owner, spender }).await, tokens(1));
    });
}

#[test]
fn domains_are_those_that_wallets_read() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let separator = domain(stage.chain(), token).separator();
        assert_eq!(stage.reads(token, token::DOMAIN_SEPARATORCall {}).await, separator);
        let read = stage.reads(token, token::eip712DomainCall {}).await;
        assert_eq!((read.name.as_str(), read.version.as_str()), ("Ada Lovelace", "1"));
        assert_eq!((read.chainId, read.verifyingContract), (U256::from(stage.chain().chain_id()), token));
        let read = stage.reads(stage.system.registry, registry::eip712DomainCall {}).await;
        assert_eq!(
            (read.name.as_str(), read.version.as_str()),
            (abi::registry::DOMAIN_NAME, abi::registry::DOMAIN_VERSION)
        );
        assert_eq!(read.verifyingContract, stage.system.registry);
    });
}

fn domain(chain: &Chain, token: Address) -> Eip712Domain {
    token_domain(chain.chain_id(), token, "Ada Lovelace")
}

async fn status_of(stage: &Stage, credential: B256, holder: Address) -> (bool, u8) {
    let call = registry::validateCredentialCall { credentialId: credential, holder };
    let answer = stage.reads(stage.system.registry, call).await;
    (answer.valid, answer.status)
}

async fn balance(stage: &Stage, token: Address, account: Address) -> U256 {
    stage.reads(token, token::balanceOfCall { account }).await
}
