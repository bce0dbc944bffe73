//! E-mail addresses: taking somebody's, keeping somebody from theirs, and links in the wrong hands.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::EmailConfirmed;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::sessions::SignedIn;
use latchkey_protocol::step_up::SteppedUp;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Observable, Person, Race, ServerUnderTest, Settings,
    eventually, the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    a_link_for_a_removed_address_confirms_nothing,
    addresses_that_read_alike_are_one,
    a_pending_address_blocks_nobody,
    a_link_for_an_address_that_was_confirmed_elsewhere_is_refused,
    signing_up_does_not_tell_whose_address_it_is,
    adding_an_address_does_not_tell_whose_it_is,
    a_link_works_once,
    a_link_expires,
    an_older_link_is_spent_by_a_newer_one,
    mails_never_follow_the_host_of_a_request,
    an_address_is_one_string,
    opening_a_link_changes_nothing,
    the_page_of_a_link_reflects_nothing,
    an_unconfirmed_address_is_no_sign_in_name,
    an_open_session_alone_changes_no_address,
);

races!(a_link_works_once_of_fifty_at_the_same_time,);

/// CVE-2026-9087: a link for an address that the account no longer has.
async fn a_link_for_a_removed_address_confirms_nothing(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let old = anna.add_email("old@example.org").await;
    let link = server
        .outbox()
        .confirmation("old@example.org", 1)
        .await
        .token()
        .unwrap();
    anna.http
        .post_empty(&format!("/v1/emails/{old}/remove"))
        .await
        .expect(200);
    anna.add_email("new@example.org").await;
    server
        .confirm(&link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    assert!(anna.email_named("old@example.org").await.is_none());
    let (_, new) = anna.email_named("new@example.org").await.unwrap();
    assert_eq!(new.confirmed_at, None);
    // Added again, the first link stays dead.
    anna.add_email("old@example.org").await;
    server
        .confirm(&link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    assert_eq!(
        anna.email_named("old@example.org")
            .await
            .unwrap()
            .1
            .confirmed_at,
        None
    );
    let second = server
        .outbox()
        .confirmation("old@example.org", 2)
        .await
        .token()
        .unwrap();
    server.confirm(&second).await.expect(200);
}

async fn addresses_that_read_alike_are_one(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create_with_email(&server, "anna", "anna@münchen.example.org").await;
    let punycode = "anna@xn--mnchen-3ya.example.org";
    assert!(
        anna.email_named(punycode).await.is_some(),
        "{:?}",
        anna.emails().await
    );
    let link = server
        .outbox()
        .confirmation(punycode, 1)
        .await
        .token()
        .unwrap();
    server.confirm(&link).await.expect(200);
    let mallory = Person::create(&server, "mallory")
        .await
        .stepped_up(None)
        .await;
    let alike = [
        punycode,
        "ANNA@MÜNCHEN.example.org",
        "anna@xn--mnchen-3ya.example.org.",
        "Anna@mu\u{308}nchen.example.org",
        "anna@ｍünchen.example。org",
        " anna@münchen.EXAMPLE.org ",
        "\u{200B}anna@münchen.example.org\u{200B}",
        "\u{202A}anna@münchen.example.org\u{202C}",
    ];
    for address in alike {
        let answer = mallory
            .http
            .post("/v1/emails", &json!({"address": address}))
            .await;
        if answer.status == 202 {
            let (id, _) = mallory.email_named(punycode).await.unwrap();
            mallory
                .http
                .post_empty(&format!("/v1/emails/{id}/remove"))
                .await
                .expect(200);
        } else {
            // It may be held back as too many; never taken for another address.
            answer.expect_code(ProblemCode::TooManyAttempts);
        }
        assert!(mallory.email_named(punycode).await.is_none(), "{address}");
    }
    // Every one of them signs its owner in.
    for address in alike {
        let answer = server
            .http()
            .post(
                "/v1/sessions",
                &anna.device.sign_in(&server, address, &anna.password),
            )
            .await;
        let signed_in: SignedIn = answer.expect(201).json();
        assert_eq!(signed_in.account_id, anna.signed_in.account_id);
    }
    // No link for the attacker went anywhere.
    let links: Vec<_> = server
        .outbox()
        .mails_to(punycode)
        .into_iter()
        .filter_map(|mail| mail.token())
        .collect();
    assert!(links.iter().all(|token| *token == link), "{links:?}");
    // Letters of another script are another address, and no domain at all when they are mixed into the local part.
    mallory
        .http
        .post("/v1/emails", &json!({"address": "аnna@example.org"}))
        .await
        .expect_code(ProblemCode::InvalidFields);
}

/// CVE-2026-53868: an account that never confirmed an address kept its owner from it.
async fn a_pending_address_blocks_nobody(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let squatter = Person::create_with_email(&server, "squatter", "anna@example.org").await;
    let squatters_link = server
        .outbox()
        .confirmation("anna@example.org", 1)
        .await
        .token()
        .unwrap();
    let anna = Person::create_with_email(&server, "anna", "anna@example.org").await;
    let own_link = server
        .outbox()
        .confirmation("anna@example.org", 2)
        .await
        .token()
        .unwrap();
    let confirmed: EmailConfirmed = server.confirm(&own_link).await.expect(200).json();
    assert_eq!(confirmed.address, "anna@example.org");
    let signed_in: SignedIn = server
        .http()
        .post(
            "/v1/sessions",
            &anna
                .device
                .sign_in(&server, "anna@example.org", &anna.password),
        )
        .await
        .expect(201)
        .json();
    assert_eq!(signed_in.account_id, anna.signed_in.account_id);
    server
        .http()
        .post(
            "/v1/sessions",
            &squatter
                .device
                .sign_in(&server, "anna@example.org", &squatter.password),
        )
        .await
        .expect_code(ProblemCode::SignInRefused);
    let answer = server.confirm(&squatters_link).await;
    assert!(
        matches!(
            answer.code(),
            ProblemCode::NotAllowedNow | ProblemCode::LinkSpent
        ),
        "{}",
        answer.text()
    );
    assert_eq!(
        squatter
            .email_named("anna@example.org")
            .await
            .and_then(|(_, email)| email.confirmed_at),
        None
    );
}

/// Two accounts, both with a live link for one address, followed at the same time: one of them gets it.
async fn a_link_for_an_address_that_was_confirmed_elsewhere_is_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    for round in 0..5 {
        let address = format!("shared-{round}@example.org");
        let one = Person::create_with_email(&server, &format!("one-{round}"), &address).await;
        let two = Person::create_with_email(&server, &format!("two-{round}"), &address).await;
        let first = server
            .outbox()
            .confirmation(&address, 1)
            .await
            .token()
            .unwrap();
        let second = server
            .outbox()
            .confirmation(&address, 2)
            .await
            .token()
            .unwrap();
        let (first, second) = tokio::join!(server.confirm(&first), server.confirm(&second));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert!(
            statuses[0] == 200 && (statuses[1] == 409 || statuses[1] == 410),
            "{} {}",
            first.text(),
            second.text()
        );
        let mut owners = 0;
        for person in [one, two] {
            let email = person.email_named(&address).await;
            owners += usize::from(email.is_some_and(|(_, email)| email.confirmed_at.is_some()));
        }
        assert_eq!(owners, 1);
    }
}

/// What an answer looks like with everything that is new in each one taken out: it, and the lengths of what was taken.
fn shape(answer: &Answer, volatile: &[&str]) -> (Observable, Vec<usize>) {
    let (status, headers, body) = answer.observable();
    let mut lengths = vec![body.len()];
    let mut body: Value = answer.json();
    for name in volatile {
        let value = body.get_mut(*name).expect("the member");
        lengths.push(value.to_string().len());
        *value = Value::Null;
    }
    ((status, headers, body.to_string().into_bytes()), lengths)
}

async fn signing_up_does_not_tell_whose_address_it_is(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    Person::create_with_email(&server, "pending", "pending@example.org").await;
    let sign_up = async |username: &str, email: &str| {
        let request = Device::new("Attacker").create_account(
            &server,
            username,
            email,
            "four brass kettles on a shelf",
        );
        let answer = server
            .http()
            .post("/v1/accounts", &request)
            .await
            .expect(201);
        let signed_in: SignedIn = answer.json();
        let observed = shape(&answer, &["token", "session_id", "account_id", "device_id"]);
        (observed, server.http().with_token(&signed_in.token))
    };
    let (free, free_http) = sign_up("attacker-1", "nobody@example.org").await;
    let (pending, pending_http) = sign_up("attacker-2", "pending@example.org").await;
    let (taken, taken_http) = sign_up("attacker-3", "anna@example.org").await;
    assert_eq!(free, pending);
    assert_eq!(free, taken);
    // What the new account then sees tells nothing either: the same records with the same members.
    let mut views = Vec::new();
    for http in [free_http, pending_http, taken_http] {
        let mut page = eventually("the mail has left", async || {
            let page: Value = http
                .get("/v1/sync?after=0&limit=100")
                .await
                .expect(200)
                .json();
            let text = page.to_string();
            (!text.contains(r#""status":"queued""#)).then_some(page)
        })
        .await;
        // Under the server's seal, with the account's id in it.
        page["head"].take();
        for record in page["records"].as_array_mut().unwrap() {
            let collection = record["collection"].as_str().unwrap().to_owned();
            let body = record["body"].as_object_mut().unwrap();
            body.retain(|name, value| {
                value.is_null() || name.ends_with("_at") || name == "primary" || name == "kind"
            });
            *record =
                json!({"collection": collection, "body": body, "revision": record["revision"]});
        }
        views.push(page);
    }
    assert_eq!(views[0], views[1]);
    assert_eq!(views[0], views[2]);
    // The owner is told, without a link that would give the address away.
    let mails = server.outbox().wait_for("anna@example.org", 2).await;
    assert_eq!(
        mails.iter().filter(|mail| mail.token().is_some()).count(),
        1
    );
}

async fn adding_an_address_does_not_tell_whose_it_is(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    Person::create_with_email(&server, "pending", "pending@example.org").await;
    let mut observed = Vec::new();
    for (number, address) in [
        "nobody@example.org",
        "pending@example.org",
        "anna@example.org",
    ]
    .into_iter()
    .enumerate()
    {
        let mallory = Person::create_confirmed(&server, &format!("mallory-{number}"))
            .await
            .stepped_up(None)
            .await;
        mallory.mails_have_left().await;
        let answer = mallory
            .http
            .post("/v1/emails", &json!({"address": address}))
            .await
            .expect(202);
        let added = shape(&answer, &["email_id"]);
        let (id, email) = mallory.email_named(address).await.unwrap();
        mallory.mails_have_left().await;
        let resent = mallory
            .http
            .post_empty(&format!("/v1/emails/{id}/resend"))
            .await;
        observed.push((added, email.confirmation_sent_at, resent.observable()));
    }
    assert_eq!(observed[0], observed[1]);
    assert_eq!(observed[0], observed[2]);
}

/// CVE-2026-28268 and its kind: a link after it was used.
async fn a_link_works_once(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let link = server
        .outbox()
        .confirmation(&anna.email, 1)
        .await
        .token()
        .unwrap();
    server.confirm(&link).await.expect(200);
    for _ in 0..3 {
        server
            .confirm(&link)
            .await
            .expect_code(ProblemCode::AlreadyConfirmed);
    }
    let page = server
        .http()
        .post_empty(&format!("/confirm-email/{link}"))
        .await;
    assert_eq!(page.status, 410, "{}", page.text());
    assert!(page.text().contains("Already confirmed"), "{}", page.text());
    assert_eq!(anna.count_activity(ActivityKind::EmailConfirmed).await, 1);
    server
        .confirm("nothing-like-a-token")
        .await
        .expect_code(ProblemCode::LinkSpent);
}

async fn a_link_works_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Person::create(server, &race.username()).await;
    let link = server
        .outbox()
        .confirmation(&anna.email, 1)
        .await
        .token()
        .unwrap();
    let page = format!("/confirm-email/{link}");
    // Connections that stand, so that the fifty arrive together.
    let people: Vec<Http> = (0..50).map(|_| server.http()).collect();
    futures_util::future::join_all(people.iter().map(|http| http.get("/v1/server"))).await;
    let tries = people.iter().enumerate().map(|(number, http)| {
        let (link, page) = (&link, &page);
        async move {
            if number % 2 == 0 {
                http.post("/v1/emails/confirm", &json!({"token": link}))
                    .await
            } else {
                http.post_empty(page).await
            }
        }
    });
    let answers = futures_util::future::join_all(tries).await;
    the_one_with(200, &answers);
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 410).count(),
        49
    );
    assert_eq!(anna.count_activity(ActivityKind::EmailConfirmed).await, 1);
}

