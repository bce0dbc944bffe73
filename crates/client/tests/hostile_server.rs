//! A server that answers with anything but what it should.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use latchkey_client::transport::{Transport, TransportError};
use latchkey_protocol::server::ServerInfo;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

const TOKEN: &str = "latchkey_the_token_of_a_session";

/// Answers every connection with `answer`, then with `more` for as long as it is taken. Counts what was taken.
async fn server(answer: Vec<u8>, more: &'static [u8]) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, counted) = (answer.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = socket.read(&mut request).await;
                if socket.write_all(&answer).await.is_err() || more.is_empty() {
                    return;
                }
                // A gigabyte at most.
                while counted.load(Ordering::SeqCst) < 1 << 30
                    && socket.write_all(more).await.is_ok()
                {
                    counted.fetch_add(more.len(), Ordering::SeqCst);
                }
            });
        }
    });
    (address, taken)
}

async fn asked(address: Url) -> TransportError {
    let transport = Transport::new(address)
        .unwrap()
        .with_token(SecretString::from(TOKEN));
    tokio::time::timeout(
        Duration::from_secs(20),
        transport.get::<ServerInfo>("v1/server"),
    )
    .await
    .expect("an answer in time")
    .expect_err("a refusal")
}

fn head(status: &str, headers: &[&str]) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{}\r\n\r\n", headers.join("\r\n")).into_bytes()
}

#[tokio::test]
async fn answers_that_make_no_sense_are_refused() {
    let json = "content-type: application/json";
    let problem = "content-type: application/problem+json";
    let close = "connection: close";
    let mut truncated = head("200 OK", &[json, close]);
    truncated.extend_from_slice(b"{\"product\":\"latch");
    let mut deep = head("200 OK", &[json, close]);
    deep.extend(std::iter::repeat_n(b'[', 100_000));
    let mut page = head("200 OK", &["content-type: text/html", close]);
    page.extend_from_slice(b"{}");
    let mut unknown = head("403 Forbidden", &[problem, close]);
    unknown.extend_from_slice(
        b"{\"type\":\"about:blank\",\"title\":\"\",\"status\":403,\"code\":\"new\"}",
    );
    for (answer, name) in [
        (truncated, "a cut answer"),
        (deep, "deep JSON"),
        (page, "a page"),
        (unknown, "a problem with an unknown code"),
        (head("200 OK", &[json, close]), "nothing"),
        (
            head("204 No Content", &[close]),
            "no content where there must be",
        ),
    ] {
        let (address, _) = server(answer, b"").await;
        let error = asked(address).await;
        assert!(
            matches!(error, TransportError::Nonsense),
            "{name}: {error:?}"
        );
    }
    for (answer, name) in [
        (b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), "another protocol"),
        (vec![0; 10_000], "zeros"),
        (Vec::new(), "silence and an end"),
    ] {
        let (address, _) = server(answer, b"").await;
        let error = asked(address).await;
        assert!(
            matches!(
                error,
                TransportError::Nonsense | TransportError::Unreachable
            ),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_gigabyte_is_not_taken() {
    const CHUNK: &[u8] = &[b' '; 64 * 1024];
    static CHUNKED: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend_from_slice(CHUNK);
        chunk.extend_from_slice(b"\r\n");
        chunk
    });
    let json = "content-type: application/json";
    for (answer, more, name) in [
        (
            head("200 OK", &[json, "content-length: 1073741824"]),
            CHUNK,
            "announced",
        ),
        (
            head("200 OK", &[json, "transfer-encoding: chunked"]),
            CHUNKED.as_slice(),
            "in chunks",
        ),
        (
            head("200 OK", &[json, "connection: close"]),
            CHUNK,
            "until the end",
        ),
        (
            head(
                "500 Internal Server Error",
                &[
                    "content-type: application/problem+json",
                    "connection: close",
                ],
            ),
            CHUNK,
            "as a problem",
        ),
        (b"HTTP/1.1 200 OK\r\nx: ".to_vec(), CHUNK, "as a header"),
    ] {
        let (address, taken) = server(answer, more).await;
        let error = asked(address).await;
        assert!(
            !matches!(error, TransportError::Refused(_)),
            "{name}: {error:?}"
        );
        let taken = taken.load(Ordering::SeqCst);
        // The limit and what the sockets hold between the two.
        assert!(taken < 32 << 20, "{name}: {taken} octets");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_no_token_goes_elsewhere() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = listener.local_addr().unwrap();
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("location: http://{elsewhere}/v1/server");
        let (address, _) = server(head(status, &[&location, "content-length: 0"]), b"").await;
        let error = asked(address).await;
        assert!(
            matches!(error, TransportError::Nonsense),
            "{status}: {error:?}"
        );
    }
    // All answers are in, so a request elsewhere would be here.
    let come = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(come.is_err(), "somebody came");
}

#[tokio::test]
async fn the_token_is_not_in_what_is_printed() {
    let transport = Transport::new(Url::parse("http://127.0.0.1:1/").unwrap())
        .unwrap()
        .with_token(SecretString::from(TOKEN));
    let error = transport.get::<ServerInfo>("v1/session").await.unwrap_err();
    assert!(matches!(error, TransportError::Unreachable));
    assert!(!format!("{error:?} {error}").contains(TOKEN));
}
