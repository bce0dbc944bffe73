//! What every act on somebody's account has in common: both accounts are locked, and both lists of activity say what was done and by whom, in one transaction.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use serde::Serialize;

use crate::accounts;
use crate::freeze;
use crate::http::problem::{Answer, Refusal};
use crate::mail::Parameters;
use crate::sessions::Caller;
use crate::state::ServerState;
use crate::sync::{Change, FirstTime, GivenAnswer, Of};

/// An act under way. Dropped without [`Act::finish`], it leaves nothing behind.
pub(super) struct Act {
    change: Change,
    first: FirstTime,
    person: AccountId,
    /// The administrator's username.
    pub administrator: String,
}

impl Act {
    /// Begins an act of `caller` on the account that the path names: `Err` is the answer that was given to the same request
    /// before. Refused for the own account, which has its own ways that ask for what only its owner has.
    pub async fn begin(
        state: &Arc<ServerState>,
        caller: &Caller,
    ) -> Answer<Result<Self, GivenAnswer>> {
        let person = caller.subject();
        let (mut change, first) = match caller.change_once(state, &person).await? {
            Ok(begun) => begun,
            Err(given) => return Ok(Err(given)),
        };
        let (account_id, session_id) = (caller.account_id, caller.session_id);
        freeze::refuse_administration(change.transaction(), account_id, session_id).await?;
        if person == account_id {
            return Err(Refusal::new(ProblemCode::NotAllowedNow)
                .with_detail("this is for other people's accounts"));
        }
        Ok(Ok(Self {
            administrator: accounts::username_of(&mut change).await?,
            change,
            first,
            person,
        }))
    }

    /// The change of the person's account. What is noted there names the administrator, not where they sit.
    pub fn theirs(&mut self) -> crate::database::Result<Of<'_>> {
        self.change.of(self.person)
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
        mut self,
        theirs: ActivityKind,
        mine: ActivityKind,
        status: StatusCode,
        answer: impl FnOnce(u64) -> T,
    ) -> Answer<Response> {
        let administrator = self.administrator.clone();
        let mut change = self.theirs()?;
        let person = accounts::username_of(&mut change).await?;
        change.activity(theirs, Some(administrator)).await?;
        drop(change);
        let Self {
            mut change, first, ..
        } = self;
        let revision = change.activity(mine, Some(person)).await?;
        let answer = answer(revision);
        let answer = first.store(&mut change, status, &answer).await?;
        change.commit().await?;
        Ok(answer.into_response())
    }
}
