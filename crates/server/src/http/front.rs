//! What every request and every answer goes through: the peer's address in, a caught panic, security headers and a line
//! in the log out. One function and not a tower of layers, since it runs for every session check.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::server::APP_SECRET_HEADER;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tower::ServiceExt as _;

use super::address::PeerAddress;
use super::problem::Refusal;
use crate::identity::{Asked, Identity};
use crate::pages;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What the answers of a server depend on besides its routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Front {
    /// What browsers are told of `https`; `None` where links to the server are not `https`.
    pub strict_transport: Option<HeaderValue>,
    /// What the app shows in whose process the server runs; `None` for a server of its own.
    pub app_secret: Option<SecretString>,
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

    /// Whether a request may be done at all: of a server inside an app, what the app asks, and the pages that a mailed link
    /// leads to, which do nothing without its token.
    fn admits(&self, request: &Request<Body>) -> bool {
        let Some(secret) = &self.app_secret else {
            return true;
        };
        if pages::is_of_a_link(request.uri().path()) {
            return true;
        }
        let mut shown = request.headers().get_all(APP_SECRET_HEADER).iter();
        let (Some(shown), None) = (shown.next(), shown.next()) else {
            return false;
        };
        let secret = secret.expose_secret().as_bytes();
        shown.as_bytes().ct_eq(secret).into()
    }
}

/// What is told to whoever is not the app: nothing, at no cost.
fn forbidden() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// Answers one request.
pub(super) async fn answer(
    router: Router,
    peer: PeerAddress,
    front: Front,
    mut request: Request<Body>,
) -> Response<Body> {
    let begun = Instant::now();
    let logged = tracing::enabled!(tracing::Level::DEBUG).then(|| request.method().clone());
    if !front.admits(&request) {
        let mut response = forbidden();
        add_security_headers(response.headers_mut(), front.strict_transport.as_ref());
        return response;
    }
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    request.extensions_mut().insert(peer);
    let mut response = if front.is_meant(&request) {
        handle(router, request).await
    } else {
        Refusal::not_found()
            .with_detail("The request is for another host.")
            .into_response()
    };
    // Never the path itself: what follows may be a token, or be one that somebody pasted.
    let route = response.extensions_mut().remove::<MatchedPath>();
    if response.status().is_client_error() || response.status().is_server_error() {
        response = as_problem(response);
    }
    if let Some((asked, identity)) = asked.zip(front.identity) {
        response = Box::pin(identity.prove(&asked, response)).await;
    }
    add_security_headers(response.headers_mut(), front.strict_transport.as_ref());
    if let Some(method) = logged {
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        log(&method, route, response.status(), begun);
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

fn log(method: &Method, route: &str, status: StatusCode, begun: Instant) {
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(%method, route, status = status.as_u16(), micros, "request");
}

/// Lets an answer carry the route that the request had, by which it is logged.
pub(super) async fn note_route(
    route: Option<MatchedPath>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
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
fn add_security_headers(headers: &mut HeaderMap, strict_transport: Option<&HeaderValue>) {
    let own = std::mem::replace(headers, SECURITY_HEADERS.clone());
    headers.extend(own);
    if let Some(value) = strict_transport {
        headers.insert(STRICT_TRANSPORT_SECURITY, value.clone());
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
            strict_transport: Some(HeaderValue::from_static("max-age=31536000")),
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
        add_security_headers(&mut headers, None);
        assert_eq!(headers.get_all(CACHE_CONTROL).iter().count(), 1);
        assert_eq!(headers[CACHE_CONTROL], "max-age=60");
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
        assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn an_answer_is_logged_by_its_route_and_not_by_its_path() {
        let router = Router::new()
            .route("/reset-password/{token}", get(|| async { "a page" }))
            .layer(axum::middleware::from_fn(note_route));
        for (path, route) in [
            ("/reset-password/SECRET", Some("/reset-password/{token}")),
            ("/SECRET", None),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = handle(router.clone(), request).await;
            let noted = response.extensions().get::<MatchedPath>();
            assert_eq!(noted.map(MatchedPath::as_str), route);
        }
    }

    #[tokio::test]
    async fn a_server_inside_an_app_does_nothing_for_others() {
        let router = || Router::new().fallback(|| async { "done" });
        let front = Front {
            app_secret: Some("secret".into()),
            ..Front::default()
        };
        let ask = async |path: &str, shown: &[&'static str]| {
            let mut request = Request::post(path).body(Body::empty()).unwrap();
            for shown in shown {
                let value = HeaderValue::from_static(shown);
                request.headers_mut().append(APP_SECRET_HEADER, value);
            }
            let peer = PeerAddress(Ipv4Addr::LOCALHOST.into());
            answer(router(), peer, front.clone(), request)
                .await
                .status()
        };
        for path in [
            "/",
            "/v1/accounts",
            "/forgot-password",
            "/reset-password",
            "/v1/../reset-password/x",
        ] {
            assert_eq!(ask(path, &["secret"]).await, StatusCode::OK, "{path}");
            for others in [
                &[][..],
                &["secreT"],
                &["secre"],
                &["secrets"],
                &[""],
                &["secret", "secret"],
            ] {
                assert_eq!(ask(path, others).await, StatusCode::FORBIDDEN, "{path}");
            }
        }
        for path in [
            "/reset-password/x",
            "/reset-password/x/passkey",
            "/pages.css",
        ] {
            assert_eq!(ask(path, &[]).await, StatusCode::OK, "{path}");
        }
    }
}
