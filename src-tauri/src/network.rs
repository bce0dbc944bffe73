//! Whether the network came back, as the system says it, so that nobody waits for a timer. A sleep is noticed by the
//! client itself.

use tauri::AppHandle;

/// Tells the client when the network came back or became another one, until the app ends.
#[cfg(target_os = "linux")]
pub async fn watch(app: AppHandle) {
    use std::sync::Arc;
    use std::time::Duration;

    use gtk::gio::NetworkMonitor;
    use gtk::gio::prelude::NetworkMonitorExt as _;
    use tokio::sync::Notify;

    use crate::shell::{client, painted};

    /// A change comes as a handful of them, address by address.
    const SETTLED: Duration = Duration::from_secs(1);

    painted(&app).await;
    let client = client(&app).await;
    let changed = Arc::new(Notify::new());
    let tell = Arc::clone(&changed);
    let watched = app.run_on_main_thread(move || {
        // One for the whole process, which is never let go of.
        NetworkMonitor::default().connect_network_changed(move |_, available| {
            if available {
                tell.notify_one();
            }
        });
    });
    if let Err(error) = watched {
        return tracing::warn!(%error, "the network can't be watched");
    }
    loop {
        changed.notified().await;
        tokio::time::sleep(SETTLED).await;
        client.look_again();
    }
}

/// Elsewhere the client notices a lost connection by its silence, and a sleep by the clock.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "waits on Linux alone")]
pub async fn watch(_: AppHandle) {}
