//! `POST /v1/mails/{id}/send-again`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::identifiers::{EmailChangeId, EmailId, MailId};
use latchkey_protocol::mail::{Mail, MailSentAgain, can_be_sent_again};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use super::{Kind, Parameters, confirmed_recipients, history, queue, queue_link};
use crate::arguments;
use crate::database::Error;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;
use crate::{contacts, email_change};

/// Mails sent again, an hour and account.
const PER_HOUR: usize = 10;

/// Sends a mail again: a new one of the same kind, with a new link where it has one.
#[utoipa::path(
    post, path = "/v1/mails/{id}/send-again", tag = "mail",
    params(("id" = MailId, Path, description = "The mail")),
    responses(
        (status = 202, description = "On its way", body = MailSentAgain),
    )
)]
pub(super) async fn send_again(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id: MailId = id.parse().map_err(|_| Refusal::not_found())?;
    let (mut change, first) = match caller.change_once(&state, &id).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let mail_id = again(&mut change, id).await?;
    let answer = MailSentAgain {
        mail_id,
        revision: change.revision(),
    };
    let accepted = StatusCode::ACCEPTED;
    let answer = first.store(&mut change, accepted, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

async fn again(change: &mut Change, id: MailId) -> Answer<MailId> {
    let account_id = change.account_id();
    let mail: Mail = change
        .get(Collection::Mails, id)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if !can_be_sent_again(&mail) {
        return Err(over("this mail can't be sent again"));
    }
    limit(change).await?;
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT parameters, about FROM mails WHERE id = $1 AND account_id = $2",
            arguments![id, account_id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    let mut parameters: Parameters = serde_json::from_str(row.text_ref(0)?)
        .map_err(|_| Error::inconsistent("mails", "parameters", id))?;
    parameters.happened_at.get_or_insert(mail.queued_at);
    let about = row.optional_text(1)?;
    let new = one_more(change, &mail, &parameters, about.as_deref()).await?;
    change
        .transaction()
        .execute(
            "UPDATE mails SET again_of = $2 WHERE id = $1",
            arguments![new, id],
        )
        .await?;
    history::note(change, new, |mail| mail.again_of = Some(id)).await?;
    Ok(new)
}

/// Queues the mail once more, when what it is about still is. Each kind with a link has its own rule for another one.
async fn one_more(
    change: &mut Change,
    mail: &Mail,
    parameters: &Parameters,
    about: Option<&str>,
) -> Answer<MailId> {
    match mail.kind {
        Kind::ConfirmEmail => {
            let email_id: EmailId = about
                .and_then(|about| about.parse().ok())
                .ok_or_else(|| over("the address is not waiting any more"))?;
            contacts::resend(change, email_id)
                .await
                .map_err(|refusal| match refusal.code() {
                    ProblemCode::NotFound => over("the address is not waiting any more"),
                    _ => refusal,
                })
        }
        Kind::SignInAlert => {
            still_mine(change, &mail.recipient).await?;
            let (kind, recipient) = (mail.kind, &mail.recipient);
            let device_id = about.ok_or_else(|| over("the device is gone"))?;
            Ok(queue_link(change, kind, recipient, parameters, device_id).await?)
        }
        Kind::ConfirmEmailChange
        | Kind::ApproveEmailChange
        | Kind::EmailChangeRequested
        | Kind::EmailChangeCompleted => {
            let change_id: EmailChangeId = about
                .and_then(|about| about.parse().ok())
                .ok_or_else(|| over("the change is over"))?;
            let (kind, recipient) = (mail.kind, &mail.recipient);
            if !email_change::awaits(change, kind, change_id).await? {
                return Err(over("the change is over"));
            }
            Ok(queue_link(change, kind, recipient, parameters, change_id).await?)
        }
        // A link that resets a password is asked for where one signs in, under its own limits.
        Kind::ResetPassword
        | Kind::PasswordResetStarted
        | Kind::ApproveDevice
        | Kind::AddressInUse => Err(over("this mail can't be sent again")),
        _ => {
            still_mine(change, &mail.recipient).await?;
            Ok(queue(change, mail.kind, &mail.recipient, parameters).await?)
        }
    }
}

/// Refuses to write to an address that is not the account's any more.
async fn still_mine(change: &mut Change, recipient: &str) -> Answer<()> {
    if confirmed_recipients(change)
        .await?
        .iter()
        .any(|confirmed| confirmed == recipient)
    {
        Ok(())
    } else {
        Err(over("the address is not the account's any more"))
    }
}

async fn limit(change: &mut Change) -> Answer<()> {
    let (account_id, now) = (change.account_id(), change.now());
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT created_at FROM mails WHERE account_id = $1 AND again_of IS NOT NULL \
             AND created_at > $2 AND created_at <= $3 ORDER BY created_at",
            arguments![account_id, now.plus_seconds(-3600), now],
        )
        .await?;
    let Some(frees_one) = rows.len().checked_sub(PER_HOUR) else {
        return Ok(());
    };
    let wait = rows[frees_one].integer(0)? + 3600 * Timestamp::SECOND - now.0;
    let seconds = wait.div_euclid(Timestamp::SECOND) + 1;
    Err(Refusal::new(ProblemCode::TooManyAttempts)
        .retry_after(u32::try_from(seconds).unwrap_or(3600)))
}

fn over(detail: &str) -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail(detail)
}
