//! Sessions: tokens, endings and receipts in the wrong hands.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{ServerId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{
    DevicePublicKey, EndSessions, EndedReason, Receipt, SessionsEnded, SignedIn,
};
use latchkey_protocol::step_up::{Proof, SteppedUp};
use latchkey_protocol::sync::{Collection, StreamEvent};
use latchkey_protocol::time::Timestamp;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Person, ServerUnderTest, Settings, edit_of, eventually,
    operations,
};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

on_both_databases!(
    an_event_stream_does_not_outlive_its_session,
    an_event_stream_does_not_outlive_a_sign_out,
    a_token_from_before_the_sign_in_is_never_taken_over,
    the_token_of_an_ended_session_opens_no_route,
    a_made_up_token_opens_no_route,
    a_token_counts_in_the_authorization_header_alone,
    a_session_ends_by_the_clock,
    an_unused_session_ends_by_the_clock,
    foreign_identifiers_reach_nothing,
    a_receipt_counts_for_its_own_device_and_session_alone,
    a_receipt_that_comes_again_changes_nothing,
    a_device_proof_counts_for_its_time_server_and_name,
    a_token_that_was_replaced_and_comes_again_is_told,
    a_lost_answer_is_no_theft,
    no_secret_is_on_the_disk_or_in_the_log,
);

/// CVE-2026-9162.
async fn an_event_stream_does_not_outlive_its_session(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let thief = anna.on_new_device(&server, "Stolen laptop").await;
    let bystander = anna.on_new_device(&server, "Phone").await;
    let mut streams = [thief.events().await, thief.events().await];
    let mut bystanders = bystander.events().await;
    for stream in &mut streams {
        assert!(matches!(
            stream.next().await,
            Some(StreamEvent::Revision(_))
        ));
    }
    anna.end_one(thief.session_id()).await.expect(200);
    for stream in &mut streams {
        loop {
            match stream.next().await {
                Some(StreamEvent::Revision(_)) => {}
                Some(StreamEvent::Ended(notice)) => {
                    assert_eq!(notice.session_id, thief.session_id());
                    assert_eq!(notice.reason, EndedReason::EndedByDevice);
                    assert_eq!(notice.by_session_id, Some(anna.session_id()));
                    break;
                }
                None => panic!("the stream ended without a word"),
            }
        }
        assert_eq!(
            stream.next().await,
            None,
            "the stream goes on after the end"
        );
    }
    // What happens afterwards is heard by the live one alone.
    let revision = anna.set_name("After the end").await.revision;
    bystanders.reaches(revision).await;
    thief
        .http
        .get("/v1/events")
        .await
        .expect_code(ProblemCode::SessionEnded);
}

async fn an_event_stream_does_not_outlive_a_sign_out(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let mut stream = anna.events().await;
    server
        .http()
        .post("/v1/receipts", &anna.receipt(&server))
        .await
        .expect(200);
    loop {
        match stream.next().await {
            Some(StreamEvent::Revision(_)) => {}
            Some(StreamEvent::Ended(notice)) => {
                assert_eq!(notice.reason, EndedReason::SignedOut);
                break;
            }
            None => panic!("the stream ended without a word"),
        }
    }
    assert_eq!(stream.next().await, None);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
}

/// The same between two nodes, which tell each other through PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_on_another_node_does_not_outlive_its_session() {
    let first = ServerUnderTest::start(Database::Postgres).await;
    let second = first.another_node().await;
    assert_eq!(first.server_id(), second.server_id());
    let anna = Person::create(&first, "anna").await;
    let thief = anna.on_new_device(&second, "Stolen laptop").await;
    let mut stream = thief.events().await;
    assert!(matches!(
        stream.next().await,
        Some(StreamEvent::Revision(_))
    ));
    let revision = anna.set_name("Before the end").await.revision;
    stream.reaches(revision).await;
    anna.end_one(thief.session_id()).await.expect(200);
    thief
        .check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
    loop {
        match stream.next().await {
            Some(StreamEvent::Revision(_)) => {}
            Some(StreamEvent::Ended(notice)) => {
                assert_eq!(notice.session_id, thief.session_id());
                break;
            }
            None => panic!("the stream ended without a word"),
        }
    }
    assert_eq!(stream.next().await, None);
}

