//! Parts of inputs that requests and transactions share: accounts, hashes, calldata.

use alloy_primitives::{Address, B256, U256, keccak256};
use arbitrary::{Result, Unstructured};

use crate::{
    base::{ARB_SYS, ARB_WASM, Base},
    sources::SELECTORS,
};

/// Some bytes, at most so many.
pub(crate) fn bytes<'a>(input: &mut Unstructured<'a>, most: usize) -> Result<&'a [u8]> {
    let length = usize::from(input.arbitrary::<u8>()?) % (most + 1);
    input.bytes(length.min(input.len()))
}

/// An account that is on the chain, a precompile, or any.
pub(crate) fn account(input: &mut Unstructured<'_>, base: &Base) -> Result<Address> {
    Ok(match input.arbitrary::<u8>()? {
        0..64 => *input.choose(&base.contracts)?,
        64..96 => base.user().address,
        96..112 => base.owner().address,
        112..128 => ARB_WASM,
        128..136 => ARB_SYS,
        precompile @ 136..180 => Address::with_last_byte(0x64 + (precompile - 136) % 16),
        ethereum @ 180..220 => Address::with_last_byte((ethereum - 180) % 20),
        220..226 => Address::with_last_byte(0xff),
        226..232 => Address::with_last_byte(0xc8),
        232..236 => Address::with_last_byte(0xc9),
        236..240 => Address::ZERO,
        _ => Address::new(input.arbitrary()?),
    })
}

/// The hash of a block or of a transaction, or any.
pub(crate) fn hash(input: &mut Unstructured<'_>, base: &Base) -> Result<B256> {
    if input.ratio(9, 10)? { input.choose(&base.hashes).copied() } else { input.arbitrary().map(B256::new) }
}

/// Calldata: a precompile's method with words that may mean something, or any bytes.
pub(crate) fn calldata(input: &mut Unstructured<'_>, base: &Base) -> Result<Vec<u8>> {
    if input.ratio(1, 3)? {
        return bytes(input, 200).map(<[u8]>::to_vec);
    }
    let mut data = match input.arbitrary::<u8>()? {
        // For the contracts of the base that pass on what follows an address.
        0..80 => account(input, base)?.to_vec(),
        _ => Vec::new(),
    };
    data.extend_from_slice(input.choose(&SELECTORS)?);
    for _ in 0..input.int_in_range(0..=5)? {
        data.extend_from_slice(word(input, base)?.as_slice());
    }
    Ok(data)
}

fn word(input: &mut Unstructured<'_>, base: &Base) -> Result<B256> {
    Ok(match input.arbitrary::<u8>()? {
        0..100 => account(input, base)?.into_word(),
        100..120 => hash(input, base)?,
        small @ 120..220 => B256::with_last_byte(small - 120),
        220..230 => B256::from(U256::from(input.arbitrary::<u64>()?)),
        230..235 => B256::repeat_byte(0xff),
        235..240 => {
            let code = base.chain().history().state().code(*input.choose(&base.contracts)?);
            keccak256(code)
        }
        _ => B256::new(input.arbitrary()?),
    })
}
