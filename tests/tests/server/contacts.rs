//! E-mail addresses: what can be done with them, and what can't.

#![allow(clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use latchkey_protocol::contacts::ADDRESSES_PER_ACCOUNT;
use latchkey_protocol::identifiers::EmailId;
use serde_json::json;
use support::database::Kind;
use support::{TestServer, eventually};
use uuid::Uuid;

on_both_databases! {
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
    the_primary_and_the_last_confirmed_address_stay,
    an_address_of_another_account_is_not_found,
    a_repeated_request_counts_once,
    the_scanner_opens_the_link_before_the_person,
    the_page_says_what_became_of_the_link,
    a_link_that_was_cut_off_gets_a_page_and_a_program_a_problem,
    links_lead_to_the_configured_address_whatever_the_host_header_says,
}

async fn the_first_address_is_primary_and_pending_until_its_link_is_followed(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server.sign_up("anna", "Anna@Example.org").await;
    let (_, email) = anna.email(&server, "anna@example.org").await;
    assert!(email.primary && email.confirmed_at.is_none() && email.confirmation_sent_at.is_some());
    let token = server.token_to("anna@example.org", 1).await;
    assert_eq!(token.len(), 43, "256 bits as base64url");
    let reply = server.confirm(&token).await;
    assert_eq!(reply.json(), json!({ "address": "anna@example.org" }));
    let (_, email) = anna.email(&server, "anna@example.org").await;
    assert!(email.primary && email.confirmed_at.is_some() && email.confirmation_sent_at.is_none());
    assert!(
        anna.activity(&server)
            .await
            .contains(&"email_confirmed".to_owned())
    );
}

async fn adding_confirming_choosing_and_removing_are_seen_by_every_device(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up_confirmed("anna", "anna@example.org")
        .await
        .stepped_up(&server)
        .await;
    let id = anna.add(&server, "anna@example.com").await;
    let notice = server.mail_to("anna@example.org", 2).await;
    assert_eq!(notice.kind, "email-added");
    assert!(notice.raw.contains("anna@example.com") && notice.link().is_none());

    assert_eq!(
        anna.change(&server, id, "primary").await.code(),
        "not_allowed_now"
    );
    let token = server.token_to("anna@example.com", 1).await;
    server.confirm(&token).await;
    let (_, email) = anna.email(&server, "anna@example.com").await;
    assert!(email.confirmed_at.is_some() && !email.primary);

    let reply = anna.change(&server, id, "primary").await;
    assert_eq!(reply.status, 200);
    assert!(reply.json()["revision"].as_u64() > Some(0));
    assert!(anna.email(&server, "anna@example.com").await.1.primary);
    assert!(!anna.email(&server, "anna@example.org").await.1.primary);
    for address in ["anna@example.org", "anna@example.com"] {
        let notice = eventually("a notice at both addresses", async || {
            server
                .mails_to(address)
                .into_iter()
                .find(|mail| mail.kind == "email-made-primary")
        })
        .await;
        assert!(notice.raw.contains("anna@example.com"));
    }

    let (old, _) = anna.email(&server, "anna@example.org").await;
    let reply = anna.change(&server, old, "remove").await;
    assert_eq!(reply.status, 200);
    assert_eq!(anna.emails(&server).await.len(), 1);
    for address in ["anna@example.org", "anna@example.com"] {
        eventually("a notice at the removed address too", async || {
            server
                .mails_to(address)
                .into_iter()
                .find(|mail| mail.kind == "email-removed")
        })
        .await;
    }
    // What became of the mails comes after it.
    let page = anna.sync(&server).await;
    assert!(reply.json()["revision"].as_u64() <= Some(page.revision));
    let activity = anna.activity(&server).await;
    for kind in [
        "email_added",
        "email_confirmed",
        "email_made_primary",
        "email_removed",
    ] {
        assert!(
            activity.contains(&kind.to_owned()),
            "{kind} in {activity:?}"
        );
    }
}

