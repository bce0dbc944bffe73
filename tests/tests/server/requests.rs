//! Requests that are not as they should be.

use crate::new_account;
use latchkey_protocol::problem::ProblemCode;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Http, Person, ServerUnderTest, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both_databases!(
    what_is_not_the_right_json_is_refused,
    bodies_have_limits,
    unknown_pages_and_methods_are_problems,
    every_answer_has_its_headers,
    a_page_that_leads_its_own_name_here_is_refused,
    text_that_a_database_can_not_hold_is_no_fault,
    browsers_are_told_to_stay_with_https,
    the_api_is_described_where_that_is_wanted_alone,
);

async fn what_is_not_the_right_json_is_refused(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let send = |content_type: Option<&'static str>, body: String| {
        let mut request = server
            .http()
            .request(Method::POST, "/v1/sessions")
            .body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        Http::send(request)
    };
    let good = json!(Device::new("Laptop").sign_in(&server, "anna", "wrong"));
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        let answer = send(content_type, good.to_string()).await;
        answer.expect_code(ProblemCode::UnsupportedMediaType);
    }
    let mut unknown = good.clone();
    unknown["role"] = json!("administrator");
    let mut unknown_inside = good.clone();
    unknown_inside["device"]["trusted"] = json!(true);
    let mut list = good.clone();
    list["login"] = json!(["anna", "bela"]);
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("password");
    let twice = good.to_string().replacen('{', "{\"login\":\"other\",", 1);
    let deep = "[".repeat(2000);
    let in_login = format!("{{\"login\":{}1{}}}", "[".repeat(1500), "]".repeat(1500));
    for body in [
        String::new(),
        "null".into(),
        "{".into(),
        "\u{FEFF}{}".into(),
        deep,
        in_login,
        twice,
        unknown.to_string(),
        unknown_inside.to_string(),
        list.to_string(),
        missing.to_string(),
    ] {
        let answer = send(Some("application/json"), body.clone()).await;
        let problem = answer.expect_code(ProblemCode::Malformed).problem();
        assert!(!problem.detail.unwrap().contains("administrator"), "{body}");
    }
    let answer = send(Some("Application/JSON; charset=utf-8"), good.to_string()).await;
    answer.expect_code(ProblemCode::SignInRefused);
}

async fn bodies_have_limits(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let large = json!({"login": "x".repeat(5000)});
    server
        .http()
        .post("/v1/sessions", &large)
        .await
        .expect_code(ProblemCode::TooLarge);
    let larger = json!({"collection": "profile", "id": "x".repeat(70_000), "fields": {}});
    anna.http
        .post("/v1/edits", &larger)
        .await
        .expect_code(ProblemCode::TooLarge);
    // Without a length said beforehand.
    let chunks =
        futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>("[".repeat(1000))));
    let answer = Http::send(
        server
            .http()
            .request(Method::POST, "/v1/sessions")
            .header("content-type", "application/json")
            .body(reqwest::Body::wrap_stream(chunks)),
    )
    .await;
    answer.expect_code(ProblemCode::TooLarge);
}

async fn unknown_pages_and_methods_are_problems(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for path in [
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/session/",
        "/../etc/passwd",
        "/%00",
        "/v1/emails/x",
    ] {
        let answer = Http::send(server.http().request(Method::GET, path)).await;
        answer.expect_code(ProblemCode::NotFound);
    }
    for (method, path) in [
        (Method::GET, "/v1/sessions"),
        (Method::DELETE, "/v1/session"),
        (Method::PUT, "/v1/accounts"),
        (Method::OPTIONS, "/v1/sync"),
    ] {
        let answer = Http::send(server.http().request(method, path)).await;
        assert!(answer.headers.contains_key("allow"));
        answer.expect_code(ProblemCode::MethodNotAllowed);
    }
}

