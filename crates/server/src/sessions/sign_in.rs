//! `POST /v1/sessions`: signing in.
//!
//! A name that nobody has gets the same work and the same answers as one with a wrong password: the same statements, a
//! hash of the same cost, a counter of its own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use latchkey_protocol::accounts::normalize_username;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::normalize_address;
use latchkey_protocol::identifiers::{AccountId, DeviceId};
use latchkey_protocol::passkeys::PasskeyUsed;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{DeviceProof, DevicePublicKey, SignIn, SignedIn};
use latchkey_protocol::text;
use uuid::Uuid;

use super::start::{check_description, start};
use super::unfinished;
use crate::activity;
use crate::arguments;
use crate::audit;
use crate::database::Result;
use crate::hashing::HashError;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::later;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::passkeys;
use crate::second_factor;
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::throttle::{self, Subject};

/// Mails a day about stops: a reset gives the next hundred tries.
const STOPS_MAILED_PER_DAY: u64 = 2;

impl From<HashError> for Refusal {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::busy(),
            HashError::Malformed => {
                tracing::error!("a stored password hash is malformed");
                Self::new(ProblemCode::Internal)
            }
        }
    }
}

/// Refuses when too much is tried from an address.
pub(crate) fn limit_address(state: &ServerState, address: ClientAddress) -> Answer<()> {
    state
        .address_limits
        .count_try(address.0, state.now())
        .map_err(|seconds| Refusal::new(ProblemCode::TooManyAttempts).retry_after(seconds))
}

struct Found {
    account_id: AccountId,
    password_hash: String,
}

/// Signs a device in.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", request_body = SignIn,
    responses(
        (status = 201, description = "Signed in", body = SignedIn),
    )
)]
pub(super) async fn sign_in(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<SignIn>,
) -> Answer<(StatusCode, axum::Json<SignedIn>)> {
    let (login, password) = (&request.login, &request.password);
    let verified = check_password(&state, address, login, password, &request.device).await?;
    let code = request.code.as_deref().map(str::trim);
    let factor = match (&request.passkey, code.filter(|code| !code.is_empty())) {
        (Some(used), _) => Factor::Passkey(used),
        (None, Some(code)) => Factor::Code(code),
        (None, None) => Factor::None,
    };
    match open(&state, &verified, &request.device, factor, address).await {
        Ok(signed_in) => Ok((StatusCode::CREATED, axum::Json(signed_in))),
        Err(refusal) => {
            if refusal.code() != ProblemCode::SignInRefused {
                // The password was right; wrong codes are counted elsewhere.
                verified.take_back(&state).await?;
            }
            if matches!(
                refusal.code(),
                ProblemCode::SecondFactorNeeded
                    | ProblemCode::InvalidFields
                    | ProblemCode::TooManyAttempts
            ) {
                unfinished::note(&state, verified.account_id(), &request.device, address).await?;
            }
            Err(refusal)
        }
    }
}

/// A name and password that were right a moment ago, counted as wrong until something takes that back.
pub(crate) struct Verified {
    found: Found,
    subject: Subject,
    /// The device that gave them, when it has signed in before.
    known: Option<DeviceId>,
    /// The password's hash with the present cost, where the stored one has less.
    raised: Option<String>,
}

/// Looks at the name and password that a device gives. Every way to sign in comes through here: the same counts, the same
/// work and answers for every name, and a line in the log for each that is refused.
pub(crate) async fn check_password(
    state: &Arc<ServerState>,
    address: ClientAddress,
    login: &str,
    password: &str,
    device: &DeviceProof,
) -> Answer<Verified> {
    let verified = verify(state, address, login, password, device).await;
    if let Err(refusal) = &verified {
        audit::sign_in_refused(address.0, refusal.code());
    }
    verified
}

