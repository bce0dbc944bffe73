//! A password's life: changed in the app, forgotten, reset by a link in the app's way and in a browser's.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::password::{ChangePassword, Password, PasswordChanged};
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::recovery::{
    AskRecoveryStatus, RecoveryMail, RecoveryRequested, RecoveryStatus, RequestRecovery,
    ResetPassword,
};
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::sync::Collection;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Person, Protected, ServerUnderTest, Settings, eventually,
};
use reqwest::Method;

on_both_databases!(
    a_password_is_changed_and_the_other_devices_are_signed_out,
    the_other_devices_stay_when_that_is_wanted,
    a_lost_answer_loses_no_session,
    what_is_wrong_with_a_change_is_named,
    a_forgotten_password_is_reset_by_a_link,
    a_known_device_learns_what_became_of_the_mail,
    a_known_device_learns_why_no_mail_was_sent,
    a_password_is_reset_in_a_browser,
    the_page_asks_for_a_code_once_it_is_missing_and_keeps_asking,
    the_page_leads_into_the_app_where_a_device_asked_for_the_link,
    each_policy_asks_for_what_it_says,
);

const NEW: &str = "a copper lantern beside the door";

fn change(person: &Person, new_password: &str, end_other_sessions: bool) -> ChangePassword {
    ChangePassword {
        current_password: person.password.clone(),
        new_password: new_password.to_owned(),
        code: None,
        end_other_sessions,
    }
}

async fn sign_in(server: &ServerUnderTest, login: &str, password: &str) -> Answer {
    Device::new("Other")
        .try_sign_in(server, login, password)
        .await
}

async fn link_to(server: &ServerUnderTest, address: &str, number: usize) -> String {
    server
        .outbox()
        .token_of(address, "reset-password", number)
        .await
}

async fn forget(http: &Http, login: &str) -> RecoveryRequested {
    let request = RequestRecovery {
        login: login.to_owned(),
        device: None,
    };
    http.post("/v1/recovery", &request).await.expect(202).json()
}

#[track_caller]
fn refused(answer: &Answer, field: &str, code: FieldCode) {
    let problem = answer.problem();
    assert_eq!(problem.code, ProblemCode::InvalidFields);
    let named: Vec<_> = problem
        .fields
        .iter()
        .map(|found| (found.field.as_str(), found.code))
        .collect();
    assert_eq!(named, [(field, code)]);
}

async fn has_mail(person: &Person, kind: MailKind) {
    eventually("a notice", async || {
        person
            .mails()
            .await
            .iter()
            .any(|(_, mail)| mail.kind == kind)
            .then_some(())
    })
    .await;
}

async fn a_password_is_changed_and_the_other_devices_are_signed_out(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let other = anna.on_new_device(&server, "Other").await;
    let changed: PasswordChanged = anna
        .http
        .post("/v1/password", &change(&anna, NEW, true))
        .await
        .expect(200)
        .json();
    assert_eq!(changed.ended, [other.session_id()]);
    let ended = other.check_session().await.problem().ended.unwrap();
    assert_eq!(ended.reason, EndedReason::PasswordChanged);
    assert_eq!(ended.by_session_id, Some(anna.session_id()));
    // The session goes on under its new token alone.
    let mut now = anna.clone();
    now.http = server.http().with_token(&changed.token);
    now.check_session().await.expect(200);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionUnknown);
    sign_in(&server, "anna", &anna.password)
        .await
        .expect_code(ProblemCode::SignInRefused);
    sign_in(&server, "anna", NEW).await.expect(201);
    // As other programs copy a name.
    for login in ["\u{200B}anna", "anna\u{FEFF}", "\u{202A}Anna\u{202C}"] {
        sign_in(&server, login, NEW).await.expect(201);
    }
    assert_eq!(now.count_activity(ActivityKind::PasswordChanged).await, 1);
    let records: Vec<(String, Password)> = now.bodies(Collection::Password).await;
    assert_eq!(records[0].1.changed_at, server.now());
    has_mail(&now, MailKind::PasswordChanged).await;
}

