//! The token.

use abi::token::ICredentialToken as token;
use ecosystem_tests::{Stage, run, tokens};

use super::Seen;

#[test]
fn token_shows_every_event() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("credential-token");
        let at = stage.token().await;
        let mint = token::mintCall { to: stage.holder.address(), amount: tokens(10) };
        seen.logs(&stage.executes(&stage.generator, at, mint).await, at);
        let (spender, value) = (stage.stranger.address(), tokens(1));
        seen.logs(&stage.executes(&stage.holder, at, token::approveCall { spender, value }).await, at);
        seen.logs(&stage.executes(&stage.holder, at, token::burnCall { amount: value }).await, at);
        let rate = token::setEmissionRateCall { newRate: tokens(20) };
        seen.logs(&stage.executes(&stage.holder, at, rate).await, at);
        seen.assert_everything();
    });
}
