//! Destroying what could not be destroyed at once, and delivering receipts: until all is gone and the server has each of
//! them, over restarts.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sessions::ReceiptNoted;
use tokio::task::JoinSet;

use crate::changes::Topic;
use crate::client::Client;
use crate::settings::WaitingReceipt;
use crate::transport::TransportError;

/// The first and the longest wait between two tries.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// For how long a server that does not answer is tried. Longer than any of its sessions would have lasted.
const GIVEN_UP_AFTER_DAYS: i64 = 400;

/// Days after which a receipt is given up that the server says it has no session for: it may run on the wrong copy of its
/// data.
const UNKNOWN_GIVEN_UP_AFTER_DAYS: i64 = 7;

/// Destroys and delivers whatever waits, and what comes to wait, until the client is gone. Each receipt goes its own
/// way: a server that is silent keeps no other from its own.
pub(crate) async fn deliver_for_ever(client: Weak<Client>) {
    let mut deliveries = JoinSet::new();
    let mut under_way = HashSet::new();
    let mut wait = WAITS.0;
    loop {
        let Some(strong) = client.upgrade() else {
            return;
        };
        let all_gone = strong.finish_what_was_begun().await;
        for receipt in strong.settings().receipts {
            let session_id = receipt.receipt.session_id;
            if under_way.insert(session_id) {
                let client = Weak::clone(&client);
                deliveries.spawn(async move {
                    deliver_one(client, receipt).await;
                    session_id
                });
            }
        }
        let something_new = Arc::clone(&strong.receipt_waits);
        drop(strong);
        tokio::select! {
            () = something_new.notified() => {
                wait = WAITS.0;
                if let Some(client) = client.upgrade() {
                    client.receipts_hurry.notify_waiters();
                }
            }
            Some(delivered) = deliveries.join_next() => {
                if let Ok(session_id) = delivered {
                    under_way.remove(&session_id);
                }
            }
            () = tokio::time::sleep(wait), if !all_gone => wait = (wait * 2).min(WAITS.1),
        }
    }
}

/// Tries until that receipt is settled.
async fn deliver_one(client: Weak<Client>, receipt: WaitingReceipt) {
    let mut wait = WAITS.0;
    loop {
        let Some(strong) = client.upgrade() else {
            return;
        };
        if strong.deliver(&receipt).await {
            return;
        }
        let hurry = Arc::clone(&strong.receipts_hurry);
        drop(strong);
        wait = match tokio::time::timeout(wait, hurry.notified()).await {
            Ok(()) => WAITS.0,
            Err(_) => (wait * 2).min(WAITS.1),
        };
    }
}

impl Client {
    /// Whether that receipt is settled: the server has it, by its proven word, or it is given up.
    async fn deliver(&self, waiting: &WaitingReceipt) -> bool {
        let sent = async {
            let mut transport = self.transport_to(&waiting.location).await?;
            if let Some(server) = &waiting.server {
                transport = transport.of(server.clone());
            }
            transport
                .post::<ReceiptNoted>("v1/receipts", &waiting.receipt, None)
                .await
                .and_then(|noted| {
                    let own = noted.session_id == waiting.receipt.session_id;
                    own.then_some(()).ok_or(TransportError::SomethingElse)
                })
        };
        let delivered = match sent.await {
            Ok(()) => true,
            Err(error) => {
                let days = match &error {
                    TransportError::Refused(problem) if problem.code == ProblemCode::NotFound => {
                        UNKNOWN_GIVEN_UP_AFTER_DAYS
                    }
                    _ => GIVEN_UP_AFTER_DAYS,
                };
                let given_up = waiting.receipt.destroyed_at.plus_seconds(days * 86_400);
                if self.now() < given_up {
                    tracing::debug!(%error, "a receipt is not delivered yet");
                    return false;
                }
                tracing::warn!(%error, "a receipt is not delivered any more");
                false
            }
        };
        let session = waiting.receipt.session_id;
        let noted = self.update_settings(move |settings| {
            settings
                .receipts
                .retain(|waiting| waiting.receipt.session_id != session);
            if let Some(ended) = settings
                .ended
                .as_mut()
                .filter(|ended| ended.session_id == session)
            {
                ended.view.receipt_delivered = delivered;
            }
        });
        if let Err(failure) = noted.await {
            tracing::warn!(%failure, "a delivered receipt can't be noted");
        }
        self.announce(vec![Topic::Stage]);
        true
    }
}
