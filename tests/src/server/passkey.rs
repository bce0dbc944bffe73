//! An authenticator for passkeys made of software, and the browser around it, as far as a server sees the two (Web
//! Authentication, sections 5.8.1, 6.1 and 6.5.4). It can be made to say what no real one would.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Answer, Http, Protected, ServerUnderTest};

/// The person is there (Web Authentication, section 6.1).
const PRESENT: u8 = 0x01;
/// And was recognised.
const VERIFIED: u8 = 0x04;
/// A new key follows.
const WITH_KEY: u8 = 0x40;

/// A key, and what is said with it.
#[derive(Clone, Debug)]
pub struct SoftwareKey {
    /// Its private half.
    pub key: SigningKey,
    /// By which the server knows it.
    pub id: Vec<u8>,
    /// The page's origin, as the browser says it.
    pub origin: String,
    /// The name of the server that the authenticator signs for.
    pub rp_id: String,
    /// What the next answer counts to.
    pub counter: u32,
    /// Whether somebody touches it.
    pub touched: bool,
    /// The kind of answer that the browser says it is, in the place of the right one.
    pub kind: Option<&'static str>,
}

impl SoftwareKey {
    /// A new key in a browser on a page of `server`.
    pub fn new(server: &ServerUnderTest) -> Self {
        let key = loop {
            // Nearly every 32 bytes are a key.
            if let Ok(key) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
                break key;
            }
        };
        Self {
            key,
            id: rand::random::<[u8; 32]>().to_vec(),
            origin: format!("http://localhost:{}", server.address().port()),
            rp_id: "localhost".to_owned(),
            counter: 1,
            touched: true,
            kind: None,
        }
    }

    fn client_data(&self, kind: &'static str, options: &Value) -> Vec<u8> {
        json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": options["publicKey"]["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
        .into_bytes()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let present = if self.touched { PRESENT | VERIFIED } else { 0 };
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(present | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// What a browser posts after `navigator.credentials.create()` with these options.
    pub fn create(&self, options: &Value) -> Value {
        let mut data = self.authenticator_data(WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(&self.id);
        let point = self.key.verifying_key().to_sec1_point(false);
        // A COSE key (RFC 9052, section 7): EC2, ES256, P-256, x, y.
        data.extend([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point.as_bytes()[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point.as_bytes()[33..65]);
        // {"fmt": "none", "attStmt": {}, "authData": data} in CBOR (RFC 8949).
        let mut object = vec![0xA3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xA0\x68authData\x58");
        object.push(u8::try_from(data.len()).expect("short data"));
        object.extend(&data);
        json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "response": {
                "attestationObject": encoded(&object),
                "clientDataJSON": encoded(&self.client_data("webauthn.create", options)),
                "transports": ["usb"],
            },
        })
    }

    /// What a browser posts after `navigator.credentials.get()` with these options. The counter goes on.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let data = self.authenticator_data(0);
        let client = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client));
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "response": {
                "authenticatorData": encoded(&data),
                "clientDataJSON": encoded(&client),
                "signature": encoded(signature.to_der().as_bytes()),
                "userHandle": null,
            },
        })
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A page of the server with passkeys, worked without a browser.
#[derive(Clone, Debug)]
pub struct PasskeyPage {
    /// A stranger's requests.
    pub http: Http,
    /// Its path, with the token.
    pub path: String,
}

impl PasskeyPage {
    /// The page at an address that the server gave out; worked where it listens.
    pub fn of(server: &ServerUnderTest, address: &str) -> Self {
        Self {
            http: server.http(),
            path: Url::parse(address).expect("an address").path().to_owned(),
        }
    }

    /// The token in its address.
    pub fn token(&self) -> &str {
        self.path.rsplit('/').next().expect("a token")
    }

    /// Opens it.
    pub async fn open(&self) -> Answer {
        self.http.get(&self.path).await
    }

    /// Asks, as its script does, what to ask the browser.
    pub async fn ask(&self) -> Answer {
        self.http
            .post_empty(&format!("{}/options", self.path))
            .await
    }

    /// The same, when there is something to ask.
    pub async fn options(&self) -> Value {
        self.ask().await.expect(200).json()
    }

    /// Posts its form.
    pub async fn post(&self, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .request(Method::POST, &self.path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        Http::send(request).await
    }

    /// Posts a browser's answer.
    pub async fn give(&self, answer: &Value) -> Answer {
        self.post(&[("credential", &answer.to_string())]).await
    }

    /// The completion code that an answer of the page shows.
    pub fn code(answer: &Answer) -> Option<String> {
        let text = answer.text();
        let (_, rest) = text.split_once("<code>")?;
        Some(rest.split_once("</code>")?.0.to_owned())
    }
}

impl Protected {
    /// The page on which a passkey is added.
    pub async fn invited(&self, server: &ServerUnderTest) -> PasskeyPage {
        let invitation: Value = self
            .person
            .http
            .post_empty("/v1/passkeys/invitation")
            .await
            .expect(200)
            .json();
        PasskeyPage::of(server, invitation["url"].as_str().expect("an address"))
    }

    /// Adds a passkey.
    pub async fn add_passkey(&self, server: &ServerUnderTest, name: &str) -> SoftwareKey {
        let page = self.invited(server).await;
        let key = SoftwareKey::new(server);
        let made = key.create(&page.options().await).to_string();
        page.post(&[("name", name), ("credential", &made)])
            .await
            .expect(200);
        key
    }
}
