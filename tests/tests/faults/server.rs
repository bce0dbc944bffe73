//! What breaks around a server: power, disk, database, clock, settings. Nothing acknowledged is lost or counted twice,
//! and whoever starts the server is told what is wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::{Collection, StreamEvent};
use latchkey_protocol::time::Timestamp;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, DatabaseOfTest, Device, Http, Link, PATIENCE, Person, PostgresCluster,
    ServerUnderTest, Settings, SmallDisk, eventually, refused,
};
use tempfile::TempDir;
use uuid::Uuid;

on_both_databases!(
    no_acknowledged_edit_is_lost_or_doubled_by_a_kill,
    a_clock_that_is_wrong_by_years_breaks_nothing,
    a_clock_that_is_set_back_locks_nobody_out,
    a_server_stops_when_asked_to,
);

/// How often the server is killed.
const KILLS: usize = 50;

/// An edit on its way: its number makes its name, its key makes it one edit however often it is sent.
#[derive(Clone, Debug)]
struct Sent {
    number: usize,
    key: String,
}

impl Sent {
    fn name(&self) -> String {
        format!("Name {}", self.number)
    }
}

async fn send(anna: &Person, sent: &Sent) -> bool {
    let edit = anna.profile_edit("display_name", &sent.name(), i64::MAX.unsigned_abs());
    let request = anna
        .http
        .request(reqwest::Method::POST, "/v1/edits")
        .header("Idempotency-Key", &sent.key)
        .json(&edit);
    Http::try_send(request)
        .await
        .is_ok_and(|answer| answer.status == 200)
}

/// kill -9 at random instants while several writers send edits. Afterwards every acknowledged edit is there, once;
/// those whose answer was lost are sent again with their key, and are there, once, too.
async fn no_acknowledged_edit_is_lost_or_doubled_by_a_kill(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let mut anna = Person::create(&server, "anna").await;
    let numbers = Arc::new(AtomicUsize::new(0));
    let (mut acknowledged, mut unanswered) = (Vec::new(), 0);
    for _ in 0..KILLS {
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (anna, numbers) = (anna.clone(), Arc::clone(&numbers));
                tokio::spawn(async move {
                    let mut done = Vec::new();
                    loop {
                        let sent = Sent {
                            number: numbers.fetch_add(1, Ordering::Relaxed),
                            key: Uuid::from_u128(rand::random()).to_string(),
                        };
                        if !send(&anna, &sent).await {
                            return (done, sent);
                        }
                        done.push(sent);
                    }
                })
            })
            .collect();
        // The instant is what is random here; nothing is waited for.
        let instant = Duration::from_micros(rand::random_range(0..150_000));
        let _ = tokio::time::timeout(instant, std::future::pending::<()>()).await;
        server.kill().await;
        server.start_again().await;
        anna = anna.at(&server);
        for writer in writers {
            let (done, last) = writer.await.unwrap();
            acknowledged.extend(done);
            unanswered += 1;
            assert!(send(&anna, &last).await, "an edit can't be sent again");
            acknowledged.push(last);
        }
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, entry) in anna.bodies::<ActivityEntry>(Collection::Activity).await {
        if entry.kind == ActivityKind::ProfileChanged {
            *counts.entry(entry.subject.unwrap_or_default()).or_default() += 1;
        }
    }
    println!(
        "{database:?}: {KILLS} kills, {} edits, {unanswered} of them sent again",
        acknowledged.len()
    );
    for sent in &acknowledged {
        assert_eq!(counts.remove(&sent.name()), Some(1), "{sent:?}");
    }
    assert!(counts.is_empty(), "edits that nobody sent: {counts:?}");
    assert!(
        acknowledged.len() > 4 * KILLS,
        "the server was killed before it did anything"
    );
    // Revisions stayed distinct over all of it.
    let records = anna.records().await;
    let mut revisions: Vec<u64> = records.iter().map(|record| record.revision).collect();
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!(revisions.len(), records.len());
}

async fn a_clock_that_is_wrong_by_years_breaks_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let real = server.now();
    let anna = Person::create(&server, "anna").await;
    let years = |count: i64| count * 365 * 86_400;
    for wrong in [
        Timestamp(0),
        Timestamp(1),
        real.plus_seconds(-years(10)),
        real.plus_seconds(-1),
    ] {
        server.clock().set(wrong);
        // A session doesn't end because the clock went back.
        anna.check_session().await.expect(200);
        anna.set_name(&format!("At {}", wrong.0)).await;
        let other = anna.on_new_device(&server, "Another").await;
        anna.end_one(other.session_id()).await.expect(200);
        other
            .check_session()
            .await
            .expect_code(ProblemCode::SessionEnded);
        assert_eq!(anna.profile().await.display_name, format!("At {}", wrong.0));
    }
    server.clock().set(real.plus_seconds(years(80)));
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
    let later = anna.on_new_device(&server, "In eighty years").await;
    later.set_name("In eighty years").await;
    server.clock().set(real);
    // A session that only looked expired may be live again; it is never a fault.
    let answer = anna.check_session().await;
    assert!(
        answer.status == 200 || answer.code() == ProblemCode::SessionEnded,
        "{}",
        answer.text()
    );
    later.check_session().await.expect(200);
    let records = later.records().await;
    let mut revisions: Vec<u64> = records.iter().map(|record| record.revision).collect();
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!(revisions.len(), records.len());
    let again = later.on_new_device(&server, "Today").await;
    again.set_name("Today").await;
    assert_eq!(later.profile().await.display_name, "Today");
    server.outbox().confirmation(&anna.email, 1).await;
}

