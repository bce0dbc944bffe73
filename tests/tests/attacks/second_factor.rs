//! Getting around the second factor, or using it against its owner.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::password::{ChangePassword, PasswordChanged};
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::second_factor::{
    GiveCode, NewRecoveryCodes, SecondFactor, SecondFactorBegun,
};
use latchkey_protocol::step_up::Proof;
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{
    Answer, Authenticator, Database, Device, Http, Operation, Person, Protected, Race,
    ServerUnderTest, eventually, operations, the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::StatusCode;
use serde_json::json;

on_both_databases!(
    another_implementations_codes_are_asked_for_at_sign_in,
    a_code_counts_once_wherever_it_is_used,
    a_code_counts_once_over_a_restart,
    a_code_counts_in_its_step_and_its_neighbours,
    without_the_code_there_is_no_token_of_any_kind,
    a_wrong_password_uses_up_no_code,
    others_guesses_do_not_part_the_password_from_its_code,
    ten_wrong_codes_lock_the_factor_over_all_routes,
    others_wrong_codes_keep_no_device_out_that_gave_a_right_one,
    others_wrong_codes_hold_no_mailed_link_up,
    turning_it_on_signs_other_devices_out_where_that_is_wanted,
    the_lock_survives_a_restart,
    fifty_wrong_codes_at_once_are_ten_tries,
    beginning_anew_gives_no_new_tries,
    a_key_that_waits_dies_with_the_password,
    an_open_session_alone_changes_nothing_and_uses_up_no_tries,
    another_accounts_recovery_code_is_wrong,
    a_new_set_of_recovery_codes_makes_the_older_void,
    a_sign_up_with_a_victims_address_locks_nobody_out,
    turning_it_off_takes_a_code_and_makes_all_codes_void,
    turning_it_off_takes_a_password_that_is_long_enough_without_it,
    what_is_refused_is_noted_as_what_it_is_and_where,
    a_password_without_a_code_is_told_to_the_owner,
    a_sign_in_that_is_finished_in_time_is_told_to_nobody,
    locks_fill_no_mailbox,
    seeds_are_sealed_for_their_account_and_with_the_servers_key,
    only_the_listed_routes_take_a_code,
);

races!(
    a_code_counts_once_of_fifty_at_the_same_time,
    a_recovery_code_counts_once_of_fifty_at_the_same_time,
    a_key_is_confirmed_once_of_fifty_at_the_same_time,
);

/// An intruder with the password of before who has begun would turn it on after the owner has changed that.
async fn a_key_that_waits_dies_with_the_password(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let intruder = intruder.stepped_up(None).await;
    let begun: SecondFactorBegun = intruder.begin_second_factor().await.expect(200).json();
    let app = Authenticator {
        secret: begun.secret,
    };
    let changed = json!({
        "current_password": anna.password,
        "new_password": "the owner's new kettle",
        "end_other_sessions": false,
    });
    anna.http.post("/v1/password", &changed).await.expect(200);
    intruder
        .enable_second_factor(&app.code(server.now()))
        .await
        .expect(409)
        .expect_code(ProblemCode::NotAllowedNow);
}

/// A sign-in on a device never seen before.
async fn sign_in(server: &ServerUnderTest, person: &Person, code: Option<&str>) -> Answer {
    let mut request = Device::new("New device").sign_in(server, &person.username, &person.password);
    request.code = code.map(str::to_owned);
    server.http().post("/v1/sessions", &request).await
}

/// A protected account with two devices that were here before. Each has tries of its own, and together they have the ten
/// that a second factor has: more cannot meet.
async fn protected_for_a_race(race: &Race) -> (Protected, [Device; 2]) {
    let server = &race.server;
    let person = Person::create_confirmed(server, &race.username()).await;
    let devices = [Device::new("Laptop"), Device::new("Phone")];
    for device in &devices {
        person.signing_in_on(server, device.clone()).await;
    }
    (Protected::of(server, &person).await, devices)
}

/// The answers of fifty sign-ins at the same time with one code, on `devices` by turns.
async fn sign_in_fifty_times(
    server: &ServerUnderTest,
    person: &Person,
    devices: &[Device; 2],
    code: &str,
) -> Vec<Answer> {
    let http = server.http();
    let tries = (0..50).map(async |number: usize| {
        let device = &devices[number % 2];
        let mut request = device.sign_in(server, &person.username, &person.password);
        request.code = Some(code.to_owned());
        http.post("/v1/sessions", &request).await
    });
    join_all(tries).await
}

async fn step_up(person: &Person, code: &str) -> Answer {
    let request = Proof {
        password: person.password.clone(),
        code: Some(code.to_owned()),
    };
    person.http.post("/v1/session/step-up", &request).await
}

trait ExpectWrong {
    fn expect_wrong(&self, wrong: (&str, FieldCode));

    #[track_caller]
    fn expect_wrong_code(&self) {
        self.expect_wrong(("code", FieldCode::WrongCode));
    }

    #[track_caller]
    fn expect_wrong_password(&self) {
        self.expect_wrong(("password", FieldCode::WrongPassword));
    }
}

impl ExpectWrong for Answer {
    #[track_caller]
    fn expect_wrong(&self, wrong: (&str, FieldCode)) {
        let problem = self.problem();
        assert_eq!(problem.code, ProblemCode::InvalidFields, "{}", self.text());
        let fields: Vec<_> = problem
            .fields
            .iter()
            .map(|field| (field.field.as_str(), field.code))
            .collect();
        assert_eq!(fields, [wrong]);
    }
}

async fn try_route(http: &Http, operation: &Operation) -> StatusCode {
    let request = http.request(operation.method.clone(), &operation.path("x"));
    let request = match &operation.body {
        Some(body) => request.json(body),
        None => request,
    };
    Http::send(request).await.status
}

async fn state_of(person: &Person) -> SecondFactor {
    person
        .bodies(Collection::SecondFactor)
        .await
        .pop()
        .expect("a record")
        .1
}

async fn another_implementations_codes_are_asked_for_at_sign_in(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
    assert_eq!(begun.secret.len(), 32, "160 bits in Base32");
    assert!(
        begun.uri.starts_with("otpauth://totp/Latchkey:anna?")
            && begun.uri.contains(&format!("secret={}", begun.secret)),
        "{}",
        begun.uri
    );
    // Nothing is on before a code was given: not even a wrong one.
    sign_in(&server, &anna, None).await.expect(201);
    let app = Authenticator {
        secret: begun.secret,
    };
    anna.enable_second_factor(&app.wrong(server.now()))
        .await
        .expect_wrong_code();
    sign_in(&server, &anna, None).await.expect(201);
    let enabled: NewRecoveryCodes = anna
        .enable_second_factor(&app.code(server.now()))
        .await
        .expect(200)
        .json();
    let codes: BTreeSet<_> = enabled.recovery_codes.iter().collect();
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 29), "125 bits");
    let state = state_of(&anna).await;
    assert_eq!(state.enabled_at, Some(server.now()));
    assert_eq!(state.recovery_codes_left, 10);
    assert_eq!(
        anna.count_activity(ActivityKind::SecondFactorEnabled).await,
        1
    );
    assert_eq!(anna.count_mails(MailKind::SecondFactorEnabled).await, 1);

    sign_in(&server, &anna, None)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    sign_in(&server, &anna, Some(" "))
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    server.clock().advance_seconds(30);
    let code = app.code(server.now());
    let typed = format!(" {} {} ", &code[..3], &code[3..]);
    sign_in(&server, &anna, Some(&typed)).await.expect(201);
    // A recovery code does it too, is counted, and told.
    let recovery = enabled.recovery_codes[3].to_lowercase();
    sign_in(&server, &anna, Some(&recovery)).await.expect(201);
    assert_eq!(state_of(&anna).await.recovery_codes_left, 9);
    assert_eq!(anna.count_activity(ActivityKind::RecoveryCodeUsed).await, 1);
    assert_eq!(anna.count_mails(MailKind::RecoveryCodeUsed).await, 1);
    // It can't be begun anew over the one that is on.
    server.clock().advance_seconds(30);
    let code = app.code(server.now());
    let again = anna.stepped_up(Some(&code)).await;
    again
        .begin_second_factor()
        .await
        .expect_code(ProblemCode::NotAllowedNow);
}

