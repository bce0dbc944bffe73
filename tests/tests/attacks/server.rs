//! Requests that are no requests, and more of them than anybody needs.

use std::time::{Duration, Instant};

use latchkey_protocol::problem::{MEDIA_TYPE, ProblemCode};
use latchkey_protocol::sync::{Collection, EditOutcome};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Database, Device, Http, Operation, PATIENCE, Person, RawConnection, ServerUnderTest, Settings,
    edit_of, eventually, exchange, operations,
};
use reqwest::Method;
use serde_json::{Map, Value, json};

on_both_databases!(
    half_sent_requests_are_closed,
    an_idle_connection_is_kept_for_its_time_and_no_longer,
    a_body_that_is_too_large_is_refused_and_never_held,
    an_answer_before_the_body_is_read_to_its_end,
    ten_thousand_headers_are_refused,
    malformed_requests_are_refused,
    one_malformed_thing_is_refused,
    one_address_holds_a_hundred_connections,
    event_streams_count_as_connections,
    every_route_refuses_what_it_does_not_expect,
    no_list_is_taken_for_an_object,
    every_route_takes_hostile_values_without_a_fault,
    every_route_takes_hostile_paths_without_a_fault,
    hostile_texts_come_back_as_they_went_in,
    every_answer_is_closed_to_browsers_and_caches,
);

fn short_limits() -> Settings {
    Settings::default()
        .with("CONNECTIONS__HEADER_SECONDS", 1)
        .with("CONNECTIONS__BODY_SECONDS", 1)
        .with("CONNECTIONS__IDLE_SECONDS", 2)
}

/// Slowloris in its forms: nothing, half a header, a header that drips, half a body, a body that drips, and a
/// connection that is kept for nothing after an answer.
async fn half_sent_requests_are_closed(database: Database) {
    let server = ServerUnderTest::start_with(database, short_limits()).await;
    let address = server.address();
    let bound = Duration::from_secs(12);

    let silent = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection.read_to_close(bound).await
    };
    let half_header = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection
            .send(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nX-A")
            .await
            .unwrap();
        connection.read_to_close(bound).await
    };
    let dripping_header = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection
            .send(b"GET /v1/server HTTP/1.1\r\n")
            .await
            .unwrap();
        drip(connection, b"X-Header: 1\r\n", bound).await
    };
    let half_body = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection.send(&head(100)).await.unwrap();
        connection.send(b"{\"login\":").await.unwrap();
        connection.read_to_close(bound).await
    };
    let dripping_body = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection.send(&head(4000)).await.unwrap();
        drip(connection, b" ", bound).await
    };
    let idle = async {
        let mut connection = RawConnection::open(address).await.unwrap();
        connection
            .send(b"GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        connection.read_to_close(bound).await
    };
    let (silent, half_header, dripping_header, half_body, dripping_body, idle) = tokio::join!(
        silent,
        half_header,
        dripping_header,
        half_body,
        dripping_body,
        idle
    );
    for (what, closed) in [
        ("a silent connection", silent),
        ("half a header", half_header),
        ("a dripping header", dripping_header),
        ("half a body", half_body),
        ("a dripping body", dripping_body),
        ("an idle connection", idle),
    ] {
        let said = closed.unwrap_or_else(|| panic!("{what} stays open"));
        if what == "an idle connection" {
            assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        } else {
            assert!(
                !said.starts_with("HTTP/1.1 2") && !said.starts_with("HTTP/1.1 5"),
                "{what}: {said}"
            );
        }
    }
    server.http().get("/v1/server").await.expect(200);
}

/// After an answer that had to wait for the database and after one that did not.
async fn an_idle_connection_is_kept_for_its_time_and_no_longer(database: Database) {
    let settings = Settings::default()
        .with("CONNECTIONS__HEADER_SECONDS", 1)
        .with("CONNECTIONS__IDLE_SECONDS", 3);
    let server = ServerUnderTest::start_with(database, settings).await;
    let anna = Person::create(&server, "anna").await;
    let token = &anna.signed_in.token;
    for path in ["/v1/server", "/v1/session", "/v1/sync"] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
        let mut connection = RawConnection::open(server.address()).await.unwrap();
        let opened = Instant::now();
        // For longer than a header may take, which is no header's business.
        while opened.elapsed() < Duration::from_millis(2500) {
            connection.send(request.as_bytes()).await.unwrap();
            let answer = connection.read_some(PATIENCE).await.unwrap_or_default();
            assert!(
                answer.starts_with("HTTP/1.1 200"),
                "{path} after {:?}: {answer}",
                opened.elapsed()
            );
        }
        let since = Instant::now();
        connection
            .read_to_close(Duration::from_secs(12))
            .await
            .unwrap_or_else(|| panic!("idle after {path}, and open for ever"));
        let kept = since.elapsed();
        assert!(
            kept > Duration::from_millis(2500),
            "{path}: kept for {kept:?} alone"
        );
    }
}

