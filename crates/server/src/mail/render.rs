//! A mail from the queue as a message: text and HTML, both from the one catalogue.

use askama::Template;
use latchkey_protocol::time::Timestamp;
use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body, Mailbox, MultiPart, SinglePart, header};
use lettre::{Address, Message, address::Envelope};

use super::content::{Content, Facts, content};

/// What a mail is made from.
#[derive(Debug)]
pub(super) struct Mail<'a> {
    /// Unique for each try, so that a receiver who knows one try does not drop the next, whose link is newer.
    pub message_id: String,
    pub sender: Mailbox,
    pub recipient: Mailbox,
    /// Where delivery reports go; the sender when `None`.
    pub return_path: Option<Address>,
    pub facts: Facts<'a>,
    /// When it is sent.
    pub now: Timestamp,
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

/// Why a mail can't be written; none of these passes by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("a template: {0}")]
    Template(#[from] askama::Error),
    #[error("the message: {0}")]
    Message(#[from] lettre::error::Error),
}

/// The text of a mail alone, for its history.
pub(super) fn text(facts: &Facts<'_>) -> Result<String, Error> {
    let content = content(facts);
    let text = Text { content: &content }.render()?;
    Ok(text.trim_end().to_owned())
}

/// Writes the mail.
pub(super) fn message(mail: Mail<'_>) -> Result<Message, Error> {
    let content = content(&mail.facts);
    let text = Text { content: &content }.render()?;
    let html = Html {
        language: mail.facts.words.language(),
        content: &content,
    }
    .render()?;
    let part = |content_type: header::ContentType, text: &str| {
        SinglePart::builder()
            .header(content_type)
            .body(body(text, mail.encoding))
    };
    let since_epoch = std::time::Duration::from_micros(u64::try_from(mail.now.0).unwrap_or(0));
    let return_path = mail
        .return_path
        .unwrap_or_else(|| mail.sender.email.clone());
    let envelope = Envelope::new(Some(return_path), vec![mail.recipient.email.clone()])?;
    Ok(Message::builder()
        .envelope(envelope)
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

#[cfg(test)]
mod tests {
    use super::super::content::{has_link, locks, page};
    use super::super::{Kind, Parameters};
    use super::*;
    use crate::words::Words;

    fn written(
        parameters: &Parameters,
        username: &str,
        language: &str,
        kind: Kind,
        encoding: ContentTransferEncoding,
    ) -> String {
        let public_url = "https://id.example.org/accounts/".parse().unwrap();
        let mail = Mail {
            message_id: "id.1".to_owned(),
            sender: "Latchkey <no-reply@id.example.org>".parse().unwrap(),
            recipient: "anna@example.org".parse().unwrap(),
            return_path: Some("bounce+id@id.example.org".parse().unwrap()),
            facts: Facts {
                kind,
                words: Words::of(language),
                parameters,
                username,
                time_zone: "Europe/Berlin",
                happened_at: Timestamp(1_700_000_000_000_000),
                public_url: &public_url,
                server_id: latchkey_protocol::identifiers::ServerId(uuid::Uuid::nil()),
                token: (has_link(kind) || locks(kind)).then_some("TOKEN"),
            },
            now: Timestamp(1_700_000_100_000_000),
            encoding,
        };
        let message = message(mail).unwrap();
        let from = message.envelope().from().unwrap().to_string();
        assert_eq!(from, "bounce+id@id.example.org");
        String::from_utf8(message.formatted()).unwrap()
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
            ..Parameters::default()
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
                assert!(text.matches("anna").count() >= 2, "{text}");
                assert!(!text.contains("{ $"), "{text}");
                let links = text.matches("https://id.example.org/accounts/").count();
                let leads_on = page(kind).is_some();
                let acts = has_link(kind) || locks(kind);
                assert_eq!(links >= 2, acts || leads_on, "{text}");
                assert_eq!(text.contains("TOKEN"), acts, "{text}");
            }
        }
    }

    /// Not every mail server takes 8BITMIME (RFC 6152) and SMTPUTF8, and none lines without end.
    #[test]
    fn a_mail_server_gets_short_lines_of_ascii() {
        let parameters = Parameters {
            address: "anna@example.org".to_owned(),
            device: "Größter Rechner der 世界".repeat(9),
            ..Parameters::default()
        };
        for kind in Kind::ALL {
            for language in latchkey_protocol::profile::LANGUAGES {
                let message = written(&parameters, "jürgen", language, kind, ENCODINGS[0]);
                let (header, body) = message.split_once("\r\n\r\n").unwrap();
                assert!(message.is_ascii(), "{message}");
                assert!(header.lines().all(|line| line.len() <= 78), "{header}");
                assert!(body.lines().all(|line| line.len() <= 76), "{body}");
            }
        }
    }

    /// Mail programs that strip unknown schemes leave a dead line of it. The page behind the button has one that works.
    #[test]
    fn the_html_part_leads_to_pages_alone() {
        for (kind, language) in Kind::ALL
            .into_iter()
            .flat_map(|kind| latchkey_protocol::profile::LANGUAGES.map(|language| (kind, language)))
        {
            let message = written(&Parameters::default(), "anna", language, kind, ENCODINGS[1]);
            let (_, text) = read(&message);
            let (plain, html) = text.split_once("<!doctype html>").unwrap();
            assert!(!html.contains("latchkey:"), "{html}");
            let has_app = texts_have_app(kind);
            assert_eq!(plain.contains("latchkey://"), has_app, "{plain}");
        }
    }

    fn texts_have_app(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::ConfirmEmail
                | Kind::ResetPassword
                | Kind::ConfirmEmailChange
                | Kind::ApproveEmailChange
                | Kind::ApproveDevice
        )
    }

    /// Whoever can choose a username can have it mailed to strangers.
    #[test]
    fn no_name_makes_a_link() {
        let evil = "www.claim-your-prize.example.com";
        let parameters = Parameters {
            address: format!("anna+{evil}/now@example.org"),
            device: evil.to_owned(),
            system: evil.to_owned(),
            origin: "192.0.2.1".to_owned(),
            administrator: evil.to_owned(),
            happened_at: None,
        };
        for kind in Kind::ALL {
            for language in latchkey_protocol::profile::LANGUAGES {
                let message = written(&parameters, evil, language, kind, ENCODINGS[1]);
                let (_, text) = read(&message);
                assert!(!text.contains("prize.example"), "{text}");
                assert!(!text.contains("www."), "{text}");
            }
        }
    }

    /// With the rules that come with it, and without asking anybody on the network.
    #[test]
    fn spamassassin_finds_nothing_in_any_mail() {
        use std::fmt::Write as _;
        use std::io::Write as _;
        use std::process::{Command, Stdio};

        let parameters = Parameters {
            address: "anna@example.org".to_owned(),
            device: "ThinkPad X1".to_owned(),
            system: "Debian GNU/Linux 12".to_owned(),
            origin: "203.0.113.7".to_owned(),
            administrator: "bruno".to_owned(),
            happened_at: None,
        };
        let mut all = String::new();
        let mut sent = 0;
        for kind in Kind::ALL {
            for language in latchkey_protocol::profile::LANGUAGES {
                let message = written(&parameters, "anna", language, kind, ENCODINGS[0]);
                let id = format!("<{}.1@", uuid::Uuid::from_u128(1 << 80));
                let message = message.replace("<id.1@", &id).replace("\r\n", "\n");
                write!(
                    all,
                    "From no-reply@id.example.org Tue Nov 14 22:15:01 2023\nX-What: {} {language}\n{message}\n\n",
                    kind.name()
                )
                .unwrap();
                sent += 1;
            }
        }
        let home = std::env::temp_dir();
        let mut child = Command::new("spamassassin")
            .args(["--local", "--nocreate-prefs", "--mbox"])
            .env("HOME", &home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("spamassassin, a package of the system");
        let mut input = child.stdin.take().unwrap();
        let writing = std::thread::spawn(move || input.write_all(all.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writing.join().unwrap().unwrap();
        let read = String::from_utf8(output.stdout).unwrap();
        let read = read.replace("\n\t", " ");
        let found: Vec<&str> = read
            .lines()
            .filter(|line| line.starts_with("X-Spam-Status: ") || line.starts_with("X-What: "))
            .collect();
        assert_eq!(found.len(), 2 * sent, "{read}");
        for pair in found.chunks(2) {
            let status = pair
                .iter()
                .find(|line| line.starts_with("X-Spam-S"))
                .unwrap();
            let (_, tests) = status.split_once("tests=").unwrap();
            let (tests, _) = tests.split_once(" autolearn=").unwrap();
            for test in tests.split(',').map(str::trim) {
                // That it has HTML, and has come over no network yet; and rules that are only tried out (T_) so far. None
                // of them has points.
                let neutral = ["none", "HTML_MESSAGE", "NO_RELAYS", "NO_RECEIVED"];
                assert!(
                    neutral.contains(&test) || test.starts_with("T_"),
                    "{pair:?}"
                );
            }
        }
    }

    /// Whoever reads that it was somebody else's doing needs the way at once, in both parts.
    #[test]
    fn a_changed_password_leads_to_another_one() {
        for kind in [Kind::PasswordChanged, Kind::PasswordReset] {
            for language in latchkey_protocol::profile::LANGUAGES {
                let message = written(&Parameters::default(), "anna", language, kind, ENCODINGS[1]);
                let text = read(&message).1.replace("\r\n", "\n");
                let (plain, html) = text.split_once("<!doctype html>").unwrap();
                let url = "https://id.example.org/accounts/forgot-password";
                assert!(plain.contains(&format!(":\n{url}\n")), "{plain}");
                assert!(html.contains(&format!("<a href=\"{url}\">")), "{html}");
            }
        }
    }

    #[test]
    fn the_date_is_the_clocks_and_moments_are_the_readers() {
        let parameters = Parameters {
            address: "anna@example.org".to_owned(),
            ..Parameters::default()
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
        assert!(text.contains("14.11.2023, 23:13 Uhr (CET)"), "{text}");
    }

    /// CVE-2021-38189: a line break in what a person typed began a header or an SMTP command of their own.
    #[test]
    fn what_people_typed_begins_no_header_and_no_command() {
        let hostile = Parameters {
            address: "a\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>"
                .to_owned(),
            device: "x\r\nBcc: evil@example.org\r\n.\r\n<script>".to_owned(),
            system: "y\r\n\r\n.\r\nMAIL FROM:<evil@example.org>".to_owned(),
            origin: "z\r\nBcc: evil@example.org".to_owned(),
            administrator: "y\r\nBcc: evil@example.org".to_owned(),
            happened_at: None,
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
            assert!(address.parse::<Address>().is_err(), "{address:?}");
        }
    }
}