/// CVE-2021-43177: a code could be used again for as long as it was shown.
async fn a_code_counts_once_wherever_it_is_used(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect(201);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_wrong_code();
    step_up(&anna.person, &code).await.expect_wrong_code();
    let stepped_up = anna.person.clone();
    stepped_up
        .prove_for("disable", &code)
        .await
        .expect_wrong_code();
    stepped_up
        .prove_for("recovery-codes", &code)
        .await
        .expect_wrong_code();
    // In the next step it would still count, had it not been used.
    server.clock().advance_seconds(30);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_wrong_code();
    // One that a step-up took signs nobody in.
    let code = anna.code(&server);
    step_up(&anna.person, &code).await.expect(200);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_wrong_code();
}

async fn a_code_counts_once_over_a_restart(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect(201);
    server.kill().await;
    server.start_again().await;
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_wrong_code();
    server.clock().advance_seconds(30);
    let code = anna.code(&server);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect(201);
}

async fn a_code_counts_once_of_fifty_at_the_same_time(race: &Race) {
    let (anna, devices) = protected_for_a_race(race).await;
    let code = anna.code(&race.server);
    let answers = sign_in_fifty_times(&race.server, &anna.person, &devices, &code).await;
    the_one_with(201, &answers);
}

async fn a_code_counts_in_its_step_and_its_neighbours(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    // To the beginning of a step, far from any that was used.
    let into_step = server.now().0.div_euclid(1_000_000).rem_euclid(30);
    server.clock().advance_seconds(600 - into_step);
    let at = |seconds: i64| anna.app.code(server.now().plus_seconds(seconds));
    let (early, late) = (at(60), at(-60));
    let (next, current, previous) = (at(30), at(0), at(-30));
    for code in [early, late] {
        sign_in(&server, &anna.person, Some(&code))
            .await
            .expect_wrong_code();
    }
    sign_in(&server, &anna.person, Some(&previous))
        .await
        .expect(201);
    sign_in(&server, &anna.person, Some(&current))
        .await
        .expect(201);
    // That of a phone whose clock is ahead.
    sign_in(&server, &anna.person, Some(&next))
        .await
        .expect(201);
    // Each counts once, and the older ones after the newer one are used up too.
    for code in [&next, &current, &previous] {
        sign_in(&server, &anna.person, Some(code))
            .await
            .expect_wrong_code();
    }
}

