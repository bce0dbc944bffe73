//! Opening a server and running it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use latchkey_protocol::identifiers::ServerId;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::access;
use crate::arguments;
use crate::clock::{Clock, Randomness, SystemClock, SystemRandomness, new_identifier};
use crate::config::{Config, ConfigError};
use crate::contacts;
use crate::database::{self, Database, OpenError};
use crate::epoch;
use crate::events::{self, Hub};
use crate::folder::{self, FolderError};
use crate::hashing::Hasher;
use crate::identity::Identity;
use crate::jobs::Bells;
use crate::secret_key::{SecretKey, SecretKeyError};
use crate::sessions::{self, LastActive};
use crate::state::ServerState;
use crate::throttle::AddressLimits;
use crate::{http, jobs, mail, users};

/// Why a server does not start. Its text is for the person who starts it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another server works on the same folder.
    #[error("another server is running on the data folder {} (the setting data_dir)", .0.display())]
    FolderInUse(PathBuf),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The first statement failed.
    #[error("the database does not respond: {0}")]
    Statement(#[from] database::Error),
    /// The address to listen on is taken or not this machine's.
    #[error("can't listen on {address} (the setting listen): {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// There is no key to seal and sign with, or the database wants another.
    #[error(transparent)]
    SecretKey(#[from] SecretKeyError),
    /// Mail can't leave as the settings say.
    #[error("{given}: {source}")]
    Mail {
        /// Where the setting was given, and what it is.
        given: String,
        /// Why.
        source: mail::PostError,
    },
    /// A route was registered that the table of access does not have, or the other way round.
    #[error(transparent)]
    Routes(#[from] access::Mismatch),
    /// A thread can't be started.
    #[error("a thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
}

/// An open server that does not listen yet.
#[derive(Debug)]
pub struct Server {
    state: Arc<ServerState>,
    router: axum::Router,
    // Held for as long as the server lives; the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Server {
    /// Opens the data folder and the database and starts the hashing threads.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::open_with(config.checked()?, Arc::new(SystemClock)).await
    }

    /// The same with another clock, and with values out of their range: a race finds more where hashing takes no time.
    pub async fn open_with(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!("Latchkey server {version}; settings: {}", config.sources);
        let lock = lock_folder(&config)?;
        let post = mail::Post::open(&config).map_err(|source| StartError::Mail {
            given: config.given(source.setting()),
            source,
        })?;
        let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness);
        let secret_key = SecretKey::open(&config, &*randomness)?;
        let place = config.database_options();
        let (database, migrated) = Database::open_and_tell(&place).await?;
        tracing::info!(
            "database: {place}; {} migrations, {} applied now",
            migrated.total,
            migrated.now
        );
        tracing::info!("mail: {}", how_mail_leaves(&config));
        let server_id = server_id(&database, &*clock, &*randomness).await?;
        secret_key.bind(&database).await?;
        users::fold_names(&database).await?;
        if config.app.is_some() {
            users::appoint_first(&database, clock.now()).await?;
        }
        let hasher = Hasher::start(config.hash, &*randomness).map_err(StartError::Thread)?;
        let state = ServerState {
            identity: Arc::new(Identity::new(server_id, &secret_key)),
            epoch_shown: AtomicU64::new(0),
            secret_key,
            hub: Arc::new(Hub::new(database.shared().is_some())),
            address_limits: AddressLimits::of_sign_in(config.sign_in),
            recovery_limits: AddressLimits::of_recovery(config.recovery),
            link_limits: AddressLimits::of_links(config.quotas),
            mail_budget: mail::Budget::default(),
            last_active: LastActive::default(),
            jobs: Bells::default(),
            post,
            shutdown: CancellationToken::new(),
            public_url: OnceLock::new(),
            config,
            database,
            clock,
            randomness,
            server_id,
            hasher,
        };
        let state = Arc::new(state);
        Ok(Self {
            router: http::router(&state)?,
            state,
            _lock: lock,
        })
    }

    /// What all its requests share.
    pub fn state(&self) -> &Arc<ServerState> {
        &self.state
    }

    /// Serves on `listener` until `shutdown` is asked for: open requests come to their end (10 s at most), event
    /// streams are closed, the database is closed.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> std::io::Result<()> {
        let Self {
            state,
            router,
            _lock,
        } = self;
        let address = listener.local_addr()?;
        if let Ok(url) = Url::parse(&format!("http://{address}"))
            && state.public_url.set(url).is_ok()
            && state.config.public_url.is_none()
            && address.ip().is_unspecified()
        {
            tracing::warn!(%address, "public_url is not set: links in e-mails will be unreachable");
        }
        if let Some(url) = state.public_url() {
            tracing::info!("listening on http://{address}; public URL: {url}");
        }
        if !state.config.confirms_addresses()
            && let Err(error) = contacts::confirm_pending(&state).await
        {
            tracing::error!(%error, "addresses that wait for confirmation could not be updated");
        }
        jobs::release_left_behind(&state).await;
        let work = TaskTracker::new();
        work.spawn(sessions::run_last_active(Arc::clone(&state)));
        work.spawn(events::run_nodes(Arc::clone(&state)));
        work.spawn(jobs::run(Arc::clone(&state)));
        let restored = Arc::clone(&state);
        work.spawn(async move {
            if let Err(error) = epoch::show_ended(&restored).await {
                tracing::warn!(%error, "the end of sessions could not be written; it goes on in a minute");
            }
        });
        work.close();
        let stop = state.shutdown.clone();
        let relay = tokio::spawn(async move {
            shutdown.cancelled().await;
            stop.cancel();
        });
        let served = http::serve(Arc::clone(&state), router, listener).await;
        state.shutdown.cancel();
        relay.abort();
        if tokio::time::timeout(std::time::Duration::from_secs(10), work.wait())
            .await
            .is_err()
        {
            tracing::warn!("background work did not finish in time");
        }
        let _ = sessions::write_last_active(&state).await;
        state.database.close().await;
        served
    }
}

