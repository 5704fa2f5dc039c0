//! What lies in a program's data section, by kind: each byte of it costs gas on every call.
//!
//! A linked module doesn't say what its data is for. The kinds are told by what they look like: source paths and texts are
//! readable, a panic's place points to a path of the right length, core's table of UTF-8 widths is runs of 1, 2, 3 and 4,
//! tables of functions are runs of small words. The rest is constants: hashes of events and errors, slots, selectors. A
//! text can therefore begin with a byte or two of the constant before it.

use std::ops::Range;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::wasm;

/// The shortest readable run that passes for a text.
const TEXT_BYTES_MIN: usize = 8;
/// The shortest run of the same byte that passes for a part of the table of UTF-8 widths.
const RUN_BYTES_MIN: usize = 5;
/// Size of a panic's place: the path's address and length, line and column.
const PLACE_BYTES: usize = 16;
/// Words below this are indices of functions, sizes and alignments.
const SMALL_WORD_LIMIT: u32 = 256;

/// Sizes in bytes; all but `all` add up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holdings {
    /// The whole section.
    pub all: usize,
    /// Where each piece goes, and how long it is.
    pub headers: usize,
    /// Hashes, slots, selectors and whatever else can't be told.
    pub constants: usize,
    /// Messages of panics, and names.
    pub texts: usize,
    /// Files in which something can panic.
    pub source_paths: usize,
    /// Places in them.
    pub panic_places: usize,
    /// core's widths of UTF-8 sequences.
    pub utf8_widths: usize,
    /// Tables of functions, with sizes and alignments.
    pub function_tables: usize,
    /// The paths.
    pub paths: Vec<String>,
    /// The texts.
    pub messages: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Constant,
    Text,
    SourcePath,
    PanicPlace,
    Utf8Widths,
    FunctionTable,
}

/// A piece of initial memory.
struct Segment<'a> {
    address: usize,
    bytes: &'a [u8],
}

impl Holdings {
    /// What lies in the data section of a module.
    ///
    /// # Errors
    /// It is no module, or has data that isn't put at a fixed address.
    pub fn of(module: &[u8]) -> Result<Self> {
        let content = wasm::data_section(module)?;
        let segments = segments(content)?;
        let mut holdings = Self { all: content.len(), ..Self::default() };
        let mut kinds: Vec<_> =
            segments.iter().map(|segment| vec![Kind::Constant; segment.bytes.len()]).collect();
        let mut paths = Vec::new();
        for (segment, kinds) in segments.iter().zip(&mut kinds) {
            for run in readable(segment.bytes) {
                let text = String::from_utf8_lossy(&segment.bytes[run.clone()]).into_owned();
                if text.ends_with(".rs") {
                    kinds[run.clone()].fill(Kind::SourcePath);
                    paths.push((segment.address + run.start, run.len()));
                    holdings.paths.push(text);
                } else {
                    kinds[run].fill(Kind::Text);
                    holdings.messages.push(text);
                }
            }
        }
        for (segment, kinds) in segments.iter().zip(&mut kinds) {
            segment.tell(kinds, &paths);
        }
        for kind in kinds.iter().flatten() {
            *match kind {
                Kind::Constant => &mut holdings.constants,
                Kind::Text => &mut holdings.texts,
                Kind::SourcePath => &mut holdings.source_paths,
                Kind::PanicPlace => &mut holdings.panic_places,
                Kind::Utf8Widths => &mut holdings.utf8_widths,
                Kind::FunctionTable => &mut holdings.function_tables,
            } += 1;
        }
        let payload: usize = segments.iter().map(|segment| segment.bytes.len()).sum();
        holdings.headers = holdings.all - payload;
        Ok(holdings)
    }
}

impl Segment<'_> {
    /// Marks what isn't readable but can be told, given the addresses and lengths of all paths.
    fn tell(&self, kinds: &mut [Kind], paths: &[(usize, usize)]) {
        let mut at = 0;
        while at < self.bytes.len() {
            let run = self.bytes[at..].iter().take_while(|byte| **byte == self.bytes[at]).count();
            if run >= RUN_BYTES_MIN && (1..=4).contains(&self.bytes[at]) {
                mark(kinds, at..at + run, Kind::Utf8Widths);
            }
            at += run;
        }
        // Words lie at multiples of four in memory, wherever the piece begins.
        let words: Vec<_> = (self.address.next_multiple_of(4) - self.address..self.bytes.len())
            .step_by(4)
            .filter_map(|at| Some((at, self.word(at)?)))
            .collect();
        for pair in words.windows(2) {
            let [(at, address), (_, length)] = pair else { continue };
            let of_path = |path: &(usize, usize)| (*address as usize, *length as usize) == *path;
            if paths.iter().any(of_path) {
                // Zeros at the end of a piece are left out of it.
                let end = (at + PLACE_BYTES).min(self.bytes.len());
                mark(kinds, *at..end, Kind::PanicPlace);
            }
        }
        for pair in words.windows(2) {
            let [(one, first), (_, second)] = pair else { continue };
            if *first < SMALL_WORD_LIMIT && *second < SMALL_WORD_LIMIT {
                mark(kinds, *one..*one + 8, Kind::FunctionTable);
            }
        }
    }

    fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
}

