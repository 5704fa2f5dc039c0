//! What a node answers and mines a second over HTTP, with 1, 8 and 64 connections, clients on the same machine.
//!
//! `cargo xtask bench` runs this and puts the figures beside the project's goals. Transactions are signed beforehand:
//! what is measured is sending, checking, executing, mining and answering. Each is in a block when it is answered.

mod connection;
mod load;

use criterion::{Criterion, SamplingMode, Throughput};
use ecosystem_tests::{Stage, World, run, tokens};
use load::{Kind, Load};

/// How many connections ask at the same time.
const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// Requests of one iteration, over all connections together.
const REQUESTS: usize = 1_024;

/// As in the node's binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (stage, token) = run(async {
        let stage = Stage::in_world(World::own().await).await;
        let token = stage.token_with(tokens(100)).await;
        (stage, token)
    });
    let mut load = Load::new(stage, token, CONNECTIONS.into_iter().max().unwrap_or_default());
    for (kind, name) in [
        (Kind::Transfer, "transfers"),
        (Kind::TokenTransfer, "token transfers"),
        (Kind::Call, "calls of balanceOf"),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(15).sampling_mode(SamplingMode::Flat);
        group.throughput(Throughput::Elements(REQUESTS as u64));
        for connections in CONNECTIONS {
            group.bench_function(format!("{connections} connections"), |bencher| {
                bencher
                    .iter_custom(|rounds| (0..rounds).map(|_| load.round(kind, connections, REQUESTS)).sum());
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
