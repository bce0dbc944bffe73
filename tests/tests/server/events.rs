//! The event stream.

use std::time::{Duration, Instant};

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::StreamEvent;
use latchkey_protocol::time::Timestamp;
use latchkey_server::arguments;
use latchkey_server::sessions::tidy;
use latchkey_server::sync::Change;
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::running::{Device, Running, Session, Stage, until};

crate::on_both_databases!(
    a_stream_begins_with_the_revision_and_says_new_ones,
    an_ended_session_hears_it_and_its_stream_closes,
    an_expired_session_loses_its_stream,
    a_stopping_server_closes_its_streams,
    a_silent_stream_has_heartbeats,
    a_commit_that_nobody_waits_for_is_told,
    what_was_never_announced_is_found_in_half_a_minute,
);

/// A stream's reader.
pub struct Listening {
    answer: Response,
    text: String,
}

impl Listening {
    pub async fn to(session: &Session<'_>) -> Self {
        let answer = session.get("/v1/events").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// The next block of lines; `None` when the stream is closed.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(15), self.answer.chunk());
            let chunk = chunk.await.expect("a silent stream").unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        loop {
            let block = self.block().await?;
            let field = |name| block.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(event), Some(data)) = (field("event: "), field("data: ")) {
                return Some(StreamEvent::from_fields(event, data).unwrap());
            }
        }
    }

    pub async fn hears_revision(&mut self, revision: u64) {
        loop {
            match self.next().await {
                Some(StreamEvent::Revision(heard)) if heard >= revision => return,
                Some(StreamEvent::Revision(_)) => {}
                other => panic!("{other:?} instead of revision {revision}"),
            }
        }
    }

    /// Hears revisions, then of the end, then the stream is closed.
    pub async fn hears_end(&mut self, session_id: SessionId) -> EndedNotice {
        loop {
            match self.next().await {
                Some(StreamEvent::Revision(_)) => {}
                Some(StreamEvent::Ended(notice)) => {
                    assert_eq!(notice.session_id, session_id);
                    assert_eq!(self.next().await, None);
                    return notice;
                }
                None => panic!("closed without a word"),
            }
        }
    }
}

async fn a_stream_begins_with_the_revision_and_says_new_ones(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let revision = laptop.sync(0, 1).await.revision;
    let mut stream = Listening::to(&laptop).await;
    assert_eq!(stream.next().await, Some(StreamEvent::Revision(revision)));
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let revision = phone.sync(0, 1).await.revision;
    assert_eq!(stream.next().await, Some(StreamEvent::Revision(revision)));
    // Somebody else's changes are not told.
    Device::new("Laptop").sign_up(stage, &server, "bela").await;
    Device::new("Tablet").sign_in(stage, &server, "anna").await;
    let next = stream.next().await;
    assert_eq!(
        next,
        Some(StreamEvent::Revision(laptop.sync(0, 1).await.revision))
    );
    drop(stream);
    until("the place given back", async || {
        (server.state.hub.open_streams() == 0).then_some(())
    })
    .await;
}

