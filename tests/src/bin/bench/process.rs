//! Processes that are measured: started, asked for their memory, ended.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::Outcome;

/// A server in a process of its own. It is killed when this is dropped.
pub struct ServerProcess {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl ServerProcess {
    /// Starts `command` and waits for its line `listening on http://ADDR:PORT`.
    pub async fn start(mut command: Command) -> Outcome<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line())
            .await??
            .ok_or("no first line")?;
        let address = line
            .strip_prefix("listening on http://")
            .ok_or_else(|| format!("unexpected first line: {line}"))?;
        let address = address.trim_end_matches('/').parse()?;
        Ok(Self { child, address })
    }

    /// Starts `latchkey-server` with its data in `folder`.
    pub async fn latchkey(
        folder: &Path,
        database: Option<&str>,
        settings: &[(&str, &str)],
    ) -> Outcome<Self> {
        let mut command = Command::new(beside("latchkey-server")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        command.envs(settings.iter().copied()).stderr(Stdio::null());
        Self::start(command).await
    }

    /// Starts this program as the floor of a session check.
    pub async fn floor(database: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve-floor", database]);
        Self::start(command).await
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Outcome<f64> {
        let process = self.child.id().ok_or("the server has ended")?;
        kilobytes(
            &std::fs::read_to_string(format!("/proc/{process}/status"))?,
            "VmRSS:",
        )
    }

    /// The address as a base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// The value of a line like `VmRSS:  123 kB`, in bytes.
fn kilobytes(text: &str, key: &str) -> Outcome<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .ok_or_else(|| format!("no line {key}"))?;
    let number: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(number * 1024.0)
}

/// Proportional set size in bytes of a process and all below it.
pub fn proportional_set_size(process: u32) -> Outcome<f64> {
    let mut sum = kilobytes(
        &std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?,
        "Pss:",
    )?;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let children = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            sum += proportional_set_size(child.parse()?).unwrap_or(0.0);
        }
    }
    Ok(sum)
}

/// The processor time in milliseconds that a process and those of its descendants that still run have used so far, to
/// 10 ms each.
pub fn processor_time(process: u32) -> Outcome<f64> {
    /// A kernel's tick as programs see it (`sysconf(_SC_CLK_TCK)`, proc(5)).
    const TICK: f64 = 10.0;
    /// Where the time in user mode stands behind the name, which may have spaces; that of the kernel follows.
    const IN_USER_MODE: usize = 11;

    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("no name")?;
    let mut sum = 0.0;
    for ticks in fields.split(' ').skip(IN_USER_MODE).take(2) {
        sum += ticks.parse::<f64>()? * TICK;
    }
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let children = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            sum += processor_time(child.parse()?).unwrap_or(0.0);
        }
    }
    Ok(sum)
}

/// A program that was built into the same folder as this one.
pub fn beside(name: &str) -> Outcome<PathBuf> {
    let path = std::env::current_exe()?
        .parent()
        .ok_or("no folder")?
        .join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(format!("{name} is not built: run `cargo xtask bench`").into())
    }
}
