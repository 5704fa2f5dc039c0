//! Reserves at the greatest that they can count, 2¹¹² − 1: nothing more comes in, and everything goes out.
//!
//! No token has a greater supply than that, and there isn't as much Ether: what is played with here comes from nowhere.

use abi::pool::ICredentialPool::{self as pool, PoolReserveOverflow, Swap};
use alloy::primitives::{Bytes, U256};
use ecosystem_tests::{Stage, World, run, wei};
use math::{bounds::MAX_SUPPLY_CEILING, curve};

use super::{Player, buys, sells};
use crate::pool::{EVER, Entry, Market, NONE, addition, pair_trade, removal};

/// The greatest reserve, and the greatest supply of a token.
const MOST: U256 = MAX_SUPPLY_CEILING;

/// With shares of the holder's that aren't locked, which are told, too.
async fn market() -> (Market, U256) {
    assert_eq!(MOST, U256::from(curve::RESERVE_MAX));
    let market = Market::on(Stage::in_world(World::own().await).await).await;
    let free = market.free_shares().await;
    (market, free)
}

fn overflow(balance0: U256, balance1: U256) -> PoolReserveOverflow {
    PoolReserveOverflow { balance0, balance1 }
}

/// What `amount` gives.
fn out(amount: U256, reserve_in: U256, reserve_out: U256) -> U256 {
    let out = curve::amount_out(amount, reserve_in.to(), reserve_out.to());
    U256::from(out.expect("a trade"))
}

#[test]
fn a_reserve_of_ether_that_is_full_empties_again() {
    run(async {
        let (market, free) = market().await;
        let stage = &market.stage;
        let mut rich = Player::rich(&market, &stage.stranger, NONE, MOST << 2).await;
        let to = rich.address();
        let [token, ether] = market.reserves().await.map(U256::from);
        let sent = rich.does(buys(MOST - ether, NONE, to)).await;
        let bought = stage.event::<Swap>(&sent, market.at).amount0Out;
        let token = token - bought;
        assert_eq!(market.reserves().await.map(U256::from), [token, MOST]);

        // What would buy something is too much, and so is a wei of liquidity.
        let (key, one, half) = (&stage.relayer, U256::ONE, MOST >> 1);
        stage.endows(key.address(), MOST).await;
        let left = token - out(half, MOST, token);
        market.refuses_to(key, buys(half, NONE, to), overflow(left, MOST + half)).await;
        let swap = pair_trade([one, NONE], to, Bytes::new(), one);
        market.refuses_to(key, swap, overflow(token - one, MOST + one)).await;
        let mint = Entry::paid(one, pool::mintCall { to });
        market.refuses_to(key, mint, overflow(token, MOST + one)).await;
        stage.endows(market.holder, MOST).await;
        let fitting = curve::mul_div(one, MOST, token).expect("its share of the Ether");
        let refused = overflow(token + one, MOST + fitting);
        market.refuses(addition(market.holder, EVER, one, half), refused).await;

        // Others leave, with their part of the Ether; what was bought goes back.
        market.takes(removal(free, market.holder, EVER)).await;
        rich.does(sells(bought, to)).await;
        assert_eq!(rich.gain().await, [0, -865_382_809_755_804_586_707_776_608_060_142]);
    });
}

#[test]
fn a_reserve_of_tokens_that_is_full_empties_again() {
    run(async {
        let (market, free) = market().await;
        let stage = &market.stage;
        let mut rich = Player::rich(&market, &stage.stranger, MOST, wei(10_000)).await;
        let to = rich.address();
        let [token, ether] = market.reserves().await.map(U256::from);
        let sent = rich.does(sells(MOST - token, to)).await;
        let sold = stage.event::<Swap>(&sent, market.at).amount1Out;
        let ether = ether - sold;
        assert_eq!(market.reserves().await.map(U256::from), [MOST, ether]);

        let half = MOST >> 1;
        let left = ether - out(half, MOST, ether);
        market.refuses_to(&stage.relayer, sells(half, to), overflow(MOST + half, left)).await;
        market.takes(removal(free, market.holder, EVER)).await;
        rich.does(buys(sold, NONE, to)).await;
        assert_eq!(rich.gain().await, [-865_382_809_755_786_557_448_969_245_076_179, 0]);
    });
}

/// Ether beyond what can be counted, which can't be refused: the pair's own functions, which count, refuse from then on; those
/// of people, which don't, go on.
#[test]
fn what_is_forced_on_a_pool_beyond_counting_stops_nobody() {
    run(async {
        let (market, free) = market().await;
        let stage = &market.stage;
        let mut rich = Player::rich(&market, &stage.stranger, NONE, MOST << 1).await;
        let to = rich.address();
        rich.forces_ether(MOST).await;
        let [token, ether] = market.reserves().await.map(U256::from);
        let balance = ether + MOST;
        for call in
            [Entry::of(pool::syncCall {}), Entry::of(pool::skimCall { to }), Entry::of(pool::burnCall { to })]
        {
            market.refuses(call, overflow(token, balance)).await;
        }
        let swap = pair_trade([NONE, U256::ONE], to, Bytes::new(), NONE);
        market.refuses(swap, overflow(token, balance - U256::ONE)).await;
        let sent = rich.does(buys(wei(1), NONE, to)).await;
        rich.does(sells(stage.event::<Swap>(&sent, market.at).amount0Out, to)).await;
        market.takes(addition(market.holder, EVER, wei(1_000), wei(1))).await;
        market.takes(removal(free, market.holder, EVER)).await;
        assert_eq!(rich.gain().await, [0, -5_192_296_858_534_827_628_536_389_694_911_142]);
    });
}
