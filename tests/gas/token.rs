//! The token.

use std::sync::Arc;

use abi::token::{CloneArgs, ICredentialToken as token};
use alloy::primitives::{Address, B256, U256};
use ecosystem::{
    chain::Sent,
    key::Key,
    signing::{Parts, Permit, deadline_after, sign_permit, token_domain},
};
use ecosystem_tests::{Stage, World, fixture, tokens};
use math::bounds::DAY_SECS;

use crate::{
    breakdown::{self, Breakdown},
    meter::{Costs, Meter},
};

/// Accounts that only receive.
const FIRST_RECEIVER: Address = Address::repeat_byte(0xa1);
const SECOND_RECEIVER: Address = Address::repeat_byte(0xa2);
const THIRD_RECEIVER: Address = Address::repeat_byte(0xa3);

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) -> Vec<Breakdown> {
    let stage = &Stage::named(world.clone(), "gas: token").await;
    let meter = &mut costs.of("credential-token", stage);
    let at = stage.token().await;
    mints(meter, at).await;
    let sent = erc20(meter, at).await;
    let operation = "transfer, to an existing holder";
    let transfer = breakdown::of(stage, operation, &sent, &[(at, "token's clone")]).await;
    burns(meter, at).await;
    views(meter, at).await;
    initialisation(meter).await;
    rates(meter).await;
    vec![transfer]
}

async fn mints(meter: &mut Meter<'_>, at: Address) {
    let Stage { generator, holder, stranger, relayer, .. } = meter.stage;
    let mint = |to: &Key, amount| token::mintCall { to: to.address(), amount };
    meter.call("first of the token", generator, at, mint(holder, tokens(40))).await;
    meter.call("to a new holder", generator, at, mint(stranger, tokens(10))).await;
    meter.call("to an existing holder", generator, at, mint(holder, tokens(10))).await;
    meter.stage.executes(generator, at, mint(relayer, tokens(10))).await;
    meter.call("cut to what the day leaves", generator, at, mint(holder, tokens(1_000))).await;
    meter.call("of nothing, the day being used up", generator, at, mint(holder, tokens(1))).await;
}

/// What every ERC-20 with permit has. The holder has 30 tokens or more, stranger and relayer have 10 each. Returns the
/// transfer to an existing holder.
pub(crate) async fn erc20(meter: &mut Meter<'_>, at: Address) -> Sent {
    let transfer = transfers(meter, at).await;
    allowances(meter, at).await;
    permits(meter, at).await;
    transfer
}

async fn transfers(meter: &mut Meter<'_>, at: Address) -> Sent {
    let Stage { holder, stranger, relayer, .. } = meter.stage;
    let transfer = |to, count| token::transferCall { to, value: tokens(count) };
    meter.call("to a new holder", holder, at, transfer(FIRST_RECEIVER, 1)).await;
    let sent = meter.call("to an existing holder", holder, at, transfer(FIRST_RECEIVER, 1)).await;
    meter.call("whole balance, to an existing holder", stranger, at, transfer(FIRST_RECEIVER, 10)).await;
    meter.call("whole balance, to a new holder", relayer, at, transfer(SECOND_RECEIVER, 10)).await;
    sent
}

async fn allowances(meter: &mut Meter<'_>, at: Address) {
    let Stage { holder, stranger, relayer, .. } = meter.stage;
    let approve = |spender: &Key, value| token::approveCall { spender: spender.address(), value };
    meter.call("0 to some", holder, at, approve(stranger, tokens(5))).await;
    meter.call("some to others", holder, at, approve(stranger, tokens(6))).await;
    meter.call("some to 0", holder, at, approve(stranger, U256::ZERO)).await;
    meter.call("0 to all", holder, at, approve(stranger, U256::MAX)).await;

    let spend = |to, count| token::transferFromCall { from: holder.address(), to, value: tokens(count) };
    meter.call("to an existing holder, of all", stranger, at, spend(FIRST_RECEIVER, 1)).await;
    meter.stage.executes(holder, at, approve(relayer, tokens(3))).await;
    meter.call("to a new holder, some left", relayer, at, spend(THIRD_RECEIVER, 1)).await;
    meter.call("to an existing holder, some left", relayer, at, spend(FIRST_RECEIVER, 1)).await;
    meter.call("to an existing holder, none left", relayer, at, spend(FIRST_RECEIVER, 1)).await;
}

