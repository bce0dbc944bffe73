//! Secrets in the clipboard: there for a moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_client::failure::{Failure, FailureCode};
use tauri::AppHandle;
use tauri::async_runtime::JoinHandle;
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use zeroize::Zeroizing;

/// How long a copied secret stays in the clipboard, unless something else takes its place, or the app ends, before.
pub const SECRET_STAYS: Duration = Duration::from_secs(30);

/// The secret that was copied last, while it may still be in the clipboard.
static COPIED: Mutex<Option<Copied>> = Mutex::new(None);

struct Copied {
    secret: Arc<Zeroizing<String>>,
    clearing: JoinHandle<()>,
}

/// Copies `secret` past the histories of clipboards, and clears the clipboard after [`SECRET_STAYS`] if it is still in it.
pub fn copy_secret(app: &AppHandle, secret: String) -> Result<(), Failure> {
    app.clipboard()
        .write_secret(secret.clone())
        .map_err(|error| {
            tracing::warn!(%error, "the clipboard can't be used");
            FailureCode::Internal
        })?;
    let app = app.clone();
    let secret = Arc::new(Zeroizing::new(secret));
    let clearing = tauri::async_runtime::spawn({
        let secret = Arc::clone(&secret);
        async move {
            tokio::time::sleep(SECRET_STAYS).await;
            clear(&app, &secret);
        }
    });
    // Copied once more, it stays that much longer.
    if let Some(last) = copied().replace(Copied { secret, clearing }) {
        last.clearing.abort();
    }
    Ok(())
}

/// Whether the app was asked to end while a secret may be in the clipboard, where others would find it afterwards. It ends
/// with `code` when that is cleared: not on this thread, which may be the one that the clipboard's text is asked from.
pub fn clear_before_exit(app: &AppHandle, code: Option<i32>) -> bool {
    let Some(last) = copied().take() else {
        return false;
    };
    if last.clearing.inner().is_finished() {
        return false;
    }
    last.clearing.abort();
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        clear(&app, &last.secret);
        app.exit(code.unwrap_or_default());
    });
    true
}

/// Clears the clipboard if `secret` is in it: what somebody copied since is theirs.
fn clear(app: &AppHandle, secret: &str) {
    let clipboard = app.clipboard();
    if clipboard.read_text().is_ok_and(|text| text == secret)
        && let Err(error) = clipboard.clear()
    {
        tracing::warn!(%error, "a secret is still in the clipboard");
    }
}

fn copied() -> MutexGuard<'static, Option<Copied>> {
    COPIED.lock().unwrap_or_else(PoisonError::into_inner)
}
