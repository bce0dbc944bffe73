//! A load of keep-alive HTTP/1.1 connections from this process, so thin that the server is what is measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;

/// How a load went.
pub struct Load {
    /// Answers a second over all connections.
    pub per_second: f64,
    /// Each answer's time in milliseconds.
    pub latencies: Vec<f64>,
}

/// Sends what `request` makes for each connection, again and again, over `connections` connections for `duration`. An
/// answer that does not begin with `expected` is an error: a fast refusal is no throughput.
pub async fn run(
    address: SocketAddr,
    connections: usize,
    duration: Duration,
    expected: &'static str,
    request: impl Fn(usize) -> Vec<u8>,
) -> Outcome<Load> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|index| {
            let request = request(index);
            tokio::spawn(async move { one(address, &request, begun, duration, expected).await })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let per_second = latencies.len() as f64 / begun.elapsed().as_secs_f64();
    Ok(Load {
        per_second,
        latencies,
    })
}

async fn one(
    address: SocketAddr,
    request: &[u8],
    begun: Instant,
    duration: Duration,
    expected: &'static str,
) -> Outcome<Vec<f64>> {
    let mut connection = Connection::open(address).await?;
    let mut latencies = Vec::new();
    while begun.elapsed() < duration {
        latencies.push(connection.ask(request, expected).await?);
    }
    Ok(latencies)
}

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8192),
        })
    }

    /// Sends `request` and returns how many milliseconds its answer took, which has to begin with `expected`.
    pub async fn ask(&mut self, request: &[u8], expected: &str) -> Outcome<f64> {
        let sent = Instant::now();
        self.stream.write_all(request).await?;
        read_answer(&mut self.stream, &mut self.buffer).await?;
        let took = sent.elapsed().as_secs_f64() * 1_000.0;
        if !self.buffer.starts_with(expected.as_bytes()) {
            let text = String::from_utf8_lossy(&self.buffer);
            let line = text.lines().next().unwrap_or_default();
            return Err(format!("expected {expected}, got {line}").into());
        }
        Ok(took)
    }
}

/// Reads one answer with a `content-length` into `buffer`.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Outcome<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(whole) = length_of_answer(buffer)? else {
            continue;
        };
        while buffer.len() < whole {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the server closed the connection inside an answer".into());
            }
        }
        return Ok(());
    }
}

/// How many octets the answer has whose beginning was read, head and body; `None` before its head is there. One pass: a
/// longer head must not make its server look slower.
fn length_of_answer(read: &[u8]) -> Outcome<Option<usize>> {
    const CONTENT_LENGTH: &[u8] = b"content-length:";
    let (mut line_start, mut body) = (0, 0);
    while let Some(rest) = read.get(line_start..) {
        let Some(line) = rest
            .iter()
            .position(|octet| *octet == b'\n')
            .and_then(|end| rest.get(..end))
        else {
            return Ok(None);
        };
        line_start += line.len() + 1;
        if line == b"\r" {
            return Ok(Some(line_start + body));
        }
        if let Some((name, value)) = line.split_at_checked(CONTENT_LENGTH.len())
            && name.eq_ignore_ascii_case(CONTENT_LENGTH)
        {
            body = std::str::from_utf8(value)?.trim().parse()?;
        }
    }
    Ok(None)
}

/// A GET as bytes.
pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token.map_or(String::new(), |token| {
        format!("authorization: Bearer {token}\r\n")
    });
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{authorization}\r\n").into_bytes()
}

/// A POST of JSON as bytes.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
