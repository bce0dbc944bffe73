//! The `latchkey-server` binary as an administrator runs it.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in what it calls too"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

fn serve(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
    command
        .arg("serve")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, _) in std::env::vars() {
        if name.starts_with("LATCHKEY_") {
            command.env_remove(name);
        }
    }
    command
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}

/// What a server that does not start says.
fn refusal(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn it_says_where_it_listens_and_stops_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut child = serve(&["--listen", "127.0.0.1:0"])
        .env("LATCHKEY_DATA_DIR", &data)
        .spawn()
        .unwrap();
    let line = first_line(&mut child);
    let address = line
        .trim_end()
        .strip_prefix("listening on http://")
        .unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(
        &mut stream,
        b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"product\":\"latchkey\""), "{answer}");
    // A second one on the same folder, and on the same port.
    let text = refusal(serve(&[
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        data.to_str().unwrap(),
    ]));
    assert!(
        text.contains("another server is running on the data folder"),
        "{text}"
    );
    let other = folder.path().join("other");
    let text = refusal(serve(&[
        "--listen",
        address,
        "--data-dir",
        other.to_str().unwrap(),
    ]));
    assert!(
        text.contains(&format!("can't listen on {address}")),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&data).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        let killed = Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap();
        assert!(killed.success() && child.wait().unwrap().success());
    }
    #[cfg(not(unix))]
    child.kill().unwrap();
}

#[test]
fn it_says_why_it_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let settings = folder.path().join("settings.toml");
    let settings = settings.to_str().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let text = refusal(serve(&["--data-dir", file.to_str().unwrap()]));
    assert!(
        text.contains("data folder") && text.contains("can't be used"),
        "{text}"
    );
    std::fs::write(settings, "listne = \"127.0.0.1:0\"").unwrap();
    let text = refusal(serve(&["--config", settings, "--data-dir", data]));
    assert!(text.contains("listne"), "{text}");
    std::fs::write(settings, "[hash]\nmemory_kib = 8").unwrap();
    let text = refusal(serve(&["--config", settings, "--data-dir", data]));
    assert!(
        text.contains("hash.memory_kib") && text.contains("19456"),
        "{text}"
    );
    let text = refusal(serve(&["--config", "/nowhere/settings.toml"]));
    assert!(text.contains("can't be read"), "{text}");
    let secret = "postgres://anna:hidden@127.0.0.1:1/latchkey";
    let text = refusal(serve(&["--data-dir", data, "--database", secret]));
    assert!(
        text.contains("database can't be reached") && !text.contains("hidden"),
        "{text}"
    );
    let text = refusal(serve(&["--data-dir", data, "--database", "mysql://x"]));
    assert!(text.contains("not a postgres:// URL"), "{text}");
    std::fs::write(folder.path().join("data/latchkey.sqlite"), vec![b'x'; 8192]).unwrap();
    let text = refusal(serve(&["--data-dir", data]));
    assert!(text.contains("database"), "{text}");
}
