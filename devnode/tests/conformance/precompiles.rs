//! Precompiles that recordings say little about, and `NodeInterface`.

use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use alloy_sol_types::{SolCall, sol};
use serde_json::json;

use crate::{
    chain::{ArbOwner, Chain, NOBODY, number, on_chain, tx},
    wasm::FORWARDER,
};

const NODE_INTERFACE: Address = address!("00000000000000000000000000000000000000c8");
const SEQUENCER: Address = address!("a4b000000000000000000073657175656e636572");

sol! {
    interface NodeInterface {
        function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function nitroGenesisBlock() external pure returns (uint256);
        function blockL1Num(uint64 l2BlockNum) external view returns (uint64);
        function l2BlockRangeForL1(uint64 blockNum) external view returns (uint64 first, uint64 last);
        function findBatchContainingBlock(uint64 blockNum) external view returns (uint64);
        function getL1Confirmations(bytes32 blockHash) external view returns (uint64);
    }
}

fn at(n: u64) -> Address {
    Address::from_word(B256::from(U256::from(n)))
}

#[test]
fn node_interface_estimates_by_parts() {
    on_chain(61, |chain| {
        let ask = NodeInterface::gasEstimateComponentsCall {
            to: NOBODY,
            contractCreation: false,
            data: Bytes::new(),
        };
        let answer = chain.ask(NODE_INTERFACE, &ask);
        assert_eq!((answer.gasEstimate, answer.gasEstimateForL1), (21_000, 0));
        assert_eq!((answer.baseFee, answer.l1BaseFeeEstimate), (U256::from(100_000_000), U256::ZERO));

        let price = 50_000_000_000_u64;
        chain.as_owner(&ArbOwner::setL1PricePerUnitCall { price: U256::from(price) });
        let answer = chain.ask(NODE_INTERFACE, &ask);
        assert_eq!(answer.l1BaseFeeEstimate, U256::from(16 * price));
        assert!(answer.gasEstimateForL1 > 500_000);
        assert!(answer.gasEstimate.abs_diff(21_000 + answer.gasEstimateForL1) < 2 * 8_000, "to a byte or so");
        let l1 = chain.ask(
            NODE_INTERFACE,
            &NodeInterface::gasEstimateL1ComponentCall {
                to: NOBODY,
                contractCreation: false,
                data: Bytes::new(),
            },
        );
        assert_eq!(l1.gasEstimateForL1, answer.gasEstimateForL1);
    });
}

#[test]
fn node_interface_estimates_creations_and_passes_reverts_on() {
    on_chain(61, |chain| {
        let init = crate::wasm::init_code(&hex!("00"));
        let ask = NodeInterface::gasEstimateComponentsCall {
            to: Address::ZERO,
            contractCreation: true,
            data: init.clone().into(),
        };
        let answer = chain.ask(NODE_INTERFACE, &ask);
        let direct =
            chain.rpc("eth_estimateGas", json!([{ "from": chain.user.address, "data": Bytes::from(init) }]));
        assert_eq!(answer.gasEstimate, number(&direct));
        let reverter = chain.deploy(&hex!("60055ffd"));
        let ask = NodeInterface::gasEstimateComponentsCall {
            to: reverter,
            contractCreation: false,
            data: Bytes::new(),
        };
        let refusal = chain.call(&tx(NODE_INTERFACE, ask.abi_encode())).expect_err("it reverts");
        assert_eq!(refusal.data, Some(vec![0; 5].into()));
    });
}

#[test]
fn node_interface_knows_the_blocks_of_a_chain_without_a_parent() {
    on_chain(61, |chain| {
        chain.wait(1);
        chain.wait(1);
        assert_eq!(chain.ask(NODE_INTERFACE, &NodeInterface::nitroGenesisBlockCall {}), U256::ZERO);
        assert_eq!(chain.ask(NODE_INTERFACE, &NodeInterface::blockL1NumCall { l2BlockNum: 1 }), 0);
        let range = chain.ask(NODE_INTERFACE, &NodeInterface::l2BlockRangeForL1Call { blockNum: 0 });
        assert_eq!((range.first, range.last), (0, 2));
        let hash: B256 = serde_json::from_value(chain.block("latest")["hash"].clone()).expect("a hash");
        assert_eq!(chain.ask(NODE_INTERFACE, &NodeInterface::getL1ConfirmationsCall { blockHash: hash }), 0);
        for refused in [
            NodeInterface::l2BlockRangeForL1Call { blockNum: 1 }.abi_encode(),
            NodeInterface::blockL1NumCall { l2BlockNum: 99 }.abi_encode(),
            NodeInterface::findBatchContainingBlockCall { blockNum: 1 }.abi_encode(),
            NodeInterface::getL1ConfirmationsCall { blockHash: B256::ZERO }.abi_encode(),
            hex!("deadbeef").to_vec(),
            vec![1],
        ] {
            let refusal = chain.call(&tx(NODE_INTERFACE, refused)).expect_err("refused");
            assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())));
        }
    });
}