/// CVE-2025-47790: a token of a sign-in that still lacked its second step opened other routes.
async fn without_the_code_there_is_no_token_of_any_kind(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let before = anna.person.records().await;
    let wrong = anna.wrong(&server);
    for code in [None, Some(wrong.as_str())] {
        let answer = sign_in(&server, &anna.person, code).await;
        let problem = answer.problem();
        assert!(matches!(
            problem.code,
            ProblemCode::SecondFactorNeeded | ProblemCode::InvalidFields
        ));
        assert!(!answer.text().contains("lks_"), "{}", answer.text());
        assert!(answer.header("set-cookie").is_none());
        // Whatever the answer holds opens no route: it is worth what no token at all is worth.
        for word in answer
            .text()
            .split(|character: char| !(character.is_alphanumeric() || "-_".contains(character)))
            .filter(|word| word.len() >= 8)
        {
            for operation in operations(&server.http()).await {
                if operation.template.ends_with("/events") {
                    continue;
                }
                let stranger = try_route(&server.http(), &operation).await;
                let status = try_route(&server.http().with_token(word), &operation).await;
                assert!(
                    status == StatusCode::UNAUTHORIZED || status == stranger,
                    "{}: {status}",
                    operation.name()
                );
            }
        }
    }
    // No session began, no device was noted; that somebody tried is.
    let sessions = |records: &[latchkey_protocol::sync::Record]| {
        records
            .iter()
            .filter(|record| record.collection == Collection::Sessions.name())
            .count()
    };
    assert_eq!(sessions(&before), sessions(&anna.person.records().await));
    eventually("the refused sign-in is noted", async || {
        let refused = ActivityKind::SecondFactorRefused;
        (anna.person.count_activity(refused).await > 0).then_some(())
    })
    .await;
}

async fn a_wrong_password_uses_up_no_code(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    let guess = Person {
        password: "not the password of anybody".to_owned(),
        ..anna.person.clone()
    };
    // The answers tell nothing of the code, right or wrong or absent.
    let wrong = anna.wrong(&server);
    for code in [None, Some(code.as_str()), Some(wrong.as_str())] {
        sign_in(&server, &guess, code)
            .await
            .expect_code(ProblemCode::SignInRefused);
    }
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect(201);
}

/// CVE-2026-35597, CVE-2025-64175's kin: a count of wrong codes that is rolled back, kept for each route or each sign-in,
/// or begins anew with a new sign-in.
async fn others_guesses_do_not_part_the_password_from_its_code(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    for _ in 0..20 {
        let guess = Device::new("Stranger").sign_in(&server, "anna", "a guess at the password");
        let guessed = server.http().post("/v1/sessions", &guess).await;
        guessed.expect_code(ProblemCode::SignInRefused);
        server.clock().advance_seconds(300);
    }
    // On a device that is as new as the stranger's: first the password, which says that a code is wanted, then both.
    let device = Device::new("Laptop");
    let mut request = device.sign_in(&server, "anna", &anna.person.password);
    let asked = server.http().post("/v1/sessions", &request).await;
    asked.expect_code(ProblemCode::SecondFactorNeeded);
    request.code = Some(anna.code(&server));
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201);
}

