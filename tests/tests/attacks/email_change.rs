//! Changes of the primary e-mail address and of the username: without proof, with stolen links, against their undoing.

use futures_util::future::join_all;
use latchkey_protocol::accounts::ChangeUsername;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::email_change::{
    ChangeEmail, ConfirmEmailChange, EmailChange, EmailChangeAccepted, EmailChangeConfirmed,
    EmailChangeState,
};
use latchkey_protocol::identifiers::EmailChangeId;
use latchkey_protocol::mail::{Mail as MailRecord, MailKind};
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::sessions::{EndedReason, SignedIn};
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Person, Protected, Race, ServerUnderTest, eventually,
    the_one_with,
};
use latchkey_tests::{on_both_databases, races};
use reqwest::Method;

on_both_databases!(
    without_a_second_factor_both_addresses_confirm,
    with_a_second_factor_the_new_address_confirms,
    a_young_second_factor_speaks_for_nobody,
    a_change_takes_the_password,
    a_change_refuses_what_is_no_other_address,
    a_link_counts_for_its_own_change_alone,
    a_link_counts_for_its_own_purpose_alone,
    links_that_confirm_expire_and_so_does_the_change,
    opening_a_link_changes_nothing,
    asking_does_not_tell_whose_address_it_is,
    an_address_confirmed_elsewhere_meanwhile_is_refused,
    a_change_is_stopped_in_the_app_and_by_its_owner_alone,
    a_change_that_waits_is_stopped_from_the_old_address,
    a_change_is_taken_back_for_thirty_days,
    an_address_that_can_take_back_is_not_removed,
    stopping_a_change_suspends_what_was_added_meanwhile,
    a_further_address_is_made_primary_with_the_consent_of_the_old_one,
    a_further_address_made_primary_is_undone_like_any_change,
    an_address_of_longer_ago_is_not_lost_by_stopping_a_change_to_it,
    making_addresses_primary_fills_no_mailbox,
    an_address_that_was_given_up_does_not_come_back_by_a_consent,
    a_primary_address_moves_once_in_thirty_days,
    a_username_takes_the_password_and_is_nobodys_else,
);

races!(
    a_link_confirms_once_of_fifty_at_the_same_time,
    an_undoing_counts_once_of_fifty_at_the_same_time,
);

async fn ask(person: &Person, address: &str) -> Answer {
    let address = address.to_owned();
    person
        .http
        .post("/v1/emails/change", &ChangeEmail { address })
        .await
}

async fn begin(person: &Person, address: &str) -> EmailChangeId {
    ask(person, address)
        .await
        .expect(202)
        .json::<EmailChangeAccepted>()
        .change_id
}

async fn confirm(server: &ServerUnderTest, token: &str) -> Answer {
    let token = token.to_owned();
    server
        .http()
        .post("/v1/emails/change/confirm", &ConfirmEmailChange { token })
        .await
}

async fn undo(server: &ServerUnderTest, token: &str) -> Answer {
    server
        .http()
        .post_empty(&format!("/undo-email-change/{token}"))
        .await
}

/// The token after `/PAGE/` in the `number`-th mail to `address` that has such a link, counted from 1.
async fn token(server: &ServerUnderTest, address: &str, page: &str, number: usize) -> String {
    eventually(
        &format!("link {number} to {page} for {address}"),
        async || {
            server
                .outbox()
                .mails_to(address)
                .iter()
                .filter_map(|mail| mail.token_of(page))
                .nth(number - 1)
        },
    )
    .await
}

async fn change(person: &Person, id: EmailChangeId) -> EmailChange {
    person
        .bodies(Collection::EmailChanges)
        .await
        .into_iter()
        .find(|(found, _)| *found == id.to_string())
        .expect("the change's record")
        .1
}

async fn primary(person: &Person) -> String {
    let emails = person.emails().await;
    let mut primary = emails.iter().filter(|(_, email)| email.primary);
    let found = primary.next().expect("a primary address").1.clone();
    assert!(primary.next().is_none(), "one primary address");
    found.address
}

