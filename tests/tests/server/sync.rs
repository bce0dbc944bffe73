//! What changed, and edits.

use std::collections::BTreeMap;

use latchkey_protocol::activity::{ActivityEntry, ActivityKind, ChangedField};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::Session as SessionRecord;
use latchkey_protocol::sync::{Collection, Edit, EditOutcome, FieldEdit, FieldStamp};
use latchkey_protocol::{editable, text};
use latchkey_server::database;
use latchkey_server::seed;
use latchkey_server::sync::{Change, Edited, edit_record};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

on_both_databases!(
    pages_give_every_record_once,
    disjoint_fields_merge_and_the_same_field_is_a_conflict,
    an_edit_that_comes_again_counts_once,
    fifty_copies_of_one_edit_at_once_count_once,
    a_renamed_device_keeps_its_name,
    edits_of_what_is_not_ones_own_are_refused,
    edits_that_break_a_rule_are_named,
    odd_ranges_are_answered,
    a_kind_of_record_is_edited_by_its_declaration,
);

fn profile_edit(session: &Person, fields: Value) -> Value {
    let mut edit = json!({"collection": "profile", "id": session.signed_in.account_id});
    edit["fields"] = fields;
    edit
}

async fn edit(session: &Person, key: Option<&str>, body: &Value) -> EditOutcome {
    let answer = match key {
        Some(key) => session.http.post_keyed("/v1/edits", key, body).await,
        None => session.http.post("/v1/edits", body).await,
    };
    answer.expect(200).json()
}

async fn pages_give_every_record_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let bela = Person::create_on(&server, "bela", &Device::new("Laptop")).await;
    let before = anna.sync(0, 1000).await;
    assert_eq!(before.next, before.revision);
    let revision = seed::activity(&server.state().database, anna.signed_in.account_id, 2_500)
        .await
        .unwrap();
    assert_eq!(revision, before.revision + 2_500);
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = anna.sync(after, 700).await;
        assert_eq!(page.revision, revision);
        seen.extend(page.records.iter().map(|record| record.revision));
        assert!(page.records.len() <= 700 && page.next > after);
        after = page.next;
        if after == page.revision {
            break;
        }
    }
    assert!(seen.is_sorted() && seen.len() == before.records.len() + 2_500);
    let nothing = anna.sync(after, 700).await;
    assert_eq!((nothing.records.len(), nothing.next), (0, revision));
    assert!(bela.sync(0, 1000).await.records.len() <= before.records.len());
}

async fn disjoint_fields_merge_and_the_same_field_is_a_conflict(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = laptop.on_new_device(&server, "Phone").await;
    let first = edit(
        &laptop,
        None,
        &profile_edit(
            &laptop,
            json!({"display_name": {"value": " Anna K. ", "base_revision": 0}}),
        ),
    )
    .await;
    assert_eq!(first.conflicts, []);
    let both = json!({
        "display_name": {"value": "Ann", "base_revision": 0},
        "time_zone": {"value": "Europe/Paris", "base_revision": 0},
    });
    let second = edit(&phone, None, &profile_edit(&phone, both)).await;
    assert_eq!(second.conflicts.len(), 1);
    let conflict = &second.conflicts[0];
    assert_eq!(
        (conflict.field.as_str(), conflict.value.as_str()),
        ("display_name", "Anna K.")
    );
    assert_eq!(conflict.stamp.revision, first.revision);
    assert_eq!(conflict.stamp.by_session_id, Some(laptop.session_id()));
    assert_eq!(conflict.stamp.by_device_name.as_deref(), Some("Laptop"));
    let profiles = laptop.bodies::<Profile>(Collection::Profile).await;
    let (id, profile) = &profiles[0];
    let records = laptop.records().await;
    let record = records.iter().find(|record| record.id == *id).unwrap();
    assert_eq!(
        (profile.display_name.as_str(), profile.time_zone.as_str()),
        ("Anna K.", "Europe/Paris")
    );
    assert_eq!(
        (record.revision, profile.stamps["time_zone"].revision),
        (second.revision, second.revision)
    );
    let overrule = json!({"display_name": {"value": "Ann", "base_revision": first.revision}});
    let third = edit(&phone, None, &profile_edit(&phone, overrule)).await;
    assert_eq!(third.conflicts, []);
    // What mails are written from follows.
    let row = server
        .state()
        .database
        .fetch_optional("SELECT display_name, time_zone FROM accounts", &[])
        .await;
    let row = row.unwrap().unwrap();
    assert_eq!(
        (row.text(0).unwrap(), row.text(1).unwrap()),
        ("Ann".into(), "Europe/Paris".into())
    );
    // A value that is there already settles without a new revision.
    let same = json!({"display_name": {"value": "Ann", "base_revision": 0}});
    let fourth = edit(&laptop, None, &profile_edit(&laptop, same)).await;
    assert_eq!(
        (fourth.revision, fourth.conflicts.len()),
        (third.revision, 0)
    );
}

