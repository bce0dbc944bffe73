//! Every text that the server writes for people: one Fluent catalogue per language, for mails and browser pages.
//!
//! A language is one file in `words/`, one line in [`SOURCES`], and its tag in
//! [`latchkey_protocol::profile::LANGUAGES`]; the tests here say what is missing. A message is one line in `messages!`
//! and one in each catalogue; code can name no other.

use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Catalogues by language tag; the first is for whom none fits.
const SOURCES: &[(&str, &str)] = &[
    ("en", include_str!("../words/en.ftl")),
    ("de", include_str!("../words/de.ftl")),
];

/// A message of the catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    id: &'static str,
    variables: &'static [&'static str],
}

macro_rules! messages {
    ($($name:ident = $id:literal [$($variable:literal),*];)+) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub const $name: Message = Message { id: $id, variables: &[$($variable),*] };
        )+

        #[cfg(test)]
        const ALL: &[Message] = &[$($name),+];
    };
}

messages! {
    MOMENT = "moment" ["year", "month", "day", "hour", "minute", "zone"];

    MAIL_GREETING = "mail-greeting" [];
    MAIL_DONE_BY = "mail-done-by" ["device", "origin"];
    MAIL_DONE_FROM = "mail-done-from" ["origin"];
    MAIL_FOOTER = "mail-footer" ["host", "username"];
    MAIL_NOT_YOU = "mail-not-you" [];
    MAIL_NEW_PASSWORD = "mail-new-password" [];
    CONFIRM_EMAIL_SUBJECT = "confirm-email-subject" [];
    CONFIRM_EMAIL_HEADING = "confirm-email-heading" [];
    CONFIRM_EMAIL_REASON = "confirm-email-reason" ["address", "username", "host"];
    CONFIRM_EMAIL_BUTTON = "confirm-email-button" [];
    CONFIRM_EMAIL_APP = "confirm-email-app" [];
    CONFIRM_EMAIL_VALIDITY = "confirm-email-validity" [];
    CONFIRM_EMAIL_NOT_YOU = "confirm-email-not-you" [];
    ADDRESS_IN_USE_SUBJECT = "address-in-use-subject" [];
    ADDRESS_IN_USE_HEADING = "address-in-use-heading" [];
    ADDRESS_IN_USE_REASON = "address-in-use-reason" ["address", "host", "username"];
    ADDRESS_IN_USE_YOU = "address-in-use-you" ["username"];
    ADDRESS_IN_USE_NOT_YOU = "address-in-use-not-you" [];
    EMAIL_ADDED_SUBJECT = "email-added-subject" [];
    EMAIL_ADDED_HEADING = "email-added-heading" [];
    EMAIL_ADDED_REASON = "email-added-reason" ["address", "username", "moment"];
    EMAIL_REMOVED_SUBJECT = "email-removed-subject" [];
    EMAIL_REMOVED_HEADING = "email-removed-heading" [];
    EMAIL_REMOVED_REASON = "email-removed-reason" ["address", "username", "moment"];
    EMAIL_MADE_PRIMARY_SUBJECT = "email-made-primary-subject" [];
    EMAIL_MADE_PRIMARY_HEADING = "email-made-primary-heading" [];
    EMAIL_MADE_PRIMARY_REASON = "email-made-primary-reason" ["address", "username", "moment"];
    SIGN_IN_ALERT_SUBJECT = "sign-in-alert-subject" [];
    SIGN_IN_ALERT_HEADING = "sign-in-alert-heading" [];
    SIGN_IN_ALERT_REASON = "sign-in-alert-reason" ["username", "moment", "device", "system", "origin"];
    SIGN_IN_ALERT_NAMELESS = "sign-in-alert-nameless" ["username", "moment", "system", "origin"];
    SIGN_IN_ALERT_EFFECT = "sign-in-alert-effect" [];
    SIGN_IN_ALERT_YOURS = "sign-in-alert-yours" [];
    APPROVE_DEVICE_SUBJECT = "approve-device-subject" [];
    APPROVE_DEVICE_HEADING = "approve-device-heading" [];
    APPROVE_DEVICE_REASON = "approve-device-reason" ["username", "device", "origin"];
    APPROVE_DEVICE_NAMELESS = "approve-device-nameless" ["username", "origin"];
    APPROVE_DEVICE_BUTTON = "approve-device-button" [];
    APPROVE_DEVICE_APP = "approve-device-app" [];
    APPROVE_DEVICE_VALIDITY = "approve-device-validity" [];
    APPROVE_DEVICE_NOT_YOU = "approve-device-not-you" [];
    DEVICE_APPROVED_SUBJECT = "device-approved-subject" [];
    DEVICE_APPROVED_HEADING = "device-approved-heading" [];
    DEVICE_APPROVED_REASON = "device-approved-reason" ["username", "moment", "device"];
    DEVICE_APPROVED_NAMELESS = "device-approved-nameless" ["username", "moment"];
    DEVICE_DISOWNED_SUBJECT = "device-disowned-subject" [];
    DEVICE_DISOWNED_HEADING = "device-disowned-heading" [];
    DEVICE_DISOWNED_REASON = "device-disowned-reason" ["username", "moment", "device"];
    DEVICE_DISOWNED_NAMELESS = "device-disowned-nameless" ["username", "moment"];
    DEVICE_DISOWNED_NEXT = "device-disowned-next" [];
    ACCOUNT_SECURED_SUBJECT = "account-secured-subject" [];
    ACCOUNT_SECURED_HEADING = "account-secured-heading" [];
    ACCOUNT_SECURED_REASON = "account-secured-reason" ["username", "moment"];
    ACCOUNT_SECURED_EFFECT = "account-secured-effect" [];
    ACCOUNT_SECURED_NEXT = "account-secured-next" [];
    MAIL_NOT_ME = "mail-not-me" [];
    RESET_PASSWORD_SUBJECT = "reset-password-subject" [];
    RESET_PASSWORD_HEADING = "reset-password-heading" [];
    RESET_PASSWORD_REASON = "reset-password-reason" ["username", "host"];
    RESET_PASSWORD_BUTTON = "reset-password-button" [];
    RESET_PASSWORD_APP = "reset-password-app" [];
    RESET_PASSWORD_VALIDITY = "reset-password-validity" [];
    RESET_PASSWORD_NOT_YOU = "reset-password-not-you" [];
    PASSWORD_CHANGED_SUBJECT = "password-changed-subject" [];
    PASSWORD_CHANGED_HEADING = "password-changed-heading" [];
    PASSWORD_CHANGED_REASON = "password-changed-reason" ["username", "moment"];
    PASSWORD_RESET_SUBJECT = "password-reset-subject" [];
    PASSWORD_RESET_HEADING = "password-reset-heading" [];
    PASSWORD_RESET_REASON = "password-reset-reason" ["username", "moment"];
    CONFIRM_EMAIL_CHANGE_SUBJECT = "confirm-email-change-subject" [];
    CONFIRM_EMAIL_CHANGE_HEADING = "confirm-email-change-heading" [];
    CONFIRM_EMAIL_CHANGE_REASON = "confirm-email-change-reason" ["username", "host", "address"];
    CONFIRM_EMAIL_CHANGE_BUTTON = "confirm-email-change-button" [];
    CONFIRM_EMAIL_CHANGE_APP = "confirm-email-change-app" [];
    CONFIRM_EMAIL_CHANGE_VALIDITY = "confirm-email-change-validity" [];
    CONFIRM_EMAIL_CHANGE_NOT_YOU = "confirm-email-change-not-you" [];
    APPROVE_EMAIL_CHANGE_SUBJECT = "approve-email-change-subject" [];
    APPROVE_EMAIL_CHANGE_HEADING = "approve-email-change-heading" [];
    APPROVE_EMAIL_CHANGE_REASON = "approve-email-change-reason" ["username", "host", "address"];
    APPROVE_EMAIL_CHANGE_BUTTON = "approve-email-change-button" [];
    APPROVE_EMAIL_CHANGE_NOT_YOU = "approve-email-change-not-you" [];
    EMAIL_CHANGE_REQUESTED_SUBJECT = "email-change-requested-subject" [];
    EMAIL_CHANGE_REQUESTED_HEADING = "email-change-requested-heading" [];
    EMAIL_CHANGE_REQUESTED_REASON = "email-change-requested-reason" ["username", "address", "moment"];
    EMAIL_CHANGE_REQUESTED_EFFECT = "email-change-requested-effect" [];
    EMAIL_CHANGE_REQUESTED_BUTTON = "email-change-requested-button" [];
    EMAIL_CHANGE_COMPLETED_SUBJECT = "email-change-completed-subject" [];
    EMAIL_CHANGE_COMPLETED_HEADING = "email-change-completed-heading" [];
    EMAIL_CHANGE_COMPLETED_REASON = "email-change-completed-reason" ["username", "address", "moment"];
    EMAIL_CHANGE_COMPLETED_EFFECT = "email-change-completed-effect" [];
    EMAIL_CHANGE_COMPLETED_BUTTON = "email-change-completed-button" [];
    EMAIL_CHANGE_UNDONE_SUBJECT = "email-change-undone-subject" [];
    EMAIL_CHANGE_UNDONE_HEADING = "email-change-undone-heading" [];
    EMAIL_CHANGE_UNDONE_REASON = "email-change-undone-reason" ["username", "address", "moment"];
    EMAIL_CHANGE_UNDONE_NEXT = "email-change-undone-next" [];
    USERNAME_CHANGED_SUBJECT = "username-changed-subject" [];
    USERNAME_CHANGED_HEADING = "username-changed-heading" [];
    USERNAME_CHANGED_REASON = "username-changed-reason" ["username", "host", "moment"];
    USERNAME_CHANGED_DOTS = "username-changed-dots" [];
    SECOND_FACTOR_ENABLED_SUBJECT = "second-factor-enabled-subject" [];
    SECOND_FACTOR_ENABLED_HEADING = "second-factor-enabled-heading" [];
    SECOND_FACTOR_ENABLED_REASON = "second-factor-enabled-reason" ["username", "moment"];
    SECOND_FACTOR_DISABLED_SUBJECT = "second-factor-disabled-subject" [];
    SECOND_FACTOR_DISABLED_HEADING = "second-factor-disabled-heading" [];
    SECOND_FACTOR_DISABLED_REASON = "second-factor-disabled-reason" ["username", "moment"];
    SIGN_IN_STOPPED_SUBJECT = "sign-in-stopped-subject" [];
    SIGN_IN_STOPPED_HEADING = "sign-in-stopped-heading" [];
    SIGN_IN_STOPPED_REASON = "sign-in-stopped-reason" ["username", "moment", "origin"];
    SIGN_IN_STOPPED_NEXT = "sign-in-stopped-next" [];
    SIGN_IN_UNFINISHED_SUBJECT = "sign-in-unfinished-subject" [];
    SIGN_IN_UNFINISHED_HEADING = "sign-in-unfinished-heading" [];
    SIGN_IN_UNFINISHED_REASON = "sign-in-unfinished-reason" ["username", "moment", "origin", "device", "system"];
    SIGN_IN_UNFINISHED_NAMELESS = "sign-in-unfinished-nameless" ["moment", "username", "system", "origin"];
    SECOND_FACTOR_LOCKED_SUBJECT = "second-factor-locked-subject" [];
    SECOND_FACTOR_LOCKED_HEADING = "second-factor-locked-heading" [];
    SECOND_FACTOR_LOCKED_REASON = "second-factor-locked-reason" ["username", "moment", "origin"];
    SECOND_FACTOR_LOCKED_NEXT = "second-factor-locked-next" [];
    RECOVERY_CODE_USED_SUBJECT = "recovery-code-used-subject" [];
    RECOVERY_CODE_USED_HEADING = "recovery-code-used-heading" [];
    RECOVERY_CODE_USED_REASON = "recovery-code-used-reason" ["username", "moment"];
    RECOVERY_CODES_REPLACED_SUBJECT = "recovery-codes-replaced-subject" [];
    RECOVERY_CODES_REPLACED_HEADING = "recovery-codes-replaced-heading" [];
    RECOVERY_CODES_REPLACED_REASON = "recovery-codes-replaced-reason" ["username", "moment"];
    ADMINISTRATOR_GRANTED_SUBJECT = "administrator-granted-subject" [];
    ADMINISTRATOR_GRANTED_HEADING = "administrator-granted-heading" [];
    ADMINISTRATOR_GRANTED_REASON = "administrator-granted-reason" ["username", "host", "moment"];
    ADMINISTRATOR_GRANTED_EFFECT = "administrator-granted-effect" [];
    ADMINISTRATOR_REVOKED_SUBJECT = "administrator-revoked-subject" [];
    ADMINISTRATOR_REVOKED_HEADING = "administrator-revoked-heading" [];
    ADMINISTRATOR_REVOKED_REASON = "administrator-revoked-reason" ["username", "host", "moment"];
    ADMINISTRATOR_REVOKED_NEXT = "administrator-revoked-next" [];
    PASSWORD_RESET_STARTED_SUBJECT = "password-reset-started-subject" [];
    PASSWORD_RESET_STARTED_HEADING = "password-reset-started-heading" [];
    PASSWORD_RESET_STARTED_REASON = "password-reset-started-reason" ["administrator", "username", "host"];
    PASSWORD_RESET_STARTED_NOT_WANTED = "password-reset-started-not-wanted" ["administrator"];
    SECOND_FACTOR_RESET_SUBJECT = "second-factor-reset-subject" [];
    SECOND_FACTOR_RESET_HEADING = "second-factor-reset-heading" [];
    SECOND_FACTOR_RESET_REASON = "second-factor-reset-reason" ["administrator", "username", "moment"];
    SECOND_FACTOR_RESET_NEXT = "second-factor-reset-next" [];
    SESSIONS_ENDED_SUBJECT = "sessions-ended-subject" [];
    SESSIONS_ENDED_HEADING = "sessions-ended-heading" [];
    SESSIONS_ENDED_REASON = "sessions-ended-reason" ["administrator", "username", "moment"];
    SESSIONS_ENDED_NEXT = "sessions-ended-next" [];
    BY_ADMINISTRATOR_NOT_WANTED = "by-administrator-not-wanted" ["administrator"];
    PASSKEY_ADDED_SUBJECT = "passkey-added-subject" [];
    PASSKEY_ADDED_HEADING = "passkey-added-heading" [];
    PASSKEY_ADDED_REASON = "passkey-added-reason" ["device", "username", "moment"];
    PASSKEY_ADDED_NAMELESS = "passkey-added-nameless" ["username", "moment"];
    PASSKEY_REMOVED_SUBJECT = "passkey-removed-subject" [];
    PASSKEY_REMOVED_HEADING = "passkey-removed-heading" [];
    PASSKEY_REMOVED_REASON = "passkey-removed-reason" ["device", "username", "moment"];
    PASSKEY_REMOVED_NAMELESS = "passkey-removed-nameless" ["username", "moment"];
    PASSKEY_REFUSED_SUBJECT = "passkey-refused-subject" [];
    PASSKEY_REFUSED_HEADING = "passkey-refused-heading" [];
    PASSKEY_REFUSED_REASON = "passkey-refused-reason" ["moment", "origin", "device", "username"];
    PASSKEY_REFUSED_NAMELESS = "passkey-refused-nameless" ["moment", "origin", "username"];
    PASSKEY_REFUSED_NEXT = "passkey-refused-next" [];

    PAGE_PRODUCT = "page-product" [];
    PAGE_CONFIRM_TITLE = "page-confirm-title" [];
    PAGE_CONFIRM_EXPLANATION = "page-confirm-explanation" [];
    PAGE_CONFIRM_BUTTON = "page-confirm-button" [];
    PAGE_CONFIRM_APP = "page-confirm-app" [];
    PAGE_CONFIRMED_TITLE = "page-confirmed-title" [];
    PAGE_CONFIRMED_EXPLANATION = "page-confirmed-explanation" ["address"];
    PAGE_CONFIRMED_NEXT = "page-confirmed-next" [];
    PAGE_ALREADY_TITLE = "page-already-title" [];
    PAGE_ALREADY_EXPLANATION = "page-already-explanation" [];
    PAGE_SPENT_TITLE = "page-spent-title" [];
    PAGE_SPENT_EXPLANATION = "page-spent-explanation" [];
    PAGE_SPENT_NEXT = "page-spent-next" [];
    PAGE_ELSEWHERE_TITLE = "page-elsewhere-title" [];
    PAGE_ELSEWHERE_EXPLANATION = "page-elsewhere-explanation" [];
    PAGE_ELSEWHERE_NEXT = "page-elsewhere-next" [];
    PAGE_CHANGE_TITLE = "page-change-title" [];
    PAGE_CHANGE_EXPLANATION = "page-change-explanation" [];
    PAGE_CHANGE_BUTTON = "page-change-button" [];
    PAGE_CHANGED_TITLE = "page-changed-title" [];
    PAGE_CHANGED_EXPLANATION = "page-changed-explanation" ["address"];
    PAGE_CHANGE_WAITS_TITLE = "page-change-waits-title" [];
    PAGE_CHANGE_WAITS_EXPLANATION = "page-change-waits-explanation" ["address"];
    PAGE_CHANGE_SPENT_EXPLANATION = "page-change-spent-explanation" [];
    PAGE_CHANGE_SPENT_NEXT = "page-change-spent-next" [];
    PAGE_UNDO_TITLE = "page-undo-title" [];
    PAGE_UNDO_EXPLANATION = "page-undo-explanation" [];
    PAGE_UNDO_BUTTON = "page-undo-button" [];
    PAGE_UNDONE_TITLE = "page-undone-title" [];
    PAGE_UNDONE_EXPLANATION = "page-undone-explanation" ["address", "username"];
    PAGE_UNDONE_NEXT = "page-undone-next" [];
    PAGE_UNDONE_RESET = "page-undone-reset" [];
    PAGE_UNDO_SPENT_EXPLANATION = "page-undo-spent-explanation" [];
    PAGE_UNDO_SPENT_NEXT = "page-undo-spent-next" [];
    PAGE_LATER_TITLE = "page-later-title" [];
    PAGE_LATER_EXPLANATION = "page-later-explanation" [];
    PAGE_LATER_NEXT = "page-later-next" [];
    PAGE_LOCK_TITLE = "page-lock-title" [];
    PAGE_LOCK_EXPLANATION = "page-lock-explanation" [];
    PAGE_LOCK_DEVICE = "page-lock-device" ["device"];
    PAGE_LOCK_ACCOUNT = "page-lock-account" [];
    PAGE_LOCK_DEVICES = "page-lock-devices" ["names"];
    PAGE_LOCK_ADDRESSES = "page-lock-addresses" ["names"];
    PAGE_LOCK_PASSKEYS = "page-lock-passkeys" ["count"];
    PAGE_LOCK_REST = "page-lock-rest" [];
    PAGE_LOCK_BUTTON = "page-lock-button" [];
    PAGE_LOCKED_DEVICE_TITLE = "page-locked-device-title" [];
    PAGE_LOCKED_DEVICE_EXPLANATION = "page-locked-device-explanation" ["device"];
    PAGE_LOCKED_TITLE = "page-locked-title" [];
    PAGE_LOCKED_EXPLANATION = "page-locked-explanation" [];
    PAGE_LOCKED_NEXT = "page-locked-next" [];
    PAGE_LOCK_SPENT_EXPLANATION = "page-lock-spent-explanation" [];
    PAGE_LOCK_SPENT_NEXT = "page-lock-spent-next" [];
    PAGE_APPROVE_TITLE = "page-approve-title" [];
    PAGE_APPROVE_EXPLANATION = "page-approve-explanation" [];
    PAGE_APPROVE_APP = "page-approve-app" [];
    PAGE_FORGOT_TITLE = "page-forgot-title" [];
    PAGE_FORGOT_EXPLANATION = "page-forgot-explanation" [];
    PAGE_FORGOT_LOGIN = "page-forgot-login" [];
    PAGE_FORGOT_BUTTON = "page-forgot-button" [];
    PAGE_FORGOT_SENT_TITLE = "page-forgot-sent-title" [];
    PAGE_FORGOT_SENT_EXPLANATION = "page-forgot-sent-explanation" [];
    PAGE_FORGOT_SENT_HELP = "page-forgot-sent-help" ["host"];
    PAGE_FORGOT_AGAIN = "page-forgot-again" [];
    PAGE_RESET_TITLE = "page-reset-title" [];
    PAGE_RESET_EXPLANATION = "page-reset-explanation" [];
    PAGE_RESET_USERNAME = "page-reset-username" [];
    PAGE_RESET_USERNAME_HINT = "page-reset-username-hint" [];
    PAGE_RESET_PASSWORD = "page-reset-password" [];
    PAGE_RESET_REPEAT = "page-reset-repeat" [];
    PAGE_RESET_CODE = "page-reset-code" [];
    PAGE_RESET_CODE_HINT = "page-reset-code-hint" [];
    PAGE_RESET_PASSKEY = "page-reset-passkey" [];
    PAGE_RESET_BUTTON = "page-reset-button" [];
    PAGE_RESET_APP = "page-reset-app" [];
    PAGE_RESET_DONE_TITLE = "page-reset-done-title" [];
    PAGE_RESET_DONE_EXPLANATION = "page-reset-done-explanation" [];
    PAGE_RESET_DONE_APP = "page-reset-done-app" [];
    PAGE_RESET_SPENT_TITLE = "page-reset-spent-title" [];
    PAGE_RESET_SPENT_EXPLANATION = "page-reset-spent-explanation" [];
    PAGE_RULE_LENGTH = "page-rule-length" ["minimum"];
    PAGE_RULE_SECOND_FACTOR = "page-rule-second-factor" ["minimum"];
    PAGE_RULE_MAXIMUM = "page-rule-maximum" ["maximum"];
    PAGE_RULE_CLASSES = "page-rule-classes" [];
    PAGE_FIELD_REQUIRED = "page-field-required" [];
    PAGE_FIELD_TOO_SHORT = "page-field-too-short" [];
    PAGE_FIELD_TOO_LONG = "page-field-too-long" [];
    PAGE_FIELD_TOO_COMMON = "page-field-too-common" [];
    PAGE_FIELD_CONTEXT = "page-field-context" [];
    PAGE_FIELD_CLASSES = "page-field-classes" [];
    PAGE_FIELD_CHARACTERS = "page-field-characters" [];
    PAGE_FIELD_DIFFERENT = "page-field-different" [];
    PAGE_FIELD_CODE_NEEDED = "page-field-code-needed" [];
    PAGE_FIELD_WRONG_CODE = "page-field-wrong-code" [];
    PAGE_ADD_PASSKEY_TITLE = "page-add-passkey-title" [];
    PAGE_ADD_PASSKEY_EXPLANATION = "page-add-passkey-explanation" ["username", "host", "device"];
    PAGE_ADD_PASSKEY_CHOICE = "page-add-passkey-choice" [];
    PAGE_ADD_PASSKEY_NAME = "page-add-passkey-name" [];
    PAGE_ADD_PASSKEY_NAME_HINT = "page-add-passkey-name-hint" [];
    PAGE_ADD_PASSKEY_BUTTON = "page-add-passkey-button" [];
    PAGE_ADD_PASSKEY_SPENT_EXPLANATION = "page-add-passkey-spent-explanation" [];
    PAGE_ADD_PASSKEY_REFUSED_TITLE = "page-add-passkey-refused-title" [];
    PAGE_ADD_PASSKEY_REFUSED_EXPLANATION = "page-add-passkey-refused-explanation" [];
    PAGE_PASSKEY_ADDED_TITLE = "page-passkey-added-title" [];
    PAGE_PASSKEY_ADDED_EXPLANATION = "page-passkey-added-explanation" ["name"];
    PAGE_PASSKEY_ADDED_NEXT = "page-passkey-added-next" [];
    PAGE_USE_PASSKEY_TITLE = "page-use-passkey-title" [];
    PAGE_USE_PASSKEY_EXPLANATION = "page-use-passkey-explanation" ["device", "origin", "username", "host"];
    PAGE_USE_PASSKEY_WARNING = "page-use-passkey-warning" [];
    PAGE_USE_PASSKEY_BUTTON = "page-use-passkey-button" [];
    PAGE_USE_PASSKEY_SPENT_EXPLANATION = "page-use-passkey-spent-explanation" [];
    PAGE_PASSKEY_SPENT_TITLE = "page-passkey-spent-title" [];
    PAGE_PASSKEY_USED_TITLE = "page-passkey-used-title" [];
    PAGE_PASSKEY_USED_EXPLANATION = "page-passkey-used-explanation" [];
    PAGE_PASSKEY_USED_APP = "page-passkey-used-app" [];
    PAGE_PASSKEY_USED_ELSE = "page-passkey-used-else" [];
    PAGE_PASSKEY_UNSUPPORTED = "page-passkey-unsupported" [];
    PAGE_PASSKEY_CANCELLED = "page-passkey-cancelled" [];
    PAGE_PASSKEY_KNOWN = "page-passkey-known" [];
    PAGE_PASSKEY_NONE = "page-passkey-none" [];
    PAGE_PASSKEY_SPENT = "page-passkey-spent" [];
    PAGE_PASSKEY_FAILED = "page-passkey-failed" [];
    PAGE_PASSKEY_READY = "page-passkey-ready" [];
    PAGE_PASSKEY_SCRIPT = "page-passkey-script" [];
    PAGE_TOO_MANY_TITLE = "page-too-many-title" [];
    PAGE_TOO_MANY_EXPLANATION = "page-too-many-explanation" ["minutes"];
    PAGE_HOME_TITLE = "page-home-title" ["host"];
    PAGE_HOME_EXPLANATION = "page-home-explanation" [];
    PAGE_HOME_APP = "page-home-app" ["host"];
    PAGE_HOME_CONNECT = "page-home-connect" [];
    PAGE_HOME_OPEN = "page-home-open" [];
    PAGE_HOME_FORGOTTEN = "page-home-forgotten" [];
    PAGE_MISSING_TITLE = "page-missing-title" [];
    PAGE_MISSING_EXPLANATION = "page-missing-explanation" [];
    PAGE_FOREIGN_TITLE = "page-foreign-title" [];
    PAGE_FOREIGN_EXPLANATION = "page-foreign-explanation" [];
}

