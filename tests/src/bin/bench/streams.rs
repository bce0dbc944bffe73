//! What many open event streams cost the server.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::figure::{Figure, Target};
use crate::process::ServerProcess;
use crate::sessions::NO_LIMITS;
use crate::{Arguments, Outcome, person};

/// The server's resident memory with 10,000 streams open.
pub async fn memory(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let server = ServerProcess::latchkey(folder.path(), None, &NO_LIMITS).await?;
    let signed_in = person::create_account(&server.url(), "streams").await?;
    let request = format!(
        "GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer {}\r\n\r\n",
        signed_in.token
    );
    let count = if arguments.quick { 1_000 } else { 10_000 };
    let mut open = Vec::with_capacity(count);
    for index in 0..count {
        let mut stream = connect(&server, index).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await?;
        if &begin != b"HTTP/1.1 200" {
            return Err(format!(
                "stream {index} was refused: {}",
                String::from_utf8_lossy(&begin)
            )
            .into());
        }
        open.push(stream);
    }
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let scale = 10_000.0 / count as f64;
    let resident = server.resident()? / (1024.0 * 1024.0);
    drop(open);
    Ok(vec![Figure {
        name: "server memory with 10,000 open event streams",
        unit: "MiB",
        value: resident * if arguments.quick { scale } else { 1.0 },
        floor: None,
        target: Target::AtMost(300.0),
    }])
}

/// Connects from one of a few loopback addresses, so that the client's ports suffice.
async fn connect(server: &ServerProcess, index: usize) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let last = u8::try_from(index / 5_000)? + 2;
    socket.bind(std::net::SocketAddr::from(([127, 0, 0, last], 0)))?;
    Ok(socket.connect(server.address).await?)
}
