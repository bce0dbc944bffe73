//! What came out of the steps, counted over all of them.

use std::fmt;
use std::time::Duration;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
}

/// How the output of a step is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// The step is one test: it ends well or it does not.
    Whole,
    /// `test result: ok. 3 passed; 0 failed; …` of cargo test, one such line for each binary.
    Cargo,
    /// `Tests  1 failed | 4 passed (5)` of vitest.
    Vitest,
}

impl Counting {
    /// What `line` adds.
    pub fn count(self, line: &str) -> Counts {
        let (number_before, applies): (fn(&str, &str) -> u64, bool) = match self {
            Self::Whole => return Counts::default(),
            Self::Cargo => (number_before, line.starts_with("test result: ")),
            Self::Vitest => (number_before, line.trim_start().starts_with("Tests ")),
        };
        if applies {
            Counts {
                passed: number_before(line, "passed"),
                failed: number_before(line, "failed"),
            }
        } else {
            Counts::default()
        }
    }

    /// The counts of a whole step. A suite that ends badly has failed even when no test did, and so has one without a
    /// test: it did not run.
    pub fn conclude(self, counted: Counts, ended_well: bool) -> Counts {
        match self {
            Self::Whole => Counts {
                passed: u64::from(ended_well),
                failed: u64::from(!ended_well),
            },
            Self::Cargo | Self::Vitest => {
                let broken = !ended_well || counted.passed == 0;
                let failed = if counted.failed == 0 {
                    u64::from(broken)
                } else {
                    counted.failed
                };
                Counts {
                    passed: counted.passed,
                    failed,
                }
            }
        }
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let mut previous = "";
    for token in line.split_whitespace() {
        if token.trim_end_matches([';', ',']) == word {
            return previous.parse().unwrap_or(0);
        }
        previous = token;
    }
    0
}

/// One step that has ended.
pub struct Outcome {
    /// What it was.
    pub name: &'static str,
    /// Its tests.
    pub counts: Counts,
    /// How long it took.
    pub took: Duration,
    /// Why it failed.
    pub problem: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.counts.failed == 0 {
            "ok"
        } else {
            "FAILED"
        };
        let Self {
            name,
            counts: Counts { passed, failed },
            took,
            problem,
        } = self;
        write!(
            formatter,
            "{word:<7}{name:<34}{passed:>6} passed {failed:>4} failed {:>6} s",
            took.as_secs()
        )?;
        problem
            .as_ref()
            .map_or(Ok(()), |problem| write!(formatter, "  {problem}"))
    }
}

/// Prints the summary, the last line of which is `N passed, N failed`; `Err` when a step failed or there was none.
pub fn summarise(outcomes: &[Outcome]) -> Result<(), String> {
    println!("\nSummary");
    for outcome in outcomes {
        println!("  {outcome}");
    }
    let passed: u64 = outcomes.iter().map(|outcome| outcome.counts.passed).sum();
    let failed: u64 = outcomes.iter().map(|outcome| outcome.counts.failed).sum();
    // On standard output and last, also when something failed.
    let line = format!("{passed} passed, {failed} failed");
    println!("\n{line}");
    if failed == 0 && passed > 0 {
        Ok(())
    } else {
        Err(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::{Counting, Counts};

    #[test]
    fn cargo_counts_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.5s";
        assert_eq!(
            Counting::Cargo.count(line),
            Counts {
                passed: 12,
                failed: 3
            }
        );
        assert_eq!(
            Counting::Cargo.count("test something ... ok"),
            Counts::default()
        );
    }

    #[test]
    fn vitest_counts_are_read() {
        let failed = "      Tests  1 failed | 41 passed (42)";
        assert_eq!(
            Counting::Vitest.count(failed),
            Counts {
                passed: 41,
                failed: 1
            }
        );
        assert_eq!(
            Counting::Vitest.count("      Tests  7 passed (7)"),
            Counts {
                passed: 7,
                failed: 0
            }
        );
        assert_eq!(
            Counting::Vitest.count(" Test Files  2 passed (2)"),
            Counts::default()
        );
    }

    #[test]
    fn a_suite_that_did_not_run_has_failed() {
        let none = Counts::default();
        assert_eq!(
            Counting::Cargo.conclude(none, true),
            Counts {
                passed: 0,
                failed: 1
            }
        );
        assert_eq!(
            Counting::Vitest.conclude(none, false),
            Counts {
                passed: 0,
                failed: 1
            }
        );
        let some = Counts {
            passed: 5,
            failed: 0,
        };
        assert_eq!(
            Counting::Cargo.conclude(some, false),
            Counts {
                passed: 5,
                failed: 1
            }
        );
        assert_eq!(Counting::Cargo.conclude(some, true), some);
        assert_eq!(
            Counting::Whole.conclude(none, true),
            Counts {
                passed: 1,
                failed: 0
            }
        );
    }
}
