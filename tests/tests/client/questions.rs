//! What a device does when the server will not have a value, when a value changed under an open question, when a link is
//! another server's, and when a proxy keeps the event stream to itself.

use std::sync::Arc;

use latchkey_client::client::Client;
use latchkey_client::failure::FailureCode;
use latchkey_client::links::Followed;
use latchkey_client::questions::{ConflictAnswer, ConflictSeen, ConflictView, RefusalChoice};
use latchkey_client::sessions::RenameDeviceForm;
use latchkey_client::stage::SyncState;
use latchkey_client::sync::Refusal;
use latchkey_protocol::app_link::AppLink;
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::profile::ProfileEdit;
use latchkey_tests::client::{
    Device, approve, current, device, named, new_account, offline, profile, sign_in, until,
};
use latchkey_tests::server::{Database, Proxy, ServerUnderTest, Swallows};

/// A device of a new account behind a proxy, and another that has its own way.
async fn two_devices(server: &ServerUnderTest, proxy: &Proxy) -> ([Device; 2], [Arc<Client>; 2]) {
    let here = Device::new(server).await;
    let one = here.connected_by(proxy).await;
    one.create_account(new_account("anna")).await.unwrap();
    current(&one).await;
    let there = Device::new(server).await;
    let two = there.connected_by(&Proxy::to(server).await).await;
    two.sign_in(sign_in("anna", false)).await.unwrap();
    current(&two).await;
    ([here, there], [one, two])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_the_server_will_not_have_is_shown_with_its_reason_until_it_is_given_up() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let proxy = Proxy::to(&server).await;
    let ([here, _there], [one, _two]) = two_devices(&server, &proxy).await;
    proxy.refuse(Some(("display_name", FieldCode::TooLong)));
    one.edit_profile(
        ProfileEdit {
            display_name: Some("Anna of the stricter rules".to_owned()),
            time_zone: Some("Europe/Paris".to_owned()),
            ..ProfileEdit::default()
        }
        .into(),
    )
    .await
    .unwrap();
    let shown = profile(&one, "the refusal is shown", |profile| {
        !profile.refused.is_empty() && profile.waiting_fields.is_empty()
    })
    .await;
    let refused = shown.refused[0].clone();
    assert_eq!(shown.display_name, "Anna of the stricter rules");
    assert_eq!(
        shown.time_zone, "Europe/Paris",
        "the rest of it went through"
    );
    assert_eq!(
        (refused.field.as_str(), refused.value.as_str()),
        ("display_name", "Anna of the stricter rules")
    );
    let code = FieldCode::TooLong;
    assert_eq!(refused.reason, Refusal::Field { code });
    let sync = one.sync_status().await;
    assert_eq!(
        (sync.state, sync.waiting_changes, sync.refused),
        (SyncState::NeedsAnswer, 0, 1)
    );
    let overview = one.overview().await.unwrap();
    assert_eq!(overview.refused, std::slice::from_ref(&refused));
    // It outlasts the app, for the person has not seen it otherwise.
    let one = here.restarted(one).await;
    profile(&one, "the refusal is still shown", |profile| {
        profile.refused == std::slice::from_ref(&refused)
    })
    .await;
    one.dismiss_refusal(RefusalChoice {
        collection: refused.collection,
        id: refused.id,
        field: refused.field,
    })
    .await
    .unwrap();
    let shown = one.profile().await.unwrap();
    assert_eq!(shown.display_name, "Anna Kowalska");
    assert_eq!(shown.refused, []);
    current(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_value_takes_the_place_of_one_that_was_refused() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let proxy = Proxy::to(&server).await;
    let (_devices, [one, two]) = two_devices(&server, &proxy).await;
    proxy.refuse(Some(("device_name", FieldCode::NotAChoice)));
    let own = device(&one, "this device", |device| device.this_device).await;
    let rename = |name: &str, seen: &str| RenameDeviceForm {
        id: own.id.clone(),
        device_name: name.to_owned(),
        seen: Some(seen.to_owned()),
    };
    one.rename_device(rename("Attic", &own.name)).await.unwrap();
    let shown = device(&one, "the refusal is shown", |device| {
        device.refused_name.is_some()
    })
    .await;
    assert_eq!(shown.name, "Attic");
    assert!(!shown.name_waiting);
    proxy.refuse(None);
    one.rename_device(rename("Cellar", "Attic")).await.unwrap();
    for (client, what) in [
        (&one, "the other name is there"),
        (&two, "the other name has arrived"),
    ] {
        device(client, what, |device| {
            device.id == own.id
                && device.name == "Cellar"
                && device.refused_name.is_none()
                && !device.name_waiting
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_renamed_meanwhile_is_asked_about() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    approve(&one, &two).await;
    let own = device(&one, "this device", |device| device.this_device).await;
    let rename = |name: &str| RenameDeviceForm {
        id: own.id.clone(),
        device_name: name.to_owned(),
        seen: Some(own.name.clone()),
    };
    device(&two, "the other device", |device| device.id == own.id).await;
    two.rename_device(rename("Theirs")).await.unwrap();
    device(&one, "the other's name arrives", |device| {
        device.name == "Theirs"
    })
    .await;
    // The form was open all the while and shows the name of before.
    one.rename_device(rename("Mine")).await.unwrap();
    let asked = device(&one, "the person is asked", |device| {
        device.name_conflict.is_some()
    })
    .await;
    let conflict = asked.name_conflict.unwrap();
    assert_eq!(
        (conflict.mine.as_str(), conflict.theirs.as_str()),
        ("Mine", "Theirs")
    );
    device(&two, "nothing was overwritten", |device| {
        device.name == "Theirs"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_question_that_has_changed_settles_nothing() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    here.link.cut();
    offline(&one).await;
    one.edit_profile(named("Mine")).await.unwrap();
    two.edit_profile(named("Theirs")).await.unwrap();
    current(&two).await;
    here.link.mend(&server);
    one.sync_now().await.unwrap();
    let first = conflict(&one, "Theirs").await;
    two.edit_profile(named("Theirs again")).await.unwrap();
    let second = conflict(&one, "Theirs again").await;
    for keep_mine in [true, false] {
        let failure = one.answer_conflict(answer(&first, keep_mine)).await;
        assert_eq!(failure.unwrap_err().code, FailureCode::ChangedMeanwhile);
    }
    let shown = one.profile().await.unwrap();
    assert_eq!(shown.conflicts, std::slice::from_ref(&second));
    one.answer_conflict(answer(&second, false)).await.unwrap();
    profile(&one, "it is settled", |profile| {
        profile.display_name == "Theirs again" && profile.conflicts.is_empty()
    })
    .await;
    one.answer_conflict(answer(&second, true))
        .await
        .expect("that it is settled already is a success");
}

async fn conflict(client: &Client, theirs: &str) -> ConflictView {
    let shown = profile(client, "the person is asked", |profile| {
        profile
            .conflicts
            .iter()
            .any(|conflict| conflict.theirs == theirs)
    })
    .await;
    shown.conflicts[0].clone()
}

fn answer(conflict: &ConflictView, keep_mine: bool) -> ConflictAnswer {
    ConflictAnswer {
        collection: conflict.collection.clone(),
        id: conflict.id.clone(),
        field: conflict.field.clone(),
        keep_mine,
        seen: ConflictSeen {
            mine: conflict.mine.clone(),
            theirs: conflict.theirs.clone(),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_swallows_is_asked_for() {
    for swallows in [Swallows::Everything, Swallows::TheBody] {
        let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
        let proxy = Proxy::to(&server).await;
        proxy.swallow(swallows);
        let here = Device::new(&server).await;
        let one = here.connected_by(&proxy).await;
        one.create_account(new_account("anna")).await.unwrap();
        until(&one, "the server is asked instead", async || {
            let sync = one.sync_status().await;
            (sync.state == SyncState::Polling && sync.current_at.is_some()).then_some(())
        })
        .await;
        let there = Device::new(&server).await;
        let two = there.signed_in("anna").await;
        one.edit_profile(named("From here")).await.unwrap();
        profile(&two, "an edit leaves", |profile| {
            profile.display_name == "From here"
        })
        .await;
        two.edit_profile(named("From there")).await.unwrap();
        profile(&one, "and another's arrives", |profile| {
            profile.display_name == "From there" && profile.conflicts.is_empty()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_another_server_is_refused_and_its_token_kept() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let mail = server.outbox().confirmation("anna@example.org", 1).await;
    let token = mail.token().expect("a link");
    // As the server's page makes it.
    let page = server.http().get(&format!("/confirm-email/{token}")).await;
    let page = page.expect(200).text();
    let (_, link) = page.split_once("href=\"latchkey://").expect("a link");
    let (link, _) = link.split_once('"').expect("its end");
    let own: AppLink = format!("latchkey://{link}").parse().expect("a link");
    assert_eq!(own.server_id, Some(server.server_id()));
    let foreign = AppLink {
        server_id: Some(ServerId(uuid::Uuid::from_u128(7))),
        ..own.clone()
    };
    let failure = client.follow(foreign).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::OtherServer);
    let nowhere = Device::new(&server).await.open().await;
    let failure = nowhere.follow(own.clone()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NoServerChosen);
    let followed = client.follow(own).await.unwrap();
    let address = "anna@example.org".to_owned();
    assert_eq!(followed, Followed::EmailConfirmed(address));
}
