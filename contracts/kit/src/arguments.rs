//! The arguments of a call, read one after the other.
//!
//! For contracts with so many functions that the SDK's router, which compiles a decoder for each signature, would not
//! fit: here all functions share one. As with Solidity, what isn't of its type reverts without data, and what follows
//! the arguments is ignored.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use math::text;

use crate::{reply::collected, word::number};

/// Bytes of a word.
const WORD_BYTES: usize = 32;

/// The call isn't one of this function: too short, or with a value that isn't of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl From<Malformed> for Vec<u8> {
    fn from(_: Malformed) -> Self {
        Self::new()
    }
}

/// The arguments of a call, without its selector.
#[derive(Clone, Debug)]
pub struct Arguments<'a> {
    data: &'a [u8],
    /// Where the next argument's word is.
    next: usize,
}

impl<'a> Arguments<'a> {
    /// Before the first argument.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data, next: 0 }
    }

    /// The next argument, a `bytes32`.
    ///
    /// Errors: [`Malformed`] as all functions here.
    #[inline(never)]
    pub fn word(&mut self) -> Result<B256, Malformed> {
        let word = word_at(self.data, self.next)?;
        self.next = self.next.saturating_add(WORD_BYTES);
        Ok(word)
    }

    /// The next argument, a `uint256`.
    pub fn number(&mut self) -> Result<U256, Malformed> {
        self.word().map(number)
    }

    /// The next argument, a `uint64`.
    #[inline(never)]
    pub fn long(&mut self) -> Result<u64, Malformed> {
        let word = self.word()?;
        match word.split_last_chunk() {
            Some((high, low)) if high.iter().all(|byte| *byte == 0) => Ok(u64::from_be_bytes(*low)),
            _ => Err(Malformed),
        }
    }

    /// The next argument, a `uint8`.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        u8::try_from(self.long()?).map_err(|_| Malformed)
    }

    /// The next argument, a `bool`.
    pub fn flag(&mut self) -> Result<bool, Malformed> {
        match self.long()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }

    /// The next argument, an `address`.
    pub fn address(&mut self) -> Result<Address, Malformed> {
        address(self.word()?)
    }

    /// The next argument, `bytes`.
    #[inline(never)]
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let (length, content) = self.dynamic()?;
        content.get(..length).ok_or(Malformed)
    }

    /// The next argument, a `string` of UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        text::utf8(self.bytes()?).ok_or(Malformed)
    }

    /// The next argument, a `bytes32[]`.
    #[inline(never)]
    pub fn words(&mut self) -> Result<Vec<B256>, Malformed> {
        let (length, content) = self.dynamic()?;
        let content = length.checked_mul(WORD_BYTES).and_then(|bytes| content.get(..bytes));
        let (words, _) = content.ok_or(Malformed)?.as_chunks();
        Ok(collected(words.iter().copied().map(B256::new)))
    }

    /// The next argument, an `address[]`.
    pub fn addresses(&mut self) -> Result<Vec<Address>, Malformed> {
        let mut addresses = Vec::new();
        for word in self.words()? {
            addresses.push(address(word)?);
        }
        Ok(addresses)
    }

    /// The length that the next argument gives its content, and everything from the content on.
    fn dynamic(&mut self) -> Result<(usize, &'a [u8]), Malformed> {
        let offset = usize::try_from(self.long()?).map_err(|_| Malformed)?;
        let mut tail = Arguments { data: self.data.get(offset..).ok_or(Malformed)?, next: 0 };
        let length = usize::try_from(tail.long()?).map_err(|_| Malformed)?;
        Ok((length, tail.data.get(WORD_BYTES..).ok_or(Malformed)?))
    }
}

fn word_at(data: &[u8], at: usize) -> Result<B256, Malformed> {
    data.get(at..).and_then(<[u8]>::first_chunk).copied().map(B256::new).ok_or(Malformed)
}

