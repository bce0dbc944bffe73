//! Networks as they are: certificates that are wrong, proxies that want a sign-in, portals.

use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::stage::{Stage, SyncState, SyncView};
use latchkey_client::transport::CertificateProblem;
use latchkey_tests::server::{
    Authority, Certificate, Database, Impostor, Imposture, OfficeProxy, PATIENCE, Person,
    ServerUnderTest, Validity, old_tls, socks_proxy, tls_front,
};
use tokio::time::Instant;

use super::device::{Device, Running};

/// The name that only a proxy can look up.
const NAME: &str = "accounts.test";

/// Presses "Try now" until the pill says that.
async fn says(running: &mut Running, what: &str, wanted: impl Fn(&SyncView) -> bool) -> SyncView {
    let started = Instant::now();
    loop {
        running.expect::<()>("sync_now").await;
        let sync: SyncView = running.expect("sync").await;
        if wanted(&sync) {
            return sync;
        }
        assert!(started.elapsed() < PATIENCE, "never {what}: {sync:?}");
    }
}

/// A person on a server, a device of theirs, and the file with the authorities that its computer knows.
struct Office {
    server: ServerUnderTest,
    anna: Person,
    device: Device,
    authorities: String,
}

impl Office {
    async fn new() -> Self {
        let server = ServerUnderTest::start(Database::Sqlite).await;
        let anna = Person::create(&server, "anna").await;
        let device = Device::new(&server).await;
        let file = device.data.with_extension("pem");
        Self {
            server,
            anna,
            authorities: file.to_str().unwrap().to_owned(),
            device,
        }
    }

    fn know(&self, authorities: &[&Authority]) {
        let known: String = authorities.iter().map(|each| each.pem()).collect();
        std::fs::write(&self.authorities, known).unwrap();
    }

    fn start(&self, variables: &[(&str, &str)]) -> Running {
        let authorities = [("SSL_CERT_FILE", self.authorities.as_str())];
        // What the machine of the tests has set for itself.
        let none = [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "SSL_CERT_DIR",
        ];
        let none: Vec<_> = none
            .iter()
            .filter(|name| !variables.iter().any(|(known, _)| known == *name))
            .map(|name| (*name, ""))
            .collect();
        self.device
            .start_with(&[&none[..], &authorities, variables].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate_is_named_and_a_new_authority_counts_at_once() {
    let office = Office::new().await;
    let (known, unknown) = (Authority::default(), Authority::default());
    office.know(&[&known]);
    let there = office.server.address();
    let address = "127.0.0.1";
    let good = tls_front(known.issue(address, Validity::Now), there).await;
    office.device.link.lead_to(good);
    let mut running = office.start(&[]);
    let server = format!("https://{}", office.device.link.address());
    running.expect::<Stage>(&format!("connect {server}")).await;
    running.signs_in(&office.anna).await;
    running.current().await;

    let past = tls_front(known.issue(address, Validity::Past), there).await;
    let future = tls_front(known.issue(address, Validity::Future), there).await;
    let other = tls_front(known.issue("other.example.org", Validity::Now), there).await;
    let nobody = tls_front(unknown.issue(address, Validity::Now), there).await;
    let itself = tls_front(Certificate::self_signed(address), there).await;
    for (front, problem) in [
        (past, CertificateProblem::Expired),
        (future, CertificateProblem::NotYetValid),
        (other, CertificateProblem::OtherName),
        (itself, CertificateProblem::UnknownAuthority),
        (old_tls().await, CertificateProblem::OldTls),
        (there, CertificateProblem::NotEncrypted),
        (nobody, CertificateProblem::UnknownAuthority),
    ] {
        office.device.link.lead_to(front);
        let sync = says(&mut running, &format!("{problem:?}"), |sync| {
            sync.certificate == Some(problem)
        })
        .await;
        assert_eq!(sync.state, SyncState::UntrustedCertificate);
        assert_eq!(
            running.shown().await,
            "Somebody",
            "what is here stays shown"
        );
        // A form says the same.
        let failure: Failure = running.ask("step_up x").await.unwrap_err();
        let named = (failure.code, failure.certificate);
        assert_eq!(named, (FailureCode::UntrustedCertificate, Some(problem)));
    }
    // The last one's authority is installed, and the person presses "Try now".
    office.know(&[&known, &unknown]);
    running.current().await;
    let log = office.device.log_text();
    assert!(log.contains("certificate expired"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_told_from_a_server_that_is_away() {
    let office = Office::new().await;
    let mut running = office.device.signed_in(&office.anna).await;
    running.current().await;
    let impostor = Impostor::of(&office.server).await;
    let answer = |status: &str| {
        let page = "<html>Welcome</html>";
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\nlocation: http://portal.example/\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{page}",
            page.len()
        )
    };
    for (status, state) in [
        ("200 OK", SyncState::SomethingElse),
        ("302 Found", SyncState::SomethingElse),
        ("403 Forbidden", SyncState::SomethingElse),
        (
            "511 Network Authentication Required",
            SyncState::SomethingElse,
        ),
        ("407 Proxy Authentication Required", SyncState::ProxySignIn),
        ("502 Bad Gateway", SyncState::ServerTrouble),
        ("503 Service Unavailable", SyncState::ServerTrouble),
    ] {
        impostor.play(Imposture::Says(answer(status).into_bytes()), &[]);
        office.device.link.lead_to(impostor.address());
        says(&mut running, status, |sync| sync.state == state).await;
        office.device.link.mend(&office.server);
        running.current().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_leads_through_the_proxies_of_an_office() {
    let office = Office::new().await;
    let authority = Authority::default();
    office.know(&[&authority]);
    let front = tls_front(
        authority.issue(NAME, Validity::Now),
        office.server.address(),
    )
    .await;
    let open = OfficeProxy::to(front, None).await;
    let closed = OfficeProxy::to(front, Some("anna:secret")).await;
    let socks = socks_proxy(front).await;
    let connect = format!("connect https://{NAME}");

    let proxy = format!("http://{}", closed.address());
    let mut running = office.start(&[("HTTPS_PROXY", &proxy)]);
    assert_eq!(running.refused(&connect).await, FailureCode::ProxySignIn);
    drop(running);
    assert!(
        closed
            .asked()
            .iter()
            .all(|head| head.starts_with(&format!("CONNECT {NAME}:443"))),
        "{:?}",
        closed.asked()
    );

    for (variable, proxy) in [
        ("HTTPS_PROXY", format!("http://{}", open.address())),
        (
            "HTTPS_PROXY",
            format!("http://anna:secret@{}", closed.address()),
        ),
        ("ALL_PROXY", format!("socks5h://{socks}")),
    ] {
        let mut running = office.start(&[(variable, &proxy)]);
        // Chosen once; a proxy is no part of the account.
        if matches!(running.stage().await, Stage::FirstStart) {
            running.expect::<Stage>(&connect).await;
            running.signs_in(&office.anna).await;
        }
        running.current().await;
    }
}