async fn verify(
    state: &Arc<ServerState>,
    address: ClientAddress,
    login: &str,
    password: &str,
    device: &DeviceProof,
) -> Answer<Verified> {
    limit_address(state, address)?;
    Refusal::unless_empty(check_description(&device.description))?;
    let now = state.now();
    if !device.verifies(state.server_id, login, now) {
        return Err(Refusal::new(ProblemCode::DeviceProofRefused));
    }
    let (found, login) = find(state, login).await?;
    let of = found.as_ref().map(|found| found.account_id);
    let known = known_device(state, of, &device.public_key).await?;
    // A device that was here before has a count of its own.
    let subject = match of {
        Some(account_id) if known.is_some() => Subject::device(account_id, &device.public_key),
        Some(account_id) => Subject::account(account_id),
        None => Subject::unknown(&login),
    };
    let is_last = throttle::allow(&state.database, subject, now).await?;
    let stored = found.as_ref().map(|found| found.password_hash.as_str());
    let verified = match state.hasher.verify(password, stored).await {
        Ok(verified) => verified,
        Err(error) => {
            // Nobody looked at the password: that was no try.
            throttle::take_back(&state.database, subject).await?;
            return Err(error.into());
        }
    };
    let found = match found {
        Some(found) if verified.matches => found,
        refused => {
            note_failure(
                state,
                refused.map(|found| found.account_id),
                address,
                is_last,
            );
            return Err(Refusal::new(ProblemCode::SignInRefused));
        }
    };
    // When there is too much to do, the next sign-in raises it.
    let raised = if verified.outdated {
        let hash = state.hasher.hash(password, &*state.randomness);
        hash.await.ok()
    } else {
        None
    };
    Ok(Verified {
        found,
        subject,
        known,
        raised,
    })
}

impl Verified {
    /// Whose password it is.
    pub(crate) fn account_id(&self) -> AccountId {
        self.found.account_id
    }

    /// The device, when it has signed in before.
    pub(crate) fn known(&self) -> Option<DeviceId> {
        self.known
    }

    /// Takes the count of this try back: the password was right.
    pub(crate) async fn take_back(&self, state: &ServerState) -> Answer<()> {
        Ok(throttle::take_back(&state.database, self.subject).await?)
    }

    /// Within a change of the account: refuses when the password was changed while this one was being checked.
    pub(crate) async fn refuse_unless_unchanged(&self, change: &mut Change) -> Answer<()> {
        let unchanged = change
            .transaction()
            .fetch_optional(
                "SELECT id FROM accounts WHERE id = $1 AND password_hash = $2",
                arguments![self.found.account_id, &self.found.password_hash],
            )
            .await?;
        match unchanged {
            Some(_) => Ok(()),
            None => Err(Refusal::new(ProblemCode::SignInRefused)),
        }
    }
}

