//! Requests that are not as they should be.

use latchkey_protocol::problem::ProblemCode;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::running::{Device, Stage, problem};

crate::on_both_databases!(
    what_is_not_the_right_json_is_refused,
    bodies_have_limits,
    unknown_pages_and_methods_are_problems,
    every_answer_has_its_headers,
    a_page_that_leads_its_own_name_here_is_refused,
    text_that_a_database_can_not_hold_is_no_fault,
);

async fn what_is_not_the_right_json_is_refused(stage: &Stage) {
    let server = stage.server().await;
    let send = |content_type: Option<&'static str>, body: String| {
        let mut request = server.request(Method::POST, "/v1/sessions").body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.send()
    };
    let good = Device::new("Laptop").credentials(stage, &server, "anna", "wrong");
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        let answer = send(content_type, good.to_string()).await.unwrap();
        problem(answer, ProblemCode::UnsupportedMediaType).await;
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
        let answer = send(Some("application/json"), body.clone()).await.unwrap();
        let problem = problem(answer, ProblemCode::Malformed).await;
        assert!(!problem.detail.unwrap().contains("administrator"), "{body}");
    }
    let answer = send(Some("Application/JSON; charset=utf-8"), good.to_string())
        .await
        .unwrap();
    problem(answer, ProblemCode::SignInRefused).await;
}

async fn bodies_have_limits(stage: &Stage) {
    let server = stage.server().await;
    let anna = Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let large = json!({"login": "x".repeat(5000)});
    problem(
        server.post("/v1/sessions", &large).await,
        ProblemCode::TooLarge,
    )
    .await;
    let larger = json!({"collection": "profile", "id": "x".repeat(70_000), "fields": {}});
    problem(anna.post("/v1/edits", &larger).await, ProblemCode::TooLarge).await;
    // Without a length said beforehand.
    let chunks =
        futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>("[".repeat(1000))));
    let answer = server
        .request(Method::POST, "/v1/sessions")
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(chunks))
        .send()
        .await
        .unwrap();
    problem(answer, ProblemCode::TooLarge).await;
}

async fn unknown_pages_and_methods_are_problems(stage: &Stage) {
    let server = stage.server().await;
    for path in [
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/session/",
        "/../etc/passwd",
        "/%00",
        "/v1/emails/x",
    ] {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        problem(answer, ProblemCode::NotFound).await;
    }
    for (method, path) in [
        (Method::GET, "/v1/sessions"),
        (Method::DELETE, "/v1/session"),
        (Method::PUT, "/v1/accounts"),
        (Method::OPTIONS, "/v1/sync"),
    ] {
        let answer = server.request(method, path).send().await.unwrap();
        assert!(answer.headers().contains_key("allow"));
        problem(answer, ProblemCode::MethodNotAllowed).await;
    }
}

async fn every_answer_has_its_headers(stage: &Stage) {
    let server = stage.server().await;
    for path in ["/v1/server", "/v1/openapi.json", "/nothing"] {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        let headers = answer.headers();
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
    let description: serde_json::Value = server
        .request(Method::GET, "/v1/openapi.json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(description["paths"]["/v1/sessions"]["post"].is_object());
}

async fn text_that_a_database_can_not_hold_is_no_fault(stage: &Stage) {
    let server = stage.server().await;
    let device = Device::new("Laptop");
    let anna = device.sign_up(stage, &server, "anna").await;
    // PostgreSQL's TEXT holds no NUL.
    for field in ["display_name", "username", "time_zone", "language", "email"] {
        let mut body = Device::new("Other").new_account(stage, &server, "bela");
        body[field] = json!("a\u{0}bcdefgh");
        problem(
            server.post("/v1/accounts", &body).await,
            ProblemCode::InvalidFields,
        )
        .await;
    }
    let id = json!({
        "collection": "sessions",
        "id": "a\u{0}b",
        "fields": {"device_name": {"value": "x", "base_revision": 0}},
    });
    problem(anna.post("/v1/edits", &id).await, ProblemCode::NotFound).await;
    let mut key = device.credentials(stage, &server, "anna", "wrong");
    key["device"]["public_key"] = json!("a\u{0}b");
    problem(
        server.post("/v1/sessions", &key).await,
        ProblemCode::DeviceProofRefused,
    )
    .await;
    assert_eq!(anna.get("/v1/session").await.status(), StatusCode::OK);
}

/// DNS rebinding: a page of `evil.example` has that name lead to this computer, and is of the same origin then.
async fn a_page_that_leads_its_own_name_here_is_refused(stage: &Stage) {
    let server = stage
        .server_with(|config| config.only_bound_host = true)
        .await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let port = address.rsplit(':').next().unwrap().to_owned();
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
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let open = stage.server().await;
    let answer = open
        .request(Method::GET, path)
        .header("host", "id.example.org");
    assert_eq!(answer.send().await.unwrap().status(), StatusCode::OK);
}
