//! Several nodes on one PostgreSQL, and two servers that must not share what can't be shared.

use latchkey_server::{Server, StartError};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use crate::events::Listening;
use crate::running::{Device, Kind, Stage, read, until};

crate::on_postgres!(
    nodes_tell_each_other_of_revisions_and_revocations,
    a_node_that_was_cut_off_catches_up,
    nodes_share_counts_of_wrong_passwords,
);
crate::on_both_databases!(two_servers_can_not_share_a_folder);

async fn nodes_tell_each_other_of_revisions_and_revocations(stage: &Stage) {
    let (one, two) = (stage.server().await, stage.server().await);
    assert_eq!(one.server_id(), two.server_id());
    let laptop = Device::new("Laptop").sign_up(stage, &one, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &two, "anna").await;
    let mut stream = Listening::to(&phone).await;
    stream
        .hears_revision(laptop.sync(0, 1).await.revision)
        .await;
    let edit = json!({
        "collection": "profile",
        "id": laptop.signed_in.account_id,
        "fields": {"display_name": {"value": "Ann", "base_revision": 0}},
    });
    laptop.post("/v1/edits", &edit).await;
    stream
        .hears_revision(laptop.sync(0, 1).await.revision)
        .await;
    laptop
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    let notice = stream.hears_end(phone.id()).await;
    assert_eq!(notice.by_device_name.as_deref(), Some("Laptop"));
    assert_eq!(
        phone.at(&one).get("/v1/session").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

async fn a_node_that_was_cut_off_catches_up(stage: &Stage) {
    let (one, two) = (stage.server().await, stage.server().await);
    let laptop = Device::new("Laptop").sign_up(stage, &one, "anna").await;
    let phone = Device::new("Phone").sign_in(stage, &two, "anna").await;
    let mut stream = Listening::to(&phone).await;
    stream.next().await;
    let mut knife = PgConnection::connect(one.state.config.database.as_ref().unwrap())
        .await
        .unwrap();
    until("both nodes listening", async || {
        let mut look = PgConnection::connect(one.state.config.database.as_ref().unwrap()).await.unwrap();
        let listening: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .fetch_one(&mut look)
        .await
        .unwrap();
        (listening == 2).then_some(())
    })
    .await;
    for _ in 0..3 {
        // Both listening connections die; the ending falls into the gap or not, it must arrive.
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .execute(&mut knife)
        .await
        .unwrap();
    }
    laptop
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    stream.hears_end(phone.id()).await;
}

async fn nodes_share_counts_of_wrong_passwords(stage: &Stage) {
    let (one, two) = (stage.server().await, stage.server().await);
    Device::new("Laptop").sign_up(stage, &one, "anna").await;
    let stranger = Device::new("Stranger");
    let tries = (0..40).map(|number| {
        let node = if number % 2 == 0 { &one } else { &two };
        stranger.try_sign_in(stage, node, "anna", "wrong")
    });
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::UNAUTHORIZED)
        .count();
    assert_eq!(looked_at, 5);
}

async fn two_servers_can_not_share_a_folder(stage: &Stage) {
    let server = stage.server().await;
    let config = server.state.config.clone();
    let error = Server::open(config.clone()).await.unwrap_err();
    assert!(matches!(error, StartError::FolderInUse(_)), "{error}");
    let id = server.server_id();
    server.stop().await;
    let again = stage
        .server_with(|other| other.data_dir.clone_from(&config.data_dir))
        .await;
    assert_eq!(again.server_id(), id);
    let info: latchkey_protocol::server::ServerInfo = read(
        again
            .request(reqwest::Method::GET, "/v1/server")
            .send()
            .await
            .unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(info.server_id, id);
    if stage.kind() == Kind::Sqlite {
        // A database that a newer version has touched.
        let mut transaction = again.state.database.begin().await.unwrap();
        transaction
            .execute(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'newer', TRUE, X'00', 0)",
                &[],
            )
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        again.stop().await;
        let error = Server::open(config).await.unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
    }
}
