//! The profile screen.

use std::collections::BTreeMap;

use latchkey_protocol::contacts::Email;
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sync::{Collection, Edit, FieldEdit, check_edit, trimmed};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::{Client, invalid};
use crate::driver::Command;
use crate::failure::{Failure, FailureCode};
use crate::questions::{ConflictView, RefusedView};

/// What the profile screen shows: the server's values with the waiting edits laid over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProfileView {
    /// How the person wants to be called.
    pub display_name: String,
    /// The name to sign in with.
    pub username: String,
    /// BCP 47 tag.
    pub language: String,
    /// IANA time zone name.
    pub time_zone: String,
    /// When the account was created.
    pub created_at: Timestamp,
    /// The primary address, if there is one.
    pub primary_email: Option<String>,
    /// Names of the fields with a change that the server has not confirmed.
    pub waiting_fields: Vec<String>,
    /// What the person has to choose between.
    pub conflicts: Vec<ConflictView>,
    /// Values that the server will not have.
    pub refused: Vec<RefusedView>,
}

/// The editable fields; `None` leaves a field alone.
#[derive(Clone, Debug, Default, Deserialize, specta::Type)]
pub struct ProfileForm {
    /// How the person wants to be called.
    pub display_name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// IANA time zone name.
    pub time_zone: Option<String>,
    /// What the form showed when the person began to type; `None` where that is what is shown now.
    pub seen: Option<ProfileSeen>,
}

/// The values that a form of the profile showed before the person changed them. One that changed elsewhere meanwhile is
/// asked about, never overwritten unseen.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ProfileSeen {
    /// How the person wants to be called.
    pub display_name: String,
    /// BCP 47 tag.
    pub language: String,
    /// IANA time zone name.
    pub time_zone: String,
}

/// One field of an edit.
pub(crate) struct WantedField {
    pub(crate) field: String,
    pub(crate) value: String,
    /// What the person saw, where that may not be what is shown now.
    pub(crate) seen: Option<String>,
}

impl Client {
    /// The profile; [`FailureCode::NotFound`] until the first sync is through.
    pub async fn profile(&self) -> Result<ProfileView, Failure> {
        let account = self.account().await?;
        let id = account.stored.account_id.to_string();
        let record = account
            .shown::<Profile>(Collection::Profile, &id)
            .await?
            .ok_or(FailureCode::NotFound)?;
        let emails = account.all_shown::<Email>(Collection::Emails).await?;
        let (profile, shown) = (record.body, record.shown);
        Ok(ProfileView {
            display_name: profile.display_name,
            username: profile.username,
            language: profile.language,
            time_zone: profile.time_zone,
            created_at: profile.created_at,
            primary_email: emails
                .into_iter()
                .find(|(_, email)| email.body.primary)
                .map(|(_, email)| email.body.address),
            waiting_fields: shown.waiting_fields,
            conflicts: shown.conflicts,
            refused: shown.refused,
        })
    }

    /// Changes the profile, with or without a network. Once it returns, the change outlasts a crash.
    pub async fn edit_profile(&self, form: ProfileForm) -> Result<(), Failure> {
        let account = self.account().await?;
        let (name, language, time_zone) = match form.seen {
            Some(seen) => (
                Some(seen.display_name),
                Some(seen.language),
                Some(seen.time_zone),
            ),
            None => (None, None, None),
        };
        let fields = [
            ("display_name", form.display_name, name),
            ("language", form.language, language),
            ("time_zone", form.time_zone, time_zone),
        ];
        let fields: Vec<WantedField> = fields
            .into_iter()
            .filter_map(|(field, value, seen)| {
                let field = field.to_owned();
                value.map(|value| WantedField { field, value, seen })
            })
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let id = account.stored.account_id.to_string();
        self.edit(Collection::Profile, id, fields).await
    }

    /// Changes fields of a record that may be edited offline, by the rules of the protocol.
    pub(crate) async fn edit(
        &self,
        collection: Collection,
        id: String,
        mut fields: Vec<WantedField>,
    ) -> Result<(), Failure> {
        let account = self.account().await?;
        let wanted: BTreeMap<String, FieldEdit> = fields
            .iter()
            .map(|WantedField { field, value, .. }| {
                let wanted = FieldEdit {
                    value: value.clone(),
                    base_revision: 0,
                };
                (field.clone(), wanted)
            })
            .collect();
        let edit = trimmed(Edit {
            collection,
            id,
            fields: wanted,
        });
        let problems = check_edit(&edit);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        for field in &mut fields {
            if let Some(trimmed) = edit.fields.get(&field.field) {
                field.value.clone_from(&trimmed.value);
            }
        }
        account
            .ask(|done| Command::Edit {
                collection,
                id: edit.id,
                fields,
                done,
            })
            .await
    }
}
