//! The factory and its tokens: F1 to F9.

use abi::{
    factory::ICredentialTokenFactory::{
        self as factory, NotCredentialOwner, TokenFactoryInvalidEmissionRate, TokenFactoryOnlyTreasury,
    },
    token::ICredentialToken::{self as token, InvalidEmissionRate, OnlyMinter},
};
use alloy::{
    primitives::{Address, B256, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolValue},
};
use ecosystem::chain::ChainError;
use ecosystem_tests::{Stage, World, fixture, run, tokens};
use math::bounds::{EMISSION_RATE_MAX_DEFAULT, EMISSION_RATE_MIN_DEFAULT};

/// How long a change is announced.
const TWO_DAYS: u64 = 48 * 3_600;

/// There the claim to a credential was never checked: any address passed.
#[test]
fn f1_only_the_holder_passes_for_the_holder() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await.id;
        let says = async |claimant: Address| {
            let call = factory::validateCredentialOwnershipCall { credentialId: credential, claimant };
            stage.reads(stage.system.factory, call).await
        };
        assert!(says(stage.holder.address()).await);
        assert!(!says(stage.stranger.address()).await);
        assert!(!says(Address::ZERO).await);
    });
}

/// There whoever came first took a credential's token for ever.
#[test]
fn f2_nobody_takes_the_token_of_somebody_elses_credential() {
    run(async {
        let stage = Stage::shared().await;
        let credential = stage.credential().await.id;
        let call = stage.token_call(credential);
        let error = stage.refuses(&stage.stranger, stage.system.factory, call.clone()).await;
        assert_eq!(NotCredentialOwner { credentialId: credential, caller: stage.stranger.address() }, error);
        stage.executes(&stage.holder, stage.system.factory, call).await;
    });
}

/// There new tokens had a minter that could not mint, until the owner set another one, token by token.
#[test]
fn f3_a_new_token_has_the_generator_as_its_minter() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        assert_eq!(stage.reads(token, token::getMinterCall {}).await, stage.generator.address());
        let mint = token::mintCall { to: stage.holder.address(), amount: tokens(1) };
        stage.executes(&stage.generator, token, mint).await;
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, tokens(1));
    });
}

/// There the creator could set any rate, and it counted for the whole past.
#[test]
fn f4_a_rate_is_in_bounds_and_leaves_the_past_alone() {
    run(async {
        let stage = Stage::shared().await;
        let generator = stage.install_generator(fixture::generator()).await;
        let token = stage.token().await;
        let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
        let rate = tokens(1_000_000_000_000);
        let error = stage.refuses(&stage.holder, token, token::setEmissionRateCall { newRate: rate }).await;
        assert_eq!(InvalidEmissionRate { rate, minimum, maximum }, error);

        let old_rate = stage.reads(token, token::getEmissionRateCall {}).await;
        stage.executes(&stage.holder, token, token::setEmissionRateCall { newRate: maximum }).await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let settled = B256::from(U256::from_be_bytes(credential.0) + U256::from(3));
        let settled = stage.chain().storage(generator, settled).await.expect("a word");
        assert_eq!(settled, B256::from(old_rate), "what accrued before was settled at the old rate");
    });
}

/// There a rate of 2²⁵⁶ − 1 blocked all claims of a token.
#[test]
fn f5_no_rate_can_overflow() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let token = stage.token().await;
        let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
        let rate = U256::MAX;
        let error = stage.refuses(&stage.holder, token, token::setEmissionRateCall { newRate: rate }).await;
        assert_eq!(InvalidEmissionRate { rate, minimum, maximum }, error);
        let call = factory::setTokenEmissionRateCall { tokenAddress: token, newRate: rate };
        let announce = factory::scheduleCall { call: call.abi_encode().into() };
        stage.executes(&stage.owner, stage.system.factory, announce).await;
        stage.world.advance_time(TWO_DAYS).await;
        let error = stage.refuses(&stage.owner, stage.system.factory, call).await;
        assert_eq!(TokenFactoryInvalidEmissionRate { rate, minimum, maximum }, error);
    });
}

