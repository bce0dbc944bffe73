//! Requests that come again: the same key and body get the same answer, and count once.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use latchkey_protocol::problem::ProblemCode;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Change;
use crate::arguments;
use crate::database::Error;
use crate::http::problem::{Answer, Refusal};

/// The `Idempotency-Key` of a request, when it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<Uuid>);

/// A request that was not answered yet.
#[derive(Debug)]
#[must_use = "the answer is to be stored in the same transaction"]
pub struct FirstTime(Option<(Uuid, [u8; 32])>);

/// The body of an answer, given now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    status: StatusCode,
    body: String,
}

impl IdempotencyKey {
    /// The key in the headers of a request; refused when it is not one UUID.
    pub(crate) fn of(headers: &HeaderMap) -> Answer<Self> {
        let mut values = headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let key = value
            .to_str()
            .ok()
            .and_then(|text| Uuid::parse_str(text.trim_matches('"')).ok());
        match key {
            Some(key) if values.next().is_none() => Ok(Self(Some(key))),
            _ => Err(Refusal::new(ProblemCode::Malformed)
                .with_detail("The Idempotency-Key is one UUID.")),
        }
    }

    /// Whether this is the first time: `Ok(Err(answer))` gives again what was answered before. `route` and `request`
    /// are what must be the same for that; another request under the same key is refused.
    pub(crate) async fn first(
        self,
        change: &mut Change,
        route: &str,
        request: &(impl Serialize + Sync),
    ) -> Answer<Result<FirstTime, GivenAnswer>> {
        let Some(key) = self.0 else {
            return Ok(Ok(FirstTime(None)));
        };
        let mut hash = Sha256::new();
        hash.update(route);
        hash.update([0]);
        hash.update(
            serde_json::to_vec(request)
                .map_err(|_| Error::inconsistent("idempotency_keys", "request_hash", key))?,
        );
        let hash: [u8; 32] = hash.finalize().into();
        let account_id = change.account_id();
        let row = change
            .transaction()
            .fetch_optional(
                "SELECT request_hash, status, answer FROM idempotency_keys WHERE account_id = $1 AND key = $2",
                arguments![account_id, key.to_string()],
            )
            .await?;
        let Some(row) = row else {
            return Ok(Ok(FirstTime(Some((key, hash)))));
        };
        if row.bytes(0)? != hash {
            return Err(Refusal::new(ProblemCode::IdempotencyKeyReused));
        }
        let status = u16::try_from(row.integer(1)?)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .ok_or_else(|| Error::inconsistent("idempotency_keys", "status", key))?;
        Ok(Err(GivenAnswer {
            status,
            body: row.text(2)?,
        }))
    }
}

impl FirstTime {
    /// Keeps the answer, to be committed with what it answers.
    pub async fn store(
        self,
        change: &mut Change,
        status: StatusCode,
        body: &(impl Serialize + Sync),
    ) -> Answer<GivenAnswer> {
        let body = serde_json::to_string(body)
            .map_err(|_| Error::inconsistent("idempotency_keys", "answer", "new"))?;
        if let Some((key, hash)) = self.0 {
            let (account_id, now) = (change.account_id(), change.now());
            change
                .transaction()
                .execute(
                    "INSERT INTO idempotency_keys (account_id, key, request_hash, status, answer, created_at) \
                     VALUES ($1, $2, $3, $4, $5, $6)",
                    arguments![account_id, key.to_string(), &hash, i64::from(status.as_u16()), &body, now],
                )
                .await?;
        }
        Ok(GivenAnswer { status, body })
    }
}

impl IntoResponse for GivenAnswer {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        (self.status, [(header::CONTENT_TYPE, json)], self.body).into_response()
    }
}
