//! Is this really the owner? Devices on probation, "It wasn't me", and the review of what that suspended.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::app_link::AppLinkKind;
use latchkey_protocol::contacts::Email;
use latchkey_protocol::email_change::{EmailChange, EmailChangeState};
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::passkeys::Passkey;
use latchkey_protocol::password::Password;
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_protocol::trust::{
    Decision, DeviceApproved, DeviceDisowned, Review, Reviewed, Secured, Standing, Suspended,
    VouchByLink, VouchLinkSent, is_aged,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::account::{Account, ShownRecord};
use crate::client::Client;
use crate::contacts::Nothing;
use crate::failure::{Failure, FailureCode};
use crate::secrets::known_device_key;
use crate::settings::StoredAccount;
use crate::step_up::{StepUpForm, read_proof};

/// How many entries of the activity are looked through for where something suspended came from.
const ENTRIES_LOOKED_THROUGH: u32 = 5_000;

/// How the account and this device stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TrustView {
    /// Whether this device is on probation.
    pub on_probation: bool,
    /// Where a link that approves this device would go; `None` where no address is confirmed.
    pub primary_address: Option<String>,
    /// Other devices that are signed in and trusted.
    pub trusted_devices: u32,
    /// Whether the password opens nothing new until it is changed.
    pub spoiled: bool,
    /// What has no effect until it is reviewed, the newest first.
    pub suspended: Vec<GuardView>,
}

/// A device on probation, to be approved or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProbationView {
    /// The session that its sign-in began.
    pub session_id: String,
    /// What it calls itself.
    pub device_name: String,
    /// Its operating system, as it says.
    pub operating_system: String,
    /// The address it was last active from.
    pub address: String,
    /// When it signed in.
    pub signed_in_at: Timestamp,
}

/// Something that guards the account: a further address, a passkey, two-step sign-in, the recovery codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct GuardView {
    /// Which.
    pub guard: Suspended,
    /// The address, or the name of the passkey; `None` for the others.
    pub label: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// Whether that was less than [`latchkey_protocol::trust::AGED_DAYS`] days ago.
    pub new: bool,
    /// The device that added it, as it was called then, as far as the activity tells.
    pub device_name: Option<String>,
    /// The address from which that was done, as far as the activity tells.
    pub address: Option<String>,
}

/// What securing the account would stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SecuringView {
    /// The other devices that are signed in.
    pub devices: Vec<String>,
    /// What would be suspended, the newest first.
    pub guards: Vec<GuardView>,
    /// The primary address that a pending change is to bring.
    pub email_change: Option<String>,
}

/// All decisions of a review, with one proof of who sits there.
#[derive(Clone, Deserialize, specta::Type)]
pub struct ReviewForm {
    /// The proof.
    pub proof: StepUpForm,
    /// What has its effect again.
    pub keep: Vec<Suspended>,
    /// What is removed.
    pub remove: Vec<Suspended>,
}

impl Client {
    /// How the account and this device stand.
    pub async fn trust(&self) -> Result<TrustView, Failure> {
        let account = self.account().await?;
        let sessions = account.all_shown::<Session>(Collection::Sessions).await?;
        let emails = account.all_shown::<Email>(Collection::Emails).await?;
        let own = account.stored.session_id.to_string();
        let trusted = sessions.iter().filter(|(id, session)| {
            *id != own && session.body.ended.is_none() && session.body.standing == Standing::Trusted
        });
        let primary = emails
            .iter()
            .map(|(_, email)| &email.body)
            .find(|email| email.primary && email.confirmed_at.is_some());
        Ok(TrustView {
            on_probation: is_on_probation(&sessions, &account.stored),
            primary_address: primary.map(|email| email.address.clone()),
            trusted_devices: count(trusted.count()),
            spoiled: account.is_password_spoiled().await?,
            suspended: account.guards(Wanted::Suspended, self.now()).await?,
        })
    }

