//! The profile screen.

use std::collections::BTreeMap;

use latchkey_protocol::contacts::Email;
use latchkey_protocol::editable::Editable;
use latchkey_protocol::profile::{Profile, ProfileEdit};
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

/// A change of the profile.
#[derive(Clone, Debug, Default, Deserialize, specta::Type)]
pub struct ProfileForm {
    /// The new values.
    pub edit: ProfileEdit,
    /// What the form showed before the person changed it; `None` where that is what is shown now. A value that changed
    /// elsewhere meanwhile is asked about, never overwritten unseen.
    pub seen: Option<ProfileEdit>,
}

impl From<ProfileEdit> for ProfileForm {
    fn from(edit: ProfileEdit) -> Self {
        Self { edit, seen: None }
    }
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
        let id = account.stored.account_id.to_string();
        self.edit::<Profile>(id, form.edit, form.seen).await
    }

    /// Changes fields of a record that may be edited offline, by the rules of the protocol. `seen` is what the person saw,
    /// where that may not be what is shown now.
    pub(crate) async fn edit<T: Editable>(
        &self,
        id: String,
        edit: T::Edit,
        seen: Option<T::Edit>,
    ) -> Result<(), Failure> {
        let wanted = T::wanted(edit);
        if wanted.is_empty() {
            return Ok(());
        }
        let account = self.account().await?;
        let fields = wanted.into_iter().map(|(field, value)| {
            let base_revision = 0;
            let edit = FieldEdit {
                value,
                base_revision,
            };
            (field.to_owned(), edit)
        });
        let edit = trimmed(Edit {
            collection: T::COLLECTION,
            id,
            fields: fields.collect(),
        });
        let problems = check_edit(&edit);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let mut seen: BTreeMap<_, _> = seen.map(T::wanted).into_iter().flatten().collect();
        let fields = edit.fields.into_iter().map(|(field, wanted)| WantedField {
            seen: seen.remove(field.as_str()),
            value: wanted.value,
            field,
        });
        let fields = fields.collect();
        account
            .ask(|done| Command::Edit {
                collection: T::COLLECTION,
                id: edit.id,
                fields,
                done,
            })
            .await
    }
}
