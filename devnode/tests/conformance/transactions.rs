//! Transactions from their type to their fee (spec §8.5 – §8.9), and what an EVM frame leaves behind.

use alloy_consensus::{TxEip1559, TxEip2930, TxLegacy};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use serde_json::json;

use crate::{
    chain::{ArbOwner, BASE_FEE, CHAIN_ID, Chain, NOBODY, Receipt, on_chain, signed, tx},
    wasm::{STATIC_FORWARDER, program, through},
};

const PRICE: u128 = BASE_FEE as u128 * 10;
const TIP: u128 = BASE_FEE as u128 * 3;

fn list(addresses: &[(Address, &[B256])]) -> AccessList {
    let item =
        |&(address, keys): &(Address, &[B256])| AccessListItem { address, storage_keys: keys.to_vec() };
    AccessList(addresses.iter().map(item).collect())
}

/// A transaction of the user of type 2 with a tip.
fn dynamic(chain: &Chain, to: Address, access_list: AccessList) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce: chain.nonce(chain.user.address),
        gas_limit: 1_000_000,
        max_fee_per_gas: PRICE,
        max_priority_fee_per_gas: TIP,
        to: TxKind::Call(to),
        value: U256::ZERO,
        access_list,
        input: Bytes::new(),
    }
}

/// One transaction of each type to the same recipient, with a list where there can be one.
fn of_each_type(chain: &Chain, to: Address, access_list: &AccessList) -> Vec<Receipt> {
    let (gas_limit, value, input) = (1_000_000, U256::ZERO, Bytes::new());
    let nonce = || chain.nonce(chain.user.address);
    let legacy = TxLegacy {
        chain_id: Some(CHAIN_ID),
        nonce: nonce(),
        gas_price: PRICE,
        gas_limit,
        to: to.into(),
        value,
        input: input.clone(),
    };
    let legacy = chain.publish(&signed(chain.user, legacy));
    let listed = TxEip2930 {
        chain_id: CHAIN_ID,
        nonce: nonce(),
        gas_price: PRICE,
        gas_limit,
        to: to.into(),
        value,
        access_list: access_list.clone(),
        input,
    };
    let listed = chain.publish(&signed(chain.user, listed));
    let dynamic = chain.publish(&signed(chain.user, dynamic(chain, to, access_list.clone())));
    vec![legacy, listed, dynamic]
}

#[test]
fn lists_are_paid_per_address_and_slot_and_warm_what_they_name() {
    on_chain(61, |chain| {
        // SLOAD of slot 0.
        let reader = chain.deploy(&hex!("5f545000"));
        let (run, cold, warm) = (21_000 + 4, 2_100, 100);
        let slots = [B256::ZERO, B256::with_last_byte(1)];
        let with = |access_list: &AccessList| {
            let receipts = of_each_type(chain, reader, access_list);
            receipts.iter().map(|receipt| receipt.gas_used).collect::<Vec<_>>()
        };
        assert_eq!(with(&list(&[])), [run + cold; 3]);
        let listed = run + 2 * 2_400 + 2 * 1_900 + warm;
        assert_eq!(with(&list(&[(reader, &slots), (NOBODY, &[])])), [run + cold, listed, listed]);
        // Twice the same is paid twice.
        let twice = run + 2 * (2_400 + 1_900) + warm;
        assert_eq!(with(&list(&[(reader, &slots[..1]), (reader, &slots[..1])])), [run + cold, twice, twice]);
    });
}

#[test]
fn every_type_pays_the_base_fee_and_tips_are_ignored() {
    for version in [40, 51, 61] {
        on_chain(version, |chain| {
            // GASPRICE: the price that is paid.
            let price = chain.deploy(&hex!("3a5f5500"));
            for receipt in of_each_type(chain, price, &list(&[])) {
                let before = chain.balance(chain.user.address);
                assert_eq!(receipt.json["effectiveGasPrice"], format!("{BASE_FEE:#x}"));
                let stored = chain.rpc("eth_getStorageAt", json!([price, "0x0", "latest"]));
                assert_eq!(stored, json!(B256::from(U256::from(BASE_FEE))));
                let again = chain.publish(&signed(chain.user, dynamic(chain, NOBODY, list(&[]))));
                let paid = before - chain.balance(chain.user.address);
                assert_eq!(paid, U256::from(again.gas_used * BASE_FEE));
            }
        });
    }
}

