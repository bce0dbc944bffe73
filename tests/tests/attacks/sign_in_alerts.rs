//! Being asked about a new device, saying no, and what is frozen then.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::ConfirmEmail;
use latchkey_protocol::freeze::Freeze;
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::passkeys::Passkey;
use latchkey_protocol::password::PasswordChanged;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::second_factor::{NewRecoveryCodes, SecondFactor};
use latchkey_protocol::sessions::{EndSessions, EndedReason, SignedIn};
use latchkey_protocol::sign_in_alerts::{SignInAnswered, TAKEN_BACK_SECONDS};
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{
    Answer, Database, Device, Person, Protected, Race, ServerUnderTest, eventually, the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::Method;
use serde_json::json;

on_both_databases!(
    a_new_device_is_asked_about_and_the_first_is_not,
    the_owner_says_it_was_them,
    it_was_me_is_taken_back_where_it_was_said_within_its_time,
    what_was_done_on_trust_is_undone_when_it_is_taken_back,
    a_password_changed_over_two_devices_comes_back_in_any_order,
    what_was_said_of_a_device_before_it_came_back_is_not_taken_back,
    a_device_from_after_the_disowned_one_answers_nothing_during_a_freeze,
    not_me_ends_every_other_session_and_freezes,
    not_me_by_mail_ends_every_session,
    a_freeze_is_lifted_by_the_password_at_a_known_device_alone,
    a_freeze_holds_what_an_intruder_would_change,
    during_a_freeze_no_new_device_puts_the_owner_out,
    what_an_intruder_changed_first_is_undone_by_not_me,
    two_devices_of_one_intruder_are_undone_by_one_answer,
    what_an_intruder_added_is_gone_with_not_me,
    what_an_intruder_renamed_and_removed_is_back_with_not_me,
    what_is_anothers_by_now_is_said_not_to_come_back,
    a_username_that_is_back_already_is_no_loss,
    what_an_intruder_with_a_code_left_is_gone_with_not_me,
    an_address_that_an_intruder_made_primary_is_gone_with_not_me,
    changes_over_two_devices_are_undone_together,
    a_change_of_longer_ago_stays,
    an_answer_about_one_device_voids_nothing_of_another,
    what_was_added_on_a_device_in_an_old_question_stays,
    an_owner_without_a_known_device_is_let_go_by_whoever_runs_the_server,
    what_the_owner_changed_on_a_new_device_stays,
    a_question_outlives_the_session_that_raised_it,
    a_link_dies_with_the_answer_and_with_its_week,
    opening_a_link_changes_nothing,
    a_new_device_does_not_answer_for_itself_or_for_a_newer_one,
    foreign_sessions_are_not_answered_for,
    a_disowned_device_comes_as_a_stranger,
    a_lost_answer_loses_no_question,
    a_name_makes_no_link_and_no_header,
    many_new_devices_fill_no_mailbox,
    refused_sign_ins_are_folded,
);

races!(a_link_answers_once_of_fifty_at_the_same_time,);

const HOUR: i64 = 3600;

/// The token of the newest alert to a person, of `count` in all.
async fn alert_token(server: &ServerUnderTest, person: &Person, count: usize) -> String {
    let mail = eventually(&format!("alert {count}"), async || {
        let mut alerts: Vec<_> = server
            .outbox()
            .mails_to(&person.email)
            .into_iter()
            .filter(|mail| mail.text.contains("/sign-in-alert/"))
            .collect();
        (alerts.len() >= count).then(|| alerts.remove(count - 1))
    })
    .await;
    let (_, rest) = mail.text.split_once("/sign-in-alert/").unwrap();
    rest.chars()
        .take_while(|character| character.is_ascii_alphanumeric() || "-_".contains(*character))
        .collect()
}

async fn by_link(server: &ServerUnderTest, token: &str, answer: &str) -> Answer {
    server
        .http()
        .post_empty(&format!("/sign-in-alert/{token}/{answer}"))
        .await
}

async fn answer(by: &Person, about: &Person, was_me: bool) -> Answer {
    let path = format!("/v1/sessions/{}/answer", about.session_id());
    by.http.post(&path, &json!({"was_me": was_me})).await
}

async fn freeze_of(person: &Person) -> Option<Freeze> {
    person
        .bodies::<Freeze>(Collection::Freeze)
        .await
        .pop()
        .map(|(_, freeze)| freeze)
}

async fn lift(person: &Person, password: &str) -> Answer {
    person
        .http
        .post("/v1/freeze/lift", &json!({"password": password}))
        .await
}

async fn a_new_device_is_asked_about_and_the_first_is_not(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    assert_eq!(anna.session(anna.session_id()).await.alert, None);
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    let alert = anna.session(phone.session_id()).await.alert;
    assert!(alert.is_some_and(|alert| alert.is_open()));
    let token = alert_token(&server, &anna, 1).await;
    let mail = server.outbox().mails_to(&anna.email).pop().unwrap();
    for part in ["“Phone”", "Debian GNU Linux 12", "127.0.0.1", "“anna”"] {
        assert!(mail.text.contains(part), "{part} in {}", mail.text);
    }
    // The history has the mail without its secret.
    anna.mails_have_left().await;
    let (_, shown) = anna.mails().await.pop().unwrap();
    let text = shown.text.unwrap_or_default();
    assert!(
        text.contains("/sign-in-alert/••••••••") && !text.contains(&token),
        "{text}"
    );
    // A device that was here before is not asked about, however long it was away.
    answer(&anna, &phone, true).await.expect(200);
    anna.end_one(phone.session_id()).await.expect(200);
    server.clock().advance_seconds(60);
    let again = anna.signing_in_on(&server, phone.device.clone()).await;
    assert_eq!(anna.session(again.session_id()).await.alert, None);
}

async fn the_owner_says_it_was_them(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    let token = alert_token(&server, &anna, 1).await;
    let answered: SignInAnswered = answer(&anna, &phone, true).await.expect(200).json();
    assert_eq!(answered.ended, []);
    let alert = anna.session(phone.session_id()).await.alert.unwrap();
    let said = alert.answer.unwrap();
    assert!(said.was_me);
    assert_eq!(said.by_session_id, Some(anna.session_id()));
    assert_eq!(anna.count_activity(ActivityKind::SignInConfirmed).await, 1);
    phone.check_session().await.expect(200);
    assert!(freeze_of(&anna).await.is_none());
    // No mail takes it back: whoever reads them later could put the owner out.
    by_link(&server, &token, "not-mine").await.expect(410);
    answer(&anna, &phone, true).await.expect(409);
    phone.check_session().await.expect(200);
    // The other way: by the mail.
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let token = alert_token(&server, &anna, 2).await;
    let page = by_link(&server, &token, "mine").await.expect(200).text();
    assert!(page.contains("Tablet"), "{page}");
    let alert = anna.session(tablet.session_id()).await.alert.unwrap();
    assert!(
        alert
            .answer
            .is_some_and(|said| said.was_me && said.by_session_id.is_none())
    );
}

async fn it_was_me_is_taken_back_where_it_was_said_within_its_time(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    // What was said by mail stands.
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let token = alert_token(&server, &anna, 1).await;
    by_link(&server, &token, "mine").await.expect(200);
    answer(&anna, &tablet, false).await.expect(409);
    server.clock().advance_seconds(60);
    let desk = anna.on_new_device(&server, "Desk").await;
    answer(&anna, &desk, true).await.expect(200);
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    answer(&anna, &phone, true).await.expect(200);
    // Neither by the device itself nor by another one, were it stolen: not by one that was there before either.
    server.clock().advance_seconds(60);
    let unanswered = anna.on_new_device(&server, "Unanswered").await;
    for by in [&phone, &desk, &unanswered] {
        let refused = answer(by, &phone, false).await.expect(409);
        refused.expect_code(ProblemCode::NotAllowedNow);
    }
    // After its week, so does what was said here.
    server.clock().advance_seconds(TAKEN_BACK_SECONDS);
    answer(&anna, &phone, false).await.expect(409);
    phone.check_session().await.expect(200);

    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    server.clock().advance_seconds(60);
    let stranger = anna.on_new_device(&server, "Stranger").await;
    answer(&anna, &stranger, true).await.expect(200);
    server.clock().advance_seconds(TAKEN_BACK_SECONDS - 1);
    let answered: SignInAnswered = answer(&anna, &stranger, false).await.expect(200).json();
    assert!(answered.ended.contains(&stranger.session_id()));
    let problem = stranger.check_session().await.expect(401).problem();
    assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    let freeze = freeze_of(&anna).await.unwrap();
    assert_eq!(freeze.disowned_session_id, stranger.session_id());
    let said = anna.session(stranger.session_id()).await.alert.unwrap();
    assert!(!said.answer.unwrap().was_me);
    assert_eq!(anna.count_activity(ActivityKind::SignInDisowned).await, 1);
    // What was said last stands.
    for was_me in [true, false] {
        answer(&anna, &stranger, was_me).await.expect(409);
    }
}

async fn what_was_done_on_trust_is_undone_when_it_is_taken_back(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let stranger = anna.on_new_device(&server, "Stranger").await;
    // Before and after the answer.
    let before = json!({"username": "nobody.knows"});
    let stepped_up = stranger.stepped_up(None).await;
    let renamed = stepped_up.http.post("/v1/username", &before).await;
    renamed.expect(200);
    answer(&anna, &stranger, true).await.expect(200);
    stepped_up.add_email("mallory@example.net").await;
    let mut stranger = with_password_leaving_others(&stepped_up, "the stranger's own kettle").await;
    "nobody.knows".clone_into(&mut stranger.username);
    // One more device, for which the first one vouches.
    server.clock().advance_seconds(60);
    let accomplice = stranger.on_new_device(&server, "Accomplice").await;
    answer(&stranger, &accomplice, true).await.expect(200);
    // And the first one signs out and in again, where nothing is asked.
    server.clock().advance_seconds(60);
    let again = stranger
        .signing_in_on(&server, stranger.device.clone())
        .await;

    answer(&anna, &again, false).await.expect(200);
    for out in [&again, &accomplice] {
        out.check_session().await.expect(401);
    }
    server.clock().advance_seconds(60);
    // By the name and the password that the owner knows.
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(anna.profile().await.username, "anna");
    let emails = anna.emails().await;
    assert_eq!(emails.len(), 1, "{emails:?}");
    lift(&anna, &anna.password).await.expect(200);
    // Neither of the two is known any more.
    for device in [&stranger.device, &accomplice.device] {
        server.clock().advance_seconds(60);
        let back = anna.signing_in_on(&server, device.clone()).await;
        let session = anna.session(back.session_id()).await;
        assert!(session.alert.is_some_and(|alert| alert.is_open()));
    }
}

/// One device is answered for by a slip, another one not at all; each changes the password, the first one first or last.
async fn a_password_changed_over_two_devices_comes_back_in_any_order(database: Database) {
    for (trusted_first, asked_first) in [(true, true), (true, false), (false, true), (false, false)]
    {
        let server = ServerUnderTest::start_in_process(database).await;
        let anna = Person::create_confirmed(&server, "anna").await;
        server.clock().advance_seconds(60);
        let trusted = anna.on_new_device(&server, "Trusted").await;
        server.clock().advance_seconds(60);
        let open = anna.on_new_device(&server, "Open").await;
        answer(&anna, &trusted, true).await.expect(200);
        let (first, mut second) = if trusted_first {
            (&trusted, open.clone())
        } else {
            (&open, trusted.clone())
        };
        let changed = with_password_leaving_others(first, "the first one's own secret").await;
        second.password = changed.password;
        server.clock().advance_seconds(60);
        with_password_leaving_others(&second, "the second one's own secret").await;

        let mut order = [&open, &trusted];
        if !asked_first {
            order.reverse();
        }
        for disowned in order {
            server.clock().advance_seconds(60);
            answer(&anna, disowned, false).await.expect(200);
        }
        server.clock().advance_seconds(60);
        let anna = anna.signing_in_on(&server, anna.device.clone()).await;
        lift(&anna, &anna.password).await.expect(200);
    }
}

async fn what_was_said_of_a_device_before_it_came_back_is_not_taken_back(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    alert_token(&server, &anna, 1).await;
    answer(&anna, &phone, false).await.expect(200);
    lift(&anna, &anna.password).await.expect(200);
    server.clock().advance_seconds(3600);
    let back = anna.signing_in_on(&server, phone.device.clone()).await;
    let token = alert_token(&server, &anna, 2).await;
    by_link(&server, &token, "mine").await.expect(200);
    for session in [&phone, &back] {
        answer(&anna, session, false).await.expect(409);
    }
    back.check_session().await.expect(200);
}

async fn a_device_from_after_the_disowned_one_answers_nothing_during_a_freeze(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let disowned = anna.on_new_device(&server, "Disowned").await;
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    answer(&anna, &tablet, true).await.expect(200);
    answer(&anna, &disowned, false).await.expect(200);
    server.clock().advance_seconds(60);
    let tablet = tablet.signing_in_on(&server, tablet.device.clone()).await;
    let newest = anna.on_new_device(&server, "Newest").await;
    for was_me in [true, false] {
        let refused = answer(&tablet, &newest, was_me).await.expect(409);
        refused.expect_code(ProblemCode::Frozen);
    }
    anna.check_session().await.expect(200);
    answer(&anna, &newest, true).await.expect(200);
}

async fn not_me_ends_every_other_session_and_freezes(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let desk = anna.on_new_device(&server, "Desk").await;
    answer(&anna, &desk, true).await.expect(200);
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let mut events = intruder.events().await;
    events.next().await;
    let answered: SignInAnswered = answer(&anna, &intruder, false).await.expect(200).json();
    let mut ended = answered.ended;
    ended.sort();
    let mut all = [desk.session_id(), intruder.session_id()];
    all.sort();
    assert_eq!(ended, all);
    anna.check_session().await.expect(200);
    for out in [&desk, &intruder] {
        let problem = out.check_session().await.expect(401).problem();
        assert_eq!(problem.code, ProblemCode::SessionEnded);
        assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    }
    let freeze = freeze_of(&anna).await.unwrap();
    assert!(freeze.holds());
    assert_eq!(freeze.disowned_device_name, "Intruder");
    assert_eq!(freeze.by_session_id, Some(anna.session_id()));
    assert_eq!(anna.count_activity(ActivityKind::SignInDisowned).await, 1);
    assert_eq!(
        anna.count_activity(ActivityKind::DeviceEnded).await,
        2,
        "each is named"
    );
    eventually("the mail that says so", async || {
        let mails = server.outbox().mails_to(&anna.email);
        mails
            .iter()
            .any(|mail| mail.text.contains("Your account is frozen"))
            .then_some(())
    })
    .await;
}

async fn not_me_by_mail_ends_every_session(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let token = alert_token(&server, &anna, 1).await;
    let page = by_link(&server, &token, "not-mine")
        .await
        .expect(200)
        .text();
    assert!(page.contains("Intruder"), "{page}");
    for out in [&anna, &intruder] {
        let problem = out.check_session().await.expect(401).problem();
        assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    }
    // The owner comes back on the device that was here before, and lifts it.
    server.clock().advance_seconds(60);
    let back = anna.signing_in_on(&server, anna.device.clone()).await;
    let freeze = freeze_of(&back).await.unwrap();
    assert!(freeze.holds() && freeze.by_session_id.is_none());
    assert!(freeze.trusts(&back.session(back.session_id()).await));
    lift(&back, &anna.password).await.expect(200);
    assert!(!freeze_of(&back).await.unwrap().holds());
}

async fn a_freeze_is_lifted_by_the_password_at_a_known_device_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    lift(&anna, &anna.password)
        .await
        .expect(409)
        .expect_code(ProblemCode::NotAllowedNow);
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    answer(&anna, &intruder, false).await.expect(200);
    // The intruder knows the password and comes again, on the same device and on one more.
    for device in [intruder.device.clone(), Device::new("Another")] {
        server.clock().advance_seconds(60);
        let again = anna.signing_in_on(&server, device).await;
        for password in [anna.password.as_str(), "wrong"] {
            lift(&again, password)
                .await
                .expect(409)
                .expect_code(ProblemCode::Frozen);
        }
        assert!(
            !freeze_of(&anna)
                .await
                .unwrap()
                .trusts(&again.session(again.session_id()).await)
        );
    }
    lift(&anna, "not the password").await.expect(422);
    assert!(freeze_of(&anna).await.unwrap().holds());
    lift(&anna, &anna.password).await.expect(200);
    let freeze = freeze_of(&anna).await.unwrap();
    assert!(!freeze.holds() && freeze.lifted_at.is_some());
    assert_eq!(anna.count_activity(ActivityKind::FreezeLifted).await, 1);
    let anna = anna.stepped_up(None).await;
    anna.add_email("anna-two@example.org").await;
}

