use super::*;
use alloy_primitives::{address, b256, keccak256, uint};
use alloy_sol_types::{SolError, SolStruct, sol};
use stylus_sdk::testing::TestVM;

sol! {
    /// The message as ERC-2612 declares it: an independent way to its hash.
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
const BOB: Address = address!("0000000000000000000000000000000000000b0b");
const DOMAIN: B256 = b256!("d0d0000000000000000000000000000000000000000000000000000000000000");
const NOW: u64 = 1_900_000_000;

const SIGNATURE: Signature = Signature { v: 27, r: B256::repeat_byte(0x11), s: B256::repeat_byte(0x22) };

fn approval(deadline: u64) -> Approval {
    Approval { owner: ALICE, spender: BOB, value: uint!(5_U256), deadline: U256::from(deadline) }
}

/// Permits at [`NOW`], where the precompile says that `SIGNATURE` over `approval` with `nonce` is `signer`'s.
fn signed(vm: &TestVM, approval: &Approval, nonce: u64, signer: Address) -> Permits {
    vm.set_block_timestamp(NOW);
    let Approval { owner, spender, value, deadline } = *approval;
    let message = Permit { owner, spender, value, nonce: U256::from(nonce), deadline };
    let digest =
        keccak256([&[0x19, 0x01], DOMAIN.as_slice(), message.eip712_hash_struct().as_slice()].concat());
    let v = B256::with_last_byte(SIGNATURE.v);
    let input = [digest, v, SIGNATURE.r, SIGNATURE.s].concat();
    vm.mock_static_call(ecdsa::ECRECOVER, input, Ok(signer.into_word().to_vec()));
    Permits::from(vm)
}

#[test]
fn consume_accepts_the_owners_signature_once() {
    let vm = TestVM::new();
    let approval = approval(NOW);
    let mut permits = signed(&vm, &approval, 0, ALICE);
    assert_eq!(permits.consume(DOMAIN, &approval, &SIGNATURE), Ok(()));
    assert_eq!(permits.nonce(ALICE), uint!(1_U256));
    assert_eq!(permits.nonce(BOB), uint!(0_U256));
    // The same signature again is now over another message, whose signer the precompile doesn't know.
    let unknown = ERC2612InvalidSigner { signer: Address::ZERO, owner: ALICE };
    let refused = permits.consume(DOMAIN, &approval, &SIGNATURE);
    assert_eq!(refused, Err(unknown.into()));
    assert_eq!(permits.nonce(ALICE), uint!(1_U256));
}

#[test]
fn consume_reverts_with_expired_signature_one_second_late() {
    let vm = TestVM::new();
    let approval = approval(NOW - 1);
    let mut permits = signed(&vm, &approval, 0, ALICE);
    let late = ERC2612ExpiredSignature { deadline: U256::from(NOW - 1) };
    assert_eq!(permits.consume(DOMAIN, &approval, &SIGNATURE), Err(late.into()));
    assert_eq!(permits.nonce(ALICE), U256::ZERO);
}

#[test]
fn consume_reverts_with_invalid_signer_for_anothers_signature() {
    let vm = TestVM::new();
    let approval = approval(NOW);
    let mut permits = signed(&vm, &approval, 0, BOB);
    let anothers = ERC2612InvalidSigner { signer: BOB, owner: ALICE };
    assert_eq!(permits.consume(DOMAIN, &approval, &SIGNATURE), Err(anothers.into()));
    assert_eq!(permits.nonce(ALICE), U256::ZERO);
}

#[test]
fn consume_reverts_with_invalid_signer_for_nobody() {
    let vm = TestVM::new();
    let approval = Approval { owner: Address::ZERO, ..approval(NOW) };
    let mut permits = signed(&vm, &approval, 0, Address::ZERO);
    let nobody = ERC2612InvalidSigner { signer: Address::ZERO, owner: Address::ZERO };
    assert_eq!(permits.consume(DOMAIN, &approval, &SIGNATURE), Err(nobody.into()));
}

#[test]
fn consume_covers_every_value_that_was_signed() {
    let vm = TestVM::new();
    let signed_values = approval(NOW);
    let mut permits = signed(&vm, &signed_values, 0, ALICE);
    let others = [
        Approval { spender: ALICE, ..signed_values },
        Approval { value: uint!(6_U256), ..signed_values },
        Approval { deadline: U256::from(NOW + 1), ..signed_values },
    ];
    for other in others {
        let refused = Vec::from(permits.consume(DOMAIN, &other, &SIGNATURE).unwrap_err());
        assert!(refused.starts_with(&ERC2612InvalidSigner::SELECTOR), "{other:?}");
    }
    let elsewhere = Vec::from(permits.consume(B256::ZERO, &signed_values, &SIGNATURE).unwrap_err());
    assert!(elsewhere.starts_with(&ERC2612InvalidSigner::SELECTOR), "another domain");
    assert_eq!(permits.nonce(ALICE), U256::ZERO);
}

#[test]
fn typehash_is_that_of_the_type() {
    let message =
        Permit { owner: ALICE, spender: BOB, value: U256::ZERO, nonce: U256::ZERO, deadline: U256::ZERO };
    assert_eq!(PERMIT_TYPEHASH, message.eip712_type_hash());
}
