//! A mail from the queue as a message: text and HTML, both from the one catalogue.

use askama::Template;
use latchkey_protocol::time::Timestamp;
use lettre::Message;
use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body, Mailbox, MultiPart, SinglePart, header};
use url::Url;

use super::{Kind, Parameters};
use crate::words::{self, Words};

/// What a mail is made from.
#[derive(Debug)]
pub(super) struct Mail<'a> {
    /// Unique for each try, so that a receiver who knows one try does not drop the next, whose link is newer.
    pub message_id: String,
    pub kind: Kind,
    pub sender: Mailbox,
    pub recipient: Mailbox,
    pub words: Words,
    pub parameters: &'a Parameters,
    pub username: &'a str,
    pub time_zone: &'a str,
    /// When what it tells of happened.
    pub happened_at: Timestamp,
    /// When it is sent.
    pub now: Timestamp,
    /// What its links start with.
    pub public_url: &'a Url,
    /// The token of its link.
    pub token: Option<&'a str>,
    /// How its text is written.
    pub encoding: ContentTransferEncoding,
}

#[derive(Debug, Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    language: &'a str,
    content: &'a Content,
}

#[derive(Debug, Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    content: &'a Content,
}

#[derive(Debug)]
struct Content {
    subject: String,
    heading: String,
    greeting: String,
    reason: String,
    link: Option<Link>,
    notes: Vec<String>,
    footer: String,
}

#[derive(Debug)]
struct Link {
    label: String,
    url: String,
    app_label: String,
    app_url: String,
}

/// Why a mail can't be written; none of these passes by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("a template: {0}")]
    Template(#[from] askama::Error),
    #[error("the message: {0}")]
    Message(#[from] lettre::error::Error),
}

/// Writes the mail.
pub(super) fn message(mail: Mail<'_>) -> Result<Message, Error> {
    let content = content(&mail);
    let text = Text { content: &content }.render()?;
    let html = Html {
        language: mail.words.language(),
        content: &content,
    }
    .render()?;
    let part = |content_type: header::ContentType, text: &str| {
        SinglePart::builder()
            .header(content_type)
            .body(body(text, mail.encoding))
    };
    let since_epoch = std::time::Duration::from_micros(u64::try_from(mail.now.0).unwrap_or(0));
    Ok(Message::builder()
        .message_id(Some(format!(
            "<{}@{}>",
            mail.message_id,
            mail.sender.email.domain()
        )))
        .date(std::time::UNIX_EPOCH + since_epoch)
        .from(mail.sender)
        .to(mail.recipient)
        .subject(content.subject)
        // RFC 3834, section 5: no machine answers this.
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(header::ContentType::TEXT_PLAIN, &text))
                .singlepart(part(header::ContentType::TEXT_HTML, &html)),
        )?)
}

/// As it is where that is wanted and its lines allow it (998 octets, RFC 5322, section 2.1.1), else as Base64.
fn body(text: &str, encoding: ContentTransferEncoding) -> Body {
    if encoding == ContentTransferEncoding::EightBit && text.lines().all(|line| line.len() <= 998) {
        let lines = text.lines().collect::<Vec<_>>().join("\r\n");
        return Body::dangerous_pre_encoded(lines.into_bytes(), encoding);
    }
    Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::Base64)
        .unwrap_or_else(Body::new)
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// `path` below the public URL, which may have a path of its own.
pub(super) fn below(public_url: &Url, path: &str) -> String {
    format!("{}/{path}", public_url.as_str().trim_end_matches('/'))
}