async fn a_freeze_holds_what_an_intruder_would_change(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let pending = anna.add_email("second@example.org").await;
    let link = server.outbox().confirmation("second@example.org", 1).await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    answer(&anna, &intruder, false).await.expect(200);
    server.clock().advance_seconds(60);
    let again = anna
        .signing_in_on(&server, intruder.device.clone())
        .await
        .stepped_up(None)
        .await;
    let (primary, _) = anna.email_named(&anna.email).await.unwrap();
    for person in [&anna, &again] {
        let add = json!({"address": "third@example.org"});
        let paths = [
            format!("/v1/emails/{pending}/primary"),
            format!("/v1/emails/{pending}/remove"),
            format!("/v1/emails/{primary}/remove"),
        ];
        person
            .http
            .post("/v1/emails", &add)
            .await
            .expect(409)
            .expect_code(ProblemCode::Frozen);
        for path in &paths {
            person
                .http
                .post_empty(path)
                .await
                .expect(409)
                .expect_code(ProblemCode::Frozen);
        }
    }
    let token = link.token().unwrap();
    server
        .confirm(&token)
        .await
        .expect(409)
        .expect_code(ProblemCode::Frozen);
    // The link was not used up by that.
    lift(&anna, &anna.password).await.expect(200);
    server.confirm(&token).await.expect(200);
}

