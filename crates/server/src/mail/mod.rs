//! Mails: queued as a [job](crate::jobs) in the transaction that causes them, and shown to the account as what became of
//! them.
//!
//! A mail is sent at least once. It is taken in one transaction, handed over, and noted as sent in another; a process that
//! dies in between leaves a lease that runs out, and the mail goes again. Into the outbox
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
mod deliver;
mod delivery;
mod envelope;
mod history;
mod prepare;
mod queue;
mod recipient_limits;
mod render;
mod report;
mod settle;
mod tidy;
mod warning;

pub use latchkey_protocol::mail::MailKind as Kind;
use utoipa_axum::routes;

pub use self::bounces::{BounceError, REPORT_MAXIMUM, Received};
pub(crate) use self::budget::Budget;
pub(crate) use self::content::below;
pub use self::deliver::DELIVERY;
pub use self::delivery::{Post, PostError};
pub use self::prepare::Prepared;
pub(crate) use self::queue::notify_some;
pub use self::queue::{Parameters, confirmed_recipients, notify_all, queue, queue_link, withdraw};
pub use self::report::{ReportError, take_report};
use crate::access::Routes;
use crate::jobs;
use crate::slice::Slice;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    jobs: &[&DELIVERY, &bounces::BOUNCED],
    tidy: &[jobs::Kind::minutely("tidy-mails", |state| {
        Box::pin(async move { tidy::tidy(&state).await })
    })],
    ..Slice::NONE
};

/// Sending again.
fn router() -> Routes {
    Routes::new().routes(routes!(again::send_again))
}
