//! The factory: every function's refusals beside those that [`administration`](super::administration) shows.

use abi::{
    factory::ICredentialTokenFactory::{
        self as factory, CredentialTokenRateChangeTooSoon, CredentialTokenRateUnchanged,
        CredentialTokenSettlementFailed, InsufficientCreationFee, InvalidCredential,
        ReentrancyGuardReentrantCall, TokenFactoryCreationFailed, TokenFactoryCreatorLimit,
        TokenFactoryFeeTooHigh, TokenFactoryGeneratorFailed, TokenFactoryInvalidBounds,
        TokenFactoryInvalidEmissionRate, TokenFactoryInvalidMaxSupply, TokenFactoryInvalidName,
        TokenFactoryInvalidSymbol, TokenFactoryOnlyTreasury, TokenFactoryOverallLimit,
        TokenFactoryRegistryFailed, TokenFactoryTokenFailed, TokenFactoryTooManyTokens,
        TokenFactoryUnknownToken, TokenFactoryUnsuitable, TokenFactoryWithdrawalFailed,
    },
    factory::PAGE_MAX,
    ownable::IOwnable::OwnableInvalidOwner,
    pausable::IPausable::EnforcedPause,
    proxy::IProxy,
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, B256, Bytes, TxKind, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError},
};
use ecosystem::{
    activation::{deploy_and_activate, keep_alive},
    steps::Steps,
};
use ecosystem_tests::{
    Stage, World,
    fixture::{self, slot_of},
    run, tokens,
};
use math::bounds::{CREATION_FEE_CEILING, EMISSION_RATE_CEILING, MAX_SUPPLY_CEILING};

const DAY: u64 = 86_400;
/// The bits of an address, below the number of tokens.
const ADDRESS_BITS: usize = 160;

#[test]
fn a_factory_is_not_created_without_its_parts() {
    run(async {
        let stage = Stage::shared().await;
        let (program, owner) = (stage.world.programs.factory.address, stage.owner.address());
        let good = factory::initializeCall {
            owner,
            registry: stage.system.registry,
            generator: stage.generator.address(),
            implementation: stage.world.programs.token.address,
        };
        let creation = |setup: factory::initializeCall| {
            let code = stage.world.artifacts.evm.proxy_creation(program, owner, setup.abi_encode());
            let mut request = TransactionRequest::default().input(code.into());
            request.to = Some(TxKind::Create);
            request
        };
        let nobody = Address::ZERO;
        let setup = factory::initializeCall { owner: nobody, ..good.clone() };
        let refused = OwnableInvalidOwner { owner: nobody };
        assert_eq!(refused, stage.refuses_request(&stage.owner, creation(setup)).await);
        let stranger = stage.stranger.address();
        for (setup, account) in [
            (factory::initializeCall { registry: nobody, ..good.clone() }, nobody),
            (factory::initializeCall { registry: stranger, ..good.clone() }, stranger),
            (factory::initializeCall { generator: nobody, ..good.clone() }, nobody),
            (factory::initializeCall { implementation: nobody, ..good.clone() }, nobody),
            (factory::initializeCall { implementation: stranger, ..good }, stranger),
        ] {
            let refused = TokenFactoryUnsuitable { account };
            assert_eq!(refused, stage.refuses_request(&stage.owner, creation(setup)).await);
        }
    });
}

