//! `/confirm-email-change/{token}` and `/undo-email-change/{token}`: where the links of a changed address lead. Opening
//! them does nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::problem::ProblemCode;

use super::Token;
use super::page::{Action, Choice, Page, Tone, words_for};
use super::shown;
use crate::email_change;
use crate::http::address::ClientAddress;
use crate::http::problem::{Refusal, status_of};
use crate::state::ServerState;
use crate::sync::Actor;
use crate::words::{self, Message, Words};

const ROOT: &str = "../";

fn somebody_at(address: ClientAddress) -> Actor {
    Actor {
        address: Some(address.0.to_string()),
        ..Actor::default()
    }
}

/// Asks whether to confirm: the same page for every token, without a look at the database.
pub(super) async fn ask_to_confirm(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    let title = words.text(words::PAGE_CHANGE_TITLE);
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(words.text(words::PAGE_CHANGE_EXPLANATION))
        .action(Action {
            button: words.text(words::PAGE_CHANGE_BUTTON),
            app_url: AppLink {
                kind: AppLinkKind::ConfirmEmailChange,
                token: shown(&token),
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
    match email_change::confirm(&state, &token, somebody_at(address)).await {
        Ok(confirmed) => {
            let (title, explanation) = if confirmed.completed {
                (words::PAGE_CHANGED_TITLE, words::PAGE_CHANGED_EXPLANATION)
            } else {
                (
                    words::PAGE_CHANGE_WAITS_TITLE,
                    words::PAGE_CHANGE_WAITS_EXPLANATION,
                )
            };
            let explanation = words.with(explanation, &[("address", &confirmed.new_address)]);
            Page::new(words, ROOT, Tone::Good, words.text(title))
                .paragraph(explanation)
                .paragraph(words.text(words::PAGE_CONFIRMED_NEXT))
                .answer(StatusCode::OK)
        }
        Err(refusal) => refused(
            words,
            refusal,
            words::PAGE_CHANGE_SPENT_EXPLANATION,
            words::PAGE_CHANGE_SPENT_NEXT,
        ),
    }
}

/// Asks whether to undo: the same page for every token, without a look at the database.
pub(super) async fn ask_to_undo(Token(token): Token, headers: HeaderMap) -> Response {
    let words = words_for(&headers);
    let title = words.text(words::PAGE_UNDO_TITLE);
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(words.text(words::PAGE_UNDO_EXPLANATION))
        .choice(Choice {
            button: words.text(words::PAGE_UNDO_BUTTON),
            target: shown(&token),
            grave: true,
        })
        .answer(StatusCode::OK)
}

/// Undoes and leads to a new password.
pub(super) async fn undo(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    match email_change::undo(&state, &token, somebody_at(address)).await {
        Ok(undone) => {
            let explanation = words.with(
                words::PAGE_UNDONE_EXPLANATION,
                &[("address", &undone.address), ("username", &undone.username)],
            );
            let title = words.text(words::PAGE_UNDONE_TITLE);
            Page::new(words, ROOT, Tone::Good, title)
                .paragraph(explanation)
                .paragraph(words.text(words::PAGE_UNDONE_NEXT))
                .link(
                    words.text(words::PAGE_UNDONE_RESET),
                    format!("{ROOT}forgot-password"),
                )
                .answer(StatusCode::OK)
        }
        Err(refusal) => refused(
            words,
            refusal,
            words::PAGE_UNDO_SPENT_EXPLANATION,
            words::PAGE_UNDO_SPENT_NEXT,
        ),
    }
}

fn refused(words: Words, refusal: Refusal, explanation: Message, next: Message) -> Response {
    let status = status_of(refusal.code());
    let problem = |title, explanation, next| {
        Page::new(words, ROOT, Tone::Problem, words.text(title))
            .paragraph(words.text(explanation))
            .paragraph(words.text(next))
            .answer(status)
    };
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
        ProblemCode::LinkSpent => problem(words::PAGE_SPENT_TITLE, explanation, next),
        ProblemCode::NotAllowedNow => problem(
            words::PAGE_ELSEWHERE_TITLE,
            words::PAGE_ELSEWHERE_EXPLANATION,
            words::PAGE_ELSEWHERE_NEXT,
        ),
        _ if status.is_server_error() => problem(
            words::PAGE_LATER_TITLE,
            words::PAGE_LATER_EXPLANATION,
            words::PAGE_LATER_NEXT,
        ),
        _ => refusal.into_response(),
    }
}
