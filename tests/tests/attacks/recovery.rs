//! Taking an account by its way back: links for a new password, the limits around them, and old sessions afterwards.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::password::{ChangePassword, PasswordChanged};
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::recovery::{
    OpenResetLink, OpenedResetLink, RecoveryRequested, RequestRecovery, ResetPassword, app_token,
};
use latchkey_protocol::step_up::{Proof, SteppedUp};
use latchkey_tests::server::{
    Answer, Database, Device, Http, Overload, Person, Protected, Race, ServerUnderTest, Settings,
    eventually, the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::Method;
use serde_json::json;

on_both_databases!(
    a_link_resets_once,
    a_link_is_too_old_after_ten_minutes,
    a_link_dies_by_everything_that_makes_it_dangerous,
    whoever_knows_the_password_vetoes_no_reset,
    opening_a_reset_link_changes_nothing,
    one_kind_of_link_is_no_other,
    links_never_follow_the_host_of_a_request,
    a_login_is_one_string,
    asking_does_not_tell_who_has_an_account,
    an_address_nobody_confirmed_gets_no_link,
    one_address_asks_three_times_an_hour,
    an_account_gets_three_mails_and_then_one_an_hour,
    a_hundred_wrong_passwords_stop_an_account_until_there_is_proof_by_mail,
    a_code_is_no_try_while_there_is_too_much_to_hash,
    passwords_are_not_guessed_by_a_side_route,
    a_session_alone_changes_no_password,
    old_tokens_and_step_ups_die,
    a_link_into_the_app_is_worth_nothing_without_the_device_that_asked,
);

races!(a_link_resets_once_of_fifty_at_the_same_time,);

const NEW: &str = "a copper lantern beside the door";
const WRONG: &str = "not the password of anybody";

async fn forget(http: &Http, login: &str) -> Answer {
    let request = RequestRecovery {
        login: login.to_owned(),
        device: None,
    };
    http.post("/v1/recovery", &request).await
}

fn links_to(server: &ServerUnderTest, address: &str) -> Vec<String> {
    server.outbox().tokens(address, "reset-password")
}

async fn link_to(server: &ServerUnderTest, address: &str, number: usize) -> String {
    server
        .outbox()
        .token_of(address, "reset-password", number)
        .await
}

/// Asks for a link for `person`, whose address is confirmed, and takes it from the mailbox.
async fn new_link(server: &ServerUnderTest, person: &Person) -> String {
    let before = links_to(server, &person.email).len();
    forget(&server.http(), &person.username).await.expect(202);
    link_to(server, &person.email, before + 1).await
}

async fn reset(server: &ServerUnderTest, token: &str, new_password: &str) -> Answer {
    let request = ResetPassword {
        token: token.to_owned(),
        new_password: new_password.to_owned(),
        code: None,
    };
    server.http().post("/v1/recovery/reset", &request).await
}

async fn sign_in(server: &ServerUnderTest, login: &str, password: &str) -> Answer {
    Device::new("Attacker")
        .try_sign_in(server, login, password)
        .await
}

/// CVE-2026-28268: a link that was used worked again.
async fn a_link_resets_once(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let token = new_link(&server, &anna).await;
    reset(&server, &token, NEW).await.expect(204);
    reset(&server, &token, "another one of the attacker")
        .await
        .expect_code(ProblemCode::LinkSpent);
    sign_in(&server, "anna", NEW).await.expect(201);
}

async fn a_link_resets_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Person::create_confirmed(server, &race.username()).await;
    let token = new_link(server, &anna).await;
    let passwords: Vec<_> = (0..50)
        .map(|number| format!("lantern number {number} beside the door"))
        .collect();
    let tries = passwords.iter().map(|new| reset(server, &token, new));
    let answers = futures_util::future::join_all(tries).await;
    let new = &passwords[the_one_with(204, &answers)];
    for answer in &answers {
        if answer.status != 204 {
            // Too much to hash at once is no answer about the link.
            assert!(matches!(
                answer.code(),
                ProblemCode::LinkSpent | ProblemCode::Busy
            ));
        }
    }
    sign_in(server, &anna.username, new).await.expect(201);
}

