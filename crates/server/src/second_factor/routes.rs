//! `/v1/second-factor/…`. No answer is kept for a repeated request: they hold what is shown once.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::State;
use latchkey_protocol::problem::Problem;
use latchkey_protocol::second_factor::{
    GiveCode, NewRecoveryCodes, SecondFactorBegun, SecondFactorDisabled,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::codes::{count_first_try, count_try, take};
use super::enrolment;
use crate::freeze;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;

/// Turning two-step sign-in on and off, and recovery codes.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .routes(routes!(replace_recovery_codes))
}

/// Gives the key for an authenticator app. Nothing is on before a code of it is given to `enable`, within the hour.
#[utoipa::path(
    post, path = "/v1/second-factor/begin", tag = "second factor", security(("session" = [])),
    responses(
        (status = 200, description = "The key", body = SecondFactorBegun),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is on already, no address is confirmed, or the account is frozen", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn begin(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
) -> Answer<JsonBody<SecondFactorBegun>> {
    let mut change = caller.stepped_up_change(&state).await?;
    freeze::refuse_when_frozen(&mut change).await?;
    let begun = enrolment::begin(&mut change).await?;
    change.commit().await?;
    Ok(JsonBody(begun))
}

/// Turns two-step sign-in on.
#[utoipa::path(
    post, path = "/v1/second-factor/enable", tag = "second factor", security(("session" = [])), request_body = GiveCode,
    responses(
        (status = 200, description = "It is on; the recovery codes are shown this once", body = NewRecoveryCodes),
        (status = 409, description = "Nothing was begun, it is on already, or the account is frozen", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong codes", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn enable(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<GiveCode>,
) -> Answer<JsonBody<NewRecoveryCodes>> {
    count_first_try(&state, caller.account_id).await?;
    let mut change = caller.change(&state).await?;
    freeze::refuse_when_frozen(&mut change).await?;
    let recovery_codes = enrolment::enable(&mut change, &request.code).await?;
    let revision = change.commit().await?;
    state.mail_queued.notify_one();
    Ok(JsonBody(NewRecoveryCodes {
        recovery_codes,
        revision,
    }))
}

/// Begins a change that both step-up and a code are asked for.
async fn change_with_code(state: &Arc<ServerState>, caller: Caller, code: &str) -> Answer<Change> {
    // An open session alone must not be able to use up the tries, so the step-up comes first; begun anew after the
    // count, since SQLite has one writer.
    drop(caller.stepped_up_change(state).await?);
    count_try(state, caller.account_id).await?;
    let mut change = caller.stepped_up_change(state).await?;
    freeze::refuse_when_frozen(&mut change).await?;
    enrolment::refuse_unless_on(&mut change).await?;
    take(&mut change, code).await?;
    Ok(change)
}

/// Turns two-step sign-in off.
#[utoipa::path(
    post, path = "/v1/second-factor/disable", tag = "second factor", security(("session" = [])), request_body = GiveCode,
    responses(
        (status = 200, description = "It is off", body = SecondFactorDisabled),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is off already, or the account is frozen", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong codes", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn disable(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<GiveCode>,
) -> Answer<JsonBody<SecondFactorDisabled>> {
    let mut change = change_with_code(&state, caller, &request.code).await?;
    enrolment::disable(&mut change).await?;
    let revision = change.commit().await?;
    state.mail_queued.notify_one();
    Ok(JsonBody(SecondFactorDisabled { revision }))
}

/// Makes a new set of recovery codes; the older one is void.
#[utoipa::path(
    post, path = "/v1/second-factor/recovery-codes", tag = "second factor", security(("session" = [])), request_body = GiveCode,
    responses(
        (status = 200, description = "The new set, shown this once", body = NewRecoveryCodes),
        (status = 403, description = "Step-up is needed", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Two-step sign-in is off, or the account is frozen", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong codes", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn replace_recovery_codes(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<GiveCode>,
) -> Answer<JsonBody<NewRecoveryCodes>> {
    let mut change = change_with_code(&state, caller, &request.code).await?;
    let recovery_codes = enrolment::replace_recovery_codes(&mut change).await?;
    let revision = change.commit().await?;
    state.mail_queued.notify_one();
    Ok(JsonBody(NewRecoveryCodes {
        recovery_codes,
        revision,
    }))
}