fn head(length: u64) -> Vec<u8> {
    format!(
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes()
}

/// Sends `piece` ten times a second until the server closes; `None` when it hasn't within `bound`.
async fn drip(mut connection: RawConnection, piece: &[u8], bound: Duration) -> Option<String> {
    let started = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while started.elapsed() < bound {
        ticks.tick().await;
        if connection.send(piece).await.is_err() {
            return Some(String::new());
        }
        if let Some(said) = connection.read_to_close(Duration::from_millis(1)).await {
            return Some(said);
        }
    }
    None
}

/// An answer that comes before the body was taken says that the connection closes, and reaches a client that goes on sending
/// for a while: to close a socket in which something is unread resets it.
async fn an_answer_before_the_body_is_read_to_its_end(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let requests = [
        ("POST /v1/nothing", "Content-Type: application/json", "404"),
        ("POST /v1/edits", "Content-Type: application/json", "401"),
        ("POST /v1/sessions", "Content-Type: application/json", "413"),
        ("POST /v1/sessions", "Content-Type: text/plain", "415"),
        ("PUT /v1/accounts", "Content-Type: application/json", "405"),
        ("POST /confirm-email/x", "Content-Type: text/plain", "410"),
    ];
    for (line, kind, status) in requests {
        for sent in [300_000_usize, 100_000] {
            let mut connection = RawConnection::open(server.address()).await.unwrap();
            let head =
                format!("{line} HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: 300000\r\n\r\n");
            connection.send(head.as_bytes()).await.unwrap();
            // In pieces, with the answer under way: the whole of it, or what there is of it.
            for _ in 0..sent / 20_000 {
                connection
                    .send(&vec![b'x'; 20_000])
                    .await
                    .unwrap_or_else(|error| {
                        panic!("{line}: reset while sending: {error}");
                    });
                tokio::task::yield_now().await;
            }
            let said = connection.read_to_close(PATIENCE).await;
            let said = said.unwrap_or_else(|| panic!("{line}: stays open"));
            assert!(
                said.starts_with(&format!("HTTP/1.1 {status}")),
                "{line}: {said:?}"
            );
            assert!(
                said.to_ascii_lowercase()
                    .contains("\r\nconnection: close\r\n"),
                "{line}: {said}"
            );
            let whole = said.ends_with('}') || said.ends_with("</html>");
            assert!(whole, "{line}: {said}");
        }
    }
    // With its body read, the next request goes by the same connection.
    let mut connection = RawConnection::open(server.address()).await.unwrap();
    for _ in 0..2 {
        let request = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        connection.send(request.as_bytes()).await.unwrap();
        let said = connection.read_some(PATIENCE).await.unwrap_or_default();
        assert!(said.starts_with("HTTP/1.1 400"), "{said}");
        assert!(
            !said.to_ascii_lowercase().contains("connection: close"),
            "{said}"
        );
    }
}

async fn a_body_that_is_too_large_is_refused_and_never_held(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await.stepped_up(None).await;
    let before = server.process().resident_kib();

    // Announced: refused by the header alone, before a byte of it is sent.
    let answer = exchange(server.address(), &head(1_000_000_000), PATIENCE / 6).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(
        answer.contains("too_large") && answer.contains(MEDIA_TYPE),
        "{answer}"
    );

    // Streamed without a length: cut off soon after the limit.
    let mut connection = RawConnection::open(server.address()).await.unwrap();
    let head = format!(
        "POST /v1/edits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        anna.signed_in.token
    );
    connection.send(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (mut sent, started) = (0_usize, Instant::now());
    while sent < 1_000_000_000 && started.elapsed() < PATIENCE {
        if connection.send(chunk.as_bytes()).await.is_err() {
            break;
        }
        sent += chunk.len();
    }
    assert!(sent < 64 << 20, "{sent} bytes of a body were taken");

    // The limits themselves: 64 KiB, and 4 KiB where anybody may ask.
    let pad = |bytes: usize| json!({"address": "x".repeat(bytes)});
    anna.http
        .post("/v1/emails", &pad(60 * 1024))
        .await
        .expect_code(ProblemCode::InvalidFields);
    anna.http
        .post("/v1/emails", &pad(64 * 1024))
        .await
        .expect_code(ProblemCode::TooLarge);
    for path in ["/v1/sessions", "/v1/accounts"] {
        server
            .http()
            .post(path, &pad(4 * 1024))
            .await
            .expect_code(ProblemCode::TooLarge);
    }
    let grown = server.process().resident_kib().saturating_sub(before);
    assert!(grown < 64 * 1024, "the server grew by {grown} KiB");
    anna.check_session().await.expect(200);
}

async fn ten_thousand_headers_are_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let mut many = b"GET /v1/server HTTP/1.1\r\nHost: x\r\n".to_vec();
    for number in 0..10_000 {
        many.extend_from_slice(format!("X-Header-{number}: {number}\r\n").as_bytes());
    }
    many.extend_from_slice(b"\r\n");
    let mut long = b"GET /v1/server HTTP/1.1\r\nHost: x\r\nX-Long: ".to_vec();
    long.resize(long.len() + (4 << 20), b'a');
    long.extend_from_slice(b"\r\n\r\n");
    let mut target = b"GET /v1/server?".to_vec();
    target.resize(target.len() + (4 << 20), b'a');
    target.extend_from_slice(b" HTTP/1.1\r\nHost: x\r\n\r\n");
    for bytes in [many, long, target] {
        let answer = exchange(server.address(), &bytes, Duration::from_secs(10)).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{}",
            &answer[..answer.len().min(200)]
        );
    }
    server.http().get("/v1/server").await.expect(200);
}

