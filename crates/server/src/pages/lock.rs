//! `/lock/{token}`: where "It wasn't me" in a notice leads. Opening it does nothing, and says what would stop.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::problem::ProblemCode;

use super::page::{Choice, Page, Tone, words_for};
use super::{Token, shown};
use crate::http::address::ClientAddress;
use crate::http::problem::{Answer, Refusal, status_of};
use crate::state::ServerState;
use crate::sync::Actor;
use crate::trust::{self, Locked, Preview};
use crate::words::{self, Words};

const ROOT: &str = "../";

/// Says what would stop, to whoever has the link.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    match trust::preview(&state, &token).await {
        Ok(Some(preview)) => question(words, &token, preview),
        Ok(None) => refused(words, Refusal::new(ProblemCode::LinkSpent)),
        Err(error) => refused(words, error.into()),
    }
}

fn question(words: Words, token: &str, preview: Preview) -> Response {
    let title = words.text(words::PAGE_LOCK_TITLE);
    let mut page = Page::new(words, ROOT, Tone::Question, title)
        .paragraph(words.text(words::PAGE_LOCK_EXPLANATION));
    match preview {
        Preview::Device(device) => {
            page = page.paragraph(words.with(words::PAGE_LOCK_DEVICE, &[("device", &device)]));
        }
        Preview::Account {
            devices,
            addresses,
            passkeys,
        } => {
            page = page.paragraph(words.text(words::PAGE_LOCK_ACCOUNT));
            for (message, names) in [
                (words::PAGE_LOCK_DEVICES, devices),
                (words::PAGE_LOCK_ADDRESSES, addresses),
            ] {
                if !names.is_empty() {
                    page = page.paragraph(words.with(message, &[("names", &names.join(", "))]));
                }
            }
            if passkeys > 0 {
                let passkeys = words.with(words::PAGE_LOCK_PASSKEYS, &[("count", &passkeys)]);
                page = page.paragraph(passkeys);
            }
            page = page.paragraph(words.text(words::PAGE_LOCK_REST));
        }
    }
    page.choice(Choice {
        button: words.text(words::PAGE_LOCK_BUTTON),
        target: shown(token),
        grave: true,
    })
    .answer(StatusCode::OK)
}

/// Locks, and leads to a new password.
pub(super) async fn lock(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let locked: Answer<Locked> = trust::lock_by_link(&state, &token, actor).await;
    let (title, explanation) = match locked {
        Ok(Locked::Device(device)) => (
            words::PAGE_LOCKED_DEVICE_TITLE,
            words.with(
                words::PAGE_LOCKED_DEVICE_EXPLANATION,
                &[("device", &device)],
            ),
        ),
        Ok(Locked::Account) => (
            words::PAGE_LOCKED_TITLE,
            words.text(words::PAGE_LOCKED_EXPLANATION),
        ),
        Err(refusal) => return refused(words, refusal),
    };
    Page::new(words, ROOT, Tone::Good, words.text(title))
        .paragraph(explanation)
        .paragraph(words.text(words::PAGE_LOCKED_NEXT))
        .link(
            words.text(words::PAGE_UNDONE_RESET),
            format!("{ROOT}forgot-password"),
        )
        .answer(StatusCode::OK)
}

fn refused(words: Words, refusal: Refusal) -> Response {
    let status = status_of(refusal.code());
    let problem = |title, explanation, next| {
        Page::new(words, ROOT, Tone::Problem, words.text(title))
            .paragraph(words.text(explanation))
            .paragraph(words.text(next))
            .answer(status)
    };
    match refusal.code() {
        ProblemCode::LinkSpent => problem(
            words::PAGE_SPENT_TITLE,
            words::PAGE_LOCK_SPENT_EXPLANATION,
            words::PAGE_LOCK_SPENT_NEXT,
        ),
        _ if status.is_server_error() => problem(
            words::PAGE_LATER_TITLE,
            words::PAGE_LATER_EXPLANATION,
            words::PAGE_LATER_NEXT,
        ),
        _ => refusal.into_response(),
    }
}