/// Whoever has the password alone tries ten codes every quarter of an hour.
async fn others_wrong_codes_keep_no_device_out_that_gave_a_right_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let laptop = Device::new("Laptop");
    let on_laptop = async |code: String| {
        let mut request = laptop.sign_in(&server, "anna", &anna.person.password);
        request.code = Some(code);
        server.http().post("/v1/sessions", &request).await
    };
    let signed_in = on_laptop(anna.code(&server)).await.expect(201).json();
    server.trust_device(&signed_in).await;
    server.clock().advance_seconds(30);
    let wrong = anna.wrong(&server);
    let lock = async || {
        for _ in 0..10 {
            sign_in(&server, &anna.person, Some(&wrong))
                .await
                .expect_wrong_code();
        }
        sign_in(&server, &anna.person, Some(&anna.code(&server)))
            .await
            .expect_code(ProblemCode::TooManyAttempts);
    };
    lock().await;
    // Claiming its key is not enough.
    let mut claimed = json!(laptop.sign_in(&server, "anna", &anna.person.password));
    claimed["device"]["signature"] = json!("A".repeat(86));
    server
        .http()
        .post("/v1/sessions", &claimed)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
    // At the sign-in and within a session, of the device that turned it on as well.
    on_laptop(anna.code(&server)).await.expect(201);
    lock().await;
    server.clock().advance_seconds(30);
    step_up(&anna.person, &anna.code(&server)).await.expect(200);
    // The device has ten tries of its own, and no more.
    server.clock().advance_seconds(30);
    for _ in 0..10 {
        on_laptop(wrong.clone()).await.expect_wrong_code();
    }
    on_laptop(anna.code(&server))
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    let other = sign_in(&server, &anna.person, Some(&anna.code(&server))).await;
    other.expect(201);
}

async fn others_wrong_codes_hold_no_mailed_link_up(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let wrong = anna.wrong(&server);
    for _ in 0..10 {
        sign_in(&server, &anna.person, Some(&wrong))
            .await
            .expect_wrong_code();
    }
    sign_in(&server, &anna.person, Some(&anna.code(&server)))
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    let asked = json!({ "login": "anna" });
    server.http().post("/v1/recovery", &asked).await.expect(202);
    let outbox = server.outbox();
    let token = outbox
        .token_of(&anna.person.email, "reset-password", 1)
        .await;
    let reset = async |code: &str| {
        let new = "a copper lantern at the gate";
        let reset = json!({ "token": token, "new_password": new, "code": code });
        server.http().post("/v1/recovery/reset", &reset).await
    };
    // It has ten tries of its own.
    for _ in 0..9 {
        reset(&wrong).await.expect_wrong_code();
    }
    reset(&anna.code(&server)).await.expect(204);
}

/// ASVS V7.4.3: sessions that were opened without a code.
async fn turning_it_on_signs_other_devices_out_where_that_is_wanted(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    let anna = anna.stepped_up(None).await;
    let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
    let app = Authenticator {
        secret: begun.secret,
    };
    let request = |code: String| GiveCode {
        code,
        end_other_sessions: true,
    };
    let path = "/v1/second-factor/enable";
    let wrong = request(app.wrong(server.now()));
    anna.http.post(path, &wrong).await.expect_wrong_code();
    phone.check_session().await.expect(200);
    let right = request(app.code(server.now()));
    anna.http.post(path, &right).await.expect(200);
    phone
        .check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
    anna.check_session().await.expect(200);
}

