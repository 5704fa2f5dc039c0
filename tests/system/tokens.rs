//! Fees, limits and emission rates of tokens, over their lives.

use abi::{
    factory::ICredentialTokenFactory::{
        self as factory, FeesWithdrawn, MintingFeeCollected, TokenFactoryCreatorLimit,
    },
    registry::ICredentialRegistry as registry,
    token::ICredentialToken::{
        self as token, CredentialTokenRateChangeTooSoon, CredentialTokenSettlementFailed,
        EmissionRateUpdated, InvalidEmissionRate, NotCredentialOwner, TokenMinted,
    },
};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, run, tokens};
use math::bounds::{EMISSION_RATE_MAX_DEFAULT, EMISSION_RATE_MIN_DEFAULT};

/// Seconds in a day.
const DAY: u64 = 86_400;

#[test]
fn the_fee_is_taken_kept_and_withdrawn_by_the_treasury() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let fee = U256::from(1_000_000);
        let treasury = stage.stranger.address();
        stage.executes(&stage.owner, at, factory::setCreationFeeCall { newFee: fee }).await;
        stage.executes(&stage.owner, at, factory::setTreasuryCall { newTreasury: treasury }).await;

        let credential = stage.credential().await.id;
        let before = stage.chain().balance(stage.holder.address()).await.expect("a balance");
        let call = stage.token_call(credential).abi_encode();
        let request = TransactionRequest::default().to(at).input(call.into()).value(fee * U256::from(3));
        let sent = stage.chain().send(&stage.holder, request, "creating a token for a fee").await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        let collected =
            MintingFeeCollected { credentialId: credential, payer: stage.holder.address(), feeAmount: fee };
        assert_eq!(stage.event::<MintingFeeCollected>(&sent, at), collected);
        let gas = U256::from(sent.receipt.gas_used) * U256::from(sent.receipt.effective_gas_price);
        let after = stage.chain().balance(stage.holder.address()).await.expect("a balance");
        assert_eq!(after, before - gas - fee, "the rest came back");
        assert_eq!(stage.chain().balance(at).await.expect("a balance"), fee);
        assert_eq!(stage.reads(at, factory::accruedFeesCall {}).await, fee);

        let sent = stage.executes(&stage.stranger, at, factory::withdrawFeesCall {}).await;
        assert_eq!(stage.event::<FeesWithdrawn>(&sent, at), FeesWithdrawn { treasury, amount: fee });
        assert_eq!(stage.chain().balance(at).await.expect("a balance"), U256::ZERO);
    });
}

#[test]
fn a_creator_waits_after_five_tokens() {
    run(async {
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let at = stage.system.factory;
        for _ in 0..5 {
            stage.token().await;
        }
        let call = stage.token_call(stage.credential().await.id);
        let error: TokenFactoryCreatorLimit = stage.refuses(&stage.holder, at, call.clone()).await;
        assert_eq!(error.creator, stage.holder.address());
        world.advance_time(DAY / 5).await;
        assert!(U256::from(stage.chain().now().await.expect("the time")) >= error.availableAt);
        stage.executes(&stage.holder, at, call).await;
    });
}

#[test]
fn a_broken_minter_gets_no_more_than_the_daily_limit() {
    run(async {
        // Its clock stands still, so that the day is one to the second.
        let world = World::reproducible().await;
        let stage = Stage::in_world(world.clone()).await;
        let token = stage.token().await;
        let to = stage.holder.address();
        let everything = token::mintCall { to, amount: U256::MAX };
        let sent = stage.executes(&stage.generator, token, everything.clone()).await;
        assert_eq!(stage.event::<TokenMinted>(&sent, token).amount, tokens(100), "one day of ten times 10");
        world.advance_time(DAY).await;
        let sent = stage.executes(&stage.generator, token, everything).await;
        assert_eq!(stage.event::<TokenMinted>(&sent, token).amount, tokens(100), "and one more");
    });
}

