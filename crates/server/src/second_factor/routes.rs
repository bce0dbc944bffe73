//! `/v1/second-factor/…`. No answer is kept for a repeated request: they hold what is shown once.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::State;
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::second_factor::{
    GiveCode, NewRecoveryCodes, SecondFactorBegun, SecondFactorDisabled,
};
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::step_up::Proof;
use utoipa_axum::routes;

use super::codes::count_first_try;
use super::enrolment;
use crate::access::Routes;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::password;
use crate::sessions::{self, Caller};
use crate::slice::Slice;
use crate::state::ServerState;
use crate::sync::Change;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    forget: &[|transaction, now| Box::pin(enrolment::forget_begun(transaction, now))],
    ..Slice::NONE
};

/// Turning two-step sign-in on and off, and recovery codes.
fn router() -> Routes {
    Routes::new()
        .routes(routes!(begin))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .routes(routes!(replace_recovery_codes))
}

/// Gives the key for an authenticator app. Nothing is on before a code of it is given to `enable`, within the hour.
#[utoipa::path(
    post, path = "/v1/second-factor/begin", tag = "second factor",
    responses(
        (status = 200, description = "The key", body = SecondFactorBegun),
    )
)]
async fn begin(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
) -> Answer<JsonBody<SecondFactorBegun>> {
    let mut change = caller.change(&state).await?;
    let begun = enrolment::begin(&mut change).await?;
    change.commit().await?;
    Ok(JsonBody(begun))
}

/// Turns two-step sign-in on.
#[utoipa::path(
    post, path = "/v1/second-factor/enable", tag = "second factor", request_body = GiveCode,
    responses(
        (status = 200, description = "It is on; the recovery codes are shown this once", body = NewRecoveryCodes),
    )
)]
async fn enable(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<GiveCode>,
) -> Answer<JsonBody<NewRecoveryCodes>> {
    count_first_try(&state, caller.account_id).await?;
    let mut change = caller.change(&state).await?;
    let recovery_codes = enrolment::enable(&mut change, &request.code).await?;
    if request.end_other_sessions {
        let reason = EndedReason::EndedByDevice;
        sessions::end_all(&mut change, Some(caller.session_id), reason).await?;
    }
    let revision = change.commit().await?;
    Ok(JsonBody(NewRecoveryCodes {
        recovery_codes,
        revision,
    }))
}

/// Begins a change of what is on, with the password and a code in the same request: after a step-up of its own, a person
/// would have to wait for the next code.
async fn change_with_proof(
    state: &Arc<ServerState>,
    caller: &Caller,
    proof: &Proof,
) -> Answer<Change> {
    // Before a code is used up for nothing.
    let mut looking = caller.change(state).await?;
    enrolment::refuse_unless_on(&mut looking).await?;
    drop(looking);
    let code = proof.code.as_deref();
    let proven = password::prove(state, caller, "password", &proof.password, code).await?;
    let mut change = proven.accept(caller.change(state).await?).await?;
    enrolment::refuse_unless_on(&mut change).await?;
    Ok(change)
}

/// Turns two-step sign-in off.
#[utoipa::path(
    post, path = "/v1/second-factor/disable", tag = "second factor", request_body = Proof,
    responses(
        (status = 200, description = "It is off", body = SecondFactorDisabled),
    )
)]
async fn disable(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<Proof>,
) -> Answer<JsonBody<SecondFactorDisabled>> {
    let mut change = change_with_proof(&state, &caller, &request).await?;
    if !password::is_long_enough_alone(&state, &request.password) {
        // The proof is used up as it would be otherwise.
        change.commit().await?;
        let problem = FieldProblem::new("password", FieldCode::TooShortAlone);
        return Err(Refusal::fields(vec![problem]));
    }
    enrolment::disable(&mut change).await?;
    let revision = change.commit().await?;
    Ok(JsonBody(SecondFactorDisabled { revision }))
}

/// Makes a new set of recovery codes; the older one is void.
#[utoipa::path(
    post, path = "/v1/second-factor/recovery-codes", tag = "second factor", request_body = Proof,
    responses(
        (status = 200, description = "The new set, shown this once", body = NewRecoveryCodes),
    )
)]
async fn replace_recovery_codes(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<Proof>,
) -> Answer<JsonBody<NewRecoveryCodes>> {
    let mut change = change_with_proof(&state, &caller, &request).await?;
    let recovery_codes = enrolment::replace_recovery_codes(&mut change).await?;
    let revision = change.commit().await?;
    Ok(JsonBody(NewRecoveryCodes {
        recovery_codes,
        revision,
    }))
}
