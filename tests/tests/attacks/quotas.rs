//! What an account can make without end, and whom it can have mails sent to.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::mail::{MailKind, MailStatus};
use latchkey_protocol::password::{ChangePassword, PasswordChanged};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::recovery::{RequestRecovery, ResetPassword};
use latchkey_protocol::sessions::{EndedReason, SignedIn};
use latchkey_protocol::sync::Collection;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Person, ServerUnderTest, Settings, eventually,
};

on_both_databases!(
    edits_are_counted_for_the_account_and_come_back_bit_by_bit,
    what_one_session_changes_is_counted_for_it_alone,
    changes_of_what_guards_an_account_are_counted_and_given_back_by_a_reset,
    a_sign_in_too_many_ends_the_device_that_is_idle_for_longest,
    whoever_signs_in_over_and_over_puts_out_no_device_of_the_owner,
    new_devices_are_counted_and_hold_no_known_one_back,
    links_are_counted_for_the_address_that_asks,
    a_tag_is_no_other_mailbox,
    mails_over_the_budget_wait_and_those_that_guard_go_first,
    what_an_owner_needs_at_once_waits_behind_no_other_mail,
    a_password_is_changed_three_times_a_day_and_then_by_a_mailed_link,
    activity_of_more_than_a_year_ago_is_summed_up,
);

const DAY: i64 = 86_400;

async fn start(database: Database, settings: &[(&str, u32)]) -> ServerUnderTest {
    let with =
        |all: Settings, (name, value): &(&str, u32)| all.with(&format!("QUOTAS__{name}"), value);
    let settings = settings.iter().fold(Settings::default(), with);
    ServerUnderTest::start_in_process_with(database, settings).await
}

async fn rename(person: &Person, number: u32) -> Answer {
    let base = person.revision().await;
    let edit = person.profile_edit("display_name", &format!("Anna {number}"), base);
    person.http.post("/v1/edits", &edit).await
}

fn expect_quota(answer: &Answer, quota: Quota) {
    let problem = answer.problem();
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(problem.code, ProblemCode::QuotaReached);
    assert_eq!(problem.quota, Some(quota));
    assert!((1..=86_400).contains(&problem.retry_after_seconds.unwrap()));
}

async fn edits_are_counted_for_the_account_and_come_back_bit_by_bit(database: Database) {
    let server = start(database, &[("EDITS_PER_DAY", 10)]).await;
    let anna = Person::create(&server, "anna").await;
    let phone = anna.on_new_device(&server, "Phone").await;
    for number in 0..10 {
        let device = if number % 2 == 0 { &anna } else { &phone };
        rename(device, number).await.expect(200);
    }
    for device in [&anna, &phone] {
        expect_quota(&rename(device, 10).await, Quota::Edits);
    }
    let bruno = Person::create(&server, "bruno").await;
    rename(&bruno, 0).await.expect(200);
    server.clock().advance_seconds(DAY / 10);
    rename(&anna, 11).await.expect(200);
    expect_quota(&rename(&anna, 12).await, Quota::Edits);
    assert_eq!(anna.profile().await.display_name, "Anna 11");
}

async fn what_one_session_changes_is_counted_for_it_alone(database: Database) {
    let server = start(database, &[("CHANGES_PER_DAY", 10)]).await;
    let anna = Person::create(&server, "anna").await;
    let thief = anna.on_new_device(&server, "Stolen").await;
    for number in 0..10 {
        rename(&thief, number).await.expect(200);
    }
    expect_quota(&rename(&thief, 10).await, Quota::Changes);
    anna.end_one(thief.session_id()).await.expect(200);
}

