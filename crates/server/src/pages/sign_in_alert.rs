//! `/sign-in-alert/{token}`: where the link in a mail about a new device leads. Opening it does nothing; each answer is a
//! POST to an address of its own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::problem::ProblemCode;

use super::Token;
use super::page::{Choice, Page, Tone, words_for};
use crate::http::address::ClientAddress;
use crate::http::problem::status_of;
use crate::sign_in_alerts;
use crate::state::ServerState;
use crate::sync::Actor;
use crate::words::{self, Message};

/// Asks, and does nothing else: the same page for every token, without a look at the database.
pub(super) async fn ask(Token(token): Token, headers: HeaderMap) -> Response {
    let words = words_for(&headers);
    // Nothing but the characters of a token goes into the page; what is no token is refused when it is posted.
    let token: String = token
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        .take(64)
        .collect();
    let choice = |button: Message, answer: &str, grave| Choice {
        button: words.text(button),
        target: format!("{token}/{answer}"),
        grave,
    };
    let title = words.text(words::PAGE_ALERT_TITLE);
    Page::new(words, "../", Tone::Question, title)
        .paragraph(words.text(words::PAGE_ALERT_EXPLANATION))
        .paragraph(words.text(words::PAGE_ALERT_EFFECT))
        .choice(choice(words::PAGE_ALERT_MINE, "mine", false))
        .choice(choice(words::PAGE_ALERT_NOT_MINE, "not-mine", true))
        .answer(StatusCode::OK)
}

/// "It was me."
pub(super) async fn mine(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, true, address, &headers).await
}

/// "It was not me."
pub(super) async fn not_mine(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, false, address, &headers).await
}

async fn answer(
    state: &Arc<ServerState>,
    token: &str,
    was_me: bool,
    address: ClientAddress,
    headers: &HeaderMap,
) -> Response {
    let words = words_for(headers);
    let page = |tone, title: Message| Page::new(words, "../../", tone, words.text(title));
    let actor = Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    };
    let refusal = match sign_in_alerts::answer_by_link(state, token, was_me, actor).await {
        Ok(device) if was_me => {
            let explanation = words::PAGE_ALERT_CONFIRMED_EXPLANATION;
            return page(Tone::Good, words::PAGE_ALERT_CONFIRMED_TITLE)
                .paragraph(words.with(explanation, &[("device", &device)]))
                .answer(StatusCode::OK);
        }
        Ok(device) => {
            let explanation = words::PAGE_ALERT_DISOWNED_EXPLANATION;
            return page(Tone::Good, words::PAGE_ALERT_DISOWNED_TITLE)
                .paragraph(words.with(explanation, &[("device", &device)]))
                .paragraph(words.text(words::PAGE_ALERT_DISOWNED_NEXT))
                .answer(StatusCode::OK);
        }
        Err(refusal) => refusal,
    };
    let status = status_of(refusal.code());
    let problem = |title, explanation, next| {
        page(Tone::Problem, title)
            .paragraph(words.text(explanation))
            .paragraph(words.text(next))
            .answer(status)
    };
    match refusal.code() {
        ProblemCode::LinkSpent => problem(
            words::PAGE_ALERT_SPENT_TITLE,
            words::PAGE_ALERT_SPENT_EXPLANATION,
            words::PAGE_ALERT_SPENT_NEXT,
        ),
        _ if status.is_server_error() => problem(
            words::PAGE_LATER_TITLE,
            words::PAGE_LATER_EXPLANATION,
            words::PAGE_LATER_NEXT,
        ),
        _ => refusal.into_response(),
    }
}