async fn a_pending_primary_gives_way_to_the_first_confirmed_address(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up("anna", "anna@typo.example")
        .await
        .stepped_up(&server)
        .await;
    anna.add(&server, "anna@example.org").await;
    assert!(!anna.email(&server, "anna@example.org").await.1.primary);
    let token = server.token_to("anna@example.org", 1).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    assert!(anna.email(&server, "anna@example.org").await.1.primary);
    let (typo, email) = anna.email(&server, "anna@typo.example").await;
    assert!(!email.primary);
    assert_eq!(anna.change(&server, typo, "remove").await.status, 200);
}

async fn what_is_not_an_address_or_is_here_already_is_named(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up("anna", "anna@example.org")
        .await
        .stepped_up(&server)
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
        let reply = anna.try_add(&server, address).await;
        assert_eq!(reply.status, 422, "{address}: {}", reply.text);
        assert_eq!(
            reply.json()["fields"],
            json!([{ "field": "address", "code": code }])
        );
    }
    // CVE-2023-7028: the address given as a list.
    for body in [
        json!({ "address": ["anna@example.org", "evil@example.org"] }),
        json!({ "address": "b@example.org", "primary": true }),
        json!({}),
    ] {
        let reply = anna.post(&server, "/v1/emails", Some(&body), None).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "malformed"));
    }
    assert_eq!(anna.emails(&server).await.len(), 1);
}

async fn addresses_that_read_alike_are_one(kind: Kind) {
    let server = TestServer::start(kind).await;
    server
        .sign_up_confirmed("anna", "anna@xn--mnchen-3ya.de")
        .await;
    let mallory = server
        .sign_up("mallory", "mallory@example.org")
        .await
        .stepped_up(&server)
        .await;
    // Upper case, Unicode for punycode, full width, a trailing dot: all the one address that Anna has confirmed.
    for (number, alike) in ["ANNA@MÜNCHEN.DE", "anna@münchen.de.", "anna@ｍünchen.de"]
        .into_iter()
        .enumerate()
    {
        let id = mallory.add(&server, alike).await;
        let mail = server.mail_to("anna@xn--mnchen-3ya.de", number + 2).await;
        assert_eq!(mail.kind, "address-in-use");
        assert_eq!(mallory.change(&server, id, "remove").await.status, 200);
    }
    // Cyrillic letters make another domain, which is fine, or are refused in the local part.
    let reply = mallory.try_add(&server, "аnna@münchen.de").await;
    assert_eq!(reply.status, 422);
}

async fn an_account_holds_ten_addresses(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up("anna", "anna@example.org")
        .await
        .stepped_up(&server)
        .await;
    for number in 1..ADDRESSES_PER_ACCOUNT {
        anna.add(&server, &format!("anna{number}@example.org"))
            .await;
    }
    let reply = anna.try_add(&server, "more@example.org").await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "not_allowed_now")
    );
    assert_eq!(anna.emails(&server).await.len(), ADDRESSES_PER_ACCOUNT);
}

