//! A forgotten password: asking for a link, what became of its mail, and the new password.

use std::sync::{Arc, PoisonError};

use latchkey_protocol::password::PasswordPolicy;
use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::recovery::{
    AskRecoveryStatus, LINK_VALID_SECONDS, OpenResetLink, OpenedResetLink, RecoveryMail,
    RecoveryRequested, RecoveryStatus, RequestRecovery, ResetPassword,
};
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::client::{Client, invalid, invalid_field};
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::passkeys::{self, BrowserPageView};
use crate::password::new_password_problems;
use crate::secrets::known_device_key;
use crate::settings::Location;
use crate::stage::server_info;
use crate::step_up::read_code;
use crate::transport::{KnownServer, Transport};

/// Whose password is forgotten.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct RequestRecoveryForm {
    /// Username or confirmed e-mail address.
    pub login: String,
}

/// What became of the last request in this run of the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RecoveryStatusView {
    /// The name it was made with.
    pub login: String,
    /// When.
    pub requested_at: Timestamp,
    /// The status of the e-mail. Only a device that has signed in to the account before is told more than
    /// [`RecoveryMail::NoneKnown`].
    pub mail: RecoveryMail,
    /// With [`RecoveryMail::Limited`]: seconds until another request sends a mail; `None` when one does already.
    pub retry_after_seconds: Option<u32>,
}

/// Whether a link for a new password has opened the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ResetLinkView {
    /// Whether there is one that was not used yet.
    pub waits: bool,
}

/// The form of a new password in the place of a forgotten one.
#[derive(Clone, Deserialize, specta::Type)]
pub struct ResetPasswordForm {
    /// The mailed link, or the token in it, as the person pasted it; `None` for the link that opened the app.
    pub link: Option<String>,
    /// The new password.
    pub new_password: String,
    /// The new password again.
    pub repeat: String,
    /// A code of the authenticator app, or a recovery code; `None` or blank until it is asked for.
    pub code: Option<String>,
}

/// A request that was made.
pub(crate) struct AskedRecovery {
    login: String,
    at: Timestamp,
    transport: Transport,
    ticket: SecretString,
}

impl Client {
    /// Asks for a mail with a link. Answered alike whether or not there is such an account. Needs a connection.
    pub async fn request_recovery(&self, form: RequestRecoveryForm) -> Result<(), Failure> {
        let login = text::trim(&form.login).to_owned();
        if login.is_empty() {
            return Err(invalid_field("login", FieldCode::Required));
        }
        let (transport, info) = self.server_in_use().await?;
        // No key is made for this: one that the account does not know proves nothing.
        let key = known_device_key(&self.installation.secrets, self.id())
            .await
            .ok()
            .flatten();
        let mut request = RequestRecovery {
            device: key.map(|key| self.proof(&key, info.server_id, &login)),
            login: login.clone(),
        };
        let mut answer = transport
            .post::<RecoveryRequested>("v1/recovery", &request, None)
            .await
            .map_err(Failure::from);
        // A clock that is wrong keeps nobody from a new password.
        if matches!(&answer, Err(failure) if failure.code == FailureCode::ClockWrong) {
            request.device = None;
            answer = Ok(transport.post("v1/recovery", &request, None).await?);
        }
        let asked = AskedRecovery {
            login,
            at: self.now(),
            transport,
            ticket: SecretString::from(answer?.ticket),
        };
        *self.recovery.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
        Ok(())
    }

    /// The status of the e-mail that was last asked for in this run; `None` when none was. Needs a connection.
    pub async fn recovery_status(&self) -> Result<Option<RecoveryStatusView>, Failure> {
        let asked = {
            let asked = self.recovery.lock().unwrap_or_else(PoisonError::into_inner);
            asked.as_ref().map(|asked| {
                let ticket = asked.ticket.expose_secret().to_owned();
                (
                    asked.login.clone(),
                    asked.at,
                    asked.transport.clone(),
                    ticket,
                )
            })
        };
        let Some((login, requested_at, transport, ticket)) = asked else {
            return Ok(None);
        };
        let status: RecoveryStatus = transport
            .post("v1/recovery/status", &AskRecoveryStatus { ticket }, None)
            .await?;
        Ok(Some(RecoveryStatusView {
            login,
            requested_at,
            mail: status.mail,
            retry_after_seconds: status.retry_after_seconds,
        }))
    }

