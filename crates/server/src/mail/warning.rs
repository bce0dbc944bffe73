//! The mail to the owner of an address that somebody entered for another account. It goes out in the place of the mail
//! with the link, and is the owner's account's; the account that asked is shown its own mail as sent, in the same way and
//! at the same time as any other: it does not learn whose address that is.

use std::sync::Arc;

use latchkey_protocol::identifiers::{AccountId, MailId, ServerId};
use latchkey_protocol::mail::MailStatus;

use super::claim::{Claimed, Reader};
use super::content::Facts;
use super::settle::End;
use super::{Kind, history, render};
use crate::arguments;
use crate::database::{Error, Result};
use crate::state::ServerState;
use crate::sync::Change;
use crate::words::Words;

/// A warning that goes out.
#[derive(Debug)]
pub(super) struct Warning {
    pub id: MailId,
    pub owner: AccountId,
    pub reader: Reader,
}

/// Gives the warning its id, the same for each try of the mail in whose place it goes out.
pub(super) async fn claim(
    change: &mut Change,
    in_place_of: MailId,
    owner: AccountId,
) -> Result<Warning> {
    let candidate = MailId(change.state().new_identifier());
    let row = change
        .transaction()
        .fetch_optional(
            "UPDATE mails SET warning_id = coalesce(warning_id, $2) WHERE id = $1 RETURNING warning_id",
            arguments![in_place_of, candidate],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("mails", "id", in_place_of))?;
    Ok(Warning {
        id: row.parsed(0, "mails", "warning_id")?,
        owner,
        reader: Reader::of(change, owner).await?,
    })
}

/// Puts a warning that has left, or was refused for good, into its owner's history; once.
pub(super) async fn note(
    state: &Arc<ServerState>,
    claimed: &Claimed,
    warning: &Warning,
    end: &End,
) -> Result<()> {
    if !matches!(end.status, MailStatus::Sent | MailStatus::Bounced) {
        return Ok(());
    }
    let parameters = serde_json::to_string(&claimed.parameters)
        .map_err(|_| Error::inconsistent("mails", "parameters", claimed.id))?;
    let mut change = Change::begin(state, warning.owner).await?;
    let now = change.now();
    let sent_at = (end.status == MailStatus::Sent).then_some(now);
    let inserted = change
        .transaction()
        .execute(
            "INSERT INTO mails (id, account_id, kind, recipient, language, parameters, status, created_at, sent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
            arguments![
                warning.id,
                warning.owner,
                Kind::AddressInUse.name(),
                &claimed.recipient,
                &warning.reader.language,
                &parameters,
                end.status.name(),
                claimed.created_at,
                sent_at
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(());
    }
    let text = state.public_url().and_then(|public_url| {
        render::text(&warning.facts(claimed, public_url, state.server_id)).ok()
    });
    history::note(&mut change, warning.id, |mail| {
        mail.status = end.status;
        mail.status_at = now;
        mail.reason = end.reason;
        mail.answer = end.said.as_ref().and_then(|said| said.answer.clone());
        mail.sent_at = sent_at;
        mail.text = text;
    })
    .await?;
    change.commit().await?;
    Ok(())
}

impl Warning {
    /// What it is written from.
    pub fn facts<'a>(
        &'a self,
        claimed: &'a Claimed,
        public_url: &'a url::Url,
        server_id: ServerId,
    ) -> Facts<'a> {
        Facts {
            kind: Kind::AddressInUse,
            words: Words::of(&self.reader.language),
            parameters: &claimed.parameters,
            username: &self.reader.username,
            time_zone: &self.reader.time_zone,
            happened_at: claimed.happened_at,
            public_url,
            server_id,
            token: None,
        }
    }
}
