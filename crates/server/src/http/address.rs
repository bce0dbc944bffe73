//! Where a request comes from.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;

use super::problem::{Answer, Refusal};
use crate::config::ForwardedHeader;
use crate::state::ServerState;

/// The other end of the socket, set on every request by the accept loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// The client's address: the socket's, or what a trusted proxy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Arc<ServerState>> for ClientAddress {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<ServerState>) -> Answer<Self> {
        Ok(Self(Self::of(parts, state)))
    }
}

impl ClientAddress {
    /// The client's address by the settings.
    pub fn of(parts: &Parts, state: &ServerState) -> IpAddr {
        let config = &state.config;
        client_address(parts, &config.trusted_proxies, config.forwarded_header)
    }
}

/// The client's address. The one header that the trusted proxies append to is read from its end, past those proxies:
/// the last address that none of them vouches for is the client's. Anything further left is the client's own claim, and
/// so is the other header, which a proxy hands on as it came.
pub fn client_address(parts: &Parts, trusted: &[IpNet], header: ForwardedHeader) -> IpAddr {
    let peer = parts
        .extensions
        .get::<PeerAddress>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0)
        .to_canonical();
    if trusted.is_empty() || !is_trusted(peer, trusted) {
        return peer;
    }
    let hops = match header {
        ForwardedHeader::XForwardedFor => x_forwarded_for(&parts.headers),
        ForwardedHeader::Forwarded => forwarded(&parts.headers),
    };
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        // A name, `unknown` or nonsense: whoever wrote it, the hop before is the last that is known.
        let Some(address) = hop else { break };
        client = address;
        if !is_trusted(address, trusted) {
            break;
        }
    }
    client
}

/// Whether an address is a listed proxy's. `::ffff:192.0.2.1` is `192.0.2.1` on either side.
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| {
        let canonical = network.addr().to_canonical();
        if canonical == network.addr() {
            return network.contains(&address);
        }
        // A mapped network: its last 32 bits are the IPv4 ones.
        IpNet::new(canonical, network.prefix_len().saturating_sub(96))
            .is_ok_and(|network| network.contains(&address))
    })
}