fn content(mail: &Mail<'_>) -> Content {
    let words = mail.words;
    let host = mail.public_url.host_str().unwrap_or_default();
    // The rules admit no control character in either; a mail does not rely on it.
    let (address, username) = (one_line(&mail.parameters.address), one_line(mail.username));
    let moment = moment(words, mail.happened_at, mail.time_zone);
    let about_change = |message| {
        words.with(
            message,
            &[
                ("address", &address),
                ("username", &username),
                ("moment", &moment),
            ],
        )
    };
    let not_you = || vec![words.with(words::MAIL_NOT_YOU, &[("host", &host)])];
    let (subject, heading, reason, notes) = match mail.kind {
        Kind::ConfirmEmail => (
            words::CONFIRM_EMAIL_SUBJECT,
            words::CONFIRM_EMAIL_HEADING,
            words.with(
                words::CONFIRM_EMAIL_REASON,
                &[
                    ("address", &address),
                    ("username", &username),
                    ("host", &host),
                ],
            ),
            vec![
                words.text(words::CONFIRM_EMAIL_VALIDITY),
                words.text(words::CONFIRM_EMAIL_NOT_YOU),
            ],
        ),
        Kind::AddressInUse => (
            words::ADDRESS_IN_USE_SUBJECT,
            words::ADDRESS_IN_USE_HEADING,
            words.with(
                words::ADDRESS_IN_USE_REASON,
                &[
                    ("address", &address),
                    ("username", &username),
                    ("host", &host),
                ],
            ),
            vec![
                words.with(words::ADDRESS_IN_USE_YOU, &[("username", &username)]),
                words.text(words::ADDRESS_IN_USE_NOT_YOU),
            ],
        ),
        Kind::EmailAdded => (
            words::EMAIL_ADDED_SUBJECT,
            words::EMAIL_ADDED_HEADING,
            about_change(words::EMAIL_ADDED_REASON),
            not_you(),
        ),
        Kind::EmailRemoved => (
            words::EMAIL_REMOVED_SUBJECT,
            words::EMAIL_REMOVED_HEADING,
            about_change(words::EMAIL_REMOVED_REASON),
            not_you(),
        ),
        Kind::EmailMadePrimary => (
            words::EMAIL_MADE_PRIMARY_SUBJECT,
            words::EMAIL_MADE_PRIMARY_HEADING,
            about_change(words::EMAIL_MADE_PRIMARY_REASON),
            not_you(),
        ),
    };
    let link = mail.token.map(|token| Link {
        label: words.text(words::CONFIRM_EMAIL_BUTTON),
        url: below(mail.public_url, &format!("confirm-email/{token}")),
        app_label: words.text(words::CONFIRM_EMAIL_APP),
        app_url: format!("latchkey://confirm-email/{token}"),
    });
    Content {
        subject: words.text(subject),
        heading: words.text(heading),
        greeting: words.text(words::MAIL_GREETING),
        reason,
        link,
        notes,
        footer: words.with(
            words::MAIL_FOOTER,
            &[("host", &host), ("username", &username)],
        ),
    }
}

