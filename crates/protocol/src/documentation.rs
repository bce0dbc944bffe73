//! The pages under `docs/` that list what the code declares list all of it, in the words of the code.

use std::fmt::Write as _;

const PAGE: &str = include_str!("../../../docs/activity.md");

/// The rows of the table of an enum: each variant by the name that goes over the network, and its documentation.
fn rows(source: &str, name: &str) -> String {
    let start = format!("pub enum {name} {{\n");
    let (_, body) = source.split_once(&start).expect("the enum");
    let (body, _) = body.split_once("\n}").expect("its end");
    let mut rows = String::new();
    let mut words = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(part) = line.strip_prefix("///") {
            words.push(part.trim());
        } else if let Some(variant) = line.strip_suffix(',')
            && variant.chars().all(char::is_alphanumeric)
        {
            // Writing to a string can't fail.
            let _ = writeln!(rows, "| `{}` | {} |", snake_case(variant), words.join(" "));
            words.clear();
        }
    }
    rows
}

fn snake_case(variant: &str) -> String {
    let mut name = String::new();
    for character in variant.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[test]
fn the_page_of_the_activity_lists_every_kind_of_entry_and_of_mail() {
    for (source, name, first) in [
        (
            include_str!("activity.rs"),
            "ActivityKind",
            "account_created",
        ),
        (include_str!("mail.rs"), "MailKind", "confirm_email"),
    ] {
        let rows = rows(source, name);
        assert!(rows.starts_with(&format!("| `{first}` | ")), "{rows}");
        assert!(
            PAGE.contains(&rows),
            "docs/activity.md should have this table of {name}:\n{rows}"
        );
    }
}

#[test]
fn the_page_of_quotas_names_every_quota() {
    const QUOTAS: &str = include_str!("../../../docs/quotas.md");
    let rows = rows(include_str!("quotas.rs"), "Quota");
    assert!(!rows.is_empty());
    for row in rows.lines() {
        let (name, _) = row.trim_start_matches("| ").split_once(" |").unwrap();
        assert!(QUOTAS.contains(name), "docs/quotas.md should name {name}");
    }
}
