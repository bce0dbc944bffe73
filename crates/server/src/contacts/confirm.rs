//! Confirming an address by its link's token. The API and the browser page both come here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, EmailId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;

use super::links::Consumed;
use super::{addresses, links};
use crate::arguments;
use crate::database::Error;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind};
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Confirms the address that the token was mailed to and returns it. The token proves the mailbox, so no session is
/// needed. 410 for a token that was used, replaced, is too old or never was, with a code of its own for one that has done its
/// work; 409 when another account has confirmed the
/// address meanwhile, which leaves the token as it was.
pub async fn confirm(state: &Arc<ServerState>, token: &str, actor: Actor) -> Answer<String> {
    let spent = || Refusal::new(ProblemCode::LinkSpent);
    let hash = links::hash(token);
    let row = state
        .database
        .fetch_optional(
            "SELECT e.account_id, e.id FROM email_confirmations c JOIN emails e ON e.id = c.email_id \
             WHERE c.token_hash = $1 AND c.expires_at > $2",
            arguments![&hash, state.now()],
        )
        .await?
        .ok_or_else(spent)?;
    let account_id: AccountId = row.parsed(0, "emails", "account_id")?;
    let email_id: EmailId = row.parsed(1, "emails", "id")?;

    let mut change = Change::begin(state, account_id).await?.by(actor);
    let now = change.now();
    mail::withdraw(&mut change, Kind::ConfirmEmail, email_id).await?;
    match links::consume(change.transaction(), &hash, now).await? {
        Consumed::Now => {}
        Consumed::Before => return Err(Refusal::new(ProblemCode::AlreadyConfirmed)),
        Consumed::Never => return Err(spent()),
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