async fn the_other_devices_stay_when_that_is_wanted(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let other = anna.on_new_device(&server, "Other").await;
    let changed: PasswordChanged = anna
        .http
        .post("/v1/password", &change(&anna, NEW, false))
        .await
        .expect(200)
        .json();
    assert!(changed.ended.is_empty());
    other.check_session().await.expect(200);
}

async fn a_lost_answer_loses_no_session(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    anna.http
        .post("/v1/password", &change(&anna, NEW, true))
        .await
        .expect(200);
    // The answer never arrived: the old token still counts, for ten minutes.
    server.clock().advance_seconds(599);
    anna.check_session().await.expect(200);
    let again = ChangePassword {
        current_password: NEW.to_owned(),
        new_password: "another lantern, of brass this time".to_owned(),
        code: None,
        end_other_sessions: true,
    };
    let changed: PasswordChanged = anna
        .http
        .post("/v1/password", &again)
        .await
        .expect(200)
        .json();
    server.clock().advance_seconds(601);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionUnknown);
    let http = server.http().with_token(&changed.token);
    http.get("/v1/session").await.expect(200);
}

async fn what_is_wrong_with_a_change_is_named(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let attempt = async |current: &str, new: &str| {
        let request = ChangePassword {
            current_password: current.to_owned(),
            ..change(&anna, new, true)
        };
        anna.http.post("/v1/password", &request).await
    };
    let right = anna.password.as_str();
    refused(
        &attempt("not the password of anybody", NEW).await,
        "current_password",
        FieldCode::WrongPassword,
    );
    for (new, code) in [
        (right, FieldCode::Unchanged),
        ("too short", FieldCode::TooShort),
        ("thisweekinpalestine", FieldCode::TooCommon),
        ("", FieldCode::Required),
    ] {
        refused(&attempt(right, new).await, "new_password", code);
    }
    let long = "brass kettle ".repeat(30);
    refused(
        &attempt(right, &long).await,
        "new_password",
        FieldCode::TooLong,
    );
    // Past what a request may carry it is refused just as loudly.
    let answer = attempt(right, &"brass kettle ".repeat(400)).await;
    let problem = answer.problem();
    assert_eq!(problem.code, ProblemCode::TooLarge);
    assert!(problem.detail.unwrap().contains("cut off"));
    sign_in(&server, "anna", right).await.expect(201);
}

async fn a_forgotten_password_is_reset_by_a_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let other = anna.on_new_device(&server, "Other").await;
    for (number, login) in ["anna", "ANNA@example.org."].iter().enumerate() {
        forget(&server.http(), login).await;
        link_to(&server, "anna@example.org", number + 1).await;
    }
    let token = link_to(&server, "anna@example.org", 2).await;
    let reset = |new_password: &str| ResetPassword {
        token: token.clone(),
        new_password: new_password.to_owned(),
        code: None,
    };
    // What breaks a rule leaves the link as it was.
    let answer = server
        .http()
        .post("/v1/recovery/reset", &reset("anna anna anna anna"))
        .await;
    refused(&answer, "new_password", FieldCode::ContainsContext);
    let answer = server.http().post("/v1/recovery/reset", &reset(NEW)).await;
    assert!(answer.expect(204).body.is_empty(), "nobody is signed in");
    for session in [&anna, &other] {
        let ended = session.check_session().await.problem().ended.unwrap();
        assert_eq!(ended.reason, EndedReason::PasswordReset);
    }
    sign_in(&server, "anna", &anna.password)
        .await
        .expect_code(ProblemCode::SignInRefused);
    let mut again = anna.clone();
    NEW.clone_into(&mut again.password);
    let again = again.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(again.count_activity(ActivityKind::PasswordReset).await, 1);
    assert_eq!(
        again
            .count_activity(ActivityKind::PasswordResetRequested)
            .await,
        2
    );
    has_mail(&again, MailKind::PasswordReset).await;
    // The link is in the history, its secret is not.
    let (_, mail) = again
        .mails()
        .await
        .into_iter()
        .rfind(|(_, mail)| mail.kind == MailKind::ResetPassword)
        .unwrap();
    assert!(!mail.text.unwrap().contains(&token));
}

