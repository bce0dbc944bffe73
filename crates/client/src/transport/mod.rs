//! HTTP to one server. What comes back is bounded in size and time. From a server that is known, it counts only with
//! that server's proof; before one is known, it is trusted for nothing but its meaning.

pub mod address;
mod event_stream;
mod known_server;
mod trouble;

use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use latchkey_protocol::problem::{self, Problem};
use latchkey_protocol::server::APP_SECRET_HEADER;
use latchkey_protocol::sync::{HEAD_HEADER, Head, StreamEvent};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

pub use event_stream::{EventStreamParser, StreamItem, TooLong};
use known_server::Expected;
pub use known_server::KnownServer;
pub use trouble::{CertificateProblem, TransportError};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an answer may take, from the first octet sent to the last received.
const ANSWER: Duration = Duration::from_secs(30);

/// A stream that has said nothing for this long is dead: three heartbeats.
const SILENCE: Duration = Duration::from_secs(45);

/// The most octets of an answer, except of a page.
const ANSWER_MAXIMUM: usize = 256 * 1024;

/// The most octets of a page of records: [`latchkey_protocol::sync::PAGE_MAXIMUM`] of 32 KiB.
const PAGE_MAXIMUM: usize = 32 * 1024 * 1024;

const EVENT_STREAM: &str = "text/event-stream";

/// Speaks to one server, with or without a session. The token of a session goes to that server alone: redirects are not
/// followed.
#[derive(Clone)]
pub struct Transport {
    base: Url,
    client: Client,
    /// What the server inside this app knows the app by.
    app_secret: Option<HeaderValue>,
    server: Option<KnownServer>,
    token: Option<SecretString>,
    head: Head,
}

/// A request on its way, with what its answer has to prove.
struct Request {
    builder: RequestBuilder,
    expected: Option<Expected>,
}

/// The events of a stream, with heartbeats as `None`; it ends when the stream does.
pub(crate) type Events =
    std::pin::Pin<Box<dyn Stream<Item = Result<Option<StreamEvent>, TransportError>> + Send>>;