#[test]
fn creations_are_refused_for_their_terms() {
    run(async {
        let stage = Stage::shared().await;
        let (at, holder) = (stage.system.factory, &stage.holder);
        let good = stage.token_call(stage.credential().await.id);
        for name in [
            "",
            &"n".repeat(65),
            &"n".repeat(10_000),
            "new\nline",
            "right\u{202e}left",
            "a\u{0}b",
            "a\u{85}b",
            "a\u{2066}b",
        ] {
            let call = factory::createTokenCall { name: name.to_owned(), ..good.clone() };
            let refused = TokenFactoryInvalidName { length: U256::from(name.len()) };
            stage.reverts_with(holder, at, call, refused).await;
        }
        // What is no text at all, where a good name or symbol was.
        for (good_text, length, is_name) in [("Ada Lovelace", 12, true), ("ADA", 3, false)] {
            let mut data = good.abi_encode();
            let place = data.windows(length).position(|bytes| bytes == good_text.as_bytes());
            data[place.expect("it is in there") + 1] = 0xff;
            let request = TransactionRequest::default().to(at).input(data.into());
            let length = U256::from(length);
            if is_name {
                let error: TokenFactoryInvalidName = stage.refuses_request(&stage.holder, request).await;
                assert_eq!(error, TokenFactoryInvalidName { length });
            } else {
                let error: TokenFactoryInvalidSymbol = stage.refuses_request(&stage.holder, request).await;
                assert_eq!(error, TokenFactoryInvalidSymbol { length });
            }
        }
        for symbol in ["", &"s".repeat(17), &"s".repeat(10_000), "\u{7f}", "\u{202e}"] {
            let call = factory::createTokenCall { symbol: symbol.to_owned(), ..good.clone() };
            let refused = TokenFactoryInvalidSymbol { length: U256::from(symbol.len()) };
            stage.reverts_with(holder, at, call, refused).await;
        }
        let (minimum, maximum) =
            (math::bounds::EMISSION_RATE_MIN_DEFAULT, math::bounds::EMISSION_RATE_MAX_DEFAULT);
        for rate in [U256::ZERO, U256::ONE, minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
            let call = factory::createTokenCall { emissionRate: rate, ..good.clone() };
            let refused = TokenFactoryInvalidEmissionRate { rate, minimum, maximum };
            stage.reverts_with(holder, at, call, refused).await;
        }
        let (minimum, maximum) = (math::bounds::MAX_SUPPLY_MIN_DEFAULT, math::bounds::MAX_SUPPLY_MAX_DEFAULT);
        for max_supply in [U256::ZERO, minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
            let call = factory::createTokenCall { maxSupply: max_supply, ..good.clone() };
            let refused = TokenFactoryInvalidMaxSupply { maxSupply: max_supply, minimum, maximum };
            stage.reverts_with(holder, at, call, refused).await;
        }
        let nothing = factory::createTokenCall { credentialId: B256::ZERO, ..good };
        stage.reverts_with(holder, at, nothing, InvalidCredential { credentialId: B256::ZERO }).await;
    });
}

#[test]
fn creations_are_refused_while_paused_without_the_fee_and_beyond_the_limits() {
    run(async {
        // Storage is changed, and the clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner, holder) = (stage.system.factory, &stage.owner, &stage.holder);
        let call = stage.token_call(stage.credential().await.id);
        stage.executes(owner, at, factory::pauseCall {}).await;
        stage.reverts_with(holder, at, call.clone(), EnforcedPause {}).await;
        stage.executes(owner, at, factory::unpauseCall {}).await;

        let required = U256::from(5);
        stage.executes(owner, at, factory::setCreationFeeCall { newFee: required }).await;
        for sent in [U256::ZERO, required - U256::ONE] {
            let request = TransactionRequest::default().to(at).value(sent).input(call.abi_encode().into());
            let refused = InsufficientCreationFee { sent, required };
            assert_eq!(refused, stage.refuses_request(holder, request).await);
        }
        stage.executes(owner, at, factory::setCreationFeeCall { newFee: U256::ZERO }).await;

        for _ in 0..5 {
            stage.token().await;
        }
        let refused: TokenFactoryCreatorLimit = stage.refuses(holder, at, call.clone()).await;
        assert_eq!(refused.creator, holder.address());
        stage.world.advance_time(DAY / 5).await;
        stage.exhaust_creations().await;
        let _: TokenFactoryOverallLimit = stage.refuses(holder, at, call).await;
    });
}

/// What the factory relies on stops working after it was chosen.
#[test]
fn creations_are_refused_when_registry_implementation_or_generator_fail() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.factory, &stage.owner, &stage.holder);
        let credential = stage.credential().await.id;
        let call = stage.token_call(credential);

        let generator = stage.install_generator(fixture::refuses_everything()).await;
        stage.reverts_with(holder, at, call.clone(), TokenFactoryGeneratorFailed { generator }).await;
        let account = factory::setGeneratorCall { newGenerator: stage.generator.address() };
        stage.executes(owner, at, account).await;

        // A program that passes for a token's until a clone of it is set up.
        let poser = fixture::poses_as_token_program();
        let poser = deploy_and_activate(stage.chain(), owner, &poser, &mut Steps::silent()).await;
        let poser = poser.expect("an active program").address;
        stage.executes(owner, at, factory::setImplementationCall { newImplementation: poser }).await;
        let refused = TokenFactoryCreationFailed { credentialId: credential };
        stage.reverts_with(holder, at, call.clone(), refused).await;
        let program = stage.world.programs.token.address;
        stage.executes(owner, at, factory::setImplementationCall { newImplementation: program }).await;

        // A registry whose proxy is given another program.
        let registry = stage.system.registry;
        let upgrade = IProxy::upgradeToAndCallCall { implementation: program, data: Bytes::new() };
        stage.executes(owner, registry, upgrade).await;
        let refused = TokenFactoryRegistryFailed { registry };
        stage.reverts_with(holder, at, call, refused.clone()).await;
        let claimant = holder.address();
        let question = factory::validateCredentialOwnershipCall { credentialId: credential, claimant };
        stage.reverts_with(holder, at, question, refused).await;
    });
}

