//! The password screen, and the live checklist beside every new password.

use std::sync::Arc;

use latchkey_protocol::contacts::Email;
use latchkey_protocol::password::{
    self, ChangePassword, Password, PasswordChanged, PasswordPolicy, PasswordRule, Strength,
};
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use rand::Rng as _;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::client::{Client, Phase, invalid};
use crate::failure::{Failure, FailureCode};
use crate::settings::ChosenServer;
use crate::stage::server_info;
use crate::step_up::read_code;

/// What to check.
#[derive(Clone, Deserialize, specta::Type)]
pub struct PasswordCheckForm {
    /// The text typed so far.
    pub password: String,
    /// What the person is called in the other fields: display name, username, e-mail address. Those of the account that
    /// is signed in need not be given.
    pub context: Vec<String>,
    /// Whether two-step sign-in is known to be on for the account that the password is for; `None` for the one that is
    /// signed in, and for a new one.
    pub second_factor: Option<bool>,
}

/// The checklist and the strength.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasswordCheckView {
    /// In the order to show.
    pub rules: Vec<PasswordRule>,
    /// How hard it is to guess.
    pub strength: Strength,
    /// The fewest characters should two-step sign-in be on, where it is not known to be and those are fewer.
    pub minimum_with_second_factor: Option<u32>,
}

/// What the password screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasswordView {
    /// When it was last set; `None` until that is known here.
    pub changed_at: Option<Timestamp>,
    /// Whether a code has to be given beside it.
    pub second_factor_on: bool,
    /// The fewest characters of a new one.
    pub minimum: u32,
    /// The most characters, where there is a most.
    pub maximum: Option<u32>,
    /// Other devices that are signed in.
    pub other_devices: u32,
    /// Whether it opens nothing new until it is changed.
    pub spoiled: bool,
}

/// The form of a new password.
#[derive(Clone, Deserialize, specta::Type)]
pub struct ChangePasswordForm {
    /// The current password.
    pub current_password: String,
    /// The new one.
    pub new_password: String,
    /// The new one again.
    pub repeat: String,
    /// A code of the authenticator app, or a recovery code; `None` or blank where two-step sign-in is off.
    pub code: Option<String>,
    /// Whether all other devices are signed out.
    pub end_other_sessions: bool,
}

/// What came of a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasswordChangedView {
    /// Devices that were signed out.
    pub ended_devices: u32,
}

impl Client {
    /// Checks a password as it is being typed, by the rules of the server in use.
    pub async fn check_password(
        &self,
        form: PasswordCheckForm,
    ) -> Result<PasswordCheckView, Failure> {
        let (mut policy, own) = self.password_rules().await;
        let mut fewer = None;
        if let Some(second_factor) = form.second_factor {
            let every = self.password_policy();
            policy = every.for_account(second_factor);
            let with = every.for_account(true).minimum;
            fewer = (with < policy.minimum).then_some(with);
        }
        // The estimate takes milliseconds, which is too long for an async thread.
        tokio::task::spawn_blocking(move || {
            let context: Vec<&str> = form
                .context
                .iter()
                .chain(&own)
                .map(String::as_str)
                .collect();
            let (rules, strength) = password::assess(&form.password, &policy, &context);
            PasswordCheckView {
                rules,
                strength,
                minimum_with_second_factor: fewer,
            }
        })
        .await
        .map_err(|_| FailureCode::Internal.into())
    }

    /// A password by chance that the server admits.
    pub async fn generate_password(&self) -> Result<String, Failure> {
        let (policy, _) = self.password_rules().await;
        Ok(password::generate(&policy, |octets| {
            rand::rng().fill_bytes(octets);
        }))
    }

