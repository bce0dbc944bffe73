//! `GET /v1/users/{id}`.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::freeze::Freeze;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::users::{User, UserEmail};

use crate::arguments;
use crate::database::{Error, Result, Transaction};
use crate::freeze;
use crate::http::problem::{Answer, Refusal};
use crate::second_factor;
use crate::sessions::{self, Caller};
use crate::state::ServerState;

/// Basic data of one person, for administrators. Nothing that opens anything, and nothing of what the person did.
#[utoipa::path(
    get, path = "/v1/users/{id}", tag = "users",
    params(("id" = AccountId, Path, description = "The account")),
    responses(
        (status = 200, description = "The person", body = User),
    )
)]
pub(super) async fn read(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
) -> Answer<axum::Json<User>> {
    let mut transaction = state.database.begin_reading().await?;
    freeze::refuse_administration(&mut transaction, caller.account_id, caller.session_id).await?;
    let (id, now) = (caller.subject(), state.now());
    let row = transaction
        .fetch_optional(
            "SELECT username, display_name, role, created_at FROM accounts WHERE id = $1",
            arguments![id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    let (live_sessions, last_active_at) = sessions(&mut transaction, id, now).await?;
    Ok(axum::Json(User {
        id,
        username: row.text(0)?,
        display_name: row.text(1)?,
        role: row.parsed(2, "accounts", "role")?,
        created_at: Timestamp(row.integer(3)?),
        emails: emails(&mut transaction, id).await?,
        second_factor_on: second_factor::is_on(&mut transaction, id).await?,
        frozen: is_frozen(&mut transaction, id).await?,
        last_active_at,
        live_sessions,
        open_seconds: caller.open_seconds(now),
    }))
}

async fn emails(transaction: &mut Transaction, id: AccountId) -> Result<Vec<UserEmail>> {
    transaction
        .fetch_all(
            "SELECT address, is_primary, CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END FROM emails \
             WHERE account_id = $1 ORDER BY is_primary DESC, added_at, id",
            arguments![id],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(UserEmail {
                address: row.text(0)?,
                primary: row.integer(1)? == 1,
                confirmed: row.integer(2)? == 1,
            })
        })
        .collect()
}

/// How many sessions are live, and when one of the account was last used.
async fn sessions(
    transaction: &mut Transaction,
    id: AccountId,
    now: Timestamp,
) -> Result<(u32, Option<Timestamp>)> {
    let row = transaction
        .fetch_optional(
            "SELECT count(CASE WHEN ended_at IS NULL AND expires_at > $2 AND last_active_at > $3 THEN 1 END), \
             max(last_active_at) FROM sessions WHERE account_id = $1",
            arguments![id, now, now.0 - sessions::IDLE_LIFETIME],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("sessions", "account_id", id))?;
    let live = u32::try_from(row.count(0)?).unwrap_or(u32::MAX);
    Ok((live, row.optional_integer(1)?.map(Timestamp)))
}

async fn is_frozen(transaction: &mut Transaction, id: AccountId) -> Result<bool> {
    let row = transaction
        .fetch_optional(
            "SELECT body FROM records WHERE account_id = $1 AND collection = $2 AND id = $1",
            arguments![id, Collection::Freeze.name()],
        )
        .await?;
    let Some(body) = row.map(|row| row.optional_text(0)).transpose()?.flatten() else {
        return Ok(false);
    };
    let freeze: Freeze =
        serde_json::from_str(&body).map_err(|_| Error::inconsistent("records", "body", id))?;
    Ok(freeze.holds())
}
