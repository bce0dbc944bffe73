//! `latchkey://` links.

use url::Url;

/// What a link asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Confirm an e-mail address with the token of a mail.
    ConfirmEmail(String),
}

/// More than any token of ours has.
const LONGEST_TOKEN: usize = 200;

impl Link {
    /// Reads `text`; `None` for everything but the links that Latchkey itself hands out.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !bare || url.scheme() != "latchkey" || url.host_str() != Some("confirm-email") {
            return None;
        }
        let token = url.path().strip_prefix('/')?;
        let plain = token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (plain && !token.is_empty() && token.len() <= LONGEST_TOKEN)
            .then(|| Self::ConfirmEmail(token.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn a_confirmation_is_read() {
        let link = Link::parse("latchkey://confirm-email/aB3-_x");
        assert_eq!(link, Some(Link::ConfirmEmail("aB3-_x".to_owned())));
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
            "latchkey://confirm-email/a#b",
            "latchkey://me@confirm-email/a",
            "latchkey://confirm-email:1/a",
            "latchkey://confirm-email/%2e%2e",
            "latchkey://reset-password/a",
            "https://confirm-email/a",
            "--data-dir=/",
            &long,
        ] {
            assert_eq!(Link::parse(text), None, "{text}");
        }
    }
}
