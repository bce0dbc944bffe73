//! The client without a window against the real server: what a person does with one or two devices, with and without a
//! network.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use latchkey_client::accounts::{CreateAccountForm, SignInForm};
use latchkey_client::activity::ActivityFilter;
use latchkey_client::client::Client;
use latchkey_client::contacts::{AddEmailForm, EmailView};
use latchkey_client::failure::FailureCode;
use latchkey_client::profile::ProfileForm;
use latchkey_client::questions::{ConflictAnswer, ConflictSeen};
use latchkey_client::sessions::{EndDevices, RenameDeviceForm};
use latchkey_client::stage::{DamageView, FolderProblem, KeyringProblem, Stage, SyncState};
use latchkey_client::step_up::StepUpForm;
use latchkey_client::transport::CertificateProblem;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::profile::ProfileEdit;
use latchkey_protocol::sessions::EndedReason;
use latchkey_tests::client::{
    Device, PASSWORD, current, device, named, new_account, offline, profile, sign_in, signed_out,
    step_up, until,
};
use latchkey_tests::server::{Database, Proxy, ServerUnderTest, eventually};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_shows_itself() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let Stage::SignedIn {
        display_name,
        username,
        language,
        time_zone,
        server: view,
        administrator,
    } = client.stage().await
    else {
        panic!("not signed in");
    };
    assert!(
        !administrator,
        "the first account of a served server is nobody special"
    );
    assert_eq!(
        (display_name.as_str(), username.as_str(), language.as_str()),
        ("Anna Kowalska", "anna", "en")
    );
    assert_eq!(time_zone, "Europe/Berlin");
    assert_eq!(view.name, here.link.address().to_string());
    let overview = client.overview().await.unwrap();
    assert_eq!(overview.live_devices, 1);
    assert_eq!(overview.pending_emails, ["anna@example.org"]);
    assert_eq!(overview.sign_ins.len(), 1);
    assert!(!overview.since.is_empty());
    client.leave_overview().await.unwrap();
    let later = client.overview().await.unwrap();
    assert!(later.last_looked_at.is_some());
    let devices = client.devices().await.unwrap();
    assert!(devices.live[0].this_device && devices.ended.is_empty());
    let activity = client
        .activity(None, ActivityFilter::default())
        .await
        .unwrap();
    assert!(
        activity
            .entries
            .iter()
            .any(|entry| entry.kind == ActivityKind::AccountCreated)
    );
    assert_eq!(activity.older, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_named_beside_their_fields() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.connected().await;
    let form = CreateAccountForm {
        display_name: String::new(),
        email: "anna".to_owned(),
        repeat: "another".to_owned(),
        ..new_account("anna")
    };
    let failure = client.create_account(form).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidFields);
    let fields: Vec<&str> = failure
        .fields
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    assert_eq!(fields, ["display_name", "email", "repeat"]);
    client.create_account(new_account("anna")).await.unwrap();
    let failure = client.edit_profile(named("\u{202E}x")).await.unwrap_err();
    assert_eq!(failure.fields[0].field, "display_name");
    client.sign_out().await.unwrap();
    let failure = client
        .create_account(new_account("anna"))
        .await
        .unwrap_err();
    assert_eq!(failure.fields[0].field, "username");
    let wrong = SignInForm {
        password: "another kettle on tuesday".to_owned(),
        ..sign_in("anna", true)
    };
    let failure = client.sign_in(wrong).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::SignInRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_on_one_device_appears_on_the_other() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    one.edit_profile(named("Anna K.")).await.unwrap();
    assert_eq!(one.profile().await.unwrap().display_name, "Anna K.");
    profile(&two, "the new name is on the other device", |profile| {
        profile.display_name == "Anna K."
    })
    .await;
    let other = device(&one, "the other device is listed", |device| {
        !device.this_device
    })
    .await;
    one.rename_device(RenameDeviceForm {
        id: other.id.clone(),
        device_name: "Attic".to_owned(),
        seen: Some(other.name.clone()),
    })
    .await
    .unwrap();
    device(&two, "the device's new name is there", |device| {
        device.this_device && device.name == "Attic"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_without_a_network_outlasts_a_kill_and_arrives_once() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    here.link.cut();
    offline(&one).await;
    one.edit_profile(named("Ann")).await.unwrap();
    assert_eq!(one.sync_status().await.waiting_changes, 1);
    let one = here.restarted(one).await;
    let shown = one.profile().await.unwrap();
    assert_eq!(shown.display_name, "Ann");
    assert_eq!(shown.waiting_fields, ["display_name"]);
    let failure = one.end_devices(EndDevices::Others).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Unanswered);
    here.link.mend(&server);
    one.sync_now().await.unwrap();
    profile(&one, "the edit is confirmed", |profile| {
        profile.waiting_fields.is_empty() && profile.display_name == "Ann"
    })
    .await;
    profile(&two, "the edit is on the other device", |profile| {
        profile.display_name == "Ann"
    })
    .await;
    current(&two).await;
    let activity = two.activity(None, ActivityFilter::default()).await.unwrap();
    let changes = activity
        .entries
        .iter()
        .filter(|entry| entry.kind == ActivityKind::ProfileChanged)
        .count();
    assert_eq!(changes, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_values_for_one_field_are_the_persons_to_choose_from() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    here.link.cut();
    offline(&one).await;
    one.edit_profile(
        ProfileEdit {
            display_name: Some("Mine".to_owned()),
            time_zone: Some("Europe/Paris".to_owned()),
            ..ProfileEdit::default()
        }
        .into(),
    )
    .await
    .unwrap();
    two.edit_profile(
        ProfileEdit {
            display_name: Some("Theirs".to_owned()),
            language: Some("de".to_owned()),
            ..ProfileEdit::default()
        }
        .into(),
    )
    .await
    .unwrap();
    current(&two).await;
    here.link.mend(&server);
    one.sync_now().await.unwrap();
    let shown = profile(&one, "the conflict is shown", |profile| {
        !profile.conflicts.is_empty()
    })
    .await;
    let conflict = &shown.conflicts[0];
    assert_eq!(
        (conflict.mine.as_str(), conflict.theirs.as_str()),
        ("Mine", "Theirs")
    );
    assert_eq!(one.sync_status().await.conflicts, 1);
    assert_eq!(one.overview().await.unwrap().conflicts.len(), 1);
    one.answer_conflict(ConflictAnswer {
        collection: conflict.collection.clone(),
        id: conflict.id.clone(),
        field: conflict.field.clone(),
        keep_mine: true,
        seen: ConflictSeen {
            mine: conflict.mine.clone(),
            theirs: conflict.theirs.clone(),
        },
    })
    .await
    .unwrap();
    for client in [&one, &two] {
        profile(client, "both devices agree", |profile| {
            profile.display_name == "Mine"
                && profile.time_zone == "Europe/Paris"
                && profile.language == "de"
                && profile.conflicts.is_empty()
                && profile.waiting_fields.is_empty()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_under_an_open_form_is_never_overwritten_unseen() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    let before = profile(&one, "the profile is there", |_| true).await;
    two.edit_profile(named("Theirs")).await.unwrap();
    profile(&one, "the other's name arrives", |profile| {
        profile.display_name == "Theirs"
    })
    .await;
    one.edit_profile(ProfileForm {
        seen: Some(ProfileEdit {
            display_name: Some(before.display_name),
            language: Some(before.language),
            time_zone: Some(before.time_zone),
        }),
        ..named("Mine")
    })
    .await
    .unwrap();
    let shown = profile(&one, "the person is asked", |profile| {
        !profile.conflicts.is_empty()
    })
    .await;
    let conflict = &shown.conflicts[0];
    assert_eq!(
        (conflict.mine.as_str(), conflict.theirs.as_str()),
        ("Mine", "Theirs")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_device_destroys_everything_and_says_so() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    assert_eq!(there.keyring.names().len(), 2);
    let other = device(&one, "the other device is listed", |device| {
        !device.this_device
    })
    .await;
    let ended = one
        .end_devices(EndDevices::One {
            id: other.id.clone(),
        })
        .await
        .unwrap();
    assert_eq!(ended, 1);
    let notice = signed_out(&two).await.expect("a sentence that says who");
    assert_eq!(notice.reason, EndedReason::EndedByDevice);
    assert!(notice.by_device_name.is_some());
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
    assert!(
        there
            .keyring
            .names()
            .iter()
            .all(|name| name.ends_with("/device")),
        "{:?}",
        there.keyring.names()
    );
    assert_eq!(
        two.profile().await.unwrap_err().code,
        FailureCode::SignedOut
    );
    let proof = device(&one, "the receipt is there", |device| {
        device
            .ending
            .as_ref()
            .is_some_and(|ending| ending.receipt.is_some())
    })
    .await;
    let ending = proof.ending.unwrap();
    assert!(ending.by_this_device);
    assert!(ending.receipt.unwrap().verified);
    until(
        &two,
        "the receipt is known to be delivered",
        async || match two.stage().await {
            Stage::SignIn { ended, .. } => ended.filter(|ended| ended.receipt_delivered),
            _ => None,
        },
    )
    .await;
    two.sign_in(sign_in("anna", true)).await.unwrap();
    let stage = two.stage().await;
    assert!(matches!(stage, Stage::SignedIn { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_ended_while_closed_shows_nothing_at_its_start() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    there.link.cut();
    offline(&two).await;
    two.edit_profile(named("Lost")).await.unwrap();
    two.close().await;
    drop(two);
    one.end_devices(EndDevices::Others).await.unwrap();
    let overview = one.overview().await.unwrap();
    assert_eq!((overview.live_devices, overview.unreached_devices), (1, 1));
    there.link.mend(&server);
    let two = eventually("the folder is free again", async || {
        let client = there.open().await;
        (!matches!(client.stage().await, Stage::FolderUnusable { .. })).then_some(client)
    })
    .await;
    // The first stage that is ever shown.
    let Stage::SignIn { ended, .. } = two.stage().await else {
        panic!("the account was shown");
    };
    assert_eq!(ended.unwrap().lost_changes, 1);
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
    device(&one, "the receipt is there", |device| {
        device
            .ending
            .as_ref()
            .and_then(|ending| ending.receipt.as_ref())
            .is_some_and(|receipt| receipt.verified)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_works_without_a_network() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    there.link.cut();
    offline(&two).await;
    two.sign_out().await.unwrap();
    let stage = two.stage().await;
    assert!(matches!(stage, Stage::SignIn { ended: None, .. }));
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
    let two = there.restarted(two).await;
    assert!(matches!(two.stage().await, Stage::SignIn { .. }));
    there.link.mend(&server);
    let out = device(&one, "the sign-out is there", |device| {
        device.ending.is_some()
    })
    .await;
    let ending = out.ending.unwrap();
    assert_eq!(ending.reason, EndedReason::SignedOut);
    assert!(ending.receipt.unwrap().verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_to_stay_leaves_nothing() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.connected().await;
    two.sign_in(sign_in("anna", false)).await.unwrap();
    current(&two).await;
    assert_eq!(there.keyring.names(), Vec::<String>::new());
    two.close().await;
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
    device(&one, "the closed device signed out", |device| {
        device
            .ending
            .as_ref()
            .is_some_and(|ending| ending.receipt.is_some())
    })
    .await;
    let two = there.restarted(two).await;
    two.sign_in(sign_in("anna", false)).await.unwrap();
    current(&two).await;
    // Without a chance to tidy up: what is left is gone at the next start, and could not be read.
    let two = there.restarted(two).await;
    assert!(matches!(two.stage().await, Stage::SignIn { .. }));
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_for_one_copy_of_the_app() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let second = here.open().await;
    let Stage::FolderUnusable { problem, .. } = second.stage().await else {
        panic!("two copies use one folder");
    };
    assert_eq!(problem, FolderProblem::InUse);
    let failure = second.sign_in(sign_in("anna", true)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::FolderInUse);
    client.edit_profile(named("Anna K.")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_gone_is_a_state_and_no_lost_session() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let mut here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    client.close().await;
    let keyring = std::mem::take(&mut here.keyring);
    let client = here.restarted(client).await;
    let Stage::WaitingForKeyring { problem, .. } = client.stage().await else {
        panic!("no state for a missing key");
    };
    assert_eq!(problem, KeyringProblem::KeyMissing);
    assert_eq!(
        client.profile().await.unwrap_err().code,
        FailureCode::KeyringUnavailable
    );
    client.close().await;
    let without = std::mem::replace(&mut here.keyring, keyring);
    let client = here.restarted(client).await;
    assert_eq!(
        client.profile().await.unwrap().display_name,
        "Anna Kowalska"
    );
    client.close().await;
    here.keyring = without;
    let client = here.restarted(client).await;
    client.continue_without_keyring().await.unwrap();
    let stage = client.stage().await;
    assert!(matches!(stage, Stage::SignIn { .. }));
    assert_eq!(here.databases(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_copy_is_built_anew() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    client.close().await;
    let database = here
        .databases()
        .into_iter()
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .unwrap();
    let mut content = std::fs::read(&database).unwrap();
    // Past the header: the pages with the rows.
    for octet in content.iter_mut().skip(4_096).step_by(97) {
        *octet ^= 0x10;
    }
    std::fs::write(&database, content).unwrap();
    let client = here.restarted(client).await;
    let shown = profile(&client, "the profile is fetched again", |_| true).await;
    assert_eq!(shown.display_name, "Anna Kowalska");
    current(&client).await;
    // Nothing could be read, so nobody knows what waited there.
    let damage = client.sync_status().await.damage;
    assert_eq!(damage, Some(DamageView { lost_changes: None }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_copy_keeps_the_changes_that_wait() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    here.link.cut();
    offline(&client).await;
    client.edit_profile(named("Ann")).await.unwrap();
    client.close().await;
    let database = here
        .databases()
        .into_iter()
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(&database)
        .connect()
        .await
        .unwrap();
    sqlx::query("UPDATE records SET revision = revision + 1")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // And a crash in the middle of the last repair.
    std::fs::rename(&database, database.with_extension("rebuilt")).unwrap();
    let client = here.restarted(client).await;
    let sync = until(&client, "the damage is noticed", async || {
        let sync = client.sync_status().await;
        sync.damage.is_some().then_some(sync)
    })
    .await;
    let nothing_lost = Some(DamageView {
        lost_changes: Some(0),
    });
    assert_eq!((sync.damage, sync.waiting_changes), (nothing_lost, 1));
    here.link.mend(&server);
    client.sync_now().await.unwrap();
    profile(&client, "the edit is confirmed", |profile| {
        profile.waiting_fields.is_empty() && profile.display_name == "Ann"
    })
    .await;
    let started_again = here.restarted(client).await;
    // Told until it is read, over restarts.
    current(&started_again).await;
    assert_eq!(started_again.sync_status().await.damage, nothing_lost);
    started_again.dismiss_damage().await.unwrap();
    assert_eq!(started_again.sync_status().await.damage, None);
    let read = here.restarted(started_again).await;
    assert_eq!(read.sync_status().await.damage, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_change_that_is_lost_with_the_copy_is_told_until_it_is_read() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    here.link.cut();
    offline(&client).await;
    client.edit_profile(named("Ann")).await.unwrap();
    let client = damaged(
        &here,
        client,
        "UPDATE outbox SET sealed = zeroblob(length(sealed))",
    )
    .await;
    let lost = |changes| {
        Some(DamageView {
            lost_changes: Some(changes),
        })
    };
    assert_eq!(client.sync_status().await.damage, lost(1));
    here.link.mend(&server);
    client.sync_now().await.unwrap();
    current(&client).await;
    assert_eq!(client.sync_status().await.damage, lost(1));
    // A second damage adds to what was not read of yet.
    let client = damaged(&here, client, "UPDATE records SET revision = revision + 1").await;
    until(
        &client,
        "the second damage is noticed",
        async || match client.profile().await {
            Ok(profile) if profile.display_name == "Anna Kowalska" => Some(()),
            _ => None,
        },
    )
    .await;
    assert_eq!(client.sync_status().await.damage, lost(1));
    client.dismiss_damage().await.unwrap();
    assert_eq!(client.sync_status().await.damage, None);
}

/// Ends the app, changes its local copy behind its back, and starts it again.
async fn damaged(device: &Device, client: Arc<Client>, statement: &'static str) -> Arc<Client> {
    client.close().await;
    let mut connection = SqliteConnectOptions::new()
        .filename(&device.databases()[0])
        .connect()
        .await
        .unwrap();
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    device.restarted(client).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_and_not_answered_may_have_been_done() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let proxy = Proxy::to(&server).await;
    here.link.lead_to(proxy.address());
    // A connection that is just being cut may lose a request rather than its answer.
    eventually("a request by way of the proxy", async || {
        let form = StepUpForm {
            password: PASSWORD.to_owned(),
            code: None,
        };
        client.step_up(form).await.ok()
    })
    .await;
    proxy.lose_answers(Some("/v1/emails"));
    let added = client
        .add_email(AddEmailForm {
            address: "second@example.org".to_owned(),
        })
        .await;
    assert_eq!(added.unwrap_err().code, FailureCode::Unanswered);
    proxy.lose_answers(None);
    // And it was: what is shown says so without being asked.
    until(&client, "the address is there", async || {
        let contacts = client.contacts().await.ok()?;
        let second = |email: &EmailView| email.address == "second@example.org";
        contacts.emails.iter().any(second).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_died_in_a_sleep_is_not_waited_for() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    here.link.swallow();
    two.edit_profile(named("Ann")).await.unwrap();
    current(&two).await;
    // In silence for 45 s, which is longer than this test waits.
    assert_eq!(one.sync_status().await.state, SyncState::UpToDate);
    one.look_again();
    soon(profile(
        &one,
        "the other device's edit is here",
        |profile| profile.display_name == "Ann",
    ))
    .await;
    soon(current(&one)).await;
    // By a stream that lives.
    two.edit_profile(named("Annie")).await.unwrap();
    soon(profile(&one, "the next edit is told", |profile| {
        profile.display_name == "Annie"
    }))
    .await;
    // So are the requests that were under way.
    here.link.swallow();
    one.edit_profile(named("Anna")).await.unwrap();
    one.look_again();
    soon(profile(&two, "the edit arrives", |profile| {
        profile.display_name == "Anna"
    }))
    .await;
}

/// Not a benchmark: only that nothing waits for the 30 s after which a dead request is given up.
async fn soon<T>(awaited: impl Future<Output = T>) {
    let done = tokio::time::timeout(Duration::from_secs(15), awaited).await;
    assert!(done.is_ok(), "it waits for a dead connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_keeps_no_receipt_of_another_and_no_choice() {
    let [first, second] = [
        ServerUnderTest::start_in_process(Database::Sqlite).await,
        ServerUnderTest::start_in_process(Database::Sqlite).await,
    ];
    // Its backlog takes connections, and nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_address = silent.local_addr().unwrap();
    let here = Device::new(&first).await;
    let client = here.signed_up("anna").await;
    here.link.lead_to(silent_address);
    client.sign_out().await.unwrap();
    client.leave_server().await.unwrap();

    // A choice that nobody waits for any more, and one that takes the place of another.
    let choose = |address: SocketAddr| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { client.connect_to_server(format!("http://{address}")).await })
    };
    let given_up = choose(silent_address);
    client.stop_choosing().await;
    let replaced = choose(silent_address);
    let there = Device::new(&second).await;
    let watcher = there.signed_up("bruno").await;
    eventually("the other choice is made", async || {
        choose(there.link.address()).await.unwrap().ok()
    })
    .await;
    for abandoned in [given_up, replaced] {
        let failure = abandoned.await.unwrap().unwrap_err();
        assert_eq!(failure.code, FailureCode::ChangedMeanwhile);
    }

    client.sign_in(sign_in("bruno", true)).await.unwrap();
    client.sign_out().await.unwrap();
    device(&watcher, "the receipt is there", |device| {
        let ending = device.ending.as_ref();
        ending.is_some_and(|ending| ending.receipt.is_some())
    })
    .await;
    here.link.mend(&first);
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_added_confirmed_made_primary_and_removed() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let bad = AddEmailForm {
        address: "anna".to_owned(),
    };
    let failure = client.add_email(bad).await.unwrap_err();
    assert_eq!(failure.fields[0].field, "address");
    let new = "anna@example.net";
    let add = async || {
        let address = new.to_owned();
        client.add_email(AddEmailForm { address }).await
    };
    let failure = add().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    step_up(&client).await;
    add().await.unwrap();
    let token = server
        .outbox()
        .confirmation(new, 1)
        .await
        .token()
        .expect("a link");
    assert_eq!(client.confirm_email(token.clone()).await.unwrap(), new);
    let failure = client.confirm_email(token).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::AlreadyConfirmed);
    let email = |address: &'static str| {
        let client = Arc::clone(&client);
        async move {
            let contacts = client.contacts().await.ok()?;
            contacts
                .emails
                .into_iter()
                .find(|email| email.address == address)
        }
    };
    let confirmed = until(&client, "the address is confirmed", async || {
        email(new)
            .await
            .filter(|email| email.confirmed_at.is_some())
    })
    .await;
    client.make_email_primary(confirmed.id).await.unwrap();
    until(&client, "the address is primary", async || {
        email(new).await.filter(|email| email.primary)
    })
    .await;
    let old = email("anna@example.org").await.unwrap();
    client.remove_email(old.id).await.unwrap();
    until(&client, "the old address is gone", async || {
        email("anna@example.org").await.is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_latchkey_server_is_told_apart() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.open().await;
    for (address, code) in [
        ("two words", FailureCode::InvalidAddress),
        ("http://example.org", FailureCode::NotHttps),
        ("http://127.0.0.1:1", FailureCode::Unreachable),
    ] {
        let failure = client.connect_to_server(address.to_owned()).await;
        assert_eq!(failure.unwrap_err().code, code, "{address}");
    }
    // It speaks HTTP, and not as we do: every path below this one is unknown.
    let address = format!("http://{}/elsewhere", server.address());
    let failure = client.connect_to_server(address).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotLatchkey);
    // TLS to a server that has none.
    let address = format!("https://{}", server.address());
    let failure = client.connect_to_server(address).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::UntrustedCertificate);
    assert_eq!(failure.certificate, Some(CertificateProblem::NotEncrypted));
    assert_eq!(client.stage().await, Stage::FirstStart);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_reaches_an_open_device_fast() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    one.end_devices(EndDevices::Others).await.unwrap();
    // Not a benchmark: only that it is told, and does not wait for the next try.
    let told = tokio::time::timeout(Duration::from_secs(5), signed_out(&two)).await;
    assert!(told.is_ok());
}
