//! Asking for a link.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::identifiers::{AccountId, MailId};
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::{DeviceProof, DevicePublicKey};

use super::status::{self, Outcome};
use super::{kill_links, links};
use crate::allowance::{self, Allowance};
use crate::database::Result;
use crate::http::address::ClientAddress;
use crate::http::later;
use crate::http::problem::{Answer, Refusal};
use crate::mail::{self, Kind, Parameters};
use crate::secrets::link;
use crate::sessions;
use crate::state::ServerState;
use crate::sync::{Actor, Change};

/// No answer comes sooner: finding an account takes some microseconds more than finding none.
const NOT_BEFORE: Duration = Duration::from_millis(5);

/// Has a link mailed to the account behind `login`, if there is one, and returns the ticket. The same, in the same time,
/// for every name: what an account gets of it is done after the answer.
pub async fn request(
    state: &Arc<ServerState>,
    address: ClientAddress,
    login: &str,
    device: Option<&DeviceProof>,
) -> Answer<String> {
    let not_before = tokio::time::sleep(NOT_BEFORE);
    let answer = ask(state, address, login, device).await;
    not_before.await;
    answer
}

async fn ask(
    state: &Arc<ServerState>,
    address: ClientAddress,
    login: &str,
    device: Option<&DeviceProof>,
) -> Answer<String> {
    let now = state.now();
    state
        .recovery_limits
        .count_try(address.0, now)
        .map_err(|seconds| Refusal::new(ProblemCode::TooManyAttempts).retry_after(seconds))?;
    if let Some(device) = device
        && !device.verifies(state.server_id, login, now)
    {
        return Err(Refusal::new(ProblemCode::DeviceProofRefused));
    }
    let found = sessions::find_account(state, login).await?;
    let known = match device {
        Some(device) => sessions::was_here(state, found, &device.public_key).await?,
        None => false,
    };
    let ticket = link::new_secret(state);
    let wanted = found.map(|account_id| Wanted {
        account_id,
        origin: address,
        asker: device.filter(|_| known).map(|device| Asker {
            ticket: link::hash(&ticket),
            public_key: device.public_key.clone(),
        }),
    });
    let state = Arc::clone(state);
    later::after_the_answer(async move {
        if let Some(wanted) = wanted
            && let Err(error) = wanted.queue(&state).await
        {
            tracing::error!(%error, "a link for a forgotten password could not be queued");
        }
    });
    Ok(ticket)
}

/// A link that somebody asked for.
struct Wanted {
    account_id: AccountId,
    origin: ClientAddress,
    /// The device that asked, where the account knows it.
    asker: Option<Asker>,
}

/// A device that asked, and is known to the account.
struct Asker {
    /// The hash of its ticket.
    ticket: [u8; 32],
    public_key: DevicePublicKey,
}

impl Wanted {
    async fn queue(self, state: &Arc<ServerState>) -> Result<()> {
        let actor = Actor {
            address: Some(self.origin.0.to_string()),
            ..Actor::default()
        };
        let mut change = Change::begin(state, self.account_id).await?.by(actor);
        let outcome = self.queue_within(&mut change).await?;
        if let Some(asker) = &self.asker {
            status::note(&mut change, &asker.ticket, outcome).await?;
            if matches!(outcome, Outcome::Mail(_)) {
                links::note_asker(&mut change, &asker.public_key).await?;
            }
        }
        change.commit().await?;
        Ok(())
    }

    /// The mail, or why there is none.
    async fn queue_within(&self, change: &mut Change) -> Result<Outcome> {
        let confirmed = mail::confirmed_recipients(change).await?;
        // The primary one, whichever was entered: a further one may be an intruder's. One that nobody confirmed is anybody's.
        let Some(recipient) = confirmed.first() else {
            return Ok(Outcome::NoAddress);
        };
        let account_id = self.account_id.to_string();
        let taken = allowance::take_in(change, Allowance::RecoveryMails, &account_id).await?;
        if let Err(seconds) = taken {
            return Ok(Outcome::Limited(
                change.now().plus_seconds(i64::from(seconds)),
            ));
        }
        Ok(Outcome::Mail(queue_link(change, recipient).await?))
    }
}

/// Queues the mail with a link for the account of `change`, in place of every older one, and notes it. Without a look at
/// what is allowed: for a person who asked, [`request`].
pub async fn queue_link(change: &mut Change, recipient: &str) -> Result<MailId> {
    kill_links(change).await?;
    let (account_id, kind) = (change.account_id(), Kind::ResetPassword);
    let parameters = Parameters {
        address: recipient.to_owned(),
        origin: change.actor().address.clone().unwrap_or_default(),
        ..Parameters::default()
    };
    let mail_id = mail::queue_link(change, kind, recipient, &parameters, account_id).await?;
    change
        .activity(
            ActivityKind::PasswordResetRequested,
            Some(recipient.to_owned()),
        )
        .await?;
    Ok(mail_id)
}
