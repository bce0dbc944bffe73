//! What an older server left behind is there after an update. The tables as they were are made from those of today, in which
//! people can be made as always.

use latchkey_protocol::password::Password;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::Standing;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest};

on_both_databases!(
    what_was_asked_is_on_probation_and_what_was_frozen_is_spoiled,
    links_that_were_mailed_before_work_after,
);

/// As they were before devices had a standing.
pub const BEFORE_TRUST: [&str; 30] = [
    "ALTER TABLE devices ADD COLUMN disowned_at BIGINT",
    "ALTER TABLE emails ADD COLUMN questioned_device_id TEXT",
    "ALTER TABLE email_changes ADD COLUMN questioned_device_id TEXT",
    "ALTER TABLE passkeys ADD COLUMN questioned_device_id TEXT",
    "ALTER TABLE second_factors ADD COLUMN questioned_device_id TEXT",
    "ALTER TABLE recovery_codes ADD COLUMN questioned_device_id TEXT",
    "ALTER TABLE devices DROP COLUMN standing",
    "ALTER TABLE devices DROP COLUMN standing_at",
    "ALTER TABLE accounts DROP COLUMN spoiled_at",
    "ALTER TABLE accounts DROP COLUMN reset_at",
    "ALTER TABLE emails DROP COLUMN suspended_at",
    "ALTER TABLE passkeys DROP COLUMN suspended_at",
    "ALTER TABLE passkeys DROP COLUMN added_at",
    "ALTER TABLE second_factors DROP COLUMN suspended_at",
    "ALTER TABLE recovery_codes DROP COLUMN suspended_at",
    "CREATE TABLE sign_in_alerts (session_id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), \
     device_id TEXT NOT NULL REFERENCES devices (id), asked_at BIGINT NOT NULL, answered_at BIGINT, answered_by_device_id TEXT)",
    "CREATE TABLE sign_in_alert_links (token_hash BYTEA PRIMARY KEY, mail_id TEXT NOT NULL UNIQUE, \
     session_id TEXT NOT NULL REFERENCES sign_in_alerts (session_id) ON UPDATE CASCADE ON DELETE CASCADE, \
     expires_at BIGINT NOT NULL)",
    "CREATE TABLE questioned_passwords (account_id TEXT NOT NULL REFERENCES accounts (id), device_id TEXT NOT NULL, \
     password_hash TEXT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (account_id, device_id))",
    "CREATE TABLE questioned_usernames (account_id TEXT NOT NULL REFERENCES accounts (id), device_id TEXT NOT NULL, \
     username TEXT NOT NULL, changed_at BIGINT NOT NULL, PRIMARY KEY (account_id, device_id))",
    "CREATE TABLE questioned_removals (account_id TEXT NOT NULL REFERENCES accounts (id), address TEXT NOT NULL, \
     device_id TEXT NOT NULL, removed_at BIGINT NOT NULL, PRIMARY KEY (account_id, address))",
    "CREATE TABLE email_confirmations (token_hash BYTEA PRIMARY KEY, \
     email_id TEXT NOT NULL UNIQUE REFERENCES emails (id), created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, \
     used_at BIGINT)",
    "CREATE TABLE email_change_links (token_hash BYTEA PRIMARY KEY, \
     change_id TEXT NOT NULL REFERENCES email_changes (id), purpose TEXT NOT NULL, expires_at BIGINT NOT NULL, \
     used_at BIGINT)",
    "CREATE TABLE password_resets (account_id TEXT PRIMARY KEY REFERENCES accounts (id), token_hash BYTEA NOT NULL UNIQUE, \
     expires_at BIGINT NOT NULL, recipient TEXT NOT NULL DEFAULT '', app_token_hash BYTEA, opened_hash BYTEA)",
    "INSERT INTO email_confirmations SELECT token_hash, subject, 0, expires_at, used_at FROM links \
     WHERE purpose = 'confirm-email'",
    "INSERT INTO password_resets SELECT account_id, token_hash, expires_at, about, NULL, NULL FROM links \
     WHERE purpose = 'reset-password'",
    "DROP TABLE links",
    "CREATE TABLE recovery_limits (account_id TEXT PRIMARY KEY REFERENCES accounts (id), whole_at BIGINT NOT NULL, \
     started_whole_at BIGINT NOT NULL DEFAULT 0)",
    "CREATE TABLE recipient_limits (recipient TEXT NOT NULL, account_id TEXT NOT NULL, began_at BIGINT NOT NULL, \
     mails BIGINT NOT NULL, PRIMARY KEY (recipient, account_id))",
    "DELETE FROM jobs WHERE kind IN ('account-secured', 'device-approved')",
    "DELETE FROM _sqlx_migrations WHERE version >= 22",
];

