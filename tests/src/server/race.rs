//! Races: whether two at the same moment can both use what counts once is seen by many tries alone.

use super::{Answer, Database, ServerUnderTest, under_test::Settings};

/// How many rounds share a server. Starting one takes longer than a round, and in the outbox of one for all of them each
/// would search through the mails of all before it.
const ROUNDS_ON_ONE_SERVER: u32 = 25;

const DAY: i64 = 24 * 60 * 60;

/// One round of a race, for an account of its own.
#[derive(Debug)]
pub struct Race {
    /// The server, with as little hashing as there can be.
    pub server: ServerUnderTest,
    round: u32,
}

impl Race {
    /// Plays the rounds that `LATCHKEY_TEST_RACES` says, or one.
    pub async fn run(database: Database, play: impl AsyncFn(&Self)) {
        let mut race = Self::begin(database).await;
        for round in 0..rounds() {
            if round > 0 && round.is_multiple_of(ROUNDS_ON_ONE_SERVER) {
                race = Self::begin(database).await;
            }
            race.round = round;
            play(&race).await;
            // What is counted for a network address is forgotten by then.
            race.server.clock().advance_seconds(DAY);
        }
    }

    /// A username that no other round has.
    pub fn username(&self) -> String {
        format!("anna{}", self.round)
    }

    /// An e-mail address that no other round has.
    pub fn address(&self) -> String {
        format!("{}@example.com", self.username())
    }

    async fn begin(database: Database) -> Self {
        Self {
            server: ServerUnderTest::start_in_process_with(database, Settings::of_a_race()).await,
            round: 0,
        }
    }
}

fn rounds() -> u32 {
    std::env::var("LATCHKEY_TEST_RACES").map_or(1, |rounds| {
        rounds.parse().expect("LATCHKEY_TEST_RACES is a number")
    })
}

/// The one of a race's `answers` that has `status`, by its place. Where it is none or several, all statuses are shown.
#[track_caller]
pub fn the_one_with(status: u16, answers: &[Answer]) -> usize {
    let statuses: Vec<u16> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    let won: Vec<usize> = (0..statuses.len())
        .filter(|place| statuses[*place] == status)
        .collect();
    assert_eq!(won.len(), 1, "{statuses:?}");
    won[0]
}

/// Makes two tests of each `async fn(&Race)` named, in the modules `race::sqlite` and `race::postgres`.
#[macro_export]
macro_rules! races {
    ($($name:ident),+ $(,)?) => {
        mod race {
            mod sqlite {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $crate::server::Race::run($crate::server::Database::Sqlite, super::super::$name).await;
                })+
            }
            mod postgres {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $crate::server::Race::run($crate::server::Database::Postgres, super::super::$name).await;
                })+
            }
        }
    };
}
