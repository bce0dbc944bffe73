//! Becoming an administrator without being made one, and what one could do too much.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::recovery::{RequestRecovery, ResetPassword};
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::sync::{Collection, StreamEvent};
use latchkey_protocol::users::{ResetStarted, Role, User, UserSignedOut, UsersPage};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Person, Protected, ServerUnderTest, eventually,
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    everybody_but_administrators_is_refused_alike,
    an_administrator_who_is_revoked_is_out_at_once,
    an_open_session_alone_opens_no_administration,
    nobody_makes_themselves_an_administrator,
    foreign_ids_reach_nothing,
    an_administrator_neither_sets_nor_sees_a_password,
    a_reset_is_started_and_finished_by_the_person_alone,
    nobody_is_flooded_with_resets,
    what_administrators_have_sent_is_not_forgotten_in_a_minute,
    nobody_is_reset_without_a_confirmed_address,
    a_secured_account_is_seen_to_be,
    a_second_factor_is_reset_with_all_that_hangs_on_it,
    sessions_are_ended_and_their_devices_told,
    an_older_link_does_not_outlive_the_second_factor,
    nothing_is_done_to_the_own_account,
    an_act_that_comes_again_is_done_once,
    administrators_who_act_on_each_other_do_not_wait_in_a_circle,
    what_is_searched_for_is_no_pattern,
    everybody_is_found_page_by_page,
    a_role_is_told_to_the_person_and_their_devices,
    a_device_on_probation_administers_nothing,
);

const NEW: &str = "a copper lantern beside the door";
const NOBODY: &str = "0190f3a0-0000-7000-8000-000000000000";

/// Runs `latchkey-server administrator …` on the server's database, as whoever runs it does.
fn administrator(server: &ServerUnderTest, arguments: &[&str]) -> String {
    server
        .administrator(arguments)
        .expect("the program does it")
}

/// An administrator within a step-up.
async fn create_administrator(server: &ServerUnderTest, username: &str) -> Person {
    let person = Person::create_confirmed(server, username).await;
    administrator(server, &["grant", username]);
    person.stepped_up(None).await
}

fn path(person: &Person, act: &str) -> String {
    format!("/v1/users/{}{act}", person.signed_in.account_id)
}

async fn act(by: &Person, on: &Person, act: &str) -> Answer {
    by.http.post(&path(on, act), &json!({})).await
}

async fn look_at(by: &Person, at: &Person) -> User {
    by.http.get(&path(at, "")).await.expect(200).json()
}

async fn find(by: &Person, search: &str) -> Vec<String> {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("search", search)
        .finish();
    let page: UsersPage = by
        .http
        .get(&format!("/v1/users?{query}"))
        .await
        .expect(200)
        .json();
    page.users.into_iter().map(|user| user.username).collect()
}

/// Every route of administration, for the account with this id.
fn routes(id: &str) -> Vec<(Method, String)> {
    let mut routes = vec![
        (Method::GET, "/v1/users".to_owned()),
        (Method::GET, "/v1/users?search=a&after=a".to_owned()),
        (Method::GET, format!("/v1/users/{id}")),
    ];
    for act in ["reset", "second-factor/reset", "sessions/end-all"] {
        routes.push((Method::POST, format!("/v1/users/{id}/{act}")));
    }
    routes
}

async fn ask(http: &Http, method: &Method, path: &str) -> Answer {
    let request = http.request(method.clone(), path);
    Http::send(match *method {
        Method::POST => request.json(&json!({})),
        _ => request,
    })
    .await
}

fn links_to(server: &ServerUnderTest, address: &str) -> Vec<String> {
    server.outbox().tokens(address, "reset-password")
}

async fn link_to(server: &ServerUnderTest, person: &Person, number: usize) -> String {
    server
        .outbox()
        .token_of(&person.email, "reset-password", number)
        .await
}

async fn sign_in(server: &ServerUnderTest, person: &Person, password: &str) -> Answer {
    Device::new("Some device")
        .try_sign_in(server, &person.username, password)
        .await
}

