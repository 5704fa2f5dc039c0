//! The token: every function's refusals.

use abi::token::{
    CloneArgs,
    ICredentialToken::{
        self as token, CredentialTokenAlreadyInitialized, CredentialTokenFactoryFailed,
        CredentialTokenNotClone, CredentialTokenOnlyFactory, CredentialTokenRateChangeTooSoon,
        CredentialTokenRateUnchanged, CredentialTokenSettlementFailed, CredentialTokenUnstorable,
        ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover, ERC20InvalidReceiver,
        ERC20InvalidSender, ERC20InvalidSpender, ERC2612ExpiredSignature, ERC2612InvalidSigner,
        InvalidAmount, InvalidEmissionRate, NotCredentialOwner, OnlyMinter, ReentrancyGuardReentrantCall,
    },
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolCall, SolError},
};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, fixture, run, tokens};
use math::bounds::{EMISSION_RATE_MAX_DEFAULT, EMISSION_RATE_MIN_DEFAULT};

const NOBODY: Address = Address::ZERO;

#[test]
fn moves_are_refused_beyond_balance_and_allowance_and_to_nobody() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.token_with(tokens(2)).await;
        let (holder, spender) = (&stage.holder, &stage.relayer);
        let (from, to) = (holder.address(), stage.stranger.address());
        let poor = |needed| ERC20InsufficientBalance { sender: from, balance: tokens(2), needed };
        let into_nothing = ERC20InvalidReceiver { receiver: NOBODY };
        let from_nobody = ERC20InvalidSender { sender: NOBODY };
        let transfer = |to, value| token::transferCall { to, value };
        for value in [tokens(2) + U256::ONE, U256::MAX] {
            stage.reverts_with(holder, at, transfer(to, value), poor(value)).await;
            stage.reverts_with(holder, at, transfer(from, value), poor(value)).await;
        }
        for value in [U256::ZERO, U256::ONE] {
            stage.reverts_with(holder, at, transfer(NOBODY, value), into_nothing.clone()).await;
        }
        stage.would_revert_with(NOBODY, at, transfer(to, U256::ZERO), from_nobody.clone()).await;

        let approve = |spender, value| token::approveCall { spender, value };
        let refused = ERC20InvalidSpender { spender: NOBODY };
        stage.reverts_with(holder, at, approve(NOBODY, U256::MAX), refused).await;
        let refused = ERC20InvalidApprover { approver: NOBODY };
        stage.would_revert_with(NOBODY, at, approve(to, U256::ONE), refused).await;

        let transfer_from = |from, to, value| token::transferFromCall { from, to, value };
        let burn_from = |value| token::burnFromCall { account: from, amount: value };
        stage.executes(holder, at, approve(spender.address(), tokens(3))).await;
        for value in [tokens(3) + U256::ONE, U256::MAX] {
            let spender_address = spender.address();
            let short =
                ERC20InsufficientAllowance { spender: spender_address, allowance: tokens(3), needed: value };
            stage.reverts_with(spender, at, transfer_from(from, to, value), short.clone()).await;
            stage.reverts_with(spender, at, burn_from(value), short).await;
        }
        stage.reverts_with(spender, at, transfer_from(from, to, tokens(3)), poor(tokens(3))).await;
        stage.reverts_with(spender, at, burn_from(tokens(3)), poor(tokens(3))).await;
        stage.reverts_with(spender, at, transfer_from(from, NOBODY, U256::ONE), into_nothing).await;
        let nothing = transfer_from(NOBODY, to, U256::ZERO);
        stage.reverts_with(spender, at, nothing, from_nobody.clone()).await;

        let burn = |amount| token::burnCall { amount };
        let nothing = InvalidAmount { amount: U256::ZERO };
        stage.reverts_with(holder, at, burn(U256::ZERO), nothing.clone()).await;
        stage.reverts_with(spender, at, burn_from(U256::ZERO), nothing).await;
        for value in [tokens(2) + U256::ONE, U256::MAX] {
            stage.reverts_with(holder, at, burn(value), poor(value)).await;
        }
        stage.would_revert_with(NOBODY, at, burn(U256::ONE), from_nobody).await;

        // Dust, and all of it.
        stage.executes(spender, at, burn_from(U256::ONE)).await;
        stage.executes(holder, at, transfer(to, tokens(2) - U256::ONE)).await;
    });
}

