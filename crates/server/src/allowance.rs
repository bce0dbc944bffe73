//! How much of something is allowed within a period: one list, one table, one algorithm (the generic cell rate algorithm,
//! ITU-T I.371, annex A, as in [`crate::throttle`]). All of an allowance may be used at once; used up, it comes back bit by
//! bit, and is whole again after the period.
//!
//! An allowance is taken in the transaction of what it is for: what is refused or fails takes none. `docs/quotas.md` lists
//! all of them.

use std::sync::Arc;

use latchkey_protocol::identifiers::AccountId;
use latchkey_protocol::quotas::Quota;
use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::config::Quotas;
use crate::database::{Result, Transaction};
use crate::http::problem::{Answer, Refusal};
use crate::jobs::Kind;
use crate::slice::Slice;
use crate::state::ServerState;
use crate::sync::Change;
use crate::throttle::seconds_up;

/// What is counted; the subject is an account where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowance {
    Edits,
    /// Of a session: nobody uses up another device's.
    Changes,
    SecurityChanges,
    /// Of a device.
    SignIns,
    NewDevices,
    PasswordChanges,
    /// That approve a device.
    ApprovalLinks,
    /// Of the whole server.
    Mails,
    /// For a new password, which anybody may ask for by a name.
    RecoveryMails,
    /// For a new password, which administrators have sent: what anybody can ask for must not use theirs up.
    StartedRecoveries,
    /// Of a mailbox: links to it that nobody has proven to be the account's, whichever accounts ask for them.
    UnprovenLinks,
    /// Of a mailbox and an account, which must not keep the mailbox from its owner.
    UnprovenLinksOfAccount,
    /// Of the whole server: those to addresses that nobody has proven to be the account's. Strangers cause them.
    UnprovenMails,
}

const HOUR: i64 = 3600 * Timestamp::SECOND;

impl Allowance {
    #[cfg(test)]
    const ALL: [Self; 13] = [
        Self::Edits,
        Self::Changes,
        Self::SecurityChanges,
        Self::SignIns,
        Self::NewDevices,
        Self::PasswordChanges,
        Self::ApprovalLinks,
        Self::RecoveryMails,
        Self::StartedRecoveries,
        Self::UnprovenLinks,
        Self::UnprovenLinksOfAccount,
        Self::Mails,
        Self::UnprovenMails,
    ];

    /// How many, and within what time.
    const fn limit(self, quotas: &Quotas) -> (u32, i64) {
        match self {
            Self::Edits => (quotas.edits_per_day, Timestamp::DAY),
            Self::Changes => (quotas.changes_per_day, Timestamp::DAY),
            Self::SecurityChanges => (quotas.security_changes_per_day, Timestamp::DAY),
            Self::SignIns => (quotas.sign_ins_per_day, Timestamp::DAY),
            Self::NewDevices => (quotas.new_devices_per_day, Timestamp::DAY),
            Self::PasswordChanges => (3, Timestamp::DAY),
            Self::ApprovalLinks | Self::UnprovenLinks => (5, HOUR),
            Self::RecoveryMails | Self::StartedRecoveries => (3, 3 * HOUR),
            Self::UnprovenLinksOfAccount => (4, HOUR),
            Self::Mails => (quotas.mails_per_hour, HOUR),
            // The other half is for the mails that guard accounts.
            Self::UnprovenMails => (quotas.mails_per_hour / 2, HOUR),
        }
    }

    /// Its name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Edits => "edits",
            Self::Changes => "changes",
            Self::SecurityChanges => "security_changes",
            Self::SignIns => "sign_ins",
            Self::NewDevices => "new_devices",
            Self::PasswordChanges => "password_changes",
            Self::ApprovalLinks => "approval_links",
            Self::RecoveryMails => "recovery_mails",
            Self::StartedRecoveries => "started_recoveries",
            Self::UnprovenLinks => "unproven_links",
            Self::UnprovenLinksOfAccount => "unproven_links_of_account",
            Self::Mails => "mails",
            Self::UnprovenMails => "unproven_mails",
        }
    }
}

/// The subject of what is the whole server's.
pub(crate) const SERVER: &str = "";

