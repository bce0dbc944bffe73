//! Sign-ins from devices never seen before: was it you?

use std::collections::{BTreeMap, BTreeSet};

use latchkey_protocol::freeze::is_trusted;
use latchkey_protocol::identifiers::{DeviceId, SessionId};
use latchkey_protocol::mail::{Mail, MailKind, MailStatus};
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sign_in_alerts::{
    AnswerSignIn, LINK_VALID_SECONDS, SignInAlert, SignInAnswered,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Account, ShownRecord};
use crate::client::Client;
use crate::failure::{Failure, FailureCode};
use crate::settings::StoredAccount;

/// Days for which a device counts as new that nobody is asked about.
const NEW_DAYS: i64 = 7;

/// A sign-in that nobody has answered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AlertView {
    /// The session that it began.
    pub session_id: String,
    /// What the device calls itself.
    pub device_name: String,
    /// Its operating system, as it says.
    pub operating_system: String,
    /// The address it was last active from.
    pub address: String,
    /// When it signed in.
    pub signed_in_at: Timestamp,
    /// Whether it is signed out by now. The question stays: whoever it was has the password.
    pub signed_out: bool,
    /// Whether this device may answer.
    pub can_answer: bool,
    /// Whether a mail asks too, whose link still works.
    pub mailed: bool,
}

/// The answer about a sign-in.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct SignInAnswerForm {
    /// The session: [`AlertView::session_id`], or the id of a device.
    pub id: String,
    /// Whether the person signed in there.
    pub was_me: bool,
}

/// What came of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SignInAnsweredView {
    /// Devices that were signed out.
    pub ended_devices: u32,
}

impl Client {
    /// Says whether a sign-in was the person's own. If not, every other device is signed out and the account is frozen.
    /// Needs a connection.
    pub async fn answer_sign_in(
        &self,
        form: SignInAnswerForm,
    ) -> Result<SignInAnsweredView, Failure> {
        // Goes into the path of a request, so it must be an id and nothing else.
        let id: SessionId = form.id.parse().map_err(|_| FailureCode::NotFound)?;
        let account = self.account().await?;
        let body = AnswerSignIn {
            was_me: form.was_me,
        };
        let path = format!("v1/sessions/{id}/answer");
        let answered: SignInAnswered = self.post(&account, &path, &body, None).await?;
        account.catch_up(answered.revision).await;
        Ok(SignInAnsweredView {
            ended_devices: u32::try_from(answered.ended.len()).unwrap_or(u32::MAX),
        })
    }
}

impl Account {
    /// The sign-ins that wait for an answer, the newest first.
    pub(crate) async fn open_alerts(
        &self,
        sessions: &[(String, ShownRecord<Session>)],
        now: Timestamp,
    ) -> Result<Vec<AlertView>, Failure> {
        let open: Vec<_> = sessions
            .iter()
            .filter(|(_, record)| is_open(&record.body))
            .collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let mailed = self.mailed_alerts(now).await?;
        let own = own_session(sessions, &self.stored);
        let mut alerts: Vec<AlertView> = open
            .into_iter()
            .map(|(id, record)| alert_view(id, &record.body, own, &mailed))
            .collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.signed_in_at));
        Ok(alerts)
    }

    /// When devices signed in for the first time about which a mail asks whose link still works.
    async fn mailed_alerts(&self, now: Timestamp) -> Result<BTreeSet<Timestamp>, Failure> {
        let mails = self.all_shown::<Mail>(Collection::Mails).await?;
        Ok(mails
            .into_iter()
            .map(|(_, mail)| mail.body)
            .filter(|mail| mail.kind == MailKind::SignInAlert)
            .filter(|mail| matches!(mail.status, MailStatus::Queued | MailStatus::Sent))
            .filter(|mail| now < mail.queued_at.plus_seconds(LINK_VALID_SECONDS))
            .map(|mail| mail.queued_at)
            .collect())
    }

    /// Whether a mail asks about the sign-in of this session, by a link that still works.
    pub(crate) async fn is_alert_mailed(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        // The mail is written in the transaction in which the device is first seen.
        let mailed = self.mailed_alerts(now).await?;
        Ok(mailed.contains(&session.first_seen_at))
    }
}

fn alert_view(
    id: &str,
    session: &Session,
    own: Option<&Session>,
    mailed: &BTreeSet<Timestamp>,
) -> AlertView {
    AlertView {
        session_id: id.to_owned(),
        device_name: session.device_name.clone(),
        operating_system: session.operating_system.clone(),
        address: session.address.clone(),
        signed_in_at: session.signed_in_at,
        signed_out: session.ended.is_some(),
        can_answer: can_answer(own, session),
        mailed: mailed.contains(&session.first_seen_at),
    }
}

/// Whether the device with the session `own` may answer for `asked`.
pub(crate) fn can_answer(own: Option<&Session>, asked: &Session) -> bool {
    is_open(asked)
        && own.is_some_and(|own| is_trusted(own.first_seen_at, is_open(own), asked.first_seen_at))
}

/// Of which devices it was said on this one that their sign-in was the owner's, and when, as far as that can still be
/// taken back. Not by session: a device that signs out and in again is the same one.
pub(crate) fn said_here(
    sessions: &[(String, ShownRecord<Session>)],
    this: &StoredAccount,
    now: Timestamp,
) -> BTreeMap<DeviceId, Timestamp> {
    let Some(own) = own_session(sessions, this) else {
        return BTreeMap::new();
    };
    let of_this_device = |by: SessionId| {
        let by = by.to_string();
        sessions
            .iter()
            .any(|(id, record)| *id == by && record.body.device_id == own.device_id)
    };
    let mut said: BTreeMap<DeviceId, (&Session, &SignInAlert)> = BTreeMap::new();
    for (_, record) in sessions {
        let asked = &record.body;
        let Some(alert) = &asked.alert else { continue };
        let said_at = |alert: &SignInAlert| alert.answer.as_ref().map(|answer| answer.at);
        let earlier = said.get(&asked.device_id).map(|(_, alert)| said_at(alert));
        if earlier.is_none_or(|earlier| earlier < said_at(alert)) {
            said.insert(asked.device_id, (asked, alert));
        }
    }
    said.into_iter()
        .filter_map(|(device_id, (asked, alert))| {
            let answer = alert.answer.as_ref()?;
            let may = alert.can_be_taken_back(now)
                && answer.by_session_id.is_some_and(of_this_device)
                && is_trusted(own.first_seen_at, is_open(own), asked.first_seen_at);
            may.then_some((device_id, answer.at))
        })
        .collect()
}

/// The session of this device.
pub(crate) fn own_session<'a>(
    sessions: &'a [(String, ShownRecord<Session>)],
    this: &StoredAccount,
) -> Option<&'a Session> {
    let own = this.session_id.to_string();
    let found = sessions.iter().find(|(id, _)| *id == own)?;
    Some(&found.1.body)
}

/// Whether a device that is signed in counts as new for somebody who sits at the one with the session `own`: as long as
/// nobody has said whose it is; where nobody is asked, for [`NEW_DAYS`] days, unless it was there before that one.
pub(crate) fn is_new(session: &Session, own: Option<&Session>, now: Timestamp) -> bool {
    let is_later = own.is_none_or(|own| own.first_seen_at < session.first_seen_at);
    match &session.alert {
        Some(alert) => alert.is_open(),
        None => {
            session.new_device
                && is_later
                && now.since(session.signed_in_at) <= NEW_DAYS * Timestamp::DAY
        }
    }
}

fn is_open(session: &Session) -> bool {
    session.alert.as_ref().is_some_and(SignInAlert::is_open)
}
