//! Programs that are started, watched and, when they take too long, ended with all they started.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A command of `program` that reads nothing and runs in the workspace's folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this. It is not told of this program's own package: build scripts that look at that would run
/// again, with all that hangs on them, each time a build by hand follows one from here.
pub fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let of_package = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if of_package {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs `command` with its output streamed; `Err` says how it ended when it did not end well within `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Result<(), String> {
    run_watched(command, limit, |_| ())
}

/// How long a program may say nothing until it is said that it still runs.
const SILENCE: Duration = Duration::from_secs(30);

/// As [`run`], and gives each line of the standard output to `watch` too.
pub fn run_watched(
    command: &mut Command,
    limit: Duration,
    watch: impl FnMut(&str),
) -> Result<(), String> {
    run_telling(command, limit, SILENCE, watch, |line| println!("{line}"))
}

/// As [`run_watched`], and tells after each `silence` which program it waits for, and what that said last.
fn run_telling(
    command: &mut Command,
    limit: Duration,
    silence: Duration,
    mut watch: impl FnMut(&str),
    mut tell: impl FnMut(&str),
) -> Result<(), String> {
    let shown = shown(command);
    println!("$ {shown}");
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} could not be started: {error}"))?;
    let (lines, received) = channel::<String>();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut line = Vec::new();
            while reader
                .read_until(b'\n', &mut line)
                .is_ok_and(|read| read > 0)
            {
                if lines
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .is_err()
                {
                    return;
                }
                line.clear();
            }
        });
    }
    let begun = Instant::now();
    let deadline = begun + limit;
    let mut last = String::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match received.recv_timeout(left.min(silence)) {
            Ok(line) => {
                print!("{line}");
                // A closed pipe behind us is no reason to stop testing.
                let _ = std::io::stdout().flush();
                watch(line.trim_end());
                line.trim_end().clone_into(&mut last);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {
                let said = if last.is_empty() {
                    "no output yet".to_owned()
                } else {
                    format!("last output: {last}")
                };
                let seconds = begun.elapsed().as_secs();
                tell(&format!("… waiting for `{shown}` for {seconds} s; {said}"));
            }
            Err(RecvTimeoutError::Timeout) => {
                end_with_descendants(&mut child);
                return Err(format!("did not finish within {} s", limit.as_secs()));
            }
        }
    }
    // The output is closed; what is left is the program's own end.
    let status = wait_until(&mut child, deadline)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{program} exited with {status}"))
    }
}

fn wait_until(child: &mut Child, deadline: Instant) -> Result<ExitStatus, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                end_with_descendants(child);
                return Err("closed its output but did not exit in time".to_owned());
            }
            Err(error) => return Err(format!("could not wait for it to exit: {error}")),
        }
    }
}

/// The standard output of a short command, when it ends well.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether `program` is found on the path.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Whether this runs as root.
pub fn is_root() -> bool {
    output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

/// Ends `child` and everything it started. The children stay in this process's own group, so that Ctrl-C in a terminal
/// reaches them; hence the walk instead of a signal to a group.
pub fn end_with_descendants(child: &mut Child) {
    let victims = descendants(child.id());
    let _ = child.kill();
    if !victims.is_empty() {
        let mut kill = command("kill");
        kill.arg("-KILL").args(victims.iter().map(u32::to_string));
        let _ = kill.stderr(Stdio::null()).status();
    }
    let _ = child.wait();
}

/// The processes that `ancestor` started, and theirs, as far as /proc tells.
fn descendants(ancestor: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes {
        let Some(id) = process
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some(parent) = parent_of(&process.path()) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![ancestor];
    while let Some(parent) = open.pop() {
        let next = children.remove(&parent).unwrap_or_default();
        open.extend(&next);
        found.extend(next);
    }
    found
}

fn parent_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name in parentheses may hold spaces: the fields are counted after its end. State, then parent.
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_nothing_for_long_is_named() {
        let folder = std::env::temp_dir().join(format!("latchkey-xtask-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let told = folder.join("told");
        // Goes on once it was told of.
        let mut shell = command("sh");
        shell.args([
            "-c",
            r#"echo first; until [ -e "$1" ]; do :; done; echo second"#,
            "sh",
        ]);
        shell.arg(&told);
        let (mut heard, mut said) = (Vec::new(), Vec::new());
        let ended = run_telling(
            &mut shell,
            Duration::from_mins(1),
            Duration::from_millis(20),
            |line| heard.push(line.to_owned()),
            |line| {
                if line.ends_with("last output: first") {
                    std::fs::write(&told, "").unwrap();
                }
                said.push(line.to_owned());
            },
        );
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(ended, Ok(()));
        assert_eq!(heard, ["first", "second"]);
        assert!(
            said[0].starts_with("… waiting for `sh -c echo first;"),
            "{said:?}"
        );
    }
}