async fn ten_wrong_codes_lock_the_factor_over_all_routes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let person = Person::create_confirmed(&server, "anna").await;
    let newer = person.on_new_device(&server, "Newer").await;
    let (older, anna) = (person, Protected::of(&server, &newer).await);
    let wrong = anna.wrong(&server);
    // A session from before, whose device has given no code, has no tries of its own either.
    for _ in 0..3 {
        sign_in(&server, &anna.person, Some(&wrong))
            .await
            .expect_wrong_code();
        step_up(&older, &wrong).await.expect_wrong_code();
        older.prove_for("disable", &wrong).await.expect_wrong_code();
    }
    older
        .prove_for("recovery-codes", "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY")
        .await
        .expect_wrong_code();
    // Now not even the right one is looked at, and no route has tries of its own.
    let right = anna.code(&server);
    for answer in [
        sign_in(&server, &anna.person, Some(&right)).await,
        step_up(&older, &right).await,
        older.prove_for("disable", &right).await,
        older
            .prove_for("recovery-codes", &anna.recovery_codes[0])
            .await,
    ] {
        let problem = answer.problem();
        assert_eq!(problem.code, ProblemCode::TooManyAttempts);
        assert_eq!(problem.retry_after_seconds, Some(900));
    }
    // The owner is told once, for whoever tried has the password.
    let told = async || {
        let noted = anna
            .person
            .count_activity(ActivityKind::SecondFactorLocked)
            .await;
        (
            noted,
            anna.person.count_mails(MailKind::SecondFactorLocked).await,
        )
    };
    eventually("the owner is told", async || {
        (told().await == (1, 1)).then_some(())
    })
    .await;
    // The session that was there goes on.
    anna.person.check_session().await.expect(200);
    server.clock().advance_seconds(899);
    let right = anna.code(&server);
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    server.clock().advance_seconds(1);
    let right = anna.code(&server);
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect(201);
    assert_eq!(told().await, (1, 1));
    // A right one took the count back.
    for _ in 0..9 {
        sign_in(&server, &anna.person, Some(&wrong))
            .await
            .expect_wrong_code();
    }
    server.clock().advance_seconds(30);
    let right = anna.code(&server);
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect(201);
}

async fn the_lock_survives_a_restart(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let wrong = anna.wrong(&server);
    for _ in 0..10 {
        sign_in(&server, &anna.person, Some(&wrong))
            .await
            .expect_wrong_code();
    }
    server.kill().await;
    server.start_again().await;
    let right = anna.code(&server);
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect_code(ProblemCode::TooManyAttempts);
}

async fn fifty_wrong_codes_at_once_are_ten_tries(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let person = Person::create_confirmed(&server, "anna").await;
    // On many devices, so that only the factor's own count can hold them back.
    let mut devices = Vec::new();
    for number in 0..25 {
        let name = format!("Device {number}");
        devices.push(person.on_new_device(&server, &name).await);
    }
    let anna = Protected::of(&server, &person).await;
    let wrong = anna.wrong(&server);
    let tries = devices
        .iter()
        .flat_map(|device| [device, device])
        .map(|device| step_up(device, &wrong));
    let answers = join_all(tries).await;
    let looked_at = answers
        .iter()
        .filter(|answer| answer.code() == ProblemCode::InvalidFields)
        .count();
    assert!((1..=10).contains(&looked_at), "{looked_at} were looked at");
}

async fn beginning_anew_gives_no_new_tries(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    for _ in 0..10 {
        let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
        let app = Authenticator {
            secret: begun.secret,
        };
        anna.enable_second_factor(&app.wrong(server.now()))
            .await
            .expect_wrong_code();
    }
    let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
    let app = Authenticator {
        secret: begun.secret,
    };
    anna.enable_second_factor(&app.code(server.now()))
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    // It is off, so nobody is kept from signing in.
    sign_in(&server, &anna, None).await.expect(201);
    sign_in(&server, &anna, Some("123456")).await.expect(201);
}

async fn an_open_session_alone_changes_nothing_and_uses_up_no_tries(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let piotr = Person::create_confirmed(&server, "piotr").await;
    piotr
        .begin_second_factor()
        .await
        .expect_code(ProblemCode::StepUpNeeded);
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    let mut request = Device::new("Stolen").sign_in(&server, "anna", &anna.person.password);
    request.code = Some(code);
    let signed_in: latchkey_protocol::sessions::SignedIn = server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201)
        .json();
    let stolen = Person {
        http: server.http().with_token(&signed_in.token),
        ..anna.person.clone()
    };
    // On probation, it could not even try.
    server
        .statement("UPDATE devices SET standing = 'trusted'")
        .await;
    server.clock().advance_seconds(30);
    let right = anna.code(&server);
    let guess = Person {
        password: "not the password of anybody".to_owned(),
        ..stolen.clone()
    };
    for route in ["disable", "recovery-codes"] {
        let path = format!("/v1/second-factor/{route}");
        // The code alone is no request, also for a session that was stepped up.
        for session in [&stolen, &anna.person] {
            let code = GiveCode {
                code: right.clone(),
                end_other_sessions: false,
            };
            session
                .http
                .post(&path, &code)
                .await
                .expect_code(ProblemCode::Malformed);
        }
        guess.prove_for(route, &right).await.expect_wrong_password();
    }
    // None of that used the code up.
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect(201);
    // CVE-2026-43914: wrong passwords are counted as at sign-in.
    let wrong = anna.wrong(&server);
    for _ in 0..20 {
        guess.prove_for("disable", &wrong).await;
    }
    guess
        .prove_for("disable", &wrong)
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    // Codes are not: who waits between the tries locks nobody's second factor.
    for _ in 0..12 {
        server.clock().advance_seconds(300);
        guess
            .prove_for("disable", &wrong)
            .await
            .expect_wrong_password();
    }
    assert!(state_of(&anna.person).await.enabled_at.is_some());
    let right = anna.code(&server);
    sign_in(&server, &anna.person, Some(&right))
        .await
        .expect(201);
}

