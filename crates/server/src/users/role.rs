//! Who administers the server, and how people learn of it.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::Role;

use crate::arguments;
use crate::database::{Database, Error, Result, Transaction};
use crate::jobs;
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

/// A role was changed beside the running server. It counts from then on, since every request looks it up; the person and
/// their devices are told by this job.
pub(crate) static ROLE_CHANGED: jobs::Kind =
    jobs::Kind::once("role-changed", |change, _| Box::pin(tell(change)));

/// Has the person told.
pub(super) async fn note(
    transaction: &mut Transaction,
    account_id: AccountId,
    now: Timestamp,
) -> Result<()> {
    let job = ROLE_CHANGED.job(account_id, account_id);
    jobs::schedule(transaction, &job, now).await.map(drop)
}

async fn tell(change: &mut Change) -> Result<()> {
    let account_id = change.account_id();
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
        mail::notify_all(change, kind, &Parameters::default(), None).await?;
    }
    Ok(())
}
