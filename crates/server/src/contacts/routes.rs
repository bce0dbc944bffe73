//! `/v1/emails` and below.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::contacts::{
    AddEmail, ConfirmEmail, EmailAccepted, EmailChanged, EmailConfirmed, EmailMadePrimary,
};
use latchkey_protocol::identifiers::EmailId;
use utoipa_axum::routes;

use super::addresses;
use crate::access::Routes;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::slice::Slice;
use crate::state::ServerState;
use crate::sync::Actor;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// All routes of addresses.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(add))
        .routes(routes!(resend))
        .routes(routes!(make_primary))
        .routes(routes!(remove))
        .routes(routes!(confirm))
}

/// Adds an address to the caller's account, pending, and mails its link.
#[utoipa::path(
    post, path = "/v1/emails", tag = "contacts", request_body = AddEmail,
    responses(
        (status = 202, description = "Added; the answer is the same whoever else has the address", body = EmailAccepted),
    )
)]
async fn add(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<AddEmail>,
) -> Answer<Response> {
    let (mut change, first) = match caller.change_once(&state, &request).await? {
        Ok(begun) => begun,
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
    ($state:ident, $caller:ident, $id:ident, $status:expr, $rule:path) => {{
        let id: EmailId = $id.parse().map_err(|_| Refusal::not_found())?;
        let (mut change, first) = match $caller.change_once(&$state, &id).await? {
            Ok(begun) => begun,
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
    post, path = "/v1/emails/{id}/resend", tag = "contacts",
    params(("id" = EmailId, Path, description = "The address")),
    responses(
        (status = 202, description = "On its way", body = EmailChanged),
    )
)]
async fn resend(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let accepted = StatusCode::ACCEPTED;
    change_of_one!(state, caller, id, accepted, addresses::resend)
}

/// Makes a confirmed address the primary one.
#[utoipa::path(
    post, path = "/v1/emails/{id}/primary", tag = "contacts",
    params(("id" = EmailId, Path, description = "The address")),
    responses(
        (status = 200, description = "It is the primary address, or will be once the one so far agrees", body = EmailMadePrimary),
    )
)]
async fn make_primary(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    let id: EmailId = id.parse().map_err(|_| Refusal::not_found())?;
    let (mut change, first) = match caller.change_once(&state, &id).await? {
        Ok(begun) => begun,
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
    post, path = "/v1/emails/{id}/remove", tag = "contacts",
    params(("id" = EmailId, Path, description = "The address")),
    responses(
        (status = 200, description = "It is gone", body = EmailChanged),
    )
)]
async fn remove(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Response> {
    change_of_one!(state, caller, id, StatusCode::OK, addresses::remove)
}

/// Confirms the address that a link was mailed to.
#[utoipa::path(
    post, path = "/v1/emails/confirm", tag = "contacts", request_body = ConfirmEmail,
    responses(
        (status = 200, description = "Confirmed", body = EmailConfirmed),
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
