//! The activity as a file: CSV for spreadsheets, JSON for programs.

use latchkey_protocol::activity::{ActivityEntry, ChangedField};
use latchkey_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::CHUNK;
use super::filter::ActivityFilter;
use crate::client::Client;
use crate::failure::{Failure, FailureCode};

/// The first line.
const HEADING: [&str; 9] = [
    "at", "kind", "count", "first_at", "device", "address", "subject", "changed", "id",
];

/// What to write.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ExportActivityForm {
    /// How.
    pub format: ExportFormat,
    /// Which entries.
    pub filter: ActivityFilter,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets know it. A cell that a spreadsheet would take
    /// for a formula begins with an apostrophe.
    Csv,
    /// RFC 8259: one array.
    Json,
}

impl ExportFormat {
    /// The end of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// A file to write.
pub struct ActivityExport {
    /// Its content.
    pub content: Vec<u8>,
    /// How many entries are in it.
    pub entries: u32,
}

/// One entry as it is written.
#[derive(Serialize)]
struct Row<'a> {
    at: String,
    kind: &'a str,
    count: u32,
    first_at: Option<String>,
    device: Option<&'a str>,
    address: Option<&'a str>,
    subject: Option<&'a str>,
    changed: &'a [ChangedField],
    id: &'a str,
}

impl Client {
    /// All entries that pass the filter, the newest first, as the content of a file.
    pub async fn activity_export(
        &self,
        form: &ExportActivityForm,
    ) -> Result<ActivityExport, Failure> {
        let account = self.account().await?;
        let mut entries: Vec<Exported> = Vec::new();
        let mut before: Option<String> = None;
        loop {
            let records = account
                .newest(
                    latchkey_protocol::sync::Collection::Activity,
                    before.as_deref(),
                    CHUNK,
                )
                .await?;
            let Some(last) = records.last() else {
                break;
            };
            before = Some(last.id.clone());
            entries.extend(records.into_iter().filter_map(|record| {
                let entry = serde_json::from_slice(&record.body).ok()?;
                form.filter.admits(&entry).then(|| Exported {
                    kind: kind_name(&record.body),
                    id: record.id,
                    entry,
                })
            }));
        }
        let rows: Vec<Row<'_>> = entries.iter().map(row).collect();
        let content = match form.format {
            ExportFormat::Csv => csv(&rows).into_bytes(),
            ExportFormat::Json => {
                serde_json::to_vec_pretty(&rows).map_err(|_| FailureCode::Internal)?
            }
        };
        Ok(ActivityExport {
            content,
            entries: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        })
    }
}

/// An entry on its way to a file.
struct Exported {
    id: String,
    /// The kind as the server wrote it, also one that only newer versions know.
    kind: String,
    entry: ActivityEntry,
}

fn kind_name(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Named {
        kind: String,
    }
    serde_json::from_slice(body).map_or_else(|_| String::new(), |Named { kind }| kind)
}

fn row(exported: &Exported) -> Row<'_> {
    let Exported { id, kind, entry } = exported;
    Row {
        at: instant(entry.at),
        kind,
        count: entry.count,
        first_at: entry.first_at.map(instant),
        device: entry.device_name.as_deref(),
        address: entry.address.as_deref(),
        subject: entry.subject.as_deref(),
        changed: &entry.changed,
        id,
    }
}

/// RFC 3339, in UTC.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.to_string())
}

