//! `latchkey://` links: does what one asks for, and has the window say what came of it.

use latchkey_client::app::{LocalAccountId, OpenedLink};
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::links::Followed;
use latchkey_protocol::app_link::{AppLink, SIGN_IN_LINK};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;

use crate::events::LinkFollowed;
use crate::shell::{Shell, client};
use crate::window;

/// What came of a link, for the window to say: it asks when it is told, and when it opens, for a link may have started
/// the app.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct LinkOutcomeView {
    /// The account that it was opened in.
    account: Option<LocalAccountId>,
    /// What it did there.
    outcome: LinkOutcome,
}

/// What a link did.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum LinkOutcome {
    /// This address is confirmed.
    EmailConfirmed {
        /// The address.
        address: String,
    },
    /// A change to this address is confirmed by one of the two that have to.
    EmailChangeBegun {
        /// The address that is to be the primary one.
        address: String,
    },
    /// This device is approved.
    DeviceApproved,
    /// It was opened before, and what it confirmed still is confirmed.
    AlreadyConfirmed,
    /// Several accounts may be meant by it, and the person is to say which.
    Asks,
    /// It did nothing.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// Follows the link that is written in `text`.
pub async fn open(app: AppHandle, text: String) {
    window::show(&app);
    if text.trim_end_matches('/') == SIGN_IN_LINK {
        return;
    }
    let Ok(link) = text.parse::<AppLink>() else {
        let failure = FailureCode::LinkMalformed.into();
        return tell_outcome(&app, None, LinkOutcome::Refused { failure });
    };
    match client(&app).await.open_link(link).await {
        Some(opened) => tell(&app, opened),
        None => tell_outcome(&app, None, LinkOutcome::Asks),
    }
}

/// Follows the link that waits, in the account that the person has chosen for it.
pub async fn open_in(app: &AppHandle, account: LocalAccountId) {
    if let Some(opened) = client(app).await.open_link_in(account).await {
        tell(app, opened);
    }
}

fn tell(app: &AppHandle, opened: OpenedLink) {
    let account = opened.account.id();
    let outcome = match opened.followed {
        Ok(
            Followed::EmailConfirmed(address)
            | Followed::EmailChangeConfirmed {
                new_address: address,
                completed: true,
            },
        ) => LinkOutcome::EmailConfirmed { address },
        Ok(Followed::EmailChangeConfirmed { new_address, .. }) => LinkOutcome::EmailChangeBegun {
            address: new_address,
        },
        Ok(Followed::DeviceApproved) => LinkOutcome::DeviceApproved,
        // Both are waited for, or asked for by the window when it opens.
        Ok(Followed::PasskeyUsed) => return window::navigate(app, Some(account), "passkey"),
        Ok(Followed::ResetBegun) => {
            return window::navigate(app, Some(account), "reset_password");
        }
        Err(failure) if failure.code == FailureCode::AlreadyConfirmed => {
            LinkOutcome::AlreadyConfirmed
        }
        Err(failure) => {
            tracing::info!(code = ?failure.code, "a link could not be followed");
            LinkOutcome::Refused { failure }
        }
    };
    tell_outcome(app, Some(account), outcome);
}

fn tell_outcome(app: &AppHandle, account: Option<LocalAccountId>, outcome: LinkOutcome) {
    let outcome = LinkOutcomeView { account, outcome };
    app.state::<Shell>().add_link_outcome(outcome);
    if let Err(error) = LinkFollowed.emit(app) {
        tracing::error!(%error, "the window could not be told of a link");
    }
}