/// Takes one, with the transaction. `Err(seconds)` when it has to wait: then nothing was taken. Whoever takes of the same
/// subject at the same time waits for the commit, on any node.
pub(crate) async fn take(
    state: &ServerState,
    transaction: &mut Transaction,
    allowance: Allowance,
    subject: &str,
) -> Result<std::result::Result<(), u32>> {
    let (most, period) = allowance.limit(&state.config.quotas);
    let (now, each) = (state.now().0, period / i64::from(most.max(1)));
    // What is whole later than a period from now was counted by a clock that was ahead, and holds nothing back.
    let taken = transaction
        .execute(
            "INSERT INTO allowances (subject, allowance, whole_at) VALUES ($1, $2, $3) \
             ON CONFLICT (subject, allowance) DO UPDATE SET whole_at = \
             CASE WHEN allowances.whole_at > $4 AND allowances.whole_at <= $5 \
             THEN allowances.whole_at + $6 ELSE excluded.whole_at END \
             WHERE allowances.whole_at <= $7 OR allowances.whole_at > $5",
            arguments![
                subject,
                allowance.name(),
                now + each,
                now,
                now + period,
                each,
                now + period - each
            ],
        )
        .await?;
    if taken == 1 {
        return Ok(Ok(()));
    }
    let row = transaction
        .fetch_optional(
            "SELECT whole_at FROM allowances WHERE subject = $1 AND allowance = $2",
            arguments![subject, allowance.name()],
        )
        .await?;
    let whole_at = row.map_or(Ok(now), |row| row.integer(0))?;
    Ok(Err(seconds_up(whole_at + each - period - now)))
}

/// The same, in a change.
pub(crate) async fn take_in(
    change: &mut Change,
    allowance: Allowance,
    subject: &str,
) -> Result<std::result::Result<(), u32>> {
    let state = Arc::clone(change.state());
    take(&state, change.transaction(), allowance, subject).await
}

/// Gives one back that was taken in this change, for what does not happen after all.
pub(crate) async fn give_one_back(
    change: &mut Change,
    allowance: Allowance,
    subject: &str,
) -> Result<()> {
    let (most, period) = allowance.limit(&change.state().config.quotas);
    change
        .transaction()
        .execute(
            "UPDATE allowances SET whole_at = whole_at - $3 WHERE subject = $1 AND allowance = $2",
            arguments![subject, allowance.name(), period / i64::from(most.max(1))],
        )
        .await
        .map(drop)
}

/// Takes one, or refuses with the quota's name.
pub(crate) async fn take_or_refuse(
    state: &ServerState,
    transaction: &mut Transaction,
    (allowance, quota): (Allowance, Quota),
    subject: impl std::fmt::Display,
) -> Answer<()> {
    take(state, transaction, allowance, &subject.to_string())
        .await?
        .map_err(|seconds| Refusal::quota_reached(quota, seconds))
}

/// Gives an account all of its own back, but mails for a new password: a link in one has proven whose it is.
pub(crate) async fn give_back(transaction: &mut Transaction, account_id: AccountId) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM allowances WHERE subject = $1 AND allowance NOT IN ('recovery_mails', 'started_recoveries')",
            arguments![account_id],
        )
        .await
        .map(drop)
}

/// Forgets those that are whole, one by one: a change holds rows of several in an order of its own, and a statement that held
/// many as well might wait for it while it waits for that.
pub(crate) async fn forget_whole(state: &ServerState) -> Result<()> {
    let now = state.now();
    let whole = state
        .database
        .fetch_all(
            "SELECT subject, allowance FROM allowances WHERE whole_at <= $1",
            arguments![now],
        )
        .await?;
    for row in whole {
        let mut transaction = state.database.begin().await?;
        transaction
            .execute(
                "DELETE FROM allowances WHERE subject = $1 AND allowance = $2 AND whole_at <= $3",
                arguments![row.text(0)?, row.text(1)?, now],
            )
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    tidy: &[Kind::minutely("tidy-allowances", |state| {
        Box::pin(async move { forget_whole(&state).await })
    })],
    ..Slice::NONE
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_quotas_lists_every_allowance() {
        const PAGE: &str = include_str!("../../../docs/quotas.md");
        let quotas = Quotas::default();
        let rows = Allowance::ALL.map(|allowance| {
            let (most, period) = allowance.limit(&quotas);
            let hours = period / HOUR;
            format!("| `{}` | {most} | {hours} |\n", allowance.name())
        });
        let rows = rows.concat();
        assert!(
            PAGE.contains(&rows),
            "docs/quotas.md should have this table:\n{rows}"
        );
    }
}
