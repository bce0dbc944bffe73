//! Making the server do what costs, or using up what others may do, without a proof or beyond the limits.

use latchkey_protocol::password::ChangePassword;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::recovery::ResetPassword;
use latchkey_protocol::step_up::Proof;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Overload, Person, ServerUnderTest, Settings,
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    nothing_that_costs_is_done_before_the_proof_and_the_limits,
    what_costs_waits_in_one_short_queue,
    what_another_site_posts_is_refused_and_counts_for_nothing,
);

/// It is refused as too common, if anybody looks at it.
const WEAK: &str = "0{(%@38|1@+1555|116+$0$6$753(!5254[$|0@|9@[4(9468+8!1++!!1<7035+";

fn sign_up(server: &ServerUnderTest, username: &str, password: &str) -> Value {
    let email = format!("{username}@example.org");
    json!(Device::new("Stranger").create_account(server, username, &email, password))
}

async fn post_form(http: &Http, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(fields).finish();
    let request = http
        .request(Method::POST, path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body);
    Http::send(request).await
}

/// Each password here breaks a rule: whoever is told so made somebody estimate it.
async fn nothing_that_costs_is_done_before_the_proof_and_the_limits(database: Database) {
    let limited = Settings::default().with("SIGN_IN__PER_ADDRESS", 3);
    let server = ServerUnderTest::start_in_process_with(database, limited).await;
    let anna = Person::create(&server, "anna").await;
    server.clock().advance_seconds(60);
    let change = ChangePassword {
        current_password: "not the password of anybody".to_owned(),
        new_password: "aaaaaaaaaaaaaaaaaaaa".to_owned(),
        code: None,
        end_other_sessions: true,
    };
    let wrong = anna.http.post("/v1/password", &change).await.problem();
    assert_eq!(wrong.fields[0].code, FieldCode::WrongPassword);
    let mut unproven = sign_up(&server, "piotr", "aaaaaaaaaaaaaaaaaaaa");
    unproven["device"]["signature"] = json!("A".repeat(86));
    server
        .http()
        .post("/v1/accounts", &unproven)
        .await
        .expect_code(ProblemCode::DeviceProofRefused);
    let spent = ResetPassword {
        token: "A".repeat(43),
        new_password: change.new_password.clone(),
        code: None,
    };
    server
        .http()
        .post("/v1/recovery/reset", &spent)
        .await
        .expect_code(ProblemCode::LinkSpent);
    // Beyond the limit of an address nothing is looked at.
    let proven = sign_up(&server, "piotr", "aaaaaaaaaaaaaaaaaaaa");
    for answer in [
        server.http().post("/v1/accounts", &proven).await,
        anna.http.post("/v1/password", &change).await,
        server.http().post("/v1/recovery/reset", &spent).await,
    ] {
        answer.expect_code(ProblemCode::TooManyAttempts);
    }
}

