//! E-mail addresses: what can be done with them, and what can't.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::ADDRESSES_PER_ACCOUNT;
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_server::Server;
use latchkey_server::config::{Config, InsideApp};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Http, Person, ServerUnderTest, Settings, eventually,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(
    the_first_address_is_primary_and_pending_until_its_link_is_followed,
    adding_confirming_choosing_and_removing_are_seen_by_every_device,
    a_pending_primary_gives_way_to_the_first_confirmed_address,
    what_is_not_an_address_or_is_here_already_is_named,
    addresses_that_read_alike_are_one,
    an_account_holds_ten_addresses,
    adding_answers_the_same_whoever_has_the_address,
    an_unconfirmed_account_blocks_no_address,
    of_fifty_confirmations_at_once_one_succeeds,
    of_many_accounts_that_confirm_one_address_at_once_one_succeeds,
    a_token_works_once,
    a_token_dies_with_the_day,
    a_resend_kills_the_older_link,
    resending_is_limited,
    adding_and_removing_floods_nobody,
    many_accounts_flood_nobody_either,
    one_account_keeps_no_address_from_its_owner,
    what_came_back_frees_no_place,
    the_primary_and_the_last_confirmed_address_stay,
    an_address_of_another_account_is_not_found,
    a_repeated_request_counts_once,
    the_scanner_opens_the_link_before_the_person,
    the_page_says_what_became_of_the_link,
    a_link_that_was_cut_off_gets_a_page_and_a_program_a_problem,
    links_lead_to_the_configured_address_whatever_the_host_header_says,
);

/// What an earlier version left on the server inside the app, which asks for no confirmation any more. That one is on
/// SQLite.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_on_a_server_of_one_person_is_confirmed_at_its_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = ServerUnderTest::start_in(folder.path(), Settings::default()).await;
    Person::create(&server, "anna").await;
    // Somebody else's already, and so not hers.
    Person::create_confirmed(&server, "bruno").await;
    Person::create_with_email(&server, "carla", "bruno@example.org").await;
    server.kill().await;

    let app = InsideApp {
        secret: "secret".into(),
        sign_up: false,
    };
    let config = Config::inside_app(folder.path(), app);
    let server = Box::pin(Server::open(config)).await.expect("it opens");
    let state = Arc::clone(server.state());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(server.run(listener, shutdown.clone()));
    let pending = async || {
        let sql = "SELECT a.username FROM emails e JOIN accounts a ON a.id = e.account_id \
                   WHERE e.confirmed_at IS NULL ORDER BY 1";
        let rows = state.database.fetch_all(sql, &[]).await.expect("rows");
        let names = rows.iter().map(|row| row.text(0).expect("a name"));
        names.collect::<Vec<_>>()
    };
    eventually("anna's address is confirmed", async || {
        (pending().await == ["carla"]).then_some(())
    })
    .await;
    shutdown.cancel();
    running.await.expect("it ends").expect("well");
}

async fn the_first_address_is_primary_and_pending_until_its_link_is_followed(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "Anna@Example.org").await;
    let email = anna.email_of("anna@example.org").await;
    assert!(email.primary && email.confirmed_at.is_none() && email.confirmation_sent_at.is_some());
    let token = server.outbox().token("anna@example.org", 1).await;
    assert_eq!(token.len(), 43, "256 bits as base64url");
    let reply = server.confirm(&token).await;
    assert_eq!(
        reply.json::<Value>(),
        json!({ "address": "anna@example.org" })
    );
    let email = anna.email_of("anna@example.org").await;
    assert!(email.primary && email.confirmed_at.is_some() && email.confirmation_sent_at.is_none());
    assert!(
        anna.activity()
            .await
            .contains(&ActivityKind::EmailConfirmed)
    );
}

