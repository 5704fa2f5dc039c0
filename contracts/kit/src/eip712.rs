//! EIP-712: hashing of typed data, so that a signature is good for one message, one contract and one chain.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, FixedBytes, U256, b256, fixed_bytes};
use stylus_sdk::{crypto, keccak_const::Keccak256};

use crate::{calldata, reply, word::account};

/// `keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")`;
/// recomputed by `domain_typehash_matches_its_type`.
pub const DOMAIN_TYPEHASH: B256 = b256!("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");

/// Which domain fields are in use, as `eip712Domain()` of EIP-5267 reports them: name, version, chain id and
/// verifying contract (bits 0 to 3), no salt.
pub const DOMAIN_FIELDS: FixedBytes<1> = fixed_bytes!("0f");

/// Bytes of the seven words that `eip712Domain()` answers before its texts.
const DOMAIN_HEAD_BYTES: usize = 224;

/// Prefix that EIP-191 gives to structured data.
const STRUCTURED_DATA: FixedBytes<2> = fixed_bytes!("1901");

/// Hashes a type string, a domain name or a version when the contract is compiled.
#[must_use]
pub const fn hash_of(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

/// Hashes words as `abi.encode` lays them out: a struct hash, when the first word is the type's hash.
#[must_use]
pub fn hash_words(words: &[[u8; 32]]) -> B256 {
    crypto::keccak(words.as_flattened())
}

/// The domain separator of one contract on one chain.
///
/// Source: EIP-712, `hashStruct(eip712Domain)` over the four fields of [`DOMAIN_FIELDS`]. It is computed on
/// every use, never stored: so it follows the chain's id after a fork and a clone's own address.
#[must_use]
pub fn domain_separator(name_hash: B256, version_hash: B256, chain_id: u64, verifying: Address) -> B256 {
    hash_words(&[
        DOMAIN_TYPEHASH.0,
        name_hash.0,
        version_hash.0,
        U256::from(chain_id).to_be_bytes(),
        account(verifying).0,
    ])
}

/// The answer of `eip712Domain()` (EIP-5267) for the domain of one contract on one chain, as the ABI encodes it.
#[must_use]
pub fn domain_reply(name: &str, version: &str, chain_id: u64, verifying: Address) -> Vec<u8> {
    let mut texts = Vec::new();
    calldata::append_bytes(&mut texts, name.as_bytes());
    let version_at = texts.len().saturating_add(DOMAIN_HEAD_BYTES);
    calldata::append_bytes(&mut texts, version.as_bytes());
    let extensions_at = texts.len().saturating_add(DOMAIN_HEAD_BYTES);
    let mut reply = reply::words(&[
        B256::right_padding_from(DOMAIN_FIELDS.as_slice()).0,
        U256::from(DOMAIN_HEAD_BYTES).to_be_bytes(),
        U256::from(version_at).to_be_bytes(),
        U256::from(chain_id).to_be_bytes(),
        account(verifying).0,
        B256::ZERO.0,
        U256::from(extensions_at).to_be_bytes(),
    ]);
    reply.extend_from_slice(&texts);
    // No extensions.
    calldata::append_bytes(&mut reply, &[]);
    reply
}

/// What the signer signs: the message's struct hash bound to the domain.
///
/// Source: EIP-712, `keccak256("\x19\x01" ‖ domainSeparator ‖ hashStruct(message))`.
#[must_use]
pub fn digest(domain_separator: B256, struct_hash: B256) -> B256 {
    let bound: FixedBytes<34> = STRUCTURED_DATA.concat_const(domain_separator);
    let preimage: FixedBytes<66> = bound.concat_const(struct_hash);
    crypto::keccak(preimage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::erc5267::IERC5267::{eip712DomainCall, eip712DomainReturn};
    use alloy_primitives::{address, keccak256};
    use alloy_sol_types::{Eip712Domain, SolCall, SolStruct, eip712_domain, sol};
    use proptest::prelude::*;

    sol! {
        /// The message of EIP-712's own example, in one level.
        struct Mail {
            address from;
            uint256 amount;
            bytes32 contents;
        }
    }

    fn domain(chain_id: u64, verifying: Address) -> Eip712Domain {
        eip712_domain! {
            name: "Ether Mail",
            version: "1",
            chain_id: chain_id,
            verifying_contract: verifying,
        }
    }

    #[test]
    fn domain_typehash_matches_its_type() {
        let domain = domain(1, Address::ZERO);
        assert_eq!(
            domain.encode_type(),
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        assert_eq!(DOMAIN_TYPEHASH, keccak256(domain.encode_type()));
        assert_eq!(hash_of(&domain.encode_type()), DOMAIN_TYPEHASH);
    }

    #[test]
    fn domain_separator_is_that_of_the_standards_example() {
        // The value that EIP-712's reference implementation (Example.sol) gives for its "Ether Mail" domain.
        let verifying = address!("CcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC");
        assert_eq!(
            domain_separator(hash_of("Ether Mail"), hash_of("1"), 1, verifying),
            b256!("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"),
        );
    }

    #[test]
    fn domain_reply_is_what_the_abi_encodes() {
        let verifying = address!("CcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC");
        for name in ["", "AIR Credential Registry", "a name of more than thirty-two bytes"] {
            let reply =
                eip712DomainCall::abi_decode_returns_validate(&domain_reply(name, "1", 412_346, verifying));
            let expected = eip712DomainReturn {
                fields: DOMAIN_FIELDS,
                name: name.into(),
                version: "1".into(),
                chainId: U256::from(412_346),
                verifyingContract: verifying,
                salt: B256::ZERO,
                extensions: Vec::new(),
            };
            assert_eq!(reply, Ok(expected));
        }
    }

    proptest! {
        #[test]
        fn digests_equal_those_of_an_independent_implementation(
            chain_id: u64,
            verifying: [u8; 20],
            from: [u8; 20],
            amount: [u8; 32],
            contents: [u8; 32],
        ) {
            let verifying = Address::from(verifying);
            let mail = Mail { from: from.into(), amount: U256::from_be_bytes(amount), contents: contents.into() };
            let typehash = hash_of("Mail(address from,uint256 amount,bytes32 contents)");
            let struct_hash = hash_words(&[typehash.0, mail.from.into_word().0, amount, contents]);
            let separator = domain_separator(hash_of("Ether Mail"), hash_of("1"), chain_id, verifying);
            prop_assert_eq!(struct_hash, mail.eip712_hash_struct());
            prop_assert_eq!(separator, domain(chain_id, verifying).separator());
            prop_assert_eq!(digest(separator, struct_hash), mail.eip712_signing_hash(&domain(chain_id, verifying)));
        }
    }
}
