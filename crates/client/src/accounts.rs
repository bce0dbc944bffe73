//! Creating an account and signing in.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use latchkey_protocol::accounts::{
    ChangeUsername, CreateAccount, UsernameChanged, check_username, normalize_username,
};
use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::passkeys::PasskeyUsed;
use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::sessions::{DeviceProof, DevicePublicKey, SignIn, SignedIn};
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use serde::Deserialize;

use crate::changes::Topic;
use crate::client::{Client, Phase, invalid, invalid_field};
use crate::device;
use crate::failure::{Failure, FailureCode};
use crate::secrets::{device_key, temporary_device_key};
use crate::settings::{ChosenServer, Location};
use crate::stage::server_info;
use crate::step_up::read_code;
use crate::transport::{KnownServer, Transport};

/// The form of a new account. The repeated password is compared here too.
#[derive(Clone, Deserialize, specta::Type)]
pub struct CreateAccountForm {
    /// How the person wants to be called.
    pub display_name: String,
    /// The first e-mail address.
    pub email: String,
    /// The name to sign in with.
    pub username: String,
    /// The password.
    pub password: String,
    /// The password again.
    pub repeat: String,
    /// BCP 47 tag of the language the app speaks now.
    pub language: String,
    /// IANA name of the time zone of this computer.
    pub time_zone: String,
    /// Whether to keep the key in the keyring; otherwise the sign-in lasts until the app is closed.
    pub stay_signed_in: bool,
}

/// The form of signing in.
#[derive(Clone, Deserialize, specta::Type)]
pub struct SignInForm {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// A code of the authenticator app, or a recovery code; `None` or blank until it is asked for by
    /// [`FailureCode::SecondFactorNeeded`].
    pub code: Option<String>,
    /// Whether to keep the key in the keyring; otherwise the sign-in lasts until the app is closed.
    pub stay_signed_in: bool,
}

/// Another name to sign in with.
#[derive(Clone, Debug, Deserialize, specta::Type)]
pub struct ChangeUsernameForm {
    /// The name.
    pub username: String,
}

/// All that a sign-in takes.
pub(crate) struct Opening {
    pub(crate) location: Location,
    pub(crate) server: KnownServer,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) factor: Factor,
    pub(crate) key: SigningKey,
    pub(crate) stays: bool,
}

/// What is given beside the password.
pub(crate) enum Factor {
    /// A code, where one is asked.
    Code(Option<String>),
    /// Proof that a browser has used a passkey.
    Passkey(PasskeyUsed),
}

