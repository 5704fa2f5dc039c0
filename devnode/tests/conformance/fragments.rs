//! Programs in fragments (ArbOS 60 on): activation, its charges and limits, calls.

use alloy_primitives::{Address, B256, Bytes, hex};

use crate::{
    chain::{ArbOwner, Chain, on_chain, tx},
    wasm::{classic, compress, parse, program},
};

/// Answers its calldata.
fn echo() -> Vec<u8> {
    parse(&program(
        "(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $args)) i32.const 0",
    ))
}

/// The compressed program in so many fragments, and the root that names them.
fn split(chain: &Chain, wasm: &[u8], pieces: usize) -> (Vec<Address>, Address) {
    let stream = compress(wasm);
    let size = stream.len().div_ceil(pieces);
    let fragments: Vec<Address> =
        stream.chunks(size).map(|piece| chain.deploy(&[&hex!("eff001")[..], piece].concat())).collect();
    assert_eq!(fragments.len(), pieces);
    let root = root(wasm.len(), &fragments);
    let root = chain.deploy(&root);
    (fragments, root)
}

fn root(declared: usize, fragments: &[Address]) -> Vec<u8> {
    let length = u32::try_from(declared).expect("small").to_be_bytes();
    let addresses: Vec<u8> = fragments.iter().flat_map(|address| address.0.0).collect();
    [&hex!("eff00200")[..], &length, &addresses].concat()
}

#[test]
fn root_and_fragments_run_as_the_whole_program_would() {
    for pieces in 1..=4 {
        on_chain(61, |chain| {
            let (fragments, root) = split(chain, &echo(), pieces);
            let unusable = chain.call(&tx(root, vec![1])).expect_err("not yet active");
            assert_eq!(unusable.message, "error ProgramNotActivated()");
            assert!(chain.activate(root).success);
            assert_eq!(chain.call(&tx(root, vec![1, 2, 3])), Ok(Bytes::from(vec![1, 2, 3])));
            // A fragment alone is EVM code that begins with an invalid opcode.
            let halted = chain.call(&tx(fragments[0], vec![])).expect_err("no code");
            assert_eq!(halted.code, -32_000);
        });
    }
}

#[test]
fn each_fragment_is_charged_for_its_access_and_its_words() {
    on_chain(61, |chain| {
        let whole = chain.deploy(&classic(&echo()));
        let gas = |program: Address| {
            let receipt = chain.send(&Chain::activation(program));
            assert!(receipt.success);
            receipt.gas_used - Chain::activation(program).intrinsic()
        };
        let classic = gas(whole);
        let (fragments, root) = split(chain, &echo(), 3);
        let loads: u64 =
            fragments.iter().map(|piece| 2_600 + 3 * chain.code(*piece).len().div_ceil(32) as u64).sum();
        assert_eq!(gas(root), classic + loads);
    });
}

#[test]
fn a_fragment_named_twice_is_warm_the_second_time() {
    on_chain(61, |chain| {
        // Two halves of which the first is the second: only the gas of the failed decompression tells.
        let fragment = chain.deploy(&[&hex!("eff001")[..], &[0; 100]].concat());
        let used = |fragments: &[Address]| {
            let program = chain.deploy(&root(1_000, fragments));
            let receipt = chain.activate(program);
            assert!(!receipt.success);
            receipt.gas_used - Chain::activation(program).intrinsic()
        };
        assert_eq!(used(&[fragment; 2]) - used(&[fragment]), 100 + 3 * 4);
    });
}

#[test]
fn what_is_named_behind_no_fragment_is_not_loaded() {
    on_chain(61, |chain| {
        let (fragments, _) = split(chain, &echo(), 2);
        let used = |fragments: &[Address]| {
            let program = chain.deploy(&root(echo().len(), fragments));
            let receipt = chain.activate(program);
            assert!(!receipt.success);
            receipt.gas_used - Chain::activation(program).intrinsic()
        };
        let nobody = Address::repeat_byte(0xdd);
        assert_eq!(used(&[nobody, fragments[0], fragments[1]]), used(&[nobody]));
        let first = 2_600 + 3 * chain.code(fragments[0]).len().div_ceil(32) as u64;
        assert_eq!(used(&[fragments[0], nobody, fragments[1]]), used(&[nobody]) + first);
    });
}

