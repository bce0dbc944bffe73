//! Tools of other people that read the description of the API: Schemathesis and a generator of clients, from `PyPI`. (Redocly
//! comes with the packages of the user interface.) The suite `server` runs them.

use std::fs;
use std::time::Duration;

use crate::process::{command, run};

/// Their versions, and those of all that they need.
const REQUIREMENTS: &str = "tests/requirements.txt";
const LIMIT: Duration = Duration::from_mins(15);

/// Installs them, unless exactly those are there.
pub fn install() -> Result<(), String> {
    let requirements = crate::root().join(REQUIREMENTS);
    let wanted = fs::read(&requirements)
        .map_err(|error| format!("{REQUIREMENTS} can't be read: {error}"))?;
    let folder = crate::root().join("target/tools/python");
    let stamp = folder.join(".latchkey-requirements");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("The tools of {REQUIREMENTS} are up to date.");
        return Ok(());
    }
    println!(
        "Installing the tools of {REQUIREMENTS} from PyPI, into {}.",
        folder.display()
    );
    run(
        command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
        LIMIT,
    )?;
    let mut pip = command(folder.join("bin/pip"));
    pip.args([
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar=off",
    ]);
    run(pip.arg("--requirement").arg(&requirements), LIMIT)?;
    fs::write(&stamp, wanted)
        .map_err(|error| format!("{} can't be written: {error}", stamp.display()))
}
