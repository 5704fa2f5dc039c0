//! Which targets there are.

use clap::ValueEnum;

/// A target: a program of `fuzz/fuzz_targets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Programs: validation, activation, deployment, execution.
    Modules,
    /// Bodies of JSON-RPC requests.
    Rpc,
    /// Raw transactions.
    Transactions,
}

impl Target {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Modules => "modules",
            Self::Rpc => "rpc",
            Self::Transactions => "transactions",
        }
    }

    /// Longest input, bytes. What is longer takes longer and seldom tells more.
    pub(super) fn longest(self) -> u32 {
        match self {
            Self::Modules => 8_192,
            Self::Rpc | Self::Transactions => 2_048,
        }
    }

    /// The named ones, or all.
    pub(super) fn chosen(names: &[Self]) -> impl Iterator<Item = Self> {
        Self::value_variants()
            .iter()
            .copied()
            .filter(move |target| names.is_empty() || names.contains(target))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_target_has_a_program_and_seeds() {
        let fuzz = xtask::repo::root().unwrap().join("fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        for target in Target::value_variants() {
            let name = target.name();
            assert_eq!(target.to_possible_value().unwrap().get_name(), name);
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
            assert!(fuzz.join(format!("fuzz_targets/{name}.rs")).is_file(), "{name}");
            let seeds = fs::read_dir(fuzz.join("seeds").join(name)).unwrap();
            let longest = seeds.map(|seed| seed.unwrap().metadata().unwrap().len()).max();
            assert!(longest.unwrap() <= u64::from(target.longest()), "a seed of {name} would be cut off");
        }
        assert_eq!(fs::read_dir(fuzz.join("fuzz_targets")).unwrap().count(), Target::value_variants().len());
    }

    #[test]
    fn without_names_all_run() {
        assert_eq!(Target::chosen(&[]).count(), Target::value_variants().len());
        assert_eq!(Target::chosen(&[Target::Rpc, Target::Rpc]).collect::<Vec<_>>(), [Target::Rpc]);
    }
}
