//! `/reset-password/{token}`: where the link in a mail for a forgotten password leads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use latchkey_protocol::app_link::{AppLink, AppLinkKind, SIGN_IN_LINK};
use latchkey_protocol::problem::{FieldCode, FieldProblem, ProblemCode};
use latchkey_protocol::recovery::{ResetPassword, app_token};

use super::page::{Field, Form, Page, Passkey, Tone, words_for};
use super::{Token, question, refused, says, shown};
use crate::http::address::ClientAddress;
use crate::http::extract;
use crate::http::problem::{Answer, Refusal, status_of};
use crate::passkeys;
use crate::recovery;
use crate::state::ServerState;
use crate::words::{self, Message, Words};

const ROOT: &str = "../";

/// The form, and nothing else.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    answer(&state, &token, words, &[], false, StatusCode::OK).await
}

/// The form: the same for every token, but for the way into the app, which is there where it leads somewhere.
async fn answer(
    state: &ServerState,
    token: &str,
    words: Words,
    problems: &[FieldProblem],
    asked: bool,
    status: StatusCode,
) -> Response {
    let opens_in_app = match recovery::opens_in_app(state, token).await {
        Ok(opens) => opens,
        Err(error) => return refused(words, ROOT, error.into()),
    };
    let page = form(state, token, words, problems, asked);
    if !opens_in_app {
        return page.answer(status);
    }
    let app = AppLink {
        kind: AppLinkKind::ResetPassword,
        token: app_token(&shown(token)),
        server_id: Some(state.server_id),
    };
    page.aside(app.to_string(), words.text(words::PAGE_RESET_APP))
        .answer(status)
}

/// Whether the account has two-step sign-in on is said to nobody who has not posted a password by its link: nothing is said of
/// a code before one was found missing, which `asked` says happened.
fn form(
    state: &ServerState,
    token: &str,
    words: Words,
    problems: &[FieldProblem],
    asked: bool,
) -> Page {
    let is_proof = |problem: &FieldProblem| ["code", "credential"].contains(&&*problem.field);
    let asks_for_proof = asked || problems.iter().any(is_proof);
    let error = |name: &str| {
        let problem = problems.iter().find(|problem| problem.field == name)?;
        Some(words.text(message_of(name, problem.code)))
    };
    let password = |name, label: Message, hint| Field {
        name,
        label: words.text(label),
        kind: "password",
        autocomplete: "new-password",
        required: true,
        hint,
        error: error(name),
    };
    // For a password manager, which keeps the new password under it: the page is the same for every account and says no
    // name. It is not looked at.
    let username = Field {
        name: "username",
        label: words.text(words::PAGE_RESET_USERNAME),
        kind: "text",
        autocomplete: "username",
        required: false,
        hint: Some(words.text(words::PAGE_RESET_USERNAME_HINT)),
        error: None,
    };
    let code = Field {
        name: "code",
        label: words.text(words::PAGE_RESET_CODE),
        kind: "text",
        autocomplete: "one-time-code",
        required: false,
        hint: Some(words.text(words::PAGE_RESET_CODE_HINT)),
        error: error("code"),
    };
    let token = shown(token);
    let origin = passkeys::origin(state);
    // Whether the account has a passkey is told to whoever presses its button.
    let passkey = (asks_for_proof && origin.is_some()).then(|| Passkey {
        act: "get",
        options: format!("{token}/passkey"),
        button: Some(words.text(words::PAGE_RESET_PASSKEY)),
        says: says(words),
        said: error("credential").map(|_| "failed"),
        without_script: None,
    });
    let title = words.text(words::PAGE_RESET_TITLE);
    let mut fields = vec![
        username,
        password(
            "new_password",
            words::PAGE_RESET_PASSWORD,
            Some(rules(state, words)),
        ),
        password("repeat", words::PAGE_RESET_REPEAT, None),
    ];
    if asks_for_proof {
        fields.insert(0, code);
    }
    Page::new(words, ROOT, Tone::Question, title)
        .paragraph(words.text(words::PAGE_RESET_EXPLANATION))
        .form(Form {
            fields,
            button: words.text(words::PAGE_RESET_BUTTON),
            passkey,
            // With a script only where it may matter; it would take a page back to where nothing is asked yet.
            origin: origin.filter(|origin| !asks_for_proof && is_this_computer(origin)),
            asks_for_proof,
        })
}

