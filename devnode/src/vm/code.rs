//! Programs as accounts hold them (§1): a three-byte magic, then brotli or references to pieces of brotli.

use alloy_primitives::Address;
use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

/// Most bytes of code that the chain lets an account hold unless configured otherwise.
pub const DEFAULT_MAX_CODE_SIZE: u64 = 24_576;

const MAGIC_LENGTH: usize = 3;
const CLASSIC: [u8; MAGIC_LENGTH] = [0xef, 0xf0, 0x00];
const FRAGMENT: [u8; MAGIC_LENGTH] = [0xef, 0xf0, 0x01];
const ROOT: [u8; MAGIC_LENGTH] = [0xef, 0xf0, 0x02];

/// What the first bytes of an account's code say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// A whole program: dictionary byte, brotli stream.
    Classic,
    /// A slice of a brotli stream (ArbOS 60 on).
    Fragment,
    /// The list of a program's fragments (ArbOS 60 on).
    Root,
}

impl Prefix {
    /// The prefix of `code`, if it has one. The bare magic without anything after it isn't a prefix.
    #[must_use]
    pub fn of(code: &[u8]) -> Option<Self> {
        if code.len() <= MAGIC_LENGTH {
            return None;
        }
        match code.first_chunk::<MAGIC_LENGTH>() {
            Some(&CLASSIC) => Some(Self::Classic),
            Some(&FRAGMENT) => Some(Self::Fragment),
            Some(&ROOT) => Some(Self::Root),
            _ => None,
        }
    }

    /// Whether `code` runs as a program rather than as EVM code: classic, or root from ArbOS 60 on.
    #[must_use]
    pub fn is_program(code: &[u8], arbos_version: u64) -> bool {
        match Self::of(code) {
            Some(Self::Classic) => true,
            Some(Self::Root) => arbos_version >= 60,
            _ => false,
        }
    }

    /// Whether a create may leave `code`, which starts with 0xEF, in the new account.
    #[must_use]
    pub fn is_deployable(code: &[u8], arbos_version: u64) -> bool {
        match Self::of(code) {
            Some(Self::Classic) => true,
            Some(Self::Fragment | Self::Root) => arbos_version >= 60,
            None => false,
        }
    }
}

/// Why a program's bytes couldn't be recovered from its code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The code is too short for what its prefix promises, or has a fragment address cut off.
    #[error("program code of {0} bytes is malformed")]
    Malformed(usize),
    /// A dictionary that doesn't exist.
    #[error("unknown compression dictionary {0}")]
    UnknownDictionary(u8),
    /// Nitro's own dictionary, which is part of its node and not of this one. No published tool uses it.
    #[error("compression dictionary 1 isn't available here: compress the program without a dictionary")]
    MissingDictionary,
    /// The stream isn't brotli or ends early.
    #[error("program code isn't a complete brotli stream")]
    Corrupt,
    /// More bytes than allowed.
    #[error("program is larger than {0} bytes when decompressed")]
    TooLarge(u32),
    /// A root whose fragments hold another number of bytes than it declares.
    #[error("program has {actual} bytes, its root declares {declared}")]
    LengthMismatch {
        /// Bytes that the root promises.
        declared: u32,
        /// Bytes that the fragments hold.
        actual: usize,
    },
}

/// A parsed root: where a fragmented program's pieces are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Compression dictionary, see [`decompress`].
    pub dictionary: u8,
    /// Length of the decompressed wasm.
    pub declared_length: u32,
    /// Accounts that hold the slices of the stream, in order.
    pub fragments: Vec<Address>,
}

impl Root {
    /// Parses code with the root prefix.
    ///
    /// # Errors
    /// [`CodeError::Malformed`] unless the code is 8 bytes and a whole number of addresses.
    pub fn parse(code: &[u8]) -> Result<Self, CodeError> {
        let malformed = || CodeError::Malformed(code.len());
        let (header, addresses) = code.split_first_chunk::<8>().ok_or_else(malformed)?;
        let [_, _, _, dictionary, length @ ..] = *header;
        if Prefix::of(code) != Some(Prefix::Root) || addresses.len() % Address::len_bytes() != 0 {
            return Err(malformed());
        }
        let fragments = addresses.chunks_exact(Address::len_bytes()).map(Address::from_slice).collect();
        Ok(Self { dictionary, declared_length: u32::from_be_bytes(length), fragments })
    }