async fn reset_with(server: &ServerUnderTest, token: &str, new_password: &str) -> Answer {
    let request = ResetPassword {
        token: token.to_owned(),
        new_password: new_password.to_owned(),
        code: None,
    };
    server.http().post("/v1/recovery/reset", &request).await
}

/// The subjects of what happened of this kind.
async fn subjects(person: &Person, kind: ActivityKind) -> Vec<Option<String>> {
    let entries: Vec<(String, ActivityEntry)> = person.bodies(Collection::Activity).await;
    let of_kind = entries.into_iter().filter(|(_, entry)| entry.kind == kind);
    of_kind.map(|(_, entry)| entry.subject).collect()
}

async fn everybody_but_administrators_is_refused_alike(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    // The first of a served server is nobody special.
    let anna = Person::create_confirmed(&server, "anna").await;
    let bruno = Person::create(&server, "bruno").await;
    bruno.mails_have_left().await;
    let before = bruno.check_session().await.expect(200);
    let stepped_up = anna.stepped_up(None).await;
    for (method, path) in routes(NOBODY) {
        let stranger = ask(&server.http(), &method, &path).await;
        stranger.expect_code(ProblemCode::NotSignedIn);
    }
    let ids = [
        bruno.signed_in.account_id.to_string(),
        anna.signed_in.account_id.to_string(),
        NOBODY.to_owned(),
        "x".to_owned(),
        "%00".to_owned(),
    ];
    for http in [&anna.http, &stepped_up.http] {
        let mut seen = BTreeSet::new();
        for id in &ids {
            for (method, path) in routes(id) {
                let answer = ask(http, &method, &path).await;
                answer
                    .clone()
                    .expect(403)
                    .expect_code(ProblemCode::AdministratorsOnly);
                // A refusal before the body closes the connection, which tells the method and nothing else.
                seen.insert((method.to_string(), answer.observable()));
            }
        }
        assert_eq!(seen.len(), 2, "one answer for whatever is asked: {seen:?}");
    }
    assert_eq!(
        before.text(),
        bruno.check_session().await.expect(200).text()
    );
    assert_eq!(links_to(&server, &bruno.email), Vec::<String>::new());
    assert_eq!(administrator(&server, &["list"]), "");
}

async fn an_administrator_who_is_revoked_is_out_at_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    assert_eq!(administrator(&server, &["list"]), "anna\n");
    assert_eq!(look_at(&anna, &bruno).await.username, "bruno");
    // With the session open and the step-up fresh.
    administrator(&server, &["revoke", "anna"]);
    for (method, path) in routes(&bruno.signed_in.account_id.to_string()) {
        let answer = ask(&anna.http, &method, &path).await;
        answer.expect_code(ProblemCode::AdministratorsOnly);
    }
    anna.check_session().await.expect(200);
    bruno.check_session().await.expect(200);
    assert_eq!(administrator(&server, &["list"]), "");
}

async fn an_open_session_alone_opens_no_administration(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    let elsewhere = anna.on_new_device(&server, "Elsewhere").await;
    let id = bruno.signed_in.account_id.to_string();
    for (method, path) in routes(&id) {
        let answer = ask(&elsewhere.http, &method, &path).await;
        answer.expect(403).expect_code(ProblemCode::StepUpNeeded);
    }
    let page: UsersPage = anna.http.get("/v1/users").await.expect(200).json();
    assert!((590..=600).contains(&page.open_seconds), "{page:?}");
    server.clock().advance_seconds(600);
    for (method, path) in routes(&id) {
        let answer = ask(&anna.http, &method, &path).await;
        answer.expect(403).expect_code(ProblemCode::StepUpNeeded);
    }
    // A clock that was ahead opened it no longer than that.
    let anna = anna.stepped_up(None).await;
    server.clock().advance_seconds(-3600);
    let answer = anna.http.get("/v1/users").await;
    answer.expect_code(ProblemCode::StepUpNeeded);
    bruno.check_session().await.expect(200);
}

