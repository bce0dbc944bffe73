//! Creating accounts.

use crate::new_account;
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::Email;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::{CurrentSession, Session};
use latchkey_protocol::sync::Collection;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest, Settings};
use reqwest::StatusCode;
use serde_json::json;

on_both_databases!(
    a_new_account_is_signed_in_and_has_its_records,
    refused_fields_are_named,
    a_username_is_had_once_whatever_its_case,
    an_address_that_somebody_has_is_not_refused,
    a_closed_server_takes_nobody,
    a_proof_for_another_name_or_time_is_refused,
);

async fn a_new_account_is_signed_in_and_has_its_records(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "Anna", &Device::new("Anna's laptop")).await;
    let current: CurrentSession = anna.http.get("/v1/session").await.expect(200).json();
    assert_eq!(current.session_id, anna.session_id());
    assert_eq!(current.account_id, anna.signed_in.account_id);
    assert_eq!(current.expires_at, anna.signed_in.expires_at);
    let profile = anna.bodies::<Profile>(Collection::Profile).await;
    assert_eq!(profile.len(), 1);
    assert_eq!(profile[0].0, current.account_id.to_string());
    assert_eq!(profile[0].1.username, "anna");
    let sessions = anna.bodies::<Session>(Collection::Sessions).await;
    assert_eq!(sessions[0].1.device_name, "Anna's laptop");
    assert_eq!(sessions[0].1.address, "127.0.0.1");
    assert!(sessions[0].1.new_device && sessions[0].1.ended.is_none());
    let emails = anna.bodies::<Email>(Collection::Emails).await;
    assert_eq!(emails[0].1.address, "anna@example.org");
    assert_eq!(emails[0].1.confirmed_at, None);
    let activity = anna.bodies::<ActivityEntry>(Collection::Activity).await;
    let created = activity
        .iter()
        .find(|(_, entry)| entry.kind == ActivityKind::AccountCreated);
    assert_eq!(created.unwrap().1.session_id, Some(anna.session_id()));
    assert_eq!(anna.revision().await, current.revision);
}

async fn refused_fields_are_named(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut body = new_account(&server, &Device::new("Laptop"), "anna");
    body["display_name"] = json!(" ");
    body["email"] = json!("nowhere");
    body["password"] = json!("short");
    body["language"] = json!("tlh");
    body["device"]["description"]["name"] = json!("a\r\nBcc: x");
    let problem = server
        .http()
        .post("/v1/accounts", &body)
        .await
        .expect_code(ProblemCode::InvalidFields)
        .problem();
    assert_eq!(
        problem.fields,
        [
            FieldProblem::new("display_name", FieldCode::Required),
            FieldProblem::new("email", FieldCode::NotAnEmailAddress),
            FieldProblem::new("password", FieldCode::TooShort),
            FieldProblem::new("language", FieldCode::NotAChoice),
            FieldProblem::new("device.description.name", FieldCode::InvalidCharacters),
        ]
    );
}

async fn a_username_is_had_once_whatever_its_case(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let bodies = ["ANNA", " anna "].map(|name| {
        let mut body = new_account(&server, &Device::new("Other"), name);
        body["email"] = json!("other@example.org");
        body
    });
    for body in bodies {
        let problem = server
            .http()
            .post("/v1/accounts", &body)
            .await
            .expect_code(ProblemCode::InvalidFields)
            .problem();
        assert_eq!(
            problem.fields,
            [FieldProblem::new("username", FieldCode::Taken)]
        );
    }
    // At once: one gets it.
    let bodies: Vec<_> = (0..8)
        .map(|_| new_account(&server, &Device::new("Laptop"), "bela"))
        .collect();
    let http = server.http();
    let answers = bodies.iter().map(|body| http.post("/v1/accounts", body));
    let statuses: Vec<_> = futures_util::future::join_all(answers)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    let created = statuses
        .iter()
        .filter(|status| **status == StatusCode::CREATED)
        .count();
    assert_eq!(created, 1, "{statuses:?}");
}

async fn an_address_that_somebody_has_is_not_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let mut body = new_account(&server, &Device::new("Laptop"), "bela");
    body["email"] = json!("anna@example.org");
    let answer = server.http().post("/v1/accounts", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

async fn a_closed_server_takes_nobody(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("SIGN_UP", false),
    )
    .await;
    let body = new_account(&server, &Device::new("Laptop"), "anna");
    server
        .http()
        .post("/v1/accounts", &body)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}

async fn a_proof_for_another_name_or_time_is_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let device = Device::new("Laptop");
    let mut other_name = new_account(&server, &device, "anna");
    other_name["device"] = json!(device.proof(server.server_id(), "bela", server.now()));
    let old = new_account(&server, &device, "anna");
    server
        .http()
        .post("/v1/accounts", &other_name)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
    server.clock().advance_seconds(301);
    server
        .http()
        .post("/v1/accounts", &old)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
}
