//! Accepting connections: how many, for how long, and how they end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::address::{PeerAddress, is_trusted};
use super::front::{self, Front};
use super::timed::{AnswerBody, InRequest, RequestBody, TimedStream};
use super::unlisted::Unlisted;
use crate::config::ConnectionLimits;
use crate::state::ServerState;

/// How long open requests may go on after the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// How long until connections over a limit are told of in the log once more.
const TOLD_AGAIN: Duration = Duration::from_mins(1);

/// Octets of a request's header; event streams keep this buffer for as long as they are open.
const HEADER_MAXIMUM: usize = 16 * 1024;

/// Serves until the state's shutdown is asked for, then lets what runs come to its end.
pub(crate) async fn serve(
    state: Arc<ServerState>,
    router: axum::Router,
    listener: TcpListener,
) -> std::io::Result<()> {
    let front = Front {
        strict_transport: state
            .public_url()
            .is_some_and(|url| url.scheme() == "https")
            .then(|| strict_transport(state.config.hsts_include_subdomains)),
        app_secret: state.config.app.as_ref().map(|app| app.secret.clone()),
        only_host: state
            .config
            .only_bound_host
            .then(|| listener.local_addr())
            .transpose()?,
        identity: Some(Arc::clone(&state.identity)),
    };
    let places = Arc::new(Places::default());
    let unlisted = Arc::new(Unlisted::default());
    let tracker = TaskTracker::new();
    let mut told = None;
    loop {
        let accepted = tokio::select! {
            () = state.shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or the client was gone already: neither may end the server.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let peer = peer.ip().to_canonical();
        let config = &state.config;
        let Some(place) = places.take(peer, &config.connections, &config.trusted_proxies) else {
            // Dropped: whoever holds so many gets no answer either.
            if told.is_none_or(|at: Instant| at.elapsed() > TOLD_AGAIN) {
                told = Some(Instant::now());
                tracing::warn!(%peer, "too many connections: if it is a proxy, see trusted_proxies, else connections");
            }
            continue;
        };
        let (state, router, front) = (Arc::clone(&state), router.clone(), front.clone());
        let unlisted = Arc::clone(&unlisted);
        tracker.spawn(async move {
            converse(state, router, stream, PeerAddress(peer), front, &unlisted).await;
            drop(place);
        });
    }
    drop(listener);
    tracker.close();
    if tokio::time::timeout(FAREWELL, tracker.wait())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not come to their end in time");
    }
    Ok(())
}

async fn converse(
    state: Arc<ServerState>,
    router: axum::Router,
    stream: TcpStream,
    peer: PeerAddress,
    front: Front,
    unlisted: &Unlisted,
) {
    let _ = stream.set_nodelay(true);
    let in_request = InRequest::default();
    let timed = TimedStream::new(stream, in_request.clone(), &state.config.connections);
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        in_request.begin();
        unlisted.look(peer.0, request.headers(), &state.config);
        let (router, in_request, front) = (router.clone(), in_request.clone(), front.clone());
        async move {
            let request = request.map(|body| RequestBody::new(body, in_request.clone()));
            let mut response = front::answer(router, peer, front, request.map(Body::new)).await;
            if in_request.has_unread() {
                // Answered before the body was taken: what is left of it is no next request (RFC 9112, section 9.6).
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response.map(|body| AnswerBody::new(body, in_request)))
        }
    });
    let connection = http1::Builder::new()
        // The socket has the timers.
        .header_read_timeout(None)
        .half_close(false)
        .max_buf_size(HEADER_MAXIMUM)
        .serve_connection(TokioIo::new(timed), service);
    let mut connection = std::pin::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = state.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::trace!(%error, "a connection ended early");
    }
}

/// What browsers are told of `https`: a year (ASVS V3.4.1).
fn strict_transport(include_subdomains: bool) -> HeaderValue {
    HeaderValue::from_static(if include_subdomains {
        "max-age=31536000; includeSubDomains"
    } else {
        "max-age=31536000"
    })
}

/// Who holds how many connections.
#[derive(Debug, Default)]
struct Places(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    total: u32,
    by_address: HashMap<IpAddr, u32>,
}

/// One connection's place, given back when dropped.
struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, unless all are taken: those of the server, or those of this address. A trusted proxy speaks for many.
    fn take(
        self: &Arc<Self>,
        address: IpAddr,
        limits: &ConnectionLimits,
        trusted: &[IpNet],
    ) -> Option<Place> {
        let counted = !is_trusted(address, trusted);
        let address = counted_as(address);
        let mut taken = self.lock();
        if taken.total >= limits.total {
            return None;
        }
        if counted {
            let of_address = taken.by_address.entry(address).or_default();
            if *of_address >= limits.per_address {
                return None;
            }
            *of_address += 1;
        }
        taken.total += 1;
        Some(Place {
            places: Arc::clone(self),
            address: counted.then_some(address),
        })
    }
}

/// What an address counts as: of IPv6 anybody has a /64, and with it more addresses than there could be connections.
fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.total -= 1;
        if let Some(address) = self.address
            && let Some(of_address) = taken.by_address.get_mut(&address)
        {
            *of_address -= 1;
            if *of_address == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let places = Arc::new(Places::default());
        let limits = ConnectionLimits {
            per_address: 3,
            ..ConnectionLimits::default()
        };
        let proxies: [IpNet; 1] = ["2001:db8:9::/48".parse().unwrap()];
        let take = |address: &str| places.take(address.parse().unwrap(), &limits, &proxies);
        let mut held: Vec<_> = (0..50)
            .filter_map(|number| take(&format!("2001:db8:1:1:{number:x}::1")))
            .collect();
        assert_eq!(held.len(), 3);
        held.pop();
        assert!(take("2001:db8:1:1:ffff::1").is_some());
        // A neighbour, an IPv4 network and a proxy are not one.
        for alike in ["2001:db8:1:2::", "192.0.2.", "2001:db8:9::"] {
            let others: Vec<_> = (0..5)
                .filter_map(|number| take(&format!("{alike}{number}")))
                .collect();
            assert_eq!(others.len(), if alike == "2001:db8:1:2::" { 3 } else { 5 });
        }
        drop(held);
        assert_eq!(places.lock().total, 0);
        assert!(places.lock().by_address.is_empty());
    }
}