#[test]
fn programs_see_the_price_with_the_tip_that_is_dropped() {
    on_chain(61, |chain| {
        let price = chain.program(&program(
            "(call $tx_gas_price (i32.const 32)) (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
             (call $storage_flush_cache (i32.const 0)) i32.const 0",
        ));
        let seen = |raw: &[u8]| {
            assert!(chain.publish(raw).success);
            let word = chain.rpc("eth_getStorageAt", json!([price, "0x0", "latest"]));
            serde_json::from_value::<B256>(word).map(|word| U256::from_be_bytes(word.0)).expect("a word")
        };
        let with_tip = dynamic(chain, price, list(&[]));
        assert_eq!(seen(&signed(chain.user, with_tip.clone())), U256::from(u128::from(BASE_FEE) + TIP));
        // No more than the cap.
        let capped = TxEip1559 { nonce: with_tip.nonce + 1, max_priority_fee_per_gas: PRICE, ..with_tip };
        assert_eq!(seen(&signed(chain.user, capped)), U256::from(PRICE));
    });
}

#[test]
fn owners_may_have_tips_collected() {
    on_chain(61, |chain| {
        chain.as_owner(&ArbOwner::setCollectTipsCall { collect: true });
        let (before, network) = (chain.balance(chain.user.address), chain.balance(Address::ZERO));
        let receipt = chain.publish(&signed(chain.user, dynamic(chain, NOBODY, list(&[]))));
        let price = U256::from(u128::from(BASE_FEE) + TIP);
        assert_eq!(receipt.json["effectiveGasPrice"], json!(price));
        let fee = U256::from(21_000) * price;
        assert_eq!(before - chain.balance(chain.user.address), fee);
        assert_eq!(chain.balance(Address::ZERO) - network, fee);
        // Byte 25 of the header's mixHash tells.
        let mix = chain.block("latest")["mixHash"].as_str().expect("hex").to_owned();
        assert_eq!(&mix[2 + 50..2 + 52], "01");
    });
}

#[test]
fn gas_beyond_the_compute_limit_is_withheld_and_returned() {
    for (version, used) in [(40, 32_021_000), (51, 32_000_000), (61, 32_000_000)] {
        on_chain(version, |chain| {
            // A loop without an end.
            let endless = chain.deploy(&hex!("5b5f56"));
            let receipt = chain.send(&tx(endless, vec![]).gas(90_000_000));
            assert_eq!((receipt.success, receipt.gas_used), (false, used), "{version}");
        });
    }
}

