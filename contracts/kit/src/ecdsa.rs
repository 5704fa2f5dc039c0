//! ECDSA over secp256k1 through the `ecrecover` precompile: the chain has no other way to check a signature of
//! an ordinary account.
//!
//! One message has one accepted signature per nonce: high `s` and `v` other than 27 or 28 are refused, so nobody
//! can turn a used signature into a second, different one (EIP-2).

use alloy_primitives::{Address, B256, U256, address, b256};
use stylus_sdk::stylus_core::Host;

/// Address of the `ecrecover` precompile.
pub const ECRECOVER: Address = address!("0000000000000000000000000000000000000001");

/// Half of secp256k1's group order, rounded down: the greatest `s` that is accepted (EIP-2).
pub const S_MAX: B256 = b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// Length of a signature as wallets give it: `r`, `s` and `v`.
pub const SIGNATURE_BYTES: usize = 65;

/// Length of what the precompile answers: an address in a word.
const ANSWER_BYTES: usize = 32;

/// Recovers who signed `digest`, or `None` if the signature is none of the accepted form.
///
/// Never gives the zero address. The caller must compare the result with the address that it expects: anybody
/// can make a signature that recovers to *some* address.
pub fn recover<H: Host + ?Sized>(host: &H, digest: B256, v: u8, r: B256, s: B256) -> Option<Address> {
    if !matches!(v, 27 | 28) || s > S_MAX {
        return None;
    }
    let input = [digest.0, U256::from(v).to_be_bytes(), r.0, s.0];
    let input = input.as_flattened();
    let mut answer_len = 0;
    // SAFETY: the pointers are those of a 20-byte address and of `input`, with its length; a static call to a
    // precompile can't touch our storage, so nothing that the SDK caches is aliased.
    let status = unsafe {
        host.static_call_contract(ECRECOVER.as_ptr(), input.as_ptr(), input.len(), u64::MAX, &mut answer_len)
    };
    // The precompile answers a signature that is on no curve point with success and no data.
    if status != 0 || answer_len != ANSWER_BYTES {
        return None;
    }
    let answer = host.read_return_data(0, Some(ANSWER_BYTES));
    let signer = Address::from_word(B256::try_from(answer.as_slice()).ok()?);
    (!signer.is_zero()).then_some(signer)
}

/// Recovers who signed `digest` from `r ‖ s ‖ v`, the 65 bytes that wallets produce; see [`recover`].
pub fn recover_bytes<H: Host + ?Sized>(host: &H, digest: B256, signature: &[u8]) -> Option<Address> {
    let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().ok()?;
    let (r, rest) = signature.split_first_chunk::<32>()?;
    let (s, rest) = rest.split_first_chunk::<32>()?;
    let v = rest.first()?;
    recover(host, digest, *v, B256::from(r), B256::from(s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use stylus_sdk::testing::TestVM;

    // Any numbers will do: the precompile is a table here. The real one judges real signatures on the devnode.
    const DIGEST: B256 = b256!("1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8");
    const R: B256 = b256!("0000000000000000000000000000000000000000000000000000000000000001");
    const S: B256 = b256!("0000000000000000000000000000000000000000000000000000000000000002");
    const SIGNER: Address = address!("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");

    fn question(v: u8, r: B256, s: B256) -> Vec<u8> {
        [DIGEST.as_slice(), &[0; 31], &[v], r.as_slice(), s.as_slice()].concat()
    }

    /// A host whose precompile knows one signature: of `SIGNER`, with this `v`, `R` and `s`.
    fn host_knowing(v: u8, s: B256) -> TestVM {
        let vm = TestVM::new();
        vm.mock_static_call(ECRECOVER, question(v, R, s), Ok(SIGNER.into_word().to_vec()));
        vm
    }

    fn bytes(r: B256, s: B256, v: u8) -> Vec<u8> {
        [r.as_slice(), s.as_slice(), &[v]].concat()
    }

    #[test]
    fn recover_asks_the_precompile_in_its_own_order() {
        for v in [27, 28] {
            let vm = host_knowing(v, S);
            assert_eq!(recover(&vm, DIGEST, v, R, S), Some(SIGNER));
            assert_eq!(recover_bytes(&vm, DIGEST, &bytes(R, S, v)), Some(SIGNER));
            // Anything else is a question that the precompile doesn't know.
            assert_eq!(recover(&vm, DIGEST, 55 - v, R, S), None);
            assert_eq!(recover(&vm, DIGEST, v, S, R), None);
            assert_eq!(recover(&vm, S, v, R, S), None);
        }
    }

    #[test]
    fn recover_refuses_other_recovery_ids() {
        for v in (0..=u8::MAX).filter(|v| !matches!(v, 27 | 28)) {
            assert_eq!(recover(&host_knowing(v, S), DIGEST, v, R, S), None, "v = {v}");
        }
    }

    #[test]
    fn recover_refuses_the_upper_half_of_s() {
        // The group order, from which both the bound and the twin of a signature are computed.
        let order =
            U256::from_be_bytes(b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0);
        assert_eq!(U256::from_be_bytes(S_MAX.0), order / U256::from(2));

        assert_eq!(recover(&host_knowing(27, S_MAX), DIGEST, 27, R, S_MAX), Some(SIGNER));
        let next = B256::from(U256::from_be_bytes(S_MAX.0) + U256::from(1));
        assert_eq!(recover(&host_knowing(27, next), DIGEST, 27, R, next), None);
        let twin = B256::from(order - U256::from_be_bytes(S.0));
        assert_eq!(recover(&host_knowing(28, twin), DIGEST, 28, R, twin), None);
    }

    #[test]
    fn recover_gives_nothing_when_the_precompile_fails_or_answers_otherwise() {
        let signer = SIGNER.into_word();
        let zero = B256::ZERO;
        for answer in [
            Ok(vec![]),
            Ok(signer.get(..31).unwrap().to_vec()),
            Ok([signer.as_slice(), &[0]].concat()),
            Ok(zero.to_vec()),
            Err(signer.to_vec()),
        ] {
            let vm = TestVM::new();
            vm.mock_static_call(ECRECOVER, question(27, R, S), answer.clone());
            assert_eq!(recover(&vm, DIGEST, 27, R, S), None, "{answer:?}");
        }
    }

    #[test]
    fn recover_bytes_takes_65_bytes_only() {
        let vm = host_knowing(27, S);
        let good = bytes(R, S, 27);
        for length in (0..=130).filter(|length| *length != SIGNATURE_BYTES) {
            let mut other = good.clone();
            other.resize(length, 27);
            assert_eq!(recover_bytes(&vm, DIGEST, &other), None, "{length} bytes");
        }
        assert_eq!(recover_bytes(&vm, DIGEST, &good), Some(SIGNER));
    }
}
