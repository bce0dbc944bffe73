//! Requests that come twice, or fifty times.

use std::collections::BTreeSet;

use latchkey_protocol::contacts::EmailAccepted;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::EditOutcome;
use latchkey_tests::server::{Database, Person, Race, ServerUnderTest, Settings};
use latchkey_tests::{on_both_databases, races};
use serde_json::json;
use uuid::Uuid;

on_both_databases!(
    a_key_with_another_body_is_refused,
    a_key_belongs_to_its_account,
    a_malformed_key_is_refused,
    what_comes_again_takes_of_no_quota,
    an_answer_is_remembered_over_a_restart,
    fifty_edits_at_once_are_fifty_edits,
);

races!(
    one_key_fifty_times_at_once_is_one_edit,
    one_key_fifty_times_at_once_is_one_address,
);

fn key() -> String {
    Uuid::from_u128(rand::random()).to_string()
}

async fn one_key_fifty_times_at_once_is_one_edit(race: &Race) {
    let anna = Person::create(&race.server, &race.username()).await;
    let before = anna.records().await.len();
    let (key, edit) = (key(), anna.profile_edit("display_name", "Anna K.", 99));
    let answers = futures_util::future::join_all(
        (0..50).map(|_| anna.http.post_keyed("/v1/edits", &key, &edit)),
    )
    .await;
    let bodies: BTreeSet<String> = answers
        .into_iter()
        .map(|answer| answer.expect(200).text())
        .collect();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    // One activity entry more, and no other record.
    assert_eq!(anna.records().await.len(), before + 1);
    // A later change is not undone by a late repetition.
    let revision = anna.set_name("Anna Kowalska").await.revision;
    let late: EditOutcome = anna
        .http
        .post_keyed("/v1/edits", &key, &edit)
        .await
        .expect(200)
        .json();
    assert!(late.revision < revision);
    assert_eq!(anna.profile().await.display_name, "Anna Kowalska");
}

/// An answer that was lost is given again also when what it answered was the last of the day.
async fn what_comes_again_takes_of_no_quota(database: Database) {
    let settings = Settings::default().with("QUOTAS__CHANGES_PER_DAY", 10);
    let server = ServerUnderTest::start_with(database, settings).await;
    let anna = Person::create(&server, "anna").await;
    let (key, edit) = (key(), anna.profile_edit("display_name", "Anna", 99));
    let post = async |key: &str| anna.http.post_keyed("/v1/edits", key, &edit).await;
    let first = post(&key).await.expect(200).text();
    for _ in 1..10 {
        post(&self::key()).await.expect(200);
    }
    assert_eq!(post(&key).await.expect(200).text(), first);
    post(&self::key())
        .await
        .expect_code(ProblemCode::QuotaReached);
}

async fn one_key_fifty_times_at_once_is_one_address(race: &Race) {
    let anna = Person::create(&race.server, &race.username()).await;
    let anna = anna.stepped_up(None).await;
    let (second, third) = (race.address(), format!("third.{}", race.address()));
    let (key, body) = (key(), json!({"address": second}));
    let answers = futures_util::future::join_all(
        (0..50).map(|_| anna.http.post_keyed("/v1/emails", &key, &body)),
    )
    .await;
    let ids: BTreeSet<_> = answers
        .into_iter()
        .map(|answer| answer.expect(202).json::<EmailAccepted>().email_id)
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(anna.emails().await.len(), 2);
    let outbox = race.server.outbox();
    outbox.confirmation(&second, 1).await;
    // The queue is worked off in order, so a second mail would lie before this one.
    anna.add_email(&third).await;
    outbox.confirmation(&third, 1).await;
    assert_eq!(outbox.mails_to(&second).len(), 1);
}