async fn adding_answers_the_same_whoever_has_the_address(kind: Kind) {
    let server = TestServer::start(kind).await;
    let owner = server.sign_up_in("de", "owner", "taken@example.org").await;
    let token = server.token_to("taken@example.org", 1).await;
    server.confirm(&token).await;
    let mallory = server
        .sign_up("mallory", "mallory@example.org")
        .await
        .stepped_up(&server)
        .await;
    let eve = server
        .sign_up("eve", "eve@example.org")
        .await
        .stepped_up(&server)
        .await;
    // So that the revision does not depend on whether the first mails have left.
    server.queue_is_empty().await;

    let of_taken = mallory.try_add(&server, "taken@example.org").await;
    let of_free = eve.try_add(&server, "frees@example.org").await;
    assert_eq!(of_taken.status, of_free.status);
    let without_id = |reply: &support::Reply| {
        let mut body = reply.json();
        body["email_id"] = json!("");
        (body, reply.text.len())
    };
    assert_eq!(without_id(&of_taken), without_id(&of_free));
    let seen = |email: latchkey_protocol::contacts::Email| {
        (
            email.primary,
            email.confirmed_at,
            email.confirmation_sent_at.is_some(),
        )
    };
    let (id, email) = mallory.email(&server, "taken@example.org").await;
    assert_eq!(
        seen(email),
        seen(eve.email(&server, "frees@example.org").await.1)
    );

    let warning = server.mail_to("taken@example.org", 2).await;
    assert_eq!(warning.kind, "address-in-use");
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
        assert_eq!(mallory.change(&server, id, "resend").await.status, 202);
    }
    assert_eq!(mallory.change(&server, id, "resend").await.status, 429);
    server.queue_is_empty().await;
    let warnings = server.mails_to("taken@example.org");
    assert!(
        warnings
            .iter()
            .skip(1)
            .all(|mail| mail.kind == "address-in-use")
    );
    assert!(warnings.len() <= 1 + 3, "{}", warnings.len());
    assert_eq!(owner.emails(&server).await.len(), 1);
}

/// CVE-2026-53868: an address held by an account that never confirmed it.
async fn an_unconfirmed_account_blocks_no_address(kind: Kind) {
    let server = TestServer::start(kind).await;
    let squatter = server.sign_up("squatter", "anna@example.org").await;
    let anna = server.sign_up("anna", "anna@example.org").await;
    let (first, second) = (
        server.token_to("anna@example.org", 1).await,
        server.token_to("anna@example.org", 2).await,
    );
    let by_anna = [&first, &second]
        .into_iter()
        .find(|token| {
            server
                .mails_to("anna@example.org")
                .iter()
                .any(|mail| mail.raw.contains("“anna”") && mail.raw.contains(token.as_str()))
        })
        .expect("Anna's link");
    assert_eq!(server.confirm(by_anna).await.status, 200);
    let other = if by_anna == &first { &second } else { &first };
    let reply = server.confirm(other).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "not_allowed_now")
    );
    assert!(
        anna.email(&server, "anna@example.org")
            .await
            .1
            .confirmed_at
            .is_some()
    );
    assert!(
        squatter
            .email(&server, "anna@example.org")
            .await
            .1
            .confirmed_at
            .is_none()
    );
}

async fn of_fifty_confirmations_at_once_one_succeeds(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server.sign_up("anna", "anna@example.org").await;
    let token = server.token_to("anna@example.org", 1).await;
    let tries = futures_util::future::join_all((0..50).map(|_| server.confirm(&token))).await;
    let mut codes: Vec<u16> = tries.iter().map(|reply| reply.status).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 200);
    assert!(codes[1..].iter().all(|code| *code == 410), "{codes:?}");
    let confirmed = anna.activity(&server).await;
    assert_eq!(
        confirmed
            .iter()
            .filter(|kind| *kind == "email_confirmed")
            .count(),
        1
    );
}

async fn of_many_accounts_that_confirm_one_address_at_once_one_succeeds(kind: Kind) {
    // As many as one recipient gets links in an hour.
    const ACCOUNTS: usize = 5;
    let server = TestServer::start(kind).await;
    let mut people = Vec::new();
    for number in 0..ACCOUNTS {
        let person = server
            .sign_up(
                &format!("person{number}"),
                &format!("p{number}@example.org"),
            )
            .await
            .stepped_up(&server)
            .await;
        person.add(&server, "shared@example.org").await;
        people.push(person);
    }
    server.mail_to("shared@example.org", ACCOUNTS).await;
    let tokens: Vec<String> = server
        .mails_to("shared@example.org")
        .iter()
        .map(|mail| mail.token().expect("a link"))
        .collect();
    let tries =
        futures_util::future::join_all(tokens.iter().map(|token| server.confirm(token))).await;
    let mut codes: Vec<u16> = tries.iter().map(|reply| reply.status).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 200);
    assert!(codes[1..].iter().all(|code| *code == 409), "{codes:?}");
    let mut owners = 0;
    for person in &people {
        owners += usize::from(
            person
                .email(&server, "shared@example.org")
                .await
                .1
                .confirmed_at
                .is_some(),
        );
    }
    assert_eq!(owners, 1);
}

