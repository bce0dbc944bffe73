//! Plain HTTP: no protocol client stands between a test and the server.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::problem::{MEDIA_TYPE, Problem, ProblemCode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

/// Status, headers and body, as [`Answer::observable`] gives them.
pub type Observable = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

/// What a server answered, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// This answer, which must have `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "unexpected answer: {}",
            self.text()
        );
        self
    }

    /// The body as UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON of a type.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The problem this answer must be: RFC 9457's media type, a body whose status repeats the real one, `Retry-After`
    /// saying what the body says, and nothing for a cache to keep or for a browser to guess at.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert!(
            self.status.is_client_error() || self.status.is_server_error(),
            "no problem but {} {}",
            self.status,
            self.text()
        );
        assert_eq!(
            self.header("content-type"),
            Some(MEDIA_TYPE),
            "{} {}",
            self.status,
            self.text()
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(
            self.header("retry-after").map(str::to_owned),
            problem
                .retry_after_seconds
                .map(|seconds| seconds.to_string())
        );
        problem
    }

    /// The code of the problem this answer must be.
    #[track_caller]
    pub fn code(&self) -> ProblemCode {
        self.problem().code
    }

    /// Fails unless this is the problem with `code`.
    #[track_caller]
    pub fn expect_code(self, code: ProblemCode) -> Self {
        assert_eq!(self.code(), code, "{}", self.text());
        self
    }

    /// Everything that an observer could tell two answers apart by: status, headers without `date`, and body.
    pub fn observable(&self) -> Observable {
        let mut headers: Vec<(String, Vec<u8>)> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        (self.status.as_u16(), headers, self.body.clone())
    }
}

fn client_at(address: IpAddr) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .local_address(address)
        .timeout(Duration::from_mins(1))
}

/// Somebody who sends requests, from one address, with or without a token.
#[derive(Clone, Debug)]
pub struct Http {
    base: Arc<Url>,
    client: Client,
    token: Option<String>,
    headers: HeaderMap,
}

impl Http {
    /// A stranger at 127.0.0.1.
    pub fn new(base: Url) -> Self {
        Self::from_address(base, IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// A stranger at `address`; on Linux all of 127.0.0.0/8 is this computer.
    pub fn from_address(base: Url, address: IpAddr) -> Self {
        // No `https` here: to read the system's certificates for each stranger would take most of a test's time.
        Self::over(base, client_at(address).tls_certs_only([]))
    }

    /// A stranger at `address` who knows the authority with this certificate, and that the host of `base` is this computer.
    pub fn over_tls(base: Url, address: IpAddr, authority: &str) -> Self {
        let certificate = Certificate::from_pem(authority.as_bytes()).expect("a certificate");
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let client = client_at(address)
            .tls_certs_only([certificate])
            .resolve(base.host_str().expect("a host"), here);
        Self::over(base, client)
    }

    fn over(base: Url, client: ClientBuilder) -> Self {
        Self {
            base: Arc::new(base),
            client: client.build().expect("an HTTP client"),
            token: None,
            headers: HeaderMap::new(),
        }
    }

    /// The same, seen from another address.
    #[must_use]
    pub fn at(&self, address: [u8; 4]) -> Self {
        Self {
            token: self.token.clone(),
            headers: self.headers.clone(),
            ..Self::from_address((*self.base).clone(), Ipv4Addr::from(address).into())
        }
    }

    /// The same with `Authorization: Bearer` `token`.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same with one more header on every request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
            HeaderValue::from_bytes(value.as_bytes()).expect("a header value"),
        );
        Self {
            headers,
            ..self.clone()
        }
    }

    /// Where the server is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A request to `path`, which is used as it stands.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let request = self
            .client
            .request(method, url)
            .headers(self.headers.clone());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends and reads the whole answer.
    pub async fn try_send(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Sends and reads the whole answer; no answer is a failure.
    pub async fn send(request: RequestBuilder) -> Answer {
        Self::try_send(request).await.expect("an answer")
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    /// `POST path` with no body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        Self::send(self.request(Method::POST, path)).await
    }

    /// `POST path` with no body and an idempotency key.
    pub async fn post_empty_keyed(&self, path: &str, key: &str) -> Answer {
        let request = self.request(Method::POST, path);
        Self::send(request.header("Idempotency-Key", key)).await
    }

    /// `POST path` with a JSON body and an idempotency key.
    pub async fn post_keyed(&self, path: &str, key: &str, body: &impl Serialize) -> Answer {
        Self::send(
            self.request(Method::POST, path)
                .header("Idempotency-Key", key)
                .json(body),
        )
        .await
    }
}
