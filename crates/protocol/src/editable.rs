//! Records with fields that may be edited offline: each kind is one declaration ([`crate::editable!`]), from which the
//! rules on both sides, the merge with its stamps, the edit that a form asks for and the names of the fields follow.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::activity::ChangedField;
use crate::problem::FieldCode;
use crate::profile::Profile;
use crate::sessions::Session;
use crate::sync::{Collection, CurrentField, Edit, FieldConflict, FieldStamp, merge};

/// The kinds of records with fields that may be edited offline.
const KINDS: [Kind; 2] = [Kind::of::<Profile>(), Kind::of::<Session>()];

/// A field that may be edited offline.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its rule, for a value as it is stored.
    pub check: fn(&str) -> Result<(), FieldCode>,
}

/// The body of a record with fields that may be edited offline. Made by [`crate::editable!`].
pub trait Editable: Serialize + DeserializeOwned + Send + Sync {
    /// A value for each field; `None` leaves it alone.
    type Edit: Send + Sync;

    /// The kind of the record.
    const COLLECTION: Collection;

    /// The fields, in the order in which an edit is told of.
    const FIELDS: &'static [Field];

    /// Each field with its value.
    fn values(&self) -> Vec<(&'static str, &str)>;

    /// A field's value.
    fn value_mut(&mut self, name: &str) -> Option<&mut String>;

    /// When and where each field was last changed.
    fn stamps(&self) -> &BTreeMap<String, FieldStamp>;

    /// The same, to be changed.
    fn stamps_mut(&mut self) -> &mut BTreeMap<String, FieldStamp>;

    /// The fields that an edit sets.
    fn wanted(edit: Self::Edit) -> Vec<(&'static str, String)>;

    /// The edit that sets these.
    fn edit_of(fields: BTreeMap<String, String>) -> Self::Edit;
}

/// What an edit did to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied<E> {
    /// What was set.
    pub accepted: E,
    /// The same with the values before.
    pub changed: Vec<ChangedField>,
    /// What another device has changed in the meantime, which stays as it is.
    pub conflicts: Vec<FieldConflict>,
}

/// Applies an edit to a record, as [`merge`] says, and puts `stamp` on what it sets.
pub fn apply<T: Editable>(record: &mut T, edit: &Edit, stamp: &FieldStamp) -> Applied<T::Edit> {
    let never = FieldStamp::default();
    let current = record
        .values()
        .into_iter()
        .map(|(name, value)| {
            let stamp = record.stamps().get(name).unwrap_or(&never);
            (name, CurrentField { value, stamp })
        })
        .collect();
    let merge = merge(&current, edit);
    let changed = record
        .values()
        .into_iter()
        .filter_map(|(name, before)| {
            let after = merge.accepted.get(name)?;
            Some(ChangedField::new(name, before, after))
        })
        .collect();
    for (name, after) in &merge.accepted {
        if let Some(value) = record.value_mut(name) {
            value.clone_from(after);
        }
        record.stamps_mut().insert(name.clone(), stamp.clone());
    }
    Applied {
        accepted: T::edit_of(merge.accepted),
        changed,
        conflicts: merge.conflicts,
    }
}

/// The fields of records of this kind that may be edited offline.
pub fn fields_of(collection: Collection) -> &'static [Field] {
    KINDS
        .iter()
        .find(|kind| kind.collection == collection)
        .map_or(&[], |kind| kind.fields)
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    collection: Collection,
    fields: &'static [Field],
}

impl Kind {
    const fn of<T: Editable>() -> Self {
        Self {
            collection: T::COLLECTION,
            fields: T::FIELDS,
        }
    }
}

/// Declares the fields of a record that may be edited offline, each with its rule. The record has them, of type `String`,
/// and `stamps`. What is declared is the type of an edit of the record; the name of a field on the wire is a constant
/// of it.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use latchkey_protocol::editable::{Editable, apply};
/// use latchkey_protocol::problem::FieldCode;
/// use latchkey_protocol::sync::{Collection, Edit, FieldEdit, FieldStamp};
/// use latchkey_protocol::{editable, text};
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Card {
///     company: String,
///     street: String,
///     city: String,
///     stamps: BTreeMap<String, FieldStamp>,
/// }
///
/// fn line(value: &str) -> Result<(), FieldCode> {
///     text::check_line(value, 0, 80)
/// }
///
/// editable! {
///     #[derive(Debug, PartialEq)]
///     struct CardEdit of Card in Collection::Profile {
///         company: line,
///         street: line,
///         city: line,
///     }
/// }
///
/// let mut card = Card::default();
/// let wanted = FieldEdit { value: "Ghent".into(), base_revision: 0 };
/// let edit = Edit {
///     collection: Card::COLLECTION,
///     id: String::new(),
///     fields: BTreeMap::from([(CardEdit::city.into(), wanted)]),
/// };
/// let applied = apply(&mut card, &edit, &FieldStamp { revision: 3, ..FieldStamp::default() });
/// assert_eq!(applied.accepted.city.as_deref(), Some("Ghent"));
/// assert_eq!((card.city.as_str(), card.stamps["city"].revision), ("Ghent", 3));
/// assert!(card.stamps.get(CardEdit::street).is_none());
/// ```
#[macro_export]
macro_rules! editable {
    (
        $(#[$about:meta])*
        $visibility:vis struct $edit:ident of $record:ident in $collection:path {
            $($(#[$about_field:meta])* $field:ident: $check:path),+ $(,)?
        }
    ) => {
        $(#[$about])*
        $visibility struct $edit {
            $($(#[$about_field])* $visibility $field: Option<String>,)+
        }

        #[allow(non_upper_case_globals, dead_code)]
        impl $edit {
            $(#[doc = concat!("The name of `", stringify!($field), "` on the wire.")]
            $visibility const $field: &'static str = stringify!($field);)+
        }

        impl $crate::editable::Editable for $record {
            type Edit = $edit;

            const COLLECTION: $crate::sync::Collection = $collection;

            const FIELDS: &'static [$crate::editable::Field] = &[
                $($crate::editable::Field { name: stringify!($field), check: $check },)+
            ];

            fn values(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($field), self.$field.as_str()),)+]
            }

            fn value_mut(&mut self, name: &str) -> Option<&mut String> {
                match name {
                    $(stringify!($field) => Some(&mut self.$field),)+
                    _ => None,
                }
            }

            fn stamps(&self) -> &std::collections::BTreeMap<String, $crate::sync::FieldStamp> {
                &self.stamps
            }

            fn stamps_mut(&mut self) -> &mut std::collections::BTreeMap<String, $crate::sync::FieldStamp> {
                &mut self.stamps
            }

            fn wanted(edit: $edit) -> Vec<(&'static str, String)> {
                [$((stringify!($field), edit.$field),)+]
                    .into_iter()
                    .filter_map(|(name, value)| value.map(|value| (name, value)))
                    .collect()
            }

            fn edit_of(mut fields: std::collections::BTreeMap<String, String>) -> $edit {
                $edit { $($field: fields.remove(stringify!($field)),)+ }
            }
        }
    };
}