/// What is given beside the password.
#[derive(Clone, Copy)]
enum Factor<'a> {
    None,
    Code(&'a str),
    Passkey(&'a PasskeyUsed),
}

/// Asks for the second factor where it is on, and opens the session. There is nothing in between: without the code there
/// is no session and no token of any kind.
async fn open(
    state: &Arc<ServerState>,
    verified: &Verified,
    device: &DeviceProof,
    factor: Factor<'_>,
    address: ClientAddress,
) -> Answer<SignedIn> {
    let Verified {
        found,
        subject,
        known,
        raised,
    } = verified;
    if !matches!(factor, Factor::None) {
        second_factor::count_try(state, found.account_id, (*known).into()).await?;
    }
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let mut change = Change::begin(state, found.account_id).await?.by(actor);
    verified.refuse_unless_unchanged(&mut change).await?;
    let is_on = second_factor::is_on(change.transaction(), found.account_id).await?;
    if is_on {
        match factor {
            Factor::Code(code) => second_factor::take(&mut change, code).await?,
            Factor::Passkey(used) => {
                passkeys::take(&mut change, used, &device.public_key).await?;
            }
            Factor::None => {
                let passkey = passkeys::can_be_used(&mut change).await?;
                return Err(Refusal::second_factor_needed(passkey));
            }
        }
    }
    if let Some(raised) = raised {
        change
            .transaction()
            .execute(
                "UPDATE accounts SET password_hash = $2 WHERE id = $1",
                arguments![found.account_id, raised],
            )
            .await?;
    }
    // A known device's success speaks for the account as well: whoever guesses elsewhere is given the free tries anew,
    // while without it the owner's next device would wait for as long as somebody goes on guessing.
    for subject in [*subject, Subject::account(found.account_id)] {
        throttle::forgive(change.transaction(), subject).await?;
    }
    unfinished::finish(&mut change, &device.public_key).await?;
    let (mut change, signed_in) = start(change, device, address.0, None).await?;
    if is_on {
        second_factor::note_given(&mut change, signed_in.session_id).await?;
    }
    change.commit().await?;
    Ok(signed_in)
}

/// The account behind a sign-in name, and the name in its normal form.
async fn find(state: &ServerState, login: &str) -> Answer<(Option<Found>, String)> {
    let (sql, normal) = if login.contains('@') {
        let normal = normalize_address(login).unwrap_or_else(|_| text::trim(login).to_lowercase());
        (
            "SELECT a.id, a.password_hash FROM emails e JOIN accounts a ON a.id = e.account_id \
             WHERE e.address = $1 AND e.confirmed_at IS NOT NULL",
            normal,
        )
    } else {
        (
            "SELECT a.id, a.password_hash FROM accounts a WHERE a.username = $1",
            normalize_username(login),
        )
    };
    let row = if normal.contains('\0') {
        // No name holds one, and PostgreSQL's TEXT can't.
        None
    } else {
        state
            .database
            .fetch_optional(sql, arguments![&normal])
            .await?
    };
    let found = match row {
        Some(row) => Some(Found {
            account_id: row.parsed(0, "accounts", "id")?,
            password_hash: row.text(1)?,
        }),
        None => None,
    };
    Ok((found, normal))
}

/// The account behind a sign-in name, by the same statements for every name.
pub(crate) async fn find_account(state: &ServerState, login: &str) -> Answer<Option<AccountId>> {
    let (found, _) = find(state, login).await?;
    Ok(found.map(|found| found.account_id))
}

/// The device with this key that has signed in to the account before and is the owner's; the same statement for no account.
pub(crate) async fn known_device(
    state: &ServerState,
    account_id: Option<AccountId>,
    key: &DevicePublicKey,
) -> Result<Option<DeviceId>> {
    let account_id = account_id.unwrap_or(AccountId(Uuid::nil()));
    let row = state
        .database
        .fetch_optional(
            "SELECT id FROM devices WHERE account_id = $1 AND public_key = $2 AND disowned_at IS NULL",
            arguments![account_id, &key.0],
        )
        .await?;
    row.map(|row| row.parsed(0, "devices", "id")).transpose()
}

/// Notes a wrong password in the account's activity, after the answer, and tells the owner of the last one before the stop.
fn note_failure(
    state: &Arc<ServerState>,
    account_id: Option<AccountId>,
    address: ClientAddress,
    is_last: bool,
) {
    let state = Arc::clone(state);
    later::after_the_answer(async move {
        let Some(account_id) = account_id else {
            return;
        };
        let noted = async {
            let actor = Actor {
                address: Some(address.0.to_string()),
                ..Actor::default()
            };
            let mut change = Change::begin(&state, account_id).await?.by(actor);
            activity::repeated(&mut change, ActivityKind::SignInFailed).await?;
            if is_last {
                tell_of_stop(&mut change).await?;
            }
            change.commit().await
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "a refused sign-in could not be noted");
        }
    });
}

/// Tells the owner that no password is looked at any more, for new devices or for the one that tried.
pub(crate) async fn tell_of_stop(change: &mut Change) -> Result<()> {
    change.activity(ActivityKind::SignInStopped, None).await?;
    let parameters = Parameters::by(change);
    mail::notify_some(
        change,
        Kind::SignInStopped,
        &parameters,
        STOPS_MAILED_PER_DAY,
    )
    .await
}