#[inline(never)]
fn address(word: B256) -> Result<Address, Malformed> {
    match word.split_first_chunk::<12>() {
        Some(([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], _)) => Ok(Address::from_word(word)),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec};
    use alloy_primitives::{Bytes, uint};
    use alloy_sol_types::{SolType, SolValue, sol_data};
    use proptest::prelude::*;

    /// One argument of each kind.
    type All = (
        sol_data::FixedBytes<32>,
        sol_data::Uint<256>,
        sol_data::Uint<64>,
        sol_data::Uint<8>,
        sol_data::Address,
        sol_data::Bytes,
        sol_data::String,
        sol_data::Array<sol_data::FixedBytes<32>>,
        sol_data::Array<sol_data::Address>,
    );
    type Values = (B256, U256, u64, u8, Address, Bytes, String, Vec<B256>, Vec<Address>);

    fn read(data: &[u8]) -> Result<Values, Malformed> {
        let mut a = Arguments::new(data);
        let (word, number, long, byte, address) =
            (a.word()?, a.number()?, a.long()?, a.byte()?, a.address()?);
        let (bytes, text) = (a.bytes()?.to_vec().into(), a.text()?.into());
        Ok((word, number, long, byte, address, bytes, text, a.words()?, a.addresses()?))
    }

    fn values() -> impl Strategy<Value = Values> {
        let address = || any::<[u8; 20]>().prop_map(Address::from);
        let word = || any::<[u8; 32]>().prop_map(B256::from);
        let fixed = (
            word(),
            word().prop_map(|word| U256::from_be_bytes(word.0)),
            any::<u64>(),
            any::<u8>(),
            address(),
        );
        let lists = (prop::collection::vec(word(), 0..5), prop::collection::vec(address(), 0..5));
        (fixed, any::<Vec<u8>>(), any::<String>(), lists)
            .prop_map(|((a, b, c, d, e), bytes, text, (f, g))| (a, b, c, d, e, bytes.into(), text, f, g))
    }

    #[test]
    fn values_that_do_not_fit_their_type_are_malformed() {
        let too_long = (uint!(0x1_0000_0000_0000_0000_U256),).abi_encode_params();
        assert_eq!(Arguments::new(&too_long).long(), Err(Malformed));
        let too_large = (U256::from(256),).abi_encode_params();
        assert_eq!(Arguments::new(&too_large).byte(), Err(Malformed));
        let flags = [0, 1, 2].map(|word| Arguments::new(&(U256::from(word),).abi_encode_params()).flag());
        assert_eq!(flags, [Ok(false), Ok(true), Err(Malformed)]);
        let dirty = B256::repeat_byte(1);
        assert_eq!(Arguments::new(dirty.as_slice()).address(), Err(Malformed));
        let no_text = (Bytes::from(vec![0xff]),).abi_encode_params();
        assert_eq!(Arguments::new(&no_text).text(), Err(Malformed));
        assert_eq!(Arguments::new(&[0; 31]).word(), Err(Malformed));
        assert_eq!(Vec::from(Malformed), Vec::<u8>::new());
    }

    #[test]
    fn lengths_and_offsets_beyond_the_data_are_malformed() {
        for (offset, length) in [(0x20, 33u64), (0x20, u64::MAX), (0x40, 0), (u64::MAX, 0), (0x21, 0)] {
            let data = (U256::from(offset), U256::from(length)).abi_encode_params();
            assert_eq!(Arguments::new(&data).bytes(), Err(Malformed), "{offset} {length}");
            assert_eq!(Arguments::new(&data).words(), Err(Malformed), "{offset} {length}");
        }
    }

    proptest! {
        #[test]
        fn arguments_are_read_as_they_were_encoded(values in values(), rest: Vec<u8>) {
            let mut data = All::abi_encode_params(&values);
            data.extend(rest);
            prop_assert_eq!(read(&data), Ok(values));
        }

        /// Where another decoder takes a mangled call, we take the same; where it doesn't we don't, except that padding
        /// behind `bytes` and `string` is nobody's business.
        #[test]
        fn mangled_arguments_are_judged_as_by_another_decoder(
            values in values(),
            at in 0usize..4_096,
            byte: u8,
            cut in 0usize..64,
        ) {
            let mut data = All::abi_encode_params(&values);
            let at = at % data.len();
            data[at] = byte;
            data.truncate(data.len() - cut);
            match All::abi_decode_params_validate(&data) {
                Ok(values) => prop_assert_eq!(read(&data), Ok(values)),
                Err(_) => {
                    if let Ok(read) = read(&data) {
                        // Encoded anew, it is what was read.
                        prop_assert_eq!(All::abi_decode_params_validate(&All::abi_encode_params(&read)), Ok(read));
                    }
                }
            }
        }
    }
}
