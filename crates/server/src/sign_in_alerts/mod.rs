//! Asking the owner about a sign-in from a device never seen before: on the other devices, and by a mail whose link leads
//! to a page with both answers.
//!
//! A question is answered once, by one conditional statement. The links of all its mails die with the answer. "It was me"
//! can be taken back for a week, on the device where it was said.

mod answer;
mod ask;
mod links;
mod routes;

use latchkey_protocol::sign_in_alerts::TAKEN_BACK_SECONDS;
use latchkey_protocol::time::Timestamp;
use utoipa_axum::routes;

pub use self::answer::answer_by_link;
pub(crate) use self::ask::{ask, move_to, take_over};
pub(crate) use self::links::{is_open, prepare};
use crate::access::Routes;
use crate::arguments;
use crate::database::Result;
use crate::state::ServerState;

/// How long a question is remembered.
const KEPT: i64 = 90 * Timestamp::DAY;

/// Answering.
pub(crate) fn router() -> Routes {
    Routes::new().routes(routes!(routes::answer))
}

/// Forgets old questions that were answered, and links that are over. An open question stays: its device is not trusted.
pub(crate) async fn forget_old(state: &ServerState) -> Result<()> {
    let now = state.now();
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "DELETE FROM sign_in_alert_links WHERE expires_at <= $1",
            arguments![now],
        )
        .await?;
    transaction
        .execute(
            "DELETE FROM sign_in_alerts WHERE asked_at <= $1 AND answered_at <= $2",
            arguments![now.0 - KEPT, now.plus_seconds(-TAKEN_BACK_SECONDS)],
        )
        .await?;
    transaction.commit().await
}
