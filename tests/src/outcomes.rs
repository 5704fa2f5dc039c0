//! Writes down which function of which contract ended how, for `cargo xtask outcomes` to compare with what is documented.
//!
//! Every devnode of the tests is observed, calls between contracts included. Each process writes a file of its own, a line
//! as soon as something is seen for the first time, so that nothing is lost if it is killed.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use alloy::primitives::{B256, Bytes, keccak256};
use ecosystem::system::Artifacts;
use stylus_devnode::evm::{End, Observer, Run};
use tokio::sync::OnceCell;
use xtask::outcomes::{self, Called, FOLDER, Seen};

/// The file of this process; none if nobody wants to know.
static NOTES: OnceCell<Option<Arc<Notes>>> = OnceCell::const_new();

/// Whom a devnode tells what runs there, if it is to be written down. What runs with other code than `artifacts`, which is
/// what ships, belongs to no contract.
pub(crate) async fn observer(artifacts: &Artifacts) -> Option<Arc<dyn Observer>> {
    let notes = NOTES
        .get_or_init(|| async {
            let folder = std::env::var_os(FOLDER)?;
            Some(Arc::new(Notes::in_folder(Path::new(&folder), artifacts)))
        })
        .await;
    notes.clone().map(|notes| notes as Arc<dyn Observer>)
}

/// What this process has seen so far, and where it is written.
#[derive(Debug)]
struct Notes {
    contracts: HashMap<B256, String>,
    proxy_creation: Bytes,
    written: Mutex<(HashSet<Seen>, File)>,
}

impl Notes {
    fn in_folder(folder: &Path, artifacts: &Artifacts) -> Self {
        let programs = artifacts.programs().map(|program| (program.code_hash(), program.name.clone()));
        let proxy = (keccak256(&artifacts.evm.proxy.runtime), "proxy".to_owned());
        let contracts = programs.into_iter().chain([proxy]).collect();
        Self::of(contracts, artifacts.evm.proxy.creation.clone(), folder)
    }

    /// Of contracts by the hashes of their code.
    fn of(contracts: HashMap<B256, String>, proxy_creation: Bytes, folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder for outcomes can be made");
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_nanos();
        let path = folder.join(format!("{}-{since}.txt", std::process::id()));
        let file = File::create_new(path).expect("a new file for outcomes");
        Self { contracts, proxy_creation, written: Mutex::new((HashSet::new(), file)) }
    }

    /// What the run was, if it was one of a contract and its end tells anything about that.
    fn seen(&self, run: &Run<'_>) -> Option<Seen> {
        let (contract, called) = if run.code_hash.is_zero() {
            let is_proxy = run.code.starts_with(&self.proxy_creation);
            ("proxy", is_proxy.then_some(Called::Creation)?)
        } else {
            (self.contracts.get(&run.code_hash)?.as_str(), Called::by(run.input))
        };
        let end = match run.end {
            End::Success => outcomes::End::Success,
            End::Revert => outcomes::End::of_revert(run.output),
            End::Trap => outcomes::End::Trap,
            // Too little gas, or a static call of a function that isn't a view: the caller's doing, and possible everywhere.
            End::Refused(_) | End::Exhausted => return None,
        };
        Some(Seen { contract: contract.to_owned(), called, end })
    }
}

impl Observer for Notes {
    fn ended(&self, run: &Run<'_>) {
        let Some(seen) = self.seen(run) else { return };
        let mut written = self.written.lock().expect("nobody panics while holding this");
        let (known, file) = &mut *written;
        if !known.contains(&seen) {
            // In one write, so that a killed process leaves whole lines.
            file.write_all(format!("{seen}\n").as_bytes()).expect("the file for outcomes can be written");
            known.insert(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Address, U256};

    #[test]
    fn what_contracts_do_is_written_once_and_at_once() {
        let folder = std::env::temp_dir().join(format!("outcomes-of-tests-{}", std::process::id()));
        let pool = B256::repeat_byte(1);
        let notes = Notes::of([(pool, "pool".to_owned())].into(), Bytes::from_static(&[0x60, 1]), &folder);
        let run = Run {
            account: Address::ZERO,
            code: &[0x60, 1, 2],
            code_hash: pool,
            input: &[1, 2, 3, 4, 5],
            value: U256::ZERO,
            end: End::Success,
            output: &[7; 32],
        };
        for _ in 0..2 {
            notes.ended(&run);
            notes.ended(&Run { end: End::Revert, output: &[5, 6, 7, 8, 9], ..run });
            notes.ended(&Run { end: End::Revert, output: &[], input: &[], ..run });
            notes.ended(&Run { end: End::Trap, output: &[], ..run });
            // Its creation, of which only the proxy's is known.
            notes.ended(&Run { code_hash: B256::ZERO, input: &[], ..run });
            notes.ended(&Run { code_hash: B256::ZERO, code: &[0x60], ..run });
            // Somebody else, and what can happen to everybody.
            notes.ended(&Run { code_hash: B256::repeat_byte(2), ..run });
            notes.ended(&Run { end: End::Exhausted, input: &[9; 4], ..run });
            notes.ended(&Run { end: End::Refused("too little gas"), input: &[9; 4], ..run });
        }
        let mut files = fs::read_dir(&folder).expect("the folder");
        let file = files.next().expect("a file").expect("a file").path();
        assert!(files.next().is_none());
        let written = fs::read_to_string(file).expect("lines");
        let lines = [
            "pool 0x01020304 succeeds",
            "pool 0x01020304 reverts 0x05060708",
            "pool nothing reverts",
            "pool 0x01020304 traps",
            "proxy creation succeeds",
        ];
        assert_eq!(written, lines.join("\n") + "\n");
        fs::remove_dir_all(&folder).expect("it can go");
    }
}