/// CVE-2026-21622: a link without an end.
async fn a_link_is_too_old_after_ten_minutes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let token = new_link(&server, &anna).await;
    server.clock().advance_seconds(600);
    reset(&server, &token, NEW)
        .await
        .expect_code(ProblemCode::LinkSpent);
    let token = new_link(&server, &anna).await;
    server.clock().advance_seconds(599);
    reset(&server, &token, NEW).await.expect(204);
}

/// A newer request, a change of the password, another primary address, a removed address.
async fn a_link_dies_by_everything_that_makes_it_dangerous(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let second = anna.add_email("second@example.org").await;
    let confirmation = server.outbox().confirmation("second@example.org", 1).await;
    server
        .confirm(&confirmation.token().unwrap())
        .await
        .expect(200);
    let spent = async |token: &str, what: &str| {
        let answer = reset(&server, token, "the attacker chose this one").await;
        assert_eq!(answer.status, 410, "{what}: {}", answer.text());
    };
    let hours = || server.clock().advance_seconds(3600);

    let older = new_link(&server, &anna).await;
    let newer = new_link(&server, &anna).await;
    spent(&older, "a newer request").await;
    assert_ne!(older, newer);

    hours();
    let token = new_link(&server, &anna).await;
    let request = ChangePassword {
        current_password: anna.password.clone(),
        new_password: NEW.to_owned(),
        code: None,
        end_other_sessions: false,
    };
    let changed: PasswordChanged = anna
        .http
        .post("/v1/password", &request)
        .await
        .expect(200)
        .json();
    anna.http = server.http().with_token(&changed.token);
    NEW.clone_into(&mut anna.password);
    spent(&token, "a change of the password").await;

    hours();
    anna = anna.stepped_up(None).await;
    let token = new_link(&server, &anna).await;
    anna.make_primary(&server, second).await;
    spent(&token, "another primary address").await;
    sign_in(&server, "anna", NEW).await.expect(201);
}

/// A thief who signed in every 4 s left the owner no link; nor may one who adds and removes addresses, or goes on changing
/// the password.
async fn whoever_knows_the_password_vetoes_no_reset(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut thief = anna.on_new_device(&server, "Attacker").await;
    let token = new_link(&server, &anna).await;
    for number in 0..5 {
        server.clock().advance_seconds(4);
        thief = thief.signing_in_on(&server, thief.device.clone()).await;
        thief = thief.stepped_up(None).await;
        let added = thief.add_email(&format!("evil{number}@example.com")).await;
        if number == 0 {
            let confirmation = server.outbox().token("evil0@example.com", 1).await;
            server.confirm(&confirmation).await.expect(200);
        }
        thief.change_email(added, "remove").await.expect(200);
    }
    reset(&server, &token, NEW).await.expect(204);

    let mut thief = anna.clone();
    NEW.clone_into(&mut thief.password);
    thief = thief.on_new_device(&server, "Attacker again").await;
    server.clock().advance_seconds(2 * 3600);
    let mut vetoed = 0;
    for number in 0..6 {
        let new_password = format!("sixteen grey herons in a row {number}");
        let request = ChangePassword {
            current_password: thief.password.clone(),
            new_password: new_password.clone(),
            code: None,
            end_other_sessions: true,
        };
        let answer = thief.http.post("/v1/password", &request).await;
        if answer.status != 200 {
            answer.expect_code(ProblemCode::MailedLinkNeeded);
            break;
        }
        let changed: PasswordChanged = answer.json();
        thief.http = server.http().with_token(&changed.token);
        thief.password = new_password;
        vetoed += 1;
    }
    assert_eq!(vetoed, 3);
    let token = new_link(&server, &anna).await;
    reset(&server, &token, "seven quiet owls on a fence")
        .await
        .expect(204);
}

/// Mail scanners open links before people do.
async fn opening_a_reset_link_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let token = new_link(&server, &anna).await;
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let path = format!("/reset-password/{token}");
        Http::send(server.http().request(method, &path))
            .await
            .expect(200);
    }
    anna.check_session().await.expect(200);
    reset(&server, &token, NEW).await.expect(204);
}

