//! `GET /v1/server`: what this server is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchkey_protocol::server::{MailDelivery, PRODUCT, ServerInfo};
use utoipa_axum::routes;

use crate::access::Routes;
use crate::accounts;
use crate::http::problem::Answer;
use crate::passkeys;
use crate::slice::Slice;
use crate::state::ServerState;

/// What the server says of itself.
pub(crate) static SLICE: Slice = Slice {
    routes: router,
    ..Slice::NONE
};

fn router() -> Routes {
    Routes::new().routes(routes!(server_info))
}

/// What a client must know before anybody signs in.
#[utoipa::path(
    get, path = "/v1/server", tag = "server",
    responses((status = 200, description = "This is a Latchkey server", body = ServerInfo))
)]
async fn server_info(State(state): State<Arc<ServerState>>) -> Answer<Json<ServerInfo>> {
    Ok(Json(ServerInfo {
        product: PRODUCT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        server_id: state.server_id,
        key: state.identity.public(),
        sign_up: accounts::may_be_created(&state).await?,
        password_policy: state.password_policy(),
        mail_delivery: if state.config.smtp.is_some() {
            MailDelivery::Smtp
        } else {
            MailDelivery::Outbox
        },
        passkeys: Some(passkeys::support(&state)),
    }))
}
