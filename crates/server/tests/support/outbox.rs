//! The mails in the outbox folder.

use std::path::Path;

/// One mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub file: String,
    pub to: String,
    pub kind: String,
    /// As it stands, with LF.
    pub raw: String,
}

impl Mail {
    /// A header's value, unfolded, as it stands.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\n\n")?;
        let head = head.replace("\n ", " ");
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    }

    /// The first web link that confirms.
    pub fn link(&self) -> Option<String> {
        self.raw
            .split_whitespace()
            .find(|word| word.starts_with("http") && word.contains("/confirm-email/"))
            .map(str::to_owned)
    }

    pub fn token(&self) -> Option<String> {
        Some(self.link()?.rsplit('/').next()?.to_owned())
    }
}

/// All mails in a folder, by the time they were queued.
pub fn read(folder: &Path) -> Vec<Mail> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the outbox")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|file| {
            let raw = std::fs::read_to_string(folder.join(&file)).expect("a mail");
            let mut mail = Mail {
                kind: file.split('_').nth(1).expect("a kind").to_owned(),
                file,
                to: String::new(),
                raw: raw.replace("\r\n", "\n"),
            };
            mail.to = mail.header("To").expect("a recipient");
            mail
        })
        .collect()
}
