//! The overview: who I am, what needs my attention, whether what I see is current.

use std::collections::BTreeSet;

use latchkey_protocol::activity::ActivityEntry;
use latchkey_protocol::contacts::Email;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::Session;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Account, Looked};
use crate::activity::{ActivityEntryView, entry_view};
use crate::client::Client;
use crate::failure::Failure;
use crate::questions::{ConflictView, RefusedView, conflicts, refusals};
use crate::second_factor::{has_few_codes, is_asked};
use crate::trust::{ProbationView, is_on_probation, on_probation, own_session};

/// How much of what happened the overview shows.
const SINCE: usize = 20;

/// How many entries are looked through for what is new among them: an entry that counts repeats is an old one.
const LOOKED_THROUGH: u32 = 200;

/// How far back the timeline of sign-ins goes.
const TIMELINE_DAYS: i64 = 30;

/// What the overview shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OverviewView {
    /// What the person is called.
    pub display_name: String,
    /// The name to sign in with.
    pub username: String,
    /// The primary address, if there is one.
    pub primary_email: Option<String>,
    /// Whether the primary address is confirmed.
    pub primary_email_confirmed: bool,
    /// Devices that are signed in.
    pub live_devices: u32,
    /// Those among them that are on probation.
    pub devices_on_probation: u32,
    /// Devices that were ended and have not been reached since.
    pub unreached_devices: u32,
    /// Addresses that wait for their confirmation.
    pub pending_emails: Vec<String>,
    /// Conflicts to answer.
    pub conflicts: Vec<ConflictView>,
    /// Values that the server will not have.
    pub refused: Vec<RefusedView>,
    /// Devices on probation, the newest first; none where this one is on probation itself.
    pub on_probation: Vec<ProbationView>,
    /// Whether two-step sign-in is on.
    pub second_factor_on: bool,
    /// Whether so few recovery codes are left that there should be new ones.
    pub few_recovery_codes: bool,
    /// Sign-ins of the last 30 days, the oldest first.
    pub sign_ins: Vec<SignInPoint>,
    /// When this screen was last left on this device; `None` the first time.
    pub last_looked_at: Option<Timestamp>,
    /// What happened since then, the newest first, at most 20; from the second time on without what was done on this device.
    pub since: Vec<ActivityEntryView>,
}

/// One dot of the sign-in timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SignInPoint {
    /// When.
    pub at: Timestamp,
    /// From which device; the same over all its sign-ins, and another for another device of the same name.
    pub device_id: String,
    /// What that device is called.
    pub device_name: String,
    /// Whether it was that device's first.
    pub new_device: bool,
}

impl Client {
    /// What the overview shows.
    pub async fn overview(&self) -> Result<OverviewView, Failure> {
        let account = self.account().await?;
        let id = account.stored.account_id.to_string();
        let profile = account.shown::<Profile>(Collection::Profile, &id).await?;
        let emails = account.all_shown::<Email>(Collection::Emails).await?;
        // Before the sessions that it speaks of: a page of a sync may come between the two.
        let newest = account
            .newest(Collection::Activity, None, LOOKED_THROUGH)
            .await?;
        let sessions = account.all_shown::<Session>(Collection::Sessions).await?;
        let last_looked = account.last_looked().await?;
        let seen = last_looked.map_or(0, |looked| looked.revision);
        let shown = newest.iter().map(|record| record.revision).max();
        account.overview_shows_up_to(shown.unwrap_or(0).max(seen));
        let own = own_session(&sessions, &account.stored);
        // Also what was done here before signing out and in again.
        let done_here: BTreeSet<SessionId> = sessions
            .iter()
            .filter(|(_, session)| own.is_some_and(|own| own.device_id == session.body.device_id))
            .filter_map(|(id, _)| id.parse().ok())
            .collect();
        let mut since: Vec<(ActivityEntry, ActivityEntryView)> = newest
            .iter()
            .filter(|record| record.revision > seen)
            .filter_map(|record| entry_view(record, account.stored.session_id))
            .filter(|(entry, _)| {
                last_looked.is_none() || entry.session_id.is_none_or(|id| !done_here.contains(&id))
            })
            .collect();
        // Repeats that are counted in one entry move it on.
        since.sort_by_key(|(entry, _)| std::cmp::Reverse(entry.at));
        let second_factor = account.second_factor().await?;
        let primary = emails.iter().find(|(_, email)| email.body.primary);
        let mut pending: Vec<String> = emails
            .iter()
            .filter(|(_, email)| email.body.confirmed_at.is_none())
            .map(|(_, email)| email.body.address.clone())
            .collect();
        pending.sort();
        let live = || {
            sessions
                .iter()
                .map(|(_, session)| &session.body)
                .filter(|session| session.ended.is_none())
        };
        let now = self.now();
        let mut waiting = on_probation(&sessions);
        let devices_on_probation = count(waiting.len());
        if is_on_probation(&sessions, &account.stored) {
            waiting.clear();
        }
        let unreached = sessions
            .iter()
            .filter(|(_, session)| session.body.ended.is_some() && session.body.receipt.is_none())
            .count();
        let oldest = now.plus_seconds(-TIMELINE_DAYS * 86_400);
        let mut sign_ins: Vec<SignInPoint> = sessions
            .iter()
            .filter(|(_, session)| session.body.signed_in_at >= oldest)
            .map(|(_, session)| SignInPoint {
                at: session.body.signed_in_at,
                device_id: session.body.device_id.to_string(),
                device_name: session.body.device_name.clone(),
                new_device: session.body.new_device,
            })
            .collect();
        sign_ins.sort_by_key(|point| point.at);
        let snapshot = account.snapshot();
        let outbox = &snapshot.outbox;
        Ok(OverviewView {
            display_name: profile
                .as_ref()
                .map(|profile| profile.body.display_name.clone())
                .unwrap_or_default(),
            username: profile.map_or_else(
                || account.stored.login.clone(),
                |profile| profile.body.username,
            ),
            primary_email: primary.map(|(_, email)| email.body.address.clone()),
            primary_email_confirmed: primary
                .is_some_and(|(_, email)| email.body.confirmed_at.is_some()),
            live_devices: count(live().count()),
            devices_on_probation,
            unreached_devices: count(unreached),
            pending_emails: pending,
            conflicts: conflicts(outbox),
            refused: refusals(outbox),
            on_probation: waiting,
            second_factor_on: is_asked(&second_factor),
            few_recovery_codes: has_few_codes(&second_factor),
            sign_ins,
            last_looked_at: last_looked.map(|looked| looked.at),
            since: since
                .into_iter()
                .map(|(_, view)| view)
                .take(SINCE)
                .collect(),
        })
    }

    /// Notes that the person has seen the overview.
    pub async fn leave_overview(&self) -> Result<(), Failure> {
        let account = self.account().await?;
        self.note_overview_left(&account).await
    }

    /// Notes that the overview is left, if it is what was looked at.
    pub(crate) async fn note_overview_left(&self, account: &Account) -> Result<(), Failure> {
        let at = self.now();
        match account.overview_left() {
            Some(revision) => account.looked(Looked { at, revision }).await,
            None => Ok(()),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