#[test]
fn permits_are_refused_late_unsigned_and_for_nobody() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.token().await;
        let owner = stage.holder.address();
        let relayer = &stage.relayer;
        let spender = relayer.address();
        let good = Permit { owner, spender, value: U256::MAX, nonce: U256::ZERO, deadline: U256::MAX };
        let signed = |who: &Key, permit: &Permit| {
            let domain = token_domain(stage.chain().chain_id(), at, "Ada Lovelace");
            let Parts { v, r, s } = sign_permit(who, permit, &domain);
            let Permit { owner, spender, value, deadline, .. } = *permit;
            token::permitCall { owner, spender, value, deadline, v, r, s }
        };
        for deadline in [U256::ZERO, U256::ONE] {
            let late = Permit { deadline, ..good.clone() };
            let refused = ERC2612ExpiredSignature { deadline };
            stage.reverts_with(relayer, at, signed(&stage.holder, &late), refused).await;
        }
        let signer = stage.stranger.address();
        let refused = ERC2612InvalidSigner { signer, owner };
        stage.reverts_with(relayer, at, signed(&stage.stranger, &good), refused).await;
        // What nobody has signed isn't signed by nobody.
        let genuine = signed(&stage.holder, &good);
        for (v, r, s) in
            [(0, B256::ZERO, B256::ZERO), (27, B256::ZERO, B256::ZERO), (29, genuine.r, genuine.s)]
        {
            let call = token::permitCall { owner: NOBODY, v, r, s, ..genuine.clone() };
            let refused = ERC2612InvalidSigner { signer: NOBODY, owner: NOBODY };
            stage.reverts_with(relayer, at, call, refused).await;
        }
        let to_nobody = Permit { spender: NOBODY, ..good.clone() };
        let refused = ERC20InvalidSpender { spender: NOBODY };
        stage.reverts_with(relayer, at, signed(&stage.holder, &to_nobody), refused).await;
        stage.executes(relayer, at, genuine).await;
    });
}

#[test]
fn only_the_minter_mints_and_to_somebody() {
    run(async {
        let stage = Stage::shared().await;
        let at = stage.token().await;
        let minter = &stage.generator;
        let mint = |to, amount| token::mintCall { to, amount };
        for who in [&stage.holder, &stage.owner, &stage.stranger] {
            let refused = OnlyMinter { caller: who.address(), expected: minter.address() };
            stage.reverts_with(who, at, mint(who.address(), U256::ONE), refused).await;
        }
        let refused = ERC20InvalidReceiver { receiver: NOBODY };
        for amount in [U256::ONE, U256::MAX] {
            stage.reverts_with(minter, at, mint(NOBODY, amount), refused.clone()).await;
        }
        // Nothing to nobody is nothing.
        let sent = stage.executes(minter, at, mint(NOBODY, U256::ZERO)).await;
        assert!(sent.receipt.logs().is_empty());
    });
}

#[test]
fn emission_rates_are_refused_against_their_rules() {
    run(async {
        let stage = Stage::shared().await;
        let (at, holder, stranger) = (stage.token().await, &stage.holder, &stage.stranger);
        let rate = |rate| token::setEmissionRateCall { newRate: rate };
        let credential = stage.reads(at, token::getCredentialIdCall {}).await;
        let refused = NotCredentialOwner { credentialId: credential, caller: stranger.address() };
        stage.reverts_with(stranger, at, rate(tokens(20)), refused).await;
        let (minimum, maximum) = (EMISSION_RATE_MIN_DEFAULT, EMISSION_RATE_MAX_DEFAULT);
        for wrong in [U256::ZERO, U256::ONE, minimum - U256::ONE, maximum + U256::ONE, U256::MAX] {
            let refused = InvalidEmissionRate { rate: wrong, minimum, maximum };
            stage.reverts_with(holder, at, rate(wrong), refused).await;
        }
        let refused = CredentialTokenRateUnchanged { rate: tokens(10) };
        stage.reverts_with(holder, at, rate(tokens(10)), refused).await;
        stage.executes(holder, at, rate(tokens(20))).await;
        let _: CredentialTokenRateChangeTooSoon = stage.refuses(holder, at, rate(tokens(30))).await;

        let minter = stage.install_generator(fixture::settles_nothing()).await;
        let unsettled = stage.token().await;
        let refused = CredentialTokenSettlementFailed { minter };
        stage.reverts_with(holder, unsettled, rate(tokens(20)), refused).await;
        // A minter that comes back while it settles.
        let minter = stage.install_generator(fixture::calls_back(&rate(tokens(30)).abi_encode())).await;
        let settled = stage.token().await;
        let sent = stage.executes(holder, settled, rate(tokens(20))).await;
        let log =
            sent.receipt.logs().iter().find(|log| log.address() == minter).expect("it logs what it got");
        assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        assert_eq!(stage.reads(settled, token::getEmissionRateCall {}).await, tokens(20));
    });
}

