//! Attacks on passkeys: on adding one, on the sign-in that is joined from a device, a browser and a password, and on the
//! reset of a password.

use futures_util::future::join_all;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::passkeys::{Passkey, PasskeySignIn, PasskeyUsed};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{SignIn, SignedIn};
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{
    Answer, Database, Device, PasskeyPage, Person, Protected, Race, ServerUnderTest, Settings,
    SoftwareKey, eventually, the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use serde_json::{Value, json};

on_both_databases!(
    a_passkey_takes_the_place_of_the_code,
    an_open_session_alone_adds_and_removes_nothing,
    an_invitation_dies_by_everything_that_makes_it_dangerous,
    an_answer_that_no_browser_gives_here_adds_nothing,
    a_passkey_belongs_to_one_account,
    an_account_has_ten_at_most,
    opening_a_page_changes_nothing,
    a_page_is_for_its_own_purpose_alone,
    a_proof_counts_for_its_own_question_here,
    a_proof_alone_opens_nothing,
    a_code_counts_for_its_own_sign_in,
    a_sign_in_with_a_passkey_takes_five_minutes_at_most,
    ten_wrong_completions_lock_the_factor_over_all_routes,
    beginning_is_answered_and_counted_like_a_sign_in,
    a_passkey_that_counts_backwards_is_a_copy,
    turning_two_step_sign_in_off_removes_passkeys,
    a_secured_account_stops_an_invitation,
    a_passkey_resets_a_password_with_the_link_alone,
    an_address_that_browsers_take_for_none_offers_none,
);
races!(
    a_page_adds_one_passkey_of_fifty_tries_at_the_same_time,
    a_proof_gives_one_code_of_fifty_tries_at_the_same_time,
    a_code_signs_in_once_of_fifty_at_the_same_time,
);

async fn protected(database: Database) -> (ServerUnderTest, Protected) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    (server, anna)
}

async fn passkeys(person: &Person) -> Vec<(String, Passkey)> {
    person.bodies(Collection::Passkeys).await
}

/// Begins a sign-in on a device.
async fn begin(server: &ServerUnderTest, person: &Person, device: &Device) -> Answer {
    let body = json!({
        "login": person.username,
        "password": person.password,
        "device": device.proof(server.server_id(), &person.username, server.now()),
    });
    server.http().post("/v1/passkeys/sign-in", &body).await
}

/// The same for somebody who may.
async fn begun(
    server: &ServerUnderTest,
    person: &Person,
    device: &Device,
) -> (PasskeySignIn, PasskeyPage) {
    let begun: PasskeySignIn = begin(server, person, device).await.expect(201).json();
    let page = PasskeyPage::of(server, &begun.url);
    (begun, page)
}

/// Uses a passkey on the page, and reads the code off it.
async fn code_of(page: &PasskeyPage, key: &mut SoftwareKey) -> String {
    let answer = key.get(&page.options().await);
    let shown = page.give(&answer).await.expect(200);
    PasskeyPage::code(&shown).expect("a code")
}

fn with_code(
    server: &ServerUnderTest,
    person: &Person,
    device: &Device,
    begun: &PasskeySignIn,
    completion: &str,
) -> SignIn {
    let mut request = device.sign_in(server, &person.username, &person.password);
    request.passkey = Some(PasskeyUsed {
        request_id: begun.request_id,
        completion: completion.to_owned(),
    });
    request
}

async fn sign_in(server: &ServerUnderTest, request: &SignIn) -> Answer {
    server.http().post("/v1/sessions", request).await
}

#[track_caller]
fn refused(answer: &Answer, field: &str) {
    assert_eq!(
        answer.code(),
        ProblemCode::InvalidFields,
        "{}",
        answer.text()
    );
    assert_eq!(answer.problem().fields[0].field, field);
}

