//! Creation by programs: addresses, charges, and every way to fail.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use serde_json::json;

use crate::{
    chain::{Chain, on_chain, tx},
    measure::ink_of_calls,
    wasm::{classic, init_code, parse, program, silent},
};

/// Creates what its calldata, behind 64 bytes of endowment and salt, is; answers the address and the length of the
/// return data.
fn creator(create: &str) -> String {
    let arguments = match create {
        "create1" => "(i32.const 0) (i32.const 60000) (i32.const 60020)",
        _ => "(i32.const 0) (i32.const 32) (i32.const 60000) (i32.const 60020)",
    };
    program(&format!(
        "(call $read_args (i32.const 0))
        (call ${create} (i32.const 64) (i32.sub (local.get $args) (i32.const 64)) {arguments})
        (call $write_result (i32.const 60000) (i32.const 24)) i32.const 0"
    ))
}

fn request(endowment: u64, salt: B256, init: &[u8]) -> Vec<u8> {
    [B256::from(U256::from(endowment)).as_slice(), salt.as_slice(), init].concat()
}

fn answer(output: &Bytes) -> (Address, u32) {
    let length = u32::from_le_bytes(output[20..24].try_into().expect("four"));
    (Address::from_slice(&output[..20]), length)
}

const SALT: B256 = B256::repeat_byte(0x5a);

/// Runs a test with a contract for each of the two functions.
fn with_creators(test: impl Fn(&Chain, Address) + Send + Sync) {
    for create in ["create1", "create2"] {
        on_chain(61, |chain| {
            let creator = chain.program(&creator(create));
            test(chain, creator);
        });
    }
}

#[test]
fn addresses_follow_the_nonce_or_the_salt() {
    on_chain(61, |chain| {
        let init = init_code(&hex!("00"));
        let data = request(0, SALT, &init);
        let one = chain.program(&creator("create1"));
        let two = chain.program(&creator("create2"));
        assert_eq!(answer(&chain.call(&tx(one, data.clone())).expect("it answers")).0, one.create(1));
        let expected = two.create2(SALT, keccak256(&init));
        assert_eq!(answer(&chain.call(&tx(two, data.clone())).expect("it answers")).0, expected);
        for (creator, created) in [(one, one.create(1)), (two, expected)] {
            assert!(chain.send(&tx(creator, data.clone())).success);
            assert_eq!(chain.code(created).as_ref(), [0]);
        }
        // Once more: the next nonce, or a collision.
        assert_eq!(answer(&chain.call(&tx(one, data.clone())).expect("it answers")).0, one.create(2));
        assert_eq!(answer(&chain.call(&tx(two, data)).expect("it answers")), (Address::ZERO, 0));
    });
}

#[test]
fn programs_can_be_created_activated_and_called_like_any() {
    with_creators(|chain, creator| {
        let data = request(0, SALT, &init_code(&classic(&parse(&silent()))));
        let (created, _) = answer(&chain.call(&tx(creator, data.clone())).expect("it answers"));
        assert!(chain.send(&tx(creator, data)).success);
        assert!(chain.activate(created).success);
        assert!(chain.call(&tx(created, vec![])).is_ok());
    });
}

#[test]
fn a_reverting_constructor_answers_zero_and_leaves_its_data() {
    with_creators(|chain, creator| {
        // REVERT with five bytes.
        let data = request(0, SALT, &hex!("60055ffd"));
        assert_eq!(chain.call(&tx(creator, data)).map(|output| answer(&output)), Ok((Address::ZERO, 5)));
    });
}

#[test]
fn a_halting_constructor_and_code_that_may_not_be_answer_zero_without_data() {
    with_creators(|chain, creator| {
        for (what, init) in [
            ("INVALID", hex!("fe").to_vec()),
            ("EF", init_code(&hex!("ef00"))),
            ("a bare prefix", init_code(&hex!("eff000"))),
            // 24 577 bytes of zeros.
            ("too long", hex!("6160015ff3").to_vec()),
            // Init code that is a program has no code hash, so it is never active.
            ("a program", classic(&parse(&silent()))),
        ] {
            let output = chain.call(&tx(creator, request(0, SALT, &init)));
            assert_eq!(output.map(|output| answer(&output)), Ok((Address::ZERO, 0)), "{what}");
        }
    });
}

#[test]
fn an_endowment_moves_or_the_create_fails_for_free() {
    with_creators(|chain, creator| {
        chain.rpc("anvil_setBalance", json!([creator, "0x7"]));
        let data = |wei: u64| request(wei, SALT, &init_code(&hex!("00")));
        assert_eq!(answer(&chain.call(&tx(creator, data(8))).expect("it answers")), (Address::ZERO, 0));
        let (created, _) = answer(&chain.call(&tx(creator, data(7))).expect("it answers"));
        assert!(chain.send(&tx(creator, data(7))).success);
        assert_eq!((chain.balance(created), chain.balance(creator)), (U256::from(7), U256::ZERO));
    });
}

#[test]
fn too_little_gas_for_the_base_fails_the_program_and_leaves_the_gas() {
    with_creators(|chain, creator| {
        let call = tx(creator, request(0, SALT, &hex!("00")));
        let gas = call.intrinsic() + chain.entry_gas(creator).0 + 30_000;
        let call = call.gas(gas);
        let refusal = chain.call(&call).expect_err("32 000 are needed");
        assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())));
        assert!(chain.send(&call).gas_used < gas - 29_000);
    });
}

#[test]
fn init_code_has_no_price_per_word_and_no_limit() {
    on_chain(61, |chain| {
        let ink = |length: usize, call: &str| {
            ink_of_calls(chain, &[0; 64], &[&call.replace('N', &length.to_string())])[0]
        };
        let rd = |n: u64| 16_381 + 55 * (n - 32);
        // Zeros are STOP: no code, no deposit.
        for length in [64_u64, 50_000] {
            let base = 2 * rd(length) + 32_000 * 10_000;
            assert_eq!(ink(length as usize, "create1 0 N 512 50100 50200"), base + 83_193);
            let words = 6 * length.div_ceil(32) * 10_000;
            assert_eq!(ink(length as usize, "create2 0 N 512 512 50100 50200"), base + 88_233 + words);
        }
    });
}

#[test]
fn deposits_are_paid_from_the_63_64ths() {
    on_chain(61, |chain| {
        let creator = chain.program(&creator("create1"));
        let used = |bytes: u8| {
            // RETURN of so many zeros.
            let call = tx(creator, request(0, SALT, &[0x60, bytes, 0x5f, 0xf3]));
            let receipt = chain.send(&call);
            receipt.gas_used - call.intrinsic()
        };
        assert_eq!(used(32) - used(1), 200 * 31);
    });
}
