//! Mail through a real Postfix: it arrives, comes back, is refused, and goes to no server that is not the right one.

use std::process::Command;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::{Mail, MailKind, MailReason, MailStatus};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, Dovecot, MAILBOX, Person, Postfix, REFUSED, REPORTS, REPORTS_USER, SMTP_PASSWORD,
    SMTP_USERNAME, ServerUnderTest, Settings, eventually, server_program,
};

on_both_databases!(
    a_mail_arrives_comes_back_or_is_refused,
    no_mail_goes_to_a_server_with_the_wrong_certificate,
    a_mail_server_is_signed_in_to,
);

/// The first mail of a person, once it has this status.
async fn first_mail(person: &Person, status: MailStatus) -> Mail {
    eventually(&format!("a mail that is {status:?}"), async || {
        let (_, mail) = person.mails().await.swap_remove(0);
        (mail.status == status).then_some(mail)
    })
    .await
}

fn settings(postfix: &Postfix) -> Settings {
    Settings::default()
        .with("SMTP__HOST", "localhost")
        .with("SMTP__PORT", postfix.port())
        .with("MAIL_FROM", "Accounts <accounts@id.example.net>")
        .with("BOUNCE_ADDRESS", REPORTS)
}

async fn a_mail_arrives_comes_back_or_is_refused(database: Database) {
    // The program that takes the reports is told of the server once that runs.
    let shared = tempfile::tempdir().expect("a folder");
    let script = shared.path().join("report");
    let postfix = Postfix::start(&["/bin/sh", script.to_str().unwrap(), "${recipient}"]).await;
    let settings = settings(&postfix).with(
        "SMTP__CERTIFICATE_AUTHORITY",
        postfix.certificate().display(),
    );
    let server = ServerUnderTest::start_with(database, settings).await;
    let program = shared.path().join("latchkey-server");
    std::fs::copy(server_program(), &program).expect("the program");
    let database = server
        .database_url()
        .map_or_else(String::new, |url| format!(" --database {url}"));
    let command = format!(
        "exec {} bounce --recipient \"$1\" --data-dir {}{database}",
        program.display(),
        server.data_dir().display()
    );
    std::fs::write(&script, command).expect("a script");
    // The server's folder belongs to who runs the command, as it would where both are one user.
    for (program, argument) in [("chown", REPORTS_USER), ("chmod", "755")] {
        let folder = if program == "chown" {
            server.data_dir()
        } else {
            shared.path()
        };
        let status = Command::new(program)
            .args(["-R", argument])
            .arg(folder)
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    let anna = Person::create_with_email(&server, "anna", MAILBOX).await;
    let sent = first_mail(&anna, MailStatus::Sent).await;
    assert_eq!(sent.kind, MailKind::ConfirmEmail);
    let arrived = eventually("the mail in the mailbox", async || postfix.mailbox().pop()).await;
    for part in [
        "From: Accounts <accounts@id.example.net>",
        "To: anna@example.org",
        "Subject: Confirm your e-mail address",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(arrived.contains(part), "{part} in {arrived}");
    }
    let return_path = arrived.lines().next().unwrap_or_default();
    assert!(
        return_path.starts_with("Return-Path: <bounce+")
            && return_path.ends_with("@id.example.net>"),
        "{return_path}"
    );
    assert!(postfix.log().contains("TLSv1.3") || postfix.log().contains("starttls=1"));

    // Taken, and then there is no such mailbox: Postfix reports, and the report is for this mail.
    let gone = Person::create_with_email(&server, "gone", "gone@example.org").await;
    let bounced = first_mail(&gone, MailStatus::Bounced).await;
    assert_eq!(bounced.reason, Some(MailReason::Refused));
    let answer = bounced.answer.expect("what Postfix said");
    assert!(answer.contains("unknown user"), "{answer}");
    assert_eq!(gone.count_activity(ActivityKind::MailBounced).await, 1);

    // Refused while it was handed over.
    let refused = Person::create_with_email(&server, "refused", REFUSED).await;
    let bounced = first_mail(&refused, MailStatus::Bounced).await;
    let answer = bounced.answer.expect("what Postfix said");
    assert!(answer.contains("nobody of that name"), "{answer}");
    let noted = refused.count_activity(ActivityKind::MailBounced).await;
    assert_eq!(noted, 1, "like one that comes back later");

    // A report to an address that the server did not give out is refused by the command, and Postfix says so.
    let address = return_path
        .trim_start_matches("Return-Path: <")
        .trim_end_matches('>');
    let forged = address.replacen('.', ".0", 1);
    send_report(postfix.port(), &forged).await;
    let line = postfix.logged(&forged, "status=bounced").await;
    assert!(line.contains("dsn=5.1.1"), "{line}");
    assert_eq!(first_mail(&anna, MailStatus::Sent).await, sent);
    // The same with the right address counts: it is not the report that was at fault.
    send_report(postfix.port(), address).await;
    first_mail(&anna, MailStatus::Bounced).await;
}

/// Sends a report of a failure as another mail server would.
async fn send_report(port: u16, recipient: &str) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap();
    let conversation = format!(
        "EHLO mx.test\r\nMAIL FROM:<>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n\
         From: MAILER-DAEMON@mx.test\r\nTo: {recipient}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
         Final-Recipient: rfc822; anna@example.org\r\nAction: failed\r\nStatus: 5.2.2\r\n\
         Diagnostic-Code: smtp; 552 mailbox full\r\n\r\n--b--\r\n.\r\nQUIT\r\n"
    );
    for line in conversation.split_inclusive("\r\n") {
        socket.write_all(line.as_bytes()).await.unwrap();
        // Commands one after the other: a server may refuse those that come before its greeting or answer.
        if ["EHLO", "MAIL", "RCPT", "DATA"]
            .iter()
            .any(|verb| line.starts_with(verb))
        {
            let mut answer = [0; 2048];
            let read = socket.read(&mut answer).await.unwrap();
            assert!(read > 0, "the mail server hung up at {line}");
        }
    }
    let mut rest = String::new();
    let _ = socket.read_to_string(&mut rest).await;
    assert!(rest.contains("250 2.0.0 Ok: queued"), "{rest}");
}