/// CVE-2025-64175: a recovery code was looked for without its account.
async fn another_accounts_recovery_code_is_wrong(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let mallory = Protected::create(&server, "mallory").await;
    let borrowed = &mallory.recovery_codes[0];
    sign_in(&server, &anna.person, Some(borrowed))
        .await
        .expect_wrong_code();
    step_up(&anna.person, borrowed).await.expect_wrong_code();
    anna.person
        .prove_for("disable", borrowed)
        .await
        .expect_wrong_code();
    // Nor was it used up, nor the codes of the app taken for each other's.
    let code = mallory.code(&server);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_wrong_code();
    sign_in(&server, &mallory.person, Some(borrowed))
        .await
        .expect(201);
}

async fn a_recovery_code_counts_once_of_fifty_at_the_same_time(race: &Race) {
    let (anna, devices) = protected_for_a_race(race).await;
    let code = &anna.recovery_codes[0];
    let answers = sign_in_fifty_times(&race.server, &anna.person, &devices, code).await;
    the_one_with(201, &answers);
    assert_eq!(state_of(&anna.person).await.recovery_codes_left, 9);
}

async fn a_key_is_confirmed_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Person::create_confirmed(server, &race.username()).await;
    let anna = anna.stepped_up(None).await;
    let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
    let app = Authenticator {
        secret: begun.secret,
    };
    let code = app.code(server.now());
    let answers = join_all((0..50).map(|_| anna.enable_second_factor(&code))).await;
    // Recovery codes are shown once.
    the_one_with(200, &answers);
    assert_eq!(state_of(&anna).await.recovery_codes_left, 10);
}

async fn a_new_set_of_recovery_codes_makes_the_older_void(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    let new: NewRecoveryCodes = anna
        .person
        .prove_for("recovery-codes", &code)
        .await
        .expect(200)
        .json();
    assert_eq!(
        anna.person
            .count_mails(MailKind::RecoveryCodesReplaced)
            .await,
        1
    );
    for code in &anna.recovery_codes[..3] {
        sign_in(&server, &anna.person, Some(code))
            .await
            .expect_wrong_code();
    }
    sign_in(&server, &anna.person, Some(&new.recovery_codes[0]))
        .await
        .expect(201);
    assert_eq!(state_of(&anna.person).await.recovery_codes_left, 9);
}

/// Somebody signs up with an address that is not theirs and turns the second factor on, so that its owner, once there is
/// an account with the address, can't get in.
async fn a_sign_up_with_a_victims_address_locks_nobody_out(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mallory = Person::create_with_email(&server, "mallory", "victim@example.org").await;
    let mallory = mallory.stepped_up(None).await;
    mallory
        .begin_second_factor()
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    let victim = Person::create_with_email(&server, "victim", "victim@example.org").await;
    let token = server
        .outbox()
        .confirmation("victim@example.org", 2)
        .await
        .token()
        .unwrap();
    server.confirm(&token).await.expect(200);
    let request = Device::new("d").sign_in(&server, "victim@example.org", &victim.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201);
}

/// Eight characters are enough beside a second factor, and alone fifteen are (NIST SP 800-63B, section 3.1.1.1).
async fn turning_it_off_takes_a_password_that_is_long_enough_without_it(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut anna = Protected::create(&server, "anna").await;
    let change = async |anna: &Protected, new_password: &str| {
        let request = ChangePassword {
            current_password: anna.person.password.clone(),
            new_password: new_password.to_owned(),
            code: Some(anna.code(&server)),
            end_other_sessions: false,
        };
        let changed: PasswordChanged = anna
            .person
            .http
            .post("/v1/password", &request)
            .await
            .expect(200)
            .json();
        server.clock().advance_seconds(30);
        let mut person = anna.person.clone();
        person.http = person.http.with_token(&changed.token);
        new_password.clone_into(&mut person.password);
        person
    };
    anna.person = change(&anna, "kX7 vq2m").await;
    let answer = anna.person.prove_for("disable", &anna.code(&server)).await;
    answer.expect_wrong(("password", FieldCode::TooShortAlone));
    assert!(state_of(&anna.person).await.enabled_at.is_some());
    server.clock().advance_seconds(30);
    // That was no wrong code.
    let counted = "DELETE FROM second_factor_tries";
    assert_eq!(server.statement(counted).await, 0);
    anna.person = change(&anna, "fifteen kettles on a shelf").await;
    anna.person
        .prove_for("disable", &anna.code(&server))
        .await
        .expect(200);
}