/// There the factory's owner could make itself the minter of any token, at once and in silence.
#[test]
fn f6_nobody_replaces_a_minter() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let owner = stage.owner.address();
        let mint = token::mintCall { to: owner, amount: tokens(1) };
        let error = stage.refuses(&stage.owner, token, mint).await;
        assert_eq!(OnlyMinter { caller: owner, expected: stage.generator.address() }, error);
        for (at, signature, arguments) in [
            (token, "setMinter(address)", owner.abi_encode()),
            (stage.system.factory, "setTokenMinter(address,address)", (token, owner).abi_encode_params()),
        ] {
            let call = [&keccak256(signature)[..4], &arguments].concat();
            let request = TransactionRequest::default().from(owner).to(at).input(call.into());
            let answer = stage.chain().call(request, signature).await;
            assert!(
                matches!(answer, Err(ChainError::Refused { .. } | ChainError::Reverted { .. })),
                "{answer:?}"
            );
        }
        // Another generator is one of later tokens only.
        stage.install_generator(fixture::generator()).await;
        assert_eq!(stage.reads(token, token::getMinterCall {}).await, stage.generator.address());
    });
}

/// There burning made room under the maximum supply.
#[test]
fn f7_what_was_burned_is_not_minted_again() {
    run(async {
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let token = stage.token().await;
        let to = stage.holder.address();
        // Long enough for the daily limit to leave room for all of it, twice.
        world.advance_time(30 * 86_400).await;
        let everything = token::mintCall { to, amount: U256::MAX };
        stage.executes(&stage.generator, token, everything.clone()).await;
        let cap = stage.reads(token, token::getMaxSupplyCall {}).await;
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, cap);
        stage.executes(&stage.holder, token, token::burnCall { amount: cap }).await;
        let again = stage.executes(&stage.generator, token, everything).await;
        assert!(again.receipt.logs().is_empty());
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, U256::ZERO);
    });
}

/// There the owner's functions changed things in silence.
#[test]
fn f8_every_change_by_the_owner_shows_in_the_logs() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let token = stage.token().await;
        let other = stage.stranger.address();
        let rate =
            factory::setTokenEmissionRateCall { tokenAddress: token, newRate: tokens(20) }.abi_encode();
        let announce = factory::scheduleCall { call: rate.clone().into() };
        stage.executes(&stage.owner, stage.system.factory, announce).await;
        stage.world.advance_time(TWO_DAYS).await;
        let generator = stage.account_with(fixture::generator()).await;
        let (minimum, maximum) = (tokens(1), tokens(40));
        let program = stage.world.programs.token.address;
        let changes = [
            factory::setRegistryCall { newRegistry: stage.system.registry }.abi_encode(),
            factory::setGeneratorCall { newGenerator: generator }.abi_encode(),
            factory::setImplementationCall { newImplementation: program }.abi_encode(),
            factory::setEmissionRateBoundsCall { minimum, maximum }.abi_encode(),
            factory::setMaxSupplyBoundsCall { minimum, maximum }.abi_encode(),
            factory::setCreationFeeCall { newFee: U256::ONE }.abi_encode(),
            factory::setTreasuryCall { newTreasury: other }.abi_encode(),
            rate,
            factory::setGuardianCall { newGuardian: other }.abi_encode(),
            factory::pauseCall {}.abi_encode(),
            factory::unpauseCall {}.abi_encode(),
            factory::scheduleCall { call: Vec::new().into() }.abi_encode(),
            factory::cancelCall { callHash: keccak256([]) }.abi_encode(),
            factory::launchCall {}.abi_encode(),
            factory::transferOwnershipCall { newOwner: other }.abi_encode(),
            factory::renounceOwnershipCall {}.abi_encode(),
        ];
        for call in changes {
            let request = TransactionRequest::default().to(stage.system.factory).input(call.into());
            let sent = stage.chain().send(&stage.owner, request, "a change by the owner").await;
            let sent = sent.unwrap_or_else(|error| panic!("{error}"));
            assert!(!sent.receipt.logs().is_empty(), "{sent:?}");
        }
    });
}

/// There anyone could have fees pulled from anyone's allowance. Here a fee comes with the creator's own transaction, and
/// leaves to the treasury alone.
#[test]
fn f9_nobody_pulls_fees_but_the_treasury_its_own() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.system.factory;
        let expected = stage.relayer.address();
        stage.executes(&stage.owner, at, factory::setTreasuryCall { newTreasury: expected }).await;
        for who in [&stage.stranger, &stage.owner, &stage.holder] {
            let error = stage.refuses(who, at, factory::withdrawFeesCall {}).await;
            assert_eq!(TokenFactoryOnlyTreasury { caller: who.address(), expected }, error);
        }
    });
}