#[test]
fn the_generator_hears_of_a_token_and_settles_before_its_rate_changes() {
    run(async {
        let stage = Stage::shared().await;
        let generator = stage.install_generator(fixture::generator()).await;
        let token = stage.token().await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let kept = |number: u64| {
            let slot = B256::from(U256::from_be_bytes(credential.0) + U256::from(number));
            let stage = &stage;
            async move { stage.chain().storage(generator, slot).await.expect("a word") }
        };
        assert_eq!(kept(0).await, token.into_word());
        assert_eq!(kept(1).await, B256::from(tokens(10)));
        assert_eq!(kept(2).await, B256::from(stage.reads(token, token::getCreatedAtCall {}).await));

        let call = token::setEmissionRateCall { newRate: tokens(20) };
        let sent = stage.executes(&stage.holder, token, call).await;
        assert_eq!(kept(1).await, B256::from(tokens(20)));
        assert_eq!(kept(3).await, B256::from(tokens(10)), "settled at the old rate");
        let updated = stage.event::<EmissionRateUpdated>(&sent, token);
        assert_eq!((updated.oldRate, updated.newRate), (tokens(10), tokens(20)));
        assert_eq!(stage.reads(token, token::getEmissionRateCall {}).await, tokens(20));

        // It mints, too: whatever it passes on comes from it.
        let to = stage.holder.address();
        let mint = token::mintCall { to, amount: tokens(5) }.abi_encode();
        let request = [token.into_word().as_slice(), &mint].concat();
        let request = TransactionRequest::default().to(generator).input(request.into());
        let sent = stage.chain().send(&stage.stranger, request, "minting by the generator").await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(stage.event::<TokenMinted>(&sent, token).amount, tokens(5));
    });
}

#[test]
fn what_the_generator_mints_while_it_settles_is_counted() {
    run(async {
        let stage = Stage::shared().await;
        let to = stage.holder.address();
        let mint = token::mintCall { to, amount: tokens(60) }.abi_encode();
        stage.install_generator(fixture::calls_back(&mint)).await;
        let token = stage.token().await;
        let call = token::setEmissionRateCall { newRate: tokens(20) };
        let sent = stage.executes(&stage.holder, token, call).await;
        assert_eq!(stage.event::<TokenMinted>(&sent, token).amount, tokens(60));
        assert_eq!(stage.event::<EmissionRateUpdated>(&sent, token).newRate, tokens(20));
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, tokens(60));
        assert_eq!(stage.reads(token, token::getEmissionRateCall {}).await, tokens(20));
        // What is left of the first day's refill, in 86 400ths of a base unit: the upper 104 bits of the token's slot 10.
        let minting = stage.chain().storage(token, B256::with_last_byte(10)).await.expect("a word");
        let left = (U256::from_be_bytes(minting.0) >> 152) / U256::from(DAY);
        assert!(left >= tokens(40) && left < tokens(41), "{left}");
    });
}

#[test]
fn set_emission_rate_reverts_for_everyone_but_the_valid_holder_and_out_of_bounds() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let rate = |new_rate| token::setEmissionRateCall { newRate: new_rate };
        for who in [&stage.stranger, &stage.owner, &stage.generator] {
            let expected = NotCredentialOwner { credentialId: credential, caller: who.address() };
            assert_eq!(expected, stage.refuses(who, token, rate(tokens(20))).await);
        }
        let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
        for new_rate in [U256::ZERO, minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
            let expected = InvalidEmissionRate { rate: new_rate, minimum, maximum };
            assert_eq!(expected, stage.refuses(&stage.holder, token, rate(new_rate)).await);
        }

        // The creator loses the right with the credential.
        let call = registry::revokeCredentialCall { credentialId: credential, reason: 1 };
        stage.executes(&stage.issuer, stage.system.registry, call).await;
        let expected = NotCredentialOwner { credentialId: credential, caller: stage.holder.address() };
        assert_eq!(expected, stage.refuses(&stage.holder, token, rate(tokens(20))).await);
    });
}

