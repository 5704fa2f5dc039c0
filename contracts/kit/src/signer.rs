//! Does this signature come from that signer? For accounts with a key, contracts with their own rules (ERC-1271)
//! and accounts that delegate to a contract (EIP-7702) alike.

use abi::erc1271::IERC1271::isValidSignatureCall;
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use stylus_sdk::stylus_core::Host;

use crate::{calldata, ecdsa};

/// Gas that a contract gets to judge a signature: enough for a multisig of a dozen owners or an elliptic curve
/// in Solidity, too little to burn a relayer's whole transaction.
pub const ERC1271_GAS: u64 = 500_000;

/// Bytes of the answer.
const WORD_BYTES: usize = 32;

/// Tells whether `signature` over `digest` comes from `signer`.
///
/// A signature that recovers to `signer` is enough. Otherwise `signer`, if it has code, is asked by a static call
/// with at most [`ERC1271_GAS`]; only the exact magic value of ERC-1271 counts as yes, a revert or any other
/// answer as no. The zero address never signs.
pub fn has_signed<H: Host + ?Sized>(host: &H, signer: Address, digest: B256, signature: &[u8]) -> bool {
    ecdsa::recover_bytes(host, digest, signature) == Some(signer)
        || (host.code_size(signer) != 0 && contract_accepts(host, signer, digest, signature))
}

fn contract_accepts<H: Host + ?Sized>(host: &H, signer: Address, digest: B256, signature: &[u8]) -> bool {
    let question = question(digest, signature);
    // What the signer reads back from us must not be older than what we have written.
    host.flush_cache(true);
    let mut answer_len = 0;
    // SAFETY: the pointers are those of a 20-byte address and of `question`, with its length; the storage cache
    // was flushed and cleared, and a static call can't change our storage.
    let status = unsafe {
        let (data, len) = (question.as_ptr(), question.len());
        host.static_call_contract(signer.as_ptr(), data, len, ERC1271_GAS, &mut answer_len)
    };
    if status != 0 || answer_len < WORD_BYTES {
        return false;
    }
    let answer = host.read_return_data(0, Some(WORD_BYTES));
    // ERC-1271's magic value is the selector of the question itself.
    let mut yes = B256::ZERO;
    for (to, from) in yes.iter_mut().zip(isValidSignatureCall::SELECTOR) {
        *to = from;
    }
    answer == yes.as_slice()
}

