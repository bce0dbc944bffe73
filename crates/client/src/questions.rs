//! What the person has to look at before it is settled: values that two devices gave, and values that the server will
//! not have.

use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::sync::{OutboxItem, Refusal, conflict_view, refused_views};

/// One field that was changed here and elsewhere to different values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConflictView {
    /// The record: a collection's name and an id.
    pub collection: String,
    /// The record's id.
    pub id: String,
    /// The field, like `display_name`.
    pub field: String,
    /// The value given here.
    pub mine: String,
    /// When it was given here.
    pub mine_at: Timestamp,
    /// The value the server holds.
    pub theirs: String,
    /// When that was given.
    pub theirs_at: Timestamp,
    /// What the device that gave it was called.
    pub theirs_device_name: Option<String>,
}

/// The answer to a conflict.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ConflictAnswer {
    /// [`ConflictView::collection`].
    pub collection: String,
    /// [`ConflictView::id`].
    pub id: String,
    /// [`ConflictView::field`].
    pub field: String,
    /// Whether the value given here is the right one.
    pub keep_mine: bool,
    /// The two values that the person chose between. When one of them has changed meanwhile nothing is settled, and
    /// the answer is [`FailureCode::ChangedMeanwhile`].
    pub seen: ConflictSeen,
}

/// The two values of a conflict as they were shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ConflictSeen {
    /// [`ConflictView::mine`].
    pub mine: String,
    /// [`ConflictView::theirs`].
    pub theirs: String,
}

/// A value given here that the server will not have. It is shown in its field until the person gives another or gives
/// it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RefusedView {
    /// The record: a collection's name and an id.
    pub collection: String,
    /// The record's id.
    pub id: String,
    /// The field, like `display_name`.
    pub field: String,
    /// The value given here.
    pub value: String,
    /// When it was given here.
    pub at: Timestamp,
    /// Why the server will not have it.
    pub reason: Refusal,
}

/// Which refused value to give up.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct RefusalChoice {
    /// [`RefusedView::collection`].
    pub collection: String,
    /// [`RefusedView::id`].
    pub id: String,
    /// [`RefusedView::field`].
    pub field: String,
}

impl Client {
    /// Settles a conflict. That it is settled already is a success.
    pub async fn answer_conflict(&self, answer: ConflictAnswer) -> Result<(), Failure> {
        let account = self.account().await?;
        let collection = collection(&answer.collection)?;
        account
            .ask(|done| Command::AnswerConflict {
                collection,
                answer,
                done,
            })
            .await
    }

    /// Gives up a value that the server will not have: the server's own is shown again. That it is given up already, or
    /// another was given in its place, is a success.
    pub async fn dismiss_refusal(&self, which: RefusalChoice) -> Result<(), Failure> {
        let account = self.account().await?;
        let collection = collection(&which.collection)?;
        account
            .ask(|done| Command::DismissRefusal {
                collection,
                id: which.id,
                field: which.field,
                done,
            })
            .await
    }
}

/// All conflicts that are to be answered.
pub(crate) fn conflicts(outbox: &[OutboxItem]) -> Vec<ConflictView> {
    outbox.iter().filter_map(conflict_view).collect()
}

/// All values that the server will not have.
pub(crate) fn refusals(outbox: &[OutboxItem]) -> Vec<RefusedView> {
    outbox.iter().flat_map(refused_views).collect()
}

fn collection(name: &str) -> Result<Collection, FailureCode> {
    Collection::named(name).ok_or(FailureCode::NotFound)
}
