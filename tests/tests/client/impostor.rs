//! Something else answers in the server's place, with whatever it likes: nothing of it is believed, nothing is destroyed,
//! and once the server is back everything goes on.

use std::sync::Arc;
use std::time::Duration;

use latchkey_client::client::Client;
use latchkey_client::stage::{Stage, SyncState};
use latchkey_tests::client::{Device, current, named, profile, sign_in, signed_out, until};
use latchkey_tests::server::{
    Database, Impostor, Imposture, PATIENCE, ServerUnderTest, eventually,
};
use latchkey_tests::simulation::random::Random;
use serde_json::{Value, json};
use tokio::time::Instant;

/// What an impostor can know: all that stands in the answers to anybody, and what an insider might add.
struct Known {
    server_id: String,
    session_id: String,
    key: String,
}

fn http(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let headers = headers.concat();
    let answer = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [answer.as_bytes(), body].concat()
}

fn json_of(status: &str, media_type: &str, body: &Value) -> Vec<u8> {
    http(
        status,
        &[("content-type", media_type)],
        body.to_string().as_bytes(),
    )
}

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const STREAM: &str = "text/event-stream";

fn ended(known: &Known, reason: &str) -> Value {
    json!({
        "session_id": known.session_id, "at": 1_800_000_000_000_000_i64, "reason": reason,
        "by_session_id": null, "by_device_name": "Your other device",
    })
}

fn problem(known: &Known, status: u16, code: &str) -> Value {
    json!({
        "type": "about:blank", "title": "", "status": status, "code": code, "server_id": known.server_id,
        "ended": ended(known, "ended_by_device"),
    })
}

/// Answers that were seen in networks, and those that somebody would make who has the source.
fn impostures(known: &Known) -> Vec<Imposture> {
    let mut all = of_networks();
    all.extend(refusals(known));
    all.extend(successes(known));
    all
}

fn of_networks() -> Vec<Imposture> {
    let says = Imposture::Says;
    let html = b"<html><body>Sign in to this network</body></html>";
    let mut all = Vec::new();
    for status in [
        "200 OK",
        "201 Created",
        "202 Accepted",
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "407 Proxy Authentication Required",
        "408 Request Timeout",
        "410 Gone",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
        "511 Network Authentication Required",
    ] {
        let headers = [
            ("content-type", "text/html"),
            ("location", "http://127.0.0.1:1/portal"),
        ];
        all.push(says(http(status, &headers, html)));
    }
    // A wait that nobody may ask for who is not known.
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        all.push(says(http(status, &[("retry-after", "86400")], b"")));
        let busy = json!({
            "type": "about:blank", "title": "", "status": 503, "code": "busy", "retry_after_seconds": 3600,
        });
        all.push(says(json_of(status, PROBLEM, &busy)));
    }
    all
}

/// What a server says no with.
fn refusals(known: &Known) -> Vec<Imposture> {
    let says = Imposture::Says;
    let mut all = Vec::new();
    for code in [
        "session_unknown",
        "session_ended",
        "not_signed_in",
        "not_found",
        "link_spent",
        "on_probation",
        "step_up_needed",
        "invalid_fields",
        "idempotency_key_reused",
        "internal",
        "new_password_needed",
    ] {
        for status in [
            "401 Unauthorized",
            "404 Not Found",
            "503 Service Unavailable",
        ] {
            let status_number = status[..3].parse().unwrap();
            let problem = problem(known, status_number, code);
            all.push(says(json_of(status, PROBLEM, &problem)));
        }
    }
    for reason in ["expired", "disowned", "password_reset", "server_restored"] {
        let mut problem = problem(known, 401, "session_ended");
        problem["ended"] = ended(known, reason);
        all.push(says(json_of("401 Unauthorized", PROBLEM, &problem)));
    }
    all
}