    /// Puts a fragmented program together; `fragments` are the codes of [`Root::fragments`], prefix included.
    ///
    /// # Errors
    /// [`CodeError`] if a piece isn't a fragment, the stream is broken or its length isn't the declared one.
    pub fn assemble<'a>(&self, fragments: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, CodeError> {
        let mut stream = Vec::new();
        for code in fragments {
            stream.extend_from_slice(fragment_payload(code)?);
        }
        let wasm = decompress(&stream, self.dictionary, self.declared_length)?;
        if wasm.len() != self.declared_length as usize {
            return Err(CodeError::LengthMismatch { declared: self.declared_length, actual: wasm.len() });
        }
        Ok(wasm)
    }
}

/// The piece of a stream that a fragment holds.
///
/// # Errors
/// If the code is no fragment's.
pub fn fragment_payload(code: &[u8]) -> Result<&[u8], CodeError> {
    match (Prefix::of(code), code.get(MAGIC_LENGTH..)) {
        (Some(Prefix::Fragment), Some(payload)) => Ok(payload),
        _ => Err(CodeError::Malformed(code.len())),
    }
}

/// The wasm of a classic program's code, prefix included; at most `limit` bytes.
///
/// # Errors
/// [`CodeError`] as for [`decompress`].
pub fn classic_wasm(code: &[u8], limit: u32) -> Result<Vec<u8>, CodeError> {
    match (Prefix::of(code), code.get(MAGIC_LENGTH..)) {
        (Some(Prefix::Classic), Some([dictionary, stream @ ..])) => decompress(stream, *dictionary, limit),
        _ => Err(CodeError::Malformed(code.len())),
    }
}