async fn adding_confirming_choosing_and_removing_are_seen_by_every_device(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let id = anna.add_email("anna@example.com").await;
    let notice = server.outbox().mail("anna@example.org", 2).await;
    assert_eq!(notice.kind(), "email-added");
    assert!(notice.raw.contains("anna@example.com") && notice.link().is_none());

    assert_eq!(
        anna.change_email(id, "primary").await.code(),
        ProblemCode::NotAllowedNow
    );
    let token = server.outbox().token("anna@example.com", 1).await;
    server.confirm(&token).await;
    let email = anna.email_of("anna@example.com").await;
    assert!(email.confirmed_at.is_some() && !email.primary);

    anna.make_primary(&server, id).await;
    assert!(anna.email_of("anna@example.com").await.primary);
    assert!(!anna.email_of("anna@example.org").await.primary);
    for (address, kind) in [
        ("anna@example.org", "email-change-completed"),
        ("anna@example.com", "email-made-primary"),
    ] {
        let notice = eventually("a notice at both addresses", async || {
            server
                .outbox()
                .mails_to(address)
                .into_iter()
                .find(|mail| mail.kind() == kind)
        })
        .await;
        assert!(notice.raw.contains("anna@example.com"));
    }

    // For 30 days it can take its place back.
    let old = anna.email_id("anna@example.org").await;
    let reply = anna.change_email(old, "remove").await;
    assert_eq!(reply.code(), ProblemCode::NotAllowedNow);
    server.clock().advance_seconds(30 * 86_400);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    let anna = anna.stepped_up(None).await;
    let reply = anna.change_email(old, "remove").await;
    assert_eq!(reply.status, 200);
    assert_eq!(anna.emails().await.len(), 1);
    for address in ["anna@example.org", "anna@example.com"] {
        eventually("a notice at the removed address too", async || {
            server
                .outbox()
                .mails_to(address)
                .into_iter()
                .find(|mail| mail.kind() == "email-removed")
        })
        .await;
    }
    // What became of the mails comes after it.
    let page = anna.sync(0, 1000).await;
    assert!(reply.json::<Value>()["revision"].as_u64() <= Some(page.revision));
    let activity = anna.activity().await;
    for kind in [
        ActivityKind::EmailAdded,
        ActivityKind::EmailConfirmed,
        ActivityKind::EmailChangeCompleted,
        ActivityKind::EmailRemoved,
    ] {
        assert!(activity.contains(&kind), "{kind:?} in {activity:?}");
    }
}

async fn a_pending_primary_gives_way_to_the_first_confirmed_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@typo.example")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("anna@example.org").await;
    assert!(!anna.email_of("anna@example.org").await.primary);
    let token = server.outbox().token("anna@example.org", 1).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    assert!(anna.email_of("anna@example.org").await.primary);
    let typo = anna.email_id("anna@typo.example").await;
    let email = anna.email_of("anna@typo.example").await;
    assert!(!email.primary);
    assert_eq!(anna.change_email(typo, "remove").await.status, 200);
}

async fn what_is_not_an_address_or_is_here_already_is_named(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org")
        .await
        .stepped_up(None)
        .await;
    for (address, code) in [
        ("", "required"),
        ("anna", "not_an_email_address"),
        ("a@example.org,b@example.org", "not_an_email_address"),
        (
            "a@example.org\r\nBcc: b@example.org",
            "not_an_email_address",
        ),
        ("ANNA@example.org.", "already_yours"),
    ] {
        let reply = anna.try_add_email(address).await;
        assert_eq!(reply.status, 422, "{address}: {}", reply.text());
        assert_eq!(
            reply.json::<Value>()["fields"],
            json!([{ "field": "address", "code": code }])
        );
    }
    // CVE-2023-7028: the address given as a list.
    for body in [
        json!({ "address": ["anna@example.org", "evil@example.org"] }),
        json!({ "address": "b@example.org", "primary": true }),
        json!({}),
    ] {
        let reply = anna.http.post("/v1/emails", &body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (400, ProblemCode::Malformed)
        );
    }
    assert_eq!(anna.emails().await.len(), 1);
}

