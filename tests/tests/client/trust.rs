//! Devices on probation, "It wasn't me" in both sizes, and the review, from the client without a window against the real
//! server.

use crate::{confirmed, mailed};
use latchkey_client::accounts::SignInForm;
use latchkey_client::client::Client;
use latchkey_client::contacts::AddEmailForm;
use latchkey_client::failure::FailureCode;
use latchkey_client::links::Followed;
use latchkey_client::password::ChangePasswordForm;
use latchkey_client::second_factor::CodeForm;
use latchkey_client::sessions::{EndDevices, RenameDeviceForm};
use latchkey_client::step_up::StepUpForm;
use latchkey_client::trust::{GuardView, ReviewForm};
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::trust::Suspended;
use latchkey_tests::client::{
    Device, PASSWORD, approve, current, device, named, offline, profile, sign_in, signed_out,
    step_up, until,
};
use latchkey_tests::server::{Authenticator, Database, ServerUnderTest};

const ADDRESS: &str = "anna@example.org";

/// Another good one.
const NEW_PASSWORD: &str = "seven copper lanterns swing";

fn proof(password: &str) -> StepUpForm {
    StepUpForm {
        password: password.to_owned(),
        code: None,
    }
}

fn address(address: &str) -> AddEmailForm {
    AddEmailForm {
        address: address.to_owned(),
    }
}