async fn a_link_expires(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let mail = server.outbox().confirmation(&anna.email, 1).await;
    let link = mail.token().unwrap();
    // A day from its sending, as the mail says.
    server.clock().advance_seconds(86_400 + 1);
    server
        .confirm(&link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    let page = server
        .http()
        .post_empty(&format!("/confirm-email/{link}"))
        .await;
    assert_eq!(page.status, 410);
    let (_, email) = anna.email_named(&anna.email).await.unwrap();
    assert_eq!(email.confirmed_at, None);
}

async fn an_older_link_is_spent_by_a_newer_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let older = server
        .outbox()
        .confirmation(&anna.email, 1)
        .await
        .token()
        .unwrap();
    let (id, _) = anna.email_named(&anna.email).await.unwrap();
    server.clock().advance_seconds(3600);
    anna.http
        .post_empty(&format!("/v1/emails/{id}/resend"))
        .await
        .expect(202);
    let newer = server
        .outbox()
        .confirmation(&anna.email, 2)
        .await
        .token()
        .unwrap();
    assert_ne!(older, newer);
    server
        .confirm(&older)
        .await
        .expect_code(ProblemCode::LinkSpent);
    server.confirm(&newer).await.expect(200);
}

/// CVE-2025-25198: links built from the Host of the request that caused the mail.
async fn mails_never_follow_the_host_of_a_request(database: Database) {
    for public in [None, Some("https://id.example.org/latchkey")] {
        let settings = match public {
            Some(url) => Settings::default().with("PUBLIC_URL", url),
            None => Settings::default(),
        };
        let server = ServerUnderTest::start_with(database, settings).await;
        let own = format!("http://{}", server.address());
        let poisoned = server
            .http()
            .with_header("Host", "evil.example.com")
            .with_header("X-Forwarded-Host", "evil.example.com")
            .with_header("X-Forwarded-Server", "evil.example.com")
            .with_header("X-Original-URL", "http://evil.example.com/")
            .with_header("X-Forwarded-Proto", "gopher")
            .with_header("Forwarded", "host=evil.example.com;proto=gopher")
            .with_header("Origin", "http://evil.example.com")
            .with_header("Referer", "http://evil.example.com/");
        let request = Device::new("Victim").create_account(
            &server,
            "anna",
            "anna@example.org",
            "four brass kettles on a shelf",
        );
        let signed_in: SignedIn = poisoned
            .post("/v1/accounts", &request)
            .await
            .expect(201)
            .json();
        let stepped_up: SteppedUp = poisoned
            .with_token(&signed_in.token)
            .post(
                "/v1/session/step-up",
                &json!({"password": request.password}),
            )
            .await
            .expect(200)
            .json();
        poisoned
            .with_token(&stepped_up.token)
            .post("/v1/emails", &json!({"address": "second@example.org"}))
            .await
            .expect(202);
        for address in ["anna@example.org", "second@example.org"] {
            let mail = server.outbox().confirmation(address, 1).await;
            assert!(
                !mail.raw.contains("evil") && !mail.text.contains("evil"),
                "{}",
                mail.raw
            );
            assert!(!mail.text.contains("gopher"));
            let origins = mail.origins();
            let expected = if public.is_some() {
                "https://id.example.org"
            } else {
                own.as_str()
            };
            assert!(!origins.is_empty());
            assert!(
                origins.iter().all(|origin| origin == expected),
                "{origins:?}"
            );
            if public.is_some() {
                assert!(
                    mail.text
                        .contains("https://id.example.org/latchkey/confirm-email/"),
                    "{}",
                    mail.text
                );
            }
        }
        // The page follows it no more than the mail does.
        let link = server
            .outbox()
            .confirmation("anna@example.org", 1)
            .await
            .token()
            .unwrap();
        let page = poisoned.get(&format!("/confirm-email/{link}")).await;
        assert!(!page.text().contains("evil"), "{}", page.text());
        assert!(!format!("{:?}", page.headers).contains("evil"));
    }
}

