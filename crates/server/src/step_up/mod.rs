//! `POST /v1/session/step-up`: the password once more, before what an open session alone must not be enough for. The table
//! of [`crate::access`] says what asks for it.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::step_up::{Proof, STEP_UP_SECONDS, SteppedUp};
use utoipa_axum::routes;

use crate::access::Routes;
use crate::http::extract::Json;
use crate::http::problem::Answer;
use crate::password;
use crate::sessions::{self, Caller};
use crate::slice::Slice;
use crate::state::ServerState;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// The one route.
fn router() -> Routes {
    Routes::new().routes(routes!(step_up))
}

/// Takes the password, and the code where one is on; gives the session a new token (ASVS V7.2.4), to which the step-up
/// belongs.
#[utoipa::path(
    post, path = "/v1/session/step-up", tag = "sessions", request_body = Proof,
    responses(
        (status = 200, description = "Stepped up; the session goes on with another token", body = SteppedUp),
    )
)]
async fn step_up(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<Proof>,
) -> Answer<axum::Json<SteppedUp>> {
    let code = request.code.as_deref();
    let proven = password::prove(&state, &caller, "password", &request.password, code).await?;
    let mut change = proven.accept(caller.change(&state).await?).await?;
    let until = change.now().plus_seconds(STEP_UP_SECONDS);
    let token = sessions::rotate(&mut change, &caller, None, Some(until)).await?;
    change.commit().await?;
    Ok(axum::Json(SteppedUp {
        token,
        expires_at: caller.expires_at,
        until,
    }))
}
