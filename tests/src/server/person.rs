//! People with accounts, and the devices they are signed in on.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use latchkey_protocol::accounts::CreateAccount;
use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::contacts::{AddEmail, ConfirmEmail, Email, EmailAccepted};
use latchkey_protocol::email_change::ConfirmEmailChange;
use latchkey_protocol::identifiers::{EmailId, ServerId, SessionId};
use latchkey_protocol::mail::{Mail, MailKind, MailStatus};
use latchkey_protocol::profile::Profile;
use latchkey_protocol::sessions::{
    DeviceDescription, DeviceKind, DeviceProof, EndSessions, Receipt, Session, SignIn, SignedIn,
};
use latchkey_protocol::sync::{Collection, Edit, EditOutcome, FieldEdit, Record, SyncPage};
use latchkey_protocol::time::Timestamp;
use reqwest::Method;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Answer, EventStream, Http, ServerUnderTest, eventually};

/// An installation with its key.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its private key.
    pub key: SigningKey,
    /// What it says of itself.
    pub description: DeviceDescription,
}

impl Device {
    /// A device with a fresh key.
    pub fn new(name: &str) -> Self {
        Self {
            key: SigningKey::from_bytes(&rand::random()),
            description: DeviceDescription {
                name: name.to_owned(),
                kind: DeviceKind::Laptop,
                app: "Latchkey 0.1.0".to_owned(),
                operating_system: "Debian GNU/Linux 12".to_owned(),
            },
        }
    }

    /// Its proof for one sign-in.
    pub fn proof(&self, server_id: ServerId, login: &str, now: Timestamp) -> DeviceProof {
        DeviceProof::sign(&self.key, server_id, login, self.description.clone(), now)
    }

    /// A whole sign-in request.
    pub fn sign_in(&self, server: &ServerUnderTest, login: &str, password: &str) -> SignIn {
        SignIn {
            login: login.to_owned(),
            password: password.to_owned(),
            code: None,
            passkey: None,
            device: self.proof(server.server_id(), login, server.now()),
        }
    }

    /// A whole sign-up request.
    pub fn create_account(
        &self,
        server: &ServerUnderTest,
        username: &str,
        email: &str,
        password: &str,
    ) -> CreateAccount {
        CreateAccount {
            display_name: "Somebody".to_owned(),
            email: email.to_owned(),
            username: username.to_owned(),
            password: password.to_owned(),
            language: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            device: self.proof(server.server_id(), username, server.now()),
        }
    }

    /// Tries to sign in.
    pub async fn try_sign_in(
        &self,
        server: &ServerUnderTest,
        login: &str,
        password: &str,
    ) -> Answer {
        let request = self.sign_in(server, login, password);
        server.http().post("/v1/sessions", &request).await
    }
}

/// A person at one device that is, or was, signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// How they sign in.
    pub username: String,
    /// The address they signed up with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The device they sit at.
    pub device: Device,
    /// What the sign-in gave.
    pub signed_in: SignedIn,
    /// Requests with their token.
    pub http: Http,
}

impl Person {
    /// A new account with a pending address `USERNAME@example.org`.
    pub async fn create(server: &ServerUnderTest, username: &str) -> Self {
        Self::create_with_email(server, username, &format!("{username}@example.org")).await
    }

    /// A new account with a pending address of choice.
    pub async fn create_with_email(server: &ServerUnderTest, username: &str, email: &str) -> Self {
        Self::create_in(server, "en", username, email).await
    }

    /// The same in another language.
    pub async fn create_in(
        server: &ServerUnderTest,
        language: &str,
        username: &str,
        email: &str,
    ) -> Self {
        let device = Device::new("First device");
        let mut request = device.create_account(server, username, email, &new_password());
        language.clone_into(&mut request.language);
        Self::sign_up(server, device, request).await
    }

