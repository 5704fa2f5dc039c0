//! Prices that somebody makes, against the means that others go by.

use abi::pool::ICredentialPool::{self as pool, Swap};
use alloy::primitives::U256;
use ecosystem_tests::{Stage, World, run, tokens, wei};

use super::{Player, buys, sells};
use crate::pool::{Entry, Market};

const HOUR: u64 = 3_600;

/// A pool in the middle of an hour, some hours after its creation, on a clock that moves only when it is told to.
async fn market() -> Market {
    let market = Market::on(Stage::in_world(World::reproducible().await).await).await;
    let now = market.stage.chain().block_time().await.expect("the node answers");
    market.stage.world.advance_time(4 * HOUR - now % HOUR - HOUR / 2).await;
    market
}

/// The mean over the last `window` seconds, and the real length of that.
async fn mean(market: &Market, window: u64) -> (U256, u32) {
    let window = u32::try_from(window).expect("a window");
    let mean = market.reads(pool::consultCall { window }).await;
    (mean.price, mean.elapsed)
}

/// What a whole token costs now, without the fee. Units: wei.
async fn spot(market: &Market) -> f64 {
    let [token, ether] = market.reserves().await.map(|reserve| f64::from(U256::from(reserve)));
    ether / token * 1e18
}

#[test]
fn one_block_moves_no_mean_and_is_paid_for() {
    run(async {
        let market = market().await;
        let stage = &market.stage;
        let mut attacker = Player::rich(&market, &stage.stranger, U256::ZERO, wei(20_000)).await;
        let to = attacker.address();
        let windows = [1, 12, HOUR, 2 * HOUR];
        let mut before = Vec::new();
        for window in windows {
            before.push(mean(&market, window).await.0);
        }
        let cumulative = market.reads(pool::price0CumulativeLastCall {}).await;
        let untouched = async || {
            for (window, before) in windows.into_iter().zip(&before) {
                assert_eq!(mean(&market, window).await.0, *before, "{window}");
            }
        };

        // Two hundred times the pool's Ether: a token costs forty thousand times as much.
        let normal = spot(&market).await;
        let sent = attacker.does(buys(wei(10_000), U256::ZERO, to)).await;
        let bought = stage.event::<Swap>(&sent, market.at).amount0Out;
        let high = spot(&market).await;
        assert!(high / normal > 40_000.0, "{high}");
        untouched().await;
        // What came before is in Uniswap's sum, at the price that stood; the new one has no second in it.
        let sum = market.reads(pool::price0CumulativeLastCall {}).await;
        let stood = sum - cumulative;
        market.takes(Entry::of(pool::syncCall {})).await;
        assert_eq!(market.reads(pool::price0CumulativeLastCall {}).await, sum);
        assert!(!stood.is_zero());

        attacker.does(sells(bought, to)).await;
        untouched().await;
        // Six thousandths of the pool's Ether, however much was traded: all that a price of one block costs.
        assert_eq!(attacker.gain().await, [0, -299_847_148_524_188]);
    });
}

/// A price that lasts weighs as much as it lasts: `(high / normal)^(seconds / window)`.
#[test]
fn a_price_weighs_its_seconds() {
    run(async {
        for seconds in [1_u32, 12] {
            let market = market().await;
            let stage = &market.stage;
            let mut attacker = Player::rich(&market, &stage.stranger, U256::ZERO, wei(1_000)).await;
            let to = attacker.address();
            let (before, _) = mean(&market, HOUR).await;
            // As much Ether as the pool has: a token costs four times as much.
            let normal = spot(&market).await;
            let sent = attacker.does(buys(wei(50), U256::ZERO, to)).await;
            let bought = stage.event::<Swap>(&sent, market.at).amount0Out;
            let high = spot(&market).await;
            stage.world.advance_time(seconds.into()).await;
            attacker.does(sells(bought, to)).await;

            let (after, elapsed) = mean(&market, HOUR).await;
            assert_eq!(u64::from(elapsed), HOUR);
            let expected = (high / normal).powf(f64::from(seconds) / f64::from(elapsed));
            let moved = f64::from(after) / f64::from(before);
            assert!((moved / expected - 1.0).abs() < 1e-6, "{seconds} s: {moved}, {expected}");
            // Less than four parts in ten thousand for each second.
            assert!(moved > 1.0 && moved < 1.0 + 0.000_4 * f64::from(seconds), "{moved}");
            assert_eq!(attacker.gain().await, [0, -150_224_998_984_458]);

            // An hour and the rest of this one later it is forgotten, but for the fees that stayed.
            stage.world.advance_time(2 * HOUR).await;
            let forgotten = f64::from(mean(&market, HOUR).await.0);
            assert!((forgotten / spot(&market).await - 1.0).abs() < 1e-6, "{forgotten}");
        }
    });
}

/// A gift that becomes a reserve moves the price as a trade does: not within its block.
#[test]
fn a_gift_moves_no_mean_within_its_block() {
    run(async {
        let market = market().await;
        let stage = &market.stage;
        let mut attacker = Player::with(&market, &stage.stranger, tokens(5), wei(100)).await;
        let (before, _) = mean(&market, HOUR).await;
        attacker.forces_ether(wei(50)).await;
        attacker.does(Entry::of(pool::syncCall {})).await;
        assert_eq!(mean(&market, HOUR).await.0, before);
        assert!((spot(&market).await / 2e15 - 1.0).abs() < 1e-9, "twice as much");
        stage.world.advance_time(1).await;
        let (after, elapsed) = mean(&market, HOUR).await;
        let moved = f64::from(after) / f64::from(before);
        let expected = 2_f64.powf(1.0 / f64::from(elapsed));
        assert!((moved / expected - 1.0).abs() < 1e-6, "{moved}, {expected}");
        assert_eq!(attacker.gain().await, [0, -50_000_000_000_000_000]);
    });
}

/// Volume can be made by trading with oneself, as nothing tells that from other trades: it costs what the pool earns by it,
/// and moves no mean.
#[test]
fn volume_is_bought_of_the_pool() {
    run(async {
        let market = market().await;
        let stage = &market.stage;
        let mut attacker = Player::with(&market, &stage.stranger, U256::ZERO, wei(200)).await;
        let to = attacker.address();
        let (before, _) = mean(&market, HOUR).await;
        let mut traded = U256::ZERO;
        for _ in 0..8 {
            let sent = attacker.does(buys(wei(100), U256::ZERO, to)).await;
            let bought = stage.event::<Swap>(&sent, market.at);
            let sent = attacker.does(sells(bought.amount0Out, to)).await;
            traded += bought.amount1In + stage.event::<Swap>(&sent, market.at).amount1Out;
        }
        let window = u32::try_from(HOUR).expect("an hour");
        let told = market.reads(pool::volumeCall { window }).await.amount;
        // Each counts in whole 2³⁴ wei.
        assert!(told <= traded && traded - told < U256::from(16_u64 << 34), "{told} of {traded}");
        assert_eq!(mean(&market, HOUR).await.0, before);
        // A thousandth of it, in a pool that is half as large as each trade.
        let earned = 1_618_963_358_365_606;
        assert_eq!(attacker.gain().await, [0, -earned]);
        let [token, ether] = market.reserves().await.map(U256::from);
        assert_eq!([token, ether], [tokens(50), wei(50) + U256::from(earned)]);
    });
}