/// Asks for a link on a device, and returns the ticket.
async fn ask_from(server: &ServerUnderTest, device: &Device, login: &str) -> String {
    let request = RequestRecovery {
        login: login.to_owned(),
        device: Some(device.proof(server.server_id(), login, server.now())),
    };
    let answer = server.http().post("/v1/recovery", &request).await;
    answer.expect(202).json::<RecoveryRequested>().ticket
}

async fn status_of(server: &ServerUnderTest, ticket: &str) -> RecoveryStatus {
    let request = AskRecoveryStatus {
        ticket: ticket.to_owned(),
    };
    let answer = server.http().post("/v1/recovery/status", &request).await;
    answer.expect(200).json()
}

async fn a_known_device_learns_what_became_of_the_mail(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let ask = async |device: &Device, login: &str| ask_from(&server, device, login).await;
    let status = async |ticket: &str| status_of(&server, ticket).await.mail;
    let known = ask(&anna.device, "anna").await;
    link_to(&server, "anna@example.org", 1).await;
    eventually("a mail that is sent", async || {
        (status(&known).await == RecoveryMail::Sent).then_some(())
    })
    .await;
    let strange = ask(&Device::new("Strange"), "anna").await;
    link_to(&server, "anna@example.org", 2).await;
    for ticket in [strange.as_str(), "made-up", ""] {
        assert_eq!(status(ticket).await, RecoveryMail::NoneKnown, "{ticket}");
    }
    server.clock().advance_seconds(2 * 86_400);
    assert_eq!(status(&known).await, RecoveryMail::NoneKnown);
}

async fn a_known_device_learns_why_no_mail_was_sent(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let piotr = Person::create(&server, "piotr").await;
    let becomes = async |ticket: &str, mail: RecoveryMail| {
        eventually("what became of a request", async || {
            let status = status_of(&server, ticket).await;
            (status.mail == mail).then_some(status.retry_after_seconds)
        })
        .await
    };
    // A stranger's ticket of the same moment, to be looked at when the known device's is answered.
    let ask = async |person: &Person| {
        let stranger = ask_from(&server, &Device::new("Strange"), &person.username).await;
        let known = ask_from(&server, &person.device, &person.username).await;
        (known, stranger)
    };

    let (nowhere, stranger) = ask(&piotr).await;
    assert_eq!(becomes(&nowhere, RecoveryMail::NoAddress).await, None);
    becomes(&stranger, RecoveryMail::NoneKnown).await;

    for number in 1..=3 {
        ask_from(&server, &anna.device, "anna").await;
        link_to(&server, "anna@example.org", number).await;
    }
    let (limited, stranger) = ask(&anna).await;
    let wait = becomes(&limited, RecoveryMail::Limited).await;
    assert_eq!(wait, Some(3600));
    becomes(&stranger, RecoveryMail::NoneKnown).await;
    server.clock().advance_seconds(3000);
    let status = status_of(&server, &limited).await;
    assert_eq!(status.retry_after_seconds, Some(600));
    server.clock().advance_seconds(600);
    let status = status_of(&server, &limited).await;
    assert_eq!(status.retry_after_seconds, None);
    // What was said is true.
    let again = ask_from(&server, &anna.device, "anna").await;
    becomes(&again, RecoveryMail::Sent).await;
    link_to(&server, "anna@example.org", 4).await;

    // A device that was here knows its own, whatever it may do.
    let phone = anna.on_probation(&server, "Phone").await;
    server.clock().advance_seconds(3600);
    let known = ask_from(&server, &phone.device, "anna").await;
    becomes(&known, RecoveryMail::Sent).await;
}