async fn mails(person: &Person, kind: MailKind) -> Vec<String> {
    person
        .bodies::<MailRecord>(Collection::Mails)
        .await
        .into_iter()
        .filter(|(_, mail)| mail.kind == kind)
        .map(|(_, mail)| mail.recipient)
        .collect()
}

const CONFIRM: &str = "confirm-email-change";
const UNDO: &str = "undo-email-change";
const OLD: &str = "anna@example.org";
const NEW: &str = "anna@example.com";

async fn stepped_up(server: &ServerUnderTest) -> Person {
    stepped_up_as(server, "anna").await
}

async fn stepped_up_as(server: &ServerUnderTest, username: &str) -> Person {
    let person = Person::create_confirmed(server, username).await;
    person.stepped_up(None).await
}

/// Has the change to `address` asked for and confirmed by both sides; `number` is how many were before.
async fn completed(
    server: &ServerUnderTest,
    person: &Person,
    (old, new): (&str, &str),
) -> EmailChangeId {
    let id = begin(person, new).await;
    let link = token(server, new, CONFIRM, 1).await;
    confirm(server, &link).await.expect(200);
    let link = token(server, old, CONFIRM, 1 + usize::from(old != person.email)).await;
    confirm(server, &link).await.expect(200);
    assert_eq!(change(person, id).await.state, EmailChangeState::Completed);
    id
}

async fn without_a_second_factor_both_addresses_confirm(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = begin(&anna, NEW).await;
    let pending = change(&anna, id).await;
    assert!(pending.old_must_confirm);
    assert_eq!(pending.state, EmailChangeState::Pending);
    assert_eq!(primary(&anna).await, OLD);
    let by_new = token(&server, NEW, CONFIRM, 1).await;
    let answer: EmailChangeConfirmed = confirm(&server, &by_new).await.expect(200).json();
    assert!(!answer.completed);
    assert_eq!(primary(&anna).await, OLD, "the old one has not confirmed");
    let by_old = token(&server, OLD, CONFIRM, 1).await;
    let answer: EmailChangeConfirmed = confirm(&server, &by_old).await.expect(200).json();
    assert!(answer.completed);
    assert_eq!(answer.new_address, NEW);
    assert_eq!(primary(&anna).await, NEW);
    // The old one stays, to sign in with and to be told.
    let (_, old) = anna.email_named(OLD).await.unwrap();
    assert!(old.confirmed_at.is_some() && !old.primary);
    assert_eq!(mails(&anna, MailKind::EmailChangeRequested).await, [OLD]);
    assert_eq!(mails(&anna, MailKind::EmailChangeCompleted).await, [OLD]);
    assert_eq!(mails(&anna, MailKind::EmailMadePrimary).await, [NEW]);
    for kind in [
        ActivityKind::EmailChangeRequested,
        ActivityKind::EmailChangeCompleted,
    ] {
        assert_eq!(anna.count_activity(kind).await, 1, "{kind:?}");
    }
    // The session goes on, and both names sign in.
    anna.check_session().await.expect(200);
    for login in [OLD, NEW] {
        let request = Device::new("d").sign_in(&server, login, &anna.password);
        server
            .http()
            .post("/v1/sessions", &request)
            .await
            .expect(201);
    }
}

/// Within a step-up, with a second factor that is so many seconds old.
async fn protected_for(server: &ServerUnderTest, seconds: i64) -> Person {
    let anna = Protected::create(server, "anna").await;
    // The code that turned it on came half a minute earlier.
    server.clock().advance_seconds(seconds - 60);
    let mut request = anna
        .person
        .device
        .sign_in(server, "anna", &anna.person.password);
    request.code = Some(anna.code(server));
    let answer = server.http().post("/v1/sessions", &request).await;
    let signed_in: SignedIn = answer.expect(201).json();
    server.clock().advance_seconds(30);
    let person = Person {
        http: server.http().with_token(&signed_in.token),
        signed_in,
        ..anna.person.clone()
    };
    person.stepped_up(Some(&anna.code(server))).await
}

