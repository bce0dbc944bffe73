//! Two-step sign-in: turning it on with an authenticator app, turning it off, and recovery codes.

use latchkey_protocol::contacts::Email;
use latchkey_protocol::identifiers::SessionId;
use latchkey_protocol::problem::FieldCode;
use latchkey_protocol::second_factor::{
    FEW_RECOVERY_CODES, GiveCode, NewRecoveryCodes, SecondFactor, SecondFactorBegun,
    SecondFactorDisabled,
};
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};

use crate::account::{Account, CodesAwaited};
use crate::changes::Topic;
use crate::client::{Client, invalid};
use crate::contacts::Nothing;
use crate::device;
use crate::failure::{Failure, FailureCode};
use crate::step_up::{StepUpForm, read_code, read_proof};

/// Light modules around a QR code (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: usize = 4;

/// What the screen of two-step sign-in shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is shown by itself, in any combination"
)]
pub struct SecondFactorView {
    /// Since when a code is asked at sign-in; `None` while it is off.
    pub enabled_at: Option<Timestamp>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
    /// Whether so few are left that there should be new ones.
    pub few_left: bool,
    /// When they were made.
    pub recovery_codes_created_at: Option<Timestamp>,
    /// Whether this device asked for them and the answer that had them was lost: nobody has seen them.
    pub codes_not_received: bool,
    /// Whether an address is confirmed, without which it can't be turned on.
    pub has_confirmed_email: bool,
    /// Whether it has no effect until it is reviewed ([`crate::trust`]): no code is asked.
    pub suspended: bool,
    /// Whether the recovery codes have no effect until they are reviewed.
    pub recovery_codes_suspended: bool,
}

/// What an authenticator app needs.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct SecondFactorSetup {
    /// The key for typing in, in groups of four.
    pub secret: String,
    /// The secret as a QR code.
    pub qr: QrPicture,
}

/// A QR code as one path of an SVG picture, one unit to a module, with the quiet zone it needs around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QrPicture {
    /// Width and height in units.
    pub size: u32,
    /// The dark modules: the attribute `d` (SVG 2, section 9.3). Made of digits, signs and `Mhvz` alone.
    pub path: String,
}

/// The code that turns it on.
#[derive(Clone, Deserialize, specta::Type)]
pub struct CodeForm {
    /// A code of the authenticator app that was given the key.
    pub code: String,
    /// Whether all other devices are signed out.
    pub end_other_sessions: bool,
}

/// A new set of recovery codes. The only time they are shown.
#[derive(Clone, Serialize, Deserialize, specta::Type)]
pub struct RecoveryCodesView {
    /// The codes, grouped for reading.
    pub codes: Vec<String>,
    /// The name to sign in with, for the heading of what is printed or saved.
    pub username: String,
    /// What the server is called, empty for the one on this computer.
    pub server: String,
    /// What this computer is called: a sheet of paper does not lie on it.
    pub computer: String,
    /// When they were made, by this device's clock.
    pub created_at: Timestamp,
}

impl Client {
    /// What the screen of two-step sign-in shows.
    pub async fn second_factor(&self) -> Result<SecondFactorView, Failure> {
        let account = self.account().await?;
        let record = account.second_factor().await?;
        let emails = account.all_shown::<Email>(Collection::Emails).await?;
        let awaited = account.codes_awaited().await?;
        Ok(SecondFactorView {
            codes_not_received: awaited
                .is_some_and(|awaited| never_came(&awaited, &record, account.stored.session_id)),
            few_left: has_few_codes(&record),
            enabled_at: record.enabled_at,
            recovery_codes_left: record.recovery_codes_left,
            recovery_codes_created_at: record.recovery_codes_created_at,
            has_confirmed_email: emails
                .iter()
                .any(|(_, email)| email.body.confirmed_at.is_some()),
            suspended: record.suspended_at.is_some(),
            recovery_codes_suspended: record.recovery_codes_suspended_at.is_some(),
        })
    }

    /// Has the server make a key for an authenticator app. Nothing is on yet. Needs a connection and a step-up.
    pub async fn begin_second_factor(&self) -> Result<SecondFactorSetup, Failure> {
        let account = self.account().await?;
        let begun: SecondFactorBegun = self
            .post(&account, "v1/second-factor/begin", &Nothing {}, None)
            .await?;
        // Whoever photographs it does what it says.
        if !begun.uri.starts_with("otpauth://totp/") {
            return Err(FailureCode::Nonsense.into());
        }
        Ok(SecondFactorSetup {
            secret: in_groups(&begun.secret),
            qr: qr_picture(&begun.uri).ok_or(FailureCode::Nonsense)?,
        })
    }

    /// Turns two-step sign-in on with a first code of the app. Needs a connection.
    pub async fn enable_second_factor(&self, form: CodeForm) -> Result<RecoveryCodesView, Failure> {
        self.new_codes("v1/second-factor/enable", &give(form)?)
            .await
    }

    /// Makes the recovery codes void and gets new ones. Needs a connection.
    pub async fn replace_recovery_codes(
        &self,
        form: StepUpForm,
    ) -> Result<RecoveryCodesView, Failure> {
        self.new_codes("v1/second-factor/recovery-codes", &read_proof(form)?)
            .await
    }

