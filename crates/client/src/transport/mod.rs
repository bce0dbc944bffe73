//! HTTP to one server. What comes back is bounded in size and time and trusted for nothing but its meaning.

pub mod address;
mod event_stream;
mod trouble;

use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use latchkey_protocol::problem::{self, Problem};
use latchkey_protocol::sync::StreamEvent;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

pub use event_stream::{EventStreamParser, StreamItem, TooLong};
pub use trouble::TransportError;

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

/// Speaks to one server, with or without a session. The token of a session goes to that server alone: redirects are not
/// followed.
#[derive(Clone)]
pub struct Transport {
    base: Url,
    client: Client,
    token: Option<SecretString>,
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
            token: None,
        })
    }

    /// The same with the token of a session.
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
        let mut request = self.request(Method::POST, path)?.json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        answered(request, ANSWER_MAXIMUM).await
    }

    /// `GET /v1/events`, once the server has answered 200.
    pub(crate) async fn events(&self) -> Result<Events, TransportError> {
        let request = self
            .request(Method::GET, "v1/events")?
            .header("Accept", "text/event-stream");
        let response = within(ANSWER, request.send()).await?;
        let response = refused(response).await?;
        if !has_type(&response, "text/event-stream") {
            return Err(TransportError::Nonsense);
        }
        let chunks = Box::pin(response.bytes_stream());
        let state = (chunks, EventStreamParser::default(), Vec::new().into_iter());
        let events = futures_util::stream::try_unfold(
            state,
            |(mut chunks, mut parser, mut ready)| async move {
                loop {
                    let next: Option<StreamItem> = ready.next();
                    match next {
                        Some(StreamItem::Heartbeat) => {
                            return Ok(Some((None, (chunks, parser, ready))));
                        }
                        Some(StreamItem::Event { name, data }) => {
                            // An event that this version does not know says at least that the server lives.
                            let event = StreamEvent::from_fields(&name, &data);
                            return Ok(Some((event, (chunks, parser, ready))));
                        }
                        None => {}
                    }
                    let chunk = tokio::time::timeout(SILENCE, chunks.next())
                        .await
                        .map_err(|_| TransportError::Unreachable)?;
                    match chunk {
                        Some(Ok(octets)) => {
                            ready = parser
                                .push(&octets)
                                .map_err(|_| TransportError::Nonsense)?
                                .into_iter();
                        }
                        Some(Err(error)) => return Err(error.into()),
                        None => return Ok(None),
                    }
                }
            },
        );
        Ok(Box::pin(events))
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, TransportError> {
        let url = self.base.join(path).map_err(|_| TransportError::Nonsense)?;
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| TransportError::Nonsense)?;
            header.set_sensitive(true);
            request = request.header("Authorization", header);
        }
        Ok(request)
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
async fn answered<Answer: DeserializeOwned>(
    request: RequestBuilder,
    maximum: usize,
) -> Result<Answer, TransportError> {
    let octets = tokio::time::timeout(ANSWER, async {
        let response = request.send().await?;
        let response = refused(response).await?;
        let empty = response.status() == StatusCode::NO_CONTENT;
        if !empty && !has_type(&response, "application/json") {
            return Err(TransportError::Nonsense);
        }
        body(response, maximum).await
    })
    .await
    .map_err(|_| TransportError::Unanswered)??;
    let json: &[u8] = if octets.is_empty() { b"null" } else { &octets };
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

/// The response when it is a success, what it says otherwise.
async fn refused(response: Response) -> Result<Response, TransportError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if (status.is_client_error() || status.is_server_error())
        && has_type(&response, problem::MEDIA_TYPE)
        && let Ok(octets) = body(response, ANSWER_MAXIMUM).await
        && let Ok(problem) = serde_json::from_slice::<Problem>(&octets)
    {
        return Err(TransportError::Refused(Box::new(problem)));
    }
    Err(if status.is_server_error() {
        TransportError::Fault
    } else {
        TransportError::Nonsense
    })
}

fn has_type(response: &Response, expected: &str) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(expected))
}

/// The body, unless it is longer than `maximum`, announced or not.
async fn body(mut response: Response, maximum: usize) -> Result<Vec<u8>, TransportError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > maximum as u64 {
        return Err(TransportError::Nonsense);
    }
    let mut octets = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await? {
        if octets.len() + chunk.len() > maximum {
            return Err(TransportError::Nonsense);
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(octets)
}
