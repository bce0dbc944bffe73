//! Five accounts in one app against one.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use latchkey_client::app::App;

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::{Arguments, Outcome, window};

const USERNAMES: [&str; 5] = ["anna", "ben", "clara", "dora", "emil"];

/// From one account to the next with all that its first screen shows, and the memory of the window with five.
pub async fn switched(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let records = if arguments.quick { 200 } else { 2_000 };
    let server =
        LocalServer::seeded_for(&folder.path().join("server"), &USERNAMES, records).await?;
    let (one, five) = (folder.path().join("one"), folder.path().join("five"));
    let app = signed_in(&one, &server, &USERNAMES[..1]).await?;
    app.close().await;
    drop(app);
    let app = signed_in(&five, &server, &USERNAMES).await?;
    let accounts = app.listed();
    let mut switches = Vec::new();
    for _ in 0..if arguments.quick { 20 } else { 200 } {
        for account in &accounts {
            let begun = Instant::now();
            // What the window asks for before it shows another account.
            let (_, _, overview) =
                tokio::join!(account.stage(), account.sync_status(), account.overview());
            overview?;
            switches.push(begun.elapsed().as_secs_f64() * 1_000.0);
            // Noted for the next start, once it is shown.
            app.show_account(account.id()).await?;
        }
    }
    app.close().await;
    drop((accounts, app));
    let memory = window::memory(arguments, &five).await?;
    let floor = window::memory(arguments, &one).await?;
    server.stop().await?;
    Ok(vec![
        Figure {
            name: "from one account to another in the client, p99",
            unit: "ms",
            value: percentile(&mut switches, 0.99),
            floor: None,
            target: Target::AtMost(16.0),
        },
        Figure {
            name: "memory (PSS) of the window's processes with five accounts, against one",
            unit: "MiB",
            value: memory,
            floor: Some(floor),
            target: Target::RatioAtMost(1.1),
        },
    ])
}

/// An app in `data` that is signed in to these accounts.
async fn signed_in(data: &Path, server: &LocalServer, usernames: &[&str]) -> Outcome<Arc<App>> {
    let app = device::app_with_keyring(data).await;
    for (number, username) in usernames.iter().enumerate() {
        if number > 0 {
            app.add_account().await?;
        }
        let account = app.shown();
        device::sign_in_as(&account, server, username, true).await?;
        device::until_current(&account).await?;
    }
    Ok(app)
}
