//! Solidity's `bytes` and `string` as arguments, in plain vectors.
//!
//! The SDK's own types for them cost a program that only reads them: alloy's shared `Bytes` brings tables of
//! functions and their panics along, `String` a second, forgiving decoder that runs after the strict one. Together
//! they are a twentieth of a program and 250 bytes of data, which every call pays for.

use alloc::{string::String, vec::Vec};
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolType, abi::token::PackedSeqToken, private::SolTypeValue, sol_data};
use core::ops::Deref;
use stylus_sdk::abi::{AbiType, ConstString};

/// `bytes`, as an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteString(pub Vec<u8>);

/// `string`, as an argument: calls with anything but UTF-8 are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

/// Makes a type an argument: decoded as told here, encoded (by clients in Rust) as `$like`, which it holds.
macro_rules! argument {
    ($name:ident derefs to $target:ty; $sol_name:literal, encoded as $like:ty, valid if $valid:expr, from $from:expr) => {
        impl Deref for $name {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }

        impl SolType for $name {
            type RustType = Self;
            type Token<'a> = PackedSeqToken<'a>;

            const SOL_NAME: &'static str = $sol_name;
            const ENCODED_SIZE: Option<usize> = None;
            const PACKED_ENCODED_SIZE: Option<usize> = None;

            fn valid_token(token: &Self::Token<'_>) -> bool {
                let valid: fn(&[u8]) -> bool = $valid;
                valid(token.as_slice())
            }

            fn detokenize(token: Self::Token<'_>) -> Self {
                let from: fn(Vec<u8>) -> _ = $from;
                Self(from(token.into_vec()))
            }
        }

        impl SolTypeValue<Self> for $name {
            fn stv_to_tokens(&self) -> PackedSeqToken<'_> {
                SolTypeValue::<$like>::stv_to_tokens(&self.0)
            }

            fn stv_abi_encoded_size(&self) -> usize {
                SolTypeValue::<$like>::stv_abi_encoded_size(&self.0)
            }

            fn stv_eip712_data_word(&self) -> B256 {
                SolTypeValue::<$like>::stv_eip712_data_word(&self.0)
            }

            fn stv_abi_encode_packed_to(&self, out: &mut Vec<u8>) {
                SolTypeValue::<$like>::stv_abi_encode_packed_to(&self.0, out);
            }

            fn stv_abi_packed_encoded_size(&self) -> usize {
                SolTypeValue::<$like>::stv_abi_packed_encoded_size(&self.0)
            }
        }

        impl AbiType for $name {
            type SolType = Self;

            const ABI: ConstString = ConstString::new(Self::SOL_NAME);
            const EXPORT_ABI_ARG: ConstString = Self::ABI.concat(ConstString::new(" calldata"));
            const EXPORT_ABI_RET: ConstString = Self::ABI.concat(ConstString::new(" memory"));
        }
    };
}

argument!(ByteString derefs to [u8]; "bytes", encoded as sol_data::Bytes, valid if |_| true, from |bytes| bytes);
// The router asks whether a text is valid before it makes one, so the default never comes up there.
argument!(Text derefs to str; "string", encoded as sol_data::String, valid if |bytes| math::text::utf8(bytes).is_some(),
    from |bytes| String::from_utf8(bytes).unwrap_or_default());

/// Bytes of a word, which everything is padded to.
const WORD_BYTES: usize = 32;

/// The calldata of a function whose arguments are one word each, as all calls of one contract share it.
#[inline(never)]
#[must_use]
pub fn encode(selector: [u8; 4], words: &[[u8; 32]]) -> Vec<u8> {
    let mut data = Vec::with_capacity(selector.len().saturating_add(words.as_flattened().len()));
    data.extend_from_slice(&selector);
    data.extend_from_slice(words.as_flattened());
    data
}

