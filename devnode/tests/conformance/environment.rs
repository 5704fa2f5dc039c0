//! Checklist: environment.

use alloy_consensus::{SignableTransaction, TxEnvelope, TxLegacy};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, hex, keccak256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use serde_json::json;

use crate::{
    chain::{
        ARB_DEBUG, ARB_OWNER, ARB_WASM, ArbOwner, ArbWasm, BASE_FEE, Chain, NOBODY, Tx, number, on_chain, tx,
    },
    wasm::{classic, init_code, parse, silent},
};

const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

#[test]
fn chain_id_dev_account_and_block_fields_are_those_of_a_dev_node() {
    on_chain(51, |chain| {
        assert_eq!(chain.rpc("eth_chainId", json!([])), "0x64aba");
        assert_eq!(chain.dev.address, address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E"));
        assert_eq!(chain.balance(chain.dev.address), U256::from(1_000) * U256::from(10).pow(U256::from(18)));
        chain.send(&tx(NOBODY, vec![]).value(1_u64));
        let block = chain.block("latest");
        assert_eq!(block["gasLimit"], "0x4000000000000");
        assert_eq!(block["difficulty"], "0x1");
        assert_eq!(block["nonce"], "0x0000000000000001");
        assert_eq!(block["baseFeePerGas"], format!("{BASE_FEE:#x}"));
        assert_eq!(block["miner"], "0xa4b000000000000000000073657175656e636572");
        assert_eq!(block["mixHash"], "0x0000000000000000000000000000000000000000000000330000000000000000");
        assert_eq!((&block["l1BlockNumber"], &block["sendCount"]), (&json!("0x0"), &json!("0x0")));
        assert_eq!(block["extraData"], block["sendRoot"]);
        let genesis = chain.block("0x0");
        assert_eq!((&genesis["timestamp"], &genesis["miner"]), (&json!("0x0"), &json!(Address::ZERO)));
    });
}

#[test]
fn opcodes_see_the_parent_chains_block_and_prevrandao_one() {
    on_chain(51, |chain| {
        // Answers NUMBER, PREVRANDAO, GASLIMIT, BLOCKHASH(0), COINBASE.
        let code = hex!("435f52" "44602052" "45604052" "5f40606052" "41608052" "60a05ff3");
        let output = chain.call(&tx(chain.deploy(&code), vec![])).expect("it succeeds");
        let word = |index: usize| U256::from_be_slice(&output[32 * index..32 * index + 32]);
        assert_eq!([word(0), word(1), word(2), word(3)], [0, 1, 1_u64 << 50, 0].map(U256::from));
        assert_eq!(Address::from_word(word(4).into()), address!("a4b000000000000000000073657175656e636572"));
    });
}

#[test]
fn every_block_begins_with_the_start_block_transaction() {
    on_chain(51, |chain| {
        let receipt = chain.send(&tx(NOBODY, vec![]).value(1_u64));
        assert_eq!(number(&receipt.json["transactionIndex"]), 1);
        let first = chain.rpc("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "0x0"]));
        let arbos = json!("0x00000000000000000000000000000000000a4b05");
        assert_eq!((&first["type"], &first["from"], &first["to"]), (&json!("0x6a"), &arbos, &arbos));
        let input: Bytes = serde_json::from_value(first["input"].clone()).expect("bytes");
        assert_eq!(input[..4], hex!("6bf6a42d"));
        assert_eq!(
            U256::from_be_slice(&input[68..100]),
            U256::from(number(&chain.rpc("eth_blockNumber", json!([]))))
        );
        let receipts = chain.rpc("eth_getBlockReceipts", json!(["latest"]));
        assert_eq!((&receipts[0]["type"], &receipts[0]["gasUsed"]), (&json!("0x6a"), &json!("0x0")));
    });
}

#[test]
fn receipts_have_the_fields_of_a_dev_node() {
    on_chain(51, |chain| {
        let receipt = chain.send(&tx(NOBODY, vec![]).value(1_u64)).json;
        let mut keys: Vec<&str> =
            receipt.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        let expected = "blockHash blockNumber contractAddress cumulativeGasUsed effectiveGasPrice from gasUsed \
            gasUsedForL1 l1BlockNumber logs logsBloom status timeboosted to transactionHash transactionIndex type";
        assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
        assert_eq!(receipt["timeboosted"], json!(false));
        assert_eq!(receipt["effectiveGasPrice"], format!("{BASE_FEE:#x}"));
    });
}

#[test]
fn become_chain_owner_and_l1_price_zero_then_a_transfer_uses_exactly_21_000() {
    on_chain(61, |chain| {
        let transfer = tx(NOBODY, vec![]).value(1_u64);
        assert_eq!(chain.send(&transfer).gas_used, 21_000);
        chain.as_owner(&ArbOwner::setL1PricePerUnitCall { price: U256::from(50_000_000_000_u64) });
        let priced = chain.send(&transfer);
        assert!(priced.gas_used > 500_000, "{}", priced.gas_used);
        assert_eq!(number(&priced.json["gasUsedForL1"]), priced.gas_used - 21_000);
        // An estimate covers what the transaction then needs.
        let request = json!([{ "from": chain.user.address, "to": NOBODY, "value": "0x1" }]);
        let estimate = number(&chain.rpc("eth_estimateGas", request));
        assert!(chain.send(&transfer.clone().gas(estimate)).success);
        assert!((priced.gas_used..priced.gas_used * 3 / 2).contains(&estimate), "{estimate}");

        let free = ArbOwner::setL1PricePerUnitCall { price: U256::ZERO }.abi_encode();
        let by_user = chain.send(&tx(ARB_OWNER, free.clone()));
        assert!(!by_user.success, "not an owner yet");
        assert!(chain.send(&tx(ARB_DEBUG, hex!("0e5bbc11").to_vec())).success);
        assert!(chain.send(&tx(ARB_OWNER, free)).success);
        assert_eq!(chain.send(&transfer).gas_used, 21_000);
    });
}

#[test]
fn calls_pay_for_l1_data_unless_they_skip_it() {
    on_chain(61, |chain| {
        let fee = |skip: bool| {
            let gas_info = address!("000000000000000000000000000000000000006c");
            let request = json!({ "to": gas_info, "data": "0xc6f7de0e", "skipL1Charging": skip });
            let answer: B256 =
                serde_json::from_value(chain.rpc("eth_call", json!([request]))).expect("a word");
            // A traced call is the same call.
            let config = json!({ "tracer": "callTracer" });
            let traced = chain.rpc("debug_traceCall", json!([request, "latest", config]));
            assert_eq!(traced["output"], json!(answer));
            U256::from_be_bytes(answer.0)
        };
        assert_eq!(fee(false), U256::ZERO);
        chain.as_owner(&ArbOwner::setL1PricePerUnitCall { price: U256::from(1_000_000_000_u64) });
        assert_eq!(fee(true), U256::ZERO);
        // At least a hundred bytes of 16 units.
        assert!(fee(false) > U256::from(1_600_000_000_000_u64), "{}", fee(false));
    });
}

#[test]
fn unprotected_transactions_are_accepted_and_the_create2_factory_is_published() {
    on_chain(61, |chain| {
        let unsigned = TxLegacy {
            chain_id: None,
            nonce: 0,
            gas_price: u128::from(BASE_FEE),
            gas_limit: 21_000,
            to: TxKind::Call(NOBODY),
            value: U256::from(3),
            input: Bytes::new(),
        };
        let signer = PrivateKeySigner::from_bytes(&chain.user.private_key).expect("a valid key");
        let hash = unsigned.signature_hash();
        let signed = signer.credential().sign_prehash_recoverable(hash.as_slice()).expect("it signs hashes");
        let raw = TxEnvelope::from(unsigned.into_signed(signed.into())).encoded_2718();
        assert!(chain.publish(&raw).success);
        assert_eq!(chain.balance(NOBODY), U256::from(3));

        assert_eq!(chain.code(CREATE2_FACTORY).len(), 69);
        let init = init_code(&hex!("00"));
        let salt = B256::repeat_byte(1);
        assert!(chain.send(&tx(CREATE2_FACTORY, [salt.as_slice(), &init].concat())).success);
        assert_eq!(chain.code(CREATE2_FACTORY.create2(salt, keccak256(&init))).as_ref(), [0]);
        let deployer = address!("3fab184622dc19b6109349b94811493bf2a45362");
        assert_eq!(chain.rpc("eth_getTransactionCount", json!([deployer, "latest"])), "0x1");
    });
}

#[test]
fn an_upgrade_from_51_to_60_takes_effect_in_the_next_block() {
    on_chain(51, |chain| {
        let version = |chain: &Chain| {
            let output = chain
                .call(&tx(address!("0000000000000000000000000000000000000064"), hex!("051038f2").to_vec()));
            U256::from_be_slice(&output.expect("it answers")).to::<u64>() - 55
        };
        chain.as_owner(&ArbOwner::scheduleArbOSUpgradeCall { version: 60, timestamp: 0 });
        assert_eq!(version(chain), 51);
        chain.send(&tx(NOBODY, vec![]).value(1_u64));
        assert_eq!(version(chain), 60);
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::stylusVersionCall {}), 3);
        let mix: B256 = serde_json::from_value(chain.block("latest")["mixHash"].clone()).expect("a hash");
        assert_eq!(mix[23], 60, "the block that upgrades says so itself");
    });
}