async fn addresses_that_read_alike_are_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@xn--mnchen-3ya.de").await;
    let token = server.outbox().token(&anna.email, 1).await;
    server.confirm(&token).await.expect(200);
    let mallory = Person::create_with_email(&server, "mallory", "mallory@example.org")
        .await
        .stepped_up(None)
        .await;
    // Upper case, Unicode for punycode, full width, a trailing dot: all the one address that Anna has confirmed.
    for (number, alike) in ["ANNA@MÜNCHEN.DE", "anna@münchen.de.", "anna@ｍünchen.de"]
        .into_iter()
        .enumerate()
    {
        let id = mallory.add_email(alike).await;
        let mail = server
            .outbox()
            .mail("anna@xn--mnchen-3ya.de", number + 2)
            .await;
        assert_eq!(mail.kind(), "address-in-use");
        assert_eq!(mallory.change_email(id, "remove").await.status, 200);
    }
    // Cyrillic letters make another domain, which is fine, or are refused in the local part.
    let reply = mallory.try_add_email("аnna@münchen.de").await;
    assert_eq!(reply.status, 422);
}

async fn an_account_holds_ten_addresses(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org")
        .await
        .stepped_up(None)
        .await;
    for number in 1..ADDRESSES_PER_ACCOUNT {
        anna.add_email(&format!("anna{number}@example.org")).await;
    }
    let reply = anna.try_add_email("more@example.org").await;
    let problem = reply.expect_code(ProblemCode::InvalidFields).problem();
    assert_eq!(
        problem.fields,
        [FieldProblem::new("address", FieldCode::TooMany)]
    );
    assert_eq!(anna.emails().await.len(), ADDRESSES_PER_ACCOUNT);
}

async fn adding_answers_the_same_whoever_has_the_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let owner = Person::create_in(&server, "de", "owner", "taken@example.org").await;
    let token = server.outbox().token("taken@example.org", 1).await;
    server.confirm(&token).await;
    let mallory = Person::create_with_email(&server, "mallory", "mallory@example.org")
        .await
        .stepped_up(None)
        .await;
    let eve = Person::create_with_email(&server, "eve", "eve@example.org")
        .await
        .stepped_up(None)
        .await;
    // So that the revision does not depend on whether the first mails have left.
    server.mails_have_left().await;

    let of_taken = mallory.try_add_email("taken@example.org").await;
    let of_free = eve.try_add_email("frees@example.org").await;
    assert_eq!(of_taken.status, of_free.status);
    let without_id = |reply: &Answer| {
        let mut body: Value = reply.json();
        body["email_id"] = json!("");
        (body, reply.text().len())
    };
    assert_eq!(without_id(&of_taken), without_id(&of_free));
    let seen = |email: latchkey_protocol::contacts::Email| {
        (
            email.primary,
            email.confirmed_at,
            email.confirmation_sent_at.is_some(),
        )
    };
    let id = mallory.email_id("taken@example.org").await;
    let email = mallory.email_of("taken@example.org").await;
    assert_eq!(seen(email), seen(eve.email_of("frees@example.org").await));

    let warning = server.outbox().mail("taken@example.org", 2).await;
    assert_eq!(warning.kind(), "address-in-use");
    assert!(
        warning.link().is_none() && !warning.raw.contains("confirm-email/"),
        "{}",
        warning.raw
    );
    assert!(
        warning.raw.contains("lang=\"de\"") && warning.raw.contains("„owner“"),
        "{}",
        warning.raw
    );
    assert!(!warning.raw.contains("mallory"), "{}", warning.raw);

    // Resending is limited alike, though it sends no link; and the owner is not flooded either.
    for _ in 0..3 {
        assert_eq!(mallory.change_email(id, "resend").await.status, 202);
    }
    assert_eq!(mallory.change_email(id, "resend").await.status, 429);
    server.mails_have_left().await;
    let warnings = server.outbox().mails_to("taken@example.org");
    assert!(
        warnings
            .iter()
            .skip(1)
            .all(|mail| mail.kind() == "address-in-use")
    );
    // As many as there would be links: five an hour, of which the owner had one.
    assert!(warnings.len() <= 1 + 4, "{}", warnings.len());
    assert_eq!(owner.emails().await.len(), 1);
}

