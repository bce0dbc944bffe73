//! A mailed link that has opened the app: what it carries is worth nothing without the key of the device that asked for it.

use std::sync::Arc;

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::recovery::OpenResetLink;

use super::links;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::secrets::link::{self, Purpose};
use crate::sessions;
use crate::state::ServerState;
use crate::sync::Change;

/// A token that resets the password, for the device that asked for the link.
pub(super) async fn open(
    state: &Arc<ServerState>,
    address: ClientAddress,
    request: &OpenResetLink,
) -> Answer<String> {
    sessions::limit_address(state, address)?;
    let OpenResetLink { token, device } = request;
    if !device.verifies(state.server_id, token, state.now()) {
        return Err(Refusal::new(ProblemCode::DeviceProofRefused));
    }
    let link = link::find(state, token, &[Purpose::ResetInApp])
        .await?
        .ok_or_else(|| Refusal::new(ProblemCode::LinkSpent))?;
    let mut change = Change::begin(state, link.account_id).await?;
    let opened = links::open(&mut change, token, &device.public_key).await?;
    let opened = opened.ok_or_else(|| {
        Refusal::new(ProblemCode::NotAllowedNow)
            .with_detail("This device has not asked for the link. The page in the browser works.")
    })?;
    change.commit().await?;
    Ok(opened)
}
