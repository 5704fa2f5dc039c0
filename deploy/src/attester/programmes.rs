//! Which verification programme the nullifiers of a credential type come from.

use std::{collections::BTreeMap, fs, path::Path};

/// Why a table is none.
#[derive(Debug, thiserror::Error)]
pub enum ProgrammesError {
    /// The file can't be read.
    #[error("the table of programmes {path} can't be read ({reason}): check the path given to --programmes")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The file is no table.
    #[error(
        "{path} is no table of programmes ({reason}): it has a line for each credential type, \
         such as MASTERS = \"the programme's id\""
    )]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// One programme for each credential type.
///
/// Nullifiers differ from programme to programme: with two programmes for one type, a person could have two credentials
/// of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programmes(BTreeMap<String, String>);

impl Programmes {
    /// Reads a TOML file with a line `TYPE = "programme"` for each type.
    ///
    /// # Errors
    /// If there is no such table.
    pub fn read(path: &Path) -> Result<Self, ProgrammesError> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|reason| ProgrammesError::Unreadable { path: shown.clone(), reason })?;
        Self::parse(&text).map_err(|reason| ProgrammesError::Malformed { path: shown, reason })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        match table.iter().find(|(name, programme)| name.is_empty() || programme.is_empty()) {
            Some((name, _)) => Err(format!("the line of {name:?} is empty")),
            None if table.is_empty() => Err("it is empty".to_owned()),
            None => Ok(Self(table)),
        }
    }

    /// The programme of a type by its name.
    #[must_use]
    pub fn of(&self, credential_type: &str) -> Option<&str> {
        self.0.get(credential_type).map(String::as_str)
    }

    /// The types that there is a programme for.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Programmes {
    fn from(table: [(&str, &str); N]) -> Self {
        Self(table.map(|(name, programme)| (name.to_owned(), programme.to_owned())).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_one_programme_a_type() {
        let table =
            Programmes::parse("# degrees\nMASTERS = \"degree-1\"\nPHD = \"degree-1\"\n").expect("a table");
        assert_eq!(table.of("MASTERS"), Some("degree-1"));
        assert_eq!(table.of("PATENT"), None);
        assert_eq!(table.types().collect::<Vec<_>>(), ["MASTERS", "PHD"]);
    }

    #[test]
    fn parse_refuses_two_programmes_for_a_type_and_tables_that_say_nothing() {
        for text in ["MASTERS = \"a\"\nMASTERS = \"b\"", "", "MASTERS = \"\"", "MASTERS = 1", "MASTERS"] {
            assert!(Programmes::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn read_says_which_file_is_wrong() {
        let error = Programmes::read(Path::new("no/such/table.toml")).expect_err("there is none");
        assert!(error.to_string().contains("no/such/table.toml"), "{error}");
    }
}
