//! How much ink a piece of a program takes.

use crate::{
    chain::{Chain, tx},
    wasm::program_with,
};

/// Where measured programs leave their figures.
const OUT: u32 = 60_000;

/// Bytes for a data segment in text form.
pub(crate) fn escape(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// Ink between two questions for it around some code, beyond what the questions take.
pub(crate) fn ink_of_code(chain: &Chain, fields: &str, code: &str) -> u64 {
    inks(chain, fields, &[code])[0] - inks(chain, "", &[""])[0]
}

/// Ink of host calls made one after the other; each is written as `name argument…`. `data` lies at address 0.
pub(crate) fn ink_of_calls(chain: &Chain, data: &[u8], calls: &[&str]) -> Vec<u64> {
    let codes: Vec<String> = calls.iter().map(|call| host_call(call)).collect();
    let around: Vec<u64> = calls.iter().map(|call| operators(call)).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let fields = format!("(data (i32.const 0) \"{}\")", escape(data));
    let question = inks(chain, "", &[""])[0];
    let inks = inks(chain, &fields, &codes);
    inks.iter().zip(around).map(|(ink, around)| ink - question - around).collect()
}

/// Types of a host function's parameters, and whether it has a result.
fn signature(name: &str) -> (Vec<&'static str>, bool) {
    let (_, ty) = crate::wasm::host_functions().find(|(known, _)| *known == name).expect("a host function");
    let (params, result) = ty.split_once(") (result").map_or((ty, ""), |(params, result)| (params, result));
    let only_result = ty.starts_with("(result");
    let params = if only_result { "" } else { params };
    let types = params.trim_start_matches("(param").trim_end_matches(')').split_whitespace().collect();
    (types, only_result || !result.is_empty())
}

fn host_call(line: &str) -> String {
    let mut words = line.split_whitespace();
    let name = words.next().expect("a name");
    let (types, answers) = signature(name);
    let arguments: Vec<&str> = words.collect();
    assert_eq!(arguments.len(), types.len(), "{line}");
    let pushed: String =
        arguments.iter().zip(types).map(|(argument, ty)| format!("({ty}.const {argument}) ")).collect();
    let call = format!("(call ${name} {pushed})");
    if answers { format!("(drop {call})") } else { call }
}

/// Ink of the operators that a host call consists of: arguments, call, the block that it ends, drop.
fn operators(line: &str) -> u64 {
    let name = line.split_whitespace().next().expect("a name");
    let (types, answers) = signature(name);
    types.len() as u64 + 3_800 + 2_450 + if answers { 9 } else { 0 }
}

/// Ink between two questions for it around each piece of code, as an `eth_call` of one program finds it.
fn inks(chain: &Chain, fields: &str, codes: &[&str]) -> Vec<u64> {
    let mut body = String::new();
    for (index, code) in codes.iter().enumerate() {
        let out = OUT + 8 * u32::try_from(index).expect("few pieces");
        body += &format!(
            "(local.set $before (call $evm_ink_left))
             {code}
             (local.set $after (call $evm_ink_left))
             (i64.store (i32.const {out}) (i64.sub (local.get $before) (local.get $after)))\n"
        );
    }
    body += &format!("(call $write_result (i32.const {OUT}) (i32.const {})) i32.const 0", 8 * codes.len());
    let program = chain.program(&program_with(1, fields, &body));
    let output = chain.call(&tx(program, vec![])).unwrap_or_else(|refusal| panic!("{codes:?}: {refusal:?}"));
    let figures = output.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight")));
    figures.collect()
}
