//! The network between a device and a server, or between a server and its database.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::ServerUnderTest;

/// An address of its own that leads to a server, wherever that listens at the time, and can be cut, mended and made to
/// swallow.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    /// Where it leads; `None` while it is cut.
    leads_to: Arc<Mutex<Option<SocketAddr>>>,
    /// Cancelled to cut what is open.
    open: Arc<Mutex<CancellationToken>>,
    /// Cancelled to have what is open pass nothing on.
    swallowing: Arc<Mutex<CancellationToken>>,
}

impl Link {
    /// A link to `server`.
    pub async fn to(server: &ServerUnderTest) -> Self {
        Self::to_address(server.address()).await
    }

    /// A link to what listens at an address.
    pub async fn to_address(there: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let link = Self {
            address: listener.local_addr().expect("a bound address"),
            leads_to: Arc::new(Mutex::new(Some(there))),
            open: Arc::default(),
            swallowing: Arc::default(),
        };
        let (leads_to, open) = (Arc::clone(&link.leads_to), Arc::clone(&link.open));
        let swallowing = Arc::clone(&link.swallowing);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let there = *leads_to.lock().unwrap();
                let cut = open.lock().unwrap().clone();
                let swallowed = swallowing.lock().unwrap().clone();
                if let Some(there) = there {
                    tokio::spawn(async move {
                        let Ok(mut far) = TcpStream::connect(there).await else {
                            return;
                        };
                        tokio::select! {
                            () = cut.cancelled() => {}
                            // Open, and silent, until it is cut.
                            () = swallowed.cancelled() => cut.cancelled().await,
                            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        }
                    });
                }
            }
        });
        link
    }

    /// Its near end.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection and admits no other.
    pub fn cut(&self) {
        *self.leads_to.lock().unwrap() = None;
        std::mem::take(&mut *self.open.lock().unwrap()).cancel();
    }

    /// From now on what is open passes nothing on and breaks nowhere, as when a firewall has forgotten it. What is opened
    /// later passes.
    pub fn swallow(&self) {
        std::mem::take(&mut *self.swallowing.lock().unwrap()).cancel();
    }

    /// Leads to `server` from now on.
    pub fn mend(&self, server: &ServerUnderTest) {
        self.lead_to(server.address());
    }

    /// Breaks every connection; those that are opened later lead to `there`.
    pub fn lead_to(&self, there: SocketAddr) {
        self.cut();
        *self.leads_to.lock().unwrap() = Some(there);
    }
}
