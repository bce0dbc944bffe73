//! `/v1/passkeys/…`: what the app asks for. What browsers do is on the pages.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use latchkey_protocol::identifiers::PasskeyId;
use latchkey_protocol::passkeys::{
    BeginPasskeySignIn, PasskeyChanged, PasskeyInvitation, PasskeySignIn, RenamePasskey,
};
use latchkey_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{credentials, enrolment, sign_in};
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;

/// Adding, naming, removing, and signing in.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(invite))
        .routes(routes!(rename))
        .routes(routes!(remove))
        .routes(routes!(begin_sign_in))
}

/// Gives the address of the page on which a browser adds a passkey.
#[utoipa::path(
    post, path = "/v1/passkeys/invitation", tag = "passkeys", security(("session" = [])),
    responses(
        (status = 200, description = "The page; an older one is void", body = PasskeyInvitation),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Two-step sign-in is off, there are ten, or browsers use none with this address", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn invite(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
) -> Answer<JsonBody<PasskeyInvitation>> {
    let mut change = caller.stepped_up_change(&state).await?;
    let invitation = enrolment::invite(&mut change).await?;
    change.commit().await?;
    Ok(JsonBody(invitation))
}

/// Gives a passkey another name.
#[utoipa::path(
    post, path = "/v1/passkeys/{id}/rename", tag = "passkeys", security(("session" = [])), request_body = RenamePasskey,
    params(("id" = PasskeyId, Path, description = "The passkey")),
    responses(
        (status = 200, description = "It has the name", body = PasskeyChanged),
        (status = 404, description = "No passkey of this account", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The name breaks a rule", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn rename(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(request): Json<RenamePasskey>,
) -> Answer<JsonBody<PasskeyChanged>> {
    let id = parse(&id)?;
    let mut change = caller.change(&state).await?;
    credentials::rename(&mut change, id, &request.name).await?;
    let revision = change.commit().await?;
    Ok(JsonBody(PasskeyChanged { revision }))
}

/// Removes a passkey.
#[utoipa::path(
    post, path = "/v1/passkeys/{id}/remove", tag = "passkeys", security(("session" = [])),
    params(("id" = PasskeyId, Path, description = "The passkey")),
    responses(
        (status = 200, description = "It is gone", body = PasskeyChanged),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No passkey of this account", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "A quota is used up", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn remove(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<JsonBody<PasskeyChanged>> {
    let id = parse(&id)?;
    let mut change = caller.stepped_up_change(&state).await?;
    credentials::remove(&mut change, id).await?;
    let revision = change.commit().await?;
    Ok(JsonBody(PasskeyChanged { revision }))
}

fn parse(id: &str) -> Answer<PasskeyId> {
    id.parse().map_err(|_| Refusal::not_found())
}

/// Gives the address of the page on which a browser uses a passkey for a device that signs in. Nobody is signed in.
#[utoipa::path(
    post, path = "/v1/passkeys/sign-in", tag = "passkeys", request_body = BeginPasskeySignIn,
    responses(
        (status = 201, description = "The page", body = PasskeySignIn),
        (status = 401, description = "Name or password is wrong, or the device's proof", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The account has no passkey", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too much to do", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn begin_sign_in(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<BeginPasskeySignIn>,
) -> Answer<(StatusCode, JsonBody<PasskeySignIn>)> {
    let begun = sign_in::begin(&state, address, &request).await?;
    Ok((StatusCode::CREATED, JsonBody(begun)))
}