/// The same with one that is old enough to speak for its owner.
async fn long_protected(server: &ServerUnderTest) -> Person {
    protected_for(server, 30 * 86_400).await
}

async fn with_a_second_factor_the_new_address_confirms(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let person = long_protected(&server).await;
    let id = begin(&person, NEW).await;
    assert!(!change(&person, id).await.old_must_confirm);
    let link = token(&server, NEW, CONFIRM, 1).await;
    let answer: EmailChangeConfirmed = confirm(&server, &link).await.expect(200).json();
    assert!(answer.completed);
    assert_eq!(primary(&person).await, NEW);
    assert_eq!(
        mails(&person, MailKind::ApproveEmailChange).await,
        [""; 0],
        "the old one is told, not asked"
    );
}

/// Whoever has the password alone turns a second factor of their own on, and is asked for no consent after that.
async fn a_young_second_factor_speaks_for_nobody(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let person = protected_for(&server, 30 * 86_400 - 1).await;
    let id = begin(&person, NEW).await;
    let link = token(&server, NEW, CONFIRM, 1).await;
    confirm(&server, &link).await.expect(200);
    let waiting = change(&person, id).await;
    assert!(waiting.old_must_confirm);
    assert_eq!(waiting.state, EmailChangeState::Pending);
    assert_eq!(primary(&person).await, OLD);
}

/// CVE-2025-55155: an open session was enough to change the address.
async fn a_change_takes_the_password(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    ask(&anna, NEW).await.expect_code(ProblemCode::StepUpNeeded);
    let anna = anna.stepped_up(None).await;
    server.clock().advance_seconds(600);
    ask(&anna, NEW).await.expect_code(ProblemCode::StepUpNeeded);
    assert!(
        anna.bodies::<EmailChange>(Collection::EmailChanges)
            .await
            .is_empty()
    );
}

async fn a_change_refuses_what_is_no_other_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let pending = Person::create(&server, "piotr").await;
    let pending = pending.stepped_up(None).await;
    ask(&pending, NEW)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    let anna = stepped_up(&server).await;
    for (address, code) in [
        ("Anna@Example.ORG.", FieldCode::Unchanged),
        ("", FieldCode::Required),
        ("anna", FieldCode::NotAnEmailAddress),
        (
            "a@example.com\r\nBcc: b@example.com",
            FieldCode::NotAnEmailAddress,
        ),
        ("a@example.com,b@example.com", FieldCode::NotAnEmailAddress),
    ] {
        let problem = ask(&anna, address).await.problem();
        assert_eq!(problem.code, ProblemCode::InvalidFields, "{address:?}");
        assert_eq!(problem.fields[0].code, code, "{address:?}");
    }
    anna.http
        .post("/v1/emails/change", &serde_json::json!({"address": [NEW]}))
        .await
        .expect_code(ProblemCode::Malformed);
}

/// CVE-2026-9087: a confirmation for one address confirmed the one that was asked for after it.
async fn a_link_counts_for_its_own_change_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Protected::create(&server, "anna").await;
    let code = anna.code(&server);
    let anna = anna.person.stepped_up(Some(&code)).await;
    let first = begin(&anna, "mine@example.com").await;
    let link = token(&server, "mine@example.com", CONFIRM, 1).await;
    let second = begin(&anna, "victim@example.com").await;
    confirm(&server, &link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    assert_eq!(primary(&anna).await, OLD);
    assert_eq!(
        change(&anna, first).await.state,
        EmailChangeState::Cancelled
    );
    assert_eq!(change(&anna, second).await.state, EmailChangeState::Pending);
    assert!(anna.email_named("victim@example.com").await.is_none());
}