/// CVE-2026-18963: a password was set by steering the flow without the mailed secret.
async fn one_kind_of_link_is_no_other(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("second@example.org").await;
    let confirmation = server.outbox().confirmation("second@example.org", 1).await;
    let confirmation = confirmation.token().unwrap();
    // Of a device that the account knows: a stranger's ticket leads to nothing, whatever takes it.
    let request = RequestRecovery {
        login: "anna".to_owned(),
        device: Some(anna.device.proof(server.server_id(), "anna", server.now())),
    };
    let answer = server.http().post("/v1/recovery", &request).await;
    let ticket: RecoveryRequested = answer.expect(202).json();
    let link = link_to(&server, "anna@example.org", 1).await;
    for token in [
        confirmation.as_str(),
        ticket.ticket.as_str(),
        anna.signed_in.token.as_str(),
        "",
        "anna",
    ] {
        reset(&server, token, NEW)
            .await
            .expect_code(ProblemCode::LinkSpent);
    }
    server
        .confirm(&link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    for body in [
        json!({"new_password": NEW}),
        json!({"token": link, "new_password": NEW, "account_id": anna.signed_in.account_id}),
        json!({"token": [link], "new_password": NEW}),
        json!({"token": null, "new_password": NEW}),
    ] {
        server
            .http()
            .post("/v1/recovery/reset", &body)
            .await
            .expect_code(ProblemCode::Malformed);
    }
    reset(&server, &link, NEW).await.expect(204);
}

/// CVE-2025-25198: the link in the mail led to where the attacker's Host header said.
async fn links_never_follow_the_host_of_a_request(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    let poisoned = server
        .http()
        .with_header("Host", "evil.example")
        .with_header("X-Forwarded-Host", "evil.example")
        .with_header("Forwarded", "host=evil.example");
    forget(&poisoned, "anna").await.expect(202);
    link_to(&server, "anna@example.org", 1).await;
    for mail in server.outbox().mails() {
        assert!(!mail.raw.contains("evil.example") && !mail.text.contains("evil.example"));
    }
}

/// CVE-2023-7028: a second address in the request got the link too.
async fn a_login_is_one_string(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "anna").await;
    for login in [
        json!(["anna@example.org", "evil@example.org"]),
        json!({"0": "anna@example.org"}),
        json!(null),
    ] {
        server
            .http()
            .post("/v1/recovery", &json!({"login": login}))
            .await
            .expect_code(ProblemCode::Malformed);
    }
    for login in [
        "anna@example.org,evil@example.org",
        "anna@example.org evil@example.org",
        "anna@example.org\r\nBcc: evil@example.org",
        "anna\u{0}",
    ] {
        forget(&server.http(), login).await.expect(202);
    }
    for body in [
        "login=anna%40example.org&login=evil%40example.org",
        "login%5B%5D=anna&login%5B%5D=evil",
        "login=anna&cc=evil%40example.org",
    ] {
        let request = server
            .http()
            .request(Method::POST, "/forgot-password")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        Http::send(request).await.expect(400);
    }
    // The proof that all of these were dealt with: what is asked for after them arrives.
    forget(&server.http(), "anna").await.expect(202);
    link_to(&server, "anna@example.org", 1).await;
    assert_eq!(links_to(&server, "anna@example.org").len(), 1);
    assert!(server.outbox().mails_to("evil@example.org").is_empty());
}

/// CVE-2026-40263 and its kind: who has an account.
async fn asking_does_not_tell_who_has_an_account(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_confirmed(&server, "confirmed").await;
    Person::create(&server, "pending").await;
    let mut first = None;
    for login in [
        "confirmed",
        "confirmed@example.org",
        "pending",
        "pending@example.org",
        "nobody",
        "nobody@example.org",
        "",
        "' OR 1=1 --",
    ] {
        let started = std::time::Instant::now();
        let answer = forget(&server.http(), login).await.expect(202);
        println!("{database:?} {login:?}: {:?}", started.elapsed());
        let ticket = answer.json::<RecoveryRequested>().ticket;
        let (status, headers, body) = answer.observable();
        let body = String::from_utf8(body).unwrap().replace(&ticket, "TICKET");
        let observed = (status, headers, body, ticket.len());
        assert_eq!(
            *first.get_or_insert_with(|| observed.clone()),
            observed,
            "{login:?}"
        );
    }
}

