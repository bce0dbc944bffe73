//! Devices on probation, "it wasn't me", and the review: nobody but the owner changes what guards an account.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::Email;
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::passkeys::Passkey;
use latchkey_protocol::password::{Password, PasswordChanged};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::second_factor::SecondFactor;
use latchkey_protocol::sessions::{EndSessions, EndedReason, SignedIn};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::{DeviceDisowned, LOCK_LINK_SECONDS, Standing, VOUCH_LINK_SECONDS};
use latchkey_tests::server::{
    Answer, Database, Device, Person, Protected, Race, ServerUnderTest, edit_of, eventually,
    the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    a_new_device_is_on_probation_and_the_first_is_not,
    on_probation_what_is_harmless_works,
    on_probation_a_device_touches_no_other,
    a_device_is_approved_on_a_trusted_one_with_a_step_up,
    no_device_on_probation_approves_itself_or_another,
    a_device_is_approved_by_its_own_link_alone,
    a_link_that_approves_expires_and_is_limited,
    not_me_about_a_device_on_probation_touches_it_and_the_password_alone,
    not_me_by_mail_works_once_within_thirty_days,
    opening_a_link_that_locks_changes_nothing,
    a_link_about_a_device_that_was_approved_secures_the_account,
    securing_suspends_everything_but_the_root,
    a_suspended_address_opens_nothing_and_is_told_nothing,
    what_is_aged_speaks_for_the_owner_at_a_reset_alone,
    the_review_keeps_and_removes_with_a_proof,
    mailed_links_that_act_go_to_the_primary_address_alone,
    no_more_than_three_devices_are_on_probation,
    a_device_that_was_not_seen_for_long_is_on_probation_again,
    with_nobody_to_ask_there_is_no_probation,
    a_passkey_speaks_for_a_new_device_and_a_code_does_not,
    a_changed_primary_address_is_taken_back,
    after_a_reset_the_primary_address_stays,
    a_reset_in_the_app_that_asked_approves_its_device,
    other_peoples_sessions_are_neither_approved_nor_disowned,
    a_lost_answer_leaves_a_device_on_probation,
    a_name_makes_no_link_and_no_header,
    many_new_devices_fill_no_mailbox,
    refused_sign_ins_are_folded,
);

races!(a_link_that_locks_works_once_of_fifty_at_the_same_time,);

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

async fn lock_token(server: &ServerUnderTest, address: &str, count: usize) -> String {
    server.outbox().token_of(address, "lock", count).await
}

async fn lock(server: &ServerUnderTest, token: &str) -> Answer {
    server.http().post_empty(&format!("/lock/{token}")).await
}

async fn say(by: &Person, about: &Person, what: &str) -> Answer {
    let path = format!("/v1/sessions/{}/{what}", about.session_id());
    by.http.post(&path, &json!({})).await
}

async fn vouch(by: &Person, about: &Person) -> Answer {
    say(by, about, "vouch").await
}

async fn disown(by: &Person, about: &Person) -> Answer {
    say(by, about, "disown").await
}

async fn secure(by: &Person) -> Answer {
    by.http.post("/v1/secure", &json!({})).await
}

async fn review(by: &Person, code: Option<&str>, decisions: Value) -> Answer {
    let body = json!({"proof": {"password": by.password, "code": code}, "decisions": decisions});
    by.http.post("/v1/review", &body).await
}

async fn vouch_by_link(server: &ServerUnderTest, by: &Person, token: &str) -> Answer {
    let device = by.device.proof(server.server_id(), token, server.now());
    let body = json!({"token": token, "device": device});
    by.http.post("/v1/session/vouch", &body).await
}

/// The token of the newest link that approves a device, of `count` in all.
async fn approval(server: &ServerUnderTest, by: &Person, count: usize) -> String {
    let asked = by.http.post("/v1/session/vouch-link", &json!({})).await;
    asked.expect(202);
    let outbox = server.outbox();
    outbox.token_of(&by.email, "approve-device", count).await
}

async fn standing_of(by: &Person, of: &Person) -> Standing {
    by.session(of.session_id()).await.standing
}

async fn is_spoiled(person: &Person) -> bool {
    let password: Vec<(String, Password)> = person.bodies(Collection::Password).await;
    password
        .iter()
        .any(|(_, password)| password.spoiled_at.is_some())
}

async fn with_password(person: &Person, password: &str) -> Person {
    let body = json!({"current_password": person.password, "new_password": password, "end_other_sessions": false});
    let answer = person.http.post("/v1/password", &body).await;
    let changed: PasswordChanged = answer.expect(200).json();
    let mut person = person.clone();
    person.http = person.http.with_token(&changed.token);
    password.clone_into(&mut person.password);
    person
}

