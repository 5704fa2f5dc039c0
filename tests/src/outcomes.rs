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
        fs::create_dir_all(folder).expect("the folder for outcomes can be made");
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_nanos();
        let path = folder.join(format!("{}-{since}.txt", std::process::id()));
        let file = File::create_new(path).expect("a new file for outcomes");
        let programs = [&artifacts.registry, &artifacts.factory, &artifacts.token];
        let programs = programs.map(|program| (program.code_hash(), program.name.clone()));
        let proxy = (keccak256(&artifacts.evm.proxy.runtime), "proxy".to_owned());
        Self {
            contracts: programs.into_iter().chain([proxy]).collect(),
            proxy_creation: artifacts.evm.proxy.creation.clone(),
            written: Mutex::new((HashSet::new(), file)),
        }
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