async fn a_passkey_takes_the_place_of_the_code(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, " Blue key ").await;
    let held = passkeys(&anna.person).await;
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].1.name, "Blue key");
    assert_eq!(held[0].1.last_used_at, None);
    let added = ActivityKind::PasskeyAdded;
    assert_eq!(anna.person.count_activity(added).await, 1);
    assert_eq!(anna.person.count_mails(MailKind::PasskeyAdded).await, 1);

    let device = Device::new("Laptop");
    let plain = device.sign_in(&server, "anna", &anna.person.password);
    let needed = sign_in(&server, &plain).await.problem();
    assert_eq!(needed.code, ProblemCode::SecondFactorNeeded);
    assert!(needed.passkey, "it is said that a passkey will do");
    let (begun, page) = begun(&server, &anna.person, &device).await;
    let shown = page.open().await.expect(200).text();
    assert!(
        shown.contains("“Laptop”") && shown.contains("“anna”"),
        "{shown}"
    );
    let code = code_of(&page, &mut key).await;
    let request = with_code(&server, &anna.person, &device, &begun, &code.to_lowercase());
    let signed_in: SignedIn = sign_in(&server, &request).await.expect(201).json();
    let http = server.http().with_token(&signed_in.token);
    http.get("/v1/session").await.expect(200);
    let used = passkeys(&anna.person).await;
    assert_eq!(used[0].1.last_used_at, Some(server.now()));

    // The code of the app still does.
    let other = Device::new("Other");
    let mut request = other.sign_in(&server, "anna", &anna.person.password);
    request.code = Some(anna.code(&server));
    sign_in(&server, &request).await.expect(201);

    let (id, _) = &held[0];
    let rename = format!("/v1/passkeys/{id}/rename");
    let name = |name: &str| json!({ "name": name });
    anna.person
        .http
        .post(&rename, &name("Red key"))
        .await
        .expect(200);
    let blank = anna.person.http.post(&rename, &name("  ")).await;
    refused(&blank, "name");
    assert_eq!(passkeys(&anna.person).await[0].1.name, "Red key");
    let remove = format!("/v1/passkeys/{id}/remove");
    anna.person.http.post_empty(&remove).await.expect(200);
    assert!(passkeys(&anna.person).await.is_empty());
    assert_eq!(anna.person.count_mails(MailKind::PasskeyRemoved).await, 1);
    assert!(!sign_in(&server, &plain).await.problem().passkey);
    begin(&server, &anna.person, &device)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}

async fn an_open_session_alone_adds_and_removes_nothing(database: Database) {
    let (server, anna) = protected(database).await;
    anna.add_passkey(&server, "Key").await;
    let (id, _) = passkeys(&anna.person).await.remove(0);
    let device = Device::new("Open");
    let mut request = device.sign_in(&server, "anna", &anna.person.password);
    request.code = Some(anna.code(&server));
    let signed_in: SignedIn = sign_in(&server, &request).await.expect(201).json();
    server.trust_device(&signed_in).await;
    let open = server.http().with_token(&signed_in.token);
    let remove = format!("/v1/passkeys/{id}/remove");
    for path in ["/v1/passkeys/invitation", &remove] {
        open.post_empty(path)
            .await
            .expect_code(ProblemCode::StepUpNeeded);
    }
    // Nor does somebody else's, stepped up.
    let piotr = Protected::create(&server, "piotr").await;
    for what in ["remove", "rename"] {
        let path = format!("/v1/passkeys/{id}/{what}");
        piotr
            .person
            .http
            .post(&path, &json!({ "name": "Mine" }))
            .await
            .expect_code(ProblemCode::NotFound);
    }
    assert_eq!(passkeys(&anna.person).await[0].1.name, "Key");
    // Without the codes of an app there is nothing to fall back on.
    let eva = Person::create_confirmed(&server, "eva").await;
    let eva = eva.stepped_up(None).await;
    eva.http
        .post_empty("/v1/passkeys/invitation")
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}

async fn a_page_adds_one_passkey_of_fifty_tries_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Protected::create(server, &race.username()).await;
    let page = anna.invited(server).await;
    let options = page.options().await;
    let made: Vec<String> = (0..50)
        .map(|_| SoftwareKey::new(server).create(&options).to_string())
        .collect();
    let tries = made
        .iter()
        .map(async |made| page.post(&[("name", "Key"), ("credential", made)]).await);
    the_one_with(200, &join_all(tries).await);
    assert_eq!(passkeys(&anna.person).await.len(), 1);
    page.ask().await.expect_code(ProblemCode::LinkSpent);
    page.open().await.expect(410);
}