/// An administrator's password in wrong hands opens everybody's account.
async fn a_device_on_probation_administers_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let boss = create_administrator(&server, "boss").await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    server.clock().advance_seconds(60);
    let thief = boss.on_probation(&server, "Thief").await;
    let code = ProblemCode::OnProbation;
    thief.http.get("/v1/users").await.expect_code(code);
    thief.http.get(&path(&bruno, "")).await.expect_code(code);
    for what in ["/sessions/end-all", "/second-factor/reset", "/reset"] {
        act(&thief, &bruno, what).await.expect_code(code);
    }
    bruno.check_session().await.expect(200);
    assert!(!find(&boss, "bruno").await.is_empty());
}

/// Roles by mass assignment (CVE-2012-2054 and its many followers).
async fn nobody_makes_themselves_an_administrator(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for (field, value) in [
        ("role", json!("administrator")),
        ("administrator", json!(true)),
        ("is_admin", json!(true)),
    ] {
        let device = Device::new("Device");
        let request = device.create_account(&server, "mallory", "mallory@example.org", NEW);
        let mut request = serde_json::to_value(&request).unwrap();
        request[field] = value;
        let answer = server.http().post("/v1/accounts", &request).await;
        answer.expect(400).expect_code(ProblemCode::Malformed);
    }
    let mallory = Person::create_confirmed(&server, "mallory").await;
    let mallory = mallory.stepped_up(None).await;
    for field in ["role", "username", "display_name_folded"] {
        let edit = mallory.profile_edit(field, "administrator", 0);
        let answer = mallory.http.post("/v1/edits", &edit).await;
        assert_eq!(answer.problem().code, ProblemCode::InvalidFields, "{field}");
    }
    let mut edit =
        serde_json::to_value(mallory.profile_edit("display_name", "Mallory", 0)).unwrap();
    edit["role"] = json!("administrator");
    let answer = mallory.http.post("/v1/edits", &edit).await;
    answer.expect_code(ProblemCode::Malformed);
    for (path, body) in [
        (
            "/v1/username",
            json!({"username": "mal", "role": "administrator"}),
        ),
        (
            "/v1/emails",
            json!({"address": "m@example.org", "role": "administrator"}),
        ),
        (
            "/v1/session/step-up",
            json!({"password": mallory.password, "role": "administrator"}),
        ),
    ] {
        let answer = mallory.http.post(path, &body).await;
        answer.expect_code(ProblemCode::Malformed);
    }
    assert_eq!(mallory.profile().await.role, Role::Person);
    let answer = mallory.http.get("/v1/users").await;
    answer.expect_code(ProblemCode::AdministratorsOnly);
    assert_eq!(administrator(&server, &["list"]), "");
}

async fn foreign_ids_reach_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    let session = anna.session_id().to_string();
    for id in [NOBODY, "x", "%00", "%2e%2e", session.as_str()] {
        for (method, path) in routes(id).into_iter().skip(2) {
            let answer = ask(&anna.http, &method, &path).await;
            answer.expect(404).expect_code(ProblemCode::NotFound);
        }
    }
}

