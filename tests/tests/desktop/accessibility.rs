//! What a screen reader is told on each screen, as text beside this file: `accessibility/SCREEN.txt`.
//!
//! After a change of screens or words, `cargo xtask accessibility` writes them anew; look at the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use latchkey_tests::desktop::{Desk, Key, Reader, Window};
use latchkey_tests::server::{Authenticator, Database, Device, Person, ServerUnderTest};
use latchkey_tests::workspace;

use crate::acts::{PASSWORD, confirm_address, create_account, go, prove, see_overview};

/// Set, the files are written instead of compared.
const WRITE: &str = "LATCHKEY_WRITE_ACCESSIBILITY";

/// How long a screen may take to be told as it should be, the first time that one is not; then it is not waited for
/// again.
const PATIENCE: Duration = Duration::from_secs(10);

struct Walk {
    reader: Reader,
    server: String,
    /// What is another each time, and what stands for it.
    known: Vec<(String, &'static str)>,
    patience: Duration,
    wrong: String,
}

impl Walk {
    /// Compares what is told now with what was told before.
    async fn look(&mut self, screen: &str) {
        let file = folder().join(format!("{screen}.txt"));
        let wanted = fs::read_to_string(&file).unwrap_or_default();
        let writes = std::env::var_os(WRITE).is_some();
        let start = Instant::now();
        let mut before = String::new();
        loop {
            let told = self.reader.page().await;
            let faults = told.faults();
            let lines = self.steady(&told.lines());
            let is_settled = lines == before;
            if writes && is_settled {
                fs::create_dir_all(folder()).expect("a folder");
                fs::write(&file, &lines).expect("the file is written");
            }
            if (lines == wanted || writes && is_settled) && faults.is_empty() {
                return;
            }
            if start.elapsed() >= self.patience {
                if !writes {
                    self.patience = Duration::ZERO;
                }
                let _ = writeln!(self.wrong, "== {screen}\n{}", faults.join("\n"));
                if !writes {
                    let _ = writeln!(self.wrong, "{}", difference(&wanted, &lines));
                }
                return;
            }
            before = lines;
        }
    }

    /// Without what is another each time: times, names of this computer, addresses, secrets.
    fn steady(&self, lines: &str) -> String {
        let mut lines = lines.replace(['\u{A0}', '\u{202F}'], " ");
        for (text, name) in &self.known {
            lines = lines.replace(text, name);
        }
        let mut steady = String::new();
        for line in lines.lines() {
            let (indent, line) = line.split_at(line.len() - line.trim_start().len());
            let _ = writeln!(steady, "{indent}{}", steady_line(line));
        }
        steady
    }

