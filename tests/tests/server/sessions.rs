//! Signing in, being looked up, ending.

use std::collections::BTreeSet;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedReason, Session as SessionRecord, SessionsEnded};
use latchkey_protocol::sync::{Collection, first_revision};
use latchkey_protocol::time::Timestamp;
use latchkey_server::jobs::tidy;
use latchkey_server::sessions::{Caller, write_last_active};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, Device, Http, Person, ServerUnderTest, Settings, eventually,
};

const DAY: i64 = 86_400;

on_both_databases!(
    a_device_signs_in_and_is_known_the_next_time,
    an_unknown_name_and_a_wrong_password_are_answered_alike,
    an_ended_session_is_told_who_ended_it,
    ending_others_and_all,
    a_foreign_session_can_not_be_ended,
    ending_twice_with_one_key_counts_once,
    what_is_no_token_is_refused,
    sessions_expire_by_age_and_by_disuse,
    the_last_use_is_written_every_five_minutes,
    a_raised_cost_is_taken_up_at_sign_in,
    the_command_after_a_backup_ends_all_sessions,
    one_row_that_is_broken_keeps_no_other_from_tidying,
    a_sign_in_whose_answer_was_lost_leaves_no_device_behind,
    a_session_that_ran_out_since_it_was_looked_up_changes_nothing,
);

async fn a_device_signs_in_and_is_known_the_next_time(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = Device::new("Phone");
    let shouted = Person {
        username: " ANNA ".to_owned(),
        ..anna.clone()
    };
    let first = shouted.signing_in_on(&server, phone.clone()).await;
    let second = anna.signing_in_on(&server, phone.clone()).await;
    assert_eq!(first.signed_in.device_id, second.signed_in.device_id);
    assert_ne!(first.signed_in.token, second.signed_in.token);
    let kinds = anna.activity().await;
    let count = |kind| kinds.iter().filter(|seen| **seen == kind).count();
    assert_eq!(count(ActivityKind::SignedInFromNewDevice), 1);
    assert_eq!(count(ActivityKind::SignedIn), 1);
    let sessions = anna.bodies::<SessionRecord>(Collection::Sessions).await;
    assert_eq!(
        sessions
            .iter()
            .filter(|(_, session)| session.new_device)
            .count(),
        2
    );
}

async fn an_unknown_name_and_a_wrong_password_are_answered_alike(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    for _ in 0..8 {
        let mut answers = Vec::new();
        // The address is Anna's, but she has not confirmed it.
        for login in [
            "anna",
            "nobody",
            "nobody@example.org",
            "anna@example.org",
            "x\u{0}y",
        ] {
            let answer = stranger.try_sign_in(&server, login, "wrong").await;
            let status = answer.status;
            assert!(matches!(status.as_u16(), 401 | 429), "{status}");
            answers.push(answer.observable());
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?}"
        );
    }
    eventually("the failures in the activity", async || {
        let kinds = anna.activity().await;
        (kinds
            .iter()
            .filter(|kind| **kind == ActivityKind::SignInFailed)
            .count()
            == 5)
            .then_some(())
    })
    .await;
}

async fn an_ended_session_is_told_who_ended_it(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    server.clock().advance_seconds(60);
    let body = json!({"scope": "one", "session_id": phone.session_id()});
    let ended: SessionsEnded = laptop
        .http
        .post("/v1/sessions/end", &body)
        .await
        .expect(200)
        .json();
    assert_eq!(ended.ended, [phone.session_id()]);
    for path in ["/v1/session", "/v1/sync", "/v1/events"] {
        let problem = phone
            .http
            .get(path)
            .await
            .expect_code(ProblemCode::SessionEnded)
            .problem();
        let notice = problem.ended.unwrap();
        assert_eq!(notice.session_id, phone.session_id());
        assert_eq!(notice.reason, EndedReason::EndedByDevice);
        assert_eq!(notice.by_session_id, Some(laptop.session_id()));
        assert_eq!(notice.by_device_name.as_deref(), Some("Laptop"));
    }
    let sessions = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
    let record = sessions
        .iter()
        .find(|(id, _)| *id == phone.session_id().to_string())
        .unwrap();
    assert!(record.1.ended.is_some() && record.1.receipt.is_none());
    let records = laptop.records().await;
    let of_phone = records.iter().find(|found| found.id == record.0).unwrap();
    assert_eq!(of_phone.revision, ended.revision - 1);
    assert_eq!(
        laptop.activity().await.last(),
        Some(&ActivityKind::DeviceEnded)
    );
    let again: SessionsEnded = laptop
        .http
        .post("/v1/sessions/end", &body)
        .await
        .expect(200)
        .json();
    assert_eq!((again.ended.len(), again.revision), (0, ended.revision));
    // After 30 days it is out of view, but still knows that it is over.
    server.clock().advance_seconds(29 * DAY);
    let laptop = laptop.on_new_device(&server, "Laptop").await;
    let in_view = laptop
        .bodies::<SessionRecord>(Collection::Sessions)
        .await
        .len();
    server.clock().advance_seconds(2 * DAY);
    tidy(server.state()).await.unwrap();
    let left = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
    assert!(
        left.len() < in_view
            && left
                .iter()
                .all(|(id, _)| *id != phone.session_id().to_string())
    );
    phone
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
}

