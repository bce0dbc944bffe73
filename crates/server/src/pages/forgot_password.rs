//! `/forgot-password`: asking for a link, for people who have no app at hand.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use latchkey_protocol::text;

use super::page::{Field, Form, Page, Tone, words_for};
use super::refused;
use crate::http::address::ClientAddress;
use crate::http::extract;
use crate::http::problem::Answer;
use crate::recovery;
use crate::state::ServerState;
use crate::words::{self, Words};

const ROOT: &str = "";

/// The form, and nothing else.
pub(super) async fn ask(headers: HeaderMap) -> Response {
    form(words_for(&headers), None).answer(StatusCode::OK)
}

fn form(words: Words, error: Option<String>) -> Page {
    let title = words.text(words::PAGE_FORGOT_TITLE);
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(words.text(words::PAGE_FORGOT_EXPLANATION))
        .form(Form {
            fields: vec![Field {
                name: "login",
                label: words.text(words::PAGE_FORGOT_LOGIN),
                kind: "text",
                autocomplete: "username",
                required: true,
                hint: None,
                error,
            }],
            button: words.text(words::PAGE_FORGOT_BUTTON),
            passkey: None,
            origin: None,
            asks_for_proof: false,
        })
}

/// Asks for the link and says the same for every name.
pub(super) async fn request(
    State(state): State<Arc<ServerState>>,
    address: ClientAddress,
    headers: HeaderMap,
    posted: Answer<extract::Form>,
) -> Response {
    let words = words_for(&headers);
    let login = match posted.and_then(|posted| posted.fields(["login"])) {
        Ok([login]) => login,
        Err(refusal) => return refused(words, ROOT, refusal),
    };
    if text::trim(&login).is_empty() {
        let error = words.text(words::PAGE_FIELD_REQUIRED);
        return form(words, Some(error)).answer(StatusCode::UNPROCESSABLE_ENTITY);
    }
    if let Err(refusal) = recovery::request(&state, address, &login, None).await {
        return refused(words, ROOT, refusal);
    }
    let host = state.public_url().and_then(|url| url.host_str());
    let help = words.with(
        words::PAGE_FORGOT_SENT_HELP,
        &[("host", &host.unwrap_or_default())],
    );
    let title = words.text(words::PAGE_FORGOT_SENT_TITLE);
    Page::new(words, ROOT, Tone::Good, title)
        .paragraph(words.text(words::PAGE_FORGOT_SENT_EXPLANATION))
        .paragraph(help)
        .aside(
            "forgot-password".to_owned(),
            words.text(words::PAGE_FORGOT_AGAIN),
        )
        .answer(StatusCode::ACCEPTED)
}
