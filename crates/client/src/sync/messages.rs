//! What goes into the engine and what comes out of it.

use std::collections::BTreeMap;

use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::FieldProblem;
use latchkey_protocol::sessions::{EndedNotice, EndedReason};
use latchkey_protocol::sync::{Collection, Edit, EditOutcome, Head, Record, StreamEvent, SyncPage};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::outbox::OutboxItem;
use crate::changes::Topic;
use crate::stage::ParkedReason;
use crate::transport::CertificateProblem;

/// Where a device stands in its account's history. One row of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The revision up to which the cache knows everything. At 0 the next page replaces whatever the cache holds.
    pub cursor: u64,
    /// The account's highest revision heard of.
    pub revision: u64,
    /// When everything in the cache was last known to be current, by this device's clock.
    pub current_at: Option<Timestamp>,
    /// [`SyncPage::epoch`] of the newest page; 0 before the first.
    #[serde(default)]
    pub epoch: u64,
    /// [`SyncPage::head`] of the newest page.
    #[serde(default)]
    pub head: Head,
}

/// What the store held when this process began.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// This device's session; the end of any other is not obeyed.
    pub session_id: SessionId,
    /// [`Write::SetPosition`] of the last time; the default for an empty store.
    pub position: Position,
    /// All outbox items, in any order.
    pub outbox: Vec<OutboxItem>,
    /// Whether the store was found damaged. `position` is the default then, so that all records are fetched again.
    pub damaged: bool,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// First event of an engine.
    Started {
        /// Random: spreads the first wait.
        jitter: u16,
    },
    /// The timer of [`Effect::SetTimer`] with this number fired. Older numbers are ignored.
    TimerFired {
        /// For which way.
        way: Way,
        /// The timer's number.
        timer: u64,
        /// Random: spreads the next wait.
        jitter: u16,
    },
    /// The event stream answered 200.
    StreamOpened,
    /// It said something.
    Stream(StreamEvent),
    /// It sent a heartbeat.
    StreamAlive,
    /// It could not be opened, broke, closed or fell silent.
    StreamLost(Trouble),
    /// It could not be opened because this session is over.
    StreamRefused(SessionOver),
    /// A page arrived.
    PageFetched {
        /// [`Effect::FetchPage::request`].
        request: u64,
        /// The page.
        page: SyncPage,
    },
    /// A page did not arrive.
    PageFailed {
        /// [`Effect::FetchPage::request`].
        request: u64,
        /// Why.
        failure: PageFailure,
    },
    /// The person changed fields of one record. Persisted by the effects of this step, so the command has succeeded
    /// once they are performed.
    Edited {
        /// Which kind of record.
        collection: Collection,
        /// Which record.
        id: String,
        /// The new values, which have passed `check_edit`.
        fields: BTreeMap<String, EditedField>,
        /// A new random idempotency key, used when these fields need a new item.
        key: Uuid,
    },
    /// The server answered an edit.
    EditSent {
        /// [`Effect::SendEdit::key`].
        key: Uuid,
        /// The answer.
        outcome: EditOutcome,
    },
    /// An edit was not answered, or not with an outcome.
    EditFailed {
        /// [`Effect::SendEdit::key`].
        key: Uuid,
        /// Why.
        failure: EditFailure,
        /// A new random idempotency key, used when what remains of the edit must be sent as another.
        fresh_key: Uuid,
    },
    /// The person chose between two values.
    ConflictAnswered {
        /// Which kind of record.
        collection: Collection,
        /// Which record.
        id: String,
        /// Which field.
        field: String,
        /// Whether the value given here is the right one.
        keep_mine: bool,
        /// A new random idempotency key, used when this needs a new item.
        key: Uuid,
    },
    /// The person has read why a change was refused and gives it up.
    RefusalDismissed {
        /// Which kind of record.
        collection: Collection,
        /// Which record.
        id: String,
        /// Which field.
        field: String,
    },
    /// The person asks: don't wait for any timer, even if the server asked to.
    TryNow,
    /// There is something to fetch: don't wait for the timer. A server that asked for patience is still given it.
    SyncNow,
    /// The network came back, or the computer woke up: as [`Event::SyncNow`], and what was open or under way may be
    /// dead without having said so. All of it is restarted.
    LookAgain,
    /// A record in the store turned out damaged while this engine ran. Everything is fetched again; the outbox is
    /// written again from memory.
    Damaged,
}

