//! `POST /v1/edits`: changes of fields that may have been made without a network, long ago.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::editable::{Editable, apply};
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::sync::{
    Collection, Edit, EditOutcome, FieldConflict, FieldStamp, check_edit, trimmed,
};
use uuid::Uuid;

use super::Change;
use crate::arguments;
use crate::database::{Error, Result};
use crate::epoch::Head;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::slice::SLICES;
use crate::state::ServerState;

/// What a slice adds to edits of its records.
pub trait Edited: Editable + 'static {
    /// What the activity says of an edit that set something.
    const ACTIVITY: ActivityKind;

    /// Refuses what this caller may not edit.
    fn allow(_caller: &Caller, _id: &str) -> Answer<()> {
        Ok(())
    }

    /// What has to follow once the record is put; the subject of the activity is returned.
    fn edited(
        &self,
        change: &mut Change,
        accepted: Self::Edit,
    ) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// A kind of record that may be edited offline.
#[derive(Debug)]
pub(crate) struct Edits {
    collection: Collection,
    run: Run,
}

/// Takes an edit; which of its fields were changed elsewhere meanwhile.
type Run = for<'a> fn(&'a mut Change, &'a Caller, &'a Edit) -> Taken<'a>;

type Taken<'a> = BoxFuture<'a, Answer<Vec<FieldConflict>>>;

impl Edits {
    /// Of records with this body.
    pub(crate) const fn of<T: Edited>() -> Self {
        Self {
            collection: T::COLLECTION,
            run: |change, caller, edit| Box::pin(edit_of::<T>(change, caller, edit)),
        }
    }
}

/// Changes fields of one record of the caller's account.
#[utoipa::path(
    post, path = "/v1/edits", tag = "sync", request_body = Edit,
    responses(
        (status = 200, description = "What became of it", body = EditOutcome),
    )
)]
pub(super) async fn edit(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Json(edit): Json<Edit>,
) -> Answer<Response> {
    let mut edit = trimmed(edit);
    Refusal::unless_empty(check_edit(&edit))?;
    // In the one form in which identifiers are stored.
    let id: Uuid = edit.id.parse().map_err(|_| Refusal::not_found())?;
    edit.id = id.to_string();
    let (mut change, first) = match caller.change_once(&state, &edit).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let edits = SLICES
        .iter()
        .flat_map(|slice| slice.edits)
        .find(|edits| edits.collection == edit.collection)
        .ok_or_else(|| {
            Refusal::fields(vec![FieldProblem::new("collection", FieldCode::NotAChoice)])
        })?;
    let conflicts = (edits.run)(&mut change, &caller, &edit).await?;
    let outcome = EditOutcome {
        revision: record_revision(&mut change, &edit).await?,
        conflicts,
        head: Head::of(&mut change).await?,
    };
    let answer = first.store(&mut change, StatusCode::OK, &outcome).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

async fn edit_of<T: Edited>(
    change: &mut Change,
    caller: &Caller,
    edit: &Edit,
) -> Answer<Vec<FieldConflict>> {
    T::allow(caller, &edit.id)?;
    edit_record::<T>(change, edit)
        .await?
        .ok_or_else(Refusal::not_found)
}

/// Applies an edit, whose values have passed the rules, to a record of the account of `change`, and notes it in the activity.
/// The conflicts are returned; `None` where there is no such record.
pub async fn edit_record<T: Edited>(
    change: &mut Change,
    edit: &Edit,
) -> Result<Option<Vec<FieldConflict>>> {
    let Some(mut record) = change.get::<T>(T::COLLECTION, &edit.id).await? else {
        return Ok(None);
    };
    let stamp = FieldStamp {
        // With which the record is put next.
        revision: change.revision() + 1,
        at: change.now(),
        by_session_id: change.actor().session_id,
        by_device_name: change.actor().device_name.clone(),
    };
    let applied = apply(&mut record, edit, &stamp);
    if !applied.changed.is_empty() {
        change.put(T::COLLECTION, &edit.id, &record).await?;
        let subject = record.edited(change, applied.accepted).await?;
        change
            .activity_changing(T::ACTIVITY, subject, applied.changed)
            .await?;
    }
    Ok(Some(applied.conflicts))
}

async fn record_revision(change: &mut Change, edit: &Edit) -> Result<u64> {
    let account_id = change.account_id();
    change
        .transaction()
        .fetch_optional(
            "SELECT revision FROM records WHERE account_id = $1 AND collection = $2 AND id = $3",
            arguments![account_id, edit.collection.name(), &edit.id],
        )
        .await?
        .ok_or_else(|| Error::inconsistent("records", "revision", &edit.id))?
        .count(0)
}