async fn an_invitation_dies_by_everything_that_makes_it_dangerous(database: Database) {
    let (server, anna) = protected(database).await;
    let add = async |page: &PasskeyPage, made: &str| {
        page.post(&[("name", "Key"), ("credential", made)])
            .await
            .status
            .as_u16()
    };
    // A newer one, and its ten minutes.
    let (older, newer) = (anna.invited(&server).await, anna.invited(&server).await);
    older.ask().await.expect_code(ProblemCode::LinkSpent);
    let made = SoftwareKey::new(&server)
        .create(&newer.options().await)
        .to_string();
    server.clock().advance_seconds(600);
    assert_eq!(add(&newer, &made).await, 410);
    // The session that asked is signed out, by its owner: whoever sat there must leave nothing behind.
    let there = Device::new("Intruder");
    let mut request = there.sign_in(&server, "anna", &anna.person.password);
    request.code = Some(anna.recovery_codes[0].clone());
    let signed_in: SignedIn = sign_in(&server, &request).await.expect(201).json();
    server.trust_device(&signed_in).await;
    let intruder = Person {
        http: server.http().with_token(&signed_in.token),
        signed_in,
        ..anna.person.clone()
    };
    let intruder = Protected {
        person: intruder.stepped_up(Some(&anna.recovery_codes[1])).await,
        ..anna.clone()
    };
    let page = intruder.invited(&server).await;
    let made = SoftwareKey::new(&server)
        .create(&page.options().await)
        .to_string();
    anna.person
        .end_one(intruder.person.session_id())
        .await
        .expect(200);
    assert_eq!(add(&page, &made).await, 410);
    assert!(passkeys(&anna.person).await.is_empty());
    // A new password.
    let anna = Protected {
        person: anna.person.stepped_up(Some(&anna.recovery_codes[2])).await,
        ..anna
    };
    let page = anna.invited(&server).await;
    let made = SoftwareKey::new(&server)
        .create(&page.options().await)
        .to_string();
    let change = json!({
        "current_password": anna.person.password,
        "new_password": "nine copper lanterns on a pier",
        "code": anna.recovery_codes[3],
        "end_other_sessions": false,
    });
    anna.person
        .http
        .post("/v1/password", &change)
        .await
        .expect(200);
    assert_eq!(add(&page, &made).await, 410);
}

async fn an_answer_that_no_browser_gives_here_adds_nothing(database: Database) {
    let (server, anna) = protected(database).await;
    let page = anna.invited(&server).await;
    let right = SoftwareKey::new(&server);
    let options = page.options().await;
    let mut other_question = options.clone();
    other_question["publicKey"]["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let lies = [
        SoftwareKey {
            origin: "https://localhost.evil.example".to_owned(),
            ..right.clone()
        }
        .create(&options),
        // Another server on this computer.
        SoftwareKey {
            origin: "http://localhost:1".to_owned(),
            ..right.clone()
        }
        .create(&options),
        SoftwareKey {
            rp_id: "evil.example".to_owned(),
            ..right.clone()
        }
        .create(&options),
        SoftwareKey {
            touched: false,
            ..right.clone()
        }
        .create(&options),
        SoftwareKey {
            kind: Some("webauthn.get"),
            ..right.clone()
        }
        .create(&options),
        right.create(&other_question),
        json!({}),
        json!("x".repeat(3000)),
    ];
    for lie in lies {
        let answer = page
            .post(&[("name", "Key"), ("credential", &lie.to_string())])
            .await;
        assert_eq!(answer.status, 422, "{lie}");
        assert!(
            answer
                .text()
                .contains("Nothing has changed; you can try again")
        );
    }
    let made = right.create(&options).to_string();
    for name in ["", "   ", &"a".repeat(81), "evil\u{202e}name"] {
        let answer = page.post(&[("name", name), ("credential", &made)]).await;
        assert_eq!(answer.status, 422, "{name}");
    }
    assert!(passkeys(&anna.person).await.is_empty());
    page.post(&[("name", "<b>Key</b>"), ("credential", &made)])
        .await
        .expect(200);
    assert_eq!(passkeys(&anna.person).await[0].1.name, "<b>Key</b>");
}

async fn a_passkey_belongs_to_one_account(database: Database) {
    let (server, anna) = protected(database).await;
    let key = anna.add_passkey(&server, "Key").await;
    let piotr = Protected::create(&server, "piotr").await;
    let page = piotr.invited(&server).await;
    let made = key.create(&page.options().await).to_string();
    let answer = page.post(&[("name", "Key"), ("credential", &made)]).await;
    assert_eq!(answer.status, 409);
    assert!(passkeys(&piotr.person).await.is_empty());
    assert_eq!(passkeys(&anna.person).await.len(), 1);
}

