//! What happened in a run, so that one sees that the simulation gets where faults live.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<&'static str, u64>);

impl Coverage {
    /// One more of these.
    pub fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    /// Many more of these.
    pub fn add(&mut self, what: &'static str, many: u64) {
        *self.0.entry(what).or_default() += many;
    }

    /// How many of these there were.
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Self) {
        for (what, many) in &other.0 {
            self.add(what, *many);
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, many) in &self.0 {
            writeln!(formatter, "  {many:>12}  {what}")?;
        }
        Ok(())
    }
}
