//! Registry and factories as a later version may be: each with one more field, and two functions that use it. Built from
//! edited copies of their sources, for tests of upgrades only.

mod edits;

use alloy::sol;
use ecosystem::program::Program;
use xtask::artifacts::edited::{self, Edit, Edited};

const SUFFIX: &str = "grown";

sol! {
    #![sol(all_derives)]

    /// What the grown registry has more.
    interface INotes {
        /// What is noted of a credential; zero if nothing.
        function note(bytes32 credentialId) external view returns (bytes32 note);
        /// Notes something of a credential. The owner only.
        function setNote(bytes32 credentialId, bytes32 note) external;
    }

    /// What each of the grown factories has more.
    interface IMotto {
        /// The factory's motto; zero if it has none.
        function motto() external view returns (bytes32 motto);
        /// Gives the factory a motto. The owner only.
        function setMotto(bytes32 motto) external;
    }
}

/// The grown registry's sources and wasm.
pub async fn registry() -> Edited {
    built("credential-registry", &edits::REGISTRY).await
}

/// The grown factory's sources and wasm.
pub async fn factory() -> Edited {
    built("token-factory", &edits::FACTORY).await
}

/// The grown pool factory's sources and wasm.
pub async fn pool_factory() -> Edited {
    built("pool-factory", &edits::POOL_FACTORY).await
}

/// The program that was built.
#[must_use]
pub fn program(edited: &Edited) -> Program {
    Program::read("a grown program", &edited.module).expect("it was checked when it was built")
}

async fn built(folder: &'static str, edits: &'static [Edit]) -> Edited {
    let build = move || edited::build(folder, SUFFIX, edits).expect("the copy can be edited and built");
    tokio::task::spawn_blocking(build).await.expect("the build ends")
}
