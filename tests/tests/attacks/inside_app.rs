//! The server inside the app, by everybody else on the same computer: its port is reached by all of them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use latchkey_protocol::accounts::CreateAccount;
use latchkey_protocol::problem::ProblemCode;
use latchkey_protocol::recovery::RequestRecovery;
use latchkey_protocol::server::{APP_SECRET_HEADER, ServerInfo};
use latchkey_protocol::sessions::{SignIn, SignedIn};
use latchkey_protocol::time::Timestamp;
use latchkey_server::Server;
use latchkey_server::clock::{Clock as _, SystemClock};
use latchkey_server::config::{Config, HashCost, InsideApp};
use latchkey_tests::server::{Device, Http, Operation, operations};
use reqwest::{Method, StatusCode};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

const SECRET: &str = "the secret of this start of the app";
const PASSWORD: &str = "orbit velvet 41 lanterns";

/// A server as the app runs it. Stopped when dropped.
struct Inside {
    base: Url,
    info: ServerInfo,
    shutdown: CancellationToken,
    folder: TempDir,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn run(folder: &Path, sign_up: bool) -> (Url, CancellationToken) {
    let app = InsideApp {
        secret: SECRET.into(),
        sign_up,
    };
    let config = Config {
        hash: HashCost::FLOOR,
        // From which the test learns of every route.
        describe_api: true,
        ..Config::inside_app(folder, app)
    };
    let server = Server::open(config).await.unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = TcpListener::bind(address).await.unwrap();
    let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let shutdown = CancellationToken::new();
    tokio::spawn(server.run(listener, shutdown.clone()));
    (base, shutdown)
}

impl Inside {
    async fn start(sign_up: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (base, shutdown) = run(folder.path(), sign_up).await;
        let info = of_the_app(&base).get("/v1/server").await.expect(200).json();
        Self {
            base,
            info,
            shutdown,
            folder,
        }
    }

    /// As the app asks.
    fn app(&self) -> Http {
        of_the_app(&self.base)
    }

    /// As everybody else on the computer asks.
    fn others(&self) -> Http {
        Http::new(self.base.clone())
    }

    async fn info(&self) -> ServerInfo {
        self.app().get("/v1/server").await.expect(200).json()
    }

    fn account(&self, device: &Device, username: &str) -> CreateAccount {
        CreateAccount {
            display_name: "Somebody".to_owned(),
            email: format!("{username}@example.org"),
            username: username.to_owned(),
            password: PASSWORD.to_owned(),
            language: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            device: device.proof(self.info.server_id, username, now()),
        }
    }

    fn sign_in(&self, device: &Device, login: &str, password: &str) -> SignIn {
        SignIn {
            login: login.to_owned(),
            password: password.to_owned(),
            code: None,
            passkey: None,
            device: device.proof(self.info.server_id, login, now()),
        }
    }
}

fn of_the_app(base: &Url) -> Http {
    Http::new(base.clone()).with_header(APP_SECRET_HEADER, SECRET)
}

fn now() -> Timestamp {
    SystemClock.now()
}

/// Nobody else gets an answer, whichever route they ask: not whether there is an account, not what the server is.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_closed_to_everybody_but_the_app() {
    let inside = Inside::start(false).await;
    let app = inside.app();
    let mut routes = operations(&app).await;
    for (method, path) in [
        (Method::GET, "/v1/openapi.json"),
        (Method::GET, "/v1/nothing"),
        (Method::GET, "/"),
        (Method::GET, "/forgot-password"),
        (Method::POST, "/forgot-password"),
        (Method::OPTIONS, "/v1/sessions"),
    ] {
        routes.push(Operation {
            method,
            template: path.to_owned(),
            body: None,
            optional: Vec::new(),
        });
    }
    assert!(routes.len() > 40, "{}", routes.len());
    let wrong = inside.others().with_header(APP_SECRET_HEADER, "guess");
    let twice = inside.app().with_header(APP_SECRET_HEADER, SECRET);
    for route in routes {
        let path = route.path("0190a1b2-0000-7000-8000-000000000000");
        for http in [&inside.others(), &wrong, &twice] {
            let mut request = http.request(route.method.clone(), &path);
            if let Some(body) = &route.body {
                request = request.json(body);
            }
            let answer = Http::send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", route.name());
            assert!(
                answer.body.is_empty(),
                "{}: {}",
                route.name(),
                answer.text()
            );
        }
    }
    app.get("/v1/server").await.expect(200);
}

