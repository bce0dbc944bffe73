//! The server's log, for whoever runs it and for the programs that read it.

use std::process::Command;

use latchkey_protocol::second_factor::SecondFactorBegun;
use latchkey_tests::server::{
    Authenticator, Database, Device, Person, ServerUnderTest, Settings, eventually,
};

/// The lines of an event, once there are as many.
async fn lines(server: &ServerUnderTest, event: &str, number: usize) -> Vec<String> {
    let wanted = format!(" latchkey_server::audit: event={event} ");
    eventually(&format!("{number} lines of {event}"), async || {
        let log = server.process().log();
        let found: Vec<String> = log
            .lines()
            .filter(|line| line.contains(&wanted))
            .map(str::to_owned)
            .collect();
        (found.len() >= number).then_some(found)
    })
    .await
}

/// The value of a line's field.
fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let value = line.split_once(&format!(" {name}=")).map(|(_, rest)| rest);
    let value = value.unwrap_or_else(|| panic!("no {name} in {line}"));
    value.split(' ').next().unwrap_or_default()
}

/// The filter of the documentation, read by the real fail2ban: the addresses that it counts, in order.
fn counted(log: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.log");
    std::fs::write(&file, log).unwrap();
    let filter = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fail2ban.conf");
    let output = Command::new("fail2ban-regex")
        .args(["--out", "ip"])
        .arg(&file)
        .arg(filter)
        .output()
        .expect("fail2ban-regex, of the Debian package fail2ban");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn fail2ban_counts_what_was_refused_and_nothing_else() {
    let settings = Settings::default().with("SMTP__HOST", "127.0.0.1");
    // Nothing listens there, so that the log has failures of mail too.
    let settings = settings
        .with("SMTP__PORT", 1)
        .with("SMTP__ENCRYPTION", "none");
    let server = ServerUnderTest::start_with(Database::Sqlite, settings).await;
    let anna = Person::create(&server, "anna").await;
    let anna = anna.signing_in_on(&server, anna.device.clone()).await;
    let sign_in = async |address: u8, login: &str, password: &str| {
        let request = Device::new("Stranger").sign_in(&server, login, password);
        let http = server.http().at([127, 0, 0, address]);
        http.post("/v1/sessions", &request).await.expect(401);
    };
    sign_in(9, "anna", "wrong").await;
    // Nobody's name; a password where the name belongs; a name that looks like a line of the log.
    sign_in(10, "bruno", "wrong").await;
    sign_in(11, "four brass kettles", "wrong").await;
    let forged = "x\n2026-11-30T18:34:33.123456Z  WARN latchkey_server::audit: event=sign_in_refused \
                  address=198.51.100.1 reason=sign_in_refused\n";
    sign_in(12, forged, "wrong").await;
    let wrong = serde_json::json!({ "password": "wrong", "code": null });
    let http = anna.http.at([127, 0, 0, 13]);
    http.post("/v1/session/step-up", &wrong).await.expect(422);

    lines(&server, "sign_in_refused", 4).await;
    let failed = lines(&server, "sign_in_failed", 1).await;
    assert_eq!(field(&failed[0], "address"), "127.0.0.9");
    assert_eq!(field(&failed[0], "username"), "\"anna\"");
    let account = anna.signed_in.account_id.to_string();
    assert_eq!(field(&failed[0], "account"), account);
    let refused = lines(&server, "password_refused", 1).await;
    assert_eq!(field(&refused[0], "session"), anna.session_id().to_string());
    let created = lines(&server, "account_created", 1).await;
    assert!(created[0].contains(" INFO "), "{created:?}");
    assert_eq!(field(&created[0], "address"), "127.0.0.1");
    lines(&server, "signed_in", 1).await;
    let mails = lines(&server, "mail_not_sent", 1).await;
    assert!(
        mails[0].contains(" WARN ") && mails[0].contains(" error=\""),
        "{mails:?}"
    );

    let log = server.process().log();
    let addresses = (9..=13).map(|number| format!("127.0.0.{number}"));
    assert_eq!(counted(&log), addresses.collect::<Vec<_>>());
    // As the journal shows it, and as syslog writes it.
    let mut journal = String::new();
    for line in log.lines() {
        journal.push_str("Nov 30 18:34:34 host latchkey-server[12]: ");
        journal.push_str(line);
        journal.push('\n');
    }
    assert_eq!(counted(&journal).len(), 5);
    for secret in [
        "kettles",
        "wrong",
        "198.51.100.1",
        &anna.signed_in.token,
        "\u{1b}",
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_counted_by_fail2ban() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let anna = anna.stepped_up(None).await;
    let begun: SecondFactorBegun = anna.begin_second_factor().await.expect(200).json();
    let app = Authenticator {
        secret: begun.secret,
    };
    let code = app.code(server.now());
    anna.enable_second_factor(&code).await.expect(200);
    let mut request = Device::new("Stranger").sign_in(&server, "anna", &anna.password);
    request.code = Some(app.wrong(server.now()));
    let http = server.http().at([127, 0, 0, 9]);
    http.post("/v1/sessions", &request).await.expect(422);
    lines(&server, "second_factor_refused", 1).await;
    let log = server.process().log();
    assert_eq!(counted(&log), ["127.0.0.9"]);
    assert!(!log.contains(&app.secret) && !log.contains(&anna.password));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_do_is_in_the_log() {
    let server = ServerUnderTest::start(Database::Sqlite).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let bruno = Person::create_confirmed(&server, "bruno").await;
    server.administrator(&["grant", "anna"]).unwrap();
    let anna = anna.stepped_up(None).await;
    let account = bruno.signed_in.account_id;
    let path = format!("/v1/users/{account}/sessions/end-all");
    let http = anna.http.at([127, 0, 0, 9]);
    http.post(&path, &serde_json::json!({})).await.expect(200);
    let granted = lines(&server, "administrator_granted", 1).await;
    assert_eq!(field(&granted[0], "username"), "\"anna\"");
    let hers = lines(&server, "user_sessions_ended", 1).await;
    assert_eq!(field(&hers[0], "username"), "\"anna\"");
    assert_eq!(field(&hers[0], "to"), "\"bruno\"");
    assert_eq!(field(&hers[0], "address"), "127.0.0.9");
    let his = lines(&server, "sessions_ended_by_administrator", 1).await;
    assert_eq!(field(&his[0], "username"), "\"bruno\"");
    assert_eq!(field(&his[0], "account"), account.to_string());
    assert_eq!(field(&his[0], "by"), "\"anna\"");
}