async fn reset(server: &ServerUnderTest, person: &Person, number: usize, password: &str) -> Person {
    let login = json!({"login": person.username});
    server.http().post("/v1/recovery", &login).await.expect(202);
    let token = server
        .outbox()
        .token_of(&person.email, "reset-password", number)
        .await;
    let body = json!({"token": token, "new_password": password});
    let answer = server.http().post("/v1/recovery/reset", &body).await;
    answer.expect(204);
    Person {
        password: password.to_owned(),
        ..person.clone()
    }
}

async fn a_new_device_is_on_probation_and_the_first_is_not(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    assert_eq!(standing_of(&anna, &anna).await, Standing::Trusted);
    anna.add_confirmed_email(&server, "anna@example.net").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(&server, "Phone").await;
    assert_eq!(standing_of(&anna, &phone).await, Standing::Probation);
    let notices = |address: &str| {
        let mails = server.outbox().mails_to(address);
        let notices = mails
            .into_iter()
            .filter(|mail| mail.text.contains("“Phone”"));
        notices.collect::<Vec<_>>()
    };
    let token = eventually("the notice", async || {
        notices(&anna.email).pop()?.token_of("lock")
    })
    .await;
    let mail = notices(&anna.email).pop().unwrap();
    for part in ["Debian GNU Linux 12", "127.0.0.1", "“anna”"] {
        assert!(mail.text.contains(part), "{part} in {}", mail.text);
    }
    // The other address is told, and its mail carries nothing that acts.
    let other = eventually("the other notice", async || {
        notices("anna@example.net").pop()
    })
    .await;
    assert!(!other.raw.contains("/lock/"), "{}", other.raw);
    // The history has the mail without its secret.
    anna.mails_have_left().await;
    let mails = anna.mails().await;
    let shown = mails
        .into_iter()
        .map(|(_, mail)| mail)
        .find(|mail| mail.kind == MailKind::SignInAlert && mail.recipient == anna.email)
        .and_then(|mail| mail.text)
        .unwrap();
    assert!(
        shown.contains("/lock/••••••••") && !shown.contains(&token),
        "{shown}"
    );
    // A device that is trusted stays so over its sign-ins.
    vouch(&anna, &phone).await.expect(200);
    anna.end_one(phone.session_id()).await.expect(200);
    server.clock().advance_seconds(60);
    let again = anna
        .signing_in_as_it_is(&server, phone.device.clone())
        .await;
    assert_eq!(standing_of(&anna, &again).await, Standing::Trusted);
}

async fn on_probation_what_is_harmless_works(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    phone.check_session().await.expect(200);
    phone.set_name("Anna on the phone").await;
    assert_eq!(anna.profile().await.display_name, "Anna on the phone");
}

async fn on_probation_a_device_touches_no_other(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    let rename = async |of: &Person, name: &str| {
        let id = of.session_id().to_string();
        let edit = edit_of(Collection::Sessions, &id, "device_name", name, 0);
        phone.http.post("/v1/edits", &edit).await
    };
    rename(&anna, "Phone")
        .await
        .expect(403)
        .expect_code(ProblemCode::OnProbation);
    rename(&phone, "First device").await.expect(200);
    for which in [
        EndSessions::Others,
        EndSessions::All,
        EndSessions::One {
            session_id: anna.session_id(),
        },
    ] {
        let refused = phone.end(&which).await.expect(403);
        refused.expect_code(ProblemCode::OnProbation);
    }
    anna.check_session().await.expect(200);
    phone.end_one(phone.session_id()).await.expect(200);
    phone.check_session().await.expect(401);
}

async fn a_device_is_approved_on_a_trusted_one_with_a_step_up(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(&server, "Phone").await;
    vouch(&anna, &phone)
        .await
        .expect(403)
        .expect_code(ProblemCode::StepUpNeeded);
    assert_eq!(standing_of(&anna, &phone).await, Standing::Probation);
    let anna = anna.stepped_up(None).await;
    vouch(&anna, &phone).await.expect(200);
    assert_eq!(standing_of(&anna, &phone).await, Standing::Trusted);
    assert_eq!(anna.count_activity(ActivityKind::SignInConfirmed).await, 1);
    vouch(&anna, &phone)
        .await
        .expect(409)
        .expect_code(ProblemCode::NotAllowedNow);
    disown(&anna, &phone)
        .await
        .expect(409)
        .expect_code(ProblemCode::NotAllowedNow);
    let phone = phone.stepped_up(None).await;
    phone.add_email("anna@example.net").await;
    eventually("the mail that says so", async || {
        let mails = server.outbox().mails_to(&anna.email);
        mails
            .iter()
            .any(|mail| mail.kind() == "device-approved" && mail.token_of("lock").is_some())
            .then_some(())
    })
    .await;
}

