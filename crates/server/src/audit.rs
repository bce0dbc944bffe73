//! The log for whoever runs the server, and for programs that read it, like fail2ban: one event a line, by a name that
//! stays (docs/administration.md lists them). Never a secret, and nothing that somebody typed who is not signed in: people
//! type passwords where the username belongs.

use std::net::IpAddr;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use serde::Serialize;
use tracing::field::display;

/// An entry of an account's activity, to be logged once it is committed.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub kind: ActivityKind,
    pub account_id: AccountId,
    pub username: String,
    pub session_id: Option<SessionId>,
    pub address: Option<String>,
    pub subject: Option<String>,
}

impl Happened {
    /// Writes it to the log. The subject only where it is the username of an administrator, or of whom they acted on.
    pub fn log(&self) {
        let Self {
            kind,
            account_id,
            username,
            session_id,
            address,
            subject,
        } = self;
        let event = display(name_of(kind));
        let address = address.as_deref().map(display);
        let session = session_id.as_ref().map(display);
        let subject = subject.as_deref();
        let (mut by, mut to) = (None, None);
        match kind {
            ActivityKind::PasswordResetStarted
            | ActivityKind::SecondFactorReset
            | ActivityKind::SessionsEndedByAdministrator => by = subject,
            ActivityKind::UserPasswordResetStarted
            | ActivityKind::UserSecondFactorReset
            | ActivityKind::UserSessionsEnded => to = subject,
            _ => {}
        }
        if is_failure(*kind) {
            tracing::warn!(event, address, account = %account_id, username, session, by, to);
        } else {
            tracing::info!(event, address, account = %account_id, username, session, by, to);
        }
    }
}

/// What an administrator may want to look at.
fn is_failure(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::SignInFailed
            | ActivityKind::SignInStopped
            | ActivityKind::SignInUnfinished
            | ActivityKind::SignInDisowned
            | ActivityKind::PasswordRefused
            | ActivityKind::SecondFactorRefused
            | ActivityKind::SecondFactorLocked
            | ActivityKind::PasskeyRefused
            | ActivityKind::MailBounced
            | ActivityKind::MailFailed
    )
}

/// A sign-in that was refused, whether or not anybody has the name that was given.
pub(crate) fn sign_in_refused(address: IpAddr, code: ProblemCode) {
    let reason = display(name_of(&code));
    tracing::warn!(event = %"sign_in_refused", address = %address, reason);
}

/// A mail that was handed over.
pub(crate) fn mail_sent(mail: &str, kind: &str) {
    tracing::info!(event = %"mail_sent", mail = %mail, kind = %kind);
}

/// A mail that was not taken, now or for good. What the mail server said is in quotation marks: it may say anything.
pub(crate) fn mail_not_sent(mail: &str, kind: &str, error: &str) {
    tracing::warn!(event = %"mail_not_sent", mail = %mail, kind = %kind, error);
}

/// A value's name on the wire.
fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