    /// A new account made on `device`, whose first mail has left: with it, the account's revision grows once more.
    pub async fn create_on(server: &ServerUnderTest, username: &str, device: &Device) -> Self {
        let email = format!("{username}@example.org");
        let request = device.create_account(server, username, &email, &new_password());
        let person = Self::sign_up(server, device.clone(), request).await;
        person.mails_have_left().await;
        person
    }

    async fn sign_up(server: &ServerUnderTest, device: Device, request: CreateAccount) -> Self {
        let answer = server.http().post("/v1/accounts", &request).await;
        let signed_in: SignedIn = answer.expect(201).json();
        Self {
            username: request.username,
            email: request.email,
            password: request.password,
            device,
            http: server.http().with_token(&signed_in.token),
            signed_in,
        }
    }

    /// A new account whose address is confirmed.
    pub async fn create_confirmed(server: &ServerUnderTest, username: &str) -> Self {
        let person = Self::create(server, username).await;
        let token = server.outbox().confirmation(&person.email, 1).await.token();
        // Noted as sent before it is used: else what is noted of it later takes a revision of its own.
        person.mails_have_left().await;
        confirm(&server.http(), &token.expect("a link"))
            .await
            .expect(200);
        person
    }

    /// The same person, signing in on a device never seen before, which is trusted at once.
    pub async fn on_new_device(&self, server: &ServerUnderTest, name: &str) -> Self {
        self.signing_in_on(server, Device::new(name)).await
    }

    /// The same person, signing in on a device never seen before, which nobody has approved.
    pub async fn on_probation(&self, server: &ServerUnderTest, name: &str) -> Self {
        self.signing_in_as_it_is(server, Device::new(name)).await
    }

    /// The same person, signing in on `device`, which is trusted at once. The record of its session does not say so.
    pub async fn signing_in_on(&self, server: &ServerUnderTest, device: Device) -> Self {
        let person = self.signing_in_as_it_is(server, device).await;
        server.trust_device(&person.signed_in).await;
        person
    }

    /// The same person after the way back from a secured account: a new password by a link to the address they signed up
    /// with, and their device, which is trusted at once.
    pub async fn recovered(&self, server: &ServerUnderTest) -> Self {
        const PAGE: &str = "reset-password";
        let before = server.outbox().tokens(&self.email, PAGE).len();
        let login = serde_json::json!({"login": self.username});
        let http = server.http();
        http.post("/v1/recovery", &login).await.expect(202);
        let outbox = server.outbox();
        let token = outbox.token_of(&self.email, PAGE, before + 1).await;
        let password = new_password();
        let reset = serde_json::json!({"token": token, "new_password": password});
        http.post("/v1/recovery/reset", &reset).await.expect(204);
        let person = Self {
            password,
            ..self.clone()
        };
        person.signing_in_on(server, self.device.clone()).await
    }

    /// The same person, signing in on `device` with the standing that it gets.
    pub async fn signing_in_as_it_is(&self, server: &ServerUnderTest, device: Device) -> Self {
        let signed_in: SignedIn = server
            .http()
            .post(
                "/v1/sessions",
                &device.sign_in(server, &self.username, &self.password),
            )
            .await
            .expect(201)
            .json();
        Self {
            device,
            http: server.http().with_token(&signed_in.token),
            signed_in,
            ..self.clone()
        }
    }

    /// The same person and session, at a server that has been started again and listens elsewhere.
    #[must_use]
    pub fn at(&self, server: &ServerUnderTest) -> Self {
        Self {
            http: server.http().with_token(&self.signed_in.token),
            ..self.clone()
        }
    }

    /// The session of this sign-in.
    pub fn session_id(&self) -> SessionId {
        self.signed_in.session_id
    }

    /// Whether the server still takes the token: 200 of the session check, or the problem.
    pub async fn check_session(&self) -> Answer {
        self.http.get("/v1/session").await
    }

    /// What changed after a revision, `limit` records at most.
    pub async fn sync(&self, after: u64, limit: u32) -> SyncPage {
        let path = format!("/v1/sync?after={after}&limit={limit}");
        self.http.get(&path).await.expect(200).json()
    }