async fn no_device_on_probation_approves_itself_or_another(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let one = anna.on_probation(&server, "One").await;
    let other = anna.on_probation(&server, "Other").await;
    for by in [&one, &other] {
        for about in [&one, &other, &anna] {
            for answer in [vouch(by, about).await, disown(by, about).await] {
                answer.expect(403).expect_code(ProblemCode::OnProbation);
            }
        }
        let proof = json!({"password": by.password});
        let refused = by.http.post("/v1/session/step-up", &proof).await;
        refused.expect(403).expect_code(ProblemCode::OnProbation);
    }
    for device in [&one, &other] {
        assert_eq!(standing_of(&anna, device).await, Standing::Probation);
    }
}

async fn a_device_is_approved_by_its_own_link_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let second = "anna@example.net";
    anna.add_confirmed_email(&server, second).await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(&server, "Phone").await;
    let intruder = anna.on_probation(&server, "Intruder").await;
    let token = approval(&server, &phone, 1).await;
    assert!(
        server.outbox().tokens(second, "approve-device").is_empty(),
        "to the primary address alone"
    );
    // Neither another device nor the same session with another key.
    vouch_by_link(&server, &intruder, &token)
        .await
        .expect(410)
        .expect_code(ProblemCode::LinkSpent);
    let with_other_key = Person {
        device: intruder.device.clone(),
        ..phone.clone()
    };
    vouch_by_link(&server, &with_other_key, &token)
        .await
        .expect(410);
    let forged = json!({"token": token, "device": intruder.device.proof(server.server_id(), "x", server.now())});
    phone
        .http
        .post("/v1/session/vouch", &forged)
        .await
        .expect(401)
        .expect_code(ProblemCode::DeviceProofRefused);
    // The page does nothing.
    let page = format!("/approve-device/{token}");
    server.http().get(&page).await.expect(200);
    server.http().post_empty(&page).await.expect(405);
    assert_eq!(standing_of(&anna, &phone).await, Standing::Probation);
    vouch_by_link(&server, &phone, &token).await.expect(200);
    assert_eq!(standing_of(&anna, &phone).await, Standing::Trusted);
    assert_eq!(standing_of(&anna, &intruder).await, Standing::Probation);
    vouch_by_link(&server, &phone, &token).await.expect(410);
    let asked = phone.http.post("/v1/session/vouch-link", &json!({})).await;
    asked.expect(409);
}

async fn a_link_that_approves_expires_and_is_limited(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    let first = approval(&server, &phone, 1).await;
    server.clock().advance_seconds(VOUCH_LINK_SECONDS);
    vouch_by_link(&server, &phone, &first).await.expect(410);
    let second = approval(&server, &phone, 2).await;
    let third = approval(&server, &phone, 3).await;
    vouch_by_link(&server, &phone, &second).await.expect(410);
    let mut allowed = 3;
    let refused = loop {
        let asked = phone.http.post("/v1/session/vouch-link", &json!({})).await;
        if asked.status != 202 {
            break asked.expect(429);
        }
        allowed += 1;
        assert!(allowed < 10, "{allowed}");
    };
    refused.expect_code(ProblemCode::TooManyAttempts);
    vouch_by_link(&server, &phone, &third).await.expect(410);
}

async fn not_me_about_a_device_on_probation_touches_it_and_the_password_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let desk = anna.on_new_device(&server, "Desk").await;
    let intruder = anna.on_probation(&server, "Intruder").await;
    let mut events = intruder.events().await;
    let emails = anna.emails().await;
    // Without a step-up: it takes nothing away from the owner.
    let disowned: DeviceDisowned = disown(&anna, &intruder).await.expect(200).json();
    assert_eq!(disowned.ended, [intruder.session_id()]);
    let notice = events.ends(intruder.session_id()).await;
    assert_eq!(notice.reason, EndedReason::Disowned);
    let problem = intruder.check_session().await.expect(401).problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    for kept in [&anna, &desk] {
        kept.check_session().await.expect(200);
    }
    assert_eq!(anna.emails().await, emails);
    assert!(is_spoiled(&anna).await);
    assert_eq!(anna.count_activity(ActivityKind::SignInDisowned).await, 1);
    // The password opens nothing new, for whoever has it, and a trusted device all the same.
    for device in [Device::new("New"), intruder.device.clone()] {
        let refused = device.try_sign_in(&server, "anna", &anna.password).await;
        refused
            .expect(403)
            .expect_code(ProblemCode::PasswordSpoiled);
    }
    let refused = Device::new("New")
        .try_sign_in(&server, "anna", "wrong")
        .await;
    refused.expect(401).expect_code(ProblemCode::SignInRefused);
    let anna = anna.signing_in_as_it_is(&server, anna.device.clone()).await;
    assert_eq!(standing_of(&anna, &anna).await, Standing::Trusted);
    let anna = with_password(&anna, "a better kettle of brass").await;
    assert!(!is_spoiled(&anna).await);
    let back = anna
        .signing_in_as_it_is(&server, intruder.device.clone())
        .await;
    assert_eq!(
        standing_of(&anna, &back).await,
        Standing::Probation,
        "it comes as a stranger"
    );
}

