//! The three ways in which a program can be unusable, brought about by the clock and the version, and the ways back.

use alloy_sol_types::SolCall;

use crate::{
    chain::{ARB_WASM, ArbOwner, ArbWasm, Chain, on_chain, tx},
    wasm::{STATIC_FORWARDER, classic, parse, silent, through},
};

const DAY: u64 = 86_400;

/// Calls halt with the text, directly; nested, they take all the gas that they got and answer nothing.
#[track_caller]
fn assert_unusable(chain: &Chain, program: alloy_primitives::Address, text: &str) {
    let refusal = chain.call(&tx(program, vec![])).expect_err("unusable");
    assert_eq!((refusal.code, refusal.message.as_str(), refusal.data), (-32_000, text, None));
    let receipt = chain.send(&tx(program, vec![]).gas(200_000));
    assert_eq!((receipt.success, receipt.gas_used), (false, 200_000));
    let forwarder = chain.deploy(&STATIC_FORWARDER);
    let nested = tx(forwarder, through(program, &[])).gas(1_000_000);
    let refusal = chain.call(&nested).expect_err("the forwarder reverts with nothing");
    assert_eq!((refusal.code, refusal.data), (3, Some(Default::default())));
    let receipt = chain.send(&nested);
    // A 64th of what was left stays with the forwarder.
    assert!(receipt.gas_used > 980_000, "{}", receipt.gas_used);
}

#[test]
fn a_program_that_was_never_activated_halts_until_it_is() {
    on_chain(61, |chain| {
        let program = chain.deploy(&classic(&parse(&silent())));
        assert_unusable(chain, program, "error ProgramNotActivated()");
        assert!(chain.activate(program).success);
        assert!(chain.call(&tx(program, vec![])).is_ok());
    });
}

#[test]
fn an_expired_program_halts_until_it_is_activated_again() {
    on_chain(61, |chain| {
        let program = chain.program(&silent());
        chain.wait(366 * DAY);
        let age = chain.call(&tx(program, vec![])).expect_err("expired").message;
        assert!(age.starts_with("error ProgramExpired(316"), "{age}");
        // The age grows with the clock; a call sees the newest block's.
        let refusal = chain.call(&tx(program, vec![])).expect_err("expired");
        assert_eq!((refusal.code, refusal.data), (-32_000, None));
        let receipt = chain.send(&tx(program, vec![]).gas(200_000));
        assert_eq!((receipt.success, receipt.gas_used), (false, 200_000));
        assert!(chain.activate(program).success);
        assert!(chain.call(&tx(program, vec![])).is_ok());
    });
}

#[test]
fn a_program_of_an_older_stylus_version_halts_until_it_is_activated_again() {
    on_chain(51, |chain| {
        let program = chain.program(&silent());
        chain.as_owner(&ArbOwner::scheduleArbOSUpgradeCall { version: 61, timestamp: 0 });
        assert!(chain.call(&tx(program, vec![])).is_ok(), "the upgrade waits for the next block");
        chain.wait(1);
        assert_unusable(chain, program, "error ProgramNeedsUpgrade(2, 3)");
        assert!(chain.activate(program).success);
        assert!(chain.call(&tx(program, vec![])).is_ok());
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::programVersionCall { program }), 3);
    });
}

#[test]
fn keepalive_gives_a_program_another_year() {
    on_chain(61, |chain| {
        let program = chain.program(&silent());
        let codehash = chain.code_hash(program);
        let keepalive = tx(ARB_WASM, ArbWasm::codehashKeepaliveCall { codehash }.abi_encode())
            .value(100_000_000_000_000_000_u64);
        assert!(!chain.send(&keepalive).success, "too young");
        chain.wait(300 * DAY);
        let before = chain.balance(chain.user.address);
        let receipt = chain.send(&keepalive);
        assert!(receipt.success);
        let paid = before - chain.balance(chain.user.address);
        assert!(paid < alloy_primitives::U256::from(10_000_000_000_000_000_u64), "the rest comes back");
        chain.wait(300 * DAY);
        assert!(chain.call(&tx(program, vec![])).is_ok(), "600 days after its activation");
        let left = chain.ask(ARB_WASM, &ArbWasm::programTimeLeftCall { program });
        assert!((64 * DAY..=65 * DAY).contains(&left), "{left}");
        chain.wait(66 * DAY);
        assert!(chain.call(&tx(program, vec![])).is_err());
        // What has expired can't be kept alive any more, only activated.
        assert!(!chain.send(&keepalive).success);
    });
}
