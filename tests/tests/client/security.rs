//! What guards an account, from the client without a window against the real server: the password, a forgotten one,
//! two-step sign-in, proving again who sits here.

use std::path::PathBuf;

use crate::{confirmed, mailed};
use latchkey_client::accounts::{ChangeUsernameForm, SignInForm};
use latchkey_client::client::Client;
use latchkey_client::contacts::AddEmailForm;
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::links::Followed;
use latchkey_client::password::{ChangePasswordForm, PasswordCheckForm};
use latchkey_client::recovery::{RequestRecoveryForm, ResetPasswordForm};
use latchkey_client::second_factor::CodeForm;
use latchkey_client::sessions::EndDevices;
use latchkey_client::stage::Stage;
use latchkey_client::step_up::StepUpForm;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::recovery::RecoveryMail;
use latchkey_protocol::recovery::app_token;
use latchkey_protocol::sessions::EndedReason;
use latchkey_tests::client::{
    Device, PASSWORD, current, device, named, new_account, profile, sign_in, signed_out, until,
};
use latchkey_tests::server::{Authenticator, Database, Proxy, ServerUnderTest, eventually};

/// Another good one.
const NEW_PASSWORD: &str = "seven copper lanterns swing";

fn refused(failure: &Failure) -> (&str, FieldCode) {
    assert_eq!(failure.code, FailureCode::InvalidFields, "{failure:?}");
    let problem = &failure.fields[0];
    (problem.field.as_str(), problem.code)
}

fn change(current: &str, new: &str, end_other_sessions: bool) -> ChangePasswordForm {
    ChangePasswordForm {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        repeat: new.to_owned(),
        code: None,
        end_other_sessions,
    }
}

fn proof(password: &str, code: Option<String>) -> StepUpForm {
    StepUpForm {
        password: password.to_owned(),
        code,
    }
}

fn given(code: &str) -> CodeForm {
    CodeForm {
        code: code.to_owned(),
        end_other_sessions: false,
    }
}