async fn a_token_works_once(kind: Kind) {
    let server = TestServer::start(kind).await;
    server.sign_up("anna", "anna@example.org").await;
    let token = server.token_to("anna@example.org", 1).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    for spent in [
        token.as_str(),
        "",
        "x",
        &"a".repeat(43),
        &"é".repeat(20_000),
    ] {
        let reply = server.confirm(spent).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (410, "link_spent"),
            "{}",
            spent.len()
        );
    }
    let reply = server
        .post("/v1/emails/confirm", &json!({ "token": [token] }))
        .await;
    assert_eq!(reply.status, 400);
}

async fn a_token_dies_with_the_day(kind: Kind) {
    let server = TestServer::start(kind).await;
    server.sign_up("anna", "anna@example.org").await;
    let token = server.token_to("anna@example.org", 1).await;
    for later in [24 * 3600, 1, 29 * 24 * 3600] {
        server.advance(later);
        assert_eq!(server.confirm(&token).await.code(), "link_spent");
    }
    let bert = server.sign_up("bert", "bert@example.org").await;
    // A new one works until a second before its own end.
    let (id, _) = bert.email(&server, "bert@example.org").await;
    server.token_to("bert@example.org", 1).await;
    assert_eq!(bert.change(&server, id, "resend").await.status, 202);
    let token = server.token_to("bert@example.org", 2).await;
    server.advance(24 * 3600 - 1);
    assert_eq!(server.confirm(&token).await.status, 200);
}

async fn a_resend_kills_the_older_link(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server.sign_up("anna", "anna@example.org").await;
    let older = server.token_to("anna@example.org", 1).await;
    let (id, before) = anna.email(&server, "anna@example.org").await;
    server.advance(60);
    let reply = anna.change(&server, id, "resend").await;
    assert_eq!(reply.status, 202);
    // From the answer on, not only once the new mail is out.
    assert_eq!(server.confirm(&older).await.code(), "link_spent");
    let (_, after) = anna.email(&server, "anna@example.org").await;
    assert!(after.confirmation_sent_at > before.confirmation_sent_at);
    let newer = server.token_to("anna@example.org", 2).await;
    assert_eq!(server.confirm(&older).await.code(), "link_spent");
    assert_eq!(server.confirm(&newer).await.status, 200);
    assert_eq!(
        anna.change(&server, id, "resend").await.code(),
        "not_allowed_now"
    );
}

async fn resending_is_limited(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up("anna", "anna@example.org")
        .await
        .stepped_up(&server)
        .await;
    let (id, _) = anna.email(&server, "anna@example.org").await;
    for _ in 0..3 {
        assert_eq!(anna.change(&server, id, "resend").await.status, 202);
        server.advance(60);
    }
    let reply = anna.change(&server, id, "resend").await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (429, "too_many_attempts")
    );
    let wait: i64 = reply.header("retry-after").parse().expect("seconds");
    assert_eq!(reply.json()["retry_after_seconds"], json!(wait));
    assert!((3400..=3420 + 1).contains(&wait), "{wait}");
    let other = anna.add(&server, "other@example.org").await;
    assert_eq!(
        anna.change(&server, other, "resend").await.status,
        202,
        "each address counts alone"
    );
    server.advance(wait - 2);
    assert_eq!(anna.change(&server, id, "resend").await.status, 429);
    server.advance(2);
    assert_eq!(anna.change(&server, id, "resend").await.status, 202);
}