/// RFC 7239.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(header::FORWARDED) {
        let Ok(text) = value.to_str() else {
            hops.push(None);
            continue;
        };
        for element in elements(text) {
            let node = element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("for")
                    .then(|| value.trim())
            });
            hops.push(node.and_then(parse_node));
        }
    }
    hops
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        match value.to_str() {
            Ok(text) => hops.extend(elements(text).map(parse_node)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// A list's elements. Empty ones count for nothing (RFC 9110, section 5.6.1.2).
fn elements(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, any of them in quotes, and an IPv6
/// one with a zone (`fe80::1%eth0`), which says nothing to anybody else.
fn parse_node(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let text = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => text,
    };
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    let address = match text.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => text.split_once(':')?.0.parse().ok()?,
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    /// With the proxies set to append to the header that comes first.
    fn address(peer: &str, trusted: &[&str], headers: &[(&str, &str)]) -> String {
        let header = match headers.first() {
            Some(("forwarded", _)) => ForwardedHeader::Forwarded,
            _ => ForwardedHeader::XForwardedFor,
        };
        address_by(header, peer, trusted, headers)
    }

    fn address_by(
        header: ForwardedHeader,
        peer: &str,
        trusted: &[&str],
        headers: &[(&str, &str)],
    ) -> String {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(PeerAddress(peer.parse().unwrap()));
        let trusted: Vec<IpNet> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(&parts, &trusted, header).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_listed() {
        let forged = [
            ("x-forwarded-for", "203.0.113.9"),
            ("forwarded", "for=203.0.113.9"),
        ];
        assert_eq!(address("192.0.2.1", &[], &forged), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &["10.0.0.0/8"], &forged), "192.0.2.1");
        assert_eq!(address("::ffff:192.0.2.1", &[], &forged), "192.0.2.1");
    }

    #[test]
    fn the_header_that_the_proxy_does_not_write_is_the_clients_own_claim() {
        let (appended, forged) = ("203.0.113.9", "198.51.100.66");
        let quoted = format!("for={appended}");
        for (header, headers) in [
            (
                ForwardedHeader::XForwardedFor,
                [
                    ("forwarded", "for=198.51.100.66"),
                    ("x-forwarded-for", appended),
                ],
            ),
            (
                ForwardedHeader::Forwarded,
                [("x-forwarded-for", forged), ("forwarded", &quoted)],
            ),
        ] {
            for headers in [headers, [headers[1], headers[0]]] {
                assert_eq!(
                    address_by(header, "10.0.0.1", &["10.0.0.0/8"], &headers),
                    appended
                );
            }
            // Nor does it count when the proxy's is missing.
            assert_eq!(
                address_by(header, "10.0.0.1", &["10.0.0.0/8"], &headers[..1]),
                "10.0.0.1"
            );
        }
        assert_eq!(ForwardedHeader::default(), ForwardedHeader::XForwardedFor);
    }

    #[test]
    fn a_listed_proxy_is_believed_as_far_as_it_knows() {
        let proxies = ["10.0.0.0/8", "2001:db8::/32", "fe80::1/128"];
        for (expected, headers) in [
            (
                "203.0.113.9",
                [("x-forwarded-for", "203.0.113.9")].as_slice(),
            ),
            (
                "203.0.113.9",
                &[("x-forwarded-for", "1.2.3.4, 203.0.113.9")],
            ),
            (
                "203.0.113.9",
                &[("x-forwarded-for", "1.2.3.4, 203.0.113.9, 10.0.0.7")],
            ),
            (
                "203.0.113.9",
                &[
                    ("x-forwarded-for", "1.2.3.4"),
                    ("x-forwarded-for", "203.0.113.9"),
                ],
            ),
            (
                "203.0.113.9",
                &[(
                    "forwarded",
                    "for=1.2.3.4, For=\"203.0.113.9:4711\";proto=https",
                )],
            ),
            (
                "2001:dead::9",
                &[("forwarded", "for=\"[2001:dead::9]:4711\"")],
            ),
            ("203.0.113.9", &[("x-forwarded-for", "::ffff:203.0.113.9")]),
            ("203.0.113.9", &[("x-forwarded-for", "203.0.113.9, ")]),
            (
                "203.0.113.9",
                &[("x-forwarded-for", "203.0.113.9,,10.0.0.7")],
            ),
            (
                "203.0.113.9",
                &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", " ")],
            ),
            ("203.0.113.9", &[("forwarded", "for=203.0.113.9, ,")]),
            (
                "203.0.113.9",
                &[("x-forwarded-for", "203.0.113.9, fe80::1%eth0")],
            ),
            (
                "203.0.113.9",
                &[("forwarded", "for=203.0.113.9, for=\"[fe80::1%eth0]:80\"")],
            ),
            ("fe80::2", &[("x-forwarded-for", "fe80::2%25en0, 10.0.0.7")]),
            // Only blank ones: what says nothing of an address still ends the walk.
            (
                "10.0.0.7",
                &[("x-forwarded-for", "203.0.113.9, unknown, 10.0.0.7")],
            ),
            ("10.0.0.1", &[("x-forwarded-for", "203.0.113.9, %eth0")]),
            ("10.0.0.1", &[("forwarded", "for=203.0.113.9, proto=https")]),
            ("10.0.0.1", &[("x-forwarded-for", "203.0.113.9, \"\"")]),
            ("10.0.0.1", &[("x-forwarded-for", "unknown")]),
            ("10.0.0.1", &[]),
            ("10.0.0.7", &[("x-forwarded-for", "evil, 10.0.0.7")]),
        ] {
            assert_eq!(
                address("10.0.0.1", &proxies, headers),
                expected,
                "{headers:?}"
            );
        }
        assert_eq!(
            address(
                "::ffff:10.0.0.1",
                &proxies,
                &[("x-forwarded-for", "203.0.113.9")]
            ),
            "203.0.113.9"
        );
        assert_eq!(
            address(
                "10.0.0.1",
                &["::ffff:10.0.0.0/104"],
                &[("x-forwarded-for", "203.0.113.9")]
            ),
            "203.0.113.9"
        );
    }
}