async fn changes_of_what_guards_an_account_are_counted_and_given_back_by_a_reset(
    database: Database,
) {
    let server = start(database, &[("SECURITY_CHANGES_PER_DAY", 5)]).await;
    let mut anna = Person::create_confirmed(&server, "anna")
        .await
        .stepped_up(None)
        .await;
    for number in 0..5 {
        anna.add_email(&format!("number{number}@example.org")).await;
    }
    let refused = anna.try_add_email("number5@example.org").await;
    expect_quota(&refused, Quota::SecurityChanges);
    let request = RequestRecovery {
        login: "anna".to_owned(),
        device: None,
    };
    server
        .http()
        .post("/v1/recovery", &request)
        .await
        .expect(202);
    let outbox = server.outbox();
    let token = outbox.token_of(&anna.email, "reset-password", 1).await;
    let new_password = "a copper lantern beside the door".to_owned();
    let request = ResetPassword {
        token,
        new_password: new_password.clone(),
        code: None,
    };
    let answer = server.http().post("/v1/recovery/reset", &request).await;
    answer.expect(204);
    anna.password = new_password;
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    let anna = anna.stepped_up(None).await;
    anna.add_email("number5@example.org").await;
}

/// ASVS V7.1.2.
async fn a_sign_in_too_many_ends_the_device_that_is_idle_for_longest(database: Database) {
    let server = start(database, &[("SESSIONS", 3)]).await;
    let anna = Person::create(&server, "anna").await;
    let mut devices = vec![anna.clone()];
    for name in ["Phone", "Tablet"] {
        server.tick();
        let device = anna.on_new_device(&server, name).await;
        devices.push(device);
    }
    // The first is used, and known to be.
    server.clock().advance_seconds(3600);
    anna.check_session().await.expect(200);
    let written = latchkey_server::sessions::write_last_active(server.state());
    written.await.unwrap();
    let newest = anna.on_new_device(&server, "Laptop").await;
    let refused = devices[1].check_session().await;
    let refused = refused.expect_code(ProblemCode::SessionEnded);
    let notice = refused.problem().ended.unwrap();
    assert_eq!(notice.reason, EndedReason::TooManyDevices);
    assert_eq!(notice.by_device_name.as_deref(), Some("Laptop"));
    for live in [&devices[0], &devices[2], &newest] {
        live.check_session().await.expect(200);
    }
    let record = anna.session(devices[1].session_id()).await;
    assert_eq!(record.ended.unwrap().reason, EndedReason::TooManyDevices);
    // Its device says that it has destroyed what it had, like any other that is ended.
    let receipt = devices[1].receipt(&server);
    server
        .http()
        .post("/v1/receipts", &receipt)
        .await
        .expect(200);
    assert_eq!(
        anna.count_activity(ActivityKind::DeviceConfirmedEnded)
            .await,
        1
    );
}

async fn whoever_signs_in_over_and_over_puts_out_no_device_of_the_owner(database: Database) {
    let server = start(database, &[("SESSIONS", 4)]).await;
    let anna = Person::create(&server, "anna").await;
    server.clock().advance_seconds(7 * DAY);
    for number in 0..12 {
        server.tick();
        anna.on_probation(&server, &format!("Attacker {number}"))
            .await;
    }
    anna.check_session().await.expect(200);
    let sessions: Vec<(String, latchkey_protocol::sessions::Session)> =
        anna.bodies(Collection::Sessions).await;
    let live = sessions
        .iter()
        .filter(|(_, session)| session.ended.is_none());
    assert_eq!(live.count(), 4);
}

async fn new_devices_are_counted_and_hold_no_known_one_back(database: Database) {
    let server = start(
        database,
        &[("NEW_DEVICES_PER_DAY", 4), ("SIGN_INS_PER_DAY", 5)],
    )
    .await;
    let anna = Person::create(&server, "anna").await;
    for number in 0..3 {
        anna.on_new_device(&server, &format!("Device {number}"))
            .await;
    }
    let sign_in = async |device: &Device| {
        let answer = device.try_sign_in(&server, "anna", &anna.password);
        answer.await
    };
    let stranger = Device::new("One too many");
    expect_quota(&sign_in(&stranger).await, Quota::NewDevices);
    for _ in 0..5 {
        sign_in(&anna.device).await.expect(201);
    }
    expect_quota(&sign_in(&anna.device).await, Quota::SignIns);
    server.clock().advance_seconds(DAY / 4);
    sign_in(&stranger).await.expect(201);
    let signed_in: SignedIn = sign_in(&anna.device).await.expect(201).json();
    assert_eq!(signed_in.account_id, anna.signed_in.account_id);
}

