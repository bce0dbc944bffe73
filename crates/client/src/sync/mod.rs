//! How this device and its server come to agree: a pure state machine, so that a seeded simulation can run it through
//! partitions, lost and repeated messages and crashes.
//!
//! [`engine::Engine::step`] takes one [`Event`] and gives [`Effect`]s. It has no clock, no randomness and no I/O. Whoever
//! drives it (the driver) keeps these promises:
//!
//! 1. At start it loads [`Loaded`] from the store, makes an engine and sends [`Event::Started`].
//! 2. Effects are performed in their order. [`Effect::Persist`] is ONE transaction that is durable before the next
//!    effect begins. When it fails, the effects after it are dropped and so is the engine: load and start again, as
//!    after a crash. That is also the whole of crash recovery.
//! 3. Every [`Effect::FetchPage`] and [`Effect::SendEdit`] is answered by one event in a bounded time (the driver's
//!    request timeout). Repeated and late answers do no harm.
//! 4. There are two timers, one for each [`Way`]. Every [`Effect::OpenStream`] is answered by [`Event::StreamOpened`] or [`Event::StreamLost`]; a stream without an
//!    event or heartbeat for three heartbeats is lost.
//! 5. The base revision of an edit is read from the cached record under the same lock in which the engine steps.
//! 6. After [`Effect::Destroy`] or [`Effect::Park`] the engine answers nothing any more.

pub mod backoff;
pub mod engine;
pub mod messages;
pub mod outbox;
pub mod overlay;

pub use engine::Engine;
pub use messages::{
    EditFailure, EditedField, Effect, Event, Loaded, PageFailure, Position, SessionOver, Trouble,
    Way, Write,
};
pub use outbox::{ItemState, LocalField, Outbox, OutboxItem, Refusal};
pub use overlay::{Shown, conflict_view, overlay, refused_views, stamp_of};
