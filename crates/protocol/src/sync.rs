//! How devices and server come to agree: records, edits, and the rule by which edits meet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identifiers::SessionId;
use crate::problem::{FieldCode, FieldProblem};
use crate::sessions::EndedNotice;
use crate::time::Timestamp;
use crate::{editable, text};

/// The most records in one [`SyncPage`].
pub const PAGE_MAXIMUM: u32 = 1_000;

/// The kind of a record. Its name on the wire is also the key in the cache.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// [`crate::profile::Profile`], one record whose id is the account's.
    Profile,
    /// [`crate::contacts::Email`].
    Emails,
    /// [`crate::sessions::Session`].
    Sessions,
    /// [`crate::activity::ActivityEntry`].
    Activity,
    /// [`crate::mail::Mail`].
    Mails,
    /// [`crate::second_factor::SecondFactor`], one record whose id is the account's; none before it was first on.
    SecondFactor,
    /// [`crate::email_change::EmailChange`].
    EmailChanges,
    /// [`crate::password::Password`], one record whose id is the account's; none before the password was first changed.
    Password,
    /// [`crate::passkeys::Passkey`].
    Passkeys,
}

impl Collection {
    /// All variants.
    pub const ALL: [Self; 9] = [
        Self::Profile,
        Self::Emails,
        Self::Sessions,
        Self::Activity,
        Self::Mails,
        Self::SecondFactor,
        Self::EmailChanges,
        Self::Password,
        Self::Passkeys,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Emails => "emails",
            Self::Sessions => "sessions",
            Self::Activity => "activity",
            Self::Mails => "mails",
            Self::SecondFactor => "second_factor",
            Self::EmailChanges => "email_changes",
            Self::Password => "password",
            Self::Passkeys => "passkeys",
        }
    }

    /// The collection with this name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|collection| collection.name() == name)
    }
}

/// One record of an account, at one revision.
///
/// A device keeps records of collections it does not know, so that a newer server can serve an older app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Record {
    /// A [`Collection::name`], or one that only newer versions know.
    pub collection: String,
    /// A UUID as text.
    pub id: String,
    /// The account's revision in which it last changed. No two records of an account share one.
    pub revision: u64,
    /// The body; `None` when the record was deleted.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
}

/// The answer of `GET /v1/sync?after=N&limit=L`: the records changed since revision `N`, oldest change first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SyncPage {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page starts: the revision up to which this device now knows everything.
    pub next: u64,
    /// The account's revision when the page was read; the device is current once `next` is this.
    pub revision: u64,
    /// Grows when the server is restored from a backup: the device then fetches all records again. Revisions that are
    /// given in a new epoch are above all that were given before ([`first_revision`]).
    pub epoch: u64,
    /// The server's sealed note that it was at `next` in this epoch. The device stores it and sends it with its next
    /// request ([`HEAD_HEADER`]): a server that has never been there, yet wrote the note, was restored from a backup.
    pub head: Head,
}

/// The least revision of an account in an epoch after the first. Epochs are seconds since 1970, or grow by one where
/// the clock is behind: no account has a million changes in either.
pub const fn first_revision(epoch: u64) -> u64 {
    epoch.saturating_mul(1_000_000)
}

/// The header with which a device sends the newest [`Head`] it has received.
pub const HEAD_HEADER: &str = "latchkey-head";

/// A server's own sealed note of an account's epoch and revision: `EPOCH.REVISION.ACCOUNT.SEAL`, at most 200
/// characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Head(pub String);

impl Head {
    /// Epoch and revision, as far as they can be read.
    fn place(&self) -> Option<(u64, u64)> {
        let (epoch, rest) = self.0.split_once('.')?;
        Some((epoch.parse().ok()?, rest.split('.').next()?.parse().ok()?))
    }

    /// Whether it is later than `other`. A head that can't be read never is.
    pub fn is_beyond(&self, other: &Self) -> bool {
        self.place() > other.place()
    }
}

/// When, where and in which revision a field was last changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldStamp {
    /// The account's revision with which it changed.
    pub revision: u64,
    /// The server's clock then.
    pub at: Timestamp,
    /// The device that changed it.
    pub by_session_id: Option<SessionId>,
    /// That device's name at that time.
    pub by_device_name: Option<String>,
}

