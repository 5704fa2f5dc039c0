//! A transaction from its checks to its fees (spec §8.5–§8.9).

use super::{
    BlockCtx, Executor, MAX_INIT_CODE_SIZE, Mode, TxError, TxInput, TxOutcome,
    account::sure,
    errors::{halt_text, is_out_of_gas},
    frames::{Call, Create},
    ledger::MachineLedger,
    machine::{Machine, TxFacts},
    trace::{Fees, Recorder, Wanted},
};
use crate::{
    arbos::{self, Ledger},
    state::State,
};
use alloy_consensus::TxType;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, map::AddressMap};
use revm::{
    bytecode::Bytecode,
    context_interface::{CreateScheme, journaled_state::account::JournaledAccountTr},
    interpreter::{CallScheme, CallValue, InstructionResult, InterpreterResult, SharedMemory},
};

/// Where EIP-2935 keeps parent hashes, and who writes them.
const HISTORY_CONTRACT: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");
const SYSTEM_CALLER: Address = address!("fffffffffffffffffffffffffffffffffffffffe");
const SYSTEM_CALL_GAS: u64 = 30_000_000;

/// Intrinsic prices, gas.
mod intrinsic {
    pub(super) const BASE: u64 = 21_000;
    pub(super) const CREATE: u64 = 32_000;
    pub(super) const ZERO_BYTE: u64 = 4;
    pub(super) const NONZERO_BYTE: u64 = 16;
    pub(super) const INIT_CODE_WORD: u64 = 2;
    pub(super) const LISTED_ADDRESS: u64 = 2_400;
    pub(super) const LISTED_SLOT: u64 = 1_900;
    pub(super) const AUTHORIZATION: u64 = 25_000;
    /// Handed back when the authority's account exists.
    pub(super) const AUTHORIZATION_REFUND: u64 = 12_500;
    /// EIP-7623: per token, of which a nonzero byte is four.
    pub(super) const FLOOR_TOKEN: u64 = 10;
    pub(super) const TOKENS_PER_NONZERO: u64 = 4;
}

/// The L1 part costs this many units a compressed byte.
const UNITS_PER_BYTE: u64 = 16;

/// At most a fifth of the L2 gas is refunded (EIP-3529).
const REFUND_QUOTIENT: u64 = 5;

