//! Confirming a change by a link's token. The API and the browser page both come here.

use std::sync::Arc;

use latchkey_protocol::email_change::{EmailChangeConfirmed, EmailChangeState};

use super::complete;
use super::links::{self, spent};
use super::storage::{self, Stored};
use crate::arguments;
use crate::http::problem::Answer;
use crate::secrets::link::Purpose;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Confirms the change for the address that the token was mailed to, and completes it when nothing else is awaited. The
/// token proves the mailbox, so no session is needed. 410 for a token that was used, replaced, is too old or never was;
/// 409 when another account has confirmed the new address meanwhile, which leaves the token as it was.
pub async fn confirm(
    state: &Arc<ServerState>,
    token: &str,
    actor: Actor,
) -> Answer<EmailChangeConfirmed> {
    let purposes = [Purpose::NewAddress, Purpose::OldAddress];
    let (link, change_id) = links::find(state, token, &purposes).await?;
    let sql = match link.purpose {
        Purpose::NewAddress => {
            "UPDATE email_changes SET new_confirmed_at = $2 \
             WHERE id = $1 AND state = 'pending' AND new_confirmed_at IS NULL"
        }
        _ => {
            "UPDATE email_changes SET old_confirmed_at = $2 \
             WHERE id = $1 AND state = 'pending' AND old_confirmed_at IS NULL"
        }
    };
    let mut change = Change::begin(state, link.account_id).await?.by(actor);
    links::consume(&mut change, &link).await?;
    let now = change.now();
    let confirmed = change
        .transaction()
        .execute(sql, arguments![change_id, now])
        .await?;
    if confirmed == 0 {
        return Err(spent());
    }
    let stored = storage::find(&mut change, change_id)
        .await?
        .ok_or_else(spent)?;
    if now >= stored.body.pending_until() {
        return Err(spent());
    }
    let completed = is_confirmed(&stored);
    if completed {
        complete::complete(&mut change, &stored).await?;
    } else {
        storage::publish(&mut change, &stored).await?;
    }
    change.commit().await?;
    Ok(EmailChangeConfirmed {
        new_address: stored.body.new_address,
        completed,
    })
}

/// Whether everybody has confirmed who has to.
pub(super) fn is_confirmed(stored: &Stored) -> bool {
    let body = &stored.body;
    body.state == EmailChangeState::Pending
        && body.new_confirmed_at.is_some()
        && (!body.old_must_confirm || body.old_confirmed_at.is_some())
}