/// CVE-2023-7028 (an array sent the mail to two people) and CVE-2021-38189 (a line break wrote SMTP of its own).
async fn an_address_is_one_string(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let hostile_types = [
        json!(["anna2@example.org", "evil@example.com"]),
        json!({"0": "anna2@example.org", "1": "evil@example.com"}),
        json!(null),
        json!(7),
        json!(true),
    ];
    for value in &hostile_types {
        anna.http
            .post("/v1/emails", &json!({"address": value}))
            .await
            .expect_code(ProblemCode::Malformed);
    }
    let hostile_texts = [
        "anna2@example.org,evil@example.com",
        "anna2@example.org;evil@example.com",
        "anna2@example.org evil@example.com",
        "anna2@example.org\r\nBcc: evil@example.com",
        "anna2@example.org\nRCPT TO:<evil@example.com>",
        "anna2@example.org\0@evil.example.com",
        "anna2@example.org>\r\nDATA\r\n.\r\n",
        "<anna2@example.org> <evil@example.com>",
        "\"evil@example.com\"@example.org",
        "evil@example.com@example.org",
        "evil@example.com%0d%0aBcc:x@example.org",
    ];
    for text in hostile_texts {
        let problem = anna
            .http
            .post("/v1/emails", &json!({"address": text}))
            .await
            .problem();
        assert_eq!(problem.code, ProblemCode::InvalidFields, "{text:?}");
        assert_eq!(problem.fields[0].field, "address");
        assert_eq!(
            problem.fields[0].code,
            FieldCode::NotAnEmailAddress,
            "{text:?}"
        );
    }
    // The same in a form, twice in one object, and at sign-up.
    let twice = anna
        .http
        .request(Method::POST, "/v1/emails")
        .header("Content-Type", "application/json")
        .body(r#"{"address":"anna2@example.org","address":"evil@example.com"}"#);
    Http::send(twice).await.expect_code(ProblemCode::Malformed);
    let mut sign_up = serde_json::to_value(Device::new("d").create_account(
        &server,
        "somebody",
        "x",
        "four brass kettles on a shelf",
    ))
    .unwrap();
    for value in &hostile_types {
        sign_up["email"] = value.clone();
        server
            .http()
            .post("/v1/accounts", &sign_up)
            .await
            .expect_code(ProblemCode::Malformed);
    }
    for text in hostile_texts {
        sign_up["email"] = json!(text);
        server
            .http()
            .post("/v1/accounts", &sign_up)
            .await
            .expect_code(ProblemCode::InvalidFields);
    }
    // Names stand in mails and their headers: a line break in one is refused, everything else stays a name.
    sign_up["email"] = json!("fine@example.org");
    sign_up["display_name"] = json!("Anna\r\nBcc: evil@example.com");
    server
        .http()
        .post("/v1/accounts", &sign_up)
        .await
        .expect_code(ProblemCode::InvalidFields);
    let name = "Anna\" <evil@example.com>, =?utf-8?q?x?= <script>alert(1)</script>";
    sign_up["display_name"] = json!(name);
    server
        .http()
        .post("/v1/accounts", &sign_up)
        .await
        .expect(201);
    let mail = server.outbox().confirmation("fine@example.org", 1).await;
    assert!(!mail.to.contains("evil@example.com"), "{}", mail.head);
    assert!(!mail.raw.contains("<script>"), "{}", mail.raw);
    for mail in server.outbox().mails() {
        assert!(!mail.head.contains("evil@example.com") || mail.is_to("fine@example.org"));
        assert!(!mail.is_to("evil@example.com") && !mail.is_to("anna2@example.org"));
    }
}

/// Mail scanners open links, some with HEAD, before the person does.
async fn opening_a_link_changes_nothing(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let link = server
        .outbox()
        .confirmation(&anna.email, 1)
        .await
        .token()
        .unwrap();
    let path = format!("/confirm-email/{link}");
    anna.mails_have_left().await;
    let before = anna.records().await;
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD] {
        let answer = Http::send(server.http().request(method.clone(), &path)).await;
        assert_eq!(answer.status, 200, "{method}");
        assert!(
            answer
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"))
        );
        // The address holds a secret: it goes into no cache and to no other site.
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert!(
            answer
                .header("cache-control")
                .is_some_and(|value| value.contains("no-store"))
        );
        assert!(answer.header("set-cookie").is_none());
    }
    for method in [Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = Http::send(server.http().request(method.clone(), &path)).await;
        assert_ne!(answer.status, 200, "{method}");
    }
    assert_eq!(before, anna.records().await);
    // The link also offers the app, and a person who presses the button is through.
    let page = server.http().get(&path).await.text();
    assert!(
        page.contains(&format!("latchkey://confirm-email/{link}")),
        "{page}"
    );
    assert!(
        page.contains("<form") && !page.contains("<script"),
        "{page}"
    );
    server.http().post_empty(&path).await.expect(200);
    let (_, email) = anna.email_named(&anna.email).await.unwrap();
    assert!(email.confirmed_at.is_some());
}

