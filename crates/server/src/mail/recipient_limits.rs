//! How many links an address gets that nobody has proven to be the account's, whichever accounts ask for them.

use latchkey_protocol::time::Timestamp;

use crate::arguments;
use crate::database::Result;
use crate::state::ServerState;
use crate::sync::Change;

/// Links an hour to one recipient.
const PER_RECIPIENT: i64 = 5;
/// Those among them that one account may ask for: it must not keep the address from its owner.
const PER_ACCOUNT: i64 = 4;
const HOUR: i64 = 3600 * Timestamp::SECOND;
/// Under which account all together are counted.
const ALL: &str = "";

/// Counts a link to `recipient` for the account of `change`; false when there were enough. Whoever counts at the same time
/// waits for the commit, on any node.
pub(super) async fn count(change: &mut Change, recipient: &str) -> Result<bool> {
    let account_id = change.account_id().to_string();
    let recipient = &mailbox(recipient);
    if !count_for(change, recipient, &account_id, PER_ACCOUNT).await? {
        return Ok(false);
    }
    if count_for(change, recipient, ALL, PER_RECIPIENT).await? {
        return Ok(true);
    }
    // Nothing is sent: the account's own share is not used up by others.
    change
        .transaction()
        .execute(
            "UPDATE recipient_limits SET mails = mails - 1 WHERE recipient = $1 AND account_id = $2",
            arguments![recipient, &account_id],
        )
        .await?;
    Ok(false)
}

/// The mailbox that an address leads to, as far as it shows: without what begins with a plus, which most mail servers
/// deliver to the same one (RFC 5233).
fn mailbox(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address.to_owned();
    };
    match local.split_once('+') {
        Some((user, _)) if !user.is_empty() => format!("{user}@{domain}"),
        _ => address.to_owned(),
    }
}

async fn count_for(
    change: &mut Change,
    recipient: &str,
    account_id: &str,
    most: i64,
) -> Result<bool> {
    let now = change.now().0;
    // An hour that begins later than now was begun by a clock that was ahead.
    let counted = change
        .transaction()
        .execute(
            "INSERT INTO recipient_limits (recipient, account_id, began_at, mails) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (recipient, account_id) DO UPDATE SET \
             mails = CASE WHEN recipient_limits.began_at <= $4 OR recipient_limits.began_at > $3 THEN 1 \
                     ELSE recipient_limits.mails + 1 END, \
             began_at = CASE WHEN recipient_limits.began_at <= $4 OR recipient_limits.began_at > $3 \
                        THEN excluded.began_at ELSE recipient_limits.began_at END \
             WHERE recipient_limits.mails < $5 OR recipient_limits.began_at <= $4 OR recipient_limits.began_at > $3",
            arguments![recipient, account_id, now, now - HOUR, most],
        )
        .await?;
    Ok(counted == 1)
}

/// Forgets hours that are over, in a transaction of its own: it holds rows of many accounts in no order.
pub(super) async fn forget_old(state: &ServerState) -> Result<()> {
    let mut transaction = state.database.begin().await?;
    transaction
        .execute(
            "DELETE FROM recipient_limits WHERE began_at <= $1",
            arguments![state.now().0 - HOUR],
        )
        .await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::mailbox;

    #[test]
    fn addresses_with_a_tag_lead_to_one_mailbox() {
        for (address, leads_to) in [
            ("victim@example.org", "victim@example.org"),
            ("victim+1@example.org", "victim@example.org"),
            ("victim+a+b@example.org", "victim@example.org"),
            ("+1@example.org", "+1@example.org"),
            ("no address", "no address"),
        ] {
            assert_eq!(mailbox(address), leads_to);
        }
    }
}