pub(super) fn run(
    executor: &Executor,
    state: &State,
    block: &mut BlockCtx,
    tx: &TxInput,
    mode: Mode,
    wanted: Option<Wanted>,
) -> Result<TxOutcome, TxError> {
    let base_fee = block.base_fee;
    let charged = mode != Mode::Call { charge_fees: false };
    let mut machine = Machine::new(executor, state, block, TxFacts { origin: tx.from, ..TxFacts::default() });
    machine.recorder = wanted.map(Recorder::new).map(Box::new);
    check_shape(tx)?;
    if mode == Mode::Mine {
        check_sender(&mut machine, tx)?;
    }
    if charged && U256::from(tx.max_fee_per_gas) < base_fee {
        return Err(TxError::FeeCapTooLow { address: tx.from, max_fee: tx.max_fee_per_gas, base_fee });
    }
    check_funds(&mut machine, tx, charged)?;

    let offered = if charged { tx.willing_price(base_fee) } else { U256::ZERO };
    let mut ledger = MachineLedger::new(&mut machine);
    let price = match charged {
        true if arbos::block::collects_tips(&mut ledger) => offered,
        true => base_fee,
        false => U256::ZERO,
    };
    let poster_units = U256::from(tx.compressed_len.saturating_mul(UNITS_PER_BYTE));
    let poster_fee = poster_units.saturating_mul(arbos::block::l1_price_per_unit(&mut ledger));
    let floor = if arbos::block::has_calldata_floor(&mut ledger) { floor_gas(&tx.input) } else { 0 };
    let compute_cap = arbos::block::tx_gas_limit(&mut ledger);
    let poster_gas = poster_fee.checked_div(base_fee).unwrap_or_default().saturating_to::<u64>();

    let intrinsic = intrinsic_gas(tx);
    let before_running = intrinsic.saturating_add(poster_gas);
    if tx.gas_limit < before_running {
        return Err(TxError::IntrinsicGas { have: tx.gas_limit, want: before_running });
    }
    if tx.gas_limit < floor {
        return Err(TxError::FloorDataGas { have: tx.gas_limit, want: floor });
    }

    machine.tx = TxFacts {
        origin: tx.from,
        gas_price: price,
        offered_price: offered,
        base_fee: if charged { base_fee } else { U256::ZERO },
        poster_fee,
        poster_gas,
        is_call: mode != Mode::Mine,
    };
    let nonce = take_fee_and_nonce(&mut machine, tx, price);
    let access_refund = open_access(&mut machine, tx);

    let available = tx.gas_limit - before_running;
    let cap = match mode {
        Mode::Mine if machine.version.has_tx_gas_limit() => compute_cap.saturating_sub(intrinsic),
        Mode::Mine => compute_cap,
        Mode::Call { .. } => u64::MAX,
    };
    let withheld = available.saturating_sub(cap);
    let (done, created) = execute(&mut machine, tx, nonce, available - withheld);

    let left = withheld + if done.result.is_ok_or_revert() { done.gas.remaining() } else { 0 };
    let used = tx.gas_limit - left;
    let refundable = access_refund.saturating_add(u64::try_from(done.gas.refunded()).unwrap_or_default());
    let refunded = refundable.min((used - poster_gas) / REFUND_QUOTIENT);
    // As Nitro: the floor counts if it was in force before the transaction and still is after it.
    let floor =
        if arbos::block::has_calldata_floor(&mut MachineLedger::new(&mut machine)) { floor } else { 0 };
    let gas_used = (used - refunded).max(floor);
    settle(&mut machine, tx, gas_used);

    let failure_text = machine.failure_text.take();
    let (error, revert_text) = if done.result.is_ok() {
        (None, None)
    } else if done.result == InstructionResult::Revert {
        (None, failure_text)
    } else {
        (failure_text.or_else(|| halt_text(done.result, None)), None)
    };
    let logs = std::mem::take(&mut machine.journal.logs);
    Ok(TxOutcome {
        success: done.result.is_ok(),
        output: done.output,
        error,
        out_of_gas: is_out_of_gas(done.result),
        revert_text,
        gas_used,
        gas_refunded: refunded,
        gas_used_for_l1: poster_gas,
        logs,
        created,
        effective_gas_price: price.saturating_to(),
        recording: machine.recording(),
        changes: machine.finish(),
    })
}

/// What can be told without the state.
fn check_shape(tx: &TxInput) -> Result<(), TxError> {
    let known = match TxType::try_from(tx.tx_type) {
        Ok(TxType::Eip4844) | Err(_) => false,
        Ok(_) => true,
    };
    if !known {
        return Err(TxError::UnsupportedType);
    }
    if tx.to.is_create() && tx.input.len() > MAX_INIT_CODE_SIZE {
        return Err(TxError::InitCodeTooLarge { size: tx.input.len(), limit: MAX_INIT_CODE_SIZE });
    }
    if tx.tx_type == TxType::Eip7702 as u8 {
        if tx.to.is_create() {
            return Err(TxError::SetCodeCreation { address: tx.from });
        }
        if tx.authorization_list.is_empty() {
            return Err(TxError::EmptyAuthorizations { address: tx.from });
        }
    }
    Ok(())
}

fn check_sender(machine: &mut Machine<'_>, tx: &TxInput) -> Result<(), TxError> {
    let info = machine.account(tx.from).value.info.clone();
    let address = tx.from;
    if let Some(nonce) = tx.nonce {
        let state = info.nonce;
        if nonce < state {
            return Err(TxError::NonceTooLow { address, tx: nonce, state });
        }
        if nonce > state {
            return Err(TxError::NonceTooHigh { address, tx: nonce, state });
        }
    }
    if info.nonce == u64::MAX {
        return Err(TxError::NonceMax { address, nonce: info.nonce });
    }
    let code = info.code.unwrap_or_default();
    if !tx.any_sender && !code.is_empty() && !code.is_eip7702() {
        return Err(TxError::SenderNotEoa { address, len: code.len() });
    }
    Ok(())
}

fn check_funds(machine: &mut Machine<'_>, tx: &TxInput, charged: bool) -> Result<(), TxError> {
    let address = tx.from;
    let fee_cap = if charged { tx.max_fee_per_gas } else { 0 };
    let want = U256::from(tx.gas_limit)
        .checked_mul(U256::from(fee_cap))
        .and_then(|fee| fee.checked_add(tx.value))
        .ok_or(TxError::FundsOverflow { address })?;
    let have = machine.account(address).value.info.balance;
    if have < want {
        return Err(TxError::InsufficientFunds { address, have, want });
    }
    Ok(())
}

