//! Programs on the chain: deployed, activated, and kept ready in the chain's cache.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};

use crate::{
    chain::{Chain, ChainError, Sent},
    key::Key,
    precompiles::{ARB_OWNER_PUBLIC, ARB_WASM, ARB_WASM_CACHE, ArbOwnerPublic, ArbWasm, ArbWasmCache},
    program::Program,
    steps::Steps,
};

/// Value sent over the fee simulated, in percent: the fee rises while others activate, and the rest comes back.
const FEE_MARGIN_PERCENT: u64 = 120;

/// A program on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// keccak-256 of its code: its activation and its place in the cache go by it.
    pub code_hash: B256,
}

/// Why a program isn't on the chain as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// The chain said no.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// What is on the chain isn't what was sent.
    #[error(
        "{name} at {address} doesn't hold the code that was sent: the node lost it or another one answers; start \
         again"
    )]
    OtherCode {
        /// The program.
        name: String,
        /// Where it should be.
        address: Address,
    },
    /// The activation succeeded and has no effect.
    #[error(
        "{name} at {address} was activated for Stylus version {version}, and the chain runs {wanted}: start again"
    )]
    OtherVersion {
        /// The program.
        name: String,
        /// Where it is.
        address: Address,
        /// What it was activated for.
        version: u16,
        /// What the chain needs.
        wanted: u16,
    },
}

/// Deploys `program`, activates it unless the same code is active already, and reads back both.
pub async fn deploy_and_activate(
    chain: &Chain,
    payer: &Key,
    program: &Program,
    steps: &mut Steps,
) -> Result<Deployed, ActivationError> {
    let deployed = deploy(chain, payer, program, steps).await?;
    activate(chain, payer, &deployed, steps).await?;
    Ok(deployed)
}

/// Creates an account with the program's code and checks that it is there. It can't be called before it is active.
pub async fn deploy(
    chain: &Chain,
    payer: &Key,
    program: &Program,
    steps: &mut Steps,
) -> Result<Deployed, ActivationError> {
    let name = program.name.clone();
    let what = format!("deploy {name}");
    let (address, sent) = chain.create(payer, program.creation_code(), &what).await?;
    steps.sent(&what, &sent);
    if chain.code(address).await? != program.code {
        return Err(ActivationError::OtherCode { name, address });
    }
    Ok(Deployed { name, address, code_hash: program.code_hash() })
}

/// Makes `program` callable, if it isn't.
pub async fn activate(
    chain: &Chain,
    payer: &Key,
    program: &Deployed,
    steps: &mut Steps,
) -> Result<(), ActivationError> {
    let Deployed { name, address, .. } = program;
    let start = Instant::now();
    let wanted = chain.read(ARB_WASM, ArbWasm::stylusVersionCall {}).await?;
    if active_version(chain, *address).await? == Some(wanted) {
        steps.done(&format!("{name} is active already"), start.elapsed());
        return Ok(());
    }
    let what = format!("activate {name}");
    let call = ArbWasm::activateProgramCall { program: *address }.abi_encode();
    let request = TransactionRequest::default().to(ARB_WASM).input(call.into());
    let fee = fee(chain, payer, request.clone(), &what).await?;
    let sent = chain.send(payer, request.value(with_margin(fee)), &what).await?;
    steps.sent(&what, &Sent { took: start.elapsed(), ..sent });
    match active_version(chain, *address).await? {
        Some(version) if version == wanted => Ok(()),
        other => Err(ActivationError::OtherVersion {
            name: name.clone(),
            address: *address,
            version: other.unwrap_or_default(),
            wanted,
        }),
    }
}

/// The Stylus version that the program at `address` can be called with; `None` if it can't be called now.
pub async fn active_version(chain: &Chain, address: Address) -> Result<Option<u16>, ChainError> {
    match chain.read(ARB_WASM, ArbWasm::programVersionCall { program: address }).await {
        Ok(version) => Ok(Some(version)),
        Err(ChainError::Reverted { .. }) => Ok(None),
        Err(ChainError::Refused { message, .. }) if message.contains("Program") => Ok(None),
        Err(other) => Err(other),
    }
}

/// Extends the life of an active program by a year from now. Open to anyone, from 31 days after the last time on.
pub async fn keep_alive(
    chain: &Chain,
    payer: &Key,
    program: &Deployed,
    steps: &mut Steps,
) -> Result<(), ChainError> {
    let start = Instant::now();
    let what = format!("keep {} alive", program.name);
    let call = ArbWasm::codehashKeepaliveCall { codehash: program.code_hash }.abi_encode();
    let request = TransactionRequest::default().to(ARB_WASM).input(call.into());
    let fee = fee(chain, payer, request.clone(), &what).await?;
    let sent = chain.send(payer, request.value(with_margin(fee)), &what).await?;
    steps.sent(&what, &Sent { took: start.elapsed(), ..sent });
    Ok(())
}

/// What activating or keeping alive costs beyond gas, in wei: asked by doing it without paying. The fee is checked
/// last, so the refusal that names it also says that everything before is in order.
async fn fee(
    chain: &Chain,
    payer: &Key,
    request: TransactionRequest,
    what: &str,
) -> Result<U256, ChainError> {
    match chain.call(request.from(payer.address()), what).await {
        // A chain may ask nothing.
        Ok(_) => Ok(U256::ZERO),
        Err(error) => {
            match error.revert().and_then(|revert| revert.decode::<ArbWasm::ProgramInsufficientValue>()) {
                Some(ArbWasm::ProgramInsufficientValue { want, .. }) => Ok(want),
                None => Err(error),
            }
        }
    }
}

fn with_margin(fee: U256) -> U256 {
    fee.saturating_mul(U256::from(FEE_MARGIN_PERCENT)) / U256::from(100)
}

/// Whether `account` may decide which programs the chain keeps ready.
pub async fn may_cache(chain: &Chain, account: Address) -> Result<bool, ChainError> {
    chain.read(ARB_OWNER_PUBLIC, ArbOwnerPublic::isChainOwnerCall { addr: account }).await
}

/// Has the chain keep the program ready, or keep it ready no longer. For chain owners.
pub async fn set_cached(
    chain: &Chain,
    owner: &Key,
    program: &Deployed,
    cached: bool,
    steps: &mut Steps,
) -> Result<(), ChainError> {
    let Deployed { name, address, code_hash } = program;
    let flag = ArbWasmCache::codehashIsCachedCall { codehash: *code_hash };
    if chain.read(ARB_WASM_CACHE, flag).await? == cached {
        let state = if cached { "cached already" } else { "not cached" };
        steps.done(&format!("{name} is {state}"), Duration::ZERO);
        return Ok(());
    }
    let (what, sent) = if cached {
        let what = format!("cache {name}");
        let call = ArbWasmCache::cacheProgramCall { addr: *address };
        let sent = chain.execute(owner, ARB_WASM_CACHE, call, &what).await?;
        (what, sent)
    } else {
        let what = format!("evict {name} from the cache");
        let call = ArbWasmCache::evictCodehashCall { codehash: *code_hash };
        let sent = chain.execute(owner, ARB_WASM_CACHE, call, &what).await?;
        (what, sent)
    };
    steps.sent(&what, &sent);
    Ok(())
}