/// Whether an origin is this computer by its name, which may be opened by its address as well.
fn is_this_computer(origin: &str) -> bool {
    origin
        .strip_prefix("http://localhost")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// What a new password must satisfy, in words.
fn rules(state: &ServerState, words: Words) -> String {
    let policy = state.password_policy();
    let mut rules = vec![words.with(words::PAGE_RULE_LENGTH, &[("minimum", &policy.minimum)])];
    if let Some(minimum) = policy.minimum_with_second_factor {
        rules.push(words.with(words::PAGE_RULE_SECOND_FACTOR, &[("minimum", &minimum)]));
    }
    if let Some(maximum) = policy.maximum {
        rules.push(words.with(words::PAGE_RULE_MAXIMUM, &[("maximum", &maximum)]));
    }
    if policy.all_classes {
        rules.push(words.text(words::PAGE_RULE_CLASSES));
    }
    rules.join(" ")
}

/// What is said beside a field.
fn message_of(name: &str, code: FieldCode) -> Message {
    match code {
        FieldCode::Required if name == "code" => words::PAGE_FIELD_CODE_NEEDED,
        FieldCode::TooShort => words::PAGE_FIELD_TOO_SHORT,
        FieldCode::TooLong => words::PAGE_FIELD_TOO_LONG,
        FieldCode::TooCommon => words::PAGE_FIELD_TOO_COMMON,
        FieldCode::ContainsContext => words::PAGE_FIELD_CONTEXT,
        FieldCode::NoUpperCase
        | FieldCode::NoLowerCase
        | FieldCode::NoDigit
        | FieldCode::NoSpecial => words::PAGE_FIELD_CLASSES,
        FieldCode::Different => words::PAGE_FIELD_DIFFERENT,
        FieldCode::WrongCode => words::PAGE_FIELD_WRONG_CODE,
        _ => words::PAGE_FIELD_REQUIRED,
    }
}

/// Sets the password and says what became of it.
pub(super) async fn reset(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
    headers: HeaderMap,
    posted: Answer<extract::Form>,
) -> Response {
    let words = words_for(&headers);
    let again = async |problems: &[FieldProblem], asked| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        answer(&state, &token, words, problems, asked, status).await
    };
    let fields = [
        "username",
        "new_password",
        "repeat",
        "code",
        "credential",
        "proof",
    ];
    let [_, new_password, repeat, code, credential, proof] =
        match posted.and_then(|posted| posted.fields(fields)) {
            Ok(fields) => fields,
            Err(refusal) if refusal.code() == ProblemCode::TooLarge => {
                let too_long = FieldProblem::new("new_password", FieldCode::TooLong);
                return again(&[too_long], false).await;
            }
            Err(refusal) => return refused(words, ROOT, refusal),
        };
    let asked = !proof.is_empty();
    if new_password != repeat {
        return again(&[FieldProblem::new("repeat", FieldCode::Different)], asked).await;
    }
    let request = ResetPassword {
        token: token.clone(),
        new_password,
        code: Some(code),
    };
    let passkey = Some(credential.as_str()).filter(|credential| !credential.is_empty());
    match recovery::reset(&state, address, &request, passkey).await {
        Ok(()) => {
            let title = words.text(words::PAGE_RESET_DONE_TITLE);
            Page::new(words, ROOT, Tone::Good, title)
                .paragraph(words.text(words::PAGE_RESET_DONE_EXPLANATION))
                .link(
                    words.text(words::PAGE_RESET_DONE_APP),
                    SIGN_IN_LINK.to_owned(),
                )
                .answer(StatusCode::OK)
        }
        Err(refusal) if refusal.code() == ProblemCode::InvalidFields => {
            again(refusal.refused_fields(), asked).await
        }
        Err(refusal) if refusal.code() == ProblemCode::LinkSpent => spent(&state, words, &refusal),
        Err(refusal) => refused(words, ROOT, refusal),
    }
}

/// Gives the page's script what to ask the browser for.
pub(super) async fn ask_for_passkey(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    address: ClientAddress,
) -> Answer<Response> {
    recovery::ask_for_passkey(&state, address, &token)
        .await
        .map(question)
}

fn spent(state: &ServerState, words: Words, refusal: &Refusal) -> Response {
    let title = words.text(words::PAGE_RESET_SPENT_TITLE);
    // Inside the app, it is the app alone that may ask for another.
    let (target, text) = if state.config.app.is_some() {
        (SIGN_IN_LINK.to_owned(), words::PAGE_RESET_DONE_APP)
    } else {
        (format!("{ROOT}forgot-password"), words::PAGE_FORGOT_AGAIN)
    };
    Page::new(words, ROOT, Tone::Problem, title)
        .paragraph(words.text(words::PAGE_RESET_SPENT_EXPLANATION))
        .aside(target, words.text(text))
        .answer(status_of(refusal.code()))
}