/// What a server says yes with, and what is nothing of the kind.
fn successes(known: &Known) -> Vec<Imposture> {
    let says = Imposture::Says;
    let mut all = Vec::new();
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!({"records": [], "next": 0, "revision": 0}),
        json!({"records": [], "next": 0, "revision": 0, "epoch": 0, "head": ""}),
        json!({"records": [], "next": 0, "revision": 0, "epoch": 1, "head": "1.0"}),
        json!({"records": [], "next": 5, "revision": 5, "epoch": 99_999_999_999_u64, "head": "x"}),
        json!({"records": [{"collection": "profile", "id": "x", "revision": 900, "body": null}],
               "next": 900, "revision": 1_000, "epoch": 1, "head": "x"}),
        json!({"revision": 900, "conflicts": []}),
        json!({"ended": [known.session_id], "revision": 900}),
        json!({"product": "latchkey", "version": "0.1.0", "server_id": known.server_id, "key": known.key,
               "sign_up": true}),
        json!({"session_id": known.session_id, "account_id": known.server_id, "expires_at": 0, "revision": 0}),
    ] {
        all.push(says(json_of("200 OK", JSON, &body)));
    }
    all.push(says(http("204 No Content", &[], b"")));
    for events in [
        "event: revision\ndata: 0\n\n".to_owned(),
        "event: revision\ndata: 999999\n\n".to_owned(),
        format!(
            "event: ended\ndata: {}\n\n",
            ended(known, "ended_by_device")
        ),
        format!(
            "event: ended\ndata: {}\nproof: {}\n\n",
            ended(known, "disowned"),
            "A".repeat(86)
        ),
        ":\n\n".repeat(50),
    ] {
        let headers = [("content-type", STREAM)];
        all.push(says(http("200 OK", &headers, events.as_bytes())));
        all.push(Imposture::Stalls(
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {STREAM}\r\nlatchkey-proof: {}\r\n\r\n{events}",
                known.key
            )
            .into_bytes(),
        ));
    }
    all.extend([
        says(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        says(vec![0; 4_096]),
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        Imposture::HangsUp,
        Imposture::Replays,
    ]);
    all
}

/// Answers that nobody thought of.
fn generated(known: &Known, random: &mut Random) -> Imposture {
    let pick = |random: &mut Random, from: &[&str]| from[random.index(from.len())].to_owned();
    let status = [
        "200 OK",
        "201 Created",
        "204 No Content",
        "304 Not Modified",
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
        "409 Conflict",
        "410 Gone",
        "422 Unprocessable Content",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ];
    let status = pick(random, &status);
    let media_type = pick(random, &[JSON, PROBLEM, STREAM, "text/html", "text/plain"]);
    let code = pick(
        random,
        &[
            "session_unknown",
            "session_ended",
            "not_found",
            "invalid_fields",
            "busy",
            "on_probation",
            "malformed",
            "idempotency_key_reused",
            "too_many_attempts",
        ],
    );
    let reason = pick(
        random,
        &[
            "expired",
            "signed_out",
            "ended_by_device",
            "disowned",
            "server_restored",
        ],
    );
    let number = |random: &mut Random| match random.below(4) {
        0 => 0,
        1 => random.below(100),
        2 => u64::from(u32::MAX),
        _ => u64::MAX,
    };
    let mut body = json!({
        "status": status[..3].parse::<u16>().unwrap(), "code": code, "type": "about:blank", "title": "",
        "ended": ended(known, &reason), "records": [], "next": number(random), "revision": number(random),
        "epoch": number(random), "head": "1.1.x", "conflicts": [], "session_id": known.session_id,
        "retry_after_seconds": random.below(100_000), "token": "lks_x",
        "fields": [{"field": "display_name", "code": "required"}],
    });
    if let Value::Object(members) = &mut body {
        members.retain(|_, _| random.chance(80));
    }
    let body = if media_type == STREAM {
        format!(
            "event: ended\ndata: {}\nproof: x\n\n",
            ended(known, &reason)
        )
    } else {
        body.to_string()
    };
    let headers = [
        ("content-type", media_type.as_str()),
        ("latchkey-proof", known.key.as_str()),
        ("retry-after", "7200"),
    ];
    Imposture::Says(http(&status, &headers, body.as_bytes()))
}

