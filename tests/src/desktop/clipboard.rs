//! The clipboard, as another program has it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::Kept;

/// A program that somebody copied from. What was copied goes with it.
pub struct Copied {
    _process: Kept,
}

impl Desk {
    /// What pasting into another program would give; `None` while there is nothing to paste.
    pub fn paste(&self) -> Option<String> {
        said(self.xclip().arg("-out"))
    }

    /// In which forms the clipboard offers what is in it.
    pub fn clipboard_targets(&self) -> Vec<String> {
        let targets = said(self.xclip().args(["-out", "-target", "TARGETS"]));
        targets
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Copies `text` in another program.
    pub async fn copy(&self, text: &str) -> Copied {
        let mut process = self
            .xclip()
            // Stays in the foreground as long as the text is in the clipboard.
            .args(["-in", "-quiet"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xclip starts");
        let mut input = process.stdin.take().expect("a pipe");
        input.write_all(text.as_bytes()).expect("xclip reads");
        drop(input);
        let copied = Copied {
            _process: Kept(process),
        };
        eventually("the text is in the clipboard", async || {
            (self.paste()? == text).then_some(())
        })
        .await;
        copied
    }

    fn xclip(&self) -> Command {
        let mut command = self.command("xclip");
        command.args(["-selection", "clipboard"]);
        command
    }
}

/// The output of `command`, if it succeeds.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().expect("xclip runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}