async fn no_mail_goes_to_a_server_with_the_wrong_certificate(database: Database) {
    let postfix = Postfix::start(&["/bin/true"]).await;
    // Nobody vouches for its certificate.
    let server = ServerUnderTest::start_with(database, settings(&postfix)).await;
    let anna = Person::create_with_email(&server, "anna", MAILBOX).await;
    refused_by_us(&anna).await;
    // Its certificate is vouched for, and for another name.
    let settings = settings(&postfix).with("SMTP__HOST", "127.0.0.1").with(
        "SMTP__CERTIFICATE_AUTHORITY",
        postfix.certificate().display(),
    );
    let other = ServerUnderTest::start_with(database, settings).await;
    let bert = Person::create_with_email(&other, "bert", MAILBOX).await;
    refused_by_us(&bert).await;
    let log = postfix.log();
    assert!(log.contains("connect from"), "{log}");
    assert!(!log.contains("status=sent"), "{log}");
    assert_eq!(postfix.mailbox(), Vec::<String>::new());
}

async fn a_mail_server_is_signed_in_to(database: Database) {
    let dovecot = Dovecot::start().await;
    let postfix = Postfix::start_for_members(&dovecot).await;
    let stranger = settings(&postfix).with(
        "SMTP__CERTIFICATE_AUTHORITY",
        postfix.certificate().display(),
    );
    let member = |password: &str| {
        stranger
            .clone()
            .with("SMTP__USERNAME", SMTP_USERNAME)
            .with("SMTP__PASSWORD", password)
    };
    // A wrong password is the administrator's business: the mail waits, and the account is told no more than that.
    let mut server = ServerUnderTest::start_in_process_with(database, member("wrong")).await;
    let anna = Person::create_with_email(&server, "anna", MAILBOX).await;
    refused_by_us(&anna).await;
    postfix.logged("SASL", "authentication failed").await;
    assert_eq!(postfix.mailbox(), Vec::<String>::new());
    // Mended, the mail that waited goes.
    server.kill().await;
    server.start_again_with(member(SMTP_PASSWORD)).await;
    let anna = anna.at(&server);
    server.clock().advance_seconds(3_600);
    let again = Person::create_with_email(&server, "bert", MAILBOX).await;
    first_mail(&again, MailStatus::Sent).await;
    postfix
        .logged("sasl_method=", &format!("sasl_username={SMTP_USERNAME}"))
        .await;
    first_mail(&anna, MailStatus::Sent).await;
    server.kill().await;
    // The same with TLS from the first byte.
    let sealed = member(SMTP_PASSWORD)
        .with("SMTP__PORT", postfix.tls_port())
        .with("SMTP__ENCRYPTION", "tls");
    server.start_again_with(sealed).await;
    let carl = Person::create_with_email(&server, "carl", MAILBOX).await;
    first_mail(&carl, MailStatus::Sent).await;
    // Nor does it take anything from one who does not sign in.
    server.kill().await;
    server.start_again_with(stranger).await;
    let dora = Person::create_with_email(&server, "dora", MAILBOX).await;
    // That is no fault of the mailbox (554 5.7.1): it is mended within the day, or the mail has failed then.
    let waiting = eventually("a try that was refused", async || {
        let (_, mail) = dora.mails().await.swap_remove(0);
        mail.reason.is_some().then_some(mail)
    })
    .await;
    assert_eq!(waiting.status, MailStatus::Queued);
    assert_eq!(waiting.reason, Some(MailReason::WillTryAgain));
    assert_eq!(
        waiting.answer, None,
        "what is said of the server is its own"
    );
}

/// The mail waits, and the account is not shown what is wrong between the two servers.
async fn refused_by_us(person: &Person) {
    let mail = eventually("a try that failed", async || {
        let (_, mail) = person.mails().await.swap_remove(0);
        mail.reason.is_some().then_some(mail)
    })
    .await;
    assert_eq!(
        (mail.status, mail.reason, mail.answer),
        (MailStatus::Queued, Some(MailReason::WillTryAgain), None)
    );
    assert!(mail.next_try_at.is_some());
}