/// For the words of a failure.
fn shown(imposture: &Imposture) -> String {
    match imposture {
        Imposture::Says(octets) => format!("{:?}", String::from_utf8_lossy(octets)),
        other => format!("{other:?}"),
    }
}

/// A device that is signed in, an impostor to be put in the server's place, and all that it could know.
struct Stand {
    server: ServerUnderTest,
    impostor: Impostor,
    device: Device,
    known: Known,
}

impl Stand {
    async fn new() -> (Self, Arc<Client>) {
        let server = ServerUnderTest::start(Database::Sqlite).await;
        let impostor = Impostor::of(&server).await;
        let device = Device::new(&server).await;
        // By way of the impostor, so that it has answers to replay.
        device.link.lead_to(impostor.address());
        let client = device.signed_up("anna").await;
        let devices = client.devices().await.unwrap().live;
        let info: Value = server.http().get("/v1/server").await.expect(200).json();
        let known = Known {
            server_id: server.server_id().to_string(),
            session_id: devices[0].id.clone(),
            key: info["key"].as_str().unwrap().to_owned(),
        };
        device.link.mend(&server);
        let stand = Self {
            server,
            impostor,
            device,
            known,
        };
        (stand, client)
    }

    /// Something else answers from now on.
    fn play(&self, imposture: Imposture, passes: &[&'static str]) {
        self.impostor.play(imposture, passes);
        self.device.link.lead_to(self.impostor.address());
    }

    /// The server is back.
    async fn goes_on(&self, client: &Client, after: &str) {
        self.device.link.mend(&self.server);
        eventually(&format!("it goes on after {after}"), async || {
            // An answer of before may still have had it wait.
            client.sync_now().await.unwrap();
            let sync = client.sync_status().await;
            (sync.state == SyncState::UpToDate && sync.waiting_changes == 0).then_some(())
        })
        .await;
    }

    async fn was_asked(&self, times: usize, by: &str) {
        eventually(&format!("{times} questions to {by}"), async || {
            (self.impostor.asked().len() >= times).then_some(())
        })
        .await;
    }
}

fn is_shown(stage: &Stage) -> bool {
    matches!(stage, Stage::SignedIn { display_name, .. } if !display_name.is_empty())
}

/// Plays an imposture on a running app that has a change to send, then brings the server back.
async fn play_on_running(stand: &Stand, client: &Client, imposture: Imposture, name: &str) {
    let shown = shown(&imposture);
    let before = client.profile().await.unwrap();
    let stalls = matches!(imposture, Imposture::Stalls(_));
    stand.play(imposture, &[]);
    client.edit_profile(named(name)).await.unwrap();
    // So often that what was said at first has had its effect.
    let often = if stalls { 2 } else { 4 };
    eventually(&format!("{often} questions to {shown}"), async || {
        // An answer of before may have had it wait.
        client.sync_now().await.unwrap();
        (stand.impostor.asked().len() >= often).then_some(())
    })
    .await;
    let sync = client.sync_status().await;
    assert_ne!(sync.state, SyncState::UpToDate, "{shown}");
    assert_eq!(sync.waiting_changes, 1, "{shown}: {sync:?}");
    assert!(is_shown(&client.stage().await), "{shown}");
    let now = client.profile().await.unwrap();
    assert_eq!(
        (now.username, now.display_name.as_str()),
        (before.username, name)
    );
    assert!(!stand.device.databases().is_empty(), "{shown}");
    stand.goes_on(client, &shown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_said_to_a_running_app_is_believed() {
    let (stand, client) = Stand::new().await;
    let all = impostures(&stand.known);
    assert!(all.len() >= 60, "{}", all.len());
    for (number, imposture) in all.into_iter().enumerate() {
        play_on_running(&stand, &client, imposture, &format!("Anna {number}")).await;
    }
    let mut random = Random::new(7);
    for number in 0..60 {
        let imposture = generated(&stand.known, &mut random);
        play_on_running(&stand, &client, imposture, &format!("Generated {number}")).await;
    }
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_said_at_the_start_is_believed() {
    let (stand, mut client) = Stand::new().await;
    for imposture in impostures(&stand.known) {
        let shown = shown(&imposture);
        client.close().await;
        stand.play(imposture, &[]);
        client = stand.device.restarted(client).await;
        assert!(is_shown(&client.stage().await), "{shown}");
        stand.was_asked(1, &shown).await;
        assert!(is_shown(&client.stage().await), "{shown}");
        stand.goes_on(&client, &shown).await;
    }
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_arrives_whatever_else_was_said() {
    let (stand, client) = Stand::new().await;
    let other = Device::new(&stand.server).await.signed_in("anna").await;
    for imposture in impostures(&stand.known) {
        let shown = shown(&imposture);
        let live = client.devices().await.unwrap().live;
        let own = live
            .iter()
            .find(|device| device.this_device)
            .unwrap()
            .id
            .clone();
        stand.play(imposture, &[]);
        client.sign_out().await.unwrap();
        eventually(&format!("the receipt is offered to {shown}"), async || {
            let asked = stand.impostor.asked();
            asked
                .iter()
                .any(|path| path == "/v1/receipts")
                .then_some(())
        })
        .await;
        stand.device.link.mend(&stand.server);
        client.look_again();
        latchkey_tests::client::device(&other, &format!("the end of {shown}"), |device| {
            device.id == own && device.ending.is_some()
        })
        .await;
        client.sign_in(sign_in("anna", true)).await.unwrap();
        current(&client).await;
    }
    client.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_takes_nothing_from_anybody_else() {
    let (stand, client) = Stand::new().await;
    client.sign_out().await.unwrap();
    for imposture in impostures(&stand.known) {
        let shown = shown(&imposture);
        signed_out(&client).await;
        stand.play(imposture, &["/v1/server", "/v1/sessions"]);
        client.sign_in(sign_in("anna", true)).await.unwrap();
        stand.was_asked(2, &shown).await;
        let sync = client.sync_status().await;
        assert_ne!(sync.state, SyncState::UpToDate, "{shown}");
        assert_eq!(sync.current_at, None, "{shown}");
        assert!(
            matches!(client.stage().await, Stage::SignedIn { .. }),
            "{shown}"
        );
        stand.goes_on(&client, &shown).await;
        profile(&client, "the name", |profile| {
            profile.display_name == "Anna Kowalska"
        })
        .await;
        client.sign_out().await.unwrap();
    }
    client.close().await;
}

/// Nobody presses "Try now", and whoever answered asked for a day's patience.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_found_again_within_half_a_minute() {
    let (stand, client) = Stand::new().await;
    let away = http("503 Service Unavailable", &[("retry-after", "86400")], b"");
    stand.play(Imposture::Says(away), &[]);
    stand.was_asked(1, "what is away").await;
    until(&client, "that it is away is noticed", async || {
        (client.sync_status().await.state == SyncState::ServerTrouble).then_some(())
    })
    .await;
    stand.device.link.mend(&stand.server);
    let back = Instant::now();
    let patience = PATIENCE + Duration::from_secs(5);
    tokio::time::timeout(patience, async {
        while client.sync_status().await.state != SyncState::UpToDate {
            tokio::task::yield_now().await;
            let mut topics = client.subscribe();
            let _ = tokio::time::timeout(Duration::from_secs(1), topics.recv()).await;
        }
    })
    .await
    .expect("it is found again");
    assert!(
        back.elapsed() <= Duration::from_secs(32),
        "{:?}",
        back.elapsed()
    );
    client.close().await;
}
