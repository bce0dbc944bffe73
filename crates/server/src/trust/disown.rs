//! "It wasn't me" about a device on probation, and the links in notices that say it about anything.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{DeviceId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::EndedReason;
use latchkey_protocol::trust::{DeviceDisowned, Standing, TrustRequest};

use super::secure::{secure, spoil};
use super::standing::{self, Device};
use crate::arguments;
use crate::database::Result;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::secrets::link::{self, Purpose};
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// Says on a trusted device that another one, on probation, isn't the person's own.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/disown", tag = "trust", request_body = TrustRequest,
    params(("id" = SessionId, Path, description = "A session of the device")),
    responses(
        (status = 200, description = "It is out, and the password opens nothing new", body = DeviceDisowned),
    )
)]
pub(super) async fn disown(
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
    let answer = DeviceDisowned {
        ended: put_out(&mut change, &device).await?,
        revision: change.revision(),
    };
    let answer = first.store(&mut change, StatusCode::OK, &answer).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

/// Ends the device and spoils the password, which it had. Nothing else is touched: it could touch nothing.
async fn put_out(change: &mut Change, device: &Device) -> Result<Vec<SessionId>> {
    let ended = standing::suspend(change, device.id, EndedReason::Disowned).await?;
    mail::withdraw(change, Kind::ApproveDevice, device.id).await?;
    link::kill(change, Purpose::ApproveDevice, device.id).await?;
    spoil(change).await?;
    let parameters = Parameters {
        device: device.name.clone(),
        ..Parameters::default()
    };
    mail::notify_all(change, Kind::DeviceDisowned, &parameters, None).await?;
    let name = Some(device.name.clone());
    change.activity(ActivityKind::SignInDisowned, name).await?;
    Ok(ended)
}

/// What a link that locks has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Locked {
    /// The device of this name is out.
    Device(String),
    /// The account is secured.
    Account,
}

/// What a link that locks would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// The device of this name would be out.
    Device(String),
    /// The account would be secured.
    Account {
        /// The names of the devices that are signed in.
        devices: Vec<String>,
        /// The addresses that would be suspended.
        addresses: Vec<String>,
        /// Passkeys that would be suspended.
        passkeys: u64,
    },
}

/// The device that a link is about, while it is on probation: else the link is about the whole account.
async fn on_probation(change: &mut Change, about: Option<DeviceId>) -> Result<Option<Device>> {
    let device = match about {
        Some(id) => standing::find(change, id).await?,
        None => None,
    };
    Ok(device.filter(|device| device.standing == Standing::Probation))
}

/// What a link that locks would do, for whoever has it; `None` for one that was used, has expired or never was. Does nothing.
pub async fn preview(state: &Arc<ServerState>, token: &str) -> Result<Option<Preview>> {
    let Some(lock) = link::find(state, token, &[Purpose::Lock]).await? else {
        return Ok(None);
    };
    // Never committed.
    let mut change = Change::begin(state, lock.account_id).await?;
    if let Some(device) = on_probation(&mut change, lock.about()?).await? {
        return Ok(Some(Preview::Device(device.name)));
    }
    let account_id = lock.account_id;
    let now = change.now();
    let transaction = change.transaction();
    let texts = |rows: Vec<crate::database::Row>| rows.iter().map(|row| row.text(0)).collect();
    let devices: Result<Vec<String>> = texts(
        transaction
            .fetch_all(
                "SELECT DISTINCT d.name FROM devices d JOIN sessions s ON s.device_id = d.id \
                 WHERE d.account_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 ORDER BY d.name",
                arguments![account_id, now],
            )
            .await?,
    );
    let addresses: Result<Vec<String>> = texts(
        transaction
            .fetch_all(
                "SELECT address FROM emails WHERE account_id = $1 AND is_primary = 0 AND suspended_at IS NULL \
                 ORDER BY address",
                arguments![account_id],
            )
            .await?,
    );
    let passkeys = transaction
        .fetch_optional(
            "SELECT count(*) FROM passkeys WHERE account_id = $1 AND suspended_at IS NULL",
            arguments![account_id],
        )
        .await?
        .map_or(Ok(0), |row| row.count(0))?;
    Ok(Some(Preview::Account {
        devices: devices?,
        addresses: addresses?,
        passkeys,
    }))
}

/// Does what a link that locks is for. Whoever holds it sits at none of the sessions, as far as the server knows. 410 for one
/// that was used, has expired or never was.
pub async fn lock_by_link(state: &Arc<ServerState>, token: &str, actor: Actor) -> Answer<Locked> {
    let spent = || Refusal::new(ProblemCode::LinkSpent);
    let lock = link::find(state, token, &[Purpose::Lock]).await?;
    let lock = lock.ok_or_else(spent)?;
    let mut change = Change::begin(state, lock.account_id).await?.by(actor);
    if !link::consume(&mut change, &lock).await? {
        return Err(spent());
    }
    let locked = if let Some(device) = on_probation(&mut change, lock.about()?).await? {
        put_out(&mut change, &device).await?;
        Locked::Device(device.name)
    } else {
        secure(&mut change).await?;
        Locked::Account
    };
    change.commit().await?;
    Ok(locked)
}
