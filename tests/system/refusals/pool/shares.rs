//! Shares: refusals as an ERC-20's, and what is locked.

use abi::pool::{
    ICredentialPool::{
        self as pool, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidApprover,
        ERC20InvalidReceiver, ERC20InvalidSender, ERC20InvalidSpender, ERC2612ExpiredSignature,
        ERC2612InvalidSigner, LiquidityLocked,
    },
    NAME,
};
use alloy::primitives::{B256, U256};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, sign_permit, token_domain},
};
use ecosystem_tests::run;

use crate::pool::{EVER, Entry, Market, NOBODY, NONE, removal};

#[test]
fn shares_are_refused_beyond_balance_and_allowance_and_to_nobody() {
    run(async {
        let market = Market::shared().await;
        let (stage, from) = (&market.stage, market.holder);
        let (spender, to) = (&stage.relayer, stage.stranger.address());
        let free = market.free_shares().await;
        let balance = market.reads(pool::balanceOfCall { account: from }).await;
        let transfer = |to, value| Entry::of(pool::transferCall { to, value });
        let transfer_from = |from, to, value| Entry::of(pool::transferFromCall { from, to, value });
        let approve = |spender, value| Entry::of(pool::approveCall { spender, value });
        let poor = |needed| ERC20InsufficientBalance { sender: from, balance, needed };
        let into_nothing = ERC20InvalidReceiver { receiver: NOBODY };
        for value in [balance + U256::ONE, U256::MAX] {
            market.refuses(transfer(to, value), poor(value)).await;
            market.refuses(removal(value, from, EVER), poor(value)).await;
        }
        for value in [NONE, U256::ONE] {
            market.refuses(transfer(NOBODY, value), into_nothing.clone()).await;
        }
        let from_nobody = ERC20InvalidSender { sender: NOBODY };
        let call = pool::transferCall { to, value: NONE };
        stage.would_revert_with(NOBODY, market.at, call, from_nobody.clone()).await;

        market.refuses(approve(NOBODY, U256::ONE), ERC20InvalidSpender { spender: NOBODY }).await;
        let call = pool::approveCall { spender: to, value: U256::ONE };
        let refused = ERC20InvalidApprover { approver: NOBODY };
        stage.would_revert_with(NOBODY, market.at, call, refused).await;

        let allowance = balance + U256::ONE;
        market.takes(approve(spender.address(), allowance)).await;
        for needed in [allowance + U256::ONE, U256::MAX] {
            let short = ERC20InsufficientAllowance { spender: spender.address(), allowance, needed };
            market.refuses_to(spender, transfer_from(from, to, needed), short).await;
        }
        market.refuses_to(spender, transfer_from(from, to, allowance), poor(allowance)).await;
        market.refuses_to(spender, transfer_from(from, NOBODY, free), into_nothing).await;
        market.refuses_to(spender, transfer_from(NOBODY, to, NONE), from_nobody).await;

        // All but the first shares can move, by any way.
        let unlock_time = U256::from(market.reads(pool::unlockScheduleCall {}).await.times[0]);
        let locked = LiquidityLocked { unlockTime: unlock_time };
        let more = free + U256::ONE;
        market.refuses(transfer(to, more), locked.clone()).await;
        market.refuses(removal(more, from, EVER), locked.clone()).await;
        market.refuses_to(spender, transfer_from(from, to, more), locked).await;
        // What is sent to its holder stays, locked or not.
        market.takes(transfer(from, balance)).await;
        let call = pool::transferFromCall { from, to: from, value: more };
        stage.executes(spender, market.at, call).await;
        assert_eq!(market.reads(pool::balanceOfCall { account: from }).await, balance);
        let call = pool::transferFromCall { from, to, value: free };
        stage.executes(spender, market.at, call).await;
        market.takes(transfer(to, NONE)).await;
    });
}

#[test]
fn permits_of_shares_are_refused_late_unsigned_and_for_nobody() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let (owner, relayer) = (market.holder, &stage.relayer);
        let spender = relayer.address();
        let good = Permit { owner, spender, value: U256::MAX, nonce: NONE, deadline: EVER };
        let signed = |who: &Key, permit: &Permit| {
            let domain = token_domain(stage.chain().chain_id(), market.at, NAME);
            let Parts { v, r, s } = sign_permit(who, permit, &domain);
            let Permit { owner, spender, value, deadline, .. } = *permit;
            pool::permitCall { owner, spender, value, deadline, v, r, s }
        };
        for deadline in [NONE, U256::ONE] {
            let late = Entry::of(signed(&stage.holder, &Permit { deadline, ..good.clone() }));
            market.refuses_to(relayer, late, ERC2612ExpiredSignature { deadline }).await;
        }
        let refused = ERC2612InvalidSigner { signer: stage.stranger.address(), owner };
        market.refuses_to(relayer, Entry::of(signed(&stage.stranger, &good)), refused).await;
        let genuine = signed(&stage.holder, &good);
        for (v, r, s) in
            [(0, B256::ZERO, B256::ZERO), (27, B256::ZERO, B256::ZERO), (29, genuine.r, genuine.s)]
        {
            let call = pool::permitCall { owner: NOBODY, v, r, s, ..genuine.clone() };
            let refused = ERC2612InvalidSigner { signer: NOBODY, owner: NOBODY };
            market.refuses_to(relayer, Entry::of(call), refused).await;
        }
        let to_nobody = Entry::of(signed(&stage.holder, &Permit { spender: NOBODY, ..good.clone() }));
        market.refuses_to(relayer, to_nobody, ERC20InvalidSpender { spender: NOBODY }).await;
        stage.executes(relayer, market.at, genuine).await;
        assert_eq!(market.reads(pool::allowanceCall { owner, spender }).await, U256::MAX);
    });
}
