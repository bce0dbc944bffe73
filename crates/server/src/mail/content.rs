//! What a mail says, by its kind and in the recipient's language.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::recovery::app_token;
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use url::Url;

use super::{Kind, Parameters};
use crate::words::{self, Message, Words};

/// What a mail's texts are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub kind: Kind,
    pub words: Words,
    pub parameters: &'a Parameters,
    pub username: &'a str,
    pub time_zone: &'a str,
    /// When what it tells of happened.
    pub happened_at: Timestamp,
    /// What its links start with.
    pub public_url: &'a Url,
    pub server_id: ServerId,
    /// The token of its link, or what is shown in its place.
    pub token: Option<&'a str>,
}

/// The texts of a mail.
#[derive(Debug)]
pub(super) struct Content {
    pub subject: String,
    pub heading: String,
    pub greeting: String,
    pub reason: String,
    pub link: Option<Link>,
    pub notes: Vec<String>,
    /// A page of the server that the notes lead to, without a secret.
    pub page: Option<Link>,
    pub footer: String,
}

#[derive(Debug)]
pub(super) struct Link {
    pub label: String,
    pub url: String,
    pub app: Option<InApp>,
}

/// The same in the app.
#[derive(Debug)]
pub(super) struct InApp {
    pub label: String,
    pub url: String,
}

/// The messages of a kind.
struct Texts {
    subject: Message,
    heading: Message,
    reason: Message,
    notes: &'static [Message],
    link: Option<LinkTexts>,
}

struct LinkTexts {
    /// The page below the public URL; the token follows.
    page: &'static str,
    button: Message,
    /// `None` where the app has another way.
    app: Option<(AppLinkKind, Message)>,
}

