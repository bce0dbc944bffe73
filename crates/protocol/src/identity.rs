//! The server's identity, and its proof that an answer is its own.
//!
//! TLS ends where somebody put its end: at a reverse proxy, at an office's inspection, at a hotel's portal. So a server
//! has a key ([`ServerKey`]), which an app keeps with the account from the sign-in on. With each request the app sends
//! a challenge that it has just drawn, and the answer carries the server's signature over that challenge, the request,
//! the status and the body. What carries none, or not that server's, is no answer: it is neither believed nor obeyed,
//! whatever it says. An event stream is proven when it opens, and so is each of its events.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::identifiers::ServerId;
use crate::signature;

/// The header of a request that asks for a proof: 16 to 64 characters of base64url, never the same twice.
pub const CHALLENGE_HEADER: &str = "latchkey-challenge";

/// The header of the answer that proves it: [`Question::prove_answer`].
pub const PROOF_HEADER: &str = "latchkey-proof";

/// The field of a server-sent event that proves it: [`Question::prove_event`]. Other programs pass over fields that
/// they don't know (WHATWG HTML, section 9.2.6).
pub const PROOF_FIELD: &str = "proof";

/// The public half of a server's Ed25519 key (RFC 8032), 32 bytes as base64url without padding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct ServerKey(pub String);

impl ServerKey {
    /// The public half of `key`.
    pub fn of(key: &SigningKey) -> Self {
        Self(signature::public_half(key))
    }
}

/// Whether `text` is a challenge as [`CHALLENGE_HEADER`] takes it.
pub fn is_challenge(text: &str) -> bool {
    (16..=64).contains(&text.len())
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
}

/// A request, as far as its answer is proven to be the answer to it and to no other.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who is asked.
    pub server_id: ServerId,
    /// [`CHALLENGE_HEADER`].
    pub challenge: &'a str,
    /// `GET`.
    pub method: &'a str,
    /// Path and query as the server knows them: `/v1/sync?after=0`. A proxy may have put the server below another path.
    pub target: &'a str,
    /// The `Authorization` header, whole; empty where there is none. An answer about another token is none to this one.
    pub authorization: &'a str,
}

impl Question<'_> {
    /// The proof of an answer with this status and body; of a stream that opens, the body is empty.
    pub fn prove_answer(&self, key: &SigningKey, status: u16, body: &[u8]) -> String {
        signature::sign(key, &self.answer(status, body))
    }

    /// Whether `proof` is the server's own, for this answer to this very question.
    pub fn proves_answer(&self, key: &ServerKey, status: u16, body: &[u8], proof: &str) -> bool {
        signature::verifies(&key.0, &self.answer(status, body), proof)
    }

    /// The proof of the event with this number in the stream that was asked for; the first is 1.
    pub fn prove_event(&self, key: &SigningKey, number: u64, name: &str, data: &str) -> String {
        signature::sign(key, &self.event(number, name, data))
    }

    /// Whether `proof` is the server's own, for this event in this place of this very stream.
    pub fn proves_event(
        &self,
        key: &ServerKey,
        number: u64,
        name: &str,
        data: &str,
        proof: &str,
    ) -> bool {
        signature::verifies(&key.0, &self.event(number, name, data), proof)
    }

    fn answer(&self, status: u16, body: &[u8]) -> Vec<u8> {
        let mut message = self.about("answer", &status.to_string());
        message.extend_from_slice(&Sha256::digest(body));
        message
    }

    fn event(&self, number: u64, name: &str, data: &str) -> Vec<u8> {
        let mut message = self.about("event", &format!("{number}\n{name}"));
        message.extend_from_slice(data.as_bytes());
        message
    }

    /// No part but the last can hold a line's end.
    fn about(&self, what: &str, which: &str) -> Vec<u8> {
        let Self {
            server_id,
            challenge,
            method,
            target,
            authorization,
        } = self;
        let token = URL_SAFE_NO_PAD.encode(Sha256::digest(authorization));
        format!(
            "latchkey/{what}/1\n{server_id}\n{challenge}\n{method}\n{target}\n{token}\n{which}\n"
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const QUESTION: Question<'static> = Question {
        server_id: ServerId(Uuid::from_u128(1)),
        challenge: "0123456789abcdef",
        method: "GET",
        target: "/v1/sync?after=0",
        authorization: "Bearer one",
    };

    fn others() -> [Question<'static>; 5] {
        [
            Question {
                server_id: ServerId(Uuid::from_u128(2)),
                ..QUESTION
            },
            Question {
                challenge: "0123456789abcdeF",
                ..QUESTION
            },
            Question {
                method: "POST",
                ..QUESTION
            },
            Question {
                target: "/v1/sync?after=1",
                ..QUESTION
            },
            Question {
                authorization: "Bearer another",
                ..QUESTION
            },
        ]
    }

    #[test]
    fn an_answer_is_proven_for_its_question_status_body_and_key_alone() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let public = ServerKey::of(&key);
        let proof = QUESTION.prove_answer(&key, 200, b"{}");
        assert!(QUESTION.proves_answer(&public, 200, b"{}", &proof));
        for other in others() {
            assert!(!other.proves_answer(&public, 200, b"{}", &proof));
        }
        assert!(!QUESTION.proves_answer(&public, 201, b"{}", &proof));
        assert!(!QUESTION.proves_answer(&public, 200, b"{ }", &proof));
        let another = ServerKey::of(&SigningKey::from_bytes(&[2; 32]));
        assert!(!QUESTION.proves_answer(&another, 200, b"{}", &proof));
        for malformed in ["", "A", &proof[1..], &format!("{proof}A")] {
            assert!(!QUESTION.proves_answer(&public, 200, b"{}", malformed));
        }
    }

    #[test]
    fn an_event_is_proven_for_its_stream_and_place_alone() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let public = ServerKey::of(&key);
        let proof = QUESTION.prove_event(&key, 1, "revision", "42");
        assert!(QUESTION.proves_event(&public, 1, "revision", "42", &proof));
        for other in others() {
            assert!(!other.proves_event(&public, 1, "revision", "42", &proof));
        }
        assert!(!QUESTION.proves_event(&public, 2, "revision", "42", &proof));
        assert!(!QUESTION.proves_event(&public, 1, "ended", "42", &proof));
        assert!(!QUESTION.proves_event(&public, 1, "revision", "43", &proof));
        // An answer's proof is none of an event.
        let answer = QUESTION.prove_answer(&key, 1, b"42");
        assert!(!QUESTION.proves_event(&public, 1, "revision", "42", &answer));
    }

    #[test]
    fn a_challenge_is_text_that_can_stand_in_a_line() {
        for (text, fine) in [
            ("0123456789abcdef", true),
            ("abcdefghijklmnopqrstuv-_", true),
            ("short", false),
            ("0123456789abcde\n", false),
            ("0123456789abcde+", false),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(is_challenge(text), fine, "{text:?}");
        }
    }
}
