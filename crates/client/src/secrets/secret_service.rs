//! The Secret Service of Linux and other Unix systems, as gnome-keyring, `KWallet` and `KeePassXC` speak it.
//!
//! Prompts are run here and not by the library: only so it is known that one is open, and a keyring that ends under its
//! prompt ends the wait for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ::secret_service::blocking::{Collection, Item, SecretService};
use ::secret_service::{EncryptionType, Error};
use tokio::sync::watch;
use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zeroize::Zeroizing;

use super::{SERVICE, SecretError, SecretStore};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const INTERFACE: &str = "org.freedesktop.Secret.Service";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// Where the specification says "none" in the place of an object.
const NO_OBJECT: &str = "/";

/// What programs that manage keyrings call an entry.
const LABEL: &str = SERVICE;

/// What they call the collection that is made where there is none: what other programs call it.
const COLLECTION_LABEL: &str = "Default keyring";

/// The system's keyring.
pub struct SecretServiceStore {
    /// Kept between calls because connecting costs a key exchange; dropped after a failure, so that a keyring that was
    /// started meanwhile is found. Held during each call: a second prompt behind the first would ask the same.
    keyring: Mutex<Option<Keyring>>,
    prompting: watch::Sender<bool>,
}

struct Keyring {
    connection: Connection,
    service: SecretService<'static>,
}

