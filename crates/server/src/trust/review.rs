//! The review: what becomes of each suspended thing.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::problem::{FieldCode, FieldProblem, Problem};
use latchkey_protocol::trust::{Decision, Review, Reviewed, Suspended};

use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::password;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;
use crate::{contacts, passkeys, second_factor};

/// The most decisions of one request: an account has fewer suspended things.
const DECISIONS_MAXIMUM: usize = 40;

/// Keeps or removes what is suspended, on a trusted device.
#[utoipa::path(
    post, path = "/v1/review", tag = "trust", security(("session" = [])), request_body = Review,
    responses(
        (status = 200, description = "Decided", body = Reviewed),
        (status = 403, description = "This device is on probation", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Something that the account does not have", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Something that is not suspended", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password or the code is wrong, or there are no or too many decisions", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn review(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<Review>,
) -> Answer<axum::Json<Reviewed>> {
    if request.decisions.is_empty() || request.decisions.len() > DECISIONS_MAXIMUM {
        let field = FieldProblem::new("decisions", FieldCode::NotAChoice);
        return Err(Refusal::fields(vec![field]));
    }
    let (password, code) = (&request.proof.password, request.proof.code.as_deref());
    let proven = password::prove(&state, &caller, "password", password, code).await?;
    let mut change = proven.accept(caller.change(&state).await?).await?;
    caller.count_security_change(&mut change).await?;
    for decision in &request.decisions {
        decide(&mut change, *decision).await?;
    }
    let revision = change.commit().await?;
    Ok(axum::Json(Reviewed { revision }))
}

async fn decide(change: &mut Change, Decision { suspended, keep }: Decision) -> Answer<()> {
    match suspended {
        Suspended::Email { id } => contacts::decide(change, id, keep).await,
        Suspended::Passkey { id } => passkeys::decide(change, id, keep).await,
        Suspended::SecondFactor => second_factor::decide(change, keep).await,
        Suspended::RecoveryCodes => second_factor::decide_codes(change, keep).await,
    }
}
