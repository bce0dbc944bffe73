//! `/v1/passkeys/…`: what the app asks for. What browsers do is on the pages.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use latchkey_protocol::identifiers::PasskeyId;
use latchkey_protocol::passkeys::{
    BeginPasskeySignIn, PasskeyChanged, PasskeyInvitation, PasskeySignIn, RenamePasskey,
};
use utoipa_axum::routes;

use super::requests;
use super::{credentials, enrolment, sign_in};
use crate::access::Routes;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::slice::Slice;
use crate::state::ServerState;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    forget: &[|transaction, now| Box::pin(requests::forget_old(transaction, now))],
    ..Slice::NONE
};

/// Adding, naming, removing, and signing in.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(invite))
        .routes(routes!(rename))
        .routes(routes!(remove))
        .routes(routes!(begin_sign_in))
}

/// Gives the address of the page on which a browser adds a passkey.
#[utoipa::path(
    post, path = "/v1/passkeys/invitation", tag = "passkeys",
    responses(
        (status = 200, description = "The page; an older one is void", body = PasskeyInvitation),
    )
)]
async fn invite(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
) -> Answer<JsonBody<PasskeyInvitation>> {
    let mut change = caller.change(&state).await?;
    let invitation = enrolment::invite(&mut change).await?;
    change.commit().await?;
    Ok(JsonBody(invitation))
}

/// Gives a passkey another name.
#[utoipa::path(
    post, path = "/v1/passkeys/{id}/rename", tag = "passkeys", request_body = RenamePasskey,
    params(("id" = PasskeyId, Path, description = "The passkey")),
    responses(
        (status = 200, description = "It has the name", body = PasskeyChanged),
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
    post, path = "/v1/passkeys/{id}/remove", tag = "passkeys",
    params(("id" = PasskeyId, Path, description = "The passkey")),
    responses(
        (status = 200, description = "It is gone", body = PasskeyChanged),
    )
)]
async fn remove(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<JsonBody<PasskeyChanged>> {
    let id = parse(&id)?;
    let mut change = caller.change(&state).await?;
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
