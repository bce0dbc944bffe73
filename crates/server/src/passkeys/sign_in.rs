//! Signing a device in with a passkey: what it begins, what a browser proves, and the code that joins the two.

use std::sync::Arc;

use latchkey_protocol::identifiers::PasskeyRequestId;
use latchkey_protocol::passkeys::{
    BeginPasskeySignIn, COMPLETION_LENGTH, PasskeySignIn, PasskeyUsed, read_completion,
};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::sessions::DevicePublicKey;
use latchkey_protocol::text;
use totp_rs::Secret;
use zeroize::Zeroizing;

use super::credentials;
use super::relying_party::{RelyingParty, Unproven};
use super::requests::{self, New, Purpose, spent};
use crate::arguments;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::second_factor::{self, Purpose as ForWhat};
use crate::secrets::link;
use crate::sessions::{self, Verified};
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::trust;

/// Begins a sign-in of a device whose password is right. The same answers, in the same time, as a sign-in itself for one
/// that is wrong.
pub(super) async fn begin(
    state: &Arc<ServerState>,
    address: ClientAddress,
    request: &BeginPasskeySignIn,
) -> Answer<PasskeySignIn> {
    let verified = sessions::check_password(
        state,
        address,
        &request.login,
        &request.password,
        &request.device,
    )
    .await?;
    let begun = begin_verified(state, address, request, &verified).await;
    let password_changed =
        matches!(&begun, Err(refusal) if refusal.code() == ProblemCode::SignInRefused);
    if !password_changed {
        // The password was right, and opened nothing yet.
        verified.take_back(state).await?;
        sessions::note_unfinished(state, verified.account_id(), &request.device, address).await?;
    }
    begun
}

async fn begin_verified(
    state: &Arc<ServerState>,
    address: ClientAddress,
    request: &BeginPasskeySignIn,
    verified: &Verified,
) -> Answer<PasskeySignIn> {
    let not_now = || Refusal::new(ProblemCode::NotAllowedNow);
    let party = RelyingParty::of(state).map_err(|_| not_now())?;
    let account_id = verified.account_id();
    let mut change = Change::begin(state, account_id).await?;
    verified.refuse_unless_unchanged(&mut change).await?;
    trust::refuse_spoiled(&mut change, verified.known()).await?;
    if !second_factor::is_on(change.transaction(), account_id).await?
        || !credentials::can_be_used(&mut change, ForWhat::Anything).await?
    {
        return Err(not_now());
    }
    // Its code would not be looked at: nobody is sent to the browser for that.
    second_factor::refuse_while_locked(&mut change, verified.known().into()).await?;
    let public_key = request.device.public_key.0.as_str();
    requests::replace(&mut change, Purpose::SignIn, Some(public_key)).await?;
    let token = link::new_secret(state);
    let request_id = requests::insert(
        &mut change,
        New {
            purpose: Purpose::SignIn,
            token_hash: link::hash(&token),
            session_id: None,
            public_key: Some(public_key),
            device_name: text::line(&request.device.description.name),
            address: &address.0.to_string(),
        },
    )
    .await?;
    let expires_at = change.now().plus_seconds(Purpose::SignIn.seconds());
    change.commit().await?;
    Ok(PasskeySignIn {
        request_id,
        url: party.page("use-passkey", &token),
        expires_at,
    })
}

/// What the page says of a sign-in that is under way.
#[derive(Debug)]
pub(crate) struct Asking {
    /// Whose account it is.
    pub username: String,
    /// The device, by its own word, and where it asks from.
    pub device_name: String,
    pub address: String,
}

/// The sign-in behind a token, for the page to be shown; 410 once it was answered. Nothing is changed.
pub(crate) async fn asking(state: &Arc<ServerState>, token: &str) -> Answer<Asking> {
    let request = requests::find(state, Purpose::SignIn, token)
        .await?
        .filter(|request| !request.answered)
        .ok_or_else(spent)?;
    Ok(Asking {
        username: request.username,
        device_name: request.device_name,
        address: request.address,
    })
}

