//! What every act on somebody's account has in common: both accounts are locked, the administrator's role is looked up
//! under that lock, and both lists of activity say what was done and by whom, in one transaction.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use serde::Serialize;

use crate::accounts;
use crate::http::problem::{Answer, Refusal};
use crate::mail::Parameters;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::{Actor, Change, FirstTime, GivenAnswer, IdempotencyKey};

/// An act under way. Dropped without [`Act::finish`], it leaves nothing behind.
pub(super) struct Act {
    change: Change,
    first: FirstTime,
    /// The administrator, where they sit.
    actor: Actor,
    /// The administrator's username.
    pub administrator: String,
}

impl Act {
    /// Begins an act of `caller` on the account `id`: `Err` is the answer that was given to the same request before.
    /// Refused for everybody but administrators alike, whatever `id` is; then for the own account, which has its own
    /// ways that ask for what only its owner has.
    pub async fn begin(
        state: &Arc<ServerState>,
        caller: &Caller,
        key: IdempotencyKey,
        route: &str,
        id: &str,
    ) -> Answer<Result<Self, GivenAnswer>> {
        // An id that can't be is refused no sooner than one that nobody has.
        let id = id.parse().unwrap_or(AccountId(uuid::Uuid::nil()));
        let (mut change, exists) = caller.change_as_administrator(state, id).await?;
        let first = match key.first(&mut change, route, &id).await? {
            Ok(first) => first,
            Err(given) => return Ok(Err(given)),
        };
        if !exists {
            return Err(Refusal::not_found());
        }
        if id == caller.account_id {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("this is for other people's accounts"));
        }
        let administrator = accounts::username_of(&mut change).await?;
        // What is noted in the person's account names the administrator, not where they sit.
        let actor = change.turn(Actor::default());
        Ok(Ok(Self {
            change,
            first,
            actor,
            administrator,
        }))
    }

    /// The change of the person's account.
    pub fn theirs(&mut self) -> &mut Change {
        &mut self.change
    }

    /// What a mail to the person says.
    pub fn parameters(&self) -> Parameters {
        Parameters {
            administrator: self.administrator.clone(),
            ..Parameters::default()
        }
    }

    /// Notes the act in the person's account as `theirs` and in the administrator's as `mine`, and commits it with the
    /// answer that `answer` makes of the administrator's revision.
    pub async fn finish<T: Serialize + Sync>(
        self,
        theirs: ActivityKind,
        mine: ActivityKind,
        status: StatusCode,
        answer: impl FnOnce(u64) -> T,
    ) -> Answer<Response> {
        let Self {
            mut change,
            first,
            actor,
            administrator,
        } = self;
        let person = accounts::username_of(&mut change).await?;
        change.activity(theirs, Some(administrator)).await?;
        change.turn(actor);
        let revision = change.activity(mine, Some(person)).await?;
        let answer = answer(revision);
        let answer = first.store(&mut change, status, &answer).await?;
        change.commit().await?;
        Ok(answer.into_response())
    }
}
