//! The queue of jobs: what becomes of one, whatever happens to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::mail::{MailReason, MailStatus};
use latchkey_protocol::sync::Collection;
use latchkey_server::database::Error;
use latchkey_server::jobs::{Job, Kind, Outcome, Work, work_off};
use latchkey_server::state::ServerState;
use latchkey_server::sync::Change;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Person, ServerUnderTest, eventually};

use crate::migrations::BEFORE_TRUST;

on_both_databases!(
    a_job_of_a_change_that_is_rolled_back_never_runs,
    a_job_that_is_in_the_queue_is_not_put_there_again,
    a_job_waits_until_it_is_due,
    what_a_job_does_and_its_end_are_one,
    a_job_that_fails_is_tried_for_a_day_and_less_and_less_often,
    jobs_that_fail_or_panic_keep_no_other_from_its_turn,
    a_mail_that_can_not_be_read_is_given_up_and_holds_up_no_other,
    what_a_newer_node_has_queued_waits_for_such_a_node,
    several_workers_do_a_job_once,
    a_job_in_hand_is_taken_over_once_its_lease_is_over,
    what_is_done_every_minute_is_done_once_by_all_nodes,
    a_failure_leaves_the_rest_for_the_next_minute,
    what_waited_in_the_old_tables_is_done,
);

/// Notes in the account's activity that it ran. The first tries fail, as many as its body says.
static NOTING: Kind = Kind::once("test-noting", |change, turn| {
    Box::pin(async move {
        change
            .activity(ActivityKind::ProfileChanged, Some(turn.id.clone()))
            .await?;
        assert_ne!(turn.id, "panic", "as the test wants it");
        let fails = turn.body.parse().unwrap_or(0);
        if turn.attempts <= fails {
            return Err(Error::inconsistent("jobs", "body", &turn.id));
        }
        Ok(())
    })
});

fn noting(person: &Person, id: &str, fails: i64) -> Job {
    Job {
        body: fails.to_string(),
        ..NOTING.job(person.signed_in.account_id, id)
    }
}

async fn schedule(server: &ServerUnderTest, person: &Person, jobs: Vec<Job>) {
    let account_id = person.signed_in.account_id;
    let mut change = Change::begin(server.state(), account_id).await.unwrap();
    for job in jobs {
        assert!(change.schedule(job).await.unwrap());
    }
    change.commit().await.unwrap();
}

/// What ran, in order.
async fn ran(person: &Person) -> Vec<String> {
    let mut entries = person
        .bodies::<ActivityEntry>(Collection::Activity)
        .await
        .into_iter()
        .map(|(_, entry)| entry)
        .filter(|entry| entry.kind == ActivityKind::ProfileChanged)
        .filter_map(|entry| entry.subject)
        .collect::<Vec<_>>();
    entries.sort();
    entries
}

/// Status and tries of a job that is in the queue.
async fn stored(server: &ServerUnderTest, kind: &str, id: &str) -> Option<(String, i64)> {
    let state = server.state();
    let values = latchkey_server::arguments![kind, id];
    let sql = "SELECT status, attempts FROM jobs WHERE kind = $1 AND id = $2";
    let row = state.database.fetch_optional(sql, values).await.unwrap()?;
    Some((row.text(0).unwrap(), row.integer(1).unwrap()))
}

async fn a_job_of_a_change_that_is_rolled_back_never_runs(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let account_id = anna.signed_in.account_id;
    let mut change = Change::begin(server.state(), account_id).await.unwrap();
    assert!(change.schedule(noting(&anna, "one", 0)).await.unwrap());
    drop(change);
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 0);
    schedule(&server, &anna, vec![noting(&anna, "two", 0)]).await;
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 0);
    assert_eq!(ran(&anna).await, ["two"]);
    assert_eq!(stored(&server, NOTING.name, "two").await, None);
}

async fn a_job_that_is_in_the_queue_is_not_put_there_again(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    schedule(&server, &anna, vec![noting(&anna, "one", 0)]).await;
    let account_id = anna.signed_in.account_id;
    let mut change = Change::begin(server.state(), account_id).await.unwrap();
    assert!(!change.schedule(noting(&anna, "one", 0)).await.unwrap());
    change.commit().await.unwrap();
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
    // Done, it can be asked for again.
    schedule(&server, &anna, vec![noting(&anna, "one", 0)]).await;
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
    assert_eq!(ran(&anna).await, ["one", "one"]);
}

async fn a_job_waits_until_it_is_due(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let due_at = Some(server.now().plus_seconds(30 * 86_400));
    let job = Job {
        due_at,
        ..noting(&anna, "later", 0)
    };
    schedule(&server, &anna, vec![job]).await;
    for seconds in [0, 29 * 86_400, 86_399] {
        server.clock().advance_seconds(seconds);
        assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 0);
    }
    server.clock().advance_seconds(1);
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
}