async fn an_account_has_ten_at_most(database: Database) {
    let (server, anna) = protected(database).await;
    for number in 0..9 {
        anna.add_passkey(&server, &format!("Key {number}")).await;
    }
    let page = anna.invited(&server).await;
    let made = SoftwareKey::new(&server)
        .create(&page.options().await)
        .to_string();
    page.post(&[("name", "Last"), ("credential", &made)])
        .await
        .expect(200);
    anna.person
        .http
        .post_empty("/v1/passkeys/invitation")
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    assert_eq!(passkeys(&anna.person).await.len(), 10);
}

async fn opening_a_page_changes_nothing(database: Database) {
    let (server, anna) = protected(database).await;
    let adding = anna.invited(&server).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let adding_again = anna.invited(&server).await;
    adding.open().await.expect(410);
    let device = Device::new("Laptop");
    let (begun, using) = begun(&server, &anna.person, &device).await;
    let options = using.options().await;
    let answer = key.get(&options);
    anna.person.mails_have_left().await;
    let before = anna.person.check_session().await.text();
    for page in [&adding_again, &using] {
        for _ in 0..3 {
            let opened = page.open().await.expect(200);
            let policy = opened.header("content-security-policy").unwrap();
            assert!(policy.contains("script-src 'self';"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
        }
        for path in ["options", "nothing"] {
            let answer = page.http.get(&format!("{}/{path}", page.path)).await;
            assert!(answer.status.is_client_error(), "{}", answer.status);
        }
    }
    assert_eq!(anna.person.check_session().await.text(), before);
    // The question from before the page was opened again still stands.
    let code = PasskeyPage::code(&using.give(&answer).await.expect(200)).unwrap();
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    sign_in(&server, &request).await.expect(201);
    // Pages without passkeys have no script.
    let plain = server.http().get("/forgot-password").await.expect(200);
    assert!(!plain.text().contains("<script"));
    let policy = plain.header("content-security-policy").unwrap();
    assert!(!policy.contains("script-src"), "{policy}");
}

async fn a_page_is_for_its_own_purpose_alone(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let adding = anna.invited(&server).await;
    let (_, using) = begun(&server, &anna.person, &Device::new("Laptop")).await;
    for (path, token) in [
        ("use-passkey", adding.token()),
        ("add-passkey", using.token()),
    ] {
        let page = PasskeyPage {
            http: server.http(),
            path: format!("/{path}/{token}"),
        };
        page.open().await.expect(410);
        page.ask().await.expect_code(ProblemCode::LinkSpent);
    }
    let reset = format!("/reset-password/{}/passkey", using.token());
    server
        .http()
        .post_empty(&reset)
        .await
        .expect_code(ProblemCode::LinkSpent);
    // What was made to be added is no proof, and the other way round.
    let proof = key.get(&using.options().await).to_string();
    adding.options().await;
    let answer = adding
        .post(&[("name", "Key"), ("credential", &proof)])
        .await;
    assert_eq!(answer.status, 422);
    let made = key.create(&using.options().await);
    assert_eq!(using.give(&made).await.status, 422);
}

async fn a_proof_counts_for_its_own_question_here(database: Database) {
    let (server, anna) = protected(database).await;
    let key = anna.add_passkey(&server, "Key").await;
    let piotr = Protected::create(&server, "piotr").await;
    let mut stranger = piotr.add_passkey(&server, "Key").await;
    let (_, one) = begun(&server, &anna.person, &Device::new("One")).await;
    let (_, two) = begun(&server, &anna.person, &Device::new("Two")).await;
    let older = one.options().await;
    let options = one.options().await;
    let other = two.options().await;
    let lies = [
        SoftwareKey {
            origin: "https://localhost.evil.example".to_owned(),
            ..key.clone()
        }
        .get(&options),
        SoftwareKey {
            origin: "http://localhost:1".to_owned(),
            ..key.clone()
        }
        .get(&options),
        SoftwareKey {
            rp_id: "evil.example".to_owned(),
            ..key.clone()
        }
        .get(&options),
        SoftwareKey {
            touched: false,
            ..key.clone()
        }
        .get(&options),
        SoftwareKey {
            kind: Some("webauthn.create"),
            ..key.clone()
        }
        .get(&options),
        // A question that was replaced, one of another sign-in, another account's key, and one that nobody has.
        key.clone().get(&older),
        key.clone().get(&other),
        stranger.get(&options),
        SoftwareKey::new(&server).get(&options),
        json!({}),
    ];
    for lie in lies {
        let answer = one.give(&lie).await;
        assert_eq!(answer.status, 422, "{lie}");
        assert_eq!(PasskeyPage::code(&answer), None);
    }
    let mut key = key;
    let proof = key.get(&options);
    assert!(PasskeyPage::code(&one.give(&proof).await).is_some());
    assert_eq!(one.give(&proof).await.status, 410);
    assert_eq!(two.give(&proof).await.status, 422);
    one.ask().await.expect_code(ProblemCode::LinkSpent);
}

async fn a_proof_gives_one_code_of_fifty_tries_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Protected::create(server, &race.username()).await;
    let mut key = anna.add_passkey(server, "Key").await;
    let (_, page) = begun(server, &anna.person, &Device::new("Laptop")).await;
    let proof = key.get(&page.options().await);
    let tries = join_all((0..50).map(|_| page.give(&proof))).await;
    let codes: Vec<_> = tries.iter().filter_map(PasskeyPage::code).collect();
    assert_eq!(codes.len(), 1, "one browser gets a code");
}

async fn a_proof_alone_opens_nothing(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let device = Device::new("Laptop");
    let (begun, page) = begun(&server, &anna.person, &device).await;
    // Before the browser has proven anything there is no code to guess: an empty one is none.
    for guess in ["", "AAAA-AAAA-AAAA"] {
        let request = with_code(&server, &anna.person, &device, &begun, guess);
        refused(&sign_in(&server, &request).await, "completion");
    }
    let code = code_of(&page, &mut key).await;
    let mut wrong = with_code(&server, &anna.person, &device, &begun, &code);
    "not the password".clone_into(&mut wrong.password);
    sign_in(&server, &wrong)
        .await
        .expect_code(ProblemCode::SignInRefused);
    // Another device, whoever has its key; another account.
    let thief = Device::new("Thief");
    let request = with_code(&server, &anna.person, &thief, &begun, &code);
    refused(&sign_in(&server, &request).await, "completion");
    let piotr = Protected::create(&server, "piotr").await;
    let request = with_code(&server, &piotr.person, &device, &begun, &code);
    refused(&sign_in(&server, &request).await, "completion");
    // None of that used it up.
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    sign_in(&server, &request).await.expect(201);
}

async fn a_code_counts_for_its_own_sign_in(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let (one, two) = (Device::new("One"), Device::new("Two"));
    let (begun_one, page_one) = begun(&server, &anna.person, &one).await;
    let (begun_two, page_two) = begun(&server, &anna.person, &two).await;
    let code_one = code_of(&page_one, &mut key).await;
    let code_two = code_of(&page_two, &mut key).await;
    let crossed = with_code(&server, &anna.person, &one, &begun_one, &code_two);
    refused(&sign_in(&server, &crossed).await, "completion");
    let crossed = with_code(&server, &anna.person, &one, &begun_two, &code_two);
    refused(&sign_in(&server, &crossed).await, "completion");
    let request = with_code(&server, &anna.person, &one, &begun_one, &code_one);
    sign_in(&server, &request).await.expect(201);
    refused(&sign_in(&server, &request).await, "completion");
    // A newer beginning of the same device ends the older one.
    let (older, page) = begun(&server, &anna.person, &two).await;
    let code = code_of(&page, &mut key).await;
    begun(&server, &anna.person, &two).await;
    server.clock().advance_seconds(15 * 60);
    let request = with_code(&server, &anna.person, &two, &older, &code);
    assert_ne!(sign_in(&server, &request).await.status, 201);
}

async fn a_code_signs_in_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Protected::create(server, &race.username()).await;
    let mut key = anna.add_passkey(server, "Key").await;
    let device = Device::new("Laptop");
    let (begun, page) = begun(server, &anna.person, &device).await;
    let code = code_of(&page, &mut key).await;
    let request = with_code(server, &anna.person, &device, &begun, &code);
    let answers = join_all((0..50).map(|_| sign_in(server, &request))).await;
    the_one_with(201, &answers);
}