    /// What securing the account would stop.
    pub async fn securing(&self) -> Result<SecuringView, Failure> {
        let account = self.account().await?;
        let now = self.now();
        let sessions = account.all_shown::<Session>(Collection::Sessions).await?;
        let own = account.stored.session_id.to_string();
        let change = account.email_change(now).await?;
        Ok(SecuringView {
            devices: sessions
                .into_iter()
                .filter(|(id, session)| *id != own && session.body.ended.is_none())
                .map(|(_, session)| session.body.device_name)
                .collect(),
            guards: account.guards(Wanted::ToSuspend, now).await?,
            email_change: change
                .filter(|change| change.state == EmailChangeState::Pending)
                .map(|change| change.new_address),
        })
    }

    /// Approves a device on probation: "It was me". Needs a connection and a step-up.
    pub async fn approve_device(&self, id: String) -> Result<(), Failure> {
        let account = self.account().await?;
        let path = format!("v1/sessions/{}/vouch", session_id(&id)?);
        let approved: DeviceApproved = self.post(&account, &path, &Nothing {}, None).await?;
        account.catch_up(approved.revision).await;
        Ok(())
    }

    /// Says of a device on probation: "It wasn't me". It is signed out, and the password has to be changed. Says how many
    /// devices were signed out. Needs a connection.
    pub async fn disown_device(&self, id: String) -> Result<u32, Failure> {
        let account = self.account().await?;
        let path = format!("v1/sessions/{}/disown", session_id(&id)?);
        let disowned: DeviceDisowned = self.post(&account, &path, &Nothing {}, None).await?;
        account.catch_up(disowned.revision).await;
        Ok(count(disowned.ended.len()))
    }

    /// Has a link mailed to the primary address that approves this device, on this device alone. Needs a connection.
    pub async fn ask_approval_link(&self) -> Result<(), Failure> {
        let account = self.account().await?;
        let sent: VouchLinkSent = self
            .post(&account, "v1/session/vouch-link", &Nothing {}, None)
            .await?;
        account.catch_up(sent.revision).await;
        Ok(())
    }

    /// Approves this device with that link, or the token in it, as the person pasted it. Needs a connection.
    pub async fn approve_by_link(&self, link: String) -> Result<(), Failure> {
        let token = self.pasted_token(AppLinkKind::ApproveDevice, &link).await?;
        self.approve_by_token(token).await
    }

    /// The same with the token.
    pub(crate) async fn approve_by_token(&self, token: SecretString) -> Result<(), Failure> {
        let account = self.account().await?;
        let key = match account.device_key.get() {
            Some(key) => key.clone(),
            None => known_device_key(&self.installation.secrets, self.id())
                .await?
                .ok_or(FailureCode::OtherDevice)?,
        };
        let token = token.expose_secret().to_owned();
        let body = VouchByLink {
            device: self.proof(&key, account.stored.server_id, &token),
            token,
        };
        let approved: DeviceApproved = self.post(&account, "v1/session/vouch", &body, None).await?;
        account.catch_up(approved.revision).await;
        Ok(())
    }

    /// Secures the account: "It wasn't me" about anything but a device on probation. Says how many devices were signed out.
    /// Needs a connection and a step-up.
    pub async fn secure_account(&self) -> Result<u32, Failure> {
        let account = self.account().await?;
        let secured: Secured = self.post(&account, "v1/secure", &Nothing {}, None).await?;
        account.catch_up(secured.revision).await;
        Ok(count(secured.ended.len()))
    }

    /// Decides what becomes of what is suspended. Needs a connection.
    pub async fn review(&self, form: ReviewForm) -> Result<(), Failure> {
        let account = self.account().await?;
        let decision = |keep: bool| move |suspended: Suspended| Decision { suspended, keep };
        let kept = form.keep.into_iter().map(decision(true));
        let removed = form.remove.into_iter().map(decision(false));
        let body = Review {
            proof: read_proof(form.proof)?,
            decisions: kept.chain(removed).collect(),
        };
        let reviewed: Reviewed = self.post(&account, "v1/review", &body, None).await?;
        account.catch_up(reviewed.revision).await;
        Ok(())
    }
}

/// Which guards are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Suspended,
    /// What would be suspended if the account were secured now.
    ToSuspend,
}

impl Account {
    /// The record of the password; `None` before the first sync.
    pub(crate) async fn password_record(&self) -> Result<Option<Password>, Failure> {
        let id = self.stored.account_id.to_string();
        let password = self.shown::<Password>(Collection::Password, &id).await?;
        Ok(password.map(|password| password.body))
    }

