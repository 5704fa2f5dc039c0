//! From an account's code to the wasm in it, fragments included (§2.3).

use crate::{
    arbos::{
        Ledger, StylusParams, Version,
        gas::{self, Meter, OutOfGas},
        precompiles::{Failure, abi},
        storage::Store,
    },
    vm::code::{self, CodeError, DEFAULT_MAX_CODE_SIZE, Prefix, Root},
};
use alloy_primitives::{Address, Bytes};

/// Gas of a cold account and of a warm one.
const COLD_ACCOUNT: u64 = 2_600;
const WARM_ACCOUNT: u64 = 100;

/// The wasm of a program that has been activated: nothing is charged, and its limits were checked then.
///
/// # Errors
/// [`CodeError`] if the code, or that of one of its fragments, has been replaced since.
pub fn active_wasm(ledger: &mut dyn Ledger, code: &[u8]) -> Result<Vec<u8>, CodeError> {
    match Prefix::of(code) {
        Some(Prefix::Root) => {
            let root = Root::parse(code)?;
            let fragments: Vec<Bytes> = root.fragments.iter().map(|address| ledger.code(*address)).collect();
            root.assemble(fragments.iter().map(AsRef::as_ref))
        }
        _ => code::classic_wasm(code, u32::MAX),
    }
}

/// The wasm that is to be activated.
pub(super) fn wasm_to_activate<M: Meter<Stop = OutOfGas>>(
    store: &mut Store<'_, M>,
    code: &[u8],
    params: &StylusParams,
    version: &Version,
) -> Result<Vec<u8>, Failure> {
    let not_wasm = || Failure::custom(&abi::ArbWasm::ProgramNotWasm {}, "ProgramNotWasm()");
    match Prefix::of(code) {
        _ if code.is_empty() => Err(not_wasm()),
        Some(Prefix::Classic) => Ok(code::classic_wasm(code, params.max_wasm_size)?),
        Some(Prefix::Root) if version.has_fragments() => fragmented_wasm(store, code, params),
        Some(Prefix::Fragment) => Err(Failure::Plain("a fragment is no program".into())),
        None if version.has_fragments() => Err(not_wasm()),
        _ => Err(Failure::Plain("not a Stylus program".into())),
    }
}

fn fragmented_wasm<M: Meter<Stop = OutOfGas>>(
    store: &mut Store<'_, M>,
    code: &[u8],
    params: &StylusParams,
) -> Result<Vec<u8>, Failure> {
    let root = Root::parse(code)?;
    if root.declared_length > params.max_wasm_size {
        return Err(CodeError::TooLarge(params.max_wasm_size).into());
    }
    let (count, most) = (root.fragments.len(), usize::from(params.max_fragments));
    if count > most {
        return Err(Failure::Plain(format!("{count} fragments, at most {most} are allowed")));
    }
    if count == 0 {
        return Err(Failure::Plain("a root without fragments".into()));
    }
    let mut fragments = Vec::new();
    for address in &root.fragments {
        let code = load_fragment(store, *address)?;
        // What comes after one that is none is neither loaded nor charged.
        code::fragment_payload(&code)?;
        fragments.push(code);
    }
    Ok(root.assemble(fragments.iter().map(AsRef::as_ref))?)
}

/// Warms and reads a fragment. The largest possible one must be affordable before its size is looked at.
fn load_fragment<M: Meter<Stop = OutOfGas>>(
    store: &mut Store<'_, M>,
    address: Address,
) -> Result<Bytes, OutOfGas> {
    let access = if store.ledger.warm(address) { COLD_ACCOUNT } else { WARM_ACCOUNT };
    store.require(access + gas::copy(DEFAULT_MAX_CODE_SIZE as usize))?;
    let code = store.ledger.code(address);
    store.burn(access + gas::copy(code.len()))?;
    Ok(code)
}

impl From<CodeError> for Failure {
    fn from(error: CodeError) -> Self {
        Self::Plain(error.to_string())
    }
}
