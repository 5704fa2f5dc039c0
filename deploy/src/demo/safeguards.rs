//! What protects users: fees that are kept apart, a pause that stops entry and nothing else, changes told of before.

use abi::{
    announced::IAnnounced::{NotScheduled, NotYetDue, Scheduled, launchCall, scheduleCall},
    factory::ICredentialTokenFactory::{
        FeesWithdrawn, MintingFeeCollected, accruedFeesCall, setCreationFeeCall, setTreasuryCall,
        withdrawFeesCall,
    },
    pausable::IPausable::{EnforcedPause, pauseCall, pausedCall, setGuardianCall, unpauseCall},
    registry::ICredentialRegistry::{addIssuerCall, getIssuerCall, revokeCredentialCall},
};
use alloy::{
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolError},
};

use super::{
    DemoError,
    journey::{Journey, event, tokens},
};
use crate::{
    chain::{ChainError, Sent},
    key::Key,
    steps::Steps,
};

/// What creating a token costs for a while, in wei: enough to be seen.
const FEE: u64 = 1_000_000_000;

/// Creates a token for a fee, with more than it sent along, and withdraws the fee.
pub(super) async fn fees(journey: &mut Journey<'_>, steps: &mut Steps) -> Result<(), DemoError> {
    let (chain, cast, at) = (journey.chain, journey.cast, journey.system.factory);
    let (owner, treasury) = (&cast.owner, &cast.treasury);
    let fee = U256::from(FEE);
    let call = setTreasuryCall { newTreasury: treasury.address() };
    execute(journey, owner, at, call, "name the treasury", steps).await?;
    let call = setCreationFeeCall { newFee: fee };
    execute(journey, owner, at, call, "ask a fee for creating tokens", steps).await?;

    let before = chain.balance(cast.holder.address()).await?;
    let what = "create a second token, sending twice the fee";
    let (sent, second) = journey.another_token(2, fee * U256::from(2), what, steps).await?;
    let paid = before - chain.balance(cast.holder.address()).await?;
    journey.see("holder: paid for gas and the fee alone", gas_cost(&sent) + fee, paid);
    let collected: MintingFeeCollected = event(&sent, "creating a token for a fee", at)?;
    journey.see("event MintingFeeCollected: fee", fee, collected.feeAmount);
    journey.second = Some(second);
    let waiting = chain.read(at, accruedFeesCall {}).await?;
    journey.see("factory: fees that wait for the treasury", fee, waiting);

    let before = chain.balance(treasury.address()).await?;
    let what = "withdraw the fees as the treasury";
    let sent = execute(journey, treasury, at, withdrawFeesCall {}, what, steps).await?;
    let after = chain.balance(treasury.address()).await?;
    journey.see("treasury: its balance, the fee included", before + fee - gas_cost(&sent), after);
    let withdrawn: FeesWithdrawn = event(&sent, "withdrawing the fees", at)?;
    journey.see("event FeesWithdrawn: amount", fee, withdrawn.amount);

    // Only a rise has to be announced, once the factory is launched.
    let call = setCreationFeeCall { newFee: U256::ZERO };
    execute(journey, owner, at, call, "ask no fee any more", steps).await?;
    Ok(())
}

