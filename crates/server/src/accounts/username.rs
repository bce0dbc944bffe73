//! `POST /v1/username`: another name to sign in with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::accounts::{
    ChangeUsername, UsernameChanged, check_username, normalize_username,
};
use latchkey_protocol::activity::{ActivityKind, ChangedField};
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::Collection;

use crate::arguments;
use crate::database::{self, Error};
use crate::freeze;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;

/// Changes the caller's username.
#[utoipa::path(
    post, path = "/v1/username", tag = "accounts", request_body = ChangeUsername,
    responses(
        (status = 200, description = "It is the account's from now on", body = UsernameChanged),
    )
)]
pub(super) async fn change_username(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<ChangeUsername>,
) -> Answer<Response> {
    let (mut change, first) = match caller.change_once(&state, &request).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    freeze::refuse_when_frozen(&mut change).await?;
    rename(&mut change, &request.username).await?;
    let answer = UsernameChanged {
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

async fn rename(change: &mut Change, username: &str) -> Answer<()> {
    let refuse = |code| Refusal::fields(vec![FieldProblem::new("username", code)]);
    check_username(username).map_err(refuse)?;
    let username = normalize_username(username);
    let account_id = change.account_id();
    let mut profile: Profile = change
        .get(Collection::Profile, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    if profile.username == username {
        return Err(refuse(FieldCode::Unchanged));
    }
    let kept = change
        .transaction()
        .fetch_optional(
            "SELECT account_id FROM questioned_usernames WHERE username = $1 AND account_id <> $2",
            arguments![&username, account_id],
        )
        .await?;
    // Another account would have it back by saying "not me".
    if kept.is_some() {
        return Err(refuse(FieldCode::Taken));
    }
    freeze::keep_username(change, &profile.username).await?;
    let renamed = change
        .transaction()
        .execute(
            "UPDATE accounts SET username = $2 WHERE id = $1",
            arguments![account_id, &username],
        )
        .await;
    match renamed {
        Ok(_) => {}
        Err(Error::Taken(_)) => return Err(refuse(FieldCode::Taken)),
        Err(error) => return Err(error.into()),
    }
    let changed = ChangedField::new("username", &profile.username, &username);
    profile.username.clone_from(&username);
    change
        .put(Collection::Profile, account_id, &profile)
        .await?;
    change
        .activity_changing(ActivityKind::UsernameChanged, Some(username), vec![changed])
        .await?;
    let parameters = Parameters::by(change);
    mail::notify_all(change, Kind::UsernameChanged, &parameters, None).await?;
    Ok(())
}

/// Gives the account back the username that it had before a device changed it whose sign-in was not the owner's. Not one
/// that somebody else has by now.
pub(crate) async fn restore_username(change: &mut Change, username: &str) -> database::Result<()> {
    let account_id = change.account_id();
    let restored = change
        .transaction()
        .execute(
            "UPDATE accounts SET username = $2 WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM accounts other WHERE other.username = $2 AND other.id <> $1)",
            arguments![account_id, username],
        )
        .await?;
    if restored == 0 {
        change
            .activity(ActivityKind::NotGivenBack, Some(username.to_owned()))
            .await?;
        return Ok(());
    }
    let profile: Profile = change
        .get(Collection::Profile, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    if profile.username == username {
        return Ok(());
    }
    let changed = ChangedField::new("username", &profile.username, username);
    let profile = Profile {
        username: username.to_owned(),
        ..profile
    };
    change
        .put(Collection::Profile, account_id, &profile)
        .await?;
    let subject = Some(username.to_owned());
    change
        .activity_changing(ActivityKind::UsernameChanged, subject, vec![changed])
        .await?;
    Ok(())
}

/// The username of the account of `change`.
pub(crate) async fn username_of(change: &mut Change) -> database::Result<String> {
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT username FROM accounts WHERE id = $1",
            arguments![account_id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("accounts", "id", account_id))?
        .text(0)
}
