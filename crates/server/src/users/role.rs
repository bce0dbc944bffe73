//! Who administers the server, and how people learn of it.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::Role;

use crate::arguments;
use crate::database::{Database, Error, Result, Transaction};
use crate::mail::{self, Kind, Parameters};
use crate::state::ServerState;
use crate::sync::Change;

/// The role of an account that was just created in `transaction`: an administrator's for the first one of a server that
/// one person runs for themselves, nobody's on a served one.
pub(crate) async fn role_of_new(
    state: &ServerState,
    transaction: &mut Transaction,
    account_id: AccountId,
) -> Result<Role> {
    if state.config.app.is_none() {
        return Ok(Role::Person);
    }
    let first = transaction
        .execute(
            "UPDATE accounts SET role = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE id <> $1)",
            arguments![account_id, Role::Administrator.name()],
        )
        .await?;
    Ok(if first == 1 {
        Role::Administrator
    } else {
        Role::Person
    })
}

/// Gives such a server, when its accounts are from before there were roles, the first of them as its administrator.
pub(crate) async fn appoint_first(database: &Database, now: Timestamp) -> Result<()> {
    let mut transaction = database.begin().await?;
    let row = transaction
        .fetch_optional(
            "UPDATE accounts SET role = $1 WHERE id = (SELECT id FROM accounts ORDER BY created_at, id LIMIT 1) \
             AND NOT EXISTS (SELECT 1 FROM accounts WHERE role = $1) RETURNING id",
            arguments![Role::Administrator.name()],
        )
        .await?;
    if let Some(row) = row {
        note(&mut transaction, row.parsed(0, "accounts", "id")?, now).await?;
    }
    transaction.commit().await
}

/// Leaves a note for [`tell_role_changes`].
pub(super) async fn note(
    transaction: &mut Transaction,
    account_id: AccountId,
    now: Timestamp,
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO role_changes (account_id, changed_at) VALUES ($1, $2) \
             ON CONFLICT (account_id) DO UPDATE SET changed_at = excluded.changed_at",
            arguments![account_id, now],
        )
        .await
        .map(drop)
}

/// Tells people and their devices of roles that were changed beside this server. The role itself counts from when it was
/// changed: every request looks it up.
pub(crate) async fn tell_role_changes(state: &Arc<ServerState>) -> Result<()> {
    let rows = state
        .database
        .fetch_all(
            "SELECT account_id FROM role_changes ORDER BY changed_at",
            &[],
        )
        .await?;
    for row in rows {
        let account_id = row.parsed(0, "role_changes", "account_id")?;
        // One that can't be told must not hold up the others.
        if let Err(error) = tell(state, account_id).await {
            tracing::warn!(%account_id, %error, "a changed role waits for another look");
        }
    }
    Ok(())
}

async fn tell(state: &Arc<ServerState>, account_id: AccountId) -> Result<()> {
    let mut change = Change::begin(state, account_id).await?;
    let mine = change
        .transaction()
        .execute(
            "DELETE FROM role_changes WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    if mine == 0 {
        // Another node has told.
        return Ok(());
    }
    let role: Role = change
        .transaction()
        .fetch_optional(
            "SELECT role FROM accounts WHERE id = $1",
            arguments![account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?
        .parsed(0, "accounts", "role")?;
    let mut profile: Profile = change
        .get(Collection::Profile, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    if profile.role != role {
        profile.role = role;
        change
            .put(Collection::Profile, account_id, &profile)
            .await?;
        let (activity, kind) = match role {
            Role::Administrator => (
                ActivityKind::AdministratorGranted,
                Kind::AdministratorGranted,
            ),
            Role::Person => (
                ActivityKind::AdministratorRevoked,
                Kind::AdministratorRevoked,
            ),
        };
        change.activity(activity, None).await?;
        mail::notify_all(&mut change, kind, &Parameters::default(), None).await?;
    }
    change.commit().await?;
    Ok(())
}
