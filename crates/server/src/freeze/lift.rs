//! `POST /v1/freeze/lift`.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::freeze::{Freeze, FreezeLifted};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::step_up::Proof;
use latchkey_protocol::sync::Collection;

use super::hold::{current, is_trusted_here};
use crate::database::Result;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::password;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;

/// Lifts the freeze, with the password, from a device that was the owner's before.
#[utoipa::path(
    post, path = "/v1/freeze/lift", tag = "sessions", request_body = Proof,
    responses(
        (status = 200, description = "Nothing is frozen any more", body = FreezeLifted),
    )
)]
pub(super) async fn lift(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<Proof>,
) -> Answer<axum::Json<FreezeLifted>> {
    // Before the password is looked at: from a device that may not lift it, its being right is not told.
    let mut change = caller.change(&state).await?;
    may_lift(&mut change).await?;
    drop(change);
    let code = request.code.as_deref();
    let proven = password::prove(&state, &caller, "password", &request.password, code).await?;
    let mut change = proven.accept(caller.change(&state).await?).await?;
    may_lift(&mut change).await?;
    end(&mut change).await?;
    let parameters = Parameters {
        device: change.actor().device_name.clone().unwrap_or_default(),
        ..Parameters::default()
    };
    mail::notify_all(&mut change, Kind::FreezeLifted, &parameters, None).await?;
    let revision = change.commit().await?;
    Ok(axum::Json(FreezeLifted { revision }))
}

/// Ends the freeze, by whoever acts; false when there is none. The caller tells the owner.
pub(super) async fn end(change: &mut Change) -> Result<bool> {
    let Some(freeze) = current(change).await? else {
        return Ok(false);
    };
    let (account_id, now) = (change.account_id(), change.now());
    let lifted = Freeze {
        frozen_at: None,
        lifted_at: Some(now),
        lifted_by_device_name: change.actor().device_name.clone(),
        ..freeze
    };
    change.put(Collection::Freeze, account_id, &lifted).await?;
    change.activity(ActivityKind::FreezeLifted, None).await?;
    Ok(true)
}

/// Refuses unless the one who acts may lift the freeze.
async fn may_lift(change: &mut Change) -> Answer<()> {
    let freeze = current(change).await?.ok_or_else(|| {
        Refusal::new(ProblemCode::NotAllowedNow).with_detail("the account is not frozen")
    })?;
    if is_trusted_here(change, freeze.known_before).await? {
        Ok(())
    } else {
        Err(Refusal::new(ProblemCode::Frozen))
    }
}