impl Transport {
    /// To the server at `base`, which [`address::server_address`] has made.
    pub fn new(base: Url) -> Result<Self, TransportError> {
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .tcp_nodelay(true)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")));
        if address::is_loopback(&base) {
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // This computer's alone, and never a redirect: the system's certificates are not read for it.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| {
            tracing::error!(%error, "no HTTP client");
            TransportError::Nonsense
        })?;
        Ok(Self {
            base,
            client,
            app_secret: None,
            server: None,
            token: None,
            head: Head::default(),
        })
    }

    /// A transport to the server inside this app.
    pub(crate) fn with_app_secret(self, secret: &SecretString) -> Result<Self, TransportError> {
        let mut value =
            HeaderValue::from_str(secret.expose_secret()).map_err(|_| TransportError::Nonsense)?;
        value.set_sensitive(true);
        Ok(Self {
            app_secret: Some(value),
            ..self
        })
    }

    /// A transport that believes only responses of `server`.
    #[must_use]
    pub fn of(&self, server: KnownServer) -> Self {
        Self {
            server: Some(server),
            ..self.clone()
        }
    }

    /// A transport that sends this head with every request.
    #[must_use]
    pub(crate) fn with_head(&self, head: Head) -> Self {
        Self {
            head,
            ..self.clone()
        }
    }

    /// A transport with the token of a session.
    #[must_use]
    pub fn with_token(&self, token: SecretString) -> Self {
        Self {
            token: Some(token),
            ..self.clone()
        }
    }

    /// Whether it speaks with that token.
    pub(crate) fn has_token(&self, token: &SecretString) -> bool {
        let own = self.token.as_ref();
        own.is_some_and(|own| own.expose_secret() == token.expose_secret())
    }

    /// Where the server is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// `GET path`.
    pub async fn get<Answer: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Answer, TransportError> {
        let request = self.request(Method::GET, path)?;
        answered(request, ANSWER_MAXIMUM).await.map_err(of_read)
    }

    /// `GET path`, whose answer may be as large as a page of records.
    pub async fn get_page<Answer: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Answer, TransportError> {
        let request = self.request(Method::GET, path)?;
        answered(request, PAGE_MAXIMUM).await.map_err(of_read)
    }

    /// `POST path`. With `key`, the server does it once however often it is asked.
    pub async fn post<Answer: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        key: Option<Uuid>,
    ) -> Result<Answer, TransportError> {
        let mut request = self.request(Method::POST, path)?;
        request.builder = request.builder.json(body);
        if let Some(key) = key {
            let key = key.to_string();
            request.builder = request.builder.header("Idempotency-Key", key);
        }
        answered(request, ANSWER_MAXIMUM).await
    }

    /// `GET /v1/events`, once the server has answered 200.
    pub(crate) async fn events(&self) -> Result<Events, TransportError> {
        let Request { builder, expected } = self.request(Method::GET, "v1/events")?;
        let sent = builder.header("Accept", EVENT_STREAM).send();
        let response = within(ANSWER, sent).await?;
        if response.status() != StatusCode::OK || !has_type(response.headers(), EVENT_STREAM) {
            let answer = Answer::read(response, ANSWER_MAXIMUM).await?;
            return Err(answer
                .json(expected.as_ref())
                .err()
                .unwrap_or(TransportError::Nonsense));
        }
        if let Some(expected) = &expected
            && !expected.is_proven(response.status(), response.headers(), &[])
        {
            return Err(TransportError::SomethingElse);
        }
        let listening = Listening {
            chunks: Box::pin(response.bytes_stream()),
            parser: EventStreamParser::default(),
            ready: Vec::new().into_iter(),
            expected,
            number: 0,
            said: None,
            heard_at: Instant::now(),
        };
        let events = futures_util::stream::try_unfold(listening, |mut listening| async move {
            let next = listening.next().await?;
            Ok(next.map(|event| (event, listening)))
        });
        Ok(Box::pin(events))
    }

    fn request(&self, method: Method, path: &str) -> Result<Request, TransportError> {
        let url = self.base.join(path).map_err(|_| TransportError::Nonsense)?;
        // As the server knows it, which a proxy may have put below a path of its own.
        let target = url.as_str().get(self.base.as_str().len() - 1..);
        let target = target.unwrap_or_default().to_owned();
        let mut builder = self.client.request(method.clone(), url);
        let authorization = self.token.as_ref().map_or_else(String::new, |token| {
            format!("Bearer {}", token.expose_secret())
        });
        let authorization = SecretString::from(authorization);
        if self.token.is_some() {
            let mut header = HeaderValue::from_str(authorization.expose_secret())
                .map_err(|_| TransportError::Nonsense)?;
            header.set_sensitive(true);
            builder = builder.header("Authorization", header);
        }
        if let Some(secret) = &self.app_secret {
            builder = builder.header(APP_SECRET_HEADER, secret);
        }
        if !self.head.0.is_empty() {
            builder = builder.header(HEAD_HEADER, &self.head.0);
        }
        let Some(server) = &self.server else {
            let expected = None;
            return Ok(Request { builder, expected });
        };
        let (builder, expected) = Expected::ask(server, method, &target, authorization, builder);
        let expected = Some(expected);
        Ok(Request { builder, expected })
    }
}

/// An open event stream.
struct Listening<Chunks> {
    chunks: Chunks,
    parser: EventStreamParser,
    ready: std::vec::IntoIter<StreamItem>,
    expected: Option<Expected>,
    /// How many events there were.
    number: u64,
    /// The revision that was said last: the same again says that the server is alive.
    said: Option<u64>,
    /// When the server was last heard.
    heard_at: Instant,
}