/// Each request would do but for one thing, so that no missing member hides it.
async fn one_malformed_thing_is_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let fine = Device::new("Other").sign_in(&server, "anna", &anna.password);
    let fine = serde_json::to_vec(&fine).unwrap();
    let login = b"\"anna\"";
    let at = fine
        .windows(login.len())
        .position(|window| window == login)
        .unwrap();
    let called = |login: &[u8]| [&fine[..at], login, &fine[at + 6..]].concat();
    for body in [
        fine[..fine.len() - 1].to_vec(),
        [&fine[..], b"{}"].concat(),
        [&fine[..], b"\0"].concat(),
        [b"\xff\xfe", &fine[..]].concat(),
        [b"\xef\xbb\xbf", &fine[..]].concat(),
        [b"[", &fine[..], b"]"].concat(),
        called(b"\"\xc3\x28\""),
        called(b"\"\\ud800\""),
        called(b"\"an\nna\""),
        called(b"'anna'"),
        called(b"1e999"),
    ] {
        let request = server
            .http()
            .request(Method::POST, "/v1/sessions")
            .header("Content-Type", "application/json")
            .body(body.clone());
        let code = Http::send(request).await.code();
        assert_eq!(
            code,
            ProblemCode::Malformed,
            "{}",
            String::from_utf8_lossy(&body)
        );
    }
    let request = server
        .http()
        .request(Method::POST, "/v1/sessions")
        .header("Content-Type", "application/json")
        .body(fine);
    Http::send(request).await.expect(201);
}