async fn an_edit_that_comes_again_counts_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let key = "01890a5d-ac96-774b-bcce-b302099a8057";
    let body = profile_edit(
        &laptop,
        json!({"display_name": {"value": "A", "base_revision": 0}}),
    );
    let first = edit(&laptop, Some(key), &body).await;
    let between = json!({"display_name": {"value": "B", "base_revision": first.revision}});
    edit(&laptop, None, &profile_edit(&laptop, between)).await;
    let again = edit(&laptop, Some(key), &body).await;
    assert_eq!(first, again);
    assert_eq!(
        laptop.bodies::<Profile>(Collection::Profile).await[0]
            .1
            .display_name,
        "B"
    );
    let other = profile_edit(
        &laptop,
        json!({"display_name": {"value": "C", "base_revision": 0}}),
    );
    let answer = laptop.http.post_keyed("/v1/edits", key, &other).await;
    answer.expect_code(ProblemCode::IdempotencyKeyReused);
    // Another account's keys are its own.
    let bela = Person::create_on(&server, "bela", &Device::new("Laptop")).await;
    let body = profile_edit(
        &bela,
        json!({"display_name": {"value": "A", "base_revision": 0}}),
    );
    edit(&bela, Some(key), &body).await;
    assert_eq!(
        bela.bodies::<Profile>(Collection::Profile).await[0]
            .1
            .display_name,
        "A"
    );
}

async fn fifty_copies_of_one_edit_at_once_count_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let before = laptop.revision().await;
    let body = profile_edit(
        &laptop,
        json!({"display_name": {"value": "A", "base_revision": 0}}),
    );
    let key = Some("01890a5d-ac96-774b-bcce-b302099a8057");
    let copies = (0..50).map(|_| edit(&laptop, key, &body));
    let outcomes = futures_util::future::join_all(copies).await;
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    // The profile and its activity entry.
    assert_eq!(laptop.revision().await, before + 2);
}

async fn a_renamed_device_keeps_its_name(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let device = Device::new("host-7");
    let laptop = Person::create_on(&server, "anna", &device).await;
    let body = json!({
        "collection": "sessions",
        "id": laptop.session_id(),
        "fields": {"device_name": {"value": "Blue laptop", "base_revision": 0}},
    });
    edit(&laptop, None, &body).await;
    let again = laptop.signing_in_on(&server, device.clone()).await;
    let sessions = again.bodies::<SessionRecord>(Collection::Sessions).await;
    assert!(
        sessions
            .iter()
            .all(|(_, session)| session.device_name == "Blue laptop")
    );
    // In place of the one before, which the device can't have any more.
    assert_eq!(sessions.len(), 1);
}

async fn edits_of_what_is_not_ones_own_are_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let bela = Person::create_on(&server, "bela", &Device::new("Laptop")).await;
    let name = json!({"display_name": {"value": "Bela", "base_revision": 0}});
    let device = json!({"device_name": {"value": "Bela's", "base_revision": 0}});
    for (collection, id, fields) in [
        ("profile", anna.signed_in.account_id.to_string(), &name),
        ("sessions", anna.session_id().to_string(), &device),
        ("sessions", "nothing".to_owned(), &device),
    ] {
        let body = json!({"collection": collection, "id": id, "fields": fields});
        bela.http
            .post("/v1/edits", &body)
            .await
            .expect_code(ProblemCode::NotFound);
    }
    assert_eq!(
        anna.bodies::<Profile>(Collection::Profile).await[0]
            .1
            .display_name,
        "Somebody"
    );
}

async fn edits_that_break_a_rule_are_named(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let fields = json!({
        "username": {"value": "root", "base_revision": 0},
        "display_name": {"value": "x".repeat(121), "base_revision": 0},
    });
    let answer = anna
        .http
        .post("/v1/edits", &profile_edit(&anna, fields))
        .await;
    let refused = answer.expect_code(ProblemCode::InvalidFields).problem();
    assert_eq!(
        refused.fields,
        [
            FieldProblem::new("display_name", FieldCode::TooLong),
            FieldProblem::new("username", FieldCode::NotAChoice),
        ]
    );
    let answer = anna
        .http
        .post("/v1/edits", &profile_edit(&anna, json!({})))
        .await;
    answer.expect_code(ProblemCode::InvalidFields);
}

