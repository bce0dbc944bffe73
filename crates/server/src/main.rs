//! The `latchkey-server` binary.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use latchkey_protocol::users::Role;
use latchkey_server::config::{Config, ConfigError, settings};
use latchkey_server::epoch::restored;
use latchkey_server::log::OneLine;
use latchkey_server::mail::{REPORT_MAXIMUM, Received, take_report};
use latchkey_server::trust::{approve_device, secure_user};
use latchkey_server::users::{administrators, set_role};
use latchkey_server::{Server, StartError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// The Latchkey server.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server. Every setting can also be set as `LATCHKEY_KEY` (in a section: `LATCHKEY_SECTION__KEY`) or in
    /// the TOML file. The command line overrides the environment, and the environment overrides the file.
    Serve {
        /// Address and port to listen on; with port 0, the server picks a free one
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
        /// Folder for the database, the lock, the key and e-mails that are saved as files
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// Address that links in e-mails start with [default: the address the server listens on]
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Reads one delivery report (RFC 3464) from standard input, for the server with the same settings. Your mail
    /// server runs it for each message to `bounce_address`; the exit status is one of `sysexits.h`.
    Bounce {
        /// The envelope's recipient, `bounce+…@…` [default: the recipient in the headers]
        #[arg(long, value_name = "ADDRESS")]
        recipient: Option<String>,
        /// Folder of the server's database and key
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Grants or revokes the administrator role, with which a person can help others with their accounts, in the app
    /// under Administration. Works while the server is running.
    Administrator {
        #[command(subcommand)]
        act: AdministratorAct,
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER", global = true)]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL", global = true)]
        database: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE", global = true)]
        config: Option<PathBuf>,
    },
    /// Secures an account whose owner says that something in it wasn't them: signs out all its devices, suspends what someone
    /// else may have added, and has a new password chosen. Make sure that it is the owner who asks. Works while the server
    /// runs.
    Secure {
        /// The account's username
        username: String,
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Approves a device on probation, for an owner who has no trusted device and can't read the primary address. Make sure
    /// that it is the owner who asks. Works while the server runs.
    Approve {
        /// The account's username
        username: String,
        /// The device's name or id
        device: String,
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Tells the server that its database was restored from a backup. Run it before you start the server: all sessions
    /// end, because sessions that ended after the backup are live again in it. Apps keep unsent changes until people
    /// sign in again.
    Restored {
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL [default: SQLite in the data folder]
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings [default: the file named by `LATCHKEY_CONFIG`]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum AdministratorAct {
    /// Makes a person an administrator
    Grant {
        /// Username of the account
        username: String,
    },
    /// Revokes the administrator role at once
    Revoke {
        /// Username of the administrator
        username: String,
    },
    /// Lists all administrators, one per line
    List,
}

fn main() -> ExitCode {
    let Options { command } = options();
    start_log();
    let ended = match command {
        Command::Serve {
            listen,
            data_dir,
            database,
            public_url,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [
                ("listen", listen),
                ("data_dir", folder),
                ("database", database),
                ("public_url", public_url),
            ];
            load(config.as_deref(), options)
                .map_err(StartError::from)
                .and_then(run)
                .map_err(|error| (error.to_string(), 1))
        }
        Command::Bounce {
            recipient,
            data_dir,
            database,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [("data_dir", folder), ("database", database)];
            load(config.as_deref(), options)
                .map_err(|error| (error.to_string(), EX_CONFIG))
                .and_then(|config| bounce(&config, recipient.as_deref()))
        }
        Command::Administrator {
            act,
            data_dir,
            database,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [("data_dir", folder), ("database", database)];
            load(config.as_deref(), options)
                .map_err(|error| error.to_string())
                .and_then(|config| administer(&config, &act))
                .map_err(|error| (error, 1))
        }
        Command::Secure {
            username,
            data_dir,
            database,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [("data_dir", folder), ("database", database)];
            load(config.as_deref(), options)
                .map_err(|error| error.to_string())
                .and_then(|config| secure(&config, &username))
                .map_err(|error| (error, 1))
        }
        Command::Approve {
            username,
            device,
            data_dir,
            database,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [("data_dir", folder), ("database", database)];
            load(config.as_deref(), options)
                .map_err(|error| error.to_string())
                .and_then(|config| approve(&config, &username, &device))
                .map_err(|error| (error, 1))
        }
        Command::Restored {
            data_dir,
            database,
            config,
        } => {
            let folder = data_dir.map(|folder| folder.display().to_string());
            let options = [("data_dir", folder), ("database", database)];
            load(config.as_deref(), options)
                .map_err(|error| error.to_string())
                .and_then(|config| note_restored(&config))
                .map_err(|error| (error, 1))
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err((error, status)) => {
            let _ = writeln!(std::io::stderr(), "latchkey-server: {error}");
            ExitCode::from(status)
        }
    }
}

/// Parses the command line. `serve --help` also lists the settings that have no option.
fn options() -> Options {
    let command =
        Options::command().mut_subcommand("serve", |serve| serve.after_help(settings::help()));
    Options::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// Starts the log, on standard error; with colours for a person at a terminal (<https://no-color.org>) alone.
fn start_log() {
    let given = variable("LATCHKEY_LOG").map(|filter| EnvFilter::try_new(filter.to_string_lossy()));
    let is_wrong = matches!(given, Some(Err(_)));
    let filter = given
        .and_then(Result::ok)
        .unwrap_or_else(|| EnvFilter::new("warn,latchkey_server=info"));
    let colours = std::io::stderr().is_terminal() && variable("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(OneLine {
            to: std::io::stderr,
            colours,
        })
        .with_ansi(colours)
        .init();
    if is_wrong {
        tracing::warn!(
            "LATCHKEY_LOG is not a valid filter and is ignored. Use one like info or warn,latchkey_server=debug"
        );
    }
}

/// Reads a variable of the environment; an empty one counts as not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Loads the settings: the command line overrides the environment, which overrides the file.
fn load<const COUNT: usize>(
    file: Option<&Path>,
    options: [(&'static str, Option<String>); COUNT],
) -> Result<Config, ConfigError> {
    let options = options
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| (key, value)));
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let named = variable("LATCHKEY_CONFIG").map(PathBuf::from);
    Config::load(file.or(named.as_deref()), variables, options)
}

fn run(config: Config) -> Result<(), StartError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Thread)?
        .block_on(serve(config))
}

/// The exit status for settings that can't be used, for a mail server's pipe (`sysexits.h`).
const EX_CONFIG: u8 = 78;
/// A temporary failure: the mail server tries again later.
const EX_TEMPFAIL: u8 = 75;

/// Handles the report on standard input; an error has its exit status.
fn bounce(config: &Config, recipient: Option<&str>) -> Result<(), (String, u8)> {
    let for_now = |error: std::io::Error| (error.to_string(), EX_TEMPFAIL);
    let mut report = Vec::new();
    std::io::stdin()
        .take(REPORT_MAXIMUM as u64)
        .read_to_end(&mut report)
        .map_err(for_now)?;
    let received = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(for_now)?
        .block_on(take_report(config, recipient, &report));
    match received {
        Ok(Received::Bounced(mail)) => {
            tracing::info!(%mail, "an e-mail bounced");
            Ok(())
        }
        Ok(Received::NotUnderstood(mail)) => {
            tracing::info!(%mail, "a mail server sent a message about an e-mail, not in a known form of report");
            Ok(())
        }
        Ok(Received::Nothing) => Ok(()),
        Err(error) => Err((error.to_string(), error.exit_status())),
    }
}

/// Runs `latchkey-server administrator` and prints the result on standard output.
fn administer(config: &Config, act: &AdministratorAct) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let (username, role) = match act {
        AdministratorAct::Grant { username } => (username, Role::Administrator),
        AdministratorAct::Revoke { username } => (username, Role::Person),
        AdministratorAct::List => {
            let names = runtime.block_on(administrators(config));
            for name in names.map_err(|error| error.to_string())? {
                say(&name);
            }
            return Ok(());
        }
    };
    let set = runtime.block_on(set_role(config, username, role));
    let set = set.map_err(|error| error.to_string())?;
    say(&match (role, set) {
        (Role::Administrator, true) => format!("{username} is now an administrator"),
        (Role::Administrator, false) => format!("{username} is already an administrator"),
        (Role::Person, true) => format!("{username} is no longer an administrator"),
        (Role::Person, false) => format!("{username} is not an administrator"),
    });
    Ok(())
}

/// Runs `latchkey-server secure` and prints the result on standard output.
fn secure(config: &Config, username: &str) -> Result<(), String> {
    wait_for(secure_user(config, username))?;
    say(&format!(
        "{username} is secured within ten seconds, or once the server is started"
    ));
    Ok(())
}

/// Runs `latchkey-server approve` and prints the result on standard output.
fn approve(config: &Config, username: &str, device: &str) -> Result<(), String> {
    if !wait_for(approve_device(config, username, device))? {
        return Err(format!(
            "{username} has no single device on probation with the name or id {device:?}"
        ));
    }
    say(&format!(
        "{device} is approved within ten seconds, or once the server is started"
    ));
    Ok(())
}

fn wait_for<T, E: std::fmt::Display>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?
        .block_on(work)
        .map_err(|error| error.to_string())
}

/// Runs `latchkey-server restored` and prints the result on standard output.
fn note_restored(config: &Config) -> Result<(), String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?
        .block_on(restored(config))
        .map_err(|error| error.to_string())?;
    say(
        "all sessions have ended; people sign in again, and their apps then send the changes they kept",
    );
    Ok(())
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn serve(config: Config) -> Result<(), StartError> {
    let address = config.listen;
    let listening = |source| StartError::Listen { address, source };
    let server = Server::open(config).await?;
    let listener = TcpListener::bind(address).await.map_err(listening)?;
    let bound = listener.local_addr().map_err(listening)?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    // Before the line below: whoever reads it may end this at once.
    let told_to_stop = stop_signal();
    tokio::spawn(async move {
        told_to_stop.await;
        stop.cancel();
    });
    // The first line, once everything is ready, for whoever started this and waits for it.
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "listening on http://{bound}");
    let _ = output.flush();
    drop(output);
    server.run(listener, shutdown).await.map_err(listening)
}

/// Listens for the system's word to stop from this call on, not from the first look at what it returns.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn heard(signal: std::io::Result<Signal>) {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
    let terminate = heard(signal(SignalKind::terminate()));
    let interrupt = heard(signal(SignalKind::interrupt()));
    async {
        tokio::select! {
            () = terminate => {}
            () = interrupt => {}
        }
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    let _ = tokio::signal::ctrl_c().await;
}
