//! Every function that `contracts/abi` declares is answered by the real programs, and no other; what isn't a call of one
//! reverts without a word.

use abi::json;
use alloy::{
    dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier},
    json_abi::{Function, StateMutability},
    primitives::{Address, B256, Bytes, Function as FunctionPointer, I256, U256, hex},
    rpc::types::TransactionRequest,
};
use ecosystem::{chain::ChainError, revert::Revert};
use ecosystem_tests::{Everything, Stage, run};

#[test]
fn programs_answer_every_declared_function() {
    run(async {
        let stage = Stage::shared().await;
        let (pool, token) = stage.pool().await;
        let contracts = [
            ("credential-registry", stage.system.registry),
            ("token-factory", stage.system.factory),
            ("credential-token", token),
            ("pool", pool),
            ("pool-extension", stage.world.programs.pool_extension.address),
            ("pool-factory", stage.system.pool_factory),
        ];
        for (folder, address) in contracts {
            let interface = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
            for function in interface.functions() {
                let call = with_zeros(function);
                if let Err(reason) = answer(&stage, address, call).await {
                    panic!("{folder} has no {}: {reason}", function.signature());
                }
            }
            // Nobody declares this one.
            let unknown = Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]);
            assert!(
                answer(&stage, address, unknown).await.is_err(),
                "{folder} answers what it doesn't declare"
            );
        }
    });
}

/// Too short, with a word that isn't of its type, with Ether: of any function, as strangers bring it.
#[test]
fn programs_refuse_what_is_no_call_of_a_function_without_a_word() {
    run(async {
        let stage = Stage::shared().await;
        let (pool, token) = stage.pool().await;
        let contracts = [
            ("credential-registry", stage.system.registry),
            ("token-factory", stage.system.factory),
            ("credential-token", token),
            ("pool", pool),
            ("pool-extension", stage.world.programs.pool_extension.address),
            ("pool-factory", stage.system.pool_factory),
        ];
        let before = Everything::of(&stage).await;
        for (folder, address) in contracts {
            let interface = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
            // Nothing is plain Ether for a pool.
            for length in usize::from(folder == "pool")..4 {
                refuses_silently(&stage, address, &vec![1; length], U256::ZERO, folder).await;
            }
            for function in interface.functions() {
                let (name, good) = (function.signature(), with_zeros(function));
                if !function.inputs.is_empty() {
                    refuses_silently(&stage, address, &good[..good.len() - 1], U256::ZERO, &name).await;
                }
                if function.state_mutability != StateMutability::Payable {
                    refuses_silently(&stage, address, &good, U256::ONE, &name).await;
                }
                for wrong in with_wrong_words(function, &good) {
                    refuses_silently(&stage, address, &wrong, U256::ZERO, &name).await;
                }
            }
        }
        assert_eq!(before, Everything::of(&stage).await);
    });
}

async fn refuses_silently(stage: &Stage, to: Address, call: &[u8], value: U256, what: &str) {
    let input = Bytes::copy_from_slice(call).into();
    let request =
        TransactionRequest::default().from(stage.stranger.address()).to(to).input(input).value(value);
    match stage.chain().call(request, what).await {
        Err(ChainError::Reverted { revert, .. }) if revert.data.is_empty() => {}
        other => panic!("{what} takes {}: {other:?}", hex::encode(call)),
    }
}

