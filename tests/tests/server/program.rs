//! The `latchkey-server` program as an administrator runs it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, ServerProcess, ServerUnderTest, Settings, eventually, exchange, refused, serve,
    server_program,
};

on_both_databases!(its_start_says_what_it_runs_with);

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
    let variables = [("LATCHKEY_MAIL_FROM", "accounts at example.org")];
    let text = refused(&["--data-dir", data], &variables);
    assert!(
        text.contains("LATCHKEY_MAIL_FROM: “accounts at example.org”: mail_from is not an e-mail address, like"),
        "{text}"
    );
    let text = refused(&["--data-dir", file.to_str().unwrap()], &[]);
    assert!(
        text.contains("data folder") && text.contains("can't be used"),
        "{text}"
    );
    std::fs::write(settings, "listne = \"127.0.0.1:0\"").unwrap();
    let text = refused(&["--config", settings, "--data-dir", data], &[]);
    assert!(text.contains("listne"), "{text}");
    let text = refused(&["--listen", "localhost", "--data-dir", data], &[]);
    assert!(
        text.contains("--listen: “localhost” is not a valid value for the setting listen. It takes an address and a port"),
        "{text}"
    );
    std::fs::write(settings, "[hash]\nmemory_kib = 8").unwrap();
    let text = refused(&["--config", settings, "--data-dir", data], &[]);
    assert!(
        text.contains("hash.memory_kib") && text.contains("19456"),
        "{text}"
    );
    let text = refused(&["--config", "/nowhere/settings.toml"], &[]);
    assert!(text.contains("can't be read"), "{text}");
    let secret = "postgres://anna:hidden@127.0.0.1:1/latchkey";
    let begun = Instant::now();
    let text = refused(&["--data-dir", data, "--database", secret], &[]);
    // A second is what it may take; a machine that has much else to do is given two more.
    assert!(begun.elapsed() < Duration::from_secs(3), "{begun:?}");
    assert!(
        text.contains("PostgreSQL at 127.0.0.1:1, database latchkey (the setting database)")
            && text.contains("database can't be reached")
            && text.contains("refused")
            && !text.contains("hidden"),
        "{text}"
    );
    let text = refused(
        &["--data-dir", data, "--database", "mysql://anna:hidden@x"],
        &[],
    );
    assert!(
        text.contains("--database: the value (not shown) is not a valid value for the setting database. It takes a URL like")
            && !text.contains("hidden"),
        "{text}"
    );
    std::fs::write(folder.path().join("data/latchkey.sqlite"), vec![b'x'; 8192]).unwrap();
    let text = refused(&["--data-dir", data], &[]);
    assert!(text.contains("database"), "{text}");
}

async fn its_start_says_what_it_runs_with(database: Database) {
    let settings = Settings::default()
        .with("PUBLIC_URL", "https://accounts.example.org")
        .with("SMTP__HOST", "127.0.0.1")
        .with("SMTP__PORT", 2525)
        .with("SMTP__USERNAME", "latchkey")
        .with("SMTP__PASSWORD", "a hidden password")
        .with("MAIL_FROM", "");
    let mut server = ServerUnderTest::start_with(database, settings).await;
    let said = async |server: &ServerUnderTest| {
        eventually("the start in the log", async || {
            let log = server.process().log();
            log.contains("public URL").then_some(log)
        })
        .await
    };
    let log = said(&server).await;
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        format!("Latchkey server {version}; settings: LATCHKEY_DESCRIBE_API, LATCHKEY_HASH__ITERATIONS, "),
        "LATCHKEY_SMTP__PASSWORD, LATCHKEY_SMTP__PORT, LATCHKEY_SMTP__USERNAME, --listen, --data-dir".to_owned(),
        "; empty, so not set: LATCHKEY_MAIL_FROM".to_owned(),
        format!(
            "listening on http://{}; public URL: https://accounts.example.org",
            server.address()
        ),
        "mail: by 127.0.0.1:2525, encryption starttls, signed in, from no-reply@".to_owned(),
    ] {
        assert!(log.contains(&line), "{line}\n{log}");
    }
    let place = match database {
        Database::Sqlite => format!("SQLite, {}/latchkey.sqlite; ", server.data_dir().display()),
        Database::Postgres => "PostgreSQL at 127.0.0.1:".to_owned(),
    };
    let line = line_with(&log, &format!("database: {place}"));
    let (_, migrations) = line.rsplit_once("; ").unwrap();
    let (all, now) = migrations.split_once(" migrations, ").unwrap();
    assert_eq!(format!("{all} applied now"), now);
    assert!(!log.contains("a hidden password") && !log.contains(", 0 applied now"));
    server.kill().await;
    server.start_again().await;
    let log = said(&server).await;
    assert!(
        log.contains(&format!("{all} migrations, 0 applied now")),
        "{log}"
    );
}

fn line_with<'a>(log: &'a str, part: &str) -> &'a str {
    let line = log.lines().find(|line| line.contains(part));
    line.unwrap_or_else(|| panic!("no {part} in {log}"))
}

#[test]
fn its_help_has_every_setting() {
    for help in ["--help", "-h"] {
        let output = Command::new(server_program())
            .args(["serve", help])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        for part in [
            "--listen <ADDRESS:PORT>",
            "\n  listen\n          address and port; with port 0, the server picks a free one\n          [default: 127.0.0.1:8470]\n",
            "\n  smtp.password\n",
            "[default: server.key in data_dir]",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn its_log_has_colours_at_a_terminal_alone() {
    let program = server_program().display();
    let command = format!("{program} serve --config /nowhere");
    let log = |at_a_terminal: bool, no_color: &str| {
        let mut started = if at_a_terminal {
            let mut script = Command::new("script");
            script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
            script
        } else {
            let mut shell = Command::new("sh");
            shell.args(["-c", &command]);
            shell
        };
        // What is wrong with the filter is the one thing that is logged before the settings are read.
        let output = started
            .env("LATCHKEY_LOG", "[[[")
            .env("NO_COLOR", no_color)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8(text).unwrap()
    };
    for (at_a_terminal, no_color, coloured) in
        [(true, "", true), (true, "1", false), (false, "", false)]
    {
        let log = log(at_a_terminal, no_color);
        assert!(log.contains("LATCHKEY_LOG is not a valid filter"), "{log}");
        assert_eq!(
            log.contains('\u{1b}'),
            coloured,
            "{at_a_terminal} {no_color} {log}"
        );
    }
}