/// CVE-2026-53868: an address held by an account that never confirmed it.
async fn an_unconfirmed_account_blocks_no_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let squatter = Person::create_with_email(&server, "squatter", "anna@example.org").await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let (first, second) = (
        server.outbox().token("anna@example.org", 1).await,
        server.outbox().token("anna@example.org", 2).await,
    );
    let by_anna = [&first, &second]
        .into_iter()
        .find(|token| {
            server
                .outbox()
                .mails_to("anna@example.org")
                .iter()
                .any(|mail| mail.raw.contains("“anna”") && mail.raw.contains(token.as_str()))
        })
        .expect("Anna's link");
    assert_eq!(server.confirm(by_anna).await.status, 200);
    let other = if by_anna == &first { &second } else { &first };
    let reply = server.confirm(other).await;
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (409, ProblemCode::NotAllowedNow)
    );
    assert!(
        anna.email_of("anna@example.org")
            .await
            .confirmed_at
            .is_some()
    );
    assert!(
        squatter
            .email_of("anna@example.org")
            .await
            .confirmed_at
            .is_none()
    );
}

async fn of_fifty_confirmations_at_once_one_succeeds(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let token = server.outbox().token("anna@example.org", 1).await;
    let tries = futures_util::future::join_all((0..50).map(|_| server.confirm(&token))).await;
    let mut codes: Vec<u16> = tries.iter().map(|reply| reply.status.as_u16()).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 200);
    assert!(codes[1..].iter().all(|code| *code == 410), "{codes:?}");
    let confirmed = anna.activity().await;
    assert_eq!(
        confirmed
            .iter()
            .filter(|kind| **kind == ActivityKind::EmailConfirmed)
            .count(),
        1
    );
}

async fn of_many_accounts_that_confirm_one_address_at_once_one_succeeds(database: Database) {
    // As many as one recipient gets links in an hour.
    const ACCOUNTS: usize = 5;
    let server = ServerUnderTest::start_in_process(database).await;
    let mut people = Vec::new();
    for number in 0..ACCOUNTS {
        let person = Person::create_with_email(
            &server,
            &format!("person{number}"),
            &format!("p{number}@example.org"),
        )
        .await
        .stepped_up(None)
        .await;
        person.add_email("shared@example.org").await;
        people.push(person);
    }
    server.outbox().mail("shared@example.org", ACCOUNTS).await;
    let tokens: Vec<String> = server
        .outbox()
        .mails_to("shared@example.org")
        .iter()
        .map(|mail| mail.token().expect("a link"))
        .collect();
    let tries =
        futures_util::future::join_all(tokens.iter().map(|token| server.confirm(token))).await;
    let mut codes: Vec<u16> = tries.iter().map(|reply| reply.status.as_u16()).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 200);
    assert!(codes[1..].iter().all(|code| *code == 409), "{codes:?}");
    let mut owners = 0;
    for person in &people {
        owners += usize::from(
            person
                .email_of("shared@example.org")
                .await
                .confirmed_at
                .is_some(),
        );
    }
    assert_eq!(owners, 1);
}

async fn a_token_works_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let token = server.outbox().token("anna@example.org", 1).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    let reply = server.confirm(&token).await;
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (410, ProblemCode::AlreadyConfirmed)
    );
    for spent in ["", "x", &"a".repeat(43), &"é".repeat(20_000)] {
        let reply = server.confirm(spent).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (410, ProblemCode::LinkSpent),
            "{}",
            spent.len()
        );
    }
    let reply = server
        .http()
        .post("/v1/emails/confirm", &json!({ "token": [token] }))
        .await;
    assert_eq!(reply.status, 400);
}