    /// Turns two-step sign-in off. Needs a connection.
    pub async fn disable_second_factor(&self, form: StepUpForm) -> Result<(), Failure> {
        let account = self.account().await?;
        let proof = read_proof(form)?;
        let disabled: SecondFactorDisabled = self
            .post(&account, "v1/second-factor/disable", &proof, None)
            .await?;
        account.await_codes(None).await;
        account.catch_up(disabled.revision).await;
        Ok(())
    }

    async fn new_codes(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<RecoveryCodesView, Failure> {
        let account = self.account().await?;
        let lost_before = account.codes_awaited().await?;
        if lost_before.is_none() {
            let in_place_of = account.second_factor().await?.recovery_codes_created_at;
            account
                .await_codes(Some(CodesAwaited { in_place_of }))
                .await;
        }
        let answer = self
            .post::<NewRecoveryCodes>(&account, path, body, None)
            .await;
        let may_be_done = matches!(
            &answer,
            Err(Failure {
                code: FailureCode::Unanswered | FailureCode::Nonsense | FailureCode::ServerFault,
                ..
            })
        );
        if answer.is_ok() || lost_before.is_none() && !may_be_done {
            account.await_codes(None).await;
            // The record may have come sooner.
            self.announce(vec![Topic::SecondFactor]);
        }
        let new = answer?;
        account.catch_up(new.revision).await;
        let (username, server) = match self.stage().await {
            crate::stage::Stage::SignedIn {
                username, server, ..
            } => (username, server.name),
            _ => (account.stored.login.clone(), String::new()),
        };
        Ok(RecoveryCodesView {
            codes: new.recovery_codes,
            username,
            server,
            computer: device::describe(&self.installation.app).name,
            created_at: self.now(),
        })
    }
}

impl Account {
    /// The record; that of one which was never on when there is none.
    pub(crate) async fn second_factor(&self) -> Result<SecondFactor, Failure> {
        let id = self.stored.account_id.to_string();
        let record = self
            .shown::<SecondFactor>(Collection::SecondFactor, &id)
            .await?;
        Ok(record.map(|record| record.body).unwrap_or_default())
    }

    /// Whether a code has to be given beside the password.
    pub(crate) async fn second_factor_on(&self) -> Result<bool, Failure> {
        let factor = self.second_factor().await?;
        Ok(is_asked(&factor))
    }
}

/// Whether the codes that this session waits for were made, and so are in nobody's hands.
fn never_came(awaited: &CodesAwaited, record: &SecondFactor, this: SessionId) -> bool {
    record.enabled_at.is_some()
        && record.recovery_codes_created_at != awaited.in_place_of
        // A set that another device had made meanwhile was shown there. Older servers don't say which it was.
        && record.recovery_codes_created_in.is_none_or(|made_in| made_in == this)
}

/// Whether a code is asked for.
pub(crate) fn is_asked(record: &SecondFactor) -> bool {
    record.enabled_at.is_some() && record.suspended_at.is_none()
}

/// Whether there should be new recovery codes.
pub(crate) fn has_few_codes(record: &SecondFactor) -> bool {
    record.enabled_at.is_some() && record.recovery_codes_left <= FEW_RECOVERY_CODES
}

fn give(form: CodeForm) -> Result<GiveCode, Failure> {
    let mut problems = Vec::new();
    let code = read_code(Some(form.code), &mut problems);
    match code {
        _ if !problems.is_empty() => Err(invalid(problems)),
        Some(code) => Ok(GiveCode {
            code,
            end_other_sessions: form.end_other_sessions,
        }),
        None => Err(crate::client::invalid_field("code", FieldCode::Required)),
    }
}

fn in_groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = characters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

/// `None` for a text that is too long for any code.
fn qr_picture(text: &str) -> Option<QrPicture> {
    use std::fmt::Write as _;

    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..]
                .iter()
                .take_while(|color| **color == Color::Dark)
                .count();
            if run > 0 {
                // Writing to a string can't fail.
                let _ = write!(
                    path,
                    "M{} {}h{run}v1h-{run}z",
                    x + QUIET_ZONE,
                    y + QUIET_ZONE
                );
            }
            x += run.max(1);
        }
    }
    let size = u32::try_from(width + 2 * QUIET_ZONE).ok()?;
    Some(QrPicture { size, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_dark_modules_and_no_others() {
        let text =
            "otpauth://totp/Latchkey:anna?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Latchkey";
        let picture = qr_picture(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let mut dark = 0;
        for run in picture.path.split('M').skip(1) {
            let (place, size) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let run: usize = size.split_once('v').unwrap().0.parse().unwrap();
            for x in x..x + run {
                assert_eq!(code[(x - QUIET_ZONE, y - QUIET_ZONE)], Color::Dark);
                dark += 1;
            }
        }
        let all = code.to_colors();
        let expected = all.iter().filter(|color| **color == Color::Dark).count();
        assert_eq!(dark, expected);
        assert_eq!(picture.size as usize, code.width() + 8);
        let harmless = |character: char| character.is_ascii_digit() || "Mhvz -".contains(character);
        assert!(picture.path.chars().all(harmless));
    }

    #[test]
    fn a_key_is_typed_in_groups() {
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