/// Decompresses a brotli stream into at most `limit` bytes. Bytes after a complete stream are ignored.
///
/// # Errors
/// [`CodeError`] for a dictionary other than 0, a broken stream, or more than `limit` bytes.
pub fn decompress(payload: &[u8], dictionary: u8, limit: u32) -> Result<Vec<u8>, CodeError> {
    match dictionary {
        0 => {}
        1 => return Err(CodeError::MissingDictionary),
        other => return Err(CodeError::UnknownDictionary(other)),
    }
    let mut wasm = vec![0; limit as usize];
    let (mut available_in, mut read) = (payload.len(), 0);
    let (mut available_out, mut written, mut total) = (wasm.len(), 0, 0);
    let mut state =
        BrotliState::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let result = BrotliDecompressStream(
        &mut available_in,
        &mut read,
        payload,
        &mut available_out,
        &mut written,
        &mut wasm,
        &mut total,
        &mut state,
    );
    match result {
        BrotliResult::ResultSuccess => {
            wasm.truncate(written);
            Ok(wasm)
        }
        BrotliResult::NeedsMoreOutput => Err(CodeError::TooLarge(limit)),
        BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => Err(CodeError::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compress(bytes: &[u8]) -> Vec<u8> {
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        let mut out = Vec::new();
        brotli::BrotliCompress(&mut &*bytes, &mut out, &params).unwrap();
        out
    }

    #[test]
    fn prefix_needs_a_byte_after_the_magic() {
        assert_eq!(Prefix::of(&[0xef, 0xf0, 0x00]), None);
        assert_eq!(Prefix::of(&[0xef, 0xf0, 0x00, 0]), Some(Prefix::Classic));
        assert_eq!(Prefix::of(&[0xef, 0xf0, 0x01, 0]), Some(Prefix::Fragment));
        assert_eq!(Prefix::of(&[0xef, 0xf0, 0x02, 0]), Some(Prefix::Root));
        assert_eq!(Prefix::of(&[0xef, 0xf0, 0x03, 0]), None);
        assert_eq!(Prefix::of(&[]), None);
    }

    #[test]
    fn fragments_and_roots_count_from_arbos_60() {
        let (fragment, root) = ([0xef, 0xf0, 0x01, 0], [0xef, 0xf0, 0x02, 0]);
        assert!(!Prefix::is_deployable(&fragment, 51) && Prefix::is_deployable(&fragment, 60));
        assert!(!Prefix::is_deployable(&root, 51) && Prefix::is_deployable(&root, 60));
        assert!(!Prefix::is_program(&root, 51) && Prefix::is_program(&root, 60));
        assert!(!Prefix::is_program(&fragment, 60));
        assert!(Prefix::is_program(&[0xef, 0xf0, 0x00, 0], 40));
    }

    #[test]
    fn decompress_takes_exactly_the_limit_and_no_byte_more() {
        let stream = compress(&[7; 1_000]);
        assert_eq!(decompress(&stream, 0, 1_000).unwrap(), vec![7; 1_000]);
        assert_eq!(decompress(&stream, 0, 999), Err(CodeError::TooLarge(999)));
    }

    #[test]
    fn decompress_ignores_trailing_bytes_and_refuses_truncation() {
        let mut stream = compress(b"a program, more or less");
        stream.extend_from_slice(&[1, 2, 3]);
        assert_eq!(decompress(&stream, 0, 64).unwrap(), b"a program, more or less");
        stream.truncate(stream.len() - 5);
        assert_eq!(decompress(&stream, 0, 64), Err(CodeError::Corrupt));
        assert_eq!(decompress(&[], 0, 64), Err(CodeError::Corrupt));
        assert_eq!(decompress(&[0; 40], 0, 64), Err(CodeError::Corrupt));
    }

    #[test]
    fn decompress_refuses_dictionaries() {
        let stream = compress(b"x");
        assert_eq!(decompress(&stream, 1, 64), Err(CodeError::MissingDictionary));
        assert_eq!(decompress(&stream, 9, 64), Err(CodeError::UnknownDictionary(9)));
    }

    #[test]
    fn root_is_eight_bytes_and_whole_addresses() {
        let mut code = vec![0xef, 0xf0, 0x02, 0, 0, 0, 1, 2];
        assert_eq!(Root::parse(&code).unwrap().declared_length, 258);
        code.extend_from_slice(&[5; 20]);
        assert_eq!(Root::parse(&code).unwrap().fragments, vec![Address::repeat_byte(5)]);
        code.pop();
        assert_eq!(Root::parse(&code), Err(CodeError::Malformed(27)));
        assert_eq!(Root::parse(&code[..7]), Err(CodeError::Malformed(7)));
    }

    #[test]
    fn fragments_assemble_to_the_declared_length_only() {
        let wasm = vec![3; 500];
        let stream = compress(&wasm);
        let (head, tail) = stream.split_at(stream.len() / 2);
        let fragment = |part: &[u8]| [&FRAGMENT[..], part].concat();
        let (first, second) = (fragment(head), fragment(tail));
        let root = |declared_length| Root { dictionary: 0, declared_length, fragments: vec![] };
        assert_eq!(root(500).assemble([&first[..], &second[..]]).unwrap(), wasm);
        assert_eq!(
            root(501).assemble([&first[..], &second[..]]),
            Err(CodeError::LengthMismatch { declared: 501, actual: 500 })
        );
        assert_eq!(root(499).assemble([&first[..], &second[..]]), Err(CodeError::TooLarge(499)));
        assert_eq!(root(500).assemble([&first[..], &stream[..]]), Err(CodeError::Malformed(stream.len())));
    }

    #[test]
    fn classic_code_is_magic_dictionary_and_stream() {
        let code = [&CLASSIC[..], &[0], &compress(b"wasm")].concat();
        assert_eq!(classic_wasm(&code, 100).unwrap(), b"wasm");
        assert_eq!(classic_wasm(&[0xef, 0xf0, 0x00, 0], 100), Err(CodeError::Corrupt));
        assert_eq!(classic_wasm(&[0xef, 0xf0, 0x00], 100), Err(CodeError::Malformed(3)));
    }
}
