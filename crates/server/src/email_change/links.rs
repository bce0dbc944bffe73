//! The secrets in the links of a change: 256 bits, minted when their mail is sent, stored as SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::email_change::{EmailChangeState, PENDING_DAYS, TAKE_BACK_DAYS};
use latchkey_protocol::identifiers::{AccountId, EmailChangeId};
use latchkey_protocol::mail::MailReason;
use latchkey_protocol::problem::ProblemCode;
use sha2::{Digest as _, Sha256};

use super::storage::{self, Stored};
use crate::arguments;
use crate::database::Result;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Prepared};
use crate::state::ServerState;
use crate::sync::Change;

const DAY_SECONDS: i64 = 86_400;

/// How long a link that confirms works from its sending.
const CONFIRM_SECONDS: i64 = DAY_SECONDS;

/// How long a link that undoes is kept: longer than any change can be undone, which is what decides.
const UNDO_SECONDS: i64 = (PENDING_DAYS + TAKE_BACK_DAYS) * DAY_SECONDS;

/// The mails that carry a link of a change.
const WITH_LINK: [Kind; 4] = [
    Kind::ConfirmEmailChange,
    Kind::ApproveEmailChange,
    Kind::EmailChangeRequested,
    Kind::EmailChangeCompleted,
];

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The new address confirms.
    New,
    /// The old address confirms.
    Old,
    /// The old address stops the change, or undoes it.
    Undo,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::New, Self::Old, Self::Undo];

    const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Old => "old",
            Self::Undo => "undo",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.name() == name)
            .ok_or(())
    }
}

/// What a token leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub hash: [u8; 32],
    pub purpose: Purpose,
    pub change_id: EmailChangeId,
    pub account_id: AccountId,
}

/// 410 for a token that was used, replaced, is too old or never was.
pub(super) fn spent() -> Refusal {
    Refusal::new(ProblemCode::LinkSpent)
}

/// What `token` leads to. Uses up nothing.
pub(super) async fn find(state: &ServerState, token: &str) -> Answer<Link> {
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let row = state
        .database
        .fetch_optional(
            "SELECT l.purpose, c.id, c.account_id FROM email_change_links l JOIN email_changes c ON c.id = l.change_id \
             WHERE l.token_hash = $1 AND l.expires_at > $2",
            arguments![&hash, state.now()],
        )
        .await?
        .ok_or_else(spent)?;
    Ok(Link {
        hash,
        purpose: row.parsed(0, "email_change_links", "purpose")?,
        change_id: row.parsed(1, "email_changes", "id")?,
        account_id: row.parsed(2, "email_changes", "account_id")?,
    })
}

/// Uses a link up; of any number at once one passes. One that confirmed something that still stands says so.
pub(super) async fn consume(change: &mut Change, link: &Link) -> Answer<()> {
    let now = change.now();
    let consumed = change
        .transaction()
        .execute(
            "UPDATE email_change_links SET used_at = $2 WHERE token_hash = $1 AND expires_at > $2 AND used_at IS NULL",
            arguments![&link.hash, now],
        )
        .await?;
    if consumed == 1 {
        return Ok(());
    }
    let used = change
        .transaction()
        .fetch_optional(
            "SELECT 1 FROM email_change_links l JOIN email_changes c ON c.id = l.change_id \
             WHERE l.token_hash = $1 AND l.used_at IS NOT NULL AND c.state IN ('pending', 'completed')",
            arguments![&link.hash],
        )
        .await?;
    if used.is_some() && link.purpose != Purpose::Undo {
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
    delete(change, id, &Purpose::ALL).await
}

/// Kills the links of a change that would still confirm it, sent and queued.
pub(super) async fn kill_confirming(change: &mut Change, id: EmailChangeId) -> Result<()> {
    for kind in [Kind::ConfirmEmailChange, Kind::ApproveEmailChange] {
        mail::withdraw(change, kind, id).await?;
    }
    change
        .transaction()
        .execute(
            "DELETE FROM email_change_links WHERE change_id = $1 AND purpose <> 'undo' AND used_at IS NULL",
            arguments![id],
        )
        .await?;
    Ok(())
}

async fn delete(change: &mut Change, id: EmailChangeId, purposes: &[Purpose]) -> Result<()> {
    for purpose in purposes {
        change
            .transaction()
            .execute(
                "DELETE FROM email_change_links WHERE change_id = $1 AND purpose = $2",
                arguments![id, purpose.name()],
            )
            .await?;
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
        Some(purpose) => mint(change, id, purpose).await.map(Prepared::Link),
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
            Some(Purpose::New)
        }
        Kind::ApproveEmailChange
            if pending && body.old_must_confirm && body.old_confirmed_at.is_none() =>
        {
            Some(Purpose::Old)
        }
        Kind::EmailChangeRequested if pending || undoable => Some(Purpose::Undo),
        Kind::EmailChangeCompleted if undoable => Some(Purpose::Undo),
        _ => None,
    })
}

async fn mint(change: &mut Change, id: EmailChangeId, purpose: Purpose) -> Result<String> {
    let token = URL_SAFE_NO_PAD.encode(change.state().new_secret());
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let valid = if purpose == Purpose::Undo {
        UNDO_SECONDS
    } else {
        // A newer mail's link takes the place of the older one's.
        delete(change, id, &[purpose]).await?;
        CONFIRM_SECONDS
    };
    let expires_at = change.now().plus_seconds(valid);
    change
        .transaction()
        .execute(
            "INSERT INTO email_change_links (token_hash, change_id, purpose, expires_at) VALUES ($1, $2, $3, $4)",
            arguments![&hash, id, purpose.name(), expires_at],
        )
        .await?;
    Ok(token)
}
