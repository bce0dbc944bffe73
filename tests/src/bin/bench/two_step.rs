//! Sign-ins with a code of an authenticator app against bare hashing.

use std::time::Instant;

use futures_util::future::join_all;
use latchkey_tests::server::{Database, Protected, ServerUnderTest, Settings};

use crate::figure::{Figure, Target, percentile};
use crate::sessions::{ITERATIONS, MEMORY_KIB, bare_hashing};
use crate::{Arguments, Outcome};

/// People who sign in at the same time, each with the one code of a step: the server's clock is moved on between. So many
/// that the first and the last, beside whom a core is idle, count for little.
const PEOPLE: usize = 20;

/// At the default cost, by as many people as keep all cores hashing.
pub async fn sign_ins(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let settings = Settings::default()
        .with("HASH__MEMORY_KIB", MEMORY_KIB)
        .with("HASH__ITERATIONS", ITERATIONS);
    let server = ServerUnderTest::start_in_process_with(Database::Sqlite, settings).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Protected::create(&server, &format!("person{number}")).await);
    }
    let threads = std::thread::available_parallelism()?.get();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..if arguments.quick { 1 } else { 5 } {
        bare.push(bare_hashing(threads, arguments.seconds(4))?);
        for _ in 0..2 {
            server.clock().advance_seconds(30);
            let requests = people.iter().map(|protected| {
                let person = &protected.person;
                let mut request =
                    person
                        .device
                        .sign_in(&server, &person.username, &person.password);
                request.code = Some(protected.code(&server));
                request
            });
            let requests: Vec<_> = requests.collect();
            let http = server.http();
            let begun = Instant::now();
            let answers = join_all(
                requests
                    .iter()
                    .map(|request| http.post("/v1/sessions", request)),
            )
            .await;
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            ours.push(PEOPLE as f64 / begun.elapsed().as_secs_f64());
            for answer in answers {
                answer.expect(201);
            }
        }
    }
    Ok(vec![Figure {
        name: "sign-ins with a code",
        unit: "/s",
        value: percentile(&mut ours, 0.5),
        floor: Some(percentile(&mut bare, 0.5)),
        target: Target::RatioAtLeast(0.9),
    }])
}