async fn a_token_dies_with_the_day(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let token = server.outbox().token("anna@example.org", 1).await;
    for later in [24 * 3600, 1, 29 * 24 * 3600] {
        server.advance(later);
        assert_eq!(server.confirm(&token).await.code(), ProblemCode::LinkSpent);
    }
    let bert = Person::create_with_email(&server, "bert", "bert@example.org").await;
    // A new one works until a second before its own end.
    let id = bert.email_id("bert@example.org").await;
    server.outbox().token("bert@example.org", 1).await;
    assert_eq!(bert.change_email(id, "resend").await.status, 202);
    let token = server.outbox().token("bert@example.org", 2).await;
    server.advance(24 * 3600 - 1);
    assert_eq!(server.confirm(&token).await.status, 200);
}

async fn a_resend_kills_the_older_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let older = server.outbox().token("anna@example.org", 1).await;
    let id = anna.email_id("anna@example.org").await;
    let before = anna.email_of("anna@example.org").await;
    server.advance(60);
    let reply = anna.change_email(id, "resend").await;
    assert_eq!(reply.status, 202);
    // From the answer on, not only once the new mail is out.
    assert_eq!(server.confirm(&older).await.code(), ProblemCode::LinkSpent);
    let after = anna.email_of("anna@example.org").await;
    assert!(after.confirmation_sent_at > before.confirmation_sent_at);
    let newer = server.outbox().token("anna@example.org", 2).await;
    assert_eq!(server.confirm(&older).await.code(), ProblemCode::LinkSpent);
    assert_eq!(server.confirm(&newer).await.status, 200);
    assert_eq!(
        anna.change_email(id, "resend").await.code(),
        ProblemCode::NotAllowedNow
    );
}

async fn resending_is_limited(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org")
        .await
        .stepped_up(None)
        .await;
    let id = anna.email_id("anna@example.org").await;
    for _ in 0..3 {
        assert_eq!(anna.change_email(id, "resend").await.status, 202);
        server.advance(60);
    }
    let reply = anna.change_email(id, "resend").await;
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (429, ProblemCode::TooManyAttempts)
    );
    let wait: i64 = reply
        .header("retry-after")
        .and_then(|wait| wait.parse().ok())
        .expect("seconds");
    assert_eq!(reply.json::<Value>()["retry_after_seconds"], json!(wait));
    assert!((3400..=3420 + 1).contains(&wait), "{wait}");
    let other = anna.add_email("other@example.org").await;
    assert_eq!(
        anna.change_email(other, "resend").await.status,
        202,
        "each address counts alone"
    );
    server.advance(wait - 2);
    assert_eq!(anna.change_email(id, "resend").await.status, 429);
    server.advance(2);
    assert_eq!(anna.change_email(id, "resend").await.status, 202);
}

async fn adding_and_removing_floods_nobody(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mallory = Person::create_with_email(&server, "mallory", "mallory@example.org")
        .await
        .stepped_up(None)
        .await;
    for _ in 0..3 {
        let id = mallory.add_email("victim@example.org").await;
        assert_eq!(mallory.change_email(id, "remove").await.status, 200);
    }
    assert_eq!(
        mallory.try_add_email("victim@example.org").await.status,
        429
    );
    let mut accepted = 0;
    for number in 0..30 {
        let reply = mallory
            .try_add_email(&format!("victim{number}@example.org"))
            .await;
        if reply.status != 202 {
            assert_eq!(reply.status, 429, "{}", reply.text());
            break;
        }
        accepted += 1;
        let id = mallory
            .email_id(&format!("victim{number}@example.org"))
            .await;
        mallory.change_email(id, "remove").await;
    }
    assert!(accepted < 20, "{accepted}");
    server.mails_have_left().await;
    assert!(server.outbox().mails_to("victim@example.org").len() <= 3);
}

