//! The history of mails, and sending one again.

use latchkey_protocol::mail::{MailKind, MailReason, MailSentAgain, MailStatus};
use latchkey_protocol::problem::ProblemCode;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Answer, Database, Person, ServerUnderTest, Settings, eventually};

on_both_databases!(
    every_mail_is_in_the_history_without_its_secret,
    a_mail_sent_again_has_a_new_link,
    a_notice_sent_again_says_when_it_happened,
    what_is_over_is_not_sent_again,
    foreign_mails_are_not_sent_again,
    sending_again_floods_nobody,
    the_history_does_not_tell_whose_an_address_is,
    nor_does_it_while_no_mail_leaves,
);

async fn again(person: &Person, mail_id: &str) -> Answer {
    let path = format!("/v1/mails/{mail_id}/send-again");
    person.http.post_empty(&path).await
}

async fn every_mail_is_in_the_history_without_its_secret(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("second@example.org").await;
    anna.mails_have_left().await;
    let mails = anna.mails().await;
    // The clock stands still, so their order is by chance.
    let count = |kind| mails.iter().filter(|(_, mail)| mail.kind == kind).count();
    assert_eq!(count(MailKind::ConfirmEmail), 2);
    assert_eq!(count(MailKind::EmailAdded), 1);
    assert_eq!(mails.len(), 3);
    let secrets: Vec<_> = server
        .outbox()
        .mails()
        .iter()
        .filter_map(latchkey_tests::server::Mail::token)
        .collect();
    assert_eq!(secrets.len(), 2);
    for (_, mail) in &mails {
        assert_eq!((mail.status, mail.reason), (MailStatus::Sent, None));
        assert!(mail.sent_at.is_some() && !mail.subject.is_empty());
        let text = mail.text.as_deref().unwrap();
        assert!(text.contains("“anna”"), "{text}");
        assert_eq!(
            text.contains("/confirm-email/••••••••"),
            mail.kind == MailKind::ConfirmEmail
        );
    }
    let records = serde_json::to_string(&anna.records().await).unwrap();
    assert!(secrets.iter().all(|secret| !records.contains(secret)));
}

async fn a_mail_sent_again_has_a_new_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let first = server.outbox().confirmation(&anna.email, 1).await;
    anna.mails_have_left().await;
    server.clock().advance_seconds(60);
    let (id, _) = anna.mails().await.remove(0);
    let sent: MailSentAgain = again(&anna, &id).await.expect(202).json();
    let second = server.outbox().confirmation(&anna.email, 2).await;
    let (newest, mail) = anna.mails().await.pop().unwrap();
    assert_eq!(newest, sent.mail_id.to_string());
    assert_eq!(mail.again_of.map(|id| id.to_string()), Some(id));
    server.confirm(&first.token().unwrap()).await.expect(410);
    server.confirm(&second.token().unwrap()).await.expect(200);
}

async fn a_notice_sent_again_says_when_it_happened(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("second@example.org").await;
    anna.mails_have_left().await;
    let notice = async || {
        let mails = anna.mails().await.into_iter();
        let mut notices = mails.filter(|(_, mail)| mail.kind == MailKind::EmailAdded);
        notices.next_back().unwrap()
    };
    let (mut id, first) = notice().await;
    // The second time, what was itself sent again.
    for _ in 0..2 {
        server.clock().advance_seconds(86_400);
        again(&anna, &id).await.expect(202);
        anna.mails_have_left().await;
        let (newest, mail) = notice().await;
        assert!(newest != id && mail.queued_at > first.queued_at);
        assert_eq!(mail.text, first.text);
        id = newest;
    }
}

async fn what_is_over_is_not_sent_again(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let gone = "gone@example.org";
    let id = anna.add_confirmed_email(&server, gone).await;
    let new = anna.add_confirmed_email(&server, "new@example.org").await;
    anna.make_primary(&server, new).await;
    anna.change_email(id, "remove").await.expect(200);
    anna.mails_have_left().await;
    let (mut over, mut fine) = (0, 0);
    for (id, mail) in anna.mails().await {
        let answer = again(&anna, &id).await;
        // The links were followed, and one address is not Anna's any more; the former primary one can be taken back to.
        let followed = matches!(
            mail.kind,
            MailKind::ConfirmEmail | MailKind::ApproveEmailChange
        );
        if followed || mail.recipient == gone {
            answer.expect(409).expect_code(ProblemCode::NotAllowedNow);
            over += 1;
        } else {
            answer.expect(202);
            fine += 1;
        }
    }
    assert!(over >= 4 && fine >= 2, "{over} {fine}");
}

