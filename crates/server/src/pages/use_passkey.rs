//! `/use-passkey/{token}`: where a browser proves to have a passkey for a device that signs in, and gets the code for it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};
use latchkey_protocol::passkeys::group_completion;
use latchkey_protocol::problem::ProblemCode;

use super::page::{Form, Page, Passkey, Tone, words_for};
use super::{Token, question, refused, says, shown};
use crate::http::address::ClientAddress;
use crate::http::extract;
use crate::http::problem::{Answer, Refusal, status_of};
use crate::passkeys::{self, Asking};
use crate::state::ServerState;
use crate::words::{self, Words};

const ROOT: &str = "../";

/// Says which device asks; the key is used when the button is pressed.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    match passkeys::asking(&state, &token).await {
        Ok(asking) => form(&state, &token, words, &asking, None).answer(StatusCode::OK),
        Err(refusal) => refuse(words, refusal),
    }
}

fn form(
    state: &ServerState,
    token: &str,
    words: Words,
    asking: &Asking,
    said: Option<&'static str>,
) -> Page {
    let host = state.public_url().and_then(|url| url.host_str());
    let explanation = words.with(
        words::PAGE_USE_PASSKEY_EXPLANATION,
        &[
            ("device", &asking.device_name),
            ("origin", &asking.address),
            ("username", &asking.username),
            ("host", &host.unwrap_or_default()),
        ],
    );
    let title = words.text(words::PAGE_USE_PASSKEY_TITLE);
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(explanation)
        .paragraph(words.text(words::PAGE_USE_PASSKEY_WARNING))
        .form(Form {
            fields: Vec::new(),
            button: words.text(words::PAGE_USE_PASSKEY_BUTTON),
            origin: None,
            asks_for_proof: false,
            passkey: Some(Passkey {
                act: "get",
                options: format!("{}/options", shown(token)),
                button: None,
                says: says(words),
                said,
                without_script: Some(words.text(words::PAGE_PASSKEY_SCRIPT)),
            }),
        })
}

/// Gives the page's script what to ask the browser for.
pub(super) async fn options(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
) -> Answer<Response> {
    passkeys::ask_to_prove(&state, address, &token)
        .await
        .map(question)
}

/// Takes the proof and gives the code.
pub(super) async fn prove(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
    posted: Answer<extract::Form>,
) -> Response {
    let words = words_for(&headers);
    let [credential] = match posted.and_then(|posted| posted.fields(["credential"])) {
        Ok(fields) => fields,
        Err(refusal) => return refused(words, ROOT, refusal),
    };
    match passkeys::prove(&state, address, &token, &credential).await {
        Ok(code) => {
            let link = AppLink {
                kind: AppLinkKind::Passkey,
                token: code.clone(),
                server_id: Some(state.server_id),
            };
            let title = words.text(words::PAGE_PASSKEY_USED_TITLE);
            Page::new(words, ROOT, Tone::Good, title)
                .paragraph(words.text(words::PAGE_PASSKEY_USED_EXPLANATION))
                .code(
                    group_completion(&code),
                    (words.text(words::PAGE_PASSKEY_USED_APP), link.to_string()),
                    Some(words.text(words::PAGE_PASSKEY_USED_ELSE)),
                )
                .answer(StatusCode::OK)
        }
        Err(refusal) if refusal.code() == ProblemCode::InvalidFields => {
            match passkeys::asking(&state, &token).await {
                Ok(asking) => form(&state, &token, words, &asking, Some("failed"))
                    .answer(StatusCode::UNPROCESSABLE_ENTITY),
                Err(refusal) => refuse(words, refusal),
            }
        }
        Err(refusal) => refuse(words, refusal),
    }
}

fn refuse(words: Words, refusal: Refusal) -> Response {
    if refusal.code() != ProblemCode::LinkSpent {
        return refused(words, ROOT, refusal);
    }
    let title = words.text(words::PAGE_PASSKEY_SPENT_TITLE);
    Page::new(words, ROOT, Tone::Problem, title)
        .paragraph(words.text(words::PAGE_USE_PASSKEY_SPENT_EXPLANATION))
        .answer(status_of(refusal.code()))
}