async fn malformed_requests_are_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let deep = "[".repeat(60_000);
    let deep_object = "{\"a\":".repeat(600) + "1" + &"}".repeat(600);
    let bodies: [&[u8]; 12] = [
        b"",
        b"{",
        b"nonsense",
        b"null",
        b"[]",
        b"\"text\"",
        b"{}{}",
        b"\xff\xfe{}",
        b"{\"login\":\"\xc3\x28\"}",
        b"{\"login\":\"\\ud800\"}",
        b"{\"login\":1e999}",
        deep_object.as_bytes(),
    ];
    for body in bodies {
        let request = server
            .http()
            .request(Method::POST, "/v1/sessions")
            .header("Content-Type", "application/json")
            .body(body.to_vec());
        Http::send(request)
            .await
            .expect_code(ProblemCode::Malformed);
    }
    let anna = Person::create(&server, "anna").await;
    let request = anna
        .http
        .request(Method::POST, "/v1/edits")
        .header("Content-Type", "application/json")
        .body(deep);
    Http::send(request)
        .await
        .expect_code(ProblemCode::Malformed);

    // Two lengths, or a length and chunks: the seed of request smuggling (RFC 9112, section 6.3).
    for head in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let bytes = format!(
            "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n{{}}"
        );
        let answer = exchange(server.address(), bytes.as_bytes(), Duration::from_secs(3)).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{head}: {answer}"
        );
        assert!(answer.matches("HTTP/1.1").count() <= 1, "{head}: {answer}");
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"SSH-2.0-x\r\n\r\n",
        b"GET /v1/server HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = exchange(server.address(), bytes, Duration::from_secs(1)).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{bytes:?}: {answer}"
        );
    }
    server.http().get("/v1/server").await.expect(200);
}