/// One field of [`Event::Edited`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedField {
    /// The value wanted; trimmed by the engine.
    pub value: String,
    /// `FieldStamp::revision` of the field in the cached record, 0 when it has no stamp. When an earlier change of the
    /// field is under way, the engine knows better and ignores this.
    pub base_revision: u64,
}

/// One of the two ways to the server, each of which can fail on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The event stream.
    Stream,
    /// Everything that is asked and answered.
    Requests,
}

/// Why no answer that counts came from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, a timeout, a broken or silent stream.
    Unreachable,
    /// 429 or 503.
    Busy {
        /// Seconds to wait; respected up to an hour.
        retry_after_seconds: u32,
    },
    /// Any other status that no rule foresees, like 500.
    Fault,
    /// An answer that does not parse.
    Nonsense,
    /// The connection is not private.
    UntrustedCertificate(CertificateProblem),
    /// The proxy on the way wants a sign-in.
    ProxySignIn,
    /// Something answers in the server's place.
    SomethingElse,
}

/// This device's session is over, by the proven word of its own server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionOver {
    /// `session_ended`. Not obeyed when the notice names another session.
    Ended(EndedNotice),
    /// `session_unknown`, which says nothing of an end: nothing is destroyed for it.
    Unknown,
}

impl SessionOver {
    /// Why the session is put away for it; the notice of an ending that destroys otherwise.
    pub(crate) fn parks(self) -> Result<ParkedReason, EndedNotice> {
        match self {
            Self::Unknown => Ok(ParkedReason::SessionUnknown),
            Self::Ended(notice) if notice.reason == EndedReason::ServerRestored => {
                Ok(ParkedReason::ServerRestored)
            }
            Self::Ended(notice) => Err(notice),
        }
    }
}

/// Why a page did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageFailure {
    /// It is tried again.
    Trouble(Trouble),
    /// It is over.
    SessionOver(SessionOver),
}

/// Why an edit has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditFailure {
    /// It is sent again, the same with the same key.
    Trouble(Trouble),
    /// It is over.
    SessionOver(SessionOver),
    /// `invalid_fields`: the refused fields stay with their reason, the others are sent as a new edit.
    InvalidFields(Vec<FieldProblem>),
    /// `not_found`: the record is gone.
    NotFound,
    /// `on_probation`: the value stays until this device is approved and it is given again.
    OnProbation,
    /// `idempotency_key_reused`: sent again with another key.
    KeyReused,
    /// Any other 4xx: the same edit would never be accepted.
    Rejected,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// All of it in one transaction, durable before the next effect. At most one in a step, and the first.
    Persist(Vec<Write>),
    /// Tells the user interface to load these topics again.
    Announce(Vec<Topic>),
    /// `GET /v1/events`. Replaces a stream that is still open.
    OpenStream,
    /// `GET /v1/sync?after=`.
    FetchPage {
        /// Comes back with the answer. Unique in one engine.
        request: u64,
        /// The cursor.
        after: u64,
    },
    /// `POST /v1/edits` with `Idempotency-Key: key`.
    SendEdit {
        /// The key.
        key: Uuid,
        /// The body.
        edit: Edit,
    },
    /// Send [`Event::TimerFired`] after this long. Replaces the timer set before for the same way.
    SetTimer {
        /// Which of the two timers there are.
        way: Way,
        /// Comes back with the event.
        timer: u64,
        /// Microseconds.
        after: u64,
    },
    /// The session has ended: destroy store and key at once. The last effect of an engine.
    Destroy {
        /// How.
        ended: EndedNotice,
        /// Changes in the outbox that are gone with it.
        lost_changes: u32,
    },
    /// The server does not go on with the session: keep store and key, and show nothing until the person signs in
    /// again. The last effect of an engine.
    Park {
        /// Why.
        reason: ParkedReason,
        /// Changes in the outbox that wait.
        waiting_changes: u32,
    },
}

/// One change of the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Remove every record. The outbox stays.
    ForgetAllRecords,
    /// Insert or replace these; one without a body is removed.
    PutRecords(Vec<Record>),
    /// Replace the position.
    SetPosition(Position),
    /// Insert or replace the item with this number.
    PutOutboxItem(OutboxItem),
    /// Remove the item with this number; it may be absent.
    RemoveOutboxItem {
        /// [`OutboxItem::number`].
        number: u64,
    },
}
