//! The same for `WebView2`, which wry does not ask. Its interfaces are `unsafe` in Rust; nothing else in the app is.

use tauri::{AppHandle, Manager as _, WebviewWindow};
use webview2_com::Microsoft::Web::WebView2::Win32::{
    COREWEBVIEW2_PROCESS_FAILED_KIND, COREWEBVIEW2_PROCESS_FAILED_KIND_BROWSER_PROCESS_EXITED,
    COREWEBVIEW2_PROCESS_FAILED_KIND_RENDER_PROCESS_EXITED, ICoreWebView2Controller,
};
use webview2_com::ProcessFailedEventHandler;

use super::{ask, ended};

/// Has the window come back each time.
pub fn watch(window: &WebviewWindow) -> tauri::Result<()> {
    let app = window.app_handle().clone();
    window.with_webview(move |webview| {
        let heard = move |kind| failed(&app, kind);
        if let Err(error) = on_failure(&webview.controller(), heard) {
            tracing::error!(%error, "the process that draws the window is not watched");
        }
    })
}

/// Calls `failed` whenever one of the web view's processes has ended.
#[expect(
    unsafe_code,
    reason = "the interfaces of WebView2 have no safe form, and wry gives this event to nobody"
)]
fn on_failure(
    controller: &ICoreWebView2Controller,
    failed: impl Fn(COREWEBVIEW2_PROCESS_FAILED_KIND) + 'static,
) -> webview2_com::Result<()> {
    let handler = ProcessFailedEventHandler::create(Box::new(move |_, happened| {
        let mut kind = COREWEBVIEW2_PROCESS_FAILED_KIND::default();
        if let Some(happened) = happened {
            // SAFETY: as below; `kind` lives for as long as the call, which writes it.
            unsafe { happened.ProcessFailedKind(&raw mut kind) }?;
            failed(kind);
        }
        Ok(())
    }));
    let mut token = 0;
    // SAFETY: `controller` is a live interface, counted by its clone in `with_webview`, which calls on the thread that
    // the web view belongs to; it calls the handler on that thread too, and never twice at once. `handler` is counted
    // by the web view from here on. `token` lives for as long as the call, which writes it.
    unsafe {
        controller
            .CoreWebView2()?
            .add_ProcessFailed(&handler, &raw mut token)?;
    }
    Ok(())
}

/// The other kinds are created again by `WebView2` itself.
fn failed(app: &AppHandle, kind: COREWEBVIEW2_PROCESS_FAILED_KIND) {
    match kind {
        COREWEBVIEW2_PROCESS_FAILED_KIND_RENDER_PROCESS_EXITED => {
            ended(app, "render process exited")
        }
        COREWEBVIEW2_PROCESS_FAILED_KIND_BROWSER_PROCESS_EXITED => {
            // With it went the web view itself: there is nothing left that could be loaded again.
            tracing::error!("the process that holds the window's web view has ended");
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                ask(&app).await;
                app.request_restart();
            });
        }
        other => tracing::warn!(kind = other.0, "a process of the web view has ended"),
    }
}