    /// The account's revision.
    pub async fn revision(&self) -> u64 {
        self.sync(0, 1).await.revision
    }

    /// Every record of the account, page after page.
    pub async fn records(&self) -> Vec<Record> {
        let (mut records, mut after) = (Vec::new(), 0);
        loop {
            let page = self.sync(after, 500).await;
            let done = page.next >= page.revision;
            after = page.next;
            records.extend(page.records);
            if done {
                return records;
            }
        }
    }

    /// The bodies of one collection, by id; gone ones are left out.
    pub async fn bodies<T: DeserializeOwned>(&self, collection: Collection) -> Vec<(String, T)> {
        self.records()
            .await
            .into_iter()
            .filter(|record| record.collection == collection.name())
            .filter_map(|record| {
                let body = serde_json::from_value(record.body?).expect("a body of its collection");
                Some((record.id, body))
            })
            .collect()
    }

    /// The profile.
    pub async fn profile(&self) -> Profile {
        self.bodies(Collection::Profile)
            .await
            .pop()
            .expect("a profile")
            .1
    }

    /// The addresses.
    pub async fn emails(&self) -> Vec<(String, Email)> {
        self.bodies(Collection::Emails).await
    }

    /// One address, if the account has it.
    pub async fn email_named(&self, address: &str) -> Option<(String, Email)> {
        self.emails()
            .await
            .into_iter()
            .find(|(_, email)| email.address == address)
    }

    /// An address that the account has.
    pub async fn email_of(&self, address: &str) -> Email {
        let found = self.email_named(address).await;
        found.expect("the account has the address").1
    }

    /// The id of an address that the account has.
    pub async fn email_id(&self, address: &str) -> EmailId {
        let found = self.email_named(address).await;
        let (id, _) = found.expect("the account has the address");
        id.parse().expect("an id")
    }

    /// The mails sent to the account, oldest first.
    pub async fn mails(&self) -> Vec<(String, Mail)> {
        let mut mails = self.bodies(Collection::Mails).await;
        mails.sort_by(|(one, _), (other, _)| one.cmp(other));
        mails
    }

    /// How many mails of a kind were sent to the account.
    pub async fn count_mails(&self, kind: MailKind) -> usize {
        let mails = self.mails().await;
        mails.iter().filter(|(_, mail)| mail.kind == kind).count()
    }

    /// Waits until no mail of the account is on its way: until then its revision grows.
    pub async fn mails_have_left(&self) {
        eventually("an empty mail queue", async || {
            self.mails()
                .await
                .iter()
                .all(|(_, mail)| mail.status != MailStatus::Queued)
                .then_some(())
        })
        .await;
    }

    /// One session's record.
    pub async fn session(&self, id: SessionId) -> Session {
        self.bodies(Collection::Sessions)
            .await
            .into_iter()
            .find(|(found, _)| *found == id.to_string())
            .expect("the session's record")
            .1
    }

    /// What happened, by the order of the last changes; what is folded into one entry, as often as it happened.
    pub async fn activity(&self) -> Vec<ActivityKind> {
        self.bodies::<ActivityEntry>(Collection::Activity)
            .await
            .iter()
            .flat_map(|(_, entry)| std::iter::repeat_n(entry.kind, entry.count as usize))
            .collect()
    }

    /// How often something happened.
    pub async fn count_activity(&self, kind: ActivityKind) -> usize {
        let activity = self.activity().await;
        activity
            .iter()
            .filter(|happened| **happened == kind)
            .count()
    }

    /// An edit of the profile, based on revision 0 unless told.
    pub fn profile_edit(&self, field: &str, value: &str, base_revision: u64) -> Edit {
        edit_of(
            Collection::Profile,
            &self.signed_in.account_id.to_string(),
            field,
            value,
            base_revision,
        )
    }

