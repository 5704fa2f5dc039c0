//! What `cargo xtask foreign` hands over: the chain, and the program that is deployed on it.

use std::fs;

use ethers::signers::LocalWallet;
use ethers::types::{Address, Bytes, H256};
use serde::Deserialize;

use crate::{CREDENTIAL, Result};

/// The file's members, as far as they are used here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fixture {
    pub(crate) rpc: String,
    pub(crate) ws: String,
    pub(crate) chain_id: u64,
    pub(crate) program: Program,
    accounts: Vec<Account>,
    clone: Clone,
}

/// The token's program.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Program {
    pub(crate) creation: Bytes,
    pub(crate) code_hash: H256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    private_key: String,
}

/// The code of a clone, around the address that it delegates to.
#[derive(Deserialize)]
struct Clone {
    prefix: Bytes,
    suffix: Bytes,
}

impl Fixture {
    pub(crate) fn read(path: &str) -> Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    }

    /// The key of a funded account.
    pub(crate) fn key(&self, index: usize) -> Result<LocalWallet> {
        let account = self.accounts.get(index).ok_or("too few accounts")?;
        Ok(account.private_key.parse()?)
    }

    /// The code that creates a clone of `program`, the token that `owner` may initialise and mint.
    pub(crate) fn clone_creation(&self, program: Address, owner: Address) -> Result<Bytes> {
        let parts: [&[u8]; 6] = [
            &self.clone.prefix,
            program.as_bytes(),
            &self.clone.suffix,
            owner.as_bytes(),
            owner.as_bytes(),
            &CREDENTIAL,
        ];
        let runtime = parts.concat();
        // codecopy(0, 10, LENGTH), return(0, LENGTH)
        let mut creation = vec![0x3d, 0x60, u8::try_from(runtime.len())?];
        creation.extend([0x80, 0x60, 0x0a, 0x3d, 0x39, 0x81, 0xf3]);
        creation.extend(runtime);
        Ok(creation.into())
    }
}