fn calldata_bytes(input: &[u8]) -> (u64, u64) {
    let zeros = input.iter().filter(|byte| **byte == 0).count() as u64;
    (zeros, input.len() as u64 - zeros)
}

fn intrinsic_gas(tx: &TxInput) -> u64 {
    use intrinsic as price;
    let (zeros, nonzeros) = calldata_bytes(&tx.input);
    let mut gas = price::BASE + zeros * price::ZERO_BYTE + nonzeros * price::NONZERO_BYTE;
    if tx.to.is_create() {
        gas += price::CREATE + price::INIT_CODE_WORD * (tx.input.len() as u64).div_ceil(32);
    }
    for item in tx.access_list.iter() {
        gas += price::LISTED_ADDRESS + price::LISTED_SLOT * item.storage_keys.len() as u64;
    }
    gas + price::AUTHORIZATION * tx.authorization_list.len() as u64
}

fn floor_gas(input: &[u8]) -> u64 {
    let (zeros, nonzeros) = calldata_bytes(input);
    intrinsic::BASE + intrinsic::FLOOR_TOKEN * (zeros + intrinsic::TOKENS_PER_NONZERO * nonzeros)
}

/// Takes the whole gas limit's fee; a call's nonce is used up here, a creation's by the create. Returns the nonce.
fn take_fee_and_nonce(machine: &mut Machine<'_>, tx: &TxInput, price: U256) -> u64 {
    let mut sender = sure(machine.journal.load_account_mut(&mut machine.db, tx.from)).data;
    let fee = U256::from(tx.gas_limit).saturating_mul(price);
    let left = sender.balance().saturating_sub(fee);
    sender.set_balance(left);
    let nonce = sender.nonce();
    if !tx.to.is_create() {
        sender.set_nonce(nonce.saturating_add(1));
    }
    nonce
}

/// Warms what the access list names and applies the authorizations; returns their refund.
fn open_access(machine: &mut Machine<'_>, tx: &TxInput) -> u64 {
    let mut list: AddressMap<_> = AddressMap::default();
    for item in tx.access_list.iter() {
        let slots: &mut revm::primitives::HashSet<U256> = list.entry(item.address).or_default();
        slots.extend(item.storage_keys.iter().map(|key| U256::from_be_bytes(key.0)));
    }
    machine.journal.warm_addresses.set_access_list(list);
    let mut refund = 0;
    for signed in &tx.authorization_list {
        let chain = signed.chain_id();
        if !chain.is_zero() && *chain != U256::from(machine.chain_id) || signed.nonce() == u64::MAX {
            continue;
        }
        let Ok(authority) = signed.recover_authority() else { continue };
        let account = machine.account(authority).value;
        let existed = !(account.is_empty() && account.is_loaded_as_not_existing_not_touched());
        let code = account.info.code.clone().unwrap_or_default();
        if !code.is_empty() && !code.is_eip7702() || account.info.nonce != signed.nonce() {
            continue;
        }
        if existed {
            refund += intrinsic::AUTHORIZATION_REFUND;
        }
        let delegate = *signed.address();
        let mut authority_account = sure(machine.journal.load_account_mut(&mut machine.db, authority));
        authority_account.data.set_nonce(signed.nonce() + 1);
        let code = if delegate.is_zero() { Bytecode::default() } else { Bytecode::new_eip7702(delegate) };
        machine.journal.set_code(authority, code);
    }
    refund
}

fn execute(
    machine: &mut Machine<'_>,
    tx: &TxInput,
    nonce: u64,
    gas: u64,
) -> (InterpreterResult, Option<Address>) {
    match tx.to {
        TxKind::Call(to) => {
            // As geth: whom the callee delegates to is warm from the start.
            if let Some(delegate) = machine.code(to).value.eip7702_address() {
                machine.account(delegate);
            }
            let code = machine.code_to_run(to);
            let call = Call {
                scheme: CallScheme::Call,
                caller: tx.from,
                acting: to,
                code_address: to,
                code,
                value: CallValue::Transfer(tx.value),
                input: tx.input.clone(),
                gas,
                is_static: false,
                depth: 0,
                callers_caller: Address::ZERO,
            };
            (machine.call(call, SharedMemory::new()), None)
        }
        TxKind::Create => {
            let create = Create {
                creator: tx.from,
                scheme: CreateScheme::Create,
                endowment: tx.value,
                init_code: tx.input.clone(),
                gas,
                depth: 0,
            };
            let (done, _) = machine.create(create, SharedMemory::new());
            (done, Some(tx.from.create(nonce)))
        }
    }
}

