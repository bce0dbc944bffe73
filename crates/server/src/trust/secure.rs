//! Securing an account: everything but its root is suspended, and nothing is undone.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::password::Password;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::trust::{Secured, TrustRequest};

use crate::arguments;
use crate::database::Result;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::mail::{self, Kind, Parameters};
use crate::secrets::link::{self, Purpose};
use crate::sessions::{self, Caller};
use crate::state::ServerState;
use crate::sync::Change;
use crate::{contacts, passkeys, password, second_factor};

/// Secures the caller's account.
#[utoipa::path(
    post, path = "/v1/secure", tag = "trust", request_body = TrustRequest,
    responses(
        (status = 200, description = "Secured", body = Secured),
    )
)]
pub(super) async fn secure_account(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(TrustRequest {}): Json<TrustRequest>,
) -> Answer<Response> {
    let (mut change, first) = match caller.change_once(&state, &()).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let answer = Secured {
        ended: secure(&mut change).await?,
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// The password opens nothing new until it is changed.
pub(super) async fn spoil(change: &mut Change) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "UPDATE accounts SET spoiled_at = $2 WHERE id = $1",
            arguments![account_id, now],
        )
        .await?;
    let changed_at = change
        .get::<Password>(Collection::Password, account_id)
        .await?
        .map_or(now, |password| password.changed_at);
    let spoiled = Password {
        changed_at,
        spoiled_at: Some(now),
    };
    change
        .put(Collection::Password, account_id, &spoiled)
        .await
        .map(drop)
}

/// Secures the account of `change`: all sessions end but that of the one who acts, in which device's place all others are
/// suspended, and so is everything that could have been added by an intruder. Which sessions it ended.
pub async fn secure(change: &mut Change) -> Result<Vec<SessionId>> {
    let told = mail::confirmed_recipients(change).await?;
    let (account_id, now, acting) = (change.account_id(), change.now(), change.actor().session_id);
    let ended = sessions::end_all(change, acting, EndedReason::Disowned).await?;
    change
        .transaction()
        .execute(
            "UPDATE devices SET standing = 'suspended', standing_at = $2 WHERE account_id = $1 AND standing <> 'suspended' \
             AND id NOT IN (SELECT s.device_id FROM sessions s WHERE s.id = $3)",
            arguments![account_id, now, acting],
        )
        .await?;
    link::kill_all(change, Purpose::Lock).await?;
    password::stop_what_is_under_way(change).await?;
    contacts::suspend(change).await?;
    passkeys::suspend(change).await?;
    second_factor::suspend(change).await?;
    spoil(change).await?;
    change.activity(ActivityKind::AccountSecured, None).await?;
    let parameters = Parameters::by(change);
    for recipient in told {
        mail::queue(change, Kind::AccountSecured, &recipient, &parameters).await?;
    }
    Ok(ended)
}