async fn foreign_mails_are_not_sent_again(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let mallory = Person::create(&server, "mallory").await;
    anna.mails_have_left().await;
    let (id, _) = anna.mails().await.remove(0);
    again(&mallory, &id).await.expect(404);
    for id in ["x", "00000000-0000-7000-8000-000000000000"] {
        again(&mallory, id).await.expect(404);
    }
    again(&anna, &id).await.expect(202);
}

async fn sending_again_floods_nobody(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("second@example.org").await;
    anna.mails_have_left().await;
    let mails = anna.mails().await;
    let notice =
        |(_, mail): &&(String, latchkey_protocol::mail::Mail)| mail.kind == MailKind::EmailAdded;
    let (id, _) = mails.iter().find(notice).unwrap();
    for _ in 0..10 {
        server.clock().advance_seconds(1);
        again(&anna, id).await.expect(202);
    }
    let refused = again(&anna, id).await.expect(429);
    assert!(refused.problem().retry_after_seconds.unwrap() <= 3600);
    // Links have their own, stricter limit.
    server.clock().advance_seconds(3600);
    anna.mails_have_left().await;
    let pending = |(_, mail): &&(String, latchkey_protocol::mail::Mail)| {
        mail.recipient == "second@example.org"
    };
    let (id, _) = mails.iter().find(pending).unwrap();
    for _ in 0..3 {
        again(&anna, id).await.expect(202);
        anna.mails_have_left().await;
    }
    again(&anna, id).await.expect(429);
}

/// What the account that asked sees of its mail is the same whether the recipient got a link or its owner a warning; also
/// when no further mail goes out.
async fn the_history_does_not_tell_whose_an_address_is(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    let mut seen = Vec::new();
    for (number, address) in ["anna@example.org", "nobody@example.org"]
        .into_iter()
        .enumerate()
    {
        let mallory = Person::create_confirmed(&server, &format!("mallory-{number}"))
            .await
            .stepped_up(None)
            .await;
        let email = mallory.add_email(address).await;
        mallory.mails_have_left().await;
        for _ in 0..3 {
            let path = format!("/v1/emails/{email}/resend");
            mallory.http.post_empty(&path).await.expect(202);
            mallory.mails_have_left().await;
        }
        let history: Vec<_> = mallory
            .mails()
            .await
            .into_iter()
            .filter(|(_, mail)| mail.recipient == address)
            .map(|(_, mail)| {
                let text = mail.text.unwrap_or_default();
                let text = text
                    .replace(address, "ADDRESS")
                    .replace(&mallory.username, "USER");
                (
                    mail.kind,
                    mail.subject,
                    text,
                    mail.status,
                    mail.reason,
                    mail.answer,
                )
            })
            .collect();
        assert_eq!(history.len(), 4);
        assert!(
            history
                .iter()
                .all(|mail| mail.4 != Some(MailReason::TooMany))
        );
        seen.push(history);
    }
    assert_eq!(seen[0], seen[1]);
}

/// The fourth mail to an address that is somebody's was "sent" at once, while one to nobody's waited like all others.
async fn nor_does_it_while_no_mail_leaves(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    let mut attackers = Vec::new();
    for number in 0..2 {
        let mallory = Person::create_confirmed(&server, &format!("mallory-{number}")).await;
        attackers.push(mallory.stepped_up(None).await);
    }
    server.kill().await;
    // Nobody listens there.
    let settings = Settings::default()
        .with("SMTP__HOST", "127.0.0.1")
        .with("SMTP__PORT", 1)
        .with("SMTP__ENCRYPTION", "none");
    server.start_again_with(settings).await;
    let mut seen = Vec::new();
    for (mallory, address) in attackers
        .iter()
        .zip(["anna@example.org", "nobody@example.org"])
    {
        let mallory = mallory.at(&server);
        let history = async || {
            let mails = mallory.mails().await.into_iter();
            let mails = mails.filter(|(_, mail)| mail.recipient == address);
            mails.map(|(_, mail)| mail).collect::<Vec<_>>()
        };
        let email = mallory.add_email(address).await;
        for number in 0..4 {
            if number > 0 {
                server.tick();
                mallory.change_email(email, "resend").await.expect(202);
            }
            eventually("a try", async || {
                let mails = history().await;
                let tried = mails
                    .iter()
                    .all(|mail| mail.status != MailStatus::Queued || mail.next_try_at.is_some());
                (mails.len() == number + 1 && tried).then_some(())
            })
            .await;
        }
        let history: Vec<_> = history()
            .await
            .into_iter()
            .map(|mail| {
                let text = mail.text.map(|text| {
                    text.replace(address, "ADDRESS")
                        .replace(&mallory.username, "USER")
                });
                (mail.status, mail.reason, mail.answer, mail.sent_at, text)
            })
            .collect();
        seen.push(history);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][3].0, MailStatus::Queued);
}
