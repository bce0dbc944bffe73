//! A device's word that its data is destroyed.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{EndedReason, Receipt, Session};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

on_both_databases!(
    the_receipt_of_an_ended_device_is_shown,
    a_receipt_for_a_live_session_signs_it_out,
    nobody_else_can_give_a_receipt,
    a_receipt_after_a_year_is_taken,
);

async fn the_receipt_of_an_ended_device_is_shown(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    laptop
        .http
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    let receipt = phone.receipt(&server);
    let answer = server.http().post("/v1/receipts", &receipt).await;
    assert_eq!(answer.status, StatusCode::OK);
    let revision = laptop.revision().await;
    let sessions = laptop.bodies::<Session>(Collection::Sessions).await;
    let session = &sessions
        .iter()
        .find(|(id, _)| *id == phone.session_id().to_string())
        .unwrap()
        .1;
    assert_eq!(session.receipt.as_ref(), Some(&receipt));
    assert_eq!(
        session.ended.as_ref().unwrap().reason,
        EndedReason::EndedByDevice
    );
    let activity = laptop.bodies::<ActivityEntry>(Collection::Activity).await;
    assert_eq!(
        activity.last().unwrap().1.kind,
        ActivityKind::DeviceConfirmedEnded
    );
    // Again: the same answer, and nothing changes.
    let answer = server.http().post("/v1/receipts", &receipt).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(laptop.revision().await, revision);
}

async fn a_receipt_for_a_live_session_signs_it_out(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let receipt = phone.receipt(&server);
    assert_eq!(
        server.http().post("/v1/receipts", &receipt).await.status,
        StatusCode::OK
    );
    let problem = phone
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded)
        .problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::SignedOut);
    let activity = laptop.bodies::<ActivityEntry>(Collection::Activity).await;
    assert_eq!(activity.last().unwrap().1.kind, ActivityKind::SignedOut);
    assert_eq!(laptop.http.get("/v1/session").await.status, StatusCode::OK);
}

async fn nobody_else_can_give_a_receipt(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let session = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let of = |device: &Device, session_id| {
        Receipt::sign(&device.key, server.server_id(), session_id, server.now())
    };
    let mut changed = session.receipt(&server);
    changed.destroyed_at = Timestamp(1);
    let unknown = of(&session.device, SessionId(Uuid::from_u128(rand::random())));
    let stolen = of(&Device::new("Thief"), session.session_id());
    let mut bodies = Vec::new();
    for receipt in [changed, unknown, stolen] {
        let answer = server.http().post("/v1/receipts", &receipt).await;
        bodies.push(json!(answer.expect_code(ProblemCode::NotFound).problem()));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(session.http.get("/v1/session").await.status, StatusCode::OK);
}

async fn a_receipt_after_a_year_is_taken(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    laptop
        .http
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    for days in [31, 334] {
        server.clock().advance_seconds(days * 86_400);
        latchkey_server::jobs::tidy(server.state()).await.unwrap();
    }
    let receipt = phone.receipt(&server);
    assert_eq!(
        server.http().post("/v1/receipts", &receipt).await.status,
        StatusCode::OK
    );
    phone
        .http
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
}
