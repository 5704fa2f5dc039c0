//! What others published, compiled by `tests/peers/compile.mjs`.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolValue,
};
use ecosystem_tests::Stage;

/// Creation code of what others published, by the contracts' names.
pub(crate) struct Compiled(BTreeMap<String, Bytes>);

impl Compiled {
    /// Reads what the script printed.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(serde_json::from_str(&text).expect("names and hexadecimal digits"))
    }

    /// Creates `contract` by the stage's holder.
    pub(super) async fn create(&self, stage: &Stage, contract: &str, arguments: impl SolValue) -> Address {
        let mut code = self.0.get(contract).unwrap_or_else(|| panic!("{contract} is compiled")).to_vec();
        code.extend(arguments.abi_encode());
        let created = stage.chain().create(&stage.holder, code.into(), contract).await;
        created.unwrap_or_else(|error| panic!("{error}")).0
    }
}
