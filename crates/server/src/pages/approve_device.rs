//! `/approve-device/{token}`: where the link in a mail to approve a device leads. The page approves nothing: the app on that
//! device does, which asked for the link.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use latchkey_protocol::app_link::{AppLink, AppLinkKind};

use super::page::{Page, Tone, words_for};
use super::{Token, shown};
use crate::state::ServerState;
use crate::words;

/// The same page for every token, without a look at the database.
pub(super) async fn show(
    State(state): State<Arc<ServerState>>,
    Token(token): Token,
    headers: HeaderMap,
) -> Response {
    let words = words_for(&headers);
    let app = AppLink {
        kind: AppLinkKind::ApproveDevice,
        token: shown(&token),
        server_id: Some(state.server_id),
    };
    let title = words.text(words::PAGE_APPROVE_TITLE);
    Page::new(words, "../", Tone::Question, title)
        .paragraph(words.text(words::PAGE_APPROVE_EXPLANATION))
        .link(words.text(words::PAGE_APPROVE_APP), app.to_string())
        .answer(StatusCode::OK)
}