async fn an_administrator_neither_sets_nor_sees_a_password(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Protected::create(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    for act in ["/reset", "/second-factor/reset", "/sessions/end-all"] {
        for field in [
            "password",
            "new_password",
            "password_hash",
            "code",
            "address",
            "id",
        ] {
            let body = json!({ (field): NEW });
            let answer = anna.http.post(&path(&bruno.person, act), &body).await;
            answer.expect(400).expect_code(ProblemCode::Malformed);
        }
        for body in [json!([]), json!([NEW]), json!(null), json!(NEW)] {
            let answer = anna.http.post(&path(&bruno.person, act), &body).await;
            answer.expect_code(ProblemCode::Malformed);
        }
    }
    for method in [Method::PUT, Method::PATCH, Method::POST, Method::DELETE] {
        let request = anna.http.request(method, &path(&bruno.person, ""));
        let answer = Http::send(request.json(&json!({"password": NEW}))).await;
        answer.expect_code(ProblemCode::MethodNotAllowed);
    }
    bruno.person.check_session().await.expect(200);

    // What is shown is what is said, and nothing besides.
    let shown: Value = anna
        .http
        .get(&path(&bruno.person, ""))
        .await
        .expect(200)
        .json();
    let members: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "created_at",
            "display_name",
            "emails",
            "id",
            "last_active_at",
            "live_sessions",
            "open_seconds",
            "role",
            "second_factor_on",
            "secured",
            "username"
        ]
    );
    let user: User = serde_json::from_value(shown).unwrap();
    assert!(user.second_factor_on && !user.secured);
    assert_eq!(user.live_sessions, 1);
    assert_eq!(user.role, Role::Person);
    assert!(user.emails[0].primary && user.emails[0].confirmed);

    let page = anna.http.get("/v1/users").await.expect(200).text();
    let one = anna
        .http
        .get(&path(&bruno.person, ""))
        .await
        .expect(200)
        .text();
    let started = act(&anna, &bruno.person, "/reset").await.expect(202).text();
    let token = link_to(&server, &bruno.person, 1).await;
    let mut secrets = vec![token, bruno.app.secret.clone(), "argon2".to_owned()];
    secrets.extend(bruno.recovery_codes.clone());
    for answer in [&page, &one, &started] {
        for secret in &secrets {
            assert!(!answer.contains(secret.as_str()), "{answer}");
        }
    }
    // Nor is it in anything that the administrator's devices are given.
    let records = serde_json::to_string(&anna.records().await).unwrap();
    assert!(
        secrets
            .iter()
            .all(|secret| !records.contains(secret.as_str()))
    );
}

async fn a_reset_is_started_and_finished_by_the_person_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    let started: ResetStarted = act(&anna, &bruno, "/reset").await.expect(202).json();
    assert_eq!(started.address, bruno.email);
    let token = link_to(&server, &bruno, 1).await;
    let mail = server.outbox().mails_to(&bruno.email).pop().unwrap();
    assert!(mail.text.contains("administrator “anna”"), "{}", mail.text);
    // Until then all is as it was.
    bruno.check_session().await.expect(200);
    sign_in(&server, &bruno, &bruno.password).await.expect(201);
    // A sign-in leaves the link as it is; a newer one takes its place.
    act(&anna, &bruno, "/reset").await.expect(202);
    let older = token;
    let token = link_to(&server, &bruno, 2).await;
    reset_with(&server, &older, NEW)
        .await
        .expect_code(ProblemCode::LinkSpent);
    reset_with(&server, &token, NEW).await.expect(204);
    reset_with(&server, &token, NEW)
        .await
        .expect_code(ProblemCode::LinkSpent);
    sign_in(&server, &bruno, NEW).await.expect(201);

    let bruno = Person {
        password: NEW.to_owned(),
        ..bruno
    };
    let bruno = bruno.on_new_device(&server, "Back").await;
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(
        subjects(&bruno, ActivityKind::PasswordResetStarted).await,
        [named("anna"), named("anna")]
    );
    assert_eq!(
        subjects(&anna, ActivityKind::UserPasswordResetStarted).await,
        [named("bruno"), named("bruno")]
    );
    // Where the administrator sits is not the person's to know.
    let entries: Vec<(String, ActivityEntry)> = bruno.bodies(Collection::Activity).await;
    let started = entries
        .iter()
        .filter(|(_, entry)| entry.kind == ActivityKind::PasswordResetStarted);
    for (_, entry) in started {
        assert_eq!(
            (entry.session_id, &entry.device_name, &entry.address),
            (None, &None, &None)
        );
    }
}

async fn nobody_is_flooded_with_resets(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    let carla = create_administrator(&server, "carla").await;
    // What a stranger asks for keeps no administrator from helping.
    for number in 1..=4 {
        let request = RequestRecovery {
            login: "bruno".to_owned(),
            device: None,
        };
        server
            .http()
            .post("/v1/recovery", &request)
            .await
            .expect(202);
        link_to(&server, &bruno, number.min(3)).await;
    }
    for (number, by) in [&anna, &carla, &anna].into_iter().enumerate() {
        act(by, &bruno, "/reset").await.expect(202);
        link_to(&server, &bruno, 4 + number).await;
    }
    for by in [&anna, &carla] {
        let problem = act(by, &bruno, "/reset").await.expect(429).problem();
        assert_eq!(problem.code, ProblemCode::TooManyAttempts);
        assert_eq!(problem.retry_after_seconds, Some(3600));
    }
    bruno.mails_have_left().await;
    assert_eq!(links_to(&server, &bruno.email).len(), 6);
    server.clock().advance_seconds(3600);
    let anna = anna.stepped_up(None).await;
    act(&anna, &bruno, "/reset").await.expect(202);
    act(&anna, &bruno, "/reset").await.expect(429);
}

