//! The queue of what is done after a commit, or again and again: one for everything, on both databases, for any number of
//! nodes.
//!
//! A job is a row, written in the transaction that asks for it ([`Change::schedule`](crate::sync::Change::schedule)): it is
//! there with the change, or not at all. A job that is done is deleted; one that fails is tried again, less and less often,
//! for a day, and then stays as failed. Each kind has its own workers, so that none waits for another one.
//!
//! # Adding a kind
//!
//! A `static` of the type [`Kind`] in the slice whose work it is, named by its `SLICE`. Most are
//! [`Kind::once`]: what they do and the end of the job are one transaction, which a node that dies in between leaves undone.
//! What reaches out of the database is [`Work::Outside`]: it holds a lease meanwhile, and may happen twice when a node dies.
//! What is done again and again is [`Kind::every`].

mod due;
mod kind;
mod queue;
mod tidy;
mod turn;
mod worker;

pub use self::due::Due;
pub use self::kind::{Kind, Outcome, Work};
pub(crate) use self::queue::schedule;
pub use self::queue::{Bells, Job};
pub(crate) use self::tidy::SLICE;
pub(crate) use self::tidy::dealt_with;
pub use self::tidy::tidy;
pub use self::turn::Turn;
pub use self::worker::work_off;
pub(crate) use self::worker::{release_left_behind, run};
