//! Processes that end with their test, and those that it did not start itself, like the app that `WebKitWebDriver` starts.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};

/// Sends a signal by name.
pub fn signal(process: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success(), "{process} can't be sent {name}");
}

/// Whether the process lives. One that has ended and was not fetched by its parent does not.
pub fn is_running(process: u32) -> bool {
    fields(process).is_some_and(|fields| fields.0 != "Z")
}

/// A process that `parent` started and that still runs.
pub(crate) fn child_of(parent: u32) -> Option<u32> {
    children_of(parent).into_iter().next()
}

/// The processes that `parent` started and that still run.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    fs::read_dir("/proc")
        .expect("/proc is there")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|process| fields(*process).is_some_and(|(state, of)| of == parent && state != "Z"))
        .collect()
}

/// Its state and its parent.
fn fields(process: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in parentheses and may hold spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

/// A child that is killed when dropped.
#[derive(Debug)]
pub(crate) struct Kept(pub(crate) Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `program`, killed with the test that starts it even when that is killed itself.
pub(crate) fn mortal(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

/// The first line that meets a condition on the standard output of a program that was started with a pipe there; `None` when
/// it ends before.
pub(crate) fn line_of(child: &mut Child, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).expect("its output") == 0 {
            return None;
        }
        if wanted(line.trim()) {
            // Left open: what it writes later must not end it.
            child.stdout = Some(output.into_inner());
            return Some(line.trim().to_owned());
        }
    }
}
