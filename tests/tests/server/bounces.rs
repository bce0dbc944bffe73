//! Delivery reports: what is believed of them, and what becomes of the mails they are about.

use std::time::Duration;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::{Mail, MailReason, MailStatus};
use latchkey_server::mail::{BounceError, Received, ReportError, take_report};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, FALLS_SILENT, MailServer, Person, ServerUnderTest, bounce_report, eventually,
};

on_both_databases!(
    a_report_marks_its_mail_and_says_why,
    a_report_counts_in_every_form_that_mail_servers_write,
    what_a_mail_server_sends_in_no_known_form_is_told_apart,
    a_report_to_an_address_that_was_not_given_out_is_refused,
    what_is_no_report_of_a_failure_changes_nothing,
    a_report_counts_once_and_not_for_ever,
    a_warning_that_comes_back_does_not_tell_whose_address_it_is,
    a_report_does_not_wait_for_a_mail_server_that_says_nothing,
    a_command_without_a_server_says_so,
);

/// A server that hands its mails to a mail server. Its clock shows the real time, as the command's does.
async fn start(database: Database) -> (ServerUnderTest, MailServer) {
    let mails = MailServer::start().await;
    let server = ServerUnderTest::start_in_process_with(database, mails.settings()).await;
    (server, mails)
}

/// What the command does with a report. Boxed, for it is large and a test's stack is small.
async fn take(
    server: &ServerUnderTest,
    recipient: Option<&str>,
    report: &[u8],
) -> Result<Received, ReportError> {
    Box::pin(take_report(&server.state().config, recipient, report)).await
}

/// The first mail, once it has this status.
async fn with_status(
    server: &ServerUnderTest,
    person: &Person,
    status: MailStatus,
) -> (String, Mail) {
    eventually(&format!("a mail that is {status:?}"), async || {
        server.state().jobs.ring_all();
        let found = person.mails().await.into_iter().next()?;
        (found.1.status == status).then_some(found)
    })
    .await
}

async fn a_report_marks_its_mail_and_says_why(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "nobody@example.org").await;
    let sender = mails.sender().await;
    assert!(
        sender.starts_with("bounce+") && sender.ends_with("@id.example.org"),
        "{sender}"
    );
    let (id, mail) = with_status(&server, &anna, MailStatus::Sent).await;
    assert_eq!(mail.reason, None);
    assert!(mail.text.is_some_and(|text| text.contains("••••••••")));
    let said = "smtp; 550 5.1.1 <nobody@example.org>:\r\n Recipient\u{7} address rejected";
    // By the header, as where the mail server tells nothing; and in other letters.
    let taken = take(
        &server,
        None,
        bounce_report(&sender.to_uppercase(), "failed", said).as_bytes(),
    )
    .await;
    assert_eq!(
        taken.expect("it is taken"),
        Received::Bounced(id.parse().expect("an id"))
    );
    let (_, mail) = with_status(&server, &anna, MailStatus::Bounced).await;
    assert_eq!(mail.reason, Some(MailReason::Refused));
    assert_eq!(
        mail.answer.as_deref(),
        Some("550 5.1.1 <nobody@example.org>: Recipient  address rejected")
    );
    let activity = anna.activity().await;
    assert!(
        activity.contains(&ActivityKind::MailBounced),
        "{activity:?}"
    );
}

/// The report that qmail sends (QSBMF), with the fields of its header that `from` has.
fn qmail_report(recipient: &str, from: &str) -> String {
    format!(
        "{from}\r\nTo: {recipient}\r\nSubject: failure notice\r\n\r\n\
         Hi. This is the qmail-send program at mx.example.net.\r\nNo luck with your message to these addresses.\r\n\r\n\
         <nobody@example.org>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n\
         --- Below this line is a copy of the message.\r\n\r\n<other@example.org>:\r\nnot this\r\n"
    )
}

