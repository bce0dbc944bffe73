//! The table of changes, and the records that devices see of them.

use latchkey_protocol::email_change::{EmailChange, EmailChangeState};
use latchkey_protocol::identifiers::EmailChangeId;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::sync::Change;

/// A change of the account.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub id: EmailChangeId,
    pub body: EmailChange,
}

fn read(row: &Row) -> Result<Stored> {
    let id: EmailChangeId = row.parsed(0, "email_changes", "id")?;
    let state = row
        .text_ref(7)?
        .parse()
        .map_err(|()| Error::inconsistent("email_changes", "state", id))?;
    Ok(Stored {
        id,
        body: EmailChange {
            old_address: row.text(1)?,
            new_address: row.text(2)?,
            requested_at: Timestamp(row.integer(3)?),
            new_confirmed_at: row.optional_integer(4)?.map(Timestamp),
            old_must_confirm: row.integer(5)? == 1,
            old_confirmed_at: row.optional_integer(6)?.map(Timestamp),
            state,
            state_at: Timestamp(row.integer(8)?),
        },
    })
}

/// One change of the account; `None` for one that is not there and one of another account alike.
pub(super) async fn find(change: &mut Change, id: EmailChangeId) -> Result<Option<Stored>> {
    let account_id = change.account_id();
    let row = change
        .transaction()
        .fetch_optional(
            "SELECT id, old_address, new_address, requested_at, new_confirmed_at, old_must_confirm, old_confirmed_at, \
             state, state_at FROM email_changes WHERE id = $1 AND account_id = $2",
            arguments![id, account_id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The changes of the account that were asked for at `since` or later, and are pending or completed; oldest first.
pub(super) async fn standing(change: &mut Change, since: Timestamp) -> Result<Vec<Stored>> {
    let account_id = change.account_id();
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT id, old_address, new_address, requested_at, new_confirmed_at, old_must_confirm, old_confirmed_at, \
             state, state_at FROM email_changes WHERE account_id = $1 AND requested_at >= $2 \
             AND state IN ('pending', 'completed') ORDER BY requested_at, id",
            arguments![account_id, since],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The completed change that can still be taken back, for which addresses stay where they are. Where addresses are not
/// confirmed, nobody else could have made it.
pub(super) async fn to_be_taken_back(change: &mut Change) -> Result<Option<Stored>> {
    if !change.state().config.confirms_addresses() {
        return Ok(None);
    }
    let now = change.now();
    let standing = standing(change, Timestamp(i64::MIN)).await?;
    Ok(standing.into_iter().find(|stored| {
        let until = stored.body.take_back_until();
        until.is_some_and(|until| now < until)
    }))
}

/// Whether an address was the primary one until lately, and can be so again by a link.
pub(crate) async fn can_be_taken_back_by(change: &mut Change, address: &str) -> Result<bool> {
    let stored = to_be_taken_back(change).await?;
    Ok(stored.is_some_and(|stored| stored.body.old_address == address))
}

/// Adds a change.
pub(super) async fn insert(change: &mut Change, stored: &Stored) -> Result<()> {
    let account_id = change.account_id();
    let body = &stored.body;
    change
        .transaction()
        .execute(
            "INSERT INTO email_changes (id, account_id, old_address, new_address, requested_at, new_confirmed_at, \
                                        old_must_confirm, state, state_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            arguments![
                stored.id,
                account_id,
                &body.old_address,
                &body.new_address,
                body.requested_at,
                body.new_confirmed_at,
                body.old_must_confirm,
                body.state.name(),
                body.state_at
            ],
        )
        .await?;
    publish(change, stored).await
}

/// Takes a change from one state to another and publishes it; false when it is not in `from` any more. Of any number at
/// once one gets true.
pub(super) async fn advance(
    change: &mut Change,
    stored: &Stored,
    to: EmailChangeState,
) -> Result<bool> {
    let now = change.now();
    let advanced = change
        .transaction()
        .execute(
            "UPDATE email_changes SET state = $3, state_at = $4 WHERE id = $1 AND state = $2",
            arguments![stored.id, stored.body.state.name(), to.name(), now],
        )
        .await?;
    if advanced == 0 {
        return Ok(false);
    }
    let stored = Stored {
        id: stored.id,
        body: EmailChange {
            state: to,
            state_at: now,
            ..stored.body.clone()
        },
    };
    publish(change, &stored).await?;
    Ok(true)
}

/// Has the account's devices see it.
pub(super) async fn publish(change: &mut Change, stored: &Stored) -> Result<()> {
    change
        .put(Collection::EmailChanges, stored.id, &stored.body)
        .await
        .map(drop)
}