struct Catalogue {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    SOURCES
        .iter()
        .map(|(language, source)| Catalogue {
            language,
            bundle: bundle(language, source).0,
        })
        .collect()
});

/// The catalogue, and how many of its lines are malformed: none, as a test sees to.
fn bundle(language: &str, source: &str) -> (FluentBundle<FluentResource>, usize) {
    let language = language.parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // No U+2068 and U+2069 around what is put in: they would stand in subjects and in copied addresses.
    bundle.set_use_isolating(false);
    let (resource, malformed) = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => (resource, 0),
        Err((resource, errors)) => (resource, errors.len()),
    };
    let twice = bundle
        .add_resource(resource)
        .map_or_else(|errors| errors.len(), |()| 0);
    (bundle, malformed + twice)
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub struct Words(&'static Catalogue);

impl std::fmt::Debug for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Words({})", self.language())
    }
}

impl Words {
    /// Those of a language tag like `de`; English for a language without a catalogue.
    pub fn of(language: &str) -> Self {
        let catalogues = &*CATALOGUES;
        let fitting = catalogues
            .iter()
            .find(|catalogue| catalogue.language == language);
        Self(fitting.unwrap_or(&catalogues[0]))
    }

    /// Those that suit an `Accept-Language` header (RFC 9110, section 12.5.4) best; English when none does.
    pub fn accepted(header: &str) -> Self {
        let mut best: Option<(&str, f32)> = None;
        // A header is at most some kilobytes; nobody speaks more languages than this.
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            let language = tag.split('-').next().unwrap_or_default();
            let known = SOURCES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(language));
            if let Some((known, _)) = known
                && weight > best.map_or(0.0, |(_, weight)| weight)
            {
                best = Some((known, weight));
            }
        }
        Self::of(best.map_or(SOURCES[0].0, |(language, _)| language))
    }

    /// The BCP 47 tag of the language.
    pub fn language(self) -> &'static str {
        self.0.language
    }

    /// The text of a message without variables.
    pub fn text(self, message: Message) -> String {
        self.with(message, &[])
    }

    /// The text of a message, with its variables filled in.
    pub fn with(self, message: Message, variables: &[(&'static str, &dyn Display)]) -> String {
        debug_assert!(
            message
                .variables
                .iter()
                .all(|needed| variables.iter().any(|(given, _)| given == needed)),
            "{} lacks a variable",
            message.id
        );
        let mut arguments = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            arguments.set(*name, value.to_string());
        }
        self.format(message.id, &arguments)
            .unwrap_or_else(|| message.id.to_owned())
    }

    fn format(self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self
            .0
            .bundle
            .format_pattern(pattern, Some(arguments), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        Some(text.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use latchkey_protocol::profile::LANGUAGES;

    use super::*;

    #[test]
    fn every_catalogue_has_every_message_with_its_variables_and_no_other() {
        let declared: BTreeSet<_> = ALL.iter().map(|message| message.id).collect();
        assert_eq!(declared.len(), ALL.len(), "a message is declared twice");
        for (language, source) in SOURCES {
            assert_eq!(bundle(language, source).1, 0, "{language} is malformed");
            let written: BTreeSet<_> = source
                .lines()
                .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
                .filter_map(|line| line.split_once(" = ").map(|(id, _)| id))
                .collect();
            assert_eq!(written, declared, "{language}");
            for message in ALL {
                let marks: Vec<_> = message
                    .variables
                    .iter()
                    .map(|name| (*name, format!("<<{name}>>")))
                    .collect();
                let variables: Vec<(&'static str, &dyn Display)> = marks
                    .iter()
                    .map(|(name, mark)| (*name, mark as &dyn Display))
                    .collect();
                // A variable that the catalogue uses and the list does not name fails in `format`.
                let text = Words::of(language).with(*message, &variables);
                for (_, mark) in &marks {
                    assert!(text.contains(mark), "{language}: {text} lacks {mark}");
                }
            }
        }
    }

    #[test]
    fn every_language_of_the_protocol_has_a_file_and_every_file_is_used() {
        let embedded: BTreeSet<_> = SOURCES
            .iter()
            .map(|(language, _)| (*language).to_owned())
            .collect();
        let spoken: BTreeSet<_> = LANGUAGES
            .iter()
            .map(|language| (*language).to_owned())
            .collect();
        let files: BTreeSet<_> =
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("words"))
                .unwrap()
                .map(|entry| {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    name.strip_suffix(".ftl").unwrap().to_owned()
                })
                .collect();
        assert_eq!(embedded, spoken);
        assert_eq!(embedded, files);
    }

    #[test]
    fn the_best_accepted_language_is_taken() {
        for (header, language) in [
            ("", "en"),
            ("de", "de"),
            ("DE-at;q=0.8, en;q=0.5", "de"),
            ("fr, en;q=0.3, de;q=0.4", "de"),
            ("fr", "en"),
            ("de;q=0, en", "en"),
            ("de;q=0", "en"),
            ("en-GB,de", "en"),
            (";;q=,,=*/\u{0}", "en"),
        ] {
            assert_eq!(Words::accepted(header).language(), language, "{header:?}");
        }
    }
}