/// Who signs up with somebody's address, or with a slip in the own, must not hand out the account.
async fn an_address_nobody_confirmed_gets_no_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create(&server, "pending").await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    anna.add_email("pending@example.org").await;
    for login in ["pending", "pending@example.org"] {
        forget(&server.http(), login).await.expect(202);
    }
    new_link(&server, &anna).await;
    assert!(links_to(&server, "pending@example.org").is_empty());
}

async fn one_address_asks_three_times_an_hour(database: Database) {
    let settings = Settings::default()
        .with("RECOVERY__PER_ADDRESS", 3)
        .with("RECOVERY__PER_NETWORK", 60);
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    for login in ["nobody", "anna", "nobody@example.org"] {
        forget(&server.http(), login).await.expect(202);
    }
    for number in 0..5 {
        let forged = server
            .http()
            .with_header("X-Forwarded-For", &format!("198.51.100.{number}"));
        let problem = forget(&forged, "nobody").await.problem();
        assert_eq!(problem.code, ProblemCode::TooManyAttempts);
        assert!(problem.retry_after_seconds.is_some());
    }
    let page = server
        .http()
        .request(Method::POST, "/forgot-password")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("login=nobody");
    let page = Http::send(page).await.expect(429);
    assert!(page.header("retry-after").is_some());
    forget(&server.http().at([127, 0, 3, 1]), "nobody")
        .await
        .expect(202);
    server.clock().advance_seconds(1200);
    forget(&server.http(), "nobody").await.expect(202);
}

async fn an_account_gets_three_mails_and_then_one_an_hour(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut token = String::new();
    for _ in 0..3 {
        token = new_link(&server, &anna).await;
    }
    // Asking on is answered as before, sends nothing, and leaves the link that is there.
    for _ in 0..20 {
        forget(&server.http(), "anna").await.expect(202);
        forget(&server.http(), "anna@example.org").await.expect(202);
    }
    server.clock().advance_seconds(599);
    reset(&server, &token, NEW).await.expect(204);
    let mut anna = anna;
    NEW.clone_into(&mut anna.password);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(
        anna.count_activity(ActivityKind::PasswordResetRequested)
            .await,
        3
    );
    server.clock().advance_seconds(3600);
    new_link(&server, &anna).await;
    assert_eq!(links_to(&server, "anna@example.org").len(), 4);
}

/// NIST SP 800-63B, section 3.2.2: at most a hundred in a row.
async fn a_hundred_wrong_passwords_stop_an_account_until_there_is_proof_by_mail(
    database: Database,
) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let exhaust = async |login: &str| {
        let mut looked_at = 0;
        for _ in 0..120 {
            let answer = sign_in(&server, login, WRONG).await;
            looked_at += u32::from(answer.code() == ProblemCode::SignInRefused);
            server.clock().advance_seconds(300);
        }
        looked_at
    };
    assert_eq!(exhaust("anna").await, 100);
    // No wait ends it, and a name that nobody has is stopped alike.
    server.clock().advance_seconds(3 * 86_400);
    let stopped = sign_in(&server, "anna", &anna.password).await;
    assert_eq!(stopped.code(), ProblemCode::NewPasswordNeeded);
    assert_eq!(stopped.problem().retry_after_seconds, None);
    eventually("the owner is told, once", async || {
        let told = server.outbox().mails_to(&anna.email).into_iter();
        let told: Vec<_> = told
            .filter(|mail| mail.kind() == "sign-in-stopped")
            .collect();
        let noted = anna.count_activity(ActivityKind::SignInStopped).await;
        (told.len() == 1 && noted == 1 && told[0].text.contains("/forgot-password")).then_some(())
    })
    .await;
    assert_eq!(exhaust("nobody").await, 100);
    let unknown = sign_in(&server, "nobody", WRONG).await;
    assert_eq!(stopped.observable(), unknown.observable());
    let token = new_link(&server, &anna).await;
    reset(&server, &token, NEW).await.expect(204);
    sign_in(&server, "anna", NEW).await.expect(201);
}

