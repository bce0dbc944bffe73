//! The few pages that a browser needs: plain HTML without a script. Nothing on GET has an effect, because mail scanners
//! open links.

mod confirm_email;
mod page;

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

use crate::state::ServerState;

/// The style of all pages, under a name that changes with its content only by a new release.
const STYLE: &str = include_str!("../../templates/pages.css");

/// All pages. They stand beside the API and not in its description.
pub fn router() -> OpenApiRouter<Arc<ServerState>> {
    OpenApiRouter::new()
        .route(
            "/confirm-email/{token}",
            get(confirm_email::ask).post(confirm_email::confirm),
        )
        .route("/pages.css", get(style))
}

pub use self::page::missing;

async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, STYLE).into_response()
}
