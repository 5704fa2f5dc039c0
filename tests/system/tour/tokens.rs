//! The token factory, and a token with a name as long as can be.

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenCreated},
    token::ICredentialToken as token,
};
use alloy::{primitives::U256, rpc::types::TransactionRequest, sol_types::SolCall};
use ecosystem_tests::{Stage, fixture, tokens};
use math::bounds::{NAME_BYTES_MAX, SYMBOL_BYTES_MAX};

use super::{announced, permit, sends};

const DAY: u64 = 86_400;

pub(super) async fn visit(stage: &Stage) {
    let Stage { owner, holder, relayer, stranger, .. } = stage;
    let (at, fee, none) = (stage.system.factory, U256::from(1_000), U256::ZERO);
    let generator = stage.install_generator(fixture::generator()).await;
    stage.executes(owner, at, factory::setTreasuryCall { newTreasury: relayer.address() }).await;
    stage.executes(owner, at, factory::setCreationFeeCall { newFee: fee }).await;

    // Two bytes a letter; twice the fee, half of which comes back.
    let credential = stage.credential().await.id;
    let mut call = stage.token_call(credential);
    call.name = "ä".repeat(NAME_BYTES_MAX / 2);
    call.symbol = "ö".repeat(SYMBOL_BYTES_MAX / 2);
    let name = call.name.clone();
    let request = TransactionRequest::default().to(at).input(call.abi_encode().into()).value(fee + fee);
    let sent = stage.chain().send(holder, request, "creating a token").await;
    let sent = sent.unwrap_or_else(|error| panic!("{error}"));
    let created = stage.event::<TokenCreated>(&sent, at).tokenAddress;
    let mint = token::mintCall { to: holder.address(), amount: tokens(90) }.abi_encode();
    let through_generator = [created.into_word().as_slice(), &mint].concat();
    sends(stage, stranger, generator, through_generator, none).await;

    let (from, to) = (holder.address(), stranger.address());
    stage.executes(holder, created, token::transferCall { to, value: tokens(2) }).await;
    stage.executes(holder, created, token::approveCall { spender: to, value: tokens(5) }).await;
    stage.executes(stranger, created, token::transferFromCall { from, to, value: tokens(1) }).await;
    let permission = permit(stage, created, &name, relayer.address(), 0).await;
    sends(stage, stranger, created, permission, none).await;
    stage.executes(holder, created, token::burnCall { amount: tokens(1) }).await;
    stage.executes(relayer, created, token::burnFromCall { account: from, amount: tokens(1) }).await;
    stage.executes(holder, created, token::setEmissionRateCall { newRate: tokens(11) }).await;
    stage.world.advance_time(DAY).await;

    stage.executes(owner, at, factory::launchCall {}).await;
    let (minimum, maximum) = (tokens(2), tokens(2_000));
    let program = stage.world.programs.token.address;
    let changes = vec![
        factory::setRegistryCall { newRegistry: stage.system.registry }.abi_encode(),
        factory::setGeneratorCall { newGenerator: generator }.abi_encode(),
        factory::setImplementationCall { newImplementation: program }.abi_encode(),
        factory::setEmissionRateBoundsCall { minimum, maximum: tokens(40) }.abi_encode(),
        factory::setMaxSupplyBoundsCall { minimum, maximum }.abi_encode(),
        factory::setCreationFeeCall { newFee: fee + fee }.abi_encode(),
        factory::setTokenEmissionRateCall { tokenAddress: created, newRate: tokens(12) }.abi_encode(),
    ];
    announced(stage, at, changes).await;
    stage.executes(relayer, at, factory::withdrawFeesCall {}).await;
    let treasury = factory::setTreasuryCall { newTreasury: to };
    announced(stage, at, vec![treasury.abi_encode()]).await;
}