/// Whoever has the password signs in again and again, and ends what the owner opens to change it.
async fn during_a_freeze_no_new_device_puts_the_owner_out(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    answer(&anna, &intruder, false).await.expect(200);
    server.clock().advance_seconds(60);
    for device in [intruder.device.clone(), Device::new("Another")] {
        let again = anna.signing_in_on(&server, device).await;
        for which in [
            EndSessions::Others,
            EndSessions::All,
            EndSessions::One {
                session_id: anna.session_id(),
            },
        ] {
            again.end(&which).await.expect_code(ProblemCode::Frozen);
        }
        anna.check_session().await.expect(200);
        // It may leave.
        again.end_one(again.session_id()).await.expect(200);
    }
    let again = anna.signing_in_on(&server, Device::new("A third")).await;
    anna.end(&EndSessions::Others).await.expect(200);
    again.check_session().await.expect(401);
}

/// The same person with another password, set on their device, which puts all others out.
async fn with_password(person: &Person, new_password: &str) -> Person {
    with_password_and(person, new_password, true).await
}

/// The same, with the other devices left signed in.
async fn with_password_leaving_others(person: &Person, new_password: &str) -> Person {
    with_password_and(person, new_password, false).await
}

async fn with_password_and(
    person: &Person,
    new_password: &str,
    end_other_sessions: bool,
) -> Person {
    let body = json!({
        "current_password": person.password,
        "new_password": new_password,
        "end_other_sessions": end_other_sessions,
    });
    let changed: PasswordChanged = person
        .http
        .post("/v1/password", &body)
        .await
        .expect(200)
        .json();
    let mut person = person.clone();
    new_password.clone_into(&mut person.password);
    person.http = person.http.with_token(&changed.token);
    person.signed_in.token = changed.token;
    person
}

