//! Guessing passwords.

use latchkey_protocol::problem::ProblemCode;
use reqwest::StatusCode;

use crate::running::{Device, PASSWORD, Stage, problem};

crate::on_both_databases!(
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

async fn wait_of(
    stage: &Stage,
    server: &crate::running::Running,
    device: &Device,
    login: &str,
) -> u32 {
    let answer = device.try_sign_in(stage, server, login, "wrong").await;
    if answer.status() == StatusCode::UNAUTHORIZED {
        problem(answer, ProblemCode::SignInRefused).await;
        return 0;
    }
    let problem = problem(answer, ProblemCode::TooManyAttempts).await;
    problem.retry_after_seconds.unwrap()
}

async fn five_are_free_then_it_waits_longer_and_longer(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let stranger = Device::new("Stranger");
    for login in ["anna", "nobody"] {
        for _ in 0..5 {
            assert_eq!(wait_of(stage, &server, &stranger, login).await, 0);
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(
                wait_of(stage, &server, &stranger, login).await,
                wait,
                "{login}"
            );
            stage.clock.advance_seconds(i64::from(wait) - 1);
            assert_eq!(
                wait_of(stage, &server, &stranger, login).await,
                1,
                "{login}"
            );
            stage.clock.advance_seconds(1);
            assert_eq!(
                wait_of(stage, &server, &stranger, login).await,
                0,
                "{login}"
            );
        }
    }
}

/// Of two requests at once, the one whose clock was read first may be counted second.
async fn tries_that_overtake_each_other_are_free(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let stranger = Device::new("Stranger");
    for _ in 0..5 {
        assert_eq!(wait_of(stage, &server, &stranger, "anna").await, 0);
        stage.clock.advance_seconds(-1);
    }
}

async fn fifty_at_once_are_fifty_tries(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    // Names that mean the same account share its count; a new device for each try changes nothing.
    let devices: Vec<_> = (0..50).map(|_| Device::new("Stranger")).collect();
    let names = ["anna", "ANNA", " anna"];
    let tries = devices
        .iter()
        .enumerate()
        .map(|(number, device)| device.try_sign_in(stage, &server, names[number % 3], "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    let count = |status: StatusCode| {
        answers
            .iter()
            .filter(|answer| answer.status() == status)
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
        device.try_sign_in(stage, &server, "anna", "wrong").await;
    }
    // The right password too has to wait.
    let answer = Device::new("New")
        .try_sign_in(stage, &server, "anna", PASSWORD)
        .await;
    problem(answer, ProblemCode::TooManyAttempts).await;
}

async fn a_known_device_is_not_held_back_by_others(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop");
    laptop.sign_up(stage, &server, "anna").await;
    for _ in 0..6 {
        wait_of(stage, &server, &Device::new("Stranger"), "anna").await;
    }
    assert_eq!(
        wait_of(stage, &server, &Device::new("Stranger"), "anna").await,
        1
    );
    laptop.sign_in(stage, &server, "anna").await;
    // Its owner was there: the account's other devices are not held back any more either.
    for _ in 0..5 {
        assert_eq!(
            wait_of(stage, &server, &Device::new("Stranger"), "anna").await,
            0
        );
    }
    assert_eq!(
        wait_of(stage, &server, &Device::new("Stranger"), "anna").await,
        1
    );
    // And the device has a limit of its own.
    for _ in 0..5 {
        assert_eq!(wait_of(stage, &server, &laptop, "anna").await, 0);
    }
    assert_eq!(wait_of(stage, &server, &laptop, "anna").await, 1);
    // A key that is only claimed is no known device.
    let mut body = laptop.credentials(stage, &server, "anna", PASSWORD);
    body["device"]["signature"] = serde_json::json!("A".repeat(86));
    problem(
        server.post("/v1/sessions", &body).await,
        ProblemCode::DeviceProofRefused,
    )
    .await;
}

/// No wait helps then; the owner's own device is not held back.
async fn a_hundred_in_a_row_are_the_last(stage: &Stage) {
    let server = stage.server().await;
    let laptop = Device::new("Laptop");
    laptop.sign_up(stage, &server, "anna").await;
    let stranger = Device::new("Stranger");
    for login in ["anna", "nobody"] {
        for _ in 0..100 {
            assert_eq!(wait_of(stage, &server, &stranger, login).await, 0);
            stage.clock.advance_seconds(300);
        }
        let stopped = stranger.try_sign_in(stage, &server, login, PASSWORD).await;
        let problem = problem(stopped, ProblemCode::TooManyAttempts).await;
        assert_eq!(problem.retry_after_seconds, None, "{login}");
    }
    laptop.sign_in(stage, &server, "anna").await;
}

async fn counts_are_forgotten_after_a_day_alike(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let stranger = Device::new("Stranger");
    // What is forgotten of a name that nobody has and not of an account would tell which is which.
    for (pause, wait) in [(86_399, 1), (86_400, 0)] {
        let mut waits = Vec::new();
        for login in ["anna", "nobody"] {
            for _ in 0..5 {
                wait_of(stage, &server, &stranger, login).await;
            }
        }
        stage.clock.advance_seconds(pause);
        latchkey_server::sessions::tidy(&server.state)
            .await
            .unwrap();
        for login in ["anna", "nobody"] {
            assert_eq!(wait_of(stage, &server, &stranger, login).await, 0);
            waits.push(wait_of(stage, &server, &stranger, login).await.min(1));
        }
        assert_eq!(waits, [wait, wait]);
        stage.clock.advance_seconds(2 * 86_400);
        latchkey_server::sessions::tidy(&server.state)
            .await
            .unwrap();
    }
}

async fn a_right_password_forgives(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let phone = Device::new("Phone");
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(
                wait_of(stage, &server, &Device::new("Phone"), "anna").await,
                0
            );
        }
        Device::new("Phone").sign_in(stage, &server, "anna").await;
    }
    phone.sign_in(stage, &server, "anna").await;
}

