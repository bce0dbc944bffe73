//! A notification server, and what a person sees of it and does there.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::Kept;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Notifications stay until they are closed, and each is written down.
const SETTINGS: &str = "[global]
markup = MARKUP
stack_duplicates = false
font = DejaVu Sans 10
width = 400
dmenu = FOLDER/choose
[all]
timeout = 0
script = FOLDER/write-down
";

/// Run for each notification. Writes it to a file that has its name once it is whole.
const WRITE_DOWN: &str = r#"#!/bin/sh
printf '%s\n%s' "$DUNST_SUMMARY" "$DUNST_BODY" > "FOLDER/unfinished-$DUNST_ID" &&
mv "FOLDER/unfinished-$DUNST_ID" "FOLDER/shown-$DUNST_ID"
"#;

/// Run in the place of a menu: writes down what may be chosen, and chooses what is wanted, once.
const CHOOSE: &str = r"#!/bin/sh
cat > FOLDER/unfinished-menu
mv FOLDER/wanted FOLDER/taken || exit
mv FOLDER/unfinished-menu FOLDER/menu
cat FOLDER/taken
";

/// How a notification server takes a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// As markup, and says so.
    Markup,
    /// As it stands.
    Plain,
}

/// The notification server dunst on a desk.
pub struct NotificationServer<'desk> {
    // Ended first.
    _process: Kept,
    desk: &'desk Desk,
    body: Body,
    folder: TempDir,
}

/// A notification as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The server's number for it.
    id: u32,
    /// Its title.
    pub title: String,
    /// The text below, without what was read as markup.
    pub body: String,
}

impl<'desk> NotificationServer<'desk> {
    /// Starts it, and waits until it is on the bus.
    pub async fn start(desk: &'desk Desk, body: Body) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("notifications-")
            .tempdir_in(desk.path(""))
            .expect("a folder for what is shown");
        for (name, text) in [
            ("dunstrc", SETTINGS),
            ("write-down", WRITE_DOWN),
            ("choose", CHOOSE),
        ] {
            let markup = if body == Body::Markup { "full" } else { "no" };
            let text = text
                .replace("FOLDER", &folder.path().to_string_lossy())
                .replace("MARKUP", markup);
            let path = folder.path().join(name);
            fs::write(&path, text).expect("a file of the server");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
                .expect("its permissions are ours");
        }
        let process = desk
            .command("dunst")
            .arg("-conf")
            .arg(folder.path().join("dunstrc"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Kept)
            .expect("dunst starts");
        desk.see_on_bus(NAME).await;
        Self {
            _process: process,
            desk,
            body,
            folder,
        }
    }

    /// Ends it, and waits until its name is free.
    pub async fn end(self) {
        let desk = self.desk;
        drop(self);
        eventually("the notification server has left the bus", async || {
            (!desk.is_on_bus(NAME)).then_some(())
        })
        .await;
    }

    /// Waits for a notification with a title.
    pub async fn see(&self, title: &str) -> Notification {
        eventually(&format!("a notification “{title}”"), async || {
            let mut shown = self.shown().into_iter();
            shown.find(|notification| notification.title == title)
        })
        .await
    }

    /// Every notification since the start, those that are closed by now too.
    pub fn shown(&self) -> Vec<Notification> {
        let mut shown: Vec<Notification> = fs::read_dir(self.folder.path())
            .expect("the server's folder")
            .flatten()
            .filter_map(|entry| self.read(&entry.path()))
            .collect();
        shown.sort_by_key(|notification| notification.id);
        shown
    }

    fn read(&self, path: &Path) -> Option<Notification> {
        let id = path.file_name()?.to_str()?.strip_prefix("shown-")?;
        let text = fs::read_to_string(path).expect("a notification");
        let (title, body) = text.split_once('\n')?;
        Some(Notification {
            id: id.parse().expect("a number"),
            title: title.to_owned(),
            body: match self.body {
                Body::Markup => without_markup(body),
                Body::Plain => body.to_owned(),
            },
        })
    }

    /// Waits until so many notifications are on the screen, and no more.
    pub async fn expect_open(&self, wanted: usize) {
        eventually(&format!("{wanted} open notifications"), async || {
            (self.open() == wanted).then_some(())
        })
        .await;
    }

    fn open(&self) -> usize {
        let answer = self.desk.call(
            NAME,
            PATH,
            "org.freedesktop.DBus.Properties.Get",
            &["string:org.dunstproject.cmd0", "string:displayedLength"],
        );
        let number = answer.split_whitespace().last().expect("an answer");
        number.parse().expect(&answer)
    }

    /// The names of a notification's buttons.
    pub async fn buttons(&self, notification: &Notification) -> BTreeSet<String> {
        let menu = self.menu("").await;
        let lines = menu.lines();
        let entries =
            lines.filter_map(|line| line.strip_prefix('#')?.split_once(&of(notification)));
        entries
            // A click beside the buttons, which is no button.
            .filter(|(_, act)| *act != "default]")
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    /// Presses a button of a notification.
    pub async fn press(&self, notification: &Notification, button: &str) {
        let menu = self.menu("").await;
        let start = format!("#{button}{}", of(notification));
        let entry = menu.lines().find(|line| line.starts_with(&start));
        let entry = entry.unwrap_or_else(|| panic!("no button “{button}” in:\n{menu}"));
        self.menu(entry).await;
    }

    /// Opens the menu of the buttons of all notifications, chooses `wanted` there, and gives what there was to choose.
    async fn menu(&self, wanted: &str) -> String {
        let path = |name| self.folder.path().join(name);
        fs::write(path("unfinished-wanted"), wanted)
            .and_then(|()| fs::rename(path("unfinished-wanted"), path("wanted")))
            .expect("what is wanted");
        eventually("the menu of the notifications", async || {
            // Not heard while the menu before is not quite closed.
            let act = "org.dunstproject.cmd0.ContextMenuCall";
            self.desk.call(NAME, PATH, act, &[]);
            let text = fs::read_to_string(path("menu")).ok()?;
            fs::remove_file(path("menu")).ok()?;
            Some(text)
        })
        .await
    }

    /// Clicks a notification beside its buttons.
    pub async fn click(&self, notification: &Notification) {
        // Its entry in the menu has no name.
        self.press(notification, "").await;
    }
}

/// What stands between the name of a notification's button in the menu and what pressing it is called on the bus.
fn of(notification: &Notification) -> String {
    format!(" ({}) [{},", notification.title, notification.id)
}

/// What is left to read of a text with markup.
fn without_markup(text: &str) -> String {
    let mut parts = text.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| Some(part.split_once('>')?.1));
    rest.fold(first, |text, part| text + part)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