/// A storm of sign-ins locks nobody's second factor.
async fn a_code_is_no_try_while_there_is_too_much_to_hash(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let token = new_link(&server, &anna.person).await;
    let request = |code: String| ResetPassword {
        token: token.clone(),
        new_password: NEW.to_owned(),
        code: Some(code),
    };
    let overload = Overload::begin(&server).await;
    for _ in 0..12 {
        let answer = server
            .http()
            .post("/v1/recovery/reset", &request(anna.wrong(&server)))
            .await;
        assert_eq!(answer.code(), ProblemCode::Busy);
    }
    drop(overload);
    let right = request(anna.code(&server));
    let answer = server.http().post("/v1/recovery/reset", &right).await;
    answer.expect(204);
}

/// CVE-2026-43914: a side route that checks the password without the limit. The tries count together.
async fn passwords_are_not_guessed_by_a_side_route(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let step_up = Proof {
        password: WRONG.to_owned(),
        code: None,
    };
    let change = ChangePassword {
        current_password: WRONG.to_owned(),
        new_password: NEW.to_owned(),
        code: None,
        end_other_sessions: true,
    };
    let mut looked_at = 0;
    for _ in 0..10 {
        let request = anna.device.sign_in(&server, "anna", WRONG);
        for answer in [
            anna.http.post("/v1/session/step-up", &step_up).await,
            anna.http.post("/v1/password", &change).await,
            server.http().post("/v1/sessions", &request).await,
        ] {
            match answer.code() {
                ProblemCode::InvalidFields => {
                    assert_eq!(answer.problem().fields[0].code, FieldCode::WrongPassword);
                    looked_at += 1;
                }
                ProblemCode::SignInRefused => looked_at += 1,
                code => assert_eq!(code, ProblemCode::TooManyAttempts),
            }
        }
    }
    assert_eq!(looked_at, 5);
    // Fifty at once are no more.
    server.clock().advance_seconds(86_400);
    let tries = (0..50).map(|_| anna.http.post("/v1/session/step-up", &step_up));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.code() == ProblemCode::InvalidFields)
        .count();
    assert!(looked_at <= 5, "{looked_at}");
}

/// CVE-2026-42084: whoever had an open session could set a password.
async fn a_session_alone_changes_no_password(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    for body in [
        json!({"new_password": NEW, "end_other_sessions": true}),
        json!({"current_password": null, "new_password": NEW, "end_other_sessions": true}),
    ] {
        anna.http
            .post("/v1/password", &body)
            .await
            .expect_code(ProblemCode::Malformed);
    }
    // Not even a session that is stepped up.
    let request = Proof {
        password: anna.password.clone(),
        code: None,
    };
    let stepped: SteppedUp = anna
        .http
        .post("/v1/session/step-up", &request)
        .await
        .expect(200)
        .json();
    let http = server.http().with_token(&stepped.token);
    for current in ["", WRONG] {
        let body =
            json!({"current_password": current, "new_password": NEW, "end_other_sessions": true});
        http.post("/v1/password", &body)
            .await
            .expect_code(ProblemCode::InvalidFields);
    }
    sign_in(&server, "anna", &anna.password).await.expect(201);
}

