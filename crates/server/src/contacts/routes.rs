//! `/v1/emails` and below.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::contacts::{
    AddEmail, ConfirmEmail, EmailAccepted, EmailChanged, EmailConfirmed, EmailMadePrimary,
};
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::addresses;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::{Actor, IdempotencyKey};

/// All routes of addresses.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(resend))
        .routes(routes!(make_primary))
        .routes(routes!(remove))
        .routes(routes!(confirm))
}

/// Adds an address to the caller's account, pending, and mails its link.
#[utoipa::path(
    post, path = "/v1/emails", tag = "contacts", security(("session" = [])), request_body = AddEmail,
    params(("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 202, description = "Added; the answer is the same whoever else has the address", body = EmailAccepted),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The account holds as many as it may", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not an address, or the account has it already", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many links were asked for", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn add(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<AddEmail>,
) -> Answer<Response> {
    let mut change = caller.stepped_up_change(&state).await?;
    let first = match key.first(&mut change, "emails", &request).await? {
        Ok(first) => first,
        Err(given) => return Ok(given.into_response()),
    };
    let email_id = addresses::add(&mut change, &request.address).await?;
    let answer = EmailAccepted {
        email_id,
        revision: change.revision(),
    };
    let answer = first
        .store(&mut change, StatusCode::ACCEPTED, &answer)
        .await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// One change of one address of the caller's account.
macro_rules! change_of_one {
    ($state:ident, $caller:ident, $begin:ident, $key:ident, $id:ident, $name:literal, $status:expr, $rule:path) => {{
        let id: EmailId = $id.parse().map_err(|_| Refusal::not_found())?;
        let mut change = $caller.$begin(&$state).await?;
        let first = match $key.first(&mut change, $name, &id).await? {
            Ok(first) => first,
            Err(given) => return Ok(given.into_response()),
        };
        $rule(&mut change, id).await?;
        let answer = EmailChanged {
            revision: change.revision(),
        };
        let answer = first.store(&mut change, $status, &answer).await?;
        change.commit().await?;
        Ok(answer.into_response())
    }};
}

/// Mails a new link to a pending address; the older one dies.
#[utoipa::path(
    post, path = "/v1/emails/{id}/resend", tag = "contacts", security(("session" = [])),
    params(("id" = EmailId, Path, description = "The address"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 202, description = "On its way", body = EmailChanged),
        (status = 404, description = "No address of this account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The address is confirmed", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many links were asked for", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn resend(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
) -> Answer<Response> {
    let accepted = StatusCode::ACCEPTED;
    change_of_one!(
        state,
        caller,
        change,
        key,
        id,
        "emails/resend",
        accepted,
        addresses::resend
    )
}

/// Makes a confirmed address the primary one.
#[utoipa::path(
    post, path = "/v1/emails/{id}/primary", tag = "contacts", security(("session" = [])),
    params(("id" = EmailId, Path, description = "The address"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 200, description = "It is the primary address, or will be once the one so far agrees", body = EmailMadePrimary),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No address of this account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The address is not confirmed or suspended, or the primary one was changed lately", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many links were asked for", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn make_primary(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id: EmailId = id.parse().map_err(|_| Refusal::not_found())?;
    let mut change = caller.stepped_up_change(&state).await?;
    let first = match key.first(&mut change, "emails/primary", &id).await? {
        Ok(first) => first,
        Err(given) => return Ok(given.into_response()),
    };
    let answer = EmailMadePrimary {
        primary: addresses::make_primary(&mut change, id).await?,
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Removes an address.
#[utoipa::path(
    post, path = "/v1/emails/{id}/remove", tag = "contacts", security(("session" = [])),
    params(("id" = EmailId, Path, description = "The address"), ("Idempotency-Key" = Option<String>, Header, description = "A UUID")),
    responses(
        (status = 200, description = "It is gone", body = EmailChanged),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No address of this account", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is the primary address, or the last confirmed one", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn remove(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<String>,
) -> Answer<Response> {
    change_of_one!(
        state,
        caller,
        stepped_up_change,
        key,
        id,
        "emails/remove",
        StatusCode::OK,
        addresses::remove
    )
}

/// Confirms the address that a link was mailed to.
#[utoipa::path(
    post, path = "/v1/emails/confirm", tag = "contacts", request_body = ConfirmEmail,
    responses(
        (status = 200, description = "Confirmed", body = EmailConfirmed),
        (status = 409, description = "Another account has confirmed the address", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The link was used, replaced or is too old", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn confirm(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<ConfirmEmail>,
) -> Answer<axum::Json<EmailConfirmed>> {
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let address = super::confirm(&state, &request.token, actor).await?;
    Ok(axum::Json(EmailConfirmed { address }))
}