#[test]
fn node_interface_is_an_empty_account_to_transactions_and_contracts() {
    on_chain(61, |chain| {
        assert!(chain.code(NODE_INTERFACE).is_empty());
        let question = NodeInterface::nitroGenesisBlockCall {}.abi_encode();
        let mined = tx(NODE_INTERFACE, question.clone());
        assert_eq!(chain.send(&mined).gas_used, mined.intrinsic());
        let forwarder = chain.deploy(&FORWARDER);
        let nested = chain.call(&tx(forwarder, crate::wasm::through(NODE_INTERFACE, &question)));
        assert_eq!(nested, Ok(Bytes::new()));
        let request = json!([{ "to": NODE_INTERFACE, "data": Bytes::from(question) }]);
        assert!(number(&chain.rpc("eth_estimateGas", request)) > 21_000);
    });
}

/// Sends to a precompile; success, and the gas of its frame.
fn used(chain: &Chain, precompile: u64, data: &[u8]) -> (bool, u64) {
    let call = tx(at(precompile), data.to_vec());
    let receipt = chain.send(&call);
    (receipt.success, receipt.gas_used - call.intrinsic())
}

fn word(n: u64) -> Vec<u8> {
    B256::from(U256::from(n)).to_vec()
}

#[test]
fn address_table_registers_looks_up_and_compresses() {
    sol! {
        function register(address account) external returns (uint256);
        function lookup(address account) external view returns (uint256);
        function lookupIndex(uint256 index) external view returns (address);
        function addressExists(address account) external view returns (bool);
        function size() external view returns (uint256);
        function compress(address account) external returns (bytes);
        function decompress(bytes data, uint256 offset) external view returns (address account, uint256 taken);
    }
    on_chain(61, |chain| {
        let table = at(0x66);
        let [first, second] = [NOBODY, SEQUENCER];
        assert_eq!(chain.ask(table, &sizeCall {}), U256::ZERO);
        assert!(!chain.ask(table, &addressExistsCall { account: first }));
        for (index, account) in [first, second].into_iter().enumerate() {
            let compressed = chain.ask(table, &compressCall { account });
            assert_eq!(compressed, [&[0x94][..], account.as_slice()].concat());
            let register = registerCall { account }.abi_encode();
            assert_eq!(used(chain, 0x66, &register), (true, 62_406));
            assert_eq!(used(chain, 0x66, &register), (true, 1_606), "known already");
            assert_eq!(chain.ask(table, &lookupCall { account }), U256::from(index));
            assert_eq!(chain.ask(table, &lookupIndexCall { index: U256::from(index) }), account);
        }
        assert_eq!(chain.ask(table, &sizeCall {}), U256::from(2));
        assert_eq!(chain.ask(table, &compressCall { account: second }), Bytes::from(vec![1]));
        let data = [&[0xff, 0x94][..], NODE_INTERFACE.as_slice(), &[0x01]].concat();
        for (offset, account, taken) in [(1, NODE_INTERFACE, 21), (22, second, 1)] {
            let call = decompressCall { data: data.clone().into(), offset: U256::from(offset) };
            let found = chain.ask(table, &call);
            assert_eq!((found.account, found.taken), (account, U256::from(taken)));
        }
        for refused in [
            lookupCall { account: NODE_INTERFACE }.abi_encode(),
            lookupIndexCall { index: U256::from(2) }.abi_encode(),
            lookupIndexCall { index: U256::MAX }.abi_encode(),
            decompressCall { data: vec![5].into(), offset: U256::ZERO }.abi_encode(),
            decompressCall { data: vec![1].into(), offset: U256::from(2) }.abi_encode(),
            decompressCall { data: vec![0x94, 1].into(), offset: U256::ZERO }.abi_encode(),
        ] {
            let refusal = chain.call(&tx(table, refused.clone())).expect_err("refused");
            assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())));
            assert!(used(chain, 0x66, &refused).1 < 5_000, "the rest comes back");
        }
    });
}