impl Client {
    /// Creates an account on the chosen server and signs in to it with this device.
    pub async fn create_account(self: &Arc<Self>, form: CreateAccountForm) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        if self.parked().is_some() {
            // What waits here is another account's.
            return Err(FailureCode::NotAllowedNow.into());
        }
        let (transport, chosen) = self.chosen_server().await?;
        let mut request = CreateAccount {
            display_name: form.display_name,
            email: form.email,
            username: text::trim(&form.username).to_owned(),
            password: form.password,
            language: form.language,
            time_zone: form.time_zone,
            device: unsigned(self.installation.app.as_str()),
        };
        let mut problems = request.check(&chosen.info.password_policy);
        if form.repeat != request.password {
            problems.push(FieldProblem::new("repeat", FieldCode::Different));
        }
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let key = self.device_key(form.stay_signed_in).await?;
        let username = request.username.clone();
        request.device = self.proof(&key, chosen.info.server_id, &username);
        let signed_in: SignedIn = transport.post("v1/accounts", &request, None).await?;
        // The server on this computer takes no other account from now on. What can't be heard now is at the next start.
        let info = server_info(&transport).await.unwrap_or(chosen.info.clone());
        let heard = ChosenServer {
            location: chosen.location.clone(),
            info,
        };
        self.update_settings(move |settings| settings.server = Some(heard))
            .await?;
        self.begin_session(
            chosen.location,
            KnownServer::from(&chosen.info),
            username,
            signed_in,
            key,
            form.stay_signed_in,
        )
        .await?;
        Ok(())
    }

    /// Signs in to an account of the chosen server.
    pub async fn sign_in(self: &Arc<Self>, form: SignInForm) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        let (transport, chosen) = self.chosen_server().await?;
        let login = text::trim(&form.login).to_owned();
        let empty = [
            ("login", login.is_empty()),
            ("password", form.password.is_empty()),
        ];
        let mut problems: Vec<FieldProblem> = empty
            .into_iter()
            .filter(|(_, empty)| *empty)
            .map(|(field, _)| FieldProblem::new(field, FieldCode::Required))
            .collect();
        let code = read_code(form.code, &mut problems);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let key = self.device_key(form.stay_signed_in).await?;
        let opening = Opening {
            location: chosen.location,
            server: KnownServer::from(&chosen.info),
            login,
            password: form.password,
            factor: Factor::Code(code),
            key,
            stays: form.stay_signed_in,
        };
        self.open_session(&transport, opening).await?;
        Ok(())
    }

    /// Signs in with all that it takes.
    pub(crate) async fn open_session(
        self: &Arc<Self>,
        transport: &Transport,
        opening: Opening,
    ) -> Result<(), Failure> {
        let Opening {
            location,
            server,
            login,
            password,
            factor,
            key,
            stays,
        } = opening;
        let (code, passkey) = match factor {
            Factor::Code(code) => (code, None),
            Factor::Passkey(used) => (None, Some(used)),
        };
        let request = SignIn {
            device: self.proof(&key, server.id, &login),
            login: login.clone(),
            password,
            code,
            passkey,
        };
        let signed_in: SignedIn = transport.post("v1/sessions", &request, None).await?;
        self.begin_session(location, server, login, signed_in, key, stays)
            .await
    }

    /// Gives the account another name to sign in with. Needs a connection and a step-up.
    pub async fn change_username(&self, form: ChangeUsernameForm) -> Result<(), Failure> {
        check_username(&form.username).map_err(|code| invalid_field("username", code))?;
        let account = self.account().await?;
        let username = normalize_username(&form.username);
        let body = ChangeUsername {
            username: username.clone(),
        };
        let before = self.profile().await.ok().map(|profile| profile.username);
        let changed: UsernameChanged = self.post(&account, "v1/username", &body, None).await?;
        // So that the next sign-in here starts from a name that works.
        self.update_settings(move |settings| {
            let login = settings.login.as_deref().map(normalize_username);
            if login.is_some() && login == before {
                settings.login = Some(username);
            }
        })
        .await?;
        account.catch_up(changed.revision).await;
        Ok(())
    }

    /// Destroys everything of the account on this device. With or without a network: the receipt that ends the session
    /// on the server is delivered once there is one.
    pub async fn sign_out(self: &Arc<Self>) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        let account = self.account().await?;
        self.end_here(&account).await;
        self.ask_server_here().await;
        Ok(())
    }

    /// Tries again to get the key of the account that is here.
    pub async fn retry_keyring(self: &Arc<Self>) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        if let (Phase::WaitingForKeyring(_), Some(stored)) =
            (self.phase().await, self.settings().account)
        {
            self.open_account(stored).await;
        }
        Ok(())
    }

    /// Gives up the account whose key is not available: destroys its local copy, which nobody can read, and goes to the
    /// sign-in.
    pub async fn continue_without_keyring(self: &Arc<Self>) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        if let (Phase::WaitingForKeyring(_), Some(stored)) =
            (self.phase().await, self.settings().account)
        {
            let noted = stored.clone();
            self.update_settings(move |settings| {
                settings.account = None;
                settings.unfinished.push(noted);
            })
            .await?;
            self.set_phase(Phase::SignedOut);
            self.destroy(&stored, None).await;
        }
        Ok(())
    }

    /// Hears what the server inside this app, where that was chosen, says of itself now: whether it takes accounts.
    pub(crate) async fn ask_server_here(&self) {
        let chosen = self.settings().server.map(|chosen| chosen.location);
        if chosen == Some(Location::ThisComputer) && self.chosen_server().await.is_ok() {
            self.announce(vec![Topic::Stage]);
        }
    }

    /// The chosen server and what it says of itself now: a server that was set up again is another one.
    pub(crate) async fn chosen_server(&self) -> Result<(Transport, ChosenServer), Failure> {
        match self.phase().await {
            Phase::SignedOut | Phase::Parked(_) => {}
            Phase::SignedIn(_) => return Err(FailureCode::NotAllowedNow.into()),
            _ => {
                self.account().await?;
            }
        }
        let chosen = self.settings().server.ok_or(FailureCode::NotAllowedNow)?;
        let transport = self.transport_to(&chosen.location).await?;
        let info = server_info(&transport)
            .await
            .map_err(|failure| match failure.code {
                // It was one when it was chosen.
                FailureCode::NotLatchkey => FailureCode::SomethingElse.into(),
                _ => failure,
            })?;
        if let Some(parked) = self.parked() {
            let same = parked.stored.server_id == info.server_id
                && parked
                    .stored
                    .server_key
                    .as_ref()
                    .is_none_or(|key| *key == info.key);
            if !same {
                return Err(FailureCode::AnotherServer.into());
            }
        }
        let transport = transport.of(KnownServer::from(&info));
        let chosen = ChosenServer { info, ..chosen };
        let heard = chosen.clone();
        self.update_settings(move |settings| settings.server = Some(heard))
            .await?;
        Ok((transport, chosen))
    }

    pub(crate) async fn device_key(&self, stays: bool) -> Result<SigningKey, Failure> {
        // The name of the keyring's entries must outlast the program before there is one.
        self.update_settings(|_| {}).await?;
        if !stays {
            return Ok(temporary_device_key(&self.installation.secrets, self.id()).await);
        }
        device_key(&self.installation.secrets, self.id())
            .await
            .map_err(|problem| {
                tracing::warn!(?problem, "the keyring has no key for this device");
                problem.into()
            })
    }

    pub(crate) fn proof(&self, key: &SigningKey, server_id: ServerId, login: &str) -> DeviceProof {
        let description = device::describe(&self.installation.app);
        DeviceProof::sign(key, server_id, login, description, self.now())
    }
}

/// A proof to be replaced once the rest of the form is right: no key is made, and no keyring asked, for one that isn't.
fn unsigned(app: &str) -> DeviceProof {
    DeviceProof {
        public_key: DevicePublicKey(String::new()),
        description: device::describe(app),
        signed_at: Timestamp::default(),
        signature: String::new(),
    }
}
