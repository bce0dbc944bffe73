//! Links that open the app: from a mail, or from a page of the server.

use std::sync::PoisonError;

use latchkey_protocol::app_link::{AppLink, AppLinkKind, is_token};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::client::Client;
use crate::failure::{Failure, FailureCode};
use crate::settings::Location;
use crate::transport::address::{is_loopback, server_name};

/// What came of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// This address is confirmed.
    EmailConfirmed(String),
    /// A change to this address is confirmed.
    EmailChangeConfirmed {
        /// The address that is to be, or now is, the primary one.
        new_address: String,
        /// Whether it is: false while the other address has yet to confirm.
        completed: bool,
    },
    /// A new password can be set: [`Client::reset_password`] has the link.
    ResetBegun,
    /// A browser has used a passkey: [`Client::sign_in_with_passkey`] has the code.
    PasskeyUsed,
}

impl Client {
    /// Does what a link asks for, with the server in use. [`FailureCode::OtherServer`] when the link is another's, which
    /// is not given its token then; [`FailureCode::NoServerChosen`] before a server is chosen.
    pub async fn follow(&self, link: AppLink) -> Result<Followed, Failure> {
        self.must_be_of_this_server(&link).await?;
        match link.kind {
            AppLinkKind::ConfirmEmail => {
                let address = self.confirm_email(link.token).await?;
                Ok(Followed::EmailConfirmed(address))
            }
            AppLinkKind::ConfirmEmailChange => self.confirm_email_change(link.token).await,
            AppLinkKind::ResetPassword => {
                self.keep_reset_token(Some(SecretString::from(link.token)));
                Ok(Followed::ResetBegun)
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
        if let Some(pasted) = pasted.filter(|pasted| !pasted.trim().is_empty()) {
            return self.pasted_token(AppLinkKind::ResetPassword, pasted).await;
        }
        let kept = self
            .reset_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.clone().ok_or_else(|| FailureCode::NotFound.into())
    }

    /// The token that `pasted` is or has in it: a link into the app, the address of a page of the server in use, or the
    /// bare token. [`FailureCode::OtherServer`] for a link of another server, which must not be given its token here.
    pub(crate) async fn pasted_token(
        &self,
        kind: AppLinkKind,
        pasted: &str,
    ) -> Result<SecretString, Failure> {
        let pasted = pasted.trim();
        if let Ok(link) = pasted.parse::<AppLink>() {
            if link.kind != kind {
                return Err(FailureCode::LinkSpent.into());
            }
            self.must_be_of_this_server(&link).await?;
            return Ok(SecretString::from(link.token));
        }
        let token = if pasted.contains('/') {
            let page = Page::read(kind, pasted).ok_or(FailureCode::LinkSpent)?;
            let here = self.location_in_use().await?;
            if !page.is_of(&here) {
                return Err(Failure {
                    server: Some(server_name(&page.server)),
                    ..Failure::from(FailureCode::OtherServer)
                });
            }
            page.token
        } else {
            pasted.to_owned()
        };
        if is_token(&token) {
            Ok(SecretString::from(token))
        } else {
            Err(FailureCode::LinkSpent.into())
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

/// The address of a page of a server's, as a mail has it, taken apart.
struct Page {
    /// What stands before the page.
    server: Url,
    token: String,
}

impl Page {
    /// Also without its scheme, as some mail programs copy it.
    fn read(kind: AppLinkKind, text: &str) -> Option<Self> {
        let mut server = if text.contains("://") {
            Url::parse(text).ok()?
        } else {
            Url::parse(&format!("https://{text}")).ok()?
        };
        server.host_str()?;
        let page = format!("/{}/", kind.name());
        let (before, token) = server.path().trim_end_matches('/').rsplit_once(&page)?;
        let (before, token) = (before.to_owned(), token.to_owned());
        server.set_path(&before);
        Some(Self { server, token })
    }

    /// Whether it is a page of the server in use. Another name of the same server is another server: only the name that
    /// was typed here is known to be its own.
    fn is_of(&self, location: &Location) -> bool {
        match location {
            // Its port is another at every start.
            Location::ThisComputer => is_loopback(&self.server),
            // What leads there by way of this computer may have a port of its own.
            Location::At(address) if is_loopback(address) => is_loopback(&self.server),
            Location::At(address) => server_name(address) == server_name(&self.server),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_of_the_server_whose_address_it_has() {
        let at = |address: &str| Location::At(Url::parse(address).unwrap());
        let here = at("https://id.example.org/accounts/");
        for (pasted, location, token) in [
            (
                "https://id.example.org/accounts/reset-password/AbC-_9",
                &here,
                Some("AbC-_9"),
            ),
            (
                "https://ID.example.org:443/accounts/reset-password/a/?from=mail#top",
                &here,
                Some("a"),
            ),
            ("id.example.org/accounts/reset-password/a", &here, Some("a")),
            ("https://id.example.org/reset-password/a", &here, None),
            (
                "https://id.example.org.evil.example/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://id.example.org:8443/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/?https://id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/#https://id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://id.example.org@evil.example/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "http://127.0.0.1:4711/reset-password/a",
                &Location::ThisComputer,
                Some("a"),
            ),
            (
                "http://localhost:4712/reset-password/a",
                &Location::ThisComputer,
                Some("a"),
            ),
            (
                "https://id.example.org/reset-password/a",
                &Location::ThisComputer,
                None,
            ),
            (
                "http://127.0.0.1:4711/reset-password/a",
                &at("http://127.0.0.1:4711/"),
                Some("a"),
            ),
            (
                "http://127.0.0.1:4712/reset-password/a",
                &at("http://127.0.0.1:4711/"),
                Some("a"),
            ),
            ("http://127.0.0.1:4712/reset-password/a", &here, None),
            (
                "https://id.example.org/accounts/confirm-email/a",
                &here,
                None,
            ),
        ] {
            let page = Page::read(AppLinkKind::ResetPassword, pasted);
            let found = page
                .filter(|page| page.is_of(location))
                .map(|page| page.token);
            assert_eq!(found.as_deref(), token, "{pasted}");
        }
    }
}
