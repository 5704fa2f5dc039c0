//! Every function that `contracts/abi` declares is answered by the real programs, and no other.

use abi::json;
use alloy::{
    dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier},
    json_abi::Function,
    primitives::{Address, B256, Bytes, Function as FunctionPointer, I256, U256},
    rpc::types::TransactionRequest,
};
use ecosystem::{chain::ChainError, revert::Revert};
use ecosystem_tests::{Stage, run};

#[test]
fn programs_answer_every_declared_function() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let contracts = [
            ("credential-registry", stage.system.registry),
            ("token-factory", stage.system.factory),
            ("credential-token", token),
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
fn with_zeros(function: &Function) -> Bytes {
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
