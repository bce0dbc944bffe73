//! The driver and the server: each request is a task that ends in one event.

use std::sync::{Arc, Weak};

use futures_util::StreamExt as _;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::sync::{Edit, EditOutcome, PAGE_MAXIMUM, SyncPage};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Driver, Incoming};
use crate::account::Account;
use crate::client::Client;
use crate::sync::{EditFailure, Event, PageFailure, SessionOver, Trouble};
use crate::transport::{Events, Transport, TransportError};

impl Driver {
    pub(super) fn open_stream(&mut self) {
        if let Some(task) = self.stream_task.take() {
            task.abort();
        }
        self.stream += 1;
        let request = self.request();
        let stream = self.stream;
        let task = self.tasks.spawn(async move {
            let listener = Listener {
                stream,
                outgoing: request.outgoing.clone(),
            };
            match request.opened().await {
                Ok(events) => listener.listen(events).await,
                Err(error) => {
                    let event = match request.over(&error) {
                        Some(over) => Event::StreamRefused(over),
                        None => Event::StreamLost(error.trouble()),
                    };
                    listener.tell(event).await;
                }
            }
        });
        self.stream_task = Some(task);
    }

    pub(super) fn fetch_page(&mut self, request: u64, after: u64) {
        self.ask(async move |server| match server.page(after).await {
            Ok(page) => Event::PageFetched { request, page },
            Err(error) => Event::PageFailed {
                request,
                failure: match server.over(&error) {
                    Some(over) => PageFailure::SessionOver(over),
                    None => PageFailure::Trouble(error.trouble()),
                },
            },
        });
    }

    pub(super) fn send_edit(&mut self, key: Uuid, edit: Edit) {
        let fresh_key = self.new_key();
        self.ask(async move |server| match server.edit(key, &edit).await {
            Ok(outcome) => Event::EditSent { key, outcome },
            Err(error) => Event::EditFailed {
                key,
                failure: match server.over(&error) {
                    Some(over) => EditFailure::SessionOver(over),
                    None => edit_failure(error),
                },
                fresh_key,
            },
        });
    }

    fn ask<Asked>(&mut self, ask: impl FnOnce(Request) -> Asked + Send + 'static)
    where
        Asked: Future<Output = Event> + Send,
    {
        let request = self.request();
        let outgoing = self.outgoing.clone();
        self.tasks.spawn(async move {
            let event = ask(request).await;
            let stream = None;
            let _ = outgoing.send(Incoming { stream, event }).await;
        });
    }

    fn request(&self) -> Request {
        Request {
            client: Weak::clone(&self.client),
            account: Arc::clone(&self.account),
            outgoing: self.outgoing.clone(),
            tokens: self.account.tokens(),
        }
    }
}

/// Tells the driver of one event stream.
struct Listener {
    stream: u64,
    outgoing: mpsc::Sender<Incoming>,
}

impl Listener {
    /// Until the stream ends. Reads on only once the driver has room: nothing that a server sends piles up here.
    async fn listen(&self, mut events: Events) {
        self.tell(Event::StreamOpened).await;
        loop {
            match events.next().await {
                Some(Ok(Some(event))) => self.tell(Event::Stream(event)).await,
                Some(Ok(None)) => self.tell(Event::StreamAlive).await,
                Some(Err(error)) => return self.tell(Event::StreamLost(error.trouble())).await,
                None => return self.tell(Event::StreamLost(Trouble::Unreachable)).await,
            }
        }
    }

    async fn tell(&self, event: Event) {
        let stream = Some(self.stream);
        // Nobody listens any more once the driver has ended.
        let _ = self.outgoing.send(Incoming { stream, event }).await;
    }
}

/// What a task needs to speak to the account's server.
struct Request {
    client: Weak<Client>,
    account: Arc<Account>,
    outgoing: mpsc::Sender<Incoming>,
    /// [`Account::tokens`] from before it: an answer about an older token says nothing about the session.
    tokens: u64,
}

impl Request {
    async fn transport(&self) -> Result<Transport, TransportError> {
        let client = self.client.upgrade().ok_or(TransportError::Unreachable)?;
        client.transport_of(&self.account).await
    }

    async fn opened(&self) -> Result<Events, TransportError> {
        self.transport().await?.events().await
    }

    async fn page(&self, after: u64) -> Result<SyncPage, TransportError> {
        let path = format!("v1/sync?after={after}&limit={PAGE_MAXIMUM}");
        self.transport().await?.get_page(&path).await
    }

    async fn edit(&self, key: Uuid, edit: &Edit) -> Result<EditOutcome, TransportError> {
        self.transport()
            .await?
            .post("v1/edits", edit, Some(key))
            .await
    }

    fn over(&self, error: &TransportError) -> Option<SessionOver> {
        session_over(error, &self.account.stored).filter(|_| self.tokens == self.account.tokens())
    }
}

/// Whether a proven answer says that this very session is over.
pub(crate) fn session_over(
    error: &TransportError,
    stored: &crate::settings::StoredAccount,
) -> Option<SessionOver> {
    let TransportError::Refused(problem) = error else {
        return None;
    };
    match (problem.code, &problem.ended) {
        (ProblemCode::SessionUnknown, _) => Some(SessionOver::Unknown),
        (ProblemCode::SessionEnded, Some(notice)) if notice.session_id == stored.session_id => {
            Some(SessionOver::Ended(notice.clone()))
        }
        _ => None,
    }
}

fn edit_failure(error: TransportError) -> EditFailure {
    let TransportError::Refused(problem) = error else {
        return EditFailure::Trouble(error.trouble());
    };
    match problem.code {
        ProblemCode::InvalidFields => EditFailure::InvalidFields(problem.fields),
        ProblemCode::NotFound => EditFailure::NotFound,
        ProblemCode::OnProbation => EditFailure::OnProbation,
        ProblemCode::IdempotencyKeyReused => EditFailure::KeyReused,
        // About another token, or another session: this one may well be alive.
        ProblemCode::SessionEnded | ProblemCode::SessionUnknown | ProblemCode::NotSignedIn => {
            EditFailure::Trouble(Trouble::Nonsense)
        }
        ProblemCode::Busy
        | ProblemCode::TooManyAttempts
        | ProblemCode::QuotaReached
        | ProblemCode::Internal => EditFailure::Trouble(TransportError::Refused(problem).trouble()),
        _ => EditFailure::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;

    use super::*;
    use crate::driver::INCOMING;

    #[tokio::test]
    async fn a_server_that_sends_without_end_fills_no_memory() {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let events = stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(None)
        });
        let (outgoing, mut incoming) = mpsc::channel(INCOMING);
        let listener = Listener {
            stream: 1,
            outgoing,
        };
        let task = tokio::spawn(async move {
            listener.listen(Box::pin(events.take(1_000_000))).await;
        });
        // A driver that takes one event and is then busy: on this one thread the task runs until it has to wait.
        assert!(incoming.recv().await.is_some());
        for _ in 0..10_000 {
            tokio::task::yield_now().await;
        }
        let read = read.load(Ordering::SeqCst);
        assert!((INCOMING - 1..=INCOMING + 1).contains(&read), "{read}");
        task.abort();
    }
}
