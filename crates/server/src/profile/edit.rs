//! What an edit of the profile changes besides the record.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::profile::{Profile, ProfileEdit};
use latchkey_protocol::text;

use crate::arguments;
use crate::database::Result;
use crate::sync::{Change, Edited};

impl Edited for Profile {
    const ACTIVITY: ActivityKind = ActivityKind::ProfileChanged;

    /// Mails and pages are written from the account's row.
    async fn edited(&self, change: &mut Change, accepted: ProfileEdit) -> Result<Option<String>> {
        let account_id = change.account_id();
        change
            .transaction()
            .execute(
                "UPDATE accounts SET display_name = $2, language = $3, time_zone = $4, display_name_folded = $5 \
                 WHERE id = $1",
                arguments![
                    account_id,
                    &self.display_name,
                    &self.language,
                    &self.time_zone,
                    text::fold(&self.display_name)
                ],
            )
            .await?;
        Ok(accepted.display_name)
    }
}
