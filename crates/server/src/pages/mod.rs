//! The few pages that a browser needs: plain HTML, without a script but where passkeys are, which browsers give to scripts
//! alone. Nothing on GET has an effect, because mail scanners open links.

mod add_passkey;
mod confirm_email;
mod email_change;
mod forgot_password;
mod home;
mod page;
mod reset_password;
mod same_site;
mod sign_in_alert;
mod use_passkey;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use latchkey_protocol::app_link::is_of_token;
use latchkey_protocol::problem::ProblemCode;

use self::page::{Page, Tone};
use crate::access::Routes;
use crate::http::problem::{Refusal, status_of};
use crate::words::{self, Message, Words};

/// The style of all pages, under a name that changes with its content only by a new release.
const STYLE: &str = include_str!("../../templates/pages.css");

/// Pages whose address ends in a token.
const PAGES: [&str; 7] = [
    "confirm-email",
    "reset-password",
    "add-passkey",
    "use-passkey",
    "sign-in-alert",
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
pub(crate) fn router() -> Routes {
    let slashed = PAGES.iter().fold(Routes::new(), |routes, page| {
        routes.get(&format!("/{page}/{{token}}/"), without_slash)
    });
    slashed
        .get("/", home::show)
        .get("/confirm-email/{token}", confirm_email::ask)
        .post("/confirm-email/{token}", confirm_email::confirm)
        .get("/forgot-password", forgot_password::ask)
        .post("/forgot-password", forgot_password::request)
        .get("/reset-password/{token}", reset_password::ask)
        .post("/reset-password/{token}", reset_password::reset)
        .post(
            "/reset-password/{token}/passkey",
            reset_password::ask_for_passkey,
        )
        .get("/add-passkey/{token}", add_passkey::ask)
        .post("/add-passkey/{token}", add_passkey::add)
        .post("/add-passkey/{token}/options", add_passkey::options)
        .get("/use-passkey/{token}", use_passkey::ask)
        .post("/use-passkey/{token}", use_passkey::prove)
        .post("/use-passkey/{token}/options", use_passkey::options)
        .get("/sign-in-alert/{token}", sign_in_alert::ask)
        .post("/sign-in-alert/{token}/mine", sign_in_alert::mine)
        .post("/sign-in-alert/{token}/not-mine", sign_in_alert::not_mine)
        .get(
            "/confirm-email-change/{token}",
            email_change::ask_to_confirm,
        )
        .post("/confirm-email-change/{token}", email_change::confirm)
        .get("/undo-email-change/{token}", email_change::ask_to_undo)
        .post("/undo-email-change/{token}", email_change::undo)
        .get("/pages.css", style)
        .get("/passkeys.js", script)
}

pub use self::page::missing;
pub(crate) use self::same_site::{is_from_here, refuse_foreign};

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
        ProblemCode::Frozen => problem(
            words::PAGE_FROZEN_TITLE,
            words.text(words::PAGE_FROZEN_EXPLANATION),
            Some(words::PAGE_FROZEN_NEXT),
        ),
        _ if status.is_server_error() => problem(
            words::PAGE_LATER_TITLE,
            words.text(words::PAGE_LATER_EXPLANATION),
            Some(words::PAGE_LATER_NEXT),
        ),
        _ => refusal.into_response(),
    }
}
