//! The mail queue and what leaves it.

use std::path::Path;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::time::Timestamp;
use latchkey_server::jobs::work_off;
use latchkey_server::mail::DELIVERY;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Person, ServerUnderTest, Settings, eventually};

on_both_databases!(
    a_mail_is_a_whole_message_in_a_file_that_sorts_by_time,
    a_change_that_fails_sends_nothing,
    a_queued_mail_outlives_a_restart_and_is_sent_once,
    a_mail_that_was_written_but_not_noted_stays_one_mail,
    a_lease_of_a_dead_node_runs_out,
    a_clock_that_was_ahead_holds_no_mail_back,
    mails_are_kept_for_ninety_days,
    two_nodes_send_a_mail_once,
    a_mail_that_cannot_leave_is_tried_for_a_day_with_a_fresh_link_each_time,
    a_day_of_tries_begins_with_the_first,
    a_mail_server_gets_the_mail_or_refuses_it_for_good,
    no_secret_is_stored_in_the_clear,
);

/// What the clocks show at first.
const START: Timestamp = Timestamp(1_790_000_000_001_000);

async fn start(database: Database) -> ServerUnderTest {
    ServerUnderTest::start_in_process_at(database, Settings::default(), START).await
}

/// What became of each mail, and the tries of those that wait.
async fn status(server: &ServerUnderTest) -> Vec<(String, String, i64)> {
    let rows = server
        .state()
        .database
        .fetch_all(
            "SELECT m.kind, m.status, coalesce(j.attempts, 0) FROM mails m \
             LEFT JOIN jobs j ON j.kind = 'mail' AND j.id = m.id ORDER BY m.id",
            &[],
        )
        .await
        .expect("rows");
    rows.iter()
        .map(|row| {
            let columns = || {
                Ok::<_, latchkey_server::database::Error>((
                    row.text(0)?,
                    row.text(1)?,
                    row.integer(2)?,
                ))
            };
            columns().expect("columns")
        })
        .collect()
}

