//! A device's word that its data is destroyed.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedReason, Session};
use latchkey_protocol::sync::Collection;
use reqwest::StatusCode;
use serde_json::json;

use crate::running::{Device, Stage, problem};

crate::on_both_databases!(
    the_receipt_of_an_ended_device_is_shown,
    a_receipt_for_a_live_session_signs_it_out,
    nobody_else_can_give_a_receipt,
    a_receipt_after_a_year_is_taken,
);

async fn the_receipt_of_an_ended_device_is_shown(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone");
    let phone_session = phone.sign_in(stage, &server, "anna").await;
    laptop
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    let receipt = phone.receipt(&server, phone_session.id());
    let answer = server.post("/v1/receipts", &receipt).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let revision = laptop.sync(0, 1).await.revision;
    let sessions = laptop.records::<Session>(Collection::Sessions).await;
    let session = &sessions
        .iter()
        .find(|(record, _)| record.id == phone_session.id().to_string())
        .unwrap()
        .1;
    assert_eq!(json!(session.receipt), receipt);
    assert_eq!(
        session.ended.as_ref().unwrap().reason,
        EndedReason::EndedByDevice
    );
    let activity = laptop.records::<ActivityEntry>(Collection::Activity).await;
    assert_eq!(
        activity.last().unwrap().1.kind,
        ActivityKind::DeviceConfirmedEnded
    );
    // Again: the same answer, and nothing changes.
    let answer = server.post("/v1/receipts", &receipt).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(laptop.sync(0, 1).await.revision, revision);
}

async fn a_receipt_for_a_live_session_signs_it_out(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone");
    let phone_session = phone.sign_in(stage, &server, "anna").await;
    let receipt = phone.receipt(&server, phone_session.id());
    assert_eq!(
        server.post("/v1/receipts", &receipt).await.status(),
        StatusCode::NO_CONTENT
    );
    let problem = problem(
        phone_session.get("/v1/session").await,
        ProblemCode::SessionEnded,
    )
    .await;
    assert_eq!(problem.ended.unwrap().reason, EndedReason::SignedOut);
    let activity = laptop.records::<ActivityEntry>(Collection::Activity).await;
    assert_eq!(activity.last().unwrap().1.kind, ActivityKind::SignedOut);
    assert_eq!(laptop.get("/v1/session").await.status(), StatusCode::OK);
}

async fn nobody_else_can_give_a_receipt(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop");
    let session = laptop.sign_up(stage, &server, "anna").await;
    let mut changed = laptop.receipt(&server, session.id());
    changed["destroyed_at"] = json!(1);
    let unknown = laptop.receipt(&server, uuid_session());
    let stolen = Device::new("Thief").receipt(&server, session.id());
    let mut bodies = Vec::new();
    for receipt in [changed, unknown, stolen] {
        let answer = server.post("/v1/receipts", &receipt).await;
        bodies.push(json!(problem(answer, ProblemCode::NotFound).await));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(session.get("/v1/session").await.status(), StatusCode::OK);
}

fn uuid_session() -> latchkey_protocol::identifiers::SessionId {
    latchkey_protocol::identifiers::SessionId(uuid::Uuid::from_u128(rand::random()))
}

async fn a_receipt_after_a_year_is_taken(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone");
    let phone_session = phone.sign_in(stage, &server, "anna").await;
    laptop
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    for days in [31, 334] {
        stage.clock.advance_seconds(days * 86_400);
        latchkey_server::sessions::tidy(&server.state)
            .await
            .unwrap();
    }
    let receipt = phone.receipt(&server, phone_session.id());
    assert_eq!(
        server.post("/v1/receipts", &receipt).await.status(),
        StatusCode::NO_CONTENT
    );
    problem(
        phone_session.get("/v1/session").await,
        ProblemCode::SessionEnded,
    )
    .await;
}
