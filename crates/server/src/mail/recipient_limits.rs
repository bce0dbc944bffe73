//! How many links an address gets that nobody has proven to be the account's, whichever accounts ask for them.

use crate::allowance::{self, Allowance};
use crate::database::Result;
use crate::sync::Change;

/// Counts a link to `recipient` for the account of `change`; false when there were enough. Whoever counts at the same time
/// waits for the commit, on any node.
pub(super) async fn count(change: &mut Change, recipient: &str) -> Result<bool> {
    let mailbox = mailbox(recipient);
    let own = (
        Allowance::UnprovenLinksOfAccount,
        format!("{mailbox} {}", change.account_id()),
    );
    if allowance::take_in(change, own.0, &own.1).await?.is_err() {
        return Ok(false);
    }
    let all = allowance::take_in(change, Allowance::UnprovenLinks, &mailbox).await?;
    if all.is_err() {
        // Nothing is sent: the account's own share is not used up by others.
        allowance::give_one_back(change, own.0, &own.1).await?;
    }
    Ok(all.is_ok())
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