async fn the_page_of_a_link_reflects_nothing(database: Database) {
    let server = ServerUnderTest::start(database).await;
    for token in [
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "x%0d%0aSet-Cookie:%20a=b",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "%ff%fe",
        "{{7*7}}",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = Http::send(
                server
                    .http()
                    .request(method.clone(), &format!("/confirm-email/{token}")),
            )
            .await;
            assert!(
                answer.status.as_u16() < 500,
                "{method} {token}: {}",
                answer.text()
            );
            let text = answer.text();
            for harmful in ["<script", "<img", "onerror=x", "root:"] {
                assert!(!text.contains(harmful), "{method} {token}: {text}");
            }
            assert!(answer.header("set-cookie").is_none());
            if answer
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"))
            {
                let policy = answer.header("content-security-policy").unwrap_or_default();
                assert!(policy.contains("default-src 'none'"), "{policy:?}");
                assert!(policy.contains("frame-ancestors 'none'"), "{policy:?}");
                assert!(!policy.contains("unsafe"), "{policy:?}");
            }
        }
    }
}

async fn an_unconfirmed_address_is_no_sign_in_name(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let request = anna.device.sign_in(&server, &anna.email, &anna.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SignInRefused);
}

/// ASVS V7.5.1: whoever sits down at an open session adds an address of their own, confirms it, and resets the password
/// by it.
async fn an_open_session_alone_changes_no_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    let anna = anna.stepped_up(None).await;
    let second = anna.add_email("second@example.org").await;
    let link = server.outbox().confirmation("second@example.org", 1).await;
    server.confirm(&link.token().unwrap()).await.expect(200);
    let before = anna.emails().await;
    let expect_refusals = async |person: &Person| {
        person
            .http
            .post("/v1/emails", &json!({"address": "thief@example.net"}))
            .await
            .expect_code(ProblemCode::StepUpNeeded);
        for what in ["primary", "remove"] {
            person
                .http
                .post_empty(&format!("/v1/emails/{second}/{what}"))
                .await
                .expect_code(ProblemCode::StepUpNeeded);
        }
    };
    // Another session of the account is stepped up.
    expect_refusals(&phone).await;
    // This one is, and its older token still opens it.
    phone.stepped_up(None).await;
    expect_refusals(&phone).await;
    assert_eq!(before, anna.emails().await);
    server.clock().advance_seconds(599);
    anna.change_email(second, "primary").await.expect(200);
    let before = anna.emails().await;
    server.clock().advance_seconds(1);
    expect_refusals(&anna).await;
    assert_eq!(before, anna.emails().await);
    anna.mails_have_left().await;
    assert!(server.outbox().mails_to("thief@example.net").is_empty());
    let anna = anna.stepped_up(None).await;
    anna.http
        .post_empty(&format!("/v1/emails/{second}/remove"))
        .await
        .expect(200);
}
