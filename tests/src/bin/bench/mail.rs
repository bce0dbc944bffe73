//! What a mail server that never answers does to everything else.

use std::time::{Duration, Instant};

use latchkey_protocol::recovery::RequestRecovery;
use latchkey_tests::server::{Database, Person, Postfix, ServerUnderTest, Settings};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::net::TcpListener;

use crate::figure::{Figure, Target, percentile};
use crate::load::{self, Connection};
use crate::{Arguments, Outcome};

/// Accounts that ask for mail; each gets one in an hour of the server's clock.
const PEOPLE: usize = 60;

/// Mails queued a second, and the p99 of session checks meanwhile, beside a Postfix that takes them and beside a mail
/// server that accepts connections and never says a word.
pub async fn queue(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let postfix = Postfix::start(&["/bin/true"]).await;
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let silent_port = silent.local_addr()?.port();
    let hold = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    });
    let settings = |port: u16| {
        Settings::default()
            .with("SMTP__HOST", "localhost")
            .with("SMTP__PORT", port)
            .with("MAIL_FROM", "Accounts <accounts@id.example.net>")
            .with(
                "SMTP__CERTIFICATE_AUTHORITY",
                postfix.certificate().display(),
            )
    };
    let well = Measured::start(settings(postfix.port())).await?;
    let dead = Measured::start(settings(silent_port)).await?;
    let (mut taken, mut stuck) = (Samples::default(), Samples::default());
    for _ in 0..arguments.rounds() {
        well.run(arguments.seconds(8), &mut taken).await?;
        dead.run(arguments.seconds(8), &mut stuck).await?;
    }
    hold.abort();
    Ok(vec![
        Figure {
            name: "mails queued while the mail server is dead, against when it is well",
            unit: "/s",
            value: percentile(&mut stuck.queued, 0.5),
            floor: Some(percentile(&mut taken.queued, 0.5)),
            target: Target::RatioAtLeast(0.9),
        },
        Figure {
            name: "session check p99 while the mail server is dead, against when it is well",
            unit: "ms",
            value: percentile(&mut stuck.checks, 0.5),
            floor: Some(percentile(&mut taken.checks, 0.5)),
            target: Target::RatioAtMost(1.1),
        },
    ])
}

/// One sample a round.
#[derive(Default)]
struct Samples {
    queued: Vec<f64>,
    checks: Vec<f64>,
}

struct Measured {
    server: ServerUnderTest,
    /// Somebody who looks at their session meanwhile.
    person: Person,
    requests: Vec<Vec<u8>>,
}

impl Measured {
    /// People with confirmed addresses, made while mails went into a folder, and then the server with `settings`.
    async fn start(settings: Settings) -> Outcome<Self> {
        let mut server = ServerUnderTest::start_in_process(Database::Sqlite).await;
        let mut people = Vec::new();
        let mut requests = Vec::new();
        for number in 0..PEOPLE {
            let name = format!("person{number}");
            // Postfix puts what comes to any of these into one mailbox.
            let address = format!("anna+{number}@example.org");
            let person = Person::create_with_email(&server, &name, &address).await;
            let mail = server.outbox().confirmation(&address, 1).await;
            server
                .confirm(&mail.token().ok_or("a link")?)
                .await
                .expect(200);
            people.push(person);
            let request = RequestRecovery {
                login: name,
                device: None,
            };
            requests.push(load::post(
                "/v1/recovery",
                &serde_json::to_string(&request)?,
            ));
        }
        server.kill().await;
        server.start_again_with(settings).await;
        Ok(Self {
            server,
            person: people.pop().ok_or("nobody")?,
            requests,
        })
    }

    async fn run(&self, duration: Duration, samples: &mut Samples) -> Outcome<()> {
        // The clock runs fast here, and sessions end.
        let person = self.person.on_new_device(&self.server, "Bench").await;
        let before = self.queued().await?;
        let begun = Instant::now();
        let check = |_| load::get("/v1/session", Some(&person.signed_in.token));
        let (asked, checks) = tokio::join!(
            self.ask_for(duration),
            load::run(self.server.address(), 1, duration, "HTTP/1.1 200", check),
        );
        asked?;
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        let queued = (self.queued().await? - before) as f64 / begun.elapsed().as_secs_f64();
        samples.queued.push(queued);
        samples
            .checks
            .push(percentile(&mut checks?.latencies, 0.99));
        Ok(())
    }

    /// Each person asks for a mail again and again, an hour apart by the server's clock.
    async fn ask_for(&self, duration: Duration) -> Outcome<()> {
        let mut connection = Connection::open(self.server.address()).await?;
        let begun = Instant::now();
        while begun.elapsed() < duration {
            self.server.clock().advance_seconds(3_601);
            for request in &self.requests {
                connection.ask(request, "HTTP/1.1 202").await?;
            }
        }
        Ok(())
    }

    async fn queued(&self) -> Outcome<i64> {
        let file = self.server.data_dir().join("latchkey.sqlite");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let mut connection: SqliteConnection = options.connect().await?;
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM mails")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(count)
    }
}
