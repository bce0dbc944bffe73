//! `docs/access.md`, made from the table.

use std::fmt::Write as _;

use super::{Body, Callers, Limit, Row, StepUp, TABLE};

const INTRODUCTION: &str = "\
# Access

Made from the table in `crates/server/src/access/table.rs`; a test compares. Every route of the server has a row, and the
guard before its handler enforces it. \"Step-up\" is the password (and the code, where one is on) within the last ten minutes,
or in the request itself. Where \"key\" stands, an `Idempotency-Key` gives the same answer again. Everything that writes is
decided once more under the account's lock, in this order: session, role, step-up, key, limit.

What a refusal tells: 401 without a live session; 403 to everybody but administrators, whatever is asked of the server; 403
with a code of its own without a step-up; 404 for what is another account's and for what never was, alike.

";

/// The page.
pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    section(&mut text, "The API", |row| !row.is_page());
    section(&mut text, "Pages for browsers", Row::is_page);
    text
}

fn section(text: &mut String, title: &str, belongs: impl Fn(&Row) -> bool) {
    let _ = write!(
        text,
        "## {title}\n\n| route | callers | step-up | key | body | limit |\n|---|---|---|---|---|---|\n"
    );
    for row in TABLE.iter().filter(|row| belongs(row)) {
        let _ = writeln!(
            text,
            "| `{} {}` | {} | {} | {} | {} | {} |",
            row.method.name(),
            row.path,
            match row.callers {
                Callers::Anybody => "anybody",
                Callers::Session => "session",
                Callers::Administrator => "administrator",
            },
            match row.step_up {
                StepUp::None => "",
                StepUp::Recent => "ten minutes",
                StepUp::InRequest => "in the request",
            },
            row.once.map_or("", |_| "yes"),
            match row.body {
                Body::None => "",
                Body::Small => "small",
                Body::Usual => "usual",
                Body::Form => "form",
            },
            match row.limit {
                Limit::None => "",
                Limit::Tries => "tries",
                Limit::Mails => "mails",
                Limit::Changes => "changes",
                Limit::SecurityChanges => "security changes",
                Limit::Edits => "edits",
            },
        );
    }
    text.push('\n');
}
