//! The `latchkey-server` program as a child process.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, OnceLock};

use super::PATIENCE;

/// A running server process; killed when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts the program and waits for its first line. `Err` is all it printed, when it ended instead.
    pub fn start(
        arguments: &[OsString],
        environment: &[(String, String)],
    ) -> Result<Self, (ExitStatus, String)> {
        let mut child = command(arguments, environment)
            .spawn()
            .expect("the server program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let mut readers = Vec::new();
        if let Some(mut stderr) = child.stderr.take() {
            let log = Arc::clone(&log);
            readers.push(std::thread::spawn(move || {
                let mut chunk = [0; 4096];
                while let Ok(read @ 1..) = stderr.read(&mut chunk) {
                    log.lock()
                        .unwrap()
                        .push_str(&String::from_utf8_lossy(&chunk[..read]));
                }
            }));
        }
        if let Ok(line) = first_line(&mut child, &log).recv_timeout(PATIENCE) {
            let address = line
                .strip_prefix("listening on http://")
                .and_then(|address| address.trim().parse().ok())
                .unwrap_or_else(|| panic!("the first line is {line:?}"));
            return Ok(Self {
                child,
                address,
                log,
            });
        }
        let _ = child.kill();
        let status = child.wait().expect("the program has ended");
        for reader in readers {
            let _ = reader.join();
        }
        let log = log.lock().unwrap().clone();
        Err((status, log))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far, standard output and standard error together.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Kills it with SIGKILL, as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop with SIGTERM and waits for its status.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        let started = std::time::Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of this test") {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "SIGTERM was not obeyed");
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }

    /// Its resident memory in KiB.
    pub fn resident_kib(&self) -> u64 {
        std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
                line.split_whitespace().nth(1)?.parse().ok()
            })
            .expect("the process runs")
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", self.log());
        }
    }
}

/// The arguments of `latchkey-server serve …`.
pub fn serve(arguments: &[&str]) -> Vec<OsString> {
    std::iter::once("serve")
        .chain(arguments.iter().copied())
        .map(OsString::from)
        .collect()
}

/// Starts a server that can't start, and gives what it says: on standard error alone, and without a panic.
#[track_caller]
pub fn refused(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    match ServerProcess::start(&serve(arguments), &environment) {
        Ok(process) => panic!("it started, at {}", process.address()),
        Err((status, log)) => {
            assert!(matches!(status.code(), Some(1 | 2)), "{status}: {log}");
            assert!(
                !log.contains("panicked") && !log.contains("RUST_BACKTRACE"),
                "{log}"
            );
            assert!(!log.trim().is_empty(), "it says nothing");
            log
        }
    }
}

fn command(arguments: &[OsString], environment: &[(String, String)]) -> Command {
    let mut command = Command::new(server_program());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LATCHKEY_") {
            command.env_remove(name);
        }
    }
    command.envs(environment.iter().cloned());
    command
}

fn first_line(child: &mut Child, log: &Arc<Mutex<String>>) -> Receiver<String> {
    let (sender, receiver) = channel();
    let stdout = child.stdout.take().expect("a pipe");
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines();
        if let Some(Ok(line)) = lines.next() {
            let _ = sender.send(line);
        }
        drop(sender);
        for line in lines.map_while(Result::ok) {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
    receiver
}

/// The program: `LATCHKEY_SERVER`, or the one that cargo builds beside this test.
pub fn server_program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("LATCHKEY_SERVER") {
            return path.into();
        }
        // The package is built here, for `cargo test -p latchkey-tests` builds only its library.
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "-p", "latchkey-server"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status()
            .expect("cargo runs");
        assert!(status.success(), "latchkey-server does not build");
        // The tests' own executable is at TARGET/PROFILE/deps/NAME.
        let program = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.parent()?.parent()?.join("latchkey-server")))
            .expect("the test has a path");
        assert!(program.exists(), "no program at {}", program.display());
        program
    })
}

/// Runs `latchkey-server COMMAND …` on a server's data, as whoever runs the server does. What it said; `Err` with what it
/// complained of when it failed.
pub fn run_command(
    name: &str,
    arguments: &[&str],
    data_dir: &Path,
    database_url: Option<&str>,
) -> Result<String, String> {
    let mut all: Vec<OsString> = vec![name.into()];
    all.extend(arguments.iter().map(OsString::from));
    all.extend(["--data-dir".into(), data_dir.into()]);
    if let Some(url) = database_url {
        all.extend(["--database".into(), url.into()]);
    }
    let output = command(&all, &[]).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}