/// Session fixation: a token that the attacker knows must not become the victim's.
async fn a_token_from_before_the_sign_in_is_never_taken_over(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let mallory = Person::create(&server, "mallory").await;
    let chosen = "lk_0000000000000000000000000000000000000000000";
    for token in [
        chosen,
        mallory.signed_in.token.as_str(),
        anna.signed_in.token.as_str(),
    ] {
        let http = server
            .http()
            .with_token(token)
            .with_header("Cookie", &format!("session={token}; token={token}"))
            .with_header("X-Session-Token", token);
        let request = Device::new("Shared computer").sign_in(&server, "anna", &anna.password);
        let signed_in: SignedIn = http.post("/v1/sessions", &request).await.expect(201).json();
        assert_ne!(signed_in.token, token);
        assert_eq!(signed_in.account_id, anna.signed_in.account_id);
    }
    server
        .http()
        .with_token(chosen)
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionUnknown);
    // The attacker's own session is still the attacker's.
    let current: latchkey_protocol::sessions::CurrentSession =
        mallory.check_session().await.expect(200).json();
    assert_eq!(current.account_id, mallory.signed_in.account_id);
}

/// The routes that need no session; every other one must refuse a token that is over. A new route is met here by
/// itself, and one that is open to all must be added on purpose.
const OPEN_ROUTES: [&str; 14] = [
    "GET /v1/server",
    "GET /v1/openapi.json",
    "POST /v1/accounts",
    "POST /v1/passkeys/sign-in",
    "POST /v1/sessions",
    "POST /v1/receipts",
    "POST /v1/emails/confirm",
    "POST /v1/emails/change/confirm",
    "POST /v1/recovery",
    "POST /v1/recovery/open",
    "POST /v1/recovery/status",
    "POST /v1/recovery/reset",
    "GET /confirm-email/{token}",
    "POST /confirm-email/{token}",
];

async fn every_closed_route_answers(
    server: &ServerUnderTest,
    token: &str,
) -> Vec<(String, Answer)> {
    let http = server.http().with_token(token);
    let mut answers = Vec::new();
    for operation in operations(&http).await {
        if OPEN_ROUTES.contains(&operation.name().as_str()) {
            continue;
        }
        let path = operation.path("0190f3a0-0000-7000-8000-000000000000");
        let mut bodies = vec![None];
        if operation.method != Method::GET {
            bodies.extend([
                Some(json!({})),
                operation.body.clone(),
                Some(json!("nonsense")),
            ]);
        }
        for body in bodies {
            let request = http.request(operation.method.clone(), &path);
            let request = match &body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = Http::send(request).await;
            answers.push((format!("{} with {body:?}", operation.name()), answer));
        }
    }
    assert!(answers.len() >= 8, "too few closed routes: {answers:?}");
    answers
}

async fn the_token_of_an_ended_session_opens_no_route(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let gone = anna.on_new_device(&server, "Sold laptop").await;
    let revision = {
        anna.end_one(gone.session_id()).await.expect(200);
        anna.records()
            .await
            .iter()
            .map(|record| record.revision)
            .max()
    };
    for (name, answer) in every_closed_route_answers(&server, &gone.signed_in.token).await {
        let problem = answer.problem();
        assert_eq!(problem.code, ProblemCode::SessionEnded, "{name}");
        assert_eq!(
            problem.ended.map(|notice| notice.session_id),
            Some(gone.session_id()),
            "{name}"
        );
    }
    let afterwards = anna
        .records()
        .await
        .iter()
        .map(|record| record.revision)
        .max();
    assert_eq!(revision, afterwards, "something was changed");
}

