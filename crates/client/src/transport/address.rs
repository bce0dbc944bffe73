//! Addresses of servers as people type them.

use std::net::IpAddr;

use latchkey_protocol::text;
use url::{Host, Url};

use crate::failure::FailureCode;

/// The address of a server that `typed` means, always with a slash at its end.
///
/// `https` is added where no scheme is given, except for this computer. Plain `http` is for this computer alone.
pub fn server_address(typed: &str) -> Result<Url, FailureCode> {
    let typed = text::trim(typed);
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return Err(FailureCode::InvalidAddress);
    }
    let mut url = if typed.contains("://") {
        Url::parse(typed)
    } else {
        Url::parse(&format!("https://{typed}")).and_then(|url| {
            if is_loopback(&url) {
                Url::parse(&format!("http://{typed}"))
            } else {
                Ok(url)
            }
        })
    }
    .map_err(|_| FailureCode::InvalidAddress)?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.host_str().is_some_and(|host| !host.is_empty());
    match url.scheme() {
        _ if !is_plain => return Err(FailureCode::InvalidAddress),
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(FailureCode::NotHttps),
        _ => return Err(FailureCode::InvalidAddress),
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Whether the address is this computer's own (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3; RFC 6761, 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.') == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// What to call a server: its host, with the port where it is not the usual one, and the path where it has one.
pub(crate) fn server_name(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{host}{port}{}", url.path().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        for (typed, address) in [
            ("id.example.org", "https://id.example.org/"),
            (" https://id.example.org ", "https://id.example.org/"),
            ("id.example.org:8443", "https://id.example.org:8443/"),
            ("example.org/account", "https://example.org/account/"),
            ("http://127.0.0.1:4711", "http://127.0.0.1:4711/"),
            ("127.0.0.1:4711", "http://127.0.0.1:4711/"),
            ("localhost:80", "http://localhost/"),
            ("http://[::1]:8080", "http://[::1]:8080/"),
            ("https://localhost", "https://localhost/"),
        ] {
            assert_eq!(
                server_address(typed).map(String::from),
                Ok(address.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_address_or_not_private_is_refused() {
        for typed in [
            "",
            "   ",
            "two words",
            "https://",
            "ftp://example.org",
            "file:///etc/passwd",
            "https://user:secret@example.org",
            "https://example.org/?x=1",
            "https://example.org/#x",
            "https://exa mple.org",
            "javascript://alert",
        ] {
            assert_eq!(
                server_address(typed),
                Err(FailureCode::InvalidAddress),
                "{typed}"
            );
        }
        for typed in [
            "http://example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
        ] {
            assert_eq!(server_address(typed), Err(FailureCode::NotHttps), "{typed}");
        }
    }

    #[test]
    fn a_server_is_called_by_its_host() {
        for (address, name) in [
            ("https://id.example.org/", "id.example.org"),
            ("https://id.example.org:8443/", "id.example.org:8443"),
            ("https://example.org/account/", "example.org/account"),
        ] {
            assert_eq!(server_name(&Url::parse(address).unwrap()), name);
        }
    }
}
