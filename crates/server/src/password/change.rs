//! `POST /v1/password`: another password, by somebody who knows the one so far.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::DeviceId;
use latchkey_protocol::password::{ChangePassword, Password, PasswordChanged, normalize};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::sync::Collection;

use super::hash_new;
use super::proof::prove_and;
use crate::allowance::{self, Allowance};
use crate::arguments;
use crate::contacts;
use crate::database;
use crate::email_change;
use crate::freeze;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::passkeys;
use crate::recovery;
use crate::second_factor;
use crate::sessions::{self, Caller};
use crate::state::ServerState;
use crate::sync::Change;

/// How long the token so far opens the session at most, in seconds, when the new one is never used: long enough for an
/// answer that was lost.
const PREVIOUS_TOKEN_SECONDS: i64 = 600;

/// Changes the password of the caller's account.
#[utoipa::path(
    post, path = "/v1/password", tag = "password", request_body = ChangePassword,
    responses(
        (status = 200, description = "Changed; the session goes on with another token", body = PasswordChanged),
    )
)]
pub(super) async fn change(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<ChangePassword>,
) -> Answer<axum::Json<PasswordChanged>> {
    if normalize(&request.new_password) == normalize(&request.current_password) {
        let unchanged = FieldProblem::new("new_password", FieldCode::Unchanged);
        return Err(Refusal::fields(vec![unchanged]));
    }
    // Before the password is looked at: from a device that may not change it, its being right is not told.
    let mut looking = caller.change(&state).await?;
    freeze::refuse_from_unknown_device(&mut looking).await?;
    count(&mut looking).await?;
    drop(looking);
    let (proven, hash) = prove_and(
        &state,
        &caller,
        "current_password",
        &request.current_password,
        request.code.as_deref(),
        Box::pin(hash_new(&state, caller.account_id, &request.new_password)),
    )
    .await?;
    let mut change = proven.accept(caller.change(&state).await?).await?;
    freeze::refuse_from_unknown_device(&mut change).await?;
    count(&mut change).await?;
    let questioned = freeze::questioned_device(&mut change).await?;
    set(&mut change, &hash, questioned).await?;
    let until = change.now().plus_seconds(PREVIOUS_TOKEN_SECONDS);
    let token = sessions::rotate(&mut change, &caller, Some(until), None).await?;
    let ended = if request.end_other_sessions {
        let reason = EndedReason::PasswordChanged;
        sessions::end_all(&mut change, Some(caller.session_id), reason).await?
    } else {
        Vec::new()
    };
    change.activity(ActivityKind::PasswordChanged, None).await?;
    let parameters = Parameters::by(&change);
    mail::notify_all(&mut change, Kind::PasswordChanged, &parameters, None).await?;
    let revision = change.commit().await?;
    Ok(axum::Json(PasswordChanged {
        token,
        expires_at: caller.expires_at,
        revision,
        ended,
    }))
}

/// Counts a change of the password in a session, or refuses it. Each kills the link that its owner asked for by mail:
/// whoever knows the password must not keep that from them for ever. Where no address is confirmed, there is no such link.
async fn count(change: &mut Change) -> Answer<()> {
    if mail::confirmed_recipients(change).await?.is_empty() {
        return Ok(());
    }
    let (state, account_id) = (Arc::clone(change.state()), change.account_id().to_string());
    let changes = Allowance::PasswordChanges;
    allowance::take(&state, change.transaction(), changes, &account_id)
        .await?
        .map_err(|seconds| Refusal::new(ProblemCode::MailedLinkNeeded).retry_after(seconds))
}

/// Gives the account of `change` the password with this hash: every link dies that could undo it or do more by it, and
/// no session counts as stepped up any longer. `questioned` is the device that does it, while its sign-in is in question.
pub(crate) async fn set(
    change: &mut Change,
    hash: &str,
    questioned: Option<DeviceId>,
) -> database::Result<()> {
    freeze::keep_password(change, questioned).await?;
    replace(change, hash).await
}

/// As [`set`], without a look at what was kept for an undoing, which is what restores it.
pub(crate) async fn replace(change: &mut Change, hash: &str) -> database::Result<()> {
    let (account_id, changed_at) = (change.account_id(), change.now());
    recovery::kill_links(change).await?;
    contacts::kill_links(change).await?;
    email_change::stop_pending(change).await?;
    passkeys::kill_requests(change).await?;
    second_factor::stop_begun(change).await?;
    change
        .transaction()
        .execute(
            "UPDATE accounts SET password_hash = $2 WHERE id = $1",
            arguments![account_id, hash],
        )
        .await?;
    change
        .transaction()
        .execute(
            "UPDATE sessions SET stepped_up_until = NULL WHERE account_id = $1 AND stepped_up_until IS NOT NULL",
            arguments![account_id],
        )
        .await?;
    change
        .put(Collection::Password, account_id, &Password { changed_at })
        .await?;
    Ok(())
}
