//! Creating accounts.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::Email;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::{CurrentSession, Session};
use latchkey_protocol::sync::Collection;
use reqwest::StatusCode;
use serde_json::json;

use crate::running::{Device, Stage, problem, read};

crate::on_both_databases!(
    a_new_account_is_signed_in_and_has_its_records,
    refused_fields_are_named,
    a_username_is_had_once_whatever_its_case,
    an_address_that_somebody_has_is_not_refused,
    a_closed_server_takes_nobody,
    a_proof_for_another_name_or_time_is_refused,
);

async fn a_new_account_is_signed_in_and_has_its_records(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Anna's laptop")
        .sign_up(stage, &server, "Anna")
        .await;
    let current: CurrentSession = read(anna.get("/v1/session").await, StatusCode::OK).await;
    assert_eq!(current.session_id, anna.id());
    assert_eq!(current.account_id, anna.signed_in.account_id);
    assert_eq!(current.expires_at, anna.signed_in.expires_at);
    let profile = anna.records::<Profile>(Collection::Profile).await;
    assert_eq!(profile.len(), 1);
    assert_eq!(profile[0].0.id, current.account_id.to_string());
    assert_eq!(profile[0].1.username, "anna");
    let sessions = anna.records::<Session>(Collection::Sessions).await;
    assert_eq!(sessions[0].1.device_name, "Anna's laptop");
    assert_eq!(sessions[0].1.address, "127.0.0.1");
    assert!(sessions[0].1.new_device && sessions[0].1.ended.is_none());
    let emails = anna.records::<Email>(Collection::Emails).await;
    assert_eq!(emails[0].1.address, "anna@example.org");
    assert_eq!(emails[0].1.confirmed_at, None);
    let activity = anna.records::<ActivityEntry>(Collection::Activity).await;
    let created = activity
        .iter()
        .find(|(_, entry)| entry.kind == ActivityKind::AccountCreated);
    assert_eq!(created.unwrap().1.session_id, Some(anna.id()));
    assert_eq!(anna.sync(0, 1000).await.revision, current.revision);
}

async fn refused_fields_are_named(stage: &Stage) {
    let server = stage.server().await;
    let mut body = Device::new("Laptop").new_account(stage, &server, "anna");
    body["display_name"] = json!(" ");
    body["email"] = json!("nowhere");
    body["password"] = json!("short");
    body["language"] = json!("tlh");
    body["device"]["description"]["name"] = json!("a\r\nBcc: x");
    let problem = problem(
        server.post("/v1/accounts", &body).await,
        ProblemCode::InvalidFields,
    )
    .await;
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

async fn a_username_is_had_once_whatever_its_case(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let bodies = ["ANNA", " anna "].map(|name| {
        let mut body = Device::new("Other").new_account(stage, &server, name);
        body["email"] = json!("other@example.org");
        body
    });
    for body in bodies {
        let problem = problem(
            server.post("/v1/accounts", &body).await,
            ProblemCode::InvalidFields,
        )
        .await;
        assert_eq!(
            problem.fields,
            [FieldProblem::new("username", FieldCode::Taken)]
        );
    }
    // At once: one gets it.
    let bodies: Vec<_> = (0..8)
        .map(|_| Device::new("Laptop").new_account(stage, &server, "bela"))
        .collect();
    let answers = bodies.iter().map(|body| server.post("/v1/accounts", body));
    let statuses: Vec<_> = futures_util::future::join_all(answers)
        .await
        .iter()
        .map(reqwest::Response::status)
        .collect();
    let created = statuses
        .iter()
        .filter(|status| **status == StatusCode::CREATED)
        .count();
    assert_eq!(created, 1, "{statuses:?}");
}

async fn an_address_that_somebody_has_is_not_refused(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let mut body = Device::new("Laptop").new_account(stage, &server, "bela");
    body["email"] = json!("anna@example.org");
    let answer = server.post("/v1/accounts", &body).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
}

async fn a_closed_server_takes_nobody(stage: &Stage) {
    let server = stage.server_with(|config| config.sign_up = false).await;
    let body = Device::new("Laptop").new_account(stage, &server, "anna");
    problem(
        server.post("/v1/accounts", &body).await,
        ProblemCode::NotAllowedNow,
    )
    .await;
}

async fn a_proof_for_another_name_or_time_is_refused(stage: &Stage) {
    let server = stage.server().await;
    let device = Device::new("Laptop");
    let mut other_name = device.new_account(stage, &server, "anna");
    other_name["device"] = json!(device.proof(stage, &server, "bela"));
    let old = device.new_account(stage, &server, "anna");
    problem(
        server.post("/v1/accounts", &other_name).await,
        ProblemCode::DeviceProofRefused,
    )
    .await;
    stage.clock.advance_seconds(301);
    problem(
        server.post("/v1/accounts", &old).await,
        ProblemCode::DeviceProofRefused,
    )
    .await;
}
