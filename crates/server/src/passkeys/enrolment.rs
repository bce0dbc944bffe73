//! Adding a passkey: an invitation from the app, and the page where a browser makes the key.

use std::sync::Arc;

use latchkey_protocol::passkeys::{PasskeyInvitation, check_passkey_name};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};

use super::credentials;
use super::relying_party::RelyingParty;
use super::requests::{self, New, Purpose, spent};
use crate::arguments;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::second_factor;
use crate::secrets::link;
use crate::sessions;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// 409 where nothing can be added: browsers would have none, there is no other second factor that could be asked when it is
/// lost, or there are enough.
async fn refuse_unless_possible(change: &mut Change) -> Answer<()> {
    let account_id = change.account_id();
    if !second_factor::is_on(change.transaction(), account_id).await? {
        return Err(Refusal::new(ProblemCode::NotAllowedNow)
            .with_detail("two-step sign-in has to be on first"));
    }
    credentials::refuse_when_full(change).await
}

/// Invites a browser to add a passkey, for the session that acts in `change`. An older invitation of the account is void.
pub(super) async fn invite(change: &mut Change) -> Answer<PasskeyInvitation> {
    let party = RelyingParty::of(change.state()).map_err(|_| {
        Refusal::new(ProblemCode::NotAllowedNow)
            .with_detail("browsers use no passkeys with this server's address")
    })?;
    refuse_unless_possible(change).await?;
    requests::replace(change, Purpose::Add, None).await?;
    let token = link::new_secret(change.state());
    let actor = change.actor().clone();
    requests::insert(
        change,
        New {
            purpose: Purpose::Add,
            token_hash: link::hash(&token),
            session_id: actor.session_id,
            public_key: None,
            device_name: actor.device_name.as_deref().unwrap_or_default(),
            address: actor.address.as_deref().unwrap_or_default(),
        },
    )
    .await?;
    Ok(PasskeyInvitation {
        url: party.page("add-passkey", &token),
        expires_at: change.now().plus_seconds(Purpose::Add.seconds()),
    })
}

/// What the page says of an invitation.
#[derive(Debug)]
pub(crate) struct Invited {
    /// Whose passkey it will be.
    pub username: String,
    /// The device that asked for the page.
    pub device_name: String,
}

/// The invitation behind a token, for the page to be shown. Nothing is changed.
pub(crate) async fn invited(state: &Arc<ServerState>, token: &str) -> Answer<Invited> {
    let request = requests::find(state, Purpose::Add, token)
        .await?
        .ok_or_else(spent)?;
    Ok(Invited {
        username: request.username,
        device_name: request.device_name,
    })
}

/// What to ask the browser for, as JSON.
pub(crate) async fn ask_to_add(
    state: &Arc<ServerState>,
    address: ClientAddress,
    token: &str,
) -> Answer<String> {
    sessions::limit_address(state, address)?;
    let party = RelyingParty::of(state).map_err(|_| spent())?;
    let request = requests::find(state, Purpose::Add, token)
        .await?
        .ok_or_else(spent)?;
    let mut change = Change::begin(state, request.account_id).await?;
    refuse_unless_possible(&mut change).await?;
    let known = credentials::all_of_account(change.transaction(), request.account_id).await?;
    let known = known.iter().map(|key| key.cred_id().clone()).collect();
    let (question, ceremony) = party.ask_to_create(request.account_id, &request.username, known)?;
    if !requests::keep_question(change.transaction(), request.id, &ceremony).await? {
        return Err(spent());
    }
    change.commit().await?;
    Ok(question)
}

/// Adds the passkey that a browser has made. 422 on `name` or `credential`; 410 for a page that was used, replaced, is too
/// old, or whose session has ended since.
pub(crate) async fn finish(
    state: &Arc<ServerState>,
    address: ClientAddress,
    token: &str,
    name: &str,
    credential: &str,
) -> Answer<()> {
    sessions::limit_address(state, address)?;
    check_passkey_name(name)
        .map_err(|code| Refusal::fields(vec![FieldProblem::new("name", code)]))?;
    let refused = || Refusal::fields(vec![FieldProblem::new("credential", FieldCode::WrongCode)]);
    let party = RelyingParty::of(state).map_err(|_| spent())?;
    let request = requests::find(state, Purpose::Add, token)
        .await?
        .ok_or_else(spent)?;
    let ceremony = request.ceremony.ok_or_else(refused)?;
    let key = party
        .created(&ceremony, credential)
        .map_err(|_| refused())?;
    let mut change = Change::begin(state, request.account_id).await?.by(Actor {
        session_id: request.session_id,
        device_name: Some(request.device_name),
        address: Some(address.0.to_string()),
    });
    refuse_unless_possible(&mut change).await?;
    let now = change.now();
    let used_up = change
        .transaction()
        .execute(
            "DELETE FROM passkey_requests WHERE id = $1 AND purpose = 'add' AND ceremony = $2 AND expires_at > $3 \
             AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = passkey_requests.session_id AND s.ended_at IS NULL \
                         AND s.expires_at > $3)",
            arguments![request.id, &ceremony, now],
        )
        .await?;
    if used_up == 0 {
        return Err(spent());
    }
    credentials::add(&mut change, name, &key).await?;
    change.commit().await?;
    Ok(())
}
