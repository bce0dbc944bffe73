//! Who asks: the session behind a request's token.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::step_up::STEP_UP_SECONDS;
use latchkey_protocol::sync::HEAD_HEADER;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::Standing;
use latchkey_protocol::users::Role;

use super::LAST_ACTIVE_PRECISION;
use super::replaced;
use super::storage::{PresentedToken, over};
use crate::allowance::{self, Allowance};
use crate::arguments;
use crate::database::{Error, Result, Row, Transaction};
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::{Actor, Change};
use crate::{epoch, events, trust};

/// A live session that asks. As an extractor it refuses everything else with 401.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Its account.
    pub account_id: AccountId,
    /// Itself.
    pub session_id: SessionId,
    /// When it ends by itself at the latest.
    pub expires_at: Timestamp,
    /// The account's revision when it was looked up.
    pub revision: u64,
    /// How far its device is believed to be the owner's.
    pub standing: Standing,
    /// Where the request came from.
    pub address: IpAddr,
    /// What it came with.
    pub(super) token: PresentedToken,
}

/// One statement, by two keys: this runs for every request. PostgreSQL reads one row within another sooner than it joins
/// them.
const LOOK_UP: &str = "SELECT s.id, s.account_id, s.expires_at, s.last_active_at, s.ended_notice, \
     (SELECT a.revision FROM accounts a WHERE a.id = s.account_id), \
     (SELECT d.standing FROM devices d WHERE d.id = s.device_id), \
     CASE WHEN s.previous_token_hash IS NULL THEN CAST(0 AS BIGINT) ELSE 1 END \
     FROM sessions s WHERE s.token_hash = $1";

/// The same for the token before that; runs only where the first one finds nothing.
const LOOK_UP_PREVIOUS: &str = "SELECT s.id, s.account_id, s.expires_at, s.last_active_at, s.ended_notice, \
     (SELECT a.revision FROM accounts a WHERE a.id = s.account_id), \
     (SELECT d.standing FROM devices d WHERE d.id = s.device_id) \
     FROM sessions s WHERE s.previous_token_hash = $1 AND (s.previous_until IS NULL OR s.previous_until > $2)";

impl FromRequestParts<Arc<ServerState>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<ServerState>) -> Answer<Self> {
        let token = bearer(parts).ok_or_else(|| Refusal::new(ProblemCode::NotSignedIn))?;
        let token = PresentedToken::new(token);
        if parts.headers.contains_key(HEAD_HEADER) {
            Box::pin(epoch::look(state, &parts.headers)).await?;
        }
        let now = state.now();
        let row = state
            .database
            .fetch_optional(LOOK_UP, arguments![token.hash()])
            .await?;
        // What hardly ever runs is boxed: the rest is moved with every request.
        let (row, first_use) = if let Some(row) = row {
            let first_use = row.integer(7)? == 1;
            (row, first_use)
        } else {
            let Some(row) = Box::pin(look_up_previous(state, &token, now)).await? else {
                Box::pin(replaced::look(
                    state,
                    &token,
                    ClientAddress::of(parts, state),
                ))
                .await?;
                return Err(Refusal::session_unknown());
            };
            (row, false)
        };
        let session_id: SessionId = row.parsed(0, "sessions", "id")?;
        let expires_at = Timestamp(row.integer(2)?);
        let last_active_at = Timestamp(row.integer(3)?);
        let ended_notice = row.optional_text(4)?;
        if let Some(notice) = over(
            session_id,
            ended_notice.as_deref(),
            expires_at,
            last_active_at,
            now,
        )? {
            return Err(Refusal::session_ended(notice));
        }
        let caller = Self {
            account_id: row.parsed(1, "sessions", "account_id")?,
            session_id,
            expires_at,
            revision: row.count(5)?,
            standing: row.parsed(6, "devices", "standing")?,
            address: ClientAddress::of(parts, state),
            token,
        };
        caller.refuse_on_probation(parts)?;
        if first_use {
            Box::pin(forget_previous(state, &caller)).await?;
        }
        if now.since(last_active_at) >= LAST_ACTIVE_PRECISION {
            state.last_active.note(&caller, now);
        }
        Ok(caller)
    }
}

