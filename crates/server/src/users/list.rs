//! `GET /v1/users`.

use std::sync::Arc;

use axum::extract::State;
use latchkey_protocol::contacts;
use latchkey_protocol::problem::FieldProblem;
use latchkey_protocol::text;
use latchkey_protocol::users::{PAGE, UserSummary, UsersPage, check_search};
use serde::Deserialize;

use crate::arguments;
use crate::database::{Database, Result, Row};
use crate::freeze;
use crate::http::extract::Query;
use crate::http::problem::{Answer, Refusal};
use crate::sessions::Caller;
use crate::state::ServerState;

/// The same in both databases: what is compared is folded on both sides, since `LIKE` folds the letters of ASCII in SQLite
/// and none in PostgreSQL.
const FIND: &str = "SELECT a.id, a.username, a.display_name, a.role, \
     (SELECT e.address FROM emails e WHERE e.account_id = a.id AND e.is_primary = 1) \
     FROM accounts a WHERE a.username > $1 AND (a.username LIKE $2 ESCAPE '!' \
     OR a.display_name_folded LIKE $2 ESCAPE '!' \
     OR EXISTS (SELECT 1 FROM emails e WHERE e.account_id = a.id AND e.address LIKE $4 ESCAPE '!')) \
     ORDER BY a.username LIMIT $3";

/// Names folded in one transaction.
const FOLDED_AT_ONCE: i64 = 500;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// In the username, the display name or an address; blank for everybody.
    #[serde(default)]
    search: String,
    /// The username after which the page begins.
    #[serde(default)]
    after: String,
}

/// People of this server, for its administrators.
#[utoipa::path(
    get, path = "/v1/users", tag = "users", params(Wanted),
    responses(
        (status = 200, description = "A page", body = UsersPage),
    )
)]
pub(super) async fn list(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer<axum::Json<UsersPage>> {
    let problems = [("search", &wanted.search), ("after", &wanted.after)]
        .into_iter()
        .filter_map(|(field, text)| {
            let code = check_search(text).err()?;
            Some(FieldProblem::new(field, code))
        });
    Refusal::unless_empty(problems.collect())?;
    let mut transaction = state.database.begin_reading().await?;
    freeze::refuse_administration(&mut transaction, caller.account_id, caller.session_id).await?;
    let rows = transaction
        .fetch_all(
            FIND,
            arguments![
                &wanted.after,
                pattern(&text::fold(&wanted.search)),
                PAGE + 1,
                pattern(&contacts::in_addresses(&wanted.search))
            ],
        )
        .await?;
    let mut users = rows.iter().map(summary).collect::<Result<Vec<_>>>()?;
    let more = users.len() > PAGE as usize;
    users.truncate(PAGE as usize);
    let next = users.last().filter(|_| more);
    Ok(axum::Json(UsersPage {
        next: next.map(|last| last.username.clone()),
        users,
        open_seconds: caller.open_seconds(state.now()),
    }))
}

fn summary(row: &Row) -> Result<UserSummary> {
    Ok(UserSummary {
        id: row.parsed(0, "accounts", "id")?,
        username: row.text(1)?,
        display_name: row.text(2)?,
        role: row.parsed(3, "accounts", "role")?,
        email: row.optional_text(4)?,
    })
}

/// Folds the display names that a migration left to this program.
pub(crate) async fn fold_names(database: &Database) -> Result<()> {
    loop {
        let rows = database
            .fetch_all(
                "SELECT id, display_name FROM accounts WHERE display_name_folded = '' AND display_name <> '' LIMIT $1",
                arguments![FOLDED_AT_ONCE],
            )
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut transaction = database.begin().await?;
        for row in rows {
            let (id, name) = (row.text(0)?, row.text(1)?);
            // Never empty, so that this ends: a name of accents alone may stand from before they were refused.
            let folded = Some(text::fold(&name)).filter(|folded| !folded.is_empty());
            transaction
                .execute(
                    "UPDATE accounts SET display_name_folded = $2 WHERE id = $1 AND display_name = $3",
                    arguments![&id, folded.unwrap_or_else(|| name.clone()), &name],
                )
                .await?;
        }
        transaction.commit().await?;
    }
}

/// What `LIKE` finds a text by, wherever it stands; its own signs have no meaning.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for character in search.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    // Also where nothing is searched for: two of them mean the same as one.
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn what_is_searched_for_is_no_pattern() {
        assert_eq!(pattern(""), "%%");
        assert_eq!(pattern("50%_!\\"), "%50!%!_!!\\%");
    }
}
