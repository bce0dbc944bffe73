//! `GET /v1/events`: the event stream (`text/event-stream`, WHATWG HTML section 9.2).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use latchkey_protocol::identity::PROOF_FIELD;
use latchkey_protocol::sync::StreamEvent;
use latchkey_protocol::time::Timestamp;
use utoipa_axum::routes;

use super::Subscription;
use crate::access::Routes;
use crate::arguments;
use crate::http::problem::{Answer, Refusal};
use crate::identity::{Asked, EVENT_STREAM};
use crate::sessions::{self, Caller, IDLE_LIFETIME, LAST_ACTIVE_PRECISION, Standing};
use crate::slice::Slice;
use crate::state::ServerState;

/// What the slice adds to the server.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

/// The event stream.
fn router() -> Routes {
    Routes::new().routes(routes!(events))
}

/// Says when the account has a new revision, and when the session is over.
#[utoipa::path(
    get, path = "/v1/events", tag = "sync",
    responses(
        (status = 200, description = "`event: revision` with a number, `event: ended` with a notice", body = String, content_type = "text/event-stream"),
    )
)]
async fn events(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let token = *caller.token_hash();
    let subscription = state
        .hub
        .subscribe(caller.account_id, caller.session_id, token);
    // Looked up again now that the stream would hear of it: what happened before the subscription is in the tables.
    match sessions::standing(&state, caller.session_id).await? {
        Standing::Live(tokens) if tokens.have(&token) => {}
        Standing::Over(notice) => return Err(Refusal::session_ended(notice)),
        Standing::Live(_) | Standing::Unknown => return Err(Refusal::session_unknown()),
    }
    let row = state
        .database
        .fetch_optional(
            "SELECT revision FROM accounts WHERE id = $1",
            arguments![caller.account_id],
        )
        .await?
        .ok_or_else(|| caller.inconsistent())?;
    let stream = EventStream {
        // Opening it was a use of the session: without another, it is over then.
        over_at: idle_at(state.now()).min(caller.expires_at),
        last_noted: state.now(),
        said: row.count(0)?,
        begun: false,
        over: false,
        asked: Asked::of(&method, &uri, &headers),
        events: 0,
        subscription,
        caller,
        state,
    };
    let body = futures_util::stream::unfold(stream, |mut stream| async move {
        let text = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), stream))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM)),
        // For nginx, which would gather the events otherwise.
        (
            header::HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// When a session is over that is last used at `used`.
fn idle_at(used: Timestamp) -> Timestamp {
    Timestamp(used.0.saturating_add(IDLE_LIFETIME))
}

struct EventStream {
    state: Arc<ServerState>,
    caller: Caller,
    subscription: Subscription,
    said: u64,
    /// When its session may be over by its age.
    over_at: Timestamp,
    last_noted: Timestamp,
    begun: bool,
    over: bool,
    /// Set when whoever asked wants the events proven.
    asked: Option<Asked>,
    /// How many events it has said.
    events: u64,
}

impl EventStream {
    /// The next piece of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if !self.begun {
            self.begun = true;
            self.said = self.said.max(self.subscription.revision());
            return Some(self.written(&StreamEvent::Revision(self.said)));
        }
        loop {
            if let Some(notice) = self.subscription.over() {
                self.over = true;
                let ended = StreamEvent::Ended(notice?.clone());
                return Some(self.written(&ended));
            }
            let revision = self.subscription.revision();
            if revision > self.said {
                self.said = revision;
                return Some(self.written(&StreamEvent::Revision(revision)));
            }
            let heartbeat = Duration::from_secs(self.state.config.connections.heartbeat_seconds);
            tokio::select! {
                () = self.subscription.woken() => {}
                () = self.state.shutdown.cancelled() => return None,
                () = tokio::time::sleep(heartbeat.min(self.remaining())) => {
                    return Some(self.heartbeat().await);
                }
            }
        }
    }

    /// Until the session may be over by itself.
    fn remaining(&self) -> Duration {
        let micros = self.over_at.since(self.state.now()).max(0);
        Duration::from_micros(micros.unsigned_abs()) + Duration::from_millis(1)
    }

    /// Ends the stream of a session that has expired, else keeps it open. An open stream is no use of the session, or one that
    /// nobody sits before would last for as long as the connection does (ASVS V7.3.1).
    async fn heartbeat(&mut self) -> String {
        let now = self.state.now();
        if now >= self.over_at {
            match sessions::standing(&self.state, self.caller.session_id).await {
                Ok(Standing::Over(notice)) => {
                    self.over = true;
                    return self.written(&StreamEvent::Ended(notice));
                }
                Ok(Standing::Live(tokens)) if tokens.have(self.caller.token_hash()) => {
                    self.over_at = Timestamp(now.0.saturating_add(LAST_ACTIVE_PRECISION));
                }
                Ok(Standing::Live(_) | Standing::Unknown) => self.over = true,
                Err(error) => {
                    tracing::warn!(%error, "a stream is closed, since its session can't be checked");
                    self.over = true;
                }
            }
        } else if now.since(self.last_noted) >= LAST_ACTIVE_PRECISION {
            self.last_noted = now;
            self.state.last_active.note_stream(&self.caller, now);
        }
        if self.asked.is_some() {
            // A comment would be nobody's: whoever wants proofs hears the same once more.
            return self.written(&StreamEvent::Revision(self.said));
        }
        ":\n\n".to_owned()
    }

    fn written(&mut self, event: &StreamEvent) -> String {
        let (name, data) = event.to_fields();
        self.events += 1;
        let identity = &self.state.identity;
        let proof = self.asked.as_ref().map_or_else(String::new, |asked| {
            let proof = identity.prove_event(asked, self.events, name, &data);
            format!("{PROOF_FIELD}: {proof}\n")
        });
        format!("event: {name}\ndata: {data}\n{proof}\n")
    }
}
