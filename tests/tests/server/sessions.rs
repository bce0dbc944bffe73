//! Signing in, being looked up, ending.

use axum::extract::FromRequestParts as _;
use std::collections::BTreeSet;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedReason, Session as SessionRecord, SessionsEnded};
use latchkey_protocol::sync::Collection;
use latchkey_server::sessions::{Caller, tidy, write_last_active};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::events::Listening;
use crate::running::{Device, PASSWORD, Running, Stage, problem, read, until};

const DAY: i64 = 86_400;

crate::on_both_databases!(
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
    the_statement_for_a_backup_ends_all_sessions,
    one_row_that_is_broken_keeps_no_other_from_tidying,
    a_sign_in_whose_answer_was_lost_leaves_no_device_behind,
    a_session_that_ran_out_since_it_was_looked_up_changes_nothing,
);

async fn kinds(session: &crate::running::Session<'_>) -> Vec<ActivityKind> {
    let activity = session.records::<ActivityEntry>(Collection::Activity).await;
    let repeated = |entry: ActivityEntry| std::iter::repeat_n(entry.kind, entry.count as usize);
    activity
        .into_iter()
        .flat_map(|(_, entry)| repeated(entry))
        .collect()
}

async fn a_device_signs_in_and_is_known_the_next_time(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone");
    let first = phone.sign_in(stage, &server, " ANNA ").await;
    let second = phone.sign_in(stage, &server, "anna").await;
    assert_eq!(first.signed_in.device_id, second.signed_in.device_id);
    assert_ne!(first.signed_in.token, second.signed_in.token);
    let kinds = kinds(&anna).await;
    let count = |kind| kinds.iter().filter(|seen| **seen == kind).count();
    assert_eq!(count(ActivityKind::SignedInFromNewDevice), 1);
    assert_eq!(count(ActivityKind::SignedIn), 1);
    let sessions = anna.records::<SessionRecord>(Collection::Sessions).await;
    assert_eq!(
        sessions
            .iter()
            .filter(|(_, session)| session.new_device)
            .count(),
        2
    );
}

async fn an_unknown_name_and_a_wrong_password_are_answered_alike(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Laptop").sign_up(stage, &server, "anna").await;
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
            let answer = stranger.try_sign_in(stage, &server, login, "wrong").await;
            let mut headers = answer.headers().clone();
            headers.remove("date");
            let status = answer.status();
            assert!(matches!(status.as_u16(), 401 | 429), "{status}");
            answers.push((status, headers, answer.bytes().await.unwrap()));
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?}"
        );
    }
    until("the failures in the activity", async || {
        let kinds = kinds(&anna).await;
        (kinds
            .iter()
            .filter(|kind| **kind == ActivityKind::SignInFailed)
            .count()
            == 5)
            .then_some(())
    })
    .await;
}

async fn an_ended_session_is_told_who_ended_it(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    stage.clock.advance_seconds(60);
    let body = json!({"scope": "one", "session_id": phone.id()});
    let ended: SessionsEnded =
        read(laptop.post("/v1/sessions/end", &body).await, StatusCode::OK).await;
    assert_eq!(ended.ended, [phone.id()]);
    for path in ["/v1/session", "/v1/sync", "/v1/events"] {
        let problem = problem(phone.get(path).await, ProblemCode::SessionEnded).await;
        assert_eq!(problem.server_id, Some(server.server_id()));
        let notice = problem.ended.unwrap();
        assert_eq!(notice.session_id, phone.id());
        assert_eq!(notice.reason, EndedReason::EndedByDevice);
        assert_eq!(notice.by_session_id, Some(laptop.id()));
        assert_eq!(notice.by_device_name.as_deref(), Some("Laptop"));
    }
    let sessions = laptop.records::<SessionRecord>(Collection::Sessions).await;
    let record = sessions
        .iter()
        .find(|(record, _)| record.id == phone.id().to_string())
        .unwrap();
    assert!(record.1.ended.is_some() && record.1.receipt.is_none());
    assert_eq!(record.0.revision, ended.revision - 1);
    assert_eq!(
        kinds(&laptop).await.last(),
        Some(&ActivityKind::DeviceEnded)
    );
    let again: SessionsEnded =
        read(laptop.post("/v1/sessions/end", &body).await, StatusCode::OK).await;
    assert_eq!((again.ended.len(), again.revision), (0, ended.revision));
    // After 30 days it is out of view, but still knows that it is over.
    stage.clock.advance_seconds(29 * DAY);
    let laptop = Device::new("Laptop").sign_in(stage, &server, "anna").await;
    let in_view = laptop
        .records::<SessionRecord>(Collection::Sessions)
        .await
        .len();
    stage.clock.advance_seconds(2 * DAY);
    tidy(&server.state).await.unwrap();
    let left = laptop.records::<SessionRecord>(Collection::Sessions).await;
    assert!(
        left.len() < in_view
            && left
                .iter()
                .all(|(record, _)| record.id != phone.id().to_string())
    );
    problem(phone.get("/v1/session").await, ProblemCode::SessionEnded).await;
}

