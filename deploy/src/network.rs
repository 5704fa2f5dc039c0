//! The networks that the CLI knows by name.

use serde::Deserialize;

/// Name and settings of each known network; the files are the place to change them.
const FILES: [(&str, &str); 3] = [
    ("devnode", include_str!("../networks/devnode.toml")),
    ("arbitrum-sepolia", include_str!("../networks/arbitrum-sepolia.toml")),
    ("arbitrum-one", include_str!("../networks/arbitrum-one.toml")),
];

/// Chain id of a Stylus dev chain, ours and Nitro's.
pub const DEVNODE_CHAIN_ID: u64 = 412_346;

/// Whether the network's Ether can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Money {
    /// Ether is free here.
    Play,
    /// Ether costs money here.
    Real,
}

/// A network that the CLI knows by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// What `--network` calls it.
    #[serde(skip)]
    pub name: String,
    /// The chain id that its nodes answer.
    pub chain_id: u64,
    /// A node to use when `--rpc` names none.
    pub rpc: String,
    /// Where people look at its transactions, without a slash at the end.
    pub explorer: Option<String>,
    /// Whether its Ether can be lost.
    pub money: Money,
}

/// Why a network can't be used.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// No file of that name.
    #[error("there is no network `{name}`: choose one of {known}, or name a node by --rpc URL")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The demo would spend money.
    #[error(
        "`{name}` is a network where Ether costs money and the demo spends some for nothing: use \
         --network arbitrum-sepolia, or say --allow-real-money"
    )]
    RealMoney {
        /// The network.
        name: String,
    },
}

impl Network {
    /// Every known network.
    pub fn all() -> impl Iterator<Item = Self> {
        FILES.iter().map(|(name, text)| {
            let network: Self = toml::from_str(text).expect("network files are checked by a test");
            Self { name: (*name).to_owned(), ..network }
        })
    }

    /// The network called `name`.
    pub fn named(name: &str) -> Result<Self, NetworkError> {
        Self::all().find(|network| network.name == name).ok_or_else(|| NetworkError::Unknown {
            name: name.to_owned(),
            known: FILES.map(|(name, _)| name).join(", "),
        })
    }

    /// The network whose nodes answer `chain_id`, if it is a known one.
    #[must_use]
    pub fn with_chain_id(chain_id: u64) -> Option<Self> {
        Self::all().find(|network| network.chain_id == chain_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_file_parses_and_has_a_chain_id_of_its_own() {
        let mut ids: Vec<_> = Network::all().map(|network| network.chain_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), FILES.len());
    }

    #[test]
    fn named_reverts_to_the_list_of_names_when_unknown() {
        let error = Network::named("ropsten").expect_err("no such network").to_string();
        for (name, _) in FILES {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn with_chain_id_finds_the_dev_chain() {
        assert_eq!(Network::with_chain_id(DEVNODE_CHAIN_ID).expect("known").name, "devnode");
        assert_eq!(Network::with_chain_id(1), None);
    }
}
