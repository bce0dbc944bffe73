//! Connections that speak what no HTTP library would.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// A TCP connection under the test's full control.
#[derive(Debug)]
pub struct RawConnection {
    stream: TcpStream,
}

impl RawConnection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        Ok(Self {
            stream: TcpStream::connect(address).await?,
        })
    }

    /// Connects from `own`, one of 127.0.0.0/8.
    pub async fn open_from(own: [u8; 4], address: SocketAddr) -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::from(own), 0)))?;
        Ok(Self {
            stream: socket.connect(address).await?,
        })
    }

    /// Sends bytes; an error means that the server has closed.
    pub async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Everything the server says until it closes, or `None` when it still keeps the connection open after `wait`.
    pub async fn read_to_close(&mut self, wait: Duration) -> Option<String> {
        let mut bytes = Vec::new();
        let reading = async {
            let mut chunk = [0; 4096];
            while let Ok(read) = self.stream.read(&mut chunk).await {
                if read == 0 {
                    break;
                }
                bytes.extend_from_slice(&chunk[..read]);
            }
        };
        tokio::time::timeout(wait, reading).await.ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What the server says first, or `None` when it says nothing or closes within `wait`.
    pub async fn read_some(&mut self, wait: Duration) -> Option<String> {
        let mut chunk = vec![0; 16 * 1024];
        match tokio::time::timeout(wait, self.stream.read(&mut chunk)).await {
            Ok(Ok(read)) if read > 0 => Some(String::from_utf8_lossy(&chunk[..read]).into_owned()),
            _ => None,
        }
    }
}

/// Sends `bytes` on a new connection and gives all that comes back until the server closes or `wait` is over.
pub async fn exchange(address: SocketAddr, bytes: &[u8], wait: Duration) -> String {
    let mut connection = RawConnection::open(address).await.expect("a connection");
    let _ = connection.send(bytes).await;
    let mut all = String::new();
    let started = std::time::Instant::now();
    while let Some(rest) = wait.checked_sub(started.elapsed()) {
        match connection.read_some(rest).await {
            Some(text) => all.push_str(&text),
            None => break,
        }
    }
    all
}
