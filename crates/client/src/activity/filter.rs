//! Which entries to show.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What an entry must be to be shown. The default shows all.
#[derive(Clone, Debug, Default, Deserialize, specta::Type)]
pub struct ActivityFilter {
    /// The groups to show; all when empty.
    pub groups: Vec<ActivityGroup>,
    /// Done from a device that was called so.
    pub device_name: Option<String>,
    /// With this somewhere in its device's name, its address, its subject or what it changed, in upper or lower case; blank
    /// for any.
    pub text: String,
    /// Kinds whose words, in the person's language, contain the text; they match even if the entry's fields don't.
    pub kinds: Vec<ActivityKind>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

/// A kind of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ActivityGroup {
    /// Signing in, and trying to.
    SignIns,
    /// Devices signed out, renamed, confirmed to be out.
    Devices,
    /// Password, two-step sign-in, the securing of the account.
    Security,
    /// The profile and the username.
    Profile,
    /// Addresses.
    Contacts,
    /// Mails that came back.
    Mail,
    /// What an administrator did, to this account or with it.
    Administration,
}

impl ActivityGroup {
    /// Where a kind belongs.
    pub const fn of(kind: ActivityKind) -> Self {
        match kind {
            ActivityKind::SignedIn
            | ActivityKind::SignedInFromNewDevice
            | ActivityKind::SignInFailed
            | ActivityKind::SignInStopped
            | ActivityKind::SignInUnfinished
            | ActivityKind::SecondFactorRefused
            | ActivityKind::SignInConfirmed
            | ActivityKind::SignInDisowned => Self::SignIns,
            ActivityKind::SignedOut
            | ActivityKind::DeviceEnded
            | ActivityKind::DeviceConfirmedEnded
            | ActivityKind::DeviceRenamed => Self::Devices,
            ActivityKind::AccountSecured
            | ActivityKind::SuspensionLifted
            | ActivityKind::PasswordChanged
            | ActivityKind::PasswordResetRequested
            | ActivityKind::PasswordReset
            | ActivityKind::PasswordRefused
            | ActivityKind::SecondFactorEnabled
            | ActivityKind::SecondFactorDisabled
            | ActivityKind::SecondFactorLocked
            | ActivityKind::RecoveryCodeUsed
            | ActivityKind::RecoveryCodesReplaced
            | ActivityKind::RecoveryCodesVoided
            | ActivityKind::PasskeyAdded
            | ActivityKind::PasskeyRenamed
            | ActivityKind::PasskeyRemoved
            | ActivityKind::PasskeyRefused
            | ActivityKind::OldTokenUsed
            | ActivityKind::Unknown => Self::Security,
            ActivityKind::AccountCreated
            | ActivityKind::ProfileChanged
            | ActivityKind::UsernameChanged => Self::Profile,
            ActivityKind::EmailAdded
            | ActivityKind::EmailConfirmed
            | ActivityKind::EmailMadePrimary
            | ActivityKind::EmailRemoved
            | ActivityKind::EmailChangeRequested
            | ActivityKind::EmailChangeCompleted
            | ActivityKind::EmailChangeCancelled
            | ActivityKind::EmailChangeUndone => Self::Contacts,
            ActivityKind::MailBounced | ActivityKind::MailFailed => Self::Mail,
            ActivityKind::AdministratorGranted
            | ActivityKind::AdministratorRevoked
            | ActivityKind::PasswordResetStarted
            | ActivityKind::SecondFactorReset
            | ActivityKind::SessionsEndedByAdministrator
            | ActivityKind::UserPasswordResetStarted
            | ActivityKind::UserSecondFactorReset
            | ActivityKind::UserSessionsEnded => Self::Administration,
        }
    }
}

impl ActivityFilter {
    /// Whether an entry is shown.
    pub(super) fn admits(&self, entry: &ActivityEntry) -> bool {
        let text = text::fold(&self.text);
        let has_text = || {
            let changed = entry.changed.iter();
            [&entry.device_name, &entry.address, &entry.subject]
                .into_iter()
                .flatten()
                .chain(changed.flat_map(|changed| [&changed.before, &changed.after]))
                .any(|value| text::fold(value).contains(&text))
        };
        (self.groups.is_empty() || self.groups.contains(&ActivityGroup::of(entry.kind)))
            && (self.device_name.is_none() || self.device_name == entry.device_name)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && (text.is_empty() || self.kinds.contains(&entry.kind) || has_text())
    }
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::activity::ChangedField;

    use super::*;

    #[test]
    fn an_entry_is_shown_when_all_of_it_fits() {
        let entry = ActivityEntry {
            kind: ActivityKind::DeviceRenamed,
            at: Timestamp(10),
            count: 1,
            first_at: None,
            session_id: None,
            device_name: Some("Attic".to_owned()),
            address: Some("192.0.2.7".to_owned()),
            subject: Some("Ärmelkanal".to_owned()),
            changed: vec![ChangedField::new("device_name", "Office", "Ärmelkanal")],
        };
        let all = ActivityFilter::default;
        for (filter, shown) in [
            (all(), true),
            (
                ActivityFilter {
                    groups: vec![ActivityGroup::Devices, ActivityGroup::Mail],
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    groups: vec![ActivityGroup::SignIns],
                    ..all()
                },
                false,
            ),
            (
                ActivityFilter {
                    text: " ärmel ".to_owned(),
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    text: "a\u{308}RMEL".to_owned(),
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    text: "armel".to_owned(),
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    text: "office".to_owned(),
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    text: "cellar".to_owned(),
                    ..all()
                },
                false,
            ),
            (
                ActivityFilter {
                    device_name: Some("Cellar".to_owned()),
                    ..all()
                },
                false,
            ),
            (
                ActivityFilter {
                    from: Some(Timestamp(10)),
                    until: Some(Timestamp(11)),
                    ..all()
                },
                true,
            ),
            (
                ActivityFilter {
                    until: Some(Timestamp(10)),
                    ..all()
                },
                false,
            ),
        ] {
            assert_eq!(filter.admits(&entry), shown, "{filter:?}");
        }
    }
}