/// `isValidSignature(digest, signature)`, ABI-encoded; by hand, because alloy's encoder wants its shared `Bytes`.
fn question(digest: B256, signature: &[u8]) -> Vec<u8> {
    let offset = B256::with_last_byte(0x40);
    let mut question = Vec::new();
    question.extend_from_slice(&isValidSignatureCall::SELECTOR);
    question.extend_from_slice([digest.0, offset.0].as_flattened());
    calldata::append_bytes(&mut question, signature);
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloy_primitives::{address, b256, bytes};
    use proptest::prelude::*;
    use stylus_sdk::testing::TestVM;

    const DIGEST: B256 = b256!("1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8");
    const SIGNER: Address = address!("00000000000000000000000000000000005161e2");
    const OTHER: Address = address!("000000000000000000000000000000000000074e");
    const MAGIC: B256 = b256!("1626ba7e00000000000000000000000000000000000000000000000000000000");

    /// A signature of the form that the precompile is asked about: r = 1, s = 2, v = 27.
    fn signature() -> Vec<u8> {
        let mut signature = vec![0; 65];
        (signature[31], signature[63], signature[64]) = (1, 2, 27);
        signature
    }

    fn recovers_to(vm: &TestVM, account: Address) {
        let signature = signature();
        let question = [DIGEST.as_slice(), &[0; 31], &[27], &signature[..64]].concat();
        vm.mock_static_call(ecdsa::ECRECOVER, question, Ok(account.into_word().to_vec()));
    }

    fn contract_answers(vm: &TestVM, signature: &[u8], answer: Result<Vec<u8>, Vec<u8>>) {
        vm.set_code(SIGNER, vec![0x60]);
        // isValidSignature(bytes32,bytes), by hand: selector, hash, offset, length, padded bytes.
        let mut question = vec![0x16, 0x26, 0xba, 0x7e];
        question.extend(DIGEST);
        question.extend(B256::with_last_byte(0x40));
        question.extend(B256::with_last_byte(u8::try_from(signature.len()).unwrap()));
        question.extend(signature);
        question.resize(4 + (question.len() - 4).next_multiple_of(32), 0);
        vm.mock_static_call(SIGNER, question, answer);
    }

    #[test]
    fn an_account_signs_with_its_key() {
        let vm = TestVM::new();
        recovers_to(&vm, SIGNER);
        assert!(has_signed(&vm, SIGNER, DIGEST, &signature()));
        assert!(!has_signed(&vm, OTHER, DIGEST, &signature()));
        assert!(!has_signed(&vm, SIGNER, B256::ZERO, &signature()));
        assert!(!has_signed(&vm, SIGNER, DIGEST, &[]));
    }

    #[test]
    fn a_delegating_account_still_signs_with_its_key() {
        let vm = TestVM::new();
        vm.set_code(SIGNER, [&[0xef, 0x01, 0x00], OTHER.as_slice()].concat());
        recovers_to(&vm, SIGNER);
        assert!(has_signed(&vm, SIGNER, DIGEST, &signature()));
    }

    #[test]
    fn the_zero_address_never_signs() {
        let vm = TestVM::new();
        recovers_to(&vm, Address::ZERO);
        assert!(!has_signed(&vm, Address::ZERO, DIGEST, &signature()));
        assert!(!has_signed(&vm, Address::ZERO, DIGEST, &[]));
    }

    #[test]
    fn a_contract_signs_by_its_own_rules() {
        for signature in [vec![], bytes!("c0ffee").to_vec(), vec![7; 65], vec![7; 96]] {
            let vm = TestVM::new();
            contract_answers(&vm, &signature, Ok(MAGIC.to_vec()));
            assert!(has_signed(&vm, SIGNER, DIGEST, &signature));
            assert!(!has_signed(&vm, SIGNER, B256::ZERO, &signature), "asked about another digest");
        }
    }

    #[test]
    fn a_contract_that_answers_anything_but_the_magic_value_has_not_signed() {
        let longer = [MAGIC.as_slice(), &[0; 32]].concat();
        let short = MAGIC.get(..4).unwrap().to_vec();
        let dirty = b256!("1626ba7e00000000000000000000000000000000000000000000000000000001");
        let one = B256::with_last_byte(1);
        for (answer, accepted) in [
            (Ok(longer), true),
            (Ok(short), false),
            (Ok(vec![]), false),
            (Ok(dirty.to_vec()), false),
            (Ok(one.to_vec()), false),
            (Err(MAGIC.to_vec()), false),
        ] {
            let vm = TestVM::new();
            contract_answers(&vm, &[1, 2, 3], answer.clone());
            assert_eq!(has_signed(&vm, SIGNER, DIGEST, &[1, 2, 3]), accepted, "{answer:?}");
        }
    }

    #[test]
    fn an_account_without_code_is_not_asked() {
        let vm = TestVM::new();
        contract_answers(&vm, &[1, 2, 3], Ok(MAGIC.to_vec()));
        vm.set_code(SIGNER, vec![]);
        assert!(!has_signed(&vm, SIGNER, DIGEST, &[1, 2, 3]));
    }

    proptest! {
        #[test]
        fn a_contract_is_asked_what_the_abi_encodes(digest: [u8; 32], signature: Vec<u8>) {
            let call = isValidSignatureCall { hash: digest.into(), signature: signature.clone().into() };
            prop_assert_eq!(question(digest.into(), &signature), call.abi_encode());
        }
    }
}
