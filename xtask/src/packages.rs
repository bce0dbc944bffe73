//! Packages of the operating system.

use std::time::Duration;

use crate::process::{command, is_root, on_path, output, run};

/// What building and running the app needs. Names are Debian's; after a `|` those of Ubuntu where it has another.
const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libxdo-dev",
];

/// What the tests need besides: a screen, a driver for the window, a browser with a driver, what screen readers listen by,
/// keyrings, two window managers and a Wayland compositor, hands for pointer and keyboard, a notification server, another
/// program with a clipboard, a database, another implementation of codes, a filter of mails, letters to draw, the web servers
/// that the documentation has a file for, and who reads the server's log.
const TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "webkit2gtk-driver",
    "chromium|chromium-browser",
    "chromium-driver|chromium-chromedriver",
    "dbus",
    "at-spi2-core",
    "gnome-keyring",
    "keepassxc",
    "openbox",
    "i3-wm",
    "weston",
    "xdotool",
    "x11-utils",
    "dunst",
    "xclip",
    "postgresql",
    "pgbouncer",
    "postfix",
    "dovecot-core",
    "openssl",
    "oathtool",
    "spamassassin",
    "fonts-dejavu-core",
    "fonts-noto-core",
    "python3-venv",
    "nginx",
    "haproxy",
    "apache2-bin",
    "caddy",
    "fail2ban",
];

const LIMIT: Duration = Duration::from_mins(20);

/// Installs what building the app needs, or says what is missing.
pub fn ensure_build() -> Result<(), String> {
    ensure(BUILD)
}

/// Installs what the tests need, or says what is missing.
pub fn ensure_test() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("The test suite needs Linux: it opens real windows under Xvfb.".to_owned());
    }
    ensure(&[BUILD, TEST].concat())
}

fn ensure(wanted: &[&str]) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !on_path("dpkg-query") || !on_path("apt-get") {
        println!(
            "This system has no apt-get. Install the equivalents of these Debian packages, which Latchkey needs: \
             {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|package| !package.split('|').any(is_installed))
        .collect();
    if missing.is_empty() {
        println!("All system packages are installed.");
        return Ok(());
    }
    let named: Vec<&str> = missing.iter().copied().map(offered).collect();
    let list = named.join(" ");
    let apt = if is_root() {
        vec!["apt-get"]
    } else if on_path("sudo") {
        vec!["sudo", "apt-get"]
    } else {
        return Err(format!(
            "These system packages are missing. Install them as root or with sudo:\n  apt-get install {list}"
        ));
    };
    println!(
        "Installing these system packages with `{}`: {list}",
        apt.join(" ")
    );
    let apt_get = |arguments: &[&str]| {
        let mut install = command(apt[0]);
        install
            .args(&apt[1..])
            // Another program may be installing something: it says that it waits, and for whom.
            .args(["-o", "DPkg::Lock::Timeout=600"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        if std::env::var_os("CI").is_none() {
            // sudo may ask for the password.
            install.stdin(std::process::Stdio::inherit());
        }
        run(&mut install, LIMIT)
    };
    apt_get(&["update"])?;
    // Known only now where the lists of packages were empty.
    let named: Vec<&str> = missing.into_iter().map(offered).collect();
    apt_get(
        &[
            &["install", "--yes", "--no-install-recommends"],
            named.as_slice(),
        ]
        .concat(),
    )
}

/// Of the names of a package the one that this system offers.
fn offered(package: &str) -> &str {
    let is_offered = |name: &&str| {
        output(command("apt-cache").args(["show", "--no-all-versions", name]))
            .is_some_and(|shown| !shown.is_empty())
    };
    let mut names = package.split('|');
    let usual = names.next().unwrap_or(package);
    if is_offered(&usual) {
        return usual;
    }
    names.find(is_offered).unwrap_or(usual)
}

fn is_installed(package: &str) -> bool {
    output(command("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}
