//! Destroying what could not be destroyed at once, and delivering receipts: until all is gone and the server has each of
//! them, over restarts.

use std::sync::{Arc, Weak};
use std::time::Duration;

use latchkey_protocol::problem::ProblemCode;

use crate::changes::Topic;
use crate::client::Client;
use crate::settings::WaitingReceipt;
use crate::transport::TransportError;

/// The first and the longest wait between two tries.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// Destroys and delivers whatever waits, and what comes to wait, until the client is gone.
pub(crate) async fn deliver_for_ever(client: Weak<Client>) {
    let mut wait = WAITS.0;
    loop {
        let Some(strong) = client.upgrade() else {
            return;
        };
        let all_gone = strong.finish_what_was_begun().await;
        let waiting = strong.settings().receipts;
        let mut left = waiting.len();
        for receipt in waiting {
            if strong.deliver(&receipt).await {
                left -= 1;
            }
        }
        let something_new = Arc::clone(&strong.receipt_waits);
        let something_new = something_new.notified();
        drop(strong);
        if left == 0 && all_gone {
            wait = WAITS.0;
            something_new.await;
        } else {
            let _ = tokio::time::timeout(wait, something_new).await;
            wait = (wait * 2).min(WAITS.1);
        }
    }
}

impl Client {
    /// Whether that receipt is settled: the server has it, or says it will never want it.
    async fn deliver(&self, waiting: &WaitingReceipt) -> bool {
        let sent = async {
            let transport = self.transport_to(&waiting.location).await?;
            transport
                .post::<()>("v1/receipts", &waiting.receipt, None)
                .await
        };
        let delivered = match sent.await {
            Ok(()) => true,
            Err(TransportError::Refused(problem)) if problem.code == ProblemCode::NotFound => false,
            Err(error) => {
                tracing::debug!(%error, "a receipt is not delivered yet");
                return false;
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
