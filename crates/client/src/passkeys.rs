//! Passkeys: adding and using them in the browser of the person's choice, naming and removing them.
//!
//! The web view of the app can't speak to passkeys (WebKitGTK has no Web Authentication, and the others run on the app's own
//! origin, which is not the server's). So the server has pages for it, and the app opens them in the system's browser.

use std::sync::{Arc, PoisonError};

use ed25519_dalek::SigningKey;
use latchkey_protocol::app_link::AppLinkKind;
use latchkey_protocol::identifiers::PasskeyRequestId;
use latchkey_protocol::passkeys::{
    BeginPasskeySignIn, PASSKEYS_MAXIMUM, Passkey, PasskeyChanged, PasskeyInvitation,
    PasskeySignIn, PasskeySupport, PasskeyUsed, RenamePasskey, check_passkey_name, read_completion,
};
use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::accounts::{Factor, Opening};
use crate::client::{Client, invalid_field};
use crate::contacts::Nothing;
use crate::failure::{Failure, FailureCode};
use crate::settings::Location;
use crate::transport::KnownServer;
use crate::transport::address::is_loopback;

/// What the screen of two-step sign-in shows of passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasskeysView {
    /// The oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Why browsers use none with this server; `None` where they do, or where that is not known.
    pub obstacle: Option<PasskeySupport>,
    /// Whether there are as many as there may be.
    pub full: bool,
}

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PasskeyView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used; `None` before the first time.
    pub last_used_at: Option<Timestamp>,
    /// Whether it has no effect until it is reviewed ([`crate::trust`]).
    pub suspended: bool,
}

/// A page that was opened in the browser.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct BrowserPageView {
    /// Its address, for people whose browser did not open. It holds a secret.
    pub url: String,
    /// Until when it works, at the latest.
    pub expires_at: Timestamp,
}

/// Another name for a passkey.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct RenamePasskeyForm {
    /// [`PasskeyView::id`].
    pub id: String,
    /// The name.
    pub name: String,
}

/// What a sign-in with a passkey begins with.
#[derive(Clone, Deserialize, specta::Type)]
pub struct UsePasskeyForm {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// Whether this device stays signed in.
    pub stay_signed_in: bool,
}

/// What it ends with.
#[derive(Clone, Deserialize, specta::Type)]
pub struct CompletionForm {
    /// The code that the page shows; `None` for that of the link that opened the app.
    pub completion: Option<String>,
}

/// A sign-in that waits for the browser's code.
pub(crate) struct PendingSignIn {
    location: Location,
    server: KnownServer,
    login: String,
    password: SecretString,
    stays: bool,
    /// The page is good for this key alone.
    key: SigningKey,
    request_id: PasskeyRequestId,
    expires_at: Timestamp,
    /// Of the link that opened the app.
    completion: Option<SecretString>,
}

impl Client {
    /// The passkeys of the account.
    pub async fn passkeys(&self) -> Result<PasskeysView, Failure> {
        let account = self.account().await?;
        let records = account.all_shown::<Passkey>(Collection::Passkeys).await?;
        let mut passkeys: Vec<PasskeyView> = records
            .into_iter()
            .map(|(id, record)| PasskeyView {
                id,
                name: record.body.name,
                added_at: record.body.added_at,
                last_used_at: record.body.last_used_at,
                suspended: record.body.suspended_at.is_some(),
            })
            .collect();
        passkeys.sort_by(|one, other| (one.added_at, &one.id).cmp(&(other.added_at, &other.id)));
        let server = self.settings().server;
        let support = server.and_then(|chosen| chosen.info.passkeys);
        Ok(PasskeysView {
            full: passkeys.len() >= PASSKEYS_MAXIMUM,
            passkeys,
            obstacle: support.filter(|support| *support != PasskeySupport::Available),
        })
    }

    /// Asks for the page on which a passkey is added. Needs a connection and a step-up. The caller opens it.
    pub async fn add_passkey(&self) -> Result<BrowserPageView, Failure> {
        let account = self.account().await?;
        let invitation: PasskeyInvitation = self
            .post(&account, "v1/passkeys/invitation", &Nothing {}, None)
            .await?;
        page(&invitation.url, invitation.expires_at)
    }

    /// Gives a passkey another name. Needs a connection.
    pub async fn rename_passkey(&self, form: RenamePasskeyForm) -> Result<(), Failure> {
        check_passkey_name(&form.name).map_err(|code| invalid_field("name", code))?;
        let body = RenamePasskey { name: form.name };
        self.manage_passkey(&form.id, "rename", &body).await
    }

    /// Removes a passkey. Needs a connection and a step-up.
    pub async fn remove_passkey(&self, id: String) -> Result<(), Failure> {
        self.manage_passkey(&id, "remove", &Nothing {}).await
    }

    async fn manage_passkey(
        &self,
        id: &str,
        what: &str,
        body: &impl Serialize,
    ) -> Result<(), Failure> {
        let id: latchkey_protocol::identifiers::PasskeyId =
            id.parse().map_err(|_| FailureCode::NotFound)?;
        let account = self.account().await?;
        let path = format!("v1/passkeys/{id}/{what}");
        let changed: PasskeyChanged = self.post(&account, &path, body, None).await?;
        account.catch_up(changed.revision).await;
        Ok(())
    }

