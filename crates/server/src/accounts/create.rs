//! `POST /v1/accounts`: a new account, and its first device signed in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use latchkey_protocol::accounts::{CreateAccount, normalize_username};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::contacts::normalize_address;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::SignedIn;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::text;
use latchkey_protocol::users::Role;

use crate::arguments;
use crate::contacts;
use crate::database::Result;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions;
use crate::state::ServerState;
use crate::sync::Change;
use crate::users;

/// Creates an account. A username that is taken is said, since it is chosen in the open; an e-mail address that another
/// account has is not, its owner is told by mail.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", request_body = CreateAccount,
    responses(
        (status = 201, description = "Created and signed in", body = SignedIn),
    )
)]
pub(super) async fn create(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    Json(request): Json<CreateAccount>,
) -> Answer<(StatusCode, axum::Json<SignedIn>)> {
    sessions::limit_address(&state, address)?;
    if !may_be_created(&state).await? {
        return Err(no_more());
    }
    // The proof is over the sign-in name as sent. It comes before what takes its time.
    let now = state.now();
    if !request
        .device
        .verifies(state.server_id, &request.username, now)
    {
        return Err(Refusal::new(ProblemCode::DeviceProofRefused));
    }
    let request = Arc::new(request);
    let (form, policy) = (Arc::clone(&request), state.password_policy());
    let mut problems = state.hasher.run(move || form.check(&policy)).await?;
    problems.extend(sessions::check_description(&request.device.description));
    let username = normalize_username(&request.username);
    let username_is_good = problems.iter().all(|problem| problem.field != "username");
    if username_is_good && is_taken(&state, &username).await? {
        problems.push(taken());
    }
    Refusal::unless_empty(problems)?;
    let email = normalize_address(&request.email)
        .map_err(|code| Refusal::fields(vec![FieldProblem::new("email", code)]))?;
    contacts::limits::take_from(&state, address.0)?;
    let password_hash = state
        .hasher
        .hash(&request.password, &*state.randomness)
        .await?;
    let account_id = AccountId(state.new_identifier());
    let mut profile = Profile {
        display_name: text::line(&request.display_name).to_owned(),
        username,
        language: request.language.clone(),
        time_zone: request.time_zone.clone(),
        created_at: now,
        role: Role::Person,
        stamps: BTreeMap::new(),
    };
    let mut transaction = state.database.begin().await?;
    let inserted = transaction
        .execute(
            "INSERT INTO accounts (id, username, password_hash, display_name, language, time_zone, revision, created_at, \
                                   display_name_folded) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) ON CONFLICT (username) DO NOTHING",
            arguments![
                account_id,
                &profile.username,
                password_hash,
                &profile.display_name,
                &profile.language,
                &profile.time_zone,
                now,
                text::fold(&profile.display_name)
            ],
        )
        .await?;
    if inserted == 0 {
        return Err(Refusal::fields(vec![taken()]));
    }
    profile.role = users::role_of_new(&state, &mut transaction, account_id).await?;
    // Of two at once, one is the first.
    if is_for_one(&state) && profile.role != Role::Administrator {
        return Err(no_more());
    }
    let mut change = Change::within(&state, transaction, account_id).await?;
    change
        .put(Collection::Profile, account_id, &profile)
        .await?;
    let kind = Some(ActivityKind::AccountCreated);
    let (mut change, signed_in) = sessions::start(change, &request.device, address.0, kind).await?;
    contacts::add_first_address(&mut change, &email).await?;
    change.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(signed_in)))
}

/// Whether anybody may create an account now.
pub(crate) async fn may_be_created(state: &ServerState) -> Result<bool> {
    if !is_for_one(state) {
        return Ok(state.config.sign_up);
    }
    let first = state
        .database
        .fetch_optional("SELECT id FROM accounts LIMIT 1", arguments![])
        .await?;
    Ok(first.is_none())
}

/// Whether the server is for one account and no more: all users of the computer could make one, and guess from it who
/// else has.
fn is_for_one(state: &ServerState) -> bool {
    state.config.app.as_ref().is_some_and(|app| !app.sign_up)
}

fn no_more() -> Refusal {
    Refusal::new(ProblemCode::NotAllowedNow).with_detail("This server takes no new accounts.")
}

fn taken() -> FieldProblem {
    FieldProblem::new("username", FieldCode::Taken)
}

/// Whether somebody has the name, or would have it back by saying "not me".
async fn is_taken(state: &ServerState, username: &str) -> Answer<bool> {
    let row = state
        .database
        .fetch_optional(
            "SELECT id FROM accounts WHERE username = $1 \
             UNION ALL SELECT account_id FROM questioned_usernames WHERE username = $1",
            arguments![username],
        )
        .await?;
    Ok(row.is_some())
}