async fn a_sign_in_with_a_passkey_takes_five_minutes_at_most(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let device = Device::new("Laptop");
    let (_, page) = begun(&server, &anna.person, &device).await;
    let answer = key.get(&page.options().await);
    server.clock().advance_seconds(300);
    page.open().await.expect(410);
    assert_eq!(page.give(&answer).await.status, 410);
    let (begun, page) = begun(&server, &anna.person, &device).await;
    let code = code_of(&page, &mut key).await;
    server.clock().advance_seconds(300);
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    refused(&sign_in(&server, &request).await, "completion");
}

async fn ten_wrong_completions_lock_the_factor_over_all_routes(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let device = Device::new("Laptop");
    let (begun, page) = begun(&server, &anna.person, &device).await;
    let code = code_of(&page, &mut key).await;
    // Codes and completions are counted together.
    for _ in 0..5 {
        let mut request = device.sign_in(&server, "anna", &anna.person.password);
        request.code = Some(anna.wrong(&server));
        refused(&sign_in(&server, &request).await, "code");
        let request = with_code(&server, &anna.person, &device, &begun, "ABCD-EFGH-IJKL");
        refused(&sign_in(&server, &request).await, "completion");
    }
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    sign_in(&server, &request)
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    let mut request = device.sign_in(&server, "anna", &anna.person.password);
    request.code = Some(anna.code(&server));
    let locked = sign_in(&server, &request).await;
    assert_eq!(locked.code(), ProblemCode::TooManyAttempts);
    // Nor is another begun, which whoever knows the password is told alone.
    let begun_while_locked = begin(&server, &anna.person, &device).await;
    assert_eq!(begun_while_locked.observable(), locked.observable());
    let guessing = Person {
        password: "not the password".to_owned(),
        ..anna.person.clone()
    };
    let nobody = Person {
        username: "nobody".to_owned(),
        ..guessing.clone()
    };
    let guessed = begin(&server, &guessing, &device).await;
    assert_eq!(guessed.code(), ProblemCode::SignInRefused);
    let for_nobody = begin(&server, &nobody, &device).await;
    assert_eq!(guessed.observable(), for_nobody.observable());
    eventually("the owner is told", async || {
        let locked = ActivityKind::SecondFactorLocked;
        (anna.person.count_activity(locked).await == 1).then_some(())
    })
    .await;
    // A passkey that is right afterwards takes the counts back.
    server.clock().advance_seconds(15 * 60);
    let (begun, page) = self::begun(&server, &anna.person, &device).await;
    let code = code_of(&page, &mut key).await;
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    sign_in(&server, &request).await.expect(201);
    for _ in 0..9 {
        let mut request = device.sign_in(&server, "anna", &anna.person.password);
        request.code = Some(anna.wrong(&server));
        refused(&sign_in(&server, &request).await, "code");
    }
    let mut request = device.sign_in(&server, "anna", &anna.person.password);
    request.code = Some(anna.code(&server));
    sign_in(&server, &request).await.expect(201);
}

