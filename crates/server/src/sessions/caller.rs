//! Who asks: the session behind a request's token, and what it may change.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::sync::HEAD_HEADER;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::Standing;
use latchkey_protocol::users::Role;
use serde::Serialize;
use uuid::Uuid;

use super::LAST_ACTIVE_PRECISION;
use super::replaced;
use super::storage::{PresentedToken, over};
use crate::access::{self, Callers, Limit, Place, Row, Scope};
use crate::allowance::{self, Allowance};
use crate::arguments;
use crate::database::{self, Error, Result, Transaction};
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::{Actor, Change, FirstTime, GivenAnswer, IdempotencyKey};
use crate::{epoch, events};

/// A live session that asks, let in by the guard of its route ([`crate::access`]). As an extractor it is what the guard found.
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
    /// Where the request came from.
    pub address: IpAddr,
    /// What it came with.
    pub(super) token: PresentedToken,
    /// What it may do, when it was looked up.
    actor: access::Actor,
    /// By which row it was let in, and what the path is about.
    row: &'static Row,
    scope: Scope,
    key: IdempotencyKey,
}

/// One statement, by two keys: this runs for every request. PostgreSQL reads one row within another sooner than it joins
/// them. What follows the standing is read where the row asks for it.
macro_rules! look_up {
    ($more:literal) => {
        concat!(
            "SELECT s.id, s.account_id, s.expires_at, s.last_active_at, s.ended_notice, \
             (SELECT a.revision FROM accounts a WHERE a.id = s.account_id), \
             CASE WHEN s.previous_token_hash IS NULL THEN CAST(0 AS BIGINT) ELSE 1 END, s.stepped_up_until, \
             (SELECT d.standing FROM devices d WHERE d.id = s.device_id)",
            $more,
            " FROM sessions s WHERE s.token_hash = $1"
        )
    };
}

const LOOK_UP: &str = look_up!("");
const LOOK_UP_WITH_GRANTS: &str =
    look_up!(", (SELECT a.role FROM accounts a WHERE a.id = s.account_id)");

/// The same for the token before that, to which no step-up belongs; runs only where the first one finds nothing.
const LOOK_UP_PREVIOUS: &str = "SELECT s.id, s.account_id, s.expires_at, s.last_active_at, s.ended_notice, \
     (SELECT a.revision FROM accounts a WHERE a.id = s.account_id), \
     CAST(0 AS BIGINT), CAST(NULL AS BIGINT), (SELECT d.standing FROM devices d WHERE d.id = s.device_id), \
     (SELECT a.role FROM accounts a WHERE a.id = s.account_id) \
     FROM sessions s WHERE s.previous_token_hash = $1 AND (s.previous_until IS NULL OR s.previous_until > $2)";

impl FromRequestParts<Arc<ServerState>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<ServerState>) -> Answer<Self> {
        parts.extensions.get().copied().ok_or_else(|| {
            tracing::error!("a handler asks for a session where the route's row has none");
            Refusal::new(ProblemCode::Internal)
        })
    }
}

impl Caller {
    /// Finds the session of a request, and lets it in by `row`: 401 where there is none, else what [`access::authorize`]
    /// says. `named` is the account that the path names.
    pub async fn look_up(
        state: &Arc<ServerState>,
        parts: &Parts,
        row: &'static Row,
        named: Option<AccountId>,
    ) -> Answer<Self> {
        let token = bearer(parts).ok_or_else(|| Refusal::new(ProblemCode::NotSignedIn))?;
        let token = PresentedToken::new(token);
        if parts.headers.contains_key(HEAD_HEADER) {
            Box::pin(epoch::look(state, &parts.headers)).await?;
        }
        let now = state.now();
        let with_grants = row.callers == Callers::Administrator;
        let statement = if with_grants {
            LOOK_UP_WITH_GRANTS
        } else {
            LOOK_UP
        };
        let found = state
            .database
            .fetch_optional(statement, arguments![token.hash()])
            .await?;
        // What hardly ever runs is boxed: the rest is moved with every request.
        let found = match found {
            Some(found) => Some(found),
            None => Box::pin(look_up_previous(state, &token, now)).await?,
        };
        let Some(found) = found else {
            let address = ClientAddress::of(parts, state);
            Box::pin(replaced::look(state, &token, address)).await?;
            return Err(Refusal::session_unknown());
        };
        let session_id: SessionId = found.parsed(0, "sessions", "id")?;
        let account_id: AccountId = found.parsed(1, "sessions", "account_id")?;
        let expires_at = Timestamp(found.integer(2)?);
        let last_active_at = Timestamp(found.integer(3)?);
        let ended_notice = found.optional_text(4)?;
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
            account_id,
            session_id,
            expires_at,
            revision: found.count(5)?,
            address: ClientAddress::of(parts, state),
            token,
            actor: access::Actor {
                account_id,
                standing: found.parsed(8, "devices", "standing")?,
                stepped_up_until: found.optional_integer(7)?.map(Timestamp),
                role: if with_grants {
                    found.parsed(9, "accounts", "role")?
                } else {
                    Role::Person
                },
            },
            row,
            scope: match row.place {
                Place::Own => Scope::Account(account_id),
                Place::Server => Scope::Server,
                Place::Account => Scope::Account(named.unwrap_or(AccountId(Uuid::nil()))),
            },
            key: IdempotencyKey(None),
        };
        if found.integer(6)? == 1 {
            Box::pin(forget_previous(state, &caller)).await?;
        }
        if now.since(last_active_at) >= LAST_ACTIVE_PRECISION {
            state.last_active.note(&caller, now);
        }
        access::authorize(&caller.actor, row, caller.scope, now)?;
        Ok(caller)
    }

    /// The same with the key of the request.
    pub(crate) const fn with_key(mut self, key: IdempotencyKey) -> Self {
        self.key = key;
        self
    }
}