async fn ending_others_and_all(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let tablet = laptop.on_new_device(&server, "Tablet").await;
    let others = json!({"scope": "others"});
    let ended: SessionsEnded = laptop
        .http
        .post("/v1/sessions/end", &others)
        .await
        .expect(200)
        .json();
    assert_eq!(
        BTreeSet::from_iter(ended.ended),
        BTreeSet::from([phone.session_id(), tablet.session_id()])
    );
    assert_eq!(laptop.http.get("/v1/session").await.status, StatusCode::OK);
    let phone = laptop.on_new_device(&server, "Phone").await;
    let all = json!({"scope": "all"});
    let ended: SessionsEnded = laptop
        .http
        .post("/v1/sessions/end", &all)
        .await
        .expect(200)
        .json();
    assert_eq!(
        BTreeSet::from_iter(ended.ended),
        BTreeSet::from([laptop.session_id(), phone.session_id()])
    );
    let own = laptop
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded)
        .problem();
    assert_eq!(own.ended.unwrap().reason, EndedReason::SignedOut);
    let other = phone
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded)
        .problem();
    assert_eq!(other.ended.unwrap().reason, EndedReason::EndedByDevice);
}

async fn a_foreign_session_can_not_be_ended(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let bela = Person::create_on(&server, "bela", &Device::new("Laptop")).await;
    for session_id in [anna.session_id(), SessionId(uuid::Uuid::nil())] {
        let body = json!({"scope": "one", "session_id": session_id});
        bela.http
            .post("/v1/sessions/end", &body)
            .await
            .expect_code(ProblemCode::NotFound);
    }
    assert_eq!(anna.http.get("/v1/session").await.status, StatusCode::OK);
}

async fn ending_twice_with_one_key_counts_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let end =
        async |body: Value, key: &str| laptop.http.post_keyed("/v1/sessions/end", key, &body).await;
    let key = "01890a5d-ac96-774b-bcce-b302099a8057";
    let first: SessionsEnded = end(json!({"scope": "others"}), key)
        .await
        .expect(200)
        .json();
    let second: SessionsEnded = end(json!({"scope": "others"}), key)
        .await
        .expect(200)
        .json();
    assert_eq!(first, second);
    assert_eq!(first.ended, [phone.session_id()]);
    let other = end(json!({"scope": "all"}), key).await;
    other.expect_code(ProblemCode::IdempotencyKeyReused);
    let no_key = end(json!({"scope": "others"}), "not-a-uuid").await;
    no_key.expect_code(ProblemCode::Malformed);
}

async fn what_is_no_token_is_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let ask = |value: Option<String>| {
        let mut request = server.http().request(Method::GET, "/v1/session");
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        Http::send(request)
    };
    for value in [
        None,
        Some("Bearer".into()),
        Some("Basic YTpi".into()),
        Some("Bearer ".into()),
    ] {
        ask(value).await.expect_code(ProblemCode::NotSignedIn);
    }
    let token = &anna.signed_in.token;
    assert!(token.starts_with("lks_") && token.len() == 47);
    let mut longer = token.clone();
    longer.push('A');
    for value in [
        longer.as_str(),
        "lks_",
        "' OR 1=1 --",
        &token[..46],
        &token.to_lowercase(),
    ] {
        ask(Some(format!("Bearer {value}")))
            .await
            .expect_code(ProblemCode::SessionUnknown);
    }
    assert_eq!(
        ask(Some(format!("bearer {token}"))).await.status,
        StatusCode::OK
    );
}