async fn what_an_intruder_changed_first_is_undone_by_not_me(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let token = alert_token(&server, &anna, 1).await;
    // All that would keep the owner out: twice another password, and an authenticator app.
    let intruder = with_password(&intruder, "intruder's first secret").await;
    let intruder = with_password(&intruder, "intruder's other secret").await;
    // The owner reads of it from which device it came.
    let told = eventually("the mail that tells of it", async || {
        let mails = server.outbox().mails_to(&anna.email);
        mails
            .into_iter()
            .find(|mail| mail.kind() == "password-changed")
    })
    .await;
    for part in ["“Intruder”", "127.0.0.1"] {
        assert!(told.text.contains(part), "{part} in {}", told.text);
    }
    Protected::of(&server, &intruder).await;
    anna.check_session().await.expect(401);

    by_link(&server, &token, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    let request = intruder
        .device
        .sign_in(&server, &intruder.username, &intruder.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(401)
        .expect_code(ProblemCode::SignInRefused);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(anna.count_activity(ActivityKind::PasswordRestored).await, 1);
    assert_eq!(
        anna.count_activity(ActivityKind::SecondFactorDisabled)
            .await,
        1
    );
    lift(&anna, &anna.password).await.expect(200);
    // What is kept of a password is gone with it: the next answer brings nothing back.
    let anna = with_password(&anna, "the owner's new kettle").await;
    let again = anna.on_new_device(&server, "Intruder again").await;
    answer(&anna, &again, false).await.expect(200);
    anna.signing_in_on(&server, anna.device.clone()).await;
}

async fn two_devices_of_one_intruder_are_undone_by_one_answer(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let first = anna.on_new_device(&server, "First").await;
    let first = with_password(&first, "intruder's first secret").await;
    server.clock().advance_seconds(60);
    let second = first.on_new_device(&server, "Second").await;
    with_password(&second, "intruder's other secret").await;
    let token = alert_token(&server, &anna, 2).await;
    by_link(&server, &token, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    anna.signing_in_on(&server, anna.device.clone()).await;
}

async fn a_question_outlives_the_session_that_raised_it(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    anna.end_one(phone.session_id()).await.expect(200);
    server.clock().advance_seconds(60);
    let again = anna.signing_in_on(&server, phone.device.clone()).await;
    let alert = anna.session(again.session_id()).await.alert;
    assert!(alert.is_some_and(|alert| alert.is_open()));
    assert_eq!(anna.session(phone.session_id()).await.alert, None);
    // The mail about it is sent again as long as the question is open.
    anna.mails_have_left().await;
    let mails = anna.mails().await;
    let (mail, _) = mails
        .iter()
        .find(|(_, mail)| mail.kind == MailKind::SignInAlert)
        .expect("the mail that asked");
    let again_path = format!("/v1/mails/{mail}/send-again");
    anna.http.post_empty(&again_path).await.expect(202);
    alert_token(&server, &anna, 2).await;
    answer(&anna, &again, true).await.expect(200);
    // By the same link too, which was mailed for the session before.
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let token = alert_token(&server, &anna, 3).await;
    anna.end_one(tablet.session_id()).await.expect(200);
    server.clock().advance_seconds(60);
    let again = anna.signing_in_on(&server, tablet.device.clone()).await;
    by_link(&server, &token, "mine").await.expect(200);
    let alert = anna.session(again.session_id()).await.alert.unwrap();
    assert!(alert.answer.is_some_and(|answer| answer.was_me));
}

async fn what_an_intruder_added_is_gone_with_not_me(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let stepped_up = intruder.stepped_up(None).await;
    // One to ask for a new password with, once the owner has lifted the freeze; another that waits.
    stepped_up
        .add_confirmed_email(&server, "intruder@example.net")
        .await;
    stepped_up.add_email("waiting@example.net").await;
    answer(&anna, &intruder, false).await.expect(200);
    let emails = anna.emails().await;
    assert_eq!(emails.len(), 1, "{emails:?}");
    lift(&anna, &anna.password).await.expect(200);
    let forgotten = json!({"login": "intruder@example.net"});
    server
        .http()
        .post("/v1/recovery", &forgotten)
        .await
        .expect(202);
    anna.mails_have_left().await;
    assert!(
        server
            .outbox()
            .tokens("intruder@example.net", "reset-password")
            .is_empty()
    );
}

async fn what_an_intruder_renamed_and_removed_is_back_with_not_me(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let second = anna.add_confirmed_email(&server, "anna@example.com").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let token = alert_token(&server, &anna, 1).await;
    let stepped_up = intruder.stepped_up(None).await;
    stepped_up.change_email(second, "remove").await.expect(200);
    // A second device of theirs adds it again: it is the owner's all the same.
    server.clock().advance_seconds(60);
    let more = anna.on_new_device(&server, "More").await;
    let more = more.stepped_up(None).await;
    more.add_email("anna@example.com").await;
    for username in ["nobody.knows", "nobody.knows.it"] {
        let rename = json!({"username": username});
        stepped_up
            .http
            .post("/v1/username", &rename)
            .await
            .expect(200);
    }
    // Nobody else takes the name that the owner would have back.
    let another = Device::new("Another's");
    let address = "another@example.net";
    let sign_up = another.create_account(&server, "anna", address, &anna.password);
    let problem = server.http().post("/v1/accounts", &sign_up).await.problem();
    assert_eq!(problem.fields[0].code, FieldCode::Taken);
    by_link(&server, &token, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    // The owner signs in by the name they know.
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(anna.profile().await.username, "anna");
    let second = anna.email_of("anna@example.com").await;
    assert!(second.confirmed_at.is_some());
}

async fn what_is_anothers_by_now_is_said_not_to_come_back(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let second = anna.add_confirmed_email(&server, "anna@example.com").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let stepped_up = intruder.stepped_up(None).await;
    stepped_up.change_email(second, "remove").await.expect(200);
    let other = Person::create_confirmed(&server, "other")
        .await
        .stepped_up(None)
        .await;
    other.add_email("anna@example.com").await;
    let token = server
        .outbox()
        .token_of("anna@example.com", "confirm-email", 2)
        .await;
    let link = ConfirmEmail { token };
    let confirmed = server.http().post("/v1/emails/confirm", &link).await;
    confirmed.expect(200);
    answer(&anna, &intruder, false).await.expect(200);
    let activity = anna.bodies::<ActivityEntry>(Collection::Activity).await;
    let subjects: Vec<_> = activity
        .into_iter()
        .filter(|(_, entry)| entry.kind == ActivityKind::NotGivenBack)
        .map(|(_, entry)| entry.subject)
        .collect();
    assert_eq!(subjects, [Some("anna@example.com".to_owned())]);
    let theirs = other.email_of("anna@example.com").await;
    assert!(theirs.confirmed_at.is_some());
}

async fn a_username_that_is_back_already_is_no_loss(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    let stepped_up = intruder.stepped_up(None).await;
    for username in ["nobody.knows", "anna"] {
        let rename = json!({"username": username});
        let renamed = stepped_up.http.post("/v1/username", &rename).await;
        renamed.expect(200);
    }
    answer(&anna, &intruder, false).await.expect(200);
    assert_eq!(anna.profile().await.username, "anna");
    assert_eq!(anna.count_activity(ActivityKind::NotGivenBack).await, 0);
    assert_eq!(anna.count_activity(ActivityKind::UsernameChanged).await, 2);
}

async fn what_an_intruder_with_a_code_left_is_gone_with_not_me(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    server.clock().advance_seconds(30);
    let anna = Protected {
        person: anna.person.stepped_up(Some(&anna.code(&server))).await,
        ..anna
    };
    anna.add_passkey(&server, "Owner's key").await;
    server.clock().advance_seconds(60);
    let mut request =
        Device::new("Intruder").sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(anna.code(&server));
    let signed_in: SignedIn = server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(201)
        .json();
    let mut intruder = anna.person.clone();
    intruder.http = server.http().with_token(&signed_in.token);
    intruder.signed_in = signed_in;
    server.clock().advance_seconds(30);
    let stepped_up = Protected {
        person: intruder.stepped_up(Some(&anna.code(&server))).await,
        ..anna.clone()
    };
    stepped_up.add_passkey(&server, "Intruder's key").await;
    stepped_up.add_passkey(&server, "Intruder's other").await;
    // What nothing could bring back waits for the owner's answer.
    for (name, status) in [("Owner's key", 409), ("Intruder's other", 200)] {
        let passkeys: Vec<(String, Passkey)> = anna.person.bodies(Collection::Passkeys).await;
        let (id, _) = passkeys.iter().find(|(_, key)| key.name == name).unwrap();
        let path = format!("/v1/passkeys/{id}/rename");
        let rename = json!({"name": format!("{name} too")});
        let renamed = stepped_up.person.http.post(&path, &rename).await;
        renamed.expect(status);
        let path = format!("/v1/passkeys/{id}/remove");
        let answer = stepped_up.person.http.post_empty(&path).await;
        answer.expect(status);
    }
    stepped_up
        .person
        .prove_for("disable", &anna.code(&server))
        .await
        .expect_code(ProblemCode::DeviceInQuestion);
    server.clock().advance_seconds(30);
    let theirs: NewRecoveryCodes = stepped_up
        .person
        .prove_for("recovery-codes", &anna.code(&server))
        .await
        .expect(200)
        .json();

    answer(&anna.person, &intruder, false).await.expect(200);
    let passkeys: Vec<(String, Passkey)> = anna.person.bodies(Collection::Passkeys).await;
    let names: Vec<_> = passkeys.iter().map(|(_, key)| key.name.as_str()).collect();
    assert_eq!(names, ["Owner's key"]);
    let factor: Vec<(String, SecondFactor)> = anna.person.bodies(Collection::SecondFactor).await;
    assert!(factor[0].1.enabled_at.is_some(), "the app stays");
    assert_eq!(factor[0].1.recovery_codes_left, 0);
    for (kind, count) in [
        (ActivityKind::PasskeyRemoved, 2),
        (ActivityKind::RecoveryCodesVoided, 1),
    ] {
        assert_eq!(anna.person.count_activity(kind).await, count, "{kind:?}");
    }
    let mut request =
        Device::new("Again").sign_in(&server, &anna.person.username, &anna.person.password);
    request.code = Some(theirs.recovery_codes[0].clone());
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect(422);
}

async fn an_address_that_an_intruder_made_primary_is_gone_with_not_me(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let own = anna.add_confirmed_email(&server, "anna@example.com").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    // With the mailbox of the primary address, the password gives all but the owner's other devices.
    let stepped_up = intruder.stepped_up(None).await;
    let theirs = stepped_up
        .add_confirmed_email(&server, "intruder@example.net")
        .await;
    stepped_up.make_primary(&server, theirs).await;
    let old = stepped_up.email_id(&anna.email).await;
    stepped_up.change_email(old, "remove").await.expect(200);

    answer(&anna, &intruder, false).await.expect(200);
    let emails = anna.emails().await;
    let mut held: Vec<_> = emails
        .iter()
        .map(|(_, email)| (email.address.as_str(), email.primary))
        .collect();
    held.sort_unstable();
    assert_eq!(
        held,
        [("anna@example.com", false), ("anna@example.org", true)]
    );
    assert_eq!(anna.email_id("anna@example.com").await, own);
}

/// One device changes the address, the next one changes it again: the first answer leads back over both.
async fn changes_over_two_devices_are_undone_together(database: Database) {
    const PAGE: &str = "confirm-email-change";
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut intruders = Vec::new();
    for (name, old, new) in [
        ("First", "anna@example.org", "one@example.net"),
        ("Second", "one@example.net", "two@example.net"),
    ] {
        server.clock().advance_seconds(60);
        let intruder = anna.on_new_device(&server, name).await;
        let stepped_up = intruder.stepped_up(None).await;
        let change = json!({"address": new});
        stepped_up
            .http
            .post("/v1/emails/change", &change)
            .await
            .expect(202);
        let before = usize::from(name == "Second");
        for (address, number) in [(new, 1), (old, 1 + before)] {
            let token = server.outbox().token_of(address, PAGE, number).await;
            let confirm = json!({"token": token});
            server
                .http()
                .post("/v1/emails/change/confirm", &confirm)
                .await
                .expect(200);
        }
        intruders.push(intruder);
    }
    assert!(anna.email_of("two@example.net").await.primary);
    answer(&anna, &intruders[0], false).await.expect(200);
    let emails = anna.emails().await;
    assert_eq!(emails.len(), 1, "{emails:?}");
    assert!(anna.email_of("anna@example.org").await.primary);
}

/// As long as the old address itself could undo it, and no longer: the old mailbox may be somebody else's by then.
async fn a_change_of_longer_ago_stays(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let tablet = tablet.stepped_up(None).await;
    let new = tablet
        .add_confirmed_email(&server, "anna@example.com")
        .await;
    tablet.make_primary(&server, new).await;
    server.clock().advance_seconds(8 * 24 * HOUR);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    answer(&anna, &tablet, true).await.expect(200);
    answer(&anna, &intruder, false).await.expect(200);
    assert!(anna.email_of("anna@example.com").await.primary);
    // Neither by an answer about the very device.
    lift(&anna, &anna.password).await.expect(200);
    server.clock().advance_seconds(60);
    let other = anna.on_new_device(&server, "Other").await;
    let other = other.stepped_up(None).await;
    let old = other.email_id("anna@example.org").await;
    other.make_primary(&server, old).await;
    server.clock().advance_seconds(8 * 24 * HOUR);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    answer(&anna, &other, false).await.expect(200);
    assert!(anna.email_of("anna@example.org").await.primary);
}

/// The owner's new device changes the password, an intruder changes it again, and the owner answers for both.
async fn an_answer_about_one_device_voids_nothing_of_another(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let mine = alert_token(&server, &anna, 1).await;
    let tablet = with_password(&tablet, "the owner's new kettle").await;
    server.clock().advance_seconds(60);
    let intruder = tablet.on_new_device(&server, "Intruder").await;
    let not_mine = alert_token(&server, &anna, 2).await;
    with_password(&intruder, "intruder's first secret").await;
    by_link(&server, &mine, "mine").await.expect(200);
    by_link(&server, &not_mine, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    // What the owner knows, and not what the intruder chose.
    tablet.signing_in_on(&server, tablet.device.clone()).await;
}

/// A question that was seen and left open says little after a month, and its device is as likely the owner's.
async fn what_was_added_on_a_device_in_an_old_question_stays(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    tablet
        .stepped_up(None)
        .await
        .add_confirmed_email(&server, "mine@example.net")
        .await;
    server.clock().advance_seconds(31 * 24 * HOUR);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    let intruder = anna.on_new_device(&server, "Intruder").await;
    answer(&anna, &intruder, false).await.expect(200);
    assert!(anna.email_named("mine@example.net").await.is_some());
}

/// The computer is new, or was never to stay signed in: nothing that was there before can lift the freeze.
async fn an_owner_without_a_known_device_is_let_go_by_whoever_runs_the_server(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let unfreeze = |username: &str| server.command("unfreeze", &[username]);
    let said = unfreeze("anna").expect("it runs");
    assert_eq!(said.trim(), "anna is not frozen");
    let complaint = unfreeze("nobody").expect_err("no such account");
    assert!(complaint.contains("no account"), "{complaint}");
    server.clock().advance_seconds(60);
    anna.on_new_device(&server, "Intruder").await;
    let token = alert_token(&server, &anna, 1).await;
    by_link(&server, &token, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    let new = anna.on_new_device(&server, "New computer").await;
    lift(&new, &anna.password)
        .await
        .expect_code(ProblemCode::Frozen);
    unfreeze("anna").expect("it runs");
    eventually("the freeze is lifted", async || {
        (!freeze_of(&new).await.unwrap().holds()).then_some(())
    })
    .await;
    assert_eq!(new.count_activity(ActivityKind::FreezeLifted).await, 1);
    let mail = eventually("the owner is told by whom", async || {
        server
            .outbox()
            .mails_to(&anna.email)
            .into_iter()
            .find(|mail| mail.kind() == "freeze-lifted-by-operator")
    })
    .await;
    assert!(mail.text.contains("“anna”"), "{}", mail.text);
    let stepped_up = new.stepped_up(None).await;
    stepped_up.add_email("anna@example.com").await;
}

async fn what_the_owner_changed_on_a_new_device_stays(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let mine = alert_token(&server, &anna, 1).await;
    let tablet = with_password(&tablet, "the owner's new kettle").await;
    // An intruder on another device, with the password of now: what the owner did is not theirs.
    server.clock().advance_seconds(60);
    let intruder = tablet.on_new_device(&server, "Intruder").await;
    let not_mine = alert_token(&server, &anna, 2).await;
    by_link(&server, &mine, "mine").await.expect(200);
    intruder.check_session().await.expect(200);
    by_link(&server, &not_mine, "not-mine").await.expect(200);
    server.clock().advance_seconds(60);
    let tablet = tablet.signing_in_on(&server, tablet.device.clone()).await;
    assert_eq!(
        tablet.count_activity(ActivityKind::PasswordRestored).await,
        0
    );
}

async fn a_link_answers_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = Person::create_confirmed(server, &race.username()).await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(server, "Phone").await;
    let token = alert_token(server, &anna, 1).await;
    let tries = (0..50).map(|number| {
        let answer = if number % 2 == 0 { "mine" } else { "not-mine" };
        by_link(server, &token, answer)
    });
    let answers = futures_util::future::join_all(tries).await;
    let was_me = the_one_with(200, &answers).is_multiple_of(2);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 410].contains(&answer.status.as_u16()))
    );
    let owner = anna.signing_in_on(server, anna.device.clone()).await;
    let noted = owner.count_activity(ActivityKind::SignInConfirmed).await
        + owner.count_activity(ActivityKind::SignInDisowned).await;
    assert_eq!(noted, 1);
    let alive = phone.check_session().await.status == 200;
    assert_eq!(alive, was_me);
}

async fn a_link_dies_with_the_answer_and_with_its_week(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    let other = anna.add_email("other@example.org").await;
    let link = server.outbox().confirmation("other@example.org", 1).await;
    server.confirm(&link.token().unwrap()).await.expect(200);
    assert!(
        anna.emails()
            .await
            .iter()
            .any(|(id, _)| *id == other.to_string())
    );
    server.clock().advance_seconds(60);
    anna.on_new_device(&server, "Phone").await;
    let first = alert_token(&server, &anna, 1).await;
    let at_other = Person {
        email: "other@example.org".to_owned(),
        ..anna.clone()
    };
    let second = alert_token(&server, &at_other, 1).await;
    assert_ne!(first, second, "each mail has its own");
    by_link(&server, &first, "mine").await.expect(200);
    by_link(&server, &second, "not-mine").await.expect(410);
    by_link(&server, &first, "not-mine").await.expect(410);
    server.clock().advance_seconds(60);
    let tablet = anna.on_new_device(&server, "Tablet").await;
    let late = alert_token(&server, &anna, 2).await;
    server.clock().advance_seconds(7 * 24 * HOUR);
    by_link(&server, &late, "not-mine").await.expect(410);
    tablet.check_session().await.expect(200);
    for nonsense in ["", "x", "..", "%00", &"A".repeat(5000)] {
        let status = by_link(&server, nonsense, "not-mine").await.status;
        assert!(status.is_client_error(), "{status} for {nonsense:?}");
    }
}

async fn opening_a_link_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    let token = alert_token(&server, &anna, 1).await;
    anna.mails_have_left().await;
    let before = anna.records().await;
    let mut pages = Vec::new();
    for path in [token.clone(), format!("{}x", &token[1..])] {
        let path = format!("/sign-in-alert/{path}");
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let request = server.http().request(method.clone(), &path);
            let answer = latchkey_tests::server::Http::send(request)
                .await
                .expect(200);
            if method == Method::GET {
                let page = answer.text().replace(&path[15..], "TOKEN");
                assert!(!page.contains("<script"), "{page}");
                pages.push(page);
            }
        }
    }
    assert!(
        pages.iter().all(|page| *page == pages[0]),
        "the same for every token"
    );
    for answer in ["mine", "not-mine"] {
        let path = format!("/sign-in-alert/{token}/{answer}");
        server.http().get(&path).await.expect(405);
    }
    assert_eq!(anna.records().await, before);
    by_link(&server, &token, "mine").await.expect(200);
    phone.check_session().await.expect(200);
}