async fn choose_new_password(client: &std::sync::Arc<Client>) {
    let form = ChangePasswordForm {
        current_password: PASSWORD.to_owned(),
        new_password: NEW_PASSWORD.to_owned(),
        repeat: NEW_PASSWORD.to_owned(),
        code: None,
        end_other_sessions: true,
    };
    client.change_password(form).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_on_probation_reads_and_is_approved_on_a_trusted_one() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    assert!(!one.trust().await.unwrap().on_probation, "nobody to ask");
    let two = there.signed_in("anna").await;
    let view = two.trust().await.unwrap();
    assert!(view.on_probation && view.primary_address.is_none());
    assert_eq!(view.trusted_devices, 1);
    // What is harmless arrives; what guards stays as it is.
    two.edit_profile(named("Anna K.")).await.unwrap();
    profile(&one, "the name is there", |profile| {
        profile.display_name == "Anna K."
    })
    .await;
    let own = device(&two, "this device", |device| device.this_device).await;
    for refused in [
        two.add_email(address("eve@example.net")).await.err(),
        two.end_devices(EndDevices::Others).await.err(),
        two.approve_device(own.id.clone()).await.err(),
        two.disown_device(own.id.clone()).await.err(),
        two.secure_account().await.err(),
    ] {
        let code = refused.expect("it is on probation").code;
        assert_eq!(code, FailureCode::OnProbation);
    }
    let failure = one.approve_device(own.id.clone()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    approve(&one, &two).await;
    let again = one.approve_device(own.id.clone()).await.unwrap_err();
    assert_eq!(again.code, FailureCode::NotAllowedNow);
    step_up(&two).await;
    two.add_email(address("anna@example.net")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_a_device_on_probation_may_not_change_is_kept_with_its_reason() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let first = device(&one, "this device", |device| device.this_device).await;
    let two = there.signed_in("anna").await;
    let rename = |name: &str| RenameDeviceForm {
        id: first.id.clone(),
        device_name: name.to_owned(),
        seen: None,
    };
    two.rename_device(rename("Swapped")).await.unwrap();
    device(&two, "the name is refused", |device| {
        device
            .refused_name
            .as_ref()
            .is_some_and(|refused| refused.reason == latchkey_client::sync::Refusal::OnProbation)
    })
    .await;
    current(&one).await;
    let now = device(&one, "this device", |device| device.this_device).await;
    assert_eq!(now.name, first.name);
    // Approved, it is given once more.
    approve(&one, &two).await;
    two.rename_device(rename("Desk")).await.unwrap();
    device(&one, "the new name", |device| device.name == "Desk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_approves_the_device_that_asked_for_it_and_no_other() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let devices = [
        Device::new(&server).await,
        Device::new(&server).await,
        Device::new(&server).await,
    ];
    let one = devices[0].signed_up("anna").await;
    confirmed(&server, &one).await;
    let two = devices[1].signed_in("anna").await;
    // Its key is in no keyring.
    let three = devices[2].connected().await;
    three.sign_in(sign_in("anna", false)).await.unwrap();
    current(&three).await;
    until(&two, "the address is known", async || {
        let view = two.trust().await.ok()?;
        (view.primary_address.as_deref() == Some(ADDRESS)).then_some(())
    })
    .await;
    let kind = AppLinkKind::ApproveDevice;
    two.ask_approval_link().await.unwrap();
    let token = mailed(&server, ADDRESS, kind, 1).await;
    let page = format!("{}approve-device/{token}", server.url());
    let failure = three.approve_by_link(page.clone()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::LinkSpent, "another asked for it");
    assert!(three.trust().await.unwrap().on_probation);
    let foreign = AppLink {
        kind,
        token: token.clone(),
        server_id: Some(ServerId(uuid::Uuid::from_u128(7))),
    };
    let failure = two.approve_by_link(foreign.to_string()).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::OtherServer);
    two.approve_by_link(format!("> Approve: <{page}>"))
        .await
        .unwrap();
    until(&two, "it is approved", async || {
        (!two.trust().await.ok()?.on_probation).then_some(())
    })
    .await;

    three.ask_approval_link().await.unwrap();
    let link = AppLink {
        kind,
        token: mailed(&server, ADDRESS, kind, 2).await,
        server_id: Some(server.server_id()),
    };
    let followed = three.follow(link).await.unwrap();
    assert_eq!(followed, Followed::DeviceApproved);
    until(&three, "it is approved", async || {
        (!three.trust().await.ok()?.on_probation).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_not_me_is_out_and_the_password_opens_nothing_new() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    let strange = device(&one, "the strange device", |device| device.can_answer).await;
    assert_eq!(one.disown_device(strange.id).await.unwrap(), 1);
    let ended = signed_out(&two).await.expect("a sentence that says why");
    assert_eq!(ended.reason, EndedReason::Disowned);
    until(&one, "the password is spoiled", async || {
        let spoiled = one.trust().await.ok()?.spoiled && one.password().await.ok()?.spoiled;
        spoiled.then_some(())
    })
    .await;
    assert_eq!(one.trust().await.unwrap().suspended, [], "nothing else");
    let failure = two.sign_in(sign_in("anna", true)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::PasswordSpoiled);
    let wrong = SignInForm {
        password: "not the password at all".to_owned(),
        ..sign_in("anna", true)
    };
    let failure = two.sign_in(wrong).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::SignInRefused, "says no more");
    choose_new_password(&one).await;
    until(&one, "it is over", async || {
        (!one.trust().await.ok()?.spoiled).then_some(())
    })
    .await;
    let new = SignInForm {
        password: NEW_PASSWORD.to_owned(),
        ..sign_in("anna", true)
    };
    two.sign_in(new).await.unwrap();
    current(&two).await;
    assert!(two.trust().await.unwrap().on_probation);
}

/// Whoever signs in, reads and signs out again has the password all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_signed_itself_out_can_be_disowned_all_the_same() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    here.link.cut();
    offline(&one).await;
    let two = there.signed_in("anna").await;
    two.sign_out().await.unwrap();
    here.link.mend(&server);
    one.sync_now().await.unwrap();
    let strange = device(&one, "the strange device", |device| {
        device.can_answer && device.ending.is_some()
    })
    .await;
    assert_eq!(one.disown_device(strange.id.clone()).await.unwrap(), 0);
    until(&one, "it is said", async || {
        let devices = one.devices().await.ok()?.ended;
        let over = devices.iter().all(|device| !device.can_answer);
        (over && one.trust().await.ok()?.spoiled).then_some(())
    })
    .await;
}

/// What `guards` are.
fn kinds(guards: &[GuardView]) -> Vec<&str> {
    let mut kinds: Vec<&str> = guards
        .iter()
        .map(|guard| match guard.guard {
            Suspended::Email(_) => "email",
            Suspended::Passkey(_) => "passkey",
            Suspended::SecondFactor => "second factor",
            Suspended::RecoveryCodes => "recovery codes",
        })
        .collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secured_account_is_reviewed_with_one_proof() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    confirmed(&server, &one).await;
    let two = there.signed_in("anna").await;
    approve(&one, &two).await;
    one.add_email(address("anna@example.net")).await.unwrap();
    let token = mailed(&server, "anna@example.net", AppLinkKind::ConfirmEmail, 1).await;
    one.confirm_email(token).await.unwrap();
    let setup = one.begin_second_factor().await.unwrap();
    let app = Authenticator {
        secret: setup.secret.replace(' ', ""),
    };
    let form = CodeForm {
        code: app.code(server.now()),
        end_other_sessions: false,
    };
    one.enable_second_factor(form).await.unwrap();
    let expected = ["email", "recovery codes", "second factor"];
    let securing = until(&one, "what would stop", async || {
        let securing = one.securing().await.ok()?;
        (kinds(&securing.guards) == expected).then_some(securing)
    })
    .await;
    assert_eq!(securing.devices.len(), 1);
    assert_eq!(one.trust().await.unwrap().suspended, []);

    // The other device may do it too: it is trusted.
    let failure = two.secure_account().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    assert_eq!(one.secure_account().await.unwrap(), 1);
    let ended = signed_out(&two).await.expect("a sentence that says why");
    assert_eq!(ended.reason, EndedReason::Disowned);
    let view = until(&one, "the suspended things", async || {
        let view = one.trust().await.ok()?;
        (kinds(&view.suspended) == expected).then_some(view)
    })
    .await;
    assert!(view.spoiled && view.primary_address.as_deref() == Some(ADDRESS));
    for guard in &view.suspended {
        assert!(guard.new && guard.device_name.is_some(), "{guard:?}");
        assert_eq!(guard.address.as_deref(), Some("127.0.0.1"), "{guard:?}");
    }
    let contacts = one.contacts().await.unwrap();
    assert!(
        contacts
            .emails
            .iter()
            .all(|email| email.suspended != email.primary)
    );
    let factor = one.second_factor().await.unwrap();
    assert!(factor.suspended && factor.recovery_codes_suspended);
    assert!(!one.overview().await.unwrap().second_factor_on);

    choose_new_password(&one).await;
    let form = |password: &str| {
        let (remove, keep) = view
            .suspended
            .iter()
            .map(|guard| guard.guard)
            .partition(|guard| matches!(guard, Suspended::Email(_)));
        ReviewForm {
            proof: proof(password),
            keep,
            remove,
        }
    };
    let failure = one.review(form(PASSWORD)).await.unwrap_err();
    assert_eq!(failure.fields[0].field, "password");
    one.review(form(NEW_PASSWORD)).await.unwrap();
    until(&one, "all is decided", async || {
        let decided = one.trust().await.ok()?.suspended.is_empty();
        let contacts = one.contacts().await.ok()?;
        (decided && contacts.emails.len() == 1).then_some(())
    })
    .await;
    let factor = one.second_factor().await.unwrap();
    assert!(factor.enabled_at.is_some() && !factor.suspended);
    let again = one.review(form(NEW_PASSWORD)).await.unwrap_err();
    assert!(
        matches!(
            again.code,
            FailureCode::NotFound | FailureCode::NotAllowedNow | FailureCode::InvalidFields
        ),
        "{again:?}"
    );
}
