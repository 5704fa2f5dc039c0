//! What tests saw of the contracts on a devnode, as it is written down: one line for each function and each way it ended.
//!
//! The tests write into files of the folder that [`FOLDER`] names; `cargo xtask outcomes` reads all of them.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// Names the folder where tests write down what they saw; without it they don't.
pub const FOLDER: &str = "ECOSYSTEM_OUTCOMES";

/// The first bytes of calldata and of errors.
pub type Selector = [u8; 4];

/// Something of a contract ran and ended. Written as `token-factory 0x0a1b2c3d reverts 0x4e5f6071`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// The contract, by its folder in `contracts/`, or `proxy`.
    pub contract: String,
    /// What was called.
    pub called: Called,
    /// How that ended.
    pub end: End,
}

/// What of a contract was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Called {
    /// Its creation.
    Creation,
    /// Nothing: there were less than four bytes of calldata.
    Nothing,
    /// What has this selector, if there is such a function.
    Function(Selector),
}

/// How a call ended. That the gas ran out isn't written down: it can happen everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// With success.
    Success,
    /// With an error of this selector.
    Error(Selector),
    /// By a revert without data.
    Silent,
    /// By a revert with data that is too short for an error.
    Garbled,
    /// By a trap, as on a panic.
    Trap,
}

impl Called {
    /// What this calldata calls.
    #[must_use]
    pub fn by(calldata: &[u8]) -> Self {
        calldata.first_chunk().map_or(Self::Nothing, |selector| Self::Function(*selector))
    }
}

impl End {
    /// A revert with this data.
    #[must_use]
    pub fn of_revert(data: &[u8]) -> Self {
        match data.first_chunk() {
            Some(selector) => Self::Error(*selector),
            None if data.is_empty() => Self::Silent,
            None => Self::Garbled,
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.contract)?;
        match self.called {
            Called::Creation => f.write_str("creation"),
            Called::Nothing => f.write_str("nothing"),
            Called::Function(selector) => f.write_str(&hex(selector)),
        }?;
        match self.end {
            End::Success => f.write_str(" succeeds"),
            End::Error(selector) => write!(f, " reverts {}", hex(selector)),
            End::Silent => f.write_str(" reverts"),
            End::Garbled => f.write_str(" reverts garbled"),
            End::Trap => f.write_str(" traps"),
        }
    }
}

impl FromStr for Seen {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let words: Vec<_> = line.split(' ').collect();
        let [contract, called, end @ ..] = &words[..] else {
            bail!("`{line}` says nothing of a contract");
        };
        let called = match *called {
            "creation" => Called::Creation,
            "nothing" => Called::Nothing,
            selector => Called::Function(
                parse_selector(selector).with_context(|| format!("`{line}` names no function"))?,
            ),
        };
        let end = match end {
            ["succeeds"] => End::Success,
            ["reverts"] => End::Silent,
            ["reverts", "garbled"] => End::Garbled,
            ["reverts", selector] => {
                End::Error(parse_selector(selector).with_context(|| format!("`{line}` names no error"))?)
            }
            ["traps"] => End::Trap,
            _ => bail!("`{line}` doesn't say how it ended"),
        };
        Ok(Self { contract: (*contract).to_owned(), called, end })
    }
}

/// `0x` and eight digits.
#[must_use]
pub fn hex(selector: Selector) -> String {
    format!("0x{:08x}", u32::from_be_bytes(selector))
}

fn parse_selector(text: &str) -> Option<Selector> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 8)?;
    u32::from_str_radix(digits, 16).ok().map(u32::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let function = Called::Function([0, 0x1b, 0x2c, 0x3d]);
        let ends =
            [End::Success, End::Error([0x4e, 0, 0, 1]), End::Silent, End::Garbled, End::Trap].into_iter();
        for called in [Called::Creation, Called::Nothing, function] {
            for end in ends.clone() {
                let seen = Seen { contract: "token-factory".to_owned(), called, end };
                assert_eq!(seen.to_string().parse::<Seen>().unwrap(), seen);
            }
        }
        let seen = Seen { contract: "proxy".to_owned(), called: function, end: End::Error([0x4e, 0, 0, 1]) };
        assert_eq!(seen.to_string(), "proxy 0x001b2c3d reverts 0x4e000001");
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let line = "proxy 0x001b2c3d reverts 0x4e000001";
        for cut in [0, 5, 9, 16, 20, line.len() - 1] {
            assert!(line[..cut].parse::<Seen>().is_err(), "{}", &line[..cut]);
        }
    }

    #[test]
    fn calldata_and_revert_data_are_told_by_their_first_bytes() {
        assert_eq!(Called::by(&[1, 2, 3, 4, 5]), Called::Function([1, 2, 3, 4]));
        assert_eq!((Called::by(&[1, 2, 3]), Called::by(&[])), (Called::Nothing, Called::Nothing));
        assert_eq!(End::of_revert(&[1, 2, 3, 4, 5]), End::Error([1, 2, 3, 4]));
        assert_eq!((End::of_revert(&[1, 2, 3]), End::of_revert(&[])), (End::Garbled, End::Silent));
    }
}
