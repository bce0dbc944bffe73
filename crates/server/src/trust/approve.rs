//! Saying yes to a device on probation: on a trusted one, or by a link that it asks for itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::trust::{DeviceApproved, TrustRequest, VouchByLink, VouchLinkSent};

use super::links;
use super::standing::{self, Device};
use crate::allowance::{self, Allowance};
use crate::database::Result;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::secrets::link::{self, Purpose};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::Change;

/// Says on a trusted device that another one, on probation, is the person's own.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/vouch", tag = "trust", request_body = TrustRequest,
    params(("id" = SessionId, Path, description = "A session of the device")),
    responses(
        (status = 200, description = "It is trusted", body = DeviceApproved),
    )
)]
pub(super) async fn vouch(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(TrustRequest {}): Json<TrustRequest>,
) -> Answer<Response> {
    let session_id: SessionId = id.parse().map_err(|_| Refusal::not_found())?;
    let (mut change, first) = match caller.change_once(&state, &session_id).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let device = standing::of_session(&mut change, session_id).await?;
    standing::refuse_unless_on_probation(&device)?;
    approve(&mut change, device).await?;
    let answer = DeviceApproved {
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Has a link mailed to the primary address that approves the device that asks.
#[utoipa::path(
    post, path = "/v1/session/vouch-link", tag = "trust", request_body = TrustRequest,
    responses(
        (status = 202, description = "The mail is on its way", body = VouchLinkSent),
    )
)]
pub(super) async fn send_link(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(TrustRequest {}): Json<TrustRequest>,
) -> Answer<(StatusCode, axum::Json<VouchLinkSent>)> {
    let mut change = caller.change(&state).await?;
    let device = standing::of_session(&mut change, caller.session_id).await?;
    standing::refuse_unless_on_probation(&device)?;
    let recipients = mail::confirmed_recipients(&mut change).await?;
    let root = recipients.into_iter().next().ok_or_else(|| {
        Refusal::new(ProblemCode::NotAllowedNow).with_detail("no e-mail address is confirmed")
    })?;
    let account_id = caller.account_id.to_string();
    let links = Allowance::ApprovalLinks;
    allowance::take(&state, change.transaction(), links, &account_id)
        .await?
        .map_err(|seconds| Refusal::new(ProblemCode::TooManyAttempts).retry_after(seconds))?;
    mail::withdraw(&mut change, Kind::ApproveDevice, device.id).await?;
    link::kill(&mut change, Purpose::ApproveDevice, device.id).await?;
    let parameters = Parameters {
        address: root.clone(),
        ..Parameters::by(&change)
    };
    let kind = Kind::ApproveDevice;
    let mail_id = mail::queue_link(&mut change, kind, &root, &parameters, device.id).await?;
    let revision = change.commit().await?;
    let sent = VouchLinkSent { mail_id, revision };
    Ok((StatusCode::ACCEPTED, axum::Json(sent)))
}

/// Approves the device that asks by the link that it had sent, and that was opened on it.
#[utoipa::path(
    post, path = "/v1/session/vouch", tag = "trust", request_body = VouchByLink,
    responses(
        (status = 200, description = "It is trusted", body = DeviceApproved),
    )
)]
pub(super) async fn vouch_by_link(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(request): Json<VouchByLink>,
) -> Answer<axum::Json<DeviceApproved>> {
    let VouchByLink { token, device } = &request;
    let mut change = caller.change(&state).await?;
    if !device.verifies(state.server_id, token, state.now()) {
        return Err(Refusal::new(ProblemCode::DeviceProofRefused));
    }
    let own = standing::of_session(&mut change, caller.session_id).await?;
    if !links::consume_approval(&mut change, own.id, token, &device.public_key).await? {
        return Err(Refusal::new(ProblemCode::LinkSpent));
    }
    approve(&mut change, own).await?;
    let revision = change.commit().await?;
    Ok(axum::Json(DeviceApproved { revision }))
}

/// Trusts a device, and tells the owner.
pub(super) async fn approve(change: &mut Change, device: Device) -> Result<()> {
    standing::trust(change, device.id).await?;
    mail::withdraw(change, Kind::ApproveDevice, device.id).await?;
    link::kill(change, Purpose::ApproveDevice, device.id).await?;
    let parameters = Parameters {
        device: device.name.clone(),
        origin: change.actor().address.clone().unwrap_or_default(),
        ..Parameters::default()
    };
    mail::notify_all(change, Kind::DeviceApproved, &parameters, None).await?;
    change
        .activity(ActivityKind::SignInConfirmed, Some(device.name))
        .await
        .map(drop)
}