/// A clone that an account made instead of a factory: what the factory checks, the token checks as well.
#[test]
fn clones_of_no_factory_are_bounded_by_their_own_slots() {
    run(async {
        let stage = Stage::shared().await;
        let (maker, holder) = (&stage.owner, &stage.holder);
        let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
            factory: maker.address(),
            minter: stage.generator.address(),
            credential_id: B256::repeat_byte(2),
        }
        .into();
        let program = stage.world.programs.token.address;
        let clone = stage.account_with(stage.world.artifacts.evm.clone_runtime(program, &arguments)).await;
        let good = token::initializeCall {
            creator: holder.address(),
            name: "n".repeat(64),
            symbol: "s".repeat(16),
            emissionRate: U256::ONE,
            maxSupply: U256::ONE,
        };
        for wrong in [
            token::initializeCall { name: "n".repeat(65), ..good.clone() },
            token::initializeCall { symbol: "s".repeat(17), ..good.clone() },
            token::initializeCall { emissionRate: U256::ONE << 72, ..good.clone() },
            token::initializeCall { emissionRate: U256::MAX, ..good.clone() },
            token::initializeCall { maxSupply: U256::ONE << 112, ..good.clone() },
            token::initializeCall { maxSupply: U256::MAX, ..good.clone() },
        ] {
            stage.reverts_with(maker, clone, wrong, CredentialTokenUnstorable {}).await;
        }
        stage.executes(maker, clone, good.clone()).await;
        stage.reverts_with(maker, clone, good, CredentialTokenAlreadyInitialized {}).await;

        let rate = |rate| token::setEmissionRateCall { newRate: rate };
        for wrong in [U256::ONE << 72, U256::MAX] {
            stage.reverts_with(maker, clone, rate(wrong), CredentialTokenUnstorable {}).await;
        }
        // Its factory is no contract, and so answers nothing.
        let refused = CredentialTokenFactoryFailed { factory: maker.address() };
        stage.reverts_with(holder, clone, rate(tokens(20)), refused).await;
    });
}

#[test]
fn tokens_are_set_up_by_their_factory_once_and_programs_never() {
    run(async {
        let stage = Stage::shared().await;
        let (at, stranger) = (stage.token().await, &stage.stranger);
        let setup = token::initializeCall {
            creator: stranger.address(),
            name: "N".to_owned(),
            symbol: "S".to_owned(),
            emissionRate: U256::ONE,
            maxSupply: U256::ONE,
        };
        let factory = stage.system.factory;
        let refused = CredentialTokenOnlyFactory { caller: stranger.address(), expected: factory };
        stage.reverts_with(stranger, at, setup.clone(), refused).await;
        let again = CredentialTokenAlreadyInitialized {};
        stage.would_revert_with(factory, at, setup.clone(), again).await;

        let program = stage.world.programs.token.address;
        let no_clone = CredentialTokenNotClone { account: program };
        stage.reverts_with(stranger, program, setup, no_clone.clone()).await;
        let mint = token::mintCall { to: stranger.address(), amount: U256::ONE };
        stage.reverts_with(stranger, program, mint, no_clone.clone()).await;
        let rate = token::setEmissionRateCall { newRate: U256::ONE };
        stage.reverts_with(stranger, program, rate, no_clone.clone()).await;
        stage.reverts_with(stranger, program, token::getCredentialIdCall {}, no_clone.clone()).await;
        stage.reverts_with(stranger, program, token::getMinterCall {}, no_clone.clone()).await;
        stage.reverts_with(stranger, program, token::factoryCall {}, no_clone).await;
    });
}