async fn sessions_expire_by_age_and_by_disuse(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let device = Device::new("Laptop");
    let laptop = Person::create_on(&server, "anna", &device).await;
    let unused = laptop.on_new_device(&server, "Phone").await;
    for _ in 0..2 {
        server.clock().advance_seconds(10 * DAY);
        assert_eq!(laptop.http.get("/v1/session").await.status, StatusCode::OK);
        write_last_active(server.state()).await.unwrap();
    }
    let notice = unused
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded)
        .problem()
        .ended
        .unwrap();
    assert_eq!(notice.reason, EndedReason::Expired);
    tidy(server.state()).await.unwrap();
    let sessions = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
    let record = sessions
        .iter()
        .find(|(id, _)| *id == unused.session_id().to_string())
        .unwrap();
    assert_eq!(record.1.ended.as_ref(), Some(&notice));
    server
        .clock()
        .set(laptop.signed_in.expires_at.plus_seconds(-1));
    assert_eq!(laptop.http.get("/v1/session").await.status, StatusCode::OK);
    server.clock().advance_seconds(1);
    laptop
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
}

async fn the_last_use_is_written_every_five_minutes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let revision = laptop.revision().await;
    server.clock().advance_seconds(299);
    laptop.http.get("/v1/session").await;
    write_last_active(server.state()).await.unwrap();
    assert_eq!(laptop.revision().await, revision);
    server.clock().advance_seconds(1);
    laptop.http.get("/v1/session").await;
    write_last_active(server.state()).await.unwrap();
    let page = laptop.sync(revision, 10).await;
    assert_eq!(page.revision, revision + 1);
    let session: SessionRecord =
        serde_json::from_value(page.records[0].body.clone().unwrap()).unwrap();
    assert_eq!(
        session.last_active_at,
        session.signed_in_at.plus_seconds(300)
    );
}

async fn a_raised_cost_is_taken_up_at_sign_in(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    server.kill().await;
    let raised = Settings::default().with("HASH__ITERATIONS", 3);
    server.start_again_with(raised).await;
    anna.on_new_device(&server, "Phone").await;
    let row = server
        .state()
        .database
        .fetch_optional("SELECT password_hash FROM accounts", &[])
        .await
        .unwrap()
        .unwrap();
    assert!(
        row.text(0)
            .unwrap()
            .starts_with("$argon2id$v=19$m=19456,t=3,p=1$")
    );
    assert_eq!(
        Device::new("Phone")
            .try_sign_in(&server, "anna", &anna.password)
            .await
            .status,
        StatusCode::CREATED
    );
}

async fn a_session_that_ran_out_since_it_was_looked_up_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let request = axum::http::Request::get("/")
        .header(
            "authorization",
            format!("Bearer {}", laptop.signed_in.token),
        )
        .body(())
        .unwrap();
    let (parts, ()) = request.into_parts();
    let row = latchkey_server::access::row("POST", "/v1/passkeys/{id}/rename").unwrap();
    let caller = Caller::look_up(server.state(), &parts, row, None)
        .await
        .unwrap();
    drop(caller.change(server.state()).await.unwrap());
    // Between the look at the token and the account's lock it was not used for too long, or became too old.
    for seconds in [14 * DAY, 16 * DAY] {
        server.clock().advance_seconds(seconds);
        let refusal = caller.change(server.state()).await.unwrap_err();
        assert_eq!(refusal.code(), ProblemCode::SessionEnded);
    }
}

async fn one_row_that_is_broken_keeps_no_other_from_tidying(database: Database) {
    let server = ServerUnderTest::start_in_process_at(
        database,
        Settings::default(),
        Timestamp(1_800_000_000_000_000),
    )
    .await;
    let mut sessions = Vec::new();
    for name in ["broken", "bela", "carl", "dora"] {
        sessions.push(Person::create_on(&server, name, &Device::new("Laptop")).await);
        server.clock().advance_seconds(1);
    }
    server
        .statement(
            "UPDATE records SET body = '{' WHERE collection = 'sessions' AND account_id IN \
         (SELECT id FROM accounts WHERE username = 'broken')",
        )
        .await;
    let count = async |sql| {
        let rows = server.state().database.fetch_all(sql, &[]).await.unwrap();
        rows.len()
    };
    // Last uses.
    server.clock().advance_seconds(300);
    for session in &sessions {
        assert_eq!(session.http.get("/v1/session").await.status, StatusCode::OK);
    }
    write_last_active(server.state()).await.unwrap();
    let used = "SELECT id FROM sessions WHERE last_active_at >= 1800000300000000";
    // The server itself may be at it.
    eventually("the other three", async || {
        (count(used).await == 3).then_some(())
    })
    .await;
    // Endings.
    server.clock().advance_seconds(31 * DAY);
    tidy(server.state()).await.unwrap();
    let live = "SELECT id FROM sessions WHERE ended_at IS NULL";
    assert_eq!(count(live).await, 1);
    // Taking out of view.
    server
        .statement("UPDATE sessions SET id = 'broken', ended_at = 1 WHERE ended_at IS NULL")
        .await;
    server.clock().advance_seconds(31 * DAY);
    tidy(server.state()).await.unwrap();
    let in_view = "SELECT id FROM sessions WHERE published = 1";
    assert_eq!(count(in_view).await, 1);
}