#[test]
fn a_later_upgrade_waits_for_its_second() {
    on_chain(51, |chain| {
        chain.wait(0);
        let timestamp = chain.now() + 1_000;
        chain.as_owner(&ArbOwner::scheduleArbOSUpgradeCall { version: 61, timestamp });
        chain.wait(500);
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::stylusVersionCall {}), 2);
        chain.wait(600);
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::stylusVersionCall {}), 3);
    });
}

#[test]
fn getters_cost_what_the_catalogue_says() {
    let at = |n: u64| Address::from_word(B256::from(U256::from(n)));
    // Precompile, selector, words of arguments, gas of the frame.
    let getters: &[(u64, &str, usize, u64)] = &[
        (0x71, "a996e0c2", 0, 903),
        (0x71, "d1c17abc", 0, 903),
        (0x71, "8ccfaa70", 0, 903),
        (0x71, "4490c19d", 0, 903),
        (0x71, "7af4ba49", 0, 903),
        (0x71, "11c82ae8", 0, 903),
        (0x71, "9786f96e", 0, 903),
        (0x71, "99d0b38d", 0, 906),
        (0x71, "5fc94c0b", 0, 903),
        (0x71, "309f6555", 0, 903),
        (0x71, "0a936455", 0, 903),
        (0x71, "7af6e819", 0, 903),
        (0x72, "85e2de85", 1, 1_606),
        (0x72, "a72f179b", 1, 1_606),
        (0x6b, "26ef7f68", 1, 1_606),
        (0x6b, "516b4e0f", 0, 3_212),
        (0x6b, "2d9125e9", 0, 1_603),
        (0x6b, "ee95a824", 0, 1_603),
        (0x6b, "22d499c7", 0, 1_603),
        (0x6b, "81ef944c", 0, 2_406),
        (0x64, "a3b1b31d", 0, 803),
        (0x64, "d127f54a", 0, 803),
        (0x64, "051038f2", 0, 803),
        (0x64, "08bd624c", 0, 803),
        (0x64, "a94597ff", 0, 803),
        (0x64, "175a260b", 0, 803),
        (0x64, "d74523b3", 0, 803),
        (0x64, "4dbbd506", 2, 9),
        (0x6c, "41b247a8", 0, 2_418),
        (0x6c, "02199f34", 0, 1_609),
        (0x6c, "612af178", 0, 2_409),
        (0x6c, "f918379a", 0, 1_603),
        (0x6c, "f5d6ded7", 0, 1_603),
        (0x6c, "055f362f", 0, 1_603),
        (0x6c, "c6f7de0e", 0, 803),
        (0x6c, "1d5b5c20", 0, 1_603),
        (0x6c, "3dfb45b9", 0, 1_603),
        (0x6c, "25754f91", 0, 1_603),
        (0x6c, "aae1cd4c", 0, 1_603),
        (0x6c, "0371fdb4", 0, 1_603),
        (0x6c, "520acdd7", 0, 3_203),
        (0x6c, "6ecca45a", 0, 1_603),
        (0x6c, "7a7d6beb", 0, 1_603),
        (0x6c, "8a5b1d28", 0, 1_603),
        (0x6c, "9e6d7e31", 0, 1_603),
        (0x6c, "ad26ce90", 0, 1_603),
        (0x6f, "c59d4847", 0, 818),
        (0x65, "f8b2cb4f", 1, 1_506),
        (0xff, "0e5bbc11", 0, 63_200),
    ];
    on_chain(51, |chain| {
        for (precompile, selector, words, gas) in getters {
            let data = [hex::decode(selector).expect("hex"), vec![0; 32 * words]].concat();
            let call = tx(at(*precompile), data);
            let receipt = chain.send(&call);
            assert!(receipt.success, "{precompile:#x} {selector}");
            assert_eq!(receipt.gas_used - call.intrinsic(), *gas, "{precompile:#x} {selector}");
        }
        let program = chain.program(&silent());
        let codehash = chain.code_hash(program);
        for (call, gas) in [
            ([&hex!("d70c0ca7")[..], codehash.as_slice()].concat(), 1_706),
            ([&hex!("4089267f")[..], codehash.as_slice()].concat(), 1_706),
            (ArbWasm::programVersionCall { program }.abi_encode(), 4_306),
            (ArbWasm::programInitGasCall { program }.abi_encode(), 4_309),
            (ArbWasm::programMemoryFootprintCall { program }.abi_encode(), 4_306),
            (ArbWasm::programTimeLeftCall { program }.abi_encode(), 4_306),
        ] {
            let call = tx(ARB_WASM, call);
            assert_eq!(
                chain.send(&call).gas_used - call.intrinsic(),
                gas,
                "{}",
                hex::encode(&call.data[..4])
            );
        }
    });
    on_chain(60, |chain| {
        for (precompile, selector, gas) in [(0x71, "2278c278", 1_603), (0x6b, "e5a7f893", 903)] {
            let call = tx(at(precompile), hex::decode(selector).expect("hex"));
            assert_eq!(chain.send(&call).gas_used - call.intrinsic(), gas, "{selector}");
        }
    });
}

