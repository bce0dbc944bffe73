//! The links of a change.

use latchkey_protocol::email_change::EmailChangeState;
use latchkey_protocol::identifiers::EmailChangeId;
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::problem::ProblemCode;

use super::storage::{self, Stored};
use crate::arguments;
use crate::database::Result;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Prepared};
use crate::secrets::link::{self, Link, Purpose};
use crate::state::ServerState;
use crate::sync::Change;

/// The mails that carry a link of a change.
const WITH_LINK: [Kind; 4] = [
    Kind::ConfirmEmailChange,
    Kind::ApproveEmailChange,
    Kind::EmailChangeRequested,
    Kind::EmailChangeCompleted,
];

/// 410 for a token that was used, replaced, is too old or never was.
pub(super) fn spent() -> Refusal {
    Refusal::new(ProblemCode::LinkSpent)
}

/// What `token` leads to, for one of `purposes`, and the change that it is of. Uses up nothing.
pub(super) async fn find(
    state: &ServerState,
    token: &str,
    purposes: &[Purpose],
) -> Answer<(Link, EmailChangeId)> {
    let link = link::find(state, token, purposes)
        .await?
        .ok_or_else(spent)?;
    let change_id = link.subject()?;
    Ok((link, change_id))
}

/// Uses a link up; of any number at once one passes. One that confirmed something that still stands says so.
pub(super) async fn consume(change: &mut Change, link: &Link) -> Answer<()> {
    if link::consume(change, link).await? {
        return Ok(());
    }
    let used = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM links l JOIN email_changes c ON c.id = l.subject \
             WHERE l.token_hash = $1 AND l.used_at IS NOT NULL AND c.state IN ('pending', 'completed')",
            arguments![&link.hash],
        )
        .await?;
    if used.is_some() && link.purpose != Purpose::UndoEmailChange {
        Err(Refusal::new(ProblemCode::AlreadyConfirmed))
    } else {
        Err(spent())
    }
}

/// Kills all links of a change, sent and queued.
pub(super) async fn kill(change: &mut Change, id: EmailChangeId) -> Result<()> {
    for kind in WITH_LINK {
        mail::withdraw(change, kind, id).await?;
    }
    link::kill(change, Purpose::UndoEmailChange, id).await?;
    kill_confirming(change, id).await
}

/// Kills the links of a change that would still confirm it, sent and queued.
pub(super) async fn kill_confirming(change: &mut Change, id: EmailChangeId) -> Result<()> {
    for kind in [Kind::ConfirmEmailChange, Kind::ApproveEmailChange] {
        mail::withdraw(change, kind, id).await?;
    }
    for purpose in [Purpose::NewAddress, Purpose::OldAddress] {
        link::kill(change, purpose, id).await?;
    }
    Ok(())
}

/// Decides what becomes of a mail with a link of a change, when its turn comes.
pub(crate) async fn prepare(
    change: &mut Change,
    kind: Kind,
    id: EmailChangeId,
) -> Result<Prepared> {
    match purpose_of(change, kind, id).await? {
        Some(purpose) => Ok(Prepared::Link(link::mint(change, purpose, id, None).await?)),
        None => Ok(Prepared::Needless(MailReason::NoLongerNeeded)),
    }
}

/// Whether a mail of this kind about a change still has something to say.
pub(crate) async fn awaits(change: &mut Change, kind: Kind, id: EmailChangeId) -> Result<bool> {
    purpose_of(change, kind, id)
        .await
        .map(|purpose| purpose.is_some())
}

/// What the link in a mail of this kind is for; `None` once it would do nothing.
async fn purpose_of(change: &mut Change, kind: Kind, id: EmailChangeId) -> Result<Option<Purpose>> {
    let Some(Stored { body, .. }) = storage::find(change, id).await? else {
        return Ok(None);
    };
    let now = change.now();
    let pending = body.state == EmailChangeState::Pending && now < body.pending_until();
    let undoable = body.take_back_until().is_some_and(|until| now < until);
    Ok(match kind {
        Kind::ConfirmEmailChange if pending && body.new_confirmed_at.is_none() => {
            Some(Purpose::NewAddress)
        }
        Kind::ApproveEmailChange
            if pending && body.old_must_confirm && body.old_confirmed_at.is_none() =>
        {
            Some(Purpose::OldAddress)
        }
        Kind::EmailChangeRequested if pending || undoable => Some(Purpose::UndoEmailChange),
        Kind::EmailChangeCompleted if undoable => Some(Purpose::UndoEmailChange),
        _ => None,
    })
}
