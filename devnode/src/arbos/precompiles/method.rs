//! Methods as data: how one may be called, from which version on, and what it does.

use super::{Failure, Frame};
use alloy_primitives::map::HashMap;
use alloy_sol_types::SolCall;

/// How a method may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutability {
    /// Touches no state, so even delegate calls may reach it and opening the state isn't charged.
    Pure,
    /// Reads.
    View,
    /// Changes the state.
    Write,
    /// Changes the state and takes value.
    Payable,
}

/// Decodes arguments, runs, encodes the result. `None` if the arguments can't be decoded.
type Body = Box<dyn Fn(&mut Frame<'_, '_>, &[u8]) -> Option<Result<Vec<u8>, Failure>> + Send + Sync>;

/// One method of a precompile.
pub(super) struct Method {
    pub(super) mutability: Mutability,
    /// First ArbOS version that has it.
    pub(super) since: u64,
    pub(super) body: Body,
}

/// The methods of one precompile by selector.
#[derive(Default)]
pub(super) struct Methods {
    by_selector: HashMap<[u8; 4], Method>,
    since: u64,
}

impl Methods {
    /// The method that `input` selects, if the version has it.
    pub(super) fn find(&self, input: &[u8], version: u64) -> Option<&Method> {
        let selector = input.first_chunk::<4>()?;
        self.by_selector.get(selector).filter(|method| method.since <= version)
    }

    /// The methods added after this appear with that ArbOS version.
    pub(super) fn since(mut self, version: u64) -> Self {
        self.since = version;
        self
    }

    pub(super) fn pure<C, R>(self, body: fn(&mut Frame<'_, '_>, C) -> Result<R, Failure>) -> Self
    where
        C: SolCall + 'static,
        C::Return: From<R>,
        R: 'static,
    {
        self.add(Mutability::Pure, body)
    }

    pub(super) fn view<C, R>(self, body: fn(&mut Frame<'_, '_>, C) -> Result<R, Failure>) -> Self
    where
        C: SolCall + 'static,
        C::Return: From<R>,
        R: 'static,
    {
        self.add(Mutability::View, body)
    }

    pub(super) fn write<C, R>(self, body: fn(&mut Frame<'_, '_>, C) -> Result<R, Failure>) -> Self
    where
        C: SolCall + 'static,
        C::Return: From<R>,
        R: 'static,
    {
        self.add(Mutability::Write, body)
    }

    pub(super) fn payable<C, R>(self, body: fn(&mut Frame<'_, '_>, C) -> Result<R, Failure>) -> Self
    where
        C: SolCall + 'static,
        C::Return: From<R>,
        R: 'static,
    {
        self.add(Mutability::Payable, body)
    }

    fn add<C, R>(
        mut self,
        mutability: Mutability,
        body: fn(&mut Frame<'_, '_>, C) -> Result<R, Failure>,
    ) -> Self
    where
        C: SolCall + 'static,
        C::Return: From<R>,
        R: 'static,
    {
        let words = argument_words(C::SIGNATURE);
        let body: Body = Box::new(move |frame, arguments| {
            if !words.iter().zip(arguments.chunks(32)).all(|(word, bytes)| word.accepts(bytes)) {
                return None;
            }
            let call = C::abi_decode_raw(arguments).ok()?;
            Some(body(frame, call).map(|result| C::abi_encode_returns(&result.into())))
        });
        let method = Method { mutability, since: self.since, body };
        let earlier = self.by_selector.insert(C::SELECTOR, method);
        assert!(earlier.is_none(), "{} is listed twice", C::SIGNATURE);
        self
    }
}

/// What Nitro's decoder demands of an argument's word. It cuts addresses to their last 20 bytes, but a number or a
/// flag with more in its word than its type holds is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ArgumentWord {
    /// Addresses, hashes, offsets: the decoder's own checks do.
    Any,
    /// An unsigned number of that many bytes.
    Unsigned(usize),
    /// A signed number of that many bytes, in two's complement.
    Signed(usize),
    /// 0 or 1.
    Flag,
}

impl ArgumentWord {
    fn of_type(name: &str) -> Self {
        let bytes = |bits: &str| bits.parse().map_or(32, |bits: usize| bits / 8);
        if name == "bool" {
            Self::Flag
        } else if let Some(bits) = name.strip_prefix("uint") {
            Self::Unsigned(bytes(bits))
        } else if let Some(bits) = name.strip_prefix("int") {
            Self::Signed(bytes(bits))
        } else {
            Self::Any
        }
    }

    fn accepts(self, word: &[u8]) -> bool {
        let Some(word) = word.first_chunk::<32>() else { return true };
        match self {
            Self::Any => true,
            Self::Flag => word[..31].iter().all(|byte| *byte == 0) && word[31] <= 1,
            Self::Unsigned(bytes) => word[..32 - bytes].iter().all(|byte| *byte == 0),
            Self::Signed(bytes) => {
                let sign = if word[32 - bytes] < 0x80 { 0 } else { 0xff };
                word[..32 - bytes].iter().all(|byte| *byte == sign)
            }
        }
    }
}

/// The head words of a signature's arguments; none of them is a tuple.
fn argument_words(signature: &str) -> Vec<ArgumentWord> {
    let arguments = signature.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    arguments.split(',').filter(|name| !name.is_empty()).map(ArgumentWord::of_type).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, I256, U256};

    #[test]
    fn argument_words_follow_the_signature() {
        assert_eq!(argument_words("f()"), []);
        let words = argument_words("f(address,uint16,int64,bool,bytes,uint256)");
        let expected = [
            ArgumentWord::Any,
            ArgumentWord::Unsigned(2),
            ArgumentWord::Signed(8),
            ArgumentWord::Flag,
            ArgumentWord::Any,
            ArgumentWord::Unsigned(32),
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn words_must_fit_their_types() {
        let word = |n: u64| B256::from(U256::from(n));
        assert!(ArgumentWord::Unsigned(2).accepts(word(0xffff).as_slice()));
        assert!(!ArgumentWord::Unsigned(2).accepts(word(0x1_0000).as_slice()));
        assert!(ArgumentWord::Flag.accepts(word(1).as_slice()));
        assert!(!ArgumentWord::Flag.accepts(word(2).as_slice()));
        let minus_one = B256::from(I256::MINUS_ONE.into_raw());
        assert!(ArgumentWord::Signed(8).accepts(minus_one.as_slice()));
        assert!(!ArgumentWord::Signed(8).accepts(word(1 << 63).as_slice()));
        assert!(ArgumentWord::Any.accepts(minus_one.as_slice()));
    }
}
