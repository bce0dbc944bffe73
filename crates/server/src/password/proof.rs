//! Whether somebody who is signed in knows the password, with the same counts as a sign-in (CVE-2026-43914), and has the
//! second factor where one is on.

use std::sync::Arc;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::sessions::DevicePublicKey;

use crate::activity;
use crate::arguments;
use crate::database::Result;
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::second_factor::{self, Giver};
use crate::sessions::{self, Caller};
use crate::state::ServerState;
use crate::sync::Change;
use crate::throttle::{self, Subject};

/// A password that was right a moment ago. Nothing may be done by it before [`Proven::accept`].
pub struct Proven {
    account_id: AccountId,
    subject: Subject,
    field: &'static str,
    password_hash: String,
    code: Option<String>,
}

impl std::fmt::Debug for Proven {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Proven")
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}

/// Looks at the password that the caller gave in the request's member `field`, and at whether a code is needed beside it.
/// 422 for a wrong password or a missing code, 429 after too many wrong ones: the tries count for the caller's device and
/// address as its sign-ins do. Call it before the change begins.
pub async fn prove(
    state: &Arc<ServerState>,
    caller: &Caller,
    field: &'static str,
    password: &str,
    code: Option<&str>,
) -> Answer<Proven> {
    let nothing = async { Ok(()) };
    let (proven, ()) = prove_and(state, caller, field, password, code, nothing).await?;
    Ok(proven)
}

/// The same with some `work` once the password was right. When that fails, neither the password nor the code was a try.
pub(super) async fn prove_and<T>(
    state: &Arc<ServerState>,
    caller: &Caller,
    field: &'static str,
    password: &str,
    code: Option<&str>,
    work: impl Future<Output = Answer<T>>,
) -> Answer<(Proven, T)> {
    sessions::limit_address(state, ClientAddress(caller.address))?;
    let row = state
        .database
        .fetch_optional(
            "SELECT a.password_hash, d.public_key, d.id FROM sessions s JOIN accounts a ON a.id = s.account_id \
             JOIN devices d ON d.id = s.device_id WHERE s.id = $1",
            arguments![caller.session_id],
        )
        .await?
        .ok_or_else(|| caller.inconsistent())?;
    let password_hash = row.text(0)?;
    let subject = Subject::device(caller.account_id, &DevicePublicKey(row.text(1)?));
    let device_id = row.parsed(2, "devices", "id")?;
    let is_last = throttle::allow(&state.database, subject, state.now()).await?;
    let verified = match state.hasher.verify(password, Some(&password_hash)).await {
        Ok(verified) => verified,
        Err(error) => {
            // Nobody looked at the password: that was no try.
            throttle::take_back(&state.database, subject).await?;
            return Err(error.into());
        }
    };
    if !verified.matches {
        note_refused(state, *caller, is_last);
        return Err(wrong(field));
    }
    let code = code.map(str::trim).filter(|code| !code.is_empty());
    let done = match needs_code_after(
        state,
        caller.account_id,
        Giver::Known(device_id),
        code,
        work,
    )
    .await
    {
        Ok(done) => done,
        Err(refusal) => {
            throttle::take_back(&state.database, subject).await?;
            return Err(refusal);
        }
    };
    let proven = Proven {
        account_id: caller.account_id,
        subject,
        field,
        password_hash,
        code: code.map(str::to_owned),
    };
    Ok((proven, done))
}

/// Where a second factor is on: refuses a missing code, and counts one that is there as wrong, for the `giver`. Between the two it does `work`: when that fails, nobody looks at the code, and it was no try.
pub(crate) async fn needs_code_after<T>(
    state: &ServerState,
    account_id: AccountId,
    giver: Giver,
    code: Option<&str>,
    work: impl Future<Output = Answer<T>>,
) -> Answer<T> {
    let mut transaction = state.database.begin().await?;
    let is_on = second_factor::is_on(&mut transaction, account_id).await?;
    drop(transaction);
    if is_on && code.is_none() {
        return Err(code_required());
    }
    let done = work.await?;
    if is_on {
        second_factor::count_try(state, account_id, giver).await?;
    }
    Ok(done)
}

/// Within a change, where a second factor is on: uses up the code.
pub(crate) async fn take_code(change: &mut Change, code: Option<&str>) -> Answer<()> {
    let account_id = change.account_id();
    if !second_factor::is_on(change.transaction(), account_id).await? {
        return Ok(());
    }
    match code {
        Some(code) => second_factor::take(change, code).await,
        None => Err(code_required()),
    }
}

impl Proven {
    /// Accepts the proof for `change`, which must be the same account's, and gives it back: the password was not changed
    /// meanwhile, and the code is used up. With the commit the counts of wrong passwords are taken back, since a known
    /// device's success speaks for the account.
    pub async fn accept(self, mut change: Change) -> Answer<Change> {
        match self.try_accept(&mut change).await {
            Ok(()) => Ok(change),
            Err(refusal) => {
                let database = change.state().database.clone();
                // SQLite has one writer.
                drop(change);
                // The password was right; what was wrong is counted elsewhere.
                throttle::take_back(&database, self.subject).await?;
                Err(refusal)
            }
        }
    }

    async fn try_accept(&self, change: &mut Change) -> Answer<()> {
        if change.account_id() != self.account_id {
            return Err(wrong(self.field));
        }
        let unchanged = change
            .transaction()
            .fetch_optional(
                "SELECT id FROM accounts WHERE id = $1 AND password_hash = $2",
                arguments![self.account_id, &self.password_hash],
            )
            .await?;
        if unchanged.is_none() {
            return Err(wrong(self.field));
        }
        take_code(change, self.code.as_deref()).await?;
        for subject in [self.subject, Subject::account(self.account_id)] {
            throttle::forgive(change.transaction(), subject).await?;
        }
        Ok(())
    }
}

/// Notes a wrong password in the account's activity, with the session that it was given in.
fn note_refused(state: &Arc<ServerState>, caller: Caller, is_last: bool) {
    let state = Arc::clone(state);
    tokio::spawn(async move {
        let noted = async {
            let mut change = match caller.note(&state).await {
                Ok(change) => change,
                // Over by now, the session's end is the last that is noted of it.
                Err(refusal) => {
                    tracing::warn!(code = ?refusal.code(), "a refused password is not noted");
                    return Ok(());
                }
            };
            activity::repeated(&mut change, ActivityKind::PasswordRefused).await?;
            if is_last {
                sessions::tell_of_stop(&mut change).await?;
            }
            change.commit().await.map(drop)
        };
        let noted: Result<()> = noted.await;
        if let Err(error) = noted {
            tracing::error!(%error, "a refused password could not be noted");
        }
    });
}

fn wrong(field: &'static str) -> Refusal {
    Refusal::fields(vec![FieldProblem::new(field, FieldCode::WrongPassword)])
}

fn code_required() -> Refusal {
    Refusal::fields(vec![FieldProblem::new("code", FieldCode::Required)])
}
