//! `ArbSys` (`0x64`): the chain itself, and messages to its parent.

use super::{Failure, Frame, abi::ArbSys, method::Methods};
use crate::arbos::{
    gas,
    outbox::{self, Completed},
    storage::{L1_BLOCK_NUMBER, NATIVE_TOKEN_OWNERS},
};
use alloy_primitives::{Address, B256, U160, U256, address, keccak256};
use alloy_sol_types::SolValue;

/// What `arbOSVersion()` adds to the version, for the versions of the chain before Nitro.
const VERSION_OFFSET: u64 = 55;
/// Blocks whose hashes can be asked for.
const HASH_WINDOW: u64 = 256;
/// Frames above a call that still counts as top level.
const TOP_LEVEL_DEPTH: usize = 2;
/// What an L1 contract's address is shifted by on L2.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");

pub(super) fn methods() -> Methods {
    Methods::default()
        .view(|frame, _: ArbSys::arbBlockNumberCall| Ok(U256::from(frame.context.block.l2_number)))
        .view(block_hash)
        .view(|frame, _: ArbSys::arbChainIDCall| Ok(U256::from(frame.context.block.chain_id)))
        .view(|frame, _: ArbSys::arbOSVersionCall| Ok(U256::from(VERSION_OFFSET + frame.version.number)))
        .view(|frame, _: ArbSys::isTopLevelCallCall| Ok(frame.call.depth <= TOP_LEVEL_DEPTH))
        .view(|_, _: ArbSys::getStorageGasAvailableCall| Ok(U256::ZERO))
        // Only messages from the parent chain come from aliased senders.
        .view(|_, _: ArbSys::wasMyCallersAddressAliasedCall| Ok(false))
        .view(|frame, _: ArbSys::myCallersAddressWithoutAliasingCall| Ok(frame.call.callers_caller))
        .pure(|_, call: ArbSys::mapL1SenderContractAddressToL2AliasCall| Ok(alias(call.sender)))
        .payable(|frame, call: ArbSys::withdrawEthCall| send(frame, call.destination, &[]))
        .payable(|frame, call: ArbSys::sendTxToL1Call| send(frame, call.destination, &call.data))
}

fn block_hash(frame: &mut Frame<'_, '_>, call: ArbSys::arbBlockHashCall) -> Result<B256, Failure> {
    let current = frame.context.block.l2_number;
    let known = u64::try_from(call.number)
        .ok()
        .filter(|number| *number < current && *number + HASH_WINDOW >= current)
        .and_then(|number| (frame.context.block.hash_of)(number));
    known.ok_or_else(|| {
        let error = ArbSys::InvalidBlockNumber { requested: call.number, current: U256::from(current) };
        Failure::custom(&error, format!("InvalidBlockNumber({}, {current})", call.number))
    })
}

fn alias(sender: Address) -> Address {
    let number = |address: Address| U160::from_be_bytes(address.0.0);
    Address::from(number(sender).wrapping_add(number(ALIAS_OFFSET)).to_be_bytes())
}

/// Sends a message and the call's value to the parent chain; answers the message's index.
fn send(frame: &mut Frame<'_, '_>, destination: Address, data: &[u8]) -> Result<U256, Failure> {
    if frame.version.asks_for_native_token_owners() {
        let owners = frame.store().read_u64(NATIVE_TOKEN_OWNERS.field(0))?;
        if owners > 0 && !frame.call.value.is_zero() {
            return Err(Failure::Plain("a managed native token can't be withdrawn".into()));
        }
    }
    let l1_number = U256::from(frame.store().read_u64(L1_BLOCK_NUMBER)?);
    let l2_number = U256::from(frame.context.block.l2_number);
    let timestamp = U256::from(frame.context.block.timestamp);
    let (caller, value) = (frame.call.caller, frame.call.value);

    let message = (caller, destination, l2_number, l1_number, timestamp, value).abi_encode_packed();
    let message = [&message, data].concat();
    frame.burn(gas::keccak(message.len()))?;
    let hash = keccak256(message);
    let (index, completed) = outbox::append(&mut frame.store(), hash)?;
    if !frame.context.ledger.sub_balance(frame.call.address, value) {
        return Err(Failure::Plain("the value of the call never arrived".into()));
    }
    for subtree in completed {
        let position = position(subtree, index);
        frame.emit(&ArbSys::SendMerkleUpdate { reserved: U256::ZERO, hash: subtree.root, position })?;
    }
    frame.emit(&ArbSys::L2ToL1Tx {
        caller,
        destination,
        hash: hash.into(),
        position: U256::from(index),
        arbBlockNum: l2_number,
        ethBlockNum: l1_number,
        timestamp,
        callvalue: value,
        data: data.to_vec().into(),
    })?;
    Ok(U256::from(index))
}

/// Where a subtree that the message `index` completed stands: level in the upper bits, index in the lower ones.
fn position(subtree: Completed, index: u64) -> U256 {
    (U256::from(subtree.level) << 192) | U256::from(index)
}