#[test]
fn activation_that_cannot_afford_the_longest_fragment_burns_out() {
    on_chain(61, |chain| {
        let (_, root) = split(chain, &echo(), 1);
        // Everything up to the fragment: the start, and what opening, the argument and three reads take.
        let before = 800 + 3 + 800 + 1_659_168 + 100 + 800;
        let call = |gas: u64| {
            let call = Chain::activation(root);
            let gas = call.intrinsic() + gas;
            chain.send(&call.gas(gas))
        };
        let short = call(before + 4_903);
        assert_eq!(
            (short.success, short.gas_used),
            (false, Chain::activation(root).intrinsic() + before + 4_903)
        );
        // With a unit more the fragment is loaded, and the natively charged part is what gas lacks for.
        let refusal = |gas: u64| {
            let call = Chain::activation(root);
            let gas = call.intrinsic() + gas;
            chain.call(&call.gas(gas)).expect_err("it can't be enough")
        };
        assert_eq!(refusal(before + 4_903).code, 3);
        assert_eq!(refusal(before + 4_904).message, "program activation failed: out of gas");
    });
}

#[test]
fn key_is_the_roots_own_code_hash_whatever_becomes_of_the_fragments() {
    on_chain(61, |chain| {
        let (fragments, program) = split(chain, &echo(), 2);
        assert!(chain.activate(program).success);
        let twin = chain.deploy(&root(echo().len(), &fragments));
        assert_eq!(chain.code_hash(twin), chain.code_hash(program));
        assert!(chain.call(&tx(twin, vec![9])).is_ok(), "active already");
    });
}

#[test]
fn malformed_roots_are_plain_errors() {
    on_chain(61, |chain| {
        let wasm = echo();
        let (fragments, _) = split(chain, &wasm, 2);
        let not_a_fragment = chain.deploy(&hex!("00"));
        let exact = wasm.len();
        let mut long = root(exact, &fragments);
        long.push(0);
        for (what, code) in [
            ("no fragments", root(exact, &[])),
            ("declares too little", root(exact - 1, &fragments)),
            ("declares too much", root(exact + 1, &fragments)),
            ("declares more than the chain allows", root(262_145, &fragments)),
            ("out of order", root(exact, &[fragments[1], fragments[0]])),
            ("one is missing", root(exact, &fragments[..1])),
            ("one is no fragment", root(exact, &[fragments[0], not_a_fragment])),
            ("one doesn't exist", root(exact, &[fragments[0], Address::repeat_byte(0xdd)])),
            ("a stray byte", long),
            ("five", root(exact, &[fragments[0]; 5])),
        ] {
            let program = chain.deploy(&code);
            let refusal = chain.call(&Chain::activation(program)).expect_err(what);
            assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())), "{what}");
            let receipt = chain.activate(program);
            assert!(!receipt.success && receipt.gas_used < 2_500_000, "{what}: {}", receipt.gas_used);
        }
        // A fragment is no program.
        let refusal = chain.call(&Chain::activation(fragments[0])).expect_err("a fragment");
        assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())));
    });
}

#[test]
fn the_owner_sets_how_many_fragments_there_may_be() {
    on_chain(61, |chain| {
        let (_, three) = split(chain, &echo(), 3);
        chain.as_owner(&ArbOwner::setMaxStylusContractFragmentsCall { count: 2 });
        assert!(!chain.activate(three).success);
        chain.as_owner(&ArbOwner::setMaxStylusContractFragmentsCall { count: 3 });
        assert!(chain.activate(three).success);
    });
}

#[test]
fn a_program_too_large_for_one_account_fits_into_fragments() {
    on_chain(61, |chain| {
        // Data that doesn't compress: a chain of hashes.
        let noise: Vec<u8> =
            (0..1_000_u32).flat_map(|n| alloy_primitives::keccak256(n.to_be_bytes()).0).collect();
        let fields = format!("(data (i32.const 0) \"{}\")", crate::measure::escape(&noise));
        let wasm = parse(&crate::wasm::program_with(
            1,
            &fields,
            "(call $write_result (i32.const 31968) (i32.const 32)) i32.const 0",
        ));
        assert!(classic(&wasm).len() > 24_576);
        let (_, root) = split(chain, &wasm, 2);
        assert!(chain.activate(root).success);
        let last: B256 = alloy_primitives::keccak256(999_u32.to_be_bytes());
        assert_eq!(chain.call(&tx(root, vec![])), Ok(last.to_vec().into()));
    });
}
