//! What the grown programs' sources have in place of what ships.

use xtask::artifacts::edited::Edit;

const CONTRACT: &str = "src/contract.rs";
const ROUTES: &str = "src/routes.rs";

/// A map behind all fields of the registry.
pub(super) const REGISTRY: [Edit; 5] = [
    Edit {
        file: CONTRACT,
        find: "#[storage]\nstruct Records {\n",
        replace: "/// | 14 | `notes` | credential id → note |\n#[storage]\nstruct Records {\n",
    },
    Edit {
        file: CONTRACT,
        find: "}\n\nimpl Namespace for Records {\n",
        replace: "    notes: WordMap<B256>,\n}\n\nimpl Namespace for Records {\n",
    },
    Edit {
        file: CONTRACT,
        find: "// What the interface declares; `routes.rs` says which call runs which function.\n",
        replace: "impl CredentialRegistry {
    /// What is noted of a credential; zero if nothing.
    pub fn note(&self, credential_id: B256) -> B256 {
        self.records.notes.at(credential_id).get()
    }

    /// Notes something of a credential.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`].
    pub fn set_note(&mut self, credential_id: B256, note: B256) -> Result<(), RegistryError> {
        self.authority.only_owner()?;
        self.records.notes.at_mut(credential_id).set(note);
        Ok(())
    }
}
",
    },
    Edit {
        file: ROUTES,
        find: "use crate::contract::CredentialRegistry;\n",
        replace: "use crate::contract::CredentialRegistry;

alloy_sol_types::sol! {
    interface INotes {
        function note(bytes32 credentialId) external view returns (bytes32 note);
        function setNote(bytes32 credentialId, bytes32 note) external;
    }
}
use INotes::{noteCall, setNoteCall};
",
    },
    Edit {
        file: ROUTES,
        find: "    initializeCall => ",
        replace: "    noteCall => reply::words(&[this.note(a.word()?).word()]);
    setNoteCall => done(this.set_note(a.word()?, a.word()?)?);
    initializeCall => ",
    },
];

/// A word behind all fields of a factory: in its table behind the row that this text follows, in the struct of this namespace.
macro_rules! motto {
    ($contract:literal, $error:literal, $slot:literal, $behind:literal, $namespace:literal, $field:literal, $import:literal) => {
        [
            Edit {
                file: CONTRACT,
                find: concat!("///\n", $behind),
                replace: concat!(
                    "/// | ",
                    $slot,
                    " | `motto` | what the factory stands for |\n///\n",
                    $behind
                ),
            },
            Edit {
                file: CONTRACT,
                find: concat!("}\n\nimpl Namespace for ", $namespace, " {\n"),
                replace: concat!("    motto: Word,\n}\n\nimpl Namespace for ", $namespace, " {\n"),
            },
            Edit {
                file: CONTRACT,
                find: "// What the interface declares; `routes.rs` says which call runs which function.\n",
                replace: concat!(
                    "impl ",
                    $contract,
                    " {
    /// The factory's motto; zero if it has none.
    pub fn motto(&self) -> B256 {
        self.",
                    $field,
                    ".motto.get()
    }

    /// Gives the factory a motto.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`].
    pub fn set_motto(&mut self, motto: B256) -> Result<(), ",
                    $error,
                    "> {
        self.authority.only_owner()?;
        self.",
                    $field,
                    ".motto.set(motto);
        Ok(())
    }
}
"
                ),
            },
            Edit {
                file: ROUTES,
                find: $import,
                replace: concat!(
                    $import,
                    "
alloy_sol_types::sol! {
    interface IMotto {
        function motto() external view returns (bytes32 motto);
        function setMotto(bytes32 motto) external;
    }
}
use IMotto::{mottoCall, setMottoCall};
"
                ),
            },
            Edit {
                file: ROUTES,
                find: "    initializeCall => ",
                replace: "    mottoCall => reply::words(&[this.motto().word()]);
    setMottoCall => done(this.set_motto(a.word()?)?);
    initializeCall => ",
            },
        ]
    };
}

/// A motto of the factory.
pub(super) const FACTORY: [Edit; 5] = motto!(
    "CredentialTokenFactory",
    "FactoryError",
    "11",
    "/// An untouched word of 9 or 10 is",
    "Tokens",
    "tokens",
    "use crate::contract::{CredentialTokenFactory, FactoryError};\n"
);

/// A motto of the pool factory.
pub(super) const POOL_FACTORY: [Edit; 5] = motto!(
    "PoolFactory",
    "PoolFactoryError",
    "10",
    "/// A pool takes two new slots here",
    "Pools",
    "pools",
    "use crate::contract::PoolFactory;\n"
);
