//! A PostgreSQL of its own for the tests, in a folder that is thrown away.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{command, end_with_descendants, is_root, on_path, output, run};
use crate::session::TemporaryFolder;

const START: Duration = Duration::from_mins(1);

/// A running PostgreSQL; it stops when this is dropped.
pub struct Postgres {
    server: Child,
    url: String,
    // Removed after the server has stopped: fields are dropped in this order.
    _folder: TemporaryFolder,
}

impl Postgres {
    /// Starts one on a free port of this computer, without fsync: nothing in it is worth a wait.
    pub fn start() -> Result<Self, String> {
        let programs = programs()?;
        let folder = TemporaryFolder::new("postgres")?;
        let as_root = is_root();
        if as_root {
            // PostgreSQL refuses to run as root; its package brings a user for it.
            run(command("chown").arg("postgres").arg(folder.path()), START)?;
        }
        let program = |name: &str| -> Command {
            if as_root {
                let mut runuser = command("runuser");
                runuser
                    .args(["-u", "postgres", "--"])
                    .arg(programs.join(name));
                runuser.current_dir("/");
                runuser
            } else {
                command(programs.join(name))
            }
        };
        let data = folder.path().join("data");
        run(
            program("initdb").arg("--pgdata").arg(&data).args([
                "--username=latchkey",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]),
            START,
        )?;
        let port = free_port()?;
        let log = fs::File::create(folder.path().join("log"))
            .map_err(|error| format!("PostgreSQL's log can't be written: {error}"))?;
        let server = dying_with_this(program("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-F", "-p", &port.to_string()])
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=400",
            ])
            .args(["-c", "synchronous_commit=off", "-c", "full_page_writes=off"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("postgres could not be started: {error}"))?;
        let mut this = Self {
            server,
            url: format!("postgres://latchkey@127.0.0.1:{port}/postgres"),
            _folder: folder,
        };
        this.wait_until_ready(&programs, port)?;
        Ok(this)
    }

    /// How to reach it, as superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self, programs: &Path, port: u16) -> Result<(), String> {
        println!("Waiting for PostgreSQL at {}", self.url);
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(format!("PostgreSQL exited at once with {status}"));
            }
            let mut ready = command(programs.join("pg_isready"));
            ready.args([
                "--quiet",
                "--host=127.0.0.1",
                "--username=latchkey",
                "--dbname=postgres",
            ]);
            if output(ready.args(["--port", &port.to_string()])).is_some() {
                println!("PostgreSQL is ready at {}", self.url);
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!(
            "PostgreSQL did not respond within {} s",
            START.as_secs()
        ))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        end_with_descendants(&mut self.server);
    }
}

/// `command`, asked to stop also when this process is killed, where that can be had.
fn dying_with_this(inner: Command) -> Command {
    if !on_path("setpriv") {
        return inner;
    }
    let mut outer = command("setpriv");
    outer
        .args(["--pdeathsig", "TERM"])
        .arg(inner.get_program())
        .args(inner.get_args());
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// The folder with the programs of the newest PostgreSQL here.
fn programs() -> Result<PathBuf, String> {
    let version = |path: &Path| {
        path.file_name()
            .and_then(|name| name.to_str()?.parse::<u32>().ok())
    };
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").is_file())
        .max_by_key(|path| version(path));
    if let Some(path) = debian {
        return Ok(path.join("bin"));
    }
    output(command("pg_config").arg("--bindir"))
        .map(|folder| PathBuf::from(folder.trim()))
        .filter(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| "No PostgreSQL server is installed (package postgresql).".to_owned())
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}
