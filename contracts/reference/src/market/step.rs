//! Steps, from random numbers.

/// The kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Ether for tokens.
    Buy,
    /// Tokens for Ether.
    Sell,
    /// Ether for an exact amount of tokens.
    BuyExact,
    /// Tokens for an exact amount of Ether.
    SellExact,
    /// The pair's own trade, of what lies there too.
    PairTrade,
    /// The same for a unit too much.
    PairTradeTooMuch,
    /// Liquidity in the pool's ratio.
    Add,
    /// The pair's own addition.
    PairAdd,
    /// A redemption.
    Remove,
    /// The pair's own redemption.
    PairRemove,
    /// Something comes without being told.
    Donate,
    /// `skim`.
    Skim,
    /// `sync`.
    Sync,
    /// Time passes.
    Wait,
    /// The protocol's fee is switched.
    Switch,
    /// Shares change hands.
    Give,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 16] = [
        Self::Buy,
        Self::Sell,
        Self::BuyExact,
        Self::SellExact,
        Self::PairTrade,
        Self::PairTradeTooMuch,
        Self::Add,
        Self::PairAdd,
        Self::Remove,
        Self::PairRemove,
        Self::Donate,
        Self::Skim,
        Self::Sync,
        Self::Wait,
        Self::Switch,
        Self::Give,
    ];

    /// Whether it is a change of liquidity, with which the protocol gets what is due to it.
    #[must_use]
    pub const fn changes_liquidity(self) -> bool {
        matches!(self, Self::Add | Self::PairAdd | Self::Remove | Self::PairRemove)
    }
}

/// A step; amounts are parts of what there is, in 2⁻³² of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub kind: Kind,
    pub(super) user: usize,
    pub(super) side: usize,
    pub(super) part: u32,
    pub(super) other: u32,
}

impl From<u128> for Step {
    /// The step that a random number means: mostly of small parts, some of large ones, and of dust.
    fn from(random: u128) -> Self {
        let bits = |from: u32, count: u32| (random >> from) & ((1 << count) - 1);
        let word = |from: u32| u32::try_from(bits(from, 32)).expect("32 bits");
        let index = |from: u32, count: u32| usize::try_from(bits(from, count)).expect("few bits");
        let part = |from: u32, size: u32| match bits(size, 3) {
            0..5 => word(from) >> 6,
            5..7 => word(from),
            _ => word(from) >> 28,
        };
        Self {
            kind: Kind::ALL[index(0, 4)],
            user: index(4, 1),
            side: index(5, 1),
            part: part(32, 6),
            other: part(64, 9),
        }
    }
}
