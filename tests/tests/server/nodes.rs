//! Several nodes on one PostgreSQL, and two servers that must not share what can't be shared.

use latchkey_protocol::server::ServerInfo;
use latchkey_server::config::Config;
use latchkey_server::{Server, StartError};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, PgBouncer, ServerUnderTest, eventually};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

/// Makes tests of functions that need several nodes, which is to say PostgreSQL.
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {
        mod several {
            use super::Database;

            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(Database::Postgres).await;
            })+
        }
    };
}

on_postgres!(
    nodes_tell_each_other_of_revisions_and_revocations,
    a_node_that_was_cut_off_catches_up,
    nodes_share_counts_of_wrong_passwords,
    a_pooler_that_shares_connections_is_refused_in_words,
);
on_both_databases!(two_servers_can_not_share_a_folder);

async fn a_pooler_that_shares_connections_is_refused_in_words(database: Database) {
    let database = database.create().await;
    let url = database.url().expect("PostgreSQL");
    let open = async |pooler: &PgBouncer| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::for_folder(folder.path());
        config.database = Some(pooler.url().to_owned());
        Box::pin(Server::open(config)).await.map(drop)
    };
    for mode in ["transaction", "statement"] {
        let pooler = PgBouncer::start(url, mode).await;
        for _ in 0..2 {
            let error = open(&pooler).await.expect_err(mode).to_string();
            assert!(
                error.contains("a pooler in transaction mode") && error.contains("session mode"),
                "{mode}: {error}"
            );
        }
    }
    let pooler = PgBouncer::start(url, "session").await;
    open(&pooler).await.expect("session mode works");
}

async fn nodes_tell_each_other_of_revisions_and_revocations(database: Database) {
    let one = ServerUnderTest::start_in_process(database).await;
    let two = one.another_node().await;
    assert_eq!(one.server_id(), two.server_id());
    let laptop = Person::create_on(&one, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&two, "Phone").await;
    let mut stream = phone.events().await;
    stream.reaches(laptop.revision().await).await;
    let edit = json!({
        "collection": "profile",
        "id": laptop.signed_in.account_id,
        "fields": {"display_name": {"value": "Ann", "base_revision": 0}},
    });
    laptop.http.post("/v1/edits", &edit).await;
    stream.reaches(laptop.revision().await).await;
    laptop
        .http
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    let notice = stream.ends(phone.session_id()).await;
    assert_eq!(notice.by_device_name.as_deref(), Some("Laptop"));
    assert_eq!(
        phone.at(&one).check_session().await.status,
        StatusCode::UNAUTHORIZED
    );
}

async fn a_node_that_was_cut_off_catches_up(database: Database) {
    let one = ServerUnderTest::start_in_process(database).await;
    let two = one.another_node().await;
    let laptop = Person::create_on(&one, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&two, "Phone").await;
    let mut stream = phone.events().await;
    stream.next().await;
    let mut knife = PgConnection::connect(one.database_url().unwrap())
        .await
        .unwrap();
    eventually("both nodes listening", async || {
        let mut look = PgConnection::connect(one.database_url().unwrap()).await.unwrap();
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
        .http
        .post("/v1/sessions/end", &json!({"scope": "others"}))
        .await;
    stream.ends(phone.session_id()).await;
}

async fn nodes_share_counts_of_wrong_passwords(database: Database) {
    let one = ServerUnderTest::start_in_process(database).await;
    let two = one.another_node().await;
    Person::create_on(&one, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    let tries = (0..40).map(|number| {
        let node = if number % 2 == 0 { &one } else { &two };
        stranger.try_sign_in(node, "anna", "wrong")
    });
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::UNAUTHORIZED)
        .count();
    assert_eq!(looked_at, 5);
}

async fn two_servers_can_not_share_a_folder(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let config = server.state().config.clone();
    let error = Server::open(config.clone()).await.unwrap_err();
    assert!(matches!(error, StartError::FolderInUse(_)), "{error}");
    let id = server.server_id();
    server.kill().await;
    server.start_again().await;
    assert_eq!(server.server_id(), id);
    let info: ServerInfo = server.http().get("/v1/server").await.expect(200).json();
    assert_eq!(info.server_id, id);
    if database == Database::Sqlite {
        // A database that a newer version has touched.
        server
            .statement(
                "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'newer', TRUE, X'00', 0)",
            )
            .await;
        server.kill().await;
        let error = Server::open(config).await.unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
    }
}