/// Pauses both contracts: nobody gets in, everybody gets out.
pub(super) async fn pause(journey: &mut Journey<'_>, steps: &mut Steps) -> Result<(), DemoError> {
    let (chain, cast, system) = (journey.chain, journey.cast, journey.system);
    let (owner, guardian) = (&cast.owner, &cast.guardian);
    let both = [("registry", system.registry), ("factory", system.factory)];
    for (name, at) in both {
        let call = setGuardianCall { newGuardian: guardian.address() };
        execute(journey, owner, at, call, &format!("name the {name}'s guardian"), steps).await?;
        execute(journey, guardian, at, pauseCall {}, &format!("pause the {name} as its guardian"), steps)
            .await?;
        let paused = chain.read(at, pausedCall {}).await?;
        journey.see(&format!("{name}: paused"), true, paused);
    }

    let third = journey.attest(3).await?;
    let entry = third.registration();
    refused::<EnforcedPause>(journey, "paused: registering", &cast.relayer, system.registry, entry).await?;
    let entry = journey.creation(&third);
    refused::<EnforcedPause>(journey, "paused: creating a token", &cast.holder, system.factory, entry)
        .await?;

    journey.transfer(tokens(2), "transfer while all is paused", steps).await?;
    journey.burn(tokens(3), "burn while all is paused", steps).await?;
    if let Some(second) = &journey.second {
        let call = revokeCredentialCall { credentialId: second.id, reason: 1 };
        execute(journey, owner, system.registry, call, "revoke a credential while all is paused", steps)
            .await?;
    }

    for (name, at) in both {
        execute(journey, owner, at, unpauseCall {}, &format!("let the {name} go on"), steps).await?;
    }
    journey.register(&third, steps).await?;
    journey.third = Some(third);
    Ok(())
}

/// Launches the registry, after which another issuer is added two days after everybody could know of it. The days pass only
/// if the node's clock may be moved.
///
/// The factory is launched when its generator is a contract; here an account stands in.
pub(super) async fn announcement(
    journey: &mut Journey<'_>,
    may_move_clock: bool,
    steps: &mut Steps,
) -> Result<(), DemoError> {
    let (chain, at) = (journey.chain, journey.system.registry);
    let owner = &journey.cast.owner;
    let newcomer = journey.cast.newcomer.address();
    execute(journey, owner, at, launchCall {}, "launch the registry", steps).await?;

    let change = addIssuerCall { issuer: newcomer, types: Vec::new(), metadataURI: String::new() };
    let what = "launched: adding an issuer without a word";
    refused::<NotScheduled>(journey, what, owner, at, change.clone()).await?;
    let announce = scheduleCall { call: change.abi_encode().into() };
    let sent = execute(journey, owner, at, announce, "announce another issuer", steps).await?;
    let Scheduled { from, .. } = event(&sent, "announcing", at)?;
    let what = "launched: adding an issuer too early";
    refused::<NotYetDue>(journey, what, owner, at, change.clone()).await?;

    if may_move_clock {
        let wait = from.saturating_to::<u64>().saturating_sub(chain.block_time().await?);
        steps.done("let the two days pass", chain.advance_time(wait).await?);
        execute(journey, owner, at, change, "add the announced issuer", steps).await?;
    }
    let known = chain.read(at, getIssuerCall { key: newcomer }).await?;
    journey.see("registry: the announced issuer may attest", may_move_clock, known.active);
    Ok(())
}

pub(super) async fn execute<C: SolCall>(
    journey: &Journey<'_>,
    who: &Key,
    at: Address,
    call: C,
    what: &str,
    steps: &mut Steps,
) -> Result<Sent, DemoError> {
    let sent = journey.chain.execute(who, at, call, what).await?;
    steps.sent(what, &sent);
    Ok(sent)
}

/// Sees that a call would revert with the error `E`. Nothing is sent.
pub(super) async fn refused<E: SolError>(
    journey: &mut Journey<'_>,
    what: &str,
    who: &Key,
    at: Address,
    call: impl SolCall,
) -> Result<(), DemoError> {
    let request = TransactionRequest::default().from(who.address()).to(at).input(call.abi_encode().into());
    let answer = match journey.chain.call(request, what).await {
        Ok(_) => "nothing".to_owned(),
        Err(ChainError::Reverted { revert, .. }) => match revert.decode::<E>() {
            Some(_) => name_of::<E>(),
            None => revert.to_string(),
        },
        Err(other) => return Err(other.into()),
    };
    journey.see(&format!("{what} is refused with"), name_of::<E>(), answer);
    Ok(())
}

fn name_of<E: SolError>() -> String {
    E::SIGNATURE.split('(').next().unwrap_or_default().to_owned()
}

/// Wei that a transaction's gas cost.
fn gas_cost(sent: &Sent) -> U256 {
    U256::from(sent.receipt.gas_used) * U256::from(sent.receipt.effective_gas_price)
}