async fn odd_ranges_are_answered(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let page: latchkey_protocol::sync::SyncPage =
        anna.http.get("/v1/sync").await.expect(200).json();
    assert!(!page.records.is_empty());
    let last = i64::MAX.unsigned_abs();
    assert_eq!(anna.sync(last, 1).await.records, []);
    for query in [
        "after=-1",
        "after=x",
        "after=9223372036854775808",
        "limit=0",
        "limit=1001",
        "limit=2147483648",
        "limit=4294967296",
        "unknown=1",
        "after=1&after=2",
    ] {
        anna.http
            .get(&format!("/v1/sync?{query}"))
            .await
            .expect_code(ProblemCode::Malformed);
    }
}

/// A kind of record that no slice has.
#[derive(Serialize, Deserialize)]
struct Card {
    company: String,
    street: String,
    city: String,
    stamps: BTreeMap<String, FieldStamp>,
}

fn check_line(value: &str) -> Result<(), FieldCode> {
    text::check_line(value, 0, 80)
}

editable! {
    struct CardEdit of Card in Collection::Passkeys {
        company: check_line,
        street: check_line,
        city: check_line,
    }
}

impl Edited for Card {
    const ACTIVITY: ActivityKind = ActivityKind::ProfileChanged;

    async fn edited(&self, _: &mut Change, accepted: CardEdit) -> database::Result<Option<String>> {
        Ok(accepted.company)
    }
}

async fn a_kind_of_record_is_edited_by_its_declaration(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let begin = async || {
        Change::begin(server.state(), anna.signed_in.account_id)
            .await
            .unwrap()
    };
    let edit = |fields: &[(&str, &str, u64)]| {
        let fields = fields.iter().map(|(field, value, base_revision)| {
            let wanted = FieldEdit {
                value: (*value).to_owned(),
                base_revision: *base_revision,
            };
            ((*field).to_owned(), wanted)
        });
        Edit {
            collection: Collection::Passkeys,
            id: "card".to_owned(),
            fields: fields.collect(),
        }
    };
    let mut change = begin().await;
    let card = Card {
        company: "Acme".to_owned(),
        street: "1 Quay".to_owned(),
        city: "Ghent".to_owned(),
        stamps: BTreeMap::new(),
    };
    let missing = edit_record::<Card>(&mut change, &edit(&[("city", "Bruges", 0)])).await;
    assert_eq!(missing.unwrap(), None);
    change
        .put(Collection::Passkeys, "card", &card)
        .await
        .unwrap();
    let first = change.commit().await.unwrap();

    let mut change = begin().await;
    let of_two = edit(&[
        (CardEdit::company, "Apex", 0),
        (CardEdit::city, "Bruges", 0),
    ]);
    let conflicts = edit_record::<Card>(&mut change, &of_two).await.unwrap();
    assert_eq!(conflicts, Some(Vec::new()));
    change.commit().await.unwrap();
    let mut change = begin().await;
    let late = edit(&[
        (CardEdit::street, "2 Quay", first),
        (CardEdit::city, "Lille", first),
    ]);
    let conflicts = edit_record::<Card>(&mut change, &late)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (conflicts.len(), conflicts[0].value.as_str()),
        (1, "Bruges")
    );
    change.commit().await.unwrap();

    let cards = anna.bodies::<Card>(Collection::Passkeys).await;
    let (_, card) = &cards[0];
    assert_eq!(
        (
            card.company.as_str(),
            card.street.as_str(),
            card.city.as_str()
        ),
        ("Apex", "2 Quay", "Bruges")
    );
    assert_eq!(card.stamps["city"].revision, first + 1);
    assert!(card.stamps["street"].revision > card.stamps["city"].revision);
    let activity = anna.bodies::<ActivityEntry>(Collection::Activity).await;
    let told = activity
        .into_iter()
        .map(|(_, entry)| entry)
        .find(|entry| entry.subject.as_deref() == Some("Apex"))
        .unwrap();
    let changed = [
        ChangedField::new("company", "Acme", "Apex"),
        ChangedField::new("city", "Ghent", "Bruges"),
    ];
    assert_eq!(told.changed, changed);
}