async fn ending_others_and_all(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let tablet = Device::new("Tablet").sign_in(stage, &server, "anna").await;
    let others = json!({"scope": "others"});
    let ended: SessionsEnded = read(
        laptop.post("/v1/sessions/end", &others).await,
        StatusCode::OK,
    )
    .await;
    assert_eq!(
        BTreeSet::from_iter(ended.ended),
        BTreeSet::from([phone.id(), tablet.id()])
    );
    assert_eq!(laptop.get("/v1/session").await.status(), StatusCode::OK);
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let all = json!({"scope": "all"});
    let ended: SessionsEnded =
        read(laptop.post("/v1/sessions/end", &all).await, StatusCode::OK).await;
    assert_eq!(
        BTreeSet::from_iter(ended.ended),
        BTreeSet::from([laptop.id(), phone.id()])
    );
    let own = problem(laptop.get("/v1/session").await, ProblemCode::SessionEnded).await;
    assert_eq!(own.ended.unwrap().reason, EndedReason::SignedOut);
    let other = problem(phone.get("/v1/session").await, ProblemCode::SessionEnded).await;
    assert_eq!(other.ended.unwrap().reason, EndedReason::EndedByDevice);
}

async fn a_foreign_session_can_not_be_ended(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let bela = Device::new("Laptop").sign_up(stage, &server, "bela").await;
    for session_id in [anna.id(), SessionId(uuid::Uuid::nil())] {
        let body = json!({"scope": "one", "session_id": session_id});
        problem(
            bela.post("/v1/sessions/end", &body).await,
            ProblemCode::NotFound,
        )
        .await;
    }
    assert_eq!(anna.get("/v1/session").await.status(), StatusCode::OK);
}

async fn ending_twice_with_one_key_counts_once(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &server, "anna").await;
    let end = |body: serde_json::Value, key: &'static str| {
        laptop
            .request(Method::POST, "/v1/sessions/end")
            .header("Idempotency-Key", key)
            .json(&body)
            .send()
    };
    let key = "01890a5d-ac96-774b-bcce-b302099a8057";
    let first: SessionsEnded = read(
        end(json!({"scope": "others"}), key).await.unwrap(),
        StatusCode::OK,
    )
    .await;
    let second: SessionsEnded = read(
        end(json!({"scope": "others"}), key).await.unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(first, second);
    assert_eq!(first.ended, [phone.id()]);
    let other = end(json!({"scope": "all"}), key).await.unwrap();
    problem(other, ProblemCode::IdempotencyKeyReused).await;
    let no_key = end(json!({"scope": "others"}), "not-a-uuid").await.unwrap();
    problem(no_key, ProblemCode::Malformed).await;
}

async fn what_is_no_token_is_refused(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let ask = |value: Option<String>| {
        let mut request = server.request(Method::GET, "/v1/session");
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        request.send()
    };
    for value in [
        None,
        Some("Bearer".into()),
        Some("Basic YTpi".into()),
        Some("Bearer ".into()),
    ] {
        problem(ask(value).await.unwrap(), ProblemCode::NotSignedIn).await;
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
        let problem = problem(
            ask(Some(format!("Bearer {value}"))).await.unwrap(),
            ProblemCode::SessionUnknown,
        )
        .await;
        assert_eq!(problem.server_id, Some(server.server_id()));
    }
    assert_eq!(
        ask(Some(format!("bearer {token}"))).await.unwrap().status(),
        StatusCode::OK
    );
}

