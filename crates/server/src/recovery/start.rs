//! A link for a new password that an administrator has sent to somebody.

use latchkey_protocol::problem::ProblemCode;

use super::kill_links;
use crate::allowance::{self, Allowance};
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::sync::Change;

/// Queues the mail with a link for the account of `change`, in the name of `administrator`, and returns where it goes. The
/// same link as for a person who asked, under limits of its own: it is minted when the mail is sent, and nobody but its
/// recipient sees it. One address gets it, since one link is live for an account.
///
/// 409 where no address is confirmed, 429 when it had its share of such mails.
pub(crate) async fn start(change: &mut Change, administrator: &str) -> Answer<String> {
    let confirmed = mail::confirmed_recipients(change).await?;
    // An address that nobody confirmed may be anybody's.
    let recipient = confirmed.into_iter().next().ok_or_else(|| {
        Refusal::new(ProblemCode::NotAllowedNow).with_detail("no e-mail address is confirmed")
    })?;
    let account_id = change.account_id().to_string();
    allowance::take_in(change, Allowance::StartedRecoveries, &account_id)
        .await?
        .map_err(|seconds| Refusal::new(ProblemCode::TooManyAttempts).retry_after(seconds))?;
    kill_links(change).await?;
    let parameters = Parameters {
        address: recipient.clone(),
        administrator: administrator.to_owned(),
        ..Parameters::default()
    };
    let (account_id, kind) = (change.account_id(), Kind::PasswordResetStarted);
    mail::queue_link(change, kind, &recipient, &parameters, account_id).await?;
    Ok(recipient)
}
