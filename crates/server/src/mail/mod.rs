//! Mails: queued in the transaction that causes them, sent by a worker, and shown to the account as what became of them.
//!
//! A mail is sent at least once. The worker claims it in one transaction, hands it over, and notes that it was sent in
//! another; a process that dies in between leaves a claim that runs out, and the mail goes again. Into the outbox
//! folder it goes under the same file name, so there it stays one mail; over SMTP it can arrive twice, with a new link
//! in the second, which replaces the first one's.
//!
//! A change of the account locks the account before it touches its mails, the worker too: so the two never wait for each
//! other in a circle.
//!
//! # Adding a mail
//!
//! A [`Kind`], its texts in `words/`, its arms in `content`; when it carries a link, its arm in `prepare`, which mints the
//! token at the moment of sending.

mod again;
mod bounces;
mod budget;
mod claim;
mod content;
mod delivery;
mod envelope;
mod history;
mod housekeeping;
mod prepare;
mod queue;
mod recipient_limits;
mod render;
mod report;
mod settle;
mod warning;
mod worker;

pub use latchkey_protocol::mail::MailKind as Kind;
use utoipa_axum::routes;

pub use self::bounces::{BounceError, REPORT_MAXIMUM, Received};
pub(crate) use self::budget::Budget;
pub(crate) use self::content::below;
pub use self::delivery::{Post, PostError};
pub(crate) use self::housekeeping::forget_old;
pub use self::prepare::Prepared;
pub use self::queue::{Parameters, confirmed_recipients, notify_all, queue, queue_link, withdraw};
pub(crate) use self::queue::{move_about, notify_some};
pub(crate) use self::recipient_limits::forget_old as forget_old_limits;
pub use self::report::{ReportError, take_report};
pub use self::worker::{deliver_due, run};
use crate::access::Routes;

/// Sending again.
pub(crate) fn router() -> Routes {
    Routes::new().routes(routes!(again::send_again))
}