    /// Begins a sign-in with a passkey, by the right password: asks for the page on which it is used. Needs a connection. The
    /// caller opens it; the sign-in goes on with [`Client::sign_in_with_passkey`].
    pub async fn use_passkey(
        self: &Arc<Self>,
        form: UsePasskeyForm,
    ) -> Result<BrowserPageView, Failure> {
        let _changing = self.changing.lock().await;
        let (transport, chosen) = self.chosen_server().await?;
        let login = text::trim(&form.login).to_owned();
        for (field, empty) in [
            ("login", login.is_empty()),
            ("password", form.password.is_empty()),
        ] {
            if empty {
                return Err(invalid_field(field, FieldCode::Required));
            }
        }
        let key = self.device_key(form.stay_signed_in).await?;
        let body = BeginPasskeySignIn {
            device: self.proof(&key, chosen.info.server_id, &login),
            login: login.clone(),
            password: form.password.clone(),
        };
        let begun: PasskeySignIn = transport.post("v1/passkeys/sign-in", &body, None).await?;
        let page = page(&begun.url, begun.expires_at)?;
        self.keep_sign_in(Some(PendingSignIn {
            location: chosen.location,
            server: KnownServer::from(&chosen.info),
            login,
            password: SecretString::from(form.password),
            stays: form.stay_signed_in,
            key,
            request_id: begun.request_id,
            expires_at: begun.expires_at,
            completion: None,
        }));
        Ok(page)
    }

    /// Goes on with it, by the code that the page gave. Needs a connection. [`FailureCode::LinkSpent`] when nothing was begun,
    /// or too long ago.
    pub async fn sign_in_with_passkey(
        self: &Arc<Self>,
        form: CompletionForm,
    ) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        let (transport, chosen) = self.chosen_server().await?;
        let begun = self.take_sign_in().ok_or(FailureCode::LinkSpent)?;
        if begun.server != KnownServer::from(&chosen.info) || begun.expires_at <= self.now() {
            return Err(FailureCode::LinkSpent.into());
        }
        let typed = form
            .completion
            .filter(|typed| !text::trim(typed).is_empty());
        let completion = match (&typed, &begun.completion) {
            (Some(typed), _) => typed.as_str(),
            (None, Some(kept)) => kept.expose_secret(),
            (None, None) => "",
        };
        let signed_in = match read_completion(completion) {
            Ok(completion) => {
                let used = PasskeyUsed {
                    request_id: begun.request_id,
                    completion,
                };
                let opening = Opening {
                    location: begun.location.clone(),
                    server: begun.server.clone(),
                    login: begun.login.clone(),
                    password: begun.password.expose_secret().to_owned(),
                    factor: Factor::Passkey(used),
                    key: begun.key.clone(),
                    stays: begun.stays,
                };
                self.open_session(&transport, opening).await
            }
            // What can be no code costs none of few tries.
            Err(code) => Err(invalid_field("completion", code)),
        };
        if let Err(failure) = signed_in {
            // A slip in typing, or no network: the same can be tried again.
            self.keep_sign_in(Some(PendingSignIn {
                completion: None,
                ..begun
            }));
            return Err(failure);
        }
        Ok(())
    }

    /// Gives up a sign-in that waits for the browser.
    #[expect(clippy::unused_async, reason = "every command is asynchronous")]
    pub async fn forget_passkey_sign_in(&self) -> Result<(), Failure> {
        self.keep_sign_in(None);
        Ok(())
    }

    /// Keeps the code of a link that opened the app for the sign-in that waits for it; false when none does.
    pub(crate) fn keep_completion(&self, completion: SecretString) -> bool {
        let now = self.now();
        let mut kept = self.passkey.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_mut().filter(|begun| begun.expires_at > now) {
            Some(begun) => {
                begun.completion = Some(completion);
                true
            }
            None => false,
        }
    }

    /// Whether a sign-in here waits for the code of a page.
    pub(crate) fn waits_for_passkey(&self) -> bool {
        let now = self.now();
        let kept = self.passkey.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_some_and(|begun| begun.expires_at > now)
    }

    fn keep_sign_in(&self, begun: Option<PendingSignIn>) {
        *self.passkey.lock().unwrap_or_else(PoisonError::into_inner) = begun;
    }

    fn take_sign_in(&self) -> Option<PendingSignIn> {
        self.passkey
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// The page on which a password is reset, where a passkey can take the place of a code.
pub(crate) fn reset_page(
    server: &Url,
    token: &SecretString,
    expires_at: Timestamp,
) -> Result<BrowserPageView, Failure> {
    let name = AppLinkKind::ResetPassword.name();
    let path = format!("{name}/{}", token.expose_secret());
    let url = server.join(&path).map_err(|_| FailureCode::Nonsense)?;
    page(url.as_str(), expires_at)
}

/// A page that a browser may be sent to: what a server says is no command to open anything else.
fn page(url: &str, expires_at: Timestamp) -> Result<BrowserPageView, Failure> {
    let parsed = Url::parse(url).map_err(|_| FailureCode::Nonsense)?;
    let allowed = match parsed.scheme() {
        "https" => true,
        "http" => is_loopback(&parsed),
        _ => false,
    };
    if !allowed || !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(FailureCode::Nonsense.into());
    }
    // As it was read, not as it was written.
    Ok(BrowserPageView {
        url: parsed.into(),
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        for (url, opened) in [
            ("https://accounts.example.org/use-passkey/abc", true),
            ("http://localhost:8470/add-passkey/abc", true),
            ("http://127.0.0.1:8470/add-passkey/abc", true),
            ("http://accounts.example.org/use-passkey/abc", false),
            ("https://me:secret@accounts.example.org/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("latchkey://passkey/abc", false),
            ("--new-window", false),
            ("", false),
        ] {
            let page = page(url, Timestamp::default());
            assert_eq!(page.is_ok(), opened, "{url}");
        }
    }
}