async fn adding_and_removing_floods_nobody(kind: Kind) {
    let server = TestServer::start(kind).await;
    let mallory = server
        .sign_up("mallory", "mallory@example.org")
        .await
        .stepped_up(&server)
        .await;
    for _ in 0..3 {
        let id = mallory.add(&server, "victim@example.org").await;
        assert_eq!(mallory.change(&server, id, "remove").await.status, 200);
    }
    assert_eq!(
        mallory.try_add(&server, "victim@example.org").await.status,
        429
    );
    let mut accepted = 0;
    for number in 0..30 {
        let reply = mallory
            .try_add(&server, &format!("victim{number}@example.org"))
            .await;
        if reply.status != 202 {
            assert_eq!(reply.status, 429, "{}", reply.text);
            break;
        }
        accepted += 1;
        let (id, _) = mallory
            .email(&server, &format!("victim{number}@example.org"))
            .await;
        mallory.change(&server, id, "remove").await;
    }
    assert!(accepted < 20, "{accepted}");
    server.queue_is_empty().await;
    assert!(server.mails_to("victim@example.org").len() <= 3);
}

async fn many_accounts_flood_nobody_either(kind: Kind) {
    let server = TestServer::start(kind).await;
    let mut answers = Vec::new();
    for number in 0..12 {
        let name = format!("person{number:02}");
        // By signing up, and by adding.
        if number % 2 == 0 {
            server.sign_up(&name, "victim@example.org").await;
        } else {
            let person = server
                .sign_up(&name, &format!("{name}@example.org"))
                .await
                .stepped_up(&server)
                .await;
            // So that the revision does not depend on whether the first mail has left.
            server.queue_is_empty().await;
            let reply = person.try_add(&server, "victim@example.org").await;
            answers.push((reply.status, reply.json()["revision"].clone()));
            let (_, email) = person.email(&server, "victim@example.org").await;
            assert!(email.confirmation_sent_at.is_some(), "nobody is told");
        }
    }
    assert_eq!(answers, vec![answers[0].clone(); 6]);
    server.queue_is_empty().await;
    assert_eq!(server.mails_to("victim@example.org").len(), 5);
    // An hour later its owner gets a link again.
    server.advance(3600);
    let victim = server.sign_up("victim", "victim@example.org").await;
    let token = server.token_to("victim@example.org", 6).await;
    assert_eq!(server.confirm(&token).await.status, 200);
    let (_, email) = victim.email(&server, "victim@example.org").await;
    assert!(email.confirmed_at.is_some());
}

async fn the_primary_and_the_last_confirmed_address_stay(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up_confirmed("anna", "anna@example.org")
        .await
        .stepped_up(&server)
        .await;
    let (only, _) = anna.email(&server, "anna@example.org").await;
    let reply = anna.change(&server, only, "remove").await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "not_allowed_now")
    );
    let pending = anna.add(&server, "pending@example.org").await;
    assert_eq!(
        anna.change(&server, only, "remove").await.status,
        409,
        "the other is not confirmed"
    );
    server
        .confirm(&server.token_to("pending@example.org", 1).await)
        .await;
    let reply = anna.change(&server, only, "remove").await;
    assert_eq!(reply.status, 409, "it is the primary");
    assert!(
        reply.json()["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("primary"))
    );
    assert_eq!(anna.change(&server, pending, "remove").await.status, 200);
    assert_eq!(anna.emails(&server).await.len(), 1);
}

