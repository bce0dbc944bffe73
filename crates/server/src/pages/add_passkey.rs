//! `/add-passkey/{token}`: where a browser makes a passkey for the account that invited it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::text;

use super::page::{Field, Form, Page, Passkey, Tone, words_for};
use super::{Token, question, refused, says, shown};
use crate::http::address::ClientAddress;
use crate::http::extract;
use crate::http::problem::{Answer, Refusal, status_of};
use crate::passkeys::{self, Invited};
use crate::state::ServerState;
use crate::words::{self, Words};

const ROOT: &str = "../";

/// Asks for a name; the key is made when the button is pressed.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    match passkeys::invited(&state, &token).await {
        Ok(invited) => form(&state, &token, words, &invited, &[]).answer(StatusCode::OK),
        Err(refusal) => refuse(words, refusal),
    }
}

fn form(
    state: &ServerState,
    token: &str,
    words: Words,
    invited: &Invited,
    problems: &[FieldProblem],
) -> Page {
    let host = state.public_url().and_then(|url| url.host_str());
    let explanation = words.with(
        words::PAGE_ADD_PASSKEY_EXPLANATION,
        &[
            ("username", &invited.username),
            ("host", &host.unwrap_or_default()),
            ("device", &invited.device_name),
        ],
    );
    let error = |name: &str| problems.iter().find(|problem| problem.field == name);
    let name = Field {
        name: "name",
        label: words.text(words::PAGE_ADD_PASSKEY_NAME),
        kind: "text",
        autocomplete: "off",
        required: true,
        hint: Some(words.text(words::PAGE_ADD_PASSKEY_NAME_HINT)),
        error: error("name").map(|problem| {
            words.text(match problem.code {
                FieldCode::TooLong => words::PAGE_FIELD_TOO_LONG,
                FieldCode::InvalidCharacters => words::PAGE_FIELD_CHARACTERS,
                _ => words::PAGE_FIELD_REQUIRED,
            })
        }),
    };
    let title = words.text(words::PAGE_ADD_PASSKEY_TITLE);
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(explanation)
        .paragraph(words.text(words::PAGE_ADD_PASSKEY_CHOICE))
        .form(Form {
            fields: vec![name],
            button: words.text(words::PAGE_ADD_PASSKEY_BUTTON),
            origin: None,
            asks_for_proof: false,
            passkey: Some(Passkey {
                act: "create",
                options: format!("{}/options", shown(token)),
                button: None,
                says: says(words),
                said: error("credential").map(|_| "failed"),
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
    passkeys::ask_to_add(&state, address, &token)
        .await
        .map(question)
}

/// Adds the passkey and says what became of it.
pub(super) async fn add(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
    posted: Answer<extract::Form>,
) -> Response {
    let words = words_for(&headers);
    let fields = posted.and_then(|posted| posted.fields(["name", "credential"]));
    let [name, credential] = match fields {
        Ok(fields) => fields,
        Err(refusal) => return refused(words, ROOT, refusal),
    };
    match passkeys::finish_adding(&state, address, &token, &name, &credential).await {
        Ok(()) => {
            let title = words.text(words::PAGE_PASSKEY_ADDED_TITLE);
            let explanation = words.with(
                words::PAGE_PASSKEY_ADDED_EXPLANATION,
                &[("name", &text::line(&name))],
            );
            Page::new(words, ROOT, Tone::Good, title)
                .paragraph(explanation)
                .paragraph(words.text(words::PAGE_PASSKEY_ADDED_NEXT))
                .answer(StatusCode::OK)
        }
        Err(refusal) if refusal.code() == ProblemCode::InvalidFields => {
            match passkeys::invited(&state, &token).await {
                Ok(invited) => form(&state, &token, words, &invited, refusal.refused_fields())
                    .answer(StatusCode::UNPROCESSABLE_ENTITY),
                Err(refusal) => refuse(words, refusal),
            }
        }
        Err(refusal) => refuse(words, refusal),
    }
}

fn refuse(words: Words, refusal: Refusal) -> Response {
    let (title, explanation) = match refusal.code() {
        ProblemCode::LinkSpent => (
            words::PAGE_PASSKEY_SPENT_TITLE,
            words::PAGE_ADD_PASSKEY_SPENT_EXPLANATION,
        ),
        ProblemCode::NotAllowedNow => (
            words::PAGE_ADD_PASSKEY_REFUSED_TITLE,
            words::PAGE_ADD_PASSKEY_REFUSED_EXPLANATION,
        ),
        _ => return refused(words, ROOT, refusal),
    };
    Page::new(words, ROOT, Tone::Problem, words.text(title))
        .paragraph(words.text(explanation))
        .answer(status_of(refusal.code()))
}