/// An instant for people, in their time zone; in UTC when this machine does not know the zone.
fn moment(words: Words, instant: Timestamp, time_zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
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
    use super::*;

    fn written(
        parameters: &Parameters,
        username: &str,
        language: &str,
        kind: Kind,
        encoding: ContentTransferEncoding,
    ) -> String {
        let mail = Mail {
            message_id: "id.1".to_owned(),
            kind,
            sender: "Latchkey <no-reply@id.example.org>".parse().unwrap(),
            recipient: "anna@example.org".parse().unwrap(),
            words: Words::of(language),
            parameters,
            username,
            time_zone: "Europe/Berlin",
            happened_at: Timestamp(1_700_000_000_000_000),
            now: Timestamp(1_700_000_100_000_000),
            public_url: &"https://id.example.org/accounts/".parse().unwrap(),
            token: (kind == Kind::ConfirmEmail).then_some("TOKEN"),
            encoding,
        };
        String::from_utf8(message(mail).unwrap().formatted()).unwrap()
    }

    /// The header's lines, unfolded, and the body with its parts decoded.
    fn read(message: &str) -> (Vec<String>, String) {
        use base64::Engine as _;

        let (header, body) = message.split_once("\r\n\r\n").unwrap();
        let header = header.replace("\r\n ", " ").replace("\r\n\t", " ");
        let paragraphs: Vec<_> = body
            .split("\r\n\r\n")
            .map(|paragraph| {
                let encoded = paragraph
                    .split("\r\n--")
                    .next()
                    .unwrap()
                    .replace("\r\n", "");
                base64::engine::general_purpose::STANDARD
                    .decode(encoded)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .unwrap_or_else(|| paragraph.to_owned())
            })
            .collect();
        (
            header.split("\r\n").map(str::to_owned).collect(),
            paragraphs.join("\r\n\r\n"),
        )
    }

    const ENCODINGS: [ContentTransferEncoding; 2] = [
        ContentTransferEncoding::Base64,
        ContentTransferEncoding::EightBit,
    ];

    #[test]
    fn every_kind_is_written_in_every_language_as_text_and_html() {
        let parameters = Parameters {
            address: "anna@example.org".to_owned(),
        };
        let all = Kind::ALL.into_iter().zip(ENCODINGS.into_iter().cycle());
        for (kind, encoding) in all {
            for language in latchkey_protocol::profile::LANGUAGES {
                let message = written(&parameters, "anna", language, kind, encoding);
                let (header, text) = read(&message);
                let has =
                    |start: &str| header.iter().filter(|line| line.starts_with(start)).count();
                for once in [
                    "From: ",
                    "To: ",
                    "Subject: ",
                    "Date: ",
                    "Message-ID: <id.1@id.example.org>",
                    "MIME-Version: ",
                ] {
                    assert_eq!(has(once), 1, "{once} in {header:?}");
                }
                assert!(
                    text.contains("<!doctype html>")
                        && text.contains(&format!("lang=\"{language}\"")),
                    "{text}"
                );
                assert!(text.matches("anna@example.org").count() >= 2, "{text}");
                assert!(!text.contains("{ $"), "{text}");
                let links = text
                    .matches("https://id.example.org/accounts/confirm-email/TOKEN")
                    .count();
                let deep_links = text.matches("latchkey://confirm-email/TOKEN").count();
                if kind == Kind::ConfirmEmail {
                    assert!(links >= 2 && deep_links >= 2, "{text}");
                } else {
                    assert_eq!((links, deep_links), (0, 0));
                }
            }
        }
    }

    #[test]
    fn the_date_is_the_clocks_and_moments_are_the_readers() {
        let parameters = Parameters {
            address: "anna@example.org".to_owned(),
        };
        let (header, text) = read(&written(
            &parameters,
            "anna",
            "de",
            Kind::EmailAdded,
            ENCODINGS[1],
        ));
        assert!(
            header.contains(&"Date: Tue, 14 Nov 2023 22:15:00 +0000".to_owned()),
            "{header:?}"
        );
        let local = text.contains("14.11.2023, 23:13 Uhr (CET)");
        let without_zones = text.contains("14.11.2023, 22:13 Uhr (UTC)");
        assert!(local || without_zones, "{text}");
    }

    /// CVE-2021-38189: a line break in what a person typed began a header or an SMTP command of their own.
    #[test]
    fn what_people_typed_begins_no_header_and_no_command() {
        let hostile = Parameters {
            address: "a\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>"
                .to_owned(),
        };
        let username = "x\r\nBcc: evil@example.org\r\n.\r\n<script>alert(1)</script>";
        for (kind, encoding) in Kind::ALL
            .into_iter()
            .flat_map(|kind| ENCODINGS.map(|encoding| (kind, encoding)))
        {
            let message = written(&hostile, username, "en", kind, encoding);
            assert!(
                !message.to_ascii_lowercase().contains("\nbcc:"),
                "{message}"
            );
            assert!(
                !message.contains("\nMAIL FROM") && !message.contains("\n.\r"),
                "{message}"
            );
            let (_, text) = read(&message);
            let html = text.split("<!doctype html>").nth(1).unwrap();
            assert!(!html.contains("<script>"), "{html}");
        }
        for address in [
            "anna@example.org\r\nBcc: evil@example.org",
            "anna@example.org>\r\nDATA",
            "a@example.org,b@example.org",
        ] {
            assert!(address.parse::<lettre::Address>().is_err(), "{address:?}");
        }
    }
}