async fn beginning_is_answered_and_counted_like_a_sign_in(database: Database) {
    let (server, anna) = protected(database).await;
    anna.add_passkey(&server, "Key").await;
    let device = Device::new("Attacker");
    let attempt = async |login: &str| {
        let body = json!({
            "login": login,
            "password": "not the password of anybody",
            "device": device.proof(server.server_id(), login, server.now()),
        });
        server
            .http()
            .post("/v1/passkeys/sign-in", &body)
            .await
            .observable()
    };
    let known = attempt("anna").await;
    assert_eq!(known.0, 401);
    assert_eq!(known, attempt("nobody").await);
    // The tries count for the sign-in, and its tries here.
    for _ in 0..2 {
        attempt("anna").await;
        let request = device.sign_in(&server, "anna", "not it either");
        sign_in(&server, &request)
            .await
            .expect_code(ProblemCode::SignInRefused);
    }
    let held = sign_in(&server, &device.sign_in(&server, "anna", "nor this")).await;
    assert_eq!(held.code(), ProblemCode::TooManyAttempts);
    let answer = begin(&server, &anna.person, &device).await;
    assert_eq!(answer.code(), ProblemCode::TooManyAttempts);
    // A right password counts for nothing wrong, however often, and forgives nothing.
    for _ in 0..20 {
        server.clock().advance_seconds(300);
        begin(&server, &anna.person, &device).await.expect(201);
    }
    // What is wrong next is the sixth, after which there is a wait, of two seconds.
    server.clock().advance_seconds(300);
    let wrong = async || {
        let request = device.sign_in(&server, "anna", "nor that");
        sign_in(&server, &request).await.code()
    };
    assert_eq!(wrong().await, ProblemCode::SignInRefused);
    assert_eq!(wrong().await, ProblemCode::TooManyAttempts);
    server.clock().advance_seconds(2);
    assert_eq!(wrong().await, ProblemCode::SignInRefused);
    let mut forged = device
        .sign_in(&server, "anna", &anna.person.password)
        .device;
    forged.public_key = Device::new("Victim")
        .sign_in(&server, "anna", "x")
        .device
        .public_key;
    let body = json!({ "login": "anna", "password": anna.person.password, "device": forged });
    server
        .http()
        .post("/v1/passkeys/sign-in", &body)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
}