async fn what_administrators_have_sent_is_not_forgotten_in_a_minute(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    for _ in 0..3 {
        act(&anna, &bruno, "/reset").await.expect(202);
    }
    bruno.mails_have_left().await;
    server.clock().advance_seconds(60);
    // It tidies when it starts; once that has been seen, the counts are looked at.
    let tidied = "INSERT INTO allowances (subject, allowance, whole_at) VALUES ('tidied', 'recovery_mails', 0)";
    assert_eq!(server.statement(tidied).await, 1);
    server.kill().await;
    server.start_again().await;
    let anna = anna.at(&server);
    eventually("it has tidied", async || {
        let again = server.statement("UPDATE allowances SET whole_at = 0 WHERE subject = 'tidied'");
        (again.await == 0).then_some(())
    })
    .await;
    act(&anna, &bruno, "/reset").await.expect(429);
}

async fn nobody_is_reset_without_a_confirmed_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    let pending = Person::create(&server, "pending").await;
    let answer = act(&anna, &pending, "/reset").await.expect(409);
    answer.expect_code(ProblemCode::NotAllowedNow);
    let user = look_at(&anna, &pending).await;
    assert!(!user.emails[0].confirmed);
}

/// An administrator sees that an account is secured, and neither vouches nor answers for its owner.
async fn a_secured_account_is_seen_to_be(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let bruno = bruno.stepped_up(None).await;
    assert!(!look_at(&anna, &bruno).await.secured);
    let secured = bruno.http.post("/v1/secure", &json!({})).await;
    secured.expect(200);
    assert!(look_at(&anna, &bruno).await.secured);
    act(&anna, &bruno, "/sessions/end-all").await.expect(200);
    bruno.check_session().await.expect(401);
}