/// Seen: somebody else signed up first and administered; the owner's sign-in was held back by guesses of others.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_first_and_nobody_holds_the_owner_back() {
    let inside = Inside::start(false).await;
    let (owners, others) = (Device::new("Mine"), Device::new("Somebody else's"));
    let stolen = inside.account(&others, "mallory");
    let refused = inside.others().post("/v1/accounts", &stolen).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(inside.info().await.sign_up);
    let account = inside.account(&owners, "anna");
    let answer = inside.app().post("/v1/accounts", &account).await;
    let signed_in: SignedIn = answer.expect(201).json();

    // Guesses, links asked for and pages posted, far beyond what one address may.
    let guess = inside.sign_in(&others, "anna", "a guess at the password");
    let forgotten = RequestRecovery {
        login: "anna".to_owned(),
        device: None,
    };
    for _ in 0..50 {
        inside.others().post("/v1/sessions", &guess).await;
        inside.others().post("/v1/recovery", &forgotten).await;
        let form = inside
            .others()
            .request(Method::POST, "/reset-password/0000")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("new_password=orbit+velvet+41+lanterns&repeat=orbit+velvet+41+lanterns");
        Http::send(form).await.expect(410);
    }
    let sign_in = inside.sign_in(&Device::new("Mine, set up anew"), "anna", PASSWORD);
    let answer = inside.app().post("/v1/sessions", &sign_in).await;
    answer.expect(201);
    inside
        .app()
        .with_token(&signed_in.token)
        .get("/v1/session")
        .await
        .expect(200);
    // A token alone, however it was come by, opens nothing without the app.
    let thief = inside.others().with_token(&signed_in.token);
    assert_eq!(thief.get("/v1/session").await.status, StatusCode::FORBIDDEN);
}

/// Mailed links are opened in a browser, which is not the app.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_mailed_links_work_in_a_browser() {
    let inside = Inside::start(false).await;
    let account = inside.account(&Device::new("Mine"), "anna");
    let answer = inside.app().post("/v1/accounts", &account).await;
    answer.expect(201);
    let request = serde_json::json!({ "login": "anna" });
    inside
        .app()
        .post("/v1/recovery", &request)
        .await
        .expect(202);
    let outbox = latchkey_tests::server::Outbox::new(&inside.folder.path().join("outbox"));
    let token = outbox
        .token_of("anna@example.org", "reset-password", 1)
        .await;
    let page = format!("/reset-password/{token}");
    inside.others().get(&page).await.expect(200);
    inside.others().get("/pages.css").await.expect(200);
    let new = "a+copper+lantern+at+the+gate";
    let posted = inside
        .others()
        .request(Method::POST, &page)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("new_password={new}&repeat={new}&code="));
    Http::send(posted).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_account_unless_the_owner_wants_more() {
    let mut inside = Inside::start(false).await;
    let device = Device::new("Mine");
    let create = async |inside: &Inside, username: &str| {
        let account = inside.account(&device, username);
        inside.app().post("/v1/accounts", &account).await
    };
    // Of several at once one is made.
    let names = ["anna", "bela", "carl", "dana"];
    let made = names.map(|username| create(&inside, username));
    let made = futures_util::future::join_all(made).await;
    let created = made.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    for answer in made.into_iter().filter(|answer| answer.status != 201) {
        answer.expect_code(ProblemCode::NotAllowedNow);
    }
    assert!(!inside.info().await.sign_up);
    create(&inside, "erik")
        .await
        .expect_code(ProblemCode::NotAllowedNow);

    // Opened by its owner for one start, and closed again by the next.
    for (sign_up, username, status) in [
        (true, "fred", 201),
        (true, "gina", 201),
        (false, "hugo", 409),
    ] {
        inside.shutdown.cancel();
        let folder = inside.folder.path().to_owned();
        (inside.base, inside.shutdown) = started_again(&folder, sign_up).await;
        assert_eq!(inside.info().await.sign_up, sign_up);
        let answer = create(&inside, username).await.expect(status);
        if status == 201 {
            let signed_in: SignedIn = answer.json();
            let people = inside.app().with_token(&signed_in.token);
            people
                .get("/v1/users")
                .await
                .expect_code(ProblemCode::AdministratorsOnly);
        }
    }
}

/// Once the one before has let go of the folder.
async fn started_again(folder: &Path, sign_up: bool) -> (Url, CancellationToken) {
    latchkey_tests::server::eventually("the folder is free", async || {
        let lock = std::fs::File::open(folder.join("latchkey.lock")).ok()?;
        lock.try_lock().ok()
    })
    .await;
    run(folder, sign_up).await
}
