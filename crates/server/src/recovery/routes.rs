//! `/v1/recovery` and below.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use latchkey_protocol::recovery::{
    AskRecoveryStatus, OpenResetLink, OpenedResetLink, RecoveryRequested, RecoveryStatus,
    RequestRecovery, ResetPassword,
};
use utoipa_axum::routes;

use super::status;
use crate::access::Routes;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::slice::Slice;
use crate::state::ServerState;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    forget: &[|transaction, now| Box::pin(status::forget_old(transaction, now))],
    ..Slice::NONE
};

/// All routes of recovery.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(request))
        .routes(routes!(ask_status))
        .routes(routes!(open))
        .routes(routes!(reset))
}

/// Has a link for a new password mailed.
#[utoipa::path(
    post, path = "/v1/recovery", tag = "recovery", request_body = RequestRecovery,
    responses(
        (status = 202, description = "Whether or not there is such an account", body = RecoveryRequested),
    )
)]
async fn request(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<RequestRecovery>,
) -> Answer<(StatusCode, axum::Json<RecoveryRequested>)> {
    let device = request.device.as_ref();
    let ticket = super::request(&state, address, &request.login, device).await?;
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(RecoveryRequested { ticket }),
    ))
}

/// What became of the mail, for a device that the account knows.
#[utoipa::path(
    post, path = "/v1/recovery/status", tag = "recovery", request_body = AskRecoveryStatus,
    responses((status = 200, description = "As far as whoever asks may know", body = RecoveryStatus))
)]
async fn ask_status(
    State(state): State<Arc<ServerState>>,
    Json(request): Json<AskRecoveryStatus>,
) -> Answer<axum::Json<RecoveryStatus>> {
    let status = status::of_ticket(&state, &request.ticket).await?;
    Ok(axum::Json(status))
}

/// Opens a mailed link in the app of the device that asked for it.
#[utoipa::path(
    post, path = "/v1/recovery/open", tag = "recovery", request_body = OpenResetLink,
    responses(
        (status = 200, description = "What resets the password", body = OpenedResetLink),
    )
)]
async fn open(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<OpenResetLink>,
) -> Answer<axum::Json<OpenedResetLink>> {
    let token = super::open::open(&state, address, &request).await?;
    Ok(axum::Json(OpenedResetLink { token }))
}

/// Sets a new password by a mailed link.
#[utoipa::path(
    post, path = "/v1/recovery/reset", tag = "recovery", request_body = ResetPassword,
    responses(
        (status = 204, description = "Set; all sessions have ended, and nobody is signed in"),
    )
)]
async fn reset(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<ResetPassword>,
) -> Answer<StatusCode> {
    super::reset(&state, address, &request, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