/// Whatever hashes or estimates does it on threads of its own: while they are busy it is refused, and all else goes on.
async fn what_costs_waits_in_one_short_queue(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let anna = Person::create_confirmed(&server, "anna").await;
    let forgotten = json!({ "login": "anna" });
    server
        .http()
        .post("/v1/recovery", &forgotten)
        .await
        .expect(202);
    let outbox = server.outbox();
    let reset = ResetPassword {
        token: outbox.token_of(&anna.email, "reset-password", 1).await,
        new_password: WEAK.to_owned(),
        code: None,
    };
    let change = ChangePassword {
        current_password: anna.password.clone(),
        new_password: WEAK.to_owned(),
        code: None,
        end_other_sessions: true,
    };
    let proof = Proof {
        password: anna.password.clone(),
        code: None,
    };
    let overload = Overload::begin(&server).await;
    let mut unproven = sign_up(&server, "piotr", WEAK);
    unproven["device"]["signature"] = json!("A".repeat(86));
    let unproven = (0..20).map(async |_| server.http().post("/v1/accounts", &unproven).await);
    for answer in futures_util::future::join_all(unproven).await {
        answer.expect_code(ProblemCode::DeviceProofRefused);
    }
    // The first rule that is broken is of its length, which is estimated like any other.
    for answer in [
        server
            .http()
            .post("/v1/accounts", &sign_up(&server, "piotr", WEAK))
            .await,
        server
            .http()
            .post("/v1/accounts", &sign_up(&server, "piotr", "short"))
            .await,
        server.http().post("/v1/recovery/reset", &reset).await,
        anna.http.post("/v1/password", &change).await,
        anna.http.post("/v1/session/step-up", &proof).await,
        anna.device
            .try_sign_in(&server, "anna", &anna.password)
            .await,
        anna.device
            .try_sign_in(&server, "nobody", &anna.password)
            .await,
    ] {
        answer.expect_code(ProblemCode::Busy);
    }
    let fields = [("new_password", WEAK), ("repeat", WEAK), ("code", "")];
    let page = format!("/reset-password/{}", reset.token);
    post_form(&server.http(), &page, &fields).await.expect(503);
    anna.check_session().await.expect(200);
    drop(overload);
    // What was refused is as it was: the same requests are looked at.
    server
        .http()
        .post("/v1/recovery/reset", &reset)
        .await
        .expect(204);
}

/// ASVS V3.5.1. Where everybody is 127.0.0.1, any page that somebody opens would use up what all may do.
async fn what_another_site_posts_is_refused_and_counts_for_nothing(database: Database) {
    let limited = Settings::default()
        .with("SIGN_IN__PER_ADDRESS", 4)
        .with("RECOVERY__PER_ADDRESS", 3);
    let server = ServerUnderTest::start_in_process_with(database, limited).await;
    let anna = Person::create(&server, "anna").await;
    let confirmation = server.outbox().confirmation(&anna.email, 1).await;
    let token = confirmation.token().unwrap();
    server.clock().advance_seconds(60);
    let own = server
        .http()
        .base()
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    let foreign = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
    ];
    let pages = [
        "/forgot-password".to_owned(),
        format!("/reset-password/{token}"),
        format!("/reset-password/{token}/passkey"),
        format!("/add-passkey/{token}"),
        format!("/add-passkey/{token}/options"),
        format!("/use-passkey/{token}"),
        format!("/use-passkey/{token}/options"),
        format!("/lock/{token}"),
        format!("/confirm-email/{token}"),
        format!("/confirm-email-change/{token}"),
        format!("/undo-email-change/{token}"),
    ];
    for (name, value) in foreign {
        let visitor = server.http().with_header(name, value);
        for page in &pages {
            let answer = post_form(&visitor, page, &[("login", "anna")]).await;
            assert_eq!(answer.status, 403, "{name}: {value} to {page}");
            assert!(answer.text().contains("another website"), "{page}");
        }
        // A link is opened from a mail, which is another site.
        let opened = Http::send(visitor.request(Method::GET, &pages[0])).await;
        opened.expect(200);
    }
    assert!(
        server
            .outbox()
            .tokens(&anna.email, "reset-password")
            .is_empty()
    );
    // The visitor has all that an address may do, from a page of this server.
    for (name, value) in [
        ("Sec-Fetch-Site", "same-origin"),
        ("Origin", own.as_str()),
        ("Accept", "text/html"),
    ] {
        let visitor = server.http().with_header(name, value);
        post_form(&visitor, "/forgot-password", &[("login", "nobody")])
            .await
            .expect(202);
        let fields = [("new_password", WEAK), ("repeat", WEAK)];
        let reset = post_form(&visitor, &pages[1], &fields).await;
        assert_eq!(reset.status, 410, "{name}: {value}");
    }
    let here = server.http().with_header("Origin", &own);
    post_form(&here, &format!("/confirm-email/{token}"), &[])
        .await
        .expect(200);
}
