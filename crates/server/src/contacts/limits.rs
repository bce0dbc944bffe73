//! How many links an account may have sent to addresses that nobody has confirmed to be its own.

use std::net::IpAddr;

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database;
use crate::http::problem::{Answer, Refusal};
use crate::state::ServerState;
use crate::sync::Change;

/// First links an hour, and further links an hour, for one address.
const PER_ADDRESS: usize = 3;
/// Links an hour in all: adding and removing address after address floods nobody.
const PER_ACCOUNT: usize = 20;
const HOUR: i64 = 3600 * Timestamp::SECOND;

/// What a link is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// An address that was just added.
    First,
    /// An address that waits.
    Again,
}

/// Counts a request for a link, or refuses it with 429.
pub(crate) async fn take(change: &mut Change, address: &str, request: Request) -> Answer<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            // Those of the future were noted by a clock that was ahead: they would hold people back for as long.
            "DELETE FROM email_confirmation_requests WHERE account_id = $1 AND (requested_at <= $2 OR requested_at > $3)",
            arguments![account_id, Timestamp(now.0 - HOUR), Timestamp(now.0 + HOUR)],
        )
        .await?;
    let rows = change
        .transaction()
        .fetch_all(
            "SELECT requested_at, address, again FROM email_confirmation_requests WHERE account_id = $1 \
             ORDER BY requested_at",
            arguments![account_id],
        )
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    let mut alike = Vec::new();
    for row in &rows {
        let at = Timestamp(row.integer(0)?);
        all.push(at);
        if row.text_ref(1)? == address && (row.integer(2)? == 1) == (request == Request::Again) {
            alike.push(at);
        }
    }
    for (requests, most) in [(alike, PER_ADDRESS), (all, PER_ACCOUNT)] {
        if requests.len() >= most {
            let frees_one = requests[requests.len() - most];
            let wait = (frees_one.0 + HOUR).saturating_sub(now.0);
            let seconds = wait.div_euclid(Timestamp::SECOND) + 1;
            return Err(Refusal::new(ProblemCode::TooManyAttempts)
                .retry_after(u32::try_from(seconds).unwrap_or(3600)));
        }
    }
    let from = change.actor().address.as_deref();
    if let Some(from) = from.and_then(|from| from.parse().ok()) {
        take_from(change.state(), from)?;
    }
    note(change, address, request).await?;
    Ok(())
}

/// Counts a link for the network address that it is asked for from, whichever accounts ask, or refuses it with 429.
pub(crate) fn take_from(state: &ServerState, from: IpAddr) -> Answer<()> {
    state
        .link_limits
        .count_try(from, state.now())
        .map_err(|seconds| Refusal::quota_reached(Quota::Links, seconds))
}

/// Counts a request for a link.
pub(super) async fn note(
    change: &mut Change,
    address: &str,
    request: Request,
) -> database::Result<()> {
    let (account_id, now) = (change.account_id(), change.now());
    change
        .transaction()
        .execute(
            "INSERT INTO email_confirmation_requests (account_id, address, again, requested_at) \
             VALUES ($1, $2, $3, $4)",
            arguments![account_id, address, request == Request::Again, now],
        )
        .await?;
    Ok(())
}