/// Variants of a call in each of which one word isn't of its type: an address with more than 20 bytes, a number beyond
/// its bits, a flag that is neither 0 nor 1, an offset or a length beyond the end, a text that isn't UTF-8.
fn with_wrong_words(function: &Function, good: &[u8]) -> Vec<Vec<u8>> {
    let types = function.inputs.iter().map(|input| input.resolve().expect("a type of the ABI"));
    let words: Vec<_> = types.flat_map(|kind| words_of(&kind)).collect();
    let with = |at: usize, word: [u8; 32]| {
        let mut call = good.to_vec();
        call[at..at + 32].copy_from_slice(&word);
        call
    };
    let mut wrong = Vec::new();
    for (index, kind) in words.iter().enumerate() {
        let at = 4 + 32 * index;
        match kind {
            // Every word is one of these.
            DynSolType::Uint(256) | DynSolType::FixedBytes(32) => {}
            DynSolType::Bool => {
                wrong.push(with(at, [0xff; 32]));
                wrong.push(with(at, U256::from(2).to_be_bytes()));
            }
            DynSolType::Address | DynSolType::Uint(_) => {
                wrong.push(with(at, [0xff; 32]));
                let bits = if let DynSolType::Uint(bits) = kind { *bits } else { 160 };
                wrong.push(with(at, (U256::ONE << bits).to_be_bytes()));
            }
            DynSolType::Bytes | DynSolType::String | DynSolType::Array(_) => {
                wrong.push(with(at, [0xff; 32]));
                wrong.push(with(at, U256::from(good.len()).to_be_bytes()));
                // Content that would be there, were it not for what it is.
                let mut tail = good.to_vec();
                tail[at..at + 32].copy_from_slice(&U256::from(good.len() - 4).to_be_bytes::<32>());
                for length in [U256::from(33), U256::from(u64::MAX), U256::MAX] {
                    wrong.push([&tail[..], &length.to_be_bytes::<32>(), &[0; 32]].concat());
                }
                // Where users write texts themselves, bad ones have errors of their own.
                if *kind == DynSolType::String && function.name == "initialize" {
                    let text = B256::right_padding_from(&[b'a', 0xff]);
                    let length = U256::from(2).to_be_bytes::<32>();
                    wrong.push([&tail[..], &length, text.as_slice()].concat());
                }
                if let DynSolType::Array(of) = kind
                    && matches!(**of, DynSolType::Address | DynSolType::Uint(32))
                {
                    let length = U256::ONE.to_be_bytes::<32>();
                    wrong.push([&tail[..], &length, &[0xff; 32]].concat());
                }
            }
            other => panic!("{} has a {other}, of which nobody has thought here", function.signature()),
        }
    }
    wrong
}

/// The words that stand for a type in the head of a call: of a struct, those of its fields.
fn words_of(kind: &DynSolType) -> Vec<DynSolType> {
    match kind {
        DynSolType::Tuple(fields) | DynSolType::CustomStruct { tuple: fields, .. } => {
            fields.iter().flat_map(words_of).collect()
        }
        other => vec![other.clone()],
    }
}

/// Calls as somebody without any role. What comes back is a result, or a declared error about the arguments or the
/// caller; a program without the function reverts with nothing.
async fn answer(stage: &Stage, to: Address, call: Bytes) -> Result<(), String> {
    let request = TransactionRequest::default().from(stage.stranger.address()).to(to).input(call.into());
    match stage.chain().call(request, "a declared function").await {
        Ok(_) => Ok(()),
        Err(ChainError::Reverted { revert, .. }) if revert.name().is_some() => Ok(()),
        Err(ChainError::Reverted { revert: Revert { data }, .. }) => Err(format!("it reverts with {data}")),
        Err(other) => Err(other.to_string()),
    }
}

/// A call of `function` with zeros, empty lists and empty texts.
pub(crate) fn with_zeros(function: &Function) -> Bytes {
    let types = function.inputs.iter().map(|input| input.resolve().expect("a type of the ABI"));
    let values: Vec<_> = types.map(|kind| zero(&kind)).collect();
    function.abi_encode_input(&values).expect("values of these types").into()
}

fn zero(kind: &DynSolType) -> DynSolValue {
    match kind {
        DynSolType::Bool => DynSolValue::Bool(false),
        DynSolType::Int(bits) => DynSolValue::Int(I256::ZERO, *bits),
        DynSolType::Uint(bits) => DynSolValue::Uint(U256::ZERO, *bits),
        DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(B256::ZERO, *size),
        DynSolType::Address => DynSolValue::Address(Address::ZERO),
        DynSolType::Function => DynSolValue::Function(FunctionPointer::ZERO),
        DynSolType::Bytes => DynSolValue::Bytes(Vec::new()),
        DynSolType::String => DynSolValue::String(String::new()),
        DynSolType::Array(_) => DynSolValue::Array(Vec::new()),
        DynSolType::FixedArray(of, length) => DynSolValue::FixedArray(vec![zero(of); *length]),
        DynSolType::Tuple(fields) | DynSolType::CustomStruct { tuple: fields, .. } => {
            DynSolValue::Tuple(fields.iter().map(zero).collect())
        }
    }
}