async fn a_link_counts_for_its_own_purpose_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = begin(&anna, NEW).await;
    let by_new = token(&server, NEW, CONFIRM, 1).await;
    let undoing = token(&server, OLD, UNDO, 1).await;
    // What the new address has stops nothing, and what stops confirms nothing.
    undo(&server, &by_new).await.expect(410);
    confirm(&server, &undoing)
        .await
        .expect_code(ProblemCode::LinkSpent);
    server
        .confirm(&by_new)
        .await
        .expect_code(ProblemCode::LinkSpent);
    // Twice from the same address is not from both.
    confirm(&server, &by_new).await.expect(200);
    confirm(&server, &by_new)
        .await
        .expect_code(ProblemCode::AlreadyConfirmed);
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Pending);
    assert_eq!(primary(&anna).await, OLD);
    for made_up in ["", "x", &"A".repeat(43), "%00"] {
        confirm(&server, made_up)
            .await
            .expect_code(ProblemCode::LinkSpent);
    }
}

async fn a_link_confirms_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = stepped_up_as(server, &race.username()).await;
    let new = race.address();
    begin(&anna, &new).await;
    let link = token(server, &new, CONFIRM, 1).await;
    let answers = join_all((0..50).map(|_| confirm(server, &link))).await;
    the_one_with(200, &answers);
}

async fn links_that_confirm_expire_and_so_does_the_change(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = begin(&anna, NEW).await;
    let by_new = token(&server, NEW, CONFIRM, 1).await;
    let by_old = token(&server, OLD, CONFIRM, 1).await;
    server.clock().advance_seconds(86_399);
    confirm(&server, &by_new).await.expect(200);
    server.clock().advance_seconds(1);
    confirm(&server, &by_old)
        .await
        .expect_code(ProblemCode::LinkSpent);
    server.clock().advance_seconds(2 * 86_400);
    // It tidies when it starts.
    server.kill().await;
    server.start_again().await;
    let anna = anna.at(&server);
    eventually("the change is given up", async || {
        (change(&anna, id).await.state == EmailChangeState::Cancelled).then_some(())
    })
    .await;
}

/// Mail scanners open links, some with HEAD, before the person does.
async fn opening_a_link_changes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = begin(&anna, NEW).await;
    let confirming = token(&server, NEW, CONFIRM, 1).await;
    let undoing = token(&server, OLD, UNDO, 1).await;
    let before = change(&anna, id).await;
    for path in [
        format!("/{CONFIRM}/{confirming}"),
        format!("/{UNDO}/{undoing}"),
    ] {
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let answer = Http::send(server.http().request(method.clone(), &path)).await;
            assert_eq!(answer.status, 200, "{method} {path}");
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'"), "{policy}");
        }
        let page = server.http().get(&path).await.text();
        assert!(
            page.contains("<form") && !page.contains("<script"),
            "{page}"
        );
    }
    assert_eq!(change(&anna, id).await, before);
    anna.check_session().await.expect(200);
    // The button does it, in the browser's language.
    let german = server.http().with_header("Accept-Language", "de");
    let page = german
        .post_empty(&format!("/{CONFIRM}/{confirming}"))
        .await
        .expect(200);
    assert!(page.text().contains("lang=\"de\""));
    assert!(change(&anna, id).await.new_confirmed_at.is_some());
}

async fn asking_does_not_tell_whose_address_it_is(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let victim = Person::create_confirmed(&server, "victim").await;
    let anna = stepped_up(&server).await;
    let taken = ask(&anna, &victim.email).await;
    assert_eq!(taken.status, 202);
    // The owner is warned and gets no link with which to confirm it for somebody else.
    let warned = eventually("a warning to the owner", async || {
        let mails = server.outbox().mails_to(&victim.email);
        (mails.len() >= 2).then_some(mails)
    })
    .await;
    assert!(warned.iter().all(|mail| mail.token_of(CONFIRM).is_none()));
    // Only now: a newer change withdraws what waits for the older one.
    let free = ask(&anna, "nobody@example.com").await;
    assert_eq!(free.status, 202);
    assert_eq!(taken.body.len(), free.body.len());
}

async fn an_address_confirmed_elsewhere_meanwhile_is_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = long_protected(&server).await;
    let id = begin(&anna, "owner@example.com").await;
    let link = token(&server, "owner@example.com", CONFIRM, 1).await;
    let owner = Person::create_with_email(&server, "owner", "owner@example.com").await;
    let owners = token(&server, "owner@example.com", "confirm-email", 1).await;
    server.confirm(&owners).await.expect(200);
    confirm(&server, &link)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    assert_eq!(primary(&anna).await, OLD);
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Pending);
    assert_eq!(primary(&owner).await, "owner@example.com");
}

