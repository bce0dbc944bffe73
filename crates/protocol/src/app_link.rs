//! Links from a server's mails and pages into the app: `latchkey://confirm-email/TOKEN?server=ID`.
//!
//! The server stands in it because the app may be in use with another one, which must not be given the token.

use std::fmt;
use std::str::FromStr;

use crate::identifiers::ServerId;

/// The scheme that the app is registered for.
pub const SCHEME: &str = "latchkey";

/// Brings the app to the front, where its person signs in.
pub const SIGN_IN_LINK: &str = "latchkey://sign-in";

/// Characters of the token in a link sent by e-mail: 256 bits in base64url.
pub const MAILED_TOKEN: usize = 43;

/// The most characters that a token may have.
const TOKEN_MAXIMUM: usize = 200;

/// A link into the app.
#[derive(Clone, PartialEq, Eq)]
pub struct AppLink {
    /// What it asks for.
    pub kind: AppLinkKind,
    /// The token of the mail, or the code of the page, that it came with.
    pub token: String,
    /// Whose token that is; `None` in links that were written by hand.
    pub server_id: Option<ServerId>,
}

/// What a link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppLinkKind {
    /// Confirm an e-mail address.
    ConfirmEmail,
    /// Confirm a change of the primary e-mail address.
    ConfirmEmailChange,
    /// Set a new password in the place of a forgotten one.
    ResetPassword,
    /// Approve the device on which it is opened.
    ApproveDevice,
    /// Go on with a sign-in for which a browser has used a passkey; the token is the completion code.
    Passkey,
}

impl AppLinkKind {
    /// All variants.
    pub const ALL: [Self; 5] = [
        Self::ConfirmEmail,
        Self::ConfirmEmailChange,
        Self::ResetPassword,
        Self::ApproveDevice,
        Self::Passkey,
    ];

    /// Its name in the link, which for links of mails is that of the server's page too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm-email",
            Self::ConfirmEmailChange => "confirm-email-change",
            Self::ResetPassword => "reset-password",
            Self::ApproveDevice => "approve-device",
            Self::Passkey => "passkey",
        }
    }
}

/// The text is no link of Latchkey's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAppLink;

impl fmt::Debug for AppLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AppLink")
            .field("kind", &self.kind)
            .field("server_id", &self.server_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AppLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, token) = (self.kind.name(), &self.token);
        write!(formatter, "{SCHEME}://{kind}/{token}")?;
        match self.server_id {
            Some(server_id) => write!(formatter, "?server={server_id}"),
            None => Ok(()),
        }
    }
}

impl FromStr for AppLink {
    type Err = NoAppLink;

    /// Nothing but the very form that [`Display`](fmt::Display) writes: what opens a link is anybody's page.
    fn from_str(text: &str) -> Result<Self, NoAppLink> {
        let rest = text
            .strip_prefix(SCHEME)
            .and_then(|rest| rest.strip_prefix("://"))
            .ok_or(NoAppLink)?;
        let (kind, rest) = rest.split_once('/').ok_or(NoAppLink)?;
        let kind = AppLinkKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or(NoAppLink)?;
        let (token, server_id) = match rest.split_once("?server=") {
            Some((token, server)) => (token, Some(server.parse().map_err(|_| NoAppLink)?)),
            None => (rest, None),
        };
        if !is_token(token) {
            return Err(NoAppLink);
        }
        Ok(Self {
            kind,
            token: token.to_owned(),
            server_id,
        })
    }
}

/// Whether the text has the characters of a token and no others.
pub fn is_token(text: &str) -> bool {
    (1..=TOKEN_MAXIMUM).contains(&text.len()) && text.chars().all(is_of_token)
}

/// Whether a token may have the character.
pub fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_is_read_as_it_is_written() {
        for kind in AppLinkKind::ALL {
            for server_id in [None, Some(ServerId(Uuid::from_u128(7)))] {
                let link = AppLink {
                    kind,
                    token: "aB3-_x".to_owned(),
                    server_id,
                };
                assert_eq!(link.to_string().parse(), Ok(link));
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("latchkey://confirm-email/{}", "a".repeat(201));
        for text in [
            "",
            "latchkey:",
            "latchkey://confirm-email",
            "latchkey://confirm-email/",
            "latchkey://confirm-email/a/b",
            "latchkey://confirm-email/a?server=https://evil.example",
            "latchkey://confirm-email/a?server=",
            "latchkey://confirm-email/a?other=00000000-0000-0000-0000-000000000007",
            "latchkey://confirm-email/a#b",
            "latchkey://me@confirm-email/a",
            "latchkey://confirm-email:1/a",
            "latchkey://confirm-email/%2e%2e",
            "latchkey://undo/a",
            "https://confirm-email/a",
            "--data-dir=/",
            &long,
        ] {
            assert_eq!(text.parse::<AppLink>(), Err(NoAppLink), "{text}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let link: AppLink = "latchkey://confirm-email/secret".parse().unwrap();
        assert!(!format!("{link:?}").contains("secret"));
    }
}
