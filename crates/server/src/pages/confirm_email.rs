//! `/confirm-email/{token}`: where the link in a mail leads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::problem::ProblemCode;

use super::Token;
use super::page::{Action, Page, Tone, words_for};
use crate::contacts;
use crate::http::address::ClientAddress;
use crate::http::problem::status_of;
use crate::state::ServerState;
use crate::sync::Actor;
use crate::words::{self, Message};

const ROOT: &str = "../";

/// Asks, and does nothing else: the same page for every token, without a look at the database.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    // Nothing but the characters of a token goes into the link; what is no token is refused when it is posted.
    let token: String = token
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        .take(64)
        .collect();
    Page::new(
        words,
        ROOT,
        Tone::Question,
        words.text(words::PAGE_CONFIRM_TITLE),
    )
    .paragraph(words.text(words::PAGE_CONFIRM_EXPLANATION))
    .action(Action {
        button: words.text(words::PAGE_CONFIRM_BUTTON),
        app_url: AppLink {
            kind: AppLinkKind::ConfirmEmail,
            token,
            server_id: Some(state.server_id),
        }
        .to_string(),
        app_label: words.text(words::PAGE_CONFIRM_APP),
    })
    .answer(StatusCode::OK)
}

/// Confirms and says what became of it.
pub(super) async fn confirm(
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
    let refusal = match contacts::confirm(&state, &token, actor).await {
        Ok(address) => {
            let explanation =
                words.with(words::PAGE_CONFIRMED_EXPLANATION, &[("address", &address)]);
            let title = words.text(words::PAGE_CONFIRMED_TITLE);
            return Page::new(words, ROOT, Tone::Good, title)
                .paragraph(explanation)
                .paragraph(words.text(words::PAGE_CONFIRMED_NEXT))
                .answer(StatusCode::OK);
        }
        Err(refusal) => refusal,
    };
    let problem = |status, title: Message, explanation, next| {
        Page::new(words, ROOT, Tone::Problem, words.text(title))
            .paragraph(words.text(explanation))
            .paragraph(words.text(next))
            .answer(status)
    };
    let status = status_of(refusal.code());
    match refusal.code() {
        ProblemCode::AlreadyConfirmed => Page::new(
            words,
            ROOT,
            Tone::Good,
            words.text(words::PAGE_ALREADY_TITLE),
        )
        .paragraph(words.text(words::PAGE_ALREADY_EXPLANATION))
        .paragraph(words.text(words::PAGE_CONFIRMED_NEXT))
        .answer(status),
        ProblemCode::LinkSpent => problem(
            status,
            words::PAGE_SPENT_TITLE,
            words::PAGE_SPENT_EXPLANATION,
            words::PAGE_SPENT_NEXT,
        ),
        ProblemCode::NotAllowedNow => problem(
            status,
            words::PAGE_ELSEWHERE_TITLE,
            words::PAGE_ELSEWHERE_EXPLANATION,
            words::PAGE_ELSEWHERE_NEXT,
        ),
        _ if status.is_server_error() => problem(
            status,
            words::PAGE_LATER_TITLE,
            words::PAGE_LATER_EXPLANATION,
            words::PAGE_LATER_NEXT,
        ),
        _ => refusal.into_response(),
    }
}
