//! Random histories of a pool on the real programs, each step compared with a model of Uniswap v2 to the wei.
//!
//! The same histories run natively, in `pool-core`; here they go through the clone, both programs, the token and the chain.

use ecosystem_tests::{
    Stage, World,
    history::{OnChain, play, steps},
    run,
};
use reference::market::{Kind, Outcome};

/// Steps in all, and of one pool.
const STEPS: usize = 10_000;
const STEPS_OF_A_POOL: usize = 1_000;

async fn history(number: usize) -> Outcome {
    let stage = Stage::in_world(World::reproducible().await).await;
    let subject = OnChain::open(stage, number.is_multiple_of(2)).await;
    subject.release().await;
    let opening = subject.opening;
    play(subject, opening, steps(number).take(STEPS_OF_A_POOL).collect()).await
}

#[test]
fn ten_thousand_steps_on_the_real_programs_equal_uniswap_v2() {
    run(async {
        let mut total = Outcome::default();
        let pools = (0..STEPS / STEPS_OF_A_POOL).map(|number| tokio::spawn(history(number)));
        for pool in pools.collect::<Vec<_>>() {
            total += pool.await.expect("the history ends");
        }
        let Outcome { tally, charges, windows } = total;
        assert!(windows >= 24, "{windows} windows of pools that aren't too large");
        assert!(charges >= 200, "the protocol got shares {charges} times only");
        assert!(tally.values().sum::<usize>() >= STEPS / 2, "{tally:?}");
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::PairTradeTooMuch) {
            assert!(tally.get(&kind).is_some_and(|count| *count >= 200), "{kind:?}: {tally:?}");
        }
    });
}