async fn what_was_asked_is_on_probation_and_what_was_frozen_is_spoiled(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let mut people = Vec::new();
    for name in ["asked", "frozen", "untouched"] {
        people.push(Person::create_confirmed(&server, name).await);
    }
    let phone = people[0].on_probation(&server, "Phone").await;
    server.mails_have_left().await;
    server.kill().await;
    for statement in BEFORE_TRUST {
        server.statement(statement).await;
    }
    let (session, device) = (phone.session_id(), phone.signed_in.device_id);
    let frozen = people[1].signed_in.account_id;
    for statement in [
        format!(
            "INSERT INTO sign_in_alerts SELECT '{session}', account_id, '{device}', first_seen_at, NULL, NULL FROM devices \
             WHERE id = '{device}'"
        ),
        "UPDATE records SET body = replace(body, '\"standing\":\"probation\"', '\"alert\":{\"answer\":null}')".to_owned(),
        format!(
            "INSERT INTO records SELECT id, 'freeze', id, revision + 1, '{{\"frozen_at\":1700000000000000}}' \
             FROM accounts WHERE id = '{frozen}'"
        ),
        format!("UPDATE accounts SET revision = revision + 1 WHERE id = '{frozen}'"),
    ] {
        assert!(server.statement(statement).await > 0);
    }
    server.start_again().await;
    let [asked, frozen, untouched] = &*people else {
        unreachable!("there are three");
    };
    let (asked, phone) = (asked.at(&server), phone.at(&server));
    for (of, standing) in [(&asked, Standing::Trusted), (&phone, Standing::Probation)] {
        assert_eq!(asked.session(of.session_id()).await.standing, standing);
    }
    let refused = phone
        .http
        .post("/v1/secure", &serde_json::json!({}))
        .await
        .expect(403);
    refused.expect_code(ProblemCode::OnProbation);
    // What the frozen one has is theirs; the password opens nothing new.
    let frozen = frozen.at(&server);
    let password: Vec<(String, Password)> = frozen.bodies(Collection::Password).await;
    assert!(password[0].1.spoiled_at.is_some());
    assert!(
        frozen
            .records()
            .await
            .iter()
            .all(|record| record.collection != "freeze")
    );
    let new = Device::new("New");
    let refused = new.try_sign_in(&server, "frozen", &frozen.password).await;
    refused.expect_code(ProblemCode::PasswordSpoiled);
    frozen
        .signing_in_as_it_is(&server, frozen.device.clone())
        .await;
    let untouched = untouched.at(&server);
    untouched.on_probation(&server, "New").await;
    let password: Vec<(String, Password)> = untouched.bodies(Collection::Password).await;
    assert!(password.is_empty(), "it was never changed: {password:?}");
}

async fn links_that_were_mailed_before_work_after(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    for name in ["used", "waits"] {
        Person::create(&server, name).await;
    }
    let used = server.outbox().token("used@example.org", 1).await;
    let waits = server.outbox().token("waits@example.org", 1).await;
    server.confirm(&used).await.expect(200);
    server.mails_have_left().await;
    server.kill().await;
    for statement in BEFORE_TRUST {
        server.statement(statement).await;
    }
    server.start_again().await;
    let again = server.confirm(&used).await;
    again.expect_code(ProblemCode::AlreadyConfirmed);
    server.confirm(&waits).await.expect(200);
}
