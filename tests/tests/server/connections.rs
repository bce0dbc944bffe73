//! Connections that don't go on, and too many of them.

use std::time::{Duration, Instant};

use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, ServerUnderTest, Settings, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both_databases!(
    a_silent_or_slow_header_is_cut_off,
    a_slow_body_is_answered_and_cut_off,
    an_idle_connection_is_closed_later,
    an_address_has_so_many_connections,
    headers_have_a_limit,
);

async fn connect(server: &ServerUnderTest) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// Everything until the server closes, and how long that took.
async fn to_the_end(stream: &mut TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    // A reset is a close as well.
    drop(read.expect("the server never closed"));
    (
        String::from_utf8_lossy(&bytes).into_owned(),
        begun.elapsed(),
    )
}

async fn a_silent_or_slow_header_is_cut_off(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__HEADER_SECONDS", 1),
    )
    .await;
    let mut silent = connect(&server).await;
    let (text, took) = to_the_end(&mut silent).await;
    assert!(
        text.is_empty() && took < Duration::from_secs(5),
        "{took:?} {text}"
    );
    // One byte after another, each well within the limit.
    let slow = connect(&server).await;
    let (mut read, mut write) = slow.into_split();
    let trickle = tokio::spawn(async move {
        write
            .write_all(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nX-Long: ")
            .await
            .unwrap();
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        while write.write_all(b"a").await.is_ok() {
            tick.tick().await;
        }
    });
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), read.read_to_end(&mut bytes))
        .await
        .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    trickle.abort();
}

async fn a_slow_body_is_answered_and_cut_off(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__BODY_SECONDS", 1),
    )
    .await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    let (text, took) = to_the_end(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 400"), "{text}");
    assert!(text.contains("\"malformed\""), "{text}");
    assert!(
        took > Duration::from_millis(900) && took < Duration::from_secs(8),
        "{took:?}"
    );
}

async fn an_idle_connection_is_closed_later(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default()
            .with("CONNECTIONS__HEADER_SECONDS", 1)
            .with("CONNECTIONS__IDLE_SECONDS", 3),
    )
    .await;
    let mut stream = connect(&server).await;
    let request = b"GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    // Idle for longer than a header may take, shorter than a connection may be idle.
    let (text, took) = to_the_end(&mut stream).await;
    assert!(text.contains("latchkey"), "{text}");
    assert!(
        took > Duration::from_millis(2500) && took < Duration::from_secs(8),
        "{took:?}"
    );
    // A second request on one connection.
    let mut stream = connect(&server).await;
    stream.write_all(request).await.unwrap();
    stream.read_exact(&mut first).await.unwrap();
    stream
        .write_all(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let (text, _) = to_the_end(&mut stream).await;
    assert!(text.contains("HTTP/1.1 200 OK"), "{text}");
}

async fn an_address_has_so_many_connections(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("CONNECTIONS__PER_ADDRESS", 3),
    )
    .await;
    let mut held = Vec::new();
    for _ in 0..3 {
        // One that asked whether the server is up may not have given its place back yet.
        let stream = eventually("a place", async || {
            let mut stream = connect(&server).await;
            let request = b"GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n";
            stream.write_all(request).await.ok()?;
            let mut first = [0; 15];
            stream.read_exact(&mut first).await.ok()?;
            Some(stream)
        });
        held.push(stream.await);
    }
    let (text, _) = to_the_end(&mut connect(&server).await).await;
    assert_eq!(text, "");
    held.pop();
    eventually("a place given back", async || {
        let mut stream = connect(&server).await;
        let _ = stream
            .write_all(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await;
        to_the_end(&mut stream)
            .await
            .0
            .starts_with("HTTP/1.1 200")
            .then_some(())
    })
    .await;
}

async fn headers_have_a_limit(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for header in [
        "X: ".to_owned() + &"a".repeat(100_000),
        vec!["A: b\r\n"; 10_000].concat(),
    ] {
        let mut stream = connect(&server).await;
        let _ = stream
            .write_all(b"GET /v1/server HTTP/1.1\r\nHost: x\r\n")
            .await;
        let _ = stream.write_all(header.as_bytes()).await;
        let _ = stream.write_all(b"\r\n\r\n").await;
        let (text, _) = to_the_end(&mut stream).await;
        assert!(!text.contains("200 OK"), "{text}");
    }
    let mut other = connect(&server).await;
    other
        .write_all(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(to_the_end(&mut other).await.0.starts_with("HTTP/1.1 200"));
}
