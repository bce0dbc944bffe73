//! Administration from the client without a window against the real server: what is other people's is asked for each time
//! and kept nowhere.

use std::sync::Arc;

use latchkey_client::client::Client;
use latchkey_client::failure::FailureCode;
use latchkey_client::stage::Stage;
use latchkey_client::users::UserView;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::users::Role;
use latchkey_tests::client::{
    Device, current, named, offline, profile, signed_out, step_up, until,
};
use latchkey_tests::server::{Database, ServerUnderTest, eventually};

async fn administers(client: &Client, expected: bool) {
    until(client, "the role arrives", async || {
        match client.stage().await {
            Stage::SignedIn { administrator, .. } => (administrator == expected).then_some(()),
            _ => None,
        }
    })
    .await;
}

async fn confirm(server: &ServerUnderTest, client: &Client, username: &str) {
    let address = format!("{username}@example.org");
    let mail = server.outbox().confirmation(&address, 1).await;
    client.confirm_email(mail.token().unwrap()).await.unwrap();
}

/// An administrator, whose device knows it, and somebody else.
async fn two(server: &ServerUnderTest) -> ([Device; 2], Arc<Client>, Arc<Client>) {
    let (here, there) = (Device::new(server).await, Device::new(server).await);
    let anna = here.signed_up("anna").await;
    let bruno = there.signed_up("bruno").await;
    bruno.edit_profile(named("Bruno Maly")).await.unwrap();
    confirm(server, &bruno, "bruno").await;
    profile(&bruno, "the name", |profile| {
        profile.display_name == "Bruno Maly"
    })
    .await;
    current(&bruno).await;
    administers(&anna, false).await;
    server.administrator(&["grant", "anna"]).unwrap();
    administers(&anna, true).await;
    ([here, there], anna, bruno)
}

async fn bruno_as_seen_by(anna: &Client) -> UserView {
    let found = anna.users("MALY".to_owned(), None).await.unwrap();
    assert_eq!(found.users.len(), 1, "{found:?}");
    anna.user(found.users[0].id.clone()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_people_are_asked_for_each_time_and_kept_nowhere() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let ([here, _there], anna, bruno) = two(&server).await;

    let failure = anna.users(String::new(), None).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    let failure = bruno.users(String::new(), None).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::AdministratorsOnly);
    step_up(&anna).await;
    let all = anna.users(String::new(), None).await.unwrap();
    let names: Vec<(&str, Role, bool)> = all
        .users
        .iter()
        .map(|user| (user.username.as_str(), user.role, user.own))
        .collect();
    assert_eq!(
        names,
        [
            ("anna", Role::Administrator, true),
            ("bruno", Role::Person, false)
        ]
    );
    assert!((500..=600).contains(&all.open_seconds), "{all:?}");
    let user = bruno_as_seen_by(&anna).await;
    assert_eq!(
        (user.display_name.as_str(), user.live_devices),
        ("Bruno Maly", 1)
    );
    assert!(!user.own && user.emails[0].confirmed);
    let failure = anna.users("a\nb".to_owned(), None).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidFields);
    let failure = anna.user("../password".to_owned()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotFound);

    here.link.cut();
    offline(&anna).await;
    let anna = here.restarted(anna).await;
    for failure in [
        anna.users(String::new(), None).await.unwrap_err(),
        anna.user(user.id.clone()).await.unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::Unreachable);
    }
    // The link takes what is said and breaks: for all that is known here, it was done.
    let asked = anna.start_password_reset(user.id.clone()).await;
    assert_eq!(asked.unwrap_err().code, FailureCode::Unanswered);
    here.link.mend(&server);
    anna.look_again();
    until(&anna, "the server answers again", async || {
        anna.user(user.id.clone()).await.ok()
    })
    .await;
    // Nothing was sent later in the place of what could not be sent then.
    assert_eq!(reset_mails(&server), 0);

    server.administrator(&["revoke", "anna"]).unwrap();
    let failure = anna.user(user.id).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::AdministratorsOnly);
    administers(&anna, false).await;
}

fn reset_mails(server: &ServerUnderTest) -> usize {
    let mails = server.outbox().mails_to("bruno@example.org");
    let links = mails
        .iter()
        .filter(|mail| mail.token_of("reset-password").is_some());
    links.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_starts_reaches_the_person() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let (_devices, anna, bruno) = two(&server).await;
    step_up(&anna).await;
    let user = bruno_as_seen_by(&anna).await;
    let address = anna.start_password_reset(user.id.clone()).await.unwrap();
    assert_eq!(address, "bruno@example.org");
    eventually("the mail with the link", async || {
        (reset_mails(&server) == 1).then_some(())
    })
    .await;
    let failure = anna
        .reset_user_second_factor(user.id.clone())
        .await
        .unwrap_err();
    assert_eq!(failure.code, FailureCode::NotAllowedNow);
    assert_eq!(anna.end_user_devices(user.id.clone()).await.unwrap(), 1);
    let ended = signed_out(&bruno).await.unwrap();
    assert_eq!(ended.reason, EndedReason::EndedByAdministrator);
    assert_eq!(ended.by_device_name, None);
    let own = anna.users("anna".to_owned(), None).await.unwrap();
    let failure = anna
        .end_user_devices(own.users[0].id.clone())
        .await
        .unwrap_err();
    assert_eq!(failure.code, FailureCode::NotAllowedNow);
}
