//! Whether the time of an answer tells if a name has an account.

use std::time::Duration;

use latchkey_protocol::recovery::RequestRecovery;
use latchkey_tests::server::{Database, Device, Person, ServerUnderTest};
use rand::seq::SliceRandom as _;
use serde::Serialize;

use crate::figure::{Figure, Target, percentile};
use crate::load::{self, Connection};
use crate::{Arguments, Outcome};

/// Names of each class. Each is asked for less than a hundred times in a row, which would stop it.
const NAMES: usize = 50;
/// Between two questions, so that what the server does after an answer is done: nobody is to be heard by the next one.
const PAUSE: Duration = Duration::from_millis(4);

/// The medians of 2,000 answers to a class of names against those to names that nobody has.
pub async fn answers(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let server = ServerUnderTest::start_in_process(Database::Sqlite).await;
    let mut classes: [Vec<String>; 3] = Default::default();
    for number in 0..NAMES {
        let name = |kind: &str| format!("{kind}{number:03}@example.org");
        let (confirmed, pending) = (name("confirmed"), name("unproven"));
        Person::create_confirmed(&server, confirmed.trim_end_matches("@example.org")).await;
        Person::create(&server, pending.trim_end_matches("@example.org")).await;
        let [known, unproven, unknown] = &mut classes;
        known.push(confirmed);
        unproven.push(pending);
        unknown.push(name("nobodyis!").replace('!', ""));
    }
    let [known, unproven, unknown] = &classes;
    let samples = if arguments.quick { 60 } else { 2_000 };
    let mut figures = Vec::new();
    for (name, class) in [
        ("wrong password, median: known against unknown name", known),
        (
            "wrong password, median: address not confirmed against unknown name",
            unproven,
        ),
    ] {
        let request = |login: &str| {
            let request = Device::new("Stranger").sign_in(&server, login, "not the password");
            post("/v1/sessions", &request)
        };
        figures.push(
            compare(
                &server,
                name,
                [class, unknown],
                samples,
                "HTTP/1.1 401",
                request,
            )
            .await?,
        );
    }
    for (name, class) in [
        (
            "forgotten password, median: known against unknown name",
            known,
        ),
        (
            "forgotten password, median: address not confirmed against unknown name",
            unproven,
        ),
    ] {
        let request = |login: &str| {
            let request = RequestRecovery {
                login: login.to_owned(),
                device: None,
            };
            post("/v1/recovery", &request)
        };
        figures.push(
            compare(
                &server,
                name,
                [class, unknown],
                samples,
                "HTTP/1.1 202",
                request,
            )
            .await?,
        );
    }
    Ok(figures)
}

fn post(path: &str, body: &impl Serialize) -> Outcome<Vec<u8>> {
    Ok(load::post(path, &serde_json::to_string(body)?))
}

/// Asks for both classes in random order, so that nothing else on the machine meets one of them more.
async fn compare(
    server: &ServerUnderTest,
    name: &'static str,
    classes: [&Vec<String>; 2],
    samples: usize,
    expected: &str,
    request: impl Fn(&str) -> Outcome<Vec<u8>>,
) -> Outcome<Figure> {
    let mut connection = Connection::open(server.address()).await?;
    let mut order: Vec<usize> = (0..samples * 2).map(|number| number % 2).collect();
    order.shuffle(&mut rand::rng());
    let mut times = [Vec::new(), Vec::new()];
    for (number, class) in order.into_iter().enumerate() {
        // No wait after wrong passwords, and no share of mails, lasts longer.
        server.clock().advance_seconds(301);
        let names = classes.get(class).ok_or("a class")?;
        let login = names.get(number / 2 % NAMES).ok_or("a name")?;
        tokio::time::sleep(PAUSE).await;
        let took = connection.ask(&request(login)?, expected).await?;
        times.get_mut(class).ok_or("a class")?.push(took);
    }
    let [mut known, mut unknown] = times;
    Ok(Figure {
        name,
        unit: "ms",
        value: percentile(&mut known, 0.5),
        floor: Some(percentile(&mut unknown, 0.5)),
        target: Target::Within(1.0, 0.02),
    })
}
