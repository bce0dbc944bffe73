//! The open event streams of this node, by account.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use latchkey_protocol::identifiers::{AccountId, SessionId};
use latchkey_protocol::sessions::EndedNotice;
use tokio::sync::Notify;

/// The open event streams of this node, and what other nodes are still to be told.
#[derive(Debug, Default)]
pub struct Hub {
    streams: Mutex<HashMap<AccountId, Vec<Arc<Stream>>>>,
    /// Revisions to announce to other nodes; `None` where there are none.
    unannounced: Option<Mutex<HashMap<AccountId, u64>>>,
    pub(super) announce: Notify,
}

/// One open stream: a slot with the newest news, so that a slow reader costs no memory.
#[derive(Debug)]
struct Stream {
    session_id: SessionId,
    /// The hash of the token that it was opened with.
    token: [u8; 32],
    revision: AtomicU64,
    /// Set once it is to close: with the notice of its session's end, or without one where nothing is known of it.
    over: OnceLock<Option<EndedNotice>>,
    wake: Notify,
}

/// An open stream's place in the hub, given back when dropped.
#[derive(Debug)]
pub struct Subscription {
    hub: Arc<Hub>,
    account_id: AccountId,
    stream: Arc<Stream>,
}

impl Hub {
    /// A hub; `shared` when other nodes work on the same database.
    pub fn new(shared: bool) -> Self {
        Self {
            streams: Mutex::default(),
            unannounced: shared.then(Mutex::default),
            announce: Notify::new(),
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<AccountId, Vec<Arc<Stream>>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream for a session, with the token that has this hash.
    pub fn subscribe(
        self: &Arc<Self>,
        account_id: AccountId,
        session_id: SessionId,
        token: [u8; 32],
    ) -> Subscription {
        let stream = Arc::new(Stream {
            session_id,
            token,
            revision: AtomicU64::new(0),
            over: OnceLock::new(),
            wake: Notify::new(),
        });
        self.streams()
            .entry(account_id)
            .or_default()
            .push(Arc::clone(&stream));
        Subscription {
            hub: Arc::clone(self),
            account_id,
            stream,
        }
    }

    /// How many streams are open.
    pub fn open_streams(&self) -> usize {
        self.streams().values().map(Vec::len).sum()
    }

    /// Says, here and to the other nodes, that an account has a new revision. Call it after the commit.
    pub fn changed(&self, account_id: AccountId, revision: u64) {
        self.heard_revision(account_id, revision);
        if let Some(unannounced) = &self.unannounced {
            let mut waiting = unannounced.lock().unwrap_or_else(PoisonError::into_inner);
            let newest = waiting.entry(account_id).or_default();
            *newest = revision.max(*newest);
            self.announce.notify_one();
        }
    }

    /// Says to the streams of this node that an account has this revision.
    pub(super) fn heard_revision(&self, account_id: AccountId, revision: u64) {
        if let Some(streams) = self.streams().get(&account_id) {
            for stream in streams {
                if stream.revision.fetch_max(revision, Ordering::AcqRel) < revision {
                    stream.wake.notify_one();
                }
            }
        }
    }

    /// Says to the streams of a session on this node that it is over.
    pub fn ended(&self, account_id: AccountId, notice: &EndedNotice) {
        self.close(account_id, notice.session_id, Some(notice), |_| true);
    }

    /// Closes the streams of a session on this node that is in no table any more.
    pub(super) fn lost(&self, account_id: AccountId, session_id: SessionId) {
        self.close(account_id, session_id, None, |_| true);
    }

    /// Closes the streams of a session on this node that were opened with a token that does not open it any more.
    pub(crate) fn replaced(
        &self,
        account_id: AccountId,
        session_id: SessionId,
        opens: impl Fn(&[u8; 32]) -> bool,
    ) {
        self.close(account_id, session_id, None, |token| !opens(token));
    }

    fn close(
        &self,
        account_id: AccountId,
        session_id: SessionId,
        notice: Option<&EndedNotice>,
        which: impl Fn(&[u8; 32]) -> bool,
    ) {
        if let Some(streams) = self.streams().get(&account_id) {
            for stream in streams {
                if stream.session_id == session_id && which(&stream.token) {
                    let _ = stream.over.set(notice.cloned());
                    stream.wake.notify_one();
                }
            }
        }
    }

    /// The accounts with open streams.
    pub(super) fn accounts(&self) -> Vec<AccountId> {
        self.streams().keys().copied().collect()
    }

    /// The sessions of an account with open streams.
    pub(super) fn sessions(&self, account_id: AccountId) -> Vec<SessionId> {
        let streams = self.streams();
        let mut sessions: Vec<_> = streams
            .get(&account_id)
            .into_iter()
            .flatten()
            .map(|stream| stream.session_id)
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Takes what the other nodes are to be told.
    pub(super) fn take_unannounced(&self) -> HashMap<AccountId, u64> {
        self.unannounced
            .as_ref()
            .map_or_else(HashMap::new, |waiting| {
                std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner))
            })
    }
}

impl Subscription {
    /// Waits until there is news.
    pub async fn woken(&self) {
        self.stream.wake.notified().await;
    }

    /// The newest revision that was said, 0 when none was.
    pub fn revision(&self) -> u64 {
        self.stream.revision.load(Ordering::Acquire)
    }

    /// Set once the session is over, to the notice of its end if there is one.
    pub fn over(&self) -> Option<Option<&EndedNotice>> {
        self.stream.over.get().map(Option::as_ref)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        if let Some(of_account) = streams.get_mut(&self.account_id) {
            of_account.retain(|stream| !Arc::ptr_eq(stream, &self.stream));
            if of_account.is_empty() {
                streams.remove(&self.account_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::sessions::EndedReason;
    use latchkey_protocol::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn news_reach_the_account_and_endings_the_session() {
        let hub = Arc::new(Hub::new(false));
        let account = AccountId(Uuid::from_u128(1));
        let session = |number| SessionId(Uuid::from_u128(number));
        let (one, two) = (
            hub.subscribe(account, session(1), [1; 32]),
            hub.subscribe(account, session(2), [2; 32]),
        );
        let stranger = hub.subscribe(AccountId(Uuid::from_u128(2)), session(3), [3; 32]);
        hub.changed(account, 7);
        hub.changed(account, 5);
        one.woken().await;
        assert_eq!(
            (one.revision(), two.revision(), stranger.revision()),
            (7, 7, 0)
        );
        let notice = EndedNotice {
            session_id: session(2),
            at: Timestamp(1),
            reason: EndedReason::EndedByDevice,
            by_session_id: Some(session(1)),
            by_device_name: None,
        };
        hub.ended(account, &notice);
        assert_eq!((one.over(), two.over()), (None, Some(Some(&notice))));
        hub.replaced(account, session(1), |token| *token == [1; 32]);
        assert_eq!(one.over(), None);
        hub.replaced(account, session(1), |token| *token == [7; 32]);
        assert_eq!(one.over(), Some(None));
        drop((one, two, stranger));
        assert_eq!(hub.open_streams(), 0);
        assert!(hub.accounts().is_empty());
    }
}