/// For the log: which way, and in whose name.
fn how_mail_leaves(config: &Config) -> String {
    let Some(smtp) = &config.smtp else {
        return format!(
            "as files in {}, which nobody receives; set smtp.host to send it",
            config.outbox_folder().display()
        );
    };
    let mut text = format!("by {}", smtp.host);
    let mut tell = |what: &str, value: &str| {
        text.push_str(what);
        text.push_str(value);
    };
    if let Some(port) = smtp.port {
        tell(":", &port.to_string());
    }
    tell(", encryption ", smtp.encryption.name());
    tell(
        ", ",
        match smtp.username {
            Some(_) => "signed in",
            None => "not signed in",
        },
    );
    tell(
        ", from ",
        config
            .mail_from
            .as_deref()
            .unwrap_or("no-reply@ the public URL's host"),
    );
    text
}

/// Opens a server and runs it.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<(), StartError> {
    let address = config.listen;
    let server = Server::open(config).await?;
    server
        .run(listener, shutdown)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// Makes the data folder, readable by its owner alone, and takes its lock. Nodes on one PostgreSQL have a folder each.
fn lock_folder(config: &Config) -> Result<File, StartError> {
    let folder = &config.data_dir;
    let failed = |source| FolderError::Unusable {
        path: folder.clone(),
        source,
    };
    folder::secure(folder)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join("latchkey.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::FolderInUse(folder.clone())),
        Err(TryLockError::Error(source)) => Err(failed(source).into()),
    }
}

/// Which server this is; decided once for a database, by whichever node comes first.
async fn server_id(
    database: &Database,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<ServerId, database::Error> {
    let now = clock.now();
    let candidate = ServerId(new_identifier(now, randomness));
    let mut transaction = database.begin().await?;
    transaction
        .execute(
            "INSERT INTO server (id, singleton, created_at) VALUES ($1, 1, $2) ON CONFLICT (singleton) DO NOTHING",
            arguments![candidate, now],
        )
        .await?;
    let row = transaction
        .fetch_optional("SELECT id FROM server", arguments![])
        .await?
        .ok_or_else(|| database::Error::inconsistent("server", "id", "singleton"))?;
    let id = row.parsed(0, "server", "id")?;
    transaction.commit().await?;
    Ok(id)
}