    /// Whether the password opens nothing new until it is changed.
    pub(crate) async fn is_password_spoiled(&self) -> Result<bool, Failure> {
        let password = self.password_record().await?;
        Ok(password.is_some_and(|password| password.spoiled_at.is_some()))
    }

    /// What guards the account and is `wanted`, the newest first.
    async fn guards(&self, wanted: Wanted, now: Timestamp) -> Result<Vec<GuardView>, Failure> {
        let suspended = wanted == Wanted::Suspended;
        let guard = |guard: Suspended, label: Option<String>, added_at: Timestamp| GuardView {
            guard,
            label,
            added_at,
            new: !is_aged(added_at, now),
            device_name: None,
            address: None,
        };
        let mut guards = Vec::new();
        let former = match wanted {
            Wanted::Suspended => None,
            Wanted::ToSuspend => self.address_to_take_back(now).await?,
        };
        for (id, email) in self.all_shown::<Email>(Collection::Emails).await? {
            let email = email.body;
            let spared = email.primary || former.as_ref() == Some(&email.address);
            if !spared
                && email.suspended_at.is_some() == suspended
                && let Ok(id) = id.parse()
            {
                let which = Suspended::Email(id);
                guards.push(guard(which, Some(email.address), email.added_at));
            }
        }
        for (id, passkey) in self.all_shown::<Passkey>(Collection::Passkeys).await? {
            let passkey = passkey.body;
            if passkey.suspended_at.is_some() == suspended
                && let Ok(id) = id.parse()
            {
                let which = Suspended::Passkey(id);
                guards.push(guard(which, Some(passkey.name), passkey.added_at));
            }
        }
        let factor = self.second_factor().await?;
        if let Some(since) = factor.enabled_at
            && factor.suspended_at.is_some() == suspended
            && (suspended || !is_aged(since, now))
        {
            guards.push(guard(Suspended::SecondFactor, None, since));
        }
        if let Some(since) = factor.recovery_codes_created_at
            && factor.enabled_at.is_some()
            && factor.recovery_codes_suspended_at.is_some() == suspended
        {
            guards.push(guard(Suspended::RecoveryCodes, None, since));
        }
        guards.sort_by_key(|guard| std::cmp::Reverse(guard.added_at));
        if suspended {
            self.tell_origins(&mut guards).await?;
        }
        Ok(guards)
    }

    /// The address that can still take the primary one back.
    async fn address_to_take_back(&self, now: Timestamp) -> Result<Option<String>, Failure> {
        let changes = self
            .all_shown::<EmailChange>(Collection::EmailChanges)
            .await?;
        let completed = changes.into_iter().map(|(_, change)| change.body);
        Ok(completed
            .filter(|change| change.take_back_until().is_some_and(|until| now < until))
            .max_by_key(|change| change.state_at)
            .map(|change| change.old_address))
    }

    /// Tells of `guards` where they came from, as far as the activity tells.
    async fn tell_origins(&self, guards: &mut [GuardView]) -> Result<(), Failure> {
        if guards.is_empty() {
            return Ok(());
        }
        let records = self
            .newest(Collection::Activity, None, ENTRIES_LOOKED_THROUGH)
            .await?;
        // The newest comes first, which is the one that counts.
        for record in records {
            let Ok(entry) = serde_json::from_slice::<ActivityEntry>(&record.body) else {
                continue;
            };
            let of_entry = guards
                .iter_mut()
                .filter(|guard| guard.address.is_none() && brought(&entry, guard));
            for guard in of_entry {
                guard.device_name.clone_from(&entry.device_name);
                guard.address.clone_from(&entry.address);
            }
        }
        Ok(())
    }
}

/// Whether `entry` tells of the adding of `guard`.
fn brought(entry: &ActivityEntry, guard: &GuardView) -> bool {
    let named = entry.subject.is_some() && entry.subject == guard.label;
    match guard.guard {
        Suspended::Email(_) => entry.kind == ActivityKind::EmailAdded && named,
        // It may have another name by now.
        Suspended::Passkey(_) => {
            entry.kind == ActivityKind::PasskeyAdded && (named || entry.at == guard.added_at)
        }
        Suspended::SecondFactor => entry.kind == ActivityKind::SecondFactorEnabled,
        Suspended::RecoveryCodes => matches!(
            entry.kind,
            ActivityKind::SecondFactorEnabled | ActivityKind::RecoveryCodesReplaced
        ),
    }
}

