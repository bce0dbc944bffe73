//! The app's window against an empty one that is built in the same way.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::process::{beside, processor_time, proportional_set_size};
use crate::{Arguments, Outcome};

/// What both windows print on standard error once their first content is painted.
const PAINTED: &str = "first content";

/// Start to first content, and memory, of a signed-in account with 10,000 records.
pub async fn start(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let records = if arguments.quick { 1_000 } else { 10_000 };
    let server = LocalServer::seeded(&folder.path().join("server"), records).await?;
    let data = folder.path().join("device");
    let client = device::open_with_keyring(&data).await?;
    device::sign_in(&client, &server, true).await?;
    device::until_current(&client).await?;
    client.close().await;
    // The folder's lock goes with it; the app would say that another copy has the folder.
    drop(client);

    let (mut ours, mut bare) = (Starts::default(), Starts::default());
    // Single starts differ by a tenth: only many tell.
    for _ in 0..arguments.rounds() * 7 {
        bare.add(&one("latchkey-floor-window", &[], None).await?);
        let arguments = ["--data-dir", &data.to_string_lossy()];
        let log = data.join("logs/latchkey.log");
        ours.add(&one("latchkey", &arguments, Some(&log)).await?);
    }
    server.stop().await?;
    Ok(vec![
        Figure {
            name: "process start to first content, 10,000 records",
            unit: "ms",
            value: percentile(&mut ours.milliseconds, 0.5),
            floor: Some(percentile(&mut bare.milliseconds, 0.5)),
            target: Target::RatioAtMost(1.25),
        },
        Figure {
            name: "processor time of the window's processes until then",
            unit: "ms",
            value: percentile(&mut ours.processor_time, 0.5),
            floor: Some(percentile(&mut bare.processor_time, 0.5)),
            target: Target::None,
        },
        Figure {
            name: "memory (PSS) of the window's processes",
            unit: "MiB",
            value: percentile(&mut ours.memory, 0.5),
            floor: Some(percentile(&mut bare.memory, 0.5)),
            target: Target::RatioAtMost(1.25),
        },
    ])
}

/// The memory of the app's window with the data in `data`, in MiB: the median of some starts.
pub async fn memory(arguments: &Arguments, data: &Path) -> Outcome<f64> {
    let mut starts = Starts::default();
    for _ in 0..arguments.rounds() {
        let arguments = ["--data-dir", &data.to_string_lossy()];
        let log = data.join("logs/latchkey.log");
        starts.add(&one("latchkey", &arguments, Some(&log)).await?);
    }
    Ok(percentile(&mut starts.memory, 0.5))
}

/// What many starts of one program took.
#[derive(Default)]
struct Starts {
    milliseconds: Vec<f64>,
    processor_time: Vec<f64>,
    memory: Vec<f64>,
}

impl Starts {
    fn add(&mut self, start: &Start) {
        self.milliseconds.push(start.milliseconds);
        self.processor_time.push(start.processor_time);
        self.memory.push(start.memory);
    }
}

/// What one start took.
struct Start {
    /// To the first content.
    milliseconds: f64,
    /// Of all its processes until then, in milliseconds.
    processor_time: f64,
    /// Of all its processes three seconds later, in MiB.
    memory: f64,
}

/// Starts a window, measures, and ends it. The app says in its log when the first content is there, the floor on standard
/// error.
async fn one(program: &str, arguments: &[&str], log: Option<&Path>) -> Outcome<Start> {
    let already = log.map_or(0, length_of);
    let begun = Instant::now();
    let mut child = Command::new(beside(program)?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let painted = async {
        match log {
            None => until_said(&mut child).await,
            Some(log) => {
                while !painted_in(log, already)? {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Ok(())
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), painted).await??;
    let milliseconds = begun.elapsed().as_secs_f64() * 1_000.0;
    let process = child.id().ok_or("the window has closed")?;
    let processor_time = processor_time(process)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = proportional_set_size(process)? / (1024.0 * 1024.0);
    end(child).await?;
    Ok(Start {
        milliseconds,
        processor_time,
        memory,
    })
}

fn length_of(log: &Path) -> u64 {
    std::fs::metadata(log).map_or(0, |metadata| metadata.len())
}

/// Whether a log says, behind its first `already` bytes, that a window painted.
fn painted_in(log: &Path, already: u64) -> Outcome<bool> {
    // The app makes it at its first start.
    let Ok(mut file) = std::fs::File::open(log) else {
        return Ok(false);
    };
    file.seek(SeekFrom::Start(already))?;
    let mut said = String::new();
    file.read_to_string(&mut said)?;
    Ok(said.contains(PAINTED))
}

async fn until_said(child: &mut Child) -> Outcome<()> {
    let mut lines = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains(PAINTED) {
            // Whatever is written later must not fill the pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
    }
    Err("the window closed before it painted anything".into())
}

async fn end(mut child: Child) -> Outcome<()> {
    child.kill().await?;
    Ok(())
}

/// How many account databases a device holds.
pub fn databases(data: &Path) -> usize {
    std::fs::read_dir(data.join("accounts")).map_or(0, |entries| {
        entries
            .flatten()
            .filter(|entry| {
                entry
                    .path()
                    .extension()
                    .is_some_and(|extension| extension == "sqlite")
            })
            .count()
    })
}