async fn a_made_up_token_opens_no_route(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let mut altered = anna.signed_in.token.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    for (name, answer) in every_closed_route_answers(&server, &altered).await {
        assert_eq!(answer.code(), ProblemCode::SessionUnknown, "{name}");
    }
    for (name, answer) in every_closed_route_answers(&server, "x").await {
        assert_eq!(answer.status, 401, "{name}");
    }
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a b",
        "bearer\u{e9}",
    ] {
        let request = server.http().request(Method::GET, "/v1/session").header(
            "Authorization",
            reqwest::header::HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
        let answer = Http::send(request).await;
        assert_eq!(answer.status, 401, "{value:?}");
        answer.problem();
    }
}

async fn a_token_counts_in_the_authorization_header_alone(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let token = &anna.signed_in.token;
    let http = server
        .http()
        .with_header(
            "Cookie",
            &format!("session={token}; token={token}; access_token={token}"),
        )
        .with_header("X-Auth-Token", token);
    for name in ["token", "access_token", "bearer", "session"] {
        http.get(&format!("/v1/session?{name}={token}"))
            .await
            .expect_code(ProblemCode::NotSignedIn);
    }
}

/// Uses a session and waits until that is written down, which happens behind the request.
async fn is_used(server: &ServerUnderTest, person: &Person) {
    eventually("the use is written down", async || {
        person.check_session().await.expect(200);
        let session = person.session(person.session_id()).await;
        (server.now().since(session.last_active_at) < 300 * Timestamp::SECOND).then_some(())
    })
    .await;
}

async fn a_session_ends_by_the_clock(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    assert_eq!(
        anna.signed_in.expires_at.since(server.now()),
        30 * Timestamp::DAY
    );
    // In use every ten days, so that it ends by its age alone.
    for _ in 0..2 {
        server.clock().advance_seconds(10 * 86_400);
        is_used(&server, &anna).await;
    }
    server.clock().advance_seconds(10 * 86_400 - 1);
    anna.check_session().await.expect(200);
    server.clock().advance_seconds(1);
    for _ in 0..2 {
        let problem = anna.check_session().await.problem();
        assert_eq!(problem.code, ProblemCode::SessionEnded);
        assert_eq!(
            problem.ended.map(|notice| notice.reason),
            Some(EndedReason::Expired)
        );
    }
    anna.http
        .get("/v1/sync?after=0")
        .await
        .expect_code(ProblemCode::SessionEnded);
    anna.http
        .get("/v1/events")
        .await
        .expect_code(ProblemCode::SessionEnded);
}

async fn an_unused_session_ends_by_the_clock(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let other = anna.on_new_device(&server, "Forgotten").await;
    server.clock().advance_seconds(10 * 86_400);
    is_used(&server, &anna).await;
    server.clock().advance_seconds(4 * 86_400 - 1);
    // Not yet: it is live until the last second, in a list that its own person reads.
    assert!(anna.session(other.session_id()).await.ended.is_none());
    server.clock().advance_seconds(1);
    anna.check_session().await.expect(200);
    let problem = other.check_session().await.problem();
    assert_eq!(problem.code, ProblemCode::SessionEnded);
    assert_eq!(
        problem.ended.map(|notice| notice.reason),
        Some(EndedReason::Expired)
    );
}

