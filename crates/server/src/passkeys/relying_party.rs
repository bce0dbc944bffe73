//! What browsers know this server by (Web Authentication, section 4, "Relying Party"), and the checks of their answers.

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::passkeys::PasskeySupport;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, SecurityKey, SecurityKeyAuthentication,
    SecurityKeyRegistration, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::database::{Error, Result};
use crate::mail;
use crate::state::ServerState;

/// What it is called in the browser's own dialogs.
const NAME: &str = "Latchkey";

/// The name that browsers resolve to this computer without asking anybody (RFC 6761, section 6.3), and the one to which
/// they admit passkeys without `https`.
const THIS_COMPUTER: &str = "localhost";

/// Whether browsers can use passkeys with this server.
pub(crate) fn support(state: &ServerState) -> PasskeySupport {
    pages_url(state).map_or_else(|support| support, |_| PasskeySupport::Available)
}

/// The origin of the pages on which browsers use passkeys with this server; `None` where they don't.
pub(crate) fn origin(state: &ServerState) -> Option<String> {
    let url = pages_url(state).ok()?;
    Some(url.origin().ascii_serialization())
}

/// What the addresses of pages with passkeys start with: the public URL, for a loopback address by the name of this
/// computer.
fn pages_url(state: &ServerState) -> std::result::Result<Url, PasskeySupport> {
    let mut url = state
        .public_url()
        .cloned()
        .ok_or(PasskeySupport::NeedsName)?;
    let is_this_computer = match url.host() {
        Some(Host::Domain(THIS_COMPUTER)) => true,
        Some(Host::Domain(_)) => false,
        // No other address of 127.0.0.0/8: the name leads to these two.
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => return Err(PasskeySupport::NeedsName),
    };
    if is_this_computer && url.scheme() == "http" {
        url.set_host(Some(THIS_COMPUTER))
            .map_err(|_| PasskeySupport::NeedsName)?;
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(PasskeySupport::NeedsHttps);
    }
    if url.domain().is_none() {
        return Err(PasskeySupport::NeedsName);
    }
    Ok(url)
}

/// Why a browser's answer to what it was asked is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unproven {
    /// Not JSON of the right shape, for another question, by another server's page, not signed by a key of the account …
    Wrong,
    /// Signed by the key with this credential's id, which counted backwards: there is a copy of it.
    Copied(Vec<u8>),
}

/// This server as browsers know it.
pub(super) struct RelyingParty {
    webauthn: Webauthn,
    url: Url,
}

impl RelyingParty {
    /// `Err` when browsers would have none of its passkeys.
    pub(super) fn of(state: &ServerState) -> std::result::Result<Self, PasskeySupport> {
        let url = pages_url(state)?;
        let webauthn = url
            .domain()
            // Its own origin, scheme, host and port, and no other.
            .and_then(|domain| WebauthnBuilder::new(domain, &url).ok())
            .and_then(|builder| builder.rp_name(NAME).build().ok())
            .ok_or(PasskeySupport::NeedsName)?;
        Ok(Self { webauthn, url })
    }

    /// The address of a page.
    pub(super) fn page(&self, page: &str, token: &str) -> String {
        mail::below(&self.url, &format!("{page}/{token}"))
    }

    /// Asks for a new key: what goes to the browser, and what its answer is checked against. The user is verified where the
    /// authenticator can (its password is the account's), and keys of any kind are welcome.
    pub(super) fn ask_to_create(
        &self,
        account_id: AccountId,
        username: &str,
        known: Vec<CredentialID>,
    ) -> Result<(String, String)> {
        let (mut question, state) = self
            .webauthn
            .start_securitykey_registration(
                account_id.0,
                username,
                username,
                Some(known),
                None,
                None,
            )
            .map_err(|_| Error::inconsistent("accounts", "username", account_id))?;
        // A hint would have browsers offer USB keys first. And a key without a PIN must not be asked to protect itself by one:
        // it could never be used.
        question.public_key.hints = None;
        if let Some(extensions) = &mut question.public_key.extensions {
            extensions.cred_protect = None;
        }
        Ok((json(&question)?, json(&state)?))
    }

    /// The key that a browser has made.
    pub(super) fn created(
        &self,
        ceremony: &str,
        answer: &str,
    ) -> std::result::Result<SecurityKey, Unproven> {
        let state: SecurityKeyRegistration = parsed(ceremony)?;
        self.webauthn
            .finish_securitykey_registration(&parsed(answer)?, &state)
            .map_err(|error| {
                tracing::info!(%error, "a passkey was refused");
                Unproven::Wrong
            })
    }

    /// Asks for a proof by one of these keys.
    pub(super) fn ask_to_prove(&self, keys: &[SecurityKey]) -> Result<(String, String)> {
        let (mut question, state) = self
            .webauthn
            .start_securitykey_authentication(keys)
            .map_err(|_| Error::inconsistent("passkeys", "credential", "of an account"))?;
        question.public_key.hints = None;
        Ok((json(&question)?, json(&state)?))
    }

    /// What a browser has proven.
    pub(super) fn proven(
        &self,
        ceremony: &str,
        answer: &str,
    ) -> std::result::Result<AuthenticationResult, Unproven> {
        let state: SecurityKeyAuthentication = parsed(ceremony)?;
        let answer: webauthn_rs::prelude::PublicKeyCredential = parsed(answer)?;
        self.webauthn
            .finish_securitykey_authentication(&answer, &state)
            .map_err(|error| {
                tracing::info!(%error, "a passkey was refused");
                match error {
                    WebauthnError::CredentialPossibleCompromise => Unproven::Copied(answer.raw_id),
                    _ => Unproven::Wrong,
                }
            })
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> std::result::Result<T, Unproven> {
    serde_json::from_str(text).map_err(|_| Unproven::Wrong)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|_| Error::inconsistent("passkey_requests", "ceremony", "new"))
}
