//! By what apps know this server, whatever ends the TLS in between ([`latchkey_protocol::identity`]).

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, Response, Uri};
use ed25519_dalek::SigningKey;
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::identity::{
    CHALLENGE_HEADER, PROOF_HEADER, Question, ServerKey, is_challenge,
};

use crate::secret_key::SecretKey;

/// The media type of a body without end, whose pieces are proven one by one.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The server's name and the key that proves what it says.
pub(crate) struct Identity {
    server_id: ServerId,
    key: SigningKey,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Identity({})", self.server_id)
    }
}

/// A request that wants its answer proven.
#[derive(Clone)]
pub(crate) struct Asked {
    challenge: String,
    method: Method,
    target: String,
    authorization: String,
}

impl Asked {
    /// `None` for a request without a challenge, or with what is none.
    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let challenge = headers.get(CHALLENGE_HEADER)?.to_str().ok()?;
        is_challenge(challenge).then(|| Self {
            challenge: challenge.to_owned(),
            method: method.clone(),
            target: uri
                .path_and_query()
                .map_or_else(|| uri.path().to_owned(), ToString::to_string),
            authorization: headers
                .get(AUTHORIZATION)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
        })
    }

    fn question(&self, server_id: ServerId) -> Question<'_> {
        Question {
            server_id,
            challenge: &self.challenge,
            method: self.method.as_str(),
            target: &self.target,
            authorization: &self.authorization,
        }
    }
}

impl Identity {
    /// The same on all nodes, which share the secret key.
    pub(crate) fn new(server_id: ServerId, secret_key: &SecretKey) -> Self {
        Self {
            server_id,
            key: secret_key.identity(),
        }
    }

    /// What apps keep with an account.
    pub(crate) fn public(&self) -> ServerKey {
        ServerKey::of(&self.key)
    }

    /// The answer with its proof.
    pub(crate) async fn prove(&self, asked: &Asked, response: Response<Body>) -> Response<Body> {
        let (mut parts, body) = response.into_parts();
        let endless = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| value == EVENT_STREAM);
        let (octets, body) = if endless {
            (Vec::new(), body)
        } else {
            // All of it is in memory already. What breaks off here is proven to nobody.
            let Ok(octets) = to_bytes(body, usize::MAX).await else {
                return Response::from_parts(parts, Body::empty());
            };
            parts.headers.remove(CONTENT_LENGTH);
            (octets.to_vec(), Body::from(octets))
        };
        let question = asked.question(self.server_id);
        let proof = question.prove_answer(&self.key, parts.status.as_u16(), &octets);
        if let Ok(proof) = HeaderValue::from_str(&proof) {
            parts.headers.insert(PROOF_HEADER, proof);
        }
        Response::from_parts(parts, body)
    }

    /// The proof of the event with this number in the stream that was asked for.
    pub(crate) fn prove_event(&self, asked: &Asked, number: u64, name: &str, data: &str) -> String {
        asked
            .question(self.server_id)
            .prove_event(&self.key, number, name, data)
    }
}
