//! The event stream.

use std::time::{Duration, Instant};

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::StreamEvent;
use latchkey_protocol::time::Timestamp;
use latchkey_server::arguments;
use latchkey_server::jobs::tidy;
use latchkey_server::sessions::write_last_active;
use latchkey_server::sync::Change;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest, Settings, eventually};
use reqwest::StatusCode;
use serde_json::json;

on_both_databases!(
    a_stream_begins_with_the_revision_and_says_new_ones,
    an_ended_session_hears_it_and_its_stream_closes,
    an_expired_session_loses_its_stream,
    a_stopping_server_closes_its_streams,
    a_silent_stream_has_heartbeats,
    a_commit_that_nobody_waits_for_is_told,
    what_was_never_announced_is_found_in_half_a_minute,
    a_stream_is_no_use_of_its_session,
    a_stream_does_not_outlive_its_token,
);

async fn a_stream_begins_with_the_revision_and_says_new_ones(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let revision = laptop.revision().await;
    let mut stream = laptop.events().await;
    assert_eq!(stream.next().await, Some(StreamEvent::Revision(revision)));
    let phone = laptop.on_new_device(&server, "Phone").await;
    let revision = phone.revision().await;
    assert_eq!(stream.next().await, Some(StreamEvent::Revision(revision)));
    // Somebody else's changes are not told.
    Person::create_on(&server, "bela", &Device::new("Laptop")).await;
    laptop.on_new_device(&server, "Tablet").await;
    let next = stream.next().await;
    assert_eq!(next, Some(StreamEvent::Revision(laptop.revision().await)));
    drop(stream);
    eventually("the place given back", async || {
        (server.state().hub.open_streams() == 0).then_some(())
    })
    .await;
}

async fn an_ended_session_hears_it_and_its_stream_closes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let mut streams = [phone.events().await, phone.events().await];
    let mut own = laptop.events().await;
    let body = json!({"scope": "one", "session_id": phone.session_id()});
    laptop.http.post("/v1/sessions/end", &body).await;
    for stream in &mut streams {
        let notice = stream.ends(phone.session_id()).await;
        assert_eq!(notice.reason, EndedReason::EndedByDevice);
        assert_eq!(notice.by_session_id, Some(laptop.session_id()));
    }
    own.reaches(laptop.revision().await).await;
    assert_eq!(
        phone.http.get("/v1/events").await.status,
        StatusCode::UNAUTHORIZED
    );
}

async fn an_expired_session_loses_its_stream(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__HEARTBEAT_SECONDS", 1),
    )
    .await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut by_itself = laptop.events().await;
    by_itself.next().await;
    server.clock().set(laptop.signed_in.expires_at);
    let notice = by_itself.ends(laptop.session_id()).await;
    assert_eq!(notice.reason, EndedReason::Expired);
    // One that was not used for too long is found by tidying.
    let phone = laptop.on_new_device(&server, "Phone").await;
    let mut tidied = phone.events().await;
    tidied.next().await;
    server.clock().advance_seconds(14 * 86_400);
    tidy(server.state()).await.unwrap();
    assert_eq!(
        tidied.ends(phone.session_id()).await.reason,
        EndedReason::Expired
    );
}