/// Why a call did not do what was asked.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the prompt was dismissed")]
    Dismissed,
    #[error("the keyring ended under its prompt")]
    Gone,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<zbus::Error> for Fault {
    fn from(error: zbus::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<zbus::fdo::Error> for Fault {
    fn from(error: zbus::fdo::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<zbus::zvariant::Error> for Fault {
    fn from(error: zbus::zvariant::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Default for SecretServiceStore {
    fn default() -> Self {
        Self {
            keyring: Mutex::default(),
            prompting: watch::Sender::new(false),
        }
    }
}

impl SecretServiceStore {
    fn call<T>(
        &self,
        work: impl FnOnce(&Keyring, &watch::Sender<bool>) -> Result<T, Fault>,
    ) -> Result<T, SecretError> {
        let mut kept = self.keyring.lock().unwrap_or_else(PoisonError::into_inner);
        let done = match kept.as_ref() {
            Some(keyring) => work(keyring, &self.prompting),
            None => {
                Keyring::connect().and_then(|keyring| work(kept.insert(keyring), &self.prompting))
            }
        };
        done.map_err(|fault| {
            *kept = None;
            tracing::warn!(%fault, "the keyring did not do what was asked");
            match fault {
                Fault::Dismissed | Fault::Failed(Error::Locked | Error::Prompt) => {
                    SecretError::Locked
                }
                Fault::Gone | Fault::Failed(_) => SecretError::Absent,
            }
        })
    }
}

impl SecretStore for SecretServiceStore {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        self.call(|keyring, prompting| {
            let mut found = keyring.find(name, prompting)?;
            // While it is locked, KeePassXC says that there is nothing.
            if found.is_none()
                && let Some(collection) = keyring.default_collection()?
                && collection.is_locked()?
            {
                keyring.unlock(&[&collection.collection_path], prompting)?;
                found = keyring.find(name, prompting)?;
            }
            match found {
                Some(item) => Ok(Some(Zeroizing::new(item.get_secret()?))),
                None => Ok(None),
            }
        })
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretError> {
        const BYTES: &str = "application/octet-stream";
        self.call(|keyring, prompting| {
            if let Some(item) = keyring.find(name, prompting)? {
                item.set_secret(secret, BYTES)?;
                if item.get_label()? != LABEL {
                    item.set_label(LABEL)?;
                }
                return Ok(());
            }
            let collection = match keyring.default_collection()? {
                Some(collection) => collection,
                None => keyring.create_collection(prompting)?,
            };
            if collection.is_locked()? {
                keyring.unlock(&[&collection.collection_path], prompting)?;
            }
            collection.create_item(LABEL, attributes(name), secret, true, BYTES)?;
            Ok(())
        })
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.call(|keyring, prompting| {
            while let Some(item) = keyring.find(name, prompting)? {
                item.delete()?;
            }
            Ok(())
        })
    }

    /// On a connection of its own: the other one may be busy with a prompt.
    fn is_locked(&self) -> bool {
        SecretService::connect(EncryptionType::Plain).is_ok_and(|service| {
            service
                .get_default_collection()
                .and_then(|collection| collection.is_locked())
                .unwrap_or(false)
        })
    }

    fn prompting(&self) -> Option<watch::Receiver<bool>> {
        Some(self.prompting.subscribe())
    }
}

impl Keyring {
    fn connect() -> Result<Self, Fault> {
        let connection = Connection::session()?;
        let service = SecretService::connect_with_existing(EncryptionType::Dh, connection.clone())?;
        Ok(Self {
            connection,
            service,
        })
    }

    /// The entry of this name, unlocked; of several the first.
    fn find(&self, name: &str, prompting: &watch::Sender<bool>) -> Result<Option<Item<'_>>, Fault> {
        let found = self.service.search_items(attributes(name))?;
        if let Some(item) = found.unlocked.into_iter().next() {
            return Ok(Some(item));
        }
        let Some(item) = found.locked.into_iter().next() else {
            return Ok(None);
        };
        self.unlock(&[&item.item_path], prompting)?;
        Ok(Some(item))
    }

    fn default_collection(&self) -> Result<Option<Collection<'_>>, Fault> {
        match self.service.get_default_collection() {
            Ok(collection) => Ok(Some(collection)),
            Err(Error::NoResult) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn create_collection(&self, prompting: &watch::Sender<bool>) -> Result<Collection<'_>, Fault> {
        let label = "org.freedesktop.Secret.Collection.Label";
        let properties = HashMap::from([(label, Value::from(COLLECTION_LABEL))]);
        let (made, prompt): (OwnedObjectPath, OwnedObjectPath) =
            self.ask("CreateCollection", &(properties, "default"))?;
        let path = if made.as_str() == NO_OBJECT {
            self.run(&prompt, prompting)?.try_into()?
        } else {
            made
        };
        Ok(self.service.get_collection_by_path(path)?)
    }

    fn unlock(
        &self,
        objects: &[&ObjectPath<'_>],
        prompting: &watch::Sender<bool>,
    ) -> Result<(), Fault> {
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            self.ask("Unlock", &(objects,))?;
        if prompt.as_str() != NO_OBJECT {
            self.run(&prompt, prompting)?;
        }
        Ok(())
    }

    fn ask<Answer>(
        &self,
        method: &str,
        body: &(impl serde::Serialize + zbus::zvariant::DynamicType),
    ) -> Result<Answer, Fault>
    where
        Answer: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
    {
        let answer =
            self.connection
                .call_method(Some(NAME), PATH, Some(INTERFACE), method, body)?;
        Ok(answer.body().deserialize()?)
    }

    /// Has the keyring show a prompt, and waits until the person has answered it or the keyring is gone.
    fn run(
        &self,
        prompt: &ObjectPath<'_>,
        prompting: &watch::Sender<bool>,
    ) -> Result<OwnedValue, Fault> {
        let signal = || MatchRule::builder().msg_type(Type::Signal);
        let rules = [
            signal()
                .path(prompt)?
                .interface(PROMPT)?
                .member("Completed")?
                .build(),
            signal()
                .interface("org.freedesktop.DBus")?
                .member("NameOwnerChanged")?
                .arg(0, NAME)?
                .build(),
        ];
        let bus = DBusProxy::new(&self.connection)?;
        for rule in &rules {
            bus.add_match_rule(rule.clone())?;
        }
        // From before the prompt is shown: it may be answered at once.
        let messages = MessageIterator::from(&self.connection);
        prompting.send_replace(true);
        let show = || {
            self.connection
                .call_method(Some(NAME), prompt, Some(PROMPT), "Prompt", &"")
        };
        let answer = show()
            .map_err(Fault::from)
            .and_then(|_| answer_in(messages, prompt));
        prompting.send_replace(false);
        for rule in rules {
            bus.remove_match_rule(rule)?;
        }
        answer
    }
}

/// What the person answered to `prompt`.
fn answer_in(messages: MessageIterator, prompt: &ObjectPath<'_>) -> Result<OwnedValue, Fault> {
    for message in messages {
        let message = message?;
        let header = message.header();
        if message.message_type() != Type::Signal {
            continue;
        }
        let is = |name: &str| header.member().is_some_and(|member| member == name);
        if is("Completed") && header.path() == Some(prompt) {
            let (dismissed, value): (bool, OwnedValue) = message.body().deserialize()?;
            return if dismissed {
                Err(Fault::Dismissed)
            } else {
                Ok(value)
            };
        }
        if is("NameOwnerChanged") {
            let (name, ..): (String, String, String) = message.body().deserialize()?;
            if name == NAME {
                break;
            }
        }
    }
    Err(Fault::Gone)
}

/// What an entry is found by: what Latchkey has always written.
fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", name)])
}