    /// Takes a secret that is shown for something that is another each time.
    async fn know(&mut self, window: &Window, selector: &str, name: &'static str) -> Vec<String> {
        let script = format!(
            "return [...document.querySelectorAll('{selector}')].map((element) => element.innerText.trim())"
        );
        let texts = window.evaluate(&script).await.expect("a script's answer");
        let texts: Vec<String> = serde_json::from_value(texts).expect("a list of texts");
        self.known
            .extend(texts.iter().map(|text| (text.clone(), name)));
        texts
    }
}

fn folder() -> PathBuf {
    workspace().join("tests/tests/desktop/accessibility")
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SHORT_MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAYS: [&str; 11] = [
    "today",
    "yesterday",
    "Today",
    "Yesterday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Times, days and zones by names that stand for them.
fn steady_line(line: &str) -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim().split('.').next().unwrap_or_default().to_owned();
    let words: Vec<&str> = line.split(' ').collect();
    let mut steady: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let core = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        let next = words.get(at + 1).copied().unwrap_or_default();
        let is_number = |word: &str| {
            let digits = word.trim_matches(|sign: char| !sign.is_alphanumeric());
            !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
        };
        let is_time = core.contains(':')
            && core
                .split(':')
                .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
        let (name, taken) = if is_time {
            let half = next.starts_with("AM") || next.starts_with("PM");
            ("TIME", 1 + usize::from(half))
        } else if (MONTHS.contains(&core) || SHORT_MONTHS.contains(&core)) && is_number(next) {
            let year = words.get(at + 2).copied().unwrap_or_default();
            let has_year = next.ends_with(',') && is_number(year);
            ("DATE", 2 + usize::from(has_year))
        } else if DAYS.contains(&core) {
            ("DAY", 1)
        } else if core.starts_with("GMT") || core == "CET" || core == "CEST" {
            ("ZONE", 1)
        } else if core == "just" && next.starts_with("now") {
            ("AGO", 2)
        } else if is_number(word)
            && words
                .get(at + 2)
                .is_some_and(|word| word.starts_with("ago"))
        {
            ("AGO", 3)
        } else if !host.is_empty() && core == host {
            ("HOST", 1)
        } else {
            steady.push((*word).to_owned());
            at += 1;
            continue;
        };
        let last = words.get(at + taken - 1).copied().unwrap_or(word);
        let before = &word[..word.find(core).unwrap_or(0)];
        let after = last.trim_start_matches(|sign: char| sign != ',' && !",.;”)".contains(sign));
        steady.push(format!("{before}{name}{after}"));
        at += taken;
    }
    steady.join(" ")
}

/// The lines that are in one and not in the other, with their marks.
fn difference(wanted: &str, told: &str) -> String {
    let mut lines = String::new();
    for (mark, one, other) in [('-', wanted, told), ('+', told, wanted)] {
        for line in one
            .lines()
            .filter(|line| !other.lines().any(|each| each == *line))
        {
            let _ = writeln!(lines, "{mark} {line}");
        }
    }
    if lines.is_empty() {
        "the same lines in another order".clone_into(&mut lines);
    }
    lines
}

fn operating_system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.unwrap_or("Linux").trim_matches('"').to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_told_as_it_should_be() {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let mut desk = Desk::new().await;
    let reader = desk.start_reader().await;
    let address = server.address().to_string();
    let mut walk = Walk {
        reader,
        server: address.clone(),
        known: vec![
            (address, "SERVER"),
            (operating_system(), "OS"),
            (format!("Latchkey {}", env!("CARGO_PKG_VERSION")), "APP"),
            ("Desktop computer".to_owned(), "KIND"),
            ("Laptop".to_owned(), "KIND"),
            ("Good morning,".to_owned(), "GREETING"),
            ("Good evening,".to_owned(), "GREETING"),
            ("Hello,".to_owned(), "GREETING"),
        ],
        patience: PATIENCE,
        wrong: String::new(),
    };
    let window = desk.open("anna", &[]).await;
    signed_out(&mut walk, &window).await;
    create_account(&window, "anna", "Anna Kern").await;
    // So that all of it has its order.
    server.clock().advance_seconds(1);
    confirm_address(&window, &server.outbox(), "anna@example.org").await;
    server.clock().advance_seconds(1);
    Person::create_confirmed(&server, "bruno").await;
    server
        .administrator(&["grant", "anna"])
        .expect("the account exists");
    window.find("link", "Administration").await;
    server.clock().advance_seconds(1);
    signed_in(&mut walk, &window).await;
    let app = two_step(&mut walk, &window, &server).await;
    server.clock().advance_seconds(1);
    window.press("Account…").await;
    walk.look("account-menu").await;
    window.press("Sign out").await;
    window.see("Sign out of this device?").await;
    walk.look("sign-out").await;
    window.press("Sign out").await;
    window.see("You are signed out").await;
    window.fill("Username or e-mail", "anna").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.find("button", "Use a recovery code").await;
    walk.look("sign-in-code").await;
    trust(&mut walk, &window, &server, &app).await;
    window.quit().await;
    assert!(
        walk.wrong.is_empty(),
        "what screen readers are told (`cargo xtask accessibility` writes it anew):\n{}",
        walk.wrong
    );
}

async fn signed_out(walk: &mut Walk, window: &Window) {
    window.see("Where do you want to keep it?").await;
    walk.look("first-start").await;
    window.press("Connect to a server…").await;
    window.find("textbox", "Server address").await;
    walk.look("connect").await;
    let server = format!("http://{}", walk.server);
    window.fill("Server address", &server).await;
    window.press("Connect").await;
    window.find("textbox", "Username or e-mail").await;
    walk.look("sign-in").await;
    window.fill("Username or e-mail", "nobody").await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.see("Wrong name or password").await;
    walk.look("sign-in-refused").await;
    window.press("Forgotten your password?").await;
    window.fill("Username or e-mail", "nobody").await;
    window.find("button", "Send link").await;
    walk.look("forgotten").await;
    window.press("Send link").await;
    window.find("button", "I have a link").await;
    walk.look("forgotten-asked").await;
    window.press("I have a link").await;
    window.find("heading", "Choose a new password").await;
    walk.look("reset").await;
    window.press("Cancel").await;
    window.press("Create one").await;
    window.find("button", "Create account").await;
    walk.look("create-account").await;
    window.press("Back").await;
}

async fn signed_in(walk: &mut Walk, window: &Window) {
    for (screen, name) in [
        ("Overview", "overview"),
        ("Profile", "profile"),
        ("Settings", "preferences"),
        ("Password and sign-in", "ways-in"),
        ("Password", "password"),
        ("Devices", "devices"),
        ("Activity", "activity"),
        ("Mail", "mail"),
        ("Users", "users"),
    ] {
        go(window, screen).await;
        // The addresses are asked for beside the rest of the profile.
        if screen == "Profile" {
            window.find("button", "Add address").await;
        }
        walk.look(name).await;
    }
    window.press("Open Administration").await;
    prove(window).await;
    window.see("bruno").await;
    walk.look("users-list").await;
    window.press_in_row("bruno", "Edit").await;
    window.find("heading", "Basic info").await;
    walk.look("user").await;
    for (row, seen, name) in [
        ("Username", "Change your username", "change-username"),
        (
            "anna@example.org",
            "Change your e-mail address",
            "change-email",
        ),
    ] {
        go(window, "Profile").await;
        window.press_in_row(row, "Change").await;
        window.see(seen).await;
        walk.look(name).await;
        window.press("Cancel").await;
    }
    for (screen, button, seen, name) in [
        ("Devices", "Rename", "Device name", "rename-device"),
        (
            "Devices",
            "Sign out everywhere",
            "including here?",
            "sign-out-everywhere",
        ),
        ("Activity", "Export", "Export your activity", "export"),
        ("Mail", "Read", "Created", "read-mail"),
    ] {
        go(window, screen).await;
        window.press(button).await;
        window.see(seen).await;
        walk.look(name).await;
        let close = if ["Activity", "Mail"].contains(&screen) {
            "Close"
        } else {
            "Cancel"
        };
        window.press(close).await;
    }
    go(window, "Activity").await;
    window.press("anna@example.org was confirmed…").await;
    window.see("IP address").await;
    walk.look("activity-opened").await;
    window.press("Up to date").await;
    window.find("button", "Try now").await;
    walk.look("sync").await;
    window.key(Key::Escape).await;
    window.press("Go anywhere…").await;
    window.see("Sync now").await;
    walk.look("go-anywhere").await;
    window.key(Key::Escape).await;
    // Folded to icons.
    window.resize(720, 540).await;
    walk.look("narrow").await;
    window.resize(1040, 720).await;
}

async fn two_step(walk: &mut Walk, window: &Window, server: &ServerUnderTest) -> Authenticator {
    go(window, "Password and sign-in").await;
    window.press("Set up").await;
    // Administration was opened a moment ago, with the password.
    window.see("Scan this").await;
    let secret = walk.know(window, ".secret", "SECRET").await;
    walk.look("two-step-set-up").await;
    let app = Authenticator {
        secret: secret[0].replace(' ', ""),
    };
    let code = app.code(server.now());
    window.fill("Code from your authenticator app", &code).await;
    window.press("Turn on").await;
    window.see("Save these recovery codes").await;
    walk.know(window, "ol.codes li", "CODE").await;
    walk.look("recovery-codes").await;
    window.press("I have saved them").await;
    window.see("Turned on").await;
    walk.look("two-step-on").await;
    go(window, "Passkeys").await;
    walk.look("passkeys").await;
    app
}

/// A device on probation, "It wasn't me" in both sizes, and the review. Begins where the code of a sign-in is asked.
async fn trust(walk: &mut Walk, window: &Window, server: &ServerUnderTest, app: &Authenticator) {
    let code = || {
        server.clock().advance_seconds(30);
        app.code(server.now())
    };
    window
        .fill("Code from your authenticator app", &code())
        .await;
    window.press("Sign in").await;
    see_overview(window, "anna").await;
    let mut request = Device::new("Notebook").sign_in(server, "anna", PASSWORD);
    request.code = Some(code());
    let answer = server.http().post("/v1/sessions", &request).await;
    answer.expect(201);
    window.see("Was it you?").await;
    walk.look("on-probation").await;
    window.press("It wasn’t me").await;
    window.see("Wasn’t you on Notebook?").await;
    walk.look("disown").await;
    window.press("Cancel").await;
    window.press("It was me").await;
    window.see("Confirm it’s you").await;
    window.fill("Password", PASSWORD).await;
    window
        .fill("Code from your authenticator app", &code())
        .await;
    window.press("Confirm").await;
    window.see_no_more("Was it you?").await;
    go(window, "Devices").await;
    window.press_in_row("Notebook", "It wasn’t me").await;
    window.see("Secure your account?").await;
    walk.look("secure").await;
    window.press("Secure account").await;
    window.find("heading", "Password").await;
    walk.look("spoiled").await;
    window.fill("Current password", PASSWORD).await;
    window
        .fill("New password", "copper harbour walks 7 winters")
        .await;
    window
        .fill("Password again", "copper harbour walks 7 winters")
        .await;
    window.press("Change password").await;
    window.find("heading", "Review").await;
    walk.look("review").await;
}
