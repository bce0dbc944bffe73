//! The app's window against an empty one that is built in the same way.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::process::{beside, proportional_set_size};
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

    let (mut ours, mut bare, mut our_memory, mut bare_memory) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // Single starts differ by a tenth: only many tell.
    for _ in 0..arguments.rounds() * 7 {
        let (time, memory) = one("latchkey-floor-window", &[], None).await?;
        bare.push(time);
        bare_memory.push(memory);
        let arguments = ["--data-dir", &data.to_string_lossy()];
        let (time, memory) = one(
            "latchkey",
            &arguments,
            Some(&data.join("logs/latchkey.log")),
        )
        .await?;
        ours.push(time);
        our_memory.push(memory);
    }
    server.stop().await?;
    Ok(vec![
        Figure {
            name: "process start to first content, 10,000 records",
            unit: "ms",
            value: percentile(&mut ours, 0.5),
            floor: Some(percentile(&mut bare, 0.5)),
            target: Target::RatioAtMost(1.25),
        },
        Figure {
            name: "memory (PSS) of the window's processes",
            unit: "MiB",
            value: percentile(&mut our_memory, 0.5),
            floor: Some(percentile(&mut bare_memory, 0.5)),
            target: Target::RatioAtMost(1.25),
        },
    ])
}

/// Milliseconds to the first content and MiB three seconds later. The app says it in its log, the floor on standard
/// error.
async fn one(program: &str, arguments: &[&str], log: Option<&Path>) -> Outcome<(f64, f64)> {
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
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory =
        proportional_set_size(child.id().ok_or("the window has closed")?)? / (1024.0 * 1024.0);
    end(child).await?;
    Ok((milliseconds, memory))
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