/// A kind's messages. All of them may use `address`, `administrator`, `device`, `system`, `origin`, `username`,
/// `host` and `moment`.
#[expect(clippy::too_many_lines, reason = "one table of all kinds")]
fn texts(kind: Kind) -> Texts {
    match kind {
        Kind::ConfirmEmail => Texts {
            subject: words::CONFIRM_EMAIL_SUBJECT,
            heading: words::CONFIRM_EMAIL_HEADING,
            reason: words::CONFIRM_EMAIL_REASON,
            notes: &[words::CONFIRM_EMAIL_VALIDITY, words::CONFIRM_EMAIL_NOT_YOU],
            link: Some(LinkTexts {
                page: "confirm-email",
                button: words::CONFIRM_EMAIL_BUTTON,
                app: Some((AppLinkKind::ConfirmEmail, words::CONFIRM_EMAIL_APP)),
            }),
        },
        Kind::AddressInUse => Texts {
            subject: words::ADDRESS_IN_USE_SUBJECT,
            heading: words::ADDRESS_IN_USE_HEADING,
            reason: words::ADDRESS_IN_USE_REASON,
            notes: &[words::ADDRESS_IN_USE_YOU, words::ADDRESS_IN_USE_NOT_YOU],
            link: None,
        },
        Kind::EmailAdded => Texts {
            subject: words::EMAIL_ADDED_SUBJECT,
            heading: words::EMAIL_ADDED_HEADING,
            reason: words::EMAIL_ADDED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::EmailRemoved => Texts {
            subject: words::EMAIL_REMOVED_SUBJECT,
            heading: words::EMAIL_REMOVED_HEADING,
            reason: words::EMAIL_REMOVED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::EmailMadePrimary => Texts {
            subject: words::EMAIL_MADE_PRIMARY_SUBJECT,
            heading: words::EMAIL_MADE_PRIMARY_HEADING,
            reason: words::EMAIL_MADE_PRIMARY_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::SignInAlert => Texts {
            subject: words::SIGN_IN_ALERT_SUBJECT,
            heading: words::SIGN_IN_ALERT_HEADING,
            reason: words::SIGN_IN_ALERT_REASON,
            notes: &[words::SIGN_IN_ALERT_EFFECT, words::SIGN_IN_ALERT_YOURS],
            link: None,
        },
        Kind::ApproveDevice => Texts {
            subject: words::APPROVE_DEVICE_SUBJECT,
            heading: words::APPROVE_DEVICE_HEADING,
            reason: words::APPROVE_DEVICE_REASON,
            notes: &[
                words::APPROVE_DEVICE_VALIDITY,
                words::APPROVE_DEVICE_NOT_YOU,
            ],
            link: Some(LinkTexts {
                page: "approve-device",
                button: words::APPROVE_DEVICE_BUTTON,
                app: Some((AppLinkKind::ApproveDevice, words::APPROVE_DEVICE_APP)),
            }),
        },
        Kind::DeviceApproved => Texts {
            subject: words::DEVICE_APPROVED_SUBJECT,
            heading: words::DEVICE_APPROVED_HEADING,
            reason: words::DEVICE_APPROVED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::DeviceDisowned => Texts {
            subject: words::DEVICE_DISOWNED_SUBJECT,
            heading: words::DEVICE_DISOWNED_HEADING,
            reason: words::DEVICE_DISOWNED_REASON,
            notes: &[words::DEVICE_DISOWNED_NEXT],
            link: None,
        },
        Kind::AccountSecured => Texts {
            subject: words::ACCOUNT_SECURED_SUBJECT,
            heading: words::ACCOUNT_SECURED_HEADING,
            reason: words::ACCOUNT_SECURED_REASON,
            notes: &[
                words::ACCOUNT_SECURED_EFFECT,
                words::ACCOUNT_SECURED_NEXT,
                words::MAIL_NOT_YOU,
            ],
            link: None,
        },
        Kind::ResetPassword => Texts {
            subject: words::RESET_PASSWORD_SUBJECT,
            heading: words::RESET_PASSWORD_HEADING,
            reason: words::RESET_PASSWORD_REASON,
            notes: &[
                words::RESET_PASSWORD_VALIDITY,
                words::RESET_PASSWORD_NOT_YOU,
            ],
            link: Some(LinkTexts {
                page: "reset-password",
                button: words::RESET_PASSWORD_BUTTON,
                app: Some((AppLinkKind::ResetPassword, words::RESET_PASSWORD_APP)),
            }),
        },
        Kind::PasswordChanged => Texts {
            subject: words::PASSWORD_CHANGED_SUBJECT,
            heading: words::PASSWORD_CHANGED_HEADING,
            reason: words::PASSWORD_CHANGED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::PasswordReset => Texts {
            subject: words::PASSWORD_RESET_SUBJECT,
            heading: words::PASSWORD_RESET_HEADING,
            reason: words::PASSWORD_RESET_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::ConfirmEmailChange => Texts {
            subject: words::CONFIRM_EMAIL_CHANGE_SUBJECT,
            heading: words::CONFIRM_EMAIL_CHANGE_HEADING,
            reason: words::CONFIRM_EMAIL_CHANGE_REASON,
            notes: &[
                words::CONFIRM_EMAIL_CHANGE_VALIDITY,
                words::CONFIRM_EMAIL_CHANGE_NOT_YOU,
            ],
            link: Some(LinkTexts {
                page: "confirm-email-change",
                button: words::CONFIRM_EMAIL_CHANGE_BUTTON,
                app: Some((
                    AppLinkKind::ConfirmEmailChange,
                    words::CONFIRM_EMAIL_CHANGE_APP,
                )),
            }),
        },
        Kind::ApproveEmailChange => Texts {
            subject: words::APPROVE_EMAIL_CHANGE_SUBJECT,
            heading: words::APPROVE_EMAIL_CHANGE_HEADING,
            reason: words::APPROVE_EMAIL_CHANGE_REASON,
            notes: &[
                words::CONFIRM_EMAIL_CHANGE_VALIDITY,
                words::APPROVE_EMAIL_CHANGE_NOT_YOU,
            ],
            link: Some(LinkTexts {
                page: "confirm-email-change",
                button: words::APPROVE_EMAIL_CHANGE_BUTTON,
                app: Some((
                    AppLinkKind::ConfirmEmailChange,
                    words::CONFIRM_EMAIL_CHANGE_APP,
                )),
            }),
        },
        Kind::EmailChangeRequested => Texts {
            subject: words::EMAIL_CHANGE_REQUESTED_SUBJECT,
            heading: words::EMAIL_CHANGE_REQUESTED_HEADING,
            reason: words::EMAIL_CHANGE_REQUESTED_REASON,
            notes: &[words::EMAIL_CHANGE_REQUESTED_EFFECT],
            link: Some(LinkTexts {
                page: "undo-email-change",
                button: words::EMAIL_CHANGE_REQUESTED_BUTTON,
                app: None,
            }),
        },
        Kind::EmailChangeCompleted => Texts {
            subject: words::EMAIL_CHANGE_COMPLETED_SUBJECT,
            heading: words::EMAIL_CHANGE_COMPLETED_HEADING,
            reason: words::EMAIL_CHANGE_COMPLETED_REASON,
            notes: &[words::EMAIL_CHANGE_COMPLETED_EFFECT],
            link: Some(LinkTexts {
                page: "undo-email-change",
                button: words::EMAIL_CHANGE_COMPLETED_BUTTON,
                app: None,
            }),
        },
        Kind::EmailChangeUndone => Texts {
            subject: words::EMAIL_CHANGE_UNDONE_SUBJECT,
            heading: words::EMAIL_CHANGE_UNDONE_HEADING,
            reason: words::EMAIL_CHANGE_UNDONE_REASON,
            notes: &[words::EMAIL_CHANGE_UNDONE_NEXT],
            link: None,
        },
        Kind::UsernameChanged => Texts {
            subject: words::USERNAME_CHANGED_SUBJECT,
            heading: words::USERNAME_CHANGED_HEADING,
            reason: words::USERNAME_CHANGED_REASON,
            notes: &[words::USERNAME_CHANGED_DOTS, words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::SecondFactorEnabled => Texts {
            subject: words::SECOND_FACTOR_ENABLED_SUBJECT,
            heading: words::SECOND_FACTOR_ENABLED_HEADING,
            reason: words::SECOND_FACTOR_ENABLED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::SecondFactorDisabled => Texts {
            subject: words::SECOND_FACTOR_DISABLED_SUBJECT,
            heading: words::SECOND_FACTOR_DISABLED_HEADING,
            reason: words::SECOND_FACTOR_DISABLED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::SignInStopped => Texts {
            subject: words::SIGN_IN_STOPPED_SUBJECT,
            heading: words::SIGN_IN_STOPPED_HEADING,
            reason: words::SIGN_IN_STOPPED_REASON,
            notes: &[words::SIGN_IN_STOPPED_NEXT],
            link: None,
        },
        Kind::SignInUnfinished => Texts {
            subject: words::SIGN_IN_UNFINISHED_SUBJECT,
            heading: words::SIGN_IN_UNFINISHED_HEADING,
            reason: words::SIGN_IN_UNFINISHED_REASON,
            notes: &[words::SECOND_FACTOR_LOCKED_NEXT],
            link: None,
        },
        Kind::SecondFactorLocked => Texts {
            subject: words::SECOND_FACTOR_LOCKED_SUBJECT,
            heading: words::SECOND_FACTOR_LOCKED_HEADING,
            reason: words::SECOND_FACTOR_LOCKED_REASON,
            notes: &[words::SECOND_FACTOR_LOCKED_NEXT],
            link: None,
        },
        Kind::RecoveryCodeUsed => Texts {
            subject: words::RECOVERY_CODE_USED_SUBJECT,
            heading: words::RECOVERY_CODE_USED_HEADING,
            reason: words::RECOVERY_CODE_USED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::RecoveryCodesReplaced => Texts {
            subject: words::RECOVERY_CODES_REPLACED_SUBJECT,
            heading: words::RECOVERY_CODES_REPLACED_HEADING,
            reason: words::RECOVERY_CODES_REPLACED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::AdministratorGranted => Texts {
            subject: words::ADMINISTRATOR_GRANTED_SUBJECT,
            heading: words::ADMINISTRATOR_GRANTED_HEADING,
            reason: words::ADMINISTRATOR_GRANTED_REASON,
            notes: &[words::ADMINISTRATOR_GRANTED_EFFECT],
            link: None,
        },
        Kind::AdministratorRevoked => Texts {
            subject: words::ADMINISTRATOR_REVOKED_SUBJECT,
            heading: words::ADMINISTRATOR_REVOKED_HEADING,
            reason: words::ADMINISTRATOR_REVOKED_REASON,
            notes: &[words::ADMINISTRATOR_REVOKED_NEXT],
            link: None,
        },
        Kind::PasswordResetStarted => Texts {
            subject: words::PASSWORD_RESET_STARTED_SUBJECT,
            heading: words::PASSWORD_RESET_STARTED_HEADING,
            reason: words::PASSWORD_RESET_STARTED_REASON,
            notes: &[
                words::RESET_PASSWORD_VALIDITY,
                words::PASSWORD_RESET_STARTED_NOT_WANTED,
            ],
            link: Some(LinkTexts {
                page: "reset-password",
                button: words::RESET_PASSWORD_BUTTON,
                // No app has asked for it, and so none may open it.
                app: None,
            }),
        },
        Kind::SecondFactorReset => Texts {
            subject: words::SECOND_FACTOR_RESET_SUBJECT,
            heading: words::SECOND_FACTOR_RESET_HEADING,
            reason: words::SECOND_FACTOR_RESET_REASON,
            notes: &[
                words::SECOND_FACTOR_RESET_NEXT,
                words::BY_ADMINISTRATOR_NOT_WANTED,
            ],
            link: None,
        },
        Kind::SessionsEnded => Texts {
            subject: words::SESSIONS_ENDED_SUBJECT,
            heading: words::SESSIONS_ENDED_HEADING,
            reason: words::SESSIONS_ENDED_REASON,
            notes: &[
                words::SESSIONS_ENDED_NEXT,
                words::BY_ADMINISTRATOR_NOT_WANTED,
            ],
            link: None,
        },
        Kind::PasskeyAdded => Texts {
            subject: words::PASSKEY_ADDED_SUBJECT,
            heading: words::PASSKEY_ADDED_HEADING,
            reason: words::PASSKEY_ADDED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::PasskeyRemoved => Texts {
            subject: words::PASSKEY_REMOVED_SUBJECT,
            heading: words::PASSKEY_REMOVED_HEADING,
            reason: words::PASSKEY_REMOVED_REASON,
            notes: &[words::MAIL_NOT_YOU],
            link: None,
        },
        Kind::PasskeyRefused => Texts {
            subject: words::PASSKEY_REFUSED_SUBJECT,
            heading: words::PASSKEY_REFUSED_HEADING,
            reason: words::PASSKEY_REFUSED_REASON,
            notes: &[words::PASSKEY_REFUSED_NEXT],
            link: None,
        },
    }
}

/// The page that the notes of a kind lead to, below the public URL, and what its link is called.
pub(super) fn page(kind: Kind) -> Option<(&'static str, Message)> {
    match kind {
        Kind::PasswordChanged | Kind::PasswordReset | Kind::SignInStopped => {
            Some(("forgot-password", words::MAIL_NEW_PASSWORD))
        }
        _ => None,
    }
}

/// The subject line of a kind.
pub(super) fn subject(words: Words, kind: Kind) -> String {
    words.text(texts(kind).subject)
}

/// Whether a kind makes no sense without its link.
pub(super) fn has_link(kind: Kind) -> bool {
    texts(kind).link.is_some()
}

/// Whether a mail to the primary address carries a link that says "it wasn't me": notices of what guards the account, and of
/// new devices.
pub(super) const fn locks(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SignInAlert
            | Kind::DeviceApproved
            | Kind::AccountSecured
            | Kind::EmailAdded
            | Kind::EmailRemoved
            | Kind::EmailMadePrimary
            | Kind::UsernameChanged
            | Kind::PasswordChanged
            | Kind::PasswordReset
            | Kind::SecondFactorEnabled
            | Kind::SecondFactorDisabled
            | Kind::RecoveryCodeUsed
            | Kind::RecoveryCodesReplaced
            | Kind::PasskeyAdded
            | Kind::PasskeyRemoved
    )
}

/// The link of such a mail.
const LOCK: LinkTexts = LinkTexts {
    page: "lock",
    button: words::MAIL_NOT_ME,
    app: None,
};

/// What is said in the place of the reason where a device or a passkey has no name that can be shown.
fn nameless(kind: Kind) -> Option<Message> {
    Some(match kind {
        Kind::SignInAlert => words::SIGN_IN_ALERT_NAMELESS,
        Kind::ApproveDevice => words::APPROVE_DEVICE_NAMELESS,
        Kind::DeviceApproved => words::DEVICE_APPROVED_NAMELESS,
        Kind::DeviceDisowned => words::DEVICE_DISOWNED_NAMELESS,
        Kind::SignInUnfinished => words::SIGN_IN_UNFINISHED_NAMELESS,
        Kind::PasskeyAdded => words::PASSKEY_ADDED_NAMELESS,
        Kind::PasskeyRemoved => words::PASSKEY_REMOVED_NAMELESS,
        Kind::PasskeyRefused => words::PASSKEY_REFUSED_NAMELESS,
        _ => return None,
    })
}

/// Whether a mail says which device did it, and from where, below what it says.
const fn says_who(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::EmailAdded
            | Kind::EmailRemoved
            | Kind::EmailChangeRequested
            | Kind::UsernameChanged
            | Kind::PasswordChanged
            | Kind::PasswordReset
            | Kind::SecondFactorEnabled
            | Kind::SecondFactorDisabled
            | Kind::RecoveryCodeUsed
            | Kind::RecoveryCodesReplaced
    )
}

/// `path` below the public URL, which may have a path of its own.
pub(crate) fn below(public_url: &Url, path: &str) -> String {
    format!("{}/{path}", public_url.as_str().trim_end_matches('/'))
}

/// The texts of one mail.
pub(super) fn content(facts: &Facts<'_>) -> Content {
    let words = facts.words;
    let host = facts.public_url.host_str().unwrap_or_default();
    let parameters = facts.parameters;
    // Whoever chose them may want to mislead who reads this.
    let (address, username) = (
        claimed_address(&parameters.address),
        claimed(facts.username),
    );
    let (device, system) = (claimed(&parameters.device), claimed(&parameters.system));
    let administrator = claimed(&parameters.administrator);
    // The server's own word; a mail does not rely on its having no control character.
    let origin = one_line(&parameters.origin);
    let moment = moment(words, facts.happened_at, facts.time_zone);
    let with = |message| {
        words.with(
            message,
            &[
                ("address", &address),
                ("administrator", &administrator),
                ("device", &device),
                ("system", &system),
                ("origin", &origin),
                ("username", &username),
                ("host", &host),
                ("moment", &moment),
            ],
        )
    };
    let texts = texts(facts.kind);
    let link = texts.link.or(locks(facts.kind).then_some(LOCK));
    let link = link.zip(facts.token).map(|(link, token)| Link {
        label: with(link.button),
        url: below(facts.public_url, &format!("{}/{token}", link.page)),
        app: link.app.map(|(kind, label)| InApp {
            label: with(label),
            url: AppLink {
                kind,
                token: match kind {
                    AppLinkKind::ResetPassword => app_token(token),
                    _ => token.to_owned(),
                },
                server_id: Some(facts.server_id),
            }
            .to_string(),
        }),
    });
    let done_by = match (says_who(facts.kind), device.is_empty(), origin.is_empty()) {
        (false, ..) | (true, _, true) => None,
        (true, true, false) => Some(words::MAIL_DONE_FROM),
        (true, false, false) => Some(words::MAIL_DONE_BY),
    };
    let reason = nameless(facts.kind).filter(|_| device.is_empty());
    let reason = reason.unwrap_or(texts.reason);
    let notes = done_by.into_iter().chain(texts.notes.iter().copied());
    Content {
        subject: words.text(texts.subject),
        heading: with(texts.heading),
        greeting: words.text(words::MAIL_GREETING),
        reason: with(reason),
        link,
        notes: notes.map(with).collect(),
        page: page(facts.kind).map(|(path, label)| Link {
            label: with(label),
            url: below(facts.public_url, path),
            app: None,
        }),
        footer: with(words::MAIL_FOOTER),
    }
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// An address in a mail to somebody who did not enter it. Mail programs let people write to it; of more than that in front
/// of the `@`, like `www.example.com/prize`, nothing stays that they would make a link of.
fn claimed_address(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return claimed(address);
    };
    let is_plain = !local.starts_with("www.")
        && local
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || ".-_".contains(character));
    let local = if is_plain {
        local.to_owned()
    } else {
        claimed(local)
    };
    format!("{local}@{}", one_line(domain))
}

/// A name that somebody chose, of a device, a passkey or an account, in a mail to somebody whom they may want to mislead:
/// without what mail programs make a link of. A dot stays between digits, as in a version; marks and joiners stay at what they belong to, and emoji, of which
/// no link is made.
fn claimed(name: &str) -> String {
    let characters: Vec<char> = text::line(name).chars().take(80).collect();
    let digit = |place: Option<usize>| {
        place
            .and_then(|place| characters.get(place))
            .is_some_and(char::is_ascii_digit)
    };
    let mut plain = String::new();
    for (place, character) in characters.iter().enumerate() {
        let belongs = text::is_mark(*character) || text::is_joiner(*character);
        let kept = character.is_alphanumeric()
            || text::is_symbol(*character)
            || belongs && !plain.is_empty() && !plain.ends_with(' ')
            || matches!(character, '-' | '_' | '\'' | '’' | '(' | ')' | '+' | '#')
            || *character == '.' && digit(place.checked_sub(1)) && digit(Some(place + 1));
        if kept {
            plain.push(*character);
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    let plain = plain.trim();
    if text::is_visible(plain) {
        plain.to_owned()
    } else {
        String::new()
    }
}

/// The zone of this name: as the system knows it, which may be newer, else as this program brings it. Some systems have no
/// zones, and some not the older names that apps give (`Asia/Calcutta`). UTC for a name that neither knows.
fn zone(of_the_system: &TimeZoneDatabase, name: &str) -> TimeZone {
    static BROUGHT: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    /// Which names were logged; not more than so many, for anybody can make one up.
    static UNKNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    const LOGGED: usize = 100;

    let known = of_the_system.get(name).or_else(|_| BROUGHT.get(name));
    known.unwrap_or_else(|_| {
        let mut unknown = UNKNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < LOGGED && unknown.insert(name.to_owned()) {
            tracing::warn!(
                time_zone = name,
                "an unknown time zone: mails give times in UTC"
            );
        }
        TimeZone::UTC
    })
}

/// An instant for people, in their time zone.
fn moment(words: Words, instant: Timestamp, time_zone: &str) -> String {
    let zone = zone(jiff::tz::db(), time_zone);
    let Ok(instant) = jiff::Timestamp::from_microsecond(instant.0) else {
        return String::new();
    };
    let local = instant.to_zoned(zone);
    let part = |pattern: &str| local.strftime(pattern).to_string();
    words.with(
        words::MOMENT,
        &[
            ("year", &part("%Y")),
            ("month", &part("%m")),
            ("day", &part("%d")),
            ("hour", &part("%H")),
            ("minute", &part("%M")),
            ("zone", &part("%Z")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Arc;

    use super::{Mutex, TimeZoneDatabase, claimed, claimed_address, zone};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn zones_have_all_their_names_whatever_the_system_knows() {
        let winter: jiff::Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let of_an_empty_system = TimeZoneDatabase::none();
        let offset = |name: &str| zone(&of_an_empty_system, name).to_offset(winter).seconds();
        for (name, other_name, seconds) in [
            ("Asia/Calcutta", "Asia/Kolkata", 19_800),
            ("Asia/Katmandu", "Asia/Kathmandu", 20_700),
            ("Asia/Saigon", "Asia/Ho_Chi_Minh", 25_200),
            ("Asia/Rangoon", "Asia/Yangon", 23_400),
            ("Europe/Kiev", "Europe/Kyiv", 7_200),
            ("US/Pacific", "America/Los_Angeles", -28_800),
        ] {
            assert_eq!(
                (offset(name), offset(other_name)),
                (seconds, seconds),
                "{name}"
            );
        }
    }

    #[test]
    fn an_unknown_zone_is_logged_once() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..3 {
                zone(jiff::tz::db(), "Mars/Olympus");
            }
        });
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.matches("Mars/Olympus").count(), 1, "{log}");
    }

    #[test]
    fn an_address_makes_no_link_to_elsewhere() {
        for (address, shown) in [
            ("anna.kowalska@example.org", "anna.kowalska@example.org"),
            ("anna+news@example.org", "anna+news@example.org"),
            (
                "www.evil.example@example.org",
                "www evil example@example.org",
            ),
            (
                "anna+www.evil.example/prize?id=1@example.org",
                "anna+www evil example prize id 1@example.org",
            ),
            (
                "a/evil.example/prize@example.org",
                "a evil example prize@example.org",
            ),
            ("www.evil.example", "www evil example"),
        ] {
            assert_eq!(claimed_address(address), shown);
        }
    }

    #[test]
    fn a_name_makes_no_link() {
        for (name, shown) in [
            ("anna", "anna"),
            (
                "www.claim-your-prize.example.com",
                "www claim-your-prize example com",
            ),
            ("ThinkPad X1", "ThinkPad X1"),
            ("Annas Büro-Rechner (alt)", "Annas Büro-Rechner (alt)"),
            ("Debian GNU/Linux 12.4", "Debian GNU Linux 12.4"),
            ("https://evil.example/unlock", "https evil example unlock"),
            ("www.evil.example", "www evil example"),
            ("call@evil.example", "call evil example"),
            ("1.evil 2.3.", "1 evil 2.3"),
            ("a\r\nBcc: x", "a Bcc x"),
            ("<b>bold</b>", "b bold b"),
            ("हिन्दी लैपटॉप", "हिन्दी लैपटॉप"),
            ("เครื่องที่บ้าน", "เครื่องที่บ้าน"),
            ("Bu\u{308}ro", "Bu\u{308}ro"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("💻", "💻"),
            ("👩\u{200D}💻 👍🏽 ❤\u{FE0F}", "👩\u{200D}💻 👍🏽 ❤\u{FE0F}"),
            ("evil\u{200D}.\u{301}example", "evil\u{200D} example"),
            ("\u{3164}", ""),
            ("...", ""),
        ] {
            assert_eq!(claimed(name), shown);
        }
    }
}
