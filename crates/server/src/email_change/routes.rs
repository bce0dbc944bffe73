//! `/v1/emails/change…`.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::email_change::{
    ChangeEmail, ConfirmEmailChange, EmailChangeAccepted, EmailChangeCancelled,
    EmailChangeConfirmed,
};
use latchkey_protocol::identifiers::EmailChangeId;
use utoipa_axum::routes;

use super::housekeeping;
use super::request as changes;
use crate::access::Routes;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::jobs::Kind;
use crate::sessions::Caller;
use crate::slice::Slice;
use crate::state::ServerState;
use crate::sync::Actor;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    tidy: &[Kind::minutely("tidy-email-changes", |state| {
        Box::pin(async move { housekeeping::tidy(&state).await })
    })],
    ..Slice::NONE
};

/// Changing the primary address.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(request))
        .routes(routes!(cancel))
        .routes(routes!(confirm))
}

/// Asks for another primary address. A link to confirm it is mailed there; the old address is told.
#[utoipa::path(
    post, path = "/v1/emails/change", tag = "email change", request_body = ChangeEmail,
    responses(
        (status = 202, description = "Pending; the answer is the same whoever else has the address", body = EmailChangeAccepted),
    )
)]
async fn request(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<ChangeEmail>,
) -> Answer<Response> {
    let (mut change, first) = match caller.change_once(&state, &request).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let change_id = changes::request(&mut change, &request.address).await?;
    let answer = EmailChangeAccepted {
        change_id,
        revision: change.revision(),
    };
    let answer = first
        .store(&mut change, StatusCode::ACCEPTED, &answer)
        .await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Stops a change that waits. Needs no step-up: it leaves the account as it is.
#[utoipa::path(
    post, path = "/v1/emails/changes/{id}/cancel", tag = "email change",
    params(("id" = EmailChangeId, Path, description = "The change")),
    responses(
        (status = 200, description = "It is stopped", body = EmailChangeCancelled),
    )
)]
async fn cancel(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id: EmailChangeId = id.parse().map_err(|_| Refusal::not_found())?;
    let (mut change, first) = match caller.change_once(&state, &id).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    changes::cancel(&mut change, id).await?;
    let answer = EmailChangeCancelled {
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Confirms a change for the address that a link was mailed to.
#[utoipa::path(
    post, path = "/v1/emails/change/confirm", tag = "email change", request_body = ConfirmEmailChange,
    responses(
        (status = 200, description = "Confirmed", body = EmailChangeConfirmed),
    )
)]
async fn confirm(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<ConfirmEmailChange>,
) -> Answer<JsonBody<EmailChangeConfirmed>> {
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    super::confirm(&state, &request.token, actor)
        .await
        .map(JsonBody)
}
