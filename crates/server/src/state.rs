//! What all requests share.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use latchkey_protocol::identifiers::ServerId;
use latchkey_protocol::password::PasswordPolicy;
use latchkey_protocol::time::Timestamp;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};
use uuid::Uuid;

use crate::clock::{self, Clock, Randomness};
use crate::config::Config;
use crate::database::Database;
use crate::events::Hub;
use crate::hashing::Hasher;
use crate::identity::Identity;
use crate::jobs::Bells;
use crate::mail::{Budget, Post};
use crate::secret_key::SecretKey;
use crate::sessions::LastActive;
use crate::throttle::AddressLimits;

/// What all requests share; handed around as `Arc<ServerState>`.
#[derive(Debug)]
pub struct ServerState {
    /// The settings.
    pub config: Config,
    /// The database.
    pub database: Database,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub randomness: Arc<dyn Randomness>,
    /// Which server this is.
    pub server_id: ServerId,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// The open event streams.
    pub hub: Arc<Hub>,
    /// What wakes those who work on jobs.
    pub jobs: Bells,
    /// Set when the server is to stop; background work ends by it.
    pub shutdown: CancellationToken,
    pub(crate) secret_key: SecretKey,
    pub(crate) identity: Arc<Identity>,
    /// The epoch of which this node knows that its endings stand in people's lists; 0 at first.
    pub(crate) epoch_shown: AtomicU64,
    pub(crate) address_limits: AddressLimits,
    pub(crate) recovery_limits: AddressLimits,
    pub(crate) link_limits: AddressLimits,
    pub(crate) mail_budget: Budget,
    pub(crate) post: Post,
    pub(crate) last_active: LastActive,
    pub(crate) public_url: OnceLock<Url>,
}

impl ServerState {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUID of version 7.
    pub fn new_identifier(&self) -> Uuid {
        clock::new_identifier(self.now(), &*self.randomness)
    }

    /// 32 bytes that nobody can guess.
    pub fn new_secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.randomness.fill(&mut secret);
        secret
    }

    /// What secrets are sealed and signed with.
    pub fn secret_key(&self) -> &SecretKey {
        &self.secret_key
    }

    /// What links start with: the configured URL, else the address the server is bound to. `None` before it is bound.
    /// Never from a request's Host header.
    pub fn public_url(&self) -> Option<&Url> {
        self.config.public_url.as_ref().or(self.public_url.get())
    }

    /// What a new password must satisfy on this server, whose name is no word to build one on.
    pub fn password_policy(&self) -> PasswordPolicy {
        let mut policy = self.config.password_policy.policy();
        if let Some(Host::Domain(host)) = self.public_url().and_then(Url::host) {
            policy.context.push(host.to_owned());
        }
        policy
    }
}
