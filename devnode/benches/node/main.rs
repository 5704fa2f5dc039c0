//! What the node takes without a network in between: its start, activation, and the metering of programs.
//!
//! `cargo xtask bench` runs this and puts the figures beside the project's goals.

mod activation;
mod boot;
mod metering;
mod program;

use criterion::Criterion;
use stylus_devnode::EXECUTION_STACK;

fn main() {
    // Contracts run on the calling thread here, nested calls as nested Rust calls.
    let benches = std::thread::Builder::new().stack_size(EXECUTION_STACK).spawn(|| {
        let mut criterion = Criterion::default().configure_from_args();
        boot::bench(&mut criterion);
        activation::bench(&mut criterion);
        metering::bench(&mut criterion);
        criterion.final_summary();
    });
    benches.expect("a thread").join().expect("the benchmarks run to their end");
}