async fn a_change_is_stopped_in_the_app_and_by_its_owner_alone(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let mallory = Person::create_confirmed(&server, "mallory").await;
    let id = begin(&anna, NEW).await;
    let link = token(&server, NEW, CONFIRM, 1).await;
    let path = format!("/v1/emails/changes/{id}/cancel");
    mallory
        .http
        .post_empty(&path)
        .await
        .expect_code(ProblemCode::NotFound);
    anna.http.post_empty(&path).await.expect(200);
    anna.http
        .post_empty(&path)
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    confirm(&server, &link)
        .await
        .expect_code(ProblemCode::LinkSpent);
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Cancelled);
    anna.check_session().await.expect(200);
}

async fn a_change_that_waits_is_stopped_from_the_old_address(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let thief = stepped_up(&server).await;
    let id = begin(&thief, NEW).await;
    let confirming = token(&server, NEW, CONFIRM, 1).await;
    let undoing = token(&server, OLD, UNDO, 1).await;
    let page = undo(&server, &undoing).await.expect(200);
    assert!(page.text().contains("/forgot-password"), "{}", page.text());
    thief
        .check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
    confirm(&server, &confirming)
        .await
        .expect_code(ProblemCode::LinkSpent);
    undo(&server, &undoing).await.expect(410);
    let anna = thief.recovered(&server).await;
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Cancelled);
    assert_eq!(primary(&anna).await, OLD);
}

async fn a_change_is_taken_back_for_thirty_days(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let thief = stepped_up(&server).await;
    let other = thief.on_new_device(&server, "Elsewhere").await;
    let id = completed(&server, &thief, (OLD, NEW)).await;
    let days = async |days: i64| {
        for _ in 0..days {
            server.clock().advance_seconds(86_400);
            for session in [&thief, &other] {
                session.check_session().await;
            }
        }
    };
    days(12).await;
    let undoing = token(&server, OLD, UNDO, 2).await;
    undo(&server, &undoing).await.expect(200);
    for session in [&thief, &other] {
        let problem = session.check_session().await.problem();
        assert_eq!(problem.code, ProblemCode::SessionEnded);
        assert_eq!(problem.ended.unwrap().reason, EndedReason::Disowned);
    }
    let anna = thief.recovered(&server).await;
    assert_eq!(primary(&anna).await, OLD);
    assert!(anna.email_of(NEW).await.suspended_at.is_some());
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Undone);
    assert_eq!(
        anna.count_activity(ActivityKind::EmailChangeUndone).await,
        1
    );
    assert_eq!(mails(&anna, MailKind::EmailChangeUndone).await, [OLD]);
    let request = Device::new("d").sign_in(&server, NEW, &anna.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SignInRefused);

    // A second later than 30 days it stays.
    days(7).await;
    let anna = anna.stepped_up(None).await;
    begin(&anna, "later@example.com").await;
    let link = token(&server, "later@example.com", CONFIRM, 1).await;
    confirm(&server, &link).await.expect(200);
    let link = token(&server, OLD, CONFIRM, 2).await;
    confirm(&server, &link).await.expect(200);
    let undoing = token(&server, OLD, UNDO, 4).await;
    server.clock().advance_seconds(30 * 86_400);
    undo(&server, &undoing).await.expect(410);
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    assert_eq!(primary(&anna).await, "later@example.com");
}

async fn an_undoing_counts_once_of_fifty_at_the_same_time(race: &Race) {
    let server = &race.server;
    let anna = stepped_up_as(server, &race.username()).await;
    let old = &anna.email;
    completed(server, &anna, (old, &race.address())).await;
    let (first, second) = (
        token(server, old, UNDO, 1).await,
        token(server, old, UNDO, 2).await,
    );
    let tries = (0..50).map(|number| undo(server, if number % 2 == 0 { &first } else { &second }));
    let answers = join_all(tries).await;
    the_one_with(200, &answers);
    let owner = anna.recovered(server).await;
    assert_eq!(primary(&owner).await, anna.email);
}