/// Hands back what was not used and pays it out: the L2 part to the network, the L1 part to its pool.
fn settle(machine: &mut Machine<'_>, tx: &TxInput, gas_used: u64) {
    let (price, poster_gas) = (machine.tx.gas_price, machine.tx.poster_gas);
    let unused = U256::from(tx.gas_limit - gas_used).saturating_mul(price);
    let l1_part = U256::from(poster_gas).saturating_mul(price);
    let l2_gas = gas_used.saturating_sub(poster_gas);
    let mut l2_part = U256::from(l2_gas).saturating_mul(price);
    let units = tx.compressed_len.saturating_mul(UNITS_PER_BYTE);
    record_fees(machine, tx, gas_used);
    let mut ledger = MachineLedger::new(machine);
    ledger.add_balance(tx.from, unused);
    if let Some(infra) = arbos::block::infra_fee_account(&mut ledger) {
        let share = arbos::block::min_base_fee(&mut ledger).min(price).saturating_mul(U256::from(l2_gas));
        ledger.add_balance(infra, share);
        l2_part -= share;
    }
    let network = arbos::block::network_fee_account(&mut ledger);
    ledger.add_balance(network, l2_part);
    arbos::block::collect_l1_fee(&mut ledger, l1_part, units);
    arbos::block::add_gas_used(&mut ledger, l2_gas);
}

/// What a tracer says that [`settle`] moves: in a call without a price, what the block's base fee would bring.
fn record_fees(machine: &mut Machine<'_>, tx: &TxInput, gas_used: u64) {
    if machine.recorder.is_none() {
        return;
    }
    let (price, poster_gas) = (machine.tx.gas_price, machine.tx.poster_gas);
    let rate = if price.is_zero() { machine.block.base_fee } else { price };
    let wei = |gas: u64, rate: U256| U256::from(gas).saturating_mul(rate);
    let l2_gas = gas_used.saturating_sub(poster_gas);
    let mut l2_part = wei(l2_gas, rate);
    let mut collected = Vec::new();
    let mut ledger = MachineLedger::new(machine);
    if let Some(infra) = arbos::block::infra_fee_account(&mut ledger) {
        let share = wei(l2_gas, arbos::block::min_base_fee(&mut ledger).min(rate));
        collected.push((infra, share));
        l2_part -= share;
    }
    collected.push((arbos::block::network_fee_account(&mut ledger), l2_part));
    collected.push((arbos::L1_FUND_POOL, wei(poster_gas, rate)));
    let fees =
        Fees { paid: wei(tx.gas_limit, price), refunded: wei(tx.gas_limit - gas_used, price), collected };
    if let Some(recorder) = &mut machine.recorder {
        recorder.paid(fees);
    }
}

/// EIP-2935: the start-block transaction's call of the history contract.
pub(super) fn record_parent_hash(machine: &mut Machine<'_>, parent_hash: B256) {
    let code = machine.code_to_run(HISTORY_CONTRACT);
    if code.1.is_empty() {
        return;
    }
    machine.account(SYSTEM_CALLER);
    machine.account(HISTORY_CONTRACT);
    // No transaction has begun that would have warmed the precompiles; only tracers see what that costs.
    machine.journal.warm_addresses.set_precompile_addresses(&Default::default());
    let call = Call {
        scheme: CallScheme::Call,
        caller: SYSTEM_CALLER,
        acting: HISTORY_CONTRACT,
        code_address: HISTORY_CONTRACT,
        code,
        value: CallValue::Transfer(U256::ZERO),
        input: Bytes::copy_from_slice(parent_hash.as_slice()),
        gas: SYSTEM_CALL_GAS,
        is_static: false,
        depth: 0,
        callers_caller: Address::ZERO,
    };
    machine.call(call, SharedMemory::new());
}
