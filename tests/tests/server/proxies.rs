//! Behind the web servers that the documentation has a file for: the very files, and the real programs.

use latchkey_protocol::activity::{ActivityEntry, ActivityKind};
use latchkey_protocol::identity::{CHALLENGE_HEADER, PROOF_HEADER, Question};
use latchkey_protocol::server::ServerInfo;
use latchkey_protocol::sync::Collection;
use latchkey_tests::server::{
    Database, Device, Http, NAME, Person, Program, ServerUnderTest, Settings, WebServer, eventually,
};
use reqwest::Method;

const FORGED: &str = "203.0.113.66";

fn settings() -> Settings {
    Settings::default().with("PUBLIC_URL", format!("https://{NAME}"))
}

/// Tries to sign in through a web server, in the name of another address.
async fn sign_in_forged(http: &Http, server: &ServerUnderTest, username: &str) {
    let request = Device::new("Stranger").sign_in(server, username, "wrong");
    let answer = Http::send(
        http.request(Method::POST, "/v1/sessions")
            .header("X-Forwarded-For", FORGED)
            .header("X-Real-IP", FORGED)
            .header("Forwarded", format!("for={FORGED}"))
            .json(&request),
    );
    answer.await.expect(401);
}

async fn address_of_failure(person: &Person) -> String {
    eventually("the failure in the activity", async || {
        let entries: Vec<(String, ActivityEntry)> = person.bodies(Collection::Activity).await;
        let (_, entry) = entries
            .into_iter()
            .find(|(_, entry)| entry.kind == ActivityKind::SignInFailed)?;
        Some(entry.address.expect("an address"))
    })
    .await
}

async fn works_as_documented(program: Program) {
    let settings = settings().with("TRUSTED_PROXIES", "127.0.0.1,::1");
    let server = ServerUnderTest::start_with(Database::Sqlite, settings).await;
    let front = WebServer::start(program, server.address()).await;
    let http = front.client([127, 0, 0, 7]);
    let anna = Person::create(&server, "anna").await;

    // The client is told by its address, whatever it says itself.
    sign_in_forged(&http, &server, "anna").await;
    assert_eq!(address_of_failure(&anna).await, "127.0.0.7");

    // What proves an answer passes, and the answer is as it was.
    let challenge = "a-challenge-of-a-test";
    let info: ServerInfo = server.http().get("/v1/server").await.expect(200).json();
    let asked = http.with_header(CHALLENGE_HEADER, challenge);
    for path in ["/v1/server", "/v1/users/a%20b%2Fc", "/v1/nowhere"] {
        let answer = asked.get(path).await;
        let question = Question {
            server_id: server.server_id(),
            challenge,
            method: "GET",
            target: path,
            authorization: "",
        };
        let proof = answer.header(PROOF_HEADER).unwrap_or_default();
        let status = answer.status.as_u16();
        assert!(
            question.proves_answer(&info.key, status, &answer.body, proof),
            "{path}: {status} {}",
            answer.text()
        );
    }

    // News come at once: what is held back until there is more of it would never come.
    let through = Person {
        http: http.with_token(&anna.signed_in.token),
        ..anna.clone()
    };
    let mut events = through.events().await;
    let outcome = anna.set_name("Anna through a proxy").await;
    events.reaches(outcome.revision).await;

    // Nothing to warn of.
    let log = server.process().log();
    assert!(!log.contains("proxy_not_listed"), "{log}");
    assert!(!log.contains("proxy_header_missing"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx() {
    Box::pin(works_as_documented(Program::Nginx)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy() {
    Box::pin(works_as_documented(Program::Caddy)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy() {
    Box::pin(works_as_documented(Program::Haproxy)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apache() {
    Box::pin(works_as_documented(Program::Apache)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_listed_is_warned_of_at_its_first_request() {
    let server = ServerUnderTest::start_with(Database::Sqlite, settings()).await;
    let front = WebServer::start(Program::Nginx, server.address()).await;
    let anna = Person::create(&server, "anna").await;
    let log = || server.process().log();
    assert!(!log().contains("proxy_not_listed"), "{}", log());
    for number in 1..=3 {
        let http = front.client([127, 0, 0, number]);
        http.get("/v1/server").await.expect(200);
    }
    sign_in_forged(&front.client([127, 0, 0, 7]), &server, "anna").await;
    assert_eq!(address_of_failure(&anna).await, "127.0.0.1");
    let log = log();
    let warnings: Vec<_> = log
        .lines()
        .filter(|line| line.contains("event=proxy_not_listed"))
        .collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(
        warnings[0].contains("WARN")
            && warnings[0].contains("address=127.0.0.1")
            && warnings[0].contains("trusted_proxies = [\"127.0.0.1\"]"),
        "{warnings:?}"
    );
}