async fn look_up_previous(
    state: &ServerState,
    token: &PresentedToken,
    now: Timestamp,
) -> Result<Option<Row>> {
    state
        .database
        .fetch_optional(LOOK_UP_PREVIOUS, arguments![token.hash(), now])
        .await
}

/// The new token has arrived: the one before it dies, and is known from now on as one that must not come again.
async fn forget_previous(state: &ServerState, caller: &Caller) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    replaced::note(
        &mut transaction,
        caller.session_id,
        &caller.token,
        state.now(),
    )
    .await?;
    transaction
        .execute(
            "UPDATE sessions SET previous_token_hash = NULL, previous_until = NULL WHERE id = $1 AND token_hash = $2",
            arguments![caller.session_id, caller.token.hash()],
        )
        .await?;
    // With the streams that it opened.
    events::notify_ended(&mut transaction, caller.account_id).await?;
    transaction.commit().await?;
    let (account_id, session_id) = (caller.account_id, caller.session_id);
    state
        .hub
        .replaced(account_id, session_id, |token| token == caller.token.hash());
    Ok(())
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1; the scheme's case does not count).
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

impl Caller {
    /// Begins a change of the caller's account, done by the caller. The session is looked up again under the account's
    /// lock: one that was ended in between changes nothing any more.
    pub async fn change(&self, state: &Arc<ServerState>) -> Answer<Change> {
        self.begin(state).await.map(|(change, _)| change)
    }

    /// The same, for what an open session alone must not be enough for: refused with [`ProblemCode::StepUpNeeded`] unless
    /// the password was given with this very token within the last ten minutes ([`crate::step_up`]).
    pub async fn stepped_up_change(&self, state: &Arc<ServerState>) -> Answer<Change> {
        let (mut change, stepped_up) = self.begin(state).await?;
        if !stepped_up {
            return Err(Refusal::new(ProblemCode::StepUpNeeded));
        }
        self.count_security_change(&mut change).await?;
        Ok(change)
    }

    /// Counts a change of what guards the account, or refuses it: each is mailed to every address.
    pub(crate) async fn count_security_change(&self, change: &mut Change) -> Answer<()> {
        let state = Arc::clone(change.state());
        let security_changes = (Allowance::SecurityChanges, Quota::SecurityChanges);
        let transaction = change.transaction();
        allowance::take_or_refuse(&state, transaction, security_changes, self.account_id).await
    }

    /// Begins a change, and says whether the session is stepped up. Counted when it is committed.
    async fn begin(&self, state: &Arc<ServerState>) -> Answer<(Change, bool)> {
        let mut change = Change::begin(state, self.account_id).await?;
        let now = change.now();
        let again = self.look_again(change.transaction(), now).await?;
        let changes = (Allowance::Changes, Quota::Changes);
        allowance::take_or_refuse(state, change.transaction(), changes, self.session_id).await?;
        Ok((change.by(again.actor), again.stepped_up_for.is_some()))
    }

    /// Begins to read what is for administrators alone, and says for how many seconds more it is open. Refused with
    /// [`ProblemCode::AdministratorsOnly`] for everybody else, and with [`ProblemCode::StepUpNeeded`] unless the password
    /// was given with this very token within the last ten minutes. The role is read in the transaction that is returned.
    pub(crate) async fn read_as_administrator(
        &self,
        state: &Arc<ServerState>,
    ) -> Answer<(Transaction, u32)> {
        let mut transaction = state.database.begin_reading().await?;
        let again = self.look_again(&mut transaction, state.now()).await?;
        let open_seconds = again.administration()?;
        Ok((transaction, open_seconds))
    }