async fn an_address_of_another_account_is_not_found(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server.sign_up("anna", "anna@example.org").await;
    let mallory = server
        .sign_up("mallory", "mallory@example.org")
        .await
        .stepped_up(&server)
        .await;
    let (hers, _) = anna.email(&server, "anna@example.org").await;
    let nobodys = EmailId(Uuid::from_u128(7));
    for what in ["resend", "primary", "remove"] {
        let foreign = mallory.change(&server, hers, what).await;
        let absent = mallory.change(&server, nobodys, what).await;
        assert_eq!(foreign.status, 404);
        assert_eq!(foreign.text, absent.text);
        let malformed = mallory
            .post(&server, &format!("/v1/emails/nonsense/{what}"), None, None)
            .await;
        assert_eq!(
            (malformed.status, malformed.code().as_str()),
            (404, "not_found")
        );
    }
    let stranger = server
        .post("/v1/emails", &json!({ "address": "x@example.org" }))
        .await;
    assert_eq!(stranger.status, 401);
    assert_eq!(anna.emails(&server).await.len(), 1);
}

async fn a_repeated_request_counts_once(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server
        .sign_up_confirmed("anna", "anna@example.org")
        .await
        .stepped_up(&server)
        .await;
    let key = Some(Uuid::from_u128(1));
    let body = json!({ "address": "second@example.org" });
    let first = anna.post(&server, "/v1/emails", Some(&body), key).await;
    let again = anna.post(&server, "/v1/emails", Some(&body), key).await;
    assert_eq!((first.status, &first.text), (202, &again.text));
    let other = json!({ "address": "third@example.org" });
    let reply = anna.post(&server, "/v1/emails", Some(&other), key).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (422, "idempotency_key_reused")
    );

    let (id, _) = anna.email(&server, "second@example.org").await;
    for (number, what) in [(2, "resend"), (3, "remove")] {
        let key = Some(Uuid::from_u128(number));
        let path = format!("/v1/emails/{id}/{what}");
        let first = anna.post(&server, &path, None, key).await;
        let again = anna.post(&server, &path, None, key).await;
        assert!(first.status < 300, "{}", first.text);
        assert_eq!(first.text, again.text);
    }
    server.queue_is_empty().await;
    let activity = anna.activity(&server).await;
    for once in ["email_added", "email_removed"] {
        assert_eq!(
            activity.iter().filter(|kind| *kind == once).count(),
            1,
            "{once}"
        );
    }
}