async fn a_new_device_does_not_answer_for_itself_or_for_a_newer_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    server.clock().advance_seconds(60);
    let second = anna.on_new_device(&server, "Second").await;
    for (by, about) in [
        (&intruder, &intruder),
        (&second, &intruder),
        (&intruder, &second),
    ] {
        for was_me in [true, false] {
            answer(by, about, was_me)
                .await
                .expect(409)
                .expect_code(ProblemCode::NotAllowedNow);
        }
    }
    // Nobody asked about the first device of all.
    for by in [&intruder, &anna] {
        answer(by, &anna, false).await.expect(409);
    }
    anna.check_session().await.expect(200);
    assert!(freeze_of(&anna).await.is_none());
    answer(&anna, &intruder, false).await.expect(200);
    answer(&anna, &second, false).await.expect(200);
}

async fn foreign_sessions_are_not_answered_for(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mallory = Person::create_confirmed(&server, "mallory").await;
    server.clock().advance_seconds(60);
    let phone = anna.on_new_device(&server, "Phone").await;
    for was_me in [true, false] {
        answer(&mallory, &phone, was_me).await.expect(404);
    }
    for id in ["x", "00000000-0000-7000-8000-000000000000"] {
        let path = format!("/v1/sessions/{id}/answer");
        anna.http
            .post(&path, &json!({"was_me": false}))
            .await
            .expect(404);
    }
    phone.check_session().await.expect(200);
    let alert = anna.session(phone.session_id()).await.alert;
    assert!(alert.is_some_and(|alert| alert.is_open()));
}