/// CVE-2026-22706: sessions from before a reset went on; and a token from before a step-up with it.
async fn old_tokens_and_step_ups_die(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let request = Proof {
        password: anna.password.clone(),
        code: None,
    };
    let step_up = async |http: &Http| {
        let answer = http.post("/v1/session/step-up", &request).await;
        let stepped: SteppedUp = answer.expect(200).json();
        server.http().with_token(&stepped.token)
    };
    let lost = step_up(&anna.http).await;
    // The answer never arrived: the old token goes on, and gets another. The lost one is dead then.
    let stepped = step_up(&anna.http).await;
    lost.get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionUnknown);
    anna.check_session().await.expect(200);
    stepped.get("/v1/session").await.expect(200);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionUnknown);
    let events = {
        let mut person = anna.clone();
        person.http = stepped.clone();
        person.events().await
    };
    let token = new_link(&server, &anna).await;
    reset(&server, &token, NEW).await.expect(204);
    drop(events);
    for http in [&anna.http, &lost] {
        http.get("/v1/session")
            .await
            .expect_code(ProblemCode::SessionUnknown);
    }
    stepped
        .get("/v1/session")
        .await
        .expect_code(ProblemCode::SessionEnded);
}

/// RFC 8252, section 8.1: any program may register the scheme, and is handed the link then.
async fn a_link_into_the_app_is_worth_nothing_without_the_device_that_asked(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    let stranger = Device::new("Another program");
    let open = async |token: &str, device: &Device, signed: &str| {
        let request = OpenResetLink {
            token: token.to_owned(),
            device: device.proof(server.server_id(), signed, server.now()),
        };
        server.http().post("/v1/recovery/open", &request).await
    };
    let ask = async |device: &Device| {
        let before = links_to(&server, &anna.email).len();
        let request = RequestRecovery {
            login: "anna".to_owned(),
            device: Some(device.proof(server.server_id(), "anna", server.now())),
        };
        let answer = server.http().post("/v1/recovery", &request).await;
        answer.expect(202);
        link_to(&server, &anna.email, before + 1).await
    };

    let page = ask(&anna.device).await;
    let link = app_token(&page);
    // The mail and the page lead into the app by nothing else.
    let html = server
        .http()
        .get(&format!("/reset-password/{page}"))
        .await
        .text();
    assert!(
        html.contains(&format!("latchkey://reset-password/{link}?")),
        "{html}"
    );
    assert!(!html.contains(&format!("latchkey://reset-password/{page}")));
    for mail in server.outbox().mails_to(&anna.email) {
        assert!(
            !mail
                .text
                .contains(&format!("latchkey://reset-password/{page}"))
        );
    }

    // It resets nothing by itself, and is no address of a page.
    reset(&server, &link, NEW)
        .await
        .expect_code(ProblemCode::LinkSpent);
    for device in [&stranger, &phone.device] {
        open(&link, device, &link)
            .await
            .expect_code(ProblemCode::NotAllowedNow);
    }
    let refused = open(&link, &anna.device, "anna").await;
    refused.expect_code(ProblemCode::DeviceProofRefused);
    for none in [page.as_str(), "", "AbC"] {
        open(none, &anna.device, none)
            .await
            .expect_code(ProblemCode::LinkSpent);
    }

    // The device that asked is given what resets, again if the first answer was lost; the page works beside it.
    let opened: OpenedResetLink = open(&link, &anna.device, &link).await.expect(200).json();
    let again: OpenedResetLink = open(&link, &anna.device, &link).await.expect(200).json();
    let lost = reset(&server, &opened.token, NEW).await;
    lost.expect_code(ProblemCode::LinkSpent);
    reset(&server, &page, "short")
        .await
        .expect_code(ProblemCode::InvalidFields);
    reset(&server, &again.token, NEW).await.expect(204);
    for token in [&page, &again.token] {
        let spent = reset(&server, token, NEW).await;
        spent.expect_code(ProblemCode::LinkSpent);
    }
    let spent = open(&link, &anna.device, &link).await;
    spent.expect_code(ProblemCode::LinkSpent);

    // Asked for by a device that the account does not know, or on a page: the page alone.
    for page in [ask(&stranger).await, new_link(&server, &anna).await] {
        let link = app_token(&page);
        for device in [&stranger, &anna.device] {
            let refused = open(&link, device, &link).await;
            let code = refused.code();
            assert!(
                matches!(code, ProblemCode::NotAllowedNow | ProblemCode::LinkSpent),
                "{code:?}"
            );
        }
    }
    let page = links_to(&server, &anna.email).pop().unwrap();
    reset(&server, &page, NEW).await.expect(204);
}