async fn many_accounts_flood_nobody_either(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut answers = Vec::new();
    for number in 0..12 {
        let name = format!("person{number:02}");
        // By signing up, and by adding.
        if number % 2 == 0 {
            Person::create_with_email(&server, &name, "victim@example.org").await;
        } else {
            let person = Person::create_with_email(&server, &name, &format!("{name}@example.org"))
                .await
                .stepped_up(None)
                .await;
            // So that the revision does not depend on whether the first mail has left.
            server.mails_have_left().await;
            let reply = person.try_add_email("victim@example.org").await;
            answers.push((reply.status, reply.json::<Value>()["revision"].clone()));
            let email = person.email_of("victim@example.org").await;
            assert!(email.confirmation_sent_at.is_some(), "nobody is told");
        }
    }
    assert_eq!(answers, vec![answers[0].clone(); 6]);
    server.mails_have_left().await;
    assert_eq!(server.outbox().mails_to("victim@example.org").len(), 5);
    // An hour later its owner gets a link again.
    server.advance(3600);
    let victim = Person::create_with_email(&server, "victim", "victim@example.org").await;
    let token = server.outbox().token("victim@example.org", 6).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    let email = victim.email_of("victim@example.org").await;
    assert!(email.confirmed_at.is_some());
}

/// An unverified account never blocks an address: not by using up what may be sent there either.
async fn one_account_keeps_no_address_from_its_owner(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mallory = Person::create(&server, "mallory")
        .await
        .stepped_up(None)
        .await;
    for _ in 0..3 {
        let id = mallory.add_email("boss@example.org").await;
        server.mails_have_left().await;
        mallory.change_email(id, "resend").await;
        server.mails_have_left().await;
        mallory.change_email(id, "remove").await.expect(200);
    }
    assert_eq!(server.outbox().mails_to("boss@example.org").len(), 4);
    let boss = Person::create_with_email(&server, "boss", "boss@example.org").await;
    let token = server.outbox().token("boss@example.org", 5).await;
    server.confirm(&token).await.expect(200);
    assert!(
        boss.email_of("boss@example.org")
            .await
            .confirmed_at
            .is_some()
    );
}

async fn what_came_back_frees_no_place(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for number in 0..5 {
        let name = format!("person{number}");
        Person::create_with_email(&server, &name, "victim@example.org").await;
    }
    server.mails_have_left().await;
    let came_back = "UPDATE mails SET status = 'bounced' WHERE recipient = 'victim@example.org'";
    assert_eq!(server.statement(came_back).await, 5);
    Person::create_with_email(&server, "person5", "victim@example.org").await;
    server.mails_have_left().await;
    assert_eq!(server.outbox().mails_to("victim@example.org").len(), 5);
}

async fn the_primary_and_the_last_confirmed_address_stay(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let only = anna.email_id("anna@example.org").await;
    let reply = anna.change_email(only, "remove").await;
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (409, ProblemCode::NotAllowedNow)
    );
    let pending = anna.add_email("pending@example.org").await;
    assert_eq!(
        anna.change_email(only, "remove").await.status,
        409,
        "the other is not confirmed"
    );
    server
        .confirm(&server.outbox().token("pending@example.org", 1).await)
        .await;
    let reply = anna.change_email(only, "remove").await;
    assert_eq!(reply.status, 409, "it is the primary");
    assert!(
        reply.json::<Value>()["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("primary"))
    );
    assert_eq!(anna.change_email(pending, "remove").await.status, 200);
    assert_eq!(anna.emails().await.len(), 1);
}

