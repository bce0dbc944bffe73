//! `GET /v1/sync`: what changed since a revision.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::{PAGE_MAXIMUM, SyncPage};
use serde::Deserialize;

use crate::arguments;
use crate::database::{Error, Result, Row};
use crate::epoch::Head;
use crate::http::extract::Query;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;

/// One statement, so that the page and the revision are of one instant. The inner one walks the index from `$2` and
/// stops after `$3` rows: it costs what changed, not what the account holds.
const READ: &str = "SELECT a.revision, r.revision, r.collection, r.id, r.body, (SELECT epoch FROM server) FROM accounts a LEFT JOIN \
     (SELECT revision, collection, id, body FROM records WHERE account_id = $1 AND revision > $2 \
      ORDER BY revision LIMIT $3) r ON 1 = 1 WHERE a.id = $1 ORDER BY r.revision";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// The revision up to which the device knows everything; 0 at first.
    #[serde(default)]
    after: u64,
    /// Records in the page, 1 to 1000.
    #[serde(default = "page_maximum")]
    #[param(minimum = 1, maximum = 1000)]
    limit: u32,
}

fn page_maximum() -> u32 {
    PAGE_MAXIMUM
}

/// The records of the caller's account that changed, oldest change first.
#[utoipa::path(
    get, path = "/v1/sync", tag = "sync", params(Range),
    responses(
        (status = 200, description = "A page", body = SyncPage),
    )
)]
pub(super) async fn sync(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Query(range): Query<Range>,
) -> Answer<Response> {
    let limit = range.limit;
    if !(1..=PAGE_MAXIMUM).contains(&limit) || i64::try_from(range.after).is_err() {
        return Err(Refusal::new(ProblemCode::Malformed)
            .with_detail("The query has a number that is out of its range."));
    }
    let rows = state
        .database
        .fetch_all(READ, arguments![caller.account_id, range.after, limit])
        .await?;
    let page =
        page(&state, caller.account_id, &rows, range.after, limit).map_err(
            |error| match error {
                Error::Inconsistent { .. } => caller.inconsistent(),
                other => other,
            },
        )?;
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], page).into_response())
}

/// A [`SyncPage`] as JSON. The bodies are JSON already: they are put in as they are stored, not read and written anew.
fn page(
    state: &ServerState,
    account_id: AccountId,
    rows: &[Row],
    after: u64,
    limit: u32,
) -> Result<String> {
    let (revision, epoch) = match rows.first() {
        Some(row) => (row.count(0)?, row.count(5)?),
        None => return Err(Error::inconsistent("accounts", "id", "")),
    };
    let mut text = String::with_capacity(64 + rows.len() * 320);
    text.push_str("{\"records\":[");
    let mut last = after;
    let mut count = 0_u32;
    for row in rows {
        if row.optional_integer(1)?.is_none() {
            break;
        }
        last = row.count(1)?;
        if count > 0 {
            text.push(',');
        }
        count += 1;
        text.push_str("{\"collection\":");
        text.push_str(&quoted(row.text_ref(2)?));
        text.push_str(",\"id\":");
        text.push_str(&quoted(row.text_ref(3)?));
        text.push_str(",\"revision\":");
        text.push_str(&last.to_string());
        text.push_str(",\"body\":");
        text.push_str(row.optional_text(4)?.as_deref().unwrap_or("null"));
        text.push('}');
    }
    // A page that is not full is the last: revisions past it hold nothing (a record that changed again moved on).
    let next = if count < limit { revision } else { last };
    let head = Head {
        account_id,
        epoch,
        revision: next,
    };
    text.push_str("],\"next\":");
    text.push_str(&next.to_string());
    text.push_str(",\"revision\":");
    text.push_str(&revision.to_string());
    text.push_str(",\"epoch\":");
    text.push_str(&epoch.to_string());
    text.push_str(",\"head\":");
    text.push_str(&quoted(&head.seal(&state.secret_key)));
    text.push('}');
    Ok(text)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
