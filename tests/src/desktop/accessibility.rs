//! What a screen reader is told: the accessibility tree of the app's window, over AT-SPI.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::process::Stdio;

use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use zbus::Connection;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Type};

use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::Kept;

const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";

/// What stands in a text for each thing within it that is no text.
const OBJECT: char = '\u{FFFC}';

/// Roles by their numbers in `AtspiRole`: the web view tells no names.
const ROLES: [(u32, &str); 51] = [
    (2, "alert"),
    (7, "check box"),
    (10, "column header"),
    (11, "combo box"),
    (16, "dialog"),
    (20, "filler"),
    (26, "icon"),
    (27, "image"),
    (29, "label"),
    (31, "list"),
    (32, "list item"),
    (33, "menu"),
    (35, "menu item"),
    (39, "panel"),
    (40, "password text"),
    (42, "progress bar"),
    (43, "push button"),
    (44, "radio button"),
    (47, "row header"),
    (50, "separator"),
    (54, "status bar"),
    (55, "table"),
    (56, "table cell"),
    (57, "table column header"),
    (61, "text"),
    (62, "toggle button"),
    (64, "tool tip"),
    (67, "unknown"),
    (71, "header"),
    (72, "footer"),
    (73, "paragraph"),
    (79, "entry"),
    (81, "caption"),
    (83, "heading"),
    (85, "section"),
    (87, "form"),
    (88, "link"),
    (90, "table row"),
    (95, "document web"),
    (98, "list box"),
    (99, "grouping"),
    (100, "image map"),
    (101, "notification"),
    (103, "level bar"),
    (105, "block quote"),
    (109, "article"),
    (110, "landmark"),
    (116, "static"),
    (121, "description list"),
    (122, "description term"),
    (123, "description value"),
];

/// Roles that say nothing: what they hold is read as if they were not there.
const SILENT: [&str; 6] = ["section", "filler", "panel", "unknown", "static", "form"];

/// Roles of what can be worked, and so must have a name.
const WORKED: [&str; 9] = [
    "push button",
    "toggle button",
    "link",
    "entry",
    "password text",
    "combo box",
    "check box",
    "radio button",
    "menu item",
];

/// States that are read out, by their numbers in `AtspiStateType`.
const STATES: [(usize, &str); 8] = [
    (4, "checked"),
    (10, "expanded"),
    (5, "collapsed"),
    (16, "modal"),
    (20, "pressed"),
    (23, "selected"),
    (33, "required"),
    (36, "invalid"),
];
const ENABLED: usize = 8;

/// Something in the tree: the name of its program on the bus, and its path there.
type Reference = (String, OwnedObjectPath);

/// What a screen reader is told of one thing, and of those within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    role: String,
    name: String,
    description: String,
    /// What can be read in it, where that is not its name.
    text: String,
    states: Vec<&'static str>,
    within: Vec<Told>,
}

/// What assistive technology speaks with. Ends when dropped.
pub struct Reader {
    connection: Connection,
    _launcher: Kept,
}

impl Desk {
    /// Starts what screen readers listen by. Programs started from now on speak with it.
    pub async fn start_reader(&mut self) -> Reader {
        self.unset("NO_AT_BRIDGE");
        self.unset("GTK_A11Y");
        let launcher = self
            .command(LAUNCHER)
            .arg("--launch-immediately")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Kept)
            .expect("at-spi2-core is installed");
        self.see_on_bus("org.a11y.Bus").await;
        let session = connect(self.bus()).await;
        let bus = Some("org.a11y.Bus");
        let address = session
            .call_method(bus, "/org/a11y/bus", bus, "GetAddress", &())
            .await
            .expect("an address");
        let address: String = address.body().deserialize().expect("a text");
        Reader {
            connection: connect(&address).await,
            _launcher: launcher,
        }
    }
}

async fn connect(address: &str) -> Connection {
    zbus::connection::Builder::address(address)
        .expect("an address")
        .build()
        .await
        .expect("the bus is there")
}

impl Reader {
    /// The page in the app's window.
    pub async fn page(&self) -> Told {
        eventually("the app's page is in the tree", async || {
            let root = (
                REGISTRY.to_owned(),
                OwnedObjectPath::try_from(ROOT).expect("a path"),
            );
            let found = self.document(root).await?;
            self.told(found).await
        })
        .await
    }

