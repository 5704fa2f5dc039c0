//! Signed transactions of all types, and what somebody may make of them on the way.
//!
//! Everywhere the first choice is the ordinary one: it is what an input that has run out of bytes goes on with.

use std::collections::HashMap;

use alloy_consensus::{SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy};
use alloy_eips::{
    eip2718::Encodable2718,
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use alloy_signer_local::PrivateKeySigner;
use arbitrary::{Result, Unstructured};
use stylus_devnode::DevAccount;

use crate::{
    base::{Base, Call, MOST_GAS},
    code,
    inputs::{account, bytes, calldata},
};

/// Makes transactions; remembers which nonce comes next.
#[derive(Default)]
pub(super) struct Forge {
    nonces: HashMap<Address, u64>,
}

/// What all types have.
struct Fields {
    chain_id: u64,
    nonce: u64,
    gas_limit: u64,
    max_fee: u128,
    tip: u128,
    to: TxKind,
    value: U256,
    input: Bytes,
    access_list: AccessList,
}

impl Forge {
    /// A transaction, as it is sent.
    pub(super) fn transaction(&mut self, input: &mut Unstructured<'_>, base: &Base) -> Result<Vec<u8>> {
        let from = signer(input, base)?;
        let kind: u8 = input.arbitrary()?;
        let fields = self.fields(input, base, from)?;
        let mut raw = match kind % 8 {
            0 | 1 => signed(from, legacy(fields, kind & 8 == 0)),
            2 => signed(from, list(fields)),
            3 => signed(from, delegating(fields, input, base)?),
            _ => signed(from, dynamic(fields)),
        };
        match input.arbitrary::<u8>()? {
            0..224 => {}
            224..240 => {
                let at = usize::from(input.arbitrary::<u16>()?) % raw.len();
                raw[at] = input.arbitrary()?;
            }
            240..246 => raw.truncate(usize::from(input.arbitrary::<u16>()?)),
            246..250 => raw.extend_from_slice(bytes(input, 8)?),
            _ => raw[0] = input.arbitrary()?,
        }
        Ok(raw)
    }

    fn fields(&mut self, input: &mut Unstructured<'_>, base: &Base, from: DevAccount) -> Result<Fields> {
        let state_nonce = base.chain().history().state().nonce(from.address);
        let next = self.nonces.entry(from.address).or_default();
        *next = state_nonce.max(*next);
        let nonce = match input.arbitrary::<u8>()? {
            0..224 => *next,
            224..240 => *next + 1,
            240..246 => state_nonce,
            246..252 => state_nonce.wrapping_sub(1),
            _ => input.arbitrary()?,
        };
        *next = if nonce == *next { *next + 1 } else { *next };
        let (to, data) = purpose(input, base)?;
        let gas_limit = match input.arbitrary::<u8>()? {
            0..80 => 1_000_000,
            80..180 => MOST_GAS.min(3_000_000 + 100_000 * u64::from(input.arbitrary::<u8>()?)),
            tight @ 180..240 => 21_000 + 100 * u64::from(tight),
            240..250 => 21_000,
            _ => input.arbitrary()?,
        };
        let max_fee = match input.arbitrary::<u8>()? {
            0..216 => 1_000_000_000,
            216..240 => 100_000_000,
            240..246 => 99_999_999,
            246..250 => 0,
            _ => input.arbitrary()?,
        };
        Ok(Fields {
            chain_id: if input.ratio(39, 40)? { base.chain().chain_id() } else { input.arbitrary()? },
            nonce,
            gas_limit,
            max_fee,
            tip: match input.arbitrary::<u8>()? {
                0..192 => 0,
                192..248 => max_fee / 2,
                _ => input.arbitrary()?,
            },
            to,
            value: match input.arbitrary::<u8>()? {
                0..176 => U256::ZERO,
                176..246 => U256::from(input.arbitrary::<u64>()?),
                246..252 => U256::from(1_000_000_000_000_000_000_000_u128),
                _ => U256::from_be_bytes(input.arbitrary::<[u8; 32]>()?),
            },
            input: data.into(),
            access_list: access_list(input, base)?,
        })
    }
}

fn signer(input: &mut Unstructured<'_>, base: &Base) -> Result<DevAccount> {
    Ok(match input.arbitrary::<u8>()? {
        0..100 => base.user(),
        100..200 => base.owner(),
        200..250 => base.other(),
        _ => base.poor(),
    })
}

/// Whom it is sent to and what for: a call, a deployment, an activation.
fn purpose(input: &mut Unstructured<'_>, base: &Base) -> Result<(TxKind, Vec<u8>)> {
    Ok(match input.arbitrary::<u8>()? {
        0..140 => (TxKind::Call(account(input, base)?), calldata(input, base)?),
        140..160 => (TxKind::Create, bytes(input, 200)?.to_vec()),
        160..180 => (TxKind::Create, code::init(bytes(input, 200)?)),
        180..195 => (TxKind::Create, code::init(&program(input)?)),
        195..200 => (TxKind::Create, code::init(&vec![input.arbitrary()?; 24_576 + 2])),
        200..220 => {
            let call = Call::activating(account(input, base)?);
            (call.to.map_or(TxKind::Create, TxKind::Call), call.input.to_vec())
        }
        // The contract that creates what its calldata says.
        _ => (TxKind::Call(base.contracts[3]), code::init(bytes(input, 200)?)),
    })
}

/// A program, whole, cut off or changed.
fn program(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut program =
        if input.ratio(1, 2)? { code::inactive_program() } else { input.choose(&code::programs())?.clone() };
    match input.arbitrary::<u8>()? {
        0..64 => program.truncate(usize::from(input.arbitrary::<u8>()?)),
        64..128 => {
            let at = usize::from(input.arbitrary::<u8>()?) % program.len();
            program[at] = input.arbitrary()?;
        }
        _ => {}
    }
    Ok(program)
}

fn access_list(input: &mut Unstructured<'_>, base: &Base) -> Result<AccessList> {
    if input.ratio(3, 4)? {
        return Ok(AccessList::default());
    }
    let item = |_| {
        let slot = B256::with_last_byte(input.arbitrary()?);
        Ok(AccessListItem { address: account(input, base)?, storage_keys: vec![slot] })
    };
    (0..3).map(item).collect::<Result<Vec<_>>>().map(AccessList)
}

fn legacy(fields: Fields, protected: bool) -> TxLegacy {
    TxLegacy {
        chain_id: protected.then_some(fields.chain_id),
        nonce: fields.nonce,
        gas_price: fields.max_fee,
        gas_limit: fields.gas_limit,
        to: fields.to,
        value: fields.value,
        input: fields.input,
    }
}

fn list(fields: Fields) -> TxEip2930 {
    TxEip2930 {
        chain_id: fields.chain_id,
        nonce: fields.nonce,
        gas_price: fields.max_fee,
        gas_limit: fields.gas_limit,
        to: fields.to,
        value: fields.value,
        access_list: fields.access_list,
        input: fields.input,
    }
}

fn dynamic(fields: Fields) -> TxEip1559 {
    TxEip1559 {
        chain_id: fields.chain_id,
        nonce: fields.nonce,
        gas_limit: fields.gas_limit,
        max_fee_per_gas: fields.max_fee,
        max_priority_fee_per_gas: fields.tip,
        to: fields.to,
        value: fields.value,
        access_list: fields.access_list,
        input: fields.input,
    }
}

fn delegating(fields: Fields, input: &mut Unstructured<'_>, base: &Base) -> Result<TxEip7702> {
    let length = if input.ratio(7, 8)? { input.int_in_range(1..=3)? } else { 0 };
    let authorizations = (0..length).map(|_| authorization(input, base)).collect::<Result<_>>()?;
    Ok(TxEip7702 {
        chain_id: fields.chain_id,
        nonce: fields.nonce,
        gas_limit: fields.gas_limit,
        max_fee_per_gas: fields.max_fee,
        max_priority_fee_per_gas: fields.tip,
        to: fields.to.into_to().unwrap_or_default(),
        value: fields.value,
        access_list: fields.access_list,
        authorization_list: authorizations,
        input: fields.input,
    })
}

fn authorization(input: &mut Unstructured<'_>, base: &Base) -> Result<SignedAuthorization> {
    let from = signer(input, base)?;
    let nonce = base.chain().history().state().nonce(from.address);
    let authorization = Authorization {
        chain_id: U256::from(if input.ratio(1, 4)? { 0 } else { base.chain().chain_id() }),
        address: account(input, base)?,
        nonce: match input.arbitrary::<u8>()? {
            240.. => input.arbitrary()?,
            odd => nonce.wrapping_add(u64::from(odd & 1)),
        },
    };
    let signature = match input.arbitrary::<u8>()? {
        240.. => Signature::new(U256::from(1), U256::from_be_bytes(input.arbitrary::<[u8; 32]>()?), true),
        _ => sign(from, authorization.signature_hash()),
    };
    Ok(authorization.into_signed(signature))
}

fn sign(from: DevAccount, hash: B256) -> Signature {
    let signer = PrivateKeySigner::from_bytes(&from.private_key).expect("the accounts' keys are valid");
    let signed = signer.credential().sign_prehash_recoverable(hash.as_slice());
    signed.expect("a hash can be signed").into()
}

fn signed<T: SignableTransaction<Signature>>(from: DevAccount, tx: T) -> Vec<u8>
where
    TxEnvelope: From<Signed<T>>,
{
    let signature = sign(from, tx.signature_hash());
    TxEnvelope::from(tx.into_signed(signature)).encoded_2718()
}
