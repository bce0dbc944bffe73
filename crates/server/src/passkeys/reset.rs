//! A passkey where the password is reset on a page: bound to the mailed link, and used up with it.

use std::sync::Arc;

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};

use super::credentials;
use super::relying_party::{RelyingParty, Unproven};
use super::requests::{self, New, Purpose, spent};
use crate::arguments;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::second_factor::{self, Purpose as ForWhat};
use crate::secrets::link;
use crate::sessions;
use crate::state::ServerState;
use crate::sync::Change;

/// What to ask the browser for, as JSON, for the account that a live link was mailed to. 409 where it has no passkey.
pub(crate) async fn ask(
    state: &Arc<ServerState>,
    address: ClientAddress,
    account_id: AccountId,
    token: &str,
) -> Answer<String> {
    sessions::limit_address(state, address)?;
    let not_now = || Refusal::new(ProblemCode::NotAllowedNow);
    let party = RelyingParty::of(state).map_err(|_| not_now())?;
    let mut change = Change::begin(state, account_id).await?;
    let keys = credentials::of_account(change.transaction(), account_id, ForWhat::Reset).await?;
    if keys.is_empty() {
        return Err(not_now());
    }
    let (question, ceremony) = party.ask_to_prove(&keys)?;
    requests::replace(&mut change, Purpose::Reset, None).await?;
    let new = New {
        purpose: Purpose::Reset,
        token_hash: link::hash(token),
        session_id: None,
        public_key: None,
        device_name: "",
        address: &address.0.to_string(),
    };
    let id = requests::insert(&mut change, new).await?;
    if !requests::keep_question(change.transaction(), id, &ceremony).await? {
        return Err(spent());
    }
    change.commit().await?;
    Ok(question)
}

/// Takes the browser's proof in the place of a code, in the change that uses up the link with this token. 422 on
/// `credential`. Preceded by [`second_factor::count_try`].
pub(crate) async fn take(change: &mut Change, token: &str, credential: &str) -> Answer<()> {
    if try_take(change, token, credential).await? {
        second_factor::forgive(change).await?;
        return Ok(());
    }
    second_factor::tell_of_refused(change);
    Err(Refusal::fields(vec![FieldProblem::new(
        "credential",
        FieldCode::WrongCode,
    )]))
}

async fn try_take(change: &mut Change, token: &str, credential: &str) -> Answer<bool> {
    let (account_id, now) = (change.account_id(), change.now());
    let state = Arc::clone(change.state());
    let Ok(party) = RelyingParty::of(&state) else {
        return Ok(false);
    };
    let row = change
        .transaction()
        .fetch_optional(
            "DELETE FROM passkey_requests WHERE token_hash = $1 AND purpose = 'reset' AND account_id = $2 \
             AND ceremony IS NOT NULL AND expires_at > $3 RETURNING ceremony",
            arguments![&link::hash(token), account_id, now],
        )
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let actor = change.actor().clone();
    match party.proven(&row.text(0)?, credential) {
        Ok(proven) => {
            let used = credentials::used(change, &proven).await?;
            if !used {
                credentials::tell_copied(&state, account_id, actor, proven.cred_id());
            }
            Ok(used)
        }
        Err(Unproven::Copied(id)) => {
            credentials::tell_copied(&state, account_id, actor, &id);
            Ok(false)
        }
        Err(Unproven::Wrong) => Ok(false),
    }
}
