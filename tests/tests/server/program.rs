//! The `latchkey-server` program as an administrator runs it.

use std::path::Path;
use std::time::Duration;

use latchkey_tests::server::{ServerProcess, exchange, refused, serve};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_where_it_listens_and_stops_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let variables = [
        ("LATCHKEY_DATA_DIR", text(&data)),
        // As files for containers leave settings out, and as Kubernetes tells of a Service.
        ("LATCHKEY_CONFIG", ""),
        ("LATCHKEY_LOG", ""),
        ("LATCHKEY_PUBLIC_URL", ""),
        ("LATCHKEY_PORT", "tcp://10.96.0.7:8470"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut process = ServerProcess::start(&serve(&["--listen", "127.0.0.1:0"]), &variables)
        .expect("it says where it listens");
    let request = b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = exchange(process.address(), request, Duration::from_secs(10)).await;
    assert!(answer.contains("\"product\":\"latchkey\""), "{answer}");
    // A second one on the same folder, and on the same port.
    let log = refused(&["--listen", "127.0.0.1:0", "--data-dir", text(&data)], &[]);
    assert!(
        log.contains("another server is running on the data folder"),
        "{log}"
    );
    let address = process.address().to_string();
    let other = folder.path().join("other");
    let log = refused(&["--listen", &address, "--data-dir", text(&other)], &[]);
    assert!(log.contains(&format!("can't listen on {address}")), "{log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&data).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        assert!(process.terminate().success());
    }
}

/// As an older version, an administrator's `cp` or another user has left it.
#[cfg(unix)]
#[test]
fn what_it_keeps_is_for_its_own_user_alone() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--listen", "127.0.0.1:0", "--data-dir", text(&data)];
    let kept = || {
        let names = std::fs::read_dir(&data).unwrap();
        let mut kept: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
        kept.push(data.clone());
        kept
    };
    for existing in [false, true] {
        let mut process = ServerProcess::start(&serve(&arguments), &[]).expect("it listens");
        for path in kept() {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
        }
        assert!(kept().len() > 4, "{:?}", kept());
        let log = process.log();
        let told = log.contains("was open to other users") && log.contains("server.key");
        assert_eq!(told, existing, "{log}");
        process.terminate();
        for path in kept() {
            let mode = if path.is_dir() { 0o755 } else { 0o644 };
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        }
    }
    let key = data.join("server.key");
    let elsewhere = folder.path().join("elsewhere");
    std::fs::rename(&key, &elsewhere).unwrap();
    symlink(&elsewhere, &key).unwrap();
    let log = refused(&arguments, &[]);
    assert!(log.contains("server.key is a symbolic link"), "{log}");
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
    let text = refused(&["--data-dir", file.to_str().unwrap()], &[]);
    assert!(
        text.contains("data folder") && text.contains("can't be used"),
        "{text}"
    );
    std::fs::write(settings, "listne = \"127.0.0.1:0\"").unwrap();
    let text = refused(&["--config", settings, "--data-dir", data], &[]);
    assert!(text.contains("listne"), "{text}");
    std::fs::write(settings, "[hash]\nmemory_kib = 8").unwrap();
    let text = refused(&["--config", settings, "--data-dir", data], &[]);
    assert!(
        text.contains("hash.memory_kib") && text.contains("19456"),
        "{text}"
    );
    let text = refused(&["--config", "/nowhere/settings.toml"], &[]);
    assert!(text.contains("can't be read"), "{text}");
    let secret = "postgres://anna:hidden@127.0.0.1:1/latchkey";
    let text = refused(&["--data-dir", data, "--database", secret], &[]);
    assert!(
        text.contains("database can't be reached") && !text.contains("hidden"),
        "{text}"
    );
    let text = refused(&["--data-dir", data, "--database", "mysql://x"], &[]);
    assert!(text.contains("not a postgres:// URL"), "{text}");
    std::fs::write(folder.path().join("data/latchkey.sqlite"), vec![b'x'; 8192]).unwrap();
    let text = refused(&["--data-dir", data], &[]);
    assert!(text.contains("database"), "{text}");
}
