//! The few pages that a browser needs: plain HTML, without a script but where passkeys are, which browsers give to scripts
//! alone. Nothing on GET has an effect, because mail scanners open links.

mod add_passkey;
mod approve_device;
mod confirm_email;
mod email_change;
mod forgot_password;
mod home;
mod lock;
mod page;
mod reset_password;
mod same_site;
mod use_passkey;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use latchkey_protocol::app_link::is_of_token;
use latchkey_protocol::problem::ProblemCode;

use self::page::{Page, Tone};
use crate::http::problem::{Refusal, status_of};
use crate::state::ServerState;
use crate::words::{self, Message, Words};

/// The style of all pages, under a name that changes with its content only by a new release.
const STYLE: &str = include_str!("../../templates/pages.css");

/// Pages whose address ends in a token.
const PAGES: [&str; 8] = [
    "confirm-email",
    "reset-password",
    "add-passkey",
    "use-passkey",
    "lock",
    "approve-device",
    "confirm-email-change",
    "undo-email-change",
];

/// Whether a path is of a page that a link leads to, or of what such a page loads: what a browser gets that is not the app.
pub(crate) fn is_of_a_link(path: &str) -> bool {
    let path = path.strip_prefix('/').unwrap_or_default();
    matches!(path, "pages.css" | "passkeys.js")
        || path
            .split_once('/')
            .is_some_and(|(page, _)| PAGES.contains(&page))
}

/// The token in a page's address, without what mail programs leave at the ends of a link.
struct Token(String);

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        let Path(token) = Path::<String>::from_request_parts(parts, state).await?;
        let token = token.trim_matches(|character| !is_of_token(character));
        Ok(Self(token.to_owned()))
    }
}

/// The page whose address was written with a slash at its end.
async fn without_slash(Token(token): Token) -> Redirect {
    Redirect::permanent(&format!("../{token}"))
}

/// All pages. They stand beside the API and not in its description.
pub fn router(state: &Arc<ServerState>) -> Router<Arc<ServerState>> {
    let slashed = PAGES.iter().fold(Router::new(), |router, page| {
        router.route(&format!("/{page}/{{token}}/"), get(without_slash))
    });
    slashed
        .route("/", get(home::show))
        .route(
            "/confirm-email/{token}",
            get(confirm_email::ask).post(confirm_email::confirm),
        )
        .route(
            "/forgot-password",
            get(forgot_password::ask).post(forgot_password::request),
        )
        .route(
            "/reset-password/{token}",
            get(reset_password::ask).post(reset_password::reset),
        )
        .route(
            "/reset-password/{token}/passkey",
            post(reset_password::ask_for_passkey),
        )
        .route(
            "/add-passkey/{token}",
            get(add_passkey::ask).post(add_passkey::add),
        )
        .route("/add-passkey/{token}/options", post(add_passkey::options))
        .route(
            "/use-passkey/{token}",
            get(use_passkey::ask).post(use_passkey::prove),
        )
        .route("/use-passkey/{token}/options", post(use_passkey::options))
        .route("/lock/{token}", get(lock::ask).post(lock::lock))
        .route("/approve-device/{token}", get(approve_device::show))
        .route(
            "/confirm-email-change/{token}",
            get(email_change::ask_to_confirm).post(email_change::confirm),
        )
        .route(
            "/undo-email-change/{token}",
            get(email_change::ask_to_undo).post(email_change::undo),
        )
        .route("/pages.css", get(style))
        .route("/passkeys.js", get(script))
        .layer(from_fn_with_state(
            Arc::clone(state),
            same_site::refuse_others,
        ))
}

pub use self::page::missing;

async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, STYLE).into_response()
}

/// The one script: pages without passkeys have none.
const SCRIPT: &str = include_str!("../../templates/passkeys.js");

async fn script() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, SCRIPT).into_response()
}

/// What a script asks the browser for.
fn question(json: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}

/// Nothing but the characters of a token goes into a page; what is no token is refused when it is posted.
fn shown(token: &str) -> String {
    token
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        .take(64)
        .collect()
}

/// What the script of a page with passkeys may have to say.
fn says(words: Words) -> Vec<(&'static str, String)> {
    [
        ("unsupported", words::PAGE_PASSKEY_UNSUPPORTED),
        ("cancelled", words::PAGE_PASSKEY_CANCELLED),
        ("known", words::PAGE_PASSKEY_KNOWN),
        ("none", words::PAGE_PASSKEY_NONE),
        ("spent", words::PAGE_PASSKEY_SPENT),
        ("failed", words::PAGE_PASSKEY_FAILED),
        ("ready", words::PAGE_PASSKEY_READY),
    ]
    .map(|(name, message)| (name, words.text(message)))
    .to_vec()
}

/// The page for a refusal that several pages know alike; `root` as for the page.
fn refused(words: Words, root: &'static str, refusal: Refusal) -> Response {
    let status = status_of(refusal.code());
    let problem = |title: Message, explanation: String, next: Option<Message>| {
        let page = Page::new(words, root, Tone::Problem, words.text(title)).paragraph(explanation);
        match next {
            Some(next) => page.paragraph(words.text(next)),
            None => page,
        }
        .answer(status)
    };
    match refusal.code() {
        ProblemCode::TooManyAttempts => {
            let minutes = refusal.wait().unwrap_or(60).div_ceil(60);
            let text = words.with(words::PAGE_TOO_MANY_EXPLANATION, &[("minutes", &minutes)]);
            let mut response = problem(words::PAGE_TOO_MANY_TITLE, text, None);
            if let Some(seconds) = refusal.wait() {
                let headers = response.headers_mut();
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        _ if status.is_server_error() => problem(
            words::PAGE_LATER_TITLE,
            words.text(words::PAGE_LATER_EXPLANATION),
            Some(words::PAGE_LATER_NEXT),
        ),
        _ => refusal.into_response(),
    }
}
