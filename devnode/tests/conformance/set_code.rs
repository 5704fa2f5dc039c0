//! Transactions of type 4 (EIP-7702): accounts that delegate to code.

use alloy_consensus::TxEip7702;
use alloy_eips::eip7702::{Authorization, SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use stylus_devnode::DevAccount;

use crate::{
    chain::{ARB_WASM, BASE_FEE, CHAIN_ID, Chain, NOBODY, on_chain, sign_hash, signed, tx},
    wasm::{delegator, program, silent},
};

/// An authorization, and half of it back if the account exists.
const AUTHORIZATION: u64 = 25_000;

/// BALANCE of the address that the calldata begins with: 13 gas and the access.
const BALANCE_OF_ARGUMENT: [u8; 8] = hex!("5f3560601c315000");

/// An account that nobody has funded.
fn stranger(seed: u8) -> DevAccount {
    let private_key = B256::repeat_byte(seed);
    let address = alloy_signer_local::PrivateKeySigner::from_bytes(&private_key).expect("a key").address();
    DevAccount { address, private_key }
}

fn authorize(by: DevAccount, chain_id: u64, delegate: Address, nonce: u64) -> SignedAuthorization {
    let authorization = Authorization { chain_id: U256::from(chain_id), address: delegate, nonce };
    let signature = sign_hash(by, authorization.signature_hash());
    authorization.into_signed(signature)
}

/// A transaction of the user with authorizations.
fn raw(chain: &Chain, to: Address, data: impl Into<Bytes>, list: Vec<SignedAuthorization>) -> Vec<u8> {
    let unsigned = TxEip7702 {
        chain_id: CHAIN_ID,
        nonce: chain.nonce(chain.user.address),
        gas_limit: 1_000_000,
        max_fee_per_gas: u128::from(BASE_FEE) * 2,
        max_priority_fee_per_gas: 0,
        to,
        value: U256::ZERO,
        access_list: Default::default(),
        authorization_list: list,
        input: data.into(),
    };
    signed(chain.user, unsigned)
}

/// Mines authorizations in a transaction to nobody that does nothing else; answers its gas.
#[track_caller]
fn gas_of(chain: &Chain, list: Vec<SignedAuthorization>) -> u64 {
    let receipt = chain.publish(&raw(chain, NOBODY, vec![], list));
    assert!(receipt.success);
    receipt.gas_used
}

fn designator(delegate: Address) -> Vec<u8> {
    [&hex!("ef0100")[..], delegate.as_slice()].concat()
}

#[test]
fn an_authorization_sets_the_designator_and_the_zero_address_takes_it_away() {
    for version in [40, 51, 61] {
        on_chain(version, |chain| {
            let authority = stranger(7);
            let delegate = chain.deploy(&hex!("602a5f5260205ff3"));
            let gas = gas_of(chain, vec![authorize(authority, CHAIN_ID, delegate, 0)]);
            assert_eq!(gas, 21_000 + AUTHORIZATION, "nothing comes back for a new account");
            assert_eq!(chain.code(authority.address).as_ref(), designator(delegate));
            assert_eq!(chain.nonce(authority.address), 1);
            let answer = chain.call(&tx(authority.address, vec![])).expect("it answers");
            assert_eq!(U256::from_be_slice(&answer), U256::from(42));

            let gas = gas_of(chain, vec![authorize(authority, 0, Address::ZERO, 1)]);
            // A fifth of the gas is the most that is refunded.
            assert_eq!(gas, (21_000 + AUTHORIZATION) - (21_000 + AUTHORIZATION) / 5);
            assert!(chain.code(authority.address).is_empty());
            assert_eq!(chain.nonce(authority.address), 2);
            assert_eq!(chain.call(&tx(authority.address, vec![])), Ok(Bytes::new()));
        });
    }
}

#[test]
fn authorizations_that_do_not_apply_are_paid_and_passed_over() {
    on_chain(61, |chain| {
        let authority = stranger(7);
        let delegate = chain.deploy(&hex!("00"));
        let unsigned = Authorization { chain_id: U256::ZERO, address: delegate, nonce: 0 };
        let invalid = SignedAuthorization::new_unchecked(unsigned, 0, U256::ONE, U256::MAX);
        for (what, bad) in [
            ("another chain", authorize(authority, CHAIN_ID + 1, delegate, 0)),
            ("another nonce", authorize(authority, CHAIN_ID, delegate, 1)),
            ("the last nonce", authorize(authority, CHAIN_ID, delegate, u64::MAX)),
            ("no signature", invalid),
        ] {
            assert_eq!(gas_of(chain, vec![bad]), 21_000 + AUTHORIZATION, "{what}");
            assert!(chain.code(authority.address).is_empty(), "{what}");
            assert_eq!(chain.nonce(authority.address), 0, "{what}");
        }
        // The last one that applies counts.
        let other = chain.deploy(&hex!("01"));
        let list = vec![
            authorize(authority, CHAIN_ID, delegate, 0),
            authorize(authority, CHAIN_ID, other, 1),
            authorize(authority, CHAIN_ID, delegate, 1),
        ];
        gas_of(chain, list);
        assert_eq!(chain.code(authority.address).as_ref(), designator(other));
    });
}

#[test]
fn contracts_are_no_authorities_and_delegated_accounts_may_send() {
    on_chain(61, |chain| {
        let authority = stranger(7);
        chain.rpc("anvil_setCode", serde_json::json!([authority.address, "0x00"]));
        let delegate = chain.deploy(&hex!("00"));
        gas_of(chain, vec![authorize(authority, CHAIN_ID, delegate, 0)]);
        assert_eq!(chain.code(authority.address).as_ref(), [0]);

        // The sender's own nonce has been counted when its authorization is looked at.
        let nonce = chain.nonce(chain.user.address);
        gas_of(chain, vec![authorize(chain.user, CHAIN_ID, delegate, nonce + 1)]);
        assert_eq!(chain.code(chain.user.address).as_ref(), designator(delegate));
        assert_eq!(chain.nonce(chain.user.address), nonce + 2);
        assert_eq!(chain.send(&tx(NOBODY, vec![])).gas_used, 21_000);
    });
}

#[test]
fn delegations_outlive_a_transaction_that_fails() {
    on_chain(61, |chain| {
        let authority = stranger(7);
        let delegate = chain.deploy(&hex!("5f5ffd"));
        let list = vec![authorize(authority, CHAIN_ID, delegate, 0)];
        let receipt = chain.publish(&raw(chain, authority.address, vec![], list));
        assert!(!receipt.success);
        assert_eq!(chain.code(authority.address).as_ref(), designator(delegate));
    });
}

#[test]
fn whom_the_recipient_delegates_to_is_warm_and_others_are_paid_by_the_caller() {
    on_chain(61, |chain| {
        let (authority, other) = (stranger(7), stranger(9));
        let delegate = chain.deploy(&BALANCE_OF_ARGUMENT);
        let stop = chain.deploy(&hex!("00"));
        gas_of(chain, vec![authorize(authority, 0, delegate, 0), authorize(other, 0, stop, 0)]);
        for (of, access) in [(delegate, 100), (stop, 2_600)] {
            let call = tx(authority.address, of.to_vec());
            assert_eq!(chain.send(&call).gas_used, call.intrinsic() + 13 + access);
        }
        // CALL(gas, other, 0, 0, 0, 0, 0): the account and its delegate are cold.
        let code = [&hex!("5f5f5f5f5f73")[..], other.address.as_slice(), &hex!("5af15000")].concat();
        let caller = chain.deploy(&code);
        assert_eq!(chain.send(&tx(caller, vec![])).gas_used, 21_000 + 5 * 2 + 3 + 2 + 2 + 2 * 2_600);
    });
}

#[test]
fn a_delegated_account_runs_a_program_as_its_own() {
    on_chain(61, |chain| {
        let authority = stranger(7);
        let who = chain.program(&program(
            "(call $contract_address (i32.const 0)) (call $write_result (i32.const 0) (i32.const 20)) i32.const 0",
        ));
        gas_of(chain, vec![authorize(authority, 0, who, 0)]);
        let answer = chain.call(&tx(authority.address, vec![]));
        assert_eq!(answer, Ok(authority.address.to_vec().into()));
        // Through one more frame, and as somebody else's code.
        let behind = chain.deploy(&delegator(authority.address));
        assert_eq!(chain.call(&tx(behind, vec![])), Ok(behind.to_vec().into()));
        // A program that nobody activated.
        let sleeping = chain.deploy(&crate::wasm::classic(&crate::wasm::parse(&silent())));
        gas_of(chain, vec![authorize(authority, 0, sleeping, 1)]);
        let refusal = chain.call(&tx(authority.address, vec![])).expect_err("it sleeps");
        assert_eq!(refusal.message, "error ProgramNotActivated()");
    });
}

#[test]
fn delegations_lead_one_step_and_to_no_precompile() {
    on_chain(61, |chain| {
        let (first, second) = (stranger(7), stranger(9));
        let stop = chain.deploy(&hex!("00"));
        gas_of(chain, vec![authorize(second, 0, stop, 0), authorize(first, 0, second.address, 0)]);
        // The designator itself is no code that runs.
        let refusal = chain.call(&tx(first.address, vec![])).expect_err("one step only");
        assert_eq!((refusal.code, &*refusal.message), (-32_000, "invalid opcode: opcode 0xef not defined"));
        // Ethereum's precompiles have no code, those of ArbOS an invalid one.
        let sha256 = address!("0000000000000000000000000000000000000002");
        gas_of(chain, vec![authorize(first, 0, sha256, 1)]);
        assert_eq!(chain.call(&tx(first.address, vec![])), Ok(Bytes::new()));
        gas_of(chain, vec![authorize(first, 0, ARB_WASM, 2)]);
        let refusal = chain.call(&tx(first.address, vec![])).expect_err("no precompile");
        assert_eq!((refusal.code, &*refusal.message), (-32_000, "invalid opcode: INVALID"));
    });
}

#[test]
fn a_list_without_authorizations_is_refused() {
    on_chain(61, |chain| {
        let raw = raw(chain, NOBODY, vec![], vec![]);
        let refusal = chain
            .request("eth_sendRawTransaction", serde_json::json!([hex::encode_prefixed(raw)]))
            .expect_err("it is empty");
        assert!(refusal.message.starts_with("EIP-7702 transaction with empty auth list"), "{refusal:?}");
    });
}