/// Whether a fresh connection from `own` is served.
async fn is_served(server: &ServerUnderTest, own: [u8; 4]) -> bool {
    let Ok(mut connection) = RawConnection::open_from(own, server.address()).await else {
        return false;
    };
    connection
        .send(b"GET /v1/server HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .is_ok()
        && connection
            .read_some(PATIENCE)
            .await
            .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

async fn one_address_holds_a_hundred_connections(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let mut held = Vec::new();
    for _ in 0..200 {
        let mut connection = RawConnection::open_from([127, 0, 0, 7], server.address())
            .await
            .unwrap();
        let _ = connection
            .send(b"GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        held.push(connection);
    }
    let mut answered = 0;
    for connection in &mut held {
        if connection
            .read_some(Duration::from_millis(500))
            .await
            .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        {
            answered += 1;
        }
    }
    assert!(
        (1..=100).contains(&answered),
        "{answered} connections of one address were served"
    );
    assert!(!is_served(&server, [127, 0, 0, 7]).await);
    assert!(
        is_served(&server, [127, 0, 0, 8]).await,
        "another address is held back"
    );
    drop(held);
    eventually("the address is served again", async || {
        is_served(&server, [127, 0, 0, 7]).await.then_some(())
    })
    .await;
}

async fn event_streams_count_as_connections(database: Database) {
    let settings = Settings::default().with("CONNECTIONS__PER_ADDRESS", 10);
    let server = ServerUnderTest::start_with(database, settings).await;
    let anna = Person::create(&server, "anna").await;
    let mut held = Vec::new();
    for _ in 0..30 {
        let mut connection = RawConnection::open_from([127, 0, 0, 7], server.address())
            .await
            .unwrap();
        let request = format!(
            "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            anna.signed_in.token
        );
        let _ = connection.send(request.as_bytes()).await;
        held.push(connection);
    }
    let mut open = 0;
    for connection in &mut held {
        let said = connection.read_some(Duration::from_millis(500)).await;
        open += usize::from(said.is_some_and(|said| said.starts_with("HTTP/1.1 200")));
    }
    assert!((1..=10).contains(&open), "{open} streams");
    anna.check_session().await.expect(200);
}

/// Somebody without a session, and an administrator whose session is stepped up, so that requests get as far as they can.
async fn strangers_and_anna(server: &ServerUnderTest) -> [Http; 2] {
    let anna = Person::create(server, "anna").await;
    server.administrator(&["grant", "anna"]).unwrap();
    [server.http(), anna.stepped_up(None).await.http]
}

fn is_page(operation: &Operation) -> bool {
    !operation.template.starts_with("/v1/")
}

async fn every_route_refuses_what_it_does_not_expect(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let callers = strangers_and_anna(&server).await;
    let all = operations(&server.http()).await;
    for operation in &all {
        let path = operation.path("0190f3a0-0000-7000-8000-000000000000");
        let known: Vec<&Method> = all
            .iter()
            .filter(|other| other.template == operation.template)
            .map(|other| &other.method)
            .collect();
        for http in &callers {
            // Wrong methods.
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                if known.contains(&&method) {
                    continue;
                }
                let answer = Http::send(http.request(method.clone(), &path)).await;
                assert_eq!(
                    answer.code(),
                    ProblemCode::MethodNotAllowed,
                    "{method} {path}"
                );
                assert!(answer.header("allow").is_some(), "{method} {path}");
            }
            let Some(body) = &operation.body else {
                continue;
            };
            // Wrong content types, with a body that would do.
            for content_type in [
                None,
                Some("text/plain"),
                Some("application/x-www-form-urlencoded"),
                Some("multipart/form-data; boundary=x"),
                Some("application/xml"),
                Some("application/jsonx"),
                Some("*/*"),
                Some(";"),
            ] {
                let mut request = http
                    .request(operation.method.clone(), &path)
                    .body(body.to_string());
                if let Some(content_type) = content_type {
                    request = request.header("Content-Type", content_type);
                }
                let code = Http::send(request).await.code();
                assert!(
                    matches!(
                        code,
                        ProblemCode::UnsupportedMediaType | ProblemCode::NotSignedIn
                    ),
                    "{} as {content_type:?}: {code:?}",
                    operation.name()
                );
            }
            // No JSON, and members nobody knows.
            let mut bodies = vec![
                Value::Null,
                json!([]),
                json!("text"),
                json!(1),
                json!([body]),
            ];
            // The members' values alone, which serde takes for them.
            bodies.extend(
                body.as_object()
                    .map(|members| members.values().cloned().collect()),
            );
            let mut more = body.clone();
            if let Some(members) = more.as_object_mut() {
                members.insert("is_administrator".to_owned(), json!(true));
                bodies.push(more);
            }
            let members = body.as_object().into_iter().flat_map(Map::keys);
            for name in members.filter(|name| !operation.optional.contains(name)) {
                let mut fewer = body.clone();
                fewer.as_object_mut().unwrap().remove(name);
                bodies.push(fewer);
            }
            for wrong in bodies {
                let request = http.request(operation.method.clone(), &path).json(&wrong);
                let code = Http::send(request).await.code();
                assert!(
                    matches!(code, ProblemCode::Malformed | ProblemCode::NotSignedIn),
                    "{} with {wrong}: {code:?}",
                    operation.name()
                );
            }
        }
    }
    let answer = server.http().get("/v1/nothing/here").await;
    answer.expect_code(ProblemCode::NotFound);
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/server/",
        "//v1/server",
        "/V1/server",
        "/.env",
        "/v1/../etc/passwd",
    ] {
        let answer = exchange(
            server.address(),
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
            PATIENCE,
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

/// Every place in `value` that can be replaced, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                places(member, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The same values in every order.
fn orders(values: &[Value]) -> Vec<Vec<Value>> {
    if values.is_empty() {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (index, first) in values.iter().enumerate() {
        let others = [&values[..index], &values[index + 1..]].concat();
        for rest in orders(&others) {
            found.push([vec![first.clone()], rest].concat());
        }
    }
    found
}

/// serde takes a list of the members' values, in the order in which they were declared, for the object.
async fn no_list_is_taken_for_an_object(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let callers = strangers_and_anna(&server).await;
    let mut tried = Vec::new();
    for operation in operations(&server.http()).await {
        let path = operation.path("0190f3a0-0000-7000-8000-000000000000");
        let Some(body) = &operation.body else {
            continue;
        };
        let send = async |http: &Http, body: &Value| {
            Http::send(http.request(operation.method.clone(), &path).json(body)).await
        };
        let mut pointers = Vec::new();
        places(body, "", &mut pointers);
        for pointer in pointers {
            let Some(members) = body.pointer(&pointer).and_then(Value::as_object) else {
                continue;
            };
            let values: Vec<Value> = members.values().cloned().collect();
            for http in &callers {
                let answer = send(http, body).await;
                let fine = answer.status.is_success() || answer.code() != ProblemCode::Malformed;
                assert!(fine, "{} with {body}", operation.name());
                for list in orders(&values) {
                    let mut altered = body.clone();
                    *altered.pointer_mut(&pointer).unwrap() = Value::Array(list);
                    let code = send(http, &altered).await.code();
                    assert!(
                        matches!(code, ProblemCode::Malformed | ProblemCode::NotSignedIn),
                        "{} with {altered}: {code:?}",
                        operation.name()
                    );
                }
            }
            tried.push(format!("{} {pointer}", operation.name()));
        }
    }
    for nested in ["/device", "/device/description", "/passkey"] {
        let nested = format!("POST /v1/sessions {nested}");
        assert!(tried.contains(&nested), "{nested}: {tried:?}");
    }
}

fn hostile_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!(""),
        json!(" "),
        json!("a".repeat(2000)),
        json!("\u{0}"),
        json!("\r\nX: y"),
        json!("\u{202E}\u{FEFF}"),
        json!("' OR '1'='1"),
        json!("$1"),
        json!("%00%ff"),
        json!("{{7*7}}"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("é\u{301}".repeat(300)),
    ]
}

async fn every_route_takes_hostile_values_without_a_fault(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let callers = strangers_and_anna(&server).await;
    let mut sent = 0;
    for operation in operations(&server.http()).await {
        let path = operation.path("0190f3a0-0000-7000-8000-000000000000");
        let Some(body) = &operation.body else {
            continue;
        };
        let mut pointers = Vec::new();
        places(body, "", &mut pointers);
        for pointer in pointers {
            for hostile in hostile_values() {
                let mut altered = body.clone();
                *altered.pointer_mut(&pointer).unwrap() = hostile.clone();
                for http in &callers {
                    let request = http.request(operation.method.clone(), &path).json(&altered);
                    let answer = Http::send(request).await;
                    sent += 1;
                    let what = format!("{} with {hostile} at {pointer:?}", operation.name());
                    assert!(answer.status.as_u16() < 500, "{what}: {}", answer.text());
                    if answer.status.as_u16() >= 400 {
                        answer.problem();
                    }
                    let text = answer.text();
                    for inside in ["sqlx", "panicked", "SELECT ", "src/", ".rs:"] {
                        assert!(!text.contains(inside), "{what}: {text}");
                    }
                }
            }
        }
    }
    assert!(sent > 500, "only {sent} requests");
    // Behind a device's proof that is right, which none of those had.
    let device = Device::new("Knows how to sign");
    for hostile in hostile_values() {
        let Some(text) = hostile.as_str() else {
            continue;
        };
        let answer = server
            .http()
            .post(
                "/v1/sessions",
                &device.sign_in(&server, text, "nobody's password"),
            )
            .await;
        assert_eq!(answer.code(), ProblemCode::SignInRefused, "{text:?}");
        let proof = device.proof(server.server_id(), text, server.now());
        let answer = server
            .http()
            .post("/v1/recovery", &json!({"login": text, "device": proof}))
            .await;
        assert_eq!(answer.status, 202, "{text:?}: {}", answer.text());
    }
    for http in &callers {
        let answer = http.get("/v1/server").await;
        answer.expect(200);
    }
    assert!(!server.process().log().contains("panicked"));
}

async fn every_route_takes_hostile_paths_without_a_fault(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let callers = strangers_and_anna(&server).await;
    let long = "a".repeat(4000);
    for operation in operations(&server.http()).await {
        for parameter in [
            "x",
            "%00",
            "%ff%fe",
            "%2e%2e%2f",
            "..%2f..",
            "%0d%0aX:y",
            "'%20OR%201=1",
            "-1",
            "%25s%25n",
            "00000000-0000-0000-0000-000000000000",
            "0190F3A0-0000-7000-8000-000000000000",
            "{0190f3a0-0000-7000-8000-000000000000}",
            &long,
        ] {
            for query in [
                "",
                "?after=-1",
                "?after=x",
                "?after=99999999999999999999&limit=0",
                "?after=0&limit=4294967296",
                "?after=0&after=1",
                "?%00",
                "?limit=&after=",
                "?after=9223372036854775807",
                "?after=0&limit=1000000",
                "?after=18446744073709551615",
            ] {
                if operation.template == "/v1/events" && query.len() < 2 {
                    continue; // a stream is no answer to read to its end
                }
                for http in &callers {
                    let request = http
                        .request(
                            operation.method.clone(),
                            &(operation.path(parameter) + query),
                        )
                        .timeout(Duration::from_secs(5));
                    let Ok(response) = request.send().await else {
                        continue; // the client itself refuses some of these addresses
                    };
                    let what = format!("{} {parameter} {query}", operation.name());
                    assert!(
                        response.status().as_u16() < 500,
                        "{what}: {}",
                        response.status()
                    );
                    let kind = response.headers().get("content-type").cloned();
                    if response.status().as_u16() >= 400 && !is_page(&operation) {
                        assert_eq!(
                            kind.as_ref().map(reqwest::header::HeaderValue::as_bytes),
                            Some(MEDIA_TYPE.as_bytes()),
                            "{what}"
                        );
                    }
                }
                if !operation.template.contains('{') && parameter != "x" {
                    break;
                }
            }
        }
    }
    let anna = &callers[1];
    for query in [
        "after=-1",
        "after=x",
        "limit=x",
        "after=99999999999999999999",
        "limit=4294967296",
    ] {
        anna.get(&format!("/v1/sync?{query}"))
            .await
            .expect_code(ProblemCode::Malformed);
    }
    let page: latchkey_protocol::sync::SyncPage = anna
        .get("/v1/sync?after=9223372036854775807")
        .await
        .expect(200)
        .json();
    assert!(page.records.is_empty());
}

async fn hostile_texts_come_back_as_they_went_in(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let anna = Person::create(&server, "anna").await;
    let account = anna.signed_in.account_id.to_string();
    let session = anna.session_id().to_string();
    let texts = [
        "Robert'); DROP TABLE accounts;--",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
        "%s%n%x%00",
        "../../etc/passwd",
        "$1 $2 ?1 :name @x",
        "=cmd|' /C calc'!A0",
        "\\u0000\\x00\\",
        "null",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F9D1}\u{1F3FD}",
        "Zalgo\u{300}\u{301}\u{302}\u{303}",
        "مرحبا שלום",
        "ﬀ ½ ㎏ Å Å",
        "İıſẞ",
        "田中 さん",
    ];
    for text in texts {
        for (collection, id, field) in [
            (Collection::Profile, &account, "display_name"),
            (Collection::Sessions, &session, "device_name"),
        ] {
            let base = i64::MAX.unsigned_abs();
            let outcome: EditOutcome = anna
                .http
                .post("/v1/edits", &edit_of(collection, id, field, text, base))
                .await
                .expect(200)
                .json();
            assert_eq!(outcome.conflicts, [], "{text}");
        }
        assert_eq!(anna.profile().await.display_name, text);
        assert_eq!(anna.session(anna.session_id()).await.device_name, text);
    }
    for text in [
        "",
        "   ",
        "a\u{0}b",
        "a\nb",
        "\u{202E}abc",
        "\u{61C}abc",
        "a\u{200B}bc",
        "\u{3164}",
        "\u{115F}\u{1160}",
        "\u{2060}",
        "\u{2800}",
        "\u{AD}",
        &"x".repeat(121),
        &"\u{1F980}".repeat(121),
    ] {
        anna.http
            .post(
                "/v1/edits",
                &edit_of(Collection::Profile, &account, "display_name", text, 999),
            )
            .await
            .expect_code(ProblemCode::InvalidFields);
    }
    assert_eq!(anna.profile().await.display_name, "田中 さん");
}

/// No page may read an answer across origins, no cache may keep one, and no browser may guess its type.
async fn every_answer_is_closed_to_browsers_and_caches(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let callers = strangers_and_anna(&server).await;
    for operation in operations(&server.http()).await {
        if operation.template == "/v1/events" {
            continue;
        }
        let path = operation.path("0190f3a0-0000-7000-8000-000000000000");
        for http in &callers {
            let http = http.with_header("Origin", "https://evil.example.com");
            let answer = Http::send(http.request(operation.method.clone(), &path)).await;
            let name = operation.name();
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "{name}"
            );
            assert!(
                answer.header("access-control-allow-origin").is_none(),
                "{name}"
            );
            assert!(answer.header("set-cookie").is_none(), "{name}");
            assert!(answer.header("server").is_none(), "{name}");
            assert!(
                answer
                    .header("cache-control")
                    .is_some_and(|value| value.contains("no-store")),
                "{name}: {:?}",
                answer.headers
            );
            let preflight = http
                .request(Method::OPTIONS, &path)
                .header("Access-Control-Request-Method", operation.method.as_str());
            let answer = Http::send(preflight).await;
            assert!(
                answer.header("access-control-allow-origin").is_none(),
                "{name}"
            );
        }
    }
}