async fn submit(http: &Http, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = form
        .iter()
        .map(|(name, value)| {
            let value = url::form_urlencoded::byte_serialize(value.as_bytes());
            format!("{name}={}", value.collect::<String>())
        })
        .collect::<Vec<_>>()
        .join("&");
    let request = http
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    Http::send(request).await
}

async fn a_password_is_reset_in_a_browser(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let german = server.http().with_header("Accept-Language", "de");
    let page = german.get("/forgot-password").await.expect(200);
    assert!(page.text().contains("Passwort vergessen?"));
    assert!(!page.text().contains("<script"));
    let page = submit(&german, "/forgot-password", &[("login", " ")]).await;
    assert!(page.expect(422).text().contains("Erforderlich"));
    let known = submit(&german, "/forgot-password", &[("login", "anna")]).await;
    let unknown = submit(&german, "/forgot-password", &[("login", "nobody")]).await;
    assert_eq!(
        known.expect(202).observable(),
        unknown.expect(202).observable()
    );

    let path = format!(
        "/reset-password/{}",
        link_to(&server, "anna@example.org", 1).await
    );
    let page = german.get(&path).await.expect(200);
    assert!(page.text().contains("Mindestens 15 Zeichen."));
    // A password manager keeps the new password under the name that stands before it.
    let of_managers: Vec<_> = ["username", "new-password", "new-password"]
        .iter()
        .scan(page.text(), |rest, kind| {
            let (_, behind) = rest.split_once(&format!("autocomplete=\"{kind}\""))?;
            *rest = behind.to_owned();
            Some(*kind)
        })
        .collect();
    assert_eq!(of_managers.len(), 3, "{of_managers:?} in {}", page.text());
    assert!(says_nothing_of_a_code(&page), "{}", page.text());
    let set = async |first: &str, second: &str| {
        let form = [
            // Whatever stands in it: the link says whose password it is.
            ("username", "bert"),
            ("new_password", first),
            ("repeat", second),
            ("code", ""),
        ];
        submit(&german, &path, &form).await
    };
    for (first, second, said) in [
        (
            NEW,
            "a copper lantern",
            "Die Passwörter stimmen nicht überein.",
        ),
        ("knapp-1", "knapp-1", "Das ist zu kurz."),
        (&*"ä".repeat(3000), "", "Es wurde nichts abgeschnitten"),
    ] {
        let page = set(first, second).await.expect(422);
        assert!(page.text().contains(said), "{}", page.text());
        assert!(says_nothing_of_a_code(&page), "{}", page.text());
        assert!(!page.text().contains(first), "what was entered is shown");
    }
    let page = set(NEW, NEW).await.expect(200);
    assert!(page.text().contains("latchkey://sign-in"));
    assert!(page.header("set-cookie").is_none());
    let page = set(NEW, NEW).await.expect(410);
    assert!(page.text().contains("../forgot-password"));
    sign_in(&server, "anna", NEW).await.expect(201);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
}

/// A page without the token of its address.
fn without_token(page: &Answer, token: &str) -> String {
    page.text().replace(token, "TOKEN")
}

fn says_nothing_of_a_code(page: &Answer) -> bool {
    let words = ["one-time-code", "Code", "Authenticator", "Passkey"];
    !words.iter().any(|word| page.text().contains(word))
}

