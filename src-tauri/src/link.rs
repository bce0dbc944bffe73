//! `latchkey://` links: does what one asks for, and has the window say what came of it.

use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::links::Followed;
use latchkey_protocol::app_link::{AppLink, NoAppLink, SIGN_IN_LINK};
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};
use tauri_specta::Event as _;

use crate::events::LinkFollowed;
use crate::shell::{Shell, client};
use crate::window;

/// What came of a link, for the window to say: it asks when it is told, and when it opens, for a link may have started
/// the app.
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
    /// It did nothing.
    Refused {
        /// Why.
        failure: Failure,
    },
}

/// Follows the link that is written in `text`.
pub async fn open(app: AppHandle, text: String) {
    if text.trim_end_matches('/') == SIGN_IN_LINK {
        window::show(&app);
        return;
    }
    window::show(&app);
    let followed = match text.parse::<AppLink>() {
        Ok(link) => client(&app).await.follow(link).await,
        Err(NoAppLink) => Err(FailureCode::LinkMalformed.into()),
    };
    let outcome = match followed {
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
        Ok(Followed::PasskeyUsed) => return window::navigate(&app, "passkey"),
        Ok(Followed::ResetBegun) => return window::navigate(&app, "reset_password"),
        Err(failure) if failure.code == FailureCode::AlreadyConfirmed => {
            LinkOutcome::AlreadyConfirmed
        }
        Err(failure) => {
            tracing::info!(code = ?failure.code, "a link could not be followed");
            LinkOutcome::Refused { failure }
        }
    };
    app.state::<Shell>().add_link_outcome(outcome);
    if let Err(error) = LinkFollowed.emit(&app) {
        tracing::error!(%error, "the window could not be told of a link");
    }
}
