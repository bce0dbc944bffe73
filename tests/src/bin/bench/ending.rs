//! From "end this device" to that device's data destroyed.

use std::time::Instant;

use latchkey_client::changes::Topic;
use latchkey_client::sessions::EndDevices;
use latchkey_client::stage::Stage;

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::window::databases;
use crate::{Arguments, Outcome, person};

/// The p99 over many endings of one device by another, on loopback.
pub async fn destroyed(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let server = LocalServer::start(&folder.path().join("server")).await?;
    person::create_account(&server.url, device::USERNAME).await?;
    let here = device::open(&folder.path().join("here")).await?;
    device::sign_in(&here, &server, true).await?;
    let mut samples = Vec::new();
    let data = folder.path().join("there");
    let there = device::open(&data).await?;
    for _ in 0..if arguments.quick { 10 } else { 200 } {
        device::sign_in(&there, &server, true).await?;
        device::until_current(&there).await?;
        device::until_current(&here).await?;
        let mut changes = there.subscribe();
        let begun = Instant::now();
        here.end_devices(EndDevices::Others).await?;
        while !matches!(there.stage().await, Stage::SignIn { .. }) {
            device::until_changed(&mut changes, Topic::Stage).await?;
        }
        samples.push(begun.elapsed().as_secs_f64() * 1_000.0);
        if databases(&data) != 0 {
            return Err("the ended device still has its database".into());
        }
    }
    server.stop().await?;
    Ok(vec![Figure {
        name: "from “end this device” to its data destroyed, p99",
        unit: "ms",
        value: percentile(&mut samples, 0.99),
        floor: None,
        target: Target::AtMost(100.0),
    }])
}