async fn sessions_expire_by_age_and_by_disuse(stage: &Stage) {
    let server = stage.server().await;
    let device = Device::new("Laptop");
    let laptop = device.sign_up(stage, &server, "anna").await;
    let unused = Device::new("Phone").sign_in(stage, &server, "anna").await;
    for _ in 0..2 {
        stage.clock.advance_seconds(10 * DAY);
        assert_eq!(laptop.get("/v1/session").await.status(), StatusCode::OK);
        write_last_active(&server.state).await.unwrap();
    }
    let notice = problem(unused.get("/v1/session").await, ProblemCode::SessionEnded)
        .await
        .ended
        .unwrap();
    assert_eq!(notice.reason, EndedReason::Expired);
    tidy(&server.state).await.unwrap();
    let sessions = laptop.records::<SessionRecord>(Collection::Sessions).await;
    let record = sessions
        .iter()
        .find(|(record, _)| record.id == unused.id().to_string())
        .unwrap();
    assert_eq!(record.1.ended.as_ref(), Some(&notice));
    stage
        .clock
        .set(laptop.signed_in.expires_at.plus_seconds(-1));
    assert_eq!(laptop.get("/v1/session").await.status(), StatusCode::OK);
    stage.clock.advance_seconds(1);
    problem(laptop.get("/v1/session").await, ProblemCode::SessionEnded).await;
}

async fn the_last_use_is_written_every_five_minutes(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let revision = laptop.sync(0, 1).await.revision;
    stage.clock.advance_seconds(299);
    laptop.get("/v1/session").await;
    write_last_active(&server.state).await.unwrap();
    assert_eq!(laptop.sync(0, 1).await.revision, revision);
    stage.clock.advance_seconds(1);
    laptop.get("/v1/session").await;
    write_last_active(&server.state).await.unwrap();
    let page = laptop.sync(revision, 10).await;
    assert_eq!(page.revision, revision + 1);
    let session: SessionRecord =
        serde_json::from_value(page.records[0].body.clone().unwrap()).unwrap();
    assert_eq!(
        session.last_active_at,
        session.signed_in_at.plus_seconds(300)
    );
}

async fn a_raised_cost_is_taken_up_at_sign_in(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let config = server.state.config.clone();
    server.stop().await;
    let raised = stage
        .server_with(|other| {
            other.data_dir.clone_from(&config.data_dir);
            other.hash.iterations = 3;
        })
        .await;
    Device::new("Phone").sign_in(stage, &raised, "anna").await;
    let row = raised
        .state
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
            .try_sign_in(stage, &raised, "anna", PASSWORD)
            .await
            .status(),
        StatusCode::CREATED
    );
}

async fn a_session_that_ran_out_since_it_was_looked_up_changes_nothing(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let request = axum::http::Request::get("/")
        .header(
            "authorization",
            format!("Bearer {}", laptop.signed_in.token),
        )
        .body(())
        .unwrap();
    let (mut parts, ()) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &server.state)
        .await
        .unwrap();
    drop(caller.change(&server.state).await.unwrap());
    // Between the look at the token and the account's lock it was not used for too long, or became too old.
    for seconds in [14 * DAY, 16 * DAY] {
        stage.clock.advance_seconds(seconds);
        let refusal = caller.change(&server.state).await.unwrap_err();
        assert_eq!(refusal.code(), ProblemCode::SessionEnded);
    }
}

