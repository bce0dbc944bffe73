//! `POST /v1/edits`: changes of fields that may have been made without a network, long ago.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use latchkey_protocol::activity::{ActivityKind, ChangedField};
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::{
    Collection, CurrentField, Edit, EditOutcome, FieldStamp, Merge, check_edit, merge, trimmed,
};
use latchkey_protocol::text;

use uuid::Uuid;

use super::Change;
use crate::arguments;
use crate::database::{Error, Result};
use crate::epoch::Head;
use crate::http::extract::Json;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;

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
    let merge = match edit.collection {
        Collection::Profile => edit_profile(&mut change, &edit).await?,
        Collection::Sessions => {
            caller.refuse_on_probation()?;
            edit_session(&mut change, &edit).await?
        }
        Collection::Emails
        | Collection::Activity
        | Collection::Mails
        | Collection::Freeze
        | Collection::SecondFactor
        | Collection::EmailChanges
        | Collection::Password
        | Collection::Passkeys => {
            let field = FieldProblem::new("collection", FieldCode::NotAChoice);
            return Err(Refusal::fields(vec![field]));
        }
    };
    let outcome = EditOutcome {
        revision: record_revision(&mut change, &edit).await?,
        conflicts: merge.conflicts,
        head: Head::of(&mut change).await?,
    };
    let answer = first.store(&mut change, StatusCode::OK, &outcome).await?;
    change.commit().await?;
    Ok(answer.into_response())
}

async fn edit_profile(change: &mut Change, edit: &Edit) -> Answer<Merge> {
    let account_id = change.account_id();
    if edit.id != account_id.to_string() {
        return Err(Refusal::not_found());
    }
    let mut profile: Profile = change
        .get(Collection::Profile, account_id)
        .await?
        .ok_or_else(|| Error::inconsistent("records", "body", account_id))?;
    let values = [
        ("display_name", profile.display_name.as_str()),
        ("language", profile.language.as_str()),
        ("time_zone", profile.time_zone.as_str()),
    ];
    let merge = merge_with(&values, &profile.stamps, edit);
    if merge.accepted.is_empty() {
        return Ok(merge);
    }
    let changed = changed(&values, &merge);
    for (field, value) in &merge.accepted {
        match field.as_str() {
            "display_name" => profile.display_name.clone_from(value),
            "language" => profile.language.clone_from(value),
            "time_zone" => profile.time_zone.clone_from(value),
            _ => {}
        }
    }
    stamp(change, &mut profile.stamps, &merge);
    change
        .put(Collection::Profile, account_id, &profile)
        .await?;
    // Mails and pages are written from here.
    change
        .transaction()
        .execute(
            "UPDATE accounts SET display_name = $2, language = $3, time_zone = $4, display_name_folded = $5 \
             WHERE id = $1",
            arguments![
                account_id,
                &profile.display_name,
                &profile.language,
                &profile.time_zone,
                text::fold(&profile.display_name)
            ],
        )
        .await?;
    let name = merge.accepted.get("display_name").cloned();
    change
        .activity_changing(ActivityKind::ProfileChanged, name, changed)
        .await?;
    Ok(merge)
}

async fn edit_session(change: &mut Change, edit: &Edit) -> Answer<Merge> {
    let mut session: Session = change
        .get(Collection::Sessions, &edit.id)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let values = [("device_name", session.device_name.as_str())];
    let merge = merge_with(&values, &session.stamps, edit);
    let Some(name) = merge.accepted.get("device_name") else {
        return Ok(merge);
    };
    let changed = changed(&values, &merge);
    session.device_name.clone_from(name);
    stamp(change, &mut session.stamps, &merge);
    change.put(Collection::Sessions, &edit.id, &session).await?;
    // Its next sign-in goes by this name too.
    let account_id = change.account_id();
    change
        .transaction()
        .execute(
            "UPDATE devices SET name = $3 WHERE id = $1 AND account_id = $2",
            arguments![session.device_id, account_id, name],
        )
        .await?;
    change
        .activity_changing(ActivityKind::DeviceRenamed, Some(name.clone()), changed)
        .await?;
    Ok(merge)
}

/// What the activity says of the accepted fields, in the order of `values`, which are those from before.
fn changed(values: &[(&'static str, &str)], merge: &Merge) -> Vec<ChangedField> {
    values
        .iter()
        .filter_map(|(field, before)| {
            let after = merge.accepted.get(*field)?;
            Some(ChangedField::new(field, before, after))
        })
        .collect()
}

fn merge_with(
    values: &[(&'static str, &str)],
    stamps: &BTreeMap<String, FieldStamp>,
    edit: &Edit,
) -> Merge {
    let never = FieldStamp::default();
    let current = values
        .iter()
        .map(|(field, value)| {
            let stamp = stamps.get(*field).unwrap_or(&never);
            (*field, CurrentField { value, stamp })
        })
        .collect();
    merge(&current, edit)
}

/// Stamps the accepted fields with the revision under which the record is put next.
fn stamp(change: &Change, stamps: &mut BTreeMap<String, FieldStamp>, merge: &Merge) {
    let stamp = FieldStamp {
        revision: change.revision() + 1,
        at: change.now(),
        by_session_id: change.actor().session_id,
        by_device_name: change.actor().device_name.clone(),
    };
    for field in merge.accepted.keys() {
        stamps.insert(field.clone(), stamp.clone());
    }
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
