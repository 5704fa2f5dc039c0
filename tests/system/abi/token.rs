//! The token.

use abi::token::{CloneArgs, ICredentialToken as token};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, deadline_after, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, fixture, run, tokens};

use super::Seen;

#[test]
fn token_shows_every_event_and_error() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("credential-token");
        let at = stage.token().await;
        supply(&stage, &mut seen, at).await;
        transfers(&stage, &mut seen, at).await;
        permits(&stage, &mut seen, at).await;
        rates(&stage, &mut seen, at).await;
        initialisation(&stage, &mut seen, at).await;
        seen.assert_everything();
    });
}

async fn supply(stage: &Stage, seen: &mut Seen, at: Address) {
    let mint = token::mintCall { to: stage.holder.address(), amount: tokens(10) };
    seen.revert(stage, stage.holder.address(), at, mint.clone()).await;
    seen.logs(&stage.executes(&stage.generator, at, mint).await, at);
    seen.revert(stage, stage.holder.address(), at, token::burnCall { amount: U256::ZERO }).await;
    seen.logs(&stage.executes(&stage.holder, at, token::burnCall { amount: tokens(1) }).await, at);
}

async fn transfers(stage: &Stage, seen: &mut Seen, at: Address) {
    let (holder, stranger) = (stage.holder.address(), stage.stranger.address());
    let value = tokens(1);
    seen.revert(stage, holder, at, token::transferCall { to: stranger, value: tokens(100) }).await;
    seen.revert(stage, holder, at, token::transferCall { to: Address::ZERO, value }).await;
    seen.revert(stage, stranger, at, token::transferFromCall { from: holder, to: stranger, value }).await;
    seen.logs(&stage.executes(&stage.holder, at, token::approveCall { spender: stranger, value }).await, at);
    seen.revert(stage, holder, at, token::approveCall { spender: Address::ZERO, value }).await;
    // Nobody can send from the zero address, but it can be asked what would happen if it did.
    seen.revert(stage, Address::ZERO, at, token::approveCall { spender: stranger, value }).await;
    seen.revert(stage, Address::ZERO, at, token::transferCall { to: stranger, value: U256::ZERO }).await;
}

async fn permits(stage: &Stage, seen: &mut Seen, at: Address) {
    let deadline = deadline_after(stage.chain().now().await.expect("the time"));
    for (signer, deadline) in [(&stage.stranger, deadline), (&stage.holder, U256::ONE)] {
        seen.revert(stage, stage.relayer.address(), at, permit(stage, at, signer, deadline)).await;
    }
}

async fn rates(stage: &Stage, seen: &mut Seen, at: Address) {
    let rate = |count| token::setEmissionRateCall { newRate: tokens(count) };
    let holder = stage.holder.address();
    seen.revert(stage, stage.stranger.address(), at, rate(20)).await;
    seen.revert(stage, holder, at, rate(51)).await;
    seen.revert(stage, holder, at, rate(10)).await;
    seen.logs(&stage.executes(&stage.holder, at, rate(20)).await, at);
    seen.revert(stage, holder, at, rate(20)).await;

    stage.install_generator(fixture::settles_nothing()).await;
    let unsettled = stage.token().await;
    seen.revert(stage, holder, unsettled, rate(20)).await;
    // A minter that comes back while it settles.
    let generator = stage.install_generator(fixture::calls_back(&rate(30).abi_encode())).await;
    let settled = stage.token().await;
    let sent = stage.executes(&stage.holder, settled, rate(20)).await;
    let log = sent.receipt.logs().iter().find(|log| log.address() == generator).expect("it logs what it got");
    seen.error(&log.data().data);

    // A clone whose factory is no contract, and so answers nothing.
    let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
        factory: stage.owner.address(),
        minter: stage.generator.address(),
        credential_id: B256::repeat_byte(2),
    }
    .into();
    let program = stage.world.programs.token.address;
    let clone = stage.account_with(stage.world.artifacts.evm.clone_runtime(program, &arguments)).await;
    seen.revert(stage, holder, clone, rate(20)).await;
}

fn permit(stage: &Stage, at: Address, signer: &Key, deadline: U256) -> token::permitCall {
    let (owner, spender) = (stage.holder.address(), stage.relayer.address());
    let permit = Permit { owner, spender, value: U256::ONE, nonce: U256::ZERO, deadline };
    let domain = token_domain(stage.chain().chain_id(), at, "Ada Lovelace");
    let Parts { v, r, s } = sign_permit(signer, &permit, &domain);
    token::permitCall { owner, spender, value: U256::ONE, deadline, v, r, s }
}

async fn initialisation(stage: &Stage, seen: &mut Seen, at: Address) {
    let setup = |name: &str| token::initializeCall {
        creator: stage.holder.address(),
        name: name.to_owned(),
        symbol: "S".to_owned(),
        emissionRate: U256::ONE,
        maxSupply: U256::ONE,
    };
    let program = stage.world.programs.token.address;
    seen.revert(stage, stage.stranger.address(), at, setup("N")).await;
    seen.revert(stage, stage.system.factory, at, setup("N")).await;
    seen.revert(stage, stage.stranger.address(), program, setup("N")).await;

    // A clone that an account made instead of a factory: what the factory checks, the token checks as well.
    let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
        factory: stage.owner.address(),
        minter: stage.generator.address(),
        credential_id: B256::repeat_byte(1),
    }
    .into();
    let clone = stage.account_with(stage.world.artifacts.evm.clone_runtime(program, &arguments)).await;
    seen.revert(stage, stage.owner.address(), clone, setup(&"n".repeat(65))).await;

    // Within its limits it is set up, silently: the factory is the one that tells.
    let sent = stage.executes(&stage.owner, clone, setup("N")).await;
    assert!(sent.receipt.logs().is_empty());
    assert_eq!(stage.reads(clone, token::nameCall {}).await, "N");
}
