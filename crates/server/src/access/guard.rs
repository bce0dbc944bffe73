//! What stands before every handler.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::identifiers::AccountId;
use uuid::Uuid;

use super::{Callers, Place, Row};
use crate::http::problem::Answer;
use crate::pages;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::IdempotencyKey;

/// The guard of one route.
#[derive(Clone)]
pub(super) struct Guard {
    pub state: Arc<ServerState>,
    pub row: &'static Row,
}

/// The row by which a request was let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admitted(pub &'static Row);

/// Lets a request through to its handler, or answers it.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let Guard { state, row } = guard;
    if row.is_page() && !pages::is_from_here(&request, &state) {
        return pages::refuse_foreign(request.headers());
    }
    let (mut parts, body) = request.into_parts();
    match admit(&state, row, &mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn admit(state: &Arc<ServerState>, row: &'static Row, parts: &mut Parts) -> Answer<()> {
    parts.extensions.insert(Admitted(row));
    if row.callers == Callers::Anybody {
        return Ok(());
    }
    let named = match row.place {
        Place::Account => Some(account_in(parts).await),
        Place::Own | Place::Server => None,
    };
    let caller = Caller::look_up(state, parts, row, named).await?;
    let key = match row.once {
        Some(_) => IdempotencyKey::of(&parts.headers)?,
        None => IdempotencyKey(None),
    };
    parts.extensions.insert(caller.with_key(key));
    Ok(())
}

/// The account that the path names. What can't be one is refused no sooner, and no later, than one that nobody has.
async fn account_in(parts: &mut Parts) -> AccountId {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok();
    let id = parameters.as_ref().and_then(|parameters| {
        let (_, id) = parameters.iter().find(|(name, _)| *name == "id")?;
        id.parse().ok()
    });
    id.unwrap_or(AccountId(Uuid::nil()))
}