/// A change of some fields of one record: the body of `POST /v1/edits`, which answers 200 with [`EditOutcome`]. Sent
/// with an `Idempotency-Key` header, so that it counts once however often it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The kind of record.
    pub collection: Collection,
    /// The record's id.
    pub id: String,
    /// The new values by field name; at least one.
    pub fields: BTreeMap<String, FieldEdit>,
}

/// The new value of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldEdit {
    /// The value that the person wants.
    pub value: String,
    /// The revision of this field ([`FieldStamp::revision`]) that the person saw when changing it.
    pub base_revision: u64,
}

/// The result of an [`Edit`]. Fields that are not among the conflicts hold the wanted value now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EditOutcome {
    /// The record's revision afterwards; that of its accepted fields, unless they held the value already.
    pub revision: u64,
    /// The fields that another device has changed to a different value since `base_revision`. They stay as they are.
    pub conflicts: Vec<FieldConflict>,
    /// That the server was at the account's revision afterwards, as in [`SyncPage::head`]. Empty in an answer that was
    /// given by an earlier version, and is given again.
    #[serde(default)]
    pub head: Head,
}

/// A field that two devices changed to different values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldConflict {
    /// The field.
    pub field: String,
    /// What the server holds.
    pub value: String,
    /// Whose that is; its revision is the base for an edit that overrules it.
    pub stamp: FieldStamp,
}

/// What a field holds on the server when an edit arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentField<'a> {
    /// Its value.
    pub value: &'a str,
    /// When it was last changed; the default when it never was.
    pub stamp: &'a FieldStamp,
}

/// How an edit meets a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    /// Fields to set, with a new stamp.
    pub accepted: BTreeMap<String, String>,
    /// Fields that another device has changed in the meantime.
    pub conflicts: Vec<FieldConflict>,
}

/// The rule by which edits meet: a field is set when nobody changed it since the person saw it; a field that already
/// holds the wanted value is settled; anything else is a conflict for the person to decide. Fields that `current` does
/// not hold are ignored here: [`check_edit`] refuses them.
pub fn merge(current: &BTreeMap<&str, CurrentField<'_>>, edit: &Edit) -> Merge {
    let mut merge = Merge::default();
    for (name, wanted) in &edit.fields {
        let Some(field) = current.get(name.as_str()) else {
            continue;
        };
        if field.value == wanted.value {
            continue;
        }
        if field.stamp.revision <= wanted.base_revision {
            merge.accepted.insert(name.clone(), wanted.value.clone());
        } else {
            merge.conflicts.push(FieldConflict {
                field: name.clone(),
                value: field.value.to_owned(),
                stamp: field.stamp.clone(),
            });
        }
    }
    merge
}

/// The rules of every field that may be edited offline. Values are stored as [`FieldEdit::value`] after
/// [`trimmed`].
pub fn check_edit(edit: &Edit) -> Vec<FieldProblem> {
    if edit.fields.is_empty() {
        return vec![FieldProblem::new("fields", FieldCode::Required)];
    }
    let fields = editable::fields_of(edit.collection);
    let check = |name: &str, value: &str| {
        let field = fields.iter().find(|field| field.name == name);
        field.map_or(Err(FieldCode::NotAChoice), |field| (field.check)(value))
    };
    edit.fields
        .iter()
        .filter_map(|(name, field)| {
            check(name, &field.value)
                .err()
                .map(|code| FieldProblem::new(name, code))
        })
        .collect()
}

/// The edit with every value as it is stored ([`text::line`]).
#[must_use]
pub fn trimmed(mut edit: Edit) -> Edit {
    for field in edit.fields.values_mut() {
        field.value = text::line(&field.value).to_owned();
    }
    edit
}

/// What the event stream `GET /v1/events` says (`text/event-stream`, WHATWG HTML section 9.2). It carries no data of
/// the account. The SSE `event` is the variant's name in snake case, `data` the JSON of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// `event: revision`, `data: 42`: the account has this revision now. The first event of every stream.
    Revision(u64),
    /// `event: ended`, `data:` an [`EndedNotice`]: this session is over. The last event of its stream.
    Ended(EndedNotice),
}