async fn entries(person: &Person, kind: ActivityKind) -> Vec<ActivityEntry> {
    let entries: Vec<(String, ActivityEntry)> = person.bodies(Collection::Activity).await;
    let entries = entries.into_iter().map(|(_, entry)| entry);
    entries.filter(|entry| entry.kind == kind).collect()
}

/// ASVS V16.3.1.
async fn what_is_refused_is_noted_as_what_it_is_and_where(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let wrong = anna.wrong(&server);
    let noted = async |kind, number: usize| {
        eventually(&format!("{number} of {kind:?}"), async || {
            let entries = entries(&anna.person, kind).await;
            (entries.len() == number).then_some(entries)
        })
        .await
    };
    sign_in(&server, &anna.person, Some(&wrong))
        .await
        .expect_wrong_code();
    let refused = noted(ActivityKind::SecondFactorRefused, 1).await;
    assert_eq!(refused[0].session_id, None);
    assert_eq!(refused[0].address.as_deref(), Some("127.0.0.1"));
    step_up(&anna.person, &wrong).await.expect_wrong_code();
    let refused = noted(ActivityKind::SecondFactorRefused, 2).await;
    let own = anna.person.session_id();
    assert!(refused.iter().any(|entry| entry.session_id == Some(own)));
    let mut stranger = anna.person.clone();
    "not the password".clone_into(&mut stranger.password);
    step_up(&stranger, &anna.code(&server))
        .await
        .expect_wrong(("password", FieldCode::WrongPassword));
    let refused = noted(ActivityKind::PasswordRefused, 1).await;
    assert_eq!(refused[0].session_id, Some(own));
    assert!(refused[0].device_name.is_some());
    // None of it was a stranger with a wrong password.
    assert_eq!(entries(&anna.person, ActivityKind::SignInFailed).await, []);
}

/// ASVS V6.3.5: a sign-in that got half-way says that the password is known.
async fn a_password_without_a_code_is_told_to_the_owner(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    sign_in(&server, &anna.person, None)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    // At the owner's own device somebody was held up.
    let own = anna.person.device.clone();
    own.try_sign_in(&server, &anna.person.username, &anna.person.password)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    // The way by a passkey tells no less of the password, though there is none here.
    let by_passkey = Device::new("By passkey");
    let sign_in = by_passkey.sign_in(&server, &anna.person.username, &anna.person.password);
    let begin = json!({
        "login": sign_in.login,
        "password": sign_in.password,
        "device": sign_in.device,
    });
    server
        .http()
        .post("/v1/passkeys/sign-in", &begin)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    server.clock().advance_seconds(15 * 60);
    // It tidies when it starts.
    server.kill().await;
    server.start_again().await;
    let person = anna.person.at(&server);
    let kind = ActivityKind::SignInUnfinished;
    let noted = eventually("all are noted", async || {
        let entries = entries(&person, kind).await;
        let count: u32 = entries.iter().map(|entry| entry.count).sum();
        (count == 3).then_some(entries)
    })
    .await;
    assert!(noted.iter().all(|entry| entry.session_id.is_none()));
    person.mails_have_left().await;
    let mails: Vec<_> = server
        .outbox()
        .mails_to(&person.email)
        .into_iter()
        .filter(|mail| mail.kind() == "sign-in-unfinished")
        .collect();
    assert_eq!(mails.len(), 2);
    for name in ["“New device”", "“By passkey”"] {
        assert!(mails.iter().any(|mail| mail.text.contains(name)), "{name}");
    }
}

async fn a_sign_in_that_is_finished_in_time_is_told_to_nobody(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let device = Device::new("Phone");
    let mut request = device.sign_in(&server, &anna.person.username, &anna.person.password);
    let http = server.http();
    http.post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    server.clock().advance_seconds(14 * 60);
    request = device.sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(anna.code(&server));
    http.post("/v1/sessions", &request).await.expect(201);
    // One that is never finished: once that is told, the other would be.
    Device::new("Never finished")
        .try_sign_in(&server, &anna.person.username, &anna.person.password)
        .await
        .expect_code(ProblemCode::SecondFactorNeeded);
    server.clock().advance_seconds(60 * 60);
    server.kill().await;
    server.start_again().await;
    let person = anna.person.at(&server);
    let kind = ActivityKind::SignInUnfinished;
    let told = eventually("the other is told", async || {
        let entries = entries(&person, kind).await;
        (!entries.is_empty()).then_some(entries)
    })
    .await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].count, 1);
    assert_eq!(told[0].device_name.as_deref(), Some("Never finished"));
}