async fn an_address_is_limited_whatever_it_forwards(stage: &Stage) {
    let server = stage
        .server_with(|config| {
            config.sign_in.per_address = 20;
            config.sign_in.per_network = 200;
        })
        .await;
    let stranger = Device::new("Stranger");
    let mut refused = 0;
    for number in 0..30 {
        let login = format!("user{number}");
        let answer = server
            .request(reqwest::Method::POST, "/v1/sessions")
            .header("X-Forwarded-For", format!("203.0.113.{number}"))
            .header("Forwarded", format!("for=203.0.113.{number}"))
            .header("X-Real-IP", format!("203.0.113.{number}"))
            .json(&stranger.credentials(stage, &server, &login, "wrong"))
            .send()
            .await
            .unwrap();
        refused += u32::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 10);
    // Sign-up counts as well.
    let body = stranger.new_account(stage, &server, "anna");
    problem(
        server.post("/v1/accounts", &body).await,
        ProblemCode::TooManyAttempts,
    )
    .await;
    stage.clock.advance_seconds(60);
    stranger.sign_up(stage, &server, "anna").await;
}

async fn a_client_behind_a_proxy_does_not_choose_its_address(stage: &Stage) {
    let server = stage
        .server_with(|config| {
            config.sign_in.per_address = 5;
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        })
        .await;
    let stranger = Device::new("Stranger");
    let mut refused = 0;
    for number in 0..10 {
        // The test is the proxy: it appends what it sees, and hands on what the client wrote.
        let answer = server
            .request(reqwest::Method::POST, "/v1/sessions")
            .header("Forwarded", format!("for=198.51.100.{number}"))
            .header("X-Forwarded-For", format!("198.51.{number}.7, 203.0.113.9"))
            .json(&stranger.credentials(stage, &server, &format!("user{number}"), "wrong"))
            .send()
            .await
            .unwrap();
        refused += u32::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 5);
}

async fn counts_outlive_the_server(stage: &Stage) {
    let server = stage.server().await;
    Device::new("Laptop").sign_up(stage, &server, "anna").await;
    let stranger = Device::new("Stranger");
    for _ in 0..5 {
        wait_of(stage, &server, &stranger, "anna").await;
    }
    let config = server.state.config.clone();
    server.stop().await;
    let server = stage
        .server_with(|other| other.data_dir.clone_from(&config.data_dir))
        .await;
    assert_eq!(wait_of(stage, &server, &stranger, "anna").await, 1);
}

async fn what_was_too_much_to_do_was_no_try(stage: &Stage) {
    let server = stage
        .server_with(|config| config.connections.per_address = 500)
        .await;
    let stranger = Device::new("Stranger");
    let logins: Vec<_> = (0..200).map(|number| format!("user{number}")).collect();
    let tries = logins
        .iter()
        .map(|login| stranger.try_sign_in(stage, &server, login, "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    let busy = answers
        .into_iter()
        .zip(&logins)
        .find(|(answer, _)| answer.status() == StatusCode::SERVICE_UNAVAILABLE);
    let (answer, login) = busy.expect("200 at once are more than the queue holds");
    let problem = problem(answer, ProblemCode::Busy).await;
    assert!(problem.retry_after_seconds.is_some());
    for _ in 0..5 {
        assert_eq!(wait_of(stage, &server, &stranger, login).await, 0);
    }
    assert_eq!(wait_of(stage, &server, &stranger, login).await, 1);
}
