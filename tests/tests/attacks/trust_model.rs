//! Owner against intruder: the rules of trust as a model, walked at random, and the same walks beside the real server.

mod play;
mod rules;
mod walk;

use latchkey_tests::on_both_databases;
use latchkey_tests::server::Database;

use self::rules::Rule;
use self::walk::walk;

/// Walks of the rules alone.
const IN_MEMORY: u64 = 100_000;
/// What the intruder does at most in one of them, before the owner answers.
const LONG: usize = 80;
/// Walks without one of the rules, of which one has to be lost.
const WITHOUT: u64 = 20_000;

#[test]
fn the_owner_loses_no_walk() {
    for seed in 0..IN_MEMORY {
        let walk = walk(seed, None, LONG, false);
        assert!(
            walk.lost.is_empty(),
            "seed {seed}, {:?}: {}\n{:#?}",
            walk.case,
            walk.lost,
            walk.steps
        );
    }
}

#[test]
fn without_any_of_the_rules_the_owner_loses() {
    for rule in Rule::ALL {
        let lost = (0..WITHOUT).find(|seed| !walk(*seed, Some(rule), LONG, false).lost.is_empty());
        assert!(lost.is_some(), "nobody needs {rule:?}");
    }
}

on_both_databases!(the_server_plays_by_the_rules);

async fn the_server_plays_by_the_rules(database: Database) {
    tokio::task::block_in_place(|| play::walks(database));
}
