//! Programs as bytes: what may be deployed, and what lies on chain.

use std::io::Read;
use std::ops::Range;

use anyhow::{Context, Result, bail};
use brotli2::read::BrotliEncoder;
use sha3::{Digest, Keccak256};

use crate::toolchain::binaryen::hex;

/// The longest code of a contract, in bytes: EIP-170.
pub const CODE_LIMIT: usize = 24_576;
/// What the code of a program starts with: "Stylus, compressed without a dictionary".
pub const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const EXPORT: u8 = 7;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;
/// The kinds of exports that a program must have, as the format numbers them.
const FUNCTION: u8 = 0;
const MEMORY: u8 = 2;
/// As cargo-stylus compresses: the best and slowest.
const BROTLI_QUALITY: u32 = 11;

/// The code of a program as it lies on chain: [`PREFIX`], then the compressed module.
///
/// # Errors
/// Compression fails for want of memory.
pub fn code(module: &[u8]) -> Result<Vec<u8>> {
    let mut code = PREFIX.to_vec();
    BrotliEncoder::new(module, BROTLI_QUALITY)
        .read_to_end(&mut code)
        .context("the program can't be compressed")?;
    Ok(code)
}

/// Keccak-256 of deployed code: `0x` and lower-case digits.
#[must_use]
pub fn code_hash(code: &[u8]) -> String {
    format!("0x{}", hex(&Keccak256::digest(code)))
}

/// Whether these bytes are a module that a chain could activate, as far as its outline shows.
///
/// # Errors
/// They are no module or cut off, the SDK's entry point or the memory isn't exported, or a section is one that
/// activation refuses.
pub fn check(module: &[u8]) -> Result<()> {
    let mut exports = Vec::new();
    for section in sections(module)? {
        match section.id {
            EXPORT => {
                exports =
                    exported(&module[section.content]).context("the exports of the program can't be read")?
            }
            DATA_COUNT => bail!(
                "the program has a data count section: name --enable-bulk-memory-opt in [wasm-opt], not \
                 --enable-bulk-memory, and have rustc strip it (-Cstrip=symbols), or the features that it names win"
            ),
            _ => {}
        }
    }
    let has = |kind, name: &str| exports.iter().any(|export| export.0 == kind && export.1 == name.as_bytes());
    if !has(FUNCTION, "user_entrypoint") {
        bail!("the program has no entry point: mark its storage struct with #[entrypoint]");
    }
    if !has(MEMORY, "memory") {
        bail!("the program doesn't export its memory: build it as a cdylib");
    }
    Ok(())
}

/// The module without its custom sections, which say how it was made, and with one that is given.
///
/// # Errors
/// The bytes are no module or cut off.
pub fn with_only_custom_section(module: &[u8], name: &str, content: &[u8]) -> Result<Vec<u8>> {
    let mut result = HEADER.to_vec();
    for section in sections(module)? {
        if section.id != CUSTOM {
            write_section(&mut result, section.id, &module[section.content])?;
        }
    }
    let mut custom = Vec::new();
    write_length(&mut custom, name.len())?;
    custom.extend_from_slice(name.as_bytes());
    custom.extend_from_slice(content);
    write_section(&mut result, CUSTOM, &custom)?;
    Ok(result)
}

/// The content of the data section; nothing if there is none.
///
/// # Errors
/// The bytes are no module or cut off.
pub(super) fn data_section(module: &[u8]) -> Result<&[u8]> {
    let data = sections(module)?.into_iter().find(|section| section.id == DATA);
    Ok(data.map(|section| &module[section.content]).unwrap_or_default())
}

struct Section {
    id: u8,
    content: Range<usize>,
}

fn sections(module: &[u8]) -> Result<Vec<Section>> {
    if !module.starts_with(HEADER) {
        bail!("these bytes are no WebAssembly module of version 1");
    }
    let mut sections = Vec::new();
    let mut at = HEADER.len();
    while at < module.len() {
        let id = module[at];
        at += 1;
        let length = read_length(module, &mut at)?;
        let end = at.checked_add(length).filter(|end| *end <= module.len());
        let end = end.context("the WebAssembly module is cut off")?;
        sections.push(Section { id, content: at..end });
        at = end;
    }
    Ok(sections)
}