async fn what_a_job_does_and_its_end_are_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    schedule(&server, &anna, vec![noting(&anna, "one", 2)]).await;
    for _ in 0..3 {
        assert_eq!(ran(&anna).await, [""; 0]);
        work_off(server.state(), &NOTING).await.unwrap();
        server.clock().advance_seconds(6 * 60);
    }
    assert_eq!(ran(&anna).await, ["one"]);
    assert_eq!(stored(&server, NOTING.name, "one").await, None);
}

async fn a_job_that_fails_is_tried_for_a_day_and_less_and_less_often(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    schedule(&server, &anna, vec![noting(&anna, "bad", 1_000)]).await;
    let queued = |attempts| Some(("queued".to_owned(), attempts));
    // Minutes to the next try, each with a quarter of jitter either way.
    for (tries, minutes) in (1..).zip([1, 4, 15, 30, 60, 120, 240, 240]) {
        work_off(server.state(), &NOTING).await.unwrap();
        assert_eq!(stored(&server, NOTING.name, "bad").await, queued(tries));
        server.clock().advance_seconds(minutes * 45 - 1);
        work_off(server.state(), &NOTING).await.unwrap();
        assert_eq!(stored(&server, NOTING.name, "bad").await, queued(tries));
        server.clock().advance_seconds(minutes * 30 + 1);
    }
    let mut tries = 8;
    let failed = loop {
        work_off(server.state(), &NOTING).await.unwrap();
        let (status, attempts) = stored(&server, NOTING.name, "bad").await.unwrap();
        if status == "failed" {
            break attempts;
        }
        tries += 1;
        assert_eq!(attempts, tries);
        server.clock().advance_seconds(5 * 3600);
    };
    assert!((9..=13).contains(&failed), "{failed} tries");
    server.clock().advance_seconds(86_400);
    work_off(server.state(), &NOTING).await.unwrap();
    let still = stored(&server, NOTING.name, "bad").await;
    assert_eq!(still, Some(("failed".to_owned(), failed)));
    assert_eq!(ran(&anna).await, [""; 0]);
    // Whoever asks for it again has it done.
    schedule(&server, &anna, vec![noting(&anna, "bad", 0)]).await;
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
    assert_eq!(ran(&anna).await, ["bad"]);
}

async fn jobs_that_fail_or_panic_keep_no_other_from_its_turn(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    // More than are looked at in one go.
    let mut jobs: Vec<_> = (0..120)
        .map(|number| noting(&anna, &format!("bad-{number}"), 1_000))
        .collect();
    jobs.push(noting(&anna, "panic", 0));
    schedule(&server, &anna, jobs).await;
    server.tick();
    schedule(&server, &anna, vec![noting(&anna, "good", 0)]).await;
    assert_eq!(work_off(server.state(), &NOTING).await.unwrap(), 1);
    assert_eq!(ran(&anna).await, ["good"]);
    let panicked = stored(&server, NOTING.name, "panic").await;
    assert_eq!(panicked, Some(("queued".to_owned(), 1)));
}

async fn a_mail_that_can_not_be_read_is_given_up_and_holds_up_no_other(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    server.mails_have_left().await;
    server
        .statement("UPDATE mails SET status = 'queued', sent_at = NULL, parameters = '{'")
        .await;
    let again = "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at) \
                 SELECT 'mail', id, account_id, 0, '', 'queued', 0, created_at, created_at FROM mails";
    server.statement(again).await;
    server.tick();
    let bert = Person::create(&server, "bert").await;
    server.state().jobs.ring_all();
    bert.mails_have_left().await;
    let given_up = eventually("the end of all tries", async || {
        server.advance(4 * 3600);
        let (_, mail) = anna.mails().await.into_iter().next()?;
        (mail.status == MailStatus::Failed).then_some(mail)
    })
    .await;
    assert_eq!(given_up.reason, Some(MailReason::GaveUp));
}

async fn what_a_newer_node_has_queued_waits_for_such_a_node(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let newer = "INSERT INTO jobs (kind, id, lane, body, status, attempts, waits_since, due_at) \
                 VALUES ('of-a-newer-node', 'x', 0, 'y', 'queued', 0, 0, 0)";
    server.statement(newer).await;
    server.advance(3600);
    Person::create(&server, "anna").await;
    server.mails_have_left().await;
    latchkey_server::jobs::tidy(server.state()).await.unwrap();
    let waits = stored(&server, "of-a-newer-node", "x").await;
    assert_eq!(waits, Some(("queued".to_owned(), 0)));
}