async fn foreign_identifiers_reach_nothing(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let mallory = Person::create(&server, "mallory").await;
    anna.mails_have_left().await;
    let before = anna.records().await;
    let nobody = SessionId(Uuid::from_u128(rand::random()));

    // Somebody else's session is answered like none at all.
    let foreign = mallory.end_one(anna.session_id()).await;
    let unknown = mallory.end_one(nobody).await;
    assert_eq!(foreign.observable(), unknown.observable());
    if foreign.status == 200 {
        assert_eq!(foreign.json::<SessionsEnded>().ended, []);
    } else {
        foreign.expect_code(ProblemCode::NotFound);
    }
    for which in [EndSessions::Others, EndSessions::All] {
        let helper = mallory.on_new_device(&server, "Helper").await;
        let ended: SessionsEnded = helper.end(&which).await.expect(200).json();
        assert!(!ended.ended.contains(&anna.session_id()));
    }
    let mallory = mallory
        .on_new_device(&server, "Again")
        .await
        .stepped_up(None)
        .await;

    let session = anna.session_id().to_string();
    let account = anna.signed_in.account_id.to_string();
    let (email, _) = anna.emails().await.pop().unwrap();
    for edit in [
        edit_of(Collection::Sessions, &session, "device_name", "Owned", 999),
        edit_of(Collection::Profile, &account, "display_name", "Owned", 999),
        edit_of(Collection::Emails, &email, "address", "m@example.org", 999),
        edit_of(Collection::Emails, &email, "primary", "false", 999),
    ] {
        let answer = mallory.http.post("/v1/edits", &edit).await;
        assert!(
            matches!(
                answer.code(),
                ProblemCode::NotFound | ProblemCode::InvalidFields
            ),
            "{}",
            answer.text()
        );
    }
    for action in ["resend", "primary", "remove"] {
        mallory
            .http
            .post_empty(&format!("/v1/emails/{email}/{action}"))
            .await
            .expect_code(ProblemCode::NotFound);
    }
    anna.check_session().await.expect(200);
    assert_eq!(before, anna.records().await);
    // And nothing of hers is in what the other one synchronises.
    let text = serde_json::to_string(&mallory.records().await).unwrap();
    assert!(!text.contains(&account) && !text.contains(&session) && !text.contains("anna@"));
}

async fn a_receipt_counts_for_its_own_device_and_session_alone(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    let mallory = Person::create(&server, "mallory").await;
    let now = server.now();
    let (id, session) = (server.server_id(), anna.session_id());
    let honest = anna.receipt(&server);
    let forged = [
        (
            "another's key",
            Receipt::sign(&mallory.device.key, id, session, now),
        ),
        (
            "another device's key",
            Receipt::sign(&phone.device.key, id, session, now),
        ),
        (
            "another server",
            Receipt::sign(&anna.device.key, ServerId(Uuid::nil()), session, now),
        ),
        (
            "another session's receipt",
            Receipt {
                session_id: phone.session_id(),
                ..honest.clone()
            },
        ),
        (
            "another time",
            Receipt {
                destroyed_at: now.plus_seconds(-60),
                ..honest.clone()
            },
        ),
        (
            "no signature",
            Receipt {
                signature: String::new(),
                ..honest.clone()
            },
        ),
        (
            "a short signature",
            Receipt {
                signature: "AAAA".into(),
                ..honest.clone()
            },
        ),
        (
            "a signature of zeros",
            Receipt {
                signature: "A".repeat(86),
                ..honest.clone()
            },
        ),
        (
            "no session at all",
            Receipt::sign(&anna.device.key, id, SessionId(Uuid::nil()), now),
        ),
    ];
    let mut answers = Vec::new();
    for (what, receipt) in forged {
        for http in [server.http(), mallory.http.clone(), phone.http.clone()] {
            let answer = http.post("/v1/receipts", &receipt).await;
            assert_eq!(answer.code(), ProblemCode::NotFound, "{what}");
            answers.push(answer.observable());
        }
    }
    // One answer for all of them: it does not tell which sessions exist.
    answers.dedup();
    assert_eq!(answers.len(), 1);
    server
        .http()
        .post(
            "/v1/receipts",
            &json!({"session_id": session, "destroyed_at": now}),
        )
        .await
        .expect_code(ProblemCode::Malformed);
    anna.check_session().await.expect(200);
    phone.check_session().await.expect(200);
    assert_eq!(phone.session(session).await.receipt, None);
}