/// Who has the password can begin a lock each quarter of an hour, a whole day long.
async fn locks_fill_no_mailbox(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    for lock in 1..=5 {
        let wrong = anna.wrong(&server);
        for _ in 0..10 {
            step_up(&anna.person, &wrong).await.expect_wrong_code();
        }
        eventually("the lock is noted", async || {
            let noted = entries(&anna.person, ActivityKind::SecondFactorLocked).await;
            (noted.len() == lock).then_some(())
        })
        .await;
        server.clock().advance_seconds(900);
    }
    let mails = anna.person.count_mails(MailKind::SecondFactorLocked);
    assert_eq!(mails.await, 3);
}

async fn turning_it_off_takes_a_code_and_makes_all_codes_void(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    anna.person
        .prove_for("disable", &anna.wrong(&server))
        .await
        .expect_wrong_code();
    anna.person
        .prove_for("disable", &anna.code(&server))
        .await
        .expect(200);
    let state = state_of(&anna.person).await;
    assert_eq!(state, SecondFactor::default());
    assert_eq!(
        anna.person
            .count_mails(MailKind::SecondFactorDisabled)
            .await,
        1
    );
    assert_eq!(
        anna.person
            .count_activity(ActivityKind::SecondFactorDisabled)
            .await,
        1
    );
    sign_in(&server, &anna.person, None).await.expect(201);
    for route in ["disable", "recovery-codes"] {
        anna.person
            .prove_for(route, &anna.recovery_codes[0])
            .await
            .expect_code(ProblemCode::NotAllowedNow);
    }
    // On again, it is another key and another set.
    let begun: SecondFactorBegun = anna.person.begin_second_factor().await.expect(200).json();
    assert_ne!(begun.secret, anna.app.secret);
    let app = Authenticator {
        secret: begun.secret,
    };
    anna.person
        .enable_second_factor(&anna.recovery_codes[1])
        .await
        .expect_wrong_code();
    anna.person
        .enable_second_factor(&app.code(server.now()))
        .await
        .expect(200);
    sign_in(&server, &anna.person, Some(&anna.recovery_codes[1]))
        .await
        .expect_wrong_code();
}

/// Whoever reads the database can make no codes; whoever writes it can give no account another's seed; and a server with
/// another key refuses to start instead of refusing everybody their second step.
async fn seeds_are_sealed_for_their_account_and_with_the_servers_key(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let mallory = Protected::create(&server, "mallory").await;
    server.kill().await;
    server
        .statement(
            "UPDATE second_factors SET seed = (SELECT f.seed FROM second_factors f JOIN accounts a ON a.id = f.account_id \
             WHERE a.username = 'mallory') \
             WHERE account_id = (SELECT id FROM accounts WHERE username = 'anna')",
        )
        .await;
    server.start_again().await;
    let code = mallory.code(&server);
    sign_in(&server, &anna.person, Some(&code))
        .await
        .expect_code(ProblemCode::Internal);
    sign_in(&server, &mallory.person, Some(&code))
        .await
        .expect(201);

    server.kill().await;
    let file = server.data_dir().join("server.key");
    let kept = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (status, log) = server.try_start_process().map(drop).unwrap_err();
    assert!(!status.success());
    assert!(log.contains("a different server key"), "{log}");
    std::fs::write(&file, kept).unwrap();
    server.start_again().await;
    server.clock().advance_seconds(30);
    let code = mallory.code(&server);
    sign_in(&server, &mallory.person, Some(&code))
        .await
        .expect(201);
}

/// A route that takes a code must be added here, and with it a look at whether it counts tries with the others.
async fn only_the_listed_routes_take_a_code(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let with_code: BTreeSet<String> = operations(&server.http())
        .await
        .iter()
        .filter(|operation| {
            let body = operation.body.as_ref();
            body.is_some_and(|body| body.get("code").is_some())
        })
        .map(Operation::name)
        .collect();
    let listed: BTreeSet<String> = [
        "POST /v1/password",
        "POST /v1/recovery/reset",
        "POST /v1/second-factor/disable",
        "POST /v1/second-factor/enable",
        "POST /v1/second-factor/recovery-codes",
        "POST /v1/session/step-up",
        "POST /v1/sessions",
    ]
    .map(str::to_owned)
    .into();
    assert!(with_code.is_subset(&listed), "{with_code:?}");
}
