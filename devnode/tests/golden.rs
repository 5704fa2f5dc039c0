//! Recordings of a real Nitro node, replayed: nothing they compare may differ.

use std::path::{Path, PathBuf};
use stylus_devnode::replay::{LocalNode, Verdict, replay};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn replayed(name: &str) -> Vec<Verdict> {
    LocalNode::on_large_stack(|| replay(&golden(name), LocalNode::at))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn assert_no_difference(verdicts: &[Verdict]) {
    let differences: Vec<String> = verdicts
        .iter()
        .flat_map(|verdict| verdict.differences.iter().map(|found| format!("{}: {found}", verdict.name)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn programs_replay_without_difference() {
    let verdicts = replayed("programs.json");
    assert_eq!(verdicts.len(), 185);
    assert_no_difference(&verdicts);
}

macro_rules! histories {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            assert_no_difference(&replayed(concat!("histories/", $file, ".json")));
        }
    )*};
}

histories! {
    activation_replays_without_difference: "activation-51",
    crossing_replays_without_difference: "crossing-51",
    edges_replay_without_difference: "edges-51",
    lifecycle_replays_without_difference: "lifecycle-51",
    precompiles_replay_without_difference: "precompiles-51",
    recent_replays_without_difference: "recent-60",
    rpc_replays_without_difference: "rpc-60",
    sdk_replays_without_difference: "sdk-60",
    upgrade_replays_without_difference: "upgrade-51-60",
}

/// The replay itself must be able to tell a difference.
#[test]
fn a_changed_recording_shows() {
    let text = std::fs::read_to_string(golden("histories/recent-60.json")).expect("the recording is there");
    let changed = text.replacen("\"gasUsed\": 67192", "\"gasUsed\": 67193", 1);
    assert_ne!(text, changed, "the recording holds the figure that this test changes");
    let file = std::env::temp_dir().join(format!("changed-recording-{}.json", std::process::id()));
    std::fs::write(&file, changed).expect("a scratch file");
    let verdicts = LocalNode::on_large_stack(|| replay(&file, LocalNode::at)).expect("still a recording");
    std::fs::remove_file(&file).expect("the scratch file goes");
    let found: Vec<_> = verdicts[0].differences.iter().map(|difference| difference.what).collect();
    assert_eq!(found, ["gasUsed"]);
}
