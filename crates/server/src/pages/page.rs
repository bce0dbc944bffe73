//! What all pages share: the frame, the headers, the language.

use askama::Template;
use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::http::problem::Refusal;
use crate::words::{self, Words};

/// Nothing but the one style sheet and forms back to this server; in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, with the one script that passkeys need, which speaks to this server alone and makes no markup.
const POLICY_WITH_SCRIPT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// How a page's message is to be taken; there is a sign and a colour for each but the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Question,
    Good,
    Problem,
}

/// What a person can do on a page.
#[derive(Debug)]
pub(super) struct Action {
    /// On the button that posts to the page's own address.
    pub button: String,
    /// A link into the app, and what it says.
    pub app_url: String,
    pub app_label: String,
}

/// Where a page leads on to.
#[derive(Debug)]
struct Link {
    label: String,
    url: String,
}

/// One of several answers.
#[derive(Debug)]
pub(super) struct Choice {
    pub button: String,
    /// Where its button posts to, seen from the page's own address.
    pub target: String,
    /// Whether it does more than the others.
    pub grave: bool,
}

/// What a person fills in; posts to the page's own address.
#[derive(Debug)]
pub(super) struct Form {
    pub fields: Vec<Field>,
    pub button: String,
    /// What the page's script asks the browser for; its answer is posted as the field `credential`.
    pub passkey: Option<Passkey>,
    /// The origin to go on at where the page was opened by this computer's address, by which browsers use no passkeys; `None`
    /// for pages that are given out by the right one.
    pub origin: Option<String>,
    /// Whether a code or a passkey is asked for, so that what comes back says so.
    pub asks_for_proof: bool,
}

/// A passkey that is made or used with a form.
#[derive(Debug)]
pub(super) struct Passkey {
    /// `create` or `get` (Web Authentication, section 5.1).
    pub act: &'static str,
    /// Where the script asks what to ask, seen from the page's own address.
    pub options: String,
    /// On the button that uses it where it can take the place of something else; `None` where the form is for it alone, and
    /// its own button does.
    pub button: Option<String>,
    /// What the script may have to say, by the names it has for them.
    pub says: Vec<(&'static str, String)>,
    /// Which of them is said when the page opens.
    pub said: Option<&'static str>,
    /// For browsers that run no script, where nothing works without.
    pub without_script: Option<String>,
}

impl Passkey {
    fn is_said(&self, name: &str) -> bool {
        self.said == Some(name)
    }

    /// Whether what it says is no trouble.
    fn is_good(name: &str) -> bool {
        name == "ready"
    }
}

/// One line to fill in. What was entered is never shown again.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in what is posted.
    pub name: &'static str,
    pub label: String,
    /// The type and the purpose of the input (HTML, section 4.10.18.7).
    pub kind: &'static str,
    pub autocomplete: &'static str,
    pub required: bool,
    pub hint: Option<String>,
    /// What is wrong with what was entered, and how to mend it.
    pub error: Option<String>,
}

/// A way on from a page.
#[derive(Debug)]
pub(super) struct Aside {
    pub url: String,
    pub label: String,
}

/// A page.
#[derive(Debug, Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    language: &'static str,
    product: String,
    /// The way up from this page to the server's root, below which the style sheet is.
    root: &'static str,
    tone: Tone,
    title: String,
    paragraphs: Vec<String>,
    action: Option<Action>,
    choices: Vec<Choice>,
    link: Option<Link>,
    form: Option<Form>,
    /// A code to be copied or typed.
    code: Option<String>,
    /// The way on that most people take.
    way: Option<Link>,
    notes: Vec<String>,
    aside: Option<Aside>,
}

impl Page {
    pub(super) fn new(words: Words, root: &'static str, tone: Tone, title: String) -> Self {
        Self {
            language: words.language(),
            product: words.text(words::PAGE_PRODUCT),
            root,
            tone,
            title,
            paragraphs: Vec::new(),
            action: None,
            choices: Vec::new(),
            link: None,
            form: None,
            code: None,
            way: None,
            notes: Vec::new(),
            aside: None,
        }
    }

    pub(super) fn paragraph(mut self, text: String) -> Self {
        self.paragraphs.push(text);
        self
    }

    pub(super) fn action(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    pub(super) fn choice(mut self, choice: Choice) -> Self {
        self.choices.push(choice);
        self
    }

    pub(super) fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    pub(super) fn aside(mut self, url: String, label: String) -> Self {
        self.aside = Some(Aside { url, label });
        self
    }

    pub(super) fn link(mut self, label: String, url: String) -> Self {
        self.link = Some(Link { label, url });
        self
    }

    /// A code, the way on with it, and what to do where that does not work.
    pub(super) fn code(
        mut self,
        code: String,
        way: (String, String),
        note: Option<String>,
    ) -> Self {
        let (label, url) = way;
        self.code = Some(code);
        self.way = Some(Link { label, url });
        self.notes.extend(note);
        self
    }

    fn has_script(&self) -> bool {
        self.form
            .as_ref()
            .is_some_and(|form| form.passkey.is_some() || form.origin.is_some())
    }

    pub(super) fn answer(self, status: StatusCode) -> Response {
        let body = match self.render() {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a page's template failed");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let headers: [(HeaderName, &str); 8] = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_LANGUAGE, self.language),
            (
                CONTENT_SECURITY_POLICY,
                if self.has_script() {
                    POLICY_WITH_SCRIPT
                } else {
                    POLICY
                },
            ),
            // The address holds a token, for no other site; with `no-referrer`, a form's `Origin` would be `null`.
            (REFERRER_POLICY, "same-origin"),
            (CACHE_CONTROL, "no-store"),
            (VARY, "Accept-Language"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (HeaderName::from_static("x-robots-tag"), "noindex"),
        ];
        (status, headers, body).into_response()
    }
}

/// The language that a browser asks for.
pub(super) fn words_for(headers: &HeaderMap) -> Words {
    let accepted = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Words::accepted(accepted)
}

/// Whether a browser asks, and no program.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"))
}

/// What answers where nothing is: a page to a browser, a problem to a program.
pub async fn missing(uri: Uri, headers: HeaderMap) -> Response {
    if !wants_page(&headers) || uri.path().starts_with("/v1/") {
        return Refusal::not_found().into_response();
    }
    let words = words_for(&headers);
    let title = words.text(words::PAGE_MISSING_TITLE);
    Page::new(words, "/", Tone::Problem, title)
        .paragraph(words.text(words::PAGE_MISSING_EXPLANATION))
        .answer(StatusCode::NOT_FOUND)
}
