//! What every request and every answer goes through: the peer's address in, a caught panic, security headers and a line
//! in the log out. One function and not a tower of layers, since it runs for every session check.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;
use latchkey_protocol::problem::ProblemCode;
use tower::ServiceExt as _;

use super::address::PeerAddress;
use super::problem::Refusal;
use crate::identity::{Asked, Identity};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What the answers of a server depend on besides its routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Front {
    /// Whether links to the server are `https`.
    pub https: bool,
    /// The address that requests have to be for; `None` for any.
    pub only_host: Option<SocketAddr>,
    /// What proves answers to whoever asks for a proof.
    pub identity: Option<Arc<Identity>>,
}

impl Front {
    /// Whether a request is for this server, by what its `Host` says and, in a request to a proxy, its address.
    fn is_meant(&self, request: &Request<Body>) -> bool {
        let Some(bound) = self.only_host else {
            return true;
        };
        let is_bound = |host: &str| {
            host == bound.to_string()
                || host
                    .strip_prefix("localhost:")
                    .is_some_and(|port| port == bound.port().to_string())
        };
        let mut hosts = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        host.to_str().is_ok_and(is_bound)
            && request
                .uri()
                .authority()
                .is_none_or(|authority| is_bound(authority.as_str()))
    }
}

/// Answers one request.
pub(super) async fn answer(
    router: Router,
    peer: PeerAddress,
    front: Front,
    mut request: Request<Body>,
) -> Response<Body> {
    let begun = Instant::now();
    let logged = tracing::enabled!(tracing::Level::DEBUG)
        .then(|| (request.method().clone(), shown_path(request.uri().path())));
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    request.extensions_mut().insert(peer);
    let mut response = if front.is_meant(&request) {
        handle(router, request).await
    } else {
        Refusal::not_found()
            .with_detail("The request is for another host.")
            .into_response()
    };
    if response.status().is_client_error() || response.status().is_server_error() {
        response = as_problem(response);
    }
    if let Some((asked, identity)) = asked.zip(front.identity) {
        response = Box::pin(identity.prove(&asked, response)).await;
    }
    add_security_headers(response.headers_mut(), front.https);
    if let Some((method, path)) = logged {
        log(&method, &path, response.status(), begun);
    }
    response
}

async fn handle(router: Router, request: Request<Body>) -> Response<Body> {
    let handled = AssertUnwindSafe(router.oneshot(request))
        .catch_unwind()
        .await;
    match handled {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(panic) => {
            tracing::error!(panic = message_of(&*panic), "a handler panicked");
            Refusal::new(ProblemCode::Internal).into_response()
        }
    }
}

fn log(method: &Method, path: &str, status: StatusCode, begun: Instant) {
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, path, status = status.as_u16(), micros, "request");
}

/// At most two segments of a path and never the query: what comes after may be a token.
fn shown_path(path: &str) -> String {
    let mut segments = path.trim_start_matches('/').splitn(3, '/');
    let first: String = segments
        .next()
        .unwrap_or_default()
        .chars()
        .take(32)
        .collect();
    match segments.next() {
        Some(second) if first == "v1" => {
            let second: String = second.chars().take(32).collect();
            format!("/v1/{second}")
        }
        _ => format!("/{first}"),
    }
}

/// Errors that axum makes by itself say nothing a program could decide by.
fn as_problem(response: Response<Body>) -> Response<Body> {
    let described = response.headers().get(CONTENT_TYPE).is_some_and(|value| {
        value == latchkey_protocol::problem::MEDIA_TYPE
            || value.as_bytes().starts_with(b"text/html")
    });
    if described {
        return response;
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND => ProblemCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
        status if status.is_client_error() => ProblemCode::Malformed,
        _ => ProblemCode::Internal,
    };
    let mut problem = Refusal::new(code).into_response();
    if let Some(allow) = response.headers().get("allow") {
        problem.headers_mut().insert("allow", allow.clone());
    }
    problem
}

/// What every answer says unless its handler says otherwise (OWASP HTTP Headers Cheat Sheet; ASVS V3.4).
static SECURITY_HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
    let defaults = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ];
    // With room for what handlers add.
    let mut headers = HeaderMap::with_capacity(2 * defaults.len());
    headers.extend(defaults.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers
});

/// The handler's own headers are few: to put them over a copy takes less than to put the copy under them.
fn add_security_headers(headers: &mut HeaderMap, https: bool) {
    let own = std::mem::replace(headers, SECURITY_HEADERS.clone());
    headers.extend(own);
    if https {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            // Not for the names below it, which are not this server's to decide about.
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::routing::get;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_like_any_other() {
        async fn panics() -> &'static str {
            panic!("on purpose")
        }
        let router = Router::new().route("/", get(panics));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let peer = PeerAddress(Ipv4Addr::LOCALHOST.into());
        let front = Front {
            https: true,
            ..Front::default()
        };
        let response = answer(router, peer, front, request).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(
            response.headers()[STRICT_TRANSPORT_SECURITY],
            "max-age=31536000"
        );
    }

    #[test]
    fn a_handler_has_the_last_word_about_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
        headers.append("set-cookie", HeaderValue::from_static("a=1"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        add_security_headers(&mut headers, false);
        assert_eq!(headers.get_all(CACHE_CONTROL).iter().count(), 1);
        assert_eq!(headers[CACHE_CONTROL], "max-age=60");
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
        assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn a_token_in_a_path_is_not_shown() {
        assert_eq!(shown_path("/confirm-email/SECRET"), "/confirm-email");
        assert_eq!(shown_path("/v1/emails/0190/primary"), "/v1/emails");
        assert_eq!(shown_path("/"), "/");
    }
}
