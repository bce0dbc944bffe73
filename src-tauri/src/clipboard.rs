//! Secrets in the clipboard: there for a moment.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_client::failure::{Failure, FailureCode};
use tauri::AppHandle;
use tauri::async_runtime::JoinHandle;
use tauri_plugin_clipboard_manager::ClipboardExt as _;

/// How long a copied secret stays in the clipboard, unless something else takes its place before.
pub const SECRET_STAYS: Duration = Duration::from_secs(30);

/// What clears the clipboard of the secret that was copied last.
static CLEARING: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// Copies `secret` past the histories of clipboards, and clears the clipboard after [`SECRET_STAYS`] if it is still in it.
pub fn copy_secret(app: &AppHandle, secret: String) -> Result<(), Failure> {
    app.clipboard()
        .write_secret(secret.clone())
        .map_err(|error| {
            tracing::warn!(%error, "the clipboard can't be used");
            FailureCode::Internal
        })?;
    let app = app.clone();
    let clearing = tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SECRET_STAYS).await;
        let clipboard = app.clipboard();
        // What somebody copied since is theirs.
        if clipboard.read_text().is_ok_and(|text| text == secret)
            && let Err(error) = clipboard.clear()
        {
            tracing::warn!(%error, "a secret is still in the clipboard");
        }
    });
    // Copied once more, it stays that much longer.
    let mut last = CLEARING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(last) = last.replace(clearing) {
        last.abort();
    }
    Ok(())
}
