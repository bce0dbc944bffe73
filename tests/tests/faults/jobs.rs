//! Nodes that die with jobs in hand.

use std::collections::BTreeSet;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::MailStatus;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, FALLS_SILENT, MailServer, Person, ServerUnderTest, Settings, eventually,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

on_both_databases!(
    a_mail_in_the_hand_of_a_killed_node_is_sent_by_another,
    no_job_is_lost_or_done_twice_by_a_kill,
    a_job_that_fails_for_good_is_logged,
);

/// Both kinds of database, asked behind the server's back.
async fn count(server: &ServerUnderTest, sql: &'static str) -> i64 {
    if let Some(url) = server.database_url() {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    } else {
        let file = server.data_dir().join("latchkey.sqlite");
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

/// kill -9 while a mail server says nothing about a mail. The other mails go out at once; this one does once the dead
/// node's lease is over, and not before; on SQLite, where there is no other node, at the start.
async fn a_mail_in_the_hand_of_a_killed_node_is_sent_by_another(database: Database) {
    let mut mails = MailServer::start().await;
    let mut server = ServerUnderTest::start_with(database, mails.settings()).await;
    Person::create_with_email(&server, "piotr", FALLS_SILENT).await;
    while mails.sender().await != FALLS_SILENT {}
    let in_hand = "SELECT count(*) FROM jobs WHERE kind = 'mail' AND leased_by IS NOT NULL";
    eventually("a mail in hand", async || {
        (count(&server, in_hand).await == 1).then_some(())
    })
    .await;
    server.kill().await;
    // Another one was queued, and not yet taken.
    let another = "INSERT INTO mails (id, account_id, kind, recipient, language, parameters, status, created_at) \
                   SELECT '01900000-0000-7000-8000-000000000001', id, 'password-changed', 'anna@example.org', 'en', '{}', \
                   'queued', created_at FROM accounts";
    server.statement(another).await;
    let queued = "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at) \
                  SELECT 'mail', '01900000-0000-7000-8000-000000000001', id, 1, '', 'queued', 0, created_at, created_at \
                  FROM accounts";
    server.statement(queued).await;
    let left = async |server: &ServerUnderTest, left: i64| {
        let sql = "SELECT count(*) FROM mails WHERE status = 'queued'";
        eventually("mails that leave", async || {
            (count(server, sql).await == left).then_some(())
        })
        .await;
    };
    // The mail server has come to its senses.
    server
        .statement("UPDATE mails SET recipient = 'piotr@example.org' WHERE kind = 'confirm-email'")
        .await;
    if database == Database::Postgres {
        let other = server.another_node().await;
        left(&other, 1).await;
        assert_eq!(count(&other, in_hand).await, 1, "while the lease holds");
        // Five minutes later.
        other
            .statement("UPDATE jobs SET leased_until = leased_until - 300000000 WHERE leased_by IS NOT NULL")
            .await;
        left(&other, 0).await;
    } else {
        server.start_again().await;
        left(&server, 0).await;
    }
}

/// How often a node is killed.
const KILLS: usize = 8;
/// Accounts that each have a job of both kinds in each round.
const PEOPLE: usize = 6;

/// kill -9 while jobs of two kinds are done. Each mail is in an outbox, and each person was told of each role once.
async fn no_job_is_lost_or_done_twice_by_a_kill(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let other = match database {
        Database::Postgres => Some(server.another_node().await),
        Database::Sqlite => None,
    };
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Person::create_confirmed(&server, &format!("person{number}")).await);
    }
    for round in 0..KILLS {
        let role = if round % 2 == 0 {
            "UPDATE accounts SET role = 'administrator'"
        } else {
            "UPDATE accounts SET role = 'person'"
        };
        server.statement(role).await;
        // A node looks after ten seconds; a start looks at once.
        let told = "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at) \
                    SELECT 'role-changed', id, id, 0, '', 'queued', 0, 0, 0 FROM accounts";
        server.kill().await;
        server.statement(told).await;
        server.start_again().await;
        // The instant is what is random here; nothing is waited for.
        let instant = std::time::Duration::from_micros(rand::random_range(0..60_000));
        let _ = tokio::time::timeout(instant, std::future::pending::<()>()).await;
        server.kill().await;
        server.start_again().await;
        let waiting = "SELECT count(*) FROM jobs WHERE kind = 'role-changed'";
        eventually("roles that are told", async || {
            (count(&server, waiting).await == 0).then_some(())
        })
        .await;
    }
    // What was in the hand of a killed node waits for its lease, which ends here.
    server
        .statement("UPDATE jobs SET leased_until = 0 WHERE leased_by IS NOT NULL")
        .await;
    eventually("all mails", async || {
        let waiting = "SELECT count(*) FROM mails WHERE status = 'queued'";
        (count(&server, waiting).await == 0).then_some(())
    })
    .await;
    let mut files = BTreeSet::new();
    for node in [Some(&server), other.as_ref()].into_iter().flatten() {
        files.extend(node.outbox().mails().into_iter().map(|mail| mail.file));
    }
    for person in &people {
        let person = person.at(&server);
        for kind in [
            ActivityKind::AdministratorGranted,
            ActivityKind::AdministratorRevoked,
        ] {
            assert_eq!(person.count_activity(kind).await, KILLS / 2, "{kind:?}");
        }
        let mails = person.mails().await;
        assert_eq!(mails.len(), 1 + KILLS);
        for (id, mail) in mails {
            assert_eq!(mail.status, MailStatus::Sent);
            let found = files.iter().filter(|file| file.contains(&id)).count();
            assert_eq!(found, 1, "{id} {:?}", mail.kind);
        }
    }
}

async fn a_job_that_fails_for_good_is_logged(database: Database) {
    let mut server = ServerUnderTest::start_with(database, Settings::default()).await;
    let anna = Person::create(&server, "anna").await;
    server.kill().await;
    // A day of tries is over.
    let poison = "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at, first_tried_at) \
                  SELECT 'mail-bounced', 'no id', id, 0, '', 'queued', 9, 0, 0, 1 FROM accounts";
    server.statement(poison).await;
    server.start_again().await;
    eventually("a line in the log", async || {
        let log = server.process().log();
        log.lines()
            .any(|line| {
                line.contains("ERROR")
                    && line.contains("a job failed for good")
                    && line.contains("kind=mail-bounced")
                    && line.contains("jobs.id")
            })
            .then_some(())
    })
    .await;
    let failed = "SELECT count(*) FROM jobs WHERE status = 'failed' AND attempts = 10 AND last_error LIKE '%jobs.id%'";
    assert_eq!(count(&server, failed).await, 1);
    anna.at(&server).check_session().await.expect(200);
}
