//! Guessing passwords.

use crate::new_account;
use latchkey_protocol::problem::ProblemCode;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, Device, Http, Overload, Person, ServerUnderTest, Settings};
use reqwest::StatusCode;
use serde_json::json;

on_both_databases!(
    five_are_free_then_it_waits_longer_and_longer,
    fifty_at_once_are_fifty_tries,
    tries_that_overtake_each_other_are_free,
    a_known_device_is_not_held_back_by_others,
    a_hundred_in_a_row_are_the_last,
    counts_are_forgotten_after_a_day_alike,
    a_right_password_forgives,
    an_address_is_limited_whatever_it_forwards,
    a_client_behind_a_proxy_does_not_choose_its_address,
    counts_outlive_the_server,
    what_was_too_much_to_do_was_no_try,
);

async fn wait_of(server: &ServerUnderTest, device: &Device, login: &str) -> u32 {
    let answer = device.try_sign_in(server, login, "wrong").await;
    if answer.status == StatusCode::UNAUTHORIZED {
        answer.expect_code(ProblemCode::SignInRefused);
        return 0;
    }
    let problem = answer.expect_code(ProblemCode::TooManyAttempts).problem();
    problem.retry_after_seconds.unwrap()
}

async fn five_are_free_then_it_waits_longer_and_longer(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    for login in ["anna", "nobody"] {
        for _ in 0..5 {
            assert_eq!(wait_of(&server, &stranger, login).await, 0);
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(wait_of(&server, &stranger, login).await, wait, "{login}");
            server.clock().advance_seconds(i64::from(wait) - 1);
            assert_eq!(wait_of(&server, &stranger, login).await, 1, "{login}");
            server.clock().advance_seconds(1);
            assert_eq!(wait_of(&server, &stranger, login).await, 0, "{login}");
        }
    }
}

/// Of two requests at once, the one whose clock was read first may be counted second.
async fn tries_that_overtake_each_other_are_free(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    for _ in 0..5 {
        assert_eq!(wait_of(&server, &stranger, "anna").await, 0);
        server.clock().advance_seconds(-1);
    }
}

async fn fifty_at_once_are_fifty_tries(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    // Names that mean the same account share its count; a new device for each try changes nothing.
    let devices: Vec<_> = (0..50).map(|_| Device::new("Stranger")).collect();
    let names = ["anna", "ANNA", " anna"];
    let tries = devices
        .iter()
        .enumerate()
        .map(|(number, device)| device.try_sign_in(&server, names[number % 3], "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    let count = |status: StatusCode| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    let looked_at = count(StatusCode::UNAUTHORIZED);
    // On a busy machine a password may not be looked at in time, which is no try.
    let busy = count(StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        looked_at <= 5 && looked_at + busy >= 5,
        "{looked_at} and {busy}"
    );
    assert_eq!(looked_at + busy + count(StatusCode::TOO_MANY_REQUESTS), 50);
    for device in &devices[looked_at..5] {
        device.try_sign_in(&server, "anna", "wrong").await;
    }
    // The right password too has to wait.
    let answer = Device::new("New")
        .try_sign_in(&server, "anna", &anna.password)
        .await;
    answer.expect_code(ProblemCode::TooManyAttempts);
}

async fn a_known_device_is_not_held_back_by_others(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Device::new("Laptop");
    let anna = Person::create_on(&server, "anna", &laptop).await;
    for _ in 0..6 {
        wait_of(&server, &Device::new("Stranger"), "anna").await;
    }
    assert_eq!(wait_of(&server, &Device::new("Stranger"), "anna").await, 1);
    anna.signing_in_on(&server, laptop.clone()).await;
    // Its owner was there: the account's other devices are not held back any more either.
    for _ in 0..5 {
        assert_eq!(wait_of(&server, &Device::new("Stranger"), "anna").await, 0);
    }
    assert_eq!(wait_of(&server, &Device::new("Stranger"), "anna").await, 1);
    // And the device has a limit of its own.
    for _ in 0..5 {
        assert_eq!(wait_of(&server, &laptop, "anna").await, 0);
    }
    assert_eq!(wait_of(&server, &laptop, "anna").await, 1);
    // A key that is only claimed is no known device.
    let mut body = json!(laptop.sign_in(&server, "anna", &anna.password));
    body["device"]["signature"] = json!("A".repeat(86));
    server
        .http()
        .post("/v1/sessions", &body)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
}

/// No wait helps then; the owner's own device is not held back.
async fn a_hundred_in_a_row_are_the_last(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let laptop = Device::new("Laptop");
    let anna = Person::create_on(&server, "anna", &laptop).await;
    let stranger = Device::new("Stranger");
    for login in ["anna", "nobody"] {
        for _ in 0..100 {
            assert_eq!(wait_of(&server, &stranger, login).await, 0);
            server.clock().advance_seconds(300);
        }
        let stopped = stranger.try_sign_in(&server, login, &anna.password).await;
        let problem = stopped
            .expect_code(ProblemCode::NewPasswordNeeded)
            .problem();
        assert_eq!(problem.retry_after_seconds, None, "{login}");
    }
    anna.signing_in_on(&server, laptop.clone()).await;
}

async fn counts_are_forgotten_after_a_day_alike(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    // What is forgotten of a name that nobody has and not of an account would tell which is which.
    for (pause, wait) in [(86_399, 1), (86_400, 0)] {
        let mut waits = Vec::new();
        for login in ["anna", "nobody"] {
            for _ in 0..5 {
                wait_of(&server, &stranger, login).await;
            }
        }
        server.clock().advance_seconds(pause);
        latchkey_server::jobs::tidy(server.state()).await.unwrap();
        for login in ["anna", "nobody"] {
            assert_eq!(wait_of(&server, &stranger, login).await, 0);
            waits.push(wait_of(&server, &stranger, login).await.min(1));
        }
        assert_eq!(waits, [wait, wait]);
        server.clock().advance_seconds(2 * 86_400);
        latchkey_server::jobs::tidy(server.state()).await.unwrap();
    }
}

async fn a_right_password_forgives(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let phone = Device::new("Phone");
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(wait_of(&server, &Device::new("Phone"), "anna").await, 0);
        }
        anna.on_new_device(&server, "Phone").await;
    }
    anna.signing_in_on(&server, phone.clone()).await;
}