#[test]
fn fees_go_to_a_treasury_that_takes_them_once() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.factory, &stage.owner, &stage.holder);
        let withdraw = factory::withdrawFeesCall {};
        let refused = TokenFactoryOnlyTreasury { caller: owner.address(), expected: Address::ZERO };
        stage.reverts_with(owner, at, withdraw.clone(), refused).await;
        let fee = U256::from(5);
        stage.executes(owner, at, factory::setCreationFeeCall { newFee: fee }).await;
        let refusing = stage.account_with(fixture::refuses_ether(at)).await;
        stage.executes(owner, at, factory::setTreasuryCall { newTreasury: refusing }).await;
        let refused = TokenFactoryOnlyTreasury { caller: owner.address(), expected: refusing };
        stage.reverts_with(owner, at, withdraw.clone(), refused).await;

        let call = stage.token_call(stage.credential().await.id).abi_encode();
        let request = TransactionRequest::default().to(at).value(fee).input(call.into());
        stage.chain().send(holder, request, "a creation with a fee").await.expect("it pays");
        // Through the treasury, which hands on what it gets.
        let refused = TokenFactoryWithdrawalFailed { treasury: refusing, amount: fee };
        stage.reverts_with(&stage.stranger, refusing, withdraw.clone(), refused).await;

        // A treasury that comes back while it is paid.
        let reentering = stage.account_with(fixture::reenters(at, &withdraw.abi_encode())).await;
        stage.executes(owner, at, factory::setTreasuryCall { newTreasury: reentering }).await;
        let sent = stage.executes(&stage.stranger, reentering, withdraw).await;
        let log = sent.receipt.logs().iter().find(|log| log.address() == reentering);
        let log = log.expect("it logs what it got");
        assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        assert_eq!(stage.reads(at, factory::accruedFeesCall {}).await, U256::ZERO);
    });
}

#[test]
fn settings_are_refused_that_can_not_work() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner) = (stage.system.factory, &stage.owner);
        let programs = &stage.world.programs;
        let (nobody, stranger) = (Address::ZERO, stage.stranger.address());
        let unsuitable = |account| TokenFactoryUnsuitable { account };
        for account in [nobody, stranger, at, programs.registry.address] {
            let call = factory::setRegistryCall { newRegistry: account };
            stage.reverts_with(owner, at, call, unsuitable(account)).await;
        }
        for account in [nobody, programs.token.address] {
            let call = factory::setGeneratorCall { newGenerator: account };
            stage.reverts_with(owner, at, call, unsuitable(account)).await;
        }
        for account in [nobody, stranger, at, programs.factory.address] {
            let call = factory::setImplementationCall { newImplementation: account };
            stage.reverts_with(owner, at, call, unsuitable(account)).await;
        }
        let call = factory::setTreasuryCall { newTreasury: nobody };
        stage.reverts_with(owner, at, call, unsuitable(nobody)).await;

        let (one, two) = (U256::ONE, U256::from(2));
        let ceiling = EMISSION_RATE_CEILING;
        for (minimum, maximum) in
            [(U256::ZERO, one), (two, one), (one, ceiling + one), (U256::MAX, U256::MAX)]
        {
            let call = factory::setEmissionRateBoundsCall { minimum, maximum };
            let refused = TokenFactoryInvalidBounds { minimum, maximum, ceiling };
            stage.reverts_with(owner, at, call, refused).await;
        }
        let ceiling = MAX_SUPPLY_CEILING;
        for (minimum, maximum) in
            [(U256::ZERO, one), (two, one), (one, ceiling + one), (U256::MAX, U256::MAX)]
        {
            let call = factory::setMaxSupplyBoundsCall { minimum, maximum };
            let refused = TokenFactoryInvalidBounds { minimum, maximum, ceiling };
            stage.reverts_with(owner, at, call, refused).await;
        }
        for fee in [CREATION_FEE_CEILING + one, U256::MAX] {
            let refused = TokenFactoryFeeTooHigh { fee, maximum: CREATION_FEE_CEILING };
            stage.reverts_with(owner, at, factory::setCreationFeeCall { newFee: fee }, refused).await;
        }
        // An account would mint all tokens to come: with one there is no launch.
        let generator = stage.generator.address();
        stage.reverts_with(owner, at, factory::launchCall {}, unsuitable(generator)).await;
        stage.install_generator(fixture::generator()).await;
        stage.executes(owner, at, factory::launchCall {}).await;
    });
}

