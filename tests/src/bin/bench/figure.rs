//! A measured figure beside its floor, and how it is printed.

use serde::Serialize;

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// The unit of `value` and `floor`.
    pub unit: &'static str,
    /// What Latchkey took.
    pub value: f64,
    /// What the floor took, in the same run.
    pub floor: Option<f64>,
    /// What is to be reached.
    pub target: Target,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Nothing: it explains another figure.
    None,
    /// At most this many times the floor.
    RatioAtMost(f64),
    /// At least this many times the floor.
    RatioAtLeast(f64),
    /// At most this, in the figure's unit.
    AtMost(f64),
    /// At most the first, and at most the second times the floor.
    AtMostAndRatio(f64, f64),
    /// As far from the floor, to either side, as the first at most, and as the second times the floor at most.
    Within(f64, f64),
}

impl Figure {
    /// Value by floor.
    pub fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.value / floor)
    }

    /// Whether the target is reached.
    pub fn reached(&self) -> bool {
        let ratio = self.ratio().unwrap_or(f64::NAN);
        match self.target {
            Target::None => true,
            Target::RatioAtMost(limit) => ratio <= limit,
            Target::RatioAtLeast(limit) => ratio >= limit,
            Target::AtMost(limit) => self.value <= limit,
            Target::AtMostAndRatio(limit, ratio_limit) => {
                self.value <= limit && ratio <= ratio_limit
            }
            Target::Within(limit, share) => {
                let difference = (self.value - self.floor.unwrap_or(f64::NAN)).abs();
                difference <= limit && (ratio - 1.0).abs() <= share
            }
        }
    }

    fn target_in_words(&self) -> String {
        match self.target {
            Target::None => "–".to_owned(),
            Target::RatioAtMost(limit) => format!("≤ {limit} ×"),
            Target::RatioAtLeast(limit) => format!("≥ {limit} ×"),
            Target::AtMost(limit) => format!("≤ {limit} {}", self.unit),
            Target::AtMostAndRatio(limit, ratio) => format!("≤ {limit} {}, ≤ {ratio} ×", self.unit),
            Target::Within(limit, share) => {
                format!("within {limit} {} and {} %", self.unit, share * 100.0)
            }
        }
    }

    /// A line of a Markdown table.
    pub fn row(&self) -> String {
        let number = |value: f64| {
            if value >= 100.0 {
                format!("{value:.0}")
            } else {
                format!("{value:.3}")
            }
        };
        let floor = self.floor.map_or("–".to_owned(), |floor| {
            format!("{} {}", number(floor), self.unit)
        });
        let ratio = self
            .ratio()
            .map_or("–".to_owned(), |ratio| format!("{ratio:.3} ×"));
        let reached = if self.reached() { "yes" } else { "NO" };
        format!(
            "| {} | {} {} | {floor} | {ratio} | {} | {reached} |",
            self.name,
            number(self.value),
            self.unit,
            self.target_in_words()
        )
    }
}

/// The head of the Markdown table.
pub const HEAD: &str =
    "| figure | measured | floor, same run | ratio | target | reached |\n|---|---|---|---|---|---|";

/// The value below which `share` (0 to 1) of the samples lie.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((samples.len().saturating_sub(1)) as f64 * share).round() as usize;
    samples.get(index).copied().unwrap_or(f64::NAN)
}
