//! Files that the person asked for, in their folder for downloads: a place they know, so that the pages name no path and
//! no dialog is needed.

use std::path::{Path, PathBuf};

use latchkey_client::activity::ExportActivityForm;
use latchkey_client::client::Client;
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::files::{SavedFile, save_new};
use latchkey_client::second_factor::RecoveryCodesView;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_opener::OpenerExt as _;

use crate::shell::{Shell, words};
use crate::words::Words;

/// The activity in a file.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ExportedActivity {
    /// The file.
    pub file: SavedFile,
    /// How many entries are in it.
    pub entries: u32,
}

/// Writes recovery codes with what they are for.
pub async fn save_recovery_codes(
    app: &AppHandle,
    account: &Client,
    codes: &RecoveryCodesView,
) -> Result<SavedFile, Failure> {
    let words = words(app, account).await;
    let content = recovery_codes(&words, codes);
    let stem = words.text("recovery-codes-file");
    save(app, stem, "txt", content.into_bytes()).await
}

/// Writes the activity.
pub async fn export_activity(
    app: &AppHandle,
    account: &Client,
    form: ExportActivityForm,
) -> Result<ExportedActivity, Failure> {
    let export = account.activity_export(&form).await?;
    let stem = words(app, account).await.text("activity-file");
    let file = save(app, stem, form.format.extension(), export.content).await?;
    Ok(ExportedActivity {
        file,
        entries: export.entries,
    })
}

/// Shows where the file is that was saved last.
pub fn show_last(app: &AppHandle) -> Result<(), Failure> {
    let path = app.state::<Shell>().saved_file();
    reveal(app, &path.ok_or(FailureCode::NotAllowedNow)?)
}

/// Shows a file in its folder, in the system's file manager; the folder alone where no file manager does that.
pub fn reveal(app: &AppHandle, path: &Path) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    match app.opener().reveal_item_in_dir(path) {
        Ok(()) => Ok(()),
        Err(error) => {
            tracing::info!(%error, "no file manager shows a file in its folder");
            open_folder(app, folder)
        }
    }
}

/// Opens a folder in the system's file manager.
pub fn open_folder(app: &AppHandle, folder: &Path) -> Result<(), Failure> {
    let path = folder.to_string_lossy().into_owned();
    app.opener()
        .open_path(&path, None::<&str>)
        .map_err(|error| {
            tracing::warn!(%error, "no program opened a folder");
            Failure {
                folder: Some(path),
                ..FailureCode::FolderNotOpened.into()
            }
        })
}

async fn save(
    app: &AppHandle,
    stem: String,
    extension: &'static str,
    content: Vec<u8>,
) -> Result<SavedFile, Failure> {
    let folder = folder().ok_or(FailureCode::FileNotWritten)?;
    let saved =
        tauri::async_runtime::spawn_blocking(move || save_new(&folder, &stem, extension, &content));
    let (path, already) = saved
        .await
        .map_err(|_| FailureCode::Internal)?
        .map_err(|error| {
            tracing::warn!(%error, "a file could not be saved");
            FailureCode::FileNotWritten
        })?;
    let saved = SavedFile {
        name: lossy(path.file_name().map(Path::new)),
        folder: lossy(path.parent()),
        already,
    };
    app.state::<Shell>().set_saved_file(path);
    Ok(saved)
}

/// The folder for downloads; where the system knows none, the home.
fn folder() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    let folder = folders.download_dir().unwrap_or_else(|| folders.home_dir());
    Some(folder.to_owned())
}

fn lossy(path: Option<&Path>) -> String {
    path.map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn recovery_codes(words: &Words, codes: &RecoveryCodesView) -> String {
    let server = if codes.server.is_empty() {
        words.text_with(
            "recovery-codes-this-computer",
            "computer",
            codes.computer.clone(),
        )
    } else {
        codes.server.clone()
    };
    // The day is enough to tell two sets apart.
    let made = jiff::Timestamp::from_microsecond(codes.created_at.0)
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default();
    let mut lines = vec![
        words.text("recovery-codes-heading"),
        words.text_with("recovery-codes-account", "username", codes.username.clone()),
        words.text_with("recovery-codes-server", "server", server),
        words.text_with("recovery-codes-made", "date", made),
        String::new(),
    ];
    lines.extend(codes.codes.iter().cloned());
    lines.extend([String::new(), words.text("recovery-codes-note")]);
    let end = if cfg!(windows) { "\r\n" } else { "\n" };
    lines.join(end) + end
}

#[cfg(test)]
mod tests {
    use latchkey_protocol::time::Timestamp;

    use super::*;

    #[test]
    fn saved_codes_say_what_they_are_for() {
        let codes = RecoveryCodesView {
            codes: vec!["AAAAA-BBBBB".to_owned(), "CCCCC-DDDDD".to_owned()],
            username: "anna".to_owned(),
            server: "id.example.org".to_owned(),
            computer: "desk".to_owned(),
            created_at: Timestamp(1_700_000_000_000_000),
        };
        for language in ["en", "de"] {
            let text = recovery_codes(&Words::of(language), &codes);
            for part in ["AAAAA-BBBBB", "anna", "id.example.org", "2023-11-14"] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert!(!text.contains("recovery-codes"), "{text}");
            let here = RecoveryCodesView {
                server: String::new(),
                ..codes.clone()
            };
            let text = recovery_codes(&Words::of(language), &here);
            assert!(text.contains("omputer desk"), "{text}");
        }
    }
}