/// Turns two-step sign-in on, and moves the server's clock to the next code.
async fn protected(server: &ServerUnderTest, client: &Client) -> (Authenticator, Vec<String>) {
    confirmed(server, client).await;
    client.step_up(proof(PASSWORD, None)).await.unwrap();
    let setup = client.begin_second_factor().await.unwrap();
    assert!(setup.qr.size > 20 && setup.qr.path.starts_with('M'));
    let app = Authenticator {
        secret: setup.secret.replace(' ', ""),
    };
    let wrong = client
        .enable_second_factor(given(&app.wrong(server.now())))
        .await;
    assert_eq!(
        refused(&wrong.err().unwrap()),
        ("code", FieldCode::WrongCode)
    );
    let codes = client
        .enable_second_factor(given(&app.code(server.now())))
        .await
        .unwrap();
    assert_eq!(codes.username, "anna");
    server.clock().advance_seconds(30);
    (app, codes.codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_devices_and_this_one_goes_on() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let two = there.signed_in("anna").await;
    let view = one.password().await.unwrap();
    assert!(view.changed_at.is_some() && !view.second_factor_on && !view.spoiled);
    until(&one, "the other device is known", async || {
        (one.password().await.ok()?.other_devices == 1).then_some(())
    })
    .await;
    let short = one.change_password(change(PASSWORD, "short", true)).await;
    assert_eq!(
        refused(&short.unwrap_err()),
        ("new_password", FieldCode::TooShort)
    );
    let own = one
        .change_password(change(PASSWORD, "anna kowalska anna", true))
        .await;
    assert_eq!(
        refused(&own.unwrap_err()),
        ("new_password", FieldCode::ContainsContext),
        "the profile's name is known without being typed"
    );
    let form = ChangePasswordForm {
        repeat: "another".to_owned(),
        ..change(PASSWORD, NEW_PASSWORD, true)
    };
    let differs = one.change_password(form).await.unwrap_err();
    assert_eq!(refused(&differs), ("repeat", FieldCode::Different));
    let wrong = one
        .change_password(change("not the password at all", NEW_PASSWORD, true))
        .await;
    assert_eq!(
        refused(&wrong.unwrap_err()),
        ("current_password", FieldCode::WrongPassword)
    );
    let changed = one
        .change_password(change(PASSWORD, NEW_PASSWORD, true))
        .await
        .unwrap();
    assert_eq!(changed.ended_devices, 1);
    let ended = signed_out(&two).await.expect("a sentence that says why");
    assert_eq!(ended.reason, EndedReason::PasswordChanged);
    assert_eq!(there.databases(), Vec::<PathBuf>::new());
    // The session goes on with a new token, which outlasts the app.
    one.edit_profile(named("Anna K.")).await.unwrap();
    current(&one).await;
    let failure = two.sign_in(sign_in("anna", true)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::SignInRefused);
    let form = SignInForm {
        password: NEW_PASSWORD.to_owned(),
        ..sign_in("anna", true)
    };
    two.sign_in(form).await.unwrap();
    // By then the old token is dead for certain.
    server.clock().advance_seconds(700);
    let one = here.restarted(one).await;
    assert!(matches!(one.stage().await, Stage::SignedIn { .. }));
    current(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_can_be_made_by_chance_and_is_admitted() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let generated = client.generate_password().await.unwrap();
    assert_ne!(generated, client.generate_password().await.unwrap());
    let checked = client
        .check_password(PasswordCheckForm {
            password: generated.clone(),
            context: Vec::new(),
            second_factor: None,
        })
        .await
        .unwrap();
    assert!(checked.rules.iter().all(|rule| rule.satisfied));
    assert_eq!(checked.strength.score, 4);
    client
        .change_password(change(PASSWORD, &generated, false))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_step_sign_in_from_the_first_code_to_the_last() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    let refusal = one.begin_second_factor().await.err().unwrap();
    assert_eq!(refusal.code, FailureCode::StepUpNeeded);
    let wrong = one.step_up(proof("not the password at all", None)).await;
    assert_eq!(
        refused(&wrong.unwrap_err()),
        ("password", FieldCode::WrongPassword)
    );
    let (app, codes) = protected(&server, &one).await;
    assert_eq!(codes.len(), 10);
    let view = one.second_factor().await.unwrap();
    assert!(view.enabled_at.is_some() && !view.few_left && view.has_confirmed_email);
    assert_eq!(view.recovery_codes_left, 10);
    assert!(one.overview().await.unwrap().second_factor_on);
    // With a second factor a shorter password will do.
    assert_eq!(one.password().await.unwrap().minimum, 8);
    // The new token of the step-up outlasts the app.
    let one = here.restarted(one).await;
    assert!(matches!(one.stage().await, Stage::SignedIn { .. }));
    current(&one).await;

    let two = there.connected().await;
    let with = |code: Option<String>| SignInForm {
        code,
        ..sign_in("anna", true)
    };
    let failure = two.sign_in(with(None)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::SecondFactorNeeded);
    let unreadable = two.sign_in(with(Some("12".to_owned()))).await;
    assert_eq!(
        refused(&unreadable.unwrap_err()),
        ("code", FieldCode::WrongCode)
    );
    let wrong = two.sign_in(with(Some(app.wrong(server.now())))).await;
    assert_eq!(refused(&wrong.unwrap_err()), ("code", FieldCode::WrongCode));
    two.sign_in(with(Some(app.code(server.now()))))
        .await
        .unwrap();
    two.sign_out().await.unwrap();
    two.sign_in(with(Some(codes[0].to_lowercase())))
        .await
        .unwrap();
    let used = two.sign_out().await;
    used.unwrap();
    let again = two.sign_in(with(Some(codes[0].clone()))).await;
    assert_eq!(refused(&again.unwrap_err()), ("code", FieldCode::WrongCode));
    until(&one, "a code less is left", async || {
        let view = one.second_factor().await.ok()?;
        (view.recovery_codes_left == 9).then_some(())
    })
    .await;

    server.clock().advance_seconds(30);
    let code = Some(app.code(server.now()));
    let new = one
        .replace_recovery_codes(proof(PASSWORD, code))
        .await
        .unwrap();
    assert!(new.codes.iter().all(|code| !codes.contains(code)));
    one.disable_second_factor(proof(PASSWORD, Some(new.codes[3].clone())))
        .await
        .unwrap();
    until(&one, "it is off", async || {
        let view = one.second_factor().await.ok()?;
        view.enabled_at.is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_an_older_token_signs_nobody_out() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let proxy = Proxy::to(&server).await;
    let here = Device::new(&server).await;
    let client = here.connected_by(&proxy).await;
    client.create_account(new_account("anna")).await.unwrap();
    current(&client).await;
    proxy.hold(Some("/v1/edits"));
    client.edit_profile(named("Anna K.")).await.unwrap();
    eventually("the edit is under way with the old token", async || {
        (proxy.held() == 1).then_some(())
    })
    .await;
    client.step_up(proof(PASSWORD, None)).await.unwrap();
    // The first use of the new token is the end of the old one.
    client
        .add_email(AddEmailForm {
            address: "anna@example.net".to_owned(),
        })
        .await
        .unwrap();
    proxy.hold(None);
    profile(&client, "the edit is sent again", |profile| {
        profile.display_name == "Anna K." && profile.waiting_fields.is_empty()
    })
    .await;
    assert!(matches!(client.stage().await, Stage::SignedIn { .. }));
    let client = here.restarted(client).await;
    assert!(matches!(client.stage().await, Stage::SignedIn { .. }));
}

/// Approves the device of `other` on that of `client`, where two-step sign-in is on.
async fn approve_with(client: &Client, other: &Client, code: &str) {
    let own = device(other, "this device", |device| device.this_device).await;
    device(client, "the device on probation", |device| {
        device.id == own.id && device.can_answer
    })
    .await;
    client
        .step_up(proof(PASSWORD, Some(code.to_owned())))
        .await
        .unwrap();
    client.approve_device(own.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_that_were_lost_on_their_way_are_missed() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let proxy = Proxy::to(&server).await;
    let client = here.connected_by(&proxy).await;
    client.create_account(new_account("anna")).await.unwrap();
    confirmed(&server, &client).await;
    client.step_up(proof(PASSWORD, None)).await.unwrap();
    let setup = client.begin_second_factor().await.unwrap();
    let app = Authenticator {
        secret: setup.secret.replace(' ', ""),
    };
    let enable = async |code: String| client.enable_second_factor(given(&code)).await.err();
    let wrong = enable(app.wrong(server.now())).await.unwrap();
    assert_eq!(refused(&wrong), ("code", FieldCode::WrongCode));
    proxy.lose_answers(Some("/v1/second-factor/enable"));
    let lost = enable(app.code(server.now())).await.unwrap();
    assert_eq!(lost.code, FailureCode::Unanswered);
    let missed = async |client: &Client| {
        until(client, "the codes are missed", async || {
            let view = client.second_factor().await.ok()?;
            (view.enabled_at.is_some() && view.codes_not_received).then_some(())
        })
        .await;
    };
    missed(&client).await;
    // Also by the next run of the app, and after new ones were refused.
    let client = here.restarted(client).await;
    current(&client).await;
    missed(&client).await;
    server.clock().advance_seconds(30);
    let replace = async |code: String| {
        client
            .replace_recovery_codes(proof(PASSWORD, Some(code)))
            .await
    };
    let wrong = replace(app.wrong(server.now())).await.err().unwrap();
    assert_eq!(refused(&wrong), ("code", FieldCode::WrongCode));
    missed(&client).await;
    let new = replace(app.code(server.now())).await.unwrap();
    assert_eq!(new.codes.len(), 10);
    let view = client.second_factor().await.unwrap();
    assert!(!view.codes_not_received);
    // A set that another device had made was shown there, and is not missed here.
    server.clock().advance_seconds(30);
    proxy.lose_answers(Some("/v1/second-factor/recovery-codes"));
    let lost = replace(app.wrong(server.now())).await.err().unwrap();
    assert_eq!(lost.code, FailureCode::Unanswered);
    proxy.lose_answers(None);
    let there = Device::new(&server).await;
    let other = there.connected().await;
    let form = SignInForm {
        code: Some(app.code(server.now())),
        ..sign_in("anna", true)
    };
    other.sign_in(form).await.unwrap();
    server.clock().advance_seconds(30);
    approve_with(&client, &other, &app.code(server.now())).await;
    server.clock().advance_seconds(30);
    let form = proof(PASSWORD, Some(app.code(server.now())));
    other.replace_recovery_codes(form).await.unwrap();
    let view = until(&client, "the other device's codes", async || {
        let now = client.second_factor().await.ok()?;
        (now.recovery_codes_created_at > view.recovery_codes_created_at).then_some(now)
    })
    .await;
    assert!(!view.codes_not_received);
    // Those that took the place of others are missed as well.
    server.clock().advance_seconds(30);
    proxy.lose_answers(Some("/v1/second-factor/recovery-codes"));
    let lost = replace(app.code(server.now())).await.err().unwrap();
    assert_eq!(lost.code, FailureCode::Unanswered);
    missed(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_a_pasted_link_and_everybody_is_out() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    confirmed(&server, &one).await;
    let two = there.connected().await;
    assert_eq!(two.recovery_status().await.unwrap(), None);
    let login = || RequestRecoveryForm {
        login: " anna ".to_owned(),
    };
    two.request_recovery(login()).await.unwrap();
    let link = AppLinkKind::ResetPassword;
    let token = mailed(&server, "anna@example.org", link, 1).await;
    let status = two.recovery_status().await.unwrap().unwrap();
    assert_eq!(
        (status.login.as_str(), status.mail),
        ("anna", RecoveryMail::NoneKnown),
        "a device that the account does not know learns nothing"
    );
    let form = |link: &str, new: &str| ResetPasswordForm {
        link: Some(link.to_owned()),
        new_password: new.to_owned(),
        repeat: new.to_owned(),
        code: None,
    };
    let page = format!("{}reset-password/{token}", server.url());
    let short = two.reset_password(form(&page, "short")).await.unwrap_err();
    assert_eq!(refused(&short), ("new_password", FieldCode::TooShort));
    let foreign = AppLink {
        kind: link,
        token: token.clone(),
        server_id: Some(ServerId(uuid::Uuid::from_u128(7))),
    };
    let foreign = form(&foreign.to_string(), NEW_PASSWORD);
    let failure = two.reset_password(foreign).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::OtherServer);
    // The page of another server, whose token would open an account there.
    let foreign = format!("https://other.example.org/reset-password/{token}");
    let failure = two.reset_password(form(&foreign, NEW_PASSWORD)).await;
    let failure = failure.unwrap_err();
    let named = (failure.code, failure.server.as_deref());
    assert_eq!(named, (FailureCode::OtherServer, Some("other.example.org")));
    let foreign = "https://other.example.org/confirm-email/abc".to_owned();
    let failure = two.confirm_email(foreign).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::OtherServer);
    for text in ["hello", &page] {
        let failure = two.confirm_email(text.to_owned()).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::LinkNotUnderstood, "{text}");
    }
    let pasted = format!("> New password: <{page}>.\r\n> Latchkey");
    let reset = two.reset_password(form(&pasted, NEW_PASSWORD)).await;
    reset.unwrap();
    let stage = two.stage().await;
    assert!(matches!(stage, Stage::SignIn { .. }), "signed in by it");
    let ended = signed_out(&one).await.expect("a sentence that says why");
    assert_eq!(ended.reason, EndedReason::PasswordReset);
    let failure = two.reset_password(form(&token, NEW_PASSWORD)).await;
    assert_eq!(failure.unwrap_err().code, FailureCode::LinkSpent);
    // The device that was signed in before is known by its key, and is told.
    one.request_recovery(login()).await.unwrap();
    mailed(&server, "anna@example.org", link, 2).await;
    until_sent(&one).await;
}

async fn until_sent(client: &Client) {
    eventually("the mail is known to be sent", async || {
        let status = client.recovery_status().await.ok()??;
        (status.mail == RecoveryMail::Sent).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_opens_the_app_waits_until_its_code_is_given() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let (here, there) = (Device::new(&server).await, Device::new(&server).await);
    let one = here.signed_up("anna").await;
    // Known to the account, and signed out.
    let two = there.signed_in("anna").await;
    two.sign_out().await.unwrap();
    let (app, _) = protected(&server, &one).await;
    let form = |code: Option<String>| ResetPasswordForm {
        link: None,
        new_password: NEW_PASSWORD.to_owned(),
        repeat: NEW_PASSWORD.to_owned(),
        code,
    };
    let failure = two.reset_password(form(None)).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotFound, "no link has opened it");
    two.request_recovery(RequestRecoveryForm {
        login: "anna@example.org".to_owned(),
    })
    .await
    .unwrap();
    let kind = AppLinkKind::ResetPassword;
    let token = mailed(&server, "anna@example.org", kind, 1).await;
    let link = AppLink {
        kind,
        token: app_token(&token),
        server_id: Some(server.server_id()),
    };
    // On another device of hers, and on one that nobody knows, it says where it works: opened, and pasted.
    let nobodys = Device::new(&server).await;
    for other in [&one, &nobodys.connected().await] {
        let failure = other.follow(link.clone()).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::OtherDevice);
        assert!(!other.reset_link().await.unwrap().waits);
        let pasted = ResetPasswordForm {
            link: Some(link.to_string()),
            ..form(None)
        };
        let failure = other.reset_password(pasted).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::OtherDevice);
    }
    assert_eq!(two.follow(link).await.unwrap(), Followed::ResetBegun);
    assert!(two.reset_link().await.unwrap().waits);
    let without = two.reset_password(form(None)).await.unwrap_err();
    assert_eq!(refused(&without), ("code", FieldCode::Required));
    let wrong = two
        .reset_password(form(Some(app.wrong(server.now()))))
        .await;
    assert_eq!(refused(&wrong.unwrap_err()), ("code", FieldCode::WrongCode));
    assert!(two.reset_link().await.unwrap().waits);
    two.reset_password(form(Some(app.code(server.now()))))
        .await
        .unwrap();
    assert!(!two.reset_link().await.unwrap().waits);
    signed_out(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_username_is_the_name_to_sign_in_with() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let here = Device::new(&server).await;
    let client = here.signed_up("anna").await;
    let form = |username: &str| ChangeUsernameForm {
        username: username.to_owned(),
    };
    let bad = client.change_username(form("a b")).await.unwrap_err();
    assert_eq!(refused(&bad), ("username", FieldCode::InvalidCharacters));
    let failure = client.change_username(form("anne")).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::StepUpNeeded);
    client.step_up(proof(PASSWORD, None)).await.unwrap();
    client.change_username(form("Anne")).await.unwrap();
    profile(&client, "the name is another", |profile| {
        profile.username == "anne"
    })
    .await;
    client.sign_out().await.unwrap();
    let Stage::SignIn { login, .. } = client.stage().await else {
        panic!("still signed in");
    };
    assert_eq!(login.as_deref(), Some("anne"));
    client.sign_in(sign_in("anne", true)).await.unwrap();
    current(&client).await;
    let ended = client.end_devices(EndDevices::Others).await.unwrap();
    assert_eq!(ended, 0);
}