    /// The first page at or below `from`, as a screen reader finds it.
    fn document(
        &self,
        from: Reference,
    ) -> Pin<Box<dyn Future<Output = Option<Reference>> + Send + '_>> {
        Box::pin(async move {
            let role = self.role(&from).await?;
            if role == "document web" {
                return Some(from);
            }
            let mut children = self.children(&from).await?;
            if children.is_empty() && role == "filler" {
                // Where another program draws, that is no child of GTK's, and yet there by its number.
                let drawn = self.ask(&from, ACCESSIBLE, "GetChildAtIndex", &0_i32).await;
                children.extend(drawn);
            }
            for child in children {
                if let Some(found) = self.document(child).await {
                    return Some(found);
                }
            }
            None
        })
    }

    async fn role(&self, of: &Reference) -> Option<String> {
        let number: u32 = self.ask(of, ACCESSIBLE, "GetRole", &()).await?;
        let known = ROLES.iter().find(|(known, _)| *known == number);
        Some(known.map_or_else(|| format!("role {number}"), |(_, name)| (*name).to_owned()))
    }

    async fn children(&self, of: &Reference) -> Option<Vec<Reference>> {
        self.ask(of, ACCESSIBLE, "GetChildren", &()).await
    }

    /// `None` when it went away meanwhile.
    fn told(&self, of: Reference) -> Pin<Box<dyn Future<Output = Option<Told>> + Send + '_>> {
        Box::pin(async move {
            let role = self.role(&of).await?;
            let name = self.property(&of, "Name").await?;
            let description = self.property(&of, "Description").await?;
            let bits: Vec<u32> = self.ask(&of, ACCESSIBLE, "GetState", &()).await?;
            let has = |state: usize| {
                bits.get(state / 32)
                    .is_some_and(|bits| (bits >> (state % 32)) & 1 == 1)
            };
            let mut states: Vec<&'static str> = STATES
                .into_iter()
                .filter(|(state, _)| has(*state))
                .map(|(_, name)| name)
                .collect();
            if WORKED.contains(&role.as_str()) && !has(ENABLED) {
                states.push("disabled");
            }
            // Not everything has a text.
            let text: Option<String> = self
                .ask(&of, "org.a11y.atspi.Text", "GetText", &(0_i32, -1_i32))
                .await;
            let text = text.unwrap_or_default().replace(OBJECT, " ");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            // A list to choose from holds all time zones that this computer knows.
            let children = match role.as_str() {
                "combo box" => Vec::new(),
                _ => self.children(&of).await?,
            };
            let within = join_all(children.into_iter().map(|child| self.told(child))).await;
            Some(Told {
                text: if text == name { String::new() } else { text },
                role,
                name,
                description,
                states,
                within: within.into_iter().flatten().collect(),
            })
        })
    }

    async fn property(&self, of: &Reference, name: &str) -> Option<String> {
        let properties = "org.freedesktop.DBus.Properties";
        let value: OwnedValue = self.ask(of, properties, "Get", &(ACCESSIBLE, name)).await?;
        String::try_from(value).ok()
    }

    async fn ask<Answer, Given>(
        &self,
        of: &Reference,
        interface: &str,
        method: &str,
        given: &Given,
    ) -> Option<Answer>
    where
        Answer: DeserializeOwned + Type,
        Given: serde::Serialize + zbus::zvariant::DynamicType + Sync,
    {
        let (program, path) = of;
        let answer = self
            .connection
            .call_method(Some(program.as_str()), path, Some(interface), method, given)
            .await
            .ok()?;
        answer.body().deserialize().ok()
    }
}

impl Told {
    /// The tree as lines, one for each thing that says something, without what is announced for a moment.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        self.write(0, &mut lines);
        lines
    }

    fn write(&self, depth: usize, lines: &mut String) {
        let says_nothing = SILENT.contains(&self.role.as_str())
            && self.name.is_empty()
            && self.description.is_empty()
            && self.states.is_empty();
        let is_whole = self.within.is_empty() || self.text.is_empty();
        if says_nothing && (self.text.is_empty() || !is_whole) {
            for told in &self.within {
                told.write(depth, lines);
            }
            return;
        }
        lines.push_str(&"  ".repeat(depth));
        lines.push_str(&self.role);
        if !self.name.is_empty() {
            let _ = write!(lines, " “{}”", self.name);
        }
        if !self.states.is_empty() {
            let _ = write!(lines, " [{}]", self.states.join(", "));
        }
        if !self.description.is_empty() {
            let _ = write!(lines, " – {}", self.description);
        }
        if !self.text.is_empty() && is_whole {
            let _ = write!(lines, ": {}", self.text);
        }
        lines.push('\n');
        for told in &self.within {
            // What is announced stands there for some seconds.
            if depth > 0 || told.role != "status bar" {
                told.write(depth + 1, lines);
            }
        }
    }

    /// What is wrong with it whatever it says: read twice, run together, or without a name.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let what = format!("{} “{}”", self.role, self.name);
        if !self.description.is_empty() && self.name.contains(&self.description) {
            faults.push(format!("{what} is read twice: {}", self.description));
        }
        if WORKED.contains(&self.role.as_str()) && self.name.trim().is_empty() {
            faults.push(format!("{what} has no name: {self:?}"));
        }
        if let Some(place) = run_together(&self.name) {
            faults.push(format!("{what} runs together at “{place}”"));
        }
        faults.extend(self.within.iter().flat_map(Told::faults));
        faults
    }
}

/// Where two words have nothing between them: a capital follows a small letter, a digit or the end of a sentence.
fn run_together(name: &str) -> Option<String> {
    let characters: Vec<char> = name.chars().collect();
    let ends = |character: char| character.is_lowercase() || ".,:;!?)”".contains(character);
    characters
        .windows(2)
        .find(|pair| ends(pair[0]) && pair[1].is_uppercase())
        .map(|pair| pair.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(name: &str, description: &str) -> Told {
        Told {
            role: "push button".to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            text: String::new(),
            states: Vec::new(),
            within: Vec::new(),
        }
    }

    #[test]
    fn what_is_read_badly_is_a_fault() {
        for (name, description, faults) in [
            ("Account: Anna Kowalska, This computer", "", 0),
            ("AccountAnna Kowalska This computer", "", 1),
            ("Overview", "Overview", 1),
            ("Overview", "What needs your attention", 0),
            ("", "", 1),
            ("Saved.Open folder", "", 1),
        ] {
            let list = button(name, description).faults();
            assert_eq!(list.len(), faults, "{name}: {list:?}");
        }
    }
}
