//! Storage layouts: which slot of a contract holds what, read from its sources and compared with what was recorded.
//!
//! What is read is what the compiler reads: the `#[storage]` structs of a contract and of `kit`, with the sizes that their
//! types' `StorageType` declares, laid out by the rules of the SDK's macro. Namespaces are hashed here. What a word is
//! divided into is only said by the slot tables in the structs' documentation; they have to agree with the fields in
//! name, slot, keys and size. Whether the contracts really store like this is for a test on real wasm to say.
//!
//! `snapshots/storage/<folder>.json` holds the layouts that were reviewed; `cargo xtask storage --check` compares.

mod changes;
mod documented;
mod slots;
mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};

use crate::toolchain::binaryen::hex;

pub use changes::{Change, Kind, Safety, changes};

/// Bytes of a slot.
const SLOT: u64 = 32;

/// Where a contract keeps everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The contract's name.
    pub contract: String,
    /// Whether it stands behind a proxy, so that later code finds what earlier code stored. Such a contract keeps
    /// everything in namespaces; another has slots from 0 on, and every instance of it the layout of the code it runs.
    pub upgradeable: bool,
    /// First slots of the namespaces (ERC-7201), by their ids.
    pub namespaces: BTreeMap<String, String>,
    /// All fields, in the order of their slots.
    pub storage: Vec<Entry>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The namespace that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its slot, counted from the namespace's first.
    pub slot: u64,
    /// Bytes of its slot that lie below it.
    pub offset: u64,
    /// How many bytes it takes.
    pub bytes: u64,
    /// Its name; that of a field of a field follows a dot.
    pub label: String,
    /// `word`, `word[n]`, a scalar as Solidity calls it, or a mapping as Solidity writes it.
    #[serde(rename = "type")]
    pub of_type: String,
    /// What each word of it is divided into, the highest bits first; nothing if it is one value. What is in between is
    /// free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// What some bits of a word hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Bits of the word that lie below it.
    pub shift: u64,
    /// How many bits it takes.
    pub bits: u64,
    /// What it is.
    pub label: String,
    /// What it is counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl Layout {
    /// The layout of the program in `contracts/<folder>`; `None` if it stores nothing.
    ///
    /// # Errors
    /// The sources can't be read or understood, or a slot table doesn't agree with them.
    pub fn of(contracts: &Path, folder: &str) -> Result<Option<Self>> {
        Self::of_crate(&contracts.join(folder), contracts)
    }

    /// The layout of the program whose crate is in `folder`, wherever that is, with the libraries of `contracts`; `None`
    /// if it stores nothing.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn of_crate(folder: &Path, contracts: &Path) -> Result<Option<Self>> {
        let context = || format!("the storage of {}", folder.display());
        let own = source::Crate::read(folder).with_context(context)?;
        let mut libraries = Vec::new();
        for name in source::libraries(contracts)? {
            libraries.push(source::Crate::read(&contracts.join(name))?);
        }
        slots::layout(&own, &libraries).with_context(context)
    }

    /// The recorded layout of the program in `contracts/<folder>`; `None` if there is none.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub fn recorded(root: &Path, folder: &str) -> Result<Option<Self>> {
        let path = snapshot(root, folder);
        if !path.exists() {
            return Ok(None);
        }
        let context = || format!("{} can't be understood", path.display());
        let text = fs::read_to_string(&path).with_context(context)?;
        serde_json::from_str(&text).map(Some).with_context(context)
    }

    /// Records the layout as that of the program in `contracts/<folder>`.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn record(&self, root: &Path, folder: &str) -> Result<()> {
        let path = snapshot(root, folder);
        let context = || format!("{} can't be written", path.display());
        fs::create_dir_all(folder_of_snapshots(root)).with_context(context)?;
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n").with_context(context)
    }

    /// Where the first slot of a field is in the contract's storage; `None` if its namespace isn't among the layout's.
    #[must_use]
    pub fn place(&self, entry: &Entry) -> Option<[u8; 32]> {
        let base = match &entry.namespace {
            Some(namespace) => word(self.namespaces.get(namespace)?)?,
            None => [0; 32],
        };
        Some(plus(base, entry.slot))
    }
}

impl Entry {
    /// What it is called: no two fields of a layout by the same name.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace} {}", self.label),
            None => self.label.clone(),
        }
    }
}

/// Where layouts are recorded.
#[must_use]
pub fn folder_of_snapshots(root: &Path) -> PathBuf {
    root.join("snapshots/storage")
}

/// Where the layout of the program in `contracts/<folder>` is recorded.
#[must_use]
pub fn snapshot(root: &Path, folder: &str) -> PathBuf {
    folder_of_snapshots(root).join(format!("{folder}.json"))
}

/// The first slot of the namespace `id`.
///
/// Source: ERC-7201, `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~bytes32(uint256(0xff))`.
fn root_of(id: &str) -> [u8; 32] {
    let seed: [u8; 32] = Keccak256::digest(id).into();
    let mut root: [u8; 32] = Keccak256::digest(minus_one(seed)).into();
    root[31] = 0;
    root
}

fn minus_one(mut number: [u8; 32]) -> [u8; 32] {
    for byte in number.iter_mut().rev() {
        let (less, borrow) = byte.overflowing_sub(1);
        *byte = less;
        if !borrow {
            break;
        }
    }
    number
}

fn plus(mut number: [u8; 32], more: u64) -> [u8; 32] {
    let mut carry = u128::from(more);
    for byte in number.iter_mut().rev() {
        let sum = carry + u128::from(*byte);
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    number
}

/// A word as it is written: `0x` and 64 digits.
fn written(word: [u8; 32]) -> String {
    format!("0x{}", hex(&word))
}

fn word(written: &str) -> Option<[u8; 32]> {
    let digits = written.strip_prefix("0x").filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut word = [0; 32];
    for (index, byte) in word.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(word)
}

#[cfg(test)]
mod tests;