/// The devices on probation that are signed in, the newest first.
pub(crate) fn on_probation(sessions: &[(String, ShownRecord<Session>)]) -> Vec<ProbationView> {
    let mut devices: Vec<ProbationView> = sessions
        .iter()
        .filter(|(_, record)| awaits_approval(&record.body))
        .map(|(id, record)| ProbationView {
            session_id: id.clone(),
            device_name: record.body.device_name.clone(),
            operating_system: record.body.operating_system.clone(),
            address: record.body.address.clone(),
            signed_in_at: record.body.signed_in_at,
        })
        .collect();
    devices.sort_by_key(|device| std::cmp::Reverse(device.signed_in_at));
    devices
}

/// Whether a device is signed in and on probation.
pub(crate) fn awaits_approval(session: &Session) -> bool {
    session.ended.is_none() && session.standing == Standing::Probation
}

/// Whether "It wasn't me" can be said of a device: it is on probation, or was when it went, and has the password of today.
pub(crate) fn can_be_disowned(session: &Session, password: Option<&Password>) -> bool {
    let has_password = password.is_none_or(|password| {
        password.spoiled_at.is_none() && password.changed_at <= session.signed_in_at
    });
    session.standing == Standing::Probation && (session.ended.is_none() || has_password)
}

/// Whether this device is on probation.
pub(crate) fn is_on_probation(
    sessions: &[(String, ShownRecord<Session>)],
    this: &StoredAccount,
) -> bool {
    own_session(sessions, this).is_some_and(awaits_approval)
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

/// An id that goes into the path of a request, so it must be an id and nothing else.
fn session_id(id: &str) -> Result<SessionId, FailureCode> {
    id.parse().map_err(|_| FailureCode::NotFound)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::identifiers::{EmailId, PasskeyId};

    use super::*;

    fn guard(guard: Suspended, label: Option<&str>) -> GuardView {
        GuardView {
            guard,
            label: label.map(str::to_owned),
            added_at: Timestamp(5),
            new: true,
            device_name: None,
            address: None,
        }
    }

    fn entry(kind: ActivityKind, at: i64, subject: Option<&str>) -> ActivityEntry {
        ActivityEntry {
            kind,
            at: Timestamp(at),
            count: 1,
            first_at: None,
            session_id: None,
            device_name: Some("Firefox".to_owned()),
            address: Some("203.0.113.7".to_owned()),
            subject: subject.map(str::to_owned),
            changed: Vec::new(),
        }
    }

    #[test]
    fn the_activity_tells_where_something_came_from() {
        let email = guard(
            Suspended::Email(EmailId(uuid::Uuid::nil())),
            Some("a@example.org"),
        );
        let passkey = guard(
            Suspended::Passkey(PasskeyId(uuid::Uuid::nil())),
            Some("Key"),
        );
        let codes = guard(Suspended::RecoveryCodes, None);
        for (entry, guard, tells) in [
            (
                entry(ActivityKind::EmailAdded, 1, Some("a@example.org")),
                &email,
                true,
            ),
            (
                entry(ActivityKind::EmailAdded, 5, Some("b@example.org")),
                &email,
                false,
            ),
            (
                entry(ActivityKind::EmailConfirmed, 5, Some("a@example.org")),
                &email,
                false,
            ),
            (
                entry(ActivityKind::PasskeyAdded, 5, Some("Before it was renamed")),
                &passkey,
                true,
            ),
            (
                entry(ActivityKind::PasskeyAdded, 4, Some("Another")),
                &passkey,
                false,
            ),
            (
                entry(ActivityKind::SecondFactorEnabled, 1, None),
                &codes,
                true,
            ),
            (
                entry(ActivityKind::SecondFactorDisabled, 1, None),
                &codes,
                false,
            ),
        ] {
            assert_eq!(brought(&entry, guard), tells, "{entry:?} of {guard:?}");
        }
    }
}