#[test]
fn set_emission_rate_reverts_within_a_day_whoever_asks() {
    run(async {
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let token = stage.token().await;
        let rate = |count| token::setEmissionRateCall { newRate: tokens(count) };
        let by_factory = factory::setTokenEmissionRateCall { tokenAddress: token, newRate: tokens(30) };
        // The owner has to announce it, launched or not.
        let _: factory::NotScheduled =
            stage.refuses(&stage.owner, stage.system.factory, by_factory.clone()).await;
        let announce = factory::scheduleCall { call: by_factory.abi_encode().into() };
        stage.executes(&stage.owner, stage.system.factory, announce).await;
        world.advance_time(2 * DAY).await;
        stage.executes(&stage.holder, token, rate(20)).await;
        let error: CredentialTokenRateChangeTooSoon = stage.refuses(&stage.holder, token, rate(30)).await;
        let passed_on: factory::CredentialTokenRateChangeTooSoon =
            stage.refuses(&stage.owner, stage.system.factory, by_factory.clone()).await;
        assert_eq!(passed_on.availableAt, error.availableAt);
        world.advance_time(DAY).await;
        stage.executes(&stage.owner, stage.system.factory, by_factory).await;
        assert_eq!(stage.reads(token, token::getEmissionRateCall {}).await, tokens(30));
    });
}

#[test]
fn set_emission_rate_reverts_when_the_generator_can_not_settle() {
    run(async {
        let stage = Stage::shared().await;
        let minter = stage.install_generator(fixture::settles_nothing()).await;
        let token = stage.token().await;
        let call = token::setEmissionRateCall { newRate: tokens(20) };
        let error: CredentialTokenSettlementFailed = stage.refuses(&stage.holder, token, call).await;
        assert_eq!(error, CredentialTokenSettlementFailed { minter });

        let generator = stage.install_generator(fixture::refuses_everything()).await;
        let call = stage.token_call(stage.credential().await.id);
        let error: factory::TokenFactoryGeneratorFailed =
            stage.refuses(&stage.holder, stage.system.factory, call).await;
        assert_eq!(error, factory::TokenFactoryGeneratorFailed { generator });
    });
}

#[test]
fn a_launched_factory_changes_after_announcement_only() {
    run(async {
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let at = stage.system.factory;
        let account = stage.stranger.address();
        let stand_in = stage.generator.address();
        let error: factory::TokenFactoryUnsuitable =
            stage.refuses(&stage.owner, at, factory::launchCall {}).await;
        assert_eq!(error, factory::TokenFactoryUnsuitable { account: stand_in });
        stage.install_generator(fixture::generator()).await;
        stage.executes(&stage.owner, at, factory::launchCall {}).await;
        let generator = stage.account_with(fixture::generator()).await;
        let change = |generator: Address| factory::setGeneratorCall { newGenerator: generator };
        let _: factory::NotScheduled = stage.refuses(&stage.owner, at, change(generator)).await;
        for generator in [generator, account] {
            let call = change(generator).abi_encode().into();
            stage.executes(&stage.owner, at, factory::scheduleCall { call }).await;
        }
        let _: factory::NotYetDue = stage.refuses(&stage.owner, at, change(generator)).await;
        world.advance_time(2 * DAY).await;
        stage.executes(&stage.owner, at, change(generator)).await;
        assert_eq!(stage.reads(at, factory::generatorCall {}).await, generator);
        // Once launched, an account can't stand in any more.
        let error: factory::TokenFactoryUnsuitable = stage.refuses(&stage.owner, at, change(account)).await;
        assert_eq!(error, factory::TokenFactoryUnsuitable { account });
        let _: factory::NotScheduled = stage.refuses(&stage.owner, at, change(generator)).await;
    });
}

#[test]
fn a_pause_stops_creations_and_nothing_else() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let token = stage.token_with(tokens(5)).await;
        let call = factory::setGuardianCall { newGuardian: stage.relayer.address() };
        stage.executes(&stage.owner, at, call).await;
        stage.executes(&stage.relayer, at, factory::pauseCall {}).await;
        let call = stage.token_call(stage.credential().await.id);
        let _: factory::EnforcedPause = stage.refuses(&stage.holder, at, call.clone()).await;
        let moved = token::transferCall { to: stage.stranger.address(), value: tokens(1) };
        stage.executes(&stage.holder, token, moved).await;
        stage.executes(&stage.holder, token, token::burnCall { amount: tokens(1) }).await;
        stage.executes(&stage.owner, at, factory::unpauseCall {}).await;
        stage.executes(&stage.holder, at, call).await;
    });
}
