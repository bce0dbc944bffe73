//! Runs the sync simulation over a range of seeds: `simulate --seeds 100000 [--from 1] [--threads 2]`.
//!
//! Prints what happened in all of them together, and for the lowest seed that fails the events that led to it; the exit
//! code is 1 then. `--seeds 1 --from S` replays seed `S`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use latchkey_tests::simulation::coverage::Coverage;
use latchkey_tests::simulation::run;

/// Runs the sync simulation over a range of seeds.
#[derive(Parser)]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// How many at once; as many as there are cores when absent.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or_else(cores).max(1);
    let end = arguments.from.saturating_add(arguments.seeds);
    let next = AtomicU64::new(arguments.from);
    let total: Mutex<(Coverage, Vec<u64>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut coverage, mut failed) = (Coverage::default(), Vec::new());
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    match run(seed, false) {
                        Ok(happened) => coverage.merge(&happened),
                        Err(broken) => failed.push(broken.seed),
                    }
                }
                let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                total.0.merge(&coverage);
                total.1.append(&mut failed);
            });
        }
    });
    let (coverage, mut failed) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_unstable();
    if let Some(first) = failed.first()
        && let Err(broken) = run(*first, true)
    {
        for line in &broken.trace {
            println!("{line}");
        }
        println!("seed {} failed: {}", broken.seed, broken.what);
        println!("replay with: simulate --seeds 1 --from {}", broken.seed);
    }
    print!("{coverage}");
    println!("{} seeds, {} failed", arguments.seeds, failed.len());
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
