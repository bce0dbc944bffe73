//! What an edit of a session's record changes besides it: the name of the device.

use latchkey_protocol::activity::ActivityKind;
use latchkey_protocol::sessions::{Session, SessionEdit};

use super::Caller;
use crate::arguments;
use crate::database::Result;
use crate::http::problem::Answer;
use crate::sync::{Change, Edited};

impl Edited for Session {
    const ACTIVITY: ActivityKind = ActivityKind::DeviceRenamed;

    /// With their names swapped, an owner would put out the wrong device.
    fn allow(caller: &Caller, id: &str) -> Answer<()> {
        if id == caller.session_id.to_string() {
            return Ok(());
        }
        caller.refuse_on_probation()
    }

    /// The device's next sign-in goes by this name too.
    async fn edited(&self, change: &mut Change, accepted: SessionEdit) -> Result<Option<String>> {
        let account_id = change.account_id();
        change
            .transaction()
            .execute(
                "UPDATE devices SET name = $3 WHERE id = $1 AND account_id = $2",
                arguments![self.device_id, account_id, &self.device_name],
            )
            .await?;
        Ok(accepted.device_name)
    }
}