async fn not_me_by_mail_works_once_within_thirty_days(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_probation(&server, "Intruder").await;
    let token = lock_token(&server, &anna.email, 1).await;
    server.clock().advance_seconds(10 * DAY);
    let page = lock(&server, &token).await.expect(200).text();
    assert!(page.contains("Intruder"), "{page}");
    let problem = intruder.check_session().await.expect(401).problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    anna.check_session().await.expect(200);
    assert!(is_spoiled(&anna).await);
    lock(&server, &token).await.expect(410);
    let anna = with_password(&anna, "a better kettle of brass").await;
    let again = anna.on_probation(&server, "Again").await;
    let token = lock_token(&server, &anna.email, 3).await;
    server.clock().advance_seconds(LOCK_LINK_SECONDS);
    lock(&server, &token).await.expect(410);
    drop(again);
}

async fn opening_a_link_that_locks_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(&server, "Phone").await;
    let token = lock_token(&server, &anna.email, 1).await;
    anna.mails_have_left().await;
    let before = anna.records().await;
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let path = format!("/lock/{token}");
        let request = server.http().request(method.clone(), &path);
        let answer = latchkey_tests::server::Http::send(request)
            .await
            .expect(200);
        if method == Method::GET {
            let page = answer.text();
            assert!(!page.contains("<script"), "{page}");
            assert!(page.contains("Phone"), "{page}");
        }
    }
    let unknown = format!("/lock/{}x", &token[1..]);
    server.http().get(&unknown).await.expect(410);
    assert_eq!(anna.records().await, before);
    phone.check_session().await.expect(200);
}

async fn a_link_about_a_device_that_was_approved_secures_the_account(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(&server, "Phone").await;
    let token = lock_token(&server, &anna.email, 1).await;
    let stepped_up = anna.stepped_up(None).await;
    vouch(&stepped_up, &phone).await.expect(200);
    let page = server.http().get(&format!("/lock/{token}")).await;
    let page = page.expect(200).text();
    assert!(
        page.contains("First device") && page.contains("Phone"),
        "{page}"
    );
    lock(&server, &token).await.expect(200);
    for out in [&stepped_up, &phone] {
        let problem = out.check_session().await.expect(401).problem();
        assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    }
    let refused = anna
        .device
        .try_sign_in(&server, "anna", &anna.password)
        .await;
    refused
        .expect(403)
        .expect_code(ProblemCode::PasswordSpoiled);
    // The way back: a new password, in, approved by the link that the device asks for.
    let anna = reset(&server, &anna, 1, "a better kettle of brass").await;
    let back = anna.signing_in_as_it_is(&server, anna.device.clone()).await;
    assert_eq!(standing_of(&back, &back).await, Standing::Probation);
    let token = approval(&server, &back, 1).await;
    vouch_by_link(&server, &back, &token).await.expect(200);
    assert_eq!(standing_of(&back, &back).await, Standing::Trusted);
}

async fn securing_suspends_everything_but_the_root(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = || anna.code(&server);
    let person = anna.person.stepped_up(Some(&code())).await;
    let anna = Protected {
        person,
        ..anna.clone()
    };
    anna.add_passkey(&server, "Key").await;
    anna.person
        .add_confirmed_email(&server, "anna@example.net")
        .await;
    let waiting = anna.person.add_email("waiting@example.net").await;
    server.clock().advance_seconds(60);
    let mut request =
        Device::new("Phone").sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(anna.code(&server));
    let answer = server.http().post("/v1/sessions", &request).await;
    let phone: SignedIn = answer.expect(201).json();
    secure(&anna.person).await.expect(200);
    let check = server
        .http()
        .with_token(&phone.token)
        .get("/v1/session")
        .await;
    check.expect(401);
    anna.person.check_session().await.expect(200);
    for (address, suspended) in [
        (anna.person.email.as_str(), false),
        ("anna@example.net", true),
        ("waiting@example.net", true),
    ] {
        let email = anna.person.email_of(address).await;
        assert_eq!(email.suspended_at.is_some(), suspended, "{address}");
    }
    anna.person
        .change_email(waiting, "resend")
        .await
        .expect(409);
    let passkeys: Vec<(String, Passkey)> = anna.person.bodies(Collection::Passkeys).await;
    assert!(passkeys[0].1.suspended_at.is_some());
    let factor: Vec<(String, SecondFactor)> = anna.person.bodies(Collection::SecondFactor).await;
    assert!(factor[0].1.suspended_at.is_some(), "it is young");
    assert!(factor[0].1.recovery_codes_suspended_at.is_some());
    assert!(is_spoiled(&anna.person).await);
    assert_eq!(
        anna.person
            .count_activity(ActivityKind::AccountSecured)
            .await,
        1
    );
    // Nothing asks for a code of it any more, and none of the recovery codes counts.
    let changed = with_password(&anna.person, "a better kettle of brass").await;
    let back = changed
        .signing_in_as_it_is(&server, changed.device.clone())
        .await;
    assert_eq!(standing_of(&back, &back).await, Standing::Trusted);
}