async fn a_receipt_that_comes_again_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    let receipt = phone.receipt(&server);
    server
        .http()
        .post("/v1/receipts", &receipt)
        .await
        .expect(200);
    anna.mails_have_left().await;
    let before = anna.records().await;
    server.clock().advance_seconds(3600);
    for _ in 0..3 {
        server
            .http()
            .post("/v1/receipts", &receipt)
            .await
            .expect(200);
    }
    assert_eq!(before, anna.records().await);
    assert_eq!(
        anna.session(phone.session_id()).await.receipt,
        Some(receipt.clone())
    );
    assert_eq!(anna.count_activity(ActivityKind::SignedOut).await, 1);
    // The device signs in again: its old receipt does not end the new session.
    let again = anna.signing_in_on(&server, phone.device.clone()).await;
    assert_ne!(again.session_id(), phone.session_id());
    server
        .http()
        .post("/v1/receipts", &receipt)
        .await
        .expect(200);
    again.check_session().await.expect(200);
}

async fn a_device_proof_counts_for_its_time_server_and_name(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let mallory = Person::create(&server, "mallory").await;
    let refused = async |what: &str, request: &latchkey_protocol::sessions::SignIn| {
        let answer = server.http().post("/v1/sessions", request).await;
        assert_eq!(answer.code(), ProblemCode::DeviceProofRefused, "{what}");
    };
    let recorded = anna.device.sign_in(&server, "anna", &anna.password);

    // For another name: somebody who knows their own password, with a proof that was recorded.
    let mut request = recorded.clone();
    request.login = "mallory".into();
    request.password.clone_from(&mallory.password);
    refused("another name", &request).await;

    let mut request = recorded.clone();
    request.device = anna
        .device
        .proof(ServerId(Uuid::nil()), "anna", server.now());
    refused("another server", &request).await;

    let mut request = recorded.clone();
    request.device.signed_at = server.now().plus_seconds(1);
    refused("another time than signed", &request).await;

    let mut request = recorded.clone();
    request.device.public_key = DevicePublicKey::of(&mallory.device.key);
    refused("another key", &request).await;

    let mut request = recorded.clone();
    request.device = anna
        .device
        .proof(server.server_id(), "anna", server.now().plus_seconds(301));
    refused("from the future", &request).await;

    server.clock().advance_seconds(300);
    let answer = server.http().post("/v1/sessions", &recorded).await;
    let signed_in: SignedIn = answer.expect(201).json();
    server.clock().advance_seconds(1);
    refused("after five minutes", &recorded).await;
    let http = server.http().with_token(&signed_in.token);
    http.get("/v1/session").await.expect(200);
}

