//! The first depositor's trick: few shares, a large gift, and the next one's shares round to nothing.

use abi::{pool::ICredentialPool as pool, pool_factory::IPoolFactory::setMinimumLiquidityCall};
use alloy::primitives::U256;
use ecosystem_tests::{Stage, World, run, tokens, wei};

use super::Player;
use crate::pool::{EVER, Entry, Market, addition, removal};

const DAY: u64 = 86_400;

/// What somebody loses who adds liquidity to the pool after the creator's gift and redeems it at once, and what the creator
/// gains, when all of the first shares are released. Units: base units, wei.
async fn played(market: &Market, gift: [U256; 2], added: [U256; 2]) -> [[i128; 2]; 2] {
    let stage = &market.stage;
    let mut creator = Player::rich(market, &stage.holder, gift[0], gift[1] + wei(1_000)).await;
    let mut victim = Player::rich(market, &stage.stranger, added[0], added[1] + wei(1_000)).await;
    creator.gives_tokens(gift[0]).await;
    creator.forces_ether(gift[1]).await;
    creator.does(Entry::of(pool::syncCall {})).await;

    let to = victim.address();
    victim.does(addition(to, EVER, added[0], added[1])).await;
    let shares = market.reads(pool::balanceOfCall { account: to }).await;
    victim.does(removal(shares, to, EVER)).await;

    stage.world.advance_time(58 * DAY).await;
    let to = creator.address();
    let shares = market.reads(pool::balanceOfCall { account: to }).await;
    creator.does(removal(shares, to, EVER)).await;
    [victim.gain().await, creator.gain().await]
}

/// Twenty thousand times what the pool began with, with the least that a pool begins with. A share costs 632 wei then: so
/// much is lost to rounding, and most of it to the shares of nobody.
#[test]
fn the_second_loses_no_more_than_a_share_and_the_first_more_than_that() {
    run(async {
        let market = Market::on(Stage::in_world(World::own().await).await).await;
        let [victim, creator] =
            played(&market, [tokens(1_000_000), wei(1_000_000)], [tokens(1_000), wei(1_000)]).await;
        assert_eq!(victim, [-567_568, -568]);
        // With the first liquidity, which came before.
        let first = [50_000_000_000_000_000_000, 50_000_000_000_000_000];
        assert_eq!([creator[0] - first[0], creator[1] - first[1]], [-631_919_587, -631_920]);
    });
}

/// The owner may let pools begin with as little as is worth a share: 1 001 of both. Then a share is dear, and the gift is
/// the thousand shares' that nobody has.
#[test]
fn a_pool_that_began_with_next_to_nothing_swallows_the_gift() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let least = U256::ONE;
        let call = setMinimumLiquidityCall { tokenAmount: least, ethAmount: least };
        stage.executes(&stage.owner, stage.system.pool_factory, call).await;
        let token = stage.token_with(tokens(100)).await;
        let first = U256::from(1_001);
        let at = stage.pool_of(token, first, first).await;
        let market = Market { holder: stage.holder.address(), stage, at, token };
        assert_eq!(market.reads(pool::balanceOfCall { account: market.holder }).await, least);
        let [victim, creator] =
            played(&market, [tokens(1_000), wei(1_000_000)], [tokens(100), wei(100_000)]).await;
        assert_eq!(victim, [-90_826_521_344_232_425; 2]);
        assert_eq!(creator, [-999_000_908_265_213_442_325; 2]);
        // Of the second's nine hundredths of an Ether that is less than a ten-thousandth; without the second, one of 1 001
        // parts would have come back.
        let alone = -i128::try_from(tokens(1_000) - (tokens(1_000) + first) / first).expect("an amount");
        assert_eq!(creator.map(|gain| gain - alone), [90_735_785_558_674; 2]);
    });
}