async fn a_suspended_address_opens_nothing_and_is_told_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let theirs = "mallory@example.net";
    let id = anna.add_confirmed_email(&server, theirs).await;
    secure(&anna).await.expect(200);
    let anna = with_password(&anna, "a better kettle of brass").await;
    anna.mails_have_left().await;
    let told = server.outbox().mails_to(theirs).len();
    let refused = Device::new("New")
        .try_sign_in(&server, theirs, &anna.password)
        .await;
    refused.expect(401);
    let ask = server
        .http()
        .post("/v1/recovery", &json!({"login": theirs}))
        .await;
    ask.expect(202);
    let anna = anna.stepped_up(None).await;
    anna.change_email(id, "primary").await.expect(409);
    anna.add_email("anna@example.com").await;
    anna.mails_have_left().await;
    assert_eq!(server.outbox().mails_to(theirs).len(), told);
    // It is the account's all the same: nobody else can take it.
    let bruno = Person::create_confirmed(&server, "bruno").await;
    let bruno = bruno.stepped_up(None).await;
    bruno.add_email(theirs).await;
    bruno.mails_have_left().await;
    assert!(server.outbox().tokens(theirs, "confirm-email").len() <= 1);
}

async fn what_is_aged_speaks_for_the_owner_at_a_reset_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    // As people do who open the app now and then.
    for _ in 0..4 {
        server.clock().advance_seconds(10 * DAY);
        anna.person.check_session().await;
    }
    let mut request =
        anna.person
            .device
            .sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(anna.code(&server));
    let signed_in: SignedIn = server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201)
        .json();
    server.clock().advance_seconds(30);
    let mut person = anna.person.clone();
    person.http = server.http().with_token(&signed_in.token);
    person.signed_in = signed_in;
    let person = person.stepped_up(Some(&anna.code(&server))).await;
    secure(&person).await.expect(200);
    let factor: Vec<(String, SecondFactor)> = person.bodies(Collection::SecondFactor).await;
    assert!(factor[0].1.suspended_at.is_none(), "it is old");
    assert!(factor[0].1.recovery_codes_suspended_at.is_some());
    server.clock().advance_seconds(30);
    // In a session, a suspended recovery code is none.
    let recovery_code = anna.recovery_codes[0].as_str();
    let with_code = json!({"password": person.password, "code": recovery_code});
    let refused = person.http.post("/v1/session/step-up", &with_code).await;
    refused.expect(422);
    let login = json!({"login": person.username});
    server.http().post("/v1/recovery", &login).await.expect(202);
    let outbox = server.outbox();
    let token = outbox.token_of(&person.email, "reset-password", 1).await;
    let mut body = json!({"token": token, "new_password": "a better kettle of brass"});
    let without = server.http().post("/v1/recovery/reset", &body).await;
    without.expect(422);
    body["code"] = json!(recovery_code);
    let with = server.http().post("/v1/recovery/reset", &body).await;
    with.expect(204);
}

