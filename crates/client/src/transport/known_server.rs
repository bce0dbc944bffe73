//! The server that an account is on, by which its answers are told from everybody else's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::identity::{CHALLENGE_HEADER, PROOF_HEADER, Question, ServerKey};
use latchkey_protocol::server::ServerInfo;
use rand::RngExt as _;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// What a server is known by: kept with the account from the sign-in on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownServer {
    /// Its name.
    pub id: ServerId,
    /// What it proves its answers with.
    pub key: ServerKey,
}

impl From<&ServerInfo> for KnownServer {
    fn from(info: &ServerInfo) -> Self {
        Self {
            id: info.server_id,
            key: info.key.clone(),
        }
    }
}

/// What an answer has to prove: that this server gave it, to this very request.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    server: KnownServer,
    challenge: String,
    method: Method,
    target: String,
    authorization: SecretString,
}

impl Expected {
    /// Asks for the proof of the answer to `request`, whose path and query below the server's address are `target`.
    pub(super) fn ask(
        server: &KnownServer,
        method: Method,
        target: &str,
        authorization: SecretString,
        request: RequestBuilder,
    ) -> (RequestBuilder, Self) {
        let challenge = URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 24]>());
        let request = request.header(CHALLENGE_HEADER, &challenge);
        let expected = Self {
            server: server.clone(),
            challenge,
            method,
            target: target.to_owned(),
            authorization,
        };
        (request, expected)
    }

    /// Whether the server gave this answer; of a stream, the body is empty.
    pub(super) fn is_proven(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
        let proof = headers
            .get(PROOF_HEADER)
            .and_then(|proof| proof.to_str().ok());
        proof.is_some_and(|proof| {
            self.question()
                .proves_answer(&self.server.key, status.as_u16(), body, proof)
        })
    }

    /// Whether the server said this, as the event with that number of the stream.
    pub(super) fn is_event_proven(&self, number: u64, name: &str, data: &str, proof: &str) -> bool {
        self.question()
            .proves_event(&self.server.key, number, name, data, proof)
    }

    fn question(&self) -> Question<'_> {
        Question {
            server_id: self.server.id,
            challenge: &self.challenge,
            method: self.method.as_str(),
            target: &self.target,
            authorization: self.authorization.expose_secret(),
        }
    }
}
