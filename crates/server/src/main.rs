//! The `latchkey-server` binary.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use latchkey_server::config::Config;
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
        /// A TOML file with settings
        #[arg(long, value_name = "FILE", env = "LATCHKEY_CONFIG")]
        config: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let Options { command } = Options::parse();
    let filter = EnvFilter::try_from_env("LATCHKEY_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,latchkey_server=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "latchkey-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), StartError> {
    let Command::Serve {
        listen,
        data_dir,
        database,
        public_url,
        config,
    } = command;
    let options = [
        ("listen", listen),
        (
            "data_dir",
            data_dir.map(|folder| folder.display().to_string()),
        ),
        ("database", database),
        ("public_url", public_url),
    ];
    let options = options
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| (key, value)));
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::load(config.as_deref(), variables, options)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Thread)?
        .block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), StartError> {
    let address = config.listen;
    let listening = |source| StartError::Listen { address, source };
    let server = Server::open(config).await?;
    let listener = TcpListener::bind(address).await.map_err(listening)?;
    let bound = listener.local_addr().map_err(listening)?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        stop_signal().await;
        stop.cancel();
    });
    // The first line, once everything is ready, for whoever started this and waits for it.
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "listening on http://{bound}");
    let _ = output.flush();
    drop(output);
    server.run(listener, shutdown).await.map_err(listening)
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    let _ = tokio::signal::ctrl_c().await;
}