    /// What the password screen shows.
    pub async fn password(&self) -> Result<PasswordView, Failure> {
        let account = self.account().await?;
        let id = account.stored.account_id.to_string();
        let record = account.shown::<Password>(Collection::Password, &id).await?;
        let profile = account.shown::<Profile>(Collection::Profile, &id).await?;
        let (policy, _) = self.password_rules().await;
        let devices = self.devices().await?;
        let others = devices.live.iter().filter(|device| !device.this_device);
        Ok(PasswordView {
            // One that was never changed was set with the account.
            changed_at: record
                .map(|record| record.body.changed_at)
                .or(profile.map(|profile| profile.body.created_at)),
            second_factor_on: account.second_factor_on().await?,
            minimum: policy.minimum,
            maximum: policy.maximum,
            other_devices: u32::try_from(others.count()).unwrap_or(u32::MAX),
            spoiled: account.is_password_spoiled().await?,
        })
    }

    /// Sets a new password. Needs a connection.
    pub async fn change_password(
        self: &Arc<Self>,
        form: ChangePasswordForm,
    ) -> Result<PasswordChangedView, Failure> {
        let account = self.account().await?;
        // The rules may have been changed since this device signed in.
        self.hear_of_server(&account).await?;
        let (policy, own) = self.password_rules().await;
        let context: Vec<&str> = own.iter().map(String::as_str).collect();
        let mut problems = Vec::new();
        if form.current_password.is_empty() {
            problems.push(FieldProblem::new("current_password", FieldCode::Required));
        }
        problems.extend(new_password_problems(
            &form.new_password,
            &form.repeat,
            &policy,
            &context,
        ));
        let code = read_code(form.code, &mut problems);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let _renewing = account.renewing.lock().await;
        let body = ChangePassword {
            current_password: form.current_password,
            new_password: form.new_password,
            code,
            end_other_sessions: form.end_other_sessions,
        };
        let changed: PasswordChanged = self.post(&account, "v1/password", &body, None).await?;
        self.go_on_with(&account, SecretString::from(changed.token))
            .await;
        account.catch_up(changed.revision).await;
        Ok(PasswordChangedView {
            ended_devices: u32::try_from(changed.ended.len()).unwrap_or(u32::MAX),
        })
    }

    /// What the server in use asks of passwords, whether or not a second factor is on.
    fn password_policy(&self) -> PasswordPolicy {
        self.settings()
            .server
            .map_or(PasswordPolicy::MODERN, |server| server.info.password_policy)
    }

    /// The rules for a new password here, and what the person who is signed in is called.
    async fn password_rules(&self) -> (PasswordPolicy, Vec<String>) {
        let policy = self.password_policy();
        let account = match &*self.phase.borrow() {
            Phase::SignedIn(account) => Arc::clone(account),
            _ => return (policy, Vec::new()),
        };
        let second_factor = account.second_factor_on().await.unwrap_or(false);
        let context = account.called().await.unwrap_or_default();
        (policy.for_account(second_factor), context)
    }

    /// Asks the account's server what it says of itself, and remembers it.
    async fn hear_of_server(&self, account: &Account) -> Result<(), Failure> {
        let transport = self.transport_to(&account.stored.location).await?;
        let info = server_info(&transport).await?;
        if info.server_id != account.stored.server_id {
            return Err(FailureCode::Nonsense.into());
        }
        let location = account.stored.location.clone();
        self.update_settings(move |settings| {
            settings.server = Some(ChosenServer { location, info });
        })
        .await
    }
}

impl Account {
    /// What the person is called, as far as it is known here: no password may be built on it.
    async fn called(&self) -> Result<Vec<String>, Failure> {
        let id = self.stored.account_id.to_string();
        let mut called = vec![self.stored.login.clone()];
        if let Some(profile) = self.shown::<Profile>(Collection::Profile, &id).await? {
            called.extend([profile.body.display_name, profile.body.username]);
        }
        let emails = self.all_shown::<Email>(Collection::Emails).await?;
        called.extend(emails.into_iter().map(|(_, email)| email.body.address));
        Ok(called)
    }
}

/// What is wrong with a new password and its repetition.
pub(crate) fn new_password_problems(
    new_password: &str,
    repeat: &str,
    policy: &PasswordPolicy,
    context: &[&str],
) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if let Err(code) = password::check(new_password, policy, context) {
        problems.push(FieldProblem::new("new_password", code));
    }
    if new_password != repeat {
        problems.push(FieldProblem::new("repeat", FieldCode::Different));
    }
    problems
}