async fn an_ended_session_hears_it_and_its_stream_closes(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let mut streams = [Listening::to(&phone).await, Listening::to(&phone).await];
    let mut own = Listening::to(&laptop).await;
    let body = json!({"scope": "one", "session_id": phone.id()});
    laptop.post("/v1/sessions/end", &body).await;
    for stream in &mut streams {
        let notice = stream.hears_end(phone.id()).await;
        assert_eq!(notice.reason, EndedReason::EndedByDevice);
        assert_eq!(notice.by_session_id, Some(laptop.id()));
    }
    own.hears_revision(laptop.sync(0, 1).await.revision).await;
    assert_eq!(
        phone.get("/v1/events").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

async fn an_expired_session_loses_its_stream(stage: &Stage) {
    let server = stage
        .server_with(|config| config.connections.heartbeat_seconds = 1)
        .await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut by_itself = Listening::to(&laptop).await;
    by_itself.next().await;
    stage.clock.set(laptop.signed_in.expires_at);
    let notice = by_itself.hears_end(laptop.id()).await;
    assert_eq!(notice.reason, EndedReason::Expired);
    // One that was not used for too long is found by tidying.
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let mut tidied = Listening::to(&phone).await;
    tidied.next().await;
    stage.clock.advance_seconds(14 * 86_400);
    tidy(&server.state).await.unwrap();
    assert_eq!(
        tidied.hears_end(phone.id()).await.reason,
        EndedReason::Expired
    );
}

async fn a_stopping_server_closes_its_streams(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut stream = Listening::to(&laptop).await;
    stream.next().await;
    server.shutdown.cancel();
    assert_eq!(stream.next().await, None);
    let begun = Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5));
}

async fn a_silent_stream_has_heartbeats(stage: &Stage) {
    let server = stage
        .server_with(|config| config.connections.heartbeat_seconds = 1)
        .await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut stream = Listening::to(&laptop).await;
    assert!(stream.block().await.unwrap().starts_with("event: revision"));
    assert_eq!(stream.block().await.unwrap(), ":");
}

async fn revision_of(server: &Running, session: &Session<'_>) -> u64 {
    let account_id = session.signed_in.account_id;
    let row = server
        .state
        .database
        .fetch_optional(
            "SELECT revision FROM accounts WHERE id = $1",
            arguments![account_id],
        )
        .await
        .unwrap();
    row.unwrap().count(0).unwrap()
}

async fn a_commit_that_nobody_waits_for_is_told(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut stream = Listening::to(&laptop).await;
    stream.next().await;
    let before = revision_of(&server, &laptop).await;
    let mut change = Change::begin(&server.state, laptop.signed_in.account_id)
        .await
        .unwrap();
    change
        .activity(ActivityKind::SignInFailed, None)
        .await
        .unwrap();
    let mut commit = Box::pin(change.commit());
    // As a connection does that is closed in the instant of the commit: polled until it is in the database, no further.
    let deadline = Instant::now() + Duration::from_secs(15);
    while revision_of(&server, &laptop).await == before {
        assert!(Instant::now() < deadline, "never committed");
        let _ = futures_util::poll!(commit.as_mut());
    }
    drop(commit);
    stream.hears_revision(before + 1).await;
}

async fn what_was_never_announced_is_found_in_half_a_minute(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let mut others = Vec::new();
    // More streams than are looked up at once.
    for number in 0..40 {
        let device = Device::new("Other");
        let other = device
            .sign_up(stage, &server, &format!("other{number}"))
            .await;
        others.push(Listening::to(&other).await);
    }
    let mut streams = [Listening::to(&laptop).await, Listening::to(&phone).await];
    for stream in streams.iter_mut().chain(&mut others) {
        stream.next().await;
    }
    // What another process does that dies before it says so.
    let notice = json!(EndedNotice {
        session_id: phone.id(),
        at: Timestamp(1_800_000_000_000_000),
        reason: EndedReason::EndedByDevice,
        by_session_id: Some(laptop.id()),
        by_device_name: None,
    });
    let mut transaction = server.state.database.begin().await.unwrap();
    transaction
        .execute(
            "UPDATE sessions SET ended_at = 1800000000000000, ended_notice = $2 WHERE id = $1",
            arguments![phone.id(), notice.to_string()],
        )
        .await
        .unwrap();
    transaction
        .execute("UPDATE accounts SET revision = revision + 70", &[])
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    stage.clock.advance_seconds(30);
    let [of_laptop, of_phone] = &mut streams;
    of_phone.hears_end(phone.id()).await;
    of_laptop
        .hears_revision(revision_of(&server, &laptop).await)
        .await;
    for stream in &mut others {
        stream.hears_revision(70).await;
    }
}