async fn several_workers_do_a_job_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let other = match database {
        Database::Postgres => Some(server.another_node().await),
        Database::Sqlite => None,
    };
    let anna = Person::create(&server, "anna").await;
    let ids: Vec<_> = (10..30).map(|number| number.to_string()).collect();
    let jobs = ids.iter().map(|id| noting(&anna, id, 0)).collect();
    schedule(&server, &anna, jobs).await;
    let second = other.as_ref().unwrap_or(&server).state();
    let workers = [server.state(), second, server.state(), second];
    let done = join_all(workers.map(|state| work_off(state, &NOTING))).await;
    let done: u64 = done.into_iter().map(Result::unwrap).sum();
    assert_eq!(done, 20);
    assert_eq!(ran(&anna).await, ids);
}

/// What kinds of this test have done, by server.
static DONE: Mutex<BTreeMap<ServerId, Vec<bool>>> = Mutex::new(BTreeMap::new());

fn done(state: &ServerState, what: bool) {
    let mut done = DONE.lock().unwrap();
    done.entry(state.server_id).or_default().push(what);
}

fn all_done(server: &ServerUnderTest) -> Vec<bool> {
    let done = DONE.lock().unwrap();
    done.get(&server.server_id()).cloned().unwrap_or_default()
}

/// Takes its lease; the first try then waits until the lease is not its own any more, as if its node had been held up, and
/// notes whether it could still end the job.
static SLOW: Kind = Kind {
    name: "test-slow",
    work: Work::Outside {
        lanes: |_| 1,
        run: |state, due| {
            Box::pin(async move {
                let mut transaction = state.database.begin().await?;
                let Some(turn) = due.take(&mut transaction, state.now()).await? else {
                    return Ok(Outcome::NotMine);
                };
                transaction.commit().await?;
                if turn.attempts == 1 {
                    let mut ticks = tokio::time::interval(Duration::from_millis(10));
                    let sql = "SELECT 1 FROM jobs WHERE kind = 'test-slow'";
                    while !state.database.fetch_all(sql, &[]).await?.is_empty() {
                        ticks.tick().await;
                    }
                }
                let mut transaction = state.database.begin().await?;
                let ended = turn.end(&mut transaction).await?;
                transaction.commit().await?;
                done(&state, ended);
                Ok(Outcome::Done)
            })
        },
        give_up: |_, _| Box::pin(async { Ok(()) }),
    },
};

async fn a_job_in_hand_is_taken_over_once_its_lease_is_over(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let job = SLOW.job(anna.signed_in.account_id, "slow");
    schedule(&server, &anna, vec![job]).await;
    let state = Arc::clone(server.state());
    let held_up = tokio::spawn(async move { work_off(&state, &SLOW).await });
    eventually("a lease", async || {
        let tries = stored(&server, SLOW.name, "slow").await?.1;
        (tries == 1).then_some(())
    })
    .await;
    server.clock().advance_seconds(299);
    assert_eq!(work_off(server.state(), &SLOW).await.unwrap(), 0);
    server.clock().advance_seconds(1);
    assert_eq!(work_off(server.state(), &SLOW).await.unwrap(), 1);
    held_up.await.unwrap().unwrap();
    // The one that was held up sees that the job is gone at the moment when the other has ended it.
    let mut ended = all_done(&server);
    ended.sort_unstable();
    assert_eq!(ended, [false, true]);
}

/// Notes that it ran.
static MINUTELY: Kind = Kind::every("test-minutely", 60, |state| {
    Box::pin(async move {
        done(&state, true);
        Ok(())
    })
});

async fn what_is_done_every_minute_is_done_once_by_all_nodes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let other = match database {
        Database::Postgres => Some(server.another_node().await),
        Database::Sqlite => None,
    };
    let second = other.as_ref().unwrap_or(&server).state();
    let all = || {
        let workers = [server.state(), second, server.state(), second];
        join_all(workers.map(|state| work_off(state, &MINUTELY)))
    };
    for minute in 1..4 {
        all().await;
        assert_eq!(all_done(&server).len(), minute);
        server.clock().advance_seconds(59);
        all().await;
        assert_eq!(all_done(&server).len(), minute);
        server.clock().advance_seconds(1);
    }
    // A clock that was ahead holds it back no longer than a minute.
    let ahead = "UPDATE jobs SET waits_since = waits_since + 31536000000000, due_at = due_at + 31536000000000 \
                 WHERE kind = 'test-minutely'";
    server.statement(ahead).await;
    all().await;
    assert_eq!(all_done(&server).len(), 4);
}