async fn an_address_that_can_take_back_is_not_removed(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let thief = stepped_up(&server).await;
    completed(&server, &thief, (OLD, NEW)).await;
    // Whoever took the account removes the old address and adds more of their own.
    let old = thief.email_id(OLD).await;
    let refused = thief.change_email(old, "remove").await;
    refused.expect_code(ProblemCode::NotAllowedNow);
    let theirs = "thief@example.net";
    thief.add_confirmed_email(&server, theirs).await;
    let undoing = token(&server, OLD, UNDO, 2).await;
    undo(&server, &undoing).await.expect(200);
    let anna = thief.recovered(&server).await;
    assert_eq!(primary(&anna).await, OLD);
    for address in [NEW, theirs] {
        let email = anna.email_of(address).await;
        assert!(email.suspended_at.is_some(), "{email:?}");
    }
}

async fn stopping_a_change_suspends_what_was_added_meanwhile(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let thief = stepped_up(&server).await;
    let id = begin(&thief, NEW).await;
    let undoing = token(&server, OLD, UNDO, 1).await;
    server.clock().advance_seconds(60);
    // By which a new password could be asked for once the change is stopped.
    thief
        .add_confirmed_email(&server, "thief@example.net")
        .await;
    undo(&server, &undoing).await.expect(200);
    let anna = thief.recovered(&server).await;
    let theirs = anna.email_of("thief@example.net").await;
    assert!(theirs.suspended_at.is_some());
    assert_eq!(change(&anna, id).await.state, EmailChangeState::Cancelled);
    let told = mails(&anna, MailKind::AccountSecured).await;
    assert!(told.contains(&OLD.to_owned()), "{told:?}");
}

/// Around the change: a further address, confirmed by its own mailbox alone, is made primary and the old one removed.
async fn a_further_address_is_made_primary_with_the_consent_of_the_old_one(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = anna.add_confirmed_email(&server, NEW).await;
    anna.change_email(id, "primary").await.expect(200);
    assert_eq!(primary(&anna).await, OLD);
    assert_eq!(mails(&anna, MailKind::EmailChangeRequested).await, [OLD]);
    assert_eq!(mails(&anna, MailKind::ApproveEmailChange).await, [OLD]);
    let old = anna.email_id(OLD).await;
    anna.change_email(old, "remove")
        .await
        .expect_code(ProblemCode::NotAllowedNow);
    // The new address has nothing more to say.
    assert_eq!(mails(&anna, MailKind::ConfirmEmailChange).await, [""; 0]);
    let consent = token(&server, OLD, CONFIRM, 1).await;
    confirm(&server, &consent).await.expect(200);
    assert_eq!(primary(&anna).await, NEW);
    // And yet the old one takes it back.
    let undoing = token(&server, OLD, UNDO, 2).await;
    undo(&server, &undoing).await.expect(200);
    let anna = anna.recovered(&server).await;
    assert_eq!(primary(&anna).await, OLD);
    assert!(anna.email_of(NEW).await.suspended_at.is_some());
}

async fn a_further_address_made_primary_is_undone_like_any_change(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = long_protected(&server).await;
    let id = anna.add_confirmed_email(&server, NEW).await;
    server.clock().advance_seconds(60);
    anna.change_email(id, "primary").await.expect(200);
    assert_eq!(primary(&anna).await, NEW);
    server.clock().advance_seconds(6 * 86_400);
    let undoing = token(&server, OLD, UNDO, 1).await;
    undo(&server, &undoing).await.expect(200);
    anna.check_session()
        .await
        .expect_code(ProblemCode::SessionEnded);
    let request = Device::new("d").sign_in(&server, NEW, &anna.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::SignInRefused);
    let request = Device::new("d").sign_in(&server, OLD, &anna.password);
    server
        .http()
        .post("/v1/sessions", &request)
        .await
        .expect_code(ProblemCode::PasswordSpoiled);
}

