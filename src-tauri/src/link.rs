//! `latchkey://` links: does what one asks for, and shows what came of it.

use latchkey_client::failure::FailureCode;
use latchkey_client::links::Followed;
use latchkey_protocol::app_link::{AppLink, AppLinkKind, SIGN_IN_LINK};
use tauri::AppHandle;

use crate::notifications::notify;
use crate::shell::{client, words};
use crate::window;

/// Follows the link that is written in `text`, if it is one of Latchkey's.
pub async fn open(app: AppHandle, text: String) {
    if text.trim_end_matches('/') == SIGN_IN_LINK {
        window::show(&app);
        return;
    }
    let Ok(link) = text.parse::<AppLink>() else {
        tracing::warn!("a link that is none of Latchkey's was refused");
        return;
    };
    window::show(&app);
    let client = client(&app).await;
    let kind = link.kind;
    match client.follow(link).await {
        Ok(Followed::EmailConfirmed(address)) => window::tell_confirmed(&app, address),
        Ok(Followed::EmailChangeConfirmed {
            new_address,
            completed: true,
        }) => window::tell_confirmed(&app, new_address),
        // The contacts say what is still missing.
        Ok(Followed::EmailChangeConfirmed { .. }) => window::navigate(&app, "contacts"),
        Ok(Followed::PasskeyUsed) => window::navigate(&app, "passkey"),
        Ok(Followed::ResetBegun) => window::navigate(&app, "reset_password"),
        Err(failure) => {
            tracing::info!(code = ?failure.code, "a link could not be followed");
            let words = words(&client).await;
            let to_contacts = !matches!(kind, AppLinkKind::ResetPassword | AppLinkKind::Passkey);
            notify(
                &app,
                words.text("link-refused-title"),
                words.text(body(failure.code)),
                to_contacts.then_some("contacts"),
            );
            if to_contacts {
                window::navigate(&app, "contacts");
            }
        }
    }
}

/// Which text says why a link did not work.
fn body(code: FailureCode) -> &'static str {
    match code {
        FailureCode::LinkSpent | FailureCode::NotFound | FailureCode::InvalidFields => {
            "link-refused-body"
        }
        FailureCode::OtherServer => "link-other-server-body",
        FailureCode::NotAllowedNow => "link-too-early-body",
        FailureCode::Frozen => "link-frozen-body",
        _ => "link-unreachable-body",
    }
}