async fn a_passkey_that_counts_backwards_is_a_copy(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let mut copy = key.clone();
    let device = Device::new("Laptop");
    for _ in 0..3 {
        let (begun, page) = begun(&server, &anna.person, &device).await;
        let code = code_of(&page, &mut key).await;
        let request = with_code(&server, &anna.person, &device, &begun, &code);
        sign_in(&server, &request).await.expect(201);
    }
    let (_, page) = begun(&server, &anna.person, &device).await;
    let answer = copy.get(&page.options().await);
    let shown = page.give(&answer).await;
    assert!(shown.status.is_client_error(), "{}", shown.status);
    assert_eq!(PasskeyPage::code(&shown), None);
    eventually("the owner is told", async || {
        let refused = ActivityKind::PasskeyRefused;
        (anna.person.count_activity(refused).await == 1).then_some(())
    })
    .await;
    assert_eq!(anna.person.count_mails(MailKind::PasskeyRefused).await, 1);
    // Two questions that were asked before either was answered: the second answer counts on from the first.
    let other = Device::new("Other");
    let (_, one) = begun(&server, &anna.person, &device).await;
    let (_, two) = begun(&server, &anna.person, &other).await;
    let (asked_one, asked_two) = (one.options().await, two.options().await);
    let counter = key.counter;
    let first = key.get(&asked_one);
    key.counter = counter;
    let second = key.get(&asked_two);
    one.give(&first).await.expect(200);
    let shown = two.give(&second).await;
    assert_eq!(PasskeyPage::code(&shown), None, "{}", shown.text());
}

async fn turning_two_step_sign_in_off_removes_passkeys(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let device = Device::new("Laptop");
    let (begun, page) = begun(&server, &anna.person, &device).await;
    let code = code_of(&page, &mut key).await;
    let proof = json!({ "password": anna.person.password, "code": anna.code(&server) });
    anna.person
        .http
        .post("/v1/second-factor/disable", &proof)
        .await
        .expect(200);
    assert!(passkeys(&anna.person).await.is_empty());
    let removed = ActivityKind::PasskeyRemoved;
    assert_eq!(anna.person.count_activity(removed).await, 1);
    server.clock().advance_seconds(60);
    let again = Protected::of(&server, &anna.person).await;
    let request = with_code(&server, &anna.person, &device, &begun, &code);
    refused(&sign_in(&server, &request).await, "completion");
    page.open().await.expect(410);
    // The key itself is as good as new.
    let page = again.invited(&server).await;
    let made = key.create(&page.options().await).to_string();
    page.post(&[("name", "Key"), ("credential", &made)])
        .await
        .expect(200);
}

/// What was invited before the account was secured adds nothing afterwards.
async fn a_secured_account_stops_an_invitation(database: Database) {
    let (server, anna) = protected(database).await;
    anna.add_passkey(&server, "Key").await;
    let page = anna.invited(&server).await;
    let made = SoftwareKey::new(&server)
        .create(&page.options().await)
        .to_string();
    let secured = anna.person.http.post("/v1/secure", &json!({})).await;
    secured.expect(200);
    page.ask().await.expect(410);
    let answer = page.post(&[("name", "Evil"), ("credential", &made)]).await;
    assert_eq!(answer.status, 410);
    assert_eq!(passkeys(&anna.person).await.len(), 1);
}

