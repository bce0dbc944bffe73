//! The sync simulation over a fixed range of seeds; `cargo xtask sim` runs any other.

use latchkey_tests::simulation::coverage::Coverage;
use latchkey_tests::simulation::run;

/// How many seeds.
const SEEDS: u64 = 3_000;

#[test]
fn devices_agree_and_nothing_is_lost_or_doubled() {
    let mut total = Coverage::default();
    for seed in 1..=SEEDS {
        match run(seed, false) {
            Ok(coverage) => total.merge(&coverage),
            Err(broken) => {
                let trace = run(seed, true)
                    .err()
                    .map(|broken| broken.trace)
                    .unwrap_or_default();
                panic!("{}\nseed {seed} failed: {}", trace.join("\n"), broken.what);
            }
        }
    }
    // A simulation that does not get where faults live proves nothing.
    for what in [
        "answers after the timeout",
        "answers lost",
        "answers repeated",
        "conflicts answered by the server",
        "conflicts: mine kept",
        "conflicts: theirs kept",
        "crashes",
        "crashes between effects",
        "damage found at start",
        "damage found while running",
        "devices destroyed",
        "edits answered from memory",
        "edits refused",
        "edits sent again",
        "endings of other sessions",
        "failed writes",
        "hints out of order",
        "networks that came back",
        "partitions",
        "records removed",
        "requests lost",
        "requests repeated on the way",
        "senseless pages",
        "runs that end without streams",
        "server restarts",
        "servers restored from a backup",
        "streams swallowed",
    ] {
        assert!(total.of(what) > SEEDS / 100, "{what}: {}", total.of(what));
    }
}

#[test]
fn a_seed_is_one_run() {
    for seed in 1..=20 {
        let (first, second) = (run(seed, false), run(seed, true));
        assert_eq!(first.ok(), second.ok(), "seed {seed}");
    }
}
