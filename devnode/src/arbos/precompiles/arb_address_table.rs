//! `ArbAddressTable` (`0x66`): short names of addresses, for calldata that counts every byte.

use super::{Failure, Frame, abi::ArbAddressTable, method::Methods};
use crate::arbos::address_table;
use alloy_primitives::{Address, Bytes, U256};
use alloy_rlp::Header;

pub(super) fn methods() -> Methods {
    Methods::default()
        .view(|frame, call: ArbAddressTable::addressExistsCall| {
            Ok(address_table::index(&mut frame.store(), call.account)?.is_some())
        })
        .write(compress)
        .view(decompress)
        .view(|frame, call: ArbAddressTable::lookupCall| {
            let index = address_table::index(&mut frame.store(), call.account)?;
            index.map(U256::from).ok_or_else(|| Failure::Plain("the address isn't registered".into()))
        })
        .view(|frame, call: ArbAddressTable::lookupIndexCall| lookup_index(frame, call.index))
        .write(|frame, call: ArbAddressTable::registerCall| {
            Ok(U256::from(address_table::register(&mut frame.store(), call.account)?))
        })
        .view(|frame, _: ArbAddressTable::sizeCall| Ok(U256::from(address_table::size(&mut frame.store())?)))
}

fn lookup_index(frame: &mut Frame<'_, '_>, index: U256) -> Result<Address, Failure> {
    let unknown = || Failure::Plain("no address has that index".into());
    let index = u64::try_from(index).map_err(|_| unknown())?;
    address_table::address(&mut frame.store(), index)?.ok_or_else(unknown)
}

/// RLP of the index, or of the address itself where it has none.
fn compress(frame: &mut Frame<'_, '_>, call: ArbAddressTable::compressCall) -> Result<Bytes, Failure> {
    let index = address_table::index(&mut frame.store(), call.account)?;
    Ok(index.map_or_else(|| alloy_rlp::encode(call.account), alloy_rlp::encode).into())
}

/// Reads back what [`compress`] wrote: the address, and how many bytes it took.
fn decompress(
    frame: &mut Frame<'_, '_>,
    call: ArbAddressTable::decompressCall,
) -> Result<(Address, U256), Failure> {
    let offset = usize::try_from(call.offset).ok().filter(|offset| *offset <= call.data.len());
    let offset = offset.ok_or_else(|| Failure::Plain("the offset lies outside of the bytes".into()))?;
    let mut rest = &call.data[offset..];
    let before = rest.len();
    let malformed = |error: alloy_rlp::Error| Failure::Plain(format!("not a compressed address: {error}"));
    let payload = Header::decode_bytes(&mut rest, false).map_err(malformed)?;
    let taken = U256::from(before - rest.len());
    if let Ok(address) = Address::try_from(payload) {
        return Ok((address, taken));
    }
    let index: u64 =
        alloy_rlp::decode_exact(&call.data[offset..offset + before - rest.len()]).map_err(malformed)?;
    Ok((lookup_index(frame, U256::from(index))?, taken))
}
