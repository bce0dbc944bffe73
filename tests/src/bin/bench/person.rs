//! An account to measure with, made over the public API.

use ed25519_dalek::SigningKey;
use latchkey_protocol::accounts::CreateAccount;
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sessions::{DeviceDescription, DeviceKind, DeviceProof, SignIn, SignedIn};
use latchkey_protocol::time::Timestamp;

use crate::Outcome;

/// The password of every account here.
pub const PASSWORD: &str = "brass kettle on tuesday";

/// Which server answers at `url`.
pub async fn server_id(url: &str) -> Outcome<ServerId> {
    let info: ServerInfo = reqwest::get(format!("{url}/v1/server"))
        .await?
        .error_for_status()?
        .json()
        .await?;
    Ok(info.server_id)
}

/// A device's claim for `login`, made now.
pub fn proof(server_id: ServerId, login: &str, seed: u8) -> DeviceProof {
    let description = DeviceDescription {
        name: format!("Bench {seed}"),
        kind: DeviceKind::Desktop,
        app: "Latchkey bench".to_owned(),
        operating_system: "Linux".to_owned(),
    };
    DeviceProof::sign(
        &SigningKey::from_bytes(&[seed; 32]),
        server_id,
        login,
        description,
        now(),
    )
}

/// The present.
pub fn now() -> Timestamp {
    use latchkey_server::clock::Clock as _;
    latchkey_server::clock::SystemClock.now()
}

/// Creates an account and signs its first device in.
pub async fn create_account(url: &str, username: &str) -> Outcome<SignedIn> {
    let body = CreateAccount {
        display_name: "Anna Kowalska".to_owned(),
        email: format!("{username}@example.org"),
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        language: "en".to_owned(),
        time_zone: "Europe/Warsaw".to_owned(),
        device: proof(server_id(url).await?, username, 1),
    };
    let answer = reqwest::Client::new()
        .post(format!("{url}/v1/accounts"))
        .json(&body)
        .send()
        .await?;
    if !answer.status().is_success() {
        return Err(answer.text().await?.into());
    }
    Ok(answer.json().await?)
}

/// The JSON of a sign-in.
pub fn sign_in(server_id: ServerId, username: &str, seed: u8) -> Outcome<String> {
    let body = SignIn {
        login: username.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
        passkey: None,
        device: proof(server_id, username, seed),
    };
    Ok(serde_json::to_string(&body)?)
}