/// Kind and name of each export.
fn exported(content: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let mut at = 0;
    let count = read_length(content, &mut at)?;
    let mut exports = Vec::new();
    for _ in 0..count {
        let length = read_length(content, &mut at)?;
        let name = content.get(at..).and_then(|rest| rest.get(..length)).context("a name is cut off")?;
        at += length;
        let kind = *content.get(at).context("an export is cut off")?;
        at += 1;
        read_length(content, &mut at)?; // its index
        exports.push((kind, name));
    }
    Ok(exports)
}

/// An unsigned LEB128 number of at most 32 bits.
pub(super) fn read_length(bytes: &[u8], at: &mut usize) -> Result<usize> {
    let mut value = 0u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = *bytes.get(*at).context("the WebAssembly module is cut off")?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).context("a length is too large");
        }
    }
    bail!("a length in the WebAssembly module is too long")
}

fn write_length(bytes: &mut Vec<u8>, length: usize) -> Result<()> {
    let mut rest = u32::try_from(length).context("a section is longer than 4 GiB")?;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return Ok(());
        }
        bytes.push(low | 0x80);
    }
}

fn write_section(module: &mut Vec<u8>, id: u8, content: &[u8]) -> Result<()> {
    module.push(id);
    write_length(module, content.len())?;
    module.extend_from_slice(content);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        for (id, content) in sections {
            write_section(&mut bytes, *id, content).unwrap();
        }
        bytes
    }

    /// Two exports: the entry point, function 0, and the memory, memory 0.
    fn exports(entrypoint: &str) -> Vec<u8> {
        let mut bytes = vec![2];
        for (name, kind) in [(entrypoint, FUNCTION), ("memory", MEMORY)] {
            write_length(&mut bytes, name.len()).unwrap();
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&[kind, 0]);
        }
        bytes
    }

    #[test]
    fn a_program_needs_an_entry_point_and_its_memory() {
        check(&module(&[(EXPORT, &exports("user_entrypoint"))])).unwrap();
        let error = check(&module(&[(EXPORT, &exports("main"))])).unwrap_err();
        assert!(error.to_string().contains("entry point"), "{error}");
        let no_memory = [&[1, 15][..], b"user_entrypoint", &[FUNCTION, 0]].concat();
        let error = check(&module(&[(EXPORT, &no_memory)])).unwrap_err();
        assert!(error.to_string().contains("memory"), "{error}");
    }

    #[test]
    fn what_is_no_module_or_only_a_part_of_one_is_refused() {
        let whole = module(&[(EXPORT, &exports("user_entrypoint"))]);
        for length in 0..whole.len() {
            assert!(check(&whole[..length]).is_err(), "{length} of {} bytes pass", whole.len());
        }
        assert!(check(b"#!/bin/sh\n").unwrap_err().to_string().contains("no WebAssembly"));
    }

    #[test]
    fn a_data_count_section_is_refused() {
        let error = check(&module(&[(EXPORT, &exports("user_entrypoint")), (DATA_COUNT, &[1])])).unwrap_err();
        assert!(error.to_string().contains("data count"), "{error}");
    }

    #[test]
    fn custom_sections_are_replaced_by_the_given_one() {
        let before =
            module(&[(CUSTOM, b"\x04nameX"), (EXPORT, &exports("user_entrypoint")), (CUSTOM, b"\x01pY")]);
        let after = with_only_custom_section(&before, "project_hash", &[7; 32]).unwrap();
        let custom = [&b"\x0cproject_hash"[..], &[7; 32]].concat();
        assert_eq!(after, module(&[(EXPORT, &exports("user_entrypoint")), (CUSTOM, &custom)]));
    }

    #[test]
    fn lengths_of_several_bytes_survive() {
        let long = vec![0xab; 70_000];
        let bytes = module(&[(11, &long)]);
        let found = sections(&bytes).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(bytes[found[0].content.clone()], long[..]);
    }

    #[test]
    fn deployed_code_is_prefixed_and_hashed_as_a_whole() {
        let code = code(HEADER).unwrap();
        assert_eq!(code[..4], PREFIX);
        assert_ne!(code_hash(&code), code_hash(&code[4..]));
        // keccak256 of nothing, as everywhere in Ethereum
        assert_eq!(code_hash(&[]), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    }
}