    /// Sets the display name, whatever it was.
    pub async fn set_name(&self, name: &str) -> EditOutcome {
        let base = self
            .profile()
            .await
            .stamps
            .get("display_name")
            .map_or(0, |stamp| stamp.revision);
        self.http
            .post("/v1/edits", &self.profile_edit("display_name", name, base))
            .await
            .expect(200)
            .json()
    }

    /// Tries to add an address.
    pub async fn try_add_email(&self, address: &str) -> Answer {
        let address = address.to_owned();
        self.http.post("/v1/emails", &AddEmail { address }).await
    }

    /// Adds an address.
    pub async fn add_email(&self, address: &str) -> EmailId {
        let answer = self.try_add_email(address).await.expect(202);
        answer.json::<EmailAccepted>().email_id
    }

    /// Adds an address and follows its link.
    pub async fn add_confirmed_email(&self, server: &ServerUnderTest, address: &str) -> EmailId {
        let id = self.add_email(address).await;
        let token = server.outbox().token(address, 1).await;
        confirm(&server.http(), &token).await.expect(200);
        id
    }

    /// Makes a confirmed address the primary one, with the consent of the one so far, by its link.
    pub async fn make_primary(&self, server: &ServerUnderTest, id: EmailId) {
        const PAGE: &str = "confirm-email-change";
        let emails = self.emails().await;
        let old = emails.into_iter().find(|(_, email)| email.primary);
        let (_, old) = old.expect("a primary address");
        let before = server.outbox().tokens(&old.address, PAGE).len();
        self.change_email(id, "primary").await.expect(200);
        let outbox = server.outbox();
        let token = outbox.token_of(&old.address, PAGE, before + 1).await;
        server
            .http()
            .post("/v1/emails/change/confirm", &ConfirmEmailChange { token })
            .await
            .expect(200);
    }

    /// `resend`, `primary` or `remove` of an address.
    pub async fn change_email(&self, id: EmailId, change: &str) -> Answer {
        let path = format!("/v1/emails/{id}/{change}");
        self.http.post_empty(&path).await
    }

    /// Asks to end sessions.
    pub async fn end(&self, which: &EndSessions) -> Answer {
        self.http.post("/v1/sessions/end", which).await
    }

    /// Ends one session.
    pub async fn end_one(&self, session_id: SessionId) -> Answer {
        self.end(&EndSessions::One { session_id }).await
    }

    /// This device's receipt for its own session.
    pub fn receipt(&self, server: &ServerUnderTest) -> Receipt {
        Receipt::sign(
            &self.device.key,
            server.server_id(),
            self.session_id(),
            server.now(),
        )
    }

    /// Opens the event stream; the first event is still to be read.
    pub async fn events(&self) -> EventStream {
        let response = self
            .http
            .request(Method::GET, "/v1/events")
            .timeout(std::time::Duration::from_mins(10))
            .send()
            .await
            .expect("an event stream");
        assert_eq!(response.status(), 200);
        assert!(
            response.headers()["content-type"]
                .to_str()
                .is_ok_and(|kind| kind.starts_with("text/event-stream"))
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
        EventStream::new(response)
    }
}

/// A password that nobody else has.
fn new_password() -> String {
    let random = Uuid::from_u128(rand::random());
    format!("four brass kettles {}", random.simple())
}

/// Posts a mailed token.
pub(super) async fn confirm(http: &Http, token: &str) -> Answer {
    http.post(
        "/v1/emails/confirm",
        &ConfirmEmail {
            token: token.to_owned(),
        },
    )
    .await
}

/// An edit of one field.
pub fn edit_of(
    collection: Collection,
    id: &str,
    field: &str,
    value: &str,
    base_revision: u64,
) -> Edit {
    Edit {
        collection,
        id: id.to_owned(),
        fields: BTreeMap::from([(
            field.to_owned(),
            FieldEdit {
                value: value.to_owned(),
                base_revision,
            },
        )]),
    }
}