async fn permits(meter: &mut Meter<'_>, at: Address) {
    let stage = meter.stage;
    let (owner, relayer) = (&stage.holder, &stage.relayer);
    let deadline = deadline_after(stage.chain().now().await.expect("the time"));
    let name = stage.reads(at, token::nameCall {}).await;
    let domain = token_domain(stage.chain().chain_id(), at, &name);
    for (nonce, spender, case) in [
        (0, FIRST_RECEIVER, "first of an owner"),
        (1, SECOND_RECEIVER, "later, for a new spender"),
        (2, SECOND_RECEIVER, "later, for the same spender"),
    ] {
        let (value, owner_address) = (tokens(nonce + 1), owner.address());
        let nonce = U256::from(nonce);
        let permit = Permit { owner: owner_address, spender, value, nonce, deadline };
        let Parts { v, r, s } = sign_permit(owner, &permit, &domain);
        let call = token::permitCall { owner: owner_address, spender, value, deadline, v, r, s };
        meter.call(case, relayer, at, call).await;
    }
}

async fn burns(meter: &mut Meter<'_>, at: Address) {
    let Stage { holder, stranger, relayer, .. } = meter.stage;
    let burn = |count| token::burnCall { amount: tokens(count) };
    meter.call("first of the token", holder, at, burn(1)).await;
    meter.call("later", holder, at, burn(1)).await;
    meter.stage.executes(holder, at, token::transferCall { to: stranger.address(), value: tokens(2) }).await;
    meter.call("whole balance", stranger, at, burn(2)).await;

    let approve = token::approveCall { spender: relayer.address(), value: tokens(3) };
    meter.stage.executes(holder, at, approve).await;
    let burn = |count| token::burnFromCall { account: holder.address(), amount: tokens(count) };
    meter.call("some left", relayer, at, burn(1)).await;
    meter.call("none left", relayer, at, burn(2)).await;
}

async fn views(meter: &mut Meter<'_>, at: Address) {
    let (owner, spender) = (meter.stage.holder.address(), meter.stage.stranger.address());
    meter.view("", at, token::nameCall {}).await;
    meter.view("", at, token::symbolCall {}).await;
    meter.view("", at, token::decimalsCall {}).await;
    meter.view("", at, token::totalSupplyCall {}).await;
    meter.view("", at, token::balanceOfCall { account: owner }).await;
    meter.view("", at, token::allowanceCall { owner, spender }).await;
    meter.view("", at, token::noncesCall { owner }).await;
    meter.view("", at, token::DOMAIN_SEPARATORCall {}).await;
    meter.view("", at, token::eip712DomainCall {}).await;
    meter.view("", at, token::getCredentialIdCall {}).await;
    meter.view("", at, token::getEmissionRateCall {}).await;
    meter.view("", at, token::getMaxSupplyCall {}).await;
    meter.view("", at, token::getCreatorCall {}).await;
    meter.view("", at, token::getCreatedAtCall {}).await;
    meter.view("", at, token::getMinterCall {}).await;
    meter.view("", at, token::totalBurnedCall {}).await;
    meter.view("", at, token::circulatingSupplyCall {}).await;
    meter.view("", at, token::factoryCall {}).await;
}

/// What the factory does with a new clone, done by an account that stands where the factory would.
async fn initialisation(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let owner = &stage.owner;
    let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
        factory: owner.address(),
        minter: stage.generator.address(),
        credential_id: B256::repeat_byte(1),
    }
    .into();
    let program = stage.world.programs.token.address;
    let clone = stage.account_with(stage.world.artifacts.evm.clone_runtime(program, &arguments)).await;
    let setup = token::initializeCall {
        creator: stage.holder.address(),
        name: "Ada Lovelace".to_owned(),
        symbol: "ADA".to_owned(),
        emissionRate: tokens(10),
        maxSupply: tokens(1_000),
    };
    meter.call("", owner, clone, setup).await;
}

/// With a generator that settles first.
async fn rates(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    stage.install_generator(fixture::generator()).await;
    let at = stage.token().await;
    for (case, count) in [("first of the token", 20), ("later", 30)] {
        meter.call(case, &stage.holder, at, token::setEmissionRateCall { newRate: tokens(count) }).await;
        stage.world.advance_time(DAY_SECS).await;
    }
}
