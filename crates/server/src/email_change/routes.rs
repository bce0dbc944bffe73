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
use latchkey_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::request as changes;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::{Actor, IdempotencyKey};

/// Changing the primary address.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(request))
        .routes(routes!(cancel))
        .routes(routes!(confirm))
}

/// Asks for another primary address. A link to confirm it is mailed there; the old address is told.
#[utoipa::path(
    post, path = "/v1/emails/change", tag = "email change", security(("session" = [])), request_body = ChangeEmail,
    params(("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 202, description = "Pending; the answer is the same whoever else has the address", body = EmailChangeAccepted),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No address is confirmed, the account holds as many as it may, or the primary address was changed or the password reset lately", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not an address, or one of the account's", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many links were asked for", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn request(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<ChangeEmail>,
) -> Answer<Response> {
    let mut change = caller.stepped_up_change(&state).await?;
    let first = match key.first(&mut change, "emails/change", &request).await? {
        Ok(first) => first,
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
    post, path = "/v1/emails/changes/{id}/cancel", tag = "email change", security(("session" = [])),
    params(("id" = EmailChangeId, Path, description = "The change"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 200, description = "It is stopped", body = EmailChangeCancelled),
        (status = 404, description = "No change of this account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It does not wait any more", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn cancel(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id: EmailChangeId = id.parse().map_err(|_| Refusal::not_found())?;
    let mut change = caller.change(&state).await?;
    let first = match key.first(&mut change, "emails/changes/cancel", &id).await? {
        Ok(first) => first,
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
        (status = 409, description = "Another account has confirmed the address", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The link was used, replaced or is too old", body = Problem, content_type = "application/problem+json"),
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