async fn the_review_keeps_and_removes_with_a_proof(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let person = anna.person.stepped_up(Some(&anna.code(&server))).await;
    let anna = Protected {
        person,
        ..anna.clone()
    };
    anna.add_passkey(&server, "Mine").await;
    anna.add_passkey(&server, "Theirs").await;
    let person = &anna.person;
    let mine = person
        .add_confirmed_email(&server, "anna@example.net")
        .await;
    let theirs = person.add_confirmed_email(&server, "m@example.net").await;
    server.clock().advance_seconds(60);
    let bruno = Person::create_confirmed(&server, "bruno").await;
    // Nothing is suspended yet.
    let keep = |id: EmailId| json!([{"suspended": {"kind": "email", "id": id}, "keep": true}]);
    let code = anna.code(&server);
    review(person, Some(&code), keep(mine)).await.expect(409);
    server.clock().advance_seconds(30);
    let person = &person.stepped_up(Some(&anna.code(&server))).await;
    secure(person).await.expect(200);
    let passkeys: Vec<(String, Passkey)> = person.bodies(Collection::Passkeys).await;
    let passkey = |name: &str| {
        let found = passkeys.iter().find(|(_, passkey)| passkey.name == name);
        found.unwrap().0.clone()
    };
    // With the password alone, since two-step sign-in is suspended too; not with a wrong one, nor for others, nor for nothing.
    let mut wrong = person.clone();
    "wrong".clone_into(&mut wrong.password);
    review(&wrong, None, keep(mine)).await.expect(422);
    review(&bruno, None, keep(mine)).await.expect(404);
    review(person, None, json!([])).await.expect(422);
    let unknown: EmailId = "00000000-0000-7000-8000-000000000000".parse().unwrap();
    // All of it or nothing.
    let both = json!([
        {"suspended": {"kind": "email", "id": mine}, "keep": true},
        {"suspended": {"kind": "email", "id": unknown}, "keep": true},
    ]);
    review(person, None, both).await.expect(404);
    assert!(
        person
            .email_of("anna@example.net")
            .await
            .suspended_at
            .is_some()
    );
    let decisions = json!([
        {"suspended": {"kind": "email", "id": mine}, "keep": true},
        {"suspended": {"kind": "email", "id": theirs}, "keep": false},
        {"suspended": {"kind": "passkey", "id": passkey("Mine")}, "keep": true},
        {"suspended": {"kind": "passkey", "id": passkey("Theirs")}, "keep": false},
        {"suspended": {"kind": "recovery_codes"}, "keep": false},
        {"suspended": {"kind": "second_factor"}, "keep": true},
    ]);
    review(person, None, decisions).await.expect(200);
    let emails: Vec<Email> = person
        .emails()
        .await
        .into_iter()
        .map(|(_, email)| email)
        .collect();
    assert_eq!(emails.len(), 2, "{emails:?}");
    assert!(emails.iter().all(|email| email.suspended_at.is_none()));
    let left: Vec<(String, Passkey)> = person.bodies(Collection::Passkeys).await;
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].1.name.as_str(), left[0].1.suspended_at),
        ("Mine", None)
    );
    let factor: Vec<(String, SecondFactor)> = person.bodies(Collection::SecondFactor).await;
    let factor = &factor[0].1;
    assert!(factor.enabled_at.is_some() && factor.suspended_at.is_none());
    assert_eq!(factor.recovery_codes_left, 0);
    // Two-step sign-in asks again.
    let refused = review(person, None, keep(mine)).await.expect(422);
    assert_eq!(refused.problem().fields[0].field, "code");
}

async fn mailed_links_that_act_go_to_the_primary_address_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let second = "anna@example.net";
    anna.add_confirmed_email(&server, second).await;
    // Asked for by the other one, it goes to the primary one.
    let login = json!({"login": second});
    server.http().post("/v1/recovery", &login).await.expect(202);
    let outbox = server.outbox();
    outbox.token_of(&anna.email, "reset-password", 1).await;
    let phone = anna.on_probation(&server, "Phone").await;
    approval(&server, &phone, 1).await;
    with_password(&anna, "a better kettle of brass").await;
    anna.mails_have_left().await;
    for mail in outbox.mails_to(second) {
        for page in ["lock", "reset-password", "approve-device"] {
            assert_eq!(mail.token_of(page), None, "{}", mail.text);
        }
    }
    assert!(!outbox.tokens(&anna.email, "lock").is_empty());
}

async fn no_more_than_three_devices_are_on_probation(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut devices = Vec::new();
    for number in 0..4 {
        server.clock().advance_seconds(60);
        let name = format!("Device {number}");
        devices.push(anna.on_probation(&server, &name).await);
    }
    let problem = devices[0].check_session().await.expect(401).problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::TooManyDevices);
    for device in &devices[1..] {
        device.check_session().await.expect(200);
    }
    anna.check_session().await.expect(200);
}

async fn a_device_that_was_not_seen_for_long_is_on_probation_again(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(89 * DAY);
    let anna = anna.signing_in_as_it_is(&server, anna.device.clone()).await;
    assert_eq!(standing_of(&anna, &anna).await, Standing::Trusted);
    server.clock().advance_seconds(90 * DAY);
    let anna = anna.signing_in_as_it_is(&server, anna.device.clone()).await;
    assert_eq!(standing_of(&anna, &anna).await, Standing::Probation);
}

async fn with_nobody_to_ask_there_is_no_probation(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    assert_eq!(
        standing_of(&anna, &phone).await,
        Standing::Probation,
        "the first device could say yes"
    );
    anna.end(&EndSessions::All).await.expect(200);
    let tablet = anna.on_probation(&server, "Tablet").await;
    assert_eq!(standing_of(&tablet, &tablet).await, Standing::Trusted);
}

