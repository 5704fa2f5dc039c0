//! `ecosystem quote`

use std::io::{self, Write};

use alloy::primitives::{
    Address, U256,
    utils::{ParseUnits, Unit, format_ether},
};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    chain::Chain,
    error::Error,
    market::quote::{self, Quote, Trade},
};

/// Options of `ecosystem quote`.
#[derive(Debug, Args)]
pub(super) struct QuoteArguments {
    /// The node to ask, e.g. http://127.0.0.1:8547
    #[arg(long, value_name = "URL")]
    rpc: String,

    /// The pool.
    #[arg(long, value_name = "ADDRESS")]
    pool: Address,

    #[command(flatten)]
    trade: TradeArguments,

    /// How much worse the trade may be in the end, in hundredths of a percent: decides the bound.
    #[arg(long, value_name = "BPS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(0..=10_000))]
    slippage: u64,

    /// Print one JSON object, amounts in wei and base units.
    #[arg(long)]
    pub(super) json: bool,
}

/// The trade: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct TradeArguments {
    /// Sell this much Ether for tokens, e.g. 0.5
    #[arg(long, value_name = "ETHER", value_parser = amount)]
    sell_ether: Option<U256>,
    /// Sell this many tokens for Ether, e.g. 12.5
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    sell_tokens: Option<U256>,
    /// Buy this many tokens for Ether.
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    buy_tokens: Option<U256>,
    /// Buy this much Ether for tokens.
    #[arg(long, value_name = "ETHER", value_parser = amount)]
    buy_ether: Option<U256>,
}

impl TradeArguments {
    fn trade(&self) -> Option<Trade> {
        let sells = self.sell_ether.map(Trade::SellEther).or(self.sell_tokens.map(Trade::SellTokens));
        sells.or(self.buy_tokens.map(Trade::BuyTokens)).or(self.buy_ether.map(Trade::BuyEther))
    }
}

/// An amount of 18 decimals that isn't negative.
fn amount(text: &str) -> Result<U256, String> {
    let wrong = || format!("`{text}` is no amount such as 12.5, of at most 18 decimals");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    // The parser takes an empty text, and cuts off what has more decimals.
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 18 {
        return Err(wrong());
    }
    match ParseUnits::parse_units(text, Unit::ETHER) {
        Ok(ParseUnits::U256(amount)) => Ok(amount),
        _ => Err(wrong()),
    }
}

/// Quotes a trade.
pub(super) async fn run(arguments: &QuoteArguments) -> Result<(), Error> {
    let chain = Chain::connect(&arguments.rpc, None).await?;
    // clap asks for exactly one.
    let trade = arguments.trade.trade().unwrap_or(Trade::SellEther(U256::ZERO));
    let quote = Quote::of(&chain, arguments.pool, trade, arguments.slippage).await?;
    let paused = quote::is_paused(&chain, arguments.pool).await?;
    let told = if arguments.json {
        object(arguments.pool, quote, paused).to_string()
    } else {
        lines(trade, quote, paused)
    };
    writeln!(io::stdout().lock(), "{told}").map_err(Error::Output)
}

fn object(pool: Address, quote: Quote, paused: bool) -> Value {
    let Quote { amount_in, amount_out, bound, impact_bps } = quote;
    json!({
        "schema": 1, "ok": true, "pool": pool, "amountIn": amount_in.to_string(),
        "amountOut": amount_out.to_string(), "bound": bound.to_string(), "impactBps": impact_bps, "paused": paused,
    })
}

fn lines(trade: Trade, quote: Quote, paused: bool) -> String {
    let Quote { amount_in, amount_out, bound, impact_bps } = quote;
    let (unit_in, unit_out, bounded, bound_unit) = match trade {
        Trade::SellEther(_) => ("ETH", "tokens", "at least", "tokens"),
        Trade::SellTokens(_) => ("tokens", "ETH", "at least", "ETH"),
        Trade::BuyTokens(_) => ("ETH", "tokens", "at most", "ETH"),
        Trade::BuyEther(_) => ("tokens", "ETH", "at most", "tokens"),
    };
    let lines = format!(
        "in      {} {unit_in}\nout     {} {unit_out}\nbound   {bounded} {} {bound_unit}\nimpact  {}.{:02} %, fee included",
        format_ether(amount_in),
        format_ether(amount_out),
        format_ether(bound),
        impact_bps / 100,
        impact_bps % 100,
    );
    if paused { lines + "\npaused  the pool takes no trade until it is let go on" } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_said() {
        let wei = U256::from(10_u64.pow(18));
        let quote = Quote { amount_in: wei, amount_out: wei, bound: wei, impact_bps: 31 };
        let trade = Trade::SellEther(wei);
        let (running, paused) = (lines(trade, quote, false), lines(trade, quote, true));
        assert!(running.ends_with("impact  0.31 %, fee included"), "{running}");
        assert!(paused.strip_prefix(&running).is_some_and(|more| more.contains("paused")), "{paused}");
        for paused in [false, true] {
            assert_eq!(object(Address::ZERO, quote, paused)["paused"], paused);
        }
    }
}
