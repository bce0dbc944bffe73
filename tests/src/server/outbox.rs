//! The mails that a server without SMTP writes as `.eml` files.

use std::path::{Path, PathBuf};

use base64::Engine as _;

use super::eventually;

/// The folder that a server's mails land in.
#[derive(Clone, Debug)]
pub struct Outbox {
    folder: PathBuf,
}

/// One mail, decoded.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The name of its file: when it was queued, of what kind it is, and its id, joined by `_`.
    pub file: String,
    /// The header block as sent.
    pub head: String,
    /// The value of `To`, unfolded.
    pub to: String,
    /// Everything that a reader sees: all parts, decoded, one after the other.
    pub text: String,
    /// The file as it stands.
    pub raw: String,
}

impl Outbox {
    /// The outbox in `folder`; it need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// All mails so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut files: Vec<(std::time::SystemTime, PathBuf)> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "eml"))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort();
        files
            .into_iter()
            .filter_map(|(_, path)| {
                let bytes = std::fs::read(&path).ok()?;
                let file = path.file_name()?.to_str()?;
                Some(Mail::parse(file, &String::from_utf8_lossy(&bytes)))
            })
            .collect()
    }

    /// All mails to `address` so far, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.is_to(address))
            .collect()
    }

    /// The `number`-th mail to `address` that carries a confirmation link, counted from 1; waits for it.
    pub async fn confirmation(&self, address: &str, number: usize) -> Mail {
        eventually(
            &format!("confirmation mail {number} to {address}"),
            async || {
                self.mails_to(address)
                    .into_iter()
                    .filter(|mail| mail.token().is_some())
                    .nth(number - 1)
            },
        )
        .await
    }

    /// The `number`-th mail to `address`, counted from 1; waits for it.
    pub async fn mail(&self, address: &str, number: usize) -> Mail {
        self.wait_for(address, number).await.swap_remove(number - 1)
    }

    /// The token of the confirmation link in the `number`-th mail to `address`, counted from 1; waits for it.
    pub async fn token(&self, address: &str, number: usize) -> String {
        let mail = self.mail(address, number).await;
        mail.token().expect("a link in the mail")
    }

    /// The tokens of all links to a page of the server in the mails to `address` so far, oldest first.
    pub fn tokens(&self, address: &str, page: &str) -> Vec<String> {
        let mails = self.mails_to(address);
        let tokens = mails.iter().filter_map(|mail| mail.token_of(page));
        tokens.collect()
    }

    /// The `number`-th of them, counted from 1; waits for it.
    pub async fn token_of(&self, address: &str, page: &str, number: usize) -> String {
        eventually(
            &format!("link {number} to {page} for {address}"),
            async || self.tokens(address, page).into_iter().nth(number - 1),
        )
        .await
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits until `number` mails to `address` are there.
    pub async fn wait_for(&self, address: &str, number: usize) -> Vec<Mail> {
        eventually(&format!("{number} mails to {address}"), async || {
            Some(self.mails_to(address)).filter(|mails| mails.len() >= number)
        })
        .await
    }
}

impl Mail {
    fn parse(file: &str, raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let (head, _) = raw.split_once("\n\n").unwrap_or((&raw, ""));
        Self {
            file: file.to_owned(),
            head: head.to_owned(),
            to: header(head, "to").unwrap_or_default(),
            text: decoded(&raw),
            raw,
        }
    }

    /// Whether the mail is for `address`.
    pub fn is_to(&self, address: &str) -> bool {
        self.to
            .split(|character: char| character.is_whitespace() || "<>,".contains(character))
            .any(|part| part == address)
    }

    /// Its kind, as its file is named after it.
    pub fn kind(&self) -> &str {
        self.file.split('_').nth(1).expect("a kind")
    }

    /// A header's value, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.head, name)
    }

    /// Its confirmation link, if it has one.
    pub fn link(&self) -> Option<String> {
        self.text
            .split_whitespace()
            .find(|word| word.starts_with("http") && word.contains("/confirm-email/"))
            .map(str::to_owned)
    }

    /// The token of its confirmation link, if it has one.
    pub fn token(&self) -> Option<String> {
        self.token_of("confirm-email")
    }

    /// The token of its link to a page of the server, if it has one.
    pub fn token_of(&self, page: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("/{page}/"))?;
        let token: String = rest
            .chars()
            .take_while(|character| {
                character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
            })
            .collect();
        Some(token).filter(|token| !token.is_empty())
    }

    /// Every `http` or `https` address in it, up to its path.
    pub fn origins(&self) -> Vec<String> {
        let mut origins = Vec::new();
        for scheme in ["http://", "https://"] {
            for (at, _) in self.text.match_indices(scheme) {
                let authority: String = self.text[at + scheme.len()..]
                    .chars()
                    .take_while(|character| {
                        !character.is_whitespace() && !"/\"'<>".contains(*character)
                    })
                    .collect();
                origins.push(format!("{scheme}{authority}"));
            }
        }
        origins
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// The readable text of a message or of one part of it (RFC 2045, RFC 2046).
fn decoded(message: &str) -> String {
    let (head, body) = message.split_once("\n\n").unwrap_or((message, ""));
    let content_type = header(head, "content-type").unwrap_or_default();
    if let Some((_, rest)) = content_type.split_once("boundary=") {
        let boundary = rest
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches('"');
        return body
            .split(&format!("--{boundary}"))
            .skip(1)
            .filter(|part| !part.starts_with("--"))
            .map(|part| decoded(part.trim_start_matches('\n')))
            .collect();
    }
    match header(head, "content-transfer-encoding")
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "quoted-printable" => quoted_printable::decode(body, quoted_printable::ParseMode::Robust)
            .map_or_else(
                |_| body.to_owned(),
                |bytes| String::from_utf8_lossy(&bytes).into_owned(),
            ),
        "base64" => base64::engine::general_purpose::STANDARD
            .decode(body.replace(char::is_whitespace, ""))
            .map_or_else(
                |_| body.to_owned(),
                |bytes| String::from_utf8_lossy(&bytes).into_owned(),
            ),
        _ => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Mail;

    #[test]
    fn a_mail_is_read_whatever_its_encoding() {
        let mail = Mail::parse(
            "2026-09-21T14-13-20Z_confirm-email_1.eml",
            "To: Anna <anna@example.org>\r\nContent-Type: multipart/alternative;\r\n boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhttp://x.org/confirm-ema=\r\nil/ab_c?\r\n\
             --b\r\nContent-Transfer-Encoding: base64\r\n\r\naGFs\r\nbG8=\r\n--b--\r\n",
        );
        assert!(mail.is_to("anna@example.org") && !mail.is_to("nna@example.org"));
        assert_eq!(mail.kind(), "confirm-email");
        assert_eq!(
            mail.link().as_deref(),
            Some("http://x.org/confirm-email/ab_c?")
        );
        assert_eq!(mail.token().as_deref(), Some("ab_c"));
        assert_eq!(mail.origins(), ["http://x.org"]);
        assert!(mail.text.contains("hallo"));
    }
}