async fn every_answer_has_its_headers(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    for path in ["/v1/server", "/v1/openapi.json", "/nothing"] {
        let answer = Http::send(server.http().request(Method::GET, path)).await;
        let headers = &answer.headers;
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(
            headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
        assert!(!headers.contains_key("access-control-allow-origin"));
        assert!(!headers.contains_key("server"));
    }
    let description: Value = Http::send(server.http().request(Method::GET, "/v1/openapi.json"))
        .await
        .json();
    assert!(description["paths"]["/v1/sessions"]["post"].is_object());
}

async fn browsers_are_told_to_stay_with_https(database: Database) {
    let told = async |settings: Settings| {
        let server = ServerUnderTest::start_in_process_with(database, settings).await;
        let answers = [
            server.http().get("/v1/server").await,
            server.http().get("/nothing").await,
            server.http().get("/pages.css").await,
        ];
        answers.map(|answer| {
            answer
                .header("strict-transport-security")
                .map(str::to_owned)
        })
    };
    let https = Settings::default().with("PUBLIC_URL", "https://accounts.example.org");
    let all = Some("max-age=31536000; includeSubDomains".to_owned());
    assert_eq!(told(https.clone()).await, [all.clone(), all.clone(), all]);
    let alone = Some("max-age=31536000".to_owned());
    let https = https.with("HSTS_INCLUDE_SUBDOMAINS", false);
    assert_eq!(told(https).await, [alone.clone(), alone.clone(), alone]);
    assert_eq!(told(Settings::default()).await, [None, None, None]);
}

async fn the_api_is_described_where_that_is_wanted_alone(database: Database) {
    let settings = Settings::default().with("DESCRIBE_API", "");
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    let answer = server.http().get("/v1/openapi.json").await;
    answer.expect_code(ProblemCode::NotFound);
}

async fn text_that_a_database_can_not_hold_is_no_fault(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let device = Device::new("Laptop");
    let anna = Person::create_on(&server, "anna", &device).await;
    // PostgreSQL's TEXT holds no NUL.
    for field in ["display_name", "username", "time_zone", "language", "email"] {
        let text = "a\u{0}bcdefgh";
        let username = if field == "username" { text } else { "bela" };
        let mut body = new_account(&server, &Device::new("Other"), username);
        body[field] = json!(text);
        server
            .http()
            .post("/v1/accounts", &body)
            .await
            .expect_code(ProblemCode::InvalidFields);
    }
    let id = json!({
        "collection": "sessions",
        "id": "a\u{0}b",
        "fields": {"device_name": {"value": "x", "base_revision": 0}},
    });
    anna.http
        .post("/v1/edits", &id)
        .await
        .expect_code(ProblemCode::NotFound);
    let mut key = json!(device.sign_in(&server, "anna", "wrong"));
    key["device"]["public_key"] = json!("a\u{0}b");
    server
        .http()
        .post("/v1/sessions", &key)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
    assert_eq!(anna.http.get("/v1/session").await.status, StatusCode::OK);
}

/// DNS rebinding: a page of `evil.example` has that name lead to this computer, and is of the same origin then.
async fn a_page_that_leads_its_own_name_here_is_refused(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default().with("ONLY_BOUND_HOST", true),
    )
    .await;
    let address = server.address().to_string();
    let port = server.address().port();
    let status = async |line: &str, host: &str| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request = format!("GET {line} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let refused = text.contains("application/problem+json") && text.contains("\"not_found\"");
        (text.split(' ').nth(1).unwrap().to_owned(), refused)
    };
    let path = "/v1/server";
    let page = format!("/confirm-email/{}", "a".repeat(43));
    for host in [&address, &format!("localhost:{port}")] {
        let host = format!("Host: {host}\r\n");
        for line in [path, &page] {
            assert_eq!(status(line, &host).await, ("200".to_owned(), false));
        }
        let elsewhere = format!("http://evil.example:{port}{path}");
        assert_eq!(status(&elsewhere, &host).await.0, "404");
    }
    for host in [
        format!("Host: evil.example:{port}\r\n"),
        format!("Host: evil.example\r\nX-Forwarded-Host: {address}\r\n"),
        format!("Host: {address}\r\nHost: evil.example:{port}\r\n"),
        format!("Host: {address}.evil.example\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        "Host: localhost\r\n".to_owned(),
        "Host: \r\n".to_owned(),
        String::new(),
    ] {
        for line in [path, &page, "/", "/nothing"] {
            assert_eq!(
                status(line, &host).await,
                ("404".to_owned(), true),
                "{host}"
            );
        }
    }
    // The app's own requests come through, and those to a server with a name are not asked.
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let open = ServerUnderTest::start_in_process(database).await;
    let request = open
        .http()
        .request(Method::GET, path)
        .header("host", "id.example.org");
    assert_eq!(Http::send(request).await.status, StatusCode::OK);
}