async fn an_address_of_another_account_is_not_found(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let mallory = Person::create_with_email(&server, "mallory", "mallory@example.org")
        .await
        .stepped_up(None)
        .await;
    let hers = anna.email_id("anna@example.org").await;
    let nobodys = EmailId(Uuid::from_u128(7));
    for what in ["resend", "primary", "remove"] {
        let foreign = mallory.change_email(hers, what).await;
        let absent = mallory.change_email(nobodys, what).await;
        assert_eq!(foreign.status, 404);
        assert_eq!(foreign.text(), absent.text());
        let malformed = mallory
            .http
            .post_empty(&format!("/v1/emails/nonsense/{what}"))
            .await;
        assert_eq!(
            (malformed.status.as_u16(), malformed.code()),
            (404, ProblemCode::NotFound)
        );
    }
    let stranger = server
        .http()
        .post("/v1/emails", &json!({ "address": "x@example.org" }))
        .await;
    assert_eq!(stranger.status, 401);
    assert_eq!(anna.emails().await.len(), 1);
}

async fn a_repeated_request_counts_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let key = Uuid::from_u128(1).to_string();
    let body = json!({ "address": "second@example.org" });
    let first = anna.http.post_keyed("/v1/emails", &key, &body).await;
    let again = anna.http.post_keyed("/v1/emails", &key, &body).await;
    assert_eq!((first.status.as_u16(), first.text()), (202, again.text()));
    let other = json!({ "address": "third@example.org" });
    let reply = anna.http.post_keyed("/v1/emails", &key, &other).await;
    assert_eq!(
        (reply.status.as_u16(), reply.code()),
        (422, ProblemCode::IdempotencyKeyReused)
    );

    let id = anna.email_id("second@example.org").await;
    for (number, what) in [(2, "resend"), (3, "remove")] {
        let key = Uuid::from_u128(number).to_string();
        let path = format!("/v1/emails/{id}/{what}");
        let first = anna.http.post_empty_keyed(&path, &key).await;
        let again = anna.http.post_empty_keyed(&path, &key).await;
        assert!(first.status.is_success(), "{}", first.text());
        assert_eq!(first.text(), again.text());
    }
    server.mails_have_left().await;
    let activity = anna.activity().await;
    for once in [ActivityKind::EmailAdded, ActivityKind::EmailRemoved] {
        assert_eq!(
            activity.iter().filter(|kind| **kind == once).count(),
            1,
            "{once:?}"
        );
    }
}

/// A link's path.
fn path_of(link: &str) -> &str {
    &link[link.find("/confirm-email/").expect("a link")..]
}

async fn the_scanner_opens_the_link_before_the_person(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let link = server
        .outbox()
        .mail("anna@example.org", 1)
        .await
        .link()
        .expect("a link");
    assert!(
        link.starts_with(&format!("{}confirm-email/", server.url())),
        "{link}"
    );
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let mut pages = Vec::new();
    for address in [link.clone(), link.replace(&token, &"x".repeat(43))] {
        for method in [Method::HEAD, Method::GET, Method::GET] {
            let reply = Http::send(server.http().request(method.clone(), path_of(&address))).await;
            assert_eq!(reply.status, 200, "{method}");
            if method == Method::GET {
                pages.push(
                    reply
                        .text()
                        .replace(&token, "TOKEN")
                        .replace(&"x".repeat(43), "TOKEN"),
                );
            }
        }
    }
    assert!(
        pages.iter().all(|page| page == &pages[0]),
        "the page is the same for any token"
    );
    assert!(
        anna.email_of("anna@example.org")
            .await
            .confirmed_at
            .is_none()
    );
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let reply = Http::send(server.http().request(method, "/v1/emails/confirm")).await;
        assert!(
            matches!(reply.status.as_u16(), 404 | 405),
            "{}",
            reply.status
        );
    }
    // What mail programs leave around it is none of the token.
    let slashed = server.http().get(&format!("{}/", path_of(&link))).await;
    assert_eq!(slashed.status, 308);
    assert_eq!(
        slashed.header("location"),
        Some(format!("../{token}").as_str())
    );
    let decorated = format!("{}.%3E", path_of(&link));
    let reply = server.http().post_empty(&decorated).await;
    assert_eq!(reply.status, 200);
    assert!(
        anna.email_of("anna@example.org")
            .await
            .confirmed_at
            .is_some()
    );
}