/// Marks what hasn't been told before.
fn mark(kinds: &mut [Kind], range: Range<usize>, kind: Kind) {
    for known in &mut kinds[range] {
        if *known == Kind::Constant {
            *known = kind;
        }
    }
}

/// The runs of readable bytes that are long enough for a text.
fn readable(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 0..=bytes.len() {
        if bytes.get(end).is_some_and(|byte| (b' '..=b'~').contains(byte)) {
            continue;
        }
        // Half a dozen bytes of a hash are readable now and then; words are mostly letters.
        let words =
            bytes[start..end].iter().filter(|byte| byte.is_ascii_alphabetic() || **byte == b' ').count();
        if end - start >= TEXT_BYTES_MIN && 2 * words > end - start {
            runs.push(start..end);
        }
        start = end + 1;
    }
    runs
}

/// The pieces in a data section.
fn segments(content: &[u8]) -> Result<Vec<Segment<'_>>> {
    /// A piece for the only memory, at an address that is computed.
    const ACTIVE: usize = 0;
    const I32_CONST: u8 = 0x41;
    const END: u8 = 0x0b;
    let mut segments = Vec::new();
    if content.is_empty() {
        return Ok(segments);
    }
    let mut at = 0;
    for _ in 0..wasm::read_length(content, &mut at)? {
        if wasm::read_length(content, &mut at)? != ACTIVE || content.get(at) != Some(&I32_CONST) {
            bail!("the program has data that isn't put at a fixed address");
        }
        at += 1;
        // A signed number, but addresses are small and positive.
        let address = wasm::read_length(content, &mut at)?;
        if content.get(at) != Some(&END) {
            bail!("the program has data at a computed address");
        }
        at += 1;
        let length = wasm::read_length(content, &mut at)?;
        let Some(bytes) = content.get(at..at + length) else { bail!("the data section is cut off") };
        segments.push(Segment { address, bytes });
        at += length;
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one piece of data at 8 192.
    fn module(data: &[u8]) -> Vec<u8> {
        let length = u8::try_from(data.len()).unwrap();
        assert!(length < 100, "one byte of length each");
        let content = [&[1, 0, 0x41, 0x80, 0xc0, 0, 0x0b, length], data].concat();
        [b"\0asm\x01\0\0\0", &[11, u8::try_from(content.len()).unwrap()][..], &content].concat()
    }

    #[test]
    fn every_byte_is_of_one_kind() {
        let mut data = vec![0xe1, 0x90, 0x80, 0xff];
        data.extend_from_slice(b"/rustc/a.rs\0"); // at 8 196, 11 bytes
        for word in [8_196u32, 11, 300, 9] {
            data.extend_from_slice(&word.to_le_bytes());
        }
        data.extend_from_slice(b"\0capacity overflow\0\0");
        data.extend_from_slice(&[1; 12]);
        for word in [12u32, 4, 3] {
            data.extend_from_slice(&word.to_le_bytes());
        }
        let found = Holdings::of(&module(&data)).unwrap();
        assert_eq!(found.paths, ["/rustc/a.rs"]);
        assert_eq!(found.messages, ["capacity overflow"]);
        assert_eq!((found.source_paths, found.panic_places, found.texts), (11, 16, 17));
        assert_eq!((found.utf8_widths, found.function_tables), (12, 12));
        assert_eq!(found.headers, 8);
        let sum = found.constants
            + found.texts
            + found.source_paths
            + found.panic_places
            + found.utf8_widths
            + found.function_tables;
        assert_eq!(sum, data.len());
        assert_eq!(found.all, data.len() + found.headers);
    }

    #[test]
    fn hashes_are_constants() {
        let hash: Vec<u8> = (0u8..64).map(|byte| byte.wrapping_mul(167).wrapping_add(131)).collect();
        let found = Holdings::of(&module(&hash)).unwrap();
        assert_eq!((found.constants, found.texts), (64, 0));
        let code = Holdings::of(&module(b"^6==7===6=sZ")).unwrap();
        assert_eq!((code.constants, code.texts), (12, 0), "readable by chance");
    }

    #[test]
    fn a_program_without_data_holds_nothing() {
        assert_eq!(Holdings::of(b"\0asm\x01\0\0\0").unwrap(), Holdings::default());
        assert!(Holdings::of(b"no module").is_err());
    }
}