    /// What resets the password, for the token of a link into the app: given to the device that asked for it alone.
    pub(crate) async fn open_reset_link(&self, token: String) -> Result<SecretString, Failure> {
        let (transport, info) = self.server_in_use().await?;
        let key = known_device_key(&self.installation.secrets, self.id()).await?;
        let key = key.ok_or(FailureCode::OtherDevice)?;
        let request = OpenResetLink {
            device: self.proof(&key, info.server_id, &token),
            token,
        };
        let opened = transport
            .post::<OpenedResetLink>("v1/recovery/open", &request, None)
            .await
            .map_err(Failure::from)
            .map_err(|failure| match failure.code {
                FailureCode::NotAllowedNow => FailureCode::OtherDevice.into(),
                _ => failure,
            })?;
        Ok(opened.token.into())
    }

    /// Whether a link for a new password has opened the app and waits to be used.
    pub async fn reset_link(&self) -> Result<ResetLinkView, Failure> {
        Ok(ResetLinkView {
            waits: self.reset_token(None).await.is_ok(),
        })
    }

    /// Gives up the link that opened the app.
    #[expect(clippy::unused_async, reason = "every command is asynchronous")]
    pub async fn forget_reset_link(&self) -> Result<(), Failure> {
        self.keep_reset_token(None);
        Ok(())
    }

    /// The server's page for the same link, for people who use a passkey in the place of a code. The caller opens it.
    /// The link is not used up by that.
    pub async fn reset_page(&self, link: Option<String>) -> Result<BrowserPageView, Failure> {
        let token = self.reset_token(link.as_deref()).await?;
        let location = self.location_in_use().await?;
        let transport = self.transport_to(&location).await?;
        let expires_at = self.now().plus_seconds(LINK_VALID_SECONDS);
        passkeys::reset_page(transport.base(), &token, expires_at)
    }

    /// Sets a new password with a link sent by e-mail. Ends every session of the account, this device's among them if
    /// it is signed in to it, and signs nobody in. Needs a connection.
    ///
    /// Invalid on `code` with [`FieldCode::Required`] when the account has two-step sign-in on; the link still works.
    /// As
    /// [`FailureCode::CodeOrPasskeyNeeded`] where a passkey can take the place of the code: on [`Client::reset_page`].
    pub async fn reset_password(self: &Arc<Self>, form: ResetPasswordForm) -> Result<(), Failure> {
        let token = self.reset_token(form.link.as_deref()).await?;
        let (transport, info) = self.server_in_use().await?;
        // Whose password it is and whether a second factor is on is known to the server alone, which checks the rest.
        let policy: PasswordPolicy = info.password_policy.for_account(true);
        let mut problems = new_password_problems(&form.new_password, &form.repeat, &policy, &[]);
        let code = read_code(form.code, &mut problems);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let body = ResetPassword {
            token: token.expose_secret().to_owned(),
            new_password: form.new_password,
            code,
        };
        let answer = transport.post::<()>("v1/recovery/reset", &body, None).await;
        let answer = answer.map_err(Failure::from);
        if matches!(
            &answer,
            Ok(())
                | Err(Failure {
                    code: FailureCode::LinkSpent,
                    ..
                })
        ) {
            self.reset_token_is_spent(&token);
        }
        answer?;
        if let Ok(account) = self.account().await {
            // In vain when the account is just being ended, which is what it would learn.
            let _ = account.commands.send(Command::SyncNow).await;
        }
        Ok(())
    }

    /// To the server where the account is or will be, with what that says of itself now.
    pub(crate) async fn server_in_use(&self) -> Result<(Transport, ServerInfo), Failure> {
        let transport = self.transport_to(&self.location_in_use().await?).await?;
        let info = server_info(&transport).await?;
        let server = match self.account().await {
            Ok(account) => account.stored.server().ok_or(FailureCode::SomethingElse)?,
            Err(_) => KnownServer::from(&info),
        };
        Ok((transport.of(server), info))
    }

    /// Where the account is or will be.
    pub(crate) async fn location_in_use(&self) -> Result<Location, Failure> {
        if let Ok(account) = self.account().await {
            return Ok(account.stored.location.clone());
        }
        let chosen = self.settings().server.ok_or(FailureCode::NotAllowedNow)?;
        Ok(chosen.location)
    }
}
