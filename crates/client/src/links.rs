//! Links that open the app: from a mail, or from a page of the server.

mod pasted;

use std::sync::PoisonError;

use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::text;
use secrecy::{ExposeSecret as _, SecretString};

use self::pasted::Pasted;
use crate::client::Client;
use crate::failure::{Failure, FailureCode};

/// What came of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// This address is confirmed.
    EmailConfirmed(String),
    /// A change to this address is confirmed.
    EmailChangeConfirmed {
        /// The new primary address, confirmed or not.
        new_address: String,
        /// Whether it is: false while the other address has yet to confirm.
        completed: bool,
    },
    /// A new password can be set: [`Client::reset_password`] has the link.
    ResetBegun,
    /// This device is approved.
    DeviceApproved,
    /// A browser has used a passkey: [`Client::sign_in_with_passkey`] has the code.
    PasskeyUsed,
}

impl Client {
    /// Does what a link asks for, with the server in use. [`FailureCode::OtherServer`] when the link is another's,
    /// which is not given its token then; [`FailureCode::NoServerChosen`] before a server is chosen.
    pub async fn follow(&self, link: AppLink) -> Result<Followed, Failure> {
        self.must_be_of_this_server(&link).await?;
        match link.kind {
            AppLinkKind::ConfirmEmail => {
                let address = self.confirm_email_by(link.token.into()).await?;
                Ok(Followed::EmailConfirmed(address))
            }
            AppLinkKind::ConfirmEmailChange => self.confirm_email_change(link.token).await,
            AppLinkKind::ResetPassword => {
                let token = self.open_reset_link(link.token).await?;
                self.keep_reset_token(Some(token));
                Ok(Followed::ResetBegun)
            }
            AppLinkKind::ApproveDevice => {
                self.approve_by_token(link.token.into()).await?;
                Ok(Followed::DeviceApproved)
            }
            AppLinkKind::Passkey => {
                // A page of anybody's may open links: this one counts only while it is waited for.
                if link.server_id.is_some() && self.keep_completion(SecretString::from(link.token))
                {
                    Ok(Followed::PasskeyUsed)
                } else {
                    Err(FailureCode::LinkSpent.into())
                }
            }
        }
    }

    /// Refuses a link of another server than the one in use.
    async fn must_be_of_this_server(&self, link: &AppLink) -> Result<(), Failure> {
        let in_use = if let Ok(account) = self.account().await {
            account.stored.server_id
        } else {
            let chosen = self.settings().server.ok_or(FailureCode::NoServerChosen)?;
            chosen.info.server_id
        };
        match link.server_id {
            Some(server_id) if server_id != in_use => Err(FailureCode::OtherServer.into()),
            _ => Ok(()),
        }
    }

    /// The token of the reset link that `pasted` is; `None` gives the one of the link that opened the app.
    pub(crate) async fn reset_token(&self, pasted: Option<&str>) -> Result<SecretString, Failure> {
        if let Some(pasted) = pasted.filter(|pasted| !text::trim(pasted).is_empty()) {
            return self.pasted_token(AppLinkKind::ResetPassword, pasted).await;
        }
        let kept = self
            .reset_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.clone().ok_or_else(|| FailureCode::NotFound.into())
    }

    /// The token that `pasted` is or has in it, as [`pasted::read`] finds it: a link into the app, the address of a
    /// page of the server in use, or the bare token. [`FailureCode::OtherServer`] for a link of another server, which
    /// must not be given its token here, [`FailureCode::LinkNotUnderstood`] where there is none. A link into the app
    /// that resets a password is opened first, and refused with [`FailureCode::OtherDevice`] unless this device asked
    /// for it.
    pub(crate) async fn pasted_token(
        &self,
        kind: AppLinkKind,
        pasted: &str,
    ) -> Result<SecretString, Failure> {
        // Before a server is chosen, every link is another's.
        let here = self.location_in_use().await?;
        match pasted::read(kind, pasted, &here) {
            Pasted::Token(token) => Ok(SecretString::from(token)),
            Pasted::Link(link) => {
                self.must_be_of_this_server(&link).await?;
                match link.kind {
                    AppLinkKind::ResetPassword => self.open_reset_link(link.token).await,
                    _ => Ok(SecretString::from(link.token)),
                }
            }
            Pasted::OtherServer(server) => Err(Failure {
                server: Some(server),
                ..Failure::from(FailureCode::OtherServer)
            }),
            Pasted::Nothing => Err(FailureCode::LinkNotUnderstood.into()),
        }
    }

    /// Keeps the token of a link that opened the app until it is used or given up.
    pub(crate) fn keep_reset_token(&self, token: Option<SecretString>) {
        let mut kept = self
            .reset_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *kept = token;
    }

    /// Gives up the link that opened the app, unless another has since.
    pub(crate) fn reset_token_is_spent(&self, token: &SecretString) {
        let mut kept = self
            .reset_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|kept| kept.expose_secret() == token.expose_secret());
    }
}