impl<Chunks, Octets> Listening<Chunks>
where
    Chunks: Stream<Item = reqwest::Result<Octets>> + Unpin,
    Octets: AsRef<[u8]>,
{
    /// The next event, a sign of life as `Some(None)`; `None` at the end of the stream.
    async fn next(&mut self) -> Result<Option<Option<StreamEvent>>, TransportError> {
        loop {
            match self.ready.next() {
                // Anybody can make a comment.
                Some(StreamItem::Heartbeat) if self.expected.is_some() => {}
                Some(StreamItem::Heartbeat) => {
                    self.heard_at = Instant::now();
                    return Ok(Some(None));
                }
                Some(StreamItem::Event { name, data, proof }) => {
                    return self.heard(&name, &data, &proof).map(Some);
                }
                None => {
                    let chunk =
                        tokio::time::timeout_at(self.heard_at + SILENCE, self.chunks.next())
                            .await
                            .map_err(|_| TransportError::Unreachable)?;
                    let Some(octets) = chunk else {
                        return Ok(None);
                    };
                    let items = self.parser.push(octets?.as_ref());
                    self.ready = items.map_err(|_| TransportError::Nonsense)?.into_iter();
                }
            }
        }
    }

    fn heard(
        &mut self,
        name: &str,
        data: &str,
        proof: &str,
    ) -> Result<Option<StreamEvent>, TransportError> {
        self.number += 1;
        if let Some(expected) = &self.expected
            && !expected.is_event_proven(self.number, name, data, proof)
        {
            return Err(TransportError::SomethingElse);
        }
        self.heard_at = Instant::now();
        // An event that this version does not know says at least that the server lives.
        let event = StreamEvent::from_fields(name, data);
        Ok(event.filter(|event| {
            let StreamEvent::Revision(revision) = event else {
                return true;
            };
            self.said.replace(*revision) != Some(*revision)
        }))
    }
}

/// What only reads has done nothing, whether it was answered or not.
fn of_read(error: TransportError) -> TransportError {
    match error {
        TransportError::Unanswered => TransportError::Unreachable,
        error => error,
    }
}

/// The answer to `request`, in time and within `maximum` octets.
async fn answered<Body: DeserializeOwned>(
    request: Request,
    maximum: usize,
) -> Result<Body, TransportError> {
    let Request { builder, expected } = request;
    let answer = tokio::time::timeout(ANSWER, async {
        Answer::read(builder.send().await?, maximum).await
    })
    .await
    .map_err(|_| TransportError::Unanswered)??;
    let octets = answer.json(expected.as_ref())?;
    let json: &[u8] = if octets.is_empty() { b"null" } else { octets };
    serde_json::from_slice(json).map_err(|error| {
        tracing::warn!(line = error.line(), "an answer that makes no sense");
        TransportError::Nonsense
    })
}

async fn within(
    limit: Duration,
    sent: impl Future<Output = reqwest::Result<Response>>,
) -> Result<Response, TransportError> {
    match tokio::time::timeout(limit, sent).await {
        Ok(response) => Ok(response?),
        Err(_) => Err(TransportError::Unreachable),
    }
}

/// A whole response, from any sender.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// `None` when it is longer than it may be.
    body: Option<Vec<u8>>,
}

impl Answer {
    async fn read(response: Response, maximum: usize) -> Result<Self, TransportError> {
        let (status, headers) = (response.status(), response.headers().clone());
        let read = body(response, maximum).await;
        // Of what is no success, the head says enough.
        let body = if status.is_success() {
            read?
        } else {
            read.ok().flatten()
        };
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    /// The JSON of a success; what it says otherwise. Without the proof that is expected, it is not the server's.
    fn json(&self, expected: Option<&Expected>) -> Result<&[u8], TransportError> {
        let body = self.body.as_deref();
        let octets = body.unwrap_or_default();
        if expected.is_some_and(|expected| {
            body.is_none() || !expected.is_proven(self.status, &self.headers, octets)
        }) {
            return Err(TransportError::unproven(self.status, &self.headers));
        }
        if self.status.is_success() {
            let empty = self.status == StatusCode::NO_CONTENT;
            let fits = empty || has_type(&self.headers, "application/json");
            return body.filter(|_| fits).ok_or(TransportError::Nonsense);
        }
        if (self.status.is_client_error() || self.status.is_server_error())
            && has_type(&self.headers, problem::MEDIA_TYPE)
            && let Ok(problem) = serde_json::from_slice::<Problem>(octets)
        {
            return Err(TransportError::Refused(Box::new(problem)));
        }
        Err(if expected.is_some() {
            TransportError::Nonsense
        } else {
            TransportError::unknown(self.status)
        })
    }
}

fn has_type(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(expected))
}

/// The body; `None` when it is longer than `maximum`, announced or not.
async fn body(mut response: Response, maximum: usize) -> reqwest::Result<Option<Vec<u8>>> {
    let announced = response.content_length().unwrap_or(0);
    if announced > maximum as u64 {
        return Ok(None);
    }
    let mut octets = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await? {
        if octets.len() + chunk.len() > maximum {
            return Ok(None);
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(Some(octets))
}
