//! Proxies that nobody listed. All who come through one are one address to the server, and share the limits of one: whoever
//! runs it is to read of that before the first of them is refused.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};

use super::address::is_trusted;
use crate::config::{Config, ForwardedHeader};

/// Peers told of at most: anybody may send such a header, from as many addresses as they have.
const TOLD_AT_MOST: usize = 100;

/// Who was told of.
#[derive(Debug, Default)]
pub(super) struct Unlisted(Mutex<HashSet<IpAddr>>);

/// What is wrong about a peer that speaks for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    NotListed,
    OtherHeader,
}

impl Unlisted {
    /// Looks at the headers of a request, and says once of each peer what is wrong.
    pub fn look(&self, peer: IpAddr, headers: &HeaderMap, config: &Config) {
        let Some(finding) = finding(peer, headers, config) else {
            return;
        };
        if !self.is_news(peer) {
            return;
        }
        match finding {
            Finding::NotListed => tracing::warn!(
                event = %"proxy_not_listed",
                address = %peer,
                "this peer speaks for others, and is not believed: all who come through it share the limits of one address. \
                 If it is your proxy, list it: trusted_proxies = [\"{peer}\"]"
            ),
            Finding::OtherHeader => tracing::warn!(
                event = %"proxy_header_missing",
                address = %peer,
                "this proxy is listed, and does not send the header that the setting forwarded_header names: all who come \
                 through it share the limits of one address"
            ),
        }
    }

    fn is_news(&self, peer: IpAddr) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < TOLD_AT_MOST && told.insert(peer)
    }
}

fn finding(peer: IpAddr, headers: &HeaderMap, config: &Config) -> Option<Finding> {
    let (x_forwarded_for, forwarded) = (
        headers.contains_key("x-forwarded-for"),
        headers.contains_key(header::FORWARDED),
    );
    if !x_forwarded_for && !forwarded {
        return None;
    }
    if !is_trusted(peer, &config.trusted_proxies) {
        return Some(Finding::NotListed);
    }
    let is_there = match config.forwarded_header {
        ForwardedHeader::XForwardedFor => x_forwarded_for,
        ForwardedHeader::Forwarded => forwarded,
    };
    (!is_there).then_some(Finding::OtherHeader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_peer_is_told_of_once_and_not_without_end() {
        let unlisted = Unlisted::default();
        let peer = |number: usize| IpAddr::from([10, 0, 0, u8::try_from(number).unwrap()]);
        assert!(unlisted.is_news(peer(1)));
        assert!(!unlisted.is_news(peer(1)));
        let news = (0..250).filter(|number| unlisted.is_news(peer(*number)));
        assert_eq!(news.count(), TOLD_AT_MOST - 1);
    }

    #[test]
    fn only_what_is_wrong_is_found() {
        let config = Config {
            trusted_proxies: vec!["10.0.0.0/24".parse().unwrap()],
            ..Config::default()
        };
        let found = |peer: &str, names: &[&'static str]| {
            let headers = names
                .iter()
                .map(|name| ((*name).parse().unwrap(), "192.0.2.1".parse().unwrap()));
            finding(peer.parse().unwrap(), &headers.collect(), &config)
        };
        assert_eq!(found("192.0.2.9", &[]), None);
        assert_eq!(found("10.0.0.1", &["x-forwarded-for"]), None);
        assert_eq!(found("::ffff:10.0.0.1", &["x-forwarded-for"]), None);
        assert_eq!(found("10.0.0.1", &["x-forwarded-for", "forwarded"]), None);
        assert_eq!(
            found("10.0.0.1", &["forwarded"]),
            Some(Finding::OtherHeader)
        );
        for header in ["x-forwarded-for", "forwarded"] {
            assert_eq!(found("10.0.1.1", &[header]), Some(Finding::NotListed));
        }
    }
}