#[test]
fn aggregator_names_the_sequencer() {
    sol! {
        function getPreferredAggregator(address account) external view returns (address aggregator, bool isDefault);
        function getDefaultAggregator() external view returns (address);
        function getBatchPosters() external view returns (address[]);
        function getFeeCollector(address batchPoster) external view returns (address);
        function getTxBaseFee(address aggregator) external view returns (uint256);
    }
    on_chain(61, |chain| {
        let aggregator = at(0x6d);
        let preferred = chain.ask(aggregator, &getPreferredAggregatorCall { account: NOBODY });
        assert_eq!((preferred.aggregator, preferred.isDefault), (SEQUENCER, true));
        assert_eq!(chain.ask(aggregator, &getDefaultAggregatorCall {}), SEQUENCER);
        assert_eq!(chain.ask(aggregator, &getBatchPostersCall {}), [SEQUENCER]);
        assert_eq!(chain.ask(aggregator, &getFeeCollectorCall { batchPoster: SEQUENCER }), SEQUENCER);
        assert_eq!(chain.ask(aggregator, &getTxBaseFeeCall { aggregator: SEQUENCER }), U256::ZERO);
        assert_eq!(used(chain, 0x6d, &getBatchPostersCall {}.abi_encode()), (true, 800 + 2 * 800 + 9));
        let stranger = getFeeCollectorCall { batchPoster: NOBODY }.abi_encode();
        assert_eq!(used(chain, 0x6d, &stranger), (false, 800 + 3 + 800));
    });
}

#[test]
fn tickets_that_do_not_exist_are_told_so() {
    on_chain(61, |chain| {
        let lifetime = chain.call(&tx(at(0x6e), hex!("81e6e083").to_vec())).expect("a lifetime");
        assert_eq!(U256::from_be_slice(&lifetime), U256::from(604_800));
        // redeem, getTimeout, keepalive, getBeneficiary, cancel
        for (selector, gas) in [
            ("eda1122c", 2_406),
            ("9f1025c6", 1_606),
            ("f0b21a41", 1_606),
            ("ba20dda4", 1_606),
            ("c4d252f5", 1_606),
        ] {
            let data = [hex::decode(selector).expect("hex"), vec![7; 32]].concat();
            let refusal = chain.call(&tx(at(0x6e), data.clone())).expect_err("no such ticket");
            assert_eq!(refusal.message, "execution reverted: error NoTicketWithID()", "{selector}");
            assert_eq!(used(chain, 0x6e, &data), (false, gas), "{selector}");
        }
    });
}

#[test]
fn managers_without_anybody_in_charge_take_all_gas_of_strangers() {
    on_chain(61, |chain| {
        let all = |precompile: u64, selector: &str| {
            let data = [hex::decode(selector).expect("hex"), word(1)].concat();
            let call = tx(at(precompile), data).gas(300_000);
            let receipt = chain.send(&call);
            (receipt.success, receipt.gas_used)
        };
        // mintNativeToken, burnNativeToken
        assert_eq!(
            all(0x73, &hex::encode(&alloy_primitives::keccak256("mintNativeToken(uint256)")[..4])),
            (false, 300_000)
        );
        assert_eq!(
            all(0x73, &hex::encode(&alloy_primitives::keccak256("burnNativeToken(uint256)")[..4])),
            (false, 300_000)
        );
        let add = &alloy_primitives::keccak256("addFilteredTransaction(bytes32)")[..4];
        assert_eq!(all(0x74, &hex::encode(add)), (false, 300_000));
        let ask = [&alloy_primitives::keccak256("isTransactionFiltered(bytes32)")[..4], &word(1)].concat();
        assert_eq!(used(chain, 0x74, &ask), (true, 1_606));
    });
}

#[test]
fn evm_precompiles_and_opcodes_are_those_of_the_fork_in_force() {
    // Address, words of input, gas at ArbOS 40 and at 51: MODEXP of nothing, BLS12-381's G1ADD, P256VERIFY.
    let prices = [(0x05, 0, 200, 500), (0x100, 0, 3_450, 6_900), (0x0b, 8, 0, 375)];
    for (arbos, is_new) in [(40, false), (51, true)] {
        on_chain(arbos, |chain| {
            for (address, words, old, new) in prices {
                let expected = if is_new { new } else { old };
                assert_eq!(
                    used(chain, address, &vec![0; 32 * words]),
                    (true, expected),
                    "{address:#x} at {arbos}"
                );
            }
            // CLZ of one.
            let clz = chain.deploy(&hex!("60011e5f5260205ff3"));
            let answer = chain.call(&tx(clz, vec![]));
            assert_eq!(answer.is_ok(), is_new);
            if let Ok(zeros) = answer {
                assert_eq!(U256::from_be_slice(&zeros), U256::from(255));
            }
        });
    }
}

#[test]
fn p256verify_knows_a_good_signature_from_a_bad_one() {
    // Message hash, r, s, x, y: the first vector of Wycheproof's ECDSA P-256 SHA-256 set.
    let good = hex!(
        "bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023"
        "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18"
        "4cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76"
        "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
        "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e"
    );
    on_chain(61, |chain| {
        let verify = |input: &[u8]| chain.call(&tx(at(0x100), input.to_vec()));
        assert_eq!(verify(&good), Ok(B256::with_last_byte(1).to_vec().into()));
        let mut bad = good;
        bad[0] ^= 1;
        assert_eq!(verify(&bad), Ok(Bytes::new()));
        assert_eq!(verify(&good[1..]), Ok(Bytes::new()));
    });
}