async fn a_passkey_resets_a_password_with_the_link_alone(database: Database) {
    let (server, anna) = protected(database).await;
    let mut key = anna.add_passkey(&server, "Key").await;
    let piotr = Protected::create(&server, "piotr").await;
    let mut stranger = piotr.add_passkey(&server, "Key").await;
    let forgotten = async |login: &str| {
        let asked = json!({ "login": login });
        let answer = server.http().post("/v1/recovery", &asked).await;
        answer.expect(202);
        let address = format!("{login}@example.org");
        let outbox = server.outbox();
        outbox.token_of(&address, "reset-password", 1).await
    };
    let token = forgotten("anna").await;
    let page = PasskeyPage {
        http: server.http(),
        path: format!("/reset-password/{token}"),
    };
    let ask = async || -> Value {
        let path = format!("{}/passkey", page.path);
        page.http.post_empty(&path).await.expect(200).json()
    };
    let new = "nine copper lanterns on a pier";
    let reset = async |credential: &Value| {
        page.post(&[
            ("new_password", new),
            ("repeat", new),
            ("code", ""),
            ("credential", &credential.to_string()),
        ])
        .await
        .status
        .as_u16()
    };
    let without_code = async |token: &str| {
        let body = json!({"token": token, "new_password": new});
        let answer = server.http().post("/v1/recovery/reset", &body).await;
        answer.expect(422).problem().passkey
    };
    // Whoever has the link, and nobody else, is told that there is one.
    assert!(without_code(&token).await);
    Protected::create(&server, "otto").await;
    assert!(!without_code(&forgotten("otto").await).await);

    // Without a question, for an older one, by another account's key, for another page's question.
    assert_eq!(reset(&json!({})).await, 422);
    let older = ask().await;
    let options = ask().await;
    assert_eq!(reset(&key.clone().get(&older)).await, 422);
    assert_eq!(reset(&stranger.get(&options)).await, 422);
    let (_, using) = begun(&server, &anna.person, &Device::new("Laptop")).await;
    assert_eq!(reset(&key.clone().get(&using.options().await)).await, 422);
    let lie = SoftwareKey {
        origin: "https://evil.example".to_owned(),
        ..key.clone()
    }
    .get(&options);
    assert_eq!(reset(&lie).await, 422);
    // Each of them counted as a wrong code; five are left.
    let right = key.get(&options);
    let statuses = join_all((0..5).map(|_| reset(&right))).await;
    let won = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1, "{statuses:?}");
    assert_eq!(reset(&right).await, 410);
    let request = Device::new("Laptop").sign_in(&server, "anna", new);
    sign_in(&server, &request)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    assert_eq!(anna.person.check_session().await.status, 401);
    // Somebody without a passkey is told so, and still has the code.
    Person::create_confirmed(&server, "eva").await;
    let token = forgotten("eva").await;
    server
        .http()
        .post_empty(&format!("/reset-password/{token}/passkey"))
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}

async fn an_address_that_browsers_take_for_none_offers_none(database: Database) {
    for (public_url, support) in [
        ("http://accounts.example.org", "needs_https"),
        ("http://192.0.2.7:8470", "needs_https"),
        ("http://127.0.0.2:8470", "needs_https"),
        ("https://192.0.2.7", "needs_name"),
        ("https://[2001:db8::7]", "needs_name"),
        ("https://accounts.example.org/latchkey", "available"),
        ("http://localhost:8470", "available"),
        ("http://127.0.0.1:8470", "available"),
        ("http://[::1]:8470", "available"),
    ] {
        let settings = Settings::default().with("PUBLIC_URL", public_url);
        let server = ServerUnderTest::start_in_process_with(database, settings).await;
        let info: Value = server.http().get("/v1/server").await.expect(200).json();
        assert_eq!(info["passkeys"], support, "{public_url}");
    }
    let settings = Settings::default().with("PUBLIC_URL", "https://192.0.2.7");
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    let anna = Protected::create(&server, "anna").await;
    anna.person
        .http
        .post_empty("/v1/passkeys/invitation")
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}