async fn a_report_counts_in_every_form_that_mail_servers_write(database: Database) {
    let (server, mut mails) = start(database).await;
    let smtp = "smtp; 550 no";
    let no_mailbox = "Sorry, no mailbox here by that name. (#5.1.1)";
    let to = "RECIPIENT";
    let of_nobody = "From: a@mx.example.net\r\nReturn-Path: <>";
    for (number, (report, said)) in [
        (
            bounce_report(to, "failed (permanent failure)", smtp),
            "550 no",
        ),
        (
            bounce_report(to, "(it \\) is (nested)) Failed (so)", smtp),
            "550 no",
        ),
        (qmail_report(to, of_nobody), no_mailbox),
        (
            qmail_report(to, "From: MAILER-DAEMON@mx.example.net"),
            no_mailbox,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        server.tick();
        let name = format!("anna{number}");
        let person =
            Person::create_with_email(&server, &name, &format!("{name}@example.org")).await;
        let sender = mails.sender().await;
        with_status(&server, &person, MailStatus::Sent).await;
        let report = report.replace(to, &sender);
        let taken = take(&server, Some(&sender), report.as_bytes()).await;
        let taken = taken.expect("it is taken");
        assert!(matches!(taken, Received::Bounced(_)), "{taken:?}: {report}");
        let (_, mail) = with_status(&server, &person, MailStatus::Bounced).await;
        assert_eq!(mail.answer.as_deref(), Some(said));
    }
}

async fn what_a_mail_server_sends_in_no_known_form_is_told_apart(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let sender = mails.sender().await;
    let (id, _) = with_status(&server, &anna, MailStatus::Sent).await;
    let id = id.parse().expect("an id");
    let of_a_person = qmail_report(
        &sender,
        "From: eve@example.org\r\nReturn-Path: <eve@example.org>",
    );
    let delayed = format!(
        "Return-Path: <>\r\n{}",
        bounce_report(&sender, "delayed", "smtp; 450 no")
    );
    for (mail, expected) in [
        (
            "Return-Path: <>\r\n\r\nYour mail is lost.",
            Received::NotUnderstood(id),
        ),
        (
            "From: Mailer-Daemon@x.example\r\n\r\nlost",
            Received::NotUnderstood(id),
        ),
        (
            "Return-Path: <>\r\nAuto-Submitted: no\r\n\r\nlost",
            Received::NotUnderstood(id),
        ),
        (
            "Return-Path: <>\r\n\r\nHi. This is the qmail-send program.\r\n\r\n-\r\n\r\n<a@b.example>:\r\nno",
            Received::NotUnderstood(id),
        ),
        (&of_a_person, Received::Nothing),
        (&delayed, Received::Nothing),
        (
            "Return-Path: <>\r\nAuto-Submitted: auto-replied (vacation)\r\n\r\nI am away.",
            Received::Nothing,
        ),
        ("From: bert@example.org\r\n\r\nHello", Received::Nothing),
        (
            "Return-Path: <>\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\
             \r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: displayed\r\n--b--",
            Received::Nothing,
        ),
    ] {
        let taken = take(&server, Some(&sender), mail.as_bytes()).await;
        assert_eq!(taken.expect("nothing is wrong"), expected, "{mail}");
    }
    let (_, mail) = with_status(&server, &anna, MailStatus::Sent).await;
    assert_eq!((mail.reason, mail.answer), (None, None));
}

async fn a_report_to_an_address_that_was_not_given_out_is_refused(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let sender = mails.sender().await;
    server.tick();
    Person::create_with_email(&server, "bert", "bert@example.org").await;
    let other = mails.sender().await;
    with_status(&server, &anna, MailStatus::Sent).await;
    let (id, code) = sender.rsplit_once('.').map_or(("", ""), |_| {
        let local = sender.split('@').next().expect("a local part");
        local.split_once('.').expect("a code")
    });
    let other_code = other
        .split('@')
        .next()
        .and_then(|local| local.split_once('.'))
        .expect("a code")
        .1;
    let zeros = "0".repeat(code.len());
    for forged in [
        "bounce@id.example.org".to_owned(),
        "anna@example.org".to_owned(),
        format!("{id}@id.example.org"),
        format!("{id}.@id.example.org"),
        format!("{id}.{zeros}@id.example.org"),
        format!("{id}.{other_code}@id.example.org"),
        String::new(),
    ] {
        let report = bounce_report(&forged, "failed", "smtp; 550 no");
        for recipient in [None, Some(forged.as_str())] {
            let taken = take(&server, recipient, report.as_bytes()).await;
            let Err(refused) = taken else {
                panic!("{forged} was believed: {taken:?}");
            };
            assert!(
                matches!(refused, ReportError::Bounce(BounceError::Forged)),
                "{refused:?}"
            );
            assert_eq!(refused.exit_status(), 67, "EX_NOUSER");
        }
    }
    // The envelope counts, when it is told, and not what stands in the mail.
    let quoting = bounce_report(&sender, "failed", "smtp; 550 no");
    let taken = take(
        &server,
        Some("bounce+1.2@id.example.org"),
        quoting.as_bytes(),
    )
    .await;
    assert!(taken.is_err());
    let (_, mail) = with_status(&server, &anna, MailStatus::Sent).await;
    assert_eq!(mail.answer, None);
}

async fn what_is_no_report_of_a_failure_changes_nothing(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let sender = mails.sender().await;
    with_status(&server, &anna, MailStatus::Sent).await;
    let away = format!("To: {sender}\r\nSubject: I am away\r\n\r\nAction: failed\r\n");
    let half = bounce_report(&sender, "failed", "smtp; 550 no");
    for nothing in [
        bounce_report(&sender, "delayed", "smtp; 450 later"),
        bounce_report(&sender, "delivered", "smtp; 250 done"),
        bounce_report(&sender, "", ""),
        away,
        half.split("Reporting-MTA")
            .next()
            .expect("a part")
            .to_owned(),
        format!("To: {sender}\r\n\r\n{}", "x".repeat(900_000)),
    ] {
        let taken = take(&server, Some(&sender), nothing.as_bytes()).await;
        assert_eq!(taken.expect("nothing is wrong"), Received::Nothing);
    }
    for garbage in [&b""[..], &[0xFF; 300], b"\r\n\r\n\0\0"] {
        let _ = take(&server, Some(&sender), garbage).await;
    }
    let (_, mail) = with_status(&server, &anna, MailStatus::Sent).await;
    assert_eq!((mail.reason, mail.answer), (None, None));
}

async fn a_report_counts_once_and_not_for_ever(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let sender = mails.sender().await;
    with_status(&server, &anna, MailStatus::Sent).await;
    let first = bounce_report(&sender, "failed", "smtp; 550 first");
    let second = bounce_report(&sender, "failed", "smtp; 550 second");
    let taken = async |report: &str| {
        take(&server, Some(&sender), report.as_bytes())
            .await
            .expect("it is taken")
    };
    assert!(matches!(taken(&first).await, Received::Bounced(_)));
    assert_eq!(taken(&second).await, Received::Nothing);
    let (_, mail) = with_status(&server, &anna, MailStatus::Bounced).await;
    assert_eq!(mail.answer.as_deref(), Some("550 first"));
    assert_eq!(taken(&second).await, Received::Nothing);

    server.tick();
    let bert = Person::create_with_email(&server, "bert", "bert@example.org").await;
    let sender = mails.sender().await;
    with_status(&server, &bert, MailStatus::Sent).await;
    server
        .statement("UPDATE mails SET sent_at = sent_at - 15 * 86400000000 WHERE status = 'sent'")
        .await;
    let late = bounce_report(&sender, "failed", "smtp; 550 late");
    let taken = take(&server, Some(&sender), late.as_bytes()).await;
    assert_eq!(taken.expect("it is taken"), Received::Nothing);
}

async fn a_warning_that_comes_back_does_not_tell_whose_address_it_is(database: Database) {
    let (server, mut mails) = start(database).await;
    let owner = Person::create_with_email(&server, "owner", "taken@example.org").await;
    mails.sender().await;
    with_status(&server, &owner, MailStatus::Sent).await;
    server
        .statement("UPDATE emails SET confirmed_at = added_at, confirmation_sent_at = NULL")
        .await;
    server.tick();
    let mallory = Person::create_with_email(&server, "mallory", "taken@example.org").await;
    let of_taken = mails.sender().await;
    let (_, taken) = with_status(&server, &mallory, MailStatus::Sent).await;
    server.tick();
    let eve = Person::create_with_email(&server, "eve", "free@example.org").await;
    let of_free = mails.sender().await;
    let (_, free) = with_status(&server, &eve, MailStatus::Sent).await;
    let seen = |mail: &Mail| {
        let text = mail.text.clone().unwrap_or_default();
        let text = text.replace("free@", "taken@").replace("eve", "mallory");
        (
            mail.kind,
            mail.subject.clone(),
            text,
            mail.reason,
            mail.answer.clone(),
        )
    };
    assert_eq!(seen(&taken), seen(&free));
    for sender in [of_taken, of_free] {
        let report = bounce_report(&sender, "failed", "smtp; 550 no such mailbox");
        take(&server, Some(&sender), report.as_bytes())
            .await
            .expect("it is taken");
    }
    let (_, taken) = with_status(&server, &mallory, MailStatus::Bounced).await;
    let (_, free) = with_status(&server, &eve, MailStatus::Bounced).await;
    assert_eq!(seen(&taken), seen(&free));
    // The owner sees the warning that came back, and nothing of who asked.
    let all = eventually("the warning came back", async || {
        let all = owner.mails().await;
        (all.last()?.1.status == MailStatus::Bounced).then_some(all)
    })
    .await;
    let (_, warning) = all.last().expect("a mail");
    assert_eq!(warning.subject, "Someone tried to add your e-mail address");
    let text = warning.text.clone().unwrap_or_default();
    assert!(
        text.contains("owner") && !text.contains("mallory"),
        "{text}"
    );
}

async fn a_report_does_not_wait_for_a_mail_server_that_says_nothing(database: Database) {
    let (server, mut mails) = start(database).await;
    let anna = Person::create_with_email(&server, "anna", "nobody@example.org").await;
    let sender = mails.sender().await;
    with_status(&server, &anna, MailStatus::Sent).await;
    Person::create_with_email(&server, "piotr", FALLS_SILENT).await;
    while mails.sender().await != FALLS_SILENT {}
    let report = bounce_report(&sender, "failed", "smtp; 550 no");
    take(&server, None, report.as_bytes()).await.expect("taken");
    // The mail server is waited for for 30 seconds.
    let noted = with_status(&server, &anna, MailStatus::Bounced);
    tokio::time::timeout(Duration::from_secs(20), noted)
        .await
        .expect("the report is noted meanwhile");
}

async fn a_command_without_a_server_says_so(database: Database) {
    let (server, _mails) = start(database).await;
    let mut elsewhere = server.state().config.clone();
    elsewhere.data_dir = elsewhere.data_dir.join("nowhere");
    let refused = take_report(&elsewhere, Some("bounce+1.2@x"), b"To: x\r\n\r\n").await;
    let Err(refused) = refused else {
        panic!("{refused:?}");
    };
    assert!(matches!(refused, ReportError::NoServer), "{refused:?}");
    assert_eq!(refused.exit_status(), 78, "EX_CONFIG");
    assert!(!elsewhere.data_dir.exists(), "nothing is made");
}
