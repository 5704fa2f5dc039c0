//! Reading parameters, with geth's words for what is wrong with one.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::Value;

use super::error::RpcError;

/// The parameters of a request.
pub(super) struct Params<'a>(&'a [Value]);

impl<'a> Params<'a> {
    /// Takes the `params` member of a request that has at most `most` of them.
    pub(super) fn new(params: Option<&'a Value>, most: usize) -> Result<Self, RpcError> {
        match params {
            None | Some(Value::Null) => Ok(Self(&[])),
            Some(Value::Array(values)) if values.len() <= most => Ok(Self(values)),
            Some(Value::Array(_)) => Err(RpcError::TooManyArguments(most)),
            Some(_) => Err(RpcError::NonArrayParams),
        }
    }

    /// A parameter that may be left out or null.
    pub(super) fn optional<T: Parameter>(&self, index: usize) -> Result<Option<T>, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                T::read(value).map(Some).map_err(|reason| RpcError::InvalidArgument { index, reason })
            }
        }
    }

    /// A parameter that must be there.
    pub(super) fn required<T: Parameter>(&self, index: usize) -> Result<T, RpcError> {
        self.optional(index)?.ok_or(RpcError::MissingArgument(index))
    }
}

/// Something that can be read from JSON; the error says what is wrong with it.
pub(super) trait Parameter: Sized {
    fn read(value: &Value) -> Result<Self, String>;
}

/// The text of a JSON string.
pub(super) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("expected a string, got {}", kind(value)))
}

/// What a value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn digits(text: &str) -> Result<&str, String> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => Ok(digits),
        None if text.is_empty() => Err("empty hex string".to_owned()),
        None => Err("hex string without 0x prefix".to_owned()),
    }
}

fn bytes_of(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(digits(text)?).map_err(|error| match error {
        hex::FromHexError::OddLength => "hex string of odd length".to_owned(),
        _ => "invalid hex string".to_owned(),
    })
}

fn fixed<const N: usize>(value: &Value, name: &str) -> Result<[u8; N], String> {
    let text = text(value)?;
    let length = digits(text)?.len();
    if length != 2 * N {
        return Err(format!("hex string has length {length}, want {} for {name}", 2 * N));
    }
    let bytes = bytes_of(text)?;
    bytes.try_into().map_err(|_| "invalid hex string".to_owned())
}

/// A number: a hex quantity without leading zeros, of at most `bits` bits.
fn quantity(text: &str, bits: usize) -> Result<U256, String> {
    let digits = digits(text)?;
    if digits.is_empty() {
        return Err("hex string \"0x\"".to_owned());
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err("hex number with leading zero digits".to_owned());
    }
    if digits.len() > 64 {
        return Err(format!("hex number > {bits} bits"));
    }
    let number = U256::from_str_radix(digits, 16).map_err(|_| "invalid hex string".to_owned())?;
    if number.bit_len() > bits { Err(format!("hex number > {bits} bits")) } else { Ok(number) }
}

impl Parameter for Address {
    fn read(value: &Value) -> Result<Self, String> {
        fixed(value, "common.Address").map(Self::new)
    }
}

impl Parameter for B256 {
    fn read(value: &Value) -> Result<Self, String> {
        fixed(value, "common.Hash").map(Self::new)
    }
}

impl Parameter for Bytes {
    fn read(value: &Value) -> Result<Self, String> {
        bytes_of(text(value)?).map(Into::into)
    }
}

impl Parameter for String {
    fn read(value: &Value) -> Result<Self, String> {
        text(value).map(str::to_owned)
    }
}

impl Parameter for bool {
    fn read(value: &Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| format!("expected a boolean, got {}", kind(value)))
    }
}

impl Parameter for U256 {
    fn read(value: &Value) -> Result<Self, String> {
        quantity(text(value)?, 256)
    }
}

impl Parameter for u64 {
    /// Tools write small numbers, such as seconds, as JSON numbers too.
    fn read(value: &Value) -> Result<Self, String> {
        match value.as_u64() {
            Some(number) => Ok(number),
            None => quantity(text(value)?, 64).map(|number| number.to()),
        }
    }
}

impl Parameter for u128 {
    fn read(value: &Value) -> Result<Self, String> {
        quantity(text(value)?, 128).map(|number| number.to())
    }
}

impl<T: Parameter> Parameter for Vec<T> {
    fn read(value: &Value) -> Result<Self, String> {
        let list = value.as_array().ok_or_else(|| format!("expected a list, got {}", kind(value)))?;
        list.iter().map(T::read).collect()
    }
}

/// A storage slot: unlike quantities it may have leading zeros.
pub(super) struct Slot(pub(super) U256);

impl Parameter for Slot {
    fn read(value: &Value) -> Result<Self, String> {
        let digits = digits(text(value)?)?;
        if digits.len() > 64 {
            return Err("hex string too long, want at most 32 bytes".to_owned());
        }
        if digits.is_empty() {
            return Ok(Self(U256::ZERO));
        }
        U256::from_str_radix(digits, 16).map(Self).map_err(|_| "invalid hex string".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal<T: Parameter>(value: Value) -> String {
        let params = json!([value]);
        match Params::new(Some(&params), 1).and_then(|params| params.required::<T>(0)) {
            Ok(_) => panic!("{params} must be refused"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn refusals_use_geths_words() {
        assert_eq!(
            refusal::<Address>(json!("0x12")),
            "invalid argument 0: hex string has length 2, want 40 for common.Address"
        );
        assert_eq!(refusal::<u64>(json!("12")), "invalid argument 0: hex string without 0x prefix");
        assert_eq!(refusal::<u64>(json!("0x01")), "invalid argument 0: hex number with leading zero digits");
        assert_eq!(refusal::<u64>(json!("0x10000000000000000")), "invalid argument 0: hex number > 64 bits");
        assert_eq!(refusal::<Bytes>(json!("0x123")), "invalid argument 0: hex string of odd length");
        assert_eq!(refusal::<Bytes>(json!(5)), "invalid argument 0: expected a string, got a number");
        assert_eq!(refusal::<U256>(Value::Null), "missing value for required argument 0");
    }

    #[test]
    fn more_parameters_than_the_method_takes_are_refused() {
        let params = json!([1, 2]);
        let error = Params::new(Some(&params), 1).err().expect("one too many");
        assert_eq!(error.to_string(), "too many arguments, want at most 1");
    }

    #[test]
    fn slots_may_have_leading_zeros() {
        assert_eq!(Slot::read(&json!("0x000a")).expect("valid").0, U256::from(10));
    }
}
