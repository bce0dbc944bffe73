//! What the overview, the devices, the activity and the mails say agrees with each other.

use latchkey_client::activity::{ActivityEntryView, ActivityFilter};
use latchkey_client::sessions::RenameDeviceForm;
use latchkey_protocol::activity::{ActivityKind, ChangedField};
use latchkey_protocol::app_link::AppLinkKind;
use latchkey_protocol::mail::MailKind;
use latchkey_protocol::profile::ProfileEdit;
use latchkey_tests::client::{Device, approve, device, named, profile, until};
use latchkey_tests::server::{Database, ServerUnderTest};

use crate::{confirmed, mailed};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_probation_is_so_on_every_screen_and_device() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    // On the device that was there before, also after it was looked at.
    let asked = device(&one, "it is asked about", |device| device.can_answer).await;
    for _ in 0..2 {
        let overview = one.overview().await.unwrap();
        let [waiting] = overview.on_probation.as_slice() else {
            panic!("{:?}", overview.on_probation);
        };
        assert_eq!(waiting.session_id, asked.id);
        assert_eq!(overview.devices_on_probation, 1, "the tile says the same");
        assert_eq!(
            one.devices().await.unwrap().on_probation,
            std::slice::from_ref(waiting)
        );
        one.leave_overview().await.unwrap();
    }
    // The one that has just come says nothing of itself.
    let devices = two.devices().await.unwrap();
    assert!(devices.live.iter().all(|device| !device.can_answer));
    assert_eq!(devices.on_probation, []);
    let overview = two.overview().await.unwrap();
    assert_eq!(overview.on_probation, []);
    assert_eq!(overview.devices_on_probation, 1);
    approve(&one, &two).await;
    for client in [&one, &two] {
        until(client, "nothing is on probation", async || {
            let overview = client.overview().await.ok()?;
            let devices = client.devices().await.ok()?;
            let none = devices.live.iter().all(|device| !device.can_answer);
            let waiting = overview.on_probation.len() + devices.on_probation.len();
            (overview.devices_on_probation == 0 && waiting == 0 && none).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_on_this_device_is_not_told_as_new() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    let first = one.overview().await.unwrap();
    assert!(
        first.last_looked_at.is_none() && !first.since.is_empty(),
        "all of it the first time"
    );
    one.leave_overview().await.unwrap();
    one.edit_profile(named("Anna K")).await.unwrap();
    profile(&two, "the name is there", |profile| {
        profile.display_name == "Anna K"
    })
    .await;
    server.clock().advance_seconds(1);
    two.edit_profile(
        ProfileEdit {
            time_zone: Some("Europe/Paris".to_owned()),
            language: Some("de".to_owned()),
            ..ProfileEdit::default()
        }
        .into(),
    )
    .await
    .unwrap();
    let changes = |entries: Vec<ActivityEntryView>| {
        let changed = entries
            .into_iter()
            .filter(|entry| entry.kind == ActivityKind::ProfileChanged);
        changed.map(|entry| entry.changed).collect::<Vec<_>>()
    };
    let name = vec![ChangedField::new("display_name", "Anna Kowalska", "Anna K")];
    let zone = vec![
        ChangedField::new("language", "en", "de"),
        ChangedField::new("time_zone", "Europe/Berlin", "Europe/Paris"),
    ];
    let since = until(&one, "the other device's change is told", async || {
        let overview = one.overview().await.ok()?;
        Some(changes(overview.since)).filter(|since| !since.is_empty())
    })
    .await;
    assert_eq!(since, std::slice::from_ref(&zone));
    let activity = one.activity(None, ActivityFilter::default()).await.unwrap();
    assert_eq!(changes(activity.entries), [zone, name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_of_a_device_is_told_with_the_one_before() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let one = here.signed_up("anna").await;
    let own = device(&one, "this device", |device| device.this_device).await;
    one.rename_device(RenameDeviceForm {
        id: own.id.clone(),
        device_name: "Attic".to_owned(),
        seen: None,
    })
    .await
    .unwrap();
    let renamed = until(&one, "the entry is there", async || {
        let activity = one.activity(None, ActivityFilter::default()).await.ok()?;
        let mut entries = activity.entries.into_iter();
        entries.find(|entry| entry.kind == ActivityKind::DeviceRenamed)
    })
    .await;
    assert_eq!(
        renamed.changed,
        [ChangedField::new("device_name", &own.name, "Attic")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_about_what_is_over_is_not_offered_again() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let again = async |kind: MailKind| {
        until(&one, "the mail is known to be sent", async || {
            let mails = one.mails(None).await.ok()?.mails;
            let mail = mails
                .into_iter()
                .find(|mail| mail.kind == kind && mail.sent_at.is_some())?;
            let detail = one.mail(mail.id.clone()).await.ok()?;
            assert_eq!(detail.mail.can_be_sent_again, mail.can_be_sent_again);
            Some(mail.can_be_sent_again)
        })
        .await
    };
    mailed(&server, "anna@example.org", AppLinkKind::ConfirmEmail, 1).await;
    assert!(again(MailKind::ConfirmEmail).await);
    confirmed(&server, &one).await;
    assert!(!again(MailKind::ConfirmEmail).await, "it is confirmed");
    server.clock().advance_seconds(1);
    there.signed_in("anna").await;
    assert!(again(MailKind::SignInAlert).await);
}