/// "Make primary" and the owner's own "stop it" don't strip the account of its second address.
async fn an_address_of_longer_ago_is_not_lost_by_stopping_a_change_to_it(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = anna.add_confirmed_email(&server, NEW).await;
    server.clock().advance_seconds(8 * 86_400);
    let anna = anna.stepped_up(None).await;
    anna.change_email(id, "primary").await.expect(200);
    let undoing = token(&server, OLD, UNDO, 1).await;
    undo(&server, &undoing).await.expect(200);
    let anna = anna.recovered(&server).await;
    assert_eq!(primary(&anna).await, OLD);
    let kept = anna.email_of(NEW).await;
    assert!(kept.confirmed_at.is_some() && kept.suspended_at.is_some());
}

async fn making_addresses_primary_fills_no_mailbox(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = anna.add_confirmed_email(&server, NEW).await;
    // The first link of the address was counted when it was added.
    for _ in 0..2 {
        anna.change_email(id, "primary").await.expect(200);
    }
    anna.change_email(id, "primary")
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    assert_eq!(mails(&anna, MailKind::EmailChangeRequested).await.len(), 2);
}

async fn an_address_that_was_given_up_does_not_come_back_by_a_consent(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = stepped_up(&server).await;
    let id = anna.add_confirmed_email(&server, NEW).await;
    anna.change_email(id, "primary").await.expect(200);
    let consent = token(&server, OLD, CONFIRM, 1).await;
    anna.change_email(id, "remove").await.expect(200);
    confirm(&server, &consent)
        .await
        .expect_code(ProblemCode::LinkSpent);
    assert!(anna.email_named(NEW).await.is_none());
    assert_eq!(primary(&anna).await, OLD);
}

/// Changing it twice would take the first address its way back.
async fn a_primary_address_moves_once_in_thirty_days(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let thief = stepped_up(&server).await;
    let further = "further@example.net";
    let further_id = thief.add_confirmed_email(&server, further).await;
    completed(&server, &thief, (OLD, NEW)).await;
    let again = ask(&thief, "two@example.net").await;
    again.expect_code(ProblemCode::NotAllowedNow);
    let old = thief.email_id(OLD).await;
    for id in [further_id, old] {
        let refused = thief.change_email(id, "primary").await;
        refused.expect_code(ProblemCode::NotAllowedNow);
    }
    server.clock().advance_seconds(30 * 86_400);
    let thief = thief.signing_in_on(&server, thief.device.clone()).await;
    let thief = thief.stepped_up(None).await;
    begin(&thief, "two@example.net").await;
}

async fn a_username_takes_the_password_and_is_nobodys_else(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create(&server, "piotr").await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let rename = async |person: &Person, username: &str| {
        let username = username.to_owned();
        person
            .http
            .post("/v1/username", &ChangeUsername { username })
            .await
    };
    rename(&anna, "anna.k")
        .await
        .expect_code(ProblemCode::StepUpNeeded);
    let anna = anna.stepped_up(None).await;
    for (username, code) in [
        (" ANNA ", FieldCode::Unchanged),
        ("Piotr", FieldCode::Taken),
        ("anna@example.org", FieldCode::InvalidCharacters),
        ("a", FieldCode::TooShort),
    ] {
        let problem = rename(&anna, username).await.problem();
        assert_eq!(problem.fields[0].field, "username");
        assert_eq!(problem.fields[0].code, code, "{username}");
    }
    rename(&anna, "Anna.K").await.expect(200);
    assert_eq!(anna.profile().await.username, "anna.k");
    assert_eq!(anna.count_activity(ActivityKind::UsernameChanged).await, 1);
    assert_eq!(mails(&anna, MailKind::UsernameChanged).await, [OLD]);
    let sign_in = async |login: &str| {
        let request = Device::new("d").sign_in(&server, login, &anna.password);
        server.http().post("/v1/sessions", &request).await
    };
    sign_in("anna.k").await.expect(201);
    sign_in("anna")
        .await
        .expect_code(ProblemCode::SignInRefused);
    anna.check_session().await.expect(200);
}
