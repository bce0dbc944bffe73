//! Something that answers in a server's place: a portal, a proxy, whatever terminates TLS.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::ServerUnderTest;

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Imposture {
    /// Sends these octets and closes the connection.
    Says(Vec<u8>),
    /// Sends these octets and then nothing more.
    Stalls(Vec<u8>),
    /// Closes the connection at once.
    HangsUp,
    /// Passes the request on, and the answer back, which it keeps.
    PassesOn,
    /// Sends the answer that it kept of an earlier request for the same path, if there was one.
    Replays,
}

/// Listens in a server's place.
#[derive(Debug)]
pub struct Impostor {
    address: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    leads_to: SocketAddr,
    imposture: Mutex<Imposture>,
    /// The paths that are passed on all the same.
    passes: Mutex<Vec<&'static str>>,
    asked: Mutex<Vec<String>>,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Impostor {
    /// In the place of `server`; passes everything on at first.
    pub async fn of(server: &ServerUnderTest) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a bound address");
        let inner = Arc::new(Inner {
            leads_to: server.address(),
            imposture: Mutex::new(Imposture::PassesOn),
            passes: Mutex::default(),
            asked: Mutex::default(),
            kept: Mutex::default(),
        });
        let answering = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let inner = Arc::clone(&answering);
                tokio::spawn(async move { inner.answer(near).await });
            }
        });
        Self { address, inner }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it does with every request from now on, but for those to `passes`. Nothing was asked so far.
    pub fn play(&self, imposture: Imposture, passes: &[&'static str]) {
        *self.inner.imposture.lock().unwrap() = imposture;
        *self.inner.passes.lock().unwrap() = passes.to_vec();
        self.inner.asked.lock().unwrap().clear();
    }

    /// The paths of the requests that it answered itself.
    pub fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().unwrap().clone()
    }
}

impl Inner {
    async fn answer(&self, mut near: TcpStream) {
        let Some((path, request)) = read(&mut near).await else {
            return;
        };
        let passes = self.passes.lock().unwrap().iter().any(|at| *at == path);
        let imposture = if passes {
            Imposture::PassesOn
        } else {
            self.asked.lock().unwrap().push(path.clone());
            self.imposture.lock().unwrap().clone()
        };
        match imposture {
            Imposture::Says(octets) => {
                let _ = near.write_all(&octets).await;
                let _ = near.shutdown().await;
            }
            Imposture::Stalls(octets) => {
                let _ = near.write_all(&octets).await;
                // Until the other side gives up.
                let _ = near.read(&mut [0; 1]).await;
            }
            Imposture::HangsUp => {}
            Imposture::PassesOn => self.pass_on(&path, &request, near).await,
            Imposture::Replays => {
                let kept = self.kept.lock().unwrap().get(&path).cloned();
                let _ = near.write_all(&kept.unwrap_or_default()).await;
            }
        }
    }

    async fn pass_on(&self, path: &str, request: &[u8], mut near: TcpStream) {
        let Ok(mut far) = TcpStream::connect(self.leads_to).await else {
            return;
        };
        // One request a connection, so that its end is the answer's.
        let request = String::from_utf8_lossy(request);
        let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        if far.write_all(request.as_bytes()).await.is_err() {
            return;
        }
        let mut answer = Vec::new();
        let mut piece = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = far.read(&mut piece).await {
            answer.extend_from_slice(&piece[..length]);
            self.kept
                .lock()
                .unwrap()
                .insert(path.to_owned(), answer.clone());
            if near.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    }
}

/// A request with its path, without its query.
async fn read(near: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut request = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let length = near
            .read(&mut piece)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        request.extend_from_slice(&piece[..length]);
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let body: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        if request.len() >= end + 4 + body {
            let target = head.split(' ').nth(1)?.to_owned();
            let path = target.split('?').next()?.to_owned();
            return Some((path, request));
        }
    }
}
