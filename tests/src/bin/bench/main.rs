//! The benchmark: every figure beside its floor, measured in the same run. `cargo xtask bench` builds what it needs.

mod accounts;
mod cache;
mod device;
mod ending;
mod figure;
mod floor;
mod load;
mod mail;
mod passwords;
mod person;
mod process;
mod sessions;
mod streams;
mod sync;
mod timing;
mod two_step;
mod window;

use std::time::Duration;

use clap::Parser;
use figure::Figure;

/// What a measurement gives: figures, or why it could not be taken.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures Latchkey against its floors.
#[derive(Parser)]
pub struct Arguments {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// A tenth of the time and of the records: shows that all runs, says little.
    #[arg(long)]
    quick: bool,
    /// Only these groups: window, accounts, cache, sync, sessions, sign-ins, two-step, timing, mail, passwords, ending, streams.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A PostgreSQL database to measure on too: its `postgres://` URL.
    #[arg(long)]
    postgres: Option<String>,
    /// Serve the floor of a session check on this database instead. Used by the benchmark itself.
    #[arg(long, hide = true)]
    serve_floor: Option<String>,
}

impl Arguments {
    /// How often a pair of measurements is repeated.
    fn rounds(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// How long a load lasts.
    fn seconds(&self, seconds: u64) -> Duration {
        if self.quick {
            Duration::from_millis(seconds * 100)
        } else {
            Duration::from_secs(seconds)
        }
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    if let Some(database) = &arguments.serve_floor {
        return floor::serve(database).await;
    }
    let wanted =
        |group: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == group);
    let mut figures: Vec<Figure> = Vec::new();
    let mut failed = Vec::new();
    macro_rules! measure {
        ($group:literal, $measurement:expr) => {
            if wanted($group) {
                eprintln!("measuring {} …", $group);
                match $measurement.await {
                    Ok(more) => figures.extend(more),
                    Err(error) => failed.push(format!("{}: {error}", $group)),
                }
            }
        };
    }
    measure!("window", window::start(&arguments));
    measure!("accounts", accounts::switched(&arguments));
    measure!("cache", cache::read(&arguments));
    measure!("sync", sync::changes(&arguments));
    measure!("sessions", sessions::checks(&arguments));
    measure!("sign-ins", sessions::sign_ins(&arguments));
    measure!("two-step", two_step::sign_ins(&arguments));
    measure!("timing", timing::answers(&arguments));
    measure!("mail", mail::queue(&arguments));
    measure!("passwords", passwords::checklist(&arguments));
    measure!("ending", ending::destroyed(&arguments));
    measure!("streams", streams::memory(&arguments));
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        println!("{}", figure::HEAD);
        for figure in &figures {
            println!("{}", figure.row());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("not measured: {}", failed.join("; ")).into())
    }
}