async fn a_sign_in_whose_answer_was_lost_leaves_no_device_behind(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let device = Device::new("Phone");
    // One that it signed out of, one that ran out, one whose answer got lost, and the one that it has.
    let signed_out = laptop.signing_in_on(&server, device.clone()).await;
    let all = json!({"scope": "one", "session_id": signed_out.session_id()});
    signed_out
        .http
        .post("/v1/sessions/end", &all)
        .await
        .expect(200)
        .json::<SessionsEnded>();
    let expired = laptop.signing_in_on(&server, device.clone()).await;
    for _ in 0..2 {
        server.clock().advance_seconds(8 * DAY);
        laptop.http.get("/v1/session").await;
        write_last_active(server.state()).await.unwrap();
    }
    let lost = laptop.signing_in_on(&server, device.clone()).await;
    let mut of_lost = lost.events().await;
    let tablet = laptop.on_new_device(&server, "Tablet").await;
    server.clock().advance_seconds(1);
    let kept = laptop.signing_in_on(&server, device.clone()).await;
    assert_eq!(
        of_lost.ends(lost.session_id()).await.reason,
        EndedReason::SignedOut
    );
    lost.http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
    for live in [&laptop, &tablet, &kept] {
        assert_eq!(live.http.get("/v1/session").await.status, StatusCode::OK);
    }
    let reason_of = |sessions: &[(String, SessionRecord)], session: &Person| {
        sessions
            .iter()
            .find(|(id, _)| *id == session.session_id().to_string())
            .map(|(_, record)| record.ended.as_ref().map(|notice| notice.reason))
    };
    let sessions = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
    assert_eq!(
        [&signed_out, &expired, &lost, &kept, &tablet, &laptop]
            .map(|session| reason_of(&sessions, session)),
        [
            Some(Some(EndedReason::SignedOut)),
            Some(Some(EndedReason::Expired)),
            None,
            Some(None),
            Some(None),
            Some(None),
        ]
    );
    // The same device in another account is another matter.
    let other = Person::create_on(&server, "bela", &device).await;
    other.signing_in_on(&server, device.clone()).await;
    assert_eq!(
        other.http.get("/v1/session").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(kept.http.get("/v1/session").await.status, StatusCode::OK);
    // A device that is new stays marked as new, though it was there for the instant of the lost answer.
    let watch = Device::new("Watch");
    laptop.signing_in_on(&server, watch.clone()).await;
    let watch = laptop.signing_in_on(&server, watch.clone()).await;
    let sessions = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
    assert!(
        sessions
            .iter()
            .any(|(id, session)| *id == watch.session_id().to_string() && session.new_device)
    );
}

async fn the_command_after_a_backup_ends_all_sessions(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let before = laptop.sync(0, 100).await;
    server.kill().await;
    server.command("restored", &[]).unwrap();
    server.start_again().await;
    let problem = laptop
        .at(&server)
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded)
        .problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::ServerRestored);
    let laptop = laptop.at(&server).on_new_device(&server, "Laptop").await;
    let after = laptop.sync(0, 100).await;
    assert!(after.epoch > before.epoch);
    assert!(after.revision > first_revision(after.epoch));
    // The owner's list says it too, written beside the running server.
    let reasons = eventually("the end is in the list", async || {
        let sessions = laptop.bodies::<SessionRecord>(Collection::Sessions).await;
        let ended: Vec<_> = sessions
            .iter()
            .filter_map(|(_, session)| session.ended.as_ref().map(|ended| ended.reason))
            .collect();
        (!ended.is_empty()).then_some(ended)
    })
    .await;
    assert_eq!(reasons, [EndedReason::ServerRestored]);
}