async fn the_page_says_what_became_of_the_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_with_email(&server, "anna", "anna@example.org").await;
    let link = server
        .outbox()
        .mail("anna@example.org", 1)
        .await
        .link()
        .expect("a link");
    let german = server
        .http()
        .with_header("accept-language", "de-AT,de;q=0.9,en;q=0.5");
    let asks = german.get(path_of(&link)).await;
    for part in [
        "<html lang=\"de\">",
        "<title>Adresse bestätigen",
        "<main",
        "<h1>",
        "<form method=\"post\">",
        "href=\"latchkey://confirm-email/",
    ] {
        assert!(asks.text().contains(part), "{part} in {}", asks.text());
    }
    assert!(
        !asks.text().contains("<script")
            && !asks.text().contains("style=")
            && !asks.text().contains("anna")
    );
    let policy = asks.header("content-security-policy").expect("the header");
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(
        asks.header("referrer-policy").expect("the header"),
        "same-origin"
    );
    assert_eq!(
        asks.header("cache-control").expect("the header"),
        "no-store"
    );
    assert_eq!(
        asks.header("x-content-type-options").expect("the header"),
        "nosniff"
    );
    let style = server.http().get("/pages.css").await;
    assert!(
        style.status == 200
            && style
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("text/css"))
    );

    let done = german.post_empty(path_of(&link)).await;
    assert!(
        done.status == 200 && done.text().contains("anna@example.org ist bestätigt"),
        "{}",
        done.text()
    );
    let spent = server.http().post_empty(path_of(&link)).await;
    assert!(
        spent.status == 410 && spent.text().contains("Already confirmed"),
        "{}",
        spent.text()
    );
    assert_eq!(
        spent.header("cache-control").expect("the header"),
        "no-store"
    );

    let hostile = "/confirm-email/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%0d%0a";
    let reply = server.http().get(hostile).await;
    assert!(
        reply.status == 200 && !reply.text().contains("<script"),
        "{}",
        reply.text()
    );
    assert_eq!(server.http().post_empty(hostile).await.status, 410);
}

async fn a_link_that_was_cut_off_gets_a_page_and_a_program_a_problem(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for path in ["/confirm-email/", "/confirm-email/a/b", "/nowhere"] {
        let page = server
            .http()
            .with_header("accept", "text/html,*/*;q=0.8")
            .get(path)
            .await;
        assert!(
            page.status == 404 && page.text().contains("Page not found"),
            "{path}: {}",
            page.text()
        );
        let problem = server.http().get(path).await;
        assert_eq!(
            (problem.status.as_u16(), problem.code()),
            (404, ProblemCode::NotFound),
            "{path}"
        );
    }
    let api = server.http().with_header("accept", "text/html");
    api.get("/v1/nowhere")
        .await
        .expect_code(ProblemCode::NotFound);
}

/// CVE-2025-25198: a Host header that gets into the link.
async fn links_lead_to_the_configured_address_whatever_the_host_header_says(database: Database) {
    for public_url in [None, Some("https://id.example.org/accounts")] {
        let settings = match public_url {
            Some(url) => Settings::default().with("PUBLIC_URL", url),
            None => Settings::default(),
        };
        let server = ServerUnderTest::start_in_process_with(database, settings).await;
        let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
        let id = anna.email_id("anna@example.org").await;
        server.mails_have_left().await;
        let request = anna
            .http
            .request(Method::POST, &format!("/v1/emails/{id}/resend"))
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example");
        assert_eq!(Http::send(request).await.status, 202);
        let mail = server.outbox().mail("anna@example.org", 2).await;
        assert!(!mail.raw.contains("evil.example"), "{}", mail.raw);
        let own = server.url();
        let start = public_url.unwrap_or(own.as_str().trim_end_matches('/'));
        let link = mail.link().expect("a link");
        assert!(
            link.starts_with(&format!("{start}/confirm-email/")),
            "{link}"
        );
    }
}
