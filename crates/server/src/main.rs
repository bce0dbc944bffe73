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
    /// Runs the server. Every setting can also be given as `LATCHKEY_KEY` (a section's as `LATCHKEY_SECTION__KEY`) or in the
    /// TOML file; the command line counts most, the file least.
    Serve {
        /// Address and port to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
        /// Folder for the database, the lock and mails that nobody sends
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL; SQLite in the data folder when absent
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// What links in mails start with; the address listened on when absent
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// A TOML file with settings; the one that `LATCHKEY_CONFIG` names when absent
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Takes one delivery report (RFC 3464) from standard input, for the server with the same settings. Run by a mail
    /// server for each mail to `bounce_address`; its exit status is one of `sysexits.h`.
    Bounce {
        /// The envelope's recipient, `bounce+…@…`; looked for in the headers when absent
        #[arg(long, value_name = "ADDRESS")]
        recipient: Option<String>,
        /// Folder of the server's database and key
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL; SQLite in the data folder when absent
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings; the one that `LATCHKEY_CONFIG` names when absent
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Says who may help other people with their accounts, in the app under Administration. Beside a running server too.
    Administrator {
        #[command(subcommand)]
        act: AdministratorAct,
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER", global = true)]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL; SQLite in the data folder when absent
        #[arg(long, value_name = "URL", global = true)]
        database: Option<String>,
        /// A TOML file with settings; the one that `LATCHKEY_CONFIG` names when absent
        #[arg(long, value_name = "FILE", global = true)]
        config: Option<PathBuf>,
    },
    /// Tells the server that its database came back from a backup, best before it is started: all sessions end, since what
    /// was ended after the backup is live in it, and apps keep what waits in them until their person signs in again.
    Restored {
        /// Folder of the server's database
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// A postgres:// URL; SQLite in the data folder when absent
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// A TOML file with settings; the one that `LATCHKEY_CONFIG` names when absent
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum AdministratorAct {
    /// Makes somebody an administrator
    Grant {
        /// Of an account that exists
        username: String,
    },
    /// Makes an administrator a person like all others, at once
    Revoke {
        /// Of the administrator
        username: String,
    },
    /// Names all administrators, one a line
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

/// What the command line says. `serve --help` lists all settings, those without an option too.
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
            "LATCHKEY_LOG is not a valid filter and is ignored. It takes one like info or warn,latchkey_server=debug"
        );
    }
}

/// A variable of the environment; an empty one is not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The file, over it the environment, over that what the command line says.
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

/// Settings that can't be used, for a mail server's pipe (`sysexits.h`).
const EX_CONFIG: u8 = 78;
/// What may pass by itself: the mail server tries again later.
const EX_TEMPFAIL: u8 = 75;

/// Takes the report on standard input; what goes wrong comes with its exit status.
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
            tracing::info!(%mail, "a mail came back");
            Ok(())
        }
        Ok(Received::NotUnderstood(mail)) => {
            tracing::info!(%mail, "a mail server sent something about a mail that is no report in a known form");
            Ok(())
        }
        Ok(Received::Nothing) => Ok(()),
        Err(error) => Err((error.to_string(), error.exit_status())),
    }
}

/// Does what `latchkey-server administrator` was told, and says so on standard output.
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
        (Role::Administrator, true) => format!("{username} is an administrator now"),
        (Role::Administrator, false) => format!("{username} is an administrator already"),
        (Role::Person, true) => format!("{username} is no administrator any more"),
        (Role::Person, false) => format!("{username} is no administrator"),
    });
    Ok(())
}

/// Does what `latchkey-server restored` was told, and says so on standard output.
fn note_restored(config: &Config) -> Result<(), String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?
        .block_on(restored(config))
        .map_err(|error| error.to_string())?;
    say("all sessions have ended; people sign in again and go on with what waits in their apps");
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