/// Fails, and panics, and then runs.
static FAILING: Kind = Kind::every("test-failing", 60, |state| {
    Box::pin(async move {
        let before = DONE
            .lock()
            .unwrap()
            .get(&state.server_id)
            .map_or(0, Vec::len);
        done(&state, false);
        match before {
            0 => Err(Error::inconsistent("jobs", "kind", "as the test wants it")),
            1 => panic!("as the test wants it"),
            _ => Ok(()),
        }
    })
});

async fn a_failure_leaves_the_rest_for_the_next_minute(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for expected in [0, 0, 1] {
        assert_eq!(work_off(server.state(), &FAILING).await.unwrap(), expected);
        server.clock().advance_seconds(60);
    }
    assert_eq!(all_done(&server).len(), 3);
}

/// As they were before there was one queue, with something in each.
const OLD_TABLES: [&str; 10] = [
    "CREATE TABLE mail_queue (id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL, \
     recipient TEXT NOT NULL, language TEXT NOT NULL, about TEXT, parameters TEXT NOT NULL, \
     status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bounced', 'failed')), attempts BIGINT NOT NULL, \
     next_attempt_at BIGINT NOT NULL, created_at BIGINT NOT NULL, sent_at BIGINT, last_error TEXT, claimed_by TEXT, \
     claimed_until BIGINT, again_of TEXT, warning_id TEXT, first_tried_at BIGINT)",
    "CREATE TABLE bounce_reports (mail_id TEXT PRIMARY KEY REFERENCES mail_queue (id), answer TEXT NOT NULL, \
     received_at BIGINT NOT NULL)",
    "CREATE TABLE role_changes (account_id TEXT PRIMARY KEY REFERENCES accounts (id), changed_at BIGINT NOT NULL)",
    "CREATE TABLE freezes_to_lift (account_id TEXT PRIMARY KEY REFERENCES accounts (id), asked_at BIGINT NOT NULL)",
    "INSERT INTO mail_queue SELECT id, account_id, kind, recipient, language, about, parameters, \
     CASE WHEN recipient = 'waits@example.org' THEN 'queued' WHEN recipient = 'gone@example.org' THEN 'failed' \
     ELSE 'sent' END, 1, created_at, created_at, sent_at, \
     CASE WHEN recipient = 'gone@example.org' THEN 'withdrawn' END, NULL, NULL, again_of, warning_id, created_at FROM mails",
    "INSERT INTO bounce_reports SELECT id, '550 no', created_at FROM mails WHERE recipient = 'bounced@example.org'",
    "UPDATE accounts SET role = 'administrator' WHERE username = 'bounced'",
    "INSERT INTO role_changes SELECT id, created_at FROM accounts WHERE username = 'bounced'",
    "INSERT INTO freezes_to_lift SELECT id, created_at FROM accounts WHERE username = 'gone'",
    "DELETE FROM _sqlx_migrations WHERE version >= 21",
];

async fn what_waited_in_the_old_tables_is_done(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let mut people = Vec::new();
    for name in ["waits", "gone", "bounced"] {
        people.push(Person::create(&server, name).await);
    }
    server.mails_have_left().await;
    server.kill().await;
    for statement in BEFORE_TRUST.into_iter().chain(OLD_TABLES) {
        server.statement(statement).await;
    }
    server.statement("DROP TABLE jobs").await;
    server.statement("DROP TABLE mails").await;
    std::fs::remove_dir_all(server.outbox().folder()).unwrap();
    server.start_again().await;
    server.mails_have_left().await;
    assert_eq!(server.outbox().mails_to("waits@example.org").len(), 1);
    assert_eq!(server.outbox().mails_to("gone@example.org").len(), 0);
    let bounced = people[2].at(&server);
    eventually("what waited", async || {
        let kinds = bounced.activity().await;
        let told = kinds.contains(&ActivityKind::AdministratorGranted);
        (told && kinds.contains(&ActivityKind::MailBounced)).then_some(())
    })
    .await;
    eventually("an empty queue", async || {
        let sql = "SELECT kind FROM jobs WHERE id <> ''";
        let rows = server.state().database.fetch_all(sql, &[]).await.unwrap();
        rows.is_empty().then_some(())
    })
    .await;
    let sql = "SELECT status FROM mails WHERE recipient = 'gone@example.org'";
    let rows = server.state().database.fetch_all(sql, &[]).await.unwrap();
    assert_eq!(rows[0].text(0).unwrap(), "withdrawn");
    for old in [
        "bounce_reports",
        "role_changes",
        "freezes_to_lift",
        "mail_queue",
    ] {
        let sql: &'static str = format!("SELECT 1 FROM {old}").leak();
        assert!(server.state().database.fetch_all(sql, &[]).await.is_err());
    }
}