#[test]
fn gas_limits_reach_down_to_the_intrinsic_gas() {
    on_chain(61, |chain| {
        let data = hex!("00ff00ff");
        let just = tx(NOBODY, data).gas(21_000 + 2 * 4 + 2 * 16);
        assert_eq!(chain.send(&just).gas_used, just.gas);
        let refused = |raw: Vec<u8>| {
            chain.request("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)])).expect_err("too low")
        };
        let less = TxEip1559 {
            gas_limit: just.gas - 1,
            input: just.data.clone(),
            ..dynamic(chain, NOBODY, list(&[]))
        };
        assert_eq!(refused(signed(chain.user, less)).message, "intrinsic gas too low");
        // A creation: 32 000, and 2 a word of init code.
        let init = vec![0; 33];
        let creation = TxEip1559 {
            to: TxKind::Create,
            gas_limit: 53_000 + 33 * 4 + 2 * 2,
            input: init.into(),
            ..dynamic(chain, NOBODY, list(&[]))
        };
        let less = TxEip1559 { gas_limit: creation.gas_limit - 1, ..creation.clone() };
        assert_eq!(refused(signed(chain.user, less)).message, "intrinsic gas too low");
        let receipt = chain.publish(&signed(chain.user, creation.clone()));
        assert_eq!((receipt.success, receipt.gas_used), (true, creation.gas_limit));
    });
}

#[test]
fn the_calldata_floor_counts_where_the_owner_wants_it() {
    on_chain(61, |chain| {
        let data = vec![1; 1_000];
        let call = tx(NOBODY, data);
        assert_eq!(chain.send(&call).gas_used, 21_000 + 16 * 1_000);
        chain.as_owner(&ArbOwner::setCalldataPriceIncreaseCall { increase: true });
        assert_eq!(chain.send(&call).gas_used, 21_000 + 40 * 1_000);
        let less = TxEip1559 {
            gas_limit: 21_000 + 40 * 1_000 - 1,
            input: call.data.clone(),
            ..dynamic(chain, NOBODY, list(&[]))
        };
        let raw = hex::encode_prefixed(signed(chain.user, less));
        assert!(chain.request("eth_sendRawTransaction", json!([raw])).is_err());
    });
}

/// Answers the code hash of the address that its calldata begins with, after a call of that address through the kind
/// of call that `call` is.
fn hash_after(call: &str) -> String {
    program(&format!(
        "(call $read_args (i32.const 0)) {call}
         (call $account_codehash (i32.const 0) (i32.const 64))
         (call $write_result (i32.const 64) (i32.const 32)) i32.const 0"
    ))
}

#[test]
fn a_plain_call_that_moves_nothing_leaves_nobody_unknown() {
    on_chain(61, |chain| {
        let empty = alloy_primitives::KECCAK256_EMPTY;
        let sha256 = Address::with_last_byte(2);
        let arguments = "(i32.const 128) (i32.const 0)";
        let plain = format!(
            "(drop (call $call_contract (i32.const 0) {arguments} (i32.const 96) (i64.const 100000) (i32.const 200)))"
        );
        let fixed = format!(
            "(drop (call $static_call_contract (i32.const 0) {arguments} (i64.const 100000) (i32.const 200)))"
        );
        for (what, code, target, expected) in [
            ("without a call", "", NOBODY, B256::ZERO),
            ("a plain call", &*plain, NOBODY, B256::ZERO),
            ("a static call", &*fixed, NOBODY, empty),
            ("a call of a precompile", &*plain, sha256, empty),
        ] {
            let asker = chain.program(&hash_after(code));
            assert_eq!(chain.call(&tx(asker, target.to_vec())), Ok(expected.to_vec().into()), "{what}");
        }
        // The same of what an EVM frame called.
        let forwarder = chain.deploy(&STATIC_FORWARDER);
        let asker = chain.program(&hash_after(""));
        assert_eq!(
            chain.call(&tx(forwarder, through(asker, NOBODY.as_slice()))),
            Ok(B256::ZERO.to_vec().into())
        );
    });
}

#[test]
fn creations_name_what_ended_them_as_geth_does() {
    on_chain(61, |chain| {
        let ended = |init: &[u8], gas: u64| {
            let request = json!({ "from": chain.user.address, "data": hex::encode_prefixed(init), "gas": format!("{gas:#x}") });
            chain.request("eth_call", json!([request, "latest"])).expect_err("it fails").message
        };
        let bytes_24_577 = hex!("6160015ff3");
        assert_eq!(ended(&bytes_24_577, 20_000_000), "max code size exceeded");
        assert_eq!(ended(&hex!("60ef5f53 60015ff3"), 1_000_000), "invalid code: must not begin with 0xef");
        assert_eq!(ended(&hex!("6103e85ff3"), 100_000), "contract creation code storage out of gas");
        assert_eq!(ended(&hex!("fe"), 100_000), "invalid opcode: INVALID");
        // An estimate that may not use enough says so of opcodes only.
        let estimate = |init: &[u8]| {
            let request =
                json!({ "from": chain.user.address, "data": hex::encode_prefixed(init), "gas": "0x186a0" });
            chain.request("eth_estimateGas", json!([request])).expect_err("it fails").message
        };
        assert_eq!(estimate(&hex!("5b5f56")), "gas required exceeds allowance (100000)");
        assert_eq!(estimate(&hex!("6103e85ff3")), "contract creation code storage out of gas");
    });
}