async fn a_mail_is_a_whole_message_in_a_file_that_sorts_by_time(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let first = server.outbox().mail("anna@example.org", 1).await;
    server.advance(90);
    Person::create_in(&server, "de", "bert", "bert@example.org").await;
    let second = server.outbox().mail("bert@example.org", 1).await;
    assert!(first.file < second.file);
    assert!(
        first
            .file
            .starts_with("2026-09-21T14-13-20.001000Z_confirm-email_")
            && Path::new(&first.file).extension() == Some("eml".as_ref()),
        "{}",
        first.file
    );
    assert_eq!(
        first.header("From").as_deref(),
        Some("Latchkey <no-reply@localhost>")
    );
    assert_eq!(
        first.header("Date").as_deref(),
        Some("Mon, 21 Sep 2026 14:13:20 +0000")
    );
    assert_eq!(
        first.header("Subject").as_deref(),
        Some("Confirm your e-mail address")
    );
    let subject = second.header("Subject").expect("a subject");
    assert!(
        subject.is_ascii() && subject.contains("=?utf-8?"),
        "{subject}"
    );
    assert_ne!(first.header("Message-ID"), second.header("Message-ID"));
    for part in ["text/plain", "text/html", "multipart/alternative"] {
        assert!(first.raw.contains(part), "{part}");
    }
    assert!(second.raw.contains("Diese Adresse bestätigen"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| {
            std::fs::metadata(path)
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(server.outbox().folder()), 0o700);
        assert_eq!(mode(&server.outbox().folder().join(&first.file)), 0o600);
    }
}

async fn a_change_that_fails_sends_nothing(database: Database) {
    let server = start(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    assert_eq!(anna.try_add_email("anna@example.org").await.status, 422);
    let id = anna.email_id("anna@example.org").await;
    assert_eq!(anna.change_email(id, "remove").await.status, 409);
    assert_eq!(anna.change_email(id, "resend").await.status, 409);
    assert_eq!(status(&server).await.len(), 1, "the first link alone");
}

/// Puts mails back to where a process died that had them in hand, and whether it had handed them over or not nobody knows.
async fn as_if_killed(server: &ServerUnderTest) {
    server
        .statement("UPDATE mails SET status = 'queued', sent_at = NULL")
        .await;
    let in_hand = "INSERT INTO jobs (kind, id, account_id, lane, body, status, attempts, waits_since, due_at, first_tried_at, \
                   leased_by, leased_until) SELECT 'mail', id, account_id, 2, '', 'queued', 1, created_at, created_at, \
                   created_at, 'a dead process', 1790000000001000 + 300000000 FROM mails";
    server.statement(in_hand).await;
}

/// Which try each mail in the outbox left with, as its Message-ID tells.
fn tries(server: &ServerUnderTest) -> Vec<String> {
    let mails = server.outbox().mails().into_iter();
    let id = mails.map(|mail| mail.header("Message-ID").expect("a Message-ID"));
    id.map(|id| {
        let (local, _) = id.split_once('@').expect("an id with a domain");
        local.rsplit('.').next().expect("a number").to_owned()
    })
    .collect()
}

async fn a_queued_mail_outlives_a_restart_and_is_sent_once(database: Database) {
    let mut server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    server.mails_have_left().await;
    as_if_killed(&server).await;
    server.kill().await;
    // It had not been handed over.
    for entry in std::fs::read_dir(server.outbox().folder()).expect("the outbox") {
        std::fs::remove_file(entry.expect("an entry").path()).expect("a file");
    }
    server.start_again().await;
    if database == Database::Postgres {
        // Another node might be at it: its lease has to run out first.
        server.advance(301);
    }
    let token = server.outbox().token("anna@example.org", 1).await;
    server.mails_have_left().await;
    assert_eq!(server.outbox().mails_to("anna@example.org").len(), 1);
    assert_eq!(server.confirm(&token).await.status, 200);
    server.kill().await;
    server.start_again().await;
    server.mails_have_left().await;
    assert_eq!(server.outbox().mails_to("anna@example.org").len(), 1);
}

async fn a_mail_that_was_written_but_not_noted_stays_one_mail(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let first = server.outbox().token("anna@example.org", 1).await;
    server.mails_have_left().await;
    as_if_killed(&server).await;
    server.advance(301);
    server.mails_have_left().await;
    // The same file, with the link that works now.
    let second = server.outbox().token("anna@example.org", 1).await;
    assert_eq!(server.outbox().mails_to("anna@example.org").len(), 1);
    assert_ne!(first, second);
    assert_eq!(server.confirm(&first).await.code(), ProblemCode::LinkSpent);
    assert_eq!(server.confirm(&second).await.status, 200);
}

async fn a_lease_of_a_dead_node_runs_out(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    server.mails_have_left().await;
    as_if_killed(&server).await;
    let sent = work_off(server.state(), &DELIVERY).await.expect("a look");
    assert_eq!(sent, 0, "while the lease holds");
    server.clock().advance_seconds(301);
    let sent = work_off(server.state(), &DELIVERY).await.expect("a look");
    // The server's own worker may have been quicker.
    assert!(sent <= 1);
    server.mails_have_left().await;
}

async fn a_clock_that_was_ahead_holds_no_mail_back(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    Person::create_with_email(&server, "bert", "bert@example.org").await;
    server.mails_have_left().await;
    as_if_killed(&server).await;
    server
        .statement(
            "UPDATE jobs SET due_at = due_at + 31536000000000, waits_since = waits_since + 31536000000000, \
             leased_by = NULL, leased_until = NULL WHERE kind = 'mail'",
        )
        .await;
    server
        .statement(
            "UPDATE jobs SET due_at = 0, leased_by = 'a dead process', \
             leased_until = 1790000000001000 + 31536000000000 \
             WHERE id = (SELECT id FROM mails WHERE recipient = 'bert@example.org')",
        )
        .await;
    server.advance(1);
    server.mails_have_left().await;
    assert_eq!(tries(&server), ["2", "2"]);
}

async fn mails_are_kept_for_ninety_days(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    server.mails_have_left().await;
    server.advance(90 * 86_400 - 1);
    Person::create_with_email(&server, "bert", "bert@example.org").await;
    server.mails_have_left().await;
    let tidy = async || {
        latchkey_server::jobs::tidy(server.state())
            .await
            .expect("tidying");
        status(&server).await.len()
    };
    assert_eq!(tidy().await, 2);
    server.advance(1);
    assert_eq!(tidy().await, 1);
}

async fn two_nodes_send_a_mail_once(database: Database) {
    let server = start(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    for number in 0..8 {
        anna.add_email(&format!("anna{number}@example.org")).await;
    }
    server.mails_have_left().await;
    for entry in std::fs::read_dir(server.outbox().folder()).expect("the outbox") {
        std::fs::remove_file(entry.expect("an entry").path()).expect("a file");
    }
    as_if_killed(&server).await;
    let queued = server
        .statement("UPDATE jobs SET attempts = 0, leased_by = NULL, leased_until = NULL WHERE kind = 'mail'")
        .await;
    let looks = (0..4).map(|_| work_off(server.state(), &DELIVERY));
    for look in futures_util::future::join_all(looks).await {
        look.expect("a look");
    }
    server.mails_have_left().await;
    let rows = status(&server).await;
    assert_eq!(rows.len() as u64, queued);
    let sent = rows.iter().filter(|(_, status, _)| status == "sent");
    let tries = tries(&server);
    assert_eq!(tries.len(), sent.count());
    assert!(tries.iter().all(|number| number == "1"), "{tries:?}");
}

async fn a_mail_that_cannot_leave_is_tried_for_a_day_with_a_fresh_link_each_time(
    database: Database,
) {
    let server = start(database).await;
    let outbox = server.outbox().folder().to_owned();
    std::fs::remove_dir(&outbox).expect("it is empty");
    std::fs::write(&outbox, "in the way").expect("a file");
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let tried = async |least: i64| {
        eventually("another try", async || {
            let rows = status(&server).await;
            (rows[0].2 >= least).then_some(rows)
        })
        .await
    };
    let settled = async || {
        eventually("the end of the try", async || {
            let sql = "SELECT id FROM jobs WHERE leased_by IS NOT NULL";
            let rows = server
                .state()
                .database
                .fetch_all(sql, &[])
                .await
                .expect("rows");
            rows.is_empty().then_some(())
        })
        .await;
    };
    tried(1).await;
    settled().await;
    assert_eq!(anna.email_of("anna@example.org").await.confirmed_at, None);
    // Six hours later the folder is back, and the link is good for a day from then.
    server.advance(6 * 3600);
    tried(2).await;
    settled().await;
    std::fs::remove_file(&outbox).expect("the file");
    std::fs::create_dir(&outbox).expect("the folder");
    server.advance(6 * 3600);
    let token = server.outbox().token("anna@example.org", 1).await;
    server.advance(24 * 3600 - 60);
    assert_eq!(server.confirm(&token).await.status, 200);

    std::fs::remove_dir_all(&outbox).expect("the folder");
    std::fs::write(&outbox, "in the way").expect("a file");
    let anna = anna.stepped_up(None).await;
    anna.add_email("second@example.org").await;
    eventually("the end of all tries", async || {
        server.advance(4 * 3600);
        let rows = status(&server).await;
        rows.iter()
            .skip(1)
            .all(|(_, status, _)| status == "failed")
            .then_some(())
    })
    .await;
}

/// The server was off for longer than a day after the mail was queued.
async fn a_day_of_tries_begins_with_the_first(database: Database) {
    let server = start(database).await;
    let outbox = server.outbox().folder().to_owned();
    std::fs::remove_dir(&outbox).expect("it is empty");
    std::fs::write(&outbox, "in the way").expect("a file");
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let tried = async |tries: i64| {
        eventually("the end of a try", async || {
            let rows = status(&server).await;
            let settled = "SELECT id FROM jobs WHERE leased_by IS NOT NULL";
            let database = &server.state().database;
            let open = database.fetch_all(settled, &[]).await.expect("rows");
            (open.is_empty() && rows[0].2 == tries).then(|| rows[0].1.clone())
        })
        .await
    };
    tried(1).await;
    let as_if_never_tried = "UPDATE jobs SET waits_since = waits_since - 90000000000, attempts = 0, \
                             first_tried_at = NULL WHERE kind = 'mail'";
    assert_eq!(server.statement(as_if_never_tried).await, 1);
    server.advance(2 * 60);
    assert_eq!(tried(1).await, "queued");
}

/// A mail server (RFC 5321) without extensions that takes mail for `anna@` alone; returns what it took, and what it was
/// told before.
async fn mail_server(listener: TcpListener, taken: tokio::sync::mpsc::UnboundedSender<String>) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let taken = taken.clone();
        tokio::spawn(async move {
            let (read, mut write) = socket.split();
            let mut lines = BufReader::new(read).lines();
            let mut message = None;
            let mut told = String::new();
            write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
            while let Some(line) = lines.next_line().await.ok()? {
                let answer = match &mut message {
                    Some(text) if line != "." => {
                        *text = format!("{text}{line}\n");
                        continue;
                    }
                    Some(text) => {
                        taken.send(std::mem::take(&mut told) + text).ok()?;
                        message = None;
                        "250 taken"
                    }
                    None => {
                        told = told + &line + "\n";
                        match line.split(' ').next().unwrap_or_default() {
                            "EHLO" | "MAIL" | "RSET" | "NOOP" => "250 mail.test",
                            "RCPT" if line.contains("<anna@") => "250 fine",
                            "RCPT" => "550 5.1.1 nobody here\u{7} by that name",
                            "DATA" => {
                                message = Some(String::new());
                                "354 go on"
                            }
                            "QUIT" => "221 bye",
                            _ => "500 what?",
                        }
                    }
                };
                write
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .await
                    .ok()?;
            }
            Some(())
        });
    }
}

async fn a_mail_server_gets_the_mail_or_refuses_it_for_good(database: Database) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (taken, mut mails) = tokio::sync::mpsc::unbounded_channel();
    let running = tokio::spawn(mail_server(listener, taken));
    let settings = Settings::default()
        .with("SMTP__HOST", "127.0.0.1")
        .with("SMTP__PORT", port)
        .with("SMTP__ENCRYPTION", "none")
        .with("PUBLIC_URL", "https://konto.münchen.example")
        .with("MAIL_FROM", "Größte Konten <konto@münchen.example>");
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let mail = mails.recv().await.expect("a mail");
    for line in [
        "EHLO konto.xn--mnchen-3ya.example\n",
        "MAIL FROM:<konto@xn--mnchen-3ya.example>\n",
        "<konto@xn--mnchen-3ya.example>\n",
        "To: anna@example.org\n",
    ] {
        assert!(mail.contains(line), "{line} in {mail}");
    }
    // A server that does not announce 8BITMIME and SMTPUTF8 takes nothing but ASCII (RFC 6152).
    let (_, body) = mail.split_once("\n\n").expect("a header");
    assert!(mail.is_ascii(), "{mail}");
    assert!(mail.lines().all(|line| line.len() <= 78), "{mail}");
    assert!(body.lines().all(|line| line.len() <= 76), "{body}");
    server.tick();
    Person::create_with_email(&server, "nobody", "nobody@example.org").await;
    server.mails_have_left().await;
    let rows = status(&server).await;
    let ends: Vec<_> = rows.iter().map(|(_, status, _)| status.as_str()).collect();
    assert_eq!(ends, ["sent", "bounced"]);
    let reason = server
        .state()
        .database
        .fetch_all("SELECT last_error FROM mails WHERE status = 'bounced'", &[])
        .await
        .expect("rows")[0]
        .text(0)
        .expect("a reason");
    assert!(
        reason.contains("nobody here") && !reason.contains(char::is_control),
        "{reason}"
    );

    // A server that is away is tried again.
    running.abort();
    let _ = running.await;
    server.tick();
    Person::create_with_email(&server, "anna2", "anna@example.com").await;
    eventually("a try that failed", async || {
        let rows = status(&server).await;
        let (_, status, attempts) = &rows[2];
        (status == "queued" && *attempts == 1).then_some(())
    })
    .await;
}

async fn no_secret_is_stored_in_the_clear(database: Database) {
    let server = start(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let token = server.outbox().token("anna@example.org", 1).await;
    server.mails_have_left().await;
    for sql in [
        "SELECT parameters || recipient || coalesce(last_error, '') FROM mails",
        "SELECT coalesce(body, '') FROM records",
    ] {
        for row in server
            .state()
            .database
            .fetch_all(sql, &[])
            .await
            .expect("rows")
        {
            assert!(!row.text(0).expect("text").contains(&token));
        }
    }
    let rows = server
        .state()
        .database
        .fetch_all(
            "SELECT token_hash FROM links WHERE purpose = 'confirm-email'",
            &[],
        )
        .await
        .expect("rows");
    let hash = rows[0].bytes(0).expect("bytes");
    assert_eq!(hash.len(), 32);
    assert_ne!(hash, token.as_bytes());
}