/// What `cargo stylus` asks a node, request by request; the tool itself runs in `tests/foreign-clients`.
#[test]
fn requests_of_cargo_stylus_check_deploy_and_activate_are_answered() {
    on_chain(61, |chain| {
        let code: Bytes = classic(&parse(&silent())).into();
        // check: activate an overridden account from anybody, with an ether.
        let target = Address::repeat_byte(0x99);
        let check = Chain::activation(target).value(10_u64.pow(18));
        let overrides = json!({ target.to_string(): { "code": code } });
        let output = chain.call_with(&check, overrides).expect("it would activate");
        let fee = ArbWasm::activateProgramCall::abi_decode_returns(&output).expect("two words").dataFee;
        // deploy: estimate, send, ask for the code.
        let init = Bytes::from(init_code(&code));
        let request = json!([{ "from": chain.user.address, "data": init }]);
        let gas = number(&chain.rpc("eth_estimateGas", request));
        let deployment = Tx { to: None, data: init, value: U256::ZERO, gas };
        let program = chain.send(&deployment).contract.expect("creations have one");
        assert_eq!(chain.code(program), code);
        // activate: with the fee and a fifth more.
        let paid = fee * U256::from(6) / U256::from(5);
        let activation = Tx { value: paid, ..Chain::activation(program) };
        let request =
            json!([{ "from": chain.user.address, "to": ARB_WASM, "data": activation.data, "value": paid }]);
        let gas = number(&chain.rpc("eth_estimateGas", request));
        assert!(chain.send(&activation.gas(gas)).success);
    });
}
