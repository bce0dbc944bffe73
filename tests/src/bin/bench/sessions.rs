//! Session checks, sign-ins, and what they do to each other.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::figure::{Figure, Target, percentile};
use crate::process::ServerProcess;
use crate::{Arguments, Outcome, load, person};

/// Limits that a load from one address would run into.
pub const NO_LIMITS: [(&str, &str); 8] = [
    ("LATCHKEY_CONNECTIONS__PER_ADDRESS", "20000"),
    ("LATCHKEY_CONNECTIONS__TOTAL", "40000"),
    ("LATCHKEY_SIGN_IN__PER_ADDRESS", "1000000"),
    ("LATCHKEY_SIGN_IN__PER_NETWORK", "1000000"),
    ("LATCHKEY_QUOTAS__LINKS_PER_ADDRESS", "1000000"),
    ("LATCHKEY_QUOTAS__LINKS_PER_NETWORK", "1000000"),
    ("LATCHKEY_QUOTAS__EDITS_PER_DAY", "1000000"),
    ("LATCHKEY_QUOTAS__CHANGES_PER_DAY", "1000000"),
];

const CONNECTIONS: usize = 8;

/// `GET /v1/session` against a bare read, on SQLite and, where one is given, PostgreSQL.
pub async fn checks(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let mut figures = vec![check(arguments, None, "GET /v1/session, SQLite").await?];
    if let Some(database) = &arguments.postgres {
        figures.push(check(arguments, Some(database), "GET /v1/session, PostgreSQL").await?);
    }
    Ok(figures)
}

async fn check(
    arguments: &Arguments,
    database: Option<&str>,
    name: &'static str,
) -> Outcome<Figure> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("floor.sqlite");
    let floor = ServerProcess::floor(database.unwrap_or(&file.to_string_lossy())).await?;
    let server = ServerProcess::latchkey(folder.path(), database, &NO_LIMITS).await?;
    let username = format!("check{}", person::now().0);
    let signed_in = person::create_account(&server.url(), &username).await?;
    // Turn and turn about, so that a noisy neighbour is shared by both.
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds() {
        let duration = arguments.seconds(4);
        bare.push(
            load::run(floor.address, CONNECTIONS, duration, "HTTP/1.1 200", |_| {
                load::get("/", None)
            })
            .await?
            .per_second,
        );
        let request = |_| load::get("/v1/session", Some(&signed_in.token));
        ours.push(
            load::run(
                server.address,
                CONNECTIONS,
                duration,
                "HTTP/1.1 200",
                request,
            )
            .await?
            .per_second,
        );
    }
    Ok(Figure {
        name,
        unit: "/s",
        value: percentile(&mut ours, 0.5),
        floor: Some(percentile(&mut bare, 0.5)),
        target: Target::RatioAtLeast(0.8),
    })
}

/// Sign-ins against bare hashing; the server's memory afterwards; session checks while that goes on.
pub async fn sign_ins(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let server = ServerProcess::latchkey(folder.path(), None, &NO_LIMITS).await?;
    let server_id = person::server_id(&server.url()).await?;
    let signed_in = person::create_account(&server.url(), "storm").await?;
    let check = |_| load::get("/v1/session", Some(&signed_in.token));
    let threads = std::thread::available_parallelism()?.get();

    let calm = load::run(
        server.address,
        1,
        arguments.seconds(3),
        "HTTP/1.1 200",
        check,
    )
    .await?;
    let idle = server.resident()?;
    let bodies: Vec<String> = (0..=threads)
        .map(|index| person::sign_in(server_id, "storm", u8::try_from(index + 2)?))
        .collect::<Outcome<_>>()?;
    let sign_in =
        |index: usize| load::post("/v1/sessions", bodies.get(index).map_or("", String::as_str));
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds() {
        bare.push(bare_hashing(threads, arguments.seconds(6))?);
        ours.push(
            load::run(
                server.address,
                threads + 1,
                arguments.seconds(6),
                "HTTP/1.1 201",
                sign_in,
            )
            .await?
            .per_second,
        );
    }
    let (storm, during) = tokio::join!(
        load::run(
            server.address,
            threads + 1,
            arguments.seconds(60),
            "HTTP/1.1 201",
            sign_in
        ),
        load::run(
            server.address,
            1,
            arguments.seconds(60),
            "HTTP/1.1 200",
            check
        ),
    );
    storm?;
    let after = server.resident()?;
    #[expect(clippy::cast_precision_loss, reason = "a handful of threads")]
    let allowed = threads as f64 * f64::from(MEMORY_KIB) * 1024.0 + 32.0 * MEBIBYTE;
    Ok(vec![
        Figure {
            name: "sign-ins",
            unit: "/s",
            value: percentile(&mut ours, 0.5),
            floor: Some(percentile(&mut bare, 0.5)),
            target: Target::RatioAtLeast(0.9),
        },
        Figure {
            name: "server memory after a storm of sign-ins, above idle",
            unit: "MiB",
            value: (after - idle) / MEBIBYTE,
            floor: None,
            target: Target::AtMost(allowed / MEBIBYTE),
        },
        Figure {
            name: "session check p99 during a storm of sign-ins",
            unit: "ms",
            value: percentile(&mut during?.latencies, 0.99),
            floor: Some(percentile(&mut calm.latencies.clone(), 0.99)),
            target: Target::RatioAtMost(3.0),
        },
    ])
}

const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// The server's default cost: `security.md` of the design, and the default of `latchkey_server::config`.
pub const MEMORY_KIB: u32 = 65_536;
/// The same of its passes.
pub const ITERATIONS: u32 = 3;

/// Hashes a second by bare Argon2id on `threads` threads, block memory reused.
pub fn bare_hashing(threads: usize, duration: Duration) -> Outcome<f64> {
    let begun = Instant::now();
    let hashed: usize = std::thread::scope(|scope| -> Outcome<usize> {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| hash_for(duration)))
            .collect();
        let mut sum = 0;
        for worker in workers {
            sum += worker.join().map_err(|_| "a hashing thread panicked")??;
        }
        Ok(sum)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let per_second = hashed as f64 / begun.elapsed().as_secs_f64();
    Ok(per_second)
}

fn hash_for(duration: Duration) -> Result<usize, String> {
    let parameters =
        Params::new(MEMORY_KIB, ITERATIONS, 1, Some(32)).map_err(|error| error.to_string())?;
    let mut memory = vec![Block::default(); parameters.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let (begun, mut hashed, mut output) = (Instant::now(), 0, [0; 32]);
    while begun.elapsed() < duration {
        argon2
            .hash_password_into_with_memory(
                person::PASSWORD.as_bytes(),
                b"sixteen bytes ..",
                &mut output,
                &mut memory,
            )
            .map_err(|error| error.to_string())?;
        hashed += 1;
    }
    Ok(hashed)
}
