//! Reading the event stream (WHATWG HTML, section 9.2).

use std::time::Duration;

use latchkey_protocol::sync::StreamEvent;
use reqwest::Response;

use super::PATIENCE;

/// An open event stream.
#[derive(Debug)]
pub struct EventStream {
    response: Response,
    buffer: String,
}

impl EventStream {
    pub(super) fn new(response: Response) -> Self {
        Self {
            response,
            buffer: String::new(),
        }
    }

    /// The next event, without comments; `None` once the server has closed the stream or broken it off.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        tokio::time::timeout(PATIENCE, self.read())
            .await
            .expect("an event, or the end of the stream")
    }

    /// The next event if one comes within `wait`. `Err` when nothing came; the stream can be read on.
    pub async fn next_within(&mut self, wait: Duration) -> Result<Option<StreamEvent>, ()> {
        tokio::time::timeout(wait, self.read())
            .await
            .map_err(|_| ())
    }

    async fn read(&mut self) -> Option<StreamEvent> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
                continue;
            }
            let bytes = self.response.chunk().await.ok().flatten()?;
            self.buffer.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Reads until the revision is at least `revision`; fails when the stream ends before.
    pub async fn reaches(&mut self, revision: u64) {
        loop {
            match self.next().await {
                Some(StreamEvent::Revision(now)) if now >= revision => return,
                Some(StreamEvent::Revision(_)) => {}
                other => panic!("{other:?} instead of revision {revision}"),
            }
        }
    }
}

fn parse(block: &str) -> Option<StreamEvent> {
    let (mut event, mut data) = ("message", String::new());
    for line in block.lines() {
        if let Some(name) = line.strip_prefix("event:") {
            event = name.trim_start();
        } else if let Some(text) = line.strip_prefix("data:") {
            data.push_str(text.trim_start());
        }
    }
    StreamEvent::from_fields(event, &data)
}