async fn an_address_is_limited_whatever_it_forwards(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default()
            .with("SIGN_IN__PER_ADDRESS", 20)
            .with("SIGN_IN__PER_NETWORK", 200),
    )
    .await;
    let stranger = Device::new("Stranger");
    let mut refused = 0;
    for number in 0..30 {
        let login = format!("user{number}");
        let answer = Http::send(
            server
                .http()
                .request(reqwest::Method::POST, "/v1/sessions")
                .header("X-Forwarded-For", format!("203.0.113.{number}"))
                .header("Forwarded", format!("for=203.0.113.{number}"))
                .header("X-Real-IP", format!("203.0.113.{number}"))
                .json(&stranger.sign_in(&server, &login, "wrong")),
        )
        .await;
        refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 10);
    // Sign-up counts as well.
    let body = new_account(&server, &stranger, "anna");
    server
        .http()
        .post("/v1/accounts", &body)
        .await
        .expect_code(ProblemCode::TooManyAttempts);
    server.clock().advance_seconds(60);
    Person::create_on(&server, "anna", &stranger).await;
}

async fn a_client_behind_a_proxy_does_not_choose_its_address(database: Database) {
    let server = ServerUnderTest::start_in_process_with(
        database,
        Settings::default()
            .with("SIGN_IN__PER_ADDRESS", 5)
            .with("TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
    )
    .await;
    let stranger = Device::new("Stranger");
    let mut refused = 0;
    for number in 0..10 {
        // The test is the proxy: it appends what it sees, and hands on what the client wrote.
        let answer = Http::send(
            server
                .http()
                .request(reqwest::Method::POST, "/v1/sessions")
                .header("Forwarded", format!("for=198.51.100.{number}"))
                .header("X-Forwarded-For", format!("198.51.{number}.7, 203.0.113.9"))
                .json(&stranger.sign_in(&server, &format!("user{number}"), "wrong")),
        )
        .await;
        refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 5);
}

async fn counts_outlive_the_server(database: Database) {
    let mut server = ServerUnderTest::start_in_process(database).await;
    Person::create_on(&server, "anna", &Device::new("Laptop")).await;
    let stranger = Device::new("Stranger");
    for _ in 0..5 {
        wait_of(&server, &stranger, "anna").await;
    }
    server.kill().await;
    server.start_again().await;
    assert_eq!(wait_of(&server, &stranger, "anna").await, 1);
}

async fn what_was_too_much_to_do_was_no_try(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let stranger = Device::new("Stranger");
    let overload = Overload::begin(&server).await;
    for _ in 0..12 {
        let answer = stranger.try_sign_in(&server, "anna", "wrong").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        let problem = answer.expect_code(ProblemCode::Busy).problem();
        assert!(problem.retry_after_seconds.is_some());
    }
    drop(overload);
    for _ in 0..5 {
        assert_eq!(wait_of(&server, &stranger, "anna").await, 0);
    }
    assert_eq!(wait_of(&server, &stranger, "anna").await, 1);
}