/// Appends `bytes` as the ABI encodes `bytes` and `string` in their place: the length, the content, and zeros up to a
/// whole word.
pub fn append_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length: [u8; WORD_BYTES] = U256::from(bytes.len()).to_be_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(bytes);
    let padding = bytes.len().wrapping_neg() % WORD_BYTES;
    out.resize(out.len().saturating_add(padding), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloy_primitives::Bytes;
    use alloy_sol_types::{SolValue, sol_data};
    use proptest::prelude::*;

    /// Arguments with both types between others, as the router decodes them.
    type Ours = (sol_data::Uint<256>, ByteString, Text, sol_data::Bool);

    #[test]
    fn signatures_are_those_of_the_solidity_types() {
        assert_eq!(ByteString::ABI.as_str(), <Bytes as AbiType>::ABI.as_str());
        assert_eq!(ByteString::EXPORT_ABI_ARG.as_str(), <Bytes as AbiType>::EXPORT_ABI_ARG.as_str());
        assert_eq!(Text::ABI.as_str(), <String as AbiType>::ABI.as_str());
        assert_eq!(Text::EXPORT_ABI_ARG.as_str(), <String as AbiType>::EXPORT_ABI_ARG.as_str());
    }

    #[test]
    fn text_refuses_what_is_no_utf_8() {
        for (bytes, accepted) in
            [(vec![], true), (vec![0x61], true), (vec![0xff], false), (vec![0xc3], false)]
        {
            let encoded = (U256::ZERO, Bytes::new(), Bytes::from(bytes), true).abi_encode_params();
            assert_eq!(Ours::abi_decode_params_validate(&encoded).is_ok(), accepted);
        }
    }

    proptest! {
        #[test]
        fn calls_are_what_the_abi_encodes(selector: [u8; 4], first: [u8; 32], second: [u8; 32]) {
            let words = (B256::from(first), B256::from(second)).abi_encode_params();
            prop_assert_eq!(encode(selector, &[first, second]), [selector.as_slice(), &words].concat());
            prop_assert_eq!(encode(selector, &[]), selector);
        }

        #[test]
        fn appended_bytes_are_what_the_abi_encodes(data: Vec<u8>) {
            let mut encoded = U256::from(WORD_BYTES).to_be_bytes_vec();
            append_bytes(&mut encoded, &data);
            prop_assert_eq!(encoded, Bytes::from(data).abi_encode());
        }

        #[test]
        fn arguments_encode_as_the_solidity_types(number: [u8; 32], data: Vec<u8>, text: String, flag: bool) {
            let number = U256::from_be_bytes(number);
            let theirs = (number, Bytes::from(data.clone()), text.clone(), flag).abi_encode_params();
            prop_assert_eq!(Ours::abi_encode_params(&(number, ByteString(data), Text(text), flag)), theirs);
        }

        #[test]
        fn arguments_decode_as_they_were_encoded(number: [u8; 32], data: Vec<u8>, text: String, flag: bool) {
            let number = U256::from_be_bytes(number);
            let encoded = (number, Bytes::from(data.clone()), text.clone(), flag).abi_encode_params();
            let decoded = Ours::abi_decode_params_validate(&encoded);
            prop_assert_eq!(decoded, Ok((number, ByteString(data), Text(text), flag)));
        }

        #[test]
        fn mangled_arguments_are_judged_as_by_the_solidity_types(
            data: Vec<u8>,
            text: String,
            at in 0usize..512,
            byte: u8,
            cut in 0usize..512,
        ) {
            type Theirs = (sol_data::Uint<256>, sol_data::Bytes, sol_data::String, sol_data::Bool);
            let mut encoded = (U256::ZERO, Bytes::from(data), text, true).abi_encode_params();
            let (at, cut) = (at % encoded.len(), cut % encoded.len());
            encoded[at] = byte;
            encoded.truncate(encoded.len() - cut);
            let ours = Ours::abi_decode_params_validate(&encoded);
            match Theirs::abi_decode_params_validate(&encoded) {
                Ok((number, data, text, flag)) => {
                    prop_assert_eq!(ours, Ok((number, ByteString(data.to_vec()), Text(text), flag)));
                }
                Err(_) => prop_assert!(ours.is_err()),
            }
        }
    }
}