async fn the_scanner_opens_the_link_before_the_person(kind: Kind) {
    let server = TestServer::start(kind).await;
    let anna = server.sign_up("anna", "anna@example.org").await;
    let link = server
        .mail_to("anna@example.org", 1)
        .await
        .link()
        .expect("a link");
    assert!(
        link.starts_with(&format!("{}/confirm-email/", server.base)),
        "{link}"
    );
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let mut pages = Vec::new();
    for address in [link.clone(), link.replace(&token, &"x".repeat(43))] {
        for method in [
            reqwest::Method::HEAD,
            reqwest::Method::GET,
            reqwest::Method::GET,
        ] {
            let reply = server
                .send(server.http.request(method.clone(), &address))
                .await;
            assert_eq!(reply.status, 200, "{method}");
            if method == reqwest::Method::GET {
                pages.push(
                    reply
                        .text
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
        anna.email(&server, "anna@example.org")
            .await
            .1
            .confirmed_at
            .is_none()
    );
    for method in [
        reqwest::Method::GET,
        reqwest::Method::HEAD,
        reqwest::Method::PUT,
    ] {
        let reply = server
            .send(
                server
                    .http
                    .request(method, format!("{}/v1/emails/confirm", server.base)),
            )
            .await;
        assert!(matches!(reply.status, 404 | 405), "{}", reply.status);
    }
    let reply = server.send(server.http.post(&link)).await;
    assert_eq!(reply.status, 200);
    assert!(
        anna.email(&server, "anna@example.org")
            .await
            .1
            .confirmed_at
            .is_some()
    );
}

async fn the_page_says_what_became_of_the_link(kind: Kind) {
    let server = TestServer::start(kind).await;
    server.sign_up("anna", "anna@example.org").await;
    let link = server
        .mail_to("anna@example.org", 1)
        .await
        .link()
        .expect("a link");
    let german = |request: reqwest::RequestBuilder| {
        request.header("accept-language", "de-AT,de;q=0.9,en;q=0.5")
    };
    let asks = server.send(german(server.http.get(&link))).await;
    for part in [
        "<html lang=\"de\">",
        "<title>E-Mail-Adresse bestätigen",
        "<main",
        "<h1>",
        "<form method=\"post\">",
        "href=\"latchkey://confirm-email/",
    ] {
        assert!(asks.text.contains(part), "{part} in {}", asks.text);
    }
    assert!(
        !asks.text.contains("<script")
            && !asks.text.contains("style=")
            && !asks.text.contains("anna")
    );
    let policy = asks.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(asks.header("referrer-policy"), "no-referrer");
    assert_eq!(asks.header("cache-control"), "no-store");
    assert_eq!(asks.header("x-content-type-options"), "nosniff");
    let style = server
        .send(server.http.get(format!("{}/pages.css", server.base)))
        .await;
    assert!(style.status == 200 && style.header("content-type").starts_with("text/css"));

    let done = server.send(german(server.http.post(&link))).await;
    assert!(
        done.status == 200 && done.text.contains("anna@example.org ist bestätigt"),
        "{}",
        done.text
    );
    let spent = server.send(server.http.post(&link)).await;
    assert!(
        spent.status == 410 && spent.text.contains("This link no longer works"),
        "{}",
        spent.text
    );
    assert_eq!(spent.header("cache-control"), "no-store");

    let hostile = format!(
        "{}/confirm-email/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%0d%0a",
        server.base
    );
    let reply = server.send(server.http.get(&hostile)).await;
    assert!(
        reply.status == 200 && !reply.text.contains("<script"),
        "{}",
        reply.text
    );
    assert_eq!(server.send(server.http.post(&hostile)).await.status, 410);
}

async fn a_link_that_was_cut_off_gets_a_page_and_a_program_a_problem(kind: Kind) {
    let server = TestServer::start(kind).await;
    for path in ["/confirm-email/", "/confirm-email/a/b", "/nowhere"] {
        let address = format!("{}{path}", server.base);
        let page = server
            .send(
                server
                    .http
                    .get(&address)
                    .header("accept", "text/html,*/*;q=0.8"),
            )
            .await;
        assert!(
            page.status == 404 && page.text.contains("There is no such page"),
            "{path}: {}",
            page.text
        );
        let problem = server.send(server.http.get(&address)).await;
        assert_eq!(
            (problem.status, problem.code().as_str()),
            (404, "not_found"),
            "{path}"
        );
    }
    let api = server
        .http
        .get(format!("{}/v1/nowhere", server.base))
        .header("accept", "text/html");
    assert_eq!(server.send(api).await.code(), "not_found");
}

/// CVE-2025-25198: a Host header that gets into the link.
async fn links_lead_to_the_configured_address_whatever_the_host_header_says(kind: Kind) {
    for public_url in [None, Some("https://id.example.org/accounts")] {
        let server = TestServer::start_with(kind, |config| {
            config.public_url = public_url.map(|url| url.parse().expect("a URL"));
        })
        .await;
        let anna = server.sign_up("anna", "anna@example.org").await;
        let (id, _) = anna.email(&server, "anna@example.org").await;
        server.queue_is_empty().await;
        let request = server
            .http
            .post(format!("{}/v1/emails/{id}/resend", server.base))
            .bearer_auth(&anna.signed_in.token)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example");
        assert_eq!(server.send(request).await.status, 202);
        let mail = server.mail_to("anna@example.org", 2).await;
        assert!(!mail.raw.contains("evil.example"), "{}", mail.raw);
        let start = public_url.unwrap_or(&server.base);
        let link = mail.link().expect("a link");
        assert!(
            link.starts_with(&format!("{start}/confirm-email/")),
            "{link}"
        );
    }
}
