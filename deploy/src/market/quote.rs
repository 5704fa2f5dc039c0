//! What a trade gives, computed off chain by the code that settles it on chain.

use abi::pool::ICredentialPool;
use alloy::primitives::{Address, U256};
use math::curve;

use crate::chain::{Chain, ChainError};

/// Parts of a whole that slippage and impact are counted in.
const BPS: u64 = 10_000;

/// A trade that somebody thinks of. Units: wei, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trade {
    /// This much Ether for tokens.
    SellEther(U256),
    /// This many tokens for Ether.
    SellTokens(U256),
    /// Ether for this many tokens.
    BuyTokens(U256),
    /// Tokens for this much Ether.
    BuyEther(U256),
}

/// What it gives now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What goes in. Units: wei or base units.
    pub amount_in: U256,
    /// What comes out. Units: wei or base units.
    pub amount_out: U256,
    /// The bound to send with the trade: the least output, or the greatest input. Units: wei or base units.
    pub bound: U256,
    /// How much worse this is than the price of an infinitely small trade without a fee. Units: hundredths of a percent,
    /// rounded down; 30 of them are the fee.
    pub impact_bps: u64,
}

/// Why there is no quote.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    /// The node, or what it answered.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The pool can't do that.
    #[error("the pool {pool} can't do that: {reason}")]
    Impossible {
        /// The pool.
        pool: Address,
        /// Why, and what would help.
        reason: &'static str,
    },
}

impl Quote {
    /// What `trade` gives at these reserves (of the token, and of Ether), accepted up to `slippage_bps` worse. Or why it
    /// can't be done.
    pub fn at(reserves: [u128; 2], trade: Trade, slippage_bps: u64) -> Result<Self, &'static str> {
        let [token, ether] = reserves;
        let nothing = "an amount of zero trades nothing";
        let (amount_in, amount_out, [reserve_in, reserve_out], exact_in) = match trade {
            Trade::SellEther(amount) | Trade::SellTokens(amount) => {
                let sides =
                    if matches!(trade, Trade::SellEther(_)) { [ether, token] } else { [token, ether] };
                let out = curve::amount_out(amount, sides[0], sides[1]);
                let out =
                    out.ok_or("more than 2^112 - 1 doesn't fit, and a pool without reserves gives nothing")?;
                if amount.is_zero() {
                    return Err(nothing);
                }
                (amount, U256::from(out), sides, true)
            }
            Trade::BuyTokens(amount) | Trade::BuyEther(amount) => {
                let sides =
                    if matches!(trade, Trade::BuyTokens(_)) { [ether, token] } else { [token, ether] };
                let cost = curve::amount_in(amount, sides[0], sides[1]);
                let cost = cost.ok_or("its reserves don't hold as much: ask for less")?;
                if amount.is_zero() {
                    return Err(nothing);
                }
                (U256::from(cost), amount, sides, false)
            }
        };
        if amount_out.is_zero() {
            return Err("the amount buys nothing: it rounds to zero, so send more");
        }
        let whole = U256::from(BPS);
        let slippage = U256::from(slippage_bps.min(BPS));
        // The least output rounded up and the greatest input rounded down: never worse than what was accepted.
        let bound = if exact_in {
            (amount_out * (whole - slippage)).div_ceil(whole)
        } else {
            amount_in * (whole + slippage) / whole
        };
        // out / in against reserve_out / reserve_in; 112 + 112 bits each.
        let (got, fair) = (amount_out * U256::from(reserve_in), amount_in * U256::from(reserve_out));
        let kept = curve::mul_div(got, whole, fair).unwrap_or_default();
        let impact_bps = BPS.saturating_sub(kept.saturating_to());
        Ok(Self { amount_in, amount_out, bound, impact_bps })
    }

    /// The same at the reserves that `pool` has now.
    pub async fn of(
        chain: &Chain,
        pool: Address,
        trade: Trade,
        slippage_bps: u64,
    ) -> Result<Self, QuoteError> {
        let reserves = chain.read(pool, ICredentialPool::getReservesCall {}).await?;
        let reserves = [reserves.reserve0, reserves.reserve1].map(|reserve| reserve.to());
        Self::at(reserves, trade, slippage_bps).map_err(|reason| QuoteError::Impossible { pool, reason })
    }
}

/// Whether `pool` is paused: it takes no trade until it is let go on.
pub async fn is_paused(chain: &Chain, pool: Address) -> Result<bool, ChainError> {
    chain.read(pool, ICredentialPool::pausedCall {}).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAD: u128 = 10_u128.pow(18);
    const RESERVES: [u128; 2] = [1_000 * WAD, 10 * WAD];

    fn wad(count: u64) -> U256 {
        U256::from(count) * U256::from(WAD)
    }

    #[test]
    fn quotes_are_the_curves_with_bounds() {
        let quote = Quote::at(RESERVES, Trade::SellEther(wad(1)), 50).expect("a trade");
        assert_eq!(
            Some(quote.amount_out),
            curve::amount_out(wad(1), RESERVES[1], RESERVES[0]).map(U256::from)
        );
        assert!(quote.bound * U256::from(BPS) >= quote.amount_out * U256::from(9_950));
        assert!((quote.bound - U256::ONE) * U256::from(BPS) < quote.amount_out * U256::from(9_950));
        // A tenth of the reserve: about a tenth less than the price, and the fee.
        assert!((930..945).contains(&quote.impact_bps), "{}", quote.impact_bps);

        let quote = Quote::at(RESERVES, Trade::BuyTokens(wad(1)), 100).expect("a trade");
        assert_eq!(Some(quote.amount_in), curve::amount_in(wad(1), RESERVES[1], RESERVES[0]).map(U256::from));
        assert_eq!(quote.bound, quote.amount_in * U256::from(10_100) / U256::from(BPS));
        assert!((30..45).contains(&quote.impact_bps), "{}", quote.impact_bps);

        let sold = Quote::at(RESERVES, Trade::SellTokens(wad(3)), 0).expect("a trade");
        assert_eq!(sold.bound, sold.amount_out);
        let bought = Quote::at(RESERVES, Trade::BuyEther(sold.amount_out), 0).expect("a trade");
        assert!(bought.amount_in <= sold.amount_in && bought.bound == bought.amount_in);
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for (trade, said) in [
            (Trade::SellEther(U256::ZERO), "zero"),
            (Trade::BuyEther(U256::ZERO), "zero"),
            (Trade::SellTokens(U256::ONE), "rounds to zero"),
            (Trade::SellTokens(U256::MAX), "2^112"),
            (Trade::BuyTokens(wad(1_000)), "ask for less"),
            (Trade::BuyEther(U256::MAX), "ask for less"),
        ] {
            let refused = Quote::at(RESERVES, trade, 0).expect_err("impossible");
            assert!(refused.contains(said), "{trade:?}: {refused}");
        }
        assert!(Quote::at([0, 0], Trade::SellEther(U256::ONE), 0).is_err());
    }
}