async fn one_row_that_is_broken_keeps_no_other_from_tidying(stage: &Stage) {
    async fn execute(server: &Running, sql: &'static str) {
        let mut transaction = server.state.database.begin().await.unwrap();
        transaction.execute(sql, &[]).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let server = stage.server().await;
    let mut sessions = Vec::new();
    for name in ["broken", "bela", "carl", "dora"] {
        sessions.push(Device::new("Laptop").sign_up(stage, &server, name).await);
        stage.clock.advance_seconds(1);
    }
    execute(
        &server,
        "UPDATE records SET body = '{' WHERE collection = 'sessions' AND account_id IN \
         (SELECT id FROM accounts WHERE username = 'broken')",
    )
    .await;
    let count = async |sql| {
        let rows = server.state.database.fetch_all(sql, &[]).await.unwrap();
        rows.len()
    };
    // Last uses.
    stage.clock.advance_seconds(300);
    for session in &sessions {
        assert_eq!(session.get("/v1/session").await.status(), StatusCode::OK);
    }
    write_last_active(&server.state).await.unwrap();
    let used = "SELECT id FROM sessions WHERE last_active_at >= 1800000300000000";
    // The server itself may be at it.
    until("the other three", async || {
        (count(used).await == 3).then_some(())
    })
    .await;
    // Endings.
    stage.clock.advance_seconds(31 * DAY);
    tidy(&server.state).await.unwrap();
    let live = "SELECT id FROM sessions WHERE ended_at IS NULL";
    assert_eq!(count(live).await, 1);
    // Taking out of view.
    execute(
        &server,
        "UPDATE sessions SET id = 'broken', ended_at = 1 WHERE ended_at IS NULL",
    )
    .await;
    stage.clock.advance_seconds(31 * DAY);
    tidy(&server.state).await.unwrap();
    let in_view = "SELECT id FROM sessions WHERE published = 1";
    assert_eq!(count(in_view).await, 1);
}

async fn a_sign_in_whose_answer_was_lost_leaves_no_device_behind(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let device = Device::new("Phone");
    // One that it signed out of, one that ran out, one whose answer got lost, and the one that it has.
    let signed_out = device.sign_in(stage, &server, "anna").await;
    let all = json!({"scope": "one", "session_id": signed_out.id()});
    read::<SessionsEnded>(
        signed_out.post("/v1/sessions/end", &all).await,
        StatusCode::OK,
    )
    .await;
    let expired = device.sign_in(stage, &server, "anna").await;
    for _ in 0..2 {
        stage.clock.advance_seconds(8 * DAY);
        laptop.get("/v1/session").await;
        write_last_active(&server.state).await.unwrap();
    }
    let lost = device.sign_in(stage, &server, "anna").await;
    let mut of_lost = Listening::to(&lost).await;
    let tablet = Device::new("Tablet").sign_in(stage, &server, "anna").await;
    stage.clock.advance_seconds(1);
    let kept = device.sign_in(stage, &server, "anna").await;
    assert_eq!(
        of_lost.hears_end(lost.id()).await.reason,
        EndedReason::SignedOut
    );
    problem(lost.get("/v1/session").await, ProblemCode::SessionEnded).await;
    for live in [&laptop, &tablet, &kept] {
        assert_eq!(live.get("/v1/session").await.status(), StatusCode::OK);
    }
    let reason_of = |sessions: &[(latchkey_protocol::sync::Record, SessionRecord)],
                     session: &crate::running::Session<'_>| {
        sessions
            .iter()
            .find(|(record, _)| record.id == session.id().to_string())
            .map(|(_, record)| record.ended.as_ref().map(|notice| notice.reason))
    };
    let sessions = laptop.records::<SessionRecord>(Collection::Sessions).await;
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
    let other = device.sign_up(stage, &server, "bela").await;
    device.sign_in(stage, &server, "bela").await;
    assert_eq!(
        other.get("/v1/session").await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(kept.get("/v1/session").await.status(), StatusCode::OK);
    // A device that is new stays marked as new, though it was there for the instant of the lost answer.
    let watch = Device::new("Watch");
    watch.sign_in(stage, &server, "anna").await;
    let watch = watch.sign_in(stage, &server, "anna").await;
    let sessions = laptop.records::<SessionRecord>(Collection::Sessions).await;
    assert!(
        sessions
            .iter()
            .any(|(record, session)| record.id == watch.id().to_string() && session.new_device)
    );
}

async fn the_statement_for_a_backup_ends_all_sessions(stage: &Stage) {
    let manual = include_str!("../../../../docs/administration.md");
    let statement = "UPDATE sessions SET expires_at = last_active_at WHERE ended_at IS NULL";
    assert!(manual.contains(&format!("{statement};")));
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut transaction = server.state.database.begin().await.unwrap();
    transaction.execute(statement, &[]).await.unwrap();
    transaction.commit().await.unwrap();
    problem(laptop.get("/v1/session").await, ProblemCode::SessionEnded).await;
    tidy(&server.state).await.unwrap();
    let laptop = Device::new("Laptop").sign_in(stage, &server, "anna").await;
    let sessions = laptop.records::<SessionRecord>(Collection::Sessions).await;
    let live = sessions
        .iter()
        .filter(|(_, session)| session.ended.is_none());
    assert_eq!((sessions.len(), live.count()), (2, 1));
}
