//! Reading requests strictly: what is not exactly as described is refused, with a problem that says so.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use latchkey_protocol::problem::ProblemCode;
use serde::de::DeserializeOwned;

use super::objects;
use super::problem::{Answer, Refusal};
use crate::access::{Admitted, Body};
use crate::state::ServerState;

/// A JSON body: `application/json`, under the limit, complete in time, with no unknown member and no list in the place of an
/// object. `serde_json` refuses nesting deeper than 128.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<ServerState>> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<ServerState>) -> Answer<Self> {
        if !is_media_type(request.headers(), "application/json") {
            return Err(Refusal::new(ProblemCode::UnsupportedMediaType)
                .with_detail("The body is to be application/json."));
        }
        let body = read_body(request, state).await?;
        // serde reads an enum with a `tag` from a list too.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(
                Refusal::new(ProblemCode::Malformed).with_detail("The body is not a JSON object.")
            );
        }
        objects::from_slice(&body)
            .map(Self)
            .map_err(|error| malformed(&error))
    }
}

/// Reads a body within the limits of its route.
pub async fn read_body(request: Request, state: &ServerState) -> Answer<axum::body::Bytes> {
    let limits = &state.config.connections;
    let admitted = request.extensions().get::<Admitted>();
    let limit = match admitted.map(|admitted| admitted.0.body) {
        Some(Body::None) | None => 0,
        Some(Body::Small) => limits.auth_body_bytes,
        Some(Body::Usual) => limits.body_bytes,
        Some(Body::Form) => limits.auth_body_bytes.saturating_mul(4),
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let body = request.into_body();
    let patience = Duration::from_secs(limits.body_seconds);
    match tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large(limit)),
        Ok(Err(_)) => {
            Err(Refusal::new(ProblemCode::Malformed).with_detail("The body is not complete."))
        }
        Err(_) => {
            Err(Refusal::new(ProblemCode::Malformed)
                .with_detail("The body did not arrive in time."))
        }
    }
}

/// Says the limit: who pastes a long password must learn that it was refused, and not cut.
fn too_large(limit: usize) -> Refusal {
    Refusal::new(ProblemCode::TooLarge).with_detail(format!(
        "The body is over {limit} bytes. None of it was taken, and nothing was cut off."
    ))
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        source = error.source();
    }
    false
}

fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case(wanted)
    })
}

/// What is wrong and where, without quoting what was sent: that may be a password.
fn malformed(error: &serde_json::Error) -> Refusal {
    let what = match error.classify() {
        serde_json::error::Category::Data => {
            "The body has an unknown or missing member, or a wrong type"
        }
        _ => "The body is not JSON",
    };
    Refusal::new(ProblemCode::Malformed).with_detail(format!(
        "{what}: line {}, column {}.",
        error.line(),
        error.column()
    ))
}

/// The fields that a page's form posts (`application/x-www-form-urlencoded`), each once.
#[derive(Clone, Debug)]
pub struct Form(Vec<(String, String)>);

impl FromRequest<Arc<ServerState>> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<ServerState>) -> Answer<Self> {
        if !is_media_type(request.headers(), "application/x-www-form-urlencoded") {
            return Err(Refusal::new(ProblemCode::UnsupportedMediaType));
        }
        let body = read_body(request, state).await?;
        let fields = url::form_urlencoded::parse(&body).into_owned().collect();
        Ok(Self(fields))
    }
}

impl Form {
    /// The values of `names`, empty for those that are not there. 400 for a field of another name and for one that comes
    /// twice: of two addresses or passwords none is taken (CVE-2023-7028).
    pub fn fields<const N: usize>(self, names: [&str; N]) -> Answer<[String; N]> {
        let mut values = [const { None }; N];
        for (name, value) in self.0 {
            let place = names.iter().position(|known| *known == name);
            match place.and_then(|place| values.get_mut(place)) {
                Some(empty @ None) => *empty = Some(value),
                _ => {
                    return Err(Refusal::new(ProblemCode::Malformed)
                        .with_detail("The form has an unknown field, or one that comes twice."));
                }
            }
        }
        Ok(values.map(Option::unwrap_or_default))
    }
}

/// The query of an address; unknown and repeated names are refused.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<ServerState>> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<ServerState>) -> Answer<Self> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|_| {
                Refusal::new(ProblemCode::Malformed)
                    .with_detail("The query has an unknown name or a wrong value.")
            })
    }
}