async fn a_passkey_speaks_for_a_new_device_and_a_code_does_not(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let mut request =
        Device::new("Phished").sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(anna.code(&server));
    let answer = server.http().post("/v1/sessions", &request).await;
    let signed_in: SignedIn = answer.expect(201).json();
    let session = anna.person.session(signed_in.session_id).await;
    assert_eq!(session.standing, Standing::Probation);
}

async fn a_changed_primary_address_is_taken_back(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let thief = anna.stepped_up(None).await;
    let theirs = "mallory@example.net";
    let id = thief.add_confirmed_email(&server, theirs).await;
    let old = thief.email_id(&anna.email).await;
    // The mailbox is open on the stolen laptop.
    thief.make_primary(&server, id).await;
    let outbox = server.outbox();
    let token = outbox.token_of(&anna.email, "undo-email-change", 2).await;
    // The former address stays, and the primary one where it is.
    thief.change_email(old, "remove").await.expect(409);
    thief.change_email(old, "primary").await.expect(409);
    server.clock().advance_seconds(29 * DAY);
    let undo = format!("/undo-email-change/{token}");
    server.http().post_empty(&undo).await.expect(200);
    thief.check_session().await.expect(401);
    let anna = reset(&server, &anna, 1, "a better kettle of brass").await;
    let anna = anna.signing_in_as_it_is(&server, anna.device.clone()).await;
    let token = approval(&server, &anna, 1).await;
    vouch_by_link(&server, &anna, &token).await.expect(200);
    assert!(anna.email_of(&anna.email).await.primary);
    let left = anna.email_of(theirs).await;
    assert!(!left.primary && left.suspended_at.is_some());
    server.http().post_empty(&undo).await.expect(410);
}

async fn after_a_reset_the_primary_address_stays(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = reset(&server, &anna, 1, "a better kettle of brass").await;
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    let anna = anna.stepped_up(None).await;
    let change = json!({"address": "anna@example.net"});
    let refused = anna.http.post("/v1/emails/change", &change).await;
    refused.expect(409).expect_code(ProblemCode::NotAllowedNow);
    server.clock().advance_seconds(7 * DAY);
    let anna = anna.stepped_up(None).await;
    let asked = anna.http.post("/v1/emails/change", &change).await;
    asked.expect(202);
}

async fn a_reset_in_the_app_that_asked_approves_its_device(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let phone = anna.on_probation(&server, "Phone").await;
    let stranger = anna.on_probation(&server, "Stranger").await;
    let proof = |login: &str| phone.device.proof(server.server_id(), login, server.now());
    let ask = json!({"login": "anna", "device": proof("anna")});
    server.http().post("/v1/recovery", &ask).await.expect(202);
    let outbox = server.outbox();
    let token = outbox.token_of(&anna.email, "reset-password", 1).await;
    let token = latchkey_protocol::recovery::app_token(&token);
    let open = json!({"token": token, "device": proof(&token)});
    let opened: Value = server
        .http()
        .post("/v1/recovery/open", &open)
        .await
        .expect(200)
        .json();
    let body = json!({"token": opened["token"], "new_password": "a better kettle of brass"});
    let answer = server.http().post("/v1/recovery/reset", &body).await;
    answer.expect(204);
    let mut anna = anna;
    "a better kettle of brass".clone_into(&mut anna.password);
    for (device, standing) in [
        (&phone.device, Standing::Trusted),
        (&stranger.device, Standing::Probation),
    ] {
        let back = anna.signing_in_as_it_is(&server, device.clone()).await;
        assert_eq!(standing_of(&back, &back).await, standing);
    }
}

async fn other_peoples_sessions_are_neither_approved_nor_disowned(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mallory = Person::create_confirmed(&server, "mallory").await;
    let mallory = mallory.stepped_up(None).await;
    let phone = anna.on_probation(&server, "Phone").await;
    for what in ["vouch", "disown"] {
        let theirs = say(&mallory, &phone, what).await.expect(404);
        for id in ["x", "00000000-0000-7000-8000-000000000000"] {
            let path = format!("/v1/sessions/{id}/{what}");
            let nobodys = mallory.http.post(&path, &json!({})).await.expect(404);
            assert_eq!(nobodys.observable(), theirs.observable());
        }
    }
    phone.check_session().await.expect(200);
    assert_eq!(standing_of(&anna, &phone).await, Standing::Probation);
}

async fn a_lost_answer_leaves_a_device_on_probation(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let device = Device::new("Phone");
    // The answer to the first sign-in does not reach the device, so it signs in again.
    let lost = anna.signing_in_as_it_is(&server, device.clone()).await;
    let token = lock_token(&server, &anna.email, 1).await;
    let phone = anna.signing_in_as_it_is(&server, device).await;
    assert_ne!(lost.session_id(), phone.session_id());
    assert_eq!(standing_of(&anna, &phone).await, Standing::Probation);
    lock(&server, &token).await.expect(200);
    phone.check_session().await.expect(401);
}