async fn a_key_with_another_body_is_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await.stepped_up(None).await;
    let key = key();
    let first = anna.profile_edit("display_name", "One", 99);
    anna.http
        .post_keyed("/v1/edits", &key, &first)
        .await
        .expect(200);
    let second = anna.profile_edit("display_name", "Two", 99);
    anna.http
        .post_keyed("/v1/edits", &key, &second)
        .await
        .expect_code(ProblemCode::IdempotencyKeyReused);
    // The same key on another route is another request too.
    anna.http
        .post_keyed("/v1/emails", &key, &json!({"address": "x@example.org"}))
        .await
        .expect_code(ProblemCode::IdempotencyKeyReused);
    anna.http
        .post_keyed("/v1/sessions/end", &key, &json!({"scope": "all"}))
        .await
        .expect_code(ProblemCode::IdempotencyKeyReused);
    assert_eq!(anna.profile().await.display_name, "One");
    anna.check_session().await.expect(200);
    // Also where both routes are told the same.
    let (email, _) = anna.email_named(&anna.email).await.unwrap();
    let other = self::key();
    let path = |what| format!("/v1/emails/{email}/{what}");
    anna.http
        .post_keyed(&path("resend"), &other, &json!({}))
        .await
        .expect(202);
    anna.http
        .post_keyed(&path("remove"), &other, &json!({}))
        .await
        .expect_code(ProblemCode::IdempotencyKeyReused);
}

async fn a_key_belongs_to_its_account(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await.stepped_up(None).await;
    let mallory = Person::create(&server, "mallory")
        .await
        .stepped_up(None)
        .await;
    let (key, body) = (key(), json!({"address": "shared@example.org"}));
    let first: EmailAccepted = anna
        .http
        .post_keyed("/v1/emails", &key, &body)
        .await
        .expect(202)
        .json();
    let second: EmailAccepted = mallory
        .http
        .post_keyed("/v1/emails", &key, &body)
        .await
        .expect(202)
        .json();
    assert_ne!(first.email_id, second.email_id);
}

async fn a_malformed_key_is_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let edit = anna.profile_edit("display_name", "Anna K.", 99);
    let long = "a".repeat(5000);
    for key in ["", " ", "x", "1; DROP TABLE accounts", "00000000", &long] {
        anna.http
            .post_keyed("/v1/edits", key, &edit)
            .await
            .expect_code(ProblemCode::Malformed);
    }
    assert_eq!(anna.profile().await.display_name, "Somebody");
}

async fn an_answer_is_remembered_over_a_restart(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let (key, edit) = (key(), anna.profile_edit("display_name", "Anna K.", 99));
    let first = anna
        .http
        .post_keyed("/v1/edits", &key, &edit)
        .await
        .expect(200);
    // So that doing it once more would undo something.
    anna.set_name("Anna Kowalska").await;
    anna.mails_have_left().await;
    server.kill().await;
    server.start_again().await;
    let anna = anna.at(&server);
    let records = anna.records().await;
    let again = anna
        .http
        .post_keyed("/v1/edits", &key, &edit)
        .await
        .expect(200);
    assert_eq!(first.text(), again.text());
    assert_eq!(records, anna.records().await);
}

/// Revisions are handed out one after the other: no two edits share one, none is skipped by a reader.
async fn fifty_edits_at_once_are_fifty_edits(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let names: Vec<String> = (0..50).map(|number| format!("Anna {number}")).collect();
    let edits: Vec<_> = names
        .iter()
        .map(|name| anna.profile_edit("display_name", name, i64::MAX.unsigned_abs()))
        .collect();
    let answers =
        futures_util::future::join_all(edits.iter().map(|edit| anna.http.post("/v1/edits", edit)))
            .await;
    let revisions: BTreeSet<u64> = answers
        .into_iter()
        .map(|answer| answer.expect(200).json::<EditOutcome>().revision)
        .collect();
    assert_eq!(revisions.len(), 50);
    let records = anna.records().await;
    let distinct: BTreeSet<u64> = records.iter().map(|record| record.revision).collect();
    assert_eq!(distinct.len(), records.len());
    assert!(names.contains(&anna.profile().await.display_name));
}
