//! Confirming an address by its link's token. The API and the browser page both come here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;

use super::addresses;
use crate::arguments;
use crate::database::{Error, Result};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind};
use crate::secrets::link::{self, Link, Purpose};
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Confirms the address that the token was mailed to and returns it. The token proves the mailbox, so no session is
/// needed. 410 for a token that was used, replaced, is too old or never was, with a code of its own for one that has done its
/// work; 409 when another account has confirmed the
/// address meanwhile, which leaves the token as it was.
pub async fn confirm(state: &Arc<ServerState>, token: &str, actor: Actor) -> Answer<String> {
    let spent = || Refusal::new(ProblemCode::LinkSpent);
    let link = link::find(state, token, &[Purpose::ConfirmEmail])
        .await?
        .ok_or_else(spent)?;
    let email_id: EmailId = link.subject()?;

    let mut change = Change::begin(state, link.account_id).await?.by(actor);
    let now = change.now();
    mail::withdraw(&mut change, Kind::ConfirmEmail, email_id).await?;
    if !link::consume(&mut change, &link).await? {
        return Err(if still_confirmed(&mut change, &link, email_id).await? {
            Refusal::new(ProblemCode::AlreadyConfirmed)
        } else {
            spent()
        });
    }
    let confirmed = change
        .transaction()
        .execute(
            "UPDATE emails SET confirmed_at = $2, confirmation_sent_at = NULL WHERE id = $1 AND confirmed_at IS NULL",
            arguments![email_id, now],
        )
        .await;
    match confirmed {
        Ok(1) => {}
        Ok(_) => return Err(spent()),
        Err(Error::Taken(_)) => {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("another account has confirmed this address"));
        }
        Err(error) => return Err(error.into()),
    }
    let emails = addresses::of_account(&mut change).await?;
    let mine = emails
        .iter()
        .find(|stored| stored.id == email_id)
        .ok_or_else(spent)?;
    let address = mine.email.address.clone();
    let primary_is_confirmed = emails
        .iter()
        .any(|stored| stored.email.primary && stored.email.confirmed_at.is_some());
    if primary_is_confirmed {
        change
            .put(Collection::Emails, email_id, &mine.email)
            .await?;
    } else {
        addresses::move_primary(&mut change, &emails, email_id).await?;
    }
    change
        .activity(ActivityKind::EmailConfirmed, Some(address.clone()))
        .await?;
    change.commit().await?;
    Ok(address)
}

/// Whether the link was used, and what it confirmed still is.
async fn still_confirmed(change: &mut Change, link: &Link, email_id: EmailId) -> Result<bool> {
    let used = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM links l, emails e WHERE l.token_hash = $1 AND l.used_at IS NOT NULL \
             AND e.id = $2 AND e.confirmed_at IS NOT NULL",
            arguments![&link.hash, email_id],
        )
        .await?;
    Ok(used.is_some())
}