/// Waits counted while the clock was years ahead must not last years once it is right.
async fn a_clock_that_is_set_back_locks_nobody_out(database: Database) {
    let settings = Settings::of_the_server();
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    let anna = Person::create(&server, "anna").await;
    let real = server.now();
    server.clock().set(real.plus_seconds(10 * 365 * 86_400));
    let pending = anna.on_new_device(&server, "In ten years").await;
    for _ in 0..30 {
        let request = Device::new("Attacker").sign_in(&server, "anna", "wrong wrong wrong");
        server.http().post("/v1/sessions", &request).await;
    }
    let (email, _) = pending.email_named(&anna.email).await.unwrap();
    let resend = async || {
        let path = format!("/v1/emails/{email}/resend");
        pending.http.post_empty(&path).await
    };
    for _ in 0..3 {
        resend().await.expect(202);
    }
    resend().await.expect_code(ProblemCode::TooManyAttempts);
    server.clock().set(real.plus_seconds(60));
    resend().await.expect(202);
    let sign_in = async || {
        let request = Device::new("New").sign_in(&server, "anna", &anna.password);
        server.http().post("/v1/sessions", &request).await
    };
    let answer = sign_in().await;
    if answer.status != 201 {
        let wait = answer.problem().retry_after_seconds.unwrap();
        assert!(wait <= 300, "locked out for {wait} s");
        server.clock().advance_seconds(i64::from(wait));
        sign_in().await.expect(201);
    }
}

async fn a_server_stops_when_asked_to(database: Database) {
    let mut server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let mut stream = anna.events().await;
    assert!(matches!(
        stream.next().await,
        Some(StreamEvent::Revision(_))
    ));
    let revision = anna.set_name("Before the end").await.revision;
    let started = Instant::now();
    let status = server.process_mut().terminate();
    assert!(status.success(), "{status}\n{}", server.process().log());
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    // The stream ends, and not with a word that would sign the device out.
    loop {
        match stream.next().await {
            Some(StreamEvent::Revision(_)) => {}
            Some(StreamEvent::Ended(notice)) => panic!("{notice:?}"),
            None => break,
        }
    }
    server.kill().await;
    server.start_again().await;
    let anna = anna.at(&server);
    assert!(
        anna.records()
            .await
            .iter()
            .any(|record| record.revision == revision)
    );
}

