//! The review: what becomes of each suspended thing.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::problem::{FieldCode, FieldProblem};
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
    post, path = "/v1/review", tag = "trust", request_body = Review,
    responses(
        (status = 200, description = "Decided", body = Reviewed),
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
    for decision in &request.decisions {
        decide(&mut change, *decision).await?;
    }
    let revision = change.commit().await?;
    Ok(axum::Json(Reviewed { revision }))
}

async fn decide(change: &mut Change, Decision { suspended, keep }: Decision) -> Answer<()> {
    match suspended {
        Suspended::Email(id) => contacts::decide(change, id, keep).await,
        Suspended::Passkey(id) => passkeys::decide(change, id, keep).await,
        Suspended::SecondFactor => second_factor::decide(change, keep).await,
        Suspended::RecoveryCodes => second_factor::decide_codes(change, keep).await,
    }
}