/// Seen alone for twenty days, by its stream: over after fourteen, as any that nobody uses.
async fn a_stream_is_no_use_of_its_session(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__HEARTBEAT_SECONDS", 1),
    )
    .await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut stream = laptop.events().await;
    stream.next().await;
    let opened = server.now();
    for _ in 0..13 {
        server.clock().advance_seconds(86_400);
        // A heartbeat after the clock was moved, and what it notes written.
        stream.next_block().await.expect("open");
        stream.next_block().await.expect("open");
        write_last_active(server.state()).await.unwrap();
        tidy(server.state()).await.unwrap();
    }
    let shown = server
        .state()
        .database
        .fetch_optional(
            "SELECT last_active_at FROM sessions WHERE id = $1",
            arguments![laptop.session_id()],
        )
        .await
        .unwrap();
    let used = shown.unwrap().integer(0).unwrap();
    assert!(used <= opened.0, "an open stream is no use");
    server.clock().advance_seconds(86_400);
    // Whoever looks first, tidying or the stream itself.
    let notice = stream.ends(laptop.session_id()).await;
    assert_eq!(notice.reason, EndedReason::Expired);
    assert_eq!(
        laptop.check_session().await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// Whoever has a copy of a token hears no more once it was replaced, by a step-up or a new password.
async fn a_stream_does_not_outlive_its_token(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let mut others = phone.events().await;
    let mut old = [laptop.events().await, laptop.events().await];
    for stream in old.iter_mut().chain([&mut others]) {
        stream.next().await;
    }
    let proof = json!({"password": laptop.password});
    let answer = laptop.http.post("/v1/session/step-up", &proof).await;
    let token = answer.expect(200).json::<serde_json::Value>()["token"].clone();
    let with_new = server.http().with_token(token.as_str().unwrap());
    // Until the new one has arrived, the old one goes on.
    let revision = phone.revision().await + 1;
    phone.set_name("Anna").await;
    for stream in &mut old {
        stream.reaches(revision).await;
    }
    with_new.get("/v1/session").await.expect(200);
    for stream in &mut old {
        while let Some(event) = stream.next().await {
            assert!(matches!(event, StreamEvent::Revision(_)), "{event:?}");
        }
    }
    laptop
        .check_session()
        .await
        .expect_code(ProblemCode::SessionUnknown);
    let mut person = laptop.clone();
    person.http = with_new;
    let mut new = person.events().await;
    new.next().await;
    phone.set_name("Anna K.").await;
    let revision = phone.revision().await;
    new.reaches(revision).await;
    others.reaches(revision).await;
}

async fn a_stopping_server_closes_its_streams(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut stream = laptop.events().await;
    stream.next().await;
    let begun = Instant::now();
    let ((), rest) = tokio::join!(server.kill(), stream.next_block());
    assert_eq!(rest, None);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

async fn a_silent_stream_has_heartbeats(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__HEARTBEAT_SECONDS", 1),
    )
    .await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut stream = laptop.events().await;
    assert!(
        stream
            .next_block()
            .await
            .unwrap()
            .starts_with("event: revision")
    );
    assert_eq!(stream.next_block().await.unwrap(), ":\n\n");
}

async fn revision_of(server: &ServerUnderTest, session: &Person) -> u64 {
    let account_id = session.signed_in.account_id;
    let row = server
        .state()
        .database
        .fetch_optional(
            "SELECT revision FROM accounts WHERE id = $1",
            arguments![account_id],
        )
        .await
        .unwrap();
    row.unwrap().count(0).unwrap()
}

async fn a_commit_that_nobody_waits_for_is_told(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut stream = laptop.events().await;
    stream.next().await;
    let before = revision_of(&server, &laptop).await;
    let mut change = Change::begin(server.state(), laptop.signed_in.account_id)
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
    stream.reaches(before + 1).await;
}

async fn what_was_never_announced_is_found_in_half_a_minute(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let mut others = Vec::new();
    // More streams than are looked up at once.
    for number in 0..40 {
        let device = Device::new("Other");
        let other = Person::create_on(&server, &format!("other{number}"), &device).await;
        others.push(other.events().await);
    }
    let mut streams = [laptop.events().await, phone.events().await];
    for stream in streams.iter_mut().chain(&mut others) {
        stream.next().await;
    }
    // What another process does that dies before it says so.
    let notice = json!(EndedNotice {
        session_id: phone.session_id(),
        at: Timestamp(1_800_000_000_000_000),
        reason: EndedReason::EndedByDevice,
        by_session_id: Some(laptop.session_id()),
        by_device_name: None,
    });
    let mut transaction = server.state().database.begin().await.unwrap();
    transaction
        .execute(
            "UPDATE sessions SET ended_at = 1800000000000000, ended_notice = $2 WHERE id = $1",
            arguments![phone.session_id(), notice.to_string()],
        )
        .await
        .unwrap();
    transaction
        .execute("UPDATE accounts SET revision = revision + 70", &[])
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    server.clock().advance_seconds(30);
    let [of_laptop, of_phone] = &mut streams;
    of_phone.ends(phone.session_id()).await;
    of_laptop.reaches(revision_of(&server, &laptop).await).await;
    for stream in &mut others {
        stream.reaches(70).await;
    }
}