fn csv(rows: &[Row<'_>]) -> String {
    let mut text = String::from('\u{FEFF}');
    let mut line = |cells: &[String]| {
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    line(&HEADING.map(cell));
    for row in rows {
        line(&[
            cell(&row.at),
            cell(row.kind),
            cell(&row.count.to_string()),
            cell(row.first_at.as_deref().unwrap_or_default()),
            cell(row.device.unwrap_or_default()),
            cell(row.address.unwrap_or_default()),
            cell(row.subject.unwrap_or_default()),
            cell(&changes(row.changed)),
            cell(row.id),
        ]);
    }
    text
}

/// All changed fields in one cell.
fn changes(changed: &[ChangedField]) -> String {
    let one = |changed: &ChangedField| {
        let ChangedField {
            field,
            before,
            after,
        } = changed;
        format!("{field}: {before} → {after}")
    };
    changed.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What a cell of a formula begins with, and its full-width twins.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A cell that is a text to every spreadsheet (OWASP, CSV injection): what others typed must not run as a formula on
/// the computer of the person who opens the file.
///
/// A quotation mark protects nothing from a reader that separates by something else than commas, for it stands in the
/// middle of such a reader's cells: whatever may begin a cell there begins with no sign of a formula either.
fn cell(value: &str) -> String {
    let mut plain = String::new();
    for part in value.split_inclusive([',', ';', '\t', '\r', '\n']) {
        let beginning = part.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '"');
        if beginning.starts_with(FORMULA) || part.starts_with(['\t', '\r', '\n']) {
            plain.push('\'');
        }
        plain.push_str(part);
    }
    let is_quoted = plain != value
        || value.contains([',', '"', '\r', '\n', ';', '\t'])
        || value != value.trim();
    if is_quoted {
        format!("\"{}\"", plain.replace('"', "\"\""))
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::activity::ActivityKind;

    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_out() {
        for (value, written) in [
            ("Attic", "Attic"),
            ("", ""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t'=1\""),
            ("＝1", "\"'＝1\""),
            ("a,b", "\"a,b\""),
            ("a;=1+1;b", "\"a;'=1+1;b\""),
            ("a; +1", "\"a;' +1\""),
            ("a,-1", "\"a,'-1\""),
            ("a;\"＝1", "\"a;'\"\"＝1\""),
            ("a; b", "\"a; b\""),
            ("say \"hi\"\r\n=x", "\"say \"\"hi\"\"\r'\n'=x\""),
            ("2026-01-01", "2026-01-01"),
        ] {
            assert_eq!(cell(value), written, "{value:?}");
        }
    }

    #[test]
    fn no_reader_finds_a_formula_whatever_it_separates_by() {
        for value in [
            "=1",
            "a;=1+1;b",
            "a;=cmd|' /C calc'!A0;b",
            "a;;@x",
            "a,\t+1",
            "a;\"\"=1\"",
            "a;\u{A0}\u{3000}＝1",
            "\"\n-1",
        ] {
            let written = cell(value);
            for separator in [',', ';', '\t'] {
                for part in written.split([separator, '\r', '\n']) {
                    // A reader drops the quotation marks at a cell's beginning.
                    let shown = part.trim_start_matches(['"', ' ', '\u{A0}', '\u{3000}']);
                    assert!(!shown.starts_with(FORMULA), "{value:?} as {written:?}");
                }
            }
        }
    }

    #[test]
    fn a_file_has_a_heading_and_a_line_for_each_entry() {
        let entry = ActivityEntry {
            kind: ActivityKind::SignInFailed,
            at: Timestamp(1_700_000_000_000_000),
            count: 3,
            first_at: Some(Timestamp(1_699_999_000_000_000)),
            session_id: None,
            device_name: Some("=cmd|' /C calc'!A0".to_owned()),
            address: Some("192.0.2.7".to_owned()),
            subject: None,
            changed: vec![
                ChangedField::new("display_name", "Anna", "=1;=2"),
                ChangedField::new("language", "en", "de"),
            ],
        };
        let exported = Exported {
            id: "id".to_owned(),
            kind: "sign_in_failed".to_owned(),
            entry,
        };
        let text = csv(&[row(&exported)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "\u{FEFF}at,kind,count,first_at,device,address,subject,changed,id",
                "2023-11-14T22:13:20Z,sign_in_failed,3,2023-11-14T21:56:40Z,\"'=cmd|' /C calc'!A0\",192.0.2.7,,\
                 \"display_name: Anna → =1;'=2; language: en → de\",id",
            ]
        );
    }
}