async fn look_up_previous(
    state: &ServerState,
    token: &PresentedToken,
    now: Timestamp,
) -> Result<Option<database::Row>> {
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
    /// The account that the route is about: the path's, or the caller's own.
    pub(crate) fn subject(&self) -> AccountId {
        match self.scope {
            Scope::Account(account_id) => account_id,
            Scope::Server => self.account_id,
        }
    }

    /// For how many seconds more the step-up counts.
    pub(crate) fn open_seconds(&self, now: Timestamp) -> u32 {
        let left = self.actor.stepped_up_for(now).unwrap_or_default();
        u32::try_from(left.div_euclid(Timestamp::SECOND)).unwrap_or(0)
    }

    /// Refuses what is more than harmless from a device on probation, where the request decides ([`access::Probation::InPart`]).
    pub(crate) fn refuse_on_probation(&self) -> Answer<()> {
        match self.actor.standing {
            Standing::Trusted => Ok(()),
            Standing::Probation | Standing::Suspended => Err(access::Refused::OnProbation.into()),
        }
    }

    /// Begins what the route changes, done by the caller, under the lock of the caller's account and of [`Self::subject`].
    /// The session is looked up again there and asked about again: one that was ended in between, or may not any more,
    /// changes nothing. Counted when it is committed.
    pub async fn change(&self, state: &Arc<ServerState>) -> Answer<Change> {
        let mut change = self.begin(state).await?;
        self.count(&mut change, self.row.limit).await?;
        Ok(change)
    }

    /// The same for a route with an `Idempotency-Key`: `Ok(Err(answer))` is what the same `request` was answered before,
    /// which takes of no quota.
    pub async fn change_once(
        &self,
        state: &Arc<ServerState>,
        request: &(impl Serialize + Sync),
    ) -> Answer<std::result::Result<(Change, FirstTime), GivenAnswer>> {
        let mut change = self.begin(state).await?;
        let name = self.row.once.unwrap_or(self.row.path);
        let first = match self.key.first(&mut change, name, request).await? {
            Ok(first) => first,
            Err(given) => return Ok(Err(given)),
        };
        self.count(&mut change, self.row.limit).await?;
        Ok(Ok((change, first)))
    }

    /// Begins a change in which a wrong password is noted. Counted as any change of the session.
    pub(crate) async fn note(&self, state: &Arc<ServerState>) -> Answer<Change> {
        let mut change = self.begin(state).await?;
        self.count(&mut change, Limit::Changes).await?;
        Ok(change)
    }

    async fn begin(&self, state: &Arc<ServerState>) -> Answer<Change> {
        let mut change = Change::begin_with(state, self.account_id, &[self.subject()]).await?;
        let now = change.now();
        let (actor, doer) = self.look_again(change.transaction(), now).await?;
        access::authorize(&actor, self.row, self.scope, now)?;
        if change.holds(self.subject()) {
            Ok(change.by(doer))
        } else {
            Err(Refusal::not_found())
        }
    }

    /// Counts the change, or refuses it.
    async fn count(&self, change: &mut Change, limit: Limit) -> Answer<()> {
        let state = Arc::clone(change.state());
        let of_session = (Allowance::Changes, Quota::Changes);
        let of_account = match limit {
            Limit::None | Limit::Tries | Limit::Mails | Limit::Changes => None,
            // Each is mailed to every address.
            Limit::SecurityChanges => Some((Allowance::SecurityChanges, Quota::SecurityChanges)),
            Limit::Edits => Some((Allowance::Edits, Quota::Edits)),
        };
        let transaction = change.transaction();
        allowance::take_or_refuse(&state, transaction, of_session, self.session_id).await?;
        if let Some(of_account) = of_account {
            allowance::take_or_refuse(&state, transaction, of_account, self.account_id).await?;
        }
        Ok(())
    }

    /// Looks the session up again, with what it may do, and who that is in the list of activity.
    async fn look_again(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
    ) -> Answer<(access::Actor, Actor)> {
        let row = transaction
            .fetch_optional(
                "SELECT s.ended_notice, s.expires_at, s.last_active_at, d.name, \
                 CASE WHEN s.token_hash = $2 THEN s.stepped_up_until END, a.role, d.standing \
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
        let actor = access::Actor {
            account_id: self.account_id,
            standing: row.parsed(6, "devices", "standing")?,
            stepped_up_until: row.optional_integer(4)?.map(Timestamp),
            role: row.parsed(5, "accounts", "role")?,
        };
        let doer = Actor {
            session_id: Some(self.session_id),
            device_name: Some(row.text(3)?),
            address: Some(self.address.to_string()),
        };
        Ok((actor, doer))
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