/// The network between server and PostgreSQL forgets every connection and breaks none: nobody is told.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_is_silent_holds_no_request_for_ever() {
    let cluster = PostgresCluster::start();
    let link = Link::to_address(cluster.address()).await;
    let administrator = format!("postgres://postgres@{}/postgres", link.address());
    let database = Arc::new(DatabaseOfTest::fresh_on(&administrator).await);
    let server = ServerUnderTest::start_on(database, Settings::default()).await;
    let anna = Person::create(&server, "anna").await;
    anna.set_name("Before").await;
    anna.check_session().await.expect(200);

    link.swallow();
    // Each was in use just now, so neither is asked whether it is alive.
    let edit = anna.profile_edit("display_name", "Lost", 99);
    let (check, edited) = tokio::join!(anna.check_session(), anna.http.post("/v1/edits", &edit));
    for (what, answer) in [("session", check), ("edit", edited)] {
        assert_eq!(answer.problem().code, ProblemCode::Busy, "{what}");
    }
    eventually("the server recovers", async || {
        (anna.check_session().await.status == 200).then_some(())
    })
    .await;
    // Those for transactions are found out one after the other.
    eventually("edits are taken again", async || {
        let edit = anna.profile_edit("display_name", "After", 99);
        let answer = anna.http.post("/v1/edits", &edit).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

/// PostgreSQL dies under two nodes and comes back. Requests are answered at once with 503, event streams stay or can be
/// opened again, and word between the nodes flows as before.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_is_gone_for_a_while_is_waited_for() {
    let cluster = PostgresCluster::start();
    let database = Arc::new(DatabaseOfTest::fresh_on(&cluster.admin_url()).await);
    let server = ServerUnderTest::start_on(Arc::clone(&database), Settings::default()).await;
    let node = server.another_node().await;
    let anna = Person::create(&server, "anna").await;
    let mut stream = anna.at(&node).events().await;
    assert!(matches!(
        stream.next().await,
        Some(StreamEvent::Revision(_))
    ));
    let before = anna.set_name("Before").await.revision;
    stream.reaches(before).await;

    cluster.stop();
    for _ in 0..3 {
        for (what, answer) in [
            ("session", anna.check_session().await),
            (
                "edit",
                anna.http
                    .post("/v1/edits", &anna.profile_edit("display_name", "Lost", 99))
                    .await,
            ),
            ("sync", anna.http.get("/v1/sync?after=0").await),
            (
                "sign-in",
                server
                    .http()
                    .post(
                        "/v1/sessions",
                        &anna.device.sign_in(&server, "anna", &anna.password),
                    )
                    .await,
            ),
            ("events", anna.http.get("/v1/events").await),
        ] {
            let problem = answer.problem();
            assert_eq!(problem.code, ProblemCode::Busy, "{what}");
            assert!(problem.retry_after_seconds.is_some(), "{what}");
        }
    }
    // What needs no database is answered meanwhile, and no session was ended by it.
    server.http().get("/v1/openapi.json").await.expect(200);

    cluster.start_again();
    eventually("the server recovers", async || {
        (anna.check_session().await.status == 200).then_some(())
    })
    .await;
    let after = anna.set_name("After").await.revision;
    assert!(after > before);
    // The stream at the other node, which lost its word from PostgreSQL, hears of it without being opened anew, or was
    // closed so that the device opens it anew.
    let heard = async {
        loop {
            match stream
                .next_within(PATIENCE)
                .await
                .expect("the stream goes on")
            {
                Some(StreamEvent::Revision(now)) if now >= after => return,
                Some(StreamEvent::Revision(_)) => {}
                Some(StreamEvent::Ended(notice)) => panic!("{notice:?}"),
                None => stream = anna.at(&node).events().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, heard)
        .await
        .expect("word of the revision");
    let revision = anna.set_name("Once more").await.revision;
    stream.reaches(revision).await;
    anna.end_one(anna.session_id()).await.expect(200);
    loop {
        match stream.next().await {
            Some(StreamEvent::Revision(_)) => {}
            other => {
                assert!(matches!(other, Some(StreamEvent::Ended(_))), "{other:?}");
                break;
            }
        }
    }
    for one in [&server, &node] {
        assert!(!one.process().log().contains("panicked"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_edits_and_loses_none() {
    let disk = SmallDisk::new();
    let server = ServerUnderTest::start_in(&disk.path().join("data"), Settings::default()).await;
    let anna = Person::create(&server, "anna").await;
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        disk.fill();
        let mut refused = None;
        for number in 0..5_000 {
            let name = format!("Name {round}-{number}");
            let edit = anna.profile_edit("display_name", &name, i64::MAX.unsigned_abs());
            let answer = anna.http.post("/v1/edits", &edit).await;
            if answer.status != 200 {
                refused = Some(answer);
                break;
            }
            acknowledged.push(name);
        }
        let problem = refused.expect("the disk is full at some time").problem();
        assert!(
            matches!(problem.code, ProblemCode::Busy | ProblemCode::Internal),
            "{problem:?}"
        );
        // What is there can still be read.
        anna.check_session().await.expect(200);
        if let Some(last) = acknowledged.last() {
            assert_eq!(anna.profile().await.display_name, *last);
        }
        disk.make_room();
        let name = format!("Room again {round}");
        eventually("edits are taken again", async || {
            let edit = anna.profile_edit("display_name", &name, i64::MAX.unsigned_abs());
            let answer = anna.http.post("/v1/edits", &edit).await;
            (answer.status == 200).then_some(())
        })
        .await;
        acknowledged.push(name);
    }
    let subjects: Vec<String> = anna
        .bodies::<ActivityEntry>(Collection::Activity)
        .await
        .into_iter()
        .filter(|(_, entry)| entry.kind == ActivityKind::ProfileChanged)
        .filter_map(|(_, entry)| entry.subject)
        .collect();
    for name in &acknowledged {
        assert_eq!(
            subjects.iter().filter(|subject| *subject == name).count(),
            1,
            "{name}"
        );
    }
    assert!(!server.process().log().contains("panicked"));
}

#[track_caller]
fn says(log: &str, words: &[&str]) {
    for word in words {
        assert!(log.contains(word), "{word:?} is missing in: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cant_be_written_is_named() {
    let disk = SmallDisk::new();
    disk.make_read_only();
    let folder = disk.path().to_str().unwrap();
    let log = refused(&["--listen", "127.0.0.1:0", "--data-dir", folder], &[]);
    says(&log, &[folder]);

    let full = SmallDisk::new();
    full.fill();
    let folder = full.path().to_str().unwrap();
    let log = refused(&["--listen", "127.0.0.1:0", "--data-dir", folder], &[]);
    says(&log, &[folder]);

    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let log = refused(&["--listen", "127.0.0.1:0", "--data-dir", path], &[]);
    says(&log, &[path]);

    // Something that is no database, where the database should be.
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("latchkey.sqlite"),
        "no database ".repeat(1000),
    )
    .unwrap();
    let log = refused(
        &[
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            folder.path().to_str().unwrap(),
        ],
        &[],
    );
    says(&log, &["latchkey.sqlite"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_never_share_one_sqlite() {
    let mut server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create(&server, "anna").await;
    let (status, log) = server
        .try_start_process()
        .expect_err("a second server on the same folder");
    assert!(!status.success());
    says(&log, &[server.data_dir().to_str().unwrap()]);
    assert!(!log.contains("panicked"), "{log}");
    anna.set_name("The first goes on").await;
    // A killed server leaves no lock behind.
    server.kill().await;
    server.start_again().await;
    anna.at(&server).check_session().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = TempDir::new().unwrap();
    let log = refused(
        &[
            "--listen",
            &address,
            "--data-dir",
            folder.path().to_str().unwrap(),
        ],
        &[],
    );
    says(&log, &[&address]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cant_be_are_named() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let file = folder.path().join("latchkey.toml");
    let path = file.to_str().unwrap();
    for (text, word) in [
        ("listen = ", path),
        ("lisen = \"127.0.0.1:0\"", "lisen"),
        ("listen = 5", "listen"),
        ("[hash]\nmemory_kib = 1024", "hash.memory_kib"),
        ("[hash]\niterations = -1", "iterations"),
        ("public_url = \"id.example.org\"", "public_url"),
        ("public_url = \"ftp://id.example.org\"", "public_url"),
        ("trusted_proxies = [\"everybody\"]", "trusted_proxies"),
        ("[smtp]\nhost = \"\"", "smtp.host"),
        ("\u{0}\u{1}", path),
    ] {
        std::fs::write(&file, text).unwrap();
        let log = refused(
            &[
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                data,
                "--config",
                path,
            ],
            &[],
        );
        says(&log, &[word]);
    }
    // A line that may hold a password is named, not quoted.
    for text in [
        "database = postgres://latchkey:hunter2hunter2@127.0.0.1/latchkey",
        "[smtp]\nhost = \"mail.example.org\"\npassword = hunter2hunter2",
        "[smtp]\nhost = \"mail.example.org\"\npassword = [\"hunter2hunter2\"]",
        "databse = \"hunter2hunter2\"",
    ] {
        std::fs::write(&file, text).unwrap();
        let log = refused(
            &[
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                data,
                "--config",
                path,
            ],
            &[],
        );
        assert!(!log.contains("hunter2hunter2"), "{log}");
        says(&log, &[path, "line"]);
    }
    std::fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
    for config in [path, "/nowhere/latchkey.toml"] {
        let log = refused(
            &[
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                data,
                "--config",
                config,
            ],
            &[],
        );
        says(&log, &[config]);
    }
    for (name, value) in [
        ("LATCHKEY_LISTNE", "127.0.0.1:0"),
        ("LATCHKEY_SIGN_UP", "perhaps"),
        ("LATCHKEY_HASH__MEMORY_KIB", "1"),
        ("LATCHKEY_CONNECTIONS__PER_ADDRESS", "0"),
        ("LATCHKEY_PUBLIC_URL", "not a url"),
    ] {
        let log = refused(
            &["--listen", "127.0.0.1:0", "--data-dir", data],
            &[(name, value)],
        );
        let key = name.trim_start_matches("LATCHKEY_");
        let named = log.contains(name)
            || log.contains(&key.to_ascii_lowercase().replace("__", "."))
            || log.contains("connections");
        assert!(named, "{name} is not named in: {log}");
    }
    refused(&["--listen", "nonsense", "--data-dir", data], &[]);
    refused(&["--no-such-option"], &[]);
    assert!(
        !Path::new(data).exists(),
        "a refused start left something behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_at_the_start_is_named_without_its_password() {
    let folder = TempDir::new().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    for url in [
        format!("postgres://latchkey:hunter2hunter2@127.0.0.1:{port}/latchkey"),
        "mysql://latchkey:hunter2hunter2@127.0.0.1/latchkey".to_owned(),
        "hunter2hunter2".to_owned(),
    ] {
        let log = refused(
            &[
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                folder.path().to_str().unwrap(),
                "--database",
                &url,
            ],
            &[],
        );
        assert!(!log.contains("hunter2hunter2"), "{log}");
    }
}