/// What to ask the browser for, as JSON.
pub(crate) async fn ask_to_prove(
    state: &Arc<ServerState>,
    address: ClientAddress,
    token: &str,
) -> Answer<String> {
    sessions::limit_address(state, address)?;
    let party = RelyingParty::of(state).map_err(|_| spent())?;
    let request = requests::find(state, Purpose::SignIn, token)
        .await?
        .ok_or_else(spent)?;
    let mut transaction = state.database.begin().await?;
    let keys =
        credentials::of_account(&mut transaction, request.account_id, ForWhat::Anything).await?;
    if keys.is_empty() {
        return Err(spent());
    }
    let (question, ceremony) = party.ask_to_prove(&keys)?;
    if !requests::keep_question(&mut transaction, request.id, &ceremony).await? {
        return Err(spent());
    }
    transaction.commit().await?;
    Ok(question)
}

/// Takes the browser's proof and gives the code for the device, [`COMPLETION_LENGTH`] characters. 422 on `credential`; 410
/// for a page that was used, replaced, or is too old. Of any number of the same proof at once one gets a code.
pub(crate) async fn prove(
    state: &Arc<ServerState>,
    address: ClientAddress,
    token: &str,
    credential: &str,
) -> Answer<String> {
    sessions::limit_address(state, address)?;
    let refused = || Refusal::fields(vec![FieldProblem::new("credential", FieldCode::WrongCode)]);
    let party = RelyingParty::of(state).map_err(|_| spent())?;
    let request = requests::find(state, Purpose::SignIn, token)
        .await?
        .filter(|request| !request.answered)
        .ok_or_else(spent)?;
    let ceremony = request.ceremony.ok_or_else(refused)?;
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let proven = party.proven(&ceremony, credential).map_err(|unproven| {
        if let Unproven::Copied(id) = unproven {
            credentials::tell_copied(state, request.account_id, actor.clone(), &id);
        }
        refused()
    })?;
    let mut change = Change::begin(state, request.account_id)
        .await?
        .by(actor.clone());
    let code = new_completion(state);
    if !answer(&mut change, request.id, &ceremony, &code).await? {
        return Err(spent());
    }
    if !credentials::used(&mut change, &proven).await? {
        drop(change);
        credentials::tell_copied(state, request.account_id, actor, proven.cred_id());
        return Err(refused());
    }
    change.commit().await?;
    Ok(String::clone(&code))
}

/// The one statement that answers a question, once.
async fn answer(
    change: &mut Change,
    id: PasskeyRequestId,
    ceremony: &str,
    code: &str,
) -> crate::database::Result<bool> {
    let now = change.now();
    let answered = change
        .transaction()
        .execute(
            "UPDATE passkey_requests SET completion_hash = $3, ceremony = NULL \
             WHERE id = $1 AND purpose = 'sign_in' AND ceremony = $2 AND completion_hash IS NULL AND expires_at > $4",
            arguments![id, ceremony, &link::hash(code), now],
        )
        .await?;
    Ok(answered == 1)
}

fn new_completion(state: &ServerState) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; 8]);
    state.randomness.fill(&mut *bytes);
    let code = Secret::new(Box::new(*bytes)).to_base32();
    Zeroizing::new(code.chars().take(COMPLETION_LENGTH).collect())
}

/// Uses up the code that a browser was given, for the account of `change` and the device that began: of any number at once
/// one gets through. 422 on `completion` for any other. Preceded by [`second_factor::count_try`].
pub(crate) async fn take(
    change: &mut Change,
    used: &PasskeyUsed,
    public_key: &DevicePublicKey,
) -> Answer<()> {
    let refuse = |code| Refusal::fields(vec![FieldProblem::new("completion", code)]);
    let code = read_completion(&used.completion).map_err(refuse)?;
    let (account_id, now) = (change.account_id(), change.now());
    let taken = change
        .transaction()
        .execute(
            "DELETE FROM passkey_requests WHERE id = $1 AND purpose = 'sign_in' AND account_id = $2 AND public_key = $3 \
             AND completion_hash = $4 AND expires_at > $5 AND expires_at <= $6",
            arguments![
                used.request_id,
                account_id,
                &public_key.0,
                &link::hash(&code),
                now,
                now.plus_seconds(Purpose::SignIn.seconds())
            ],
        )
        .await?;
    if taken == 0 {
        second_factor::tell_of_refused(change);
        return Err(refuse(FieldCode::WrongCode));
    }
    second_factor::forgive(change).await?;
    Ok(())
}
