//! `POST /v1/receipts`: a device's word that its data is destroyed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::sessions::{
    DevicePublicKey, EndedNotice, EndedReason, Receipt, ReceiptNoted, Session,
};
use latchkey_protocol::sync::Collection;

use super::end::end_session;
use crate::arguments;
use crate::http::address::ClientAddress;
use crate::http::extract;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Takes a receipt. It needs no session: the signature is what counts, and repeating one is harmless.
#[utoipa::path(
    post, path = "/v1/receipts", tag = "sessions", request_body = Receipt,
    responses(
        (status = 200, description = "Noted, now or before", body = ReceiptNoted),
    )
)]
pub(super) async fn receive(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    extract::Json(receipt): extract::Json<Receipt>,
) -> Answer<Json<ReceiptNoted>> {
    let noted = Json(ReceiptNoted {
        session_id: receipt.session_id,
    });
    let row = state
        .database
        .fetch_optional(
            "SELECT s.account_id, d.public_key, d.name FROM sessions s JOIN devices d ON d.id = s.device_id WHERE s.id = $1",
            arguments![receipt.session_id],
        )
        .await?
        .ok_or_else(Refusal::not_found)?;
    let account_id: AccountId = row.parsed(0, "sessions", "account_id")?;
    let device_name = row.text(2)?;
    if !receipt.verifies(&DevicePublicKey(row.text(1)?), state.server_id) {
        return Err(Refusal::not_found());
    }
    let actor = Actor {
        session_id: Some(receipt.session_id),
        device_name: Some(device_name.clone()),
        address: Some(address.0.to_string()),
    };
    let mut change = Change::begin(&state, account_id).await?.by(actor);
    let notice = EndedNotice {
        session_id: receipt.session_id,
        at: change.now(),
        reason: EndedReason::SignedOut,
        by_session_id: Some(receipt.session_id),
        by_device_name: Some(device_name.clone()),
    };
    let signed_out = end_session(&mut change, notice).await?.is_some();
    let session: Option<Session> = change.get(Collection::Sessions, receipt.session_id).await?;
    // No longer in view, or confirmed before: nothing to add.
    let Some(mut session) = session.filter(|session| session.receipt.is_none()) else {
        return Ok(noted);
    };
    let session_id = receipt.session_id;
    session.receipt = Some(receipt);
    change
        .put(Collection::Sessions, session_id, &session)
        .await?;
    let by_itself = session
        .ended
        .is_some_and(|notice| notice.reason == EndedReason::SignedOut);
    if signed_out {
        change
            .activity(ActivityKind::SignedOut, Some(device_name))
            .await?;
    } else if !by_itself {
        change
            .activity(ActivityKind::DeviceConfirmedEnded, Some(device_name))
            .await?;
    }
    change.commit().await?;
    Ok(noted)
}
