//! Accepting connections: how many, for how long, and how they end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use super::address::{PeerAddress, is_trusted};
use super::timed::{AnswerBody, InRequest, TimedStream};
use super::{front, router};
use crate::state::ServerState;

/// How long open requests may go on after the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Octets of a request's header; event streams keep this buffer for as long as they are open.
const HEADER_MAXIMUM: usize = 16 * 1024;

/// Serves until the state's shutdown is asked for, then lets what runs come to its end.
pub(crate) async fn serve(state: Arc<ServerState>, listener: TcpListener) {
    let router = router(Arc::clone(&state));
    let https = state
        .public_url()
        .is_some_and(|url| url.scheme() == "https");
    let places = Arc::new(Places::default());
    let tracker = TaskTracker::new();
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
        let Some(place) = places.take(peer, &state) else {
            // Dropped: whoever holds so many gets no answer either.
            continue;
        };
        let (state, router) = (Arc::clone(&state), router.clone());
        tracker.spawn(async move {
            converse(state, router, stream, PeerAddress(peer), https).await;
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
}

async fn converse(
    state: Arc<ServerState>,
    router: axum::Router,
    stream: TcpStream,
    peer: PeerAddress,
    https: bool,
) {
    let _ = stream.set_nodelay(true);
    let in_request = InRequest::default();
    let timed = TimedStream::new(stream, in_request.clone(), &state.config.connections);
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        in_request.begin();
        let (router, in_request) = (router.clone(), in_request.clone());
        async move {
            let response = front::answer(router, peer, https, request.map(Body::new)).await;
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
    fn take(self: &Arc<Self>, address: IpAddr, state: &ServerState) -> Option<Place> {
        let limits = &state.config.connections;
        let counted = !is_trusted(address, &state.config.trusted_proxies);
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
