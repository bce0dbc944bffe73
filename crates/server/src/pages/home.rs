//! `/`: what this server is, for whoever opens its address in a browser.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use latchkey_protocol::app_link::SIGN_IN_LINK;
use url::Position;

use super::page::{Page, Tone, wants_page, words_for};
use crate::http::problem::Refusal;
use crate::state::ServerState;
use crate::words;

/// Says what this is, how to get the app, and what to type there. To a program there is nothing here.
pub(super) async fn show(State(state): State<Arc<ServerState>>, headers: HeaderMap) -> Response {
    if !wants_page(&headers) {
        return Refusal::not_found().into_response();
    }
    let words = words_for(&headers);
    let url = state.public_url();
    let host = url.and_then(|url| url.host_str()).unwrap_or_default();
    let address = url.map_or("", |url| {
        // What the app adds by itself is not typed; a path is.
        let end = if url.path() == "/" {
            Position::BeforePath
        } else {
            Position::AfterPath
        };
        let start = if url.scheme() == "https" {
            Position::BeforeHost
        } else {
            Position::BeforeScheme
        };
        &url[start..end]
    });
    let title = words.with(words::PAGE_HOME_TITLE, &[("host", &host)]);
    Page::new(words, "", Tone::Question, title)
        .paragraph(words.text(words::PAGE_HOME_EXPLANATION))
        .paragraph(words.with(words::PAGE_HOME_APP, &[("host", &host)]))
        .paragraph(words.text(words::PAGE_HOME_CONNECT))
        .code(
            address.to_owned(),
            (words.text(words::PAGE_HOME_OPEN), SIGN_IN_LINK.to_owned()),
            None,
        )
        .aside(
            "forgot-password".to_owned(),
            words.text(words::PAGE_HOME_FORGOTTEN),
        )
        .answer(StatusCode::OK)
}
