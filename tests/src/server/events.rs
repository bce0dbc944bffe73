//! Reading the event stream (WHATWG HTML, section 9.2).

use std::time::Duration;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::EndedNotice;
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

    /// The next lines up to an empty one, comments too; `None` once the server has closed the stream, which it must not
    /// break off.
    pub async fn next_block(&mut self) -> Option<String> {
        tokio::time::timeout(PATIENCE, self.read_block())
            .await
            .expect("a block, or the end of the stream")
            .expect("the stream is not broken off")
    }

    async fn read(&mut self) -> Option<StreamEvent> {
        loop {
            let block = self.read_block().await.ok().flatten()?;
            if let Some(event) = parse(&block) {
                return Some(event);
            }
        }
    }

    async fn read_block(&mut self) -> Result<Option<String>, reqwest::Error> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                return Ok(Some(self.buffer.drain(..end + 2).collect()));
            }
            let Some(bytes) = self.response.chunk().await? else {
                return Ok(None);
            };
            self.buffer.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Reads until it says that `session_id` has ended, after which the server must close the stream.
    pub async fn ends(&mut self, session_id: SessionId) -> EndedNotice {
        loop {
            match self.next().await {
                Some(StreamEvent::Revision(_)) => {}
                Some(StreamEvent::Ended(notice)) => {
                    assert_eq!(notice.session_id, session_id);
                    assert_eq!(self.next_block().await, None);
                    return notice;
                }
                None => panic!("closed without a word"),
            }
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