async fn a_second_factor_is_reset_with_all_that_hangs_on_it(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Protected::create(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    sign_in(&server, &bruno.person, &bruno.person.password)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    let reset = act(&anna, &bruno.person, "/second-factor/reset").await;
    let reset: UserSignedOut = reset.expect(200).json();
    assert_eq!(reset.ended_sessions, 1);
    let problem = bruno.person.check_session().await.expect(401).problem();
    let ended = problem.ended.unwrap();
    assert_eq!(ended.reason, EndedReason::EndedByAdministrator);
    assert_eq!((ended.by_session_id, ended.by_device_name), (None, None));
    let back = bruno.person.on_new_device(&server, "Back").await;
    back.stepped_up(None).await;
    assert_eq!(back.count_mails(MailKind::SecondFactorReset).await, 1);
    assert_eq!(
        subjects(&back, ActivityKind::SecondFactorReset).await,
        [Some("anna".to_owned())]
    );
    assert_eq!(
        subjects(&anna, ActivityKind::UserSecondFactorReset).await,
        [Some("bruno".to_owned())]
    );
    // It is off: there is nothing to reset, and no old code counts when it is on again.
    let again = act(&anna, &back, "/second-factor/reset").await;
    again.expect_code(ProblemCode::NotAllowedNow);
    Protected::of(&server, &back).await;
    let request = Device::new("With an old code").sign_in(&server, "bruno", &back.password);
    let mut request = serde_json::to_value(&request).unwrap();
    request["code"] = json!(bruno.recovery_codes[0]);
    let problem = server.http().post("/v1/sessions", &request).await.problem();
    assert_eq!(problem.fields[0].code, FieldCode::WrongCode);
}

async fn sessions_are_ended_and_their_devices_told(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let phone = bruno.on_new_device(&server, "Phone").await;
    let anna = create_administrator(&server, "anna").await;
    let mut streams = [bruno.events().await, phone.events().await];
    for stream in &mut streams {
        stream.next().await;
    }
    let ended: UserSignedOut = act(&anna, &bruno, "/sessions/end-all")
        .await
        .expect(200)
        .json();
    assert_eq!(ended.ended_sessions, 2);
    for stream in &mut streams {
        loop {
            match stream.next().await.expect("the ending") {
                StreamEvent::Ended(notice) => {
                    break assert_eq!(notice.reason, EndedReason::EndedByAdministrator);
                }
                StreamEvent::Revision(_) => {}
            }
        }
    }
    bruno.check_session().await.expect(401);
    phone.check_session().await.expect(401);
    anna.check_session().await.expect(200);
    let back = bruno.on_new_device(&server, "Back").await;
    assert_eq!(back.count_mails(MailKind::SessionsEnded).await, 1);
    assert_eq!(
        subjects(&back, ActivityKind::SessionsEndedByAdministrator).await,
        [Some("anna".to_owned())]
    );
    assert_eq!(
        subjects(&anna, ActivityKind::UserSessionsEnded).await,
        [Some("bruno".to_owned())]
    );
    assert_eq!(look_at(&anna, &back).await.live_sessions, 1);
}

async fn an_older_link_does_not_outlive_the_second_factor(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Protected::create(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    act(&anna, &bruno.person, "/reset").await.expect(202);
    let token = link_to(&server, &bruno.person, 1).await;
    // Whoever reads the mailbox has no code; after the reset of the factor none is asked.
    let refused = reset_with(&server, &token, NEW).await;
    refused.expect_code(ProblemCode::InvalidFields);
    act(&anna, &bruno.person, "/second-factor/reset")
        .await
        .expect(200);
    reset_with(&server, &token, NEW)
        .await
        .expect_code(ProblemCode::LinkSpent);
}

async fn nothing_is_done_to_the_own_account(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    administrator(&server, &["grant", "anna"]);
    let anna = anna.person.stepped_up(Some(&anna.code(&server))).await;
    assert_eq!(look_at(&anna, &anna).await.role, Role::Administrator);
    for act_on in ["/reset", "/second-factor/reset", "/sessions/end-all"] {
        let answer = act(&anna, &anna, act_on).await.expect(409);
        answer.expect_code(ProblemCode::NotAllowedNow);
    }
    assert!(look_at(&anna, &anna).await.second_factor_on);
}

async fn an_act_that_comes_again_is_done_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let anna = create_administrator(&server, "anna").await;
    let key = uuid::Uuid::from_u128(rand::random()).to_string();
    let post = async || {
        let body = json!({});
        anna.http
            .post_keyed(&path(&bruno, "/reset"), &key, &body)
            .await
    };
    let first = post().await.expect(202).text();
    assert_eq!(post().await.expect(202).text(), first);
    bruno.mails_have_left().await;
    assert_eq!(links_to(&server, &bruno.email).len(), 1);
    let carla = Person::create_confirmed(&server, "carla").await;
    let other = path(&carla, "/reset");
    let other = anna.http.post_keyed(&other, &key, &json!({})).await;
    other.expect_code(ProblemCode::IdempotencyKeyReused);
    // What was answered is answered to administrators alone.
    administrator(&server, &["revoke", "anna"]);
    post().await.expect_code(ProblemCode::AdministratorsOnly);
}

async fn administrators_who_act_on_each_other_do_not_wait_in_a_circle(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    let carla = create_administrator(&server, "carla").await;
    for _ in 0..5 {
        let both = (0..10).map(|number| {
            let (by, on) = if number % 2 == 0 {
                (&anna, &carla)
            } else {
                (&carla, &anna)
            };
            act(by, on, "/reset")
        });
        for answer in join_all(both).await {
            assert!(
                [202, 429].contains(&answer.status.as_u16()),
                "{}",
                answer.text()
            );
        }
    }
}

async fn what_is_searched_for_is_no_pattern(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    let people = [
        ("under_score", "100% Änne", "a@example.org"),
        ("underscore", "Back\\slash!", "b@example.org"),
        ("nobody", "N.N.", "c_d@example.org"),
        ("mueller", "Mu\u{308}ller", "anna@münchen.example"),
    ];
    for (username, name, email) in people {
        let person = Person::create_with_email(&server, username, email).await;
        person.set_name(name).await;
    }
    for (search, found) in [
        (
            "",
            vec!["anna", "mueller", "nobody", "under_score", "underscore"],
        ),
        ("  UNDER ", vec!["under_score", "underscore"]),
        ("r_s", vec!["under_score"]),
        ("_", vec!["nobody", "under_score"]),
        ("%", vec!["under_score"]),
        ("änne", vec!["under_score"]),
        ("ÄNNE", vec!["under_score"]),
        ("\\", vec!["underscore"]),
        ("!", vec!["underscore"]),
        ("a\u{308}nne", vec!["under_score"]),
        ("anne", vec!["under_score"]),
        ("muller", vec!["mueller"]),
        ("Müller", vec!["mueller"]),
        ("münchen", vec!["mueller"]),
        ("anna@MÜNCHEN.example", vec!["mueller"]),
        ("c_d@EXAMPLE", vec!["nobody"]),
        ("' OR 1=1 --", vec![]),
        ("zzz", vec![]),
    ] {
        assert_eq!(
            find(&anna, search)
                .await
                .into_iter()
                .collect::<BTreeSet<_>>(),
            found.into_iter().map(str::to_owned).collect(),
            "{search:?}"
        );
    }
    for query in ["search=%00", "after=%00", "search=a%0Ab"] {
        let answer = anna.http.get(&format!("/v1/users?{query}")).await;
        answer.expect(422).expect_code(ProblemCode::InvalidFields);
    }
    let long = "a".repeat(121);
    let answer = anna.http.get(&format!("/v1/users?search={long}")).await;
    answer.expect(422);
    for query in ["limit=1000", "search=a&search=b", "role=administrator"] {
        let answer = anna.http.get(&format!("/v1/users?{query}")).await;
        answer.expect_code(ProblemCode::Malformed);
    }
}

async fn everybody_is_found_page_by_page(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = create_administrator(&server, "anna").await;
    for number in 0..60 {
        Person::create(&server, &format!("person-{number:02}")).await;
    }
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), Vec::new());
    loop {
        let path = format!("/v1/users?after={after}");
        let page: UsersPage = anna.http.get(&path).await.expect(200).json();
        pages.push(page.users.len());
        seen.extend(page.users.into_iter().map(|user| user.username));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(pages, [50, 11]);
    let once: BTreeSet<_> = seen.iter().collect();
    assert_eq!(once.len(), 61, "{seen:?}");
    let page: UsersPage = anna
        .http
        .get("/v1/users?search=person-5")
        .await
        .expect(200)
        .json();
    assert_eq!(page.users.len(), 10);
    assert_eq!(page.next, None);
}

async fn a_role_is_told_to_the_person_and_their_devices(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    assert_eq!(anna.profile().await.role, Role::Person);
    let told = async |role: Role| {
        eventually("the device learns of the role", async || {
            (anna.profile().await.role == role).then_some(())
        })
        .await;
    };
    assert_eq!(
        administrator(&server, &["grant", "Anna"]),
        "Anna is now an administrator\n"
    );
    told(Role::Administrator).await;
    assert_eq!(
        administrator(&server, &["grant", "anna"]),
        "anna is already an administrator\n"
    );
    administrator(&server, &["revoke", "anna"]);
    told(Role::Person).await;
    assert_eq!(
        anna.count_activity(ActivityKind::AdministratorGranted)
            .await,
        1
    );
    assert_eq!(
        anna.count_activity(ActivityKind::AdministratorRevoked)
            .await,
        1
    );
    assert_eq!(anna.count_mails(MailKind::AdministratorGranted).await, 1);
    assert_eq!(anna.count_mails(MailKind::AdministratorRevoked).await, 1);
    // Nobody that there isn't.
    let complaint = server.administrator(&["grant", "nobody"]).unwrap_err();
    assert!(
        complaint.contains("there is no account \"nobody\""),
        "{complaint}"
    );
}