    /// Begins a change of the caller's account, an administrator's, that turns to the account `other`, under the locks of
    /// both; false when there is no such account. Refused as [`Self::read_as_administrator`] is, before anything of
    /// `other` is looked at.
    pub(crate) async fn change_as_administrator(
        &self,
        state: &Arc<ServerState>,
        other: AccountId,
    ) -> Answer<(Change, bool)> {
        // What may not be done at all takes nobody's lock.
        drop(self.read_as_administrator(state).await?);
        let (mut change, exists) = Change::begin_with(state, self.account_id, other).await?;
        let now = change.now();
        let again = self.look_again(change.transaction(), now).await?;
        again.administration()?;
        let transaction = change.transaction();
        let changes = (Allowance::Changes, Quota::Changes);
        allowance::take_or_refuse(state, transaction, changes, self.session_id).await?;
        Ok((change.by(again.actor), exists))
    }

    /// Looks the session up again, with what it may do.
    async fn look_again(&self, transaction: &mut Transaction, now: Timestamp) -> Answer<Again> {
        let row = transaction
            .fetch_optional(
                "SELECT s.ended_notice, s.expires_at, s.last_active_at, d.name, \
                 CASE WHEN s.token_hash = $2 THEN s.stepped_up_until END, a.role \
                 FROM sessions s JOIN devices d ON d.id = s.device_id JOIN accounts a ON a.id = s.account_id \
                 WHERE s.id = $1",
                arguments![self.session_id, self.token.hash()],
            )
            .await?
            .ok_or_else(Refusal::session_unknown)?;
        if let Some(notice) = over(
            self.session_id,
            row.optional_text(0)?.as_deref(),
            Timestamp(row.integer(1)?),
            Timestamp(row.integer(2)?),
            now,
        )? {
            return Err(Refusal::session_ended(notice));
        }
        let actor = Actor {
            session_id: Some(self.session_id),
            device_name: Some(row.text(3)?),
            address: Some(self.address.to_string()),
        };
        // One that ends later than any begun now was begun by a clock that was ahead.
        let possible = 1..=STEP_UP_SECONDS * Timestamp::SECOND;
        let stepped_up_for = row
            .optional_integer(4)?
            .map(|until| until.saturating_sub(now.0))
            .filter(|left| possible.contains(left));
        Ok(Again {
            actor,
            stepped_up_for,
            role: row.parsed(5, "accounts", "role")?,
        })
    }

    /// Refuses what is not for devices on probation.
    fn refuse_on_probation(&self, parts: &Parts) -> Answer<()> {
        let route = parts.extensions.get::<MatchedPath>();
        let harmless = route.is_some_and(|route| trust::is_harmless(&parts.method, route.as_str()));
        match self.standing {
            Standing::Trusted => Ok(()),
            Standing::Probation if harmless => Ok(()),
            Standing::Probation | Standing::Suspended => {
                Err(Refusal::new(ProblemCode::OnProbation))
            }
        }
    }

    /// The hash of the token that it came with.
    pub(crate) fn token_hash(&self) -> &[u8; 32] {
        self.token.hash()
    }

    /// Its own row is missing: nothing a client could do.
    pub(crate) fn inconsistent(&self) -> Error {
        Error::inconsistent("sessions", "id", self.session_id)
    }
}

/// A session, looked up within a transaction.
struct Again {
    actor: Actor,
    /// For how many microseconds more the step-up counts; `None` where there is none.
    stepped_up_for: Option<i64>,
    role: Role,
}

impl Again {
    /// For how many seconds administration is open; refused where it is not.
    fn administration(&self) -> Answer<u32> {
        if self.role != Role::Administrator {
            return Err(Refusal::new(ProblemCode::AdministratorsOnly));
        }
        let left = self
            .stepped_up_for
            .ok_or_else(|| Refusal::new(ProblemCode::StepUpNeeded))?;
        Ok(u32::try_from(left.div_euclid(Timestamp::SECOND)).unwrap_or(0))
    }
}
