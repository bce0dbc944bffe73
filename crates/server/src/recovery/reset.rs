//! A new password by a mailed link. The API and the browser page both come here.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::recovery::ResetPassword;
use latchkey_protocol::sessions::{DevicePublicKey, EndedReason};
use latchkey_protocol::text;

use super::links;
use crate::allowance;
use crate::arguments;
use crate::database::Result;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::passkeys;
use crate::password;
use crate::second_factor::{self, Giver, Purpose};
use crate::sessions;
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::throttle::{self, Subject};
use crate::trust;

/// Sets the password of the account that the link was mailed to, ends all its sessions and gives all tries at its
/// password back: the mail is the proof. Nobody is signed in. Done in the app that asked for it, it approves that device.
///
/// `passkey` is what a browser answered to [`ask_for_passkey`], in the place of a code.
///
/// 410 for a link that was used, replaced, is too old or never was. What else is refused leaves the link as it was.
pub async fn reset(
    state: &Arc<ServerState>,
    address: ClientAddress,
    request: &ResetPassword,
    passkey: Option<&str>,
) -> Answer<()> {
    sessions::limit_address(state, address)?;
    let spent = || Refusal::new(ProblemCode::LinkSpent);
    let link = links::find(state, &request.token)
        .await?
        .ok_or_else(spent)?;
    let account_id = link.account_id;
    let code = request.code.as_deref();
    let code = code.map(text::trim).filter(|code| !code.is_empty());
    let hashing = Box::pin(password::hash_new(state, account_id, &request.new_password));
    // A code and a passkey are counted alike before either is looked at.
    let given = passkey.or(code);
    let hash =
        match password::needs_code_after(state, account_id, Giver::Link, given, hashing).await {
            Err(refusal)
                if refusal
                    .refused_fields()
                    .iter()
                    .any(|refused| refused.field == "code") =>
            {
                let mut change = Change::begin(state, account_id).await?;
                return Err(
                    refusal.or_passkey(passkeys::can_be_used(&mut change, Purpose::Reset).await?)
                );
            }
            hash => hash?,
        };
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let mut change = Change::begin(state, account_id).await?.by(actor);
    let consumed = links::consume(&mut change, &link)
        .await?
        .ok_or_else(spent)?;
    match passkey {
        Some(answer) if second_factor::is_on(change.transaction(), account_id).await? => {
            passkeys::take_to_reset(&mut change, &request.token, answer).await?;
        }
        _ => password::take_code_for(&mut change, code, Purpose::Reset).await?,
    }
    password::set(&mut change, &hash).await?;
    note_reset(&mut change).await?;
    sessions::end_all(&mut change, None, EndedReason::PasswordReset).await?;
    if let Some(key) = &consumed.in_app {
        trust::approve_key(&mut change, key).await?;
    }
    forgive_all(&mut change, account_id).await?;
    change.activity(ActivityKind::PasswordReset, None).await?;
    let parameters = Parameters::by(&change);
    mail::notify_all(&mut change, Kind::PasswordReset, &parameters, None).await?;
    change.commit().await?;
    Ok(())
}

/// For a while, the primary address can't be changed.
async fn note_reset(change: &mut Change) -> Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "UPDATE accounts SET reset_at = $2 WHERE id = $1",
            arguments![account_id, now],
        )
        .await
        .map(drop)
}

/// What to ask a browser for, as JSON, in the place of a code. 410 as for [`reset`], 409 for an account without a passkey.
pub async fn ask_for_passkey(
    state: &Arc<ServerState>,
    address: ClientAddress,
    token: &str,
) -> Answer<String> {
    let link = links::find(state, token)
        .await?
        .ok_or_else(|| Refusal::new(ProblemCode::LinkSpent))?;
    passkeys::ask_to_reset(state, address, link.account_id, token).await
}

/// Takes back the counts of wrong passwords of the account and of each of its devices, and what it has used up.
async fn forgive_all(change: &mut Change, account_id: AccountId) -> Result<()> {
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT public_key FROM devices WHERE account_id = $1",
            arguments![account_id],
        )
        .await?;
    throttle::forgive(change.transaction(), Subject::account(account_id)).await?;
    allowance::give_back(change.transaction(), account_id).await?;
    for row in rows {
        let subject = Subject::device(account_id, &DevicePublicKey(row.text(0)?));
        throttle::forgive(change.transaction(), subject).await?;
    }
    Ok(())
}
