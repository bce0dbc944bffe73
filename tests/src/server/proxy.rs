//! A proxy between a device and a server that does what proxies, or servers with other rules, do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::identity::{CHALLENGE_HEADER, PROOF_HEADER, Question};
use latchkey_protocol::problem::{FieldCode, MEDIA_TYPE};
use latchkey_server::secret_key::SecretKey;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use super::ServerUnderTest;

/// The most octets of a request that it passes on.
const REQUEST_MAXIMUM: usize = 1 << 20;

/// Passes requests on to a server, except where it was told otherwise.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    leads_to: Url,
    server_id: ServerId,
    /// The server's own key: with other rules it is still that server.
    key: SigningKey,
    client: reqwest::Client,
    swallows: Mutex<Option<Swallows>>,
    refuses: Mutex<Option<(String, FieldCode)>>,
    /// The path of the requests that it holds back.
    holds: watch::Sender<Option<&'static str>>,
    held: AtomicUsize,
    /// The path of the requests whose answers it loses.
    loses: Mutex<Option<&'static str>>,
    /// All that it was asked: heads and bodies.
    heard: Mutex<String>,
}

/// How much of an event stream a proxy keeps to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swallows {
    /// All of it: the request is never answered.
    Everything,
    /// All but its head.
    TheBody,
}

impl Proxy {
    /// A proxy to `server` that passes everything on.
    pub async fn to(server: &ServerUnderTest) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a bound address");
        let inner = Arc::new(Inner {
            leads_to: server.url(),
            server_id: server.server_id(),
            key: key_of(server),
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client"),
            swallows: Mutex::default(),
            refuses: Mutex::default(),
            holds: watch::Sender::new(None),
            held: AtomicUsize::new(0),
            loses: Mutex::default(),
            heard: Mutex::default(),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self { address, inner }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Swallows event streams that are opened from now on.
    pub fn swallow(&self, swallows: Swallows) {
        *self.inner.swallows.lock().unwrap() = Some(swallows);
    }

    /// Answers edits of a field as a server with stricter rules does; `None` passes them on again.
    pub fn refuse(&self, refused: Option<(&str, FieldCode)>) {
        let refused = refused.map(|(field, code)| (field.to_owned(), code));
        *self.inner.refuses.lock().unwrap() = refused;
    }

    /// Holds requests of a path back before they reach the server, until it is told otherwise.
    pub fn hold(&self, path: Option<&'static str>) {
        self.inner.holds.send_replace(path);
    }

    /// Passes requests of a path on and breaks the connection in the middle of their answers, until it is told otherwise.
    pub fn lose_answers(&self, path: Option<&'static str>) {
        *self.inner.loses.lock().unwrap() = path;
    }

    /// Every request so far, with its head and its body.
    pub fn heard(&self) -> String {
        self.inner.heard.lock().unwrap().clone()
    }

    /// How many requests it has held back so far.
    pub fn held(&self) -> usize {
        self.inner.held.load(Ordering::SeqCst)
    }
}

fn key_of(server: &ServerUnderTest) -> SigningKey {
    let key = std::fs::read_to_string(server.data_dir().join("server.key")).expect("a key");
    SecretKey::parse(&key).expect("a key").identity()
}

impl Inner {
    /// What a server with stricter rules says to an edit of a field.
    fn refusal(&self, head: &Parts, field: &str, code: FieldCode) -> Response<Body> {
        let problem = json!({
            "type": "about:blank",
            "title": "Unprocessable Content",
            "status": 422,
            "code": "invalid_fields",
            "fields": [{"field": field, "code": code}],
        });
        let problem = problem.to_string();
        let text = |name: &str| {
            let value = head.headers.get(name);
            value.map_or("", |value| value.to_str().expect("text"))
        };
        let question = Question {
            server_id: self.server_id,
            challenge: text(CHALLENGE_HEADER),
            method: head.method.as_str(),
            target: head.uri.path(),
            authorization: text("authorization"),
        };
        let proof = question.prove_answer(&self.key, 422, problem.as_bytes());
        Response::builder()
            .status(StatusCode::UNPROCESSABLE_ENTITY)
            .header(header::CONTENT_TYPE, MEDIA_TYPE)
            .header(PROOF_HEADER, proof)
            .body(Body::from(problem))
            .expect("a response")
    }
}

async fn pass(State(proxy): State<Arc<Inner>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, REQUEST_MAXIMUM).await.expect("a small body");
    let said = format!("{head:?}\n{}\n", String::from_utf8_lossy(&body));
    proxy.heard.lock().unwrap().push_str(&said);
    let path = head.uri.path().to_owned();
    let path = path.as_str();
    let mut holds = proxy.holds.subscribe();
    if *holds.borrow() == Some(path) {
        proxy.held.fetch_add(1, Ordering::SeqCst);
        let passes = holds.wait_for(|holds| *holds != Some(path)).await;
        drop(passes.expect("the proxy is there"));
    }
    let swallows = *proxy.swallows.lock().unwrap();
    if path == "/v1/events" {
        match swallows {
            Some(Swallows::Everything) => std::future::pending().await,
            Some(Swallows::TheBody) | None => {}
        }
    }
    let refused = proxy.refuses.lock().unwrap().clone();
    if let Some((field, code)) = refused
        && path == "/v1/edits"
        && String::from_utf8_lossy(&body).contains(&format!("\"{field}\""))
    {
        return proxy.refusal(&head, &field, code);
    }
    let loses = *proxy.loses.lock().unwrap() == Some(path);
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let url = proxy.leads_to.join(target).expect("an address");
    let mut headers = head.headers;
    for own in [header::HOST, header::CONTENT_LENGTH, header::CONNECTION] {
        headers.remove(own);
    }
    let sent = proxy
        .client
        .request(head.method, url)
        .headers(headers)
        .body(body)
        .send();
    let Ok(answer) = sent.await else {
        return Response::builder()
            .status(StatusCode::BAD_GATEWAY)
            .body(Body::empty())
            .expect("a response");
    };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        // These are of each connection by itself.
        if ![
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
            header::CONNECTION,
        ]
        .contains(name)
        {
            response = response.header(name, value);
        }
    }
    if path == "/v1/events" && swallows.is_some() {
        let silence = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        return response
            .body(Body::from_stream(silence))
            .expect("a response");
    }
    if loses {
        let broken = Err::<Vec<u8>, _>(std::io::Error::other("the line breaks"));
        let broken = futures_util::stream::iter([broken]);
        return response
            .body(Body::from_stream(broken))
            .expect("a response");
    }
    response
        .body(Body::from_stream(answer.bytes_stream()))
        .expect("a response")
}
