//! Which clients there are.

use clap::ValueEnum;

/// A client in `tests/foreign-clients`, in a folder of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    /// Foundry's command line, from npm.
    Cast,
    /// ethers.js, from npm.
    EthersJs,
    /// viem, from npm.
    Viem,
    /// web3.py, from PyPI.
    #[value(name = "web3-py")]
    Web3Py,
    /// The ethers crate, from crates.io.
    Ethers,
    /// cargo-stylus, from crates.io: takes ten minutes to build.
    CargoStylus,
}

/// How a client is installed and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A package of npm and a script for Node.js.
    Npm,
    /// A package of PyPI in an environment of its own, and a script for Python.
    Python,
    /// A crate of crates.io, and a program in Rust that uses it.
    Crate,
    /// A program of crates.io, and a script for Node.js that runs it.
    CargoTool,
}

impl Client {
    /// What users call it: the name of its folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cast => "cast",
            Self::EthersJs => "ethers-js",
            Self::Viem => "viem",
            Self::Web3Py => "web3-py",
            Self::Ethers => "ethers",
            Self::CargoStylus => "cargo-stylus",
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Cast | Self::EthersJs | Self::Viem => Kind::Npm,
            Self::Web3Py => Kind::Python,
            Self::Ethers => Kind::Crate,
            Self::CargoStylus => Kind::CargoTool,
        }
    }

    /// Whether CI runs it: those that install in seconds and need nothing that a build here doesn't need.
    pub(crate) fn is_light(self) -> bool {
        self.kind() == Kind::Npm
    }

    /// The named ones in the order of their list; without names the light ones, or all.
    pub(crate) fn chosen(names: &[Self], all: bool) -> impl Iterator<Item = Self> {
        let wanted = move |client: &Self| {
            if names.is_empty() { all || client.is_light() } else { names.contains(client) }
        };
        Self::value_variants().iter().copied().filter(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_command_line_takes_and_the_folders_are_called() {
        let folder = xtask::repo::root().unwrap().join("tests/foreign-clients");
        for client in Client::value_variants() {
            assert_eq!(client.to_possible_value().unwrap().get_name(), client.name());
            assert!(folder.join(client.name()).is_dir(), "{client:?}");
        }
    }

    #[test]
    fn without_names_the_light_ones_run() {
        let names =
            |names: &[Client], all| -> Vec<_> { Client::chosen(names, all).map(Client::name).collect() };
        assert_eq!(names(&[], false), ["cast", "ethers-js", "viem"]);
        assert_eq!(names(&[], true).len(), Client::value_variants().len());
        assert_eq!(names(&[Client::Web3Py, Client::Cast, Client::Cast], false), ["cast", "web3-py"]);
    }
}