/// Who has the link learns it by asking for a new password, as the one before; who opens the page learns nothing.
async fn the_page_asks_for_a_code_once_it_is_missing_and_keeps_asking(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let bert = Person::create_confirmed(&server, "bert").await;
    let german = server.http().with_header("accept-language", "de");
    let mut pages = Vec::new();
    let mut paths = Vec::new();
    for email in [&anna.person.email, &bert.email] {
        let login = email.as_str();
        submit(&german, "/forgot-password", &[("login", login)])
            .await
            .expect(202);
        let token = link_to(&server, email, 1).await;
        let path = format!("/reset-password/{token}");
        let page = german.get(&path).await.expect(200);
        assert!(says_nothing_of_a_code(&page), "{}", page.text());
        pages.push(without_token(&page, &token));
        paths.push(path);
    }
    let none = "A".repeat(43);
    let page = german.get(&format!("/reset-password/{none}")).await;
    pages.push(without_token(&page.expect(200), &none));
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");

    let set = async |path: &str, more: &[(&str, &str)], repeat: &str| {
        let form = [&[("new_password", NEW), ("repeat", repeat)][..], more].concat();
        submit(&german, path, &form).await
    };
    set(&paths[1], &[], NEW).await.expect(200);
    let asks = set(&paths[0], &[], NEW).await.expect(422);
    assert!(!says_nothing_of_a_code(&asks) && asks.text().contains("one-time-code"));
    // A slip in the password does not take the question back.
    let proof = ("proof", "asked");
    let asks = set(&paths[0], &[("code", ""), proof], "another").await;
    assert!(asks.expect(422).text().contains("one-time-code"));
    let code = anna.code(&server);
    let done = set(&paths[0], &[("code", &code), proof], NEW).await;
    done.expect(200);
}

/// Elsewhere the app would say that its device has not asked for the link.
async fn the_page_leads_into_the_app_where_a_device_asked_for_the_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let leads = async |number: usize| {
        let token = link_to(&server, "anna@example.org", number).await;
        let path = format!("/reset-password/{token}");
        let page = server.http().get(&path).await.expect(200);
        let form = [("new_password", NEW), ("repeat", "another")];
        let again = submit(&server.http(), &path, &form).await.expect(422);
        let leads = |page: &Answer| page.text().contains("latchkey://reset-password/");
        assert_eq!(leads(&page), leads(&again));
        leads(&page)
    };
    let asked_by = async |device: &Device| {
        let request = RequestRecovery {
            login: "anna".to_owned(),
            device: Some(device.proof(server.server_id(), "anna", server.now())),
        };
        server
            .http()
            .post("/v1/recovery", &request)
            .await
            .expect(202);
    };
    forget(&server.http(), "anna").await;
    assert!(!leads(1).await, "asked for by nobody knows what");
    asked_by(&anna.device).await;
    assert!(leads(2).await, "asked for by a device of the account");
    asked_by(&Device::new("Unknown")).await;
    assert!(!leads(3).await, "asked for by a device never seen");
}

async fn each_policy_asks_for_what_it_says(database: Database) {
    let long = "Four brass kettles stand on the shelf beside a window. ".repeat(10);
    for (policy, minimum, good, bad, code) in [
        ("modern", 15, NEW, "brass kettle o", FieldCode::TooShort),
        (
            "classic",
            12,
            "Brass-kettle-9",
            "brass kettle 9",
            FieldCode::NoUpperCase,
        ),
        ("short", 8, "kv9-Tq2x", "kv9-Tq2", FieldCode::TooShort),
        ("unlimited", 8, &*long, "password", FieldCode::TooCommon),
    ] {
        let settings = Settings::default().with("PASSWORD_POLICY", policy);
        let server = ServerUnderTest::start_in_process_with(database, settings).await;
        let info: ServerInfo = server.http().get("/v1/server").await.expect(200).json();
        assert_eq!(info.password_policy.minimum, minimum);
        let sign_up = async |username: &str, password: &str| {
            let email = format!("{username}@example.org");
            let device = Device::new("First");
            let request = device.create_account(&server, username, &email, password);
            server.http().post("/v1/accounts", &request).await
        };
        refused(&sign_up("anna", bad).await, "password", code);
        sign_up("anna", good).await.expect(201);
        sign_in(&server, "anna", good).await.expect(201);
    }
}