#[test]
fn a_tokens_rate_is_not_changed_against_its_rules() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner) = (stage.system.factory, &stage.owner);
        let change = |token, rate| factory::setTokenEmissionRateCall { tokenAddress: token, newRate: rate };
        let (minimum, maximum) = (tokens(1), tokens(50));
        let token = stage.token().await;
        let settles_nothing = stage.install_generator(fixture::settles_nothing()).await;
        let unsettled = stage.token().await;
        let first = change(token, tokens(20));
        let reentered = change(token, tokens(30));
        // The token's minter asks the factory for another change while it settles.
        let minter = stage.install_generator(fixture::calls_elsewhere(at, &reentered.abi_encode())).await;
        let reentering = stage.token().await;
        let reenters = change(reentering, tokens(20));
        let refused = [
            change(token, U256::ZERO),
            change(token, U256::MAX),
            change(stage.system.registry, maximum),
            change(Address::ZERO, maximum),
            change(token, minimum),
            change(unsettled, tokens(20)),
            change(unsettled, tokens(10)),
        ];
        for change in refused.iter().chain([&first, &reenters, &reentered]) {
            let call = change.abi_encode().into();
            stage.executes(owner, at, factory::scheduleCall { call }).await;
        }
        stage.world.advance_time(2 * DAY).await;
        stage.executes(owner, at, first).await;
        let [nothing, everything, foreign, nowhere, soon, unsettling, unchanged] = refused;
        for call in [nothing, everything] {
            let refused = TokenFactoryInvalidEmissionRate { rate: call.newRate, minimum, maximum };
            stage.reverts_with(owner, at, call, refused).await;
        }
        for call in [foreign, nowhere] {
            let refused = TokenFactoryUnknownToken { tokenAddress: call.tokenAddress };
            stage.reverts_with(owner, at, call, refused).await;
        }
        let _: CredentialTokenRateChangeTooSoon = stage.refuses(owner, at, soon).await;
        let refused = CredentialTokenSettlementFailed { minter: settles_nothing };
        stage.reverts_with(owner, at, unsettling, refused).await;
        let refused = CredentialTokenRateUnchanged { rate: tokens(10) };
        stage.reverts_with(owner, at, unchanged, refused).await;

        let sent = stage.executes(owner, at, reenters).await;
        let log =
            sent.receipt.logs().iter().find(|log| log.address() == minter).expect("it logs what it got");
        assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        assert_eq!(stage.reads(reentering, token::getEmissionRateCall {}).await, tokens(20));
    });
}

/// A token outlives its program, which nobody kept alive; the factory's own program was.
#[test]
fn a_token_that_does_not_answer_is_named() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner) = (stage.system.factory, &stage.owner);
        let token = stage.token().await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        stage.world.advance_time(364 * DAY).await;
        let program = &stage.world.programs.factory;
        let kept = keep_alive(stage.chain(), stage.world.payer(), program, &mut Steps::silent()).await;
        kept.expect("old enough");
        let change = factory::setTokenEmissionRateCall { tokenAddress: token, newRate: tokens(20) };
        let call = change.abi_encode().into();
        stage.executes(owner, at, factory::scheduleCall { call }).await;
        stage.world.advance_time(2 * DAY).await;

        let refused = TokenFactoryTokenFailed { tokenAddress: token };
        let details = factory::getTokenDetailsCall { credentialId: credential };
        stage.reverts_with(&stage.stranger, at, details, refused.clone()).await;
        stage.reverts_with(owner, at, change, refused).await;
    });
}

#[test]
fn lists_of_more_than_a_thousand_tokens_are_refused() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let (at, stranger) = (stage.system.factory, &stage.stranger);
        for limit in [PAGE_MAX + U256::ONE, U256::MAX] {
            let refused = TokenFactoryTooManyTokens { count: limit, limit: PAGE_MAX };
            let call = factory::getTokensCall { offset: U256::ZERO, limit };
            stage.reverts_with(stranger, at, call, refused).await;
        }
        let slot = slot_of("token-factory", "implementation");
        let count = PAGE_MAX + U256::ONE;
        let word = stage.stored(at, slot).await | (count << ADDRESS_BITS);
        stage.stores(at, slot, word).await;
        let refused = TokenFactoryTooManyTokens { count, limit: PAGE_MAX };
        stage.reverts_with(stranger, at, factory::getAllTokensCall {}, refused).await;
    });
}