impl StreamEvent {
    /// The SSE `event` and `data` fields.
    pub fn to_fields(&self) -> (&'static str, String) {
        match self {
            Self::Revision(revision) => ("revision", revision.to_string()),
            Self::Ended(notice) => ("ended", serde_json::to_string(notice).unwrap_or_default()),
        }
    }

    /// From the SSE fields; `None` for an event that this version does not know or whose data is malformed.
    pub fn from_fields(event: &str, data: &str) -> Option<Self> {
        match event {
            "revision" => data.trim().parse().ok().map(Self::Revision),
            "ended" => serde_json::from_str(data).ok().map(Self::Ended),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(revision: u64) -> FieldStamp {
        FieldStamp {
            revision,
            ..FieldStamp::default()
        }
    }

    fn edit(fields: &[(&str, &str, u64)]) -> Edit {
        let fields = fields
            .iter()
            .map(|(name, value, base)| {
                (
                    (*name).to_owned(),
                    FieldEdit {
                        value: (*value).to_owned(),
                        base_revision: *base,
                    },
                )
            })
            .collect();
        Edit {
            collection: Collection::Profile,
            id: String::new(),
            fields,
        }
    }

    #[test]
    fn disjoint_fields_merge_and_the_same_field_is_a_conflict() {
        let (name, zone) = (stamp(7), stamp(3));
        let current = BTreeMap::from([
            (
                "display_name",
                CurrentField {
                    value: "Anna",
                    stamp: &name,
                },
            ),
            (
                "time_zone",
                CurrentField {
                    value: "UTC",
                    stamp: &zone,
                },
            ),
        ]);
        let merge = merge(
            &current,
            &edit(&[("display_name", "Ann", 5), ("time_zone", "Europe/Paris", 5)]),
        );
        assert_eq!(
            merge.accepted,
            BTreeMap::from([("time_zone".into(), "Europe/Paris".into())])
        );
        assert_eq!(
            merge.conflicts,
            [FieldConflict {
                field: "display_name".into(),
                value: "Anna".into(),
                stamp: stamp(7)
            }]
        );
    }

    #[test]
    fn heads_are_compared_by_epoch_and_revision() {
        let head = |text: &str| Head(text.to_owned());
        for (one, other) in [
            ("1.10.a.s", "1.9.b.t"),
            ("2.1.a.s", "1.9.a.s"),
            ("1.1.a.s", ""),
        ] {
            assert!(head(one).is_beyond(&head(other)), "{one}");
            assert!(!head(other).is_beyond(&head(one)), "{other}");
            assert!(!head(one).is_beyond(&head(one)), "{one}");
        }
        assert!(!head("x").is_beyond(&head("")));
    }

    #[test]
    fn the_same_value_twice_is_no_conflict() {
        let name = stamp(7);
        let current = BTreeMap::from([(
            "display_name",
            CurrentField {
                value: "Anna",
                stamp: &name,
            },
        )]);
        assert_eq!(
            merge(&current, &edit(&[("display_name", "Anna", 1)])),
            Merge::default()
        );
    }

    #[test]
    fn only_the_fields_of_the_list_can_be_edited() {
        assert_eq!(
            check_edit(&edit(&[("username", "root", 1)])),
            [FieldProblem::new("username", FieldCode::NotAChoice)]
        );
        assert_eq!(
            check_edit(&edit(&[])),
            [FieldProblem::new("fields", FieldCode::Required)]
        );
        assert_eq!(check_edit(&edit(&[("display_name", "Anna", 1)])), []);
    }

    #[test]
    fn stream_events_survive_the_wire() {
        let event = StreamEvent::Revision(42);
        let (name, data) = event.to_fields();
        assert_eq!(StreamEvent::from_fields(name, &data), Some(event));
        assert_eq!(StreamEvent::from_fields("revision", "not a number"), None);
        assert_eq!(StreamEvent::from_fields("newer", "{}"), None);
    }
}
