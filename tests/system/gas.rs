//! What operations cost, beside what others take for the same, and within what was promised.

use std::fmt::Write as _;

use abi::{
    factory::ICredentialTokenFactory::TokenCreated, registry::ICredentialRegistry::CredentialAttestation,
    token::ICredentialToken as token,
};
use alloy::primitives::Address;
use ecosystem::{activation::set_cached, steps::Steps};
use ecosystem_tests::{Stage, World, fixture, run, tokens};
use serde_json::Value;

/// Gas used by the earlier system and by other tokens; its `unit` says how it was measured.
const PEERS: &str = include_str!("../peers/peer-baseline.json");

/// One operation, with the limits of the product specification's cost budget.
struct Row {
    operation: &'static str,
    uncached: u64,
    cached: u64,
    /// Promised with cached programs.
    budget: u64,
    /// Promised in any case: the earlier system's own limit.
    ceiling: Option<u64>,
    peers: Vec<(&'static str, u64)>,
}

#[test]
fn costs_stay_within_the_budget() {
    run(async {
        let rows = measure().await;
        let table = table(&rows);
        eprintln!("{table}");
        for row in &rows {
            let Row { operation, uncached, cached, budget, ceiling, .. } = row;
            assert!(cached < uncached, "{operation}: caching saves nothing\n{table}");
            assert!(
                cached <= budget,
                "{operation} takes {cached} gas cached, the budget is {budget}\n{table}"
            );
            if let Some(ceiling) = ceiling {
                assert!(
                    uncached <= ceiling,
                    "{operation} takes {uncached} gas uncached, the ceiling is {ceiling}\n{table}"
                );
            }
        }
    });
}

#[test]
fn costs_are_the_same_every_time() {
    run(async {
        let of = |rows: Vec<Row>| {
            rows.iter().map(|row| (row.operation, row.uncached, row.cached)).collect::<Vec<_>>()
        };
        // Accounts differ from run to run, and a zero byte of calldata is 12 gas cheaper than another.
        let (first, second) = (of(measure().await), of(measure().await));
        for ((operation, uncached, cached), (_, other_uncached, other_cached)) in
            first.into_iter().zip(second)
        {
            assert!(
                uncached.abs_diff(other_uncached) <= 12 * 64,
                "{operation}: {uncached} and {other_uncached}"
            );
            assert!(cached.abs_diff(other_cached) <= 12 * 64, "{operation}: {cached} and {other_cached}");
        }
    });
}

/// The operations on a chain of their own, first with no program cached, then with all.
async fn measure() -> Vec<Row> {
    let world = World::own().await;
    let stage = Stage::in_world(world.clone()).await;
    // A generator that hears of new tokens, as the one to come will. The transfers are those of a token before it.
    let token = stage.token_with(tokens(100)).await;
    stage.install_generator(fixture::generator()).await;
    // The factory's first creation fills slots that later ones find filled: not what a later user pays.
    create_token(&stage).await;
    transfer(&stage, token).await;

    let (creation, existing) = (create_token(&stage).await, transfer(&stage, token).await);
    for program in world.programs.all() {
        set_cached(&world.chain, world.payer(), program, true, &mut Steps::silent())
            .await
            .expect("the owner may");
    }
    let (cached_creation, cached_existing) = (create_token(&stage).await, transfer(&stage, token).await);
    vec![
        Row {
            operation: "createToken",
            uncached: creation,
            cached: cached_creation,
            budget: 400_000,
            ceiling: Some(3_000_000),
            peers: vec![("earlier system", peer("factory", "createToken, later (name, symbol < 32 B)"))],
        },
        Row {
            operation: "transfer to an existing holder",
            uncached: existing,
            cached: cached_existing,
            budget: 39_000,
            ceiling: None,
            peers: vec![
                ("earlier system", peer("token", "transfer to existing holder")),
                ("OpenZeppelin", peer("oz-erc20permit", "transfer to existing holder")),
                ("solady", peer("solady-erc20", "transfer to existing holder")),
            ],
        },
    ]
}

/// A creation by somebody who never created a token before, as most are.
async fn create_token(stage: &Stage) -> u64 {
    let attestation = stage.attestation().await;
    let creator = stage.world.payer().derive(&format!("creator {}", attestation.subject));
    stage.world.fund([&creator]).await;
    let attested = stage.signed(CredentialAttestation { holder: creator.address(), ..attestation });
    stage.register(&attested).await;
    let sent = stage.executes(&creator, stage.system.factory, stage.token_call(attested.id)).await;
    assert_ne!(stage.event::<TokenCreated>(&sent, stage.system.factory).tokenAddress, Address::ZERO);
    sent.receipt.gas_used
}

async fn transfer(stage: &Stage, token: Address) -> u64 {
    let call = token::transferCall { to: stage.stranger.address(), value: tokens(1) };
    stage.executes(&stage.holder, token, call).await.receipt.gas_used
}

/// Gas that a peer compiled by solc 0.8.28 with 200 runs took.
fn peer(group: &str, operation: &str) -> u64 {
    let figures: Value = serde_json::from_str(PEERS).expect("the baseline is JSON");
    let gas = &figures["results"][group][operation]["runs200"]["gas"];
    gas.as_u64().unwrap_or_else(|| panic!("the baseline has no `{operation}` in `{group}`"))
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from("operation: uncached / cached (budget), peers\n");
    for Row { operation, uncached, cached, budget, peers, .. } in rows {
        let _ = write!(text, "{operation}: {uncached} / {cached} ({budget})");
        for (name, gas) in peers {
            let _ = write!(text, ", {name} {gas}");
        }
        text.push('\n');
    }
    text
}