async fn a_name_makes_no_link_and_no_header(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    for name in [
        "x\r\nBcc: evil@example.org",
        "x\nSubject: y",
        "\u{202E}gnp.exe",
        "\u{3164}",
    ] {
        let refused = Device::new(name)
            .try_sign_in(&server, &anna.username, &anna.password)
            .await;
        refused.expect(422);
    }
    server.clock().advance_seconds(60);
    let mut device =
        Device::new("Locked! Go to https://evil.example/unlock or <a href=//evil.example>");
    "www.evil.example mailto:evil@evil.example"
        .clone_into(&mut device.description.operating_system);
    anna.signing_in_as_it_is(&server, device).await;
    lock_token(&server, &anna.email, 1).await;
    let mail = server.outbox().mails_to(&anna.email).pop().unwrap();
    for evil in ["evil.example", "<a href=//", "mailto:"] {
        assert!(
            !mail.raw.contains(evil) && !mail.text.contains(evil),
            "{}",
            mail.text
        );
    }
}

async fn many_new_devices_fill_no_mailbox(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    for number in 0..24 {
        server.clock().advance_seconds(60);
        let device = anna
            .on_probation(&server, &format!("Device {number}"))
            .await;
        assert_eq!(standing_of(&anna, &device).await, Standing::Probation);
    }
    anna.mails_have_left().await;
    assert_eq!(anna.count_mails(MailKind::SignInAlert).await, 20);
    server.clock().advance_seconds(DAY);
    anna.signing_in_as_it_is(&server, Device::new("A day later"))
        .await;
    assert_eq!(anna.count_mails(MailKind::SignInAlert).await, 21);
}

async fn refused_sign_ins_are_folded(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create(&server, "anna").await;
    let entries = async || {
        let mut entries: Vec<ActivityEntry> = anna
            .bodies(Collection::Activity)
            .await
            .into_iter()
            .map(|(_, entry)| entry)
            .filter(|entry: &ActivityEntry| entry.kind == ActivityKind::SignInFailed)
            .collect();
        entries.sort_by_key(|entry| entry.at);
        entries
    };
    // To the start of an hour, so that the tries below are within it.
    let hour = HOUR - server.now().0 / 1_000_000 % HOUR;
    server.clock().advance_seconds(hour);
    let started = server.now();
    let wrong = async |address: [u8; 4]| {
        let request = Device::new("Bot").sign_in(&server, "anna", "not the password");
        server
            .http()
            .at(address)
            .post("/v1/sessions", &request)
            .await
            .expect(401);
    };
    for number in 0..4 {
        if number > 0 {
            server.clock().advance_seconds(1);
        }
        wrong([127, 0, 0, 7]).await;
        eventually("the failure is noted", async || {
            (anna.count_activity(ActivityKind::SignInFailed).await == number + 1).then_some(())
        })
        .await;
    }
    let folded = entries().await;
    assert_eq!(folded.len(), 1);
    assert_eq!(folded[0].count, 4);
    assert_eq!(folded[0].first_at, Some(started));
    assert_eq!(folded[0].at, started.plus_seconds(3));
    assert_eq!(folded[0].address.as_deref(), Some("127.0.0.7"));
    // Another address is another entry, and the next hour too.
    wrong([127, 0, 0, 8]).await;
    eventually("an entry of its own", async || {
        (entries().await.len() == 2).then_some(())
    })
    .await;
    server.clock().advance_seconds(2 * HOUR);
    // Those of many addresses are one.
    for host in 10..30 {
        server.clock().advance_seconds(300);
        wrong([127, 0, 1, host]).await;
    }
    eventually("all are noted", async || {
        (anna.count_activity(ActivityKind::SignInFailed).await == 25).then_some(())
    })
    .await;
    // Three hours, eight addresses told apart in each and one entry for the others.
    let entries = entries().await;
    assert!(entries.len() <= 2 + 3 * 9, "{}", entries.len());
    assert!(
        entries
            .iter()
            .any(|entry| entry.address.is_none() && entry.count > 1)
    );
}

async fn a_link_that_locks_works_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Person::create_confirmed(server, &race.username()).await;
    server.clock().advance_seconds(60);
    let phone = anna.on_probation(server, "Phone").await;
    let token = lock_token(server, &anna.email, 1).await;
    let tries = (0..50).map(|_| lock(server, &token));
    let answers = futures_util::future::join_all(tries).await;
    the_one_with(200, &answers);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 410].contains(&answer.status.as_u16()))
    );
    assert_eq!(anna.count_activity(ActivityKind::SignInDisowned).await, 1);
    phone.check_session().await.expect(401);
}
