//! Mails, changes of the e-mail address, and the activity, from the client without a window against the real server.

use crate::{confirmed, mailed};
use latchkey_client::activity::{ActivityFilter, ActivityGroup, ExportActivityForm, ExportFormat};
use latchkey_client::email_change::ChangeEmailForm;
use latchkey_client::failure::FailureCode;
use latchkey_client::links::Followed;
use latchkey_client::sessions::RenameDeviceForm;
use latchkey_client::step_up::StepUpForm;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::email_change::EmailChangeState;
use latchkey_protocol::mail::{MASK, MailKind, MailStatus};
use latchkey_protocol::sessions::EndedReason;
use latchkey_tests::client::{
    Device, PASSWORD, current, device, offline, profile, sign_in, signed_out, until,
};
use latchkey_tests::server::{Database, ServerUnderTest};

const ADDRESS: &str = "anna@example.org";

fn password() -> StepUpForm {
    StepUpForm {
        password: PASSWORD.to_owned(),
        code: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_is_listed_and_can_be_read_and_sent_again() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let sent = until(&client, "the mail is known to be sent", async || {
        let mails = client.mails(None).await.ok()?.mails;
        mails
            .into_iter()
            .find(|mail| mail.status == MailStatus::Sent)
    })
    .await;
    assert_eq!(
        (sent.kind, sent.recipient.as_str()),
        (MailKind::ConfirmEmail, ADDRESS)
    );
    let token = mailed(&server, ADDRESS, AppLinkKind::ConfirmEmail, 1).await;
    let detail = client.mail(sent.id.clone()).await.unwrap();
    let text = detail.text.expect("its text");
    assert!(text.contains(MASK) && !text.contains(&token), "{text}");
    assert!(sent.can_be_sent_again);
    let again = client.send_mail_again(sent.id.clone()).await.unwrap();
    let newer = mailed(&server, ADDRESS, AppLinkKind::ConfirmEmail, 2).await;
    assert_ne!(newer, token);
    until(&client, "it is listed", async || {
        let mails = client.mails(None).await.ok()?.mails;
        let listed = mails.into_iter().find(|mail| mail.id == again)?;
        (listed.again_of.as_deref() == Some(sent.id.as_str())).then_some(())
    })
    .await;
    let failure = client.mail("../sync".to_owned()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotFound);
    let failure = client.send_mail_again("../sync".to_owned()).await;
    assert_eq!(failure.unwrap_err().code, FailureCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_is_pending_until_both_have_confirmed_it() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    confirmed(&server, &client).await;
    let new = "anna@example.net";
    let form = |address: &str| ChangeEmailForm {
        address: address.to_owned(),
    };
    let failure = client.change_email(form("anna")).await.unwrap_err();
    assert_eq!(failure.fields[0].field, "address");
    let failure = client.change_email(form(new)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    client.step_up(password()).await.unwrap();
    client
        .change_email(form("other@example.net"))
        .await
        .unwrap();
    let first = until(&client, "the change waits", async || {
        client.contacts().await.ok()?.change
    })
    .await;
    client.cancel_email_change(first.id).await.unwrap();
    until(&client, "it is stopped", async || {
        client.contacts().await.ok()?.change.is_none().then_some(())
    })
    .await;
    client.change_email(form(new)).await.unwrap();
    let pending = until(&client, "the change waits", async || {
        client.contacts().await.ok()?.change
    })
    .await;
    assert!(pending.old_must_confirm && pending.take_back_until.is_none());
    let kind = AppLinkKind::ConfirmEmailChange;
    let link = |token: String| AppLink {
        kind,
        token,
        server_id: Some(server.server_id()),
    };
    let followed = client
        .follow(link(mailed(&server, new, kind, 1).await))
        .await;
    let completed = |completed| Followed::EmailChangeConfirmed {
        new_address: new.to_owned(),
        completed,
    };
    assert_eq!(followed.unwrap(), completed(false));
    until(&client, "half of it is done", async || {
        let change = client.contacts().await.ok()?.change?;
        (change.new_confirmed && !change.old_confirmed).then_some(())
    })
    .await;
    // The first link to the old address belongs to the change that was stopped.
    let followed = client
        .follow(link(mailed(&server, ADDRESS, kind, 2).await))
        .await;
    assert_eq!(followed.unwrap(), completed(true));
    let done = profile(&client, "the new address is the primary one", |profile| {
        profile.primary_email.as_deref() == Some(new)
    })
    .await;
    assert_eq!(done.username, "anna");
    let change = client
        .contacts()
        .await
        .unwrap()
        .change
        .expect("it can be taken back");
    assert_eq!(change.state, EmailChangeState::Completed);
    assert!(change.take_back_until.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_is_filtered_and_written_without_a_formula() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let own = device(&client, "this device", |device| device.this_device).await;
    client
        .rename_device(RenameDeviceForm {
            id: own.id,
            device_name: "=HYPERLINK(\"http://evil.example\")".to_owned(),
            seen: Some(own.name),
        })
        .await
        .unwrap();
    current(&client).await;
    let devices = || ActivityFilter {
        groups: vec![ActivityGroup::Devices],
        ..ActivityFilter::default()
    };
    let page = until(&client, "the rename is listed", async || {
        let page = client.activity(None, devices()).await.ok()?;
        (!page.entries.is_empty()).then_some(page)
    })
    .await;
    assert!(
        page.entries
            .iter()
            .all(|entry| entry.kind == ActivityKind::DeviceRenamed)
    );
    assert_eq!(page.older, None);
    let all = client
        .activity(None, ActivityFilter::default())
        .await
        .unwrap();
    assert!(all.entries.len() > page.entries.len());
    let export = |format, filter| ExportActivityForm { format, filter };
    let csv = client
        .activity_export(&export(ExportFormat::Csv, devices()))
        .await
        .unwrap();
    let text = String::from_utf8(csv.content).unwrap();
    assert_eq!(csv.entries, 1);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains(",\"'=HYPERLINK("), "{text}");
    let json = client
        .activity_export(&export(ExportFormat::Json, ActivityFilter::default()))
        .await
        .unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&json.content).unwrap();
    assert_eq!(rows.len(), all.entries.len());
    assert!(rows.iter().all(|row| row["at"].is_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_overview_was_last_left_is_sealed_with_the_rest() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    assert_eq!(client.overview().await.unwrap().last_looked_at, None);
    client.leave_overview().await.unwrap();
    let looked = client.overview().await.unwrap().last_looked_at;
    assert!(looked.is_some());
    let client = here.restarted(client).await;
    assert_eq!(client.overview().await.unwrap().last_looked_at, looked);
    let settings = std::fs::read_to_string(here.folder.path().join("latchkey.json")).unwrap();
    let looked = looked.unwrap().0.to_string();
    assert!(!settings.contains(&looked) && !settings.contains("looked"));
}

/// What happened before the overview was left may come after it.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_is_new_all_the_same() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    one.overview().await.unwrap();
    one.leave_overview().await.unwrap();
    assert_eq!(one.overview().await.unwrap().since, []);
    here.link.cut();
    offline(&one).await;
    let two = there.signed_in("anna").await;
    current(&two).await;
    one.overview().await.unwrap();
    one.leave_overview().await.unwrap();
    here.link.mend(&server);
    one.sync_now().await.unwrap();
    let overview = until(&one, "the sign-in is new", async || {
        let overview = one.overview().await.ok()?;
        (!overview.since.is_empty()).then_some(overview)
    })
    .await;
    assert_eq!(overview.since[0].kind, ActivityKind::SignedInFromNewDevice);
    assert!(Some(overview.since[0].at) < overview.last_looked_at);
    assert_eq!(overview.new_devices, 1);
    // Seen is seen; new is what nobody has answered for.
    one.leave_overview().await.unwrap();
    let overview = one.overview().await.unwrap();
    assert_eq!((overview.since.len(), overview.new_devices), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_the_program_on_the_overview_leaves_it() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    assert_eq!(client.overview().await.unwrap().last_looked_at, None);
    client.close().await;
    let client = here.restarted(client).await;
    let looked = client.overview().await.unwrap().last_looked_at;
    assert!(looked.is_some());
}