async fn a_disowned_device_comes_as_a_stranger(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let intruder = anna.on_new_device(&server, "Intruder").await;
    alert_token(&server, &anna, 1).await;
    answer(&anna, &intruder, false).await.expect(200);
    // It has no tries of its own any more, but waits with all strangers.
    for _ in 0..5 {
        let request = Device::new("Bot").sign_in(&server, "anna", "not the password");
        let wrong = server.http().post("/v1/sessions", &request).await;
        wrong.expect_code(ProblemCode::SignInRefused);
    }
    let request = intruder.device.sign_in(&server, "anna", &anna.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    server.clock().advance_seconds(60);
    let again = anna.signing_in_on(&server, intruder.device.clone()).await;
    let session = anna.session(again.session_id()).await;
    assert!(session.new_device && session.alert.is_some_and(|alert| alert.is_open()));
    alert_token(&server, &anna, 2).await;
    let new = ActivityKind::SignedInFromNewDevice;
    assert_eq!(anna.count_activity(new).await, 2);
}

async fn a_lost_answer_loses_no_question(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    server.clock().advance_seconds(60);
    let device = Device::new("Phone");
    // The answer to the first sign-in does not reach the device, so it signs in again.
    let lost = anna.signing_in_on(&server, device.clone()).await;
    let token = alert_token(&server, &anna, 1).await;
    let phone = anna.signing_in_on(&server, device).await;
    assert_ne!(lost.session_id(), phone.session_id());
    let alert = anna.session(phone.session_id()).await.alert;
    assert!(alert.is_some_and(|alert| alert.is_open()));
    by_link(&server, &token, "not-mine").await.expect(200);
    phone.check_session().await.expect(401);
}

/// CVE-2021-38189, and a mail of ours that carries somebody else's link.
async fn a_name_makes_no_link_and_no_header(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    for name in [
        "x\r\nBcc: evil@example.org",
        "x\nSubject: y",
        "\u{202E}gnp.exe",
        "\u{3164}",
    ] {
        let request = Device::new(name).sign_in(&server, &anna.username, &anna.password);
        server
            .http()
            .post("/v1/sessions", &request)
            .await
            .expect(422);
    }
    server.clock().advance_seconds(60);
    let mut device =
        Device::new("Locked! Go to https://evil.example/unlock or <a href=//evil.example>");
    "www.evil.example mailto:evil@evil.example"
        .clone_into(&mut device.description.operating_system);
    anna.signing_in_on(&server, device).await;
    alert_token(&server, &anna, 1).await;
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
    let alerts = || {
        let mails = server.outbox().mails_to(&anna.email);
        mails
            .iter()
            .filter(|mail| mail.text.contains("/sign-in-alert/"))
            .count()
    };
    for number in 0..12 {
        server.clock().advance_seconds(60);
        let device = anna
            .on_new_device(&server, &format!("Device {number}"))
            .await;
        let alert = anna.session(device.session_id()).await.alert;
        assert!(
            alert.is_some_and(|alert| alert.is_open()),
            "asked all the same"
        );
    }
    anna.mails_have_left().await;
    assert_eq!(alerts(), 5);
    server.clock().advance_seconds(HOUR);
    anna.on_new_device(&server, "An hour later").await;
    anna.mails_have_left().await;
    assert_eq!(alerts(), 6);
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