/// Tokens are stored as SHA-256, passwords as Argon2id, and neither is logged, at the finest level either.
async fn no_secret_is_on_the_disk_or_in_the_log(database: Database) {
    let server =
        ServerUnderTest::start_with(database, Settings::default().with("LOG", "trace,h2=off"))
            .await;
    let anna = Person::create(&server, "anna").await;
    let mail = server.outbox().confirmation(&anna.email, 1).await;
    let link = mail.token().expect("a link");
    let phone = anna.on_new_device(&server, "Phone").await;
    server
        .http()
        .post(
            "/v1/sessions",
            &Device::new("Typing error").sign_in(&server, "anna", "a wrong but telling password"),
        )
        .await
        .expect_code(ProblemCode::SignInRefused);
    server
        .http()
        .get(&format!("/confirm-email/{link}"))
        .await
        .expect(200);
    // What somebody pasted into the wrong place: a token where a path should be, on either side of the API.
    let token = &anna.signed_in.token;
    for path in [
        format!("/{token}"),
        format!("/v1/{token}"),
        format!("/reset-password/{token}/"),
    ] {
        server.http().get(&path).await;
    }
    server.confirm(&link).await.expect(200);
    phone.set_name("Anna").await;
    anna.end_one(phone.session_id()).await.expect(200);
    let secrets = [
        ("password", anna.password.as_str()),
        ("wrong password", "a wrong but telling password"),
        ("token", anna.signed_in.token.as_str()),
        ("token of the other device", phone.signed_in.token.as_str()),
        ("mailed token", link.as_str()),
    ];
    let log = server.process().log();
    assert!(log.len() > 200, "the log is quiet: {log:?}");
    for (what, secret) in secrets {
        let most = &secret[..secret.len().min(24)];
        assert!(!log.contains(most), "the {what} is in the log");
    }
    assert!(
        log.contains("\"/confirm-email/{token}\""),
        "requests are not in the log"
    );
    let mut files = 0;
    for entry in std::fs::read_dir(server.data_dir()).unwrap().flatten() {
        if entry.path().is_dir() {
            continue; // the outbox, whose mails carry their links
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        files += 1;
        for (what, secret) in secrets {
            // Any half of one would be enough to be worried.
            let found = secret
                .as_bytes()
                .chunks_exact(16)
                .any(|piece| bytes.windows(piece.len()).any(|window| window == piece));
            assert!(!found, "the {what} is in {}", entry.path().display());
        }
    }
    if database == Database::Sqlite {
        assert!(files >= 1, "the database is in the data folder");
    }
}

/// RFC 9700, section 4.14.2: a token that comes again after its successor was used is somebody's copy.
async fn a_token_that_was_replaced_and_comes_again_is_told(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let stepped = anna.stepped_up(None).await;
    stepped.add_email("second@example.org").await;
    // What was under way when the token was replaced is no theft.
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionUnknown);
    server.clock().advance_seconds(61);
    let told = async || stepped.count_activity(ActivityKind::OldTokenUsed).await;
    assert_eq!(told().await, 0);
    for _ in 0..3 {
        anna.check_session()
            .await
            .expect_code(ProblemCode::SessionUnknown);
    }
    eventually("an entry", async || (told().await > 0).then_some(())).await;
    let entries: Vec<(String, latchkey_protocol::activity::ActivityEntry)> =
        stepped.bodies(Collection::Activity).await;
    let (_, entry) = entries
        .into_iter()
        .find(|(_, entry)| entry.kind == ActivityKind::OldTokenUsed)
        .unwrap();
    assert_eq!(entry.subject.as_deref(), Some("First device"));
    assert_eq!(
        (entry.session_id, entry.address.as_deref()),
        (None, Some("127.0.0.1"))
    );
    // Nothing is destroyed at the word of whoever has an old token; what touches security takes the password again.
    stepped.check_session().await.expect(200);
    stepped
        .try_add_email("third@example.org")
        .await
        .expect_code(ProblemCode::StepUpNeeded);
    // Once for each token: the owner, who has given it, goes on whatever comes with the old one.
    let again = stepped.stepped_up(None).await;
    for _ in 0..3 {
        anna.check_session()
            .await
            .expect_code(ProblemCode::SessionUnknown);
    }
    again.add_email("third@example.org").await;
    assert_eq!(again.count_activity(ActivityKind::OldTokenUsed).await, 1);
}

/// The answer with the new token never came: the device goes on with the one it has, and gets another.
async fn a_lost_answer_is_no_theft(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let request = Proof {
        password: anna.password.clone(),
        code: None,
    };
    let mut last = None;
    for _ in 0..3 {
        let answer = anna.http.post("/v1/session/step-up", &request).await;
        last = Some(answer.expect(200).json::<SteppedUp>());
        server.clock().advance_seconds(3600);
        anna.check_session().await.expect(200);
    }
    let http = server.http().with_token(&last.unwrap().token);
    http.get("/v1/session").await.expect(200);
    assert_eq!(
        Person { http, ..anna }
            .count_activity(ActivityKind::OldTokenUsed)
            .await,
        0
    );
}