async fn links_are_counted_for_the_address_that_asks(database: Database) {
    let server = start(database, &[("LINKS_PER_ADDRESS", 5)]).await;
    for number in 0..4 {
        Person::create(&server, &format!("person{number}")).await;
    }
    let anna = Person::create(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    expect_quota(&anna.try_add_email("other@example.org").await, Quota::Links);
    let request = Device::new("One too many").create_account(
        &server,
        "mallory",
        "mallory@example.org",
        "nine paper boats on a lake",
    );
    let refused = server.http().post("/v1/accounts", &request).await;
    expect_quota(&refused, Quota::Links);
    server.clock().advance_seconds(720);
    let anna = anna.stepped_up(None).await;
    anna.add_email("other@example.org").await;
}

/// 111 mails in a minute reached one mailbox, at addresses with a tag each.
async fn a_tag_is_no_other_mailbox(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for number in 0..10 {
        let email = format!("victim+{number}@example.org");
        Person::create_with_email(&server, &format!("mallory{number}"), &email).await;
    }
    let many = Person::create_with_email(&server, "many", "victim@example.org").await;
    let many = many.stepped_up(None).await;
    for number in 10..19 {
        many.add_email(&format!("victim+{number}@example.org"))
            .await;
    }
    server.mails_have_left().await;
    let mails = server.outbox().mails();
    let to_victim = mails.iter().filter(|mail| mail.to.contains("victim"));
    assert_eq!(to_victim.count(), 5);
}

async fn mails_over_the_budget_wait_and_those_that_guard_go_first(database: Database) {
    let server = start(database, &[("MAILS_PER_HOUR", 8)]).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut strangers = Vec::new();
    for number in 0..6 {
        strangers.push(Person::create(&server, &format!("stranger{number}")).await);
    }
    let sent = || server.outbox().mails().len();
    // Anna's own confirmation is the fourth of those to unproven addresses.
    eventually("four links", async || (sent() == 4).then_some(())).await;
    anna.on_new_device(&server, "Laptop").await;
    anna.mails_have_left().await;
    assert_eq!(anna.count_mails(MailKind::SignInAlert).await, 1);
    assert_eq!(sent(), 5, "no further link went out beside the alert");
    let mut waiting = 0;
    for stranger in &strangers {
        let (_, mail) = stranger.mails().await.remove(0);
        waiting += usize::from(mail.status == MailStatus::Queued);
    }
    assert_eq!(waiting, 3);
    server.advance(3600);
    server.mails_have_left().await;
    assert_eq!(sent(), 8);
    for stranger in &strangers {
        let token = server.outbox().token(&stranger.email, 1).await;
        server.confirm(&token).await.expect(200);
    }
}

/// With accounts of their own, others can cause mails that guard accounts too, and use the whole budget up.
async fn what_an_owner_needs_at_once_waits_behind_no_other_mail(database: Database) {
    let server = start(database, &[("MAILS_PER_HOUR", 8)]).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let mut others = Vec::new();
    for username in ["bela", "carl", "dana"] {
        others.push(Person::create_confirmed(&server, username).await);
    }
    for other in &mut others {
        for number in 0..3 {
            let request = ChangePassword {
                current_password: other.password.clone(),
                new_password: format!("four brass kettles and a spoon {number}"),
                code: None,
                end_other_sessions: false,
            };
            let answer = other.http.post("/v1/password", &request).await;
            let changed: PasswordChanged = answer.expect(200).json();
            other.http = server.http().with_token(&changed.token);
            other.password = request.new_password;
        }
    }
    let sent = || server.outbox().mails().len();
    // More notices wait than are sent at once.
    eventually("four links and four of nine notices", async || {
        (sent() == 8).then_some(())
    })
    .await;
    server.advance(1);
    let request = RequestRecovery {
        login: "anna".to_owned(),
        device: None,
    };
    let asked = server.http().post("/v1/recovery", &request).await;
    asked.expect(202);
    eventually("a link that waits", async || {
        (anna.count_mails(MailKind::ResetPassword).await == 1).then_some(())
    })
    .await;
    let links = || server.outbox().tokens(&anna.email, "reset-password").len();
    assert_eq!((sent(), links()), (8, 0));
    // Room for one.
    server.advance(450);
    eventually("a ninth mail", async || (sent() == 9).then_some(())).await;
    assert_eq!(links(), 1, "a notice was there before the link");
    server.advance(3600);
    server.mails_have_left().await;
}

/// Changing the password kills the link that its owner asked for: nobody vetoes that for ever.
async fn a_password_is_changed_three_times_a_day_and_then_by_a_mailed_link(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut anna = Person::create_confirmed(&server, "anna").await;
    let nobody = Person::create(&server, "nobody").await;
    for person in [&mut anna, &mut nobody.clone()] {
        let is_confirmed = person.username == "anna";
        for number in 0..5 {
            let new_password = format!("four brass kettles and a spoon {number}");
            let request = ChangePassword {
                current_password: person.password.clone(),
                new_password: new_password.clone(),
                code: None,
                end_other_sessions: false,
            };
            let answer = person.http.post("/v1/password", &request).await;
            if is_confirmed && number >= 3 {
                let answer = answer.expect_code(ProblemCode::MailedLinkNeeded);
                let wait = answer.problem().retry_after_seconds.unwrap();
                assert!(wait > 7 * 3600, "{wait}");
                continue;
            }
            let changed: PasswordChanged = answer.expect(200).json();
            person.http = server.http().with_token(&changed.token);
            person.password = new_password;
        }
    }
    // What was refused was no wrong password.
    let device = anna.device.clone();
    let answer = device.try_sign_in(&server, "anna", &anna.password).await;
    answer.expect(201);
}

async fn activity_of_more_than_a_year_ago_is_summed_up(database: Database) {
    // 21 November 2026.
    let begin = latchkey_protocol::time::Timestamp(1_795_219_200_000_000);
    let settings = Settings::default();
    let server = ServerUnderTest::start_in_process_at(database, settings, begin).await;
    let anna = Person::create(&server, "anna").await;
    for number in 0..5 {
        server.clock().advance_seconds(60);
        rename(&anna, number).await.expect(200);
    }
    let of = async |person: &Person, kind| {
        let entries = person.bodies::<ActivityEntry>(Collection::Activity).await;
        let entries = entries.into_iter().map(|(_, entry)| entry);
        let entries: Vec<_> = entries.filter(|entry| entry.kind == kind).collect();
        entries
    };
    let edits = of(&anna, ActivityKind::ProfileChanged).await;
    let (first, last) = (edits[0].at, edits[4].at);
    // The last day of November of the next year: the month is not over for a year yet.
    for (days, entries) in [(374, 5), (20, 1), (400, 1)] {
        server.clock().advance_seconds(days * DAY);
        latchkey_server::jobs::tidy(server.state()).await.unwrap();
        latchkey_server::jobs::tidy(server.state()).await.unwrap();
        let again = anna.signing_in_on(&server, anna.device.clone()).await;
        let left = of(&again, ActivityKind::ProfileChanged).await;
        assert_eq!(left.len(), entries, "after {days} days");
        let count: u32 = left.iter().map(|entry| entry.count).sum();
        assert_eq!(count, 5);
        if entries == 1 {
            assert_eq!((left[0].first_at, left[0].at), (Some(first), last));
            assert_eq!(left[0].subject.as_deref(), Some("Anna 4"));
            assert_eq!(left[0].address, None);
        }
        assert_eq!(of(&again, ActivityKind::AccountCreated).await.len(), 1);
    }
}
