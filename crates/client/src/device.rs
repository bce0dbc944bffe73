//! What this device says it is, for people to read in the list of devices.

use std::fs;

use latchkey_protocol::sessions::{
    DEVICE_NAME_MAXIMUM, DeviceDescription, DeviceKind, check_device_name,
};

/// The host's name, the kind of machine and the operating system, with `app` as given.
pub(crate) fn describe(app: &str) -> DeviceDescription {
    DeviceDescription {
        name: name(&gethostname::gethostname().to_string_lossy()),
        kind: kind(),
        app: app.to_owned(),
        operating_system: operating_system(),
    }
}

/// The first part of the host's name, in so far as it makes a device's name.
fn name(host: &str) -> String {
    let first = host.split('.').next().unwrap_or_default();
    let name: String = first.chars().take(DEVICE_NAME_MAXIMUM).collect();
    match check_device_name(&name) {
        Ok(()) => name,
        Err(_) => "Latchkey".to_owned(),
    }
}

/// On Linux by the chassis type of SMBIOS (specification 3.7, table 17), else by whether there is a battery.
fn kind() -> DeviceKind {
    let chassis = fs::read_to_string("/sys/class/dmi/id/chassis_type").unwrap_or_default();
    match chassis.trim() {
        "8" | "9" | "10" | "14" | "31" | "32" => DeviceKind::Laptop,
        "11" | "30" => DeviceKind::Tablet,
        _ if has_battery() => DeviceKind::Laptop,
        _ => DeviceKind::Desktop,
    }
}

fn has_battery() -> bool {
    let Ok(supplies) = fs::read_dir("/sys/class/power_supply") else {
        return false;
    };
    supplies.flatten().any(|supply| {
        let says = |file: &str, what: &str| {
            fs::read_to_string(supply.path().join(file)).is_ok_and(|text| text.trim() == what)
        };
        // A mouse has a battery too, of the scope "Device".
        says("type", "Battery") && !says("scope", "Device")
    })
}

fn operating_system() -> String {
    let release = ["/etc/os-release", "/usr/lib/os-release"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok());
    let version = "/System/Library/CoreServices/SystemVersion.plist";
    match (release, fs::read_to_string(version)) {
        (Some(release), _) => pretty_name(&release),
        (None, Ok(version)) => mac_version(&version),
        (None, Err(_)) => None,
    }
    .unwrap_or_else(|| {
        match std::env::consts::OS {
            "windows" => "Windows",
            "macos" => "macOS",
            "linux" => "Linux",
            other => other,
        }
        .to_owned()
    })
}

/// `PRETTY_NAME` of os-release(5).
fn pretty_name(release: &str) -> Option<String> {
    let value = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.chars().take(80).collect())
}

fn mac_version(plist: &str) -> Option<String> {
    let (_, after) = plist.split_once("<key>ProductVersion</key>")?;
    let (_, after) = after.split_once("<string>")?;
    let (version, _) = after.split_once("</string>")?;
    Some(format!("macOS {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_called_as_they_call_themselves() {
        let release = "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(
            pretty_name(release).as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(pretty_name("NAME=x"), None);
        let plist = "<dict><key>ProductVersion</key>\n<string>15.1</string></dict>";
        assert_eq!(mac_version(plist).as_deref(), Some("macOS 15.1"));
    }

    #[test]
    fn a_host_makes_a_name() {
        assert_eq!(name("thinkpad.example.org"), "thinkpad");
        assert_eq!(name(""), "Latchkey");
        assert_eq!(name("a\u{202E}b"), "Latchkey");
        assert_eq!(check_device_name(&name(&"x".repeat(300))), Ok(()));
    }
}
