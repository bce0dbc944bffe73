//! From the first instant to the last: plugins, window, client, links, signals.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use latchkey_client::app::{App, AppOptions};
use latchkey_client::clock::SystemClock;
use latchkey_client::failure::FailureCode;
use latchkey_client::secrets::PlatformSecretStore;
use latchkey_client::stage::Stage;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, RunEvent, Wry};

use crate::arguments::Arguments;
use crate::bundled::Bundled;
use crate::place::Places;
use crate::shell::{RefusedServer, Shell, follow_preferences, forward_changes};
#[cfg(target_os = "macos")]
use crate::web_process;
use crate::web_process::Ends;
use crate::{appearance, clipboard, commands, link, network, window};

/// How long the end may take: a sign-in that was not to stay is destroyed, and the server inside the app closes.
const END: Duration = Duration::from_secs(8);

/// Runs the app until it is closed.
pub fn run(arguments: Arguments, folder: PathBuf) -> tauri::Result<()> {
    let commands = commands::builder();
    let bundled = Arc::new(Bundled::new(arguments.allow_sign_up));
    let server = Arc::clone(&bundled);
    let mut builder = tauri::Builder::default();
    // First among the plugins: a second copy must end before it does anything.
    if let Some(plugin) = single_instance(&arguments, &folder) {
        builder = builder.plugin(plugin);
    }
    #[cfg(target_os = "macos")]
    {
        builder = builder.on_web_content_process_terminate(|webview| {
            web_process::ended(webview.app_handle(), "told by the system");
        });
    }
    let app = builder
        .plugin(tauri_plugin_deep_link::init())
        .manage(Shell::new(&folder))
        .manage(Places::load(&folder))
        .manage(Ends::default())
        .invoke_handler(commands.invoke_handler())
        .on_window_event(window::handle)
        .setup(move |app| {
            let handle = app.handle();
            commands.mount_events(handle);
            appearance::follow_the_desktop();
            window::open(handle, &folder)?;
            add_plugins(handle)?;
            receive_links(handle);
            tauri::async_runtime::spawn(open_client(handle.clone(), arguments, folder, server));
            tauri::async_runtime::spawn(network::watch(handle.clone()));
            tauri::async_runtime::spawn(end_on_signal(handle.clone()));
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(move |app, event| match event {
        RunEvent::ExitRequested { code, api, .. } if clipboard::clear_before_exit(app, code) => {
            api.prevent_exit();
        }
        RunEvent::Exit => {
            app.state::<Places>().save();
            let end = async {
                if let Some(client) = app.state::<Shell>().opened_client() {
                    client.close().await;
                }
                bundled.stop().await;
            };
            if tauri::async_runtime::block_on(async { tokio::time::timeout(END, end).await })
                .is_err()
            {
                tracing::warn!("not everything could be brought to its end");
            }
        }
        _ => {}
    });
    Ok(())
}

/// Adds what no page can ask for yet: the web view starts meanwhile.
fn add_plugins(app: &AppHandle) -> tauri::Result<()> {
    app.plugin(tauri_plugin_notification::init())?;
    app.plugin(tauri_plugin_clipboard_manager::init())?;
    app.plugin(
        tauri_plugin_opener::Builder::new()
            .open_js_links_on_click(false)
            .build(),
    )
}

/// Opens the client while the window already shows, then does what the arguments ask for.
async fn open_client(app: AppHandle, arguments: Arguments, folder: PathBuf, server: Arc<Bundled>) {
    let client = App::open(AppOptions {
        data_folder: folder,
        secrets: Arc::new(PlatformSecretStore::default()),
        clock: Arc::new(SystemClock),
        app: format!("Latchkey {}", env!("CARGO_PKG_VERSION")),
        bundled: Some(server),
    })
    .await;
    follow_preferences(&app, &client).await;
    // Before the window gets an answer: what changes from then on, it is told.
    let changes = client.subscribe();
    app.state::<Shell>().set_client(Arc::clone(&client));
    tauri::async_runtime::spawn(forward_changes(app.clone(), Arc::clone(&client), changes));
    let shown = client.shown();
    if let Some(server) = arguments.server
        && shown.stage().await == Stage::FirstStart
        && let Err(failure) = shown.connect_to_server(server.clone()).await
        // Otherwise the person has chosen one meanwhile.
        && failure.code != FailureCode::ChangedMeanwhile
    {
        tracing::warn!(code = ?failure.code, "the server given at the start could not be connected to");
        app.state::<Shell>().set_refused_server(RefusedServer {
            address: server,
            failure,
        });
        window::navigate(&app, Some(shown.id()), "connect");
    }
    if let Some(link) = arguments.link {
        link::open(app, link).await;
    }
}

/// A second start on the same data folder shows the first one's window instead. One on another folder is another app.
fn single_instance(arguments: &Arguments, folder: &Path) -> Option<TauriPlugin<Wry>> {
    let plugin = tauri_plugin_single_instance::Builder::new().callback(|app, arguments, _| {
        window::show(app);
        // The other start's own arguments: only its link matters to the app that already runs.
        if let Ok(Arguments {
            link: Some(link), ..
        }) = Arguments::try_parse_from(arguments)
        {
            tauri::async_runtime::spawn(link::open(app.clone(), link));
        }
    });
    if cfg!(target_os = "linux") {
        return Some(plugin.dbus_id(bus_name(folder)).build());
    }
    // Elsewhere the name can't be chosen; there the lock on the data folder keeps two copies apart.
    arguments.data_dir.is_none().then(|| plugin.build())
}

/// A name on the session bus for the app that has this data folder.
fn bus_name(folder: &Path) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;

    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
    let mut name = "org.latchkey.desktop.f".to_owned();
    for byte in &digest[..8] {
        // Writing to a string can't fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Links reach a running app through a second start's arguments, except on macOS, where the system hands them over.
fn receive_links(app: &AppHandle) {
    #[cfg(target_os = "macos")]
    {
        use tauri_plugin_deep_link::DeepLinkExt as _;
        let handle = app.clone();
        app.deep_link().on_open_url(move |event| {
            for url in event.urls() {
                tauri::async_runtime::spawn(link::open(handle.clone(), url.into()));
            }
        });
    }
    // An installed package has registered the scheme; a build that is tried out from its folder does it here.
    #[cfg(all(debug_assertions, target_os = "linux"))]
    {
        use tauri_plugin_deep_link::DeepLinkExt as _;
        let app = app.clone();
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = app.deep_link().register_all() {
                tracing::info!(%error, "links to Latchkey could not be registered");
            }
        });
    }
    #[cfg(not(any(target_os = "macos", all(debug_assertions, target_os = "linux"))))]
    let _ = app;
}

/// Ends the app as if it had been quit when the system asks it to.
async fn end_on_signal(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    app.exit(0);
}
